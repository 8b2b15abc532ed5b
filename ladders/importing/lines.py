"""Lines of text without Markdown around them, as in table cells: paragraphs, and items by their bullets."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ladders.importing.outline import Builder

BREAK = re.compile(r"<br\s*/?>|</?(?:p|ul|ol|div)\b[^<>]*>|</li>|\n", re.IGNORECASE)
LIST_ITEM = re.compile(r"<li\b[^<>]*>", re.IGNORECASE)
#: An anchor by itself; its name is the first group.
ANCHOR = re.compile(
    r"<a\s+(?:id|name)\s*=\s*[\"']?([^\"'<>\s]+)[\"']?\s*/?>(?:\s*</a>)?", re.IGNORECASE
)
#: Bullets that word processors write and Markdown does not know.
BULLETS = (
    "\u2022\u25e6\u25aa\u25b8\u25ba\u2023\u25cf\u25cb\u25a0\u00b7\u2219\u2043\u27a2\u2713\u2714"
)
BULLET = re.compile(
    rf"(?P<indent>[ \t]*)(?:[-*+{BULLETS}\u2013\u2014]|[0-9]{{1,2}}[.)])[ \t\u00a0]+(?P<words>\S.*)",
    re.DOTALL,
)
#: A line that starts a list of examples in running text.
EXAMPLE_LINE = re.compile(r"(?:some )?(?:e\.?g\.?|examples?)(?: are| include)?\s*:", re.IGNORECASE)
#: A line over a list of what is warned of.
_WARNING_LINE = re.compile(
    r"(?:red flags?|anti-?patterns?|warning signs?)[*_]*\s*:?", re.IGNORECASE
)
_HEADING = re.compile(r"(#{1,6})[ \t]+(\S.*)")


@dataclass(frozen=True, slots=True)
class SourceLine:
    number: int
    text: str
    #: Whether the line above was ended on purpose, and not only by the width of the file.
    is_broken: bool = False


def tell(builder: Builder, lines: Iterable[SourceLine], *, apart: bool) -> None:
    """Tell the builder of the lines; `apart`: a line ends a paragraph, else an empty one does.

    A line with a bullet is an item, one more indented than the item above it stands inside it, and
    lines without a bullet go on with the item above.
    """
    words: list[SourceLine] = []
    indents: list[int] = []

    def flush() -> None:
        if words:
            text = "\n".join(line.text for line in words)
            builder.paragraph(words[0].number, words[-1].number, text)
            words.clear()

    def leave(indent: int) -> None:
        while indents and indents[-1] >= indent:
            builder.close_item(last)
            indents.pop()

    last = 0
    for line in lines:
        bullet = BULLET.fullmatch(line.text)
        heading = _HEADING.fullmatch(line.text.strip())
        if bullet:
            flush()
            leave(len(bullet["indent"]))
            indents.append(len(bullet["indent"]))
            builder.open_item()
            words.append(SourceLine(line.number, bullet["words"]))
        elif heading:
            flush()
            leave(0)
            builder.add("heading", line.number, line.number, heading[2], len(heading[1]))
        elif not line.text.strip() or _WARNING_LINE.fullmatch(line.text.strip("*_ ")):
            flush()
            leave(0)
            builder.paragraph(line.number, line.number, line.text)
        else:
            if ((apart or line.is_broken) and not indents) or EXAMPLE_LINE.match(
                line.text.strip("*_ ")
            ):
                flush()
            words.append(line)
        last = line.number
    flush()
    leave(0)
