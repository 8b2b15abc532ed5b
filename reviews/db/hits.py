"""How often somebody may do something in a stretch of time, counted for all processes together.

A process counts in memory and tells the database every few times, so that what is counted stays cheap. A process that
is killed forgets the few that it had not told.
"""

import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from sqlalchemy import delete
from sqlalchemy.exc import OperationalError
from sqlalchemy.sql.dml import ReturningInsert

from reviews.db.aside import transaction_aside
from reviews.db.models.attempts import HitCount
from reviews.db.upsert import upsert

#: The database is told after this part of what is allowed.
_PARTS = 3


@dataclass(frozen=True, slots=True)
class Limit:
    name: str
    most: int
    seconds: int


@dataclass(slots=True)
class _Count:
    #: What the database has said, for all processes.
    told: int = 0
    #: What it does not know yet.
    untold: int = 0


_lock = Lock()
#: End of the stretch -> key -> count.
_counts: dict[int, dict[str, _Count]] = defaultdict(dict)


def hit(limit: Limit, key: str) -> bool:
    """Count once more, and say whether it is still within the limit. `key`: 64 characters at most, of limit and person.

    With several processes somebody gets a few more than the limit: those that the others have not told yet.
    """
    present = int(time.time())
    end = present - present % limit.seconds + limit.seconds
    with _lock:
        for ended in [each for each in _counts if each <= present]:
            del _counts[ended]
        count = _counts[end].setdefault(key, _Count())
        if count.told > limit.most:
            return False
        count.untold += 1
        is_within = count.told + count.untold <= limit.most
        if is_within and count.untold < limit.most // _PARTS:
            return True
        untold, count.untold = count.untold, 0
        count.told += untold
    try:
        told = _tell(key, datetime.fromtimestamp(end, UTC), untold)
    except OperationalError:
        # Nobody is refused, or let through, because the database is busy: what this process knows decides.
        told = 0
    with _lock:
        count.told = max(count.told, told)
        return count.told <= limit.most


def forget() -> None:
    """Let this process begin anew, for tests."""
    with _lock:
        _counts.clear()


def _tell(key: str, ends_at: datetime, more: int) -> int:
    """Add to the count of all processes, and give it."""
    with transaction_aside() as session:
        count = session.execute(_adding(key=key, ends_at=ends_at, count=more)).scalar_one()
        if count == more:
            session.execute(
                delete(HitCount).where(HitCount.ends_at < datetime.fromtimestamp(time.time(), UTC))
            )
    return count


def _adding(**row: object) -> ReturningInsert[int]:
    statement = upsert(HitCount).values(**row)
    adding: ReturningInsert[int] = statement.on_conflict_do_update(
        index_elements=[HitCount.key, HitCount.ends_at],
        set_={"count": HitCount.count + statement.excluded["count"]},
    ).returning(HitCount.count)
    return adding
