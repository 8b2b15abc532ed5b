"""What a candidate may go for in a cycle: the levels and roles of its ladders, and where to start from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from ladders import document
from ladders.models import LadderVersion, LevelRow
from reviews.access.expectations import (
    TargetExpectations,
    expectations_at,
    expectations_for,
    ladder_of,
)
from reviews.access.loaders import PacketAccess, StartAccess
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle, CycleLadder
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.packets import queries
from reviews.packets.evidence import EvidenceView
from reviews.packets.pages import PacketHead, packet_head
from reviews.rules.enums import PacketState


@dataclass(frozen=True, slots=True)
class TargetChoice:
    """A choice as an address or a form has it. Levels are written "ladder/level"; an empty one is none."""

    target: str = ""
    current: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LevelOption:
    """A level that can be chosen, with the row others point at."""

    value: str
    name: str
    ladder: str
    level: LevelRow
    version: LadderVersion


@dataclass(frozen=True, slots=True)
class RoleOption:
    key: str
    name: str
    summary: str


@dataclass(frozen=True, slots=True)
class ChosenTarget:
    """A choice that makes sense, and all it asks."""

    target: LevelOption
    current: LevelOption | None
    roles: tuple[str, ...]
    asked: TargetExpectations


def levels_of(cycle: Cycle) -> tuple[LevelOption, ...]:
    """Every level of the cycle's ladders that asks something, in the ladder's order. Two queries."""
    versions = {
        version.id: version
        for version in db.session.scalars(
            select(LadderVersion)
            .join(CycleLadder, CycleLadder.ladder_version_id == LadderVersion.id)
            .where(CycleLadder.cycle_id == cycle.id)
        )
    }
    rows = db.session.scalars(
        select(LevelRow)
        .where(LevelRow.version_id.in_(versions))
        .order_by(LevelRow.version_id, LevelRow.position)
    )
    return tuple(option for row in rows for option in _options(row, versions[row.version_id]))


def _options(level: LevelRow, version: LadderVersion) -> Iterator[LevelOption]:
    ladder = ladder_of(version)
    if not ladder.level(level.key).placeholder:
        name = f"{level.name} ({level.code})" if level.code else level.name
        yield LevelOption(f"{ladder.id}/{level.key}", name, ladder.name, level, version)


def option(levels: Iterable[LevelOption], value: str) -> LevelOption | None:
    return next((each for each in levels if each.value == value), None)


def roles_for(target: LevelOption) -> tuple[RoleOption, ...]:
    """The mixin roles that the ladder lets this level have."""
    ladder = ladder_of(target.version)
    level = ladder.level(target.level.key)
    return tuple(
        RoleOption(mixin.id, mixin.name, mixin.summary)
        for mixin in ladder.mixins
        if not mixin.placeholder and mixin.applies_to.allows(level)
    )


def suggested(levels: Sequence[LevelOption], person: Person) -> TargetChoice:
    """The level the people system gives the person, where the ladder knows it by name, and the one above it."""
    current = next((each for each in levels if _is_called(each, person.level)), None)
    if current is None:
        return TargetChoice()
    above = [
        each
        for each in levels
        if each.version is current.version
        and each.level.track == current.level.track
        and each.level.rank > current.level.rank
    ]
    target = min(above, key=lambda each: each.level.rank, default=None)
    return TargetChoice(target.value if target else "", current.value)


def _is_called(option: LevelOption, name: str) -> bool:
    level: document.Level = ladder_of(option.version).level(option.level.key)
    names = {level.name, level.code, *level.aliases} - {""}
    return name.strip().casefold() in {each.casefold() for each in names}


def wanted_by(packet: Packet) -> TargetChoice:
    """What a packet goes for now."""
    ladder = ladder_of(packet.ladder_version).id
    current = f"{ladder}/{packet.current_level.key}" if packet.current_level else ""
    return TargetChoice(f"{ladder}/{packet.target_level.key}", current, tuple(packet.roles))


def resolved(levels: Sequence[LevelOption], wanted: TargetChoice) -> ChosenTarget | None:
    """The choice with what it asks, or None where a level is not on offer. Roles that do not apply are left out."""
    target = option(levels, wanted.target)
    current = option(levels, wanted.current)
    if target is None or (wanted.current and current is None):
        return None
    roles = tuple(each.key for each in roles_for(target) if each.key in wanted.roles)
    # A level of another ladder says nothing about what is expected here already.
    known = current if current and current.version is target.version else None
    asked = expectations_at(
        target.version, target.level.key, known.level.key if known else None, roles
    )
    return ChosenTarget(target, known, roles, asked)


# -- The pages


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPage:
    cycle: str
    cycle_id: str
    evidence_due: datetime | None
    zone: str
    candidate: Person
    #: Empty where the obstacle is that there is none.
    manager: str
    levels: tuple[LevelOption, ...]
    wanted: TargetChoice
    #: The choice with all it asks; None before one is made, or where it makes no sense.
    chosen: ChosenTarget | None
    roles: tuple[RoleOption, ...]
    #: Why nothing can be started, and the packet that is there already.
    obstacle: str
    existing: str


def start_page(access: StartAccess, wanted: TargetChoice | None) -> StartPage:
    """What the viewer may go for in the cycle. Without a choice, what the people system suggests."""
    cycle, candidate = access.cycle, queries.candidate_of(access.viewer)
    levels = levels_of(cycle)
    wanted = wanted or suggested(levels, candidate)
    chosen = resolved(levels, wanted)
    existing = queries.packet_in(cycle, candidate)
    manager = queries.manager_of(candidate)
    return StartPage(
        cycle=cycle.name,
        cycle_id=cycle.public_id,
        evidence_due=cycle.evidence_due,
        zone=cycle.time_zone,
        candidate=candidate,
        manager=manager.name if manager else "",
        levels=levels,
        wanted=wanted,
        chosen=chosen,
        roles=roles_for(chosen.target) if chosen else (),
        obstacle=queries.obstacle_to_start(cycle, candidate, access.viewer.now),
        existing=existing.public_id if existing else "",
    )


@dataclass(frozen=True, slots=True)
class LostLink:
    """An item's link to something that another target does not ask for."""

    number: int
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetargetPage:
    head: PacketHead
    levels: tuple[LevelOption, ...]
    wanted: TargetChoice
    chosen: ChosenTarget | None
    roles: tuple[RoleOption, ...]
    lost: tuple[LostLink, ...]
    is_open: bool


def retarget_page(access: PacketAccess, wanted: TargetChoice | None) -> RetargetPage:
    """Another target for a draft, and what would be unlinked from its items."""
    packet = access.packet
    levels = levels_of(packet.cycle)
    wanted = wanted or wanted_by(packet)
    chosen = resolved(levels, wanted)
    items = queries.draft_evidence(packet)
    return RetargetPage(
        head=packet_head(access),
        levels=levels,
        wanted=wanted,
        chosen=chosen,
        roles=roles_for(chosen.target) if chosen else (),
        lost=_lost(items, expectations_for(packet), chosen.asked) if chosen and items else (),
        is_open=packet.state is PacketState.DRAFT
        and not queries.is_closed(packet, access.viewer.now),
    )


def _lost(
    items: Iterable[EvidenceView], before: TargetExpectations, after: TargetExpectations
) -> tuple[LostLink, ...]:
    kept, dimensions = after.expectation_ids(), {each.id for each in after.dimensions}
    expectations = {each.id: each.text for dimension in before.dimensions for each in dimension}
    names = {each.id: each.name for each in before.dimensions}
    return tuple(
        LostLink(item.number, item.title, text)
        for item in items
        for text in (
            *(names[each] for each in sorted(item.dimension_ids - dimensions)),
            *(expectations[each] for each in sorted(item.expectation_ids - kept)),
        )
    )
