"""A release that is still to come."""

from typing import Any
from zoneinfo import ZoneInfo

from reviews.db.models.cycles import Cycle


def planned_release(cycle: Cycle) -> dict[str, Any]:
    """The moment and reason of a release that is still to come, as its form has them."""
    if cycle.release_at is None:
        return {}
    return {
        "at": cycle.release_at.astimezone(ZoneInfo(cycle.time_zone)),
        "reason": cycle.release_reason,
    }
