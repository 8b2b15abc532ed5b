"""HTML -> outline: whole pages, and the HTML that stands in Markdown.

What a page holds besides its text (scripts, styles, menus, forms) is dropped and stays listed by line.
Nothing is evaluated and no address is followed.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

from ladders.importing.lines import SourceLine, tell
from ladders.importing.outline import BOLD_LINE, Block, Builder, Outline

_HIDDEN = frozenset(
    {
        "script",
        "style",
        "nav",
        "template",
        "noscript",
        "svg",
        "form",
        "button",
        "iframe",
        "object",
    }
)
#: Beside the text of a page stand its menus; in a document it is a note to the reader.
_HIDDEN_IN_PAGES = _HIDDEN | {"aside"}
_LISTS = ("ul", "ol", "menu", "dl")
_ITEMS = ("li", "dd")
#: Elements that start and end a paragraph without meaning anything else here.
_PLAIN_BLOCKS = frozenset(
    {
        "p",
        "div",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "aside",
        "body",
        "html",
        "figure",
    }
    | {"figcaption", "address", "center", "thead", "tbody", "tfoot", "caption", "fieldset"}
)
_NOT_SHOWN = re.compile(r"\bdisplay\s*:\s*none\b|\bvisibility\s*:\s*hidden\b", re.IGNORECASE)
#: Elements that hold nothing.
_VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "wbr"})
_MARKS = {
    **dict.fromkeys(("b", "strong"), "**"),
    **dict.fromkeys(("i", "em"), "*"),
    **dict.fromkeys(("code", "kbd"), "`"),
    **dict.fromkeys(("del", "s", "strike"), "~~"),
}
_EMPTY_MARKS = re.compile(r"(?P<mark>\*\*|`|~~)(?P<space>\s*)(?P=mark)")
_BRACKETS = re.compile(r"[\[\]]")
_SIMPLE_ADDRESS = re.compile(r"[^\s()<>]+")
#: A sign that opens no element, since the next one opens before it ends.
_UNCLOSED = re.compile(r"<(?!!--)(?=[^<>]*(?:<|\Z))")
#: A term inside of what another explains is a heading below it.
_INNER_TERM = BOLD_LINE + 2
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


def read_page(text: str, file: int = 0) -> Outline:
    """A whole HTML page. Never raises and never loses a line."""
    builder = Builder(tuple(text.split("\n")), file)
    reader = MarkupReader(builder, _HIDDEN_IN_PAGES)
    reader.read(text, 1)
    reader.finish()
    outline = builder.outline()
    if reader.title and not any(
        block.kind == "heading" and block.level == 1 for block in outline.blocks
    ):
        line, words = reader.title
        title = Block("heading", line, line, words, outline.lines[line - 1], 1, file=file)
        strays = tuple(block for block in outline.strays if block.line != line)
        return Outline((title, *outline.blocks), strays, outline.lines)
    return outline


class MarkupReader(HTMLParser):
    """Tells a builder what a piece of HTML holds; elements may stay open from one piece to the next.

    What stands in elements of the kinds `left_out` is passed over.
    """

    def __init__(self, builder: Builder, left_out: frozenset[str] = _HIDDEN) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = builder
        self.left_out = left_out
        self.first_line = 1
        #: The words of the paragraph, heading or summary that is open, line by line.
        self.lines: list[SourceLine] = []
        self.heading = 0
        self.summary = False
        self.term = False
        self.term_lists = 0
        self.open: list[str] = []
        self.hidden: list[str] = []
        self.tables = 0
        self.addresses: list[str] = []
        self.title: tuple[int, str] | None = None
        self.in_title = False
        self.inline: dict[str, Callable[[dict[str, str | None]], None]] = {
            "a": self.open_link,
            "br": lambda _: self.words("\n"),
            "img": lambda given: self.words(f"![{_BRACKETS.sub('', given.get('alt') or '')}]()"),
        }
        self.starts: dict[str, Callable[[str, dict[str, str | None]], None]] = {
            **dict.fromkeys(_HEADINGS, self.open_heading),
            **dict.fromkeys(_LISTS, self.open_list),
            **dict.fromkeys(_ITEMS, self.open_item),
            "dt": self.open_term,
            "blockquote": self.open_quote,
            "table": self.open_table,
            "tr": self.open_row,
            "td": self.open_cell,
            "th": self.open_cell,
            "summary": self.open_summary,
            "hr": self.rule,
        }
        self.ends: dict[str, Callable[[str], None]] = {
            **dict.fromkeys((*_LISTS, *_ITEMS, "table"), self.leave),
            "details": lambda _: builder.add_verbatim("end_details", self.line, self.line),
            "blockquote": lambda _: builder.close_quote(),
            "td": self.close_cell,
            "th": self.close_cell,
        }

    def read(self, piece: str, first_line: int) -> None:
        self.reset()
        self.first_line = first_line
        self.feed(_closed(piece))
        self.close()
        self.flush()

    def finish(self) -> None:
        self.flush()
        while self.open:
            self.leave(self.open[-1])

    @property
    def line(self) -> int:
        return self.first_line + self.getpos()[0] - 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.in_title = self.in_title or tag == "title"
        goes_on = bool(self.hidden) and tag == self.hidden[-1]
        if tag in self.left_out or goes_on or (_is_unseen(given) and tag not in _VOID):
            self.flush()
            self.hidden.append(tag)
        if self.hidden:
            return
        self.anchor(tag, given)
        inline = self.inline.get(tag)
        if tag in _MARKS:
            self.words(_MARKS[tag])
        elif inline:
            inline(given)
        elif tag in self.starts:
            self.flush()
            self.starts[tag](tag, given)
        elif tag in _PLAIN_BLOCKS:
            self.flush()

    def handle_endtag(self, tag: str) -> None:
        self.in_title = self.in_title and tag != "title"
        if self.hidden:
            if tag == self.hidden[-1]:
                self.hidden.pop()
        elif tag in _MARKS:
            self.words(_MARKS[tag])
        elif tag == "a" and self.addresses:
            address = self.addresses.pop()
            self.words(f"]({address})" if address else "")
        elif tag in self.ends:
            self.flush()
            self.ends[tag](tag)
        elif tag in _HEADINGS or tag in {"summary", "dt"} or tag in _PLAIN_BLOCKS:
            self.flush()

    # -- Inside a line

    def anchor(self, tag: str, given: dict[str, str | None]) -> None:
        name = given.get("id") or (given.get("name") if tag == "a" else None)
        if name and (tag in _HEADINGS or tag == "a"):
            if tag != "a":
                self.flush()
            if not self.lines:
                self.builder.add_verbatim("anchor", self.line, self.line, name)

    def open_link(self, given: dict[str, str | None]) -> None:
        address = given.get("href") or ""
        self.addresses.append(address if _SIMPLE_ADDRESS.fullmatch(address) else "")
        self.words("[" if self.addresses[-1] else "")

    # -- Elements that stand for themselves

    def open_heading(self, tag: str, _given: dict[str, str | None]) -> None:
        self.heading = _HEADINGS[tag]

    def open_list(self, tag: str, _given: dict[str, str | None]) -> None:
        self.open.append(tag)
        self.term_lists += tag == "dl"

    def open_item(self, tag: str, _given: dict[str, str | None]) -> None:
        if self.open and self.open[-1] in _ITEMS:
            self.leave(self.open[-1])
        self.open.append(tag)
        self.builder.open_item()

    def open_term(self, _tag: str, _given: dict[str, str | None]) -> None:
        if self.open and self.open[-1] == "dd":
            self.leave("dd")
        self.term = True

    def open_quote(self, _tag: str, _given: dict[str, str | None]) -> None:
        self.builder.open_quote()

    def open_table(self, tag: str, _given: dict[str, str | None]) -> None:
        self.open.append(tag)
        self.tables += 1
        if self.in_table:
            self.builder.open_table(self.line)

    def open_row(self, _tag: str, _given: dict[str, str | None]) -> None:
        if self.in_table:
            self.builder.open_row()

    def open_cell(self, tag: str, given: dict[str, str | None]) -> None:
        span = _span(given, "rowspan"), _span(given, "colspan")
        if self.in_table:
            self.builder.open_cell(is_header=tag == "th", span=span)

    def close_cell(self, _tag: str) -> None:
        if self.in_table:
            self.builder.close_cell()

    def open_summary(self, _tag: str, _given: dict[str, str | None]) -> None:
        self.summary = True

    def rule(self, _tag: str, _given: dict[str, str | None]) -> None:
        self.builder.add_verbatim("rule", self.line, self.line)

    def leave(self, tag: str) -> None:
        """Close the element and those inside it that were left open."""
        if tag not in self.open:
            return
        while self.open:
            inner = self.open.pop()
            self.term_lists -= inner == "dl"
            if inner in _ITEMS:
                self.builder.close_item(self.line)
            elif inner == "table":
                if self.in_table:
                    self.builder.close_table(self.line)
                self.tables -= 1
            if inner == tag:
                break

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        if self.in_title:
            if data.strip():
                self.title = (self.line, " ".join(data.split()))
            return
        line = self.line
        for at, words in enumerate(data.split("\n")):
            self.take(SourceLine(line + at, words), is_new=at > 0)

    def words(self, words: str) -> None:
        """Words that belong to the line that is open; a line end starts the next."""
        if words == "\n":
            self.take(SourceLine(self.line, "", is_broken=True), is_new=True)
        elif words:
            self.take(SourceLine(self.line, words), is_new=False)

    def take(self, line: SourceLine, *, is_new: bool) -> None:
        last = self.lines[-1] if self.lines else None
        if last and is_new and last.is_broken and not last.text.strip():
            # A file often breaks where the page does.
            self.lines[-1] = replace(line, is_broken=True)
        elif last and not is_new:
            number = last.number if last.text.strip() else line.number
            self.lines[-1] = SourceLine(number, last.text + line.text, last.is_broken)
        else:
            self.lines.append(line)

    def handle_comment(self, data: str) -> None:
        last = self.line + data.count("\n")
        self.builder.add_verbatim("comment", self.line, last, data.strip())

    def flush(self) -> None:
        """The end of a paragraph, heading or summary."""
        in_cell = self.tables > 0 and not self.in_item
        lines = [
            SourceLine(line.number, _without_empty_marks(line.text), line.is_broken and in_cell)
            for line in self.lines
        ]
        lines = [line for line in lines if line.text.strip("*`~ \t")]
        self.lines = []
        heading, self.heading = self.heading, 0
        summary, self.summary = self.summary, False
        term, self.term = self.term, False
        if not lines:
            return
        text = " ".join(line.text.strip() for line in lines)
        if heading:
            self.builder.add("heading", lines[0].number, lines[-1].number, text, heading)
        elif summary:
            self.builder.add("details", lines[0].number, lines[-1].number, text)
        elif term:
            # What a list of terms explains is named there, as by a line in bold.
            level = BOLD_LINE if self.term_lists <= 1 else _INNER_TERM
            self.builder.add("heading", lines[0].number, lines[-1].number, text, level)
        else:
            tell(self.builder, lines, apart=False)

    @property
    def in_table(self) -> bool:
        """Inside a table, and not inside a table in its cells: that is only layout."""
        return self.tables == 1

    @property
    def in_item(self) -> bool:
        return bool(self.open) and self.open[-1] in _ITEMS


def _is_unseen(given: dict[str, str | None]) -> bool:
    """Whether an element is not shown, or leads about the site."""
    role = given.get("role") or ""
    return (
        "hidden" in given
        or role in {"navigation", "menu", "menubar", "search"}
        or _NOT_SHOWN.search(given.get("style") or "") is not None
    )


def _closed(piece: str) -> str:
    """The piece without signs that open what never ends: the parser would search for the end each time."""
    last = piece.rfind("-->") + 1
    piece = piece[:last] + piece[last:].replace("<!--", "&lt;!--")
    return _UNCLOSED.sub("&lt;", piece)


def _without_empty_marks(text: str) -> str:
    return _EMPTY_MARKS.sub(lambda match: match["space"], text)


def _span(given: dict[str, str | None], name: str) -> int:
    """How many rows or columns a cell covers; nobody's table has more than a hundred."""
    value = given.get(name) or "1"
    return min(int(value), 100) if value.isascii() and value.isdigit() and int(value) else 1
