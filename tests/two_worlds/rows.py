"""What a request did to the rows of a database, in words that are the same wherever it did the same."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from ladders.orm import Base

#: Primary key -> the row, by column.
Table = Mapping[tuple[Any, ...], Mapping[str, Any]]
Rows = Mapping[str, Table]

TABLES = Base.metadata.sorted_tables
#: Worked out from rows of others too: the ends of the audit log's lanes, and the board's counts. Whoever may read those
#: rows reads them.
DERIVED = {"audit_head", "rating_counts"}
#: A line of the log is chained to the line before it, and a row counts how often it was changed, by whomever.
CHAINED = {"digest", "version"}


class Change(NamedTuple):
    table: str
    what: str
    #: Of a new or a removed row every value, of a changed one those that are new.
    values: tuple[tuple[str, str], ...]


def rows_of(engine: sa.Engine) -> Rows:
    """Everything that stands in a database."""
    found = {}
    with engine.connect() as connection:
        for table in TABLES:
            keys = [column.name for column in table.primary_key]
            found[table.name] = {
                tuple(row[key] for key in keys): dict(row)
                for row in connection.execute(sa.select(table)).mappings()
            }
    return found


def changes(before: Rows, after: Rows) -> tuple[Change, ...]:
    """Sorted, and without the numbers of rows that are new: they count what others wrote as well."""
    if before is after:
        return ()
    return tuple(sorted(_changes(before, after)))


def _changes(before: Rows, after: Rows) -> Iterator[Change]:
    for table in TABLES:
        old, new = before[table.name], after[table.name]
        if old == new or table.name in DERIVED:
            continue
        for key in new.keys() - old.keys():
            yield Change(table.name, "added", _values(table, new[key], before))
        for key in old.keys() - new.keys():
            yield Change(table.name, "removed", _values(table, old[key], before))
        for key in new.keys() & old.keys():
            fresh = {name: new[key][name] for name in new[key] if new[key][name] != old[key][name]}
            if fresh:
                yield Change(table.name, "changed", _values(table, fresh, before))


def _values(table: sa.Table, row: Mapping[str, Any], before: Rows) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, _named(table.c[name], value, before))
        for name, value in row.items()
        if name not in CHAINED
    )


def _named(column: sa.Column[Any], value: Any, before: Rows) -> str:
    """A value in words; the number of a row that was not there before is only said to be new."""
    targets = [key.column.table.name for key in column.foreign_keys]
    if column.name == "id":
        targets = [column.table.name]
    is_new = value is not None and any((value,) not in before[target] for target in targets)
    return "new" if is_new else repr(value)
