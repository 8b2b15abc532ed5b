"""The product's reading of the policy and the independent one agree on every case that can be."""

from collections.abc import Iterator
from itertools import product

import pytest

from reviews.rules.enums import Action, ConflictStanding
from reviews.rules.policy import LATER, Answer, CycleFacts, PacketFacts, decide
from reviews.rules.policy.table import tables
from tests.permissions import oracle
from tests.permissions.cast import CAST, in_phase
from tests.permissions.oracle import Ties

SAID = {
    Answer.ALLOW: oracle.ALLOWED,
    Answer.OWN: oracle.OWN,
    Answer.SECOND_PERSON: oracle.ALLOWED,
    Answer.STUB: oracle.STUB,
    Answer.UNKNOWN: oracle.UNKNOWN,
    Answer.FORBIDDEN: oracle.FORBIDDEN,
    Answer.CLOSED: oracle.CLOSED,
    Answer.ABSENT: oracle.ABSENT,
}
FALSE_TRUE = (False, True)


def every_tie() -> Iterator[Ties]:
    for values in product(
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
        yield Ties(*values)


def every_kind() -> list[Ties]:
    """One of each kind: what is answered depends on the columns and on whether a ballot is cast."""
    return list({(frozenset(oracle.columns(t)), t.voted): t for t in every_tie()}.values())


def as_facts(ties: Ties, phase: int) -> PacketFacts:
    return PacketFacts(
        phase=phase,
        is_candidate=ties.candidate,
        is_manager=ties.manager,
        is_peer=ties.peer != "",
        own_rating_in=ties.rated,
        is_member=ties.seat == "member",
        is_chair=ties.seat == "chair",
        is_owner=ties.owner,
        is_tied=ties.near,
        conflict=None if ties.conflict == "unanswered" else ConflictStanding(ties.conflict),
        ballot_cast=ties.voted,
    )


def test_precedence_gives_the_same_columns_in_every_case() -> None:
    ties = list(every_tie())

    assert len(ties) == 1536
    assert [as_facts(t, 3).relations() for t in ties] == [oracle.columns(t) for t in ties]


@pytest.mark.parametrize("phase", range(8))
def test_a_packet_answers_the_same_in_every_case(phase: int) -> None:
    kinds = every_kind()
    packet, _, _ = tables()
    different = [
        f"{action.name} for {sorted(oracle.columns(ties))}: {said}, not {wanted}"
        for action in packet.rows
        if action not in LATER
        for ties in kinds
        if (said := SAID[decide(action, as_facts(ties, phase))])
        != (wanted := oracle.on_packet(action.value, ties, phase))
    ]

    assert len(kinds) > 50
    assert different == []


@pytest.mark.parametrize("phase", range(8))
def test_a_cycle_answers_the_same_in_every_case(phase: int) -> None:
    _, cycle, site = tables()
    actions = [a for table in (cycle, site) for a in table.rows if a not in LATER]
    different = []
    for part, member, chair, owner in product(FALSE_TRUE, repeat=4):
        facts = CycleFacts(phase, part, member, chair, owner, is_owner_tied=part)
        ties = [
            Ties(manager=part, owner=owner, seat=seat)
            for seat in ("", *["member"] * member, *["chair"] * chair)
        ]
        different += [
            (action, part, member, chair, owner)
            for action in actions
            if SAID[decide(action, facts)]
            != oracle.on_cycle(action.value, ties, phase, oracle.SITE)
        ]

    assert different == []


def test_what_is_not_built_yet_is_allowed_to_nobody() -> None:
    packet, cycle, site = tables()
    allowed = [
        action
        for table in (packet, cycle, site)
        for action in table.rows
        if action in LATER
        for ties in every_kind()
        for phase in range(8)
        if decide(
            action,
            as_facts(ties, phase)
            if table is packet
            else CycleFacts(phase, ties.manager, ties.candidate, ties.voted, ties.owner, ties.near),
        ).allowed
    ]

    assert allowed == []


def test_both_know_the_same_actions() -> None:
    assert set(oracle.PACKET.lines) | set(oracle.SITE.lines) == {action.value for action in Action}


@pytest.mark.parametrize("phase", range(8))
def test_somebody_stands_in_every_column_that_there_can_be(phase: int) -> None:
    every = set(next(iter(oracle.PACKET.lines.values())).cells)
    impossible = {"m+", "p-", "p+"} if phase < 2 else set()
    impossible |= {"k+"} if phase < 3 else set()

    cast = [in_phase(ties, phase) for people in CAST.values() for ties in people.values()]

    assert set().union(*map(oracle.columns, cast)) == every - impossible
