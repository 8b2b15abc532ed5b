"""An owner looks for lines by person, packet, act, text and day: of what was changed, and of who saw what."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reviews.audit import service
from reviews.db import clock
from reviews.rules.enums import Action, ConflictStanding, CyclePhase, Verb
from tests import builders as b
from tests.builders import NOW
from tests.recording import recorded

pytestmark = pytest.mark.both_databases


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.fixed(NOW):
        yield


@pytest.fixture
def owner(session):  # noqa: ARG001 - rolls back
    return b.a_person("Ines Okafor")


@pytest.fixture
def cycle(owner):
    return b.a_cycle(phase=CyclePhase.RATING, owners=[owner], time_zone="Europe/Berlin")


@pytest.fixture
def packet(cycle):
    return b.a_packet(cycle, candidate=b.a_person("Élodie Ström", manager=b.a_person("Grace")))


def audit(cycle, query="", log=""):
    return f"/cycles/{cycle.public_id}/audit{log}{query}"


def found(page):
    """Who and what, line by line."""
    return [
        (row.findall("td")[-2].text, " ".join(" ".join(row.findall("td")[-1].itertext()).split()))
        for row in page.all(".//tbody/tr")
    ]


def whats(client, address):
    return [what for _, what in found(client.page(address))]


def test_who_saw_whose_rating_is_one_query_on_one_page(client, owner, cycle, packet):
    mara, bo = b.a_person("Mara"), b.a_person("Bo")
    other = b.a_packet(cycle)
    b.a_read(packet, mara, Action.READ_PEER_RATINGS)
    b.a_read(packet, bo, Action.READ_MANAGER_RATING, at=NOW + timedelta(minutes=1))
    b.a_read(other, mara, Action.READ_PEER_RATINGS)
    client.sign_in(owner)

    page = client.page(audit(cycle, f"?packet={packet.public_id}", "/reads"))

    assert (
        found(page)
        == [
            ("Mara", "Packet of Élodie Ström Read the peers' ratings, with their names"),
            ("Bo", "Packet of Élodie Ström Read the manager's rating"),
        ][::-1]
    )
    assert page.texts(".//h1") == ["Read log"]


@pytest.mark.parametrize(
    ("query", "readers"),
    [
        ("", ["Bo", "Mara"]),
        ("?action=R12", ["Bo"]),
        ("?q=mar", ["Mara"]),
        ("?q=ÉLODIE+str", ["Bo", "Mara"]),
        ("?q=nobody", []),
        ("?action=R12&q=mara", []),
    ],
)
def test_reads_are_found_by_act_and_by_the_names_in_them(client, owner, packet, query, readers):
    b.a_read(packet, b.a_person("Mara"))
    b.a_read(packet, b.a_person("Bo"), Action.READ_MANAGER_RATING)
    client.sign_in(owner)

    assert [who for who, _ in found(client.page(audit(packet.cycle, query, "/reads")))] == readers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("PANEL", [3, 1]),
        ("too far apart", [2]),
        ("bo", [2]),
        ("élodie", [3]),
        ("command", [1]),
        ("100%", []),
        ("_", []),
        ("  panel   of ", [3]),
    ],
)
def test_changes_are_found_by_their_words_and_the_names_in_them(
    client, owner, packet, text, numbers
):
    cycle = packet.cycle
    service.record(None, Verb.EDIT_PANELS, "Panel made", at=NOW, cycle=cycle)
    bo = b.a_person("Bo")
    service.record(bo, Verb.OPEN_CYCLE, "Opened", at=NOW, cycle=cycle, reason="Too far apart.")
    service.record(owner, Verb.EDIT_PANELS, "Panel of this packet", at=NOW, packet=packet)
    client.sign_in(owner)

    page = client.page(audit(cycle, f"?q={text.replace('%', '%25').replace(' ', '+')}"))

    assert [int(row.find("td").text) for row in page.all(".//tbody/tr")] == numbers


def test_changes_are_found_by_packet(client, owner, cycle, packet):
    service.record(owner, Verb.EDIT_PANELS, "Of the cycle", at=NOW, cycle=cycle)
    service.record(owner, Verb.EDIT_PANELS, "Of the packet", at=NOW, packet=packet)
    service.record(owner, Verb.EDIT_PANELS, "Of another", at=NOW, packet=b.a_packet(cycle))
    client.sign_in(owner)

    assert whats(client, audit(cycle, f"?packet={packet.public_id}")) == [
        "Of the packet Edit panels"
    ]


@pytest.mark.parametrize("log", ["", "/reads"])
def test_days_are_those_of_the_cycle_and_both_are_included(client, owner, cycle, packet, log):
    zone = ZoneInfo("Europe/Berlin")
    moments = ((8, 23), (9, 0), (10, 23), (11, 0))
    days = [datetime(2026, 3, day, hour, 30, tzinfo=zone) for day, hour in moments]
    for number, at in enumerate(days):
        if log:
            b.a_read(packet, b.a_person(f"Reader {number}"), at=at.astimezone(UTC))
        else:
            person = b.a_person(f"Reader {number}")
            service.record(person, Verb.EDIT_PANELS, "X", at=at.astimezone(UTC), cycle=cycle)
    client.sign_in(owner)

    def readers(query):
        return [who[-1] for who, _ in found(client.page(audit(cycle, query, log)))]

    assert readers("?from=2026-03-09&to=2026-03-10") == ["2", "1"]
    assert readers("?from=2026-03-09") == ["3", "2", "1"]
    assert readers("?to=2026-03-08") == ["0"]
    assert readers("?from=2026-03-10&to=2026-03-10") == ["2"]


@pytest.mark.parametrize("log", ["", "/reads"])
@pytest.mark.parametrize(
    "wrong",
    [
        ("from=yesterday", "yesterday", "Type a date, such as 2026-06-08."),
        ("to=2026-02-30", "2026-02-30", "Type a date, such as 2026-06-08."),
        ("from=0001-01-01", "0001-01-01", "Choose a year from 1950 to 2100."),
        ("to=9999-12-31", "9999-12-31", "Choose a year from 1950 to 2100."),
        ("from=2026-03-09&to=2026-03-08", "2026-03-08", "Choose a day that is not before the first one."),
        (f"q={'x' * 201}", "x" * 201, "Search for at most 200 characters."),
    ],
)  # fmt: skip
def test_what_cannot_be_looked_for_gets_a_sentence_and_keeps_what_was_typed(
    client, owner, packet, log, wrong
):
    query, typed, sentence = wrong
    cycle = packet.cycle
    b.a_read(packet, owner)
    service.record(owner, Verb.EDIT_PANELS, "Of the cycle", at=NOW, cycle=cycle)
    client.sign_in(owner)

    page = client.page(audit(cycle, f"?{query}", log), status=422)

    assert page.texts(".//p[@class='error']") == [sentence]
    assert typed in [field.get("value") for field in page.all(".//form//input")]
    assert page.all(".//tbody") == []


def test_all_faults_are_told_at_once(client, owner, cycle):
    client.sign_in(owner)

    page = client.page(audit(cycle, f"?from=x&to=y&q={'z' * 201}"), status=422)

    assert len(page.texts(".//p[@class='error']")) == 3


@pytest.mark.parametrize("log", ["", "/reads"])
@pytest.mark.parametrize(
    "query",
    ["?since=2026-03-09", "?q=a&q=b", "?from=2026-03-09&from=", "?sort=at", "?packet=%00"],
)
def test_what_is_no_filter_is_refused(client, owner, cycle, log, query):
    client.sign_in(owner)

    assert client.get(audit(cycle, query, log)).status_code == 400


def test_filters_stay_on_the_next_page_and_in_the_form(client, owner, cycle):
    for number in range(60):
        service.record(owner, Verb.EDIT_PANELS, f"Panel {number}", at=NOW, cycle=cycle)
    client.sign_in(owner)

    page = client.page(audit(cycle, f"?q=panel&from=2020-01-01&person={owner.public_id}"))
    links = page.all(".//nav[@class='pager']/a")
    (following,) = [each.get("href") for each in links if each.text == "Next"]

    assert len(found(client.page(following))) == 10
    assert {(each.get("name"), each.get("value")) for each in page.all(".//form[@class='filters']//input")} == {
        ("q", "panel"), ("from", "2020-01-01"), ("to", "")
    }  # fmt: skip
    assert page.texts(".//option[@selected]") == ["Ines Okafor"]


def test_a_choice_that_is_older_than_those_on_offer_stays_chosen(client, owner, cycle):
    client.sign_in(owner)

    page = client.page(audit(cycle, "?person=somebodysomebodysomebo"))

    assert page.texts(".//option[@selected]") == ["Not in the newest lines"]


@pytest.mark.parametrize("close", ["conflict", "own"])
def test_an_owner_with_a_conflict_does_not_learn_who_read_the_packet(client, owner, cycle, close):
    if close == "own":
        packet = b.a_packet(cycle, candidate=owner, manager=b.a_person())
    else:
        packet = b.a_packet(cycle, panel=b.a_panel(cycle, members=[owner]))
        b.a_conflict(packet, owner, ConflictStanding.DECLARED)
    b.a_read(packet, b.a_person("Mara"))
    client.sign_in(owner)

    for query in ("", f"?packet={packet.public_id}", "?q=mara", "?action=R15"):
        page = client.page(audit(cycle, query, "/reads"))
        assert found(page) == []
        assert "Mara" not in page.text()
        assert [len(options) for options in map(list, page.all(".//select"))][:2] == [
            1 + ("action" in query), 1
        ]  # fmt: skip


def test_reads_of_another_cycle_stay_out(client, owner, cycle, packet):
    b.a_read(b.a_packet(b.a_cycle(owners=[owner])), b.a_person())
    b.a_read(packet, b.a_person("Mara"))
    client.sign_in(owner)

    assert [who for who, _ in found(client.page(audit(cycle, "", "/reads")))] == ["Mara"]


def test_the_read_log_is_unknown_to_everybody_else(client, cycle, packet):
    chair = b.a_person()
    b.a_panel(cycle, chair=chair)
    for person in (chair, packet.candidate, packet.manager, b.a_person()):
        client.sign_in(person)
        assert client.get(audit(cycle, "", "/reads")).status_code == 404


@pytest.mark.parametrize("log", ["", "/reads"])
def test_a_page_costs_the_same_for_one_line_and_for_thirty(client, owner, cycle, packet, log):
    client.sign_in(owner)
    costs = []
    for number in (1, 29):
        for _ in range(number):
            person = b.a_person()
            b.a_read(packet, person)
            service.record(person, Verb.EDIT_PANELS, "X", at=NOW, packet=packet)
        with recorded() as seen:
            client.page(audit(cycle, "?q=x&from=2020-01-01&to=2099-01-01", log))
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 6


def test_the_site_has_days_in_utc_and_no_packets(client, session):  # noqa: ARG001 - rolls back
    site_owner = b.a_person("Root", is_owner=True)
    for day in (9, 10):
        at = datetime(2026, 3, day, 0, 30, tzinfo=UTC)
        service.record(site_owner, Verb.IMPORT_PEOPLE, f"People of {date(2026, 3, day)}", at=at)
    client.sign_in(site_owner)

    page = client.page("/audit?from=2026-03-10")

    assert [what for _, what in found(page)] == ["People of 2026-03-10 Import people"]
    assert [each.get("name") for each in page.all(".//select")] == ["action", "person"]
    assert client.get("/audit/reads").status_code == 404
