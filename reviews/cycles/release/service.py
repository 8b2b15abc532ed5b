"""Releasing the outcomes of a cycle."""

from datetime import datetime

from reviews.access.viewer import Actor, person_id_of
from reviews.audit import service as audit
from reviews.cycles.phases import queries as missing
from reviews.db.models.cycles import Cycle
from reviews.display.formatting import moment
from reviews.rules.enums import CyclePhase, Verb
from reviews.rules.errors import IllegalMove, RuleBroken, StaleEdit


def release_cycle(
    cycle: Cycle,
    *,
    at: datetime | None,
    reason: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Open every outcome from a moment on, or at once for None.

    Until the moment has come it may be set anew; after it nothing moves it.

    Raises:
        RuleBroken: for a moment in the past, or an empty reason.
        IllegalMove: while a packet waits for its decision, and once the outcomes are open.
        StaleEdit: if somebody saved since the version that was edited.
    """
    if cycle.release_at is not None and cycle.release_at <= now:
        raise IllegalMove("The outcomes are open already.")
    if cycle.phase is not CyclePhase.CALIBRATION or missing.undecided(cycle):
        raise IllegalMove("Every packet needs a decision before the outcomes can be released.")
    if version != cycle.version:
        before = moment(cycle.release_at, cycle.time_zone) if cycle.release_at else "open"
        raise StaleEdit(
            "Somebody else set the release in the meantime.",
            saved={"at": before, "reason": cycle.release_reason or ""},
            version=cycle.version,
        )
    if not reason:
        raise RuleBroken("Write why the outcomes are released then.", field="reason")
    at = now if at is None else at
    if at < now:
        raise RuleBroken("This moment has passed. Choose a later one, or release now.", field="at")
    cycle.release_at = at
    cycle.released_by_id = person_id_of(actor)
    cycle.release_reason = reason
    summary = f"Release of {cycle.name} set to {moment(at, cycle.time_zone)} ({cycle.time_zone})"
    audit.record(actor, Verb.RELEASE_CYCLE, summary, at=now, cycle=cycle, reason=reason)
