"""Facts in SQL: what a list shows and what an object page decides are the same, for everybody, everywhere."""

from collections.abc import Iterator
from itertools import product

import pytest
from sqlalchemy import literal, select
from sqlalchemy.orm import Session, scoped_session

from reviews.access import standing
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle, CycleOwner
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.rules.enums import (
    Action,
    AssignmentState,
    ConflictStanding,
    CyclePhase,
    PacketPhase,
    PacketStage,
    RaterKind,
    Relation,
)
from reviews.rules.policy import LATER, PacketFacts, decide, row_of
from reviews.rules.policy.table import tables
from tests import builders

BOOLEANS = (
    "is_candidate",
    "is_manager",
    "is_peer",
    "own_rating_in",
    "is_member",
    "is_chair",
    "is_owner",
    "is_tied",
    "ballot_cast",
)


def every_standing() -> Iterator[PacketFacts]:
    """Every combination of the facts but the phase, which the relations do not depend on."""
    for values in product((False, True), repeat=len(BOOLEANS)):
        for conflict in (None, *ConflictStanding):
            yield PacketFacts(
                phase=3, conflict=conflict, **dict(zip(BOOLEANS, values, strict=True))
            )


def test_sql_and_python_name_the_same_relations_in_every_case(
    session: scoped_session[Session],
) -> None:
    cases = list(every_standing())

    def columns(case: PacketFacts) -> dict[str, object]:
        given = {name: literal(getattr(case, name)) for name in BOOLEANS}
        return {**given, "conflict": literal(case.conflict and case.conflict.value)}

    said = []
    for case in cases:
        relations = standing.relation_columns(columns(case))
        row = session.execute(select(*(r.label(name.value) for name, r in relations.items()))).one()
        said.append(frozenset(Relation(name) for name, held in row._mapping.items() if held))

    assert said == [case.relations() for case in cases]


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


ACTIONS = [action for action in tables()[0].rows if action not in LATER]


@pytest.mark.parametrize("who", ["Manager", "Peer", "Member", "Chair", "Owner", "Stranger"])
def test_a_list_holds_exactly_what_the_policy_grants(
    session: scoped_session[Session], people: dict[str, Person], packets: list[Packet], who: str
) -> None:
    viewer = builders.viewer_of(people[who])
    rows = session.execute(
        select(Packet.id, *standing.labelled(standing.packet_fact_columns(viewer))).join(
            Cycle, Cycle.id == Packet.cycle_id
        )
    ).all()
    seen = {row.id: standing.packet_facts(row) for row in rows}

    listed = {
        action: set(
            session.scalars(
                select(Packet.id)
                .join(Cycle, Cycle.id == Packet.cycle_id)
                .where(standing.packets_where(viewer, action))
            )
        )
        for action in ACTIONS
    }

    granted = {
        action: {
            packet
            for packet, about in seen.items()
            if any(about.phase in row_of(action).cell(r).phases for r in about.relations())
        }
        for action in ACTIONS
    }
    assert set(seen) == {packet.id for packet in packets}
    assert listed == granted


def test_the_phase_of_a_packet_follows_the_stored_release_and_the_readers_clock(
    session: scoped_session[Session],
) -> None:
    owner = builders.a_person("Owner")
    cycle = builders.a_cycle(
        phase=CyclePhase.CALIBRATION, release_at=builders.NOW, released_by_id=owner.id
    )
    builders.a_packet(cycle, stage=PacketStage.DECIDED)

    def phase(microseconds: int) -> int:
        at = builders.NOW + builders.timedelta(microseconds=microseconds)
        return session.scalars(
            select(standing.packet_phase(at)).select_from(Packet).join(Packet.cycle)
        ).one()

    assert [phase(-1), phase(0), phase(1)] == [
        PacketPhase.DECIDED,
        PacketPhase.RELEASED,
        PacketPhase.RELEASED,
    ]


def test_the_phase_of_a_cycle_counts_only_packets_in_review(
    session: scoped_session[Session],
) -> None:
    owner = builders.viewer_of(builders.a_person("Owner"))

    def phase(*stages: PacketStage) -> int:
        cycle = builders.a_cycle(phase=CyclePhase.CALIBRATION)
        for stage in stages:
            builders.a_packet(cycle, stage=stage)
        withdrawn = builders.a_packet(
            cycle, stage=PacketStage.VOTING, state=builders.PacketState.WITHDRAWN
        )
        assert withdrawn.id
        return session.scalars(
            select(standing.cycle_phase(owner.now)).where(Cycle.id == cycle.id)
        ).one()

    assert [
        phase(PacketStage.VOTING, PacketStage.VOTING),
        phase(PacketStage.VOTING, PacketStage.DISCUSSION),
        phase(PacketStage.DECIDED, PacketStage.DISCUSSION),
        phase(PacketStage.DECIDED, PacketStage.DECIDED),
        phase(),
    ] == [3, 4, 4, 5, 3]


def test_deciding_never_grants_what_is_not_built(session: scoped_session[Session]) -> None:
    assert db.session is session
    granted = {
        action
        for action in LATER
        for phase in range(8)
        for about in (
            PacketFacts(phase=phase, is_owner=True),
            PacketFacts(phase=phase, is_candidate=True),
        )
        if action in tables()[0].rows and decide(action, about).allowed
    }

    assert granted == set()
    assert Action.READ_OTHERS_RATING_DRAFT in LATER
