"""Passwords: argon2id, at least fifteen characters, never truncated."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

MIN_LENGTH = 15
MAX_LENGTH = 256

#: OWASP's minimum; the library's default takes five times as long and three times the memory on a small server.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
#: The hash of nothing anybody knows, with the same parameters: an unknown address takes as long as a wrong password.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$5n0sjYXN0lsKJQ0dTDOIfPpSgSUP6qjDy6ogsFqpLCc"


def hash_password(password: str) -> str:
    return _HASHER.hash(_normal(password))


def matches(password: str, password_hash: str | None) -> bool:
    """Whether this is the password. Takes the same time when there is no hash to compare with."""
    try:
        _HASHER.verify(password_hash or _NOBODY, _normal(password))
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)
