"""Editing a ladder in the browser: a draft beside what is published, whose keys stay where they are."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ladders import document, library
from ladders.keys import expectation_keys
from ladders.models import ExpectationRow, LadderVersion, VersionState
from reviews.access.expectations import expectations_for, ladder_of
from reviews.db.models.audit import AuditEvent
from reviews.db.models.packets import EvidenceExpectation, Packet
from reviews.rules.enums import CyclePhase
from tests.builders import (
    NOW,
    a_cycle,
    a_ladder,
    a_ladder_document,
    a_packet,
    a_person,
    an_item,
)
from tests.pages import Page
from tests.recording import recorded

CRAFT = a_ladder_document("craft")
FORM = ".//form[@class='form form--text']"
DELIVERY = "levels/engineer/cells/delivery"


@pytest.fixture
def owner(client):
    owner = a_person("Olive Owner", is_owner=True)
    client.sign_in(owner)
    return owner


@pytest.fixture
def published():
    return a_ladder(CRAFT)


@pytest.fixture
def edit(client, owner, published):  # noqa: ARG001 - signed in
    """The address of the draft's pages."""
    begin = f".//form[@action='/ladders/{published.public_id}/edit']"
    answer = client.submit(f"/ladders/{published.public_id}", form=begin)
    return answer.headers["Location"].removesuffix("/frame")


def draft_of(session) -> LadderVersion:
    session.expire_all()
    return session.scalars(
        select(LadderVersion).where(LadderVersion.state == VersionState.DRAFT)
    ).one()


def ladder(session):
    return ladder_of(draft_of(session))


def keys(value):
    return [item.key for item in expectation_keys(value)]


def texts(value):
    return [each.text for each in value.level("engineer").cells[0].expectations]


def errors(answer):
    return Page(answer).texts(".//div[@role='alert']//li")


# -- The draft


def test_a_draft_is_a_copy_of_what_is_published(edit, session):
    assert ladder(session) == CRAFT
    assert draft_of(session).number == 2
    assert edit == f"/ladders/{draft_of(session).public_id}/edit"


def test_editing_again_goes_on_with_the_draft(client, edit, published):
    begin = f".//form[@action='/ladders/{published.public_id}/edit']"
    again = client.submit(f"/ladders/{published.public_id}", form=begin)

    assert again.headers["Location"] == f"{edit}/frame"


def test_only_a_draft_that_was_begun_here_is_edited(client, edit, published, session):
    imported = library.add_draft(session, CRAFT, public_id="imported", at=NOW, source_name="c.md")
    session.flush()

    for version in (published, imported):
        for page in ("frame", "levels/engineer", "dimensions/people", DELIVERY):
            client.page(f"/ladders/{version.public_id}/edit/{page}", 409)
    for wrong in ("levels/nobody", "roles/nobody", "dimensions/nobody", "levels/engineer/cells/x"):
        client.page(f"{edit}/{wrong}", 404)
    client.page(f"{edit}/things/engineer/cells/delivery", 404)


def test_nobody_but_an_owner_finds_the_pages(client, edit, published):
    client.sign_in(a_person("Rea Reader"))

    for page in ("frame", "levels/engineer", "common/all", DELIVERY):
        client.page(f"{edit}/{page}", 404)
    shown = client.page(f"/ladders/{published.public_id}")
    assert "Edit as a next version" not in shown.text()


# -- A cell


def test_a_text_worded_anew_keeps_its_key(client, edit, session):
    answer = client.submit(f"{edit}/{DELIVERY}", {"rows-0-text": "Delivers, always."}, form=FORM)

    assert answer.headers["Location"] == f"{edit}/levels/engineer#cell-delivery"
    assert texts(ladder(session)) == ["Delivers, always.", "Delivery at Engineer, statement 2."]
    assert keys(ladder(session)) == keys(CRAFT)
    rows = session.scalars(
        select(ExpectationRow.key).where(ExpectationRow.version_id == draft_of(session).id)
    )
    assert set(rows) == set(keys(CRAFT))


def test_saving_what_is_shown_changes_nothing(client, edit, session):
    for page in (DELIVERY, "levels/engineer", "roles/technical-lead", "dimensions/people"):
        assert client.submit(f"{edit}/{page}", form=FORM).status_code == 302
    assert (
        client.submit(f"{edit}/frame", form=f".//form[@action='{edit}/frame']").status_code == 302
    )

    assert ladder(session) == CRAFT
    assert len(list(session.scalars(select(AuditEvent.id)))) == 1


def test_label_kind_examples_and_words_of_the_cell_are_edited(client, edit, session):
    client.submit(
        f"{edit}/{DELIVERY}",
        {
            "summary": "In short.",
            "rows-0-label": "Pace",
            "rows-0-kind": "anti_pattern",
            "rows-0-examples": "First.\r\n\r\nSecond,\r\nof two lines.",
        },
        form=FORM,
    )

    cell = ladder(session).level("engineer").cells[0]
    assert cell.summary == "In short."
    assert cell.expectations[0] == document.Expectation(
        "Delivery at Engineer, statement 1.",
        label="Pace",
        kind="anti_pattern",
        examples=(document.Example("First."), document.Example("Second,\nof two lines.")),
    )


def fields_of(page):
    """What a browser would send of the cell's form, without its button."""
    fields = {}
    for field in page.one(FORM).iter():
        if field.tag in {"input", "textarea"}:
            fields[field.get("name")] = field.get("value") or (field.text or "").lstrip("\n")
        if field.tag == "select":
            fields[field.get("name")] = field.find("./option[@selected]").get("value")
    return fields


def pressed(client, url, act, **typed):
    """The page after one of the buttons that arrange the rows."""
    answer = client.post(url, data={**fields_of(client.page(url)), **typed, "act": act})
    assert answer.status_code == 200
    return Page(answer)


def shown_texts(page):
    return [
        (field.text or "").strip()
        for field in page.all(".//textarea")
        if field.get("name").endswith("-text")
    ]


FIRST, SECOND = "Delivery at Engineer, statement 1.", "Delivery at Engineer, statement 2."


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ("add", ["Typed.", SECOND, ""]),
        ("down-0", [SECOND, "Typed."]),
        ("up-1", [SECOND, "Typed."]),
        ("up-0", ["Typed.", SECOND]),
        ("remove-1", ["Typed."]),
        ("remove-7", ["Typed.", SECOND]),
        ("remove-\u00b2", ["Typed.", SECOND]),
        ("dance", ["Typed.", SECOND]),
    ],
)
def test_rows_are_arranged_without_saving_and_keep_what_is_typed(
    client, edit, session, act, expected
):
    page = pressed(client, f"{edit}/{DELIVERY}", act, **{"rows-0-text": "Typed."})

    assert shown_texts(page) == expected
    assert "Not saved yet." in page.text()
    assert ladder(session) == CRAFT


def test_arranged_rows_are_saved_in_their_new_order(client, edit, session):
    url = f"{edit}/{DELIVERY}"
    page = pressed(client, url, "down-0")
    more = {"rows-2-text": "A third.", "rows-2-key": "", "rows-2-kind": "expectation"}
    answer = client.post(url, data={**fields_of(page), **more, "act": "save"})

    assert answer.status_code == 302
    assert texts(ladder(session)) == [SECOND, FIRST, "A third."]
    assert set(keys(CRAFT)) <= set(keys(ladder(session)))


def test_a_row_without_a_text_is_refused_and_a_blank_new_one_is_left_out(client, edit, session):
    url = f"{edit}/{DELIVERY}"
    refused = client.submit(url, {"rows-0-text": " ", "summary": "Typed."}, form=FORM)
    assert refused.status_code == 422
    assert errors(refused) == [
        "Expectation: An expectation needs a text. Remove it if it is not needed."
    ]
    assert Page(refused).text(".//textarea[@name='summary']") == "Typed."

    client.submit(url, {"rows-0-text": "", "rows-0-key": ""}, form=FORM)
    assert texts(ladder(session)) == [SECOND]


def test_who_saves_a_cell_second_sees_the_first_text_and_keeps_the_own(client, edit, session):
    url = f"{edit}/{DELIVERY}"
    seen = client.page(url).one(".//input[@name='seen']").get("value")
    client.submit(url, {"rows-0-text": "Theirs."}, form=FORM)

    stale = client.submit(url, {"rows-0-text": "Mine.", "seen": seen}, form=FORM)

    assert stale.status_code == 409
    page = Page(stale)
    assert "Theirs." in page.texts(".//dl/div/dd")
    assert shown_texts(page)[0] == "Mine."
    assert texts(ladder(session))[0] == "Theirs."
    again = page.one(".//input[@name='seen']").get("value")
    assert client.submit(url, {"rows-0-text": "Mine.", "seen": again}, form=FORM).status_code == 302
    assert texts(ladder(session))[0] == "Mine."


def test_saving_another_part_meanwhile_is_no_conflict(client, edit, session):
    seen = client.page(f"{edit}/{DELIVERY}").one(".//input[@name='seen']").get("value")
    client.submit(f"{edit}/levels/engineer", {"name": "Maker"}, form=FORM)

    saved = client.submit(f"{edit}/{DELIVERY}", {"rows-0-text": "Mine.", "seen": seen}, form=FORM)

    assert saved.status_code == 302
    assert (ladder(session).level("engineer").name, texts(ladder(session))[0]) == ("Maker", "Mine.")


def test_a_cell_is_called_the_same_as_at_another_level(client, edit, session):
    url = f"{edit}/levels/senior-engineer/cells/delivery"
    choices = client.page(url).texts(".//select[@name='same_as']/option")
    assert choices == ["Nowhere: it is said here", "Engineer", "Staff engineer"]

    page = pressed(client, url, "remove-0", same_as="engineer", same_text="As before,\r\nalways")
    chosen = page.one(".//select[@name='same_as']/option[@selected]")
    assert chosen.get("value") == "engineer"
    client.post(url, data={**fields_of(page), "act": "save"})

    cell = ladder(session).level("senior-engineer").cells[0]
    assert cell.same_as == document.SameAs("engineer", "As before,\nalways")
    level = client.page(f"{edit}/levels/senior-engineer")
    assert "As at Engineer. In the ladder\u2019s words: “As before, always”" in level.texts(
        ".//section/p"
    )
    back = client.page(f"{edit}/levels/engineer/cells/delivery")
    assert back.texts(".//select[@name='same_as']/option")[1:] == ["Staff engineer"]

    client.submit(url, {"same_as": "", "same_text": ""}, form=FORM)
    assert ladder(session).level("senior-engineer").cells[0].same_as is None


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        (
            {"same_text": "As before."},
            "As the ladder words it: Choose the level that these words are about, or leave them out.",
        ),
        ({"same_as": "engineer"}, "The same as at: Not a valid choice."),
    ],
)
def test_words_without_a_level_and_the_level_itself_are_refused(
    client, edit, session, typed, error
):
    refused = client.submit(f"{edit}/{DELIVERY}", {"summary": "Typed.", **typed}, form=FORM)

    assert refused.status_code == 422
    assert errors(refused) == [error]
    assert Page(refused).text(".//textarea[@name='summary']") == "Typed."
    assert ladder(session) == CRAFT


def test_what_a_role_expects_at_one_level_is_said_and_read_there(client, edit, session):
    role = f"{edit}/roles/technical-lead"
    section = ".//section[@aria-labelledby='page-levels']"
    assert client.page(role).texts(f"{section}//details//a") == [
        *("Engineer", "Senior engineer", "Staff engineer")
    ]
    at = f"{role}/levels/senior-engineer"
    page = client.page(at)
    assert page.text(".//h1") == "Technical lead at Senior engineer"
    (first, *_) = page.all(".//section//div[@class='section-head']//a")
    assert first.get("href") == f"{at}/cells/delivery"

    page = pressed(client, f"{at}/cells/delivery", "add")
    typed = {**fields_of(page), "rows-0-text": "Leads two plans.", "act": "save"}
    answer = client.post(f"{at}/cells/delivery", data=typed)

    assert answer.headers["Location"] == f"{at}#cell-delivery"
    (said,) = ladder(session).mixin("technical-lead").cells_by_level
    assert said == document.LevelCells(
        "senior-engineer",
        (document.Cell("delivery", expectations=(document.Expectation("Leads two plans."),)),),
    )
    assert client.page(role).texts(f"{section}/ul/li") == ["Senior engineer1 expectation"]
    assert list(session.scalars(select(AuditEvent.summary).order_by(AuditEvent.id)))[-1] == (
        "Ladder Craft, version 2: Technical lead at Senior engineer, Delivery, edited"
    )
    version = edit.removesuffix("/edit")
    reading = client.page(f"{version}/levels/senior-engineer?role=technical-lead")
    assert "Leads two plans." in reading.texts(".//p[@class='expect']")


def test_a_role_speaks_at_no_level_that_it_cannot_be_added_to(client, owner, session):
    assert owner
    role = replace(CRAFT.mixins[0], applies_to=document.AppliesTo(from_rank=3))
    edit = begun(client, replace(CRAFT, mixins=(role,)))

    page = client.page(f"{edit}/roles/technical-lead")
    assert page.texts(".//section[@aria-labelledby='page-levels']//a") == ["Staff engineer"]
    for wrong in ("roles/technical-lead/levels/nobody", "roles/nobody/levels/engineer"):
        client.page(f"{edit}/{wrong}", 404)
        client.page(f"{edit}/{wrong}/cells/delivery", 404)
    client.page(f"{edit}/roles/technical-lead/levels/engineer/cells/nothing", 404)
    assert ladder(session).mixins == (role,)


def test_roles_and_what_everybody_is_asked_have_cells_too(client, edit, session):
    client.submit(
        f"{edit}/roles/technical-lead/cells/delivery", {"rows-0-text": "Leads it."}, form=FORM
    )
    everybody = f"{edit}/common/all/cells/people"
    page = pressed(client, everybody, "add")
    typed = {**fields_of(page), "rows-0-text": "Is kind."}
    assert client.post(everybody, data=typed).headers["Location"] == (
        f"{edit}/common/all#cell-people"
    )

    edited = ladder(session)
    assert edited.mixin("technical-lead").cells[0].expectations[0].text == "Leads it."
    assert edited.common.cells[0].expectations == (document.Expectation("Is kind."),)


# -- Levels, dimensions, roles, the whole


def test_a_level_is_described_anew(client, edit, session):
    client.submit(
        f"{edit}/levels/engineer",
        {
            "name": "Maker",
            "code": "L1",
            "rank": "0",
            "summary": "Makes.",
            "attributes": "Reports to: Head: of making\r\n\r\nScope",
        },
        form=FORM,
    )

    assert replace(ladder(session).level("engineer"), cells=()) == document.Level(
        "engineer",
        "Maker",
        0,
        code="L1",
        summary="Makes.",
        attributes=(
            document.Attribute("Reports to", "Head: of making"),
            document.Attribute("Scope", ""),
        ),
    )
    assert len(keys(ladder(session))) == len(keys(CRAFT))


@pytest.mark.parametrize(
    ("page", "typed", "error"),
    [
        ("levels/engineer", {"name": " "}, "Name: Give it a name."),
        ("levels/engineer", {"rank": "first"}, "Rank: Type a whole number, such as 3."),
        ("levels/engineer", {"rank": "1001"}, "Rank: A rank is a whole number from -1000 to 1000."),
        ("levels/engineer", {"code": "x" * 81}, "Code: Shorten this to 80 characters."),
        ("roles/technical-lead", {"name": "x" * 301}, "Name: Shorten this to 300 characters."),
        ("dimensions/people", {"name": ""}, "Name: Give it a name."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(client, edit, page, typed, error, session):  # noqa: PLR0917
    refused = client.submit(f"{edit}/{page}", typed, form=FORM)

    assert refused.status_code == 422
    assert errors(refused) == [error]
    assert ladder(session) == CRAFT


def test_who_saves_a_level_second_sees_the_first_name(client, edit, session):
    url = f"{edit}/levels/engineer"
    seen = client.page(url).one(".//input[@name='seen']").get("value")
    client.submit(url, {"name": "Theirs"}, form=FORM)

    stale = client.submit(url, {"name": "Mine", "seen": seen}, form=FORM)

    assert stale.status_code == 409
    assert Page(stale).texts(".//dl/div/dd")[0] == "Theirs"
    assert Page(stale).one(".//input[@name='name']").get("value") == "Mine"
    assert ladder(session).level("engineer").name == "Theirs"


def test_levels_dimensions_and_roles_are_added_and_removed(client, edit, session):
    for what, name in (("level", "Principal"), ("dimension", "Craft"), ("role", "Mentor")):
        answer = client.submit(
            f"{edit}/frame", {f"{what}-name": name}, form=f".//form[@action='{edit}/{what}s']"
        )
        assert answer.headers["Location"] == f"{edit}/frame#page-{what}s"
    edited = ladder(session)
    assert (edited.levels[-1].name, edited.levels[-1].rank) == ("Principal", 4)
    assert (edited.dimensions[-1].name, edited.mixins[-1].name) == ("Craft", "Mentor")

    for page in ("levels/principal", "dimensions/craft", "roles/mentor"):
        client.submit(f"{edit}/{page}", form=f".//form[@action='{edit}/{page}/remove']")
    assert ladder(session) == CRAFT
    assert list(session.scalars(select(AuditEvent.summary).order_by(AuditEvent.id)))[1:] == [
        f"Ladder Craft, version 2: {what}"
        for what in (
            "level Principal added",
            "dimension Craft added",
            "role Mentor added",
            "level Principal removed",
            "dimension Craft removed",
            "role Mentor removed",
        )
    ]


def test_a_nameless_addition_is_refused_beside_its_field(client, edit, session):
    refused = client.submit(
        f"{edit}/frame", {"level-name": ""}, form=f".//form[@action='{edit}/levels']"
    )

    assert refused.status_code == 422
    assert errors(refused) == ["Name: Give it a name."]
    assert ladder(session) == CRAFT


def test_the_frame_and_groups_are_edited(client, edit, session):
    client.submit(
        f"{edit}/frame",
        {"name": "Handwork", "mode": "supersede", "tagline": "In short."},
        form=f".//form[@action='{edit}/frame']",
    )
    client.submit(f"{edit}/dimensions/people", {"name": "Folk", "group": "How"}, form=FORM)

    edited = ladder(session)
    assert (edited.name, edited.cascade.mode, edited.tagline) == (
        "Handwork",
        "supersede",
        "In short.",
    )
    assert edited.dimension("people") == document.Dimension("people", "Folk", group="how")
    assert edited.groups == (document.Group("how", "How"),)


def test_a_dimension_is_described_and_moved_and_cascades_in_its_own_way(client, edit, session):
    page = f"{edit}/dimensions/delivery"
    order = [each.id for each in CRAFT.dimensions]
    answer = client.submit(
        page, {"after": order[-1], "summary": "What gets done.", "cascade": "supersede"}, form=FORM
    )

    assert answer.status_code == 302
    edited = ladder(session)
    assert [each.id for each in edited.dimensions] == [*order[1:], order[0]]
    assert edited.dimension("delivery") == replace(
        CRAFT.dimension("delivery"), summary="What gets done.", cascade="supersede"
    )
    assert sorted(keys(edited)) == sorted(keys(CRAFT))

    client.submit(page, {"after": "", "summary": "", "cascade": ""}, form=FORM)
    assert ladder(session) == CRAFT


def test_a_role_is_limited_to_levels(client, edit, session):
    adding = f".//form[@action='{edit}/roles']"
    client.submit(f"{edit}/frame", {"role-name": "Mentor"}, form=adding)
    page = f"{edit}/roles/mentor"
    refused = client.submit(page, {"levels": []}, form=FORM)
    assert (refused.status_code, errors(refused)) == (
        422,
        ["Levels it can be added to: Tick at least one level."],
    )

    client.submit(page, {"levels": ["senior-engineer"]}, form=FORM)
    assert ladder(session).mixin("mentor").applies_to == document.AppliesTo(
        levels=("senior-engineer",)
    )

    client.submit(page, {"levels": [each.id for each in CRAFT.levels]}, form=FORM)
    assert ladder(session).mixin("mentor").applies_to == document.AppliesTo()


def test_who_saves_a_role_second_reads_the_first_in_the_words_of_the_page(client, edit):
    adding = f".//form[@action='{edit}/roles']"
    client.submit(f"{edit}/frame", {"role-name": "Mentor"}, form=adding)
    page = f"{edit}/roles/mentor"
    seen = client.page(page).one(".//input[@name='seen']").get("value")
    client.submit(page, {"levels": ["senior-engineer"]}, form=FORM)

    answer = client.submit(page, {"summary": "Helps.", "seen": seen}, form=FORM)

    assert answer.status_code == 409
    theirs = Page(answer).texts(".//dl[@class='facts facts--wide']//dd")
    assert theirs == ["Mentor", "Senior engineer", "No"]


def begun(client, published):
    """The address of the pages of a draft from what is published."""
    version = a_ladder(published)
    begin = f".//form[@action='/ladders/{version.public_id}/edit']"
    answer = client.submit(f"/ladders/{version.public_id}", form=begin)
    return answer.headers["Location"].removesuffix("/frame")


def test_a_track_is_added_a_level_put_in_it_and_the_track_removed_when_it_is_empty(
    client, edit, session
):
    assert client.page(f"{edit}/levels/engineer").all(".//select[@name='track']") == []
    adding = f".//form[@action='{edit}/tracks']"
    answer = client.submit(f"{edit}/frame", {"track-name": "Makers"}, form=adding)
    assert answer.headers["Location"] == f"{edit}/frame#page-tracks"

    client.submit(f"{edit}/levels/engineer", {"track": "makers"}, form=FORM)
    assert ladder(session).level("engineer") == replace(CRAFT.level("engineer"), track="makers")
    frame = client.page(f"{edit}/frame")
    assert frame.texts(".//section[@aria-labelledby='page-tracks']//li") == ["Makers1 level"]

    remove = f".//form[@action='{edit}/tracks/makers/remove']"
    refused = client.submit(f"{edit}/tracks/makers", form=remove)
    assert refused.status_code == 409
    assert "Makers cannot be removed while it is named by Engineer." in Page(refused).text()
    client.submit(f"{edit}/levels/engineer", {"track": ""}, form=FORM)
    client.submit(f"{edit}/tracks/makers", form=remove)
    assert ladder(session) == CRAFT


TRACKS = replace(
    CRAFT,
    tracks=(
        document.Track("makers", "Makers"),
        document.Track("leads", "Leads", inherits=(document.TrackInheritance("makers", 2),)),
        document.Track("guests", "Guests"),
    ),
)


@pytest.mark.usefixtures("owner")
def test_a_track_says_whose_levels_it_expects_too(client, session):
    edit = begun(client, TRACKS)
    page = client.page(f"{edit}/tracks/leads")
    assert page.texts(".//fieldset/legend") == ["Makers", "Guests"]
    assert page.one(".//input[@name='others-0-below']").get("value") == "2"

    client.submit(f"{edit}/tracks/leads", form=FORM)
    assert ladder(session) == TRACKS

    client.submit(
        f"{edit}/tracks/leads",
        {"name": "Heads", "others-0-below": "", "others-1-is_taken": "y", "others-1-below": "-1"},
        form=FORM,
    )
    assert ladder(session).tracks[1] == document.Track(
        "leads",
        "Heads",
        inherits=(document.TrackInheritance("makers"), document.TrackInheritance("guests", -1)),
    )


@pytest.mark.usefixtures("owner")
def test_a_track_not_taken_over_any_more_is_gone_and_one_not_asked_about_stays(client, session):
    edit = begun(client, TRACKS)
    fields = fields_of(client.page(f"{edit}/tracks/leads"))
    token = {name: fields[name] for name in ("csrf_token", "seen")}
    client.post(f"{edit}/tracks/leads", data={**token, "name": "Leads"})
    assert ladder(session) == TRACKS

    sent = {**token, "name": "Leads", "others-0-track": "makers", "others-1-track": "nowhere"}
    client.post(f"{edit}/tracks/leads", data={**sent, "others-1-is_taken": "y"})
    assert ladder(session).tracks[1] == document.Track("leads", "Leads")


@pytest.mark.usefixtures("owner")
def test_a_rank_that_is_none_is_refused_beside_its_field_and_what_is_typed_stays(client, session):
    edit = begun(client, TRACKS)

    refused = client.submit(
        f"{edit}/tracks/leads", {"name": "Heads", "others-0-below": "two"}, form=FORM
    )

    assert refused.status_code == 422
    assert errors(refused) == ["Only those below rank: Type a whole number, such as 3."]
    page = Page(refused)
    assert page.one(".//input[@name='others-0-below']").get("value") == "two"
    assert page.one(".//input[@name='name']").get("value") == "Heads"
    assert ladder(session) == TRACKS


@pytest.mark.usefixtures("owner")
def test_who_saves_a_track_second_sees_the_first(client, session):
    url = f"{begun(client, TRACKS)}/tracks/leads"
    seen = client.page(url).one(".//input[@name='seen']").get("value")
    client.submit(url, {"name": "Theirs"}, form=FORM)

    stale = client.submit(url, {"name": "Mine", "seen": seen}, form=FORM)

    assert stale.status_code == 409
    assert Page(stale).texts(".//dl/div/dd") == [
        "Theirs",
        "expects its levels too, those below rank 2",
    ]
    assert ladder(session).tracks[1].name == "Theirs"


def test_who_wrote_it_and_its_licence_are_edited_and_shown(client, edit, session):
    url, form = f"{edit}/frame", f".//form[@action='{edit}/frame']"
    refused = client.submit(
        url, {"licence": "CC-BY-4.0", "licence_url": "javascript:alert(1)"}, form=form
    )
    assert refused.status_code == 422
    assert errors(refused) == [
        "Where the licence stands: Begin with https:// or http://, or leave it empty."
    ]
    assert Page(refused).one(".//input[@name='licence']").get("value") == "CC-BY-4.0"
    assert ladder(session) == CRAFT

    client.submit(
        url,
        {
            "attribution": "By the guild.",
            "licence": "CC-BY-4.0",
            "licence_url": "https://example.org/by",
        },
        form=form,
    )

    assert ladder(session) == replace(
        CRAFT, licence=document.Licence("CC-BY-4.0", "https://example.org/by", "By the guild.")
    )
    page = client.page(f"{edit}/levels/engineer")
    assert "By the guild. Licence: CC-BY-4.0." in page.text()
    assert [link.get("href") for link in page.all(".//a[@rel]")] == ["https://example.org/by"]


@pytest.mark.usefixtures("owner")
def test_where_the_licence_was_found_and_its_white_space_stay(client, session):
    licence = document.Licence("MIT ", attribution="A\n B", evidence="The last line.")
    url = f"{begun(client, replace(CRAFT, licence=licence))}/frame"

    client.submit(url, {"tagline": "Short."}, form=f".//form[@action='{url}']")

    assert (ladder(session).licence, ladder(session).tagline) == (licence, "Short.")


@pytest.mark.usefixtures("owner")
def test_the_last_dimension_is_not_removed(client):
    version = a_ladder(a_ladder_document("small", dimensions=("Only",)))
    begin = f".//form[@action='/ladders/{version.public_id}/edit']"
    edit = client.submit(f"/ladders/{version.public_id}", form=begin).headers["Location"]
    page = edit.replace("/frame", "/dimensions/only")

    refused = client.submit(page, form=f".//form[@action='{page}/remove']")

    assert refused.status_code == 409
    assert "A ladder needs at least one dimension." in Page(refused).text()


# -- Discarding


def test_a_draft_is_discarded_from_its_page_and_what_is_published_stays(client, edit, session):
    discard = f"{edit.removesuffix('/edit')}/discard"
    assert discard in [link.get("href") for link in client.page(f"{edit}/frame").all(".//main//a")]
    page = client.page(discard)
    assert "everything that was changed in it" in page.text(".//p[@class='lede']")
    assert f"{edit}/frame" in [link.get("href") for link in page.all(".//form//a")]

    client.submit(discard)

    assert [row.state for row in session.scalars(select(LadderVersion))] == [VersionState.PUBLISHED]
    client.page(f"{edit}/frame", 404)


# -- Publishing


def test_an_editorial_fix_unpins_nothing(client, edit, published, session):
    cycle = a_cycle(ladder=published, phase=CyclePhase.EVIDENCE)
    packet = a_packet(cycle)
    an_item(packet)
    before = expectations_for(packet)
    pointed_at = session.scalars(select(EvidenceExpectation.expectation_id)).one()
    fixed = f"{edit}/levels/{packet.target_level.key}/cells/delivery"
    hash_before = published.content_hash

    client.submit(fixed, {"rows-0-text": "Delivers, always."}, form=FORM)
    client.submit(f"{edit}/frame", form=".//form[@class='confirm stack']")

    session.expire_all()
    assert (published.state, published.content_hash) == (VersionState.SUPERSEDED, hash_before)
    pinned = session.scalars(
        select(Packet).options(
            joinedload(Packet.ladder_version),
            joinedload(Packet.target_level),
            joinedload(Packet.current_level),
        )
    ).one()
    assert pinned.ladder_version_id == published.id
    assert expectations_for(pinned) == before
    assert session.get(ExpectationRow, pointed_at).text in {
        each.text for dimension in before.dimensions for each in dimension.new
    }
    newest = library.published_version(session, published.ladder_id)
    assert newest.number == 2
    assert keys(ladder_of(newest)) == keys(CRAFT)


def test_a_draft_says_that_another_version_was_published_meanwhile(client, edit):
    assert "was published after this draft" not in client.page(f"{edit}/frame").text()
    a_ladder(replace(CRAFT, name="Newer")).published_at = NOW + timedelta(days=9)

    page = client.page(f"{edit}/frame")

    assert "Version 3 was published after this draft was begun." in page.text()


def test_the_draft_stands_in_the_library_and_leads_to_its_pages(client, edit):
    page = client.page("/ladders")

    (link,) = page.all(".//section[@aria-labelledby='page-drafts']//th/a")
    assert link.get("href") == f"{edit}/frame"
    frame = client.page(link.get("href"))
    for each in frame.all(".//section[@class='gap']//a") + frame.all(".//ul[@class='rows']//a"):
        client.page(each.get("href"))


def test_a_page_of_the_draft_costs_the_same_for_small_and_large_ladders(client, owner):  # noqa: ARG001
    counts = []
    for each in (1, 20):
        version = a_ladder(a_ladder_document(f"size-{each}", each=each))
        begin = f".//form[@action='/ladders/{version.public_id}/edit']"
        edit = client.submit(f"/ladders/{version.public_id}", form=begin).headers["Location"]
        with recorded() as seen:
            client.page(edit)
            client.page(edit.replace("frame", "levels/engineer"))
            client.page(edit.replace("frame", DELIVERY))
        counts.append(len(seen))

    assert counts[0] == counts[1]
