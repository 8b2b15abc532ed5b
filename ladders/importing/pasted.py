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
_AT_LEAST = 2


def as_markdown(lines: Sequence[str]) -> list[str]:
    """The lines with numbered outlines as headings and lists, and bullets of other signs as bullets of Markdown.

    Where all bullets come from a word processor, their signs and indents say how deep they stand.
    """
    lines = as_headings(lines) or lines
    if any(_BULLET.match(line) for line in lines):
        return [_with_bullet(line) for line in lines]
    return _nested(lines)


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
