"""A data file (YAML or JSON in no form of ours) -> outline: mappings become headings, lists become items.

The names of the keys say what is what: which key holds the name of a thing, which its statements,
which its examples. Records that name a level and a dimension by their ids are put under both.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ladders.importing.lines import Line, tell
from ladders.importing.outline import Builder, Hint, Outline
from ladders.names import level_likeness
from ladders.yaml_nodes import Node

_NAMES = ("title", "name", "label", "heading")
_NAMED_BY = (
    "level",
    "role",
    "grade",
    "band",
    "stage",
    "dimension",
    "competency",
    "category",
    "topic",
    "theme",
    "area",
    "skill",
    "pillar",
    "trait",
    "attribute",
    "track",
    "group",
)
_IDS = ("id", "key", "slug", "path", "code", "uuid", "short", "shortname", "identifier")
_SUMMARIES = re.compile(
    r"(?:summary|description|desc|about|tagline|intro(?:duction)?|definition|overview|purpose"
    r"|mission|headline|subtitle|blurb)",
    re.IGNORECASE,
)
_TEXTS = re.compile(
    r"(?:criteria|criterion|expectation|text|statement|behaviou?r|content|value|body|bullet"
    r"|requirement|responsibility|signal|point|item)",
    re.IGNORECASE,
)
_LISTS = re.compile(
    r"(?:criteria|expectations?|texts?|statements?|behaviou?rs?|bullets?|items?|points?"
    r"|requirements?|responsibilit(?:y|ies)|content|contents|signals?|list|details|indicators?"
    r"|example_?criteria|descriptions?|what|must|values|evidence|objectives|milestones)",
    re.IGNORECASE,
)
_EXAMPLES = re.compile(r"(?:examples?|example_?tasks?|examples?_?of_?.*|e_?g)", re.IGNORECASE)
_WARNINGS = re.compile(
    r"(?:anti_?patterns?|red_?flags?|warning_?signs?|negative.*|donts?)", re.IGNORECASE
)
_LEVELS = re.compile(
    r"(?:(?:job|career)_?)?(?:levels?|grades?|bands?|stages?|steps?|ranks?|ladder|rungs?|seniorit.*)",
    re.IGNORECASE,
)
_DIMENSIONS = re.compile(
    r"(?:dimensions?|topics?|competenc(?:y|ies)|categor(?:y|ies)|themes?|areas?|skills?|pillars?"
    r"|traits?|attributes|capabilit(?:y|ies)|axes|domains?|criteria_?groups?)",
    re.IGNORECASE,
)
_WRAPPERS = re.compile(
    r"(?:.*(?:framework|ladder|matrix|competenc|career|tracks?|roles?|groups?|sections?|data|rubric))",
    re.IGNORECASE,
)
#: Keys that speak of the ladder as a whole, by what they say.
_METADATA = {
    "licence": "licence",
    "license": "licence",
    "organisation": "organisation",
    "organization": "organisation",
    "company": "organisation",
    "version": "version",
    "language": "language",
    "lang": "language",
}
_DETAILS = re.compile(r"(?:details?|notes?|explanation|more|long_?description)", re.IGNORECASE)
_CUMULATIVE = re.compile(
    r"(?:is_?)?(?:cumulative|cascad\w*|accumulat\w*|inherit\w*)", re.IGNORECASE
)
_DEEPEST = 9
_MOST_RECORD_KEYS = 12
_SHARE = 0.8
_AT_LEAST = 2


def read_data(root: Node, lines: tuple[str, ...], file: int = 0) -> tuple[Outline, dict[str, str]]:
    """The outline, and what the file says of the whole: organisation, licence, version and language.

    Never raises; what no key makes sense of stays a stray line.
    """
    builder = Builder(lines, file)
    teller = _Teller(builder)
    joined = _joined(root)
    if joined:
        teller.records(joined)
    elif table := _flat_records(root):
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
        self.builder.add("heading", node.line, node.last_line, _titled(text), min(depth, _DEEPEST))
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
            key, name = _name_of(node, hint)
            if name is not None:
                text = _with_code(_level_word(name, key, hint), node, hint)
                self.heading(name, text, depth, _hint_of(key, hint))
                depth += 1
            self.fields(node, depth, {key} if name is not None else set())
        elif node.value is not None:
            self.item(node)

    def several(self, node: Node, depth: int, hint: Hint) -> None:
        for each in node.value:
            if isinstance(each.value, dict) and (text := _statement(each)):
                self.statement(each, *text)
            else:
                self.thing(each, depth, hint)

    def statement(self, node: Node, key: str, text: Node) -> None:
        """A mapping that is one statement, with details and examples of its own."""
        details = [
            value
            for other, value in node.value.items()
            if _DETAILS.fullmatch(other) and other != key and str(value.value or "").strip()
        ]
        self.item(text, details)
        for other, value in node.value.items():
            if other == key:
                continue
            if _EXAMPLES.fullmatch(other):
                for each in value.value if isinstance(value.value, list) else [value]:
                    if each.value is not None and not isinstance(each.value, (dict, list)):
                        self.example(each)

    def fields(self, node: Node, depth: int, used: set[str]) -> None:
        for key, value in sorted(node.value.items(), key=lambda each: _late(each[0])):
            if key not in used and value.value is not None:
                self.field(node, key, value, depth)

    def field(self, node: Node, key: str, value: Node, depth: int) -> None:
        hint = _hint_for(key)
        if isinstance(value.value, (str, int, bool)):
            self.plain_field(key, value)
        elif _EXAMPLES.fullmatch(key) and _is_texts(value):
            self.announce(_place(node, key), "Examples:")
            self.several(value, depth, "")
        elif _WARNINGS.fullmatch(key) and _is_texts(value):
            self.announce(_place(node, key), "Red flags:")
            self.several(value, depth, "")
        elif _is_texts(value):
            if not _LISTS.fullmatch(key):
                self.heading(_place(node, key), _spoken(key), depth)
            self.several(value, depth + 1, "")
        elif isinstance(value.value, list):
            if any(_statement(each) for each in value.value) and not _LISTS.fullmatch(key):
                self.heading(_place(node, key), _spoken(key), depth)
            self.several(value, depth, hint)
        elif hint or _WRAPPERS.fullmatch(key) or _LISTS.fullmatch(key):
            self.keyed(value, depth, hint)
        else:
            self.heading(_place(node, key), _spoken(key), depth, "")
            if text := _statement(value):
                self.statement(value, *text)
            else:
                self.keyed(value, depth + 1, "")

    def plain_field(self, key: str, value: Node) -> None:
        if key.lower() in _IDS or not str(value.value).strip():
            return
        if _SUMMARIES.fullmatch(key) or _TEXTS.fullmatch(key):
            self.words(value)
        elif _CUMULATIVE.fullmatch(key) and value.value is not False:
            self.announce(value, f"{_spoken(key)}: {value.value}".lower())
        elif key.lower() in _METADATA:
            self.said.setdefault(_METADATA[key.lower()], str(value.value))
            self.builder.add_verbatim("reference", value.line, value.last_line)

    def keyed(self, node: Node, depth: int, hint: Hint) -> None:
        """A mapping whose keys are names, or an ordinary thing."""
        for key, value in node.value.items():
            if value.value is None:
                continue
            if isinstance(value.value, (str, int, bool)) and (
                key.lower() in _IDS
                or key.lower() in _NAMES
                or _SUMMARIES.fullmatch(key)
                or key.lower() in _METADATA
                or _CUMULATIVE.fullmatch(key)
            ):
                self.plain_field(key, value)
                continue
            if not hint and (_hint_for(key) or _LISTS.fullmatch(key) or _EXAMPLES.fullmatch(key)):
                self.field(node, key, value, depth)
                continue
            name = _key_name(key, value)
            if isinstance(value.value, dict):
                name = _with_code(name, value, hint)
            self.heading(_place(node, key), name, depth, hint)
            if isinstance(value.value, dict) and (text := _statement(value)):
                self.statement(value, *text)
            elif isinstance(value.value, dict):
                self.fields_or_keyed(value, depth + 1)
            elif isinstance(value.value, list):
                self.several(value, depth + 1, "")
            else:
                self.words(value)

    def fields_or_keyed(self, node: Node, depth: int) -> None:
        used = {key for key in node.value if key.lower() in _NAMES}
        known = [key for key in node.value if _is_structural(key)]
        if known:
            self.fields(node, depth, used)
        else:
            self.keyed(node, depth, "")

    # -- Records

    def records(self, joined: "_Joined") -> None:
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
                value for key, value in dimension.node.value.items() if _SUMMARIES.fullmatch(key)
            ]
            if texts:
                self.heading(dimension.name, str(dimension.name.value), 2, "dimension")
                for text in texts:
                    self.words(text)

    def record(self, record: "_Record", joined: "_Joined") -> None:
        """A statement with its id and what else the record says of it."""
        self.item(record.text)
        for key, value in record.node.value.items():
            if value is record.text or isinstance(value.value, (dict, list)):
                continue
            if key in joined.columns:
                self.builder.add_verbatim("reference", value.line, value.last_line)
            elif key.lower() in _IDS:
                self.builder.add_verbatim("identifier", value.line, value.line, str(value.value))
            elif value.value is not None:
                said = f"{_spoken(key)}: {value.value}"
                self.builder.add_verbatim("attribute", value.line, value.last_line, said)

    def about(self, node: Node) -> None:
        for key, value in node.value.items():
            if _SUMMARIES.fullmatch(key) and isinstance(value.value, str):
                self.words(value)

    def table(self, rows: list[Node]) -> None:
        """Records with the same keys are a table with a row for each."""
        builder = self.builder
        keys = list(rows[0].value)
        builder.open_table(rows[0].line)
        builder.open_row()
        for key in keys:
            builder.open_cell(is_header=True)
            self.announce(_place(rows[0], key), _spoken(key))
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


# -- Names


def _name_of(node: Node, hint: Hint) -> tuple[str, Node | None]:
    values: Mapping[str, Node] = node.value
    lower = {key.lower(): key for key in values}
    for candidate in (*_NAMES, *_NAMED_BY, *_IDS[:4], "code"):
        key = lower.get(candidate)
        if key and isinstance(values[key].value, (str, int)) and str(values[key].value).strip():
            if candidate in _IDS and not hint:
                continue
            return key, values[key]
    return "", None


def _level_word(name: Node, key: str, hint: Hint) -> str:
    """A level that is only a number is called by it."""
    text = str(name.value)
    if text.isdigit() and (hint == "level" or _LEVELS.fullmatch(key)):
        return f"Level {text}"
    return text


def _with_code(name: str, node: Node, hint: Hint) -> str:
    """A level with its code in front, when its id looks like one."""
    for key, value in node.value.items() if hint == "level" else ():
        code = str(value.value)
        if key.lower() in {"id", "code", "key", "slug"} and _CODE.fullmatch(code) and code != name:
            return f"{code}: {name}"
    return name


_CODE = re.compile(r"[A-Za-z]{1,4}[ .-]?[0-9]{1,2}[a-d]?")


def _hint_of(key: str, hint: Hint) -> Hint:
    return hint or _hint_for(key)


def _hint_for(key: str) -> Hint:
    if _LEVELS.fullmatch(key):
        return "level"
    if _DIMENSIONS.fullmatch(key):
        return "dimension"
    return ""


def _key_name(key: str, value: Node) -> str:
    if isinstance(value.value, dict):
        for name in _NAMES:
            found = next((each for k, each in value.value.items() if k.lower() == name), None)
            if found and isinstance(found.value, str) and found.value.strip():
                return f"{key}: {found.value}" if _CODE.fullmatch(key) else found.value
    if key.isdigit():
        return f"Level {key}"
    return _spoken(key)


def _spoken(key: str) -> str:
    """A key as a reader would write it: "problem_solving" is "Problem solving"."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]+", " ", key).strip()
    if words.isupper() or re.fullmatch(r"[a-z]{1,2}[0-9]+", words, re.IGNORECASE):
        return words.upper() if words.islower() else words
    if words != key:
        words = words.lower()
    return words[:1].upper() + words[1:]


def _titled(text: str) -> str:
    """A name in the form of an id begins with a capital, too."""
    words = " ".join(text.split())
    return _spoken(words) if re.fullmatch(r"[a-z]+(?:[_-][a-z]+)*", words) else words


def _place(node: Node, key: str) -> Node:
    line, column = node.keys[key]
    return Node(line, column, key, last_line=line)


def _late(key: str) -> int:
    """Examples and warnings come after the statements they go with."""
    return 1 if _EXAMPLES.fullmatch(key) or _WARNINGS.fullmatch(key) else 0


def _is_structural(key: str) -> bool:
    return bool(
        key.lower() in _NAMES
        or _hint_for(key)
        or _LISTS.fullmatch(key)
        or _EXAMPLES.fullmatch(key)
        or _SUMMARIES.fullmatch(key)
        or _WARNINGS.fullmatch(key)
    )


def _is_texts(node: Node) -> bool:
    return isinstance(node.value, list) and all(
        not isinstance(each.value, (dict, list)) for each in node.value
    )


def _statement(node: Node) -> tuple[str, Node] | None:
    """The key and text of a mapping that is one statement: a text, and at most examples and ids."""
    if not isinstance(node.value, dict):
        return None
    texts = [
        (key, value)
        for key, value in node.value.items()
        if isinstance(value.value, str)
        and (_TEXTS.fullmatch(key) or _SUMMARIES.fullmatch(key))
        and not _DETAILS.fullmatch(key)
        and value.value.strip()
    ]
    others = [
        key
        for key, value in node.value.items()
        if isinstance(value.value, (dict, list)) and not _EXAMPLES.fullmatch(key)
    ]
    named = any(key.lower() in (*_NAMES, *_NAMED_BY) for key in node.value)
    return texts[0] if len(texts) == 1 and not others and not named else None


# -- Records that point at levels and dimensions


@dataclass(frozen=True, slots=True)
class _Named:
    id: str
    name: Node
    node: Node


@dataclass(frozen=True, slots=True)
class _Joined:
    title: Node | None
    summaries: list[Node]
    levels: list[_Named]
    dimensions: list[_Named]
    records: "list[_Record]"
    #: The keys of a record that point at its level and dimension.
    columns: tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Record:
    text: Node
    level: str
    dimension: str
    node: Node


def _joined(root: Node) -> _Joined | None:
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
                records.append(_Record(text, str(level.value), str(dimension.value), row))
        if not records:
            continue
        _, title = _name_of(root, "")
        summaries = [
            node
            for name, node in root.value.items()
            if _SUMMARIES.fullmatch(name) and isinstance(node.value, str)
        ]
        columns = level_column, dimension_column
        return _Joined(title, summaries, named[levels], named[dimensions], records, columns)
    return None


def _named(rows: list[Node]) -> list[_Named] | None:
    found = []
    for row in rows:
        lower = {key.lower(): each for key, each in row.value.items()}
        ident = next((lower[key] for key in (*_IDS, *_NAMES) if key in lower), None)
        name = next((lower[key] for key in (*_NAMES, *_IDS) if key in lower), None)
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
    return likeness + (_hint_for(key) == "level") - (_hint_for(key) == "dimension")


def _text_of(row: Node, used: set[str]) -> Node | None:
    texts = [
        (key, value)
        for key, value in row.value.items()
        if key not in used and key.lower() not in _IDS and isinstance(value.value, str)
    ]
    spoken = [each for each in texts if _TEXTS.fullmatch(each[0]) or _SUMMARIES.fullmatch(each[0])]
    found = spoken[:1] or sorted(texts, key=lambda each: -len(str(each[1].value)))
    return found[0][1] if found else None


def _flat_records(root: Node) -> list[Node] | None:
    """A list of records with the same plain keys, one of which names the level."""
    rows: Any = root.value
    if isinstance(rows, dict) and len(rows) == 1:
        rows = next(iter(rows.values())).value
    if not isinstance(rows, list) or len(rows) < _AT_LEAST:
        return None
    keys = set(rows[0].value) if isinstance(rows[0].value, dict) else set()
    if not _AT_LEAST < len(keys) <= _MOST_RECORD_KEYS:
        return None
    same = all(isinstance(row.value, dict) and set(row.value) == keys for row in rows)
    plain = same and all(
        not isinstance(value.value, dict)
        and (not isinstance(value.value, list) or _is_texts(value))
        for row in rows
        for value in row.value.values()
    )
    points = sum(1 for key in keys if _LEVELS.fullmatch(key) or _DIMENSIONS.fullmatch(key))
    return rows if plain and points >= _AT_LEAST else None
