"""Reading how far each packet has come, and whom it waits for: the progress page and the step to the next phase."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, func, literal_column, not_, or_, select

from reviews.access.loaders import (
    BY_NAME,
    CycleAccess,
    PacketAccess,
    packets_by_name,
    packets_of,
)
from reviews.access.naming import candidates_called
from reviews.access.packet_list import read_front
from reviews.access.panel_standing import PanelStanding, panel_standings
from reviews.access.standing import (
    ListFront,
    allowed,
    front_size,
    packet_standing,
    standing_columns,
    standing_of,
    viewer_params,
)
from reviews.cycles.ownership import ReleaseWarning, release_warning
from reviews.db.extensions import db
from reviews.db.id_list import among
from reviews.db.models.packets import Assignment, Packet, RevisionCoverage
from reviews.db.models.people import Person
from reviews.db.pagination import COUNTED, PAGE_SIZE, Page
from reviews.rules.enums import (
    Action,
    AssignmentState,
    CyclePhase,
    PacketPhase,
    PacketState,
    RaterKind,
)
from reviews.rules.policy import Answer, PacketStanding, cells, decide
from reviews.rules.workflow import ASKED_EVER, IN_REVIEW, OWED, UNSUBMITTED


@dataclass(frozen=True, slots=True)
class Wait:
    """Somebody a packet waits for, and with what. Without a name where the viewer may not know who it is."""

    name: str
    what: str


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """One packet. A field that the viewer may not read is None."""

    public_id: str
    candidate: str
    target: str
    recused: bool = False
    state: PacketState | None = None
    covered: int | None = None
    expectations: int | None = None
    manager: str | None = None
    manager_in: bool | None = None
    peers_in: int | None = None
    peers_asked: int | None = None
    waits: tuple[Wait, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of the ratings of a packet: enough to say whether it waits for anybody."""

    #: Peers whom the manager has not answered yet.
    proposed: bool
    manager_in: bool
    #: A peer owes an answer or a rating.
    owed: bool


@dataclass(frozen=True, slots=True)
class ProgressTotals:
    """Of the packets that the viewer may know; of the first `COUNTED`, where there are more."""

    packets: int = 0
    submitted: int = 0
    unsubmitted: int = 0
    #: Packets that wait for somebody.
    waiting: int = 0

    @property
    def at_least(self) -> str:
        return "at least " if self.packets > COUNTED else ""


@dataclass(frozen=True, slots=True)
class ProgressPage:
    access: CycleAccess
    rows: tuple[ProgressRow, ...]
    pagination: Page
    totals: ProgressTotals
    #: The deadline of this phase, and whether it has passed.
    due: datetime | None
    late: bool
    warning: ReleaseWarning | None


def progress_page(access: CycleAccess, *, page: int = 1, name: str = "") -> ProgressPage:
    """One page of the packets that the viewer may know, by the candidate's name."""
    cycle = access.cycle
    due = {
        CyclePhase.EVIDENCE: cycle.evidence_due,
        CyclePhase.RATING: cycle.rating_due,
    }.get(cycle.phase, cycle.calibration_due)
    # What was never submitted is not shown to a panel.
    found = packets_by_name(
        access, Action.KNOW_PACKET, page=page, name=name, early=Action.SEE_BEFORE_SUBMISSION
    )
    return ProgressPage(
        access,
        _rows(found.items),
        found,
        progress_totals(access),
        due,
        late=due is not None and due < access.viewer.now,
        warning=release_warning(access),
    )


def progress_totals(access: CycleAccess) -> ProgressTotals:
    """Packets are counted by what the policy knows of them and by what they wait for, in one statement or a few."""
    totals = ProgressTotals()
    for row in read_front(
        _totals, _params(access), wanted=COUNTED + 1, rows_in=lambda row: int(row.number)
    ):
        standing = standing_of(row)
        asked = Asked(bool(row.proposed), bool(row.manager_in), bool(row.owed))
        waits = decide(Action.KNOW_PACKET, standing) is not Answer.STUB and any(
            _waits_for(standing, row.state, asked).values()
        )
        totals = replace(
            totals,
            packets=totals.packets + row.number,
            submitted=totals.submitted + row.number * (row.state in IN_REVIEW),
            unsubmitted=totals.unsubmitted + row.number * (row.state in UNSUBMITTED),
            waiting=totals.waiting + row.number * waits,
        )
    return totals


def first_rows(access: CycleAccess, *, waiting: bool) -> tuple[ProgressRow, ...]:
    """The first rows by name of packets that were not submitted, or else that wait for a rating."""
    found = read_front(partial(_first, waiting=waiting), _params(access), wanted=PAGE_SIZE)
    packets = [PacketAccess(access.viewer, row.Packet, standing_of(row)) for row in found]
    return tuple(row for row in _rows(packets) if row.waits or not waiting)


def _params(access: CycleAccess) -> dict[str, Any]:
    return {
        **viewer_params(access.viewer, Action.KNOW_PACKET),
        "cycle": access.cycle.id,
        "early": cells(Action.SEE_BEFORE_SUBMISSION),
    }


def _asked() -> list[Any]:
    """The columns of `Asked`, over Packet."""

    def some(*where: Any) -> Any:
        return exists().where(Assignment.packet_id == Packet.id, *where)

    return [
        some(Assignment.state == AssignmentState.NOMINATED).label("proposed"),
        some(
            Assignment.kind == RaterKind.MANAGER, Assignment.state == AssignmentState.SUBMITTED
        ).label("manager_in"),
        some(Assignment.kind == RaterKind.PEER, Assignment.state.in_(OWED)).label("owed"),
    ]


def _known(size: int | None) -> tuple[Any, Any]:
    """The standing on the packets of the cycle, and which of them the viewer may see in a list."""
    standing = packet_standing(
        Packet.cycle_id == bindparam("cycle"),
        columns=(Packet.state, Packet.candidate_sort_key, *_asked()),
        front=ListFront(BY_NAME, size) if size else None,
    )
    early = or_(standing.c.state.in_(IN_REVIEW), allowed(standing, granted="early"))
    return standing, early


@cache
def _totals(size: int | None) -> Select[Any]:
    standing, early = _known(size)
    known = (
        select(
            standing.c.state,
            standing.c.proposed,
            standing.c.manager_in,
            standing.c.owed,
            *standing_columns(standing),
            *front_size(standing),
        )
        .where(allowed(standing), early)
        .order_by(standing.c.candidate_sort_key, standing.c.packet_id)
        .limit(literal_column(str(COUNTED + 1)))
        .subquery()
    )
    return select(*known.c, func.count().label("number")).group_by(*known.c)


@cache
def _first(size: int | None, *, waiting: bool) -> Select[Any]:
    standing, early = _known(size)
    if waiting:
        wanted = and_(
            standing.c.state.in_(IN_REVIEW),
            or_(standing.c.proposed, not_(standing.c.manager_in), standing.c.owed),
        )
    else:
        wanted = standing.c.state.in_(UNSUBMITTED)
    return (
        packets_of(standing)
        .where(early, wanted)
        .order_by(standing.c.candidate_sort_key, standing.c.packet_id)
        .limit(literal_column(str(PAGE_SIZE)))
    )


@dataclass(frozen=True, slots=True)
class _Rater:
    kind: RaterKind
    state: AssignmentState
    name: str


def _rows(packets: Sequence[PacketAccess]) -> tuple[ProgressRow, ...]:
    """Two statements, whatever the number of packets; three once panels have them before them."""
    coverage = _coverage(packets)
    raters = _raters(packets)
    before_panel = [each for each in packets if _is_before_panel(each.standing, each.packet.state)]
    panels = (
        panel_standings([each.packet.id for each in before_panel], now=before_panel[0].viewer.now)
        if before_panel
        else {}
    )
    return tuple(
        _row(each, name, coverage, raters.get(each.packet.id, []), panels.get(each.packet.id))
        for each, name in zip(packets, candidates_called(packets), strict=True)
    )


def _coverage(packets: Iterable[PacketAccess]) -> dict[int, tuple[int, int]]:
    """Revision -> expectations with evidence, and all that are asked."""
    rows = db.session.execute(
        select(
            RevisionCoverage.revision_id,
            func.sum(RevisionCoverage.covered),
            func.sum(RevisionCoverage.expectations),
        )
        .where(among(RevisionCoverage.revision_id, [p.packet.current_revision_id for p in packets]))
        .group_by(RevisionCoverage.revision_id)
    )
    return {revision: (covered, expectations) for revision, covered, expectations in rows}


def _raters(packets: Iterable[PacketAccess]) -> Mapping[int, list[_Rater]]:
    found: dict[int, list[_Rater]] = {}
    for packet, kind, state, name in db.session.execute(
        select(Assignment.packet_id, Assignment.kind, Assignment.state, Person.name)
        .join(Person, Person.id == Assignment.rater_id)
        .where(among(Assignment.packet_id, [p.packet.id for p in packets]))
        .order_by(Assignment.peer_order, Assignment.id)
    ):
        found.setdefault(packet, []).append(_Rater(kind, state, name))
    return found


def _row(
    access: PacketAccess,
    candidate: str,
    coverage: dict[int, tuple[int, int]],
    raters: Sequence[_Rater],
    panel: PanelStanding | None,
) -> ProgressRow:
    packet = access.packet
    if access.answer(Action.KNOW_PACKET) is Answer.STUB:
        return ProgressRow("", candidate, packet.target_level.name, recused=True)
    covered = expectations = None
    if packet.current_revision_id and access.may(Action.READ_EVIDENCE):
        covered, expectations = coverage.get(packet.current_revision_id, (0, 0))
    peers = [r for r in raters if r.kind is RaterKind.PEER and r.state in ASKED_EVER]
    asked = _asked_of(raters)
    rated = _is_rated(access.standing, packet.state)
    sees_manager = rated and access.may(Action.SEE_MANAGER_RATING_STATE)
    counts = rated and access.may(Action.COUNT_RATINGS)
    return ProgressRow(
        public_id=packet.public_id,
        candidate=candidate,
        target=packet.target_level.name,
        state=packet.state,
        covered=covered,
        expectations=expectations,
        manager=packet.manager.name,
        manager_in=asked.manager_in if sees_manager else None,
        peers_in=sum(r.state is AssignmentState.SUBMITTED for r in peers) if counts else None,
        peers_asked=len(peers) if counts else None,
        waits=(*_waits(access, asked, raters), *_waits_for_panel(access, panel)),
    )


def _asked_of(raters: Iterable[_Rater]) -> Asked:
    return Asked(
        proposed=any(r.state is AssignmentState.NOMINATED for r in raters),
        manager_in=any(
            r.kind is RaterKind.MANAGER and r.state is AssignmentState.SUBMITTED for r in raters
        ),
        owed=any(r.kind is RaterKind.PEER and r.state in OWED for r in raters),
    )


def _is_rated(standing: PacketStanding, state: PacketState) -> bool:
    return state in IN_REVIEW and standing.phase >= PacketPhase.RATING


def _is_before_panel(standing: PacketStanding, state: PacketState) -> bool:
    """Whether it waits for its panel, as somebody of this standing may know."""
    return (
        state in IN_REVIEW
        and PacketPhase.VOTING <= standing.phase < PacketPhase.DECIDED
        and decide(Action.SEE_WHO_VOTED, standing).allowed
    )


def _waits_for(standing: PacketStanding, state: PacketState, asked: Asked) -> dict[str, bool]:
    """What a packet waits for, so far as somebody of this standing may know."""

    def may(action: Action) -> bool:
        return decide(action, standing).allowed

    # What was not in when calibration began does not come any more.
    rated = state in IN_REVIEW and standing.phase == PacketPhase.RATING
    return {
        "packet": standing.phase == PacketPhase.EVIDENCE and state in UNSUBMITTED,
        "approval": may(Action.SEE_PEERS) and may(Action.APPROVE_PEER) and asked.proposed,
        "manager": rated and may(Action.SEE_MANAGER_RATING_STATE) and not asked.manager_in,
        "peers": rated and may(Action.COUNT_RATINGS) and asked.owed,
        "panel": _is_before_panel(standing, state),
    }


def _waits(access: PacketAccess, asked: Asked, raters: Iterable[_Rater]) -> tuple[Wait, ...]:
    packet = access.packet
    waits_for = _waits_for(access.standing, packet.state, asked)
    found = []
    if waits_for["packet"]:
        found.append(Wait(packet.candidate.name, "packet"))
    if waits_for["approval"]:
        found.append(Wait(packet.manager.name, "peers to approve"))
    if waits_for["manager"]:
        found.append(Wait(packet.manager.name, "rating"))
    if waits_for["peers"]:
        names = access.may(Action.SEE_PEERS)
        found += [
            Wait(
                rater.name if names else "a peer",
                "rating" if rater.state is not AssignmentState.INVITED else "answer",
            )
            for rater in raters
            if rater.kind is RaterKind.PEER and rater.state in OWED
        ]
    return tuple(found)


def _waits_for_panel(access: PacketAccess, panel: PanelStanding | None) -> Iterator[Wait]:
    """Who has not answered or voted yet; then the chair, to reveal and to decide."""
    if panel is None:
        return
    chair = next((seat.name for seat in panel.seats if seat.is_chair), "the chair")
    if access.standing.phase == PacketPhase.DISCUSSION:
        yield Wait(chair, "decision")
        return
    yield from (Wait(seat.name, "conflict answer") for seat in panel.seats if seat.unanswered)
    yield from (Wait(seat.name, "ballot") for seat in panel.voting if not seat.cast)
    if panel.missing == 0:
        yield Wait(chair, "reveal")
