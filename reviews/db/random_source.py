"""The one source of randomness.

Tests put a keyed source in its place; nothing else in the product draws random bytes.
"""

import base64
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: (purpose, size in bytes) -> random bytes
Source = Callable[[str, int], bytes]


def _system(_purpose: str, size: int) -> bytes:
    return secrets.token_bytes(size)


_source: Source = _system


@contextmanager
def use(source: Source) -> Iterator[None]:
    """Draw from `source` inside the block."""
    global _source  # noqa: PLW0603 - the interface is one replaceable function
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before


def some_bytes(purpose: str, size: int) -> bytes:
    """For what is made of bytes: a key, a number that is used once."""
    return _source(purpose, size)


def public_id() -> str:
    """A name for a URL: 128 random bits, no time part, 22 URL-safe characters."""
    return _text("public id", 16)


def token(purpose: str) -> str:
    """A secret of 256 random bits, 43 URL-safe characters."""
    return _text(purpose, 32)


def request_id() -> str:
    """A name for one request, which people copy or read aloud: 80 random bits, 16 of the characters a-z and 2-7."""
    return base64.b32encode(_source("request id", 10)).decode().lower()


def order_key(purpose: str) -> int:
    """A random 31-bit number to sort by: a random order that is stored and stays."""
    return int.from_bytes(_source(purpose, 4), "big") >> 1


def _text(purpose: str, size: int) -> str:
    return base64.urlsafe_b64encode(_source(purpose, size)).rstrip(b"=").decode()
