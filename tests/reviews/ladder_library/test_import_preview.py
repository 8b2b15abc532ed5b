"""A draft is looked over: levels and dimensions arranged, lines moved, headings mapped, a level joined to a ladder."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from ladders import library
from ladders.importing.corrections import LevelChange
from ladders.importing.pipeline import read_uploads
from ladders.keys import expectation_keys
from ladders.models import LadderVersion, VersionState
from reviews.access.expectations import ladder_of
from reviews.db.models.audit import AuditEvent
from reviews.ladder_library import queries
from reviews.ladder_library.import_preview import handle
from reviews.web import presses
from tests.builders import a_ladder, a_ladder_document, a_person
from tests.pages import Page, values_of
from tests.recording import recorded

COOKS = b"""\
# Cooks

## Junior Cook
### Taste
- Salts.
- Tastes.
- Stirs.
### Pace
- Is on time.

## Senior Cook
### Taste
- Seasons.
### Pace
- Is early.

## Where we cook
- By the sea.

<hr class="fine">
"""
ONE = b"""\
# Senior Cook

## Design
- Knows every dish.
- Writes the menu.

## People
- Teaches.
"""
ESSAY = b"""\
# How a kitchen lives

## What is hot
- The oven
- The plates

## Duties of a Night Cook
They do this:

- Cook
- Clean

They are asked when:
- It burns
"""
STRANGE = b"""\
tiers_of_ours:
- called: Helper
  taste: [Salts.]
- called: Chef
  taste: [Seasons., Leads.]
"""
SECTION = ".//section[@aria-labelledby='page-{}']//form"
ANSWERS, LEVELS = SECTION.format("questions"), SECTION.format("levels")
SAID, LEFT, BY_HAND = SECTION.format("said"), SECTION.format("left-out"), SECTION.format("by-hand")
SWAP, PUBLISH = SECTION.format("understood"), SECTION.format("publish")
FIELDS = SECTION.format("fields")
HEADINGS = ".//main//form[@class='form']"


@pytest.fixture(autouse=True)
def owner(client):
    owner = a_person("Olive Owner", is_owner=True)
    client.sign_in(owner)
    return owner


def imported(client, data: bytes = COOKS, name: str = "cooks.md") -> str:
    answer = client.submit("/ladders/import", {"files": (io.BytesIO(data), name)})
    assert answer.status_code == 302, Page(answer).text()
    return answer.headers["Location"]


@pytest.fixture
def draft(session):
    """The newest version, read from the database."""

    def newest() -> LadderVersion:
        session.expire_all()
        return session.scalars(select(LadderVersion).order_by(LadderVersion.id)).all()[-1]

    return newest


def asked(version: LadderVersion) -> dict[str, list[str]]:
    """Level and dimension -> what is expected there."""
    return {
        f"{level.name}, {cell.dimension}": [each.text for each in cell.expectations]
        for level in ladder_of(version).levels
        for cell in level.cells
    }


def level(name: str, part: str) -> str:
    return f"level-{handle(name)}-{part}"


def dimension(name: str, part: str) -> str:
    return f"dimension-{handle(name)}-{part}"


# -- Levels and dimensions


def test_levels_and_dimensions_are_arranged_in_one_form(client, session, draft):
    preview = imported(client)

    client.submit(
        preview,
        {
            "name": "Kitchen",
            level("junior-cook", "name"): "Commis",
            level("junior-cook", "code"): "C1",
            level("junior-cook", "rank"): "7",
            dimension("pace", "use"): "merge taste",
            dimension("taste", "group"): "Craft",
        },
        form=LEVELS,
    )

    version = draft()
    ladder = ladder_of(version)
    assert (ladder.name, ladder.id) == ("Kitchen", "cooks")
    assert [(each.name, each.code, each.rank) for each in ladder.levels] == [
        ("Senior Cook", "", 2),
        ("Commis", "C1", 7),
    ]
    assert asked(version)["Commis, taste"] == ["Salts.", "Tastes.", "Stirs.", "Is on time."]
    assert [(each.name, each.aliases) for each in ladder.dimensions] == [("Taste", ("Pace",))]
    assert [each.name for each in ladder.groups] == ["Craft"]
    # What is as the document has it is not said.
    assert dict(library.corrections_of(version).levels) == {
        "junior-cook": LevelChange(name="Commis", code="C1", rank=7)
    }
    page = client.page(preview)
    assert page.one(f".//input[@name='{level('junior-cook', 'name')}']").get("value") == "Commis"
    last = session.scalars(select(AuditEvent.summary).order_by(AuditEvent.id.desc())).first()
    assert last == "Ladder Cooks, version 1, draft: levels and dimensions arranged"


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ({level("junior-cook", "rank"): "soon"}, "Type a whole number, such as 3."),
        ({level("junior-cook", "rank"): "-1"}, "A rank is between 0 and 999."),
        ({level("junior-cook", "use"): "king"}, "Not a valid choice."),
        ({level("junior-cook", "name"): "x" * 301}, "Shorten this to 300 characters."),
        ({level("junior-cook", "name"): "a\u202eb"}, "invisible character"),
        ({dimension("taste", "use"): "merge nothing"}, "Not a valid choice."),
        (
            {
                level("junior-cook", "use"): "merge senior-cook",
                level("senior-cook", "use"): "merge junior-cook",
            },
            "Choose a level that is kept",
        ),
        (
            {level("junior-cook", "use"): "drop", level("senior-cook", "use"): "mixin"},
            "Keep at least one level.",
        ),
    ],
)
def test_an_arrangement_that_cannot_be_is_refused_with_what_was_typed(
    client, draft, field, sentence
):
    preview = imported(client)

    answer = client.submit(preview, {"name": "Kept", **field}, form=LEVELS)

    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert Page(answer).one(".//input[@name='name']").get("value") == "Kept"
    assert ladder_of(draft()).name == "Cooks"


def test_a_dropped_level_is_gone_and_can_be_taken_back(client, draft):
    preview = imported(client)
    client.submit(preview, {level("junior-cook", "use"): "drop"}, form=LEVELS)
    assert [each.name for each in ladder_of(draft()).levels] == ["Senior Cook"]

    client.submit(preview, {level("junior-cook", "use"): "level"}, form=LEVELS)

    assert [each.name for each in ladder_of(draft()).levels] == ["Junior Cook", "Senior Cook"]


def test_levels_and_dimensions_change_places_and_back(client, draft):
    preview = imported(client)

    client.submit(preview, form=SWAP)
    assert [each.name for each in ladder_of(draft()).levels] == ["Taste", "Pace"]
    client.submit(preview, form=SWAP)

    assert [each.name for each in ladder_of(draft()).levels] == ["Junior Cook", "Senior Cook"]


def test_who_saves_second_sees_both(client, draft):
    preview = imported(client)
    sent = values_of(client.page(preview).one(LEVELS))
    client.submit(preview, {level("junior-cook", "name"): "Theirs"}, form=LEVELS)

    mine = client.post(
        f"{preview}/arrangement", data={**sent, level("junior-cook", "name"): "Mine"}
    )

    assert mine.status_code == 409
    page = Page(mine)
    assert page.texts(".//div[@role='status']//li") == ["Name of Junior Cook: Theirs"]
    assert page.one(f".//input[@name='{level('junior-cook', 'name')}']").get("value") == "Mine"
    assert ladder_of(draft()).levels[0].name == "Theirs"
    again = client.post(f"{preview}/arrangement", data=values_of(page.one(LEVELS)))
    assert again.status_code == 302
    assert ladder_of(draft()).levels[0].name == "Mine"


# -- Lines


def ticked(page: Page, form: str, *texts: str) -> list[str]:
    """The values of the boxes before these texts."""
    boxes = {
        " ".join("".join(label.itertext()).split()): label.find("input").get("value")
        for label in page.all(f"{form}//label[@class='tick']")
    }
    return [boxes[text] for text in texts]


def test_a_line_is_left_out_and_put_back(client, draft):
    preview = imported(client)
    page = client.page(preview)
    assert "1 line between" in page.texts(f"{SAID}//summary")

    client.submit(preview, {"line": ticked(page, SAID, "Tastes.")}, form=SAID)

    assert asked(draft())["Junior Cook, taste"] == ["Salts.", "Stirs."]
    page = client.page(preview)
    assert page.texts(f"{BY_HAND}//tbody//td") == ["Tastes.", "left out"]
    client.submit(preview, {"line": ticked(page, BY_HAND, "Tastes.")}, form=BY_HAND)
    assert asked(draft())["Junior Cook, taste"] == ["Salts.", "Tastes.", "Stirs."]
    assert client.page(preview).all(BY_HAND) == []


def test_a_line_that_is_not_imported_is_moved_into_a_cell(client, draft):
    preview = imported(client)
    page = client.page(preview)

    answer = client.submit(
        preview,
        {
            "line": ticked(page, LEFT, "By the sea."),
            "level": "senior-cook",
            "dimension": "pace",
        },
        form=LEFT,
    )

    assert answer.status_code == 302
    assert asked(draft())["Senior Cook, pace"] == ["Is early.", "By the sea."]
    page = client.page(preview)
    assert page.texts(f"{BY_HAND}//tbody//td") == ["By the sea.", "in Senior Cook, Pace"]
    assert "By the sea." not in page.text(LEFT)


def test_a_line_is_moved_into_a_dimension_that_is_new_and_then_there_to_choose(client, draft):
    preview = imported(client, COOKS + b"## What we drink\n- Water.\n")
    page = client.page(preview)

    for text, where in (
        ("By the sea.", {"named": " Kitchen  sense "}),
        ("Water.", {"dimension": "new Kitchen sense"}),
    ):
        answer = client.submit(
            preview,
            {"line": ticked(page, LEFT, text), "level": "junior-cook", **where},
            form=LEFT,
        )
        assert answer.status_code == 302

    ladder = ladder_of(draft())
    assert [(each.id, each.name) for each in ladder.dimensions] == [
        ("taste", "Taste"),
        ("pace", "Pace"),
        ("kitchen-sense", "Kitchen sense"),
    ]
    assert asked(draft())["Junior Cook, kitchen-sense"] == ["By the sea.", "Water."]
    page = client.page(preview)
    assert page.texts(f"{BY_HAND}//tbody//td") == [
        "By the sea.",
        "in Junior Cook, Kitchen sense",
        "Water.",
        "in Junior Cook, Kitchen sense",
    ]
    client.submit(preview, {"line": ticked(page, BY_HAND, "By the sea.", "Water.")}, form=BY_HAND)
    assert [each.id for each in ladder_of(draft()).dimensions] == ["taste", "pace"]


def test_a_new_dimension_by_the_name_of_one_that_is_there_is_that_one(client, draft):
    preview = imported(client)
    line = ticked(client.page(preview), LEFT, "By the sea.")
    client.submit(
        preview,
        {dimension("pace", "name"): "Speed", dimension("taste", "use"): "drop"},
        form=LEVELS,
    )
    sent = {"line": line, "level": "junior-cook"}

    refused = client.submit(preview, {**sent, "named": "taste"}, form=LEFT)
    client.submit(preview, {**sent, "named": "SPEED"}, form=LEFT)

    assert (refused.status_code, "and it is left out. Keep it." in refused.text) == (422, True)
    assert asked(draft())["Junior Cook, pace"] == ["Is on time.", "By the sea."]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"named": "a\u202eb"}, "invisible character"),
        ({"named": "x" * 301}, "Shorten this to 300 characters."),
        ({"line": []}, "Tick at least one line."),
        ({"line": ["nothing"]}, "not a valid choice"),
        ({"level": "king"}, "Choose a level."),
        ({"dimension": "\n"}, "Choose a dimension."),
        ({"do": "burn"}, "Use one of the buttons."),
    ],
)
def test_lines_that_cannot_be_moved_stay_ticked(client, draft, fields, sentence):
    preview = imported(client)
    page = client.page(preview)
    sent = values_of(page.one(LEFT)) | {"line": ticked(page, LEFT, "By the sea.")}

    answer = client.post(f"{preview}/lines", data={**sent, **fields})

    assert (answer.status_code, sentence in answer.text) == (422, True)
    boxes = Page(answer).all(f".//input[@value='{sent['line'][0]}']")
    assert [("checked" in box.attrib) for box in boxes] == ["line" not in fields]
    assert library.corrections_of(draft()).lines == {}


def test_lines_that_are_ticked_on_an_older_page_stay_ticked(client):
    preview = imported(client)
    page = client.page(preview)
    sent = values_of(page.one(SAID)) | {"line": ticked(page, SAID, "Salts.")}
    client.submit(preview, form=SWAP)
    client.submit(preview, form=SWAP)

    for address in (f"{preview}/lines", f"{preview}/swap"):
        answer = client.post(address, data=sent)
        assert (answer.status_code, "Somebody else changed this draft" in answer.text) == (
            409,
            True,
        )

    box = Page(client.post(f"{preview}/lines", data=sent)).one(
        f".//input[@value='{sent['line'][0]}']"
    )
    assert "checked" in box.attrib


@pytest.mark.parametrize("given", ["", "bogus", "\n\n", "x\0", "9" * 5000])
def test_whatever_is_sent_to_a_draft_is_answered(client, draft, given):
    preview = imported(client)
    page = client.page(preview)
    before = draft().content_hash
    for form, address in ((ANSWERS, ""), (LEVELS, "/arrangement"), (LEFT, "/lines")):
        offered = values_of(page.one(form))
        for name in set(offered) - {"csrf_token", "name"}:
            if "name" in name or "code" in name or "group" in name or "rank" in name:
                continue
            answer = client.post(preview + address, data={**offered, name: given, "more": given})
            assert answer.status_code in {409, 422}, name
    for way in ("order", "swap", "headings"):
        sent = {"csrf_token": offered["csrf_token"], "file": given, "way": given, "version": given}
        assert client.post(f"{preview}/{way}", data=sent).status_code == 409
    assert draft().content_hash == before


def test_lines_of_layout_are_folded_apart(client):
    page = client.page(imported(client))
    left = ".//section[@aria-labelledby='page-left-out']"
    assert page.texts(f"{left}//summary")[-1].endswith("1 line")
    assert page.texts(f"{left}//ul/li") == ['line 20: <hr class="fine">']


# -- Headings


def choice(page: Page, legend: str) -> str:
    """The name of the field with this legend."""
    (name,) = [
        field.find(".//input").get("name")
        for field in page.all(".//fieldset")
        if "".join(field.find("legend").itertext()) == legend
    ]
    return name


def test_an_essay_is_mapped_by_hand_to_a_level_with_its_duties(client, draft):
    preview = imported(client, ESSAY, "essay.md")
    assert ladder_of(draft()).levels == ()
    page = client.page(f"{preview}/headings")

    client.submit(
        f"{preview}/headings",
        {
            choice(page, "Duties of a Night Cook"): "level",
            choice(page, "List: It burns"): "ignore",
        },
        form=HEADINGS,
    )

    assert asked(draft()) == {"Night Cook, expectations": ["Cook", "Clean"]}
    # What was said is there to be said otherwise, the list that is left out too.
    page = client.page(f"{preview}/headings")
    ignored = page.one(f".//input[@name='{choice(page, 'List: It burns')}'][@value='ignore']")
    assert "checked" in ignored.attrib
    client.submit(preview, form=ANSWERS)
    client.submit(preview, form=PUBLISH)
    assert draft().state is VersionState.PUBLISHED


def test_a_map_of_no_words_of_ours_is_refused(client, draft):
    preview = imported(client, ESSAY, "essay.md")
    page = client.page(f"{preview}/headings")
    name = choice(page, "Duties of a Night Cook")

    answer = client.submit(f"{preview}/headings", {name: "king"}, form=HEADINGS)

    assert answer.status_code == 422
    assert library.corrections_of(draft()).marks == {}


def test_who_maps_second_sees_both(client):
    preview = imported(client, ESSAY, "essay.md")
    page = client.page(f"{preview}/headings")
    sent, name = values_of(page.one(HEADINGS)), choice(page, "Duties of a Night Cook")
    client.submit(f"{preview}/headings", {name: "level"}, form=HEADINGS)

    answer = client.post(f"{preview}/headings", data={**sent, name: "mixin"})

    assert answer.status_code == 409
    assert Page(answer).texts(".//div[@role='status']//li") == ["Duties of a Night Cook: Level"]


# -- Fields of a data file


def a_field(name: str) -> str:
    return f"f-{handle(name)}"


def test_a_data_file_of_unknown_fields_is_mapped_by_hand_and_so_is_its_next_version(client, draft):
    preview = imported(client, STRANGE, "cooks.yaml")
    assert ladder_of(draft()).levels == ()
    assert client.page(preview).texts(f"{FIELDS}//tbody//td[@data-label='Taken for']") == [
        "contains other fields, and says nothing",
        "not part of it",
        "itself the name of a dimension or level",
    ]

    answer = client.submit(
        preview, {a_field("tiers_of_ours"): "level", a_field("called"): "name"}, form=FIELDS
    )

    assert answer.status_code == 302
    assert asked(draft()) == {"Helper, taste": ["Salts."], "Chef, taste": ["Seasons.", "Leads."]}
    assert library.corrections_of(draft()).fields == {"tiers_of_ours": "level", "called": "name"}
    page = client.page(preview)
    chosen = page.all(f"{FIELDS}//select[@name='{a_field('called')}']/option[@selected]")
    assert [each.get("value") for each in chosen] == ["name"]
    client.submit(preview, form=ANSWERS)
    client.submit(preview, form=PUBLISH)
    again = imported(client, STRANGE.replace(b"Salts.", b"Salts, Stirs."), "cooks.yaml")
    assert asked(draft())["Helper, taste"] == ["Salts", "Stirs."]
    # What is taken back is said by the name again.
    client.submit(again, {a_field("tiers_of_ours"): "", a_field("called"): ""}, form=FIELDS)
    assert ladder_of(draft()).levels == ()


def test_what_a_field_cannot_be_is_refused(client, draft):
    preview = imported(client, STRANGE, "cooks.yaml")

    answer = client.submit(preview, {a_field("called"): "cascade"}, form=FIELDS)

    assert (answer.status_code, "Not a valid choice." in answer.text) == (422, True)
    assert library.corrections_of(draft()).fields == {}


def test_who_maps_fields_second_sees_both(client):
    preview = imported(client, STRANGE, "cooks.yaml")
    sent = values_of(client.page(preview).one(FIELDS))
    client.submit(preview, {a_field("called"): "name"}, form=FIELDS)

    answer = client.post(f"{preview}/fields", data={**sent, a_field("called"): "code"})

    assert answer.status_code == 409
    assert Page(answer).texts(".//div[@role='status']//li") == ["What called is for: A name"]


def test_a_document_of_prose_has_no_fields(client):
    assert client.page(imported(client)).all(FIELDS) == []


# -- A level of a ladder that is here already


def join(client, preview: str, place: str):
    return client.submit(preview, {"q-single": "join", "place": place}, form=ANSWERS)


def test_a_single_level_joins_a_ladder_as_its_next_version(client, draft):
    first = a_ladder(a_ladder_document("craft"))
    before = {each.id: each for each in ladder_of(first).levels}
    preview = imported(client, ONE, "head.md")

    answer = join(client, preview, "above craft senior-engineer")

    assert answer.status_code == 302
    version = draft()
    assert (version.number, version.ladder_id) == (2, first.ladder_id)
    ladder = ladder_of(version)
    assert [(each.name, each.rank) for each in ladder.levels] == [
        ("Engineer", 1),
        ("Senior engineer", 2),
        ("Senior Cook", 3),
        ("Staff engineer", 4),
    ]
    assert ladder.level("engineer") == before["engineer"]
    assert ladder.dimensions[-1].name == "Design"
    page = client.page(preview)
    assert "Version 1 is superseded." in page.text(PUBLISH)
    client.submit(preview, form=PUBLISH)
    assert draft().state is VersionState.PUBLISHED


def test_a_level_that_joined_can_be_a_ladder_of_its_own_again(client, draft):
    a_ladder(a_ladder_document("craft"))
    preview = imported(client, ONE, "head.md")
    join(client, preview, "below craft engineer")
    assert ladder_of(draft()).levels[0].name == "Senior Cook"

    client.submit(preview, {"q-single": "new"}, form=ANSWERS)

    ladder = ladder_of(draft())
    assert (ladder.id, len(ladder.levels), draft().number) == ("senior-cook", 1, 1)


def test_a_level_joins_nothing_that_is_not_there(client, draft):
    a_ladder(a_ladder_document("craft"))
    preview = imported(client, ONE, "head.md")

    for place, sentence in (
        ("", "Choose the ladder and the place in it."),
        ("above craft king", "Not a valid choice."),
        ("above craft", "Not a valid choice."),
    ):
        answer = join(client, preview, place)
        assert (answer.status_code, sentence in answer.text) == (422, True)
    assert draft().number == 1


def test_a_level_is_not_published_on_top_of_an_older_version(client, draft):
    a_ladder(a_ladder_document("craft"))
    preview = imported(client, ONE, "head.md")
    join(client, preview, "above craft engineer")
    joined = draft()
    a_ladder(a_ladder_document("craft", each=1))

    answer = client.submit(preview, form=PUBLISH)

    assert (answer.status_code, "has a newer version" in answer.text) == (409, True)
    assert joined.state is VersionState.DRAFT


def test_the_next_version_of_a_level_that_joined_takes_its_place_with_what_was_said_of_it(
    client, draft
):
    a_ladder(a_ladder_document("craft"))
    preview = imported(client, ONE, "head.md")
    client.submit(
        preview,
        {level("senior-cook", "name"): "Head cook", dimension("people", "name"): "Crew"},
        form=LEVELS,
    )
    join(client, preview, "above craft senior-engineer")
    client.submit(preview, form=PUBLISH)
    before = ladder_of(draft())
    assert draft().state is VersionState.PUBLISHED

    later = imported(client, ONE + b"- Hires.\n", "head-2.md")

    version = draft()
    ladder = ladder_of(version)
    assert (version.number, version.state) == (3, VersionState.DRAFT)
    assert [(each.id, each.name, each.rank) for each in ladder.levels] == [
        (each.id, each.name, each.rank) for each in before.levels
    ]
    assert ladder.level("senior-cook").name == "Head cook"
    assert asked(version)["Head cook, crew"] == ["Teaches.", "Hires."]
    # The rest of the ladder, and what the level said before, is as it was.
    known = {each.key: each.expectation.text for each in expectation_keys(before)}
    now = {each.key: each.expectation.text for each in expectation_keys(ladder)}
    assert known.items() <= now.items()
    assert now.keys() - known.keys() == {
        each.key for each in expectation_keys(ladder) if each.expectation.text == "Hires."
    }
    page = client.page(later)
    assert [
        each.text for each in page.all(f"{ANSWERS}//select[@name='place']//option[@selected]")
    ] == ["Instead of Head cook"]
    client.submit(later, form=PUBLISH)
    assert draft().state is VersionState.PUBLISHED


def test_what_was_said_of_a_level_is_kept_where_the_ladder_that_it_joined_lost_it(
    client, draft, monkeypatch
):
    craft = a_ladder_document("craft")
    a_ladder(craft)
    preview = imported(client, ONE, "head.md")
    client.submit(preview, {level("senior-cook", "name"): "Head cook"}, form=LEVELS)
    join(client, preview, "above craft senior-engineer")
    client.submit(preview, form=PUBLISH)
    # The ladder's own next version has neither the level nor the one that it stood beside.
    alone = replace(craft, levels=craft.levels[:1], mixins=())
    a_ladder(alone)

    # Another time, and not the same button twice.
    monkeypatch.setattr(presses, "KEPT", timedelta(0))
    imported(client, ONE, "head.md")

    version = draft()
    assert (ladder_of(version).id, version.number) == ("senior-cook", 1)
    assert [each.name for each in ladder_of(version).levels] == ["Head cook"]
    assert library.corrections_of(version).join is None


def test_a_ladder_does_not_take_what_was_said_of_a_level_that_joined_it(client, draft):
    preview = imported(client)
    client.submit(preview, {level("junior-cook", "name"): "Commis"}, form=LEVELS)
    client.submit(preview, form=ANSWERS)
    client.submit(preview, form=PUBLISH)
    one = imported(client, ONE.replace(b"Senior Cook", b"Head Cook"), "head.md")
    join(client, one, "above cooks senior-cook")
    client.submit(one, form=PUBLISH)
    assert draft().number == 2

    imported(client)

    assert [each.name for each in ladder_of(draft()).levels] == ["Commis", "Senior Cook"]


# -- Cost


def test_the_preview_costs_the_same_queries_for_any_document(client):
    small = imported(client)
    with recorded() as few:
        client.page(small)
    many = b"".join(
        b"## L%d Cook\n" % n
        + b"".join(b"### Skill %d\n- Does %d.\n" % (k, n * k) for k in range(12))
        for n in range(1, 9)
    )
    large = imported(client, b"# Many\n" + many, "many.md")
    with recorded() as more:
        client.page(large)

    assert len(few) == len(more)


def test_a_document_is_read_once_however_often_its_draft_is_looked_at_or_corrected(
    client, monkeypatch
):
    read = []

    def counted(files, **said):
        read.append((files[0].name, said["swap"]))
        return read_uploads(files, **said)

    monkeypatch.setattr(queries, "read_uploads", counted)
    name = "read-once.md"

    preview = imported(client, COOKS, name)
    before = client.page(preview).text()
    client.submit(preview, {level("junior-cook", "name"): "Commis"}, form=LEVELS)
    client.submit(preview, form=ANSWERS)
    client.page(preview)
    client.page(f"{preview}/headings")
    assert read == [(name, False)]
    assert "Commis" not in before
    assert "Commis" in client.page(preview).text()

    # What is said before anything is read makes another reading.
    client.submit(preview, form=SWAP)
    client.page(preview)
    assert read == [(name, False), (name, True)]

    # So does another document by the same name.
    imported(client, COOKS.replace(b"Salts.", b"Peppers."), name)
    assert read == [(name, False), (name, True), (name, False)]
