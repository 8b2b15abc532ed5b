"""How hard to guess what is drawn: names in addresses, sessions, links."""

import re

import pytest

from reviews.db import random_source


@pytest.mark.parametrize(
    ("draw", "size", "form"),
    [
        (random_source.public_id, 16, r"[\w-]{22}"),
        (lambda: random_source.token("session"), 32, r"[\w-]{43}"),
        (random_source.request_id, 10, r"[a-z2-7]{16}"),
    ],
    ids=["public id", "token", "request id"],
)
def test_what_is_drawn_has_so_many_random_bytes(draw, size, form):
    asked = []

    def count(_purpose: str, size: int) -> bytes:
        asked.append(size)
        return bytes(size)

    found = {draw() for _ in range(1000)}
    with random_source.use(count):
        draw()

    assert asked == [size]
    assert len(found) == 1000
    assert [each for each in found if not re.fullmatch(form, each)] == []
