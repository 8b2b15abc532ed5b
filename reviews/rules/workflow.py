"""What may happen next. Four tables, read top to bottom; `advance` is the only code that assigns a state."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reviews.rules.enums import AssignmentState as N
from reviews.rules.enums import CyclePhase as C
from reviews.rules.enums import PacketStage as G
from reviews.rules.enums import PacketState as S
from reviews.rules.enums import Verb as V
from reviews.rules.errors import IllegalMove


@dataclass(frozen=True, slots=True)
class Move:
    verb: V
    sources: frozenset[StrEnum]
    target: StrEnum


@dataclass(frozen=True, slots=True)
class Machine:
    """The states of one column, and the moves between them. A verb leads to one state."""

    thing: str
    attribute: str
    moves: tuple[Move, ...]

    def target(self, verb: V, state: StrEnum) -> StrEnum | None:
        """Where the verb leads from here; None where it leads nowhere."""
        return next((m.target for m in self.moves if m.verb is verb and state in m.sources), None)


def _move(verb: V, sources: StrEnum | tuple[StrEnum, ...], target: StrEnum) -> Move:
    return Move(verb, frozenset(sources if isinstance(sources, tuple) else (sources,)), target)


CYCLE = Machine(
    "cycle",
    "phase",
    (
        #     verb                   while it is                                          becomes
        _move(V.OPEN_CYCLE,          C.SETUP,                                             C.EVIDENCE),
        _move(V.START_RATING,        C.EVIDENCE,                                          C.RATING),
        _move(V.START_CALIBRATION,   C.RATING,                                            C.CALIBRATION),
    ),
)  # fmt: skip

PACKET = Machine(
    "packet",
    "state",
    (
        _move(V.SUBMIT_PACKET,       (S.DRAFT, S.RETURNED, S.SUBMITTED),                  S.SUBMITTED),
        _move(V.RETURN_PACKET,       S.SUBMITTED,                                         S.RETURNED),
        _move(V.WITHDRAW_PACKET,     (S.DRAFT, S.RETURNED, S.SUBMITTED),                  S.WITHDRAWN),
    ),
)  # fmt: skip

STAGE = Machine(
    "calibration of a packet",
    "stage",
    (
        _move(V.START_VOTING,        G.WAITING,                                           G.VOTING),
        _move(V.REVEAL_BALLOTS,      G.VOTING,                                            G.DISCUSSION),
        _move(V.DECIDE_PACKET,       G.DISCUSSION,                                        G.DECIDED),
    ),
)  # fmt: skip

ASSIGNMENT = Machine(
    "assignment",
    "state",
    (
        _move(V.APPROVE_PEER,        N.NOMINATED,                                         N.APPROVED),
        _move(V.REJECT_PEER,         N.NOMINATED,                                         N.REJECTED),
        _move(V.REMOVE_PEER,         (N.APPROVED, N.INVITED, N.ACCEPTED, N.IN_PROGRESS),  N.VOID),
        # Nobody approved it before rating ended, so nobody was asked.
        _move(V.DROP_NOMINATION,     N.NOMINATED,                                         N.VOID),
        _move(V.INVITE_PEER,         N.APPROVED,                                          N.INVITED),
        _move(V.ACCEPT_INVITATION,   N.INVITED,                                           N.ACCEPTED),
        _move(V.DECLINE_INVITATION,  (N.INVITED, N.ACCEPTED, N.IN_PROGRESS),              N.DECLINED),
        _move(V.BEGIN_RATING,        N.ACCEPTED,                                          N.IN_PROGRESS),
        _move(V.SUBMIT_RATING,       (N.ACCEPTED, N.IN_PROGRESS),                         N.SUBMITTED),
        _move(V.EXPIRE_RATING,       (N.INVITED, N.ACCEPTED, N.IN_PROGRESS),              N.EXPIRED),
    ),
)  # fmt: skip

MACHINES = (CYCLE, PACKET, STAGE, ASSIGNMENT)

# -- Groups of states

#: Packets that a committee has before it.
IN_REVIEW = (S.SUBMITTED,)
#: Packets that still want to be submitted.
UNSUBMITTED = (S.DRAFT, S.RETURNED)
#: Packets under way: in review, or they may still come there.
UNDER_WAY = (*UNSUBMITTED, *IN_REVIEW)

#: A rating is still to come.
OWED = (N.INVITED, N.ACCEPTED, N.IN_PROGRESS)
#: Somebody was asked for a rating and has not declined.
ASKED = (*OWED, N.SUBMITTED)
#: The same, and those whose time has run out.
ASKED_EVER = (*ASKED, N.EXPIRED)
#: Those who count against the greatest number of peers of a cycle.
APPROVED = (N.APPROVED, *ASKED)
#: The same, whatever came of it. To whoever may not know how far the peers are, these are all alike.
APPROVED_EVER = (*APPROVED, N.DECLINED, N.EXPIRED)
#: What ends with the rating phase.
OPEN_ASSIGNMENTS = (N.NOMINATED, N.APPROVED, *OWED)

_WORDS = {"in_progress": "in progress"}


def advance(machine: Machine, thing: Any, verb: V) -> None:
    """Move `thing` along its table.

    Raises:
        IllegalMove: if the table has no such move from the present state.
    """
    state: StrEnum = getattr(thing, machine.attribute)
    target = machine.target(verb, state)
    if target is None:
        word = _WORDS.get(state.value, state.value)
        raise IllegalMove(f"This is not possible while the {machine.thing} is {word}.")
    setattr(thing, machine.attribute, target)
