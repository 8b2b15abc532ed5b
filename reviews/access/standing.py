"""From a viewer and a packet, or cycle, to the facts the policy reads: in SQL, so that object pages and lists agree.

Every fact is one SQL expression. A page selects the expressions beside the row; a list puts the policy's rows over the
same expressions into its WHERE. There is no second place that says who is what.

To put these expressions together costs more than to execute them. A statement that many requests make is therefore
built once, about ANY_VIEWER, and executed with the parameters of `asked_by`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Row,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from ladders.orm import UtcDateTime
from reviews.access.viewer import Viewer
from reviews.db.models.calibration import Ballot, Conflict
from reviews.db.models.cycles import Cycle, CycleOwner, Panel, PanelMember
from reviews.db.models.packets import Assignment, Packet
from reviews.db.models.people import ManagerLink
from reviews.db.models.ratings import Rating
from reviews.rules.enums import (
    Action,
    AssignmentState,
    ConflictStanding,
    CyclePhase,
    PacketPhase,
    PacketStage,
    PacketState,
    RaterKind,
    Relation,
)
from reviews.rules.policy import LATER, CycleFacts, Grant, PacketFacts, row_of

#: How long a former manager or report counts as tied to somebody.
TIE = timedelta(days=730)
PEER_STATES = (
    AssignmentState.INVITED,
    AssignmentState.ACCEPTED,
    AssignmentState.IN_PROGRESS,
    AssignmentState.SUBMITTED,
)
#: States of a packet that a committee has before it.
IN_REVIEW = (PacketState.SUBMITTED,)
#: States of a packet that may still come before one.
UNDER_WAY = (PacketState.DRAFT, PacketState.RETURNED, *IN_REVIEW)


#: An instant, or the parameter that one is given in.
Instant = datetime | ColumnElement[datetime]


@dataclass(frozen=True, slots=True, eq=False)
class AnyViewer:
    """Stands in a statement for whoever will ask."""

    person_id: ColumnElement[int]
    now: ColumnElement[datetime]


ANY_VIEWER = AnyViewer(
    bindparam("viewer_id", type_=Integer()), bindparam("viewer_now", type_=UtcDateTime())
)
_TIED_SINCE = bindparam("tied_since", type_=Date())


def asked_at(now: datetime) -> dict[str, Any]:
    """The parameters of a statement about ANY_VIEWER's instant alone."""
    return {"viewer_now": now, "tied_since": _tied_since(now)}


def asked_by(viewer: Viewer) -> dict[str, Any]:
    """The parameters of a statement about ANY_VIEWER."""
    return {"viewer_id": viewer.person_id, **asked_at(viewer.now)}


def _tied_since(now: Instant) -> date | ColumnElement[date]:
    return (now - TIE).date() if isinstance(now, datetime) else _TIED_SINCE


def packet_phase(now: Instant) -> ColumnElement[int]:
    """The number the policy tables use. Released is computed here, from the stored instant and the reader's clock."""
    return case(
        (Cycle.phase == CyclePhase.ARCHIVED, PacketPhase.ARCHIVED),
        (Cycle.phase == CyclePhase.SETUP, PacketPhase.SETUP),
        (Cycle.phase == CyclePhase.EVIDENCE, PacketPhase.EVIDENCE),
        (Cycle.phase == CyclePhase.RATING, PacketPhase.RATING),
        (Cycle.release_at <= now, PacketPhase.RELEASED),
        (Packet.stage == PacketStage.DECIDED, PacketPhase.DECIDED),
        (Packet.stage == PacketStage.DISCUSSION, PacketPhase.DISCUSSION),
        else_=PacketPhase.VOTING,
    )


def cycle_phase(now: Instant) -> ColumnElement[int]:
    """For a cycle, 3 is calibration with nothing revealed, 4 something revealed, 5 every packet decided."""
    in_review = [Packet.cycle_id == Cycle.id, Packet.state.in_(IN_REVIEW)]
    revealed = exists().where(
        *in_review, Packet.stage.in_((PacketStage.DISCUSSION, PacketStage.DECIDED))
    )
    undecided = exists().where(*in_review, Packet.stage != PacketStage.DECIDED)
    return case(
        (Cycle.phase == CyclePhase.ARCHIVED, PacketPhase.ARCHIVED),
        (Cycle.phase == CyclePhase.SETUP, PacketPhase.SETUP),
        (Cycle.phase == CyclePhase.EVIDENCE, PacketPhase.EVIDENCE),
        (Cycle.phase == CyclePhase.RATING, PacketPhase.RATING),
        (Cycle.release_at <= now, PacketPhase.RELEASED),
        (and_(revealed, not_(undecided)), PacketPhase.DECIDED),
        (revealed, PacketPhase.DISCUSSION),
        else_=PacketPhase.VOTING,
    )


#: A person's id, or a column that holds one: the same facts about everybody in a joined table.
PersonId = int | ColumnElement[int] | InstrumentedAttribute[int]


def _rates(
    person: PersonId, kind: RaterKind, states: Iterable[AssignmentState]
) -> ColumnElement[bool]:
    return exists().where(
        Assignment.packet_id == Packet.id,
        Assignment.rater_id == person,
        Assignment.kind == kind,
        Assignment.state.in_(tuple(states)),
    )


def _keeps_draft(person: PersonId) -> ColumnElement[bool]:
    """A peer who was writing when ratings closed: the draft stays theirs to read, and so does the tie."""
    return exists().where(
        Assignment.packet_id == Packet.id,
        Assignment.rater_id == person,
        Assignment.kind == RaterKind.PEER,
        Assignment.state == AssignmentState.EXPIRED,
        exists().where(Rating.assignment_id == Assignment.id),
    )


def _sits(person: PersonId, *, chair: bool) -> ColumnElement[bool]:
    return exists().where(
        PanelMember.panel_id == Packet.panel_id,
        PanelMember.person_id == person,
        PanelMember.is_chair.is_(chair),
    )


def _tied(person: PersonId, now: Instant) -> ColumnElement[bool]:
    recent = or_(ManagerLink.ended_on.is_(None), ManagerLink.ended_on >= _tied_since(now))
    managed = exists().where(
        recent,
        or_(
            and_(
                ManagerLink.person_id == Packet.candidate_id,
                ManagerLink.manager_id == person,
            ),
            and_(
                ManagerLink.manager_id == Packet.candidate_id,
                ManagerLink.person_id == person,
            ),
        ),
    )
    other = aliased(Packet)
    competes = exists().where(
        other.cycle_id == Packet.cycle_id,
        other.candidate_id == person,
        other.target_level_id == Packet.target_level_id,
        other.state.not_in((PacketState.WITHDRAWN, PacketState.VOID)),
    )
    return or_(managed, competes)


@lru_cache(maxsize=64)  # selected and put into a WHERE by the same request
def packet_fact_columns(viewer: Viewer | AnyViewer) -> Mapping[str, ColumnElement[Any]]:
    """Each field of `PacketFacts` as SQL over Packet joined to its Cycle."""
    return packet_facts_about(viewer.person_id, viewer.now)


def packet_facts_about(person: PersonId, now: Instant) -> Mapping[str, ColumnElement[Any]]:
    """The same about a person, or about everybody in a column, such as the seats of a panel."""
    is_manager = Packet.manager_id == person
    return {
        "phase": packet_phase(now),
        "is_candidate": Packet.candidate_id == person,
        "is_manager": is_manager,
        "is_peer": or_(_rates(person, RaterKind.PEER, PEER_STATES), _keeps_draft(person)),
        "own_rating_in": or_(
            *(_rates(person, kind, (AssignmentState.SUBMITTED,)) for kind in RaterKind)
        ),
        "is_member": _sits(person, chair=False),
        "is_chair": _sits(person, chair=True),
        "is_owner": exists().where(
            CycleOwner.cycle_id == Packet.cycle_id, CycleOwner.person_id == person
        ),
        "is_tied": _tied(person, now),
        "conflict": select(Conflict.standing)
        .where(Conflict.packet_id == Packet.id, Conflict.person_id == person)
        .scalar_subquery(),
        "ballot_cast": exists().where(Ballot.packet_id == Packet.id, Ballot.member_id == person),
    }


#: A board reads facts for every row and every seat, and most of them are equal.
_taken = attrgetter(*(f"fact_{field.name}" for field in fields(PacketFacts)))
_facts = lru_cache(maxsize=1024)(PacketFacts)


def packet_facts(row: Row[Any]) -> PacketFacts:
    """The facts from a selected row whose labels are `fact_<field>`."""
    return _facts(*_taken(row))


def labelled(columns: Mapping[str, ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [
        (
            type_coerce(column, Boolean())
            if name.startswith(("is_", "own_", "ballot_"))
            else column
        ).label(f"fact_{name}")
        for name, column in columns.items()
    ]


def relation_columns(
    c: Mapping[str, ColumnElement[Any]],
) -> Mapping[Relation, ColumnElement[bool]]:
    """`PacketFacts.relations`, said in SQL. A test walks every case and holds the two equal."""
    none = c["conflict"] == ConflictStanding.NONE
    on_record = (
        func.coalesce(c["conflict"], ConflictStanding.NONE.value) != ConflictStanding.NONE.value
    )
    candidate, is_set = c["is_candidate"], c["conflict"] == ConflictStanding.SET
    personal = or_(candidate, c["is_manager"], c["is_peer"])
    close = or_(personal, c["is_tied"])
    free = and_(not_(close), func.coalesce(none, false()))
    set_aside = and_(not_(close), func.coalesce(is_set, false()))
    member = and_(c["is_member"], not_(c["is_chair"]))
    other = not_(candidate)
    return {
        Relation.CANDIDATE: candidate,
        Relation.MANAGER_OWES: and_(other, c["is_manager"], not_(c["own_rating_in"])),
        Relation.MANAGER_IN: and_(other, c["is_manager"], c["own_rating_in"]),
        Relation.PEER_OWES: and_(other, c["is_peer"], not_(c["own_rating_in"])),
        Relation.PEER_IN: and_(other, c["is_peer"], c["own_rating_in"]),
        Relation.MEMBER_OWES: and_(member, free, not_(c["ballot_cast"])),
        Relation.MEMBER_CAST: and_(member, free, c["ballot_cast"]),
        Relation.MEMBER_CONFLICTED: and_(member, not_(free), not_(set_aside)),
        Relation.MEMBER_SET_ASIDE: and_(member, set_aside),
        Relation.CHAIR: and_(c["is_chair"], free),
        Relation.CHAIR_CONFLICTED: and_(c["is_chair"], not_(free)),
        Relation.OWNER: and_(c["is_owner"], not_(close), not_(on_record)),
        Relation.OWNER_CONFLICTED: and_(c["is_owner"], or_(close, on_record)),
        Relation.EMPLOYEE: not_(or_(personal, c["is_member"], c["is_chair"], c["is_owner"])),
    }


def _within(phase: ColumnElement[int], cell: Grant) -> ColumnElement[bool]:
    """A cell of the policy is a run of phases. Two ends are quicker to hand over than a list."""
    return phase.between(min(cell.phases), max(cell.phases))


def packets_where(viewer: Viewer | AnyViewer, action: Action) -> ColumnElement[bool]:
    """The policy's row as a WHERE over Packet joined to its Cycle. Stubs count as seen: the board draws them as such.

    Not for the rows that the blind rule or the chair's own ballot narrow further; those are fields, not lists.
    """
    return granted(action, packet_fact_columns(viewer))


def granted(action: Action, columns: Mapping[str, ColumnElement[Any]]) -> ColumnElement[bool]:
    """The same over facts that are columns already, so that they are not worked out anew for each relation."""
    if action in LATER:
        return false()
    row = row_of(action)
    return or_(
        false(),  # a row may grant nothing to anybody
        *(
            and_(held, _within(columns["phase"], row.cell(relation)))
            for relation, held in relation_columns(columns).items()
            if row.cell(relation).phases
        ),
    )


@lru_cache(maxsize=64)
def cycle_fact_columns(viewer: Viewer | AnyViewer) -> Mapping[str, ColumnElement[Any]]:
    """Each field of `CycleFacts` as SQL over Cycle."""
    me = viewer.person_id
    own = and_(Packet.cycle_id == Cycle.id, Packet.state != PacketState.VOID)

    def sits(*, chair: bool) -> ColumnElement[bool]:
        return exists().where(
            Panel.cycle_id == Cycle.id,
            PanelMember.panel_id == Panel.id,
            PanelMember.person_id == me,
            PanelMember.is_chair.is_(chair),
        )

    personal = or_(
        Packet.candidate_id == me,
        Packet.manager_id == me,
        and_(Cycle.phase != CyclePhase.EVIDENCE, _peer_of_packet(me)),
    )
    participant = exists().where(own, personal)
    conflicted = relation_columns(packet_fact_columns(viewer))[Relation.OWNER_CONFLICTED]
    return {
        "phase": cycle_phase(viewer.now),
        "is_participant": participant,
        "is_member": sits(chair=False),
        "is_chair": sits(chair=True),
        "is_owner": exists().where(CycleOwner.cycle_id == Cycle.id, CycleOwner.person_id == me),
        "is_owner_tied": exists().where(own, conflicted),
    }


def _peer_of_packet(person_id: PersonId) -> ColumnElement[bool]:
    return exists().where(
        Assignment.packet_id == Packet.id,
        Assignment.rater_id == person_id,
        Assignment.kind == RaterKind.PEER,
        Assignment.state.in_(PEER_STATES),
    )


def cycle_facts(row: Mapping[str, Any] | Row[Any]) -> CycleFacts:
    mapping = row if isinstance(row, Mapping) else row._mapping
    return CycleFacts(**{f.name: mapping[f"fact_{f.name}"] for f in fields(CycleFacts)})


def cycles_where(viewer: Viewer | AnyViewer, action: Action) -> ColumnElement[bool]:
    """The policy's row as a WHERE over Cycle."""
    if action in LATER:
        return false()
    c = cycle_fact_columns(viewer)
    row = row_of(action)
    held = {
        Relation.PARTICIPANT: c["is_participant"],
        Relation.MEMBER: c["is_member"],
        Relation.CHAIR: c["is_chair"],
        Relation.OWNER: and_(c["is_owner"], not_(c["is_owner_tied"])),
        Relation.OWNER_CONFLICTED: and_(c["is_owner"], c["is_owner_tied"]),
    }
    held[Relation.EMPLOYEE] = not_(
        or_(c["is_participant"], c["is_member"], c["is_chair"], c["is_owner"])
    )
    return or_(
        false(),
        *(
            and_(holds, _within(c["phase"], row.cell(relation)))
            for relation, holds in held.items()
            if row.cell(relation).phases
        ),
    )


def site_facts(viewer: Viewer) -> CycleFacts:
    """The site stands in phase 0: what an owner may do where there is no cycle."""
    return CycleFacts(phase=PacketPhase.SETUP, is_owner=viewer.is_owner)
