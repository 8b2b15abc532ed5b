"""The tables of what may happen next: every state and verb, and nothing else moves a state."""

from dataclasses import dataclass
from enum import StrEnum

import pytest

from reviews.rules.enums import AssignmentState, CyclePhase, PacketStage, PacketState, Verb
from reviews.rules.errors import IllegalMove
from reviews.rules.workflow import ASSIGNMENT, CYCLE, MACHINES, PACKET, STAGE, Machine, advance

STATES: dict[str, type[StrEnum]] = {
    CYCLE.thing: CyclePhase,
    PACKET.thing: PacketState,
    STAGE.thing: PacketStage,
    ASSIGNMENT.thing: AssignmentState,
}
#: Where each thing begins; void, archived and returned-from states have their own feature or none yet.
STARTS: dict[str, StrEnum] = {
    CYCLE.thing: CyclePhase.SETUP,
    PACKET.thing: PacketState.DRAFT,
    STAGE.thing: PacketStage.WAITING,
    ASSIGNMENT.thing: AssignmentState.NOMINATED,
}
NOT_REACHED_YET = {CyclePhase.ARCHIVED, PacketState.VOID}


@dataclass
class Thing:
    phase: StrEnum | None = None
    state: StrEnum | None = None
    stage: StrEnum | None = None


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.thing)
def test_every_state_and_verb_leads_where_the_table_says_or_nowhere(machine: Machine) -> None:
    written = {
        (move.verb, source): move.target for move in machine.moves for source in move.sources
    }
    for state in STATES[machine.thing]:
        for verb in Verb:
            thing = Thing(**{machine.attribute: state})
            if (verb, state) in written:
                advance(machine, thing, verb)
                assert getattr(thing, machine.attribute) is written[verb, state]
            else:
                with pytest.raises(IllegalMove):
                    advance(machine, thing, verb)
                assert getattr(thing, machine.attribute) is state


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.thing)
def test_a_verb_stands_in_one_line(machine: Machine) -> None:
    verbs = [move.verb for move in machine.moves]

    assert len(verbs) == len(set(verbs))


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.thing)
def test_every_state_can_be_reached(machine: Machine) -> None:
    reached = {STARTS[machine.thing]}
    while more := {move.target for move in machine.moves if move.sources & reached} - reached:
        reached |= more

    assert set(STATES[machine.thing]) - reached - NOT_REACHED_YET == set()


@pytest.mark.parametrize(
    ("machine", "final"),
    [
        (PACKET, {PacketState.WITHDRAWN, PacketState.VOID}),
        (STAGE, {PacketStage.DECIDED}),
        (
            ASSIGNMENT,
            {
                AssignmentState.SUBMITTED,
                AssignmentState.REJECTED,
                AssignmentState.DECLINED,
                AssignmentState.EXPIRED,
                AssignmentState.VOID,
            },
        ),
    ],
    ids=["packet", "stage", "assignment"],
)
def test_nothing_leads_out_of_a_final_state(machine: Machine, final: set[StrEnum]) -> None:
    assert {state for move in machine.moves for state in move.sources} & final == set()
