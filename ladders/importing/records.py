"""Records of a data file that point at levels and dimensions by their ids, and flat ones with a field for each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ladders.importing.fields import (
    IDS,
    NAMES,
    SUMMARIES,
    TEXTS,
    hint_for,
    is_texts,
    name_of,
)
from ladders.names import level_likeness
from ladders.yaml_nodes import Node

_MOST_RECORD_KEYS = 20
_SHARE = 0.8
_AT_LEAST = 2
_NAMING = re.compile(r"_?(?:name|title|code|id|key)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Named:
    id: str
    name: Node
    node: Node


@dataclass(frozen=True, slots=True)
class Joined:
    title: Node | None
    summaries: list[Node]
    levels: list[_Named]
    dimensions: list[_Named]
    records: "list[Record]"
    #: The keys of a record that point at its level and dimension.
    columns: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Record:
    text: Node
    level: str
    dimension: str
    node: Node


def joined_records(root: Node) -> Joined | None:
    """Lists of named things, and a list of records that point at two of them by id or name."""
    if not isinstance(root.value, dict):
        return None
    lists = {
        key: node.value
        for key, node in root.value.items()
        if isinstance(node.value, list)
        and node.value
        and all(isinstance(each.value, dict) for each in node.value)
    }
    named = {key: found for key, rows in lists.items() if (found := _named(rows))}
    for key, rows in lists.items():
        pointing = {
            column: other
            for other in named
            if other != key
            for column in _columns(rows)
            if _points_at(rows, column, named[other])
        }
        if len(pointing) < _AT_LEAST:
            continue
        axes = sorted(pointing.items(), key=lambda each: -_level_score(each[1], named[each[1]]))
        (level_column, levels), (dimension_column, dimensions) = axes[0], axes[1]
        records = []
        for row in rows:
            text = _text_of(row, {level_column, dimension_column})
            if text is not None:
                level, dimension = row.value[level_column], row.value[dimension_column]
                records.append(Record(text, str(level.value), str(dimension.value), row))
        if not records:
            continue
        _, title = name_of(root, "")
        summaries = [
            node
            for name, node in root.value.items()
            if SUMMARIES.fullmatch(name) and isinstance(node.value, str)
        ]
        columns = level_column, dimension_column
        return Joined(title, summaries, named[levels], named[dimensions], records, columns)
    return None


def _named(rows: list[Node]) -> list[_Named] | None:
    found = []
    for row in rows:
        lower = {key.lower(): each for key, each in row.value.items()}
        ident = next((lower[key] for key in (*IDS, *NAMES) if key in lower), None)
        name = next((lower[key] for key in (*NAMES, *IDS) if key in lower), None)
        if ident is None or name is None or isinstance(ident.value, (dict, list)):
            return None
        found.append(_Named(str(ident.value), name, row))
    return found if len({each.id for each in found}) == len(found) else None


def _columns(rows: list[Node]) -> Iterator[str]:
    for key, value in rows[0].value.items():
        if not isinstance(value.value, (dict, list)):
            yield key


def _points_at(rows: list[Node], column: str, named: list[_Named]) -> bool:
    ids = {each.id for each in named}
    values = [str(row.value[column].value) for row in rows if column in row.value]
    return len(values) >= _SHARE * len(rows) and sum(
        value in ids for value in values
    ) >= _SHARE * len(values)


def _level_score(key: str, named: list[_Named]) -> float:
    likeness = sum(level_likeness(str(each.name.value)) for each in named) / len(named)
    return likeness + (hint_for(key) == "level") - (hint_for(key) == "dimension")


def _text_of(row: Node, used: set[str]) -> Node | None:
    texts = [
        (key, value)
        for key, value in row.value.items()
        if key not in used and key.lower() not in IDS and isinstance(value.value, str)
    ]
    spoken = [each for each in texts if TEXTS.fullmatch(each[0]) or SUMMARIES.fullmatch(each[0])]
    found = spoken[:1] or sorted(texts, key=lambda each: -len(str(each[1].value)))
    return found[0][1] if found else None


@dataclass(frozen=True, slots=True)
class Flat:
    """Records with a field for each thing they say; `key` is where a file keeps them beside others."""

    rows: list[Node]
    key: str = ""


def flat_records(root: Node) -> Flat | None:
    """A list of records with plain fields, one of which names the level: the file, or the only list in it."""
    if isinstance(root.value, list):
        return Flat(root.value) if _are_flat(root.value) else None
    if not isinstance(root.value, dict):
        return None
    others = {key: node for key, node in root.value.items() if isinstance(node.value, (dict, list))}
    if len(others) != 1:
        return None
    ((key, node),) = others.items()
    rows: Any = node.value
    return Flat(rows, key) if isinstance(rows, list) and _are_flat(rows) else None


def _are_flat(rows: list[Node]) -> bool:
    if len(rows) < _AT_LEAST or not all(isinstance(row.value, dict) for row in rows):
        return False
    keys = {key for row in rows for key in row.value}
    if not _AT_LEAST < len(keys) <= _MOST_RECORD_KEYS:
        return False
    # An export may leave out fields that are empty.
    same = sum(len(row.value) for row in rows) >= _SHARE * len(keys) * len(rows)
    plain = all(
        not isinstance(value.value, dict) and (not isinstance(value.value, list) or is_texts(value))
        for row in rows
        for value in row.value.values()
    )
    points = sum(1 for key in keys if hint_for(key) or hint_for(_thing_of(key)))
    return same and plain and points >= _AT_LEAST


def _thing_of(key: str) -> str:
    """What a key names: "dimension_name" names a dimension."""
    return _NAMING.sub("", key)
