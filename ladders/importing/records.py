"""Records of a data file that point at levels and dimensions by their ids, and flat ones with a field for each."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ladders.importing.fields import Fields, FieldUse, is_texts, spoken
from ladders.importing.long_tables import long_columns
from ladders.names import level_likeness
from ladders.yaml_nodes import Node

#: What the columns of flat records are called that a person says something of.
_HEADERS: Mapping[FieldUse, str] = {
    "level": "Level",
    "code": "Level code",
    "name": "Level name",
    "dimension": "Dimension",
    "expectations": "Expectation",
    "examples": "Examples",
    "rank": "Rank",
}
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


def joined_records(root: Node, fields: Fields) -> Joined | None:
    """Lists of named things, and a list of records that point at two of them by id or name."""
    if not isinstance(root.value, dict):
        return None
    lists = {
        key: node.value
        for key, node in root.value.items()
        if isinstance(node.value, list)
        and node.value
        and all(isinstance(each.value, dict) for each in node.value)
        and fields.said.get(key) != "ignore"
    }
    named = {key: found for key, rows in lists.items() if (found := _named(rows, fields))}
    for key, rows in lists.items():
        pointing = {
            column: other
            for other in named
            if other != key
            for column in _columns(rows, fields)
            if _points_at(rows, column, named[other])
        }
        if len(pointing) < _AT_LEAST:
            continue
        columns = _axes(pointing, named, fields)
        records = []
        for row in rows:
            text = _text_of(row, columns, fields)
            if text is not None:
                level, dimension = (row.value[column] for column in columns)
                records.append(Record(row.value[text], str(level.value), str(dimension.value), row))
                fields.note(text, "expectations")
        if not records:
            continue
        levels, dimensions = (pointing[column] for column in columns)
        _note(fields, "level", (columns[0], levels))
        _note(fields, "dimension", (columns[1], dimensions))
        fields.note(key, "expectations")
        _note_names((*named[levels], *named[dimensions]), fields)
        order = fields.order_of([each.node for each in named[levels]], "level")
        return Joined(
            *_about(root, fields),
            [named[levels][at] for at in order],
            named[dimensions],
            records,
            columns,
        )
    return None


def _about(root: Node, fields: Fields) -> tuple[Node | None, list[Node]]:
    """The title of the whole, and what describes it."""
    key, title = fields.name_of(root, "")
    if title:
        fields.note(key, "name")
    summaries = []
    for name, node in root.value.items():
        if fields.is_summary(name) and isinstance(node.value, str):
            fields.note(name, "summary")
            summaries.append(node)
    return title, summaries


def _named(rows: list[Node], fields: Fields) -> list[_Named] | None:
    found = []
    for row in rows:
        identity = fields.identity(row.value)
        if identity is None or isinstance(row.value[identity[0]].value, (dict, list)):
            return None
        found.append(_Named(str(row.value[identity[0]].value), row.value[identity[1]], row))
    return found if len({each.id for each in found}) == len(found) else None


def _note_names(named: Iterable[_Named], fields: Fields) -> None:
    for each in named:
        ident, name = fields.identity(each.node.value) or ("", "")
        fields.note(ident, "code")
        fields.note(name, "name")


def _columns(rows: list[Node], fields: Fields) -> Iterator[str]:
    for key, value in rows[0].value.items():
        is_free = fields.said.get(key) in {None, "level", "dimension"}
        if is_free and not isinstance(value.value, (dict, list)):
            yield key


def _points_at(rows: list[Node], column: str, named: list[_Named]) -> bool:
    ids = {each.id for each in named}
    values = [str(row.value[column].value) for row in rows if column in row.value]
    return len(values) >= _SHARE * len(rows) and sum(
        value in ids for value in values
    ) >= _SHARE * len(values)


def _axes(
    pointing: Mapping[str, str], named: Mapping[str, list[_Named]], fields: Fields
) -> tuple[str, str]:
    """The columns that point at levels and at dimensions."""

    def is_said(column: str, use: FieldUse) -> bool:
        return use in {fields.said.get(column), fields.said.get(pointing[column])}

    def score(column: str) -> float:
        key = pointing[column]
        things = named[key]
        hint = fields.hint_for(key)
        likeness = sum(level_likeness(str(each.name.value)) for each in things) / len(things)
        return likeness + (hint == "level") - (hint == "dimension")

    ordered = sorted(pointing, key=lambda column: -score(column))
    level = next((each for each in ordered if is_said(each, "level")), None) or next(
        (each for each in ordered if not is_said(each, "dimension")), ordered[0]
    )
    rest = [each for each in ordered if each != level]
    return level, next((each for each in rest if is_said(each, "dimension")), rest[0])


def _text_of(row: Node, used: tuple[str, str], fields: Fields) -> str | None:
    """The field that holds what is expected."""
    texts = [
        key
        for key, value in row.value.items()
        if key not in used
        and fields.said.get(key) in {None, "expectations", "summary"}
        and not fields.is_id(key)
        and isinstance(value.value, str)
    ]
    said = [key for key in texts if fields.said.get(key) == "expectations"]
    spoken_of = [key for key in texts if fields.is_text(key) or fields.is_summary(key)]
    longest = sorted(texts, key=lambda key: -len(str(row.value[key].value)))
    return next(iter((*said, *spoken_of, *longest)), None)


# -- Flat records


@dataclass(frozen=True, slots=True)
class Flat:
    """Records with a field for each thing they say: what each field is called above its column.

    `key` is where a file keeps them beside others.
    """

    rows: list[Node]
    headers: dict[str, str]
    key: str = ""


def flat_records(root: Node, fields: Fields) -> Flat | None:
    """A list of records with plain fields, one of which names the level: the file, or the only list in it."""
    if isinstance(root.value, list):
        return _flat(root.value, fields) if _are_flat(root.value, fields) else None
    if not isinstance(root.value, dict):
        return None
    others = {
        key: node
        for key, node in root.value.items()
        if isinstance(node.value, (dict, list)) and fields.said.get(key) != "ignore"
    }
    if len(others) != 1:
        return None
    ((key, node),) = others.items()
    rows: Any = node.value
    if not isinstance(rows, list) or not _are_flat(rows, fields):
        return None
    return replace(_flat(rows, fields), key=key)


def _are_flat(rows: list[Node], fields: Fields) -> bool:
    if len(rows) < _AT_LEAST or not all(isinstance(row.value, dict) for row in rows):
        return False
    keys = _keys(rows)
    if not _AT_LEAST < len(keys) <= _MOST_RECORD_KEYS:
        return False
    # An export may leave out fields that are empty.
    same = sum(len(row.value) for row in rows) >= _SHARE * len(keys) * len(rows)
    plain = all(
        not isinstance(value.value, dict) and (not isinstance(value.value, list) or is_texts(value))
        for row in rows
        for value in row.value.values()
    )
    points = sum(1 for key in keys if fields.hint_for(key) or fields.hint_for(_thing_of(key)))
    return same and plain and points >= _AT_LEAST


def _keys(rows: Iterable[Node]) -> list[str]:
    return list(dict.fromkeys(key for row in rows for key in row.value))


def _thing_of(key: str) -> str:
    """What a key names: "dimension_name" names a dimension."""
    return _NAMING.sub("", key)


def _flat(rows: list[Node], fields: Fields) -> Flat:
    shown = [key for key in _keys(rows) if fields.said.get(key) in {None, *_HEADERS}]
    # The first column of text holds the statements.
    shown.sort(key=lambda key: fields.said.get(key) != "expectations")
    headers = {
        key: _HEADERS[fields.said[key]] if key in fields.said else spoken(key) for key in shown
    }
    words = [[_words(row.value.get(key)) for key in shown] for row in rows]
    columns = long_columns(list(headers.values()), words)
    if columns:
        _note(fields, "level", [shown[at] for at in columns.levels])
        _note(fields, "dimension", [shown[at] for at in columns.dimensions])
        _note(fields, "expectations", [shown[columns.statement]])
        _note(fields, "examples", [shown[at] for at in columns.examples])
        _note(fields, "rank", [shown[at] for at in columns.order])
        _note(fields, "attribute", [shown[at] for at in columns.attributes])
    return Flat(rows, headers)


def _words(node: Node | None) -> str:
    return "" if node is None or node.value is None else str(node.value)


def _note(fields: Fields, use: FieldUse, keys: Iterable[str]) -> None:
    for key in keys:
        fields.note(key, use)
