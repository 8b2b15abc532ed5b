"""List items that each hold a part of the document, as in exports of pages that fold: sections with their own names."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ladders.importing.outline import BOLD_LINE, Block, Outline, bold_alone
from ladders.importing.sections import EXAMPLES, LABEL, ROW, Section, read_sections
from ladders.names import level_likeness, name_key, plain

#: Fewer items say nothing of what a list is for.
_AT_LEAST = 2
#: This share of a list has to be like headings for the list to be one of headings.
_MOSTLY = 0.6
_LIKE = 0.5
_MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class _Toggle:
    """An item of the outermost list with the blocks that stand in it."""

    item: Block
    inside: tuple[Block, ...]

    @property
    def name(self) -> str:
        return plain(self.item.text)


def unfold_toggles(root: Section) -> None:
    """Make sections of the items of a list that hold lists or lines in bold, where they do so like headings.

    They do where all are called like levels, and where the same names come again inside of several.
    """
    for section in list(root.walk()):
        if section.depth >= ROW:
            continue
        items = [each for each in _toggles(section.body) if _may_be_name(each)]
        toggles = [each for each in items if _holds_a_part(each)]
        if _are_headings(toggles):
            # A level of which nothing is said yet stands among the others.
            _split(
                section, [each for each in items if _holds_a_part(each) or _is_empty_level(each)]
            )


def _toggles(body: list[Block]) -> Iterator[_Toggle]:
    """The outermost items."""
    start: int | None = None
    for place, block in enumerate((*body, None)):
        is_inside = block is not None and block.level > (1 if block.kind == "item" else 0)
        if start is not None and not is_inside:
            yield _Toggle(body[start], tuple(body[start + 1 : place]))
            start = None
        if block is not None and block.kind == "item" and block.level == 1 and not block.quoted:
            start = place


def _may_be_name(toggle: _Toggle) -> bool:
    return (
        0 < len(toggle.name.split()) <= _MOST_WORDS
        and not toggle.item.text.rstrip("*_").endswith((".", ":", ";", ","))
        and not EXAMPLES.fullmatch(toggle.name)
    )


def _holds_a_part(toggle: _Toggle) -> bool:
    return any(
        block.kind == "item" or (block.kind == "paragraph" and bold_alone(block.text))
        for block in toggle.inside
    )


def _is_empty_level(toggle: _Toggle) -> bool:
    return not toggle.inside and level_likeness(toggle.name) >= _LIKE


def _are_headings(toggles: list[_Toggle]) -> bool:
    if len(toggles) < _AT_LEAST:
        return False
    if all(level_likeness(each.name) >= _LIKE for each in toggles):
        return True
    named = [{name_key(name) for name in _names_inside(each.inside)} for each in toggles]
    counts = Counter(key for keys in named for key in keys)
    again = [keys for keys in named if any(counts[key] >= _AT_LEAST for key in keys)]
    shared = sum(count >= _AT_LEAST for count in counts.values())
    return len(again) >= _MOSTLY * len(toggles) and shared >= _MOSTLY * len(counts)


def _names_inside(blocks: Iterable[Block]) -> Iterator[str]:
    """What an item is parted by: lines in bold, or items that hold items of their own."""
    blocks = list(blocks)
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        if block.kind == "paragraph" and block.level == 1 and (name := bold_alone(block.text)):
            yield name
        elif block.kind == "item" and after and after.level > block.level == _AT_LEAST:
            yield block.text


def _split(section: Section, toggles: list[_Toggle]) -> None:
    """Move each item with all it holds into a section, as if the document had a heading there."""
    moved = {id(block) for each in toggles for block in (each.item, *each.inside)}
    section.body = [block for block in section.body if id(block) not in moved]
    depth = max(LABEL, section.depth + 1)
    sections = []
    for each in toggles:
        heading = replace(each.item, kind="heading", text=each.name)
        child = Section(heading, depth, section)
        inside = tuple(_as_outside(block) for block in each.inside)
        read_sections(Outline(inside, (), ()), child, shift=depth)
        sections.append(child)
    section.children = sections + section.children


def _as_outside(block: Block) -> Block:
    """The block as it is read where no list holds it: a line in bold is a heading there."""
    level = max(block.level - 1, 0)
    name = bold_alone(block.text) if block.kind == "paragraph" and not level else ""
    if name:
        return replace(block, kind="heading", text=name, level=BOLD_LINE)
    return replace(block, level=level)
