from pathlib import Path

import html5lib
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError
from markupsafe import Markup
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length

from reviews.db.pagination import Page
from reviews.rules import enums
from reviews.rules.enums import RATING_CATEGORIES
from reviews.rules.scale import ScaleWords
from reviews.web import styleguide

ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parents[2] / "templates"),
    undefined=StrictUndefined,
    autoescape=True,
)


ENVIRONMENT.globals["page_url"] = lambda number: f"/p?page={number}"


def component(name):
    return ENVIRONMENT.get_template(f"components/{name}.html").module


def nodes(html, selector):
    found = html5lib.parseFragment(html, namespaceHTMLElements=False)
    return found.findall(f".//{selector}")


class Link(Form):
    address = StringField("Address", [InputRequired("Type the address of the link.")])


class Item(Form):
    title = StringField("What was it?", [InputRequired("Give it a title.")])
    text = TextAreaField(
        "What came of it?", [Length(max=10, message="Shorten this to 10 characters.")]
    )
    quote = BooleanField("May be quoted")
    links = FieldList(FormField(Link), min_entries=1)
    category = RadioField(
        "Reach",
        [InputRequired("Choose a category.")],
        choices=[SelectChoice(word.value, word.value) for word in RATING_CATEGORIES],
        validate_choice=False,
    )


@pytest.fixture
def refused():
    form = Item(data={"title": "", "text": "far too long & more", "links": [{"address": ""}]})
    assert form.validate() is False
    return form


@pytest.mark.parametrize(
    "states",
    [
        enums.PacketState,
        enums.PacketStage,
        enums.AssignmentState,
        enums.CyclePhase,
    ],
)
def test_every_state_has_a_status_tag_with_words(states):
    for state in states:
        tag = html5lib.parseFragment(
            component("status_tag").status_tag(state), namespaceHTMLElements=False
        )[0]
        assert tag.get("class").split()[0] == "tag"
        assert tag.text
        assert "_" not in tag.text


def test_a_status_without_a_row_is_an_error():
    with pytest.raises(UndefinedError):
        component("status_tag").status_tag("forgotten")


def test_a_detail_follows_the_word_and_is_escaped():
    assert component("status_tag").status_tag("submitted", "<12 Nov>") == (
        '<span class="tag tag--done">Submitted &lt;12 Nov&gt;</span>'
    )


@pytest.mark.parametrize(
    "answers", [enums.RATING_CATEGORIES, enums.ATTAINMENTS, enums.BALLOT_CHOICES]
)
def test_every_category_and_attainment_has_a_key(answers):
    for answer in answers:
        key = nodes(component("attainment").attainment(answer, "a word"), "b")[0]
        assert key.text in {"E", "M", "P", "N", "\N{EN DASH}"}


def test_a_refused_field_keeps_its_text_and_is_tied_to_its_error_hint_and_limit(refused):
    html = component("field").field(refused.text, hint="Two sentences.")
    (box,) = nodes(html, "textarea")
    assert box.text.lstrip("\n") == "far too long & more"
    assert box.get("aria-invalid") == "true"
    assert box.get("aria-describedby") == "text-error-1 text-hint text-count"
    assert {p.get("id"): p.text for p in nodes(html, "p")} == {
        "text-error-1": "Shorten this to 10 characters.",
        "text-hint": "Two sentences.",
        "text-count": "10 characters at most",
    }
    assert box.get("maxlength") is None  # the browser would cut a pasted text without a word


def test_a_field_in_order_is_not_marked():
    (control,) = nodes(component("field").field(Item(data={"title": "x"}).title), "input")
    assert (control.get("aria-invalid"), control.get("aria-describedby")) == (None, None)


def test_the_summary_links_every_refused_field_nested_ones_too(refused):
    refused.form_errors.append("This cycle closed at 17:00.")
    html = component("field").error_summary(refused)
    assert [(link.get("href"), link.text) for link in nodes(html, "a")] == [
        ("#title", "What was it: Give it a title."),
        ("#text", "What came of it: Shorten this to 10 characters."),
        ("#links-0-address", "Address: Type the address of the link."),
        ("#category-0", "Reach: Choose a category."),
    ]
    assert nodes(html, "li")[0].text == "This cycle closed at 17:00."


def test_without_errors_there_is_no_summary():
    assert component("field").error_summary(Item()) == ""


def test_the_form_carries_token_errors_fields_and_one_filled_button(refused):
    html = component("page_form").page_form(
        "t<k",
        "Save item",
        form=refused,
        cancel=("Back", "/packet"),
        caller=lambda: Markup('<input id="inside">'),
    )
    (form,) = nodes(f"<div>{html}</div>", "form")
    assert form.get("method") == "post"
    assert nodes(html, "input")[0].get("value") == "t<k"
    assert nodes(html, "input")[-1].get("id") == "inside"
    assert [button.text for button in nodes(html, "button")] == ["Save item"]
    assert nodes(html, "button")[0].get("class") == "btn btn--go"
    assert [link.text for link in nodes(html, "a")][-1] == "Back"
    assert len(nodes(html, "li")) == 4


def test_the_scale_puts_four_words_above_and_the_missing_answers_below(refused):
    html = component("scale").scale(
        refused.category,
        "Her reach is",
        target="Staff",
        meanings={"met": "Works this way already."},
    )
    divisions = {
        box.get("class"): [o.get("value") for o in box.findall(".//input")]
        for box in nodes(html, "div")
    }
    assert divisions["scale__steps"] == ["not_shown", "partly", "met", "exceeds"]
    assert divisions["scale__missing"] == ["not_observed", "no_opportunity"]
    assert nodes(f"<div>{html}</div>", "fieldset")[0].get("aria-describedby") == "category-error-1"
    assert [span.text for span in nodes(html, "span") if span.text.startswith("Works")] == [
        "Works this way already."
    ]


def test_the_tally_says_in_words_what_it_draws():
    html = component("tally").tally((0, 2, 2, 1), ("low", "partly", "met", "<high>"), yours=1)
    picture = html5lib.parseFragment(html, namespaceHTMLElements=False)[0]
    assert picture.get("aria-label") == "0 low, 2 partly, 2 met, 1 <high>; yours is partly"
    assert [len(place) for place in picture] == [0, 2, 2, 1]
    assert [dot.get("class") for place in picture for dot in place] == [
        "is-yours",
        None,
        None,
        None,
        None,
    ]


def test_the_legend_speaks_the_words_of_the_cycle():
    words = {category: {"word": f"<{category}>", "hint": ""} for category in RATING_CATEGORIES}
    html = component("legend").legend(scale=ScaleWords.of(words))
    entries = ["".join(entry.itertext()) for entry in nodes(html, "span")]
    assert [entry for entry in entries if "<" in entry] == [
        "E<exceeds>",
        "M<met>",
        "P<partly>",
        "N<not_shown>",
        "∅<no_opportunity>, says the candidate",
    ]


def a_page_of(items: int) -> Page:
    return Page(1, rows=lambda offset, limit: range(items)[offset:][:limit], count=lambda: items)


def test_one_page_needs_no_pager():
    one = a_page_of(50)
    assert component("pager").pager(one, one.summary) == ""
    two = a_page_of(51)
    links = nodes(component("pager").pager(two, two.summary), "a")
    assert [(link.get("href"), link.text) for link in links] == [
        ("/p?page=2", "2"),
        ("/p?page=2", "Next"),
    ]


def test_the_styleguide_shows_every_component_on_one_valid_page():
    page = ENVIRONMENT.get_template("styleguide.html").render(
        **styleguide.page(),
        viewer=None,
        nav=[],
        is_demo=True,
        csrf_token=lambda: "token",
        static=lambda name: f"/static/{name}",
        get_flashed_messages=lambda **_: [],
    )
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    document = parser.parse(page)
    ids = [element.get("id") for element in document.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert len(document.findall(".//h1")) == 1
    described = {name for e in document.iter() for name in e.get("aria-describedby", "").split()}
    assert described - set(ids) == set()
    source = ENVIRONMENT.loader.get_source(ENVIRONMENT, "styleguide.html")[0]
    files = {
        name.removeprefix("components/")
        for name in ENVIRONMENT.list_templates()
        if name.startswith("components/")
    }
    assert {name for name in files if f"components/{name}" not in source} == {"wordmark.html"}
