"""What waits for the viewer, read through the policy: nothing here counts a packet the viewer may not know."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from reviews.access.loaders import CycleAccess, PacketAccess, SiteAccess
from reviews.access.naming import called
from reviews.access.standing import (
    CYCLE_RELATIONS,
    VIEWER_ID,
    allowed,
    cycle_standing,
    cycle_standing_columns,
    cycle_standing_of,
    packet_standing,
    standing_columns,
    standing_of,
    viewer_params,
)
from reviews.access.viewer import Viewer
from reviews.cycles.ownership import cycles_without_owner
from reviews.cycles.queries import phase_lines
from reviews.db.extensions import db
from reviews.db.id_list import among
from reviews.db.models.calibration import OutcomeReading
from reviews.db.models.cycles import Cycle
from reviews.db.models.packets import Assignment, Packet, RevisionCoverage, RevisionItem
from reviews.db.models.people import Person
from reviews.db.models.ratings import Rating
from reviews.home import tasks
from reviews.home.committee import panel_tasks
from reviews.home.first_steps import FirstStep, first_steps
from reviews.home.rows import (
    InboxCycle,
    InboxRows,
    OwnedCycle,
    OwnPacket,
    RatingRequest,
    ReportPacket,
)
from reviews.mail.queries import WorkerStanding, worker_standing
from reviews.ratings import completeness
from reviews.rules.enums import Action, AssignmentState, CyclePhase, RaterKind, Relation
from reviews.rules.workflow import APPROVED, APPROVED_EVER, IN_REVIEW, OWED
from reviews.web import mode

_PENDING = frozenset({Relation.MEMBER_PENDING, Relation.CHAIR_PENDING})
_UNANSWERED = frozenset({Relation.MEMBER_UNANSWERED, Relation.CHAIR_UNANSWERED})


@dataclass(frozen=True, slots=True)
class Rail:
    """The cycle at the side of the page, and how far it has come."""

    public_id: str
    name: str
    lines: tuple[tasks.TimelineEntry, ...]
    may_open: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    title: str
    lede: str
    first_steps: tuple[FirstStep, ...]
    groups: tuple[tasks.TaskGroup, ...]
    outcomes: tuple[tasks.Task, ...]
    out: tuple[tasks.OutOfReview, ...]
    own: Sequence[OwnPacket]
    reports: Sequence[ReportPacket]
    #: Cycles the viewer owns.
    run: Sequence[InboxCycle]
    rail: Rail | None
    #: Whether mail is being sent, for those who look after it.
    worker: WorkerStanding | None


def inbox(access: SiteAccess) -> Inbox:
    """The whole page, in a number of queries that does not grow with what waits."""
    cycles = _cycles(access.viewer)
    rows = _rows(access, cycles)
    groups = tasks.groups(rows, access.viewer.now)
    waiting = sum(len(group.tasks) for group in groups)
    steps = first_steps(access, cycles)
    return Inbox(
        title="Three steps to a first cycle" if steps and not waiting else tasks.headline(waiting),
        lede="People, a ladder, a cycle. Nobody gets a message before you say so."
        if steps and not waiting
        else tasks.lede(groups),
        first_steps=steps,
        groups=groups,
        outcomes=tasks.outcomes(rows),
        out=tasks.out_of_review(rows, access.viewer.now),
        own=rows.own,
        reports=rows.reports,
        run=[each.cycle for each in rows.owned],
        rail=_rail(groups, rows, cycles),
        worker=worker_standing(access.viewer.now)
        if access.may(Action.READ_MAIL) and mode.sends_mail()
        else None,
    )


def waiting_tasks(access: SiteAccess) -> tuple[tasks.TaskGroup, ...]:
    """What waits for the viewer, as the inbox groups it."""
    return tasks.groups(_rows(access, _cycles(access.viewer)), access.viewer.now)


def _rows(access: SiteAccess, cycles: Sequence[CycleAccess]) -> InboxRows:
    viewer = access.viewer
    involved = _involved(viewer)
    read = _outcomes_read(viewer)
    mine = [each for each in involved if each.is_candidate]
    return InboxRows(
        open_cycles=_open_cycles(viewer, cycles, mine),
        own=[_own(each, read) for each in mine],
        reports=_reports([each for each in involved if each.is_manager], read),
        asked=_asked(viewer),
        seats=panel_tasks(
            viewer, {each.cycle.id: _cycle_row(each.cycle, viewer) for each in cycles}
        ),
        owned=[_owned(each) for each in cycles if each.is_owner],
        without_owner=_without_owner(access),
    )


# -- Cycles


def _cycles(viewer: Viewer) -> list[CycleAccess]:
    """The running cycles the viewer knows, and those that collect evidence, newest first."""
    found = db.session.execute(_running_cycles(), viewer_params(viewer, Action.LIST_CYCLE))
    return [CycleAccess(viewer, row.Cycle, cycle_standing_of(row)) for row in found]


@cache
def _running_cycles() -> Select[Any]:
    standing = cycle_standing(Cycle.phase != CyclePhase.ARCHIVED)
    return (
        select(Cycle, *cycle_standing_columns(standing))
        .join(standing, standing.c.cycle_id == Cycle.id)
        .where(or_(allowed(standing, CYCLE_RELATIONS), Cycle.phase == CyclePhase.EVIDENCE))
        .order_by(Cycle.id.desc())
    )


def _cycle_row(cycle: Cycle, viewer: Viewer) -> InboxCycle:
    released = cycle.release_at is not None and cycle.release_at <= viewer.now
    return InboxCycle(
        public_id=cycle.public_id,
        name=cycle.name,
        zone=cycle.time_zone,
        phase=cycle.phase,
        evidence_due=cycle.evidence_due,
        rating_due=cycle.rating_due,
        calibration_due=cycle.calibration_due,
        released_at=cycle.release_at if released else None,
    )


def _open_cycles(
    viewer: Viewer, cycles: Iterable[CycleAccess], mine: Iterable[PacketAccess]
) -> list[InboxCycle]:
    """Where the viewer may still start a packet: eligible, with a manager, and none there yet."""
    person = db.session.execute(
        select(Person.unit, Person.manager_id).where(Person.id == viewer.person_id)
    ).one()
    taken = {each.packet.cycle_id for each in mine}
    return [
        _cycle_row(each.cycle, viewer)
        for each in cycles
        if each.cycle.phase is CyclePhase.EVIDENCE
        and person.manager_id is not None
        and each.cycle.id not in taken
        and (not each.cycle.units or person.unit in each.cycle.units)
    ]


def _owned(access: CycleAccess) -> OwnedCycle:
    return OwnedCycle(
        cycle=_cycle_row(access.cycle, access.viewer),
        may_set_up=access.may(Action.SET_UP_CYCLE),
        may_advance=access.may(Action.ADVANCE_CYCLE),
        may_release=access.may(Action.RELEASE_CYCLE) and access.cycle.release_at is None,
    )


def _without_owner(access: SiteAccess) -> list[InboxCycle]:
    if not access.may(Action.NAME_MISSING_OWNER):
        return []
    return [_cycle_row(each, access.viewer) for each in cycles_without_owner(access.viewer.now)]


def _rail(
    groups: Sequence[tasks.TaskGroup], rows: InboxRows, cycles: Sequence[CycleAccess]
) -> Rail | None:
    """The cycle of the most urgent task; without one, the nearest that the viewer has a part in."""
    near = [group.tasks[0].cycle for group in groups]
    near += [each.cycle for each in rows.own if each.way_out is None]
    near += [each.cycle for each in rows.reports if each.way_out is None]
    near += [_cycle_row(each.cycle, each.viewer) for each in cycles if each.is_on_panel]
    near += [each.cycle for each in rows.owned]
    known = {each.cycle.public_id: each for each in cycles}
    for row in near:
        if row.public_id in known:
            access = known[row.public_id]
            return Rail(
                row.public_id,
                row.name,
                tuple(tasks.line(p.label, p.until, p.state, row.zone) for p in phase_lines(access)),
                access.may(Action.READ_CYCLE),
            )
    return None


# -- Own packets and reports


def _packets(viewer: Viewer, statement: Select[Any], *actions: Action) -> list[PacketAccess]:
    found = db.session.execute(statement, viewer_params(viewer, *actions))
    return [PacketAccess(viewer, row.Packet, standing_of(row)) for row in found]


def _of_running_cycles(standing: Any) -> Select[Any]:
    return (
        select(Packet, *standing_columns(standing))
        .join(standing, standing.c.packet_id == Packet.id)
        .join(Packet.cycle)
        .options(
            contains_eager(Packet.cycle),
            joinedload(Packet.candidate, innerjoin=True),
            joinedload(Packet.target_level, innerjoin=True),
        )
        .where(allowed(standing))
        .order_by(Packet.agenda_order, Packet.id)
    )


def _involved(viewer: Viewer) -> list[PacketAccess]:
    """The viewer's own packets and those of their reports."""
    return _packets(viewer, _involved_packets(), Action.KNOW_PACKET)


@cache
def _involved_packets() -> Select[Any]:
    return _of_running_cycles(
        packet_standing(
            Cycle.phase != CyclePhase.ARCHIVED,
            or_(Packet.candidate_id == VIEWER_ID, Packet.manager_id == VIEWER_ID),
        )
    )


def _outcomes_read(viewer: Viewer) -> frozenset[int]:
    """The packets whose outcome the viewer has marked as read."""
    read = select(OutcomeReading.packet_id).where(OutcomeReading.person_id == viewer.person_id)
    return frozenset(db.session.scalars(read))


def _own(access: PacketAccess, read: frozenset[int]) -> OwnPacket:
    packet = access.packet
    return OwnPacket(
        public_id=packet.public_id,
        target=packet.target_level.name,
        cycle=_cycle_row(packet.cycle, access.viewer),
        state=packet.state,
        submitted_at=packet.submitted_at,
        outcome_open=access.may(Action.READ_OUTCOME),
        outcome_read=packet.id in read,
    )


class _Peers(NamedTuple):
    """How many peers of a packet are how far."""

    nominated: int = 0
    approved: int = 0
    #: Whatever they have done since.
    approved_ever: int = 0
    submitted: int = 0


def _reports(packets: Sequence[PacketAccess], read: frozenset[int]) -> list[ReportPacket]:
    peers = _peers_of([each.packet.id for each in packets])
    named = (
        called(packets[0].viewer, [each.packet.candidate for each in packets]) if packets else ()
    )
    return [
        _report(each, name, peers.get(each.packet.id, _Peers()), read)
        for each, name in zip(packets, named, strict=True)
    ]


def _report(
    access: PacketAccess, candidate: str, peers: _Peers, read: frozenset[int]
) -> ReportPacket:
    """A manager who owes a rating learns here how many they approved, never who of them has rated, or declined."""
    packet = access.packet
    sees_how_far = access.may(Action.COUNT_RATINGS)
    approved = peers.approved if sees_how_far else peers.approved_ever
    return ReportPacket(
        public_id=packet.public_id,
        candidate=candidate,
        target=packet.target_level.name,
        cycle=_cycle_row(packet.cycle, access.viewer),
        state=packet.state,
        submitted_at=packet.submitted_at,
        proposed=peers.nominated if access.may(Action.APPROVE_PEER) else 0,
        peers=approved if access.may(Action.SEE_PEERS) else 0,
        peers_in=peers.submitted if sees_how_far else None,
        outcome_open=access.may(Action.READ_OUTCOME),
        outcome_read=packet.id in read,
    )


def _peers_of(packets: Sequence[int]) -> dict[int, _Peers]:
    """One row for each packet, so that what is read does not depend on how far its peers are."""
    if not packets:
        return {}
    state = Assignment.state
    found = db.session.execute(
        select(
            Assignment.packet_id,
            func.count().filter(state == AssignmentState.NOMINATED),
            func.count().filter(state.in_((*APPROVED, AssignmentState.EXPIRED))),
            func.count().filter(state.in_(APPROVED_EVER)),
            func.count().filter(state == AssignmentState.SUBMITTED),
        )
        .where(among(Assignment.packet_id, packets), Assignment.kind == RaterKind.PEER)
        .group_by(Assignment.packet_id)
    )
    return {packet: _Peers(*counted) for packet, *counted in found}


# -- Ratings the viewer is asked for


def _asked(viewer: Viewer) -> list[RatingRequest]:
    found = db.session.scalars(_owed(), viewer_params(viewer, Action.WRITE_RATING)).all()
    revisions = [each.packet.current_revision_id for each in found]
    dimensions = _counts(RevisionCoverage.revision_id, revisions)
    items = _counts(RevisionItem.revision_id, revisions)
    drafts = _drafts([each.id for each in found])
    result = []
    named = called(viewer, [each.packet.candidate for each in found])
    for each, name in zip(found, named, strict=True):
        packet, draft = each.packet, drafts.get(each.id, [])
        result.append(
            RatingRequest(
                packet=packet.public_id,
                candidate=name,
                target=packet.target_level.name,
                manager=packet.manager.name,
                cycle=_cycle_row(packet.cycle, viewer),
                kind=each.kind,
                state=each.state,
                dimensions=dimensions.get(packet.current_revision_id, 0),
                complete=sum(completeness.missing_from(answer) is None for answer, _ in draft),
                items=items.get(packet.current_revision_id, 0),
                saved_at=max((at for _, at in draft), default=None),
            )
        )
    return result


@cache
def _owed() -> Select[Any]:
    is_owed = (Assignment.rater_id == VIEWER_ID, Assignment.state.in_(OWED))
    standing = packet_standing(Packet.id.in_(select(Assignment.packet_id).where(*is_owed)))
    return (
        select(Assignment)
        .join(Assignment.packet)
        .join(Packet.cycle)
        .join(standing, standing.c.packet_id == Packet.id)
        .options(
            contains_eager(Assignment.packet).options(
                contains_eager(Packet.cycle),
                joinedload(Packet.candidate, innerjoin=True),
                joinedload(Packet.manager, innerjoin=True),
                joinedload(Packet.target_level, innerjoin=True),
            )
        )
        .where(*is_owed, Packet.state.in_(IN_REVIEW), allowed(standing))
        .order_by(Assignment.id)
    )


def _counts(column: Any, revisions: Sequence[int | None]) -> dict[int | None, int]:
    """How many rows of the column's table belong to each revision."""
    if not revisions:
        return {}
    found = db.session.execute(
        select(column, func.count()).where(among(column, revisions)).group_by(column)
    )
    return dict(found.all())


def _drafts(
    assignments: Sequence[int],
) -> dict[int, list[tuple[completeness.RatingAnswer, datetime]]]:
    """The viewer's own drafts: the answer for each dimension, and when it was saved."""
    found: dict[int, list[tuple[completeness.RatingAnswer, datetime]]] = {}
    if not assignments:
        return found
    for assignment, category, rationale, at in db.session.execute(
        select(Rating.assignment_id, Rating.category, Rating.rationale, Rating.updated_at).where(
            among(Rating.assignment_id, assignments)
        )
    ):
        found.setdefault(assignment, []).append(
            (completeness.RatingAnswer(category, rationale), at)
        )
    return found
