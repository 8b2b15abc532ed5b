"""Saving and removing panels, and saying which packets they hear."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm.attributes import flag_modified

from reviews.access.ties import write_down_ties
from reviews.access.viewer import Actor, person_id_of
from reviews.audit import service as audit
from reviews.cycles.panels import queries as seats
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.locks import lock_cycle
from reviews.db.models.calibration import Conflict
from reviews.db.models.cycles import Cycle, Panel, PanelMember
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.rules.enums import ConflictStanding, CyclePhase, PacketStage, Verb
from reviews.rules.errors import IllegalMove, RuleBroken, StaleEdit
from reviews.rules.names import look_alike


@dataclass(frozen=True, slots=True)
class PanelDraft:
    name: str
    quorum: int
    members: Collection[Person]
    #: One of the members, or None while nobody is found.
    chair: Person | None

    def in_words(self) -> dict[str, str]:
        """Under the names of the form, to lay two versions side by side."""
        return {
            "name": self.name,
            "quorum": str(self.quorum),
            "people": "; ".join(person.name for person in self.members) or "nobody",
            "chair": self.chair.name if self.chair else "nobody",
        }


def save_panel(
    cycle: Cycle,
    panel: Panel | None,
    *,
    draft: PanelDraft,
    version: int = 0,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Panel:
    """Add a panel to the cycle, or change one. While there is only one, it hears every packet.

    Raises:
        RuleBroken: for a name that is taken, a chair who is not a member, or, once voting has begun, a member taken off
            or no reason. None of it depends on what was revealed: whoever joins late has no seat on such a packet.
        StaleEdit: if somebody saved since the version that was edited.
    """
    lock_cycle(cycle)
    before = seats.seats_of(panel) if panel else []
    if panel is not None and version != panel.version:
        saved = PanelDraft(
            panel.name,
            panel.quorum,
            [seat.person for seat in before],
            next((seat.person for seat in before if seat.is_chair), None),
        )
        raise StaleEdit(
            "Somebody else saved this panel in the meantime.",
            saved=saved.in_words(),
            version=panel.version,
        )
    _check(cycle, panel, before, draft)
    if cycle.phase is CyclePhase.CALIBRATION and not reason:
        raise RuleBroken("Voting has begun. Write why the panel changes now.", field="reason")
    if panel is None:
        panel = Panel(public_id=random_source.public_id(), cycle_id=cycle.id)
        db.session.add(panel)
    members = {*draft.members}
    if cycle.phase is CyclePhase.CALIBRATION:
        # Whoever has left is on no form, and stays: a ballot of theirs counts, and one that is missing is shown.
        members |= {seat.person for seat in before if not seat.person.is_active}
    panel.name = draft.name
    panel.quorum = draft.quorum
    flag_modified(panel, "name")  # a change of the members alone is a new version as well
    db.session.flush()
    db.session.execute(delete(PanelMember).where(PanelMember.panel_id == panel.id))
    since = {seat.person_id: seat.joined_at for seat in before}
    late = now if cycle.phase is CyclePhase.CALIBRATION else None
    db.session.add_all(
        PanelMember(
            panel_id=panel.id,
            person_id=person.id,
            is_chair=person is draft.chair,
            joined_at=since.get(person.id, late),
        )
        for person in members
    )
    db.session.flush()
    _fill_only_panel(cycle)
    joined = {person.id for person in members} - since.keys()
    if joined:
        # They hear what is voted on already as they stand to it today, like the others when it began.
        voted_on = Packet.stage != PacketStage.WAITING
        write_down_ties(Packet.panel_id == panel.id, voted_on, now=now, people=joined)
    in_order = sorted(members, key=lambda person: person.sort_key)
    names = ", ".join(person.name + " (chair)" * (person is draft.chair) for person in in_order)
    audit.record(
        actor,
        Verb.EDIT_PANELS,
        f"Panel {panel.name}, quorum {panel.quorum}: {names or 'nobody yet'}",
        at=now,
        cycle=cycle,
        reason=reason,
        panel=panel.public_id,
        members=sorted(person.public_id for person in members),
        chair=draft.chair.public_id if draft.chair else None,
    )
    return panel


def _check(
    cycle: Cycle, panel: Panel | None, before: Collection[PanelMember], draft: PanelDraft
) -> None:
    others = [other for other in seats.panels_of(cycle) if other is not panel]
    if any(other.name == draft.name for other in others):
        raise RuleBroken("Another panel of this cycle has this name.", field="name")
    if any(look_alike(other.name, draft.name) for other in others):
        raise RuleBroken(
            "Another panel of this cycle has a name that looks like this.", field="name"
        )
    members = {person.id for person in draft.members}
    if draft.chair is not None and draft.chair.id not in members:
        raise RuleBroken("The chair has to be a member too. Tick both.", field="chair")
    left_out = [
        seat.person.name
        for seat in before
        if seat.person.is_active and seat.person_id not in members
    ]
    if cycle.phase is CyclePhase.CALIBRATION and left_out:
        raise RuleBroken(
            f"Voting has begun, so {left_out[0]} stays on the panel. Set a conflict to keep"
            " somebody away from one packet.",
            field="people",
        )


def _fill_only_panel(cycle: Cycle) -> None:
    panels = seats.panels_of(cycle)
    if len(panels) == 1:
        db.session.execute(
            update(Packet)
            .where(Packet.cycle_id == cycle.id, Packet.panel_id.is_(None))
            .values(panel_id=panels[0].id)
        )


def remove_panel(
    cycle: Cycle, panel: Panel, *, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Take a panel out of the cycle. Its packets wait for another one, or go to the only one left.

    Raises:
        IllegalMove: once voting has begun.
    """
    lock_cycle(cycle)
    if cycle.phase is CyclePhase.CALIBRATION:
        raise IllegalMove("Voting has begun, so the panels stay.")
    db.session.execute(update(Packet).where(Packet.panel_id == panel.id).values(panel_id=None))
    db.session.execute(delete(PanelMember).where(PanelMember.panel_id == panel.id))
    db.session.delete(panel)
    db.session.flush()
    _fill_only_panel(cycle)
    summary, panel_id = f"Panel {panel.name} removed", panel.public_id
    audit.record(
        actor, Verb.EDIT_PANELS, summary, at=now, cycle=cycle, reason=reason, panel=panel_id
    )


def place_packets(
    cycle: Cycle,
    *,
    places: Mapping[Packet, Panel],
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> int:
    """Say which panel hears which packet; needs the candidates loaded. Returns how many packets moved.

    Raises:
        IllegalMove: once voting has begun.
    """
    lock_cycle(cycle)
    if cycle.phase is CyclePhase.CALIBRATION:
        raise IllegalMove("Voting has begun, so each packet stays with its panel.")
    moved = {packet: panel for packet, panel in places.items() if packet.panel_id != panel.id}
    for packet, panel in moved.items():
        packet.panel_id = panel.id
        summary = f"Packet of {packet.candidate.name} given to panel {panel.name}"
        audit.record(
            actor,
            Verb.EDIT_PANELS,
            summary,
            at=now,
            packet=packet,
            reason=reason,
            panel=panel.public_id,
        )
    return len(moved)


def set_conflict(
    packet: Packet, *, member: Person, reason: str, actor: Actor, now: datetime
) -> Conflict:
    """Keep a panel member away from a packet, without their word and without their knowledge of why.

    Needs the packet's cycle and candidate loaded.

    Raises:
        RuleBroken: for oneself, for somebody who is not on the packet's panel, or where there is a conflict already.
    """
    if member.id == person_id_of(actor):
        raise RuleBroken("You declare your own conflicts yourself.", field="member")
    lock_cycle(packet.cycle)
    if not seats.sits_on(packet, member):
        raise RuleBroken(
            f"{member.name} is not on the panel of {packet.candidate.name}.", field="member"
        )
    conflict = seats.conflict_of(packet, member)
    if conflict is None:
        conflict = Conflict(packet_id=packet.id, person_id=member.id)
        db.session.add(conflict)
    elif conflict.standing is not ConflictStanding.NONE:
        raise RuleBroken(
            f"{member.name} already has a conflict on the packet of {packet.candidate.name}.",
            field="member",
        )
    conflict.standing = ConflictStanding.SET
    conflict.reason = reason
    conflict.recorded_by_id = person_id_of(actor)
    conflict.recorded_at = now
    summary = f"Conflict set for {member.name} on the packet of {packet.candidate.name}"
    audit.record(actor, Verb.SET_CONFLICT, summary, at=now, packet=packet, member=member.public_id)
    return conflict
