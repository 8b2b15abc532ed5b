"""Two versions and two levels side by side: the values, and the pages made of them."""

from dataclasses import replace

import pytest

from ladders.document import Cascade, Expectation, Level, Track
from ladders.keys import with_each
from ladders.models import VersionState
from reviews.ladder_library.comparing import read_step, version_changes
from reviews.ladder_library.pages import first_step
from tests.builders import a_ladder, a_ladder_document, a_person
from tests.recording import recorded

CRAFT = a_ladder_document("craft")
FIRST = "Delivery at Engineer, statement 1."
MENDED = "Delivery at Engineer, an improved statement 1."


def each_said(ladder, change):
    return with_each(ladder, lambda each: replace(each, text=change.get(each.text, each.text)))


def without(ladder, text):
    """The ladder without this expectation."""
    levels = tuple(
        replace(
            level,
            cells=tuple(
                replace(
                    cell,
                    expectations=tuple(each for each in cell.expectations if each.text != text),
                )
                for cell in level.cells
            ),
        )
        for level in ladder.levels
    )
    return replace(ladder, levels=levels)


def with_more(ladder, level, dimension, text):
    levels = tuple(
        replace(
            each,
            cells=tuple(
                replace(cell, expectations=(*cell.expectations, Expectation(text)))
                if (each.id, cell.dimension) == (level, dimension)
                else cell
                for cell in each.cells
            ),
        )
        for each in ladder.levels
    )
    return replace(ladder, levels=levels)


@pytest.fixture
def reader(client):
    reader = a_person("Rea Reader")
    client.sign_in(reader)
    return reader


# -- Two versions


def test_changes_are_read_level_by_level_in_the_words_of_both():
    newer = each_said(without(CRAFT, "People at Staff engineer, statement 2."), {FIRST: MENDED})
    newer = with_more(newer, "engineer", "people", "Asks for help.")

    changes = version_changes(CRAFT, newer)

    assert [
        (owner.name, cell.dimension, row.kind, row.before, row.after)
        for owner in changes.owners
        for cell in owner.cells
        for row in cell.rows
    ] == [
        (
            "Engineer",
            "Delivery",
            "changed",
            (("Delivery at Engineer,", False), (" statement 1.", False)),
            (("Delivery at Engineer,", False), (" an improved", True), (" statement 1.", False)),
        ),
        ("Engineer", "People", "added", (), (("Asks for help.", True),)),
        (
            "Staff engineer",
            "People",
            "removed",
            (("People at Staff engineer, statement 2.", True),),
            (),
        ),
    ]


def test_what_moved_says_where_it_stood():
    newer = with_more(without(CRAFT, FIRST), "staff-engineer", "judgement", FIRST)

    ((owner,), (cell,), (row,)) = (
        (owners := version_changes(CRAFT, newer).owners),
        owners[0].cells,
        owners[0].cells[0].rows,
    )
    assert (owner.name, cell.dimension, row.kind) == ("Staff engineer", "Judgement", "moved")
    assert row.came_from == "Engineer, Delivery"


@pytest.mark.usefixtures("reader")
def test_a_version_is_held_against_the_one_before_it(client):
    first = a_ladder(CRAFT)
    second = a_ladder(each_said(CRAFT, {FIRST: MENDED}))

    page = client.page(f"/ladders/{second.public_id}/changes")

    assert page.texts(".//div[@class='meeting']/span") == [
        "0 added",
        "0 removed",
        "1 changed",
        "0 moved",
        "18 expectations stay as they are",
    ]
    assert page.texts(".//table[@class='compare compare--texts']//ins") == ["an improved"]
    back = client.page(f"/ladders/{first.public_id}/changes?since={second.public_id}")
    assert back.texts(".//table[@class='compare compare--texts']//del") == ["an improved"]
    alone = client.page(f"/ladders/{first.public_id}/changes")
    assert "There is no version before it" in alone.text()


@pytest.mark.usefixtures("reader")
def test_all_kinds_of_changes_are_on_the_page(client):
    a_ladder(CRAFT)
    newer = replace(
        with_more(CRAFT, "engineer", "people", "Asks for help."),
        cascade=Cascade("supersede"),
        levels=tuple(
            replace(level, name="Principal" if level.id == "staff-engineer" else level.name)
            for level in with_more(CRAFT, "engineer", "people", "Asks for help.").levels
        ),
        mixins=(),
    )
    page = client.page(f"/ladders/{a_ladder(newer).public_id}/changes")

    frame = ".//section[@aria-labelledby='page-frame']//tbody/tr"
    assert page.texts(f"{frame}/*") == ["Cascade mode", "accumulate", "supersede"]
    things = ".//section[@aria-labelledby='page-things']//li"
    assert page.texts(things) == [
        "Level Staff engineer Principal renamed",
        "Role Technical lead removed",
    ]
    assert page.texts(".//table[@class='compare compare--texts']//span[@class='chip']") == [
        "added",
        "removed",
    ]


@pytest.mark.usefixtures("reader")
def test_a_version_that_asks_the_same_says_so(client):
    a_ladder(CRAFT)
    page = client.page(f"/ladders/{a_ladder(CRAFT).public_id}/changes")

    assert "Both versions ask the same" in page.text()


@pytest.mark.usefixtures("reader")
def test_no_draft_and_no_other_ladder_is_held_against_a_version(client):
    first = a_ladder(CRAFT)
    draft = a_ladder(CRAFT, state=VersionState.DRAFT)
    other = a_ladder()

    for since in (draft.public_id, other.public_id, "nothing"):
        client.page(f"/ladders/{first.public_id}/changes?since={since}", 404)
    client.page(f"/ladders/{draft.public_id}/changes", 404)
    client.page(f"/ladders/{first.public_id}/changes?until=x", 400)


def test_an_owner_holds_a_draft_against_what_is_published(client):
    client.sign_in(a_person("Olive Owner", is_owner=True))
    a_ladder(CRAFT)
    draft = a_ladder(each_said(CRAFT, {FIRST: MENDED}), state=VersionState.DRAFT)

    page = client.page(f"/ladders/{draft.public_id}/changes")

    assert page.texts(".//table[@class='compare compare--texts']//ins") == ["an improved"]


@pytest.mark.usefixtures("reader")
def test_the_versions_of_a_ladder_lead_to_what_changed(client):
    for _ in range(3):
        version = a_ladder(CRAFT)
    page = client.page(f"/ladders/{version.public_id}")

    links = page.all(".//section[@aria-labelledby='page-versions']//span/a")
    assert [client.page(link.get("href")).text(".//p[@class='lede']") for link in links] == [
        f"From version {number} of {version.published_at:%-d %b %Y}"
        f" to version 3 of {version.published_at:%-d %b %Y}."
        for number in (2, 1)
    ]


@pytest.mark.usefixtures("reader")
def test_changes_cost_the_same_for_small_and_large_ladders(client):
    counts = []
    for each in (1, 20):
        document = a_ladder_document(f"size-{each}", each=each)
        a_ladder(document)
        version = a_ladder(replace(document, name="Other"))
        with recorded() as seen:
            client.page(f"/ladders/{version.public_id}/changes")
        counts.append(len(seen))

    assert counts[0] == counts[1]


# -- Two levels


def test_a_step_says_what_is_new_kept_and_from_where():
    reading = read_step(
        CRAFT, CRAFT.level("engineer"), CRAFT.level("staff-engineer"), ["technical-lead"]
    )

    delivery = reading.dimensions[0]
    assert [(line.kind, line.after[-1][0].strip(), line.source) for line in delivery.new] == [
        ("new", "Delivery at Staff engineer, statement 1.", ""),
        ("new", "Delivery at Staff engineer, statement 2.", ""),
        ("new", "Delivery at Senior engineer, statement 1.", "From Senior engineer"),
        ("new", "Delivery at Senior engineer, statement 2.", "From Senior engineer"),
        ("new", "Leads the technical plan.", "Role Technical lead"),
    ]
    assert (reading.count("new"), reading.count("kept"), reading.count("gone")) == (13, 6, 0)


@pytest.mark.usefixtures("reader")
def test_what_is_said_in_other_words_stands_beside_them_and_what_is_gone_alone(client):
    anew = "Delivery at Senior engineer, an improved statement 1."
    craft = replace(
        each_said(CRAFT, {"Delivery at Senior engineer, statement 1.": anew}), cascade=Cascade()
    )
    craft = each_said(craft, {"Delivery at Senior engineer, statement 2.": "Ships on Mondays."})
    reading = read_step(craft, craft.level("engineer"), craft.level("senior-engineer"), [])

    delivery = reading.dimensions[0]
    assert [line.kind for line in delivery.paired] == ["anew", "gone"]
    assert [line.after for line in delivery.new] == [(("Ships on Mondays.", True),)]

    page = client.page(f"/ladders/{a_ladder(craft).public_id}/step")
    rows = page.all(".//table[@class='compare compare--texts']")[0].findall("./tbody/tr")
    said = [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in rows]
    assert said == [
        [f"Engineer{FIRST}", f"Senior engineer{anew}"],
        ["EngineerDelivery at Engineer, statement 2.", "Asked no longer"],
        ["Nothing of this is asked yet", "New at Senior engineer Ships on Mondays."],
    ]


@pytest.mark.usefixtures("reader")
def test_the_step_page_switches_levels_and_roles(client):
    path = f"/ladders/{a_ladder(CRAFT).public_id}/step"

    page = client.page(path)
    assert page.text(".//h1") == "From Engineer to Senior engineer"
    assert page.texts(".//div[@class='meeting gap-s']/span") == ["6 new", "6 asked already"]
    table = page.all(".//table[@class='compare compare--texts']")[0]
    assert [
        " ".join("".join(p.itertext()).split()) for p in table.findall("./tbody/tr/td[2]//li")
    ] == [
        "Delivery at Senior engineer, statement 1.",
        "Delivery at Senior engineer, statement 2.",
    ]
    assert [item.text for item in table.findall("./tbody/tr/td[1]/details//p")] == [
        "Delivery at Engineer, statement 1.",
        "Delivery at Engineer, statement 2.",
    ]

    page = client.page(f"{path}?from=senior-engineer&to=staff-engineer&role=technical-lead")
    assert page.texts(".//div[@class='meeting gap-s']/span") == ["7 new", "12 asked already"]
    assert "checked" in page.one(".//input[@value='technical-lead']").attrib
    assert page.text(".//p[@class='lede']") == (
        "What Staff engineer with Technical lead asks that Senior engineer does not."
    )
    chosen = page.all(".//option[@selected]")
    assert [option.text for option in chosen] == ["Senior engineer", "Staff engineer"]

    for wrong in ("from=nobody", "to=nobody", "role=nobody"):
        client.page(f"{path}?{wrong}", 404)


@pytest.mark.usefixtures("reader")
def test_the_step_from_the_highest_level_says_that_there_is_none_above(client):
    path = f"/ladders/{a_ladder(CRAFT).public_id}/step"

    top = client.page(f"{path}?from=staff-engineer")
    assert top.text(".//h1") == "From Staff engineer"
    assert top.texts(".//div[@class='empty']/h2") == ["No level is above Staff engineer"]
    assert top.all(".//table") == []
    chosen = [option.text for option in top.all(".//option[@selected]")]
    assert chosen == ["Staff engineer", "Choose a level"]
    sent_as_it_is = client.page(f"{path}?from=staff-engineer&to=")
    assert sent_as_it_is.text(".//h1") == "From Staff engineer"

    same = client.page(f"{path}?from=engineer&to=engineer")
    assert same.texts(".//div[@class='empty']/h2") == ["Both are Engineer"]


@pytest.mark.usefixtures("reader")
def test_a_ladder_without_two_levels_in_a_track_leads_to_no_step(client):
    two = a_ladder(a_ladder_document("two", levels=("Maker", "Head"))).public_id
    apart = a_ladder_document("apart", levels=("Maker", "Head"))
    tracks = (Track("makers", "Makers"), Track("heads", "Heads"))
    apart = a_ladder(
        replace(
            apart,
            tracks=tracks,
            levels=tuple(
                replace(level, track=track.id)
                for level, track in zip(apart.levels, tracks, strict=True)
            ),
        )
    ).public_id

    for version, expected in ((two, [f"/ladders/{two}/step"]), (apart, [])):
        links = [link.get("href") for link in client.page(f"/ladders/{version}").all(".//main//a")]
        assert [link for link in links if link.endswith("/step")] == expected
    assert client.page(f"/ladders/{apart}/step").texts(".//div[@class='empty']/h2") == [
        "No level is above Maker"
    ]


def test_the_first_step_is_the_lowest_that_there_is():
    alone = Level("alone", "Alone", 0, track="heads")
    ladder = replace(
        CRAFT, tracks=(Track("heads", "Heads"),), levels=(*reversed(CRAFT.levels), alone)
    )

    assert first_step(ladder) == (CRAFT.level("engineer"), CRAFT.level("senior-engineer"))


@pytest.mark.usefixtures("reader")
def test_a_level_leads_to_the_step_up_to_it_and_from_it(client):
    path = f"/ladders/{a_ladder(CRAFT).public_id}"
    page = client.page(f"{path}/levels/senior-engineer")

    links = [
        link.get("href")
        for link in page.all(".//div[@class='meeting']//a")
        if link.get("href").startswith(f"{path}/step")
    ]
    assert links == [
        f"{path}/step?from=engineer&to=senior-engineer",
        f"{path}/step?from=senior-engineer&to=staff-engineer",
    ]
    for link in links:
        client.page(link)
