"""What a person is to a packet or a cycle, worked out by the database, so that a page and a list cannot disagree.

Three steps, each written once. *Facts*: what is true of the person and the thing. *Standing*: at most four relations,
with the rule of precedence: any personal relation turns an office into its conflicted form. *Allowed*: whether the
policy's table grants a relation something in this phase. The table is data that is bound to the statement, so the text
of a statement is the same for every viewer and every action, and the database keeps its plan.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal_column,
    not_,
    null,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import aliased

from ladders.orm import UtcDateTime
from reviews.access.viewer import Viewer
from reviews.db.models.calibration import Ballot, Conflict, PersonalTie
from reviews.db.models.cycles import Cycle, CycleOwner, Panel, PanelMember
from reviews.db.models.packets import Assignment, Packet
from reviews.db.models.people import ManagerLink
from reviews.db.models.ratings import Rating
from reviews.db.text import position
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
from reviews.rules.policy import CycleStanding, PacketStanding, SiteStanding, cells
from reviews.rules.workflow import ASKED, IN_REVIEW

#: How long a former manager or report counts as related to somebody.
RELATED_FOR = timedelta(days=730)

#: The parameters of every statement about a viewer.
VIEWER_ID = bindparam("viewer_id", type_=Integer())
_NOW = bindparam("now", type_=UtcDateTime())
_RELATED_SINCE = bindparam("related_since", type_=Date())

_PHASES = {phase.word: phase for phase in PacketPhase}


def instant_params(now: datetime) -> dict[str, Any]:
    """The parameters of a statement that asks about other people than a viewer."""
    return {"now": now, "related_since": (now - RELATED_FOR).date()}


def viewer_params(
    viewer: Viewer, *actions: Action, granted: Callable[..., str] = cells
) -> dict[str, Any]:
    """The parameters of a statement about a viewer, who may do one of these actions.

    Args:
        granted: which grants of the actions count: `policy.cells`, `full_cells` or `stub_cells`.
    """
    return {
        "viewer_id": viewer.person_id,
        "cells": granted(*actions),
        **instant_params(viewer.now),
    }


# -- Constants: they are part of the text, so that a plan can be made for them and few parameters are sent


def _word(word: StrEnum) -> ColumnElement[Any]:
    return literal_column(f"'{word.value}'")


def _words(*words: StrEnum) -> list[ColumnElement[Any]]:
    return [_word(word) for word in words]


def _phase_word(phase: PacketPhase) -> ColumnElement[Any]:
    return literal_column(f"'{phase.word}'")


# -- Phases


def packet_phase() -> ColumnElement[str]:
    """The phase of a packet, in the words of the policy, over Packet joined to its Cycle.

    Released is computed here, from the stored instant and the reader's clock.
    """
    return _phase(
        (Packet.stage == _word(PacketStage.DECIDED), PacketPhase.DECIDED),
        (Packet.stage == _word(PacketStage.DISCUSSION), PacketPhase.DISCUSSION),
    )


def cycle_phase() -> ColumnElement[str]:
    """The phase of a cycle: in calibration, how far its packets are that were submitted."""

    def some(*stages: PacketStage) -> ColumnElement[bool]:
        return exists().where(
            Packet.cycle_id == Cycle.id,
            Packet.state.in_(_words(*IN_REVIEW)),
            Packet.stage.in_(_words(*stages)),
        )

    revealed = some(PacketStage.DISCUSSION, PacketStage.DECIDED)
    undecided = some(PacketStage.WAITING, PacketStage.VOTING, PacketStage.DISCUSSION)
    return _phase(
        # Where no packet has come into review there is nothing to decide, and the cycle can end.
        (not_(undecided), PacketPhase.DECIDED),
        (revealed, PacketPhase.DISCUSSION),
    )


def _phase(*in_calibration: tuple[ColumnElement[bool], PacketPhase]) -> ColumnElement[str]:
    return case(
        (Cycle.phase != _word(CyclePhase.CALIBRATION), type_coerce(Cycle.phase, String())),
        (Cycle.release_at <= _NOW, _phase_word(PacketPhase.RELEASED)),
        *((holds, _phase_word(phase)) for holds, phase in in_calibration),
        else_=_phase_word(PacketPhase.VOTING),
    )


# -- Facts


def _is_peer(given: Any) -> ColumnElement[bool]:
    """Over an Assignment: asked as a peer and not declined, or still writing when ratings closed.

    The draft of the latter stays theirs to read, and so does the relation.
    """
    # Not EXISTS: PostgreSQL would read all ratings of the site first, to look each assignment up in them.
    draft = select(Rating.id).where(Rating.assignment_id == given.id).limit(literal_column("1"))
    kept = and_(given.state == _word(AssignmentState.EXPIRED), draft.scalar_subquery().is_not(None))
    return and_(given.kind == _word(RaterKind.PEER), or_(given.state.in_(_words(*ASKED)), kept))


def is_before_voting() -> ColumnElement[bool]:
    """Over Packet: who is related to it is still worked out. When voting begins it is written down."""
    return Packet.stage == _word(PacketStage.WAITING)


def on_packet(seat: Any) -> ColumnElement[bool]:
    """Over Packet: whether the seat of a panel is one on this packet.

    What is revealed keeps the panel it was revealed to, but for the chair: somebody must be able to decide. Whoever has
    cast a ballot keeps the seat, whatever the panel becomes.
    """
    voted = exists().where(Ballot.packet_id == Packet.id, Ballot.member_id == seat.person_id)
    return and_(
        seat.panel_id == Packet.panel_id,
        or_(
            seat.joined_at.is_(None),
            Packet.revealed_at.is_(None),
            seat.joined_at <= Packet.revealed_at,
            seat.is_chair,
            voted,
        ),
    )


def related(person: ColumnElement[int], packet: Any) -> tuple[Select[Any], ...]:
    """The ways to be related to a packet without being part of it, each as a subquery over `packet`.

    Manager or report of the candidate, now or lately; a candidate for the same level in the same cycle. A line of
    reporting that was taken back on the day it was entered was a mistake, and relates nobody.
    """
    recent = or_(
        ManagerLink.ended_on.is_(None),
        and_(ManagerLink.ended_on >= _RELATED_SINCE, ManagerLink.ended_on > ManagerLink.started_on),
    )
    other = aliased(Packet)
    one: Select[Any] = select(literal_column("1"))
    return (
        one.where(
            recent, ManagerLink.person_id == packet.candidate_id, ManagerLink.manager_id == person
        ),
        one.where(
            recent, ManagerLink.manager_id == packet.candidate_id, ManagerLink.person_id == person
        ),
        one.where(
            other.cycle_id == packet.cycle_id,
            other.candidate_id == person,
            other.target_level_id == packet.target_level_id,
            other.state.not_in(_words(PacketState.WITHDRAWN, PacketState.VOID)),
        ),
    )


FACTS = (
    "phase",
    "is_candidate",
    "is_manager",
    "is_peer",
    "has_rated",
    "is_member",
    "is_chair",
    "is_owner",
    "is_related",
    "conflict",
    "has_voted",
)


def with_facts(packets: Select[*tuple[Any, ...]], person: Any) -> Select[*tuple[Any, ...]]:
    """The statement with `FACTS` as columns: what is true of a person and each packet.

    Args:
        packets: a statement over Packet joined to its Cycle.
        person: the id of the viewer, or a column with one: the same about everybody in a joined table.
    """
    # Of each table at most one row is about the person and the packet.
    given, seat = aliased(Assignment), aliased(PanelMember)
    ownership, conflict, tie = aliased(CycleOwner), aliased(Conflict), aliased(PersonalTie)
    facts: dict[str, ColumnElement[Any]] = {
        "phase": packet_phase(),
        "is_candidate": Packet.candidate_id == person,
        "is_manager": Packet.manager_id == person,
        # Where there is no such row its columns are null, and a fact is never null but false.
        "is_peer": func.coalesce(_is_peer(given), false()),
        "has_rated": func.coalesce(given.state == _word(AssignmentState.SUBMITTED), false()),
        "is_member": seat.is_chair.is_(false()),
        "is_chair": seat.is_chair.is_(true()),
        "is_owner": ownership.person_id.is_not(None),
        "is_related": case(
            (is_before_voting(), or_(*(way.exists() for way in related(person, Packet)))),
            else_=tie.packet_id.is_not(None),
        ),
        "conflict": type_coerce(conflict.standing, String()),
        "has_voted": exists().where(Ballot.packet_id == Packet.id, Ballot.member_id == person),
    }
    return (
        packets.outerjoin(given, and_(given.packet_id == Packet.id, given.rater_id == person))
        .outerjoin(seat, and_(on_packet(seat), seat.person_id == person))
        .outerjoin(
            ownership,
            and_(ownership.cycle_id == Packet.cycle_id, ownership.person_id == person),
        )
        .outerjoin(conflict, and_(conflict.packet_id == Packet.id, conflict.person_id == person))
        .outerjoin(tie, and_(tie.packet_id == Packet.id, tie.person_id == person))
        .add_columns(*(facts[name].label(name) for name in FACTS))
    )


# -- Standing


def relations(facts: Any) -> dict[str, ColumnElement[Any]]:
    """From facts to the four relations, each a word or null. The precedence is written here and nowhere else."""
    f: Mapping[str, ColumnElement[Any]] = facts
    personal = or_(f["is_candidate"], f["is_manager"], f["is_peer"])
    close = or_(personal, f["is_related"])
    seated = or_(f["is_member"], f["is_chair"])
    on_record = func.coalesce(f["conflict"], _word(ConflictStanding.NONE))
    return {
        "own": case(
            (f["is_candidate"], _word(Relation.CANDIDATE)),
            (and_(f["is_manager"], f["has_rated"]), _word(Relation.MANAGER_RATED)),
            (f["is_manager"], _word(Relation.MANAGER_PENDING)),
            (not_(or_(f["is_peer"], seated, f["is_owner"])), _word(Relation.EMPLOYEE)),
        ),
        "peer": case(
            (f["is_candidate"], null()),
            (and_(f["is_peer"], f["has_rated"]), _word(Relation.PEER_RATED)),
            (f["is_peer"], _word(Relation.PEER_PENDING)),
        ),
        "seat": case(
            (not_(seated), null()),
            (f["is_chair"], _seat("chair", Relation.CHAIR_CONFLICTED, close, f)),
            else_=_seat("member", Relation.MEMBER_EXCLUDED, close, f),
        ),
        "office": case(
            (not_(f["is_owner"]), null()),
            (
                or_(close, on_record != _word(ConflictStanding.NONE)),
                _word(Relation.OWNER_CONFLICTED),
            ),
            else_=_word(Relation.OWNER),
        ),
    }


def _seat(
    name: str,
    excluded: Relation,
    close: ColumnElement[bool],
    f: Mapping[str, ColumnElement[Any]],
) -> ColumnElement[Any]:
    """Not to have answered the conflict question is no conflict, and denies like one."""
    conflicted = _word(Relation(f"{name}_conflicted"))
    return case(
        (close, conflicted),
        (f["conflict"] == _word(ConflictStanding.DECLARED), conflicted),
        (f["conflict"] == _word(ConflictStanding.SET), _word(excluded)),
        (f["conflict"].is_(None), _word(Relation(f"{name}_unanswered"))),
        (f["has_voted"], _word(Relation(f"{name}_voted"))),
        else_=_word(Relation(f"{name}_pending")),
    )


RELATIONS = ("own", "peer", "seat", "office")


class ListFront(NamedTuple):
    """So many packets at the beginning of a list, in an order that an index holds."""

    order: tuple[Any, ...]
    size: int


def packet_standing(
    *where: ColumnElement[bool], columns: Sequence[Any] = (), front: ListFront | None = None
) -> CTE:
    """The viewer's standing on each of the packets, beside `packet_id`.

    Args:
        where: which packets; over Packet joined to its Cycle.
        columns: of the packet, to be selected and ordered by from here.
        front: only the first of these packets are looked at, and `front_size` says how many there were. Without it a
            database may work out what the viewer is to every packet before it takes the first page of them.
    """
    packets = select(Packet.id.label("packet_id"), *columns).join(Packet.cycle)
    if front is None:
        return _standing_from(packets, VIEWER_ID, where)
    first = (
        select(Packet.id)
        .join(Packet.cycle)
        .where(*where)
        .order_by(*front.order)
        .limit(literal_column(str(front.size)))
        .cte("front")
    )
    size = select(func.count()).select_from(first).correlate(None).scalar_subquery()
    packets = packets.join(first, first.c.id == Packet.id).add_columns(size.label("front_size"))
    return _standing_from(packets, VIEWER_ID, ())


def front_size(standing: CTE) -> list[ColumnElement[int]]:
    """The column `front_size` of a standing that has one."""
    return [standing.c.front_size] if "front_size" in standing.c else []


def seat_standing(seat: type[PanelMember], *where: ColumnElement[bool]) -> CTE:
    """The same for everybody on the packets' panels, beside `packet_id` and `person_id`."""
    seats = (
        select(Packet.id.label("packet_id"), seat.person_id)
        .join(Packet.cycle)
        .join(seat, on_packet(seat))
    )
    return _standing_from(seats, seat.person_id, where)


def _standing_from(
    packets: Select[*tuple[Any, ...]], person: Any, where: tuple[ColumnElement[bool], ...]
) -> CTE:
    keys = packets.selected_columns.keys()
    facts = with_facts(packets, person).where(*where).cte("facts")
    words = relations(facts.c)
    return select(
        *(facts.c[key] for key in keys),
        facts.c.phase,
        *(words[name].label(name) for name in RELATIONS),
        facts.c.conflict,
        facts.c.is_related,
    ).cte("standing")


# -- Allowed


def allowed(
    standing: Any, relations: tuple[str, ...] = RELATIONS, *, granted: str = "cells"
) -> ColumnElement[bool]:
    """Whether the policy grants the standing any of the actions that a parameter of the statement names.

    Args:
        granted: the parameter, for a statement that asks about more than one set of actions.
    """
    bar, dot = literal_column("'|'", String()), literal_column("'.'", String())
    table = bindparam(granted, type_=String())
    return or_(
        *(
            position(table, bar + standing.c[relation] + dot + standing.c.phase + bar)
            > literal_column("0")
            for relation in relations
        )
    )


# -- Reading what the database has worked out


def standing_columns(standing: Any) -> list[ColumnElement[Any]]:
    """What a statement selects beside a packet, for `standing_of`."""
    return [
        standing.c[name].label(f"standing_{name}")
        for name in ("phase", *RELATIONS, "conflict", "is_related")
    ]


_taken = attrgetter(
    *(f"standing_{name}" for name in ("phase", *RELATIONS, "conflict", "is_related"))
)


def standing_of(row: Row[Any]) -> PacketStanding:
    """The standing from a row that was selected with `standing_columns`."""
    return _standing(*_taken(row))


#: A list reads a standing for every row, and most of them are equal.
@lru_cache(maxsize=1024)
def _standing(  # noqa: PLR0917 - in the order of the columns
    phase: str,
    own: str | None,
    peer: str | None,
    seat: str | None,
    office: str | None,
    conflict: str | None,
    is_related: bool,  # noqa: FBT001 - as it is read
) -> PacketStanding:
    return PacketStanding(
        phase=_PHASES[phase],
        own=_relation(own),
        peer=_relation(peer),
        seat=_relation(seat),
        office=_relation(office),
        conflict=ConflictStanding(conflict) if conflict else None,
        is_related=bool(is_related),
    )


def _relation(word: str | None) -> Relation | None:
    return Relation(word) if word else None


# -- Cycles

CYCLE_RELATIONS = ("part", "member", "chair", "office")


def _in_cycle() -> list[ColumnElement[bool]]:
    return [Packet.cycle_id == Cycle.id, Packet.state != _word(PacketState.VOID)]


def _cycle_facts() -> dict[str, ColumnElement[Any]]:
    """What is true of the viewer and a cycle, each as SQL over Cycle."""
    is_peer = exists().where(
        *_in_cycle(),
        Assignment.packet_id == Packet.id,
        Assignment.rater_id == VIEWER_ID,
        _is_peer(Assignment),
    )
    has_own = exists().where(*_in_cycle(), Packet.candidate_id == VIEWER_ID)
    manages = exists().where(*_in_cycle(), Packet.manager_id == VIEWER_ID)
    asked = exists().where(
        *_in_cycle(),
        Assignment.packet_id == Packet.id,
        Assignment.rater_id == VIEWER_ID,
        Assignment.kind == _word(RaterKind.PEER),
        Assignment.state.in_(_words(*ASKED)),
    )
    on_record = exists().where(
        *_in_cycle(),
        Conflict.packet_id == Packet.id,
        Conflict.person_id == VIEWER_ID,
        Conflict.standing.in_(_words(ConflictStanding.DECLARED, ConflictStanding.SET)),
    )
    to_some = (
        way.where(*_in_cycle(), is_before_voting()).correlate(Cycle).exists()
        for way in related(VIEWER_ID, Packet)
    )
    tied = exists().where(
        *_in_cycle(), PersonalTie.packet_id == Packet.id, PersonalTie.person_id == VIEWER_ID
    )

    def sits(*, chair: bool) -> ColumnElement[bool]:
        return exists().where(
            Panel.cycle_id == Cycle.id,
            PanelMember.panel_id == Panel.id,
            PanelMember.person_id == VIEWER_ID,
            PanelMember.is_chair.is_(chair),
        )

    return {
        "phase": cycle_phase(),
        # Who is a peer is settled when ratings begin.
        "takes_part": or_(has_own, manages, and_(Cycle.phase != _word(CyclePhase.EVIDENCE), asked)),
        "is_member": sits(chair=False),
        "is_chair": sits(chair=True),
        "is_owner": exists().where(
            CycleOwner.cycle_id == Cycle.id, CycleOwner.person_id == VIEWER_ID
        ),
        "is_close": or_(has_own, manages, is_peer, *to_some, tied, on_record),
    }


def cycle_standing(*where: ColumnElement[bool]) -> CTE:
    """The viewer's standing in each of the cycles, beside `cycle_id`. `where` is over Cycle."""
    facts = (
        select(
            Cycle.id.label("cycle_id"),
            *(column.label(fact) for fact, column in _cycle_facts().items()),
        )
        .where(*where)
        .cte("cycle_facts")
    )
    f = facts.c
    return select(
        f.cycle_id,
        f.phase,
        case(
            (f.takes_part, _word(Relation.PARTICIPANT)),
            (not_(or_(f.is_member, f.is_chair, f.is_owner)), _word(Relation.EMPLOYEE)),
        ).label("part"),
        case((f.is_member, _word(Relation.MEMBER))).label("member"),
        case((f.is_chair, _word(Relation.CHAIR))).label("chair"),
        case(
            (not_(f.is_owner), null()),
            (f.is_close, _word(Relation.OWNER_CONFLICTED)),
            else_=_word(Relation.OWNER),
        ).label("office"),
    ).cte("cycle_standing")


def cycle_standing_columns(standing: Any) -> list[ColumnElement[Any]]:
    return [standing.c[name].label(f"standing_{name}") for name in ("phase", *CYCLE_RELATIONS)]


def cycle_standing_of(row: Row[Any]) -> CycleStanding:
    words = (getattr(row, f"standing_{name}") for name in CYCLE_RELATIONS)
    return CycleStanding(_PHASES[row.standing_phase], frozenset(map(Relation, filter(None, words))))


# -- The site


def has_stake() -> ColumnElement[bool]:
    """Whether the viewer is candidate, manager or peer of a packet in a cycle that runs, or declared a conflict there.

    Only what the viewer knows anyway, so that what it closes tells them nothing: no conflict that an owner has set, no
    manager's or report's packet, and, but for the own packet, no word of whether one was withdrawn.
    """
    phases = (CyclePhase.EVIDENCE, CyclePhase.RATING, CyclePhase.CALIBRATION)
    runs = and_(
        Packet.cycle_id == Cycle.id,
        Cycle.phase.in_(_words(*phases)),
        or_(Cycle.release_at.is_(None), Cycle.release_at > _NOW),
        Packet.state != _word(PacketState.VOID),
    )
    given = aliased(Assignment)
    return or_(
        exists().where(
            runs,
            Packet.candidate_id == VIEWER_ID,
            Packet.state != _word(PacketState.WITHDRAWN),
        ),
        exists().where(runs, Packet.manager_id == VIEWER_ID),
        exists().where(
            runs, given.packet_id == Packet.id, given.rater_id == VIEWER_ID, _is_peer(given)
        ),
        exists().where(
            runs,
            Conflict.packet_id == Packet.id,
            Conflict.person_id == VIEWER_ID,
            Conflict.standing == _word(ConflictStanding.DECLARED),
        ),
    )


def site_standing(viewer: Viewer, *, has_stake: bool) -> SiteStanding:
    """`has_stake` is asked of site owners alone."""
    if not viewer.is_owner:
        return SiteStanding()
    relation = Relation.SITE_OWNER_CONFLICTED if has_stake else Relation.SITE_OWNER
    return SiteStanding(frozenset({relation}))
