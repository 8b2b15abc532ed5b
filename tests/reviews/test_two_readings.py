"""The product's reading of the policy and the independent one agree on every case that can be, on both databases."""

from collections.abc import Iterator
from itertools import product

import pytest
from sqlalchemy import Boolean, Integer, String, column, select, values
from sqlalchemy.orm import Session, scoped_session

from reviews.access import standing as sql
from reviews.rules.enums import Action, PacketPhase, Relation
from reviews.rules.policy import Answer, CycleStanding, PacketStanding, SiteStanding, decide
from reviews.rules.policy.table import tables
from tests.permissions import oracle
from tests.permissions.cast import CAST, in_phase
from tests.permissions.oracle import Ties

pytestmark = pytest.mark.both_databases

SAID = {
    Answer.ALLOW: oracle.ALLOWED,
    Answer.OWN: oracle.OWN,
    Answer.WITH_REASON: oracle.ALLOWED,
    Answer.STUB: oracle.STUB,
    Answer.UNKNOWN: oracle.UNKNOWN,
    Answer.FORBIDDEN: oracle.FORBIDDEN,
    Answer.CLOSED: oracle.CLOSED,
    Answer.ABSENT: oracle.ABSENT,
}
FALSE_TRUE = (False, True)


def every_tie() -> Iterator[Ties]:
    for values_of_fields in product(
        FALSE_TRUE,
        FALSE_TRUE,
        ("", "asked"),
        FALSE_TRUE,
        ("", "member", "chair"),
        FALSE_TRUE,
        FALSE_TRUE,
        ("unanswered", "none", "declared", "set"),
        FALSE_TRUE,
    ):
        yield Ties(*values_of_fields)


TIES = list(every_tie())


def as_facts(ties: Ties) -> dict[str, object]:
    return {
        "is_candidate": ties.candidate,
        "is_manager": ties.manager,
        "is_peer": ties.peer != "",
        "has_rated": ties.rated,
        "is_member": ties.seat == "member",
        "is_chair": ties.seat == "chair",
        "is_owner": ties.owner,
        "is_related": ties.near,
        "has_voted": ties.voted,
        "conflict": None if ties.conflict == "unanswered" else ties.conflict,
    }


@pytest.fixture
def standings(session: scoped_session[Session]) -> list[PacketStanding]:
    """What the database makes of every case, asked in one statement."""
    rows = [(place, *as_facts(ties).values()) for place, ties in enumerate(TIES)]
    names = list(as_facts(TIES[0]))
    facts = (
        values(
            column("place", Integer),
            *(column(name, String if name == "conflict" else Boolean) for name in names),
            name="facts",
            literal_binds=True,
        )
        .data(rows)
        .cte("facts")
    )
    words = sql.relations(facts.c)
    found = session.execute(
        select(*(words[name].label(name) for name in sql.RELATIONS)).order_by(facts.c.place)
    )
    return [
        PacketStanding(PacketPhase.SETUP, *(word and Relation(word) for word in row))
        for row in found
    ]


def test_precedence_gives_the_same_relations_in_every_case(standings: list[PacketStanding]) -> None:
    assert len(TIES) == 1536
    assert [s.relations for s in standings] == [oracle.columns(ties) for ties in TIES]


def test_a_packet_answers_the_same_in_every_case(standings: list[PacketStanding]) -> None:
    packet, _, _ = tables()
    kinds = dict(zip(standings, TIES, strict=True))
    different = [
        f"{action.name} for {sorted(oracle.columns(ties))} in {phase.word}: {said}, not {wanted}"
        for phase in PacketPhase
        for action in packet.rows
        for standing, ties in kinds.items()
        if (said := SAID[decide(action, at(standing, phase))])
        != (wanted := oracle.on_packet(action.value, ties, phase))
    ]

    assert len(kinds) > 50
    assert different == []


#: What somebody else has rated, how many have, and what it amounts to.
OTHER_RATINGS = (
    Action.READ_MANAGER_RATING,
    Action.READ_SHAREABLE_RATIONALE,
    Action.READ_CONFIDENTIAL_RATIONALE,
    Action.READ_PEER_RATINGS,
    Action.READ_PEER_RATIONALE,
    Action.COUNT_RATINGS,
    Action.SEE_ZONES,
)


def test_whoever_owes_a_rating_reads_no_other_whatever_else_they_are(
    standings: list[PacketStanding],
) -> None:
    """No rule says so: to owe one is to be close to the packet, and a seat or an office opens nothing to those."""
    owing = [
        (ties, standing)
        for ties, standing in zip(TIES, standings, strict=True)
        if (ties.manager or ties.peer) and not ties.candidate and not ties.rated
    ]
    read = [
        (action.name, phase.word, ties)
        for ties, standing in owing
        for phase in PacketPhase
        for action in OTHER_RATINGS
        if decide(action, at(standing, phase)).allowed
    ]

    # Somebody of every seat, office and conflict among them.
    assert {(ties.seat, ties.owner, ties.conflict) for ties, _ in owing} == {
        (ties.seat, ties.owner, ties.conflict) for ties in TIES
    }
    assert read == []


def at(standing: PacketStanding, phase: PacketPhase) -> PacketStanding:
    return PacketStanding(phase, standing.own, standing.peer, standing.seat, standing.office)


@pytest.mark.parametrize("phase", PacketPhase)
def test_a_cycle_answers_the_same_in_every_case(phase: PacketPhase) -> None:
    _, cycle, _ = tables()
    different = []
    for part, member, chair, owner in product(FALSE_TRUE, repeat=4):
        ties = [
            Ties(manager=part, owner=owner, seat=seat)
            for seat in ("", *["member"] * member, *["chair"] * chair)
        ]
        standing = CycleStanding(phase, frozenset(map(Relation, oracle.cycle_columns(ties))))
        different += [
            (action, part, member, chair, owner)
            for action in cycle.rows
            if SAID[decide(action, standing)] != oracle.on_cycle(action.value, ties, phase)
        ]

    assert different == []


@pytest.mark.parametrize("phase", PacketPhase)
@pytest.mark.parametrize("is_owner", FALSE_TRUE)
@pytest.mark.parametrize("conflict", ["none", "declared", "set"])
def test_the_site_answers_the_same(phase: PacketPhase, conflict: str, *, is_owner: bool) -> None:
    _, _, site = tables()
    around = [(Ties(site_owner=is_owner, conflict=conflict), phase)]
    standing = SiteStanding(frozenset(map(Relation, oracle.site_columns(around))))

    said = {action: SAID[decide(action, standing)] for action in site.rows}

    assert said == {a: oracle.on_site(a.value, around) for a in site.rows}


def test_both_know_the_same_actions() -> None:
    known = {*oracle.PACKET.lines, *oracle.CYCLE.lines, *oracle.SITE.lines}

    assert known == {action.value for action in Action}


@pytest.mark.parametrize("phase", range(8))
def test_somebody_stands_in_every_column_that_there_can_be(phase: int) -> None:
    packet, _, _ = tables()
    impossible = {"manager_rated", "peer_pending", "peer_rated"} if phase < 2 else set()
    impossible |= {"member_voted", "chair_voted"} if phase < 3 else set()

    cast = [in_phase(ties, phase) for people in CAST.values() for ties in people.values()]

    assert set().union(*map(oracle.columns, cast)) == set(packet.relations) - impossible
