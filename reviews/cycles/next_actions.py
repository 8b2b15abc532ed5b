"""What a reader can go on to from a cycle: one entry per page that is open to them now."""

from collections.abc import Iterator
from dataclasses import dataclass

from reviews.cycles.phases.queries import ADVANCE
from reviews.cycles.queries import CyclePage
from reviews.display.formatting import moment
from reviews.rules.enums import Action


@dataclass(frozen=True, slots=True)
class NextAction:
    endpoint: str
    button: str
    what: str
    note: str


def next_actions(page: CyclePage) -> tuple[NextAction, ...]:
    """In the order in which a reader is likely to need them."""
    return tuple(
        NextAction(endpoint, button, what, note)
        for endpoint, button, what, note in (
            *_for_everybody(page),
            *_for_office(page),
            *_for_owners_themselves(page),
        )
    )


def _for_everybody(page: CyclePage) -> Iterator[tuple[str, str, str, str]]:
    if page.may_start:
        what, note = "Start your packet", "Read what a level expects before you decide for it."
        yield "packets.start", "Start packet", what, note
    if page.answers_conflicts:
        what, note = "Say where you have a conflict", "A packet stays closed until you answer."
        yield "calibration.committee.conflicts", "Answer", what, note


def _for_owners_themselves(page: CyclePage) -> Iterator[tuple[str, str, str, str]]:
    if page.declares_conflicts:
        what, note = "Declare a conflict of your own", "It closes the packet to you."
        yield "calibration.committee.conflicts", "Declare", what, note
    if page.access.may(Action.NAME_OWNER):
        what, note = "Name another owner", "Somebody who can act where you may not."
        yield "cycles.owners.name", "Name owner", what, note


def _for_office(page: CyclePage) -> Iterator[tuple[str, str, str, str]]:
    may, cycle = page.access.may, page.access.cycle
    if may(Action.RELEASE_CYCLE):
        planned = page.release_planned
        note = "No packet waits for a decision."
        if planned:
            note = f"Set to {moment(planned, cycle.time_zone)}. It can be moved until then."
        yield (
            "cycles.release.edit",
            "Move release" if planned else "Release",
            "Open the outcomes",
            note,
        )
    if may(Action.SET_UP_CYCLE):
        what, note = "Ladder, dates, panel and wording", "Only the owners see the cycle yet."
        yield "cycles.setup.edit", "Set up", what, note
    if may(Action.OPEN_BOARD) and cycle.phase not in ADVANCE:
        what, note = "Calibration board", "Candidates against what their target level expects."
        yield "calibration.board.show", "Open board", what, note
    if may(Action.SEE_PROGRESS):
        note = "Who is done, and whom each packet waits for."
        yield "cycles.progress.show", "See progress", "Progress", note
    if may(Action.ADVANCE_CYCLE):
        button, what = ADVANCE[cycle.phase]
        yield "cycles.phases.advance", button, what, "You see what will happen before it does."
    if may(Action.EDIT_PANELS):
        note = "Chair, members and quorum, and the packets each panel hears."
        yield "cycles.panels.index", "Edit panels", "Panels", note
    if may(Action.SET_CONFLICT):
        what = "Keep a panel member away from a packet"
        yield "cycles.panels.set_conflict", "Set conflict", what, "With a reason on record."
    if may(Action.READ_CYCLE_AUDIT):
        yield "audit.cycle", "Read log", "Audit log", "Every change, and who saw whose rating."
