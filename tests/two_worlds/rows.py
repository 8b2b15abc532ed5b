"""What a request did to the rows of a database, in words that are the same wherever it did the same."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from ladders.orm import Base

#: Primary key -> the row, as the driver gives it: this is read after every write.
Table = Mapping[tuple[Any, ...], tuple[Any, ...]]
Rows = Mapping[str, Table]


def _key_of(table: sa.Table) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    at = [table.c.keys().index(column.name) for column in table.primary_key]
    return lambda row: tuple(row[i] for i in at)


TABLES = Base.metadata.sorted_tables
#: Of each table its name, the statement that reads it whole, and what takes the key out of a row.
READING = tuple((table.name, str(sa.select(table)), _key_of(table)) for table in TABLES)
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
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        for name, text, key_of in READING:
            cursor.execute(text)
            found[name] = {key_of(row): row for row in cursor.fetchall()}
    finally:
        connection.close()
    return found


def by_column(table: str, row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(Base.metadata.tables[table].c.keys(), row, strict=True))


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
            row = by_column(table.name, new[key])
            yield Change(table.name, "added", _values(table, row, before))
        for key in old.keys() - new.keys():
            row = by_column(table.name, old[key])
            yield Change(table.name, "removed", _values(table, row, before))
        for key in new.keys() & old.keys():
            if new[key] != old[key]:
                was, row = (by_column(table.name, rows[key]) for rows in (old, new))
                fresh = {name: value for name, value in row.items() if value != was[name]}
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
