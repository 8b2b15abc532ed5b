"""How the lines of the audit log are chained: each carries a keyed digest of itself and of the one before in its lane.

A line is written in the transaction of the change that it records, and locks the end of its lane until that is over. In
one chain everybody who changes anything would wait for everybody else; in lanes by person, people wait for few others,
and the lines of one person are in one lane in the order in which they were written. A lane begins with its number, so
no line fits into another. The head of a lane is keyed too, so that nobody without the key can say where a lane ends.
"""

import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

LANES = 16
#: The columns of a line that its digest covers, in the order in which it does. Lane and digest are covered by the
#: chain; of the id only the order is, for nothing else is told by it.
SIGNED = ("at", "actor_id", "action", "cycle_id", "packet_id", "summary", "details")

_key = b""
_CANONICAL = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), check_circular=False
)


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


def digest_of(previous: str, line: Sequence[Any]) -> str:
    """A line's digest: HMAC-SHA256 with the audit key over its canonical JSON and its lane's last digest.

    Args:
        previous: the last digest of the lane.
        line: the values of `SIGNED`, in that order; the instant as `instant_text` writes it.
    """
    return keyed([previous, *line])


def instant_text(at: datetime) -> str:
    """An instant as lines and anchors are signed with it."""
    return at.astimezone(UTC).isoformat()


def head_mac(lane: int, count: int, digest: str) -> str:
    """The keyed digest that a lane's head carries: where the lane ends, said by somebody who has the key."""
    return keyed(["head", lane, count, digest])


def keyed(parts: list[Any]) -> str:
    """HMAC-SHA256 with the audit key. What it is for is said by how the parts begin: no kind passes for another."""
    return hmac.digest(_key, _CANONICAL.encode(parts).encode(), "sha256").hex()
