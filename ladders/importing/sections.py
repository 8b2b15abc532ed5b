"""Outlines -> one tree of sections: each heading with what stands under it.

What works as a heading without being one becomes a section too, where the whole document uses it so:
the names in the rows and columns of a table, list items that hold lists of their own, and labels in
front of items and paragraphs.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ladders.importing.grids import explaining, read_grid
from ladders.importing.outline import BOLD_LINE, Block, Outline, every_block
from ladders.importing.references import same_as
from ladders.importing.tables import Grid
from ladders.importing.ticked_tables import read_legend
from ladders.names import is_like_a_level, name_key, plain

#: Nothing longer than this names a level or a dimension.
LONGEST_NAME = 300
#: Depths of what only works as a heading, below all headings.
DETAILS, LABEL, ROW, COLUMN, INSIDE = 8, 10, 20, 30, 40

EXAMPLES = re.compile(
    r"(?:some |a few |for )?(?:examples?|e\.g\.|for instance)(?: of .{0,40}| include| are)?"
    r"|(?:example )?(?:behaviou?rs|evidence|signs) (?:may|might|could|can) include",
    re.IGNORECASE,
)
#: Words over examples, where they stand below what they are examples of.
SHOWN = re.compile(
    r"(?:some )?(?:examples? |sample )(?:of )?(?:(?:the |these |those )?behaviou?rs?|actions?|activit(?:y|ies)"
    r"|achievements?|evidence|signs?|tasks?|situations?)",
    re.IGNORECASE,
)
#: What is warned of: never an expectation.
ANTI_PATTERNS = re.compile(
    r"(?:red flags?|warning signs?|anti-?patterns?|bad (?:signs|behaviou?rs?)|negative (?:behaviou?rs"
    r"|indicators|signs)|(?:what )?(?:not to do|to avoid|it is not|it isn.t|this is not)|pitfalls"
    r"|don.?ts|derailers|setbacks|what (?:bad|poor) looks like|not (?:meeting|yet))(?: .{0,40})?",
    re.IGNORECASE,
)
#: Signs that something is still to be written.
PENDING = r"(?:TODO|TBD|TBC|FIXME|WIP)"
LICENCE = re.compile(r"\blicen[cs](?:e|es|ed|ing)\b|\bcopyright\b", re.IGNORECASE)


@dataclass(eq=False, slots=True)
class Section:
    """`body` is what stands between the heading and the next one; the root has no heading."""

    heading: Block | None
    depth: int
    parent: "Section | None" = None
    anchors: list[Block] = field(default_factory=list)
    body: list[Block] = field(default_factory=list)
    children: "list[Section]" = field(default_factory=list)
    #: The item or line whose first words name it, with the words behind them.
    labelled: Block | None = None

    @property
    def name(self) -> str:
        return self.heading.text if self.heading else ""

    @property
    def key(self) -> str:
        return name_key(self.name)

    def walk(self) -> "Iterator[Section]":
        """This section and all below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def blocks(self) -> Iterator[Block]:
        """Everything under the heading, in document order."""
        yield from self.body
        for child in self.children:
            yield from child.anchors
            if child.heading:
                yield child.heading
            yield from child.blocks()

    def add(self, heading: Block, depth: int, body: Iterable[Block] = ()) -> "Section":
        section = Section(heading, depth, self, body=list(body))
        self.children.append(section)
        return section


def read_sections(outline: Outline, root: Section | None = None, shift: int = 0) -> Section:
    """The headings of a document as a tree, below `root` where one is given.

    `shift` makes its headings that much deeper.
    """
    top = root or Section(None, 0)
    current = top
    anchors: list[Block] = []
    for block in outline.blocks:
        depth = _depth(block)
        if block.kind == "anchor":
            anchors.append(block)
        elif depth and block.text and len(block.text) <= LONGEST_NAME:
            while current is not top and current.depth >= depth + shift:
                current = current.parent or top
            current = current.add(block, depth + shift)
            current.anchors = anchors
            anchors = []
        else:
            current.body += anchors
            current.body.append(block)
            anchors = []
            if block.kind == "end_details" and current.depth == DETAILS + shift:
                current = current.parent or top
    current.body += anchors
    return top


def fold_examples(root: Section) -> None:
    """Make a heading over examples a part of what is said above it, where no heading beside it says more."""
    for section in root.walk():
        said = any(block.text for block in section.body)
        if section.heading and said and all(map(_holds_examples, section.children)):
            for child in section.children:
                if child.heading:
                    section.body += [*child.anchors, replace(child.heading, kind="heading")]
                section.body += child.body
            section.children = []


def _holds_examples(section: Section) -> bool:
    names = (EXAMPLES, SHOWN)
    return not section.children and any(each.fullmatch(section.key) for each in names)


def _depth(block: Block) -> int:
    if block.kind == "heading":
        return block.level
    if block.kind == "details" and not EXAMPLES.fullmatch(block.text.strip("*_: ")):
        return DETAILS
    return 0


# -- Tables


def unfold_tables(root: Section) -> None:
    """Give every row and column that names something a section of its own."""
    sections = list(root.walk())
    about = explaining(block for each in sections for block in each.body if block.kind == "table")
    legend = read_legend(every_block(block for each in sections for block in each.body))
    for section in sections:
        if section.depth >= ROW:
            continue
        kept: list[Block] = []
        for block in section.body:
            grid = (
                read_grid(block, about.get(id(block), frozenset()), legend)
                if block.kind == "table"
                else None
            )
            if grid is None:
                kept.append(block)
            else:
                kept += _unfolded(section, grid)
        section.body = kept


def _unfolded(section: Section, grid: Grid) -> list[Block]:
    """Sections for what the grid names; what is left stays a part of the section."""
    groups: dict[str, Section] = {}
    #: The columns that no row parts.
    whole: dict[tuple[int, int, int], Section] = {}
    for row in grid.rows:
        above = section
        for number, name in enumerate(row.names):
            key = "\0".join(name_key(each.text) for each in row.names[: number + 1])
            if key not in groups:
                groups[key] = above.add(replace(name, kind="heading"), ROW + number)
            above = groups[key]
        for column, blocks in row.cells:
            if not blocks:
                continue
            place = above
            if column is not None and not row.names:
                # Rows without names say one after the other what stands under a column.
                at = *column.place, column.column
                if at not in whole:
                    whole[at] = above.add(replace(column, kind="heading"), ROW)
                place = whole[at]
            elif column is not None:
                place = above.add(replace(column, kind="heading"), COLUMN)
            # A cell may hold headings of its own.
            read_sections(Outline(blocks, (), ()), place, shift=INSIDE)
    return list(grid.rest)


# -- Labels

_LABEL = re.compile(
    r"(?P<mark>\*\*|__|\*|_)(?P<name>[^*_]{1,80}?)\s*(?P<colon>:?)\s*(?P=mark)"
    r"\s*(?P<end>[:\u2013\u2014.-]?)\s*(?P<words>.*)",
    re.DOTALL,
)
_BARE_LABEL = re.compile(r"(?P<name>[^\W\d_][^:.!?*_]{0,50}?):\s+(?P<words>\S.*)", re.DOTALL)
_MOST_WORDS = 8
#: A label counts as one of the document's headings when this share of its kind comes again elsewhere.
_SHARED = 0.6
_AT_LEAST = 2


@dataclass(frozen=True, slots=True)
class _Labelled:
    """An item or paragraph that starts with a name, or holds a list under it."""

    section: Section
    name: str
    words: str
    #: The place of the block in the section's body, and of the first block that is not part of it.
    start: int
    end: int
    style: str

    @property
    def key(self) -> str:
        return name_key(self.name)


def unfold_labels(root: Section) -> None:
    """Make sections of the labels that the document uses like headings, in several passes inwards."""
    for _ in range(_AT_LEAST):
        if not _unfold_labels_once(root):
            return


def _unfold_labels_once(root: Section) -> bool:
    by_style: dict[str, list[_Labelled]] = defaultdict(list)
    for section in root.walk():
        for label in _labelled(section):
            if not re.fullmatch(PENDING, label.name):
                by_style[label.style].append(label)
    shared = {
        key
        for found in by_style.values()
        for key, places in _places(found).items()
        if len(places) >= _AT_LEAST
    }
    used = {
        style: good
        for style, found in by_style.items()
        if (good := _used_as_headings(style, found, shared))
    }
    depths = _depths_of_headings(root)
    known = {each.key for found in used.values() for each in found} | set(depths)
    chosen: dict[int, list[_Labelled]] = defaultdict(list)
    for style, found in by_style.items():
        for each in used.get(style) or _in_another_form(found, known):
            chosen[id(each.section)].append(each)
    for labels in chosen.values():
        section = labels[0].section
        # Beside headings that are called alike, a label stands as deep as they do.
        depth = max((depths.get(each.key, 0) for each in labels), default=0)
        depth = depth if section.depth < depth < LABEL else max(LABEL, section.depth + 1)
        _split(section, _with_what_follows(sorted(labels, key=lambda each: each.start)), depth)
    return bool(chosen)


def _depths_of_headings(root: Section) -> dict[str, int]:
    """How deep the headings stand that come again under several others, by their keys."""
    above: dict[str, set[int]] = defaultdict(set)
    depths: dict[str, int] = {}
    for section in root.walk():
        if section.heading:
            above[section.key].add(id(section.parent))
            depths[section.key] = section.depth
    return {key: depths[key] for key, parents in above.items() if len(parents) >= _AT_LEAST}


def _in_another_form(found: list[_Labelled], known: set[str]) -> list[_Labelled]:
    """The labels of sections that mostly name what other sections name in another form."""
    by_section: dict[int, list[_Labelled]] = defaultdict(list)
    for each in found:
        by_section[id(each.section)].append(each)
    return [
        each
        for section in by_section.values()
        if len(section) >= _AT_LEAST
        and sum(each.key in known for each in section) >= _SHARED * len(section)
        for each in section
    ]


def _places(found: list[_Labelled]) -> dict[str, set[int]]:
    places: dict[str, set[int]] = defaultdict(set)
    for each in found:
        places[each.key].add(id(each.section))
    return places


def _used_as_headings(style: str, found: list[_Labelled], shared: set[str]) -> list[_Labelled]:
    """Those of one style that come again in other sections, when most of the style do."""
    by_section: dict[int, list[_Labelled]] = defaultdict(list)
    for each in found:
        by_section[id(each.section)].append(each)
    good = []
    for section in by_section.values():
        keys = [each.key for each in section]
        again = sum(key in shared for key in keys)
        if again >= _SHARED * len(keys) and len(set(keys)) == len(keys):
            good += section
    if style == "bare":
        # A colon alone is weak: only names that come again, in sections that say nothing else. If it
        # is everywhere the only one, it parts nothing.
        good = [each for each in good if each.key in shared]
        if max(map(len, by_section.values())) < _AT_LEAST:
            return []
    if len({id(each.section) for each in good}) >= _AT_LEAST:
        return good
    return []


def _labelled(section: Section) -> Iterator[_Labelled]:
    """The labels of a section, when all that it lists or says carries one."""
    body = section.body
    starts = [
        place
        for place, block in enumerate(body)
        if block.kind == "item" and block.level == 1 and not block.quoted
    ]
    listed = [_item(section, place, _end_of(body, place)) for place in starts]
    found = [each for each in listed if each]
    if starts and len(found) == len(starts) and not _leads(body):
        yield from _same_style(found)
        return
    for place, block in enumerate(body):
        if block.kind != "paragraph" or block.level:
            continue
        said = _lead(section, place) or _paragraph(section, place)
        if said:
            yield said


def _same_style(found: list[_Labelled]) -> Iterator[_Labelled]:
    """An item that holds a list counts like its labelled neighbours, and they like it."""
    styles = Counter(each.style for each in found)
    style = "list" if styles["list"] else ("bold" if styles["bold"] else "bare")
    for each in found:
        yield replace(each, style=style)


def _end_of(body: list[Block], start: int) -> int:
    """The first place after an item that does not belong to it."""
    end = start + 1
    while end < len(body) and (
        body[end].level > (1 if body[end].kind == "item" else 0) or body[end].kind == "anchor"
    ):
        end += 1
    return end


def _item(section: Section, start: int, end: int) -> _Labelled | None:
    block = section.body[start]
    holds_list = any(each.kind == "item" for each in section.body[start + 1 : end])
    label = _LABEL.fullmatch(block.text)
    if label and not label["words"] and (holds_list or label["colon"] or label["end"] == ":"):
        return _Labelled(section, label["name"], "", start, end, "list" if holds_list else "bold")
    if holds_list and len(block.text.split()) <= _MOST_WORDS and not block.text.endswith("."):
        return _Labelled(section, block.text.rstrip(": "), "", start, end, "list")
    if label and label["words"] and label["mark"] in {"**", "__"}:
        return _Labelled(section, label["name"], label["words"], start, end, "bold")
    bare = _BARE_LABEL.fullmatch(block.text)
    if bare and len(bare["name"].split()) <= _MOST_WORDS:
        return _Labelled(section, bare["name"], bare["words"], start, end, "bare")
    return None


def _paragraph(section: Section, start: int) -> _Labelled | None:
    body = section.body
    block = body[start]
    label = _LABEL.fullmatch(block.text)
    if not label or label["mark"] not in {"**", "__"} or not label["words"] or block.level:
        return None
    if label["words"][0].islower() and not (label["colon"] or label["end"]):
        return None
    end = start + 1
    while end < len(body) and body[end].kind not in {"paragraph", "heading"}:
        end += 1
    return _Labelled(section, label["name"], label["words"], start, end, "said")


def _leads(body: list[Block]) -> bool:
    return any(
        block.kind == "paragraph" and block.text.endswith(":") and after.kind == "item"
        for block, after in pairwise(body)
    )


def _lead(section: Section, start: int) -> _Labelled | None:
    """A line that ends in a colon over a list, named by its words in bold or by the whole of it."""
    body = section.body
    block = body[start]
    words = block.text.strip("*_ ")
    is_over_list = start + 1 < len(body) and body[start + 1].kind == "item"
    if not is_over_list or not words.endswith(":") or same_as(words):
        return None
    name = words.rstrip(": ")
    if EXAMPLES.fullmatch(name) or (start and SHOWN.fullmatch(name)):
        return None
    bold = _BOLD_WORDS.search(block.text)
    name = bold["name"] if bold else name
    if len(name.split()) > _MOST_WORDS:
        return None
    end = start + 1
    while end < len(body) and body[end].kind not in {"paragraph", "heading", "table"}:
        end += 1
    return _Labelled(section, name, "", start, end, "lead")


def fold_labels(section: Section, named: set[int]) -> None:
    """Put the labels below a section back before their words, but for those of the sections named."""
    kept = []
    for child in section.children:
        fold_labels(child, named)
        announces = any(each.fullmatch(child.key) for each in (ANTI_PATTERNS, EXAMPLES))
        if child.labelled is None or child.children or id(child) in named or announces:
            kept.append(child)
            continue
        inside = child.labelled.kind == "item"
        rest = (replace(each, level=each.level + inside) for each in child.body[1:])
        section.body += [child.labelled, *rest]
    if len(kept) < len(section.children):
        section.children = kept
        section.body.sort(key=lambda block: block.place)


_BOLD_WORDS = re.compile(r"(?:\*\*|__)(?P<name>[^*_]{2,60})(?:\*\*|__)")


def _with_what_follows(labels: list[_Labelled]) -> list[_Labelled]:
    """Labels before text, with the paragraphs up to the next label; what follows the last is of the section."""
    whole = []
    for label, after in pairwise(labels):
        between = label.section.body[label.end : after.start]
        goes_on = label.style == "said" and all(
            block.kind in {"paragraph", "item"} for block in between
        )
        whole.append(replace(label, end=after.start) if between and goes_on else label)
    return [*whole, labels[-1]]


def _split(section: Section, labels: list[_Labelled], depth: int) -> None:
    """Move what each label stands for out of the body, into a section under its name."""
    body: list[Block] = []
    children: list[Section] = []
    moved = 0
    place = 0
    for label in labels:
        if label.start < place:
            continue
        body += section.body[place : label.start]
        block = section.body[label.start]
        heading = replace(block, kind="heading", text=plain(label.name))
        child = Section(heading, depth, section)
        inside = section.body[label.start + 1 : label.end]
        if label.words:
            child.labelled = block
            child.body.append(replace(block, text=label.words, level=min(block.level, 1)))
        # What stands in an item moves out of it; what stands below a line does not move.
        out = 1 if block.kind == "item" else 0
        child.body += [replace(each, level=max(each.level - out, 0)) for each in inside]
        above = section.parent
        is_beside = section.depth == BOLD_LINE and not is_like_a_level(section.name)
        if above and is_beside and label.style in {"said", "lead"}:
            # Words in bold before the text are as good a heading as a line in bold alone.
            child.parent = above
            above.children.insert(above.children.index(section) + 1 + moved, child)
            moved += 1
        else:
            children.append(child)
        place = label.end
    section.body = body + section.body[place:]
    section.children = children + section.children
