"""Outline -> a tree of sections: each heading with what stands under it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ladders.names import name_key
from ladders.outline import Block, Outline

#: Nothing longer than this names a level or a dimension.
LONGEST_NAME = 200


@dataclass(eq=False, slots=True)
class Section:
    """`body` is what stands between the heading and the next one; the root has no heading."""

    heading: Block | None
    depth: int
    parent: "Section | None" = None
    anchors: list[Block] = field(default_factory=list)
    body: list[Block] = field(default_factory=list)
    children: "list[Section]" = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.heading.text if self.heading else ""

    @property
    def key(self) -> str:
        return name_key(self.name)

    def walk(self) -> "Iterator[Section]":
        """This section and all below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def blocks(self) -> Iterator[Block]:
        """Everything under the heading, in document order."""
        yield from self.body
        for child in self.children:
            yield from child.anchors
            if child.heading:
                yield child.heading
            yield from child.blocks()


def read_sections(outline: Outline) -> Section:
    root = Section(None, 0)
    current = root
    anchors: list[Block] = []
    for block in outline.blocks:
        if block.kind == "anchor":
            anchors.append(block)
        elif block.kind == "heading" and block.text and len(block.text) <= LONGEST_NAME:
            while current.depth >= block.level and current.parent:
                current = current.parent
            section = Section(block, block.level, current, anchors)
            current.children.append(section)
            current = section
            anchors = []
        else:
            current.body += anchors
            current.body.append(block)
            anchors = []
    current.body += anchors
    return root
