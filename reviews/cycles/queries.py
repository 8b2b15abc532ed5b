"""Reading cycles: the list, one cycle's page, what its owner sets up, and what is missing."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, literal_column, select

from reviews.access import loaders as loading
from reviews.access.loaders import CycleAccess, SiteAccess
from reviews.access.standing import (
    CYCLE_RELATIONS,
    allowed,
    cycle_standing,
    cycle_standing_columns,
    cycle_standing_of,
    packet_standing,
    viewer_params,
)
from reviews.cycles.ladder_choice import label, pinned_versions
from reviews.cycles.ownership import ReleaseWarning, cycles_without_owner, release_warning
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle, CycleOwner
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.rules.enums import Action, CyclePhase, PacketPhase, Relation
from reviews.rules.policy import Answer
from reviews.rules.scale import ScaleWords
from reviews.rules.workflow import UNDER_WAY

RELEASED = "released"
_ORDER = (CyclePhase.SETUP, CyclePhase.EVIDENCE, CyclePhase.RATING, CyclePhase.CALIBRATION)


# -- The list


@dataclass(frozen=True, slots=True)
class CycleListRow:
    public_id: str
    name: str
    status: str
    time_zone: str
    next_word: str
    next_at: datetime | None
    #: What the viewer is in it, in words.
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CycleWithoutOwner:
    public_id: str
    name: str


@dataclass(frozen=True, slots=True)
class IndexPage:
    cycles: tuple[CycleListRow, ...]
    may_create: bool
    #: What no owner with an open account runs, for whoever may name one.
    without_owner: tuple[CycleWithoutOwner, ...]


def index_page(access: SiteAccess) -> IndexPage:
    viewer = access.viewer
    rows = db.session.execute(_index(), viewer_params(viewer, Action.LIST_CYCLE))
    names = access.may(Action.NAME_MISSING_OWNER)
    without = cycles_without_owner(viewer.now) if names else ()
    return IndexPage(
        tuple(_cycle_row(CycleAccess(viewer, row.Cycle, cycle_standing_of(row))) for row in rows),
        access.may(Action.CREATE_CYCLE),
        tuple(CycleWithoutOwner(each.public_id, each.name) for each in without),
    )


@cache
def _index() -> Select[Any]:
    standing = cycle_standing()
    return (
        select(Cycle, *cycle_standing_columns(standing))
        .join(standing, standing.c.cycle_id == Cycle.id)
        .where(allowed(standing, CYCLE_RELATIONS))
        .order_by(Cycle.created_at.desc(), Cycle.id.desc())
    )


def _cycle_row(access: CycleAccess) -> CycleListRow:
    cycle = access.cycle
    roles = {
        "owner": access.is_owner,
        "chair": access.has_relation(Relation.CHAIR),
        "panel member": access.has_relation(Relation.MEMBER),
        "taking part": access.has_relation(Relation.PARTICIPANT),
    }
    word, at = _next_date(access)
    return CycleListRow(
        cycle.public_id,
        cycle.name,
        status_of(access),
        cycle.time_zone,
        word,
        at,
        tuple(word for word, applies in roles.items() if applies),
    )


def status_of(access: CycleAccess) -> str:
    """The phase as a reader may know it: nothing of it tells how far the panels have come."""
    released = access.standing.phase == PacketPhase.RELEASED
    return RELEASED if released else access.cycle.phase.value


def _next_date(access: CycleAccess) -> tuple[str, datetime | None]:
    cycle = access.cycle
    if status_of(access) == RELEASED:
        return "Released", cycle.release_at
    return {
        CyclePhase.SETUP: ("Evidence due", cycle.evidence_due),
        CyclePhase.EVIDENCE: ("Evidence due", cycle.evidence_due),
        CyclePhase.RATING: ("Ratings due", cycle.rating_due),
        CyclePhase.CALIBRATION: ("Calibration ends", cycle.calibration_due),
        CyclePhase.ARCHIVED: ("Released", cycle.release_at),
    }[cycle.phase]


# -- One cycle


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """One phase of a cycle in a list of all of them."""

    label: str
    until: datetime | None
    #: done, now or later.
    state: str


@dataclass(frozen=True, slots=True)
class LadderLine:
    public_id: str
    name: str


@dataclass(frozen=True, slots=True)
class CyclePage:
    access: CycleAccess
    status: str
    phases: tuple[PhaseLine, ...]
    ladders: tuple[LadderLine, ...]
    scale: ScaleWords
    may_start: bool
    answers_conflicts: bool
    #: An owner without a seat, and a packet on which they may declare one.
    declares_conflicts: bool
    #: A release instant that is still to come, for whoever may set it.
    release_planned: datetime | None
    warning: ReleaseWarning | None


def cycle_page(access: CycleAccess) -> CyclePage:
    """What anybody who may know the cycle reads. Nothing here depends on a rating, a ballot or a decision."""
    cycle = access.cycle
    answers = access.may(Action.ANSWER_CONFLICT_QUESTIONS)
    return CyclePage(
        access=access,
        status=status_of(access),
        phases=phase_lines(access),
        ladders=tuple(
            LadderLine(version.public_id, label(version)) for version in pinned_versions(cycle)
        ),
        scale=ScaleWords.of(cycle.scale),
        may_start=_may_start(access),
        answers_conflicts=answers and access.is_on_panel,
        declares_conflicts=answers and not access.is_on_panel and _may_declare(access),
        release_planned=cycle.release_at if access.may(Action.RELEASE_CYCLE) else None,
        warning=release_warning(access),
    )


def _may_declare(access: CycleAccess) -> bool:
    parameters = {
        **viewer_params(access.viewer, Action.DECLARE_CONFLICT),
        "cycle": access.cycle.id,
    }
    return db.session.execute(_declarable(), parameters).first() is not None


@cache
def _declarable() -> Select[Any]:
    standing = packet_standing(Packet.cycle_id == bindparam("cycle"), Packet.state.in_(UNDER_WAY))
    return select(standing.c.packet_id).where(allowed(standing)).limit(literal_column("1"))


def phase_lines(access: CycleAccess) -> tuple[PhaseLine, ...]:
    cycle = access.cycle
    over = status_of(access) in {RELEASED, CyclePhase.ARCHIVED}
    here = len(_ORDER) if over else _ORDER.index(cycle.phase)
    labels = ("Set-up", "Evidence", "Rating", "Calibration")
    dues = (None, cycle.evidence_due, cycle.rating_due, cycle.calibration_due)
    lines = [
        PhaseLine(label, due, _place(number, here))
        for number, (label, due) in enumerate(zip(labels, dues, strict=True))
    ]
    # Before the instant has come, not even whether there is one may show here.
    released = PhaseLine("Release", cycle.release_at if over else None, "done" if over else "later")
    return (*lines, released)


def _place(number: int, here: int) -> str:
    if number == here:
        return "now"
    return "done" if number < here else "later"


def _may_start(access: CycleAccess) -> bool:
    if access.standing.phase != PacketPhase.EVIDENCE:
        return False
    start = loading.start(access.viewer, Action.CREATE_PACKET, cycle=access.cycle.public_id)
    own = select(Packet.id).where(
        Packet.cycle_id == access.cycle.id, Packet.candidate_id == access.viewer.person_id
    )
    return start is not None and start.may(Action.CREATE_PACKET) and db.session.scalar(own) is None


# -- Set-up


def needs_reason(access: CycleAccess, action: Action) -> bool:
    """Whether the policy allows this only with a recorded reason."""
    return access.answer(action) is Answer.WITH_REASON


def cycles_of_owner(person_id: int) -> list[Cycle]:
    return list(
        db.session.scalars(
            select(Cycle)
            .join(CycleOwner, CycleOwner.cycle_id == Cycle.id)
            .where(CycleOwner.person_id == person_id)
        )
    )


def cycle_called(public_id: str) -> Cycle | None:
    """For the command line, which may know of every cycle."""
    return db.session.scalars(select(Cycle).where(Cycle.public_id == public_id)).one_or_none()


def owners_of(cycle: Cycle) -> list[Person]:
    return list(
        db.session.scalars(
            select(Person)
            .join(CycleOwner, CycleOwner.person_id == Person.id)
            .where(CycleOwner.cycle_id == cycle.id)
            .order_by(Person.sort_key, Person.id)
        )
    )
