"""Blocks under a dimension -> what a cell says: its expectations, examples and prose.

Each block is marked with the role it was taken for, so that nothing is lost without a trace.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal, Protocol

from ladders.importing.lines import EXAMPLE_LINE
from ladders.importing.outline import Block
from ladders.importing.references import builds_on, same_as
from ladders.importing.sections import ANTI_PATTERNS, EXAMPLES, PENDING, SHOWN, Section
from ladders.names import name_key

Role = Literal[
    "title",
    "track",
    "group",
    "level",
    "mixin",
    "common",
    "dimension",
    "summary",
    "attribute",
    "expectation",
    "anti_pattern",
    "sub_point",
    "detail",
    "example",
    "placeholder",
    "same_as",
    "cascade",
    "licence",
    "note",
    "contents",
    "heading",
    "layout",
    "other",
]


class Marker(Protocol):
    """Says what a block was taken for, why, and how sure that is (0 to 1)."""

    def __call__(self, block: Block, role: Role, reason: str, confidence: float) -> None: ...


@dataclass(eq=False, slots=True)
class ExpectationDraft:
    block: Block
    details: list[Block] = field(default_factory=list)
    examples: list[Block] = field(default_factory=list)
    children: list[Block] = field(default_factory=list)
    is_anti_pattern: bool = False
    #: What a data file says of it, as "name: value", and its id there.
    attributes: list[Block] = field(default_factory=list)
    identifier: str = ""


@dataclass(eq=False, slots=True)
class CellDraft:
    dimension: str
    group: Section | None = None
    #: Where the heading of the dimension stands in the document; see `dimensions`.
    place: tuple[int, int] = (0, 0)
    prose: list[Block] = field(default_factory=list)
    expectations: list[ExpectationDraft] = field(default_factory=list)
    examples: list[Block] = field(default_factory=list)
    placeholder: bool = False
    #: What a sentence such as "Same as L2" names, and the sentence.
    same_as: tuple[str, str] | None = None


_LABELLED = re.compile(
    r"(?:\*\*|__)(?P<name>[^*_]{1,80}?):?(?:\*\*|__)\s*[:\u2013-]?\s*(?P<value>\S.*)"
    r"|_?_?(?P<bare>[^*_:]{1,40}):\s+(?P<said>\S.*?)_?_?",
    re.DOTALL,
)
#: Emphasis of the whole of a line, and of its label more strongly than in bold.
_OUTER = re.compile(r"(?P<mark>[*_])(?P<inside>(?:\*\*|__).*[^*_]|[^*_]+)(?P=mark)", re.DOTALL)
_STRONGER = re.compile(r"(?P<mark>\*\*\*|___)(?P<label>[^*_]+)(?P=mark)")
#: A quotation from here on is advice of the site that shows the document.
NOTE = re.compile(r"\**(?:note|nb|n\.b\.|tip|warning|important|info)\**\W*$", re.IGNORECASE)

_LABEL_START = re.compile(r"(?:\*\*|__)[^*_]{1,60}(?::(?:\*\*|__)|(?:\*\*|__)\s*[:\u2013-])\s")
_TO_COME = r"(?:coming soon|tb[cd]|to be (?:defined|determined|written|added|decided))"
_PLACEHOLDER = re.compile(
    rf"\W*(?:{_TO_COME}|forthcoming|to be done|under construction|to ?do|work in progress|wip|placeholder"
    r"|n/?a|none(?: yet)?|not (?:yet )?(?:defined|applicable)"
    # Nothing is asked besides what another level says.
    r"|(?:none|nothing)(?: (?:new|more|further|else))? (?:beyond|above|besides|on top of|in addition to)"
    r" (?:[\w.-]+ ?){1,3})\W*|\W+"
    # What is to come may be named, in a few words before it that ask for nothing.
    r"|(?!.*\b(?:has|have|had|needs?|ought|what|which|how|where|when)\b)"
    rf"(?:[^\W\d_][\w'\u2019-]*[ :]+){{1,4}}{_TO_COME}\W*"
    r"|\W*(?:this|the|that|these|those) (?:[\w-]+ ){1,3}(?:is|are|has|have) (?:(?:currently|still) )?"
    r"(?:not|yet to)(?: yet)?(?: been| be)? (?:defined|described|specified|written)(?: yet| so far)?\W*"
    # Behind a sign in capitals anything may be.
    rf"|\W*(?-i:{PENDING})\b.*",
    re.IGNORECASE | re.DOTALL,
)
_EXAMPLE = re.compile(r"(?:e\.?g\.?|for example|for instance|examples?|such as)\b", re.IGNORECASE)
_DIVIDER = re.compile(r"\**\[(?P<name>[^\[\]]{3,60})\]\**:?")
_WARNED = re.compile(
    r"[*_]*(?:red flags?|warning signs?|anti-?patterns?)[*_]*\s*[:\u2013\u2014-][*_]*\s+(?=\S)",
    re.IGNORECASE,
)
_IN_ITALICS = re.compile(r"(?P<mark>[*_]{1,3})[^*_].*(?P=mark)", re.DOTALL)
_AT_LEAST = 2

Mode = Literal["", "examples", "warnings"]


@dataclass(frozen=True, slots=True)
class _Place:
    """What a block stands among, or whether it only says what those below it are.

    Announced in an item, it holds for what stands deeper than `depth`, and may be of that item alone.
    """

    mode: Mode = ""
    announces: bool = False
    depth: int = 0
    is_of_item: bool = False


def read_label(text: str) -> re.Match[str] | None:
    """A label and its value, an attribute of what it stands in, whatever emphasis is on the whole of it."""
    text = _STRONGER.sub(r"**\g<label>**", text)
    outer = _OUTER.fullmatch(text)
    return _LABELLED.fullmatch(outer["inside"] if outer else text)


def is_placeholder(text: str) -> bool:
    """Whether a text only says that something is still to come, or nothing."""
    return _PLACEHOLDER.fullmatch(text) is not None


def read_cell(
    cell: CellDraft,
    blocks: Iterable[Block],
    mark: Marker,
    added: Callable[[str], CellDraft],
    *,
    may_be_said: bool,
) -> CellDraft:
    """Fill the cell.

    Args:
        cell: the cell to fill, empty but for its names.
        blocks: everything that stands in it.
        mark: is told of each block.
        added: gives the cell of a role that a divider in the text names.
        may_be_said: whether paragraphs are statements where there is no list.
    """
    return _CellReader(cell, list(blocks), mark, added, may_be_said=may_be_said).read()


class _CellReader:
    def __init__(
        self,
        cell: CellDraft,
        blocks: list[Block],
        mark: Marker,
        added: Callable[[str], CellDraft],
        *,
        may_be_said: bool,
    ) -> None:
        self.cell = cell
        #: The cell that the next block belongs to.
        self.target = cell
        self.blocks = blocks
        self.mark = mark
        self.added = added
        #: A cell of its own name, as in a row "Red flags", warns throughout.
        warns = ANTI_PATTERNS.fullmatch(name_key(cell.dimension)) is not None
        self.places = _places(blocks, "warnings" if warns else "")
        #: What is announced for the block that is read.
        self.place = _Place()
        items = [
            place.mode
            for block, place in zip(blocks, self.places, strict=True)
            if block.kind == "item" and not block.quoted and not place.announces
        ]
        self.has_items = bool(items)
        #: A list of examples or warnings leaves it to the prose to say what is asked.
        self.is_said = may_be_said and ("warnings" if warns else "") not in items
        labelled = sum(_LABEL_START.match(block.text) is not None for block in blocks)
        #: Where several paragraphs carry labels, the others only introduce them.
        self.needs_label = self.is_said and labelled >= _AT_LEAST
        self.is_note = False
        self.leads = _leads(blocks)
        #: Where prose goes on below lists that have a line over them, each list is a part of what its line says.
        self.is_mixed = may_be_said and bool(self.leads) and _goes_on(blocks, self.leads)
        self.lead: ExpectationDraft | None = None

    def read(self) -> CellDraft:
        for block, place in zip(self.blocks, self.places, strict=True):
            self.place = place
            if not self.announces(block):
                self.take(block)
        return self.cell

    def announces(self, block: Block) -> bool:
        """Whether the block only says what the blocks below it are."""
        if self.place.announces:
            what = "examples" if self.place.mode == "examples" else "what is warned of"
            self.mark(block, "layout", f"announces {what}", 0.8)
        elif (divider := _DIVIDER.fullmatch(block.text)) and not _PLACEHOLDER.fullmatch(block.text):
            self.target = self.added(divider["name"])
            self.mark(block, "mixin", "says for whom the lines below it hold", 0.7)
        elif block.kind == "heading" and block.text.strip("*_: "):
            self.lead = None
            if not self.target.expectations:
                self.mark(block, "layout", "a heading inside a dimension", 0.5)
        else:
            return False
        return True

    def take(self, block: Block) -> None:
        if block.kind == "item" and not (self.has_items and block.quoted):
            self.item(block)
        elif block.kind == "quote" and (self.is_note or NOTE.fullmatch(block.text)):
            self.is_note = True
        elif block.kind in {"quote", "item"}:
            self.quote(block)
        elif block.kind == "warning":
            self.target.expectations.append(ExpectationDraft(block, is_anti_pattern=True))
            self.mark(block, "anti_pattern", "the source calls it so", 0.9)
        elif block.kind in {"attribute", "identifier"}:
            self.of_record(block)
        elif block.kind == "about":
            self.target.prose.append(block)
            self.mark(block, "summary", "the source calls it so", 0.9)
        elif block.kind == "paragraph":
            self.prose(block)

    def of_record(self, block: Block) -> None:
        if not self.target.expectations:
            return
        last = self.target.expectations[-1]
        if block.kind == "identifier":
            last.identifier = block.text
        else:
            last.attributes.append(block)
        self.mark(block, "attribute", "what the record says of its statement", 0.8)

    def item(self, block: Block) -> None:
        cell = self.target
        if not block.text:
            self.mark(block, "layout", "an empty list item", 0.9)
        elif self.place.mode == "examples":
            shown = cell.expectations[-1:] if self.place.is_of_item else []
            (shown[0].examples if shown else cell.examples).append(block)
            self.mark(block, "example", "stands in a list of examples", 0.85)
        elif self.stands_for_more(block):
            pass
        elif self.lead:
            self.lead.children.append(block)
            self.mark(block, "sub_point", "an item of the list that its line leads to", 0.7)
        elif block.level > 1 and cell.expectations:
            cell.expectations[-1].children.append(block)
            self.mark(block, "sub_point", "an item inside another", 0.7)
        elif self.is_warning(block):
            pass
        else:
            cell.expectations.append(ExpectationDraft(block))
            self.mark(block, "expectation", "an item under the heading of a dimension", 0.9)

    def is_warning(self, block: Block) -> bool:
        """Something that is warned of: in a list of such, or by its first words."""
        label = _WARNED.match(block.text)
        if self.place.mode != "warnings" and not label:
            return False
        said = replace(block, text=block.text[label.end() :]) if label else block
        self.target.expectations.append(ExpectationDraft(said, is_anti_pattern=True))
        self.mark(block, "anti_pattern", "stands in a list of what is warned of", 0.8)
        return True

    def stands_for_more(self, block: Block) -> bool:
        """A placeholder, or a sentence that stands for what another level says."""
        cell = self.target
        # Below other items, a word that only points elsewhere is advice.
        is_later = bool(cell.expectations or cell.same_as)
        same = builds_on(block.text) if is_later else same_as(block.text)
        if _PLACEHOLDER.fullmatch(block.text):
            cell.placeholder = True
            self.mark(block, "placeholder", "says that the text is still to come", 0.9)
        elif (
            same
            and cell.dimension
            and block.level <= 1
            and cell.same_as is None
            and (block.kind == "item" or not is_later)
        ):
            cell.same_as = same, block.text
            self.mark(block, "same_as", "stands for what another level says", 0.8)
        else:
            return False
        return True

    def quote(self, block: Block) -> None:
        cell = self.target
        if not block.text:
            self.mark(block, "layout", "an empty quotation", 0.9)
        elif cell.expectations:
            cell.expectations[-1].examples.append(block)
            self.mark(block, "example", "a quotation below the item that it illustrates", 0.85)
        elif _EXAMPLE.match(block.text):
            cell.examples.append(block)
            self.mark(block, "example", "a quotation that names itself an example", 0.85)
        else:
            cell.prose.append(block)
            self.mark(block, "summary", "a quotation before the first item", 0.7)

    def prose(self, block: Block) -> None:
        cell = self.target
        if not block.text:
            self.mark(block, "layout", "a line without words", 0.9)
        elif self.stands_for_more(block):
            pass
        elif EXAMPLE_LINE.match(block.text.strip("*_ ")) and (cell.expectations or cell.prose):
            examples = cell.expectations[-1].examples if cell.expectations else cell.examples
            examples.append(block)
            self.mark(block, "example", "names itself an example of the text above", 0.8)
        elif block.level and cell.expectations:
            cell.expectations[-1].details.append(block)
            self.mark(block, "detail", "goes on below its item", 0.8)
        elif self.place.mode == "examples" and self.is_said:
            cell.examples.append(block)
            self.mark(block, "example", "stands under a word for examples", 0.8)
        elif (self.is_said or not block.level) and self.is_warning(block):
            pass
        elif self.is_mixed and not block.level:
            cell.expectations.append(ExpectationDraft(block))
            self.lead = cell.expectations[-1] if id(block) in self.leads else None
            self.mark(block, "expectation", "a paragraph among lists of its parts", 0.6)
        elif self.is_statement(block):
            # Without a list, every paragraph is a statement; what it is taken for is asked.
            cell.expectations.append(ExpectationDraft(block))
            self.mark(block, "expectation", "a paragraph where others have lists", 0.6)
        else:
            cell.prose.append(block)
            self.mark(block, "summary", "prose in a level", 0.7)

    def is_statement(self, block: Block) -> bool:
        if not self.is_said or (self.needs_label and not _LABEL_START.match(block.text)):
            return False
        return bool(self.cell.dimension) or not _IN_ITALICS.fullmatch(block.text)


def _places(blocks: list[Block], mode: Mode) -> list[_Place]:
    """Where each block stands; `mode` holds where nothing is announced."""
    has_items = any(block.kind == "item" and not block.quoted for block in blocks)
    outside = place = _Place(mode)
    places = []
    for at, block in enumerate(blocks):
        if found := _announced(blocks, at):
            depth = block.level if block.kind in {"item", "paragraph"} else 0
            place = _Place(found, depth=depth, is_of_item=depth > (block.kind == "item"))
            places.append(replace(place, announces=True))
            continue
        if block.kind in {"heading", "end_details"}:
            place = _Place()
        elif block.kind == "item" and block.level <= place.depth:
            place = outside
        elif block.kind == "paragraph" and not block.level and has_items and not outside.mode:
            # Among lines without bullets, what is announced goes on to the end.
            place = place if _DIVIDER.fullmatch(block.text) else outside
        places.append(place)
    return places


def _announced(blocks: list[Block], at: int) -> Mode:
    """What the block says that those below it are: a heading, or words over a list."""
    block = blocks[at]
    words = block.text.strip("*_: ")
    after = blocks[at + 1] if at + 1 < len(blocks) else None
    holds_list = after is not None and after.kind == "item" and after.level > block.level
    is_label = block.kind in {"details", "heading", "paragraph"}
    if not words or not (is_label or (block.kind == "item" and holds_list)):
        return ""
    # Behaviours are what is asked, unless something before them is.
    if EXAMPLES.fullmatch(words) or (at and SHOWN.fullmatch(words)):
        return "examples"
    return "warnings" if is_label and ANTI_PATTERNS.fullmatch(words) else ""


def _leads(blocks: list[Block]) -> set[int]:
    """The lines that end in a colon over a list."""
    return {
        id(block)
        for block, after in pairwise(blocks)
        if block.kind == "paragraph"
        and not block.level
        and block.text.endswith(":")
        and after.kind == "item"
    }


def _goes_on(blocks: list[Block], leads: set[int]) -> bool:
    """Whether a paragraph that leads to nothing stands below a list."""
    kinds = [
        block.kind
        for block in blocks
        if block.kind == "item"
        or (block.kind == "paragraph" and block.text and not block.level and id(block) not in leads)
    ]
    return "paragraph" in kinds[kinds.index("item") :]
