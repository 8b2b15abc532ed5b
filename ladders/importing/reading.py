"""Structure -> a reading: what every block of the document says, and drafts of levels and cells.

Nothing of the document can be lost: what no rule claims is left as "other", and every line that no
claimed block holds is listed as not imported.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ladders.importing.apart import chapters_of_levels, named_apart
from ladders.importing.assembly import Front
from ladders.importing.attributes import attribute_key, attribute_keys
from ladders.importing.cascades import states_cascade
from ladders.importing.cells import NOTE, CellDraft, Role, is_placeholder, read_cell, read_label
from ladders.importing.closing import FURNITURE, LICENSED, take_closing
from ladders.importing.drafts import (
    AddedDraft,
    Held,
    OwnerDraft,
    Part,
    Reading,
    label_of,
    value_of,
    without_emphasis,
)
from ladders.importing.layout import by_line, is_layout
from ladders.importing.marks import lists_in
from ladders.importing.outline import Block, Outline, every_block
from ladders.importing.references import builds_on
from ladders.importing.sections import ANTI_PATTERNS, LICENCE, ROW, Section, fold_labels
from ladders.importing.structure import (
    EXPLAINS,
    CellFound,
    OwnerFound,
    Structure,
    beside,
    is_only_links,
    places_of,
    spans,
    without_outer,
)
from ladders.importing.tables import ATTRIBUTES, SUMMARIES
from ladders.keys import normalised
from ladders.names import (
    LevelName,
    is_code,
    is_like_a_level,
    name_key,
    plain,
    read_level_name,
    split_grade,
    years_of,
)


def read(
    structure: Structure,
    outlines: Iterable[Outline],
    file_names: Iterable[str],
    fronts: Mapping[int, Front],
) -> Reading:
    """`fronts` is the front matter of files by their numbers: it may name the level of its file."""
    return _Reader(structure, list(outlines), list(file_names), fronts).reading()


_IN_BOLD = re.compile(r"(?:\*\*|__)(?P<name>[^*_:]{1,40}):\s*(?P<value>[^*_]+?)(?:\*\*|__)")
_AT_LEAST = 2
#: Fewer items are no list of what is asked.
_LIST = 3
#: A value of more words is a statement.
_SHORT_VALUE = 3
_CALLED = "says what the level of this code is called"
_ROLE_END = re.compile(r"\s+(?:skills|competenc\w+|expectations|only)$", re.IGNORECASE)


class _Reader:
    def __init__(
        self,
        structure: Structure,
        outlines: list[Outline],
        file_names: list[str],
        fronts: Mapping[int, Front],
    ) -> None:
        self.fronts = fronts
        self.file_names = file_names
        self.structure = structure
        self.outlines = outlines
        self.parts: dict[tuple[int, int, int, str], Part] = {}
        apart = beside(structure)
        self.about = {id(section) for section in apart}
        owners = structure.owners
        #: What only says of a level how it is called, by its code.
        self.called = named_apart(apart)
        self.places = places_of(structure)
        self.attribute_keys = attribute_keys(structure.owners)
        self.of_levels = chapters_of_levels(owners)
        self.cell_sections = {id(cell.section) for owner in owners for cell in owner.cells}
        self.owner_heads = {id(head) for owner in owners for head in owner.heads}
        dimensions_and_levels = self.cell_sections | self.owner_heads
        for owner in owners:
            for cell in owner.cells:
                fold_labels(cell.section, dimensions_and_levels)
        #: What stands below the last level, under none of the headings.
        self.closing = Section(None, 0, body=take_closing(structure))
        self.about.add(id(self.closing))
        self.spans = spans(owners)
        self.owner_depths = {head.depth for owner in owners for head in owner.heads}
        #: The items of lists of contents, by the section that they name.
        self.listed: dict[int, list[Block]] = {}
        for section in structure.root.walk():
            for block in section.body:
                if block.place in structure.contents:
                    named = structure.contents[block.place]
                    self.listed.setdefault(id(named), []).append(block)
        self.dimension_keys = {name_key(cell.dimension) for owner in owners for cell in owner.cells}
        self.has_cells = any(owner.cells for owner in owners)
        self.summary: list[Block] = []
        self.cascade: list[Block] = []
        self.licence: list[Block] = []
        self.notes: list[tuple[Block, str]] = []
        self.dimension_summaries: dict[str, list[Block]] = {}
        self.added: dict[str, AddedDraft] = {}
        self.pending_added: list[tuple[str, CellDraft]] = []

    def reading(self) -> Reading:
        structure = self.structure
        owners = [self.owner(each) for each in structure.owners]
        for track in structure.tracks:
            self.heading(track.section, "track", "a heading over a list of levels", 0.9)
        if structure.title and owners:
            self.heading(structure.title, "title", "the first heading of the document", 0.95)
        _tell_apart(owners)
        self.described_apart(owners)
        for section in structure.root.walk():
            self.unused(section)
            self.rest(section)
        self.rest(self.closing)
        return Reading(
            structure,
            self.all_parts(),
            owners,
            list(self.added.values()),
            self.summary,
            self.cascade,
            self.licence,
            self.notes,
            self.dimension_summaries,
            self.file_names,
        )

    # -- Parts

    def mark(self, block: Block, role: Role, reason: str, confidence: float) -> None:
        key = (block.file, block.line, block.last_line, block.text)
        if key not in self.parts:
            self.parts[key] = Part(
                block.file,
                block.line,
                block.last_line,
                role,
                block.text,
                block.raw,
                reason,
                confidence,
            )

    def heading(self, section: Section, role: Role, reason: str, confidence: float) -> None:
        if section.heading:
            self.mark(section.heading, role, reason, confidence)

    def all_parts(self) -> list[Part]:
        """A part for everything: what was claimed, then every block and line that nothing claims."""
        held = Held(self.parts.values())
        for number, outline in enumerate(self.outlines):
            every = (*every_block(outline.blocks), *outline.strays)
            blocks = [line for each in every for line in by_line(each) if line.kind != "table"]
            shared = Counter(block.line for block in blocks if block.text)
            for block in blocks:
                lines = range(block.line, block.last_line + 1)
                is_held = all(held.has_line(number, line) for line in lines)
                if block.kind == "unused":
                    self.mark(block, "other", "names nothing in the ladder", 0.6)
                elif not is_held or (
                    # Beside others on one line, a text counts by itself.
                    shared[block.line] > 1
                    and not any(held.has_words(number, line, block.text) for line in lines)
                ):
                    role: Role = "layout" if is_layout(block) else "other"
                    reason = "layout without words of its own"
                    if role == "other":
                        reason = "stands outside of every level"
                    self.mark(block, role, reason, 0.6)
        return sorted(self.parts.values(), key=lambda part: (part.file, part.line, part.last_line))

    # -- Levels, roles, what is common

    def owner(self, found: OwnerFound) -> OwnerDraft:
        reason = {
            "level": "stands beside others that hold the same headings",
            "mixin": "holds the headings of a level, but stands among the roles",
            "common": "says that it is asked of everybody",
        }[found.kind]
        if not found.cells:
            reason = "stands among the levels"
        for head in found.heads:
            self.heading(head, found.kind, reason, 0.9)
            for anchor in head.anchors:
                self.mark(anchor, found.kind, "the address of the heading below", 0.95)
        draft = OwnerDraft(found, self.name(found), CellDraft(""), [])
        self.front(draft)
        if years := years_of(found.name):
            draft.attributes.append(("Experience", years))
        if found.kind == "level":
            # What a level says of those below it is asked about, and stays what it is.
            said = [block for block in found.body if block.kind in {"paragraph", "quote"}]
            self.cascade += [block for block in said if states_cascade(block.text)]
        kept = [
            block
            for block in self.attribute_lines(draft, found)
            if not self.builds_on(draft, block)
        ]
        draft.before = self.cell(draft, "", None, kept)
        # What the level as a whole is warned of belongs to none of its dimensions.
        warned = [each for each in draft.before.expectations if each.is_anti_pattern]
        draft.before.expectations = [
            each for each in draft.before.expectations if not each.is_anti_pattern
        ]
        draft.notes += [each.block for each in warned]
        for cell in found.cells:
            self.dimension(draft, cell)
        return draft

    def builds_on(self, draft: OwnerDraft, block: Block) -> bool:
        """Whether it says of the level as a whole that it asks for what another one does."""
        is_said = block.kind in {"paragraph", "quote"} and draft.found.kind == "level"
        named = builds_on(block.text) if is_said else ""
        if not named:
            return False
        draft.builds_on = draft.builds_on or named
        if block not in self.cascade:
            self.cascade.append(block)
        self.mark(block, "cascade", "says which level this one builds on", 0.8)
        return True

    def front(self, draft: OwnerDraft) -> None:
        """What front matter says of the only level of its file."""
        files = _files_of(draft.found)
        front = self.fronts.get(next(iter(files), -1))
        if front is None or len(files) > 1:
            return
        others = (each for each in self.structure.levels if each is not draft.found)
        if any(files & _files_of(each) for each in others):
            return
        said, name = front.said, draft.name
        title, code = said.get("title", ""), said.get("level", "")
        if is_like_a_level(title):
            name = replace(name, name=read_level_name(title).name)
        if is_code(code) and not code.isdecimal():
            name = replace(name, code=name.code or code)
        known = {normalised(name.name), normalised(name.code)}
        aliases = (each for each in front.aliases if normalised(each) not in known)
        draft.name = replace(name, aliases=tuple(dict.fromkeys((*name.aliases, *aliases))))
        number = next((said[key] for key in ("rank", "level") if said.get(key)), "")
        draft.rank = int(number) if number.isdecimal() else None
        draft.track = said.get("track", "")
        for block in front.blocks:
            self.mark(block, "attribute", "front matter about the level", 0.8)

    def attribute_lines(self, draft: OwnerDraft, found: OwnerFound) -> list[Block]:
        """What stands before the first dimension, without what only describes the level."""
        kept = []
        has_items = any(block.kind == "item" for block in found.body)
        for block in found.body:
            labelled = _IN_BOLD.fullmatch(block.text) or (
                read_label(block.text) if not has_items or found.cells else None
            )
            is_attribute = (
                block.kind == "paragraph"
                and labelled
                and (ATTRIBUTES.fullmatch(label_of(labelled)) or _IN_BOLD.fullmatch(block.text))
            )
            if block.kind == "table":
                self.table_attributes(draft, block)
            elif found.cells and block.kind == "item" and is_only_links(block):
                self.mark(block, "other", "only links to other pages", 0.7)
            elif is_attribute and labelled:
                draft.attributes.append((label_of(labelled), value_of(labelled)))
                self.mark(block, "attribute", "a label with a value", 0.8)
            else:
                kept.append(block)
        return kept

    def table_attributes(self, draft: OwnerDraft, table: Block) -> None:
        for row in table.rows:
            texts = [cell.text for cell in row if cell.text]
            if not texts:
                continue
            last = read_label(texts[-1])
            if last:
                draft.attributes.append((label_of(last), value_of(last)))
            elif len(texts) > 1:
                draft.attributes.append((texts[0], " ".join(texts[1:])))
            else:
                draft.attributes.append(("", texts[0]))
            for cell in row:
                for block in cell.blocks:
                    self.mark(block, "attribute", "a row of a table about the level", 0.7)

    def name(self, found: OwnerFound) -> LevelName:
        """The name in the heading, with the code and aliases that a list of contents adds."""
        name = read_level_name(found.name)
        for item in self.listed.get(id(found.heads[0]) if found.heads else 0, ()):
            listed = read_level_name(item.text)
            aliases = dict.fromkeys((*name.aliases, *listed.aliases))
            name = LevelName(name.name, name.code or listed.code, tuple(aliases))
        # Under other dimensions it may be called a little differently.
        heads = [plain(without_outer(each.name, each.parent)) for each in found.heads]
        others = [each for each in heads[1:] if name_key(each) != name_key(found.name)]
        name = replace(name, aliases=tuple(dict.fromkeys((*name.aliases, *others))))
        called = self.called.get(normalised(name.name))
        if called and not name.code:
            named, block = called
            self.mark(block, "level", _CALLED, 0.8)
            name = LevelName(named.name, named.code, (*name.aliases, *named.aliases))
        return name

    def dimension(self, draft: OwnerDraft, found: CellFound) -> None:
        """A heading inside a level: a dimension, or something that describes the level."""
        head = found.head or found.section
        said = [
            block
            for block in found.section.blocks()
            if block.text and block.kind not in {"anchor", "about"}
        ]
        if id(head) in self.of_levels:
            self.about_level(draft, head, said)
            return
        if self.describes_level(draft, found, head, said):
            return
        where = "a heading inside a level" if head is found.section else "a heading over the levels"
        self.heading(head, "dimension", where, 0.9)
        if found.group:
            self.group(draft, found.group)
        name, grade = split_grade(found.dimension)
        if grade:
            draft.attributes.append((name, grade))
        blocks = list(self.blocks(found.section))
        for block in blocks:
            if block.kind == "about":
                self.explain(name_key(name), block)
        asked = [block for block in blocks if block.kind != "about"]
        cell = self.cell(draft, name, found.group, asked)
        cell.place = self.places.get(id(head), cell.place)
        draft.cells.append(cell)

    def explain(self, dimension: str, block: Block) -> None:
        """What is said of a dimension, once."""
        said = self.dimension_summaries.setdefault(dimension, [])
        if normalised(block.text) not in {normalised(each.text) for each in said}:
            said.append(block)
        self.mark(block, "summary", "describes a dimension", 0.7)

    def describes_level(
        self, draft: OwnerDraft, found: CellFound, head: Section, said: list[Block]
    ) -> bool:
        key = attribute_key(found.dimension)
        pairs = [read_label(block.text) for block in said]
        if ANTI_PATTERNS.fullmatch(key) and head.depth >= ROW:
            # A row beside those of dimensions warns of something at each level.
            return False
        if ANTI_PATTERNS.fullmatch(key):
            self.heading(head, "layout", "announces what is warned of", 0.8)
            draft.notes += said
            for block in said:
                self.mark(block, "anti_pattern", "what the level as a whole is warned of", 0.8)
        elif SUMMARIES.fullmatch(key):
            self.heading(head, "layout", "announces a description", 0.8)
            draft.before.prose += said
            for block in said:
                self.mark(block, "summary", "a description of the level", 0.8)
        elif key in self.attribute_keys and said:
            self.heading(head, "attribute", "a label with a value", 0.8)
            self.attribute(draft, plain(found.dimension), said)
        elif len(said) >= _AT_LEAST and all(
            pair and block.kind == "item" and len(value_of(pair).split()) <= _SHORT_VALUE
            for pair, block in zip(pairs, said, strict=True)
        ):
            self.heading(head, "layout", "announces labels with values", 0.7)
            draft.attributes += [(label_of(pair), value_of(pair)) for pair in pairs if pair]
            for block in said:
                self.mark(block, "attribute", "a label with a value", 0.7)
        elif any(block.kind == "table" for block in found.section.body) and not any(
            block.kind == "item" for block in said
        ):
            self.heading(head, "layout", "announces a table about the level", 0.7)
            self.table_section(draft, found.section)
        else:
            return False
        return True

    def about_level(self, draft: OwnerDraft, head: Section, said: list[Block]) -> None:
        """What a chapter about the levels themselves says of one: what its code stands for, and what it is."""
        if head is not self.structure.title:
            self.heading(head, "layout", "says what the levels are", 0.8)
        for block in said:
            if is_code(draft.name.name) and is_like_a_level(block.text):
                named = read_level_name(block.text)
                draft.name = replace(
                    draft.name, name=named.name, code=named.code or draft.name.name
                )
                self.mark(block, "level", _CALLED, 0.8)
            else:
                draft.before.prose.append(block)
                self.mark(block, "summary", "a description of the level", 0.8)

    def described_apart(self, owners: Iterable[OwnerDraft]) -> None:
        """A chapter beside the levels with a heading for several of them, over prose: that describes them."""
        levels = {name_key(each.found.name): each for each in owners if each.found.kind == "level"}
        for chapter in self.structure.root.walk():
            inside = [each for each in chapter.children if each.key in levels]
            if len(inside) < _AT_LEAST or not all(map(self.is_description, inside)):
                continue
            for section in inside:
                self.heading(section, "level", "a chapter that describes the levels", 0.8)
                for block in section.body:
                    levels[section.key].before.prose.append(block)
                    self.mark(block, "summary", "a description of the level", 0.8)

    def is_description(self, section: Section) -> bool:
        """Whether it stands beside the levels, and holds nothing but prose."""
        is_apart = id(section) in self.about and not section.children
        return is_apart and all(block.kind == "paragraph" for block in section.body)

    def attribute(self, draft: OwnerDraft, name: str, said: list[Block]) -> None:
        values = [block for block in said if not is_placeholder(block.text)]
        if values:
            whole = "; ".join(without_emphasis(block.text) for block in values)
            draft.attributes.append((name, whole))
        for block in said:
            role: Role = "attribute" if block in values else "placeholder"
            self.mark(block, role, "a label with a value", 0.8)

    def table_section(self, draft: OwnerDraft, section: Section) -> None:
        for block in section.body:
            if block.kind == "table":
                self.table_attributes(draft, block)
            elif block.kind == "paragraph" and block.text:
                draft.notes.append(block)
                self.mark(block, "note", "prose beside a table about the level", 0.6)

    def group(self, draft: OwnerDraft, group: Section) -> None:
        name, grade = split_grade(group.name)
        if grade and (name, grade) not in draft.attributes:
            draft.attributes.append((name, grade))
        self.heading(group, "group", "a heading that only holds dimensions", 0.8)
        inside = any(group is each for head in draft.found.heads for each in head.walk())
        is_note = False
        for block in group.body if inside else ():
            is_note = is_note or NOTE.fullmatch(block.text) is not None
            if block.kind in {"paragraph", "quote"} and block.text and not is_note:
                if block not in draft.notes:
                    draft.notes.append(block)
                self.mark(block, "note", "says what the group means at the level", 0.7)

    def blocks(self, section: Section) -> Iterable[Block]:
        """What belongs to a cell: everything under its heading but other cells."""
        yield from section.body
        for child in section.children:
            if id(child) not in self.cell_sections and id(child) not in self.owner_heads:
                if child.heading:
                    yield replace(child.heading, kind="heading")
                yield from self.blocks(child)

    def cell(
        self, owner: OwnerDraft, dimension: str, group: Section | None, blocks: Iterable[Block]
    ) -> CellDraft:
        def added(name: str) -> CellDraft:
            """The cell of a role that the text speaks of under a divider."""
            name = _ROLE_END.sub("", name)
            role = self.added.setdefault(name_key(name), AddedDraft(name))
            role.cells.append((owner, CellDraft(dimension, group)))
            return role.cells[-1][1]

        # Where levels have dimensions, prose before the first of them only describes the level.
        bare = owner.found.kind == "common" and not owner.found.cells
        may_be_said = bool(dimension) or bare or not self.has_cells
        cell = CellDraft(dimension, group)
        return read_cell(cell, blocks, self.mark, added, may_be_said=may_be_said)

    # -- What no level has claimed

    def unused(self, section: Section) -> None:
        for block in section.body:
            if block.kind == "naming":
                self.mark(block, "attribute", "the name that the heading has", 0.9)
            elif block.kind == "unused" and block.text:
                self.mark(block, "other", "names nothing in the ladder", 0.8)
            elif block.kind == "reference":
                self.mark(block, "layout", "only says where a record belongs", 0.9)

    def rest(self, section: Section) -> None:
        for anchor in section.anchors:
            self.mark(anchor, "layout", "an address that nothing needs", 0.9)
        is_licence = LICENCE.search(section.name) is not None
        describes = section.key if self.describes_dimension(section) else ""
        if section.heading:
            if is_licence:
                self.heading(section, "licence", "names the licence", 0.9)
            self.heading(section, "heading", "a heading of its own, no part of a level", 0.7)
        item_describes = ""
        lists = self.lists_among_levels(section)
        for block in section.body:
            key = (block.file, block.line, block.last_line, block.text)
            if key in self.parts or block.kind in {"table", "front_matter"}:
                continue
            if block.kind == "item" and block.level <= 1:
                item_describes = name_key(block.text) if section.heading else ""
            is_in_list = id(block) in lists and block.place not in self.structure.contents
            if self.describes(block, "" if is_in_list else describes, item_describes):
                continue
            if is_in_list:
                self.mark(block, "other", "a list among the levels that is in none of them", 0.6)
            else:
                self.leftover(section, block, is_licence=is_licence)

    def describes(self, block: Block, heading: str, item: str) -> bool:
        """Whether it names a dimension in a list, or describes one that the heading or the item above it names."""
        is_named = item in self.dimension_keys
        if block.kind == "item" and block.level <= 1 and is_named:
            self.mark(block, "dimension", "names a dimension that it describes", 0.7)
            return True
        key = item if block.kind == "item" and block.level > 1 and is_named else heading
        if not key or block.kind not in {"paragraph", "quote", "item"} or not block.text:
            return False
        self.explain(key, block)
        return True

    def lists_among_levels(self, section: Section) -> set[int]:
        """The items of lists that a person has to see: between levels, a list is more likely lost than a note."""
        return {
            id(block)
            for found in lists_in(section)
            if len(found.items) >= _LIST
            for block in found.items
            for first, last in (self.spans.get(block.file, (0, 0)),)
            if first < block.line < last
        }

    def describes_dimension(self, section: Section) -> bool:
        """Whether it is called like a dimension and stands under nothing that stands beside the levels.

        Unless that is there to explain the dimensions.
        """
        above = section.parent
        return section.key in self.dimension_keys and (
            above is None
            or above.depth not in self.owner_depths
            or id(above) in self.owner_heads
            or EXPLAINS.search(above.name) is not None
        )

    def leftover(self, section: Section, block: Block, *, is_licence: bool) -> None:
        is_prose = block.kind in {"paragraph", "quote"} and block.text != ""
        is_item = block.kind == "item" and block.text != ""
        # A badge may be all that names the licence.
        is_badge = block.kind == "image" and block.text != ""
        if (is_prose or is_item or is_badge) and (is_licence or LICENSED.search(block.text)):
            self.licence.append(block)
            self.mark(block, "licence", "speaks of the licence", 0.9)
        elif block.kind == "metadata":
            self.mark(block, "attribute", "says something of the ladder as a whole", 0.9)
        elif is_prose and FURNITURE.fullmatch(block.text):
            self.mark(block, "other", "speaks of the page, not of the ladder", 0.8)
        elif block.place in self.structure.contents:
            self.mark(block, "contents", "a table of contents: read for tracks and order", 0.9)
        elif (is_prose or is_item) and id(section) in self.about and states_cascade(block.text):
            self.cascade.append(block)
            self.mark(block, "cascade", "says that levels build on each other", 0.8)
        elif is_prose and section in {self.structure.title, self.structure.root}:
            self.summary.append(block)
            self.mark(block, "summary", "prose below the title", 0.7)
        elif is_prose and id(section) in self.about:
            self.notes.append((block, section.name))
            self.mark(block, "note", "prose about the ladder as a whole", 0.7)
        elif is_item and id(section) in self.about:
            self.notes.append((block, section.name))
            self.mark(block, "note", "a point about the ladder as a whole", 0.6)
        elif block.kind in {"rule", "anchor", "comment", "end_details"} or not block.text:
            self.mark(block, "layout", "layout without words of its own", 0.7)
        else:
            self.mark(block, "other", "stands outside of every level", 0.6)


def _tell_apart(owners: Sequence[OwnerDraft]) -> None:
    """Where a number in brackets is all that tells two levels apart, it belongs to the name, there and elsewhere."""
    numbered = [owner for owner in owners if owner.name.code.isdecimal()]
    names = {name_key(owner.name.name) for owner in numbered}
    if len(names) < len(numbered):
        for owner in numbered:
            owner.name = replace(owner.name, name=plain(owner.found.name), code="")


def _files_of(found: OwnerFound) -> set[int]:
    return {head.heading.file for head in found.heads if head.heading}
