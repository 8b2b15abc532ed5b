"""Reading cycles: the list, one cycle's page, what its owner sets up, and what is missing."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from ladders.models import Ladder, LadderVersion, VersionState
from reviews import access as loading
from reviews.access import CycleAccess, PacketAccess, SiteAccess
from reviews.cycles.local_time import local_of
from reviews.cycles.readiness import (
    Hearing,
    Missing,
    Plan,
    Seats,
    missing_to_calibrate,
    missing_to_open,
)
from reviews.cycles.settings import Settings
from reviews.extensions import db
from reviews.facts import (
    IN_REVIEW,
    Viewer,
    cycle_fact_columns,
    cycle_facts,
    cycles_where,
    labelled,
    packet_facts,
    packet_facts_about,
    packets_where,
)
from reviews.models.calibration import Conflict
from reviews.models.cycles import Cycle, CycleLadder, CycleOwner, Panel, PanelMember
from reviews.models.packets import Packet
from reviews.models.people import Person
from reviews.policy import Answer
from reviews.vocabulary import (
    Action,
    ConflictStanding,
    CyclePhase,
    PacketPhase,
    PacketStage,
    Relation,
)

RELEASED = "released"
_ORDER = (CyclePhase.SETUP, CyclePhase.EVIDENCE, CyclePhase.RATING, CyclePhase.CALIBRATION)
_PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_FREE = frozenset({Relation.MEMBER_OWES, Relation.MEMBER_CAST, Relation.CHAIR})


# -- The list


@dataclass(frozen=True, slots=True)
class CycleRow:
    public_id: str
    name: str
    status: str
    time_zone: str
    next_word: str
    next_at: datetime | None
    #: What the viewer is in it, in words.
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexPage:
    cycles: tuple[CycleRow, ...]
    may_create: bool


def index_page(access: SiteAccess) -> IndexPage:
    viewer = access.viewer
    rows = db.session.execute(
        select(Cycle, *labelled(cycle_fact_columns(viewer)))
        .where(cycles_where(viewer, Action.LIST_CYCLE))
        .order_by(Cycle.created_at.desc(), Cycle.id.desc())
    )
    return IndexPage(
        tuple(_cycle_row(CycleAccess(viewer, row.Cycle, cycle_facts(row))) for row in rows),
        access.may(Action.SET_UP_CYCLE),
    )


def _cycle_row(access: CycleAccess) -> CycleRow:
    cycle, facts = access.cycle, access.facts
    roles = {
        "owner": facts.is_owner,
        "chair": facts.is_chair,
        "panel member": facts.is_member,
        "taking part": facts.is_participant,
    }
    word, at = _next_date(access)
    return CycleRow(
        cycle.public_id,
        cycle.name,
        status_of(access),
        cycle.time_zone,
        word,
        at,
        tuple(word for word, held in roles.items() if held),
    )


def status_of(access: CycleAccess) -> str:
    """The phase as a reader may know it: nothing of it tells how far the panels have come."""
    released = access.facts.phase == PacketPhase.RELEASED
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
    may_start: bool
    answers_conflicts: bool
    #: A release instant that is still to come, for whoever may set it.
    release_planned: datetime | None


def cycle_page(access: CycleAccess) -> CyclePage:
    """What anybody who may know the cycle reads. Nothing here depends on a rating, a ballot or a decision."""
    cycle, facts = access.cycle, access.facts
    on_panel = facts.is_member or facts.is_chair
    return CyclePage(
        access=access,
        status=status_of(access),
        phases=phase_lines(access),
        ladders=tuple(
            LadderLine(version.public_id, _label(version)) for version in _pinned_versions(cycle)
        ),
        may_start=_may_start(access),
        answers_conflicts=on_panel and PacketPhase.RATING <= facts.phase <= PacketPhase.DECIDED,
        release_planned=cycle.release_at if access.may(Action.RELEASE_CYCLE) else None,
    )


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
    if access.facts.phase != PacketPhase.EVIDENCE:
        return False
    start = loading.start(access.viewer, Action.CREATE_PACKET, cycle=access.cycle.public_id)
    own = select(Packet.id).where(
        Packet.cycle_id == access.cycle.id, Packet.candidate_id == access.viewer.person_id
    )
    return start is not None and start.may(Action.CREATE_PACKET) and db.session.scalar(own) is None


# -- Set-up


@dataclass(frozen=True, slots=True)
class PanelLine:
    public_id: str
    name: str
    quorum: int
    chair: str | None
    #: Without the chair, by name.
    members: tuple[str, ...]

    @property
    def seats(self) -> Seats:
        people = len(self.members) + (self.chair is not None)
        return Seats(self.name, self.quorum, people, self.chair is not None)


@dataclass(frozen=True, slots=True)
class SetupPage:
    access: CycleAccess
    settings: Settings
    ladders: tuple[LadderLine, ...]
    units: tuple[str, ...]
    panels: tuple[PanelLine, ...]
    owners: tuple[str, ...]
    missing: tuple[Missing, ...]
    needs_reason: bool


def setup_page(access: CycleAccess) -> SetupPage:
    cycle = access.cycle
    settings = settings_of(cycle)
    units = db.session.scalars(
        select(Person.unit).where(Person.is_active, Person.unit != "").distinct()
    )
    return SetupPage(
        access=access,
        settings=settings,
        ladders=tuple(
            LadderLine(version.public_id, _label(version))
            for version in _selectable_versions(settings.ladders)
        ),
        units=tuple(sorted({*units, *cycle.units})),
        panels=panel_lines(cycle),
        owners=tuple(person.name for person in owners_of(cycle)),
        missing=missing_to_advance(cycle, access.viewer),
        needs_reason=needs_reason(access, Action.SET_UP_CYCLE),
    )


def needs_reason(access: CycleAccess, action: Action) -> bool:
    """Whether the policy allows this only with a recorded reason."""
    return access.answer(action) is Answer.SECOND_PERSON


def settings_of(cycle: Cycle) -> Settings:
    def local(at: datetime | None) -> datetime | None:
        return local_of(at, cycle.time_zone) if at else None

    return Settings(
        name=cycle.name,
        time_zone=cycle.time_zone,
        ladders=tuple(version.public_id for version in _pinned_versions(cycle)),
        evidence_due=local(cycle.evidence_due),
        rating_due=local(cycle.rating_due),
        calibration_due=local(cycle.calibration_due),
        units=tuple(cycle.units),
        peers_min=cycle.peers_min,
        peers_max=cycle.peers_max,
        partly_allowed=cycle.partly_allowed,
        scale=cycle.scale,
    )


def local_text(at: datetime | None, zone: str) -> str:
    """An instant as the people of a zone say it, for sentences that are kept."""
    if at is None:
        return "no date"
    local = local_of(at, zone)
    return f"{local.day} {local:%B %Y, %H:%M} ({zone})"


def _label(version: LadderVersion) -> str:
    return f"{version.ladder.name}, version {version.number}"


def _pinned_versions(cycle: Cycle) -> Sequence[LadderVersion]:
    return db.session.scalars(
        select(LadderVersion)
        .join(CycleLadder, CycleLadder.ladder_version_id == LadderVersion.id)
        .join(LadderVersion.ladder)
        .options(contains_eager(LadderVersion.ladder))
        .where(CycleLadder.cycle_id == cycle.id)
        .order_by(Ladder.name, LadderVersion.number)
    ).all()


def _selectable_versions(chosen: Iterable[str]) -> Sequence[LadderVersion]:
    """Published versions, and what was chosen before a newer one took its place."""
    return db.session.scalars(
        select(LadderVersion)
        .join(LadderVersion.ladder)
        .options(contains_eager(LadderVersion.ladder))
        .where(
            or_(
                LadderVersion.state == VersionState.PUBLISHED,
                LadderVersion.public_id.in_(tuple(chosen)),
            )
        )
        .order_by(Ladder.name, LadderVersion.number)
    ).all()


def ladder_versions(public_ids: Iterable[str]) -> Sequence[LadderVersion]:
    return db.session.scalars(
        select(LadderVersion).where(LadderVersion.public_id.in_(tuple(public_ids)))
    ).all()


def ladder_names() -> dict[str, str]:
    """Public id -> name of every version, for sentences about settings."""
    versions = db.session.scalars(select(LadderVersion).options(joinedload(LadderVersion.ladder)))
    return {version.public_id: _label(version) for version in versions}


def cycle_named(name: str) -> Cycle | None:
    return db.session.scalars(select(Cycle).where(Cycle.name == name)).one_or_none()


def owners_of(cycle: Cycle) -> list[Person]:
    return list(
        db.session.scalars(
            select(Person)
            .join(CycleOwner, CycleOwner.person_id == Person.id)
            .where(CycleOwner.cycle_id == cycle.id)
            .order_by(Person.name, Person.id)
        )
    )


# -- Panels


def panels_of(cycle: Cycle) -> Sequence[Panel]:
    return db.session.scalars(
        select(Panel).where(Panel.cycle_id == cycle.id).order_by(Panel.name)
    ).all()


def panel_in(cycle: Cycle, public_id: str) -> Panel | None:
    if not _PUBLIC_ID.fullmatch(public_id):
        return None
    return db.session.scalars(
        select(Panel).where(Panel.cycle_id == cycle.id, Panel.public_id == public_id)
    ).one_or_none()


def seats_of(panel: Panel) -> list[PanelMember]:
    """The members of a panel with their person, by name."""
    return list(
        db.session.scalars(
            select(PanelMember)
            .join(PanelMember.person)
            .options(contains_eager(PanelMember.person))
            .where(PanelMember.panel_id == panel.id)
            .order_by(Person.name, Person.id)
        )
    )


def panel_lines(cycle: Cycle) -> tuple[PanelLine, ...]:
    """The panels with those of their members who still work here. Two queries."""
    rows = db.session.execute(
        select(PanelMember.panel_id, PanelMember.is_chair, Person.name)
        .join(Panel, Panel.id == PanelMember.panel_id)
        .join(Person, Person.id == PanelMember.person_id)
        .where(Panel.cycle_id == cycle.id, Person.is_active)
        .order_by(Person.name, Person.id)
    ).all()
    return tuple(
        PanelLine(
            panel.public_id,
            panel.name,
            panel.quorum,
            next((row.name for row in rows if row.panel_id == panel.id and row.is_chair), None),
            tuple(row.name for row in rows if row.panel_id == panel.id and not row.is_chair),
        )
        for panel in panels_of(cycle)
    )


def sits_on(packet: Packet, person: Person) -> bool:
    seat = select(PanelMember.panel_id).where(
        PanelMember.panel_id == packet.panel_id, PanelMember.person_id == person.id
    )
    return db.session.scalar(seat) is not None


def conflict_of(packet: Packet, person: Person) -> Conflict | None:
    return db.session.scalars(
        select(Conflict).where(Conflict.packet_id == packet.id, Conflict.person_id == person.id)
    ).one_or_none()


# -- People to choose from


def people_of(public_ids: Iterable[str]) -> list[Person]:
    """Active people by public id, by name; whatever is no id of one is left out."""
    ids = [public_id for public_id in public_ids if _PUBLIC_ID.fullmatch(public_id)]
    return list(
        db.session.scalars(
            select(Person)
            .where(Person.public_id.in_(ids), Person.is_active)
            .order_by(Person.name, Person.id)
        )
    )


def people_found(words: str, *, limit: int = 20) -> list[Person]:
    """Active people whose name, unit or title holds each of the words."""
    terms = words.split()
    if not terms:
        return []
    found = (
        or_(
            *(
                column.icontains(term, autoescape=True)
                for column in (Person.name, Person.unit, Person.title)
            )
        )
        for term in terms
    )
    return list(
        db.session.scalars(
            select(Person)
            .where(Person.is_active, *found)
            .order_by(Person.name, Person.id)
            .limit(limit)
        )
    )


# -- What is missing


def missing_to_advance(cycle: Cycle, viewer: Viewer) -> tuple[Missing, ...]:
    """What keeps the cycle in its phase. Speaks only of packets the viewer may know."""
    if cycle.phase is CyclePhase.SETUP:
        plan = Plan(
            ladders=tuple(version.ladder.name for version in _pinned_versions(cycle)),
            evidence_due=cycle.evidence_due,
            rating_due=cycle.rating_due,
            calibration_due=cycle.calibration_due,
            panels=tuple(panel.seats for panel in panel_lines(cycle)),
            scale=cycle.scale,
        )
        return missing_to_open(plan, viewer.now)
    if cycle.phase is CyclePhase.RATING:
        seats = tuple(panel.seats for panel in panel_lines(cycle))
        return missing_to_calibrate(seats, _hearings(cycle, viewer))
    return ()


def _hearings(cycle: Cycle, viewer: Viewer) -> list[Hearing]:
    seat = aliased(PanelMember)
    packets = db.session.execute(
        select(Packet.id, Person.name, Panel.name.label("panel"), Panel.quorum)
        .join(Packet.cycle)
        .join(Person, Person.id == Packet.candidate_id)
        .outerjoin(Panel, Panel.id == Packet.panel_id)
        .where(
            Packet.cycle_id == cycle.id,
            Packet.state.in_(IN_REVIEW),
            packets_where(viewer, Action.KNOW_PACKET),
        )
        .order_by(Person.name, Packet.id)
    ).all()
    rows = db.session.execute(
        select(Packet.id, seat.is_chair, *labelled(packet_facts_about(seat.person_id, viewer.now)))
        .join(Packet.cycle)
        .join(seat, seat.panel_id == Packet.panel_id)
        .join(Person, Person.id == seat.person_id)
        .where(Packet.cycle_id == cycle.id, Person.is_active)
    )
    free: dict[int, list[bool]] = {packet.id: [] for packet in packets}
    for row in rows:
        facts = packet_facts(row)
        # Not having answered the conflict question is no conflict yet.
        answered = replace(facts, conflict=facts.conflict or ConflictStanding.NONE)
        if row.id in free and answered.relations() & _FREE:
            free[row.id].append(row.is_chair)
    return [
        Hearing(
            candidate=packet.name,
            panel=packet.panel,
            quorum=packet.quorum or 0,
            free=len(free[packet.id]),
            chair_is_free=any(free[packet.id]),
        )
        for packet in packets
    ]


def undecided(cycle: Cycle) -> bool:
    """Whether a packet still waits for its decision, or there is none that has one."""
    counts = db.session.execute(
        select(func.count(), func.count().filter(Packet.stage == PacketStage.DECIDED)).where(
            Packet.cycle_id == cycle.id, Packet.state.in_(IN_REVIEW)
        )
    ).one()
    return counts[0] == 0 or counts[0] != counts[1]


def known_packets(access: CycleAccess) -> list[PacketAccess]:
    """The packets of the cycle that the viewer may know, by the candidate's name; stubs are left out."""
    known = loading.packets_in(access, Action.KNOW_PACKET)
    return sorted(
        (packet for packet in known if packet.may(Action.KNOW_PACKET)),
        key=lambda packet: (packet.packet.candidate.name, packet.packet.id),
    )
