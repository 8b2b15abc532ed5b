"""YAML or JSON text -> a tree of nodes that know their line and column.

Only what a data file needs: one document of mappings, lists and plain values. Anchors, aliases, tags
and repeated keys are refused, so that no small file can unfold into a large one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

MAX_BYTES = 256 * 1024
MAX_DEPTH = 12
#: Values, and keys with them: ten times as many as we have seen.
MOST_NODES = 20_000

Step = str | int


@dataclass(frozen=True, slots=True)
class YamlProblem:
    """What is wrong in a file, and where; line and column count from 1."""

    line: int
    column: int
    sentence: str


@dataclass(slots=True)
class Node:
    """`value` is a mapping of nodes, a list of nodes, or a plain value; `keys` are the keys' places."""

    line: int
    column: int
    value: Any = None
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    last_line: int = 0
    #: The line that a text starts on: below its place when it is written as a block.
    text_line: int = 0

    def plain(self) -> Any:
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


class UnreadableYamlError(Exception):
    """The text is not one plain YAML or JSON document; `problem` says where."""

    def __init__(self, line: int, column: int, sentence: str) -> None:
        super().__init__(sentence)
        self.problem = YamlProblem(line, column, sentence)


def read_nodes(text: str) -> tuple[Node, list[YamlProblem]]:
    """The tree, and the repeated keys found in it. Raises UnreadableYamlError on anything worse."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise UnreadableYamlError(1, 1, f"The file is larger than {MAX_BYTES // 1024} KB.")
    if text.lstrip().startswith("{"):
        # JSON may be indented by tabs, which YAML refuses; inside its strings there can be none.
        text = text.replace("\t", " ")
    builder = _NodeBuilder()
    try:
        for event in _events(text):
            builder.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise UnreadableYamlError(
            line, column, f"This is not valid YAML: {error.problem}."
        ) from None
    except (YAMLError, ValueError, IndexError) as error:
        # Characters that no YAML file may contain are reported without a mark.
        reason = str(error).strip().splitlines()[0]
        raise UnreadableYamlError(1, 1, f"This is not valid YAML: {reason}.") from None
    if builder.root is None:
        raise UnreadableYamlError(1, 1, "The file is empty.")
    return builder.root, builder.problems


def _events(text: str) -> Iterator[Event]:
    yaml = YAML(typ="safe", pure=True)
    yield from yaml.parse(text)


class _NodeBuilder:
    """Events -> nodes, without recursion."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.problems: list[YamlProblem] = []
        self.open: list[Node] = []
        self.key: list[str | None] = []
        self.documents = 0
        self.count = 0

    def take(self, event: Event) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise UnreadableYamlError(
                    line, column, "A second document starts here; one is allowed."
                )
        if isinstance(event, AliasEvent):
            raise UnreadableYamlError(
                line, column, "References to other places (*name) are not allowed."
            )
        if isinstance(event, NodeEvent) and event.anchor:
            raise UnreadableYamlError(line, column, "Anchors (&name) are not allowed.")
        if isinstance(event, (ScalarEvent, CollectionStartEvent)) and event.tag:
            raise UnreadableYamlError(line, column, "Tags (!name) are not allowed.")
        if isinstance(event, ScalarEvent):
            self.add(_scalar(event, line, column), event)
        elif isinstance(event, CollectionStartEvent):
            if len(self.open) >= MAX_DEPTH:
                raise UnreadableYamlError(line, column, f"Nested deeper than {MAX_DEPTH} levels.")
            node = Node(line, column, {} if isinstance(event, MappingStartEvent) else [])
            self.add(node, event)
            self.open.append(node)
            self.key.append(None)
        elif isinstance(event, CollectionEndEvent):
            self.open.pop().last_line = line
            self.key.pop()

    def add(self, node: Node, event: Event) -> None:
        self.count += 1
        if self.count > MOST_NODES:
            raise UnreadableYamlError(
                node.line,
                node.column,
                f"More than {MOST_NODES:,} keys and values. No ladder has so many.",
            )
        if not self.open:
            self.root = node
        elif isinstance(self.open[-1].value, list):
            self.open[-1].value.append(node)
        elif self.key[-1] is None:
            self.take_key(node, event)
            return
        else:
            self.open[-1].value.setdefault(self.key[-1], node)
            self.key[-1] = None
        if isinstance(event, ScalarEvent):
            node.value = _resolved(event)
            if isinstance(node.value, str) and _CONTROL.search(node.value):
                self.problems.append(
                    YamlProblem(node.line, node.column, "Control characters are not allowed.")
                )

    def take_key(self, node: Node, event: Event) -> None:
        if not isinstance(event, ScalarEvent):
            raise UnreadableYamlError(node.line, node.column, "A key must be plain text.")
        key = _characters(event.value)
        if key in self.open[-1].keys:
            self.problems.append(
                YamlProblem(node.line, node.column, f"The key “{key}” is repeated.")
            )
        self.open[-1].keys.setdefault(key, (node.line, node.column))
        self.key[-1] = key


def _scalar(event: ScalarEvent, line: int, column: int) -> Node:
    end = event.end_mark
    last = max(line, end.line if end.column == 0 else end.line + 1)
    starts_below = event.style in {"|", ">"} and last > line
    return Node(line, column, last_line=last, text_line=line + 1 if starts_below else line)


#: What no text of a ladder may contain, and no database would keep: controls and half characters.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,15})")


def _resolved(event: ScalarEvent) -> str | int | bool | None:
    """YAML 1.2 core values; a number with a fraction stays as it is written."""
    text = _characters(event.value)
    if event.style is not None:
        return text
    if text in {"", "~", "null", "Null", "NULL"}:
        return None
    if text in {"true", "True", "TRUE", "false", "False", "FALSE"}:
        return text.lower() == "true"
    return int(text) if _INTEGER.fullmatch(text) else text


def _characters(text: str) -> str:
    """JSON writes a character beyond U+FFFF as two escapes; together they are one character."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
