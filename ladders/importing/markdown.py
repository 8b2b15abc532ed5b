"""Markdown -> outline, by a parser of CommonMark with tables; HTML in it is read by `markup`.

Never raises and never loses a line: what the parser drops, such as the addresses of links, is a stray
block. Time grows in proportion to the text.
"""

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ladders.importing.lines import ANCHOR, BREAK, LIST_ITEM, SourceLine, tell
from ladders.importing.markup import MarkupReader
from ladders.importing.outline import Builder, Outline
from ladders.importing.pasted import as_markdown

# Indented code is off: over-indented lists are common in ladders, programs are not.
_PARSER = MarkdownIt("commonmark").enable("table").disable("code")

_FENCE = "---"
#: A line of one tag would make Markdown take the lines below it for HTML.
_LONE_TAG = re.compile(
    r"^[ ]{0,3}<(?:br\s*/?|a\s+(?:id|name)\s*=\s*[\"']?(?P<anchor>[^\"'<>\s]+)[\"']?\s*/?)>"
    r"(?:[ \t]*</a>)?[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_PIPE = re.compile(r"(?<!\\)\|")
_LABEL_LINE = re.compile(r"(?:\*\*|__)[^*_\n]{1,80}(?:\*\*|__)")


def read_markdown(text: str, file: int = 0) -> Outline:
    lines = tuple(text.split("\n"))
    builder = Builder(lines, file)
    skipped = _front_matter(lines)
    if skipped:
        builder.add_verbatim("front_matter", 1, skipped, "\n".join(lines[:skipped]))
    body = "\n" * skipped + "\n".join(lines[skipped:])
    anchors = [
        (body.count("\n", 0, match.start()) + 1, match["anchor"])
        for match in _LONE_TAG.finditer(body)
        if match["anchor"]
    ]
    # A parser takes other characters for line ends than the lines are counted by.
    plain = as_markdown(_LONE_TAG.sub("", body).split("\n"))
    source = "\n".join(plain).replace("\0", "\ufffd")
    tokens: list[Token] = []
    _PARSER.block.parse(source, _PARSER, {}, tokens)
    reader = _MarkdownReader(builder, anchors)
    for token in tokens:
        reader.take(token)
    reader.close()
    return builder.outline()


def _front_matter(lines: tuple[str, ...]) -> int:
    """How many lines at the start are front matter."""
    if lines[0].strip() != _FENCE:
        return 0
    for number, line in enumerate(lines[1:], 2):
        if line.strip() in {_FENCE, "..."}:
            return number
    return 0


class _MarkdownReader:
    def __init__(self, builder: Builder, anchors: list[tuple[int, str]]) -> None:
        self.builder = builder
        self.markup = MarkupReader(builder)
        self.anchors = anchors[::-1]
        self.heading = 0
        self.in_cell = False
        self.item_lines: list[int] = []
        self.table_end = 0
        #: The line of the row that is open, and how many of its cells were read.
        self.row, self.cells = 0, 0
        self.readers: dict[str, Callable[[Token, int, int], None]] = {
            "heading_open": self.open_heading,
            "inline": lambda token, line, end: self.words(token.content, line, end),
            "list_item_open": self.open_item,
            "list_item_close": lambda *_: builder.close_item(self.item_lines.pop()),
            "blockquote_open": lambda *_: builder.open_quote(),
            "blockquote_close": lambda *_: builder.close_quote(),
            "table_open": self.open_table,
            "table_close": lambda *_: builder.close_table(self.table_end),
            "tr_open": self.open_row,
            "tr_close": self.close_row,
            "th_open": self.open_cell,
            "td_open": self.open_cell,
            "th_close": self.close_cell,
            "td_close": self.close_cell,
            "fence": lambda token, line, end: builder.add_verbatim(
                "code", line, end, token.content
            ),
            "hr": lambda _, line, end: builder.add_verbatim("rule", line, end),
            "html_block": lambda token, line, _: self.markup.read(token.content, line),
        }

    def take(self, token: Token) -> None:
        line, end = (token.map[0] + 1, token.map[1]) if token.map else (0, 0)
        while self.anchors and line > self.anchors[-1][0]:
            self.anchor(*self.anchors.pop())
        reader = self.readers.get(token.type)
        if reader:
            reader(token, line, end)

    def anchor(self, line: int, name: str) -> None:
        self.builder.add_verbatim("anchor", line, line, name)

    def open_heading(self, token: Token, _line: int, _end: int) -> None:
        self.heading = int(token.tag[1])

    def open_item(self, _token: Token, line: int, _end: int) -> None:
        self.builder.open_item()
        self.item_lines.append(line)

    def open_table(self, _token: Token, line: int, end: int) -> None:
        self.builder.open_table(line)
        self.table_end = end

    def open_row(self, _token: Token, line: int, _end: int) -> None:
        self.builder.open_row()
        self.row, self.cells = line, 0

    def close_row(self, _token: Token, _line: int, _end: int) -> None:
        """The parser drops the cells that stand under no column: they name nothing, and stay listed."""
        source = self.builder.lines[self.row - 1].lstrip("> \t").removeprefix("|")
        words = " | ".join(filter(str.strip, _PIPE.split(source)[self.cells :]))
        if words:
            self.builder.add("unused", self.row, self.row, words)

    def open_cell(self, token: Token, _line: int, _end: int) -> None:
        self.cells += 1
        self.builder.open_cell(is_header=token.type == "th_open")
        self.in_cell = True

    def close_cell(self, _token: Token, _line: int, _end: int) -> None:
        self.builder.close_cell()
        self.in_cell = False

    def close(self) -> None:
        for line, name in reversed(self.anchors):
            self.anchor(line, name)

    def words(self, source: str, line: int, end: int) -> None:
        if self.in_cell:
            # A cell of a pipe table holds its lines and lists in one line of text.
            pieces = BREAK.split(LIST_ITEM.sub("\n- ", source))
            tell(self.builder, [SourceLine(line, each) for each in pieces], apart=True)
        elif self.heading:
            self.builder.add("heading", line, end, source, self.heading)
            self.heading = 0
        elif anchor := ANCHOR.fullmatch(source.strip()):
            self.builder.add_verbatim("anchor", line, end, anchor[1])
        elif "\n" in source and _LABEL_LINE.match(source):
            # Labels in bold at the start of lines are as good as paragraphs of their own.
            lines = [SourceLine(line + at, each) for at, each in enumerate(source.split("\n"))]
            for part in _labelled(lines):
                self.builder.paragraph(
                    part[0].number, part[-1].number, "\n".join(each.text for each in part)
                )
        else:
            self.builder.paragraph(line, end, source)


def _labelled(lines: list[SourceLine]) -> list[list[SourceLine]]:
    parts: list[list[SourceLine]] = []
    for line in lines:
        if not parts or _LABEL_LINE.match(line.text):
            parts.append([])
        parts[-1].append(line)
    return parts
