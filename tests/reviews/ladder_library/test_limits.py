"""How large a ladder may be: corrections, the editor and publishing refuse what a page could not show."""

from dataclasses import replace

import pytest

from ladders import limits
from ladders.document import Cell, Dimension, Expectation
from ladders.importing.bundle import Upload
from ladders.importing.corrections import Corrections, Placement, line_key
from ladders.limits import MOST_EXPECTATIONS, MOST_LEVELS
from ladders.models import VersionState
from reviews.db.extensions import db
from reviews.ladder_library import service
from reviews.rules.errors import RuleBroken
from tests.builders import NOW, a_ladder, a_ladder_document, a_person, viewer_of
from tests.pages import Page, values_of
from tests.races import window_of
from tests.recording import recorded

DIMENSIONS = "A ladder has at most 100 dimensions."
LEVELS = "A ladder has at most 100 levels and roles."


@pytest.fixture
def owner(client):
    owner = a_person("Olive Owner", is_owner=True)
    client.sign_in(owner)
    return owner


@pytest.fixture
def window(app, session):  # noqa: ARG001 - rolls back
    """An owner's, whose pages are not looked at: large ones take the tests longer than the product."""
    return window_of(app, a_person(is_owner=True))


def numbered(what, count):
    return tuple(f"{what} {number}" for number in range(count))


def largest(each_text=460):
    """As many levels, dimensions and expectations as there may be, each level with all those of the levels below."""
    ladder = a_ladder_document(
        "largest",
        dimensions=numbered("Skill", 100),
        levels=numbered("Level", MOST_LEVELS - 1),
        each=0,
    )
    words = "x" * each_text
    kept = iter(range(MOST_EXPECTATIONS - 1))

    def fewer(cells):
        return tuple(
            Cell(cell.dimension, expectations=(Expectation(f"{number} {words}"),))
            for cell in cells[:21]
            if (number := next(kept, None)) is not None
        )

    return replace(
        ladder, levels=tuple(replace(level, cells=fewer(level.cells)) for level in ladder.levels)
    )


def edited(client, ladder):
    """The address of the pages of a draft of it."""
    published = a_ladder(ladder)
    begin = f".//form[@action='/ladders/{published.public_id}/edit']"
    answer = client.submit(f"/ladders/{published.public_id}", form=begin)
    return answer.headers["Location"].removesuffix("/frame")


@pytest.mark.usefixtures("session")
def test_a_correction_that_makes_one_dimension_too_many_is_refused():
    skills = "".join(f"### Skill {number}\n- Does {number}.\n" for number in range(100))
    text = f"# Cooks\n\n## Junior Cook\n{skills}\n## Senior Cook\n{skills}\n## Where we cook\n- By the sea.\n"
    files = [Upload("cooks.md", text.encode())]
    moved = {line_key("By the sea."): Placement("junior-cook", named="Sense")}

    assert len(service.read_corrected(files, Corrections(), None).ladder.dimensions) == 100
    with pytest.raises(RuleBroken, match=rf"^{DIMENSIONS}$"):
        service.read_corrected(files, Corrections(lines=moved), None)


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize(
    ("what", "sentence", "size"),
    [
        ("levels", LEVELS, {"levels": numbered("Level", 99)}),
        ("roles", LEVELS, {"levels": numbered("Level", 99)}),
        ("dimensions", DIMENSIONS, {"dimensions": numbered("Skill", 100)}),
    ],
)
def test_one_more_than_there_may_be_is_refused_in_the_editor(client, what, sentence, size):
    one = {"levels": ("Level",), "dimensions": ("Skill",)}
    edit = edited(client, a_ladder_document("craft", **{**one, **size}, each=0))
    form = f".//form[@action='{edit}/{what}']"
    (name,) = [
        field.get("name")
        for field in client.page(f"{edit}/frame").one(form).iter("input")
        if field.get("name").endswith("name")
    ]

    answer = client.submit(f"{edit}/frame", {name: "One more"}, form=form)

    assert answer.status_code == 422
    assert Page(answer).texts(".//*[@role='alert']//li") == [sentence]
    assert Page(answer).one(f".//*[@name='{name}']").get("value") == "One more"


@pytest.mark.usefixtures("owner")
def test_a_cell_of_more_than_there_may_be_is_refused_and_the_rest_can_be_edited(
    client, monkeypatch
):
    edit = edited(client, a_ladder_document("craft", each=3))
    cell, frame = f"{edit}/levels/engineer/cells/delivery", f"{edit}/frame"
    monkeypatch.setattr(limits, "MOST_IN_A_CELL", 3)

    grown = client.post(cell, data=grown_by_one(client.page(cell)))
    monkeypatch.setattr(limits, "MOST_IN_A_CELL", 2)
    other = client.submit(
        frame, {"tagline": "Of a kitchen."}, form=f"{TEXT_FORM}[@action='{frame}']"
    )

    assert grown.status_code == 422
    assert Page(grown).texts(".//*[@role='alert']//li") == [
        "A level or role has at most 3 expectations in one dimension."
    ]
    assert other.status_code == 302


TEXT_FORM = ".//form[@class='form form--text']"


def grown_by_one(page):
    """What the form of a cell sends with one more expectation in it."""
    sent = values_of(page.one(TEXT_FORM))
    row = {f"rows-3-{name}": value for name, value in NEW_ROW.items()}
    return {**sent, **row, "act": "save"}


NEW_ROW = {"key": "", "text": "One more.", "label": "", "kind": "expectation", "examples": ""}


def test_the_page_of_a_cell_shows_as_many_expectations_as_an_older_ladder_has(window):
    draft = a_ladder(
        a_ladder_document("craft", dimensions=("Taste",), levels=("Chef",), each=201),
        state=VersionState.DRAFT,
    )
    answer = window.get(f"/ladders/{draft.public_id}/edit/levels/chef/cells/taste")

    assert answer.status_code == 200
    assert answer.text.count("<textarea") == 2 * 201 + 1


@pytest.mark.usefixtures("session")
def test_what_is_too_large_is_not_published():
    draft = a_ladder(
        replace(a_ladder_document("craft"), dimensions=LARGE), state=VersionState.DRAFT
    )
    owner = a_person(is_owner=True)

    with pytest.raises(RuleBroken, match=rf"^{DIMENSIONS}$"):
        service.publish(draft, None, actor=viewer_of(owner), at=NOW)

    assert draft.state is VersionState.DRAFT


LARGE = (
    *a_ladder_document("craft").dimensions,
    *(Dimension(f"x{number}", f"X {number}") for number in range(98)),
)


def test_the_pages_of_the_largest_ladder_cost_no_more_statements_than_those_of_a_small_one(window):
    small, large = a_ladder(), a_ladder(largest())

    def costs(version, level):
        address = f"/ladders/{version.public_id}"
        found = []
        for page in ("", f"/levels/{level}", f"/levels/{level}?role=technical-lead"):
            db.session.expire_all()
            with recorded() as seen:
                answer = window.get(f"{address}{page}")
            assert answer.status_code == 200
            found.append((len(seen), seen.rows, len(answer.data)))
        return found

    few, many = costs(small, "staff-engineer"), costs(large, "level-98")
    assert [cost[:2] for cost in many] == [cost[:2] for cost in few]
    # The overview has a picture for each of 10,000 cells; a level says all that the ladder does.
    assert [size < most for (*_, size), most in zip(many, SIZES, strict=True)] == [True] * 3


SIZES = (6_000_000, 1_500_000, 1_500_000)
