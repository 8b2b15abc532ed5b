"""Reading panels, who sits on them, the packets they hear, and the people to choose from."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, select
from sqlalchemy.orm import aliased, contains_eager

from reviews.access.loaders import CycleAccess, packets_by_name
from reviews.access.naming import called
from reviews.access.read_log import shown
from reviews.access.standing import (
    allowed,
    on_packet,
    packet_standing,
    standing_columns,
    standing_of,
    viewer_params,
)
from reviews.access.viewer import Viewer
from reviews.db.extensions import db
from reviews.db.models.calibration import Conflict
from reviews.db.models.cycles import Cycle, Panel, PanelMember
from reviews.db.models.packets import Assignment, Packet
from reviews.db.models.people import Person
from reviews.db.pagination import PAGE_SIZE, Page, page_of
from reviews.db.text import has_words, read_as_it_lies, word_params
from reviews.rules.enums import Action, ConflictStanding, CyclePhase, PacketPhase, RaterKind
from reviews.rules.name_keys import search_words
from reviews.rules.policy import Answer, cells
from reviews.rules.workflow import APPROVED, UNDER_WAY

_PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class PanelLine:
    id: int
    public_id: str
    name: str
    quorum: int
    chair: str | None
    #: Without the chair, by name.
    members: tuple[str, ...]


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
            .order_by(Person.sort_key, Person.id)
        )
    )


def panel_data(panel: Panel) -> dict[str, Any]:
    """A panel as its form has it."""
    seats = seats_of(panel)
    return {
        "name": panel.name,
        "quorum": panel.quorum,
        "people": [seat.person.public_id for seat in seats],
        "chair": next((seat.person.public_id for seat in seats if seat.is_chair), None),
        "version": panel.version,
    }


def panel_lines(cycle: Cycle, viewer: Viewer) -> tuple[PanelLine, ...]:
    """The panels with those of their members who still work here. Two queries."""
    rows = db.session.execute(
        select(PanelMember.panel_id, PanelMember.is_chair, Person)
        .join(Panel, Panel.id == PanelMember.panel_id)
        .join(Person, Person.id == PanelMember.person_id)
        .where(Panel.cycle_id == cycle.id, Person.is_active)
        .order_by(Person.sort_key, Person.id)
    ).all()
    lines = []
    for panel in panels_of(cycle):
        seats = [row for row in rows if row.panel_id == panel.id]
        named = list(zip(seats, called(viewer, [row.Person for row in seats]), strict=True))
        chair = next((name for seat, name in named if seat.is_chair), None)
        members = tuple(name for seat, name in named if not seat.is_chair)
        lines.append(PanelLine(panel.id, panel.public_id, panel.name, panel.quorum, chair, members))
    return tuple(lines)


def sits_on(packet: Packet, person: Person) -> bool:
    seat = (
        select(PanelMember.panel_id)
        .join(Packet, on_packet(PanelMember))
        .where(Packet.id == packet.id, PanelMember.person_id == person.id)
    )
    return db.session.scalar(seat) is not None


def conflict_of(packet: Packet, person: Person) -> Conflict | None:
    return db.session.scalars(
        select(Conflict).where(Conflict.packet_id == packet.id, Conflict.person_id == person.id)
    ).one_or_none()


def people_of(public_ids: Iterable[str]) -> list[Person]:
    """Active people by public id, by name; whatever is no id of one is left out."""
    ids = [public_id for public_id in public_ids if _PUBLIC_ID.fullmatch(public_id)]
    return list(
        db.session.scalars(
            select(Person)
            .where(Person.public_id.in_(ids), Person.is_active)
            .order_by(Person.sort_key, Person.id)
        )
    )


def people_found(words: str, *, limit: int = 20) -> list[Person]:
    """Active people whose name, unit or title has each of the words."""
    terms = search_words(words)
    if not terms:
        return []
    return list(
        db.session.scalars(
            select(Person)
            .where(Person.is_active, *has_words(len(terms), Person.name_key, Person.work_key))
            .order_by(read_as_it_lies(Person.sort_key), Person.id)
            .limit(limit),
            word_params(terms),
        )
    )


def people_to_choose(search: str, *, ticked: Sequence[Person]) -> list[Person]:
    """Everybody who is in the form: the ticked, then whom the search found."""
    return [*ticked, *(person for person in people_found(search) if person not in ticked)]


# -- Pages


@dataclass(frozen=True, slots=True)
class PanelClash:
    """Somebody who is, or will be, asked to rate a packet of their own panel, and so is set aside from it."""

    packet_id: int
    packet: str
    candidate: str
    person: str
    panel: str


@dataclass(frozen=True, slots=True)
class PanelsPage:
    access: CycleAccess
    panels: tuple[PanelLine, ...]
    #: What may be given to another panel, by the candidate's name; None while there is one panel, or once voting has
    #: begun.
    packets: Page | None
    needs_reason: bool
    voting: bool
    #: The first by name.
    clashes: tuple[PanelClash, ...]

    @property
    def panel_of(self) -> dict[int, str]:
        return {panel.id: panel.public_id for panel in self.panels}


@dataclass(frozen=True, slots=True)
class ConflictOnRecord:
    candidate: str
    member: str
    standing: ConflictStanding
    reason: str
    at: datetime
    packet_id: int
    phase: PacketPhase
    recorded_by_id: int


@dataclass(frozen=True, slots=True)
class SetConflictPage:
    access: CycleAccess
    #: To choose from: the first by name.
    packets: Page
    members: tuple[Person, ...]
    conflicts: Page


def panels_page(access: CycleAccess, *, page: int, name: str) -> PanelsPage:
    panels = panel_lines(access.cycle, access.viewer)
    voting = access.cycle.phase is CyclePhase.CALIBRATION
    several = len(panels) > 1 and not voting
    return PanelsPage(
        access=access,
        panels=panels,
        # Those whose panel the viewer may know. An owner's own packet is none of them.
        packets=packets_by_name(access, Action.SEE_PANEL, page=page, name=name)
        if several
        else None,
        needs_reason=access.answer(Action.EDIT_PANELS) is Answer.WITH_REASON,
        voting=voting,
        clashes=() if voting else clashes(access.cycle, access.viewer),
    )


def clashes(cycle: Cycle, viewer: Viewer) -> tuple[PanelClash, ...]:
    """The clashes between panel and peers on packets of which the viewer may know both. One statement.

    Nobody is refused as a peer for a seat on the panel: to refuse would tell who sits on it.
    """
    parameters = {
        **viewer_params(viewer, Action.SEE_PANEL),
        "see_peers": cells(Action.SEE_PEERS),
        "cycle": cycle.id,
    }
    rows = db.session.execute(_clashes(), parameters)
    return tuple(PanelClash(*row) for row in rows)


@cache
def _clashes() -> Select[*tuple[Any, ...]]:
    standing = packet_standing(Packet.cycle_id == bindparam("cycle"), Packet.state.in_(UNDER_WAY))
    candidate = aliased(Person)
    return (
        select(Packet.id, Packet.public_id, candidate.name, Person.name, Panel.name)
        .join(standing, standing.c.packet_id == Packet.id)
        .join(candidate, candidate.id == Packet.candidate_id)
        .join(Panel, Panel.id == Packet.panel_id)
        .join(PanelMember, on_packet(PanelMember))
        .join(
            Assignment,
            and_(Assignment.packet_id == Packet.id, Assignment.rater_id == PanelMember.person_id),
        )
        .join(Person, Person.id == PanelMember.person_id)
        .where(
            Person.is_active,
            Assignment.kind == RaterKind.PEER,
            Assignment.state.in_(APPROVED),
            allowed(standing),
            allowed(standing, granted="see_peers"),
        )
        .order_by(candidate.sort_key, Packet.id, Person.sort_key, Person.id)
        .limit(PAGE_SIZE)
    )


def conflicts_page(access: CycleAccess, *, page: int, name: str) -> SetConflictPage:
    """Packets and panel members of the cycle to choose from, and a page of the conflicts that the viewer may read."""
    members = db.session.scalars(
        select(Person)
        # With those who have left: a ballot of theirs counts until a conflict is set.
        .where(
            Person.id != access.viewer.person_id,
            Person.id.in_(
                select(PanelMember.person_id)
                .join(Panel, Panel.id == PanelMember.panel_id)
                .where(Panel.cycle_id == access.cycle.id)
            ),
        )
        .order_by(Person.sort_key, Person.id)
    )
    parameters = {
        **viewer_params(access.viewer, Action.READ_CONFLICT_REASON),
        "cycle": access.cycle.id,
        "see_panel": cells(Action.SEE_PANEL),
    }
    conflicts = page_of(_on_record(), page, parameters, _conflict_on_record)
    for line in conflicts:
        if line.reason and line.recorded_by_id != access.viewer.person_id:
            shown(
                Action.READ_CONFLICT_REASON,
                packet=line.packet_id,
                cycle=access.cycle.id,
                phase=line.phase,
            )
    return SetConflictPage(
        access=access,
        packets=packets_by_name(access, Action.SEE_PANEL, page=1, name=name),
        members=tuple(members),
        conflicts=conflicts,
    )


def _conflict_on_record(row: Row[Any]) -> ConflictOnRecord:
    return ConflictOnRecord(
        candidate=row.candidate,
        member=row.member,
        standing=row.standing,
        reason=row.reason,
        at=row.recorded_at,
        packet_id=row.packet_id,
        phase=standing_of(row).phase,
        recorded_by_id=row.recorded_by_id,
    )


@cache
def _on_record() -> Select[*tuple[Any, ...]]:
    on_record = Conflict.standing.in_([ConflictStanding.DECLARED, ConflictStanding.SET])
    standing = packet_standing(
        Packet.cycle_id == bindparam("cycle"),
        Packet.id.in_(select(Conflict.packet_id).where(on_record)),
        columns=(Packet.candidate_id,),
    )
    candidate, member = aliased(Person), aliased(Person)
    return (
        select(
            Conflict.packet_id,
            candidate.name.label("candidate"),
            member.name.label("member"),
            Conflict.standing,
            Conflict.reason,
            Conflict.recorded_at,
            Conflict.recorded_by_id,
            *standing_columns(standing),
        )
        .join(standing, standing.c.packet_id == Conflict.packet_id)
        .join(candidate, candidate.id == standing.c.candidate_id)
        .join(member, member.id == Conflict.person_id)
        .where(on_record, allowed(standing), allowed(standing, granted="see_panel"))
        .order_by(Conflict.recorded_at.desc(), Conflict.id.desc())
    )
