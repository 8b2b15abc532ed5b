"""What stands below the last level of a file: how the page came about, credits, licences, and other last words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ladders.importing.outline import Block
from ladders.importing.sections import Section
from ladders.importing.structure import AT_LEAST, Structure

#: What the tool that shows a page says of the page.
FURNITURE = re.compile(
    r"\W*(?:created by\b.*\b(?:modified|updated|edited) (?:by|on)\b.*"
    r"|(?:page |document )?last (?:modified|updated|edited|changed|reviewed)\b.{0,80}"
    r"|(?:this )?(?:document|page|file) (?:was )?(?:generated|exported|created|printed) (?:by|from|on)\b.*"
    r"|(?:generated|exported) (?:by|from|on)\b.{0,80})",
    re.IGNORECASE,
)
LICENSED = re.compile(
    r"\blicen[cs]ed under\b|\ball rights reserved\b|\bcreative commons\b|\bCC[ -]BY\b|\bMIT licen[cs]e\b",
    re.IGNORECASE,
)
_CREDITS = re.compile(
    r"\W*(?:(?:heavily|largely|loosely) )?(?:(?:inspired|derived|forked) (?:by|from)|adapted from)\b",
    re.IGNORECASE,
)
_OF_THE_LEVEL = re.compile(
    r"\W*(?:you|they|s?he|(?:at |in )?this (?:grade|level|position|role|stage))\b", re.IGNORECASE
)
_PROSE = {"paragraph", "quote"}
_BETWEEN = _PROSE | {"rule", "image", "anchor", "comment"}


@dataclass(frozen=True, slots=True)
class _Tail:
    """The prose a section ends with, below its list or the sections in it or, with a rule, below that."""

    blocks: list[Block]
    has_rule: bool


def take_closing(structure: Structure) -> list[Block]:
    """Take out of the last level of each file what no other place of a level ends with."""
    inside = [
        section for owner in structure.owners for head in owner.heads for section in head.walk()
    ]
    tails = {id(section): _tail(section) for section in inside}
    closing = []
    for section in _last_of_files(structure.root):
        at: Section | None = section
        while at and id(at) in tails:
            tail = tails[id(at)]
            others = [each for key, each in tails.items() if key != id(at) and each.blocks]
            is_alone = not any(each.has_rule >= tail.has_rule for each in others)
            is_known = tail.has_rule or len(structure.levels) >= AT_LEAST
            speaks_of_it = any(_OF_THE_LEVEL.match(block.text) for block in tail.blocks)
            found = tail.blocks if is_alone and is_known and not speaks_of_it else []
            found = found or _of_the_page(at)
            _leave(structure, at, found)
            closing += found
            at = at.parent
    return closing


def _last_of_files(root: Section) -> Iterator[Section]:
    last = {section.heading.file: section for section in root.walk() if section.heading}
    yield from last.values()


def _tail(section: Section) -> _Tail:
    inside = [block.place for child in section.children for block in child.blocks()]
    end = max(inside, default=(-1, -1))
    start = len(section.body)
    while start and _is_between(section.body[start - 1]) and section.body[start - 1].place > end:
        start -= 1
    after = section.body[start:]
    rules = [place for place, block in enumerate(after) if block.kind == "rule"]
    said = [block for block in after[rules[-1] if rules else 0 :] if block.kind in _PROSE]
    is_below = bool(rules or start or section.children)
    return _Tail([block for block in said if block.text] if is_below else [], bool(rules))


def _is_between(block: Block) -> bool:
    return block.kind in _BETWEEN and not block.level


def _of_the_page(section: Section) -> list[Block]:
    """The last paragraphs that say by their words that they are about the page."""
    found: list[Block] = []
    for block in reversed(section.body):
        words = FURNITURE.fullmatch(block.text) or LICENSED.search(block.text)
        if block.kind not in _PROSE or block.level or not (words or _CREDITS.match(block.text)):
            break
        found.insert(0, block)
    return found


def _leave(structure: Structure, section: Section, blocks: list[Block]) -> None:
    out = {id(block) for block in blocks}
    section.body = [block for block in section.body if id(block) not in out]
    for owner in structure.owners:
        owner.body = [block for block in owner.body if id(block) not in out]
