"""Making a cycle, setting it up, and saying who owns it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm.attributes import flag_modified

from reviews.access.viewer import Actor, person_id_of
from reviews.audit import service as audit
from reviews.cycles import ladder_choice, queries
from reviews.cycles.setup.queries import settings_of
from reviews.cycles.setup.settings import Settings
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle, CycleLadder, CycleOwner
from reviews.db.models.people import Person
from reviews.rules.enums import CyclePhase, Verb
from reviews.rules.errors import IllegalMove, RuleBroken, StaleEdit
from reviews.rules.names import look_alike
from reviews.rules.scale import DEFAULT_SCALE


def create_cycle(*, name: str, time_zone: str, actor: Actor, now: datetime) -> Cycle:
    """A cycle in set-up that its maker owns.

    Raises:
        RuleBroken: if the actor owns another cycle of the name.
    """
    _check_name(name, None, actor)
    cycle = Cycle(
        public_id=random_source.public_id(),
        name=name,
        time_zone=time_zone,
        scale=DEFAULT_SCALE,
        created_at=now,
    )
    db.session.add(cycle)
    db.session.flush()
    db.session.add(CycleOwner(cycle_id=cycle.id, person_id=person_id_of(actor)))
    audit.record(actor, Verb.SET_UP_CYCLE, f"Cycle {name} created", at=now, cycle=cycle)
    return cycle


def save_settings(
    cycle: Cycle,
    *,
    settings: Settings,
    version: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Replace the settings of a cycle in set-up. Incomplete settings are kept; `readiness` says what they lack.

    Raises:
        StaleEdit: if somebody saved since the version that was edited.
        RuleBroken: for a name that is taken.
    """
    if cycle.phase is not CyclePhase.SETUP:
        raise IllegalMove("The settings are fixed since the cycle was opened.")
    if version != cycle.version:
        raise StaleEdit(
            "Somebody else saved these settings in the meantime.",
            saved=settings_of(cycle).in_words(ladder_choice.ladder_names()),
            version=cycle.version,
        )
    _check_name(settings.name, cycle, actor)
    cycle.name = settings.name
    cycle.time_zone = settings.time_zone
    cycle.evidence_due = settings.evidence_due
    cycle.rating_due = settings.rating_due
    cycle.calibration_due = settings.calibration_due
    cycle.units = sorted(settings.units)
    cycle.peers_min = settings.peers_min
    cycle.peers_max = settings.peers_max
    cycle.partly_allowed = settings.partly_allowed
    cycle.scale = {key: dict(wording) for key, wording in settings.scale.items()}
    flag_modified(cycle, "name")  # a change of the ladders alone is a new version as well
    db.session.execute(delete(CycleLadder).where(CycleLadder.cycle_id == cycle.id))
    db.session.add_all(
        CycleLadder(cycle_id=cycle.id, ladder_version_id=row.id)
        for row in ladder_choice.ladder_versions(settings.ladders)
    )
    summary = f"Settings of {cycle.name} saved"
    audit.record(actor, Verb.SET_UP_CYCLE, summary, at=now, cycle=cycle, reason=reason)


def _check_name(name: str, cycle: Cycle | None, actor: Actor) -> None:
    """Only against the actor's own cycles: that there is another one of the name may be none of theirs to know."""
    others = [other for other in queries.cycles_of_owner(person_id_of(actor)) if other is not cycle]
    if any(other.name == name for other in others):
        raise RuleBroken(
            "You own another cycle of this name. Choose one that tells them apart.", field="name"
        )
    if any(look_alike(other.name, name) for other in others):
        raise RuleBroken(
            "You own a cycle whose name looks like this one. Choose one that tells them apart.",
            field="name",
        )


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
            saved={"people": "; ".join(person.name for person in before)},
            version=cycle.version,
        )
    if person_id_of(actor) not in {person.id for person in owners}:
        raise RuleBroken(
            "You stay an owner. Another owner can take you off the list.", field="people"
        )
    if {person.id for person in before} == {person.id for person in owners}:
        return
    db.session.execute(delete(CycleOwner).where(CycleOwner.cycle_id == cycle.id))
    db.session.add_all(CycleOwner(cycle_id=cycle.id, person_id=person.id) for person in owners)
    flag_modified(cycle, "name")
    names = ", ".join(p.name for p in sorted(owners, key=lambda person: person.sort_key))
    audit.record(
        actor,
        Verb.SET_UP_CYCLE,
        f"Owners of {cycle.name}: {names}",
        at=now,
        cycle=cycle,
        reason=reason,
        owners=sorted(person.public_id for person in owners),
    )
