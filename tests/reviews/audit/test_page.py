"""An owner reads what happened in a cycle, as far as they may know of it."""

from datetime import timedelta

import pytest

from reviews.audit import service
from reviews.rules.enums import ConflictStanding, CyclePhase, PacketStage, Verb
from tests.builders import NOW, a_conflict, a_cycle, a_packet, a_panel, a_person
from tests.recording import recorded

pytestmark = pytest.mark.both_databases


@pytest.fixture
def owner(session):  # noqa: ARG001 - rolls back
    return a_person("Ines Okafor")


@pytest.fixture
def cycle(owner):
    return a_cycle(phase=CyclePhase.RATING, owners=[owner])


def write(number, actor, cycle, action=Verb.EDIT_PANELS):
    for position in range(1, number + 1):
        service.record(
            actor,
            action,
            f"{action.name} {position}",
            at=NOW + timedelta(minutes=position),
            cycle=cycle,
        )


def path_of(cycle, query=""):
    return f"/cycles/{cycle.public_id}/audit{query}"


def lines(page):
    """The number, the person and the summary of each line."""
    return [
        (row.find("td").text, row.findall("td")[2].text, row.findall("td")[3].text)
        for row in page.all(".//tbody/tr")
    ]


def test_the_newest_line_is_first_and_a_reason_stands_below_it(client, owner, cycle):
    write(2, owner, cycle)
    service.record(None, Verb.RELEASE_CYCLE, "Release set", at=NOW, cycle=cycle, reason="All told.")
    client.sign_in(owner)

    page = client.page(path_of(cycle))

    assert lines(page) == [
        ("3", "command line", "Release set"),
        ("2", "Ines Okafor", "EDIT_PANELS 2"),
        ("1", "Ines Okafor", "EDIT_PANELS 1"),
    ]
    assert page.texts(".//tbody//span")[0] == "Release cycle. Reason: All told."


def test_lines_of_a_packet_the_owner_may_not_know_leave_no_gap(client, owner, cycle):
    hidden = a_packet(cycle, candidate=a_person("Dee", manager=owner), manager=a_person())
    known = a_packet(cycle)
    service.record(owner, Verb.EDIT_PANELS, "Before", at=NOW, cycle=cycle)
    service.record(hidden.candidate, Verb.SUBMIT_PACKET, "Dee", at=NOW, packet=hidden)
    service.record(known.candidate, Verb.SUBMIT_PACKET, "Known", at=NOW, packet=known)
    client.sign_in(owner)

    page = client.page(path_of(cycle))

    assert [(number, what) for number, _, what in lines(page)] == [("2", "Known"), ("1", "Before")]
    assert "Dee" not in page.text()


def test_an_owner_with_a_conflict_reads_nothing_of_the_packet(client, owner, cycle):
    packet = a_packet(cycle, panel=a_panel(cycle, members=[owner]))
    a_conflict(packet, owner, ConflictStanding.DECLARED)
    service.record(packet.candidate, Verb.SUBMIT_PACKET, "Submitted", at=NOW, packet=packet)
    client.sign_in(owner)

    assert lines(client.page(path_of(cycle))) == []


def test_an_owner_with_a_packet_does_not_learn_from_the_release_that_it_is_decided(client, owner):
    cycle = a_cycle(phase=CyclePhase.CALIBRATION, owners=[owner])
    a_packet(cycle, candidate=owner, stage=PacketStage.DECIDED)
    write(1, owner, cycle)
    write(1, owner, cycle, Verb.RELEASE_CYCLE)
    client.sign_in(owner)

    before = client.page(path_of(cycle))
    cycle.release_at, cycle.released_by_id = NOW - timedelta(days=1), owner.id
    after = client.page(path_of(cycle))

    assert [what for _, _, what in lines(before)] == ["EDIT_PANELS 1"]
    assert "elease" not in before.text()
    assert [what for _, _, what in lines(after)] == ["RELEASE_CYCLE 1", "EDIT_PANELS 1"]


def test_lines_of_other_cycles_and_of_the_site_stay_out(client, owner, cycle):
    write(1, owner, a_cycle(owners=[owner]))
    service.record(owner, Verb.IMPORT_PEOPLE, "People imported", at=NOW)
    client.sign_in(owner)

    assert lines(client.page(path_of(cycle))) == []


def test_a_filter_keeps_the_numbers(client, owner, cycle):
    other = a_person("Mara")
    write(2, owner, cycle)
    write(1, other, cycle, Verb.SET_CONFLICT)
    write(1, None, cycle)
    client.sign_in(owner)

    for query, numbers in {
        "?action=edit_panels": ["4", "2", "1"],
        f"?person={other.public_id}": ["3"],
        "?person=command+line": ["4"],
        f"?action=edit_panels&person={owner.public_id}": ["2", "1"],
    }.items():
        page = client.page(path_of(cycle, query))
        assert [number for number, _, _ in lines(page)] == numbers


@pytest.mark.parametrize("query", ["?action=x", "?person=%27"])
def test_a_filter_that_names_nothing_finds_nothing(client, owner, cycle, query):
    write(1, owner, cycle)
    client.sign_in(owner)

    assert client.page(path_of(cycle, query)).texts(".//h2") == ["No line matches"]


def test_fifty_lines_are_a_page(client, owner, cycle):
    write(101, owner, cycle)
    client.sign_in(owner)

    first, last = client.page(path_of(cycle)), client.page(path_of(cycle, "?page=3"))

    assert [number for number, _, _ in lines(first)] == [str(n) for n in range(101, 51, -1)]
    assert [number for number, _, _ in lines(last)] == ["1"]
    assert first.texts(".//nav[@class='pager']/*") == ["1", "2", "3", "Next", "1–50 of 101"]  # noqa: RUF001 - a range
    assert last.texts(".//nav[@class='pager']/b") == ["3"]


@pytest.mark.parametrize("page", ["2", "999999999"])
def test_a_page_beyond_the_log_is_the_nearest(client, owner, cycle, page):
    write(1, owner, cycle)
    client.sign_in(owner)

    assert len(lines(client.page(path_of(cycle, f"?page={page}")))) == 1


@pytest.mark.parametrize(
    "query", ["?page=x", "?page=0", "?page=-1", "?page=²", f"?page={'9' * 40}", "?word=1"]
)
def test_a_page_that_is_no_number_is_refused(client, owner, cycle, query):
    client.sign_in(owner)

    assert client.get(path_of(cycle, query)).status_code == 400


def test_the_log_is_unknown_to_everybody_else(client, owner, cycle):
    chair = a_person()
    packet = a_packet(cycle, panel=a_panel(cycle, chair=chair))
    write(1, owner, cycle)

    for person in (chair, packet.candidate, packet.manager, a_person()):
        client.sign_in(person)
        assert client.get(path_of(cycle)).status_code == 404


def test_the_log_costs_the_same_for_thirty_lines(client, owner):
    def cost(number):
        cycle = a_cycle(owners=[owner])
        write(number, owner, cycle)
        client.sign_in(owner)
        with recorded() as seen:
            client.page(path_of(cycle))
        return len(seen)

    assert cost(1) == cost(30)


def test_what_belongs_to_no_cycle_is_on_the_log_of_the_site(client, owner, cycle):
    head = a_person("Head", is_owner=True)
    write(2, owner, cycle)
    service.record(head, Verb.IMPORT_PEOPLE, "People imported: 3 new", at=NOW)
    client.sign_in(head)

    assert lines(client.page("/audit")) == [("1", "Head", "People imported: 3 new")]

    client.sign_in(owner)
    assert client.get("/audit").status_code == 404
