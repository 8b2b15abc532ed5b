"""A data file (YAML or JSON in no form of ours) -> outline: mappings become headings, lists become items.

The names of the fields say what is what. Records that name a level and a dimension by their ids are put under both.
"""

from collections.abc import Iterable, Iterator
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
    in_order,
    is_structural,
    is_texts,
    is_warning,
    key_name,
    kind_of,
    late,
    level_word,
    name_of,
    place,
    spoken,
    statement_of,
    titled,
    with_code,
)
from ladders.importing.lines import BULLET, Line, tell
from ladders.importing.outline import Block, Builder, Hint, Outline, every_block
from ladders.importing.records import Flat, Joined, Record, flat_records, joined_records
from ladders.names import is_code
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
    elif flat := flat_records(root):
        teller.around(root, flat)
        teller.table(flat.rows)
    else:
        teller.thing(root, 1, "")
    outline = builder.outline()
    return replace(outline, strays=(*outline.strays, *_unused(root, teller, outline))), teller.said


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
    """Whether the data holds lists of texts below lists of things: front matter can be a whole ladder."""
    return isinstance(root.value, dict) and any(
        isinstance(node.value, list) and any(isinstance(each.value, dict) for each in node.value)
        for node in root.value.values()
    )


class _Teller:
    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.said: dict[str, str] = {}
        #: The values, by their `id`, that are told or understood.
        self.used: set[int] = set()

    # -- Pieces

    def use(self, node: Node) -> None:
        self.used.add(id(node))

    def use_names(self, node: Node) -> None:
        """The name and the ids of a thing are in its heading."""
        for key, value in node.value.items() if isinstance(node.value, dict) else ():
            if key.lower() in NAMES or (key.lower() in IDS and is_code(str(value.value))):
                self.use(value)

    def heading(self, node: Node, text: str, depth: int, hint: Hint = "") -> None:
        self.use(node)
        self.builder.add("heading", node.line, node.last_line, titled(text), min(depth, _DEEPEST))
        if hint:
            blocks = self.builder.targets[-1]
            blocks[-1] = replace(blocks[-1], hint=hint)

    def words(self, node: Node, *, as_items: bool = False) -> None:
        """A text: paragraphs, and the lists that it may hold itself."""
        self.use(node)
        text = str(node.value)
        first = node.text_line
        lines = [
            Line(min(first + at, node.last_line), each) for at, each in enumerate(text.split("\n"))
        ]
        if as_items:
            self.item(node)
        elif len(lines) == 1 and node.last_line > first and not BULLET.fullmatch(text):
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
        if isinstance(node.value, list):
            self.several(node, depth, hint)
        elif isinstance(node.value, dict):
            key, name = name_of(node, hint)
            if name is not None:
                text = with_code(level_word(name, key, hint), node, hint)
                self.use_names(node)
                self.heading(name, text, depth, hint_of(key, hint))
                depth += 1
            self.fields(node, depth, {key} if name is not None else set())
        elif node.value is not None:
            self.item(node)

    def several(self, node: Node, depth: int, hint: Hint) -> None:
        things, placed = in_order(node.value) if hint == "level" else (node.value, ())
        for place_in_order in placed:
            self.use(place_in_order)
        for each in things:
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
        self.by_kind(text, kind_of(node), details)
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
            self.use(value)
            self.builder.add_verbatim("metadata", value.line, value.last_line, str(value.value))

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
            self.use_names(value)
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
        kind = kind_of(record.node)
        self.by_kind(record.text, kind)
        for key, value in record.node.value.items():
            if value is record.text or isinstance(value.value, (dict, list)):
                continue
            self.use(value)
            if value is kind:
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

    def around(self, root: Node, flat: Flat) -> None:
        """What the file says beside its records."""
        if not isinstance(root.value, dict):
            return
        key, name = name_of(root, "")
        if name is not None:
            self.heading(name, str(name.value), 1)
        for other, value in root.value.items():
            if other not in {key, flat.key} and value.value is not None:
                self.plain_field(other, value)

    def table(self, rows: list[Node]) -> None:
        """Records with the same keys are a table with a row for each."""
        builder = self.builder
        keys = list(dict.fromkeys(key for row in rows for key in row.value))
        first = {key: row for row in reversed(rows) for key in row.value}
        builder.open_table(rows[0].line)
        builder.open_row()
        for key in keys:
            builder.open_cell(is_header=True)
            at = place(first[key], key)
            builder.add_verbatim("reference", at.line, at.line, spoken(key))
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
