"""What a person says of headings and lists, which are named by the words above them and not by their places."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ladders.importing.outline import Block
from ladders.importing.sections import Section
from ladders.names import name_key

#: What a person can say of a heading.
Mark = Literal["level", "mixin", "common", "ignore"]


def address(section: Section) -> str:
    """Names a heading by the headings above it, so that it is found again in the next version."""
    names: list[str] = []
    at: Section | None = section
    while at and at.heading:
        names.append(at.key.replace("/", " "))
        at = at.parent
    return "/".join(reversed(names))


@dataclass(frozen=True, slots=True)
class ListFound:
    """A list as it stands under a heading. `blocks` begins with the line that leads to it, where there is one."""

    address: str
    blocks: tuple[Block, ...]

    @property
    def lead(self) -> str:
        return self.blocks[0].text if self.blocks[0].kind != "item" else ""

    @property
    def items(self) -> tuple[Block, ...]:
        return tuple(block for block in self.blocks if block.kind == "item")


def lists_in(section: Section) -> list[ListFound]:
    """The lists that stand directly under a heading, each named by its first item."""
    found: list[list[Block]] = []
    is_open = False
    for at, block in enumerate(section.body):
        if is_open and (block.kind == "item" or block.level):
            found[-1].append(block)
        elif block.kind == "item":
            before = section.body[at - 1] if at else None
            leads = before and before.kind == "paragraph" and before.text.endswith(":")
            found.append([before, block] if before and leads else [block])
            is_open = True
        else:
            is_open = False
    above = address(section)
    return [
        ListFound(f"{above}/- {_first(blocks).replace('/', ' ')}", tuple(blocks))
        for blocks in found
    ]


def _first(blocks: list[Block]) -> str:
    return name_key(next(block.text for block in blocks if block.kind == "item"))


def leave_lists(root: Section, marks: Mapping[str, Mark]) -> None:
    """Take the lists out that a person does not want: no level claims them, so they are listed as not imported."""
    if not any("/- " in at for at in marks):
        return
    for section in root.walk():
        out = {
            id(block)
            for each in lists_in(section)
            if marks.get(each.address) == "ignore"
            for block in each.blocks
        }
        section.body = [block for block in section.body if id(block) not in out]


def marked(sections: list[Section], marks: Mapping[str, Mark]) -> dict[int, Mark]:
    if not marks:
        return {}
    return {id(each): marks[address(each)] for each in sections if address(each) in marks}
