"""Whatever is kept from somebody is named column by column, and each such column differs in some pair of worlds."""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ladders.orm import Base
from reviews.db.extensions import db
from reviews.rules.enums import Action
from tests.two_worlds.harness import World
from tests.two_worlds.kept import SECRETS
from tests.two_worlds.rows import by_column, rows_of

NAMED = tomllib.loads((Path(__file__).parent / "columns.toml").read_text(encoding="utf-8"))
WHY = NAMED.pop("why")
COLUMNS = {
    (table.name, column.name) for table in Base.metadata.sorted_tables for column in table.columns
}
#: Table and column -> the rows of the policy that open it.
KEPT = {
    (table, column): opened_by
    for table, columns in NAMED.items()
    for column, opened_by in columns.items()
    if isinstance(opened_by, list)
}


#: SQLite keeps lists and mappings as text.
NOTHING: tuple[object, ...] = (None, "", [], {}, "[]", "{}")


def test_every_column_is_named_as_kept_or_not() -> None:
    named = {(table, column) for table, columns in NAMED.items() for column in columns}
    open_because = {
        value for columns in NAMED.values() for value in columns.values() if isinstance(value, str)
    }

    assert named == COLUMNS
    assert open_because == set(WHY)


def test_what_opens_a_column_is_a_row_of_the_policy() -> None:
    assert {row for rows in KEPT.values() for row in rows} <= {action.value for action in Action}


@pytest.mark.test_all
def test_every_column_that_is_kept_differs_in_some_pair_of_worlds(
    make_world: Callable[..., World], record_property: Callable[[str, object], None]
) -> None:
    touched: set[tuple[str, str]] = set()
    for secret in SECRETS:
        one = make_world(*secret.before, *secret.instead)
        other = make_world(*secret.before, *secret.hidden)
        touched.update(differing(one, other))

    record_property("two worlds: columns", f"{len(touched & KEPT.keys())} of {len(KEPT)}")
    assert sorted(KEPT.keys() - touched) == []


def differing(one: World, other: World) -> Iterator[tuple[str, str]]:
    """Columns in which a row differs, or in which a row says something that the other world does not have."""
    found = []
    for world in (one, other):
        with world.app.app_context():
            found.append(rows_of(db.engine))
    for table, rows in found[0].items():
        others = found[1][table]
        for key in rows.keys() | others.keys():
            a, b = (by_column(table, of[key]) if key in of else {} for of in (rows, others))
            for column in a.keys() | b.keys():
                values = [row.get(column) for row in (a, b)]
                said = [None if value in NOTHING else value for value in values]
                if said[0] != said[1]:
                    yield table, column
