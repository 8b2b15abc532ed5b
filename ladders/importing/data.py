"""A data file (YAML or JSON in no form of ours) -> outline: mappings become headings, lists become items.

The names of the fields say what is what. Records that name a level and a dimension by their ids are put under both.
"""

from collections.abc import Iterable
from dataclasses import replace

from ladders.importing.fields import (
    CUMULATIVE,
    DETAILS,
    EXAMPLES,
    IDS,
    LISTS,
    METADATA,
    NAMES,
    SUMMARIES,
    TEXTS,
    WARNINGS,
    WRAPPERS,
    hint_for,
    hint_of,
    is_structural,
    is_texts,
    key_name,
    late,
    level_word,
    name_of,
    place,
    spoken,
    statement_of,
    titled,
    with_code,
)
from ladders.importing.lines import Line, tell
from ladders.importing.outline import Builder, Hint, Outline
from ladders.importing.records import Joined, Record, flat_records, joined_records
from ladders.yaml_nodes import Node

_DEEPEST = 9


def read_data(root: Node, lines: tuple[str, ...], file: int = 0) -> tuple[Outline, dict[str, str]]:
    """The outline, and what the file says of the whole: organisation, licence, version and language.

    Never raises; what no key makes sense of stays a stray line.
    """
    builder = Builder(lines, file)
    teller = _Teller(builder)
    joined = joined_records(root)
    if joined:
        teller.records(joined)
    elif table := flat_records(root):
        teller.table(table)
    else:
        teller.thing(root, 1, "")
    return builder.outline(), teller.said


def is_like_a_ladder(root: Node) -> bool:
    """Whether the data holds lists of texts below lists of things: front matter can be a whole ladder."""
    return isinstance(root.value, dict) and any(
        isinstance(node.value, list) and any(isinstance(each.value, dict) for each in node.value)
        for node in root.value.values()
    )


class _Teller:
    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.said: dict[str, str] = {}

    # -- Pieces

    def heading(self, node: Node, text: str, depth: int, hint: Hint = "") -> None:
        self.builder.add("heading", node.line, node.last_line, titled(text), min(depth, _DEEPEST))
        if hint:
            blocks = self.builder.targets[-1]
            blocks[-1] = replace(blocks[-1], hint=hint)

    def words(self, node: Node, *, as_items: bool = False) -> None:
        """A text: paragraphs, and the lists that it may hold itself."""
        text = str(node.value)
        first = node.text_line
        lines = [
            Line(min(first + at, node.last_line), each) for at, each in enumerate(text.split("\n"))
        ]
        if as_items:
            self.item(node)
        else:
            tell(self.builder, lines, apart=False)

    def item(self, node: Node, details: Iterable[Node] = ()) -> None:
        text = " ".join(str(node.value).split())
        if text:
            self.builder.open_item()
            self.builder.paragraph(node.line, node.last_line, text)
            for detail in details:
                said = " ".join(str(detail.value).split())
                self.builder.paragraph(detail.line, detail.last_line, said)
            self.builder.close_item(node.line)

    def example(self, node: Node) -> None:
        self.builder.open_quote()
        self.builder.paragraph(node.line, node.last_line, " ".join(str(node.value).split()))
        self.builder.close_quote()

    def announce(self, node: Node, words: str) -> None:
        self.builder.paragraph(node.line, node.line, words)

    # -- Things

    def thing(self, node: Node, depth: int, hint: Hint) -> None:
        """A mapping with a name is a heading with what its other keys hold."""
        if isinstance(node.value, list):
            self.several(node, depth, hint)
        elif isinstance(node.value, dict):
            key, name = name_of(node, hint)
            if name is not None:
                text = with_code(level_word(name, key, hint), node, hint)
                self.heading(name, text, depth, hint_of(key, hint))
                depth += 1
            self.fields(node, depth, {key} if name is not None else set())
        elif node.value is not None:
            self.item(node)

    def several(self, node: Node, depth: int, hint: Hint) -> None:
        for each in node.value:
            if isinstance(each.value, dict) and (text := statement_of(each)):
                self.statement(each, *text)
            else:
                self.thing(each, depth, hint)

    def statement(self, node: Node, key: str, text: Node) -> None:
        """A mapping that is one statement, with details and examples of its own."""
        details = [
            value
            for other, value in node.value.items()
            if DETAILS.fullmatch(other) and other != key and str(value.value or "").strip()
        ]
        self.item(text, details)
        for other, value in node.value.items():
            if other == key:
                continue
            if EXAMPLES.fullmatch(other):
                for each in value.value if isinstance(value.value, list) else [value]:
                    if each.value is not None and not isinstance(each.value, (dict, list)):
                        self.example(each)

    def fields(self, node: Node, depth: int, used: set[str]) -> None:
        for key, value in sorted(node.value.items(), key=lambda each: late(each[0])):
            if key not in used and value.value is not None:
                self.field(node, key, value, depth)

    def field(self, node: Node, key: str, value: Node, depth: int) -> None:
        hint = hint_for(key)
        if isinstance(value.value, (str, int, bool)):
            self.plain_field(key, value)
        elif EXAMPLES.fullmatch(key) and is_texts(value):
            self.announce(place(node, key), "Examples:")
            self.several(value, depth, "")
        elif WARNINGS.fullmatch(key) and is_texts(value):
            self.announce(place(node, key), "Red flags:")
            self.several(value, depth, "")
        elif is_texts(value):
            if not LISTS.fullmatch(key):
                self.heading(place(node, key), spoken(key), depth)
            self.several(value, depth + 1, "")
        elif isinstance(value.value, list):
            if any(statement_of(each) for each in value.value) and not LISTS.fullmatch(key):
                self.heading(place(node, key), spoken(key), depth)
            self.several(value, depth, hint)
        elif hint or WRAPPERS.fullmatch(key) or LISTS.fullmatch(key):
            self.keyed(value, depth, hint)
        else:
            self.heading(place(node, key), spoken(key), depth, "")
            if text := statement_of(value):
                self.statement(value, *text)
            else:
                self.keyed(value, depth + 1, "")

    def plain_field(self, key: str, value: Node) -> None:
        if key.lower() in IDS or not str(value.value).strip():
            return
        if SUMMARIES.fullmatch(key) or TEXTS.fullmatch(key):
            self.words(value)
        elif CUMULATIVE.fullmatch(key) and value.value is not False:
            self.announce(value, f"{spoken(key)}: {value.value}".lower())
        elif key.lower() in METADATA:
            self.said.setdefault(METADATA[key.lower()], str(value.value))
            self.builder.add_verbatim("reference", value.line, value.last_line)

    def keyed(self, node: Node, depth: int, hint: Hint) -> None:
        """A mapping whose keys are names, or an ordinary thing."""
        for key, value in node.value.items():
            if value.value is None:
                continue
            if isinstance(value.value, (str, int, bool)) and (
                key.lower() in IDS
                or key.lower() in NAMES
                or SUMMARIES.fullmatch(key)
                or key.lower() in METADATA
                or CUMULATIVE.fullmatch(key)
            ):
                self.plain_field(key, value)
                continue
            if not hint and (hint_for(key) or LISTS.fullmatch(key) or EXAMPLES.fullmatch(key)):
                self.field(node, key, value, depth)
                continue
            name = key_name(key, value)
            if isinstance(value.value, dict):
                name = with_code(name, value, hint)
            self.heading(place(node, key), name, depth, hint)
            if isinstance(value.value, dict) and (text := statement_of(value)):
                self.statement(value, *text)
            elif isinstance(value.value, dict):
                self.fields_or_keyed(value, depth + 1)
            elif isinstance(value.value, list):
                self.several(value, depth + 1, "")
            else:
                self.words(value)

    def fields_or_keyed(self, node: Node, depth: int) -> None:
        used = {key for key in node.value if key.lower() in NAMES}
        known = [key for key in node.value if is_structural(key)]
        if known:
            self.fields(node, depth, used)
        else:
            self.keyed(node, depth, "")

    # -- Records

    def records(self, joined: Joined) -> None:
        if joined.title:
            self.heading(joined.title, str(joined.title.value), 1)
        for summary in joined.summaries:
            self.words(summary)
        for level in joined.levels:
            self.heading(level.name, str(level.name.value), 2, "level")
            self.about(level.node)
            for dimension in joined.dimensions:
                found = [
                    record
                    for record in joined.records
                    if record.level == level.id and record.dimension == dimension.id
                ]
                if not found:
                    continue
                self.heading(dimension.name, str(dimension.name.value), 3, "dimension")
                for record in found:
                    self.record(record, joined)
        for dimension in joined.dimensions:
            # Described apart from the levels, under the same name.
            texts = [
                value for key, value in dimension.node.value.items() if SUMMARIES.fullmatch(key)
            ]
            if texts:
                self.heading(dimension.name, str(dimension.name.value), 2, "dimension")
                for text in texts:
                    self.words(text)

    def record(self, record: Record, joined: Joined) -> None:
        """A statement with its id and what else the record says of it."""
        self.item(record.text)
        for key, value in record.node.value.items():
            if value is record.text or isinstance(value.value, (dict, list)):
                continue
            if key in joined.columns:
                self.builder.add_verbatim("reference", value.line, value.last_line)
            elif key.lower() in IDS:
                self.builder.add_verbatim("identifier", value.line, value.line, str(value.value))
            elif value.value is not None:
                said = f"{spoken(key)}: {value.value}"
                self.builder.add_verbatim("attribute", value.line, value.last_line, said)

    def about(self, node: Node) -> None:
        for key, value in node.value.items():
            if SUMMARIES.fullmatch(key) and isinstance(value.value, str):
                self.words(value)

    def table(self, rows: list[Node]) -> None:
        """Records with the same keys are a table with a row for each."""
        builder = self.builder
        keys = list(rows[0].value)
        builder.open_table(rows[0].line)
        builder.open_row()
        for key in keys:
            builder.open_cell(is_header=True)
            self.announce(place(rows[0], key), spoken(key))
            builder.close_cell()
        for row in rows:
            builder.open_row()
            for key in keys:
                builder.open_cell(is_header=False)
                value = row.value.get(key)
                if value is not None and value.value is not None:
                    if isinstance(value.value, list):
                        self.several(value, 1, "")
                    else:
                        self.words(value)
                builder.close_cell()
        builder.close_table(rows[-1].last_line)
