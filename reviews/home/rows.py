"""What the inbox is made of, as plain rows: everything in them is the viewer's to know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reviews.rules.enums import AssignmentState, CyclePhase, PacketState, RaterKind
from reviews.rules.ways_out import WayOut, way_out


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxCycle:
    public_id: str
    name: str
    zone: str
    phase: CyclePhase
    evidence_due: datetime | None = None
    rating_due: datetime | None = None
    calibration_due: datetime | None = None
    #: Set once the instant has passed, and never before.
    released_at: datetime | None = None

    @property
    def due(self) -> datetime | None:
        """The date of the phase it is in."""
        return {
            CyclePhase.EVIDENCE: self.evidence_due,
            CyclePhase.RATING: self.rating_due,
            CyclePhase.CALIBRATION: None if self.released_at else self.calibration_due,
        }.get(self.phase)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPacket:
    """The viewer's own packet."""

    public_id: str
    target: str
    cycle: InboxCycle
    state: PacketState
    submitted_at: datetime | None
    #: The policy opens the outcome to the viewer.
    outcome_open: bool = False
    #: The viewer has marked it as read.
    outcome_read: bool = False

    @property
    def way_out(self) -> WayOut | None:
        return way_out(self.state, self.cycle.phase)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPacket:
    """The packet of somebody whose manager the viewer is."""

    public_id: str
    candidate: str
    target: str
    cycle: InboxCycle
    state: PacketState
    submitted_at: datetime | None
    #: Peers who wait for an answer of the manager, where the manager may still give it.
    proposed: int = 0
    #: Peers approved or asked.
    peers: int = 0
    #: How many of them have submitted; None before the manager's own rating is in.
    peers_in: int | None = None
    outcome_open: bool = False
    outcome_read: bool = False

    @property
    def way_out(self) -> WayOut | None:
        return way_out(self.state, self.cycle.phase)


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingRequest:
    """A rating that the viewer is asked for."""

    packet: str
    candidate: str
    target: str
    manager: str
    cycle: InboxCycle
    kind: RaterKind
    state: AssignmentState
    dimensions: int
    complete: int
    items: int
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many packets wait for the same thing, and the first of them on the agenda."""

    number: int = 0
    packet: str = ""
    candidate: str = ""
    #: There may be more: not all have been looked at.
    at_least: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelTasks:
    """What the viewer's panels have before them in one cycle, as far as granted."""

    cycle: InboxCycle
    unanswered: Waiting = Waiting()
    to_vote: Waiting = Waiting()
    #: Ballots that are sealed; None where there are too many to count.
    voted: int | None = 0
    to_reveal: Waiting = Waiting()
    to_decide: Waiting = Waiting()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedCycle:
    """A cycle the viewer runs, with what the policy grants there now."""

    cycle: InboxCycle
    may_set_up: bool = False
    may_advance: bool = False
    may_release: bool = False


@dataclass(frozen=True, slots=True)
class InboxRows:
    """Everything the inbox is made of."""

    open_cycles: Sequence[InboxCycle] = ()
    own: Sequence[OwnPacket] = ()
    reports: Sequence[ReportPacket] = ()
    asked: Sequence[RatingRequest] = ()
    seats: Sequence[PanelTasks] = ()
    owned: Sequence[OwnedCycle] = ()
    #: What nobody runs, for whoever may name an owner.
    without_owner: Sequence[InboxCycle] = ()
