"""Passwords: argon2id, at least fifteen characters, never truncated."""

import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from reviews.rules.errors import TooBusy

#: OWASP's minimum; the library's default takes five times as long and three times the memory on a small server.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
#: Each takes 19 MiB and a whole core: more at once would only be slower, and many enough would be a memory bomb.
_TURNS = BoundedSemaphore(os.cpu_count() or 1)
#: Seconds that somebody waits for a turn.
_PATIENCE = 5
#: The hash of nothing anybody knows, with the same parameters: an unknown address takes as long as a wrong password.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$5n0sjYXN0lsKJQ0dTDOIfPpSgSUP6qjDy6ogsFqpLCc"


def hash_password(password: str) -> str:
    """The hash to be stored.

    Raises:
        TooBusy: if too many are being made and compared just now.
    """
    with _turn():
        return _HASHER.hash(normal(password))


def matches(password: str, password_hash: str | None) -> bool:
    """Whether this is the password. Takes the same time when there is no hash to compare with.

    Raises:
        TooBusy: if too many are being made and compared just now.
    """
    try:
        with _turn():
            _HASHER.verify(password_hash or _NOBODY, normal(password))
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


@contextmanager
def _turn() -> Iterator[None]:
    if not _TURNS.acquire(timeout=_PATIENCE):
        raise TooBusy
    try:
        yield
    finally:
        _TURNS.release()


def normal(password: str) -> str:
    """The same text however a keyboard composes it: what is measured, hashed and compared."""
    return unicodedata.normalize("NFC", password)
