"""The list of cycles and the page of one: for everybody who may know of it, and for nobody else."""

from datetime import timedelta

import pytest

from reviews.display.formatting import moment
from reviews.rules.enums import AssignmentState, CyclePhase, PacketStage
from tests.builders import NOW, a_cycle, a_decision, a_packet, a_panel, a_person, an_assignment
from tests.clients import without_token
from tests.recording import recorded

pytestmark = pytest.mark.both_databases

#: Signed with the time, so it differs by itself.
MARKS = ".//main//tbody/tr/*"


@pytest.fixture
def owner(session):  # noqa: ARG001 - rolls back
    return a_person("Ines Okafor")


def doors(client, cycle):
    return client.page(f"/cycles/{cycle.public_id}").texts(
        ".//ul[@class='tasks tasks--undated']//a"
    )


def test_the_list_says_where_each_cycle_stands_and_what_the_reader_is_in_it(client, owner):
    a_cycle(phase=CyclePhase.SETUP, owners=[owner], name="First", evidence_due=None)
    chaired = a_cycle(phase=CyclePhase.CALIBRATION, owners=[owner], name="Second")
    a_panel(chaired, chair=owner)
    a_cycle(name="Of somebody else")
    client.sign_in(owner)

    cells = client.page("/cycles").texts(MARKS)

    assert cells[0:2] == ["Second", "Calibration"]
    assert cells[2] == f"Calibration ends {moment(chaired.calibration_due, 'Europe/Berlin')}"
    assert cells[3:] == ["owner, chair", "First", "Set-up", "Evidence due: open", "owner"]


def test_a_list_without_cycles_says_why(client, owner):
    client.sign_in(owner)

    assert client.page("/cycles").texts(".//h2") == ["No cycle yet"]


def test_only_an_owner_of_the_site_is_offered_a_new_cycle(client):
    for person, offered in ((a_person(), []), (a_person(is_owner=True), ["New cycle"])):
        client.sign_in(person)
        assert client.page("/cycles").texts(".//main//a") == offered


def test_a_cycle_is_unknown_to_whoever_has_no_part_in_it(client, owner):
    setup = a_cycle(phase=CyclePhase.SETUP, owners=[owner])
    a_panel(setup, members=[member := a_person()])
    client.sign_in(member)
    unknown = client.get("/cycles/AAAAAAAAAAAAAAAAAAAAAA")

    answer = client.get(f"/cycles/{setup.public_id}")

    assert (answer.status_code, answer.data) == (404, unknown.data)


def test_each_reader_finds_the_doors_that_are_open_to_them(client, owner):
    cycle = a_cycle(phase=CyclePhase.RATING, owners=[owner])
    chair, member = a_person(), a_person()
    packet = a_packet(cycle, panel=a_panel(cycle, chair=chair, members=[member]))
    expected = {
        owner: [
            "See progress",
            "Start calibration",
            "Edit panels",
            "Set conflict",
            "Read log",
            "Declare",
            "Name owner",
        ],
        chair: ["Answer", "See progress"],
        member: ["Answer"],
        packet.candidate: [],
        packet.manager: [],
    }

    seen = {}
    for person in expected:
        client.sign_in(person)
        seen[person] = doors(client, cycle)

    assert seen == expected


def test_somebody_who_takes_part_may_start_a_packet_once(client):
    cycle = a_cycle(phase=CyclePhase.EVIDENCE)
    manager = a_person(manager=a_person())
    packet = a_packet(cycle, manager=manager, candidate=a_person(manager=manager))

    for person, expected in ((manager, ["Start packet"]), (packet.candidate, [])):
        client.sign_in(person)
        assert doors(client, cycle) == expected


def test_nobody_is_offered_a_packet_outside_the_units_of_the_cycle(client):
    cycle = a_cycle(phase=CyclePhase.EVIDENCE, units=["Design"])
    manager = a_person(unit="Platform")
    a_packet(cycle, manager=manager, candidate=a_person(manager=manager))
    client.sign_in(manager)

    assert doors(client, cycle) == []


def test_the_page_says_what_everybody_is_judged_by(client, owner):
    cycle = a_cycle(owners=[owner], partly_allowed=2, peers_min=3, peers_max=5, units=["Design"])
    client.sign_in(owner)

    text = client.page(f"/cycles/{cycle.public_id}").text()

    assert "every dimension is at least met; 2 dimensions may be partly." in text
    assert "by 3 to 5 peers. People of Design may start one." in text


def test_released_is_what_the_clock_says(client):
    cycle = a_cycle(
        phase=CyclePhase.CALIBRATION,
        release_at=NOW - timedelta(hours=1),
        released_by_id=a_person().id,
        release_reason="All told.",
    )
    packet = a_packet(cycle, stage=PacketStage.DECIDED, panel=a_panel(cycle))
    client.sign_in(packet.candidate)

    page = client.page(f"/cycles/{cycle.public_id}")

    assert page.texts(".//header//span[@class='tag tag--done']") == ["Released"]


def test_a_participant_cannot_tell_how_far_the_panels_have_come(client):
    chair = a_person()
    cycle = a_cycle(phase=CyclePhase.CALIBRATION)
    packet = a_packet(cycle, panel=a_panel(cycle, chair=chair), stage=PacketStage.VOTING)
    peer = an_assignment(packet, state=AssignmentState.SUBMITTED).rater
    paths = ("/cycles", f"/cycles/{cycle.public_id}")
    readers = (packet.candidate, packet.manager, peer)

    def pages():
        found = []
        for reader in readers:
            client.sign_in(reader)
            found += [without_token(client.get(path)) for path in paths]
        return found

    before = pages()
    packet.revealed_at = packet.decided_at = NOW
    packet.stage = PacketStage.DECIDED
    a_decision(packet, chair)

    assert pages() == before


def test_the_list_costs_the_same_for_thirty_cycles(client, owner):
    def cost(number):
        for _ in range(number):
            a_cycle(owners=[owner])
        client.sign_in(owner)
        with recorded() as seen:
            client.page("/cycles")
        return len(seen)

    assert cost(1) == cost(30)
