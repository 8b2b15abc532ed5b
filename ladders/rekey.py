"""Keeping keys steady when the next text of a ladder arrives, so that what points at them still means the same."""

from collections.abc import Iterator
from dataclasses import replace

from ladders.document import Expectation, Ladder
from ladders.keys import expectation_keys, with_each
from ladders.matching import match


def keep_keys(old: Ladder, new: Ladder) -> Ladder:
    """The newer ladder, in which every expectation of the older one, moved or slightly reworded, has its old key.

    Only expectations without an id get one: an id that the document gives itself stays.
    """
    kept = {
        after.key: before.key
        for before, after in match(old, new).pairs
        if before.key != after.key and not after.expectation.id
    }
    keys = [item.key for item in expectation_keys(new)]
    return with_keys(_with_replaces(new, kept), [kept.get(key, key) for key in keys])


def _with_replaces(ladder: Ladder, kept: dict[str, str]) -> Ladder:
    """What an expectation replaces is named by key, so it follows the keys."""

    def change(expectation: Expectation) -> Expectation:
        replaces = tuple(kept.get(key, key) for key in expectation.replaces)
        return replace(expectation, replaces=replaces)

    return with_each(ladder, change)


def with_keys(ladder: Ladder, wanted: list[str]) -> Ladder:
    """The ladder with these keys, in the order of `expectation_keys`, by as few ids as that takes.

    An id for one expectation may change the number in the key of its double, hence the loop.
    """
    while True:
        ids = [
            "" if item.key == key else key
            for item, key in zip(expectation_keys(ladder), wanted, strict=True)
        ]
        if not any(ids):
            return ladder
        ladder = _with_ids(ladder, iter(ids))


def _with_ids(ladder: Ladder, ids: Iterator[str]) -> Ladder:
    return with_each(ladder, lambda each: replace(each, id=next(ids) or each.id))
