"""A data file (YAML or JSON in no form of ours) -> outline: mappings become headings, lists become items.

The names of the fields say what is what. Records that name a level and a dimension by their ids are put under both.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ladders.importing.fields import (
    FieldFound,
    Fields,
    FieldUse,
    is_texts,
    is_warning,
    kind_of,
    place,
    spoken,
    titled,
)
from ladders.importing.lines import BULLET, SourceLine, tell
from ladders.importing.outline import Block, Builder, Hint, Outline, every_block
from ladders.importing.records import Flat, Joined, Record, flat_records, joined_records
from ladders.names import is_code, is_like_a_level
from ladders.yaml_nodes import Node

_DEEPEST = 9


@dataclass(frozen=True, slots=True)
class Data:
    """`said` is what the file says of the whole: organisation, licence, version and language."""

    outline: Outline
    said: dict[str, str]
    fields: tuple[FieldFound, ...]


def read_data(
    root: Node,
    lines: tuple[str, ...],
    file: int = 0,
    fields: Mapping[str, FieldUse] | None = None,
) -> Data:
    """`fields` is what a person says of fields. Never raises; what no field makes sense of stays a stray line."""
    builder = Builder(lines, file)
    teller = _Teller(builder, Fields(root, fields))
    joined = joined_records(root, teller.fields)
    if joined:
        teller.records(joined)
    elif flat := flat_records(root, teller.fields):
        teller.around(root, flat)
        teller.table(flat)
    else:
        teller.thing(root, 1, "")
    outline = builder.outline()
    outline = replace(outline, strays=(*outline.strays, *_unused(root, teller, outline)))
    return Data(outline, teller.said, teller.fields.found(root))


def _unused(root: Node, teller: "_Teller", outline: Outline) -> Iterator[Block]:
    """Values that nothing was made of, in lines that hold others: a whole file may be one line."""
    held = {
        line
        for block in every_block(outline.blocks)
        if block.kind != "table"
        for line in range(block.line, block.last_line + 1)
    }
    for key, node in _values(root, ""):
        if id(node) not in teller.used and node.line in held and str(node.value).strip():
            text = f"{spoken(key)}: {node.value}" if key else str(node.value)
            raw = outline.lines[node.line - 1]
            yield Block(
                "unused",
                node.line,
                node.line,
                " ".join(text.split()),
                raw,
                file=teller.builder.file,
            )


def _values(node: Node, key: str) -> Iterator[tuple[str, Node]]:
    """Every plain value with the key that it stands under."""
    if isinstance(node.value, dict):
        for name, each in node.value.items():
            yield from _values(each, name)
    elif isinstance(node.value, list):
        for each in node.value:
            yield from _values(each, key)
    elif node.value is not None:
        yield key, node


def is_like_a_ladder(root: Node) -> bool:
    """Whether the data holds lists of things that hold more: front matter can be a whole ladder."""
    return isinstance(root.value, dict) and any(
        isinstance(inner.value, (dict, list))
        for node in root.value.values()
        if isinstance(node.value, list)
        for each in node.value
        if isinstance(each.value, dict)
        for inner in each.value.values()
    )


class _Teller:
    def __init__(self, builder: Builder, fields: Fields) -> None:
        self.builder = builder
        self.fields = fields
        self.said: dict[str, str] = {}
        #: The values, by their `id`, that are told or understood.
        self.used: set[int] = set()
        #: The fields of a thing, by its `id`, whose names are those of dimensions.
        self.dimensions: dict[int, set[str]] = {}
        #: Levels, by their `id`, of which only a summary is said.
        self.introduced: set[int] = set()

    # -- Pieces

    def use(self, node: Node) -> None:
        self.used.add(id(node))

    def named(self, node: Node, heading: str) -> None:
        """The name and the code of a thing are in its heading, and so in the ladder."""
        fields = self.fields
        for key, value in node.value.items() if isinstance(node.value, dict) else ():
            text = str(value.value)
            is_code_of_it = fields.is_number(key, value) or (fields.is_id(key) and is_code(text))
            is_said = fields.is_name(key) or is_code_of_it
            if is_said and id(value) not in self.used and text.strip() and text in heading:
                self.use(value)
                self.builder.add_verbatim("naming", value.line, value.last_line)

    def heading(self, node: Node, text: str, depth: int, hint: Hint = "") -> None:
        self.use(node)
        self.builder.add("heading", node.line, node.last_line, titled(text), min(depth, _DEEPEST))
        if hint:
            blocks = self.builder.targets[-1]
            blocks[-1] = replace(blocks[-1], hint=hint)

    def words(self, node: Node) -> None:
        """A text: paragraphs, and the lists that it may hold itself."""
        self.use(node)
        text = str(node.value)
        first = node.text_line
        lines = [
            SourceLine(min(first + at, node.last_line), each)
            for at, each in enumerate(text.split("\n"))
        ]
        if len(lines) == 1 and node.last_line > first and not BULLET.fullmatch(text):
            # One line of text that the file breaks into several.
            self.builder.paragraph(first, node.last_line, text)
        else:
            tell(self.builder, lines, apart=False)

    def item(self, node: Node, details: Iterable[Node] = ()) -> None:
        self.use(node)
        text = " ".join(str(node.value).split())
        if text:
            self.builder.open_item()
            self.builder.paragraph(node.line, node.last_line, text)
            for detail in details:
                self.use(detail)
                said = " ".join(str(detail.value).split())
                self.builder.paragraph(detail.line, detail.last_line, said)
            self.builder.close_item(node.line)

    def by_kind(self, text: Node, kind: Node | None, details: Iterable[Node] = ()) -> None:
        """A statement, or a sign of the opposite where its kind says so."""
        if kind is None or not is_warning(str(kind.value)):
            self.item(text, details)
        else:
            self.use(text)
            said = " ".join(str(text.value).split())
            self.builder.add("warning", text.line, text.last_line, said, 1)
        if kind is not None:
            self.use(kind)
            self.builder.add_verbatim("reference", kind.line, kind.last_line)

    def example(self, node: Node) -> None:
        self.use(node)
        self.builder.open_quote()
        self.builder.paragraph(node.line, node.last_line, " ".join(str(node.value).split()))
        self.builder.close_quote()

    def announce(self, node: Node, words: str) -> None:
        self.use(node)
        self.builder.paragraph(node.line, node.line, words)

    # -- Things

    def thing(self, node: Node, depth: int, hint: Hint) -> None:
        """A mapping with a name is a heading with what its other keys hold."""
        fields = self.fields
        if isinstance(node.value, list):
            self.several(node, depth, hint)
        elif isinstance(node.value, dict):
            key, name = fields.name_of(node, hint)
            if name is not None:
                fields.note(key, "name")
                text = fields.with_code(fields.level_word(name, key, hint), node, hint)
                hint = hint or fields.hint_for(key)
                self.heading(name, text, depth, hint)
                is_level = hint == "level" or (not hint and is_like_a_level(text))
                if is_level and fields.only_introduces(node):
                    self.introduced.add(id(node))
                self.named(node, text)
                depth += 1
            self.body(node, depth, {key} if name is not None else set())
        elif node.value is not None:
            self.item(node)

    def several(self, node: Node, depth: int, hint: Hint) -> None:
        for at in self.order_of(node.value, hint):
            each = node.value[at]
            if isinstance(each.value, dict) and (text := self.fields.statement_of(each)):
                self.statement(each, *text)
            else:
                self.thing(each, depth, hint)

    def order_of(self, nodes: Sequence[Node], hint: Hint) -> list[int]:
        for rank in self.fields.ranks_of(nodes, hint):
            self.use(rank)
        dimensions = self.fields.dimensions_of(nodes, hint)
        if dimensions:
            self.dimensions.update((id(node), dimensions) for node in nodes)
        return self.fields.order_of(nodes, hint)

    def statement(self, node: Node, key: str, text: Node) -> None:
        """A mapping that is one statement, with details and examples of its own."""
        fields = self.fields
        details = {
            other: value
            for other, value in node.value.items()
            if fields.is_details(other) and other != key and str(value.value or "").strip()
        }
        fields.note(key, "expectations")
        for other in details:
            fields.note(other, "details")
        self.by_kind(text, kind_of(node), details.values())
        for other, value in node.value.items():
            if other != key and fields.is_examples(other):
                self.examples(other, value)

    def examples(self, key: str, value: Node) -> None:
        for each in value.value if isinstance(value.value, list) else [value]:
            if each.value is not None and not isinstance(each.value, (dict, list)):
                self.fields.note(key, "examples")
                self.example(each)

    def body(self, node: Node, depth: int, used: set[str]) -> None:
        """`used` are the fields that name the thing; none where nothing does."""
        only = self.fields.only_text(node, used) if used else None
        ordered = sorted(node.value.items(), key=lambda each: self.fields.comes_late(each[0]))
        for key, value in ordered:
            if key in self.dimensions.get(id(node), ()) and value.value is not None:
                self.named_by_key(node, key, depth)
                self.words(value)
            elif key == only:
                self.fields.note(key, "expectations")
                self.words(value)
            elif key not in used and value.value is not None:
                self.field(node, key, value, depth)

    def field(self, node: Node, key: str, value: Node, depth: int) -> None:
        if self.fields.said.get(key) == "ignore":
            return
        if isinstance(value.value, (str, int, bool)):
            self.plain_field(node, key, value, depth)
        elif is_texts(value):
            self.texts(node, key, value, depth)
        elif isinstance(value.value, list):
            self.things(node, key, value, depth)
        else:
            self.mapping(node, key, value, depth)

    def texts(self, node: Node, key: str, value: Node, depth: int) -> None:
        fields = self.fields
        if fields.is_examples(key):
            fields.note(key, "examples")
            self.announce(place(node, key), "Examples:")
        elif fields.is_warnings(key):
            fields.note(key, "warnings")
            self.announce(place(node, key), "Red flags:")
        elif fields.is_list(key):
            fields.note(key, "expectations")
        else:
            self.named_by_key(node, key, depth)
        self.several(value, depth + 1, "")

    def things(self, node: Node, key: str, value: Node, depth: int) -> None:
        fields = self.fields
        hint = fields.hint_for(key)
        states = any(fields.statement_of(each) for each in value.value)
        if states and not fields.is_list(key) and fields.said.get(key) != "holder":
            self.named_by_key(node, key, depth)
        else:
            fields.note(key, hint or ("expectations" if states else "holder"))
        self.several(value, depth, hint)

    def mapping(self, node: Node, key: str, value: Node, depth: int) -> None:
        fields = self.fields
        hint = fields.hint_for(key)
        if hint or fields.is_holder(key) or fields.is_list(key):
            fields.note(key, hint or "holder")
            self.keyed(value, depth, hint)
            return
        self.named_by_key(node, key, depth)
        if text := fields.statement_of(value):
            self.statement(value, *text)
        else:
            self.keyed(value, depth + 1, "")

    def named_by_key(self, node: Node, key: str, depth: int) -> None:
        self.fields.note(key, "heading")
        self.heading(place(node, key), spoken(key), depth)

    def plain_field(self, node: Node, key: str, value: Node, depth: int) -> None:
        fields = self.fields
        whole = fields.about_the_whole(key)
        if not str(value.value).strip():
            return
        if fields.said.get(key) == "heading":
            self.named_by_key(node, key, depth)
            self.words(value)
        elif fields.is_id(key):
            fields.note(key, "code")
        elif fields.is_summary(key):
            fields.note(key, "summary")
            if id(node) in self.introduced and id(node) not in self.dimensions:
                self.use(value)
                text = " ".join(str(value.value).split())
                self.builder.add_verbatim("about", value.line, value.last_line, text)
            else:
                self.words(value)
        elif fields.is_text(key):
            fields.note(key, "expectations")
            self.text(key, value)
        elif fields.is_cascade(key) and value.value is not False:
            fields.note(key, "cascade")
            self.announce(value, f"{spoken(key)}: {value.value}".lower())
        elif whole:
            fields.note(key, whole)
            self.said.setdefault(whole, str(value.value))
            self.use(value)
            self.builder.add_verbatim("metadata", value.line, value.last_line, str(value.value))

    def text(self, key: str, value: Node) -> None:
        """A line that a person says to be an expectation is one, and not the prose of a cell."""
        if key in self.fields.said and "\n" not in str(value.value).strip():
            self.item(value)
        else:
            self.words(value)

    def keyed(self, node: Node, depth: int, hint: Hint) -> None:
        """A mapping whose keys are names, or an ordinary thing."""
        fields = self.fields
        entries = list(node.value.items())
        for at in self.order_of([value for _, value in entries], hint):
            key, value = entries[at]
            if value.value is None:
                continue
            if isinstance(value.value, (str, int, bool)) and self.is_about_the_rest(key):
                self.plain_field(node, key, value, depth)
                continue
            is_field = fields.hint_for(key) or fields.is_list(key) or fields.is_examples(key)
            if (not hint and is_field) or key in fields.said:
                self.field(node, key, value, depth)
                continue
            if hint:
                fields.note_name(key)
            else:
                fields.note(key, "heading")
            name = fields.key_name(key, value)
            if isinstance(value.value, dict):
                name = fields.with_code(name, value, hint)
            self.heading(place(node, key), name, depth, hint)
            self.named(value, name)
            if isinstance(value.value, dict) and (text := fields.statement_of(value)):
                self.statement(value, *text)
            elif isinstance(value.value, dict):
                self.body_or_keyed(value, depth + 1)
            elif isinstance(value.value, list):
                self.several(value, depth + 1, "")
            else:
                self.words(value)

    def is_about_the_rest(self, key: str) -> bool:
        """Whether a text among things that are named by their keys speaks of them all."""
        fields = self.fields
        return bool(
            fields.is_id(key)
            or fields.is_name(key)
            or fields.is_summary(key)
            or fields.about_the_whole(key)
            or fields.is_cascade(key)
        )

    def body_or_keyed(self, node: Node, depth: int) -> None:
        fields = self.fields
        used = {key for key in node.value if fields.is_name(key)}
        for key in used:
            fields.note(key, "name")
        if any(map(fields.is_structural, node.value)):
            self.body(node, depth, used)
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
                value
                for key, value in dimension.node.value.items()
                if self.fields.is_summary(key) and isinstance(value.value, str)
            ]
            if texts:
                self.heading(dimension.name, str(dimension.name.value), 2, "dimension")
                self.about(dimension.node)

    def record(self, record: Record, joined: Joined) -> None:
        """A statement with its id and what else the record says of it."""
        fields = self.fields
        kind = kind_of(record.node)
        self.by_kind(record.text, kind)
        for key, value in record.node.value.items():
            if value is record.text or value is kind or fields.said.get(key) == "ignore":
                continue
            if fields.is_examples(key):
                self.examples(key, value)
                continue
            if isinstance(value.value, (dict, list)):
                continue
            self.use(value)
            if key in joined.columns:
                self.builder.add_verbatim("reference", value.line, value.last_line)
            elif fields.is_id(key):
                fields.note(key, "code")
                self.builder.add_verbatim("identifier", value.line, value.line, str(value.value))
            elif value.value is not None:
                fields.note(key, "attribute")
                said = f"{spoken(key)}: {value.value}"
                self.builder.add_verbatim("attribute", value.line, value.last_line, said)

    def about(self, node: Node) -> None:
        for key, value in node.value.items():
            if self.fields.is_summary(key) and isinstance(value.value, str):
                self.fields.note(key, "summary")
                self.words(value)

    def around(self, root: Node, flat: Flat) -> None:
        """What the file says beside its records."""
        if not isinstance(root.value, dict):
            return
        key, name = self.fields.name_of(root, "")
        if name is not None:
            self.fields.note(key, "name")
            self.heading(name, str(name.value), 1)
        for other, value in root.value.items():
            if other not in {key, flat.key} and value.value is not None:
                self.field(root, other, value, 1)

    def table(self, table: Flat) -> None:
        """Records with the same fields are a table with a row for each."""
        builder, rows = self.builder, table.rows
        first = {key: row for row in reversed(rows) for key in row.value}
        builder.open_table(rows[0].line)
        builder.open_row()
        for key, header in table.headers.items():
            builder.open_cell(is_header=True)
            at = place(first[key], key)
            builder.add_verbatim("reference", at.line, at.line, header)
            builder.close_cell()
        for row in rows:
            builder.open_row()
            for key in table.headers:
                builder.open_cell(is_header=False)
                value = row.value.get(key)
                if value is not None and value.value is not None:
                    if isinstance(value.value, list):
                        self.several(value, 1, "")
                    else:
                        self.words(value)
                builder.close_cell()
        builder.close_table(rows[-1].last_line)
