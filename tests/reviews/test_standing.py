"""Standing in SQL: what a list shows and what an object page decides are the same, for everybody, everywhere."""

from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from reviews.access import loaders
from reviews.access import standing as sql
from reviews.access.loaders import visible_packets
from reviews.access.viewer import Viewer
from reviews.cycles.queries import index_page
from reviews.db.models.cycles import Cycle, CycleOwner
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.rules.enums import (
    Action,
    AssignmentState,
    ConflictStanding,
    CyclePhase,
    PacketStage,
    RaterKind,
    Relation,
)
from reviews.rules.policy import Answer, PacketStanding, decide
from reviews.rules.policy.table import tables
from reviews.rules.workflow import ASKED
from tests import builders

pytestmark = pytest.mark.both_databases


@pytest.fixture
def people() -> dict[str, Person]:
    return {
        name: builders.a_person(name)
        for name in ("Manager", "Peer", "Member", "Chair", "Owner", "Stranger")
    }


@pytest.fixture
def packets(session: scoped_session[Session], people: dict[str, Person]) -> list[Packet]:
    """One packet in every phase, for every relation its people can have."""
    made = []
    ladder = builders.a_ladder()
    for phase, stage, released in (
        (CyclePhase.SETUP, PacketStage.WAITING, False),
        (CyclePhase.EVIDENCE, PacketStage.WAITING, False),
        (CyclePhase.RATING, PacketStage.WAITING, False),
        (CyclePhase.CALIBRATION, PacketStage.VOTING, False),
        (CyclePhase.CALIBRATION, PacketStage.DISCUSSION, False),
        (CyclePhase.CALIBRATION, PacketStage.DECIDED, False),
        (CyclePhase.CALIBRATION, PacketStage.DECIDED, True),
        (CyclePhase.ARCHIVED, PacketStage.DECIDED, True),
    ):
        release = (
            {"release_at": builders.NOW, "released_by_id": people["Owner"].id} if released else {}
        )
        cycle = builders.a_cycle(phase=phase, ladder=ladder, owners=[people["Owner"]], **release)
        panel = builders.a_panel(cycle, chair=people["Chair"], members=[people["Member"]])
        for submitted, conflict, voted in product(
            (False, True), (None, *ConflictStanding), (False, True)
        ):
            packet = builders.a_packet(cycle, manager=people["Manager"], panel=panel, stage=stage)
            state = AssignmentState.SUBMITTED if submitted else AssignmentState.INVITED
            builders.an_assignment(packet, people["Peer"], state=state)
            if submitted:
                builders.an_assignment(packet, kind=RaterKind.MANAGER, state=state)
            for seat in ("Member", "Chair", "Owner"):
                if conflict is not None:
                    builders.a_conflict(packet, people[seat], conflict)
                if voted and seat != "Owner":
                    builders.a_ballot(packet, people[seat])
            made.append(packet)
        # The manager also sits on the panel of one, and a member is also the peer of another.
        crossed = builders.a_packet(cycle, manager=people["Member"], panel=panel, stage=stage)
        builders.an_assignment(crossed, people["Chair"], state=AssignmentState.ACCEPTED)
        session.add(CycleOwner(cycle_id=cycle.id, person_id=people["Manager"].id))
        made.append(crossed)
    session.flush()
    return made


def all_standings(session: scoped_session[Session], viewer: Viewer) -> dict[int, PacketStanding]:
    standing = sql.packet_standing()
    rows = session.execute(
        select(standing.c.packet_id, *sql.standing_columns(standing)), sql.viewer_params(viewer)
    )
    return {row.packet_id: sql.standing_of(row) for row in rows}


def test_a_list_holds_exactly_what_the_policy_grants(
    session: scoped_session[Session], people: dict[str, Person], packets: list[Packet]
) -> None:
    actions = tables()[0].rows
    for who, person in people.items():
        viewer = builders.viewer_of(person)
        standings = all_standings(session, viewer)

        listed = {
            action: set(session.scalars(visible_packets(viewer, action))) for action in actions
        }

        granted = {
            action: {
                packet
                for packet, standing in standings.items()
                if decide(action, standing).allowed or decide(action, standing) is Answer.STUB
            }
            for action in actions
        }
        assert set(standings) == {packet.id for packet in packets}, who
        assert listed == granted, who


def test_an_owner_is_conflicted_in_a_cycle_who_is_so_on_one_of_its_packets(
    session: scoped_session[Session], people: dict[str, Person], packets: list[Packet]
) -> None:
    found = {
        who: conflicted_cycles(session, builders.viewer_of(person), packets)
        for who, person in people.items()
    }

    assert {who: by_cycle for who, (by_cycle, _) in found.items()} == {
        who: by_packet for who, (_, by_packet) in found.items()
    }


def conflicted_cycles(
    session: scoped_session[Session], viewer: Viewer, packets: list[Packet]
) -> tuple[set[int], set[int]]:
    """Where the viewer owns a cycle with a conflict: as the cycle's standing says, and as one of its packets does."""
    cycles = {packet.id: packet.cycle_id for packet in packets}
    by_packet = {
        cycles[packet]
        for packet, standing in all_standings(session, viewer).items()
        if standing.office is Relation.OWNER_CONFLICTED
    }

    standing = sql.cycle_standing()
    rows = session.execute(
        select(standing.c.cycle_id, *sql.cycle_standing_columns(standing)),
        sql.viewer_params(viewer),
    )
    by_cycle = {
        row.cycle_id
        for row in rows
        if Relation.OWNER_CONFLICTED in sql.cycle_standing_of(row).relations
    }

    return by_cycle, by_packet


@pytest.mark.parametrize("phase", CyclePhase)
@pytest.mark.parametrize("state", AssignmentState)
def test_a_peer_takes_part_in_a_cycle_from_the_rating_phase_on(
    session: scoped_session[Session], phase: CyclePhase, state: AssignmentState
) -> None:
    """Who is a peer is settled when ratings begin: until then nobody learns from a list that they were proposed."""
    assert session
    peer = builders.a_person()
    cycle = builders.a_cycle(phase=phase)
    packet = builders.a_packet(cycle, state=builders.PacketState.SUBMITTED)
    builders.an_assignment(packet, peer, state=state)
    viewer = builders.viewer_of(peer)

    known = loaders.cycle(viewer, Action.LIST_CYCLE, cycle=cycle.public_id) is not None
    listed = [row.public_id for row in index_page(loaders.site(viewer, Action.SEE_INBOX)).cycles]

    asked = state in ASKED and phase not in {CyclePhase.SETUP, CyclePhase.EVIDENCE}
    assert (known, listed) == (asked, [cycle.public_id] * asked)


def test_the_phase_of_a_packet_follows_the_stored_release_and_the_readers_clock(
    session: scoped_session[Session],
) -> None:
    owner = builders.a_person("Owner")
    cycle = builders.a_cycle(
        phase=CyclePhase.CALIBRATION, release_at=builders.NOW, released_by_id=owner.id
    )
    builders.a_packet(cycle, stage=PacketStage.DECIDED)

    def phase(microseconds: int) -> str:
        at = builders.NOW + builders.timedelta(microseconds=microseconds)
        return session.scalars(
            select(sql.packet_phase()).select_from(Packet).join(Packet.cycle),
            sql.instant_params(at),
        ).one()

    assert [phase(-1), phase(0), phase(1)] == ["decided", "released", "released"]


def test_the_phase_of_a_cycle_counts_only_packets_in_review(
    session: scoped_session[Session],
) -> None:
    owner = builders.viewer_of(builders.a_person("Owner"))

    def phase(*stages: PacketStage) -> str:
        cycle = builders.a_cycle(phase=CyclePhase.CALIBRATION)
        for stage in stages:
            builders.a_packet(cycle, stage=stage)
        withdrawn = builders.a_packet(
            cycle, stage=PacketStage.VOTING, state=builders.PacketState.WITHDRAWN
        )
        assert withdrawn.id
        return session.scalars(
            select(sql.cycle_phase()).where(Cycle.id == cycle.id), sql.instant_params(owner.now)
        ).one()

    assert [
        phase(PacketStage.VOTING, PacketStage.VOTING),
        phase(PacketStage.VOTING, PacketStage.DISCUSSION),
        phase(PacketStage.DECIDED, PacketStage.DISCUSSION),
        phase(PacketStage.DECIDED, PacketStage.DECIDED),
        phase(),
    ] == ["voting", "discussion", "discussion", "decided", "decided"]
