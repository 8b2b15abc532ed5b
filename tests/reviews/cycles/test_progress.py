"""Who is done and whom a packet waits for, as far as the reader may know."""

from datetime import timedelta

import pytest

from reviews.access import loaders
from reviews.cycles.progress.queries import ProgressRow, Wait, progress_page
from reviews.rules.enums import (
    Action,
    AssignmentState,
    ConflictStanding,
    CyclePhase,
    PacketState,
    RaterKind,
)
from tests.builders import (
    NOW,
    a_conflict,
    a_cycle,
    a_packet,
    a_panel,
    a_person,
    an_assignment,
    viewer_of,
)
from tests.recording import recorded

pytestmark = pytest.mark.both_databases


@pytest.fixture
def owner(session):  # noqa: ARG001 - rolls back
    return a_person("Ines Okafor")


def rows(cycle, person):
    seen = loaders.cycle(viewer_of(person), Action.SEE_PROGRESS, cycle=cycle.public_id)
    return progress_page(seen).rows


def a_rated_packet(cycle, panel=None, name="Dee"):
    """Its manager Mo owes a rating; of two peers Pat is in and Quin has not answered, and one declined."""
    manager = a_person("Mo")
    packet = a_packet(
        cycle, panel=panel, manager=manager, candidate=a_person(name, manager=manager)
    )
    an_assignment(packet, kind=RaterKind.MANAGER)
    an_assignment(packet, a_person("Pat"), state=AssignmentState.SUBMITTED)
    an_assignment(packet, a_person("Quin"), state=AssignmentState.INVITED)
    an_assignment(packet, a_person("Ray"), state=AssignmentState.DECLINED)
    return packet


def test_an_owner_sees_the_state_of_every_packet(owner):
    cycle = a_cycle(phase=CyclePhase.RATING, owners=[owner])
    packet = a_rated_packet(cycle)

    assert rows(cycle, owner) == (
        ProgressRow(
            public_id=packet.public_id,
            candidate="Dee",
            target="Staff engineer",
            state=PacketState.SUBMITTED,
            covered=6,
            expectations=6,
            manager="Mo",
            manager_in=False,
            peers_in=1,
            peers_asked=2,
            waits=(Wait("Mo", "rating"), Wait("Quin", "answer")),
        ),
    )


def test_while_evidence_is_collected_a_packet_waits_for_its_candidate(owner):
    cycle = a_cycle(phase=CyclePhase.EVIDENCE, owners=[owner])
    manager = a_person("Mo")
    packet = a_packet(cycle, manager=manager, candidate=a_person("Dee", manager=manager))
    an_assignment(packet, state=AssignmentState.NOMINATED)

    (row,) = rows(cycle, owner)

    assert row.waits == (Wait("Dee", "packet"), Wait("Mo", "peers to approve"))
    assert (row.covered, row.manager_in, row.peers_asked) == (None, None, None)


def test_a_chair_sees_counts_without_the_names_of_peers_or_the_evidence(owner):
    cycle = a_cycle(phase=CyclePhase.RATING, owners=[owner])
    chair = a_person()
    packet = a_rated_packet(cycle, a_panel(cycle, chair=chair))
    a_conflict(packet, chair)

    (row,) = rows(cycle, chair)

    assert row.waits == (Wait("Mo", "rating"), Wait("a peer", "answer"))
    assert (row.covered, row.manager_in, row.peers_in, row.peers_asked) == (None, False, 1, 2)


def test_a_chair_never_sees_what_was_not_submitted(owner):
    cycle = a_cycle(phase=CyclePhase.RATING, owners=[owner])
    chair = a_person()
    panel = a_panel(cycle, chair=chair)
    for state in (PacketState.DRAFT, PacketState.RETURNED):
        a_conflict(a_packet(cycle, panel=panel, state=state), chair)

    assert rows(cycle, chair) == ()
    assert len(rows(cycle, owner)) == 2


@pytest.mark.parametrize("standing", [None, ConflictStanding.DECLARED, ConflictStanding.SET])
def test_a_chair_with_a_conflict_reads_a_name_and_the_word_recused(client, owner, standing):
    cycle = a_cycle(phase=CyclePhase.RATING, owners=[owner])
    chair = a_person()
    packet = a_rated_packet(cycle, a_panel(cycle, chair=chair))
    if standing:
        a_conflict(packet, chair, standing)
    client.sign_in(chair)

    page = client.page(f"/cycles/{cycle.public_id}/progress")

    assert page.texts(".//tbody/tr/*") == ["Dee", "recused"]


def test_an_owner_sees_nothing_of_a_packet_they_are_tied_to(owner):
    cycle = a_cycle(phase=CyclePhase.RATING, owners=[owner])
    a_packet(cycle, candidate=a_person("Dee", manager=owner), manager=a_person())

    assert rows(cycle, owner) == ()


def test_an_owner_who_manages_a_candidate_reads_no_other_rating(owner):
    cycle = a_cycle(phase=CyclePhase.RATING, owners=[owner])
    packet = a_packet(cycle, manager=owner, candidate=a_person("Dee", manager=owner))
    an_assignment(packet, kind=RaterKind.MANAGER)
    an_assignment(packet, a_person("Pat"), state=AssignmentState.SUBMITTED)

    (row,) = rows(cycle, owner)

    assert (row.manager_in, row.peers_in, row.peers_asked) == (False, None, None)


def test_a_deadline_that_has_passed_makes_the_waiting_late(client, owner):
    cycle = a_cycle(phase=CyclePhase.RATING, owners=[owner], rating_due=NOW - timedelta(days=1))
    a_rated_packet(cycle)
    client.sign_in(owner)

    page = client.page(f"/cycles/{cycle.public_id}/progress")

    assert page.texts(".//thead//th")[-1] == "Late"
    assert page.texts(".//tbody/tr/td")[-1] == "Mo ratingQuin answer"


@pytest.mark.parametrize("phase", [CyclePhase.SETUP, CyclePhase.CALIBRATION])
def test_a_member_and_a_stranger_have_no_such_page(client, owner, phase):
    cycle = a_cycle(phase=phase, owners=[owner])
    member = a_person()
    a_panel(cycle, members=[member])
    for person in (member, a_person()):
        client.sign_in(person)
        assert client.get(f"/cycles/{cycle.public_id}/progress").status_code == 404


def test_the_number_of_queries_is_the_same_for_thirty_packets(client, owner):
    def cost(number):
        cycle = a_cycle(phase=CyclePhase.RATING, owners=[owner])
        panel = a_panel(cycle)
        for _ in range(number):
            a_rated_packet(cycle, panel)
        client.sign_in(owner)
        with recorded() as seen:
            client.page(f"/cycles/{cycle.public_id}/progress")
        return len(seen)

    assert cost(1) == cost(30)
