"""Making a cycle, setting it up, naming its owners, setting conflicts aside and releasing its outcomes."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm.attributes import flag_modified

from reviews import entropy
from reviews.audit import service as audit
from reviews.cycles import missing, pins, queries, seats
from reviews.cycles.local_time import Instant, NoSuchTime, instant_of, local_of
from reviews.cycles.scale import DEFAULT_SCALE
from reviews.cycles.settings import Settings, in_words
from reviews.extensions import db
from reviews.facts import Viewer
from reviews.models.calibration import Conflict
from reviews.models.cycles import Cycle, CycleLadder, CycleOwner
from reviews.models.packets import Packet
from reviews.models.people import Person
from reviews.refusals import IllegalMove, RuleBroken, StaleEdit
from reviews.vocabulary import Action, ConflictStanding, CyclePhase

Actor = Viewer | Person

_DUE = ("evidence_due", "rating_due", "calibration_due")


def create_cycle(*, name: str, time_zone: str, actor: Actor, now: datetime) -> Cycle:
    """A cycle in set-up that its maker owns.

    Raises:
        RuleBroken: if the name is taken.
    """
    _check_name(name, None)
    cycle = Cycle(
        public_id=entropy.public_id(),
        name=name,
        time_zone=time_zone,
        scale=DEFAULT_SCALE,
        created_at=now,
    )
    db.session.add(cycle)
    db.session.flush()
    db.session.add(CycleOwner(cycle_id=cycle.id, person_id=_person_id(actor)))
    audit.record(actor, Action.SET_UP_CYCLE, f"Cycle {name} created", at=now, cycle=cycle)
    return cycle


def save_settings(
    cycle: Cycle,
    *,
    settings: Settings,
    version: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> tuple[str, ...]:
    """Replace the settings of a cycle in set-up. Incomplete settings are kept; `readiness` says what they lack.

    Returns:
        What a reader should know about a deadline that the clock shows twice, as sentences.

    Raises:
        StaleEdit: if somebody saved since the version that was edited.
        RuleBroken: for a name that is taken, or a deadline that the clock never shows.
    """
    if cycle.phase is not CyclePhase.SETUP:
        raise IllegalMove("The settings are fixed since the cycle was opened.")
    if version != cycle.version:
        raise StaleEdit(
            "Somebody else saved these settings in the meantime.",
            theirs=queries.settings_of(cycle).in_words(pins.ladder_names()),
            version=cycle.version,
        )
    _check_name(settings.name, cycle)
    notes = _save_deadlines(cycle, settings)
    cycle.name = settings.name
    cycle.time_zone = settings.time_zone
    cycle.units = sorted(settings.units)
    cycle.peers_min = settings.peers_min
    cycle.peers_max = settings.peers_max
    cycle.partly_allowed = settings.partly_allowed
    cycle.scale = {key: dict(wording) for key, wording in settings.scale.items()}
    flag_modified(cycle, "name")  # a change of the ladders alone is a new version as well
    db.session.execute(delete(CycleLadder).where(CycleLadder.cycle_id == cycle.id))
    db.session.add_all(
        CycleLadder(cycle_id=cycle.id, ladder_version_id=row.id)
        for row in pins.ladder_versions(settings.ladders)
    )
    summary = f"Settings of {cycle.name} saved"
    audit.record(actor, Action.SET_UP_CYCLE, summary, at=now, cycle=cycle, reason=reason)
    return notes


def _check_name(name: str, cycle: Cycle | None) -> None:
    taken = queries.cycle_named(name)
    if taken is not None and taken is not cycle:
        raise RuleBroken(
            "Another cycle has this name. Choose one that tells them apart.", field="name"
        )


def _save_deadlines(cycle: Cycle, settings: Settings) -> tuple[str, ...]:
    notes = []
    for field in _DUE:
        local: datetime | None = getattr(settings, field)
        if local is None:
            setattr(cycle, field, None)
            continue
        instant = _instant(local, settings.time_zone, field=field)
        setattr(cycle, field, instant.at)
        if instant.twice:
            notes.append(
                f"Clocks go back on {local.day} {local:%B %Y}, so {local:%H:%M} comes twice."
                " The deadline is the first."
            )
    return tuple(notes)


def save_owners(
    cycle: Cycle,
    *,
    owners: Collection[Person],
    version: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Say who owns the cycle. Whoever saves stays an owner, so that there is always one.

    Raises:
        RuleBroken: if the list leaves out the person who saves it.
        StaleEdit: if somebody saved since the version that was edited.
    """
    if cycle.phase is not CyclePhase.SETUP:
        raise IllegalMove("The owners are fixed since the cycle was opened.")
    before = queries.owners_of(cycle)
    if version != cycle.version:
        raise StaleEdit(
            "Somebody else saved this cycle in the meantime.",
            theirs={"people": "; ".join(person.name for person in before)},
            version=cycle.version,
        )
    if _person_id(actor) not in {person.id for person in owners}:
        raise RuleBroken(
            "You stay an owner. Another owner can take you off the list.", field="people"
        )
    if {person.id for person in before} == {person.id for person in owners}:
        return
    db.session.execute(delete(CycleOwner).where(CycleOwner.cycle_id == cycle.id))
    db.session.add_all(CycleOwner(cycle_id=cycle.id, person_id=person.id) for person in owners)
    flag_modified(cycle, "name")
    names = ", ".join(sorted(person.name for person in owners))
    summary = f"Owners of {cycle.name}: {names}"
    audit.record(actor, Action.SET_UP_CYCLE, summary, at=now, cycle=cycle, reason=reason)


def add_owner(cycle: Cycle, person: Person, *, now: datetime) -> None:
    """Name one more owner in any phase: the way out where every owner has a conflict, and none may release.

    Raises:
        RuleBroken: for a closed account, or somebody who owns the cycle already.
    """
    if not person.is_active:
        raise RuleBroken(f"The account of {person.name} is closed.")
    if person.id in {owner.id for owner in queries.owners_of(cycle)}:
        raise RuleBroken(f"{person.name} owns {cycle.name} already.")
    db.session.add(CycleOwner(cycle_id=cycle.id, person_id=person.id))
    summary = f"{person.name} added as an owner of {cycle.name}"
    audit.record(None, Action.GRANT_OFFICE, summary, at=now, cycle=cycle)


def set_conflict(
    packet: Packet, *, member: Person, reason: str, actor: Actor, now: datetime
) -> Conflict:
    """Keep a panel member away from a packet, without their word and without their knowledge of why.

    Needs the packet's cycle and candidate loaded.

    Raises:
        RuleBroken: for oneself, for somebody who is not on the packet's panel, or where a conflict stands already.
    """
    if member.id == _person_id(actor):
        raise RuleBroken("You declare your own conflicts yourself.", field="member")
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
    conflict.recorded_by_id = _person_id(actor)
    conflict.recorded_at = now
    summary = f"Conflict set for {member.name} on the packet of {packet.candidate.name}"
    audit.record(actor, Action.SET_CONFLICT, summary, at=now, packet=packet)
    return conflict


def release_cycle(
    cycle: Cycle,
    *,
    local: datetime | None,
    reason: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Open every outcome from a moment on: on the cycle's clocks, or at once for None.

    Until the moment has come it may be set anew; after it nothing moves it.

    Raises:
        RuleBroken: for a moment in the past or one that the clock never shows, or an empty reason.
        IllegalMove: while a packet waits for its decision, and once the outcomes are open.
        StaleEdit: if somebody saved since the version that was edited.
    """
    if cycle.release_at is not None and cycle.release_at <= now:
        raise IllegalMove("The outcomes are open already.")
    if cycle.phase is not CyclePhase.CALIBRATION or missing.undecided(cycle):
        raise IllegalMove("Every packet needs a decision before the outcomes can be released.")
    if version != cycle.version:
        before = local_of(cycle.release_at, cycle.time_zone) if cycle.release_at else None
        raise StaleEdit(
            "Somebody else set the release in the meantime.",
            theirs={"at": in_words(before), "reason": cycle.release_reason or ""},
            version=cycle.version,
        )
    if not reason:
        raise RuleBroken("Write why the outcomes are released then.", field="reason")
    at = now if local is None else _instant(local, cycle.time_zone, field="at").at
    if at < now:
        raise RuleBroken("This moment has passed. Choose a later one, or release now.", field="at")
    cycle.release_at = at
    cycle.released_by_id = _person_id(actor)
    cycle.release_reason = reason
    moment = f"{in_words(local_of(at, cycle.time_zone))} ({cycle.time_zone})"
    summary = f"Release of {cycle.name} set to {moment}"
    audit.record(actor, Action.RELEASE_CYCLE, summary, at=now, cycle=cycle, reason=reason)


def _instant(local: datetime, zone: str, *, field: str) -> Instant:
    try:
        return instant_of(local, zone)
    except NoSuchTime as none:
        raise RuleBroken(str(none), field=field) from none


def _person_id(actor: Actor) -> int:
    return actor.person_id if isinstance(actor, Viewer) else actor.id
