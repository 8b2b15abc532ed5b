"""Files -> one tree of sections: each file read by its form, several put side by side in their order."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Literal
from urllib.parse import unquote

from ladders.importing.data import is_like_a_ladder, read_data
from ladders.importing.fields import FieldFound, FieldUse, is_texts
from ladders.importing.markdown import read_markdown
from ladders.importing.markup import read_page
from ladders.importing.outline import Block, BlockKind, Outline
from ladders.importing.sections import (
    Section,
    fold_examples,
    read_sections,
    unfold_labels,
    unfold_tables,
)
from ladders.importing.several import spread
from ladders.importing.tabular import read_table
from ladders.importing.toggles import unfold_toggles
from ladders.names import is_like_a_level, level_likeness, name_key, rank, split_icon
from ladders.yaml_nodes import Node, UnreadableYamlError, read_nodes

Form = Literal["markdown", "page", "table", "data"]

#: The forms of text that are read, by the end of the file's name.
FORMS: dict[str, Form] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "markdown",
    ".html": "page",
    ".htm": "page",
    ".csv": "table",
    ".tsv": "table",
    ".yaml": "data",
    ".yml": "data",
    ".json": "data",
}

#: How the order of several files was found; none where there is nothing to go by but their names.
OrderBy = Literal["", "said", "weights", "index", "numbers", "names", "ranks"]
#: Found by names alone: what a person says goes before it.
OPEN_ORDERS: frozenset[OrderBy] = frozenset({"names", "ranks", "said"})


@dataclass(frozen=True, slots=True)
class SourceText:
    """A file by its name, with the text that its bytes stand for."""

    name: str
    text: str

    @property
    def stem(self) -> str:
        return PurePath(self.name).stem


@dataclass(frozen=True, slots=True)
class Front:
    """What the front matter of a file says of the level that the file may be about, and where it does."""

    said: dict[str, str]
    aliases: tuple[str, ...]
    blocks: tuple[Block, ...]


@dataclass(eq=False, slots=True)
class Assembly:
    root: Section
    outlines: tuple[Outline, ...]
    #: Sections that speak of the ladder and hold none of it.
    about: list[Section] = field(default_factory=list)
    #: What the files say of the ladder as a whole, by plain lower-case names.
    said: dict[str, str] = field(default_factory=dict)
    order_by: OrderBy = ""
    #: Names that more than one file gives itself.
    shared_titles: tuple[str, ...] = ()
    #: What the fields of data files were taken for, by name.
    fields: tuple[FieldFound, ...] = ()
    #: Front matter by the number of its file.
    fronts: dict[int, Front] = field(default_factory=dict)


def assemble(
    files: Sequence[SourceText],
    order: Sequence[str] = (),
    fields: Mapping[str, FieldUse] | None = None,
) -> Assembly:
    """Raises UnreadableTableError or UnreadableYamlError for a file that is broken in its own form.

    `order` names files in the order that a person wants; the document says where the others stand.
    `fields` says what fields of data files are for; their names say it of the others.
    """
    read = [_read(file, number, fields or {}) for number, file in enumerate(files)]
    if len(read) == 1:
        only = read[0]
        assembly = Assembly(Section(None, 0), (only.outline,), said=only.said)
        title = only.said.get("title", "")
        if only.front and is_like_a_level(title) and not only.top:
            _add_file(assembly.root, only, title)
        elif only.is_data_in_front:
            _read_data_and_body(only, assembly)
        else:
            read_sections(only.outline, assembly.root)
    else:
        assembly = _bundle(files, read, order)
    assembly.fields = _together(each for file in read for each in file.fields)
    assembly.fronts = {file.number: file.front for file in read if file.front}
    unfold_tables(assembly.root)
    unfold_toggles(assembly.root)
    unfold_labels(assembly.root)
    fold_examples(assembly.root)
    spread(assembly.root)
    return assembly


def _read_data_and_body(file: "_OutlinedFile", assembly: Assembly) -> None:
    """Front matter that is the ladder, and the text below it, which speaks of the ladder and goes on with no cell."""
    blocks = file.outline.blocks
    data = [block for block in blocks if block.line <= file.front_matter_end]
    body = [block for block in blocks if block.line > file.front_matter_end]
    read_sections(replace(file.outline, blocks=tuple(data)), assembly.root)
    before = len(assembly.root.children)
    read_sections(replace(file.outline, blocks=tuple(body)), assembly.root)
    if any(
        each.hint == "level" or is_like_a_level(each.text)
        for each in data
        if each.kind == "heading"
    ):
        assembly.about += assembly.root.children[before:]


def _together(found: Iterable[FieldFound]) -> tuple[FieldFound, ...]:
    """A field that stands in several files is one."""
    by_name: dict[str, FieldFound] = {}
    for each in found:
        before = by_name.get(each.name, FieldFound(each.name, (), 0, each.sample))
        uses = tuple(dict.fromkeys((*before.uses, *each.uses)))
        by_name[each.name] = replace(before, uses=uses, count=before.count + each.count)
    return tuple(by_name.values())


# -- One file


@dataclass(eq=False, slots=True)
class _OutlinedFile:
    number: int
    outline: Outline
    said: dict[str, str]
    is_data_in_front: bool = False
    front_matter_end: int = 0
    fields: tuple[FieldFound, ...] = ()
    front: Front | None = None

    @property
    def top(self) -> Block | None:
        """The heading that names the whole file."""
        highest = [block for block in self.outline.blocks if block.kind == "heading" and block.text]
        ones = [block for block in highest if block.level == 1]
        return ones[0] if len(ones) == 1 and ones[0] is highest[0] else None


def _read(file: SourceText, number: int, fields: Mapping[str, FieldUse]) -> _OutlinedFile:
    form = FORMS.get(PurePath(file.name).suffix.lower(), "markdown")
    text = file.text
    if form == "page":
        return _OutlinedFile(number, read_page(text, number), {})
    if form == "table":
        return _OutlinedFile(number, read_table(text, number), {})
    if form == "data":
        root, _ = read_nodes(text)
        data = read_data(root, tuple(text.split("\n")), number, fields)
        return _OutlinedFile(number, data.outline, data.said, fields=data.fields)
    if _is_page(text):
        return _OutlinedFile(number, read_page(text, number), {})
    return _with_front_matter(read_markdown(text, number), number, fields)


def _is_page(text: str) -> bool:
    return re.match(r"\s*(?:<!doctype html|<html)\b", text, re.IGNORECASE) is not None


def _with_front_matter(
    outline: Outline, number: int, fields: Mapping[str, FieldUse]
) -> _OutlinedFile:
    """Front matter says something of the document, or is the whole ladder."""
    if not outline.blocks or outline.blocks[0].kind != "front_matter":
        return _OutlinedFile(number, outline, {})
    front, *rest = outline.blocks
    # Line ends in front keep the numbers of lines.
    inner = "\n" + "\n".join(front.raw.split("\n")[1:-1])
    try:
        root, _ = read_nodes(inner)
    except UnreadableYamlError:
        return _OutlinedFile(number, outline, {})
    if is_like_a_ladder(root):
        data = read_data(root, tuple(outline.lines[: front.last_line]), number, fields)
        blocks = (*data.outline.blocks, *rest)
        strays = (*data.outline.strays, *outline.strays)
        return _OutlinedFile(
            number,
            Outline(blocks, strays, outline.lines),
            data.said,
            is_data_in_front=True,
            front_matter_end=front.last_line,
            fields=data.fields,
        )
    said, known = _known_in_front(root, outline, number)
    of_level = Front(
        said,
        tuple(each.text for each in known if each.kind == "item"),
        tuple(each for each in known if each.kind != "metadata"),
    )
    held = {line for each in known for line in range(each.line, each.last_line + 1)}
    others = [
        Block("stray", line, line, outline.lines[line - 1], outline.lines[line - 1], file=number)
        for line in range(front.line, front.last_line + 1)
        if line not in held and outline.lines[line - 1].strip()
    ]
    blocks = (*(each for each in known if each.kind == "metadata"), *rest)
    strays = (*others, *(each for each in known if each.kind != "metadata"), *outline.strays)
    return _OutlinedFile(number, Outline(blocks, strays, outline.lines), said, front=of_level)


def _known_in_front(
    root: Node, outline: Outline, number: int
) -> tuple[dict[str, str], list[Block]]:
    """What front matter says by plain names, and the blocks of what is understood of it.

    Metadata speak of the file; attributes and items (its aliases) of the level that it may be about.
    """
    said: dict[str, str] = {}
    known: list[Block] = []
    tops = (each for each in outline.blocks if each.kind == "heading" and each.level == 1)
    top = next((name_key(each.text) for each in tops), "")

    def know(kind: BlockKind, line: int, last_line: int, text: str) -> None:
        raw = "\n".join(outline.lines[line - 1 : last_line])
        known.append(Block(kind, line, last_line, text, raw, file=number))

    for key, node in root.value.items() if isinstance(root.value, dict) else ():
        name = _SPELLED.get(key.lower(), key.lower())
        line = root.keys[key][0]
        if name in _ALIASES and is_texts(node):
            know("attribute", line, line, key)
            for each in node.value:
                know("item", each.line, each.last_line, str(each.value))
        elif isinstance(node.value, (str, int)) and not isinstance(node.value, bool):
            said[name] = str(node.value)
            if name in _OF_FILE or (name == "title" and top in {"", name_key(said[name])}):
                know("metadata", line, node.last_line, said[name])
            elif name in _OF_LEVEL:
                know("attribute", line, node.last_line, said[name])
    return said, known


_OF_FILE = frozenset({"organisation", "licence", "version", "language"})
_OF_LEVEL = frozenset({"level", "track"})
_ALIASES = frozenset({"aliases", "also_known_as", "aka"})
#: Two spellings of one word.
_SPELLED = {"license": "licence", "organization": "organisation", "company": "organisation"}


# -- Several files


_INDEX = re.compile(r"(?:readme|index|overview|intro(?:duction)?|about|_index|home)", re.IGNORECASE)
_NUMBERED = re.compile(r"[0-9]+")
_WEIGHTS = ("weight", "order", "rank", "level", "position", "nav_order", "sidebar_position", "sort")


def _bundle(
    files: Sequence[SourceText], read: Sequence[_OutlinedFile], order: Sequence[str]
) -> Assembly:
    indexes = [
        file
        for file in read
        if _INDEX.fullmatch(PurePath(files[file.number].name).stem) and len(read) > 1
    ]
    content = [file for file in read if file not in indexes] or list(read)
    titles = {file.said.get("title", "") for file in content}
    # What all files say names the ladder, and none of its levels.
    common = titles.pop() if len(titles) == 1 and len(content) > 1 else ""
    names = {file.number: _title(files[file.number], file, common) for file in content}
    keys = [name_key(name) for name in names.values()]
    shared = {key for key in keys if keys.count(key) > 1}
    if shared:
        # Two files that give themselves one name are told apart by the names of the files.
        for file in content:
            if name_key(names[file.number]) in shared:
                names[file.number] = _spoken(files[file.number].stem)
    order_by, ordered = _in_order(files, content, indexes, names)
    if order and order_by in OPEN_ORDERS:
        places = {name: place for place, name in reversed(list(enumerate(order)))}
        order_by = "said"
        # The sort is stable: files that the order does not name stay as they were, behind the others.
        ordered = sorted(ordered, key=lambda file: places.get(files[file.number].name, len(places)))
    root = Section(None, 0)
    about = []
    for file in indexes:
        first = len(root.children)
        read_sections(file.outline, root)
        about += root.children[first:]
    for file in ordered:
        _add_file(root, file, names[file.number])
    shared_titles = tuple(
        dict.fromkeys(
            file.top.text for file in content if file.top and name_key(file.top.text) in shared
        )
    )
    return Assembly(
        root,
        tuple(file.outline for file in read),
        about,
        _said_by_all(read, common),
        order_by,
        shared_titles,
    )


def _said_by_all(read: Sequence[_OutlinedFile], title: str) -> dict[str, str]:
    """What the files say of the ladder; of several answers the first."""
    said = {"title": title} if title else {}
    for file in read:
        for key, value in file.said.items():
            if key in {"organisation", "licence", "version", "language"}:
                said.setdefault(key, value)
    return said


def _title(source: SourceText, file: _OutlinedFile, common: str) -> str:
    """The name of the file's level; `common` is the title that all files give themselves."""
    title = file.said.get("title", "")
    if title and title != common:
        return title
    return file.top.text if file.top else _spoken(source.stem)


def _add_file(root: Section, file: _OutlinedFile, name: str) -> None:
    """The file as a section: under its own first heading, or under a name made for it."""
    top = file.top
    if top:
        before = len(root.children)
        read_sections(file.outline, root)
        for section in root.children[before:]:
            if section.heading is top:
                section.heading = replace(top, text=name)
        return
    line = _title_line(file.outline)
    heading = Block("heading", line, line, name, file.outline.lines[line - 1], 1, file=file.number)
    has_tops = any(block.kind == "heading" and block.level == 1 for block in file.outline.blocks)
    read_sections(file.outline, root.add(heading, 1), shift=1 if has_tops else 0)


def _title_line(outline: Outline) -> int:
    """The line of the front matter that says the title, or the first."""
    blocks = (*outline.blocks, *outline.strays)
    said = (block for block in blocks if block.kind in {"metadata", "stray"})
    return next((block.line for block in said if block.raw.lower().startswith("title:")), 1)


def _in_order(
    files: Sequence[SourceText],
    content: list[_OutlinedFile],
    indexes: list[_OutlinedFile],
    names: dict[int, str],
) -> tuple[OrderBy, list[_OutlinedFile]]:
    """By what the files say, else by an index, numbers in their names, ranks in their titles."""
    for key in _WEIGHTS:
        weights = [file.said.get(key, "") for file in content]
        if all(re.fullmatch(r"-?[0-9]+", weight) for weight in weights):
            return "weights", sorted(content, key=lambda file: int(file.said[key]))
    links = [
        PurePath(unquote(link.split("#")[0])).name.lower()
        for file in indexes
        for block in file.outline.blocks
        for link in block.links
    ]
    places = {_loose(name): place for place, name in reversed(list(enumerate(links))) if name}
    if indexes and all(_loose(PurePath(files[f.number].name).name) in places for f in content):
        return "index", sorted(
            content, key=lambda file: places[_loose(PurePath(files[file.number].name).name)]
        )
    numbers = [_NUMBERED.match(PurePath(files[file.number].name).name) for file in content]
    if all(numbers):
        return "numbers", sorted(content, key=lambda file: _number(files[file.number].name))
    if all(level_likeness(name) for name in names.values()):
        ranked = {file.number: _seniority(names[file.number]) for file in content}
        if len(set(ranked.values())) > 1:
            return "ranks", sorted(content, key=lambda file: ranked[file.number])
    return "names", list(content)


def _loose(name: str) -> str:
    """File names without the signs that are changed when files are copied."""
    return re.sub(r"[\W_]+", "", name.lower())


def _number(name: str) -> int:
    found = _NUMBERED.match(PurePath(name).name)
    return int(found[0]) if found else 0


_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7}


def _seniority(name: str) -> tuple[float, int]:
    """Orders titles by their words of rank, then by their numbers; a title without such words is in the middle."""
    words = re.findall(r"\w+", split_icon(name)[1].lower())
    place = rank(name)
    number = next((int(word) for word in words if word.isdigit()), 0)
    number = number or next((_ROMAN[word] for word in words if word in _ROMAN), 0)
    code = re.fullmatch(r"[a-z]+ ?([0-9]+)\b.*", " ".join(words))
    if place is None:
        return (_MIDDLE, int(code[1]) if code else number)
    return (float(place), number)


#: Between junior and the words that say middle.
_MIDDLE = 3.5


def _spoken(stem: str) -> str:
    words = re.sub(r"^[0-9]+[\W_]*", "", stem)
    words = " ".join(re.sub(r"[\W_]+", " ", words or stem).split())
    roman = {"Ii": "II", "Iii": "III", "Iv": "IV", "Vi": "VI", "Vii": "VII"}
    return " ".join(
        roman.get(word.capitalize(), word if word.isupper() else word.capitalize())
        for word in words.split()
    )
