"""Section tree -> which sections are levels, roles and dimensions.

Every way to read the headings as levels against dimensions is a candidate; the one that places most of
the text, under names that look most like levels, with dimensions that most levels share, is taken.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from ladders.importing.candidates import candidates
from ladders.importing.kinds import say_kinds, tracks_of
from ladders.importing.marks import Mark, leave_lists, marked
from ladders.importing.roles import split_role
from ladders.importing.sections import LICENCE, Section
from ladders.importing.structure import (
    AT_LEAST,
    OTHER_TEXTS,
    CellFound,
    Fit,
    Orientation,
    OwnerFound,
    Structure,
    cells_under,
    content,
    is_said,
    likeness,
)
from ladders.names import is_like_a_dimension, level_likeness, name_key, slug, without_duty

#: A list is one of contents when at least this share of its items names a section.
_CONTENTS_SHARE = 0.6


def read_structure(
    root: Section,
    *,
    about: Iterable[Section] = (),
    swap: bool = False,
    marks: Mapping[str, Mark] | None = None,
) -> Structure:
    """The best reading of the document.

    Args:
        root: the whole document.
        about: sections that speak of the ladder and hold none of it, such as an index page.
        swap: take the levels for dimensions and the dimensions for levels.
        marks: what a person says of headings, by `address`, and of lists, by that of `lists_in`; a mark of a level
            settles the levels.
    """
    marks = marks or {}
    leave_lists(root, marks)
    sections = [section for section in root.walk() if section.heading]
    about = list(about)
    structure = Structure(root, _title(root, about), _contents(root, sections))
    outside = {id(inner) for section in about for inner in section.walk()}
    listing = {
        id(section)
        for section in root.walk()
        if any(block.place in structure.contents for block in section.body)
    }
    in_question = [
        section
        for section in sections
        if id(section) not in outside
        and id(section) not in listing
        and not LICENCE.search(section.name)
    ]
    said = marked([root, *sections], marks)
    if any(mark == "level" for mark in said.values()):
        structure.owners = _by_hand([root, *in_question], said)
        structure.fit = Fit(1.0, 1.0, 1.0)
        structure.is_by_hand = True
        return structure
    in_question = [section for section in in_question if said.get(id(section)) != "ignore"]
    total = content(root, outside)
    best = max(
        (
            (owners, orientation, _fit(owners, orientation, total))
            for owners, orientation in candidates(in_question, structure)
        ),
        key=lambda each: each[2].score,
        default=None,
    )
    if best is None:
        return structure
    structure.owners, structure.orientation, structure.fit = best
    if swap:
        structure.owners = _swapped(structure.owners)
        structure.orientation = "inside" if structure.orientation == "outside" else "outside"
    say_kinds(structure, in_question, said)
    structure.tracks = tracks_of(structure)
    return structure


def _title(root: Section, about: list[Section]) -> Section | None:
    """The first heading of the document, or of the index when there are several files.

    It stands above all others: on the first depth, or alone on one below which all others stand.
    """
    tops = [section for section in root.children if section.heading and section.depth == 1]
    if len({section.heading.file for section in tops if section.heading}) > 1:
        return next((section for section in about if section.depth == 1), None)
    headed = [section for section in root.walk() if section.heading]
    if not headed:
        return None
    is_alone = all(section.depth > headed[0].depth for section in headed[1:])
    return headed[0] if headed[0].depth == 1 or (is_alone and headed[1:]) else None


def _contents(root: Section, sections: list[Section]) -> dict[tuple[int, int], Section]:
    """The items of lists that name other sections, by link or by the same words."""
    by_address: dict[str, Section] = {}
    for section in reversed(sections):
        by_address[slug(section.name)] = section
        by_address.update((anchor.text, section) for anchor in section.anchors)
    by_name = {section.key: section for section in reversed(sections)}
    found: dict[tuple[int, int], Section] = {}
    for section in root.walk():
        items = [block for block in section.body if block.kind == "item"]
        named: dict[tuple[int, int], Section] = {}
        links = 0
        for item in items:
            linked = next((link[1:] for link in item.links if link.startswith("#")), None)
            target = by_address.get(linked) if linked else by_name.get(name_key(item.text))
            if target:
                named[item.place] = target
                links += linked is not None
        # One item of a list may repeat a heading by chance, but not link to it.
        if (links or len(items) >= AT_LEAST) and len(named) >= _CONTENTS_SHARE * len(items):
            found |= named
    return found


# -- By hand


def _by_hand(sections: list[Section], said: Mapping[int, Mark]) -> list[OwnerFound]:
    owners = []
    for section in sections:
        mark = said.get(id(section))
        if mark in {"level", "mixin", "common"}:
            cells = [cell for cell in cells_under(section) if said.get(id(cell.section)) is None]
            owner = OwnerFound(
                without_duty(split_role(section.name)[0]),
                [section],
                section.parent,
                list(section.body),
                cells,
            )
            owner.kind = "level" if mark == "level" else "mixin" if mark == "mixin" else "common"
            owners.append(owner)
    return owners


# -- Which reading


def _fit(owners: list[OwnerFound], orientation: Orientation, total: int) -> Fit:
    placed = sum(
        sum(is_said(block) for block in owner.body)
        + sum(content(cell.section) for cell in owner.cells)
        for owner in owners
    )
    named = sum(_best_likeness(owner) for owner in owners) / len(owners)
    # Levels that are called alike are more likely one level in several places.
    named *= len({name_key(owner.name) for owner in owners}) / len(owners)
    if len(owners) == 1:
        # Nothing to compare: the headings have to look like dimensions.
        heads = [cell.head for cell in owners[0].cells if cell.head]
        alike = sum(map(_is_dimension, heads)) / len(heads) if heads else 0.0
        strange = sum(OTHER_TEXTS.search(head.name) is not None for head in heads)
        shared = max(0.0, alike - strange / max(len(heads), 1))
        return Fit(min(1.0, placed / max(total, 1)) * min(1.0, 2 * shared), named, shared)
    return Fit(min(1.0, placed / max(total, 1)), named, _shared(owners, orientation))


def _is_dimension(head: Section) -> bool:
    is_said_so = head.heading is not None and head.heading.hint == "dimension"
    return is_said_so or is_like_a_dimension(head.name)


def _best_likeness(owner: OwnerFound) -> float:
    return max((likeness(head) for head in owner.heads), default=level_likeness(owner.name))


def _shared(owners: list[OwnerFound], orientation: Orientation) -> float:
    """How much of their dimensions the levels have in common."""
    named = [{name_key(cell.dimension) for cell in owner.cells} for owner in owners if owner.cells]
    if not named:
        # Levels of one list each have nothing to compare.
        return 0.5 if orientation == "outside" else 0.0
    counts = Counter(key for keys in named for key in keys)
    several = sum(1 for keys in named for key in keys if counts[key] >= AT_LEAST)
    return several / sum(counts.values())


def _swapped(owners: list[OwnerFound]) -> list[OwnerFound]:
    """The dimensions as levels and the levels as dimensions."""
    found: dict[str, OwnerFound] = {}
    for owner in owners:
        for cell in owner.cells:
            key = name_key(cell.dimension)
            level = found.setdefault(key, OwnerFound(cell.dimension, [], cell.group))
            if cell.head and cell.head not in level.heads:
                level.heads.append(cell.head)
            head = owner.heads[0] if owner.heads else None
            level.cells.append(CellFound(owner.name, cell.section, owner.container, head))
    return list(found.values())
