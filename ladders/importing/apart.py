"""What a document says of its levels in chapters of their own: what they are, and how their codes are called."""

import re
from collections.abc import Iterable

from ladders.importing.outline import Block, TableCell
from ladders.importing.sections import Section
from ladders.importing.structure import CellFound, OwnerFound, content
from ladders.importing.tables import code_and_title
from ladders.keys import normalised
from ladders.names import LevelName, is_code, is_titled, plain, read_level_name

#: Chapters about the levels themselves, beside those of dimensions.
_OF_LEVELS = re.compile(
    r"(?:(?:\w+ )?(?:levels?|grades|bands|job titles|titles)(?: (?:overview|definitions?|descriptions?|names))?"
    r"|(?:overview|definitions?|descriptions?|names) of (?:the )?(?:levels|grades|bands|titles))",
    re.IGNORECASE,
)
#: The longest title that is read behind the code of a level.
_LONGEST_TITLE = 5
#: Between names that stand in one line.
_BESIDE = re.compile(r"\s+[|\u00b7\u2022]\s+")
_AT_LEAST = 2


def chapters_of_levels(owners: Iterable[OwnerFound]) -> set[int]:
    """Headings over levels that are no dimensions: they say what the levels are, or only what they are called."""
    under: dict[int, list[tuple[OwnerFound, CellFound]]] = {}
    for owner in owners:
        for cell in owner.cells:
            if cell.head and cell.head is not cell.section:
                under.setdefault(id(cell.head), []).append((owner, cell))
    found = {
        head
        for head, inside in under.items()
        if _OF_LEVELS.fullmatch(plain(inside[0][1].dimension))
        or all(is_code(owner.name) and _is_title(cell.section) for owner, cell in inside)
    }
    return found if len(found) < len(under) else set()


def _is_title(section: Section) -> bool:
    """Whether it holds nothing but the name of a job."""
    texts = [block.text for block in section.blocks() if block.text]
    return len(texts) == 1 and is_titled(texts[0]) and len(texts[0].split()) <= _LONGEST_TITLE


def named_apart(sections: Iterable[Section]) -> dict[str, tuple[LevelName, Block]]:
    """What holds nothing but codes with a name, by the code: headings, items of lists, and rows of names."""
    found: dict[str, tuple[LevelName, Block]] = {}
    for section in sections:
        if section.heading and not content(section):
            named = read_level_name(section.name)
            found.setdefault(normalised(named.code), (named, section.heading))
        for block in section.body:
            texts = _BESIDE.split(block.text) if block.kind in {"item", "paragraph"} else []
            names = [read_level_name(each) for each in texts]
            if all(map(_is_named, names)):
                for named in names:
                    found.setdefault(normalised(named.code), (named, block))
            for row in block.rows:
                one, other = row[:2] if len(row) == _AT_LEAST else (TableCell(()), TableCell(()))
                named = read_level_name(code_and_title(one.text, other.text))
                if _is_named(named):
                    found.setdefault(normalised(named.code), (named, other.blocks[0]))
    return found


def _is_named(level: LevelName) -> bool:
    is_short = len(level.name.split()) <= _LONGEST_TITLE
    return bool(level.code) and is_short and is_titled(level.name)
