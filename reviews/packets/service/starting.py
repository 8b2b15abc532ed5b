"""Starting a packet, and letting a draft go for something else."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CursorResult, delete, select

from ladders.models import LevelRow
from reviews.access.expectations import TargetExpectations, expectations_for, ladder_of
from reviews.access.viewer import Actor
from reviews.audit import service as audit
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle, Panel
from reviews.db.models.packets import EvidenceDimension, EvidenceExpectation, EvidenceItem, Packet
from reviews.db.models.people import Person
from reviews.packets import queries
from reviews.packets.service.locks import lock_open_packet
from reviews.rules.enums import PacketState, Verb
from reviews.rules.errors import RuleBroken


def create_packet(
    cycle: Cycle,
    *,
    candidate: Person,
    current_level: LevelRow | None,
    target_level: LevelRow,
    roles: Sequence[str],
    actor: Actor,
    now: datetime,
) -> Packet:
    """Start the candidate's packet in a cycle that collects evidence.

    Raises:
        RuleBroken: if the candidate may not start one now, or the choice makes no sense.
    """
    # Two tabs, one packet: the second waits here and then finds the first.
    db.session.refresh(candidate, ["manager_id", "version"], with_for_update={"key_share": True})
    db.session.refresh(cycle, ["phase", "evidence_due", "version"], with_for_update={"read": True})
    manager = queries.manager_of(candidate)
    obstacle = queries.obstacle_to_start(cycle, candidate, now)
    if manager is None or obstacle:
        raise RuleBroken(obstacle)
    version = queries.pinned_version(cycle, target_level)
    if version is None:
        raise RuleBroken("This level is not on a ladder of this cycle.", field="target")
    packet = Packet(
        public_id=random_source.public_id(),
        cycle=cycle,
        candidate=candidate,
        manager=manager,
        panel_id=_only_panel(cycle),
        ladder_version=version,
        created_at=now,
    )
    _aim(packet, current_level, target_level, roles)
    db.session.add(packet)
    db.session.flush()
    audit.record(
        actor,
        Verb.CREATE_PACKET,
        f"Packet of {candidate.name} started, for {target_level.name}",
        at=now,
        packet=packet,
    )
    return packet


def retarget_packet(
    packet: Packet,
    *,
    current_level: LevelRow | None,
    target_level: LevelRow,
    roles: Sequence[str],
    actor: Actor,
    now: datetime,
) -> int:
    """Let a draft go for something else. Items stay; what no longer is asked is unlinked from them.

    Returns:
        How many links between items and dimensions or expectations went.
    """
    lock_open_packet(packet, now)
    if packet.state is not PacketState.DRAFT:
        raise RuleBroken("The target can be changed until the packet is first submitted.")
    version = queries.pinned_version(packet.cycle, target_level)
    if version is None:
        raise RuleBroken("This level is not on a ladder of this cycle.", field="target")
    packet.ladder_version = version
    _aim(packet, current_level, target_level, roles)
    lost = _unlink_outside(packet, expectations_for(packet))
    db.session.flush()
    audit.record(
        actor,
        Verb.EDIT_EVIDENCE,
        f"Target of {packet.candidate.name} set to {target_level.name}",
        at=now,
        packet=packet,
    )
    return lost


def _aim(packet: Packet, current: LevelRow | None, target: LevelRow, roles: Sequence[str]) -> None:
    version = packet.ladder_version
    if current is not None and current.version_id != version.id:
        raise RuleBroken("Choose both levels from one ladder.", field="current")
    if current is not None and current.track == target.track and current.rank >= target.rank:
        raise RuleBroken(f"Choose a level above {current.name}.", field="target")
    ladder = ladder_of(version)
    level = ladder.level(target.key)
    possible = [
        mixin.id
        for mixin in ladder.mixins
        if not mixin.placeholder and mixin.applies_to.allows(level)
    ]
    if set(roles) - set(possible):
        raise RuleBroken(f"Choose roles that {target.name} can have.", field="roles")
    packet.current_level = current
    packet.target_level = target
    packet.roles = [role for role in possible if role in roles]
    if not expectations_for(packet).total:
        raise RuleBroken(f"The ladder asks nothing of {target.name}.", field="target")


def _only_panel(cycle: Cycle) -> int | None:
    panels = db.session.scalars(select(Panel.id).where(Panel.cycle_id == cycle.id)).all()
    return panels[0] if len(panels) == 1 else None


def _unlink_outside(packet: Packet, asked: TargetExpectations) -> int:
    items = select(EvidenceItem.id).where(EvidenceItem.packet_id == packet.id).scalar_subquery()
    dimensions = db.session.execute(
        delete(EvidenceDimension).where(
            EvidenceDimension.item_id.in_(items),
            EvidenceDimension.dimension_id.not_in([each.id for each in asked.dimensions]),
        )
    )
    expectations = db.session.execute(
        delete(EvidenceExpectation).where(
            EvidenceExpectation.item_id.in_(items),
            EvidenceExpectation.expectation_id.not_in(asked.expectation_ids()),
        )
    )
    return sum(
        each.rowcount for each in (dimensions, expectations) if isinstance(each, CursorResult)
    )
