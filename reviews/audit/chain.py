"""How the lines of the audit log are chained: each carries a keyed digest of itself and of the one before in its lane.

A line is written in the transaction of the change that it records, and locks the end of its lane until that is over. In
one chain everybody who changes anything would wait for everybody else; in lanes by person, people wait for few others,
and the lines of one person are in one lane in the order in which they were written. A lane begins with its number, so
no line fits into another.
"""

import hashlib
import hmac
import json
from datetime import UTC

from reviews.db.models.audit import AuditEvent

LANES = 16

_key = b""


def sign_with(key: str) -> None:
    """Set the key of the chain; called once when an application is made."""
    global _key  # noqa: PLW0603 - one key per process, like the secret it comes from
    _key = key.encode()


def lane_of(actor_id: int | None) -> int:
    """The lane of what this person does; None is the command line."""
    return (actor_id or 0) % LANES


def start_of(lane: int) -> str:
    """What the first line of a lane continues from."""
    return f"{lane:064x}"


def digest_of(event: AuditEvent, previous: str) -> str:
    """The line's digest: HMAC-SHA256 with the audit key over its canonical JSON and its lane's last digest."""
    line = json.dumps(
        [
            previous,
            event.at.astimezone(UTC).isoformat(),
            event.actor_id,
            event.action,
            event.cycle_id,
            event.packet_id,
            event.summary,
            event.details,
        ],
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hmac.new(_key, line.encode(), hashlib.sha256).hexdigest()
