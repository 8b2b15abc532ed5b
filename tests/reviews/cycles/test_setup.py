"""An owner makes a cycle and sets it up; nothing half right is kept, nothing typed is lost."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from reviews.cycles import ladder_choice
from reviews.cycles.queries import owners_of
from reviews.db.models.audit import AuditEvent
from reviews.db.models.cycles import Cycle
from reviews.rules.enums import CyclePhase
from tests.builders import a_cycle, a_ladder, a_panel, a_person
from tests.pages import Page, text_of

pytestmark = pytest.mark.both_databases

DEADLINES = {
    "evidence_due": "2030-05-03T17:00",
    "rating_due": "2030-05-10T17:00",
    "calibration_due": "2030-05-17T17:00",
}


@pytest.fixture
def owner(session):  # noqa: ARG001 - rolls back
    return a_person("Ines Okafor", is_owner=True, unit="People")


@pytest.fixture
def cycle(owner):
    return a_cycle(phase=CyclePhase.SETUP, owners=[owner], name="Autumn")


def path_of(cycle, page="setup"):
    return f"/cycles/{cycle.public_id}/{page}"


def test_a_new_cycle_belongs_to_its_maker_and_lacks_everything(client, session, owner):
    client.sign_in(owner)

    answer = client.submit("/cycles/new", {"name": " Autumn  2030 ", "time_zone": "Asia/Tokyo"})

    cycle = session.scalars(select(Cycle)).one()
    assert answer.location == path_of(cycle)
    assert (cycle.name, cycle.time_zone, cycle.phase) == (
        "Autumn 2030",
        "Asia/Tokyo",
        CyclePhase.SETUP,
    )
    assert owners_of(cycle) == [owner]
    assert client.page(path_of(cycle)).texts(".//*[@class='is-block']/span/a") == [
        "Ladder",
        "Deadlines",
        "Panels",
    ]
    assert session.scalars(select(AuditEvent.summary)).all() == ["Cycle Autumn 2030 created"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Give the cycle a name."),
        ("Autumn", "You own another cycle of this name. Choose one that tells them apart."),
        (
            "AUTUMN",
            "You own a cycle whose name looks like this one. Choose one that tells them apart.",
        ),
        (
            "\u0410utumn",
            "This mixes letters of scripts that look alike in one word. Write it in one script.",
        ),
        (
            "Au\u200btumn",
            "This contained an invisible character, which has been removed. Check it and send it again.",
        ),
    ],
)
@pytest.mark.usefixtures("cycle")
def test_a_name_is_refused_at_its_field(client, owner, name, sentence):
    client.sign_in(owner)

    answer = client.submit("/cycles/new", {"name": name})

    assert answer.status_code == 422
    assert Page(answer).texts(".//p[@class='error']") == [sentence]


@pytest.mark.usefixtures("cycle")
def test_a_name_tells_of_no_cycle_that_is_somebody_elses(client, session):
    other = a_person(is_owner=True)
    mine = a_cycle(phase=CyclePhase.SETUP, owners=[other], name="Spring")
    client.sign_in(other)

    made = client.submit("/cycles/new", {"name": "Autumn", "time_zone": "Asia/Tokyo"})
    renamed = client.submit(path_of(mine), {"name": "Autumn"})

    names = session.scalars(select(Cycle.name).order_by(Cycle.id)).all()
    # The second time there is one of their own, which they may know.
    assert (made.status_code, renamed.status_code, names) == (
        302,
        422,
        ["Autumn", "Spring", "Autumn"],
    )


def test_only_an_owner_of_the_site_makes_a_cycle(client):
    client.sign_in(a_person())

    assert client.get("/cycles/new").status_code == 404


def test_settings_are_saved_on_the_clocks_of_the_cycle(client, owner, cycle):
    ladder = a_ladder()
    client.sign_in(owner)

    answer = client.submit(
        path_of(cycle),
        {
            "time_zone": "America/New_York",
            "ladders": [ladder.public_id],
            **DEADLINES,
            "units": ["People"],
            "peers_min": "2",
            "peers_max": "4",
            "partly_allowed": "0",
            "met-word": "does it",
        },
    )

    assert answer.status_code == 302
    assert cycle.evidence_due == datetime(2030, 5, 3, 21, 0, tzinfo=UTC)
    assert [version.id for version in ladder_choice.pinned_versions(cycle)] == [ladder.id]
    assert (cycle.units, cycle.peers_min, cycle.peers_max, cycle.partly_allowed) == (
        ["People"],
        2,
        4,
        0,
    )
    assert cycle.scale["met"] == {
        "word": "does it",
        "hint": "Works this way already, without being asked.",
    }
    assert client.page(path_of(cycle)).one(".//*[@id='evidence_due']").get("value") == (
        "2030-05-03T17:00"
    )


def test_an_hour_that_the_clock_leaves_out_is_refused_and_kept_in_the_form(client, owner, cycle):
    before = cycle.evidence_due
    client.sign_in(owner)

    answer = client.submit(path_of(cycle), {**DEADLINES, "evidence_due": "2030-03-31T02:30"})

    page = Page(answer)
    assert answer.status_code == 422
    assert page.texts(".//*[@id='evidence_due-error-1']") == [
        (
            "02:30 does not exist on 31 March 2030 in Europe/Berlin: clocks go forward that night."
            " Choose 01:59 on 31 March or earlier, or 03:00 on 31 March or later."
        )
    ]
    assert page.one(".//*[@id='evidence_due']").get("value") == "2030-03-31T02:30"
    assert cycle.evidence_due == before


#: In October 2029, when the clocks of Berlin go back.
FIRST, SECOND = (datetime(2029, 10, 28, hour, 30, tzinfo=UTC) for hour in (0, 1))


def choices_of(page, field="evidence_due"):
    """Each choice between two equal times in words, and the field that it is chosen by."""
    labels = page.all(f".//*[@id='{field}_which']//label")
    return {text_of(label): label.find(".//input") for label in labels}


def test_an_hour_that_comes_twice_is_asked_about_and_kept_in_the_form(client, owner, cycle):
    before = cycle.evidence_due
    client.sign_in(owner)

    twice = {**DEADLINES, "evidence_due": "2029-10-28T02:30", "rating_due": "2029-10-28T02:59"}
    answer = client.submit(path_of(cycle), twice)

    page = Page(answer)
    assert answer.status_code == 422
    assert cycle.evidence_due == before
    assert page.one(".//*[@id='evidence_due']").get("value") == "2029-10-28T02:30"
    assert page.texts(".//*[@class='flash flash--error']//li") == [
        (
            f"{label}, which {at}: Clocks go back on 28 October 2029, so {at} comes twice."
            " Choose one."
        )
        for label, at in (("Evidence due", "02:30"), ("Ratings due", "02:59"))
    ]
    choices = choices_of(page)
    assert list(choices) == ["the first 02:30 (CEST)", "the second 02:30 (CET)"]
    assert [each.get("checked") for each in choices.values()] == [None, None]
    assert choices_of(page, "calibration_due") == {}


@pytest.mark.parametrize(
    ("words", "meant"), [("the first 02:30 (CEST)", FIRST), ("the second 02:30 (CET)", SECOND)]
)
def test_which_of_two_equal_times_is_meant_is_saved_and_shown(client, owner, cycle, words, meant):
    client.sign_in(owner)
    typed = {**DEADLINES, "evidence_due": "2029-10-28T02:30"}
    asked = client.submit(path_of(cycle), typed)

    client.submit_again(asked, {"evidence_due_which": choices_of(Page(asked))[words].get("value")})

    assert cycle.evidence_due == meant
    page = client.page(path_of(cycle))
    assert [name for name, at in choices_of(page).items() if at.get("checked") is not None] == [
        words
    ]
    # Saved once more as it is shown, it is the same.
    client.submit(path_of(cycle), {"name": "Autumn, late"})
    assert (cycle.name, cycle.evidence_due) == ("Autumn, late", meant)


@pytest.mark.parametrize(
    ("changed", "asked"),
    [
        (
            {"evidence_due": "2029-10-28T02:31"},
            ["the first 02:31 (CEST)", "the second 02:31 (CET)"],
        ),
        (
            {"evidence_due": "2030-10-27T02:30"},
            ["the first 02:30 (CEST)", "the second 02:30 (CET)"],
        ),
        (
            {"time_zone": "America/New_York", "evidence_due": "2029-11-04T01:30"},
            ["the first 01:30 (EDT)", "the second 01:30 (EST)"],
        ),
        (
            {"evidence_due_which": "the second"},
            ["the first 02:30 (CEST)", "the second 02:30 (CET)"],
        ),
        # Neither is a time that comes twice, so nothing is asked and what was chosen before counts for nothing.
        ({"evidence_due": "2029-10-28T03:30"}, datetime(2029, 10, 28, 2, 30, tzinfo=UTC)),
        ({"time_zone": "Asia/Tokyo"}, datetime(2029, 10, 27, 17, 30, tzinfo=UTC)),
        ({"evidence_due": ""}, None),
    ],
)
def test_what_was_chosen_counts_for_the_very_time_it_was_chosen_for(
    client, owner, cycle, changed, asked
):
    client.sign_in(owner)
    asked_first = client.submit(path_of(cycle), {**DEADLINES, "evidence_due": "2029-10-28T02:30"})

    answer = client.submit_again(asked_first, {"evidence_due_which": SECOND.isoformat(), **changed})

    if isinstance(asked, list):
        assert (answer.status_code, list(choices_of(Page(answer)))) == (422, asked)
    else:
        assert (answer.status_code, cycle.evidence_due) == (302, asked)
        assert choices_of(client.page(path_of(cycle))) == {}


def test_every_deadline_that_no_clock_shows_is_told_at_once(client, owner, cycle):
    client.sign_in(owner)

    answer = client.submit(
        path_of(cycle),
        {"evidence_due": "2030-03-31T02:30", "rating_due": "2030-03-31T02:45", "peers_min": "x"},
    )

    refused = [each.get("id") for each in Page(answer).all(".//p[@class='error']")]
    assert refused == ["evidence_due-error-1", "rating_due-error-1", "peers_min-error-1"]


def test_two_equal_deadlines_of_two_owners_are_told_apart(client, app, owner, cycle):
    other = app.test_client()
    for browser in (client, other):
        browser.sign_in(owner)
    twice = {**DEADLINES, "evidence_due": "2029-10-28T02:30"}
    asked, others = (browser.submit(path_of(cycle), twice) for browser in (client, other))
    other.submit_again(others, {"evidence_due_which": FIRST.isoformat()})

    answer = client.submit_again(asked, {"evidence_due_which": SECOND.isoformat()})

    rows = [[cell.text for cell in row] for row in Page(answer).all(".//tbody/tr")]
    assert answer.status_code == 409
    assert rows == [["Evidence due", "28 Oct 2029, 02:30 CEST", "28 Oct 2029, 02:30 CET"]]


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("evidence_due", "soon", "Type a date and a time, such as 2026-11-27 17:00."),
        ("evidence_due", "9999-12-31T23:59", "Choose a year from 2000 to 2100."),
        ("peers_min", "many", "Type a whole number, such as 3."),
        ("peers_min", "9" * 5000, "Type a whole number, such as 3."),
        ("peers_max", "2", "This is fewer than the 3 peers needed at least."),
        ("partly_allowed", "-1", "Choose a number from 0 to 50."),
        ("met-word", "x" * 41, "Shorten this to 40 characters."),
    ],
)
def test_bad_input_is_a_sentence_at_its_field(client, owner, cycle, *, field, typed, sentence):
    client.sign_in(owner)

    answer = client.submit(path_of(cycle), {"peers_min": "3", "peers_max": "6", field: typed})

    page = Page(answer)
    assert answer.status_code == 422
    assert page.texts(f".//*[@id='{field}-error-1']") == [sentence]
    assert page.one(f".//*[@id='{field}']").get("value") == typed


def test_the_second_of_two_owners_keeps_the_text_and_sees_the_other(client, app, owner, cycle):
    other = app.test_client()
    for browser in (client, other):
        browser.sign_in(owner)
    stale = Page(client.get(path_of(cycle)))
    other.submit(path_of(cycle), {"name": "Autumn, late", "peers_min": "2"})

    answer = client.post(
        path_of(cycle),
        data={
            **{
                field.get("name"): field.get("value") or ""
                for field in stale.all(".//main//form[@method='post']//input")
                if field.get("type") != "checkbox" and field.get("name")
            },
            "time_zone": "Europe/Berlin",
            "name": "Autumn, early",
            "peers_min": "1",
        },
    )

    page = Page(answer)
    assert answer.status_code == 409
    assert page.one(".//*[@id='name']").get("value") == "Autumn, early"
    assert ["Name", "Autumn, late", "Autumn, early"] in [
        [cell.text for cell in row] for row in page.all(".//tbody/tr")
    ]
    assert cycle.name == "Autumn, late"
    # Saving once more, from the page that shows both, goes through.
    assert page.one(".//*[@id='version']").get("value") == str(cycle.version)


def test_settings_are_closed_once_the_cycle_is_open(client, owner):
    cycle = a_cycle(phase=CyclePhase.EVIDENCE, owners=[owner])
    client.sign_in(owner)

    assert client.get(path_of(cycle)).status_code == 404


def test_a_second_owner_is_found_ticked_and_saved(client, owner, cycle):
    second = a_person("Mara Lindqvist", title="People partner")
    client.sign_in(owner)

    found = client.submit(path_of(cycle, "owners"), {"q": "lindqvist", "find": "1"})
    assert Page(found).texts(".//tbody/tr/th") == ["Ines Okafor", "Mara Lindqvist"]
    assert owners_of(cycle) == [owner]

    client.submit(path_of(cycle, "owners"), {"people": [owner.public_id, second.public_id]})
    assert owners_of(cycle) == [owner, second]


def test_nobody_takes_themselves_off_the_owners(client, owner, cycle):
    second = a_person()
    client.sign_in(owner)

    answer = client.submit(path_of(cycle, "owners"), {"people": [second.public_id]})

    assert answer.status_code == 422
    assert "You stay an owner." in Page(answer).text()
    assert owners_of(cycle) == [owner]


@pytest.mark.parametrize("words", ["%", "_", "\\", "nobody of this name", "a" * 201, "\x00"])
def test_a_search_takes_words_for_what_they_are(client, owner, cycle, words):
    client.sign_in(owner)

    answer = client.submit(path_of(cycle, "owners"), {"q": words, "find": "1"})

    assert answer.status_code == (422 if words in {"a" * 201, "\x00"} else 200)
    assert Page(answer).texts(".//tbody/tr/th") == ["Ines Okafor"]


def test_what_is_complete_stands_as_done(client, owner, cycle):
    a_panel(cycle, chair=a_person(), members=[a_person()])
    client.sign_in(owner)

    page = client.page(path_of(cycle))

    assert page.all(".//*[@class='is-block']") == []
    assert len(page.all(".//*[@class='is-done']")) == 4
