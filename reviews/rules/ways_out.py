"""Packets that a cycle goes on without, and what their people read of it."""

from enum import Enum, auto

from reviews.rules.enums import CyclePhase, PacketState


class WayOut(Enum):
    """How a packet has come out of a cycle: nobody rates it, and no committee has it before it."""

    NOT_SUBMITTED = auto()
    #: Sent back, and not submitted again.
    NOT_SENT_AGAIN = auto()
    WITHDRAWN = auto()
    VOID = auto()


_OF_STATE = {PacketState.WITHDRAWN: WayOut.WITHDRAWN, PacketState.VOID: WayOut.VOID}
#: While evidence is collected they may still come in.
_LATE = {
    PacketState.DRAFT: WayOut.NOT_SUBMITTED,
    PacketState.RETURNED: WayOut.NOT_SENT_AGAIN,
}


def way_out(state: PacketState, phase: CyclePhase) -> WayOut | None:
    """How the packet has come out of its cycle; None for one that is in it."""
    is_collecting = phase in {CyclePhase.SETUP, CyclePhase.EVIDENCE}
    return _OF_STATE.get(state) or (None if is_collecting else _LATE.get(state))


_OWN = {
    WayOut.NOT_SUBMITTED: "You did not submit this packet before rating began.",
    WayOut.NOT_SENT_AGAIN: (
        "This packet was sent back to you, and you did not submit it again before rating began."
    ),
    WayOut.WITHDRAWN: "You withdrew this packet.",
    WayOut.VOID: "The people who run the cycle took this packet out of it.",
}
_OF_OTHERS = {
    WayOut.NOT_SUBMITTED: "It was not submitted before rating began.",
    WayOut.NOT_SENT_AGAIN: "It was sent back, and not submitted again before rating began.",
    WayOut.WITHDRAWN: "It was withdrawn.",
    WayOut.VOID: "The people who run the cycle took it out.",
}


def said_of_own(way: WayOut) -> str:
    """To the candidate: what happened, what follows, and what is still possible."""
    return (
        f"{_OWN[way]} It is not in review: nobody rates it, and no committee decides on it."
        " You can start another packet in the next cycle."
    )


def said_to_others(way: WayOut) -> str:
    return (
        f"{_OF_OTHERS[way]} It is not in review: nobody rates it, and no committee decides on it."
    )
