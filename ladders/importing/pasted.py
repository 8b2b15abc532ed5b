"""Text that is no Markdown, rewritten line by line so that a parser of Markdown reads what a person sees in it.

Each line stays where it is, so that what is read still knows its line.
"""

import re
from collections.abc import Sequence

from ladders.importing.lines import BULLETS
from ladders.importing.numbered import as_headings

_DASHES = "\u2013\u2014"
_FOREIGN_BULLET = re.compile(rf"(?P<indent>[ \t]*)(?P<sign>[{BULLETS}])[ \t\u00a0]+(?P<words>.*)")
_PASTED_BULLET = re.compile(
    rf"(?P<indent>[ \t]*)(?P<sign>[{BULLETS}{_DASHES}])[ \t\u00a0]+(?P<words>\S.*)"
)
_BULLET = re.compile(r"[ \t>]*[-*+][ \t]+[^\s*_-]")
_NUMBER = re.compile(r"[0-9]{1,3}[.)] +(?=\S)")
_AT_LEAST = 2
#: Bullets that stand less far to the right stand below nothing.
_LEAST_INDENT = 2


def as_markdown(lines: Sequence[str]) -> list[str]:
    """The lines with numbered outlines as headings and lists, and bullets of other signs as bullets of Markdown.

    Where all bullets come from a word processor, their signs and indents say how deep they stand.
    """
    lines = _under_their_numbers(as_headings(lines) or lines)
    if any(_BULLET.match(line) for line in lines):
        return [_with_bullet(line) for line in lines]
    return _nested(lines)


def _under_their_numbers(lines: Sequence[str]) -> list[str]:
    """Bullets that are indented below a number, but less than Markdown asks for, as far as it asks for."""
    written: list[str] = []
    #: How far the words of the number that is open stand, and how far its bullets are moved.
    words_at, moved = 0, 0
    for line in lines:
        number, bullet = _NUMBER.match(line), _BULLET.match(line)
        indent = len(line) - len(line.lstrip(" "))
        if number:
            words_at, moved = len(number[0]), 0
        elif line.strip() and not indent:
            words_at, moved = 0, 0
        elif bullet and not moved and _LEAST_INDENT <= indent < words_at:
            moved = words_at - indent
        written.append(" " * moved + line if line.strip() else line)
    return written


def _with_bullet(line: str) -> str:
    bullet = _FOREIGN_BULLET.fullmatch(line)
    return f"{bullet['indent']}- {bullet['words']}" if bullet else line


def _nested(lines: Sequence[str]) -> list[str]:
    dashes = sum(
        bullet is not None and bullet["sign"] in _DASHES
        for bullet in map(_PASTED_BULLET.fullmatch, lines)
    )
    written: list[str] = []
    #: The indents and signs of the items that are open.
    items: list[tuple[int, str]] = []
    is_apart = False
    for line in lines:
        bullet = _PASTED_BULLET.fullmatch(line)
        if bullet and bullet["sign"] in _DASHES and dashes < _AT_LEAST:
            bullet = None
        if bullet:
            at = len(bullet["indent"].expandtabs(4)), bullet["sign"]
            while items and (items[-1][0] > at[0] or (at in items and items[-1] != at)):
                items.pop()
            if at not in items:
                items.append(at)
            written.append(f"{'  ' * (len(items) - 1)}- {bullet['words']}")
        else:
            items = [] if line.strip() and is_apart else items
            written.append(line)
        is_apart = not line.strip()
    return written
