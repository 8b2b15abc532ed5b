"""Outlines in plain text, numbered 1, 1.1, 1.1.1, rewritten line by line as headings and lists of Markdown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ladders.importing.lines import BULLETS

_NUMBERED = re.compile(
    r"(?P<indent>[ \t]*)(?P<number>[0-9]{1,2}(?:\.[0-9]{1,2}){0,3})\.?[ \t]+(?P<words>\S.*)"
)
_BULLET = re.compile(rf"[ \t]*[-*+{BULLETS}\u2013\u2014][ \t\u00a0]+(?P<words>\S.*)")
_HEADING = re.compile(r"[ ]{0,3}#{1,6}[ \t]+\S")
_UNDERLINE = re.compile(r"[ \t]*(?:={3,}|-{3,})[ \t]*")
_AT_LEAST = 2
_MOST_WORDS = 10


@dataclass(frozen=True, slots=True)
class _NumberedLine:
    """A numbered line."""

    depth: int
    words: str


def as_headings(lines: Sequence[str]) -> list[str] | None:
    """The lines with the outer numbers as headings and the innermost as items, each in its place.

    None where the text has headings of Markdown, or numbers that make no outline. Where there are lines with words of
    their own below the innermost numbers, those are the items.
    """
    entries = _entries(lines)
    depths = [each.depth for each in entries.values()]
    inner = max(depths, default=0)
    if inner < _AT_LEAST or min(depths.count(1), depths.count(inner)) < _AT_LEAST:
        return None
    if any(map(_HEADING.match, lines)) or _is_underlined(lines, entries):
        return None
    return _written(lines, entries, inner, is_listed=_holds_lines(lines, entries, inner))


def _entries(lines: Sequence[str]) -> dict[int, _NumberedLine]:
    """The lines that go on counting, by their places; other numbers, such as dates, are text."""
    entries: dict[int, _NumberedLine] = {}
    path: list[int] = []
    first = ""
    for place, line in enumerate(lines):
        found = _NUMBERED.fullmatch(line)
        if found is None:
            continue
        number, words = [int(each) for each in found["number"].split(".")], found["words"].strip()
        if number == [1] and words == first:
            # What came before was a list of contents.
            entries, path = {}, []
        *above, last = number
        before = path[len(above)] if len(path) > len(above) else 0
        if path[: len(above)] == above and last == before + 1:
            path = number
            first = first or words
            entries[place] = _NumberedLine(len(number), words)
    return entries


def _is_underlined(lines: Sequence[str], entries: dict[int, _NumberedLine]) -> bool:
    """Whether headings that are underlined stand below the first number, besides numbered ones."""
    return any(
        place not in entries and lines[place].strip() and _UNDERLINE.fullmatch(lines[place + 1])
        for place in range(min(entries), len(lines) - 1)
    )


def _holds_lines(lines: Sequence[str], entries: dict[int, _NumberedLine], depth: int) -> bool:
    """Whether most numbers of this depth have more below them than the rest of a sentence."""
    places = [*entries, len(lines)]
    holding = [
        any(_indent(line) and _begins(line) for line in lines[start + 1 : end])
        for start, end in pairwise(places)
        if entries[start].depth == depth
    ]
    return sum(holding) * 2 > len(holding)


def _begins(line: str) -> bool:
    """Whether a line begins a statement, and does not go on with the one above it."""
    return line.strip()[:1].isupper() or _BULLET.fullmatch(line) is not None


def _indent(line: str) -> int:
    return len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())


def _written(
    lines: Sequence[str], entries: dict[int, _NumberedLine], inner: int, *, is_listed: bool
) -> list[str]:
    """`is_listed`: below the numbers of the depth `inner`, each line is an item; else these numbers are the items.

    All other numbers are headings, below a title of the first depth.
    """
    start = min(entries)
    is_indented = all(_indent(lines[place]) for place, each in entries.items() if each.depth > 1)
    written = list(lines[:start])
    depth = 0
    #: The indents of the bullets that are open.
    bullets: list[int] = []
    for place in range(start, len(lines)):
        line = lines[place]
        entry, bullet = entries.get(place), _BULLET.fullmatch(line)
        is_item = depth == inner and not is_listed
        if entry:
            depth, bullets = entry.depth, []
            is_item = depth == inner and not is_listed
            written.append(f"{'-' if is_item else '#' * (depth + 1)} {entry.words}")
        elif bullet:
            at = _indent(line)
            bullets = [*(each for each in bullets if each < at), at]
            written.append(f"{'  ' * (len(bullets) - 1 + is_item)}- {bullet['words']}")
        elif is_indented and _is_outside(lines, place):
            depth, bullets = 0, []
            written.append(f"## {line.strip()}")
        elif is_listed and depth == inner and not bullets and _begins(line):
            written.append(f"- {line.strip()}")
        else:
            written.append("" if _UNDERLINE.fullmatch(line) else line.strip())
    return written


def _is_outside(lines: Sequence[str], place: int) -> bool:
    """Whether a line stands alone where all of the outline is indented, and names something else."""
    line = lines[place]
    return (
        0 < len(line.split()) <= _MOST_WORDS
        and not _indent(line)
        and line.strip()[0].isalpha()
        and line.strip()[-1] not in ".:;,"
        and not lines[place - 1].strip()
    )
