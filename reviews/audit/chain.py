"""How the lines of the audit log hang together: each carries a keyed digest of itself and of the one before."""

import hashlib
import hmac
import json
from datetime import UTC

from reviews.db.models.audit import AuditEvent

#: What the first line continues from.
START = "0" * 64

_key = b""


def sign_with(key: str) -> None:
    """Set the key of the chain; called once when an application is made."""
    global _key  # noqa: PLW0603 - one key per process, like the secret it comes from
    _key = key.encode()


def digest_of(event: AuditEvent, previous: str) -> str:
    """The line's digest: HMAC-SHA256 with the audit key over its canonical JSON and the digest before it."""
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
