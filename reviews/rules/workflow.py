"""What may happen next. Four tables, read top to bottom; `advance` is the only code that assigns a state."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reviews.rules.enums import Action as A
from reviews.rules.enums import AssignmentState as N
from reviews.rules.enums import CyclePhase as C
from reviews.rules.enums import PacketStage as G
from reviews.rules.enums import PacketState as S
from reviews.rules.errors import IllegalMove


@dataclass(frozen=True, slots=True)
class Move:
    action: A
    sources: frozenset[StrEnum]
    target: StrEnum


@dataclass(frozen=True, slots=True)
class Machine:
    """The states of one column, and the moves between them."""

    thing: str
    attribute: str
    moves: tuple[Move, ...]

    def targets(self, action: A, state: StrEnum) -> tuple[StrEnum, ...]:
        """Where the action may lead from here; more than one where it is an answer (accept or decline)."""
        return tuple(m.target for m in self.moves if m.action is action and state in m.sources)


def _move(action: A, sources: StrEnum | tuple[StrEnum, ...], target: StrEnum) -> Move:
    return Move(action, frozenset(sources if isinstance(sources, tuple) else (sources,)), target)


CYCLE = Machine(
    "cycle",
    "phase",
    (
        #     action                while it is                                          becomes
        _move(A.ADVANCE_CYCLE,      C.SETUP,                                             C.EVIDENCE),
        _move(A.ADVANCE_CYCLE,      C.EVIDENCE,                                          C.RATING),
        _move(A.ADVANCE_CYCLE,      C.RATING,                                            C.CALIBRATION),
    ),
)  # fmt: skip

PACKET = Machine(
    "packet",
    "state",
    (
        _move(A.SUBMIT_PACKET,      (S.DRAFT, S.RETURNED, S.SUBMITTED),                  S.SUBMITTED),
        _move(A.RETURN_PACKET,      S.SUBMITTED,                                         S.RETURNED),
        _move(A.WITHDRAW_PACKET,    (S.DRAFT, S.RETURNED, S.SUBMITTED),                  S.WITHDRAWN),
    ),
)  # fmt: skip

STAGE = Machine(
    "calibration of a packet",
    "stage",
    (
        _move(A.ADVANCE_CYCLE,      G.WAITING,                                           G.VOTING),
        _move(A.REVEAL_BALLOTS,     G.VOTING,                                            G.DISCUSSION),
        _move(A.DECIDE_PACKET,      G.DISCUSSION,                                        G.DECIDED),
    ),
)  # fmt: skip

ASSIGNMENT = Machine(
    "assignment",
    "state",
    (
        _move(A.APPROVE_PEER,       N.NOMINATED,                                         N.APPROVED),
        _move(A.APPROVE_PEER,       N.NOMINATED,                                         N.REJECTED),
        _move(A.APPROVE_PEER,       (N.APPROVED, N.INVITED, N.ACCEPTED, N.IN_PROGRESS),  N.VOID),
        _move(A.ADVANCE_CYCLE,      N.APPROVED,                                          N.INVITED),
        _move(A.ADVANCE_CYCLE,      (N.INVITED, N.ACCEPTED, N.IN_PROGRESS),              N.EXPIRED),
        # Nobody approved it, so nobody was asked.
        _move(A.ADVANCE_CYCLE,      N.NOMINATED,                                         N.VOID),
        _move(A.ANSWER_INVITATION,  N.INVITED,                                           N.ACCEPTED),
        _move(A.ANSWER_INVITATION,  (N.INVITED, N.ACCEPTED, N.IN_PROGRESS),              N.DECLINED),
        _move(A.WRITE_RATING,       N.ACCEPTED,                                          N.IN_PROGRESS),
        _move(A.SUBMIT_RATING,      (N.ACCEPTED, N.IN_PROGRESS),                         N.SUBMITTED),
    ),
)  # fmt: skip

MACHINES = (CYCLE, PACKET, STAGE, ASSIGNMENT)

_WORDS = {"in_progress": "in progress"}


def advance(machine: Machine, thing: Any, action: A, to: StrEnum | None = None) -> None:
    """Move `thing` along its table. `to` chooses where the action is an answer; it may be left out where there is one way.

    Raises:
        IllegalMove: if the table has no such move from the present state.
    """
    state: StrEnum = getattr(thing, machine.attribute)
    targets = machine.targets(action, state)
    if to is None and len(targets) == 1:
        to = targets[0]
    if to is None or to not in targets:
        word = _WORDS.get(state.value, state.value)
        raise IllegalMove(f"This is not possible while the {machine.thing} is {word}.")
    setattr(thing, machine.attribute, to)
