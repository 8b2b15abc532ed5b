"""The canonical file `ladder/1`: read with every mistake reported at its place, and written again.

`load(dump(ladder))` is the ladder itself, for every ladder; so is `from_json(as_json(ladder))`.
"""

import dataclasses
import io
import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML

from ladders import document
from ladders.document import (
    Cascade,
    Cell,
    Common,
    Dimension,
    Example,
    Expectation,
    Group,
    Ladder,
    Level,
    LevelCells,
    Licence,
    Mixin,
    Note,
    Source,
    Track,
    Unmapped,
)
from ladders.faults import Path, faults
from ladders.yaml_nodes import MAX_BYTES, Node, UnreadableYamlError, YamlProblem, read_nodes

FORMAT = "ladder/1"

#: Looking for the key that was meant takes time; nobody mistypes more than these.
_MOST_HINTS = 20


class CanonicalError(ValueError):
    """The text is not a `ladder/1` file; `problems` has everything that is wrong, in file order."""

    def __init__(self, problems: Iterable[YamlProblem]) -> None:
        self.problems = tuple(sorted(set(problems), key=lambda each: (each.line, each.column)))
        super().__init__("\n".join(f"Line {each.line}: {each.sentence}" for each in self.problems))


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    id: str
    name: str
    tagline: str = ""
    summary: str = ""
    icon: str = ""
    organisation: str = ""
    language: str = ""
    version: str = ""
    licence: Licence = Licence()
    source: Source = Source()
    cascade: Cascade = Cascade()
    notes: tuple[Note, ...] = ()


class _CanonicalFile(BaseModel):
    """The dataclasses inside take over this configuration: an unknown key is an error everywhere."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    format: Literal["ladder/1"]
    ladder: _Header
    tracks: tuple[Track, ...] = ()
    groups: tuple[Group, ...] = ()
    dimensions: tuple[Dimension, ...]
    levels: tuple[Level, ...]
    common: Common = Common()
    mixins: tuple[Mixin, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()

    def value(self) -> Ladder:
        header = {name: getattr(self.ladder, name) for name in _Header.model_fields}
        lists = {name: getattr(self, name) for name in _BELOW_HEADER}
        return Ladder(**header, **lists)


_BELOW_HEADER = [name for name in _CanonicalFile.model_fields if name not in {"format", "ladder"}]

#: Every key that a ladder file may have; given with an empty value it counts as not given.
_KEYS = {*_CanonicalFile.model_fields, *_Header.model_fields} | {
    field.name
    for kind in vars(document).values()
    if dataclasses.is_dataclass(kind)
    for field in dataclasses.fields(kind)
}


def load(text: str) -> Ladder:
    """Reads YAML or JSON. Raises CanonicalError with everything that is wrong."""
    try:
        root, problems = read_nodes(text)
    except UnreadableYamlError as error:
        raise CanonicalError([error.problem]) from None
    if not isinstance(root.value, dict):
        raise CanonicalError(
            [YamlProblem(1, 1, f"A file that starts with “format: {FORMAT}” is needed.")]
        )
    data = root.plain()
    try:
        file = _CanonicalFile.model_validate(_shaped(data))
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)
        problems += [
            _problem(root, each, suggest=number < _MOST_HINTS)
            for number, each in enumerate(details)
        ]
        unknown = [each["loc"] for each in details if _is_unknown_key(each)]
        if len(unknown) < len(details):
            raise CanonicalError(problems) from None
        file = _CanonicalFile.model_validate(_without(_shaped(data), unknown))
    ladder = file.value()
    problems += [_at(root, path, sentence) for path, sentence in faults(ladder)]
    if problems:
        raise CanonicalError(problems)
    return ladder


def dump(ladder: Ladder) -> str:
    """The ladder as a YAML file for people."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    # ruamel types this switch by its default, None.
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    # One line for each text: a change of one word is a change of one line.
    yaml.width = MAX_BYTES
    stream = io.StringIO()
    yaml.dump(_file(ladder), stream)
    return stream.getvalue()


def as_data(ladder: Ladder) -> dict[str, Any]:
    """The file as plain mappings and lists."""
    return _file(ladder)


def as_json(ladder: Ladder) -> str:
    """The same file as compact JSON: equal ladders give equal text."""
    return json.dumps(_file(ladder), ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Ladder:
    """Reads what `as_json` wrote. Text from anywhere else goes through `load`."""
    return _CanonicalFile.model_validate(_shaped(json.loads(text))).value()


# From the file's form to the values' form: short forms become long, tables become lists.


def _shaped(data: Any) -> Any:
    if isinstance(data, list):
        return [_shaped(each) for each in data]
    if not isinstance(data, dict):
        return data
    return {
        key: _shaped_value(key, value)
        for key, value in data.items()
        if value is not None or key not in _KEYS
    }


def _shaped_value(key: str, value: Any) -> Any:
    if key == "cells" and isinstance(value, dict):
        return _shaped_cells(value)
    if key == "cells_by_level" and isinstance(value, dict):
        return [
            {"level": level, "cells": _shaped_value("cells", cells or {})}
            for level, cells in value.items()
        ]
    if key in {"expectations", "examples"} and isinstance(value, list):
        return [{"text": each} if isinstance(each, (str, int)) else _shaped(each) for each in value]
    return _shaped(value)


def _shaped_cells(cells: Mapping[str, Any]) -> list[Any]:
    shaped = []
    for dimension, cell in cells.items():
        content = _shaped({} if cell is None else cell)
        if isinstance(content, dict):
            # Said inside a cell, "dimension" is one key too many: the table says it already.
            extra = {"dimension in a cell": content["dimension"]} if "dimension" in content else {}
            content = {**content, **extra, "dimension": dimension}
        shaped.append(content)
    return shaped


# From the values' form to the file's form: what is not given is left out.


def _file(ladder: Ladder) -> dict[str, Any]:
    given = _given(ladder)
    below = {name: given.pop(name) for name in _BELOW_HEADER if name in given}
    return {"format": FORMAT, "ladder": given, "dimensions": [], "levels": [], **below}


def _given(value: Any) -> dict[str, Any]:
    return {
        field.name: _written(getattr(value, field.name))
        for field in dataclasses.fields(value)
        if getattr(value, field.name) != field.default
    }


def _written(value: Any) -> Any:
    if isinstance(value, (Expectation, Example)) and type(value)(value.text) == value:
        return value.text
    if isinstance(value, tuple):
        if value and isinstance(value[0], Cell):
            return {cell.dimension: _given_except(cell, "dimension") for cell in value}
        if value and isinstance(value[0], LevelCells):
            return {each.level: _written(each.cells) or {} for each in value}
        return [_written(each) for each in value]
    return _given(value) if dataclasses.is_dataclass(value) else value


def _given_except(value: Any, name: str) -> dict[str, Any]:
    return {key: each for key, each in _given(value).items() if key != name}


# Problems: where they are, and in whose words.


def _is_unknown_key(details: ErrorDetails) -> bool:
    return details["type"] in {"extra_forbidden", "unexpected_keyword_argument"}


def _without(data: Any, paths: Iterable[Path]) -> Any:
    """The data without the values at these paths."""
    for path in paths:
        holder = data
        for step in path[:-1]:
            holder = holder[step]
        holder.pop(path[-1], None)
    return data


def _problem(root: Node, details: ErrorDetails, *, suggest: bool) -> YamlProblem:
    path = details["loc"]
    if _is_unknown_key(details):
        key = str(path[-1]).split(" ")[0]
        near = get_close_matches(key, _KEYS, 1) if suggest else []
        hint = f" Did you mean “{near[0]}”?" if near and near[0] != key else ""
        return _at(root, (*path[:-1], key), f"The key “{key}” is not known here.{hint}", key=True)
    if details["type"] == "missing":
        return _at(root, path[:-1], f"The key “{path[-1]}” is missing.")
    return _at(root, path, _SENTENCES.get(details["type"], "{msg}.").format(**_words(details)))


def _words(details: ErrorDetails) -> dict[str, str]:
    expected = str(details.get("ctx", {}).get("expected", "")).replace("'", "")
    return {"msg": details["msg"], "expected": expected}


_SENTENCES = {
    "string_type": "This must be text.",
    "int_type": "This must be a whole number.",
    "int_parsing": "This must be a whole number.",
    "int_from_float": "This must be a whole number.",
    "bool_type": "This must be true or false.",
    "bool_parsing": "This must be true or false.",
    "literal_error": "This must be {expected}.",
    "tuple_type": "This must be a list.",
    "dataclass_type": "This must be a mapping of keys to values.",
    "model_type": "This must be a mapping of keys to values.",
}


def _at(root: Node, path: Path, sentence: str, *, key: bool = False) -> YamlProblem:
    """The problem at the deepest place of the path that the file has."""
    if path and path[0] in _Header.model_fields and path[0] not in _CanonicalFile.model_fields:
        path = ("ladder", *path)
    node, place = root, (root.line, root.column)
    for number, step in enumerate(path):
        if isinstance(node.value, dict):
            name = list(node.value)[step] if isinstance(step, int) else step
            if name not in node.value:
                continue
            at_key = isinstance(step, int) or (key and number == len(path) - 1)
            node, key_place = node.value[name], node.keys[name]
            place = key_place if at_key else (node.line, node.column)
        elif isinstance(node.value, list) and isinstance(step, int):
            node = node.value[step]
            place = (node.line, node.column)
    return YamlProblem(*place, sentence)
