"""Markdown text -> an outline: a flat list of blocks that know their lines.

Any text has an outline, every line that is not blank is in exactly one block, and reading takes time
in proportion to the text. What the blocks mean for a ladder is decided by `proposal`.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from ladders.inline import read_inline

BlockKind = Literal[
    "heading",
    "item",
    "paragraph",
    "quote",
    "rule",
    "anchor",
    "comment",
    "html",
    "code",
    "table",
    "front_matter",
]

#: A line in bold that stands alone works as a heading below all others.
BOLD_LINE = 7


@dataclass(frozen=True, slots=True)
class Block:
    """`text` is what a reader sees, `raw` the source; lines count from 1, both ends included.

    `level` is the level of a heading (1 to 6, or BOLD_LINE), the depth of a list item (from 1), and
    for everything else the depth of the item it stands in (0 outside of lists).
    """

    kind: BlockKind
    line: int
    last_line: int
    text: str
    raw: str
    level: int = 0
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    blocks: tuple[Block, ...]


def read_outline(text: str) -> Outline:
    """Never raises and never loses a line."""
    reader = _Reader()
    for number, line in enumerate(text.split("\n"), 1):
        reader.take(number, line)
    reader.close()
    return Outline(tuple(reader.blocks))


@dataclass(slots=True)
class _Open:
    """The block that the next line may still belong to."""

    kind: BlockKind
    line: int
    level: int
    last_line: int
    words: list[str] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)


_HEADING = re.compile(r"(#{1,6})(?:[ \t]+(.*))?")
_CLOSING_HASHES = re.compile(r"(?:^|[ \t])#+$")
_SETEXT = re.compile(r"=+|--+")
_RULE = re.compile(r"([-*_])(?:[ \t]*\1){2,}")
_ITEM = re.compile(r"(?:[-*+•]|[0-9]{1,9}[.)])(?:[ \t]+(.*))?")
_TASK = re.compile(r"\[[ xX]\][ \t]+")
_QUOTE = re.compile(r"(?:>[ \t]?)+(.*)")
_FENCE = re.compile(r"(`{3,}|~{3,})[^`]*")
_ANCHOR = re.compile(r"<a\s+(?:id|name)\s*=\s*[\"']?([^\"'<>\s]+)[\"']?\s*/?>(?:\s*</a>)?")
_HTML = re.compile(
    r"</?(?:details|summary|div|p|h[1-6]|ul|ol|li|table|thead|tbody|tr|td|th|hr|img|br|section|style|"
    r"script|nav|center)\b[^<>]*>.*",
    re.IGNORECASE,
)
_BOLD_LINE = re.compile(r"\*\*([^*]{1,80})\*\*:?|__([^_]{1,80})__:?")

#: A list item holds what is indented by this much more than its marker.
_INDENT = 2
_FRONT_MATTER = "---"


class _Reader:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.open: _Open | None = None
        #: The columns of the markers of the items that are open, outermost first.
        self.markers: list[int] = []
        self.fence = ""
        self.after_blank = False

    def take(self, number: int, line: str) -> None:
        stripped = line.strip()
        if self.inside_span(number, line, stripped):
            return
        if not stripped:
            self.after_blank = True
            return
        if self.after_blank:
            self.close()
            self.after_blank = False
        indent = len(line) - len(line.lstrip())
        if not (
            self.starts_span(number, line, stripped)
            or self.is_mark(number, line, stripped, indent)
            or self.is_container(number, line, stripped, indent)
        ):
            self.is_prose(number, line, stripped, indent)

    def inside_span(self, number: int, line: str, stripped: str) -> bool:
        """Front matter, comments and fenced code hold every line up to their end."""
        if self.open is None or self.open.kind not in {"front_matter", "comment", "code"}:
            return False
        if stripped:
            self.extend(number, line, stripped)
        if self.ends_span(stripped):
            self.close()
        return True

    def ends_span(self, stripped: str) -> bool:
        if self.open is None or self.open.kind == "code":
            return stripped.startswith(self.fence) and not stripped.strip(self.fence[0])
        if self.open.kind == "comment":
            return "-->" in stripped
        return stripped == _FRONT_MATTER

    def starts_span(self, number: int, line: str, stripped: str) -> bool:
        if number == 1 and stripped == _FRONT_MATTER:
            self.start("front_matter", number, line, stripped)
            return True
        if stripped.startswith("<!--"):
            self.start("comment", number, line, stripped)
            if "-->" in stripped:
                self.close()
            return True
        fence = _FENCE.fullmatch(stripped)
        if fence:
            self.start("code", number, line, stripped)
            self.fence = fence[1]
        return fence is not None

    def is_mark(self, number: int, line: str, stripped: str, indent: int) -> bool:
        """Headings, rules, anchors and lines of HTML: each is a block of one line."""
        heading = _HEADING.fullmatch(stripped)
        if heading and indent <= _MOST_INDENT:
            words = _CLOSING_HASHES.sub("", (heading[2] or "").rstrip())
            self.outside_lists("heading", number, line, words, len(heading[1]))
        elif self.is_underline(stripped):
            self.underline(number, line, stripped)
        elif _RULE.fullmatch(stripped):
            self.outside_lists("rule", number, line, stripped)
        elif anchor := _ANCHOR.fullmatch(stripped):
            self.outside_lists("anchor", number, line, anchor[1])
        elif _HTML.fullmatch(stripped):
            self.outside_lists("html", number, line, stripped)
        else:
            return False
        return True

    def is_underline(self, stripped: str) -> bool:
        return (
            self.open is not None
            and self.open.kind == "paragraph"
            and not self.open.level
            and _SETEXT.fullmatch(stripped) is not None
        )

    def underline(self, number: int, line: str, stripped: str) -> None:
        if self.open is not None:
            self.open.kind = "heading"
            self.open.level = 1 if stripped.startswith("=") else 2
            self.open.raw.append(line)
            self.open.last_line = number
            self.close()

    def is_container(self, number: int, line: str, stripped: str, indent: int) -> bool:
        """List items, quotes and rows of tables."""
        item = _ITEM.fullmatch(stripped)
        if item:
            while self.markers and indent < self.markers[-1] + _INDENT:
                self.markers.pop()
            self.markers.append(indent)
            words = _TASK.sub("", item[1] or "", count=1)
            self.start("item", number, line, words, len(self.markers))
            return True
        quote = _QUOTE.fullmatch(stripped)
        if quote:
            self.quote(number, line, quote[1], indent)
            return True
        if stripped.startswith("|"):
            if self.open is not None and self.open.kind == "table":
                self.extend(number, line, stripped)
            else:
                self.start("table", number, line, stripped)
            return True
        return False

    def quote(self, number: int, line: str, words: str, indent: int) -> None:
        """A quote of several lines is one block; a bullet in it starts the next."""
        item = _ITEM.fullmatch(words.strip())
        if self.open is not None and self.open.kind == "quote" and item is None:
            self.extend(number, line, words)
        else:
            self.leave_items(indent)
            inner = item[1] or "" if item else words
            self.start("quote", number, line, inner, len(self.markers))

    def is_prose(self, number: int, line: str, stripped: str, indent: int) -> None:
        if self.open is not None and self.open.kind in {"paragraph", "item", "quote"}:
            self.extend(number, line, stripped)
        else:
            self.leave_items(indent)
            self.start("paragraph", number, line, stripped, len(self.markers))

    def leave_items(self, indent: int) -> None:
        while self.markers and indent < self.markers[-1] + _INDENT:
            self.markers.pop()

    def outside_lists(
        self, kind: BlockKind, number: int, line: str, words: str, level: int = 0
    ) -> None:
        self.markers.clear()
        self.start(kind, number, line, words, level)
        self.close()

    def start(self, kind: BlockKind, number: int, line: str, words: str, level: int = 0) -> None:
        self.close()
        self.open = _Open(kind, number, level, number, [words], [line])

    def extend(self, number: int, line: str, words: str) -> None:
        if self.open is not None:
            self.open.words.append(words)
            self.open.raw.append(line)
            self.open.last_line = number

    def close(self) -> None:
        if self.open is not None:
            self.blocks.append(_closed(self.open))
            self.open = None


_MOST_INDENT = 3

#: Blocks whose text is no prose: it is shown as it stands.
_VERBATIM = {"front_matter", "comment", "code", "table", "rule", "anchor"}


def _closed(block: _Open) -> Block:
    raw = "\n".join(block.raw)
    if block.kind in _VERBATIM:
        words = "\n".join(block.words)
        return Block(block.kind, block.line, block.last_line, words, raw, block.level)
    words = " ".join(block.words)
    inline = read_inline(words)
    kind, level, text = block.kind, block.level, inline.text
    if kind == "paragraph" and not level and (bold := _BOLD_LINE.fullmatch(words.strip())):
        kind, level = "heading", BOLD_LINE
        text = read_inline(bold[1] or bold[2]).text.rstrip(":")
    return Block(kind, block.line, block.last_line, text, raw, level, inline.links)
