"""Section tree -> which sections are levels, roles and dimensions.

Every way to read the headings as levels against dimensions is a candidate; the one that places most of
the text, under names that look most like levels, with dimensions that most levels share, is taken.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from ladders.importing.grids import ATTRIBUTES, SUMMARIES
from ladders.importing.outline import Block
from ladders.importing.sections import COLUMN, EXAMPLES, Section
from ladders.names import (
    COMMON,
    is_like_a_dimension,
    is_phrase,
    level_likeness,
    name_key,
    plain,
    slug,
    without_duty,
)

Orientation = Literal["outside", "inside"]
OwnerKind = Literal["level", "mixin", "common"]
#: What a person can say of a heading.
Mark = Literal["level", "mixin", "common", "ignore"]


@dataclass(eq=False, slots=True)
class CellFound:
    dimension: str
    section: Section
    group: Section | None = None
    #: The section that names the dimension.
    head: Section | None = None


@dataclass(eq=False, slots=True)
class OwnerFound:
    """A level, a role or what is common: its headings, the one that holds it among others, its cells.

    `body` is what stands before its first dimension.
    """

    name: str
    heads: list[Section]
    container: Section | None
    body: list[Block] = field(default_factory=list)
    cells: list[CellFound] = field(default_factory=list)
    kind: OwnerKind = "level"

    @property
    def anchor(self) -> str:
        return next((anchor.text for anchor in self.heads[0].anchors), "") if self.heads else ""


@dataclass(eq=False, slots=True)
class TrackFound:
    section: Section
    members: list[OwnerFound]


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a reading fits the document; each part from 0 to 1."""

    placed: float
    named: float
    shared: float

    @property
    def score(self) -> float:
        return 0.4 * self.placed + 0.3 * self.named + 0.3 * self.shared


@dataclass(eq=False, slots=True)
class Structure:
    """`contents` tells for each item of a list of contents, by its place, the section it names.

    `is_by_hand`: a person has said which headings are levels.
    """

    root: Section
    title: Section | None
    contents: dict[tuple[int, int], Section]
    orientation: Orientation = "outside"
    fit: Fit = Fit(0.0, 0.0, 0.0)
    owners: list[OwnerFound] = field(default_factory=list)
    tracks: list[TrackFound] = field(default_factory=list)
    is_by_hand: bool = False

    @property
    def levels(self) -> list[OwnerFound]:
        return [owner for owner in self.owners if owner.kind == "level"]

    @property
    def mixins(self) -> list[OwnerFound]:
        return [owner for owner in self.owners if owner.kind == "mixin"]

    @property
    def common(self) -> list[OwnerFound]:
        return [owner for owner in self.owners if owner.kind == "common"]


_Thing = TypeVar("_Thing")

LICENCE = re.compile(r"\blicen[cs](?:e|es|ed|ing)\b|\bcopyright\b", re.IGNORECASE)
#: What is warned of: never an expectation.
ANTI_PATTERNS = re.compile(
    r"(?:red flags?|warning signs?|anti-?patterns?|bad (?:signs|behaviou?rs?)|negative (?:behaviou?rs"
    r"|indicators|signs)|(?:what )?(?:not to do|to avoid|it is not|it isn.t|this is not)|pitfalls"
    r"|don.?ts|derailers|setbacks|what (?:bad|poor) looks like|not (?:meeting|yet))(?: .{0,40})?",
    re.IGNORECASE,
)
_ROLES = re.compile(r"\b(?:mix-?ins?|roles?|add-?ons?|hats?|specialt(?:y|ies))\b", re.IGNORECASE)
_MIXIN_ANCHOR = re.compile(r"(?:mix-?in|role)[-_]", re.IGNORECASE)
_ADDED = re.compile(
    r"\b(?:additional|added|extra) (?:responsibilit|dut|expectation)|\bon top of (?:your|the|their)"
    r" .{0,20}(?:level|role)|\bbeyond those\b.{0,40}\blevel",
    re.IGNORECASE,
)
#: Headings of essays, courses and job advertisements.
_OTHER_TEXTS = re.compile(
    r"\b(?:about us|apply|background|benefits|concept|conclusion|course|faq|how (?:this|to)"
    r"|installation|interviews?|introduction|key takeaways?|license|mistakes|nice to have|our stack"
    r"|perks|preferred|qualifications|questions|references|requirements|salary|takeaways?|usage"
    r"|we (?:offer|provide)|what (?:is|we|you.ll)|who (?:we|you) are|why)\b|\?$",
    re.IGNORECASE,
)

#: A list is one of contents when at least this share of its items names a section.
_CONTENTS_SHARE = 0.6
_LIKE = 0.5
_AT_LEAST = 2


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
    _leave_lists(root, marks)
    sections = [section for section in root.walk() if section.heading]
    about = list(about)
    structure = Structure(root, _title(root, about), _contents(root, sections))
    outside = {id(inner) for section in about for inner in section.walk()}
    listing = {
        id(section)
        for section in root.walk()
        if any(block.place in structure.contents for block in section.body)
    }
    candidates = [
        section
        for section in sections
        if id(section) not in outside
        and id(section) not in listing
        and not LICENCE.search(section.name)
    ]
    marked = _marked([root, *sections], marks)
    if any(mark == "level" for mark in marked.values()):
        structure.owners = _by_hand([root, *candidates], marked)
        structure.fit = Fit(1.0, 1.0, 1.0)
        structure.is_by_hand = True
        return structure
    candidates = [section for section in candidates if marked.get(id(section)) != "ignore"]
    readings = [
        *_outside(candidates, structure),
        *_inside(candidates),
        *_one(candidates, structure),
    ]
    total = sum(_content(section, outside) for section in (root,))
    best = max(
        (
            (owners, orientation, _fit(owners, orientation, total))
            for owners, orientation in readings
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
    _say_kinds(structure, candidates, marked)
    structure.tracks = _tracks(structure)
    return structure


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


def _leave_lists(root: Section, marks: Mapping[str, Mark]) -> None:
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


def _marked(sections: list[Section], marks: Mapping[str, Mark]) -> dict[int, Mark]:
    if not marks:
        return {}
    return {id(each): marks[address(each)] for each in sections if address(each) in marks}


def _title(root: Section, about: list[Section]) -> Section | None:
    """The first heading of the document, or of the index when there are several files."""
    tops = [section for section in root.children if section.heading and section.depth == 1]
    if len({section.heading.file for section in tops if section.heading}) > 1:
        return next((section for section in about if section.depth == 1), None)
    first = next((section for section in root.walk() if section.heading), None)
    return first if first and first.depth == 1 else None


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
        if (links or len(items) >= _AT_LEAST) and len(named) >= _CONTENTS_SHARE * len(items):
            found |= named
    return found


# -- Content


_SAID = {"item", "paragraph", "quote"}


def _content(section: Section, outside: set[int] | None = None) -> int:
    """How many texts stand in the section and below it."""
    if outside and id(section) in outside:
        return 0
    own = sum(_is_said(block) for block in section.body)
    return own + sum(_content(child, outside) for child in section.children)


def _is_said(block: Block) -> bool:
    return block.kind in _SAID and bool(block.text) and block.level <= 1


def _likeness(section: Section) -> float:
    hint = section.heading.hint if section.heading else ""
    if hint:
        return 1.0 if hint == "level" else 0.0
    return level_likeness(section.name)


# -- Levels outside


def _outside(
    candidates: list[Section], structure: Structure
) -> Iterator[tuple[list[OwnerFound], Orientation]]:
    """For each depth of headings: those that look like levels, with what stands below them."""
    by_depth: dict[int, list[Section]] = defaultdict(list)
    for section in candidates:
        by_depth[section.depth].append(section)
    listed = {id(section) for section in structure.contents.values()}
    for depth, sections in by_depth.items():
        if depth >= COLUMN:
            continue
        filled = [section for section in sections if _content(section) or id(section) in listed]
        like = [section for section in filled if _likeness(section) >= _LIKE]
        chosen = {id(section) for section in like}
        if len(like) < _AT_LEAST:
            chosen = {id(section) for section in _sharing(filled)}
        keys = {child.key for section in like for child in section.children}
        places = {id(section.parent) for section in sections if id(section) in chosen}
        for section in sections:
            shared = sum(child.key in keys for child in section.children)
            shares = shared and shared >= _LIKE * len(section.children)
            is_listed = id(section) in listed and _likeness(section) > 0
            is_beside = id(section.parent) in places and is_listed
            named = not is_phrase(section.name) and not COMMON.fullmatch(plain(section.name))
            # The plain title, such as "Developer" beside "Junior Developer" and "Senior Developer".
            is_title = id(section.parent) in places and _is_in_names(section, like)
            if section in filled and named and (shares or is_beside or is_title):
                chosen.add(id(section))
        if len(chosen) >= _AT_LEAST:
            yield (
                [
                    OwnerFound(
                        section.name, [section], section.parent, list(section.body), _cells(section)
                    )
                    for section in sections
                    if id(section) in chosen
                ],
                "outside",
            )


def _is_in_names(section: Section, others: list[Section]) -> bool:
    words = set(section.key.split())
    holding = sum(words <= set(other.key.split()) for other in others if other is not section)
    return bool(words) and holding >= _AT_LEAST


def _sharing(sections: list[Section]) -> list[Section]:
    """Sections of one depth that hold the same headings."""
    counts = Counter(key for section in sections for key in {c.key for c in section.children})
    return [
        section
        for section in sections
        if any(counts[child.key] >= _AT_LEAST for child in section.children)
    ]


def _cells(owner: Section) -> list[CellFound]:
    """The headings under a level; one that only holds others is their group."""
    facets = _facets(owner)
    found = []
    for child in owner.children:
        inner = [
            each
            for each in child.children
            if each.key not in facets
            and _content(each)
            and not EXAMPLES.fullmatch(each.key)
            and not ANTI_PATTERNS.fullmatch(each.key)
        ]
        holds_items = any(block.kind == "item" for block in child.body)
        if inner and not holds_items:
            found += [
                CellFound(inner_cell.dimension, inner_cell.section, child, inner_cell.head)
                for inner_cell in (_cell(each) for each in inner)
            ]
        else:
            found.append(_cell(child))
    return found


def _cell(section: Section) -> CellFound:
    return CellFound(_without(section.name, section.parent), section, None, section)


def _facets(owner: Section) -> set[str]:
    """Headings that come again inside one level say something of every dimension and are none."""
    counts = Counter(each.key for child in owner.children for each in child.children)
    return {key for key, count in counts.items() if count >= _AT_LEAST}


def _without(name: str, above: Section | None) -> str:
    """A name without the name of the heading above it, as in "Junior: Communication"."""
    if above is None or not above.heading:
        return name
    outer = plain(above.name)
    words = plain(name)
    for rest in (
        re.sub(rf"^{re.escape(outer)}\s*[:\u2013\u2014-]\s*", "", words, flags=re.IGNORECASE),
        re.sub(
            rf"\s*(?:[:\u2013\u2014-]\s*{re.escape(outer)}|\({re.escape(outer)}\))$",
            "",
            words,
            flags=re.IGNORECASE,
        ),
    ):
        if rest and rest != words:
            return rest
    return name


# -- Levels inside


def _inside(candidates: list[Section]) -> Iterator[tuple[list[OwnerFound], Orientation]]:
    """For each depth: names that come again under different headings, which are the dimensions."""
    by_depth: dict[int, list[Section]] = defaultdict(list)
    for section in candidates:
        if section.parent and section.parent.heading and not EXAMPLES.fullmatch(section.key):
            by_depth[section.depth].append(section)
    for sections in by_depth.values():
        owners = _inner_owners(sections)
        if len(owners) >= _AT_LEAST:
            yield owners, "inside"


def _inner_owners(sections: list[Section]) -> list[OwnerFound]:
    parents: dict[str, set[int]] = defaultdict(set)
    for section in sections:
        parents[_inner_key(section)].add(id(section.parent))
    again = {key for key, above in parents.items() if len(above) >= _AT_LEAST}
    like = {_inner_key(section) for section in sections if _likeness(section) >= _LIKE}
    mostly_like = len(again & like) >= _LIKE * len(again)
    above = {id(section.parent) for section in sections if _inner_key(section) in again & like}
    wraps = _wraps(section.parent for section in sections if id(section.parent) in above)
    owners: dict[str, OwnerFound] = {}
    for section in sections:
        key, head = _inner_key(section), section.parent
        is_named = key in like or (key in again and mostly_like and not _describes(section))
        if head is None or id(head) not in above or not is_named:
            continue
        name = _without(section.name, head)
        if wraps and head.parent and head.parent.heading:
            head = head.parent
        owner = owners.setdefault(key, OwnerFound(name, [], head.parent))
        owner.heads.append(section)
        group = head.parent if head.parent and head.parent.heading else None
        owner.cells.append(CellFound(head.name, section, group, head))
    return list(owners.values())


def _wraps(parents: Iterable[Section | None]) -> bool:
    """Whether all levels stand under one word that comes again, such as "Levels", and names no dimension."""
    found = {id(parent): parent.key for parent in parents if parent}
    return len(found) >= _AT_LEAST and len(set(found.values())) == 1


def _describes(section: Section) -> bool:
    """Whether a heading beside levels speaks of the dimension or gives examples."""
    name = plain(section.name)
    return any(
        pattern.fullmatch(name) for pattern in (SUMMARIES, ATTRIBUTES, EXAMPLES, ANTI_PATTERNS)
    )


def _inner_key(section: Section) -> str:
    return name_key(_without(section.name, section.parent))


# -- One level


def _one(
    candidates: list[Section], structure: Structure
) -> Iterator[tuple[list[OwnerFound], Orientation]]:
    """A document about one level: its title names the level, all other headings dimensions."""
    title = structure.title
    if title is None:
        yield from _one_without_a_name(candidates)
        return
    if _likeness(title) < _LIKE:
        return
    if any(
        section is not title and section.depth <= title.depth and _likeness(section) >= _LIKE
        for section in candidates
    ):
        return
    owner = OwnerFound(title.name, [title], None, list(title.body))
    for section in candidates:
        if section is not title and any(block.kind == "item" for block in section.body):
            parent = section.parent
            group = parent if parent and parent.heading and parent is not title else None
            owner.cells.append(CellFound(section.name, section, group, section))
    if not owner.cells and any(block.kind == "item" for block in title.body):
        owner.body = list(title.body)
    yield [owner], "outside"


def _one_without_a_name(
    candidates: list[Section],
) -> Iterator[tuple[list[OwnerFound], Orientation]]:
    """A fragment that holds the dimensions of a level and does not say which."""
    filled = [section for section in candidates if any(b.kind == "item" for b in section.body)]
    if (
        len(filled) < _AT_LEAST
        or len({section.heading.file for section in filled if section.heading}) > 1
    ):
        return
    heads = [section.name for section in filled]
    if sum(map(is_like_a_dimension, heads)) >= _MOSTLY * len(heads):
        owner = OwnerFound("", [], None)
        owner.cells = [CellFound(section.name, section, None, section) for section in filled]
        yield [owner], "outside"


_MOSTLY = 0.7


# -- By hand


def _by_hand(candidates: list[Section], marked: Mapping[int, Mark]) -> list[OwnerFound]:
    owners = []
    for section in candidates:
        mark = marked.get(id(section))
        if mark in {"level", "mixin", "common"}:
            cells = [cell for cell in _cells(section) if marked.get(id(cell.section)) is None]
            owner = OwnerFound(
                without_duty(section.name), [section], section.parent, list(section.body), cells
            )
            owner.kind = "level" if mark == "level" else "mixin" if mark == "mixin" else "common"
            owners.append(owner)
    return owners


# -- Which reading


def _fit(owners: list[OwnerFound], orientation: Orientation, total: int) -> Fit:
    placed = sum(
        sum(_is_said(block) for block in owner.body)
        + sum(_content(cell.section) for cell in owner.cells)
        for owner in owners
    )
    named = sum(_best_likeness(owner) for owner in owners) / len(owners)
    # Levels that are called alike are more likely one level in several places.
    named *= len({name_key(owner.name) for owner in owners}) / len(owners)
    if len(owners) == 1:
        # Nothing to compare: the headings have to look like dimensions.
        heads = [cell.head.name for cell in owners[0].cells if cell.head]
        alike = sum(map(is_like_a_dimension, heads)) / len(heads) if heads else 0.0
        strange = sum(_OTHER_TEXTS.search(head) is not None for head in heads)
        shared = max(0.0, alike - strange / max(len(heads), 1))
        return Fit(min(1.0, placed / max(total, 1)) * min(1.0, 2 * shared), named, shared)
    return Fit(min(1.0, placed / max(total, 1)), named, _shared(owners, orientation))


def _best_likeness(owner: OwnerFound) -> float:
    return max((_likeness(head) for head in owner.heads), default=level_likeness(owner.name))


def _shared(owners: list[OwnerFound], orientation: Orientation) -> float:
    """How much of their dimensions the levels have in common."""
    named = [{name_key(cell.dimension) for cell in owner.cells} for owner in owners if owner.cells]
    if not named:
        # Levels of one list each have nothing to compare.
        return 0.5 if orientation == "outside" else 0.0
    counts = Counter(key for keys in named for key in keys)
    several = sum(1 for keys in named for key in keys if counts[key] >= _AT_LEAST)
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


# -- Levels, roles, what is common


def _say_kinds(structure: Structure, candidates: list[Section], marked: Mapping[int, Mark]) -> None:
    _say_roles(structure)
    if structure.orientation == "outside":
        _add_beside(structure, candidates)
    for owner in structure.owners:
        if COMMON.fullmatch(plain(owner.name)):
            owner.kind = "common"
        for head in owner.heads:
            mark = marked.get(id(head))
            if mark and mark != "ignore":
                owner.kind = mark


def _say_roles(structure: Structure) -> None:
    """Which owners are roles added to a level: by anchor, or by the heading that holds them."""
    roles = {
        id(owner)
        for owner in structure.owners
        if _MIXIN_ANCHOR.match(owner.anchor)
        or (owner.container is not structure.title and _names_roles(owner.container))
    }
    if len(roles) == len(structure.owners):
        roles = set()
    for owner in structure.owners:
        if id(owner) in roles:
            owner.kind = "mixin"


def _add_beside(structure: Structure, candidates: list[Section]) -> None:
    """What stands beside the levels and is asked all the same."""
    heads = {id(head) for owner in structure.owners for head in owner.heads}
    inside = {
        id(inner) for owner in structure.owners for head in owner.heads for inner in head.walk()
    }
    for section in candidates:
        if id(section) in inside or any(id(each) in heads for each in section.walk()):
            continue
        kind = _added_kind(section)
        if not kind or not _content(section):
            continue
        owner = OwnerFound(section.name, [section], section.parent, list(section.body))
        owner.cells, owner.kind = _cells(section), kind
        structure.owners.append(owner)
        inside |= {id(inner) for inner in section.walk()}


def _added_kind(section: Section) -> OwnerKind | None:
    """What stands outside of the levels and is asked all the same: of everybody, or of those with a role."""
    if COMMON.fullmatch(plain(section.name)):
        return "common"
    said = [block for block in section.body if block.kind == "paragraph"]
    listed = sum(block.kind == "item" for block in section.body) + len(section.children)
    if any(_ADDED.search(block.text) for block in said) and listed + len(said) > _AT_LEAST:
        return "mixin"
    return None


def _names_roles(section: Section | None) -> bool:
    return section is not None and _ROLES.search(section.name) is not None


def _tracks(structure: Structure) -> list[TrackFound]:
    """By lists of contents that name levels, else by the headings that hold them."""
    owners = {id(head): owner for owner in structure.levels for head in owner.heads}
    tracks = []
    for section in structure.root.walk():
        named = [
            owners[id(structure.contents[block.place])]
            for block in section.body
            if block.place in structure.contents and id(structure.contents[block.place]) in owners
        ]
        if named and section.heading:
            tracks.append(TrackFound(section, list(_distinct(named))))
    if not tracks:
        by_container: dict[int, TrackFound] = {}
        for level in structure.levels:
            if (
                level.container
                and level.container is not structure.title
                and level.container.heading
            ):
                found = by_container.setdefault(
                    id(level.container), TrackFound(level.container, [])
                )
                found.members.append(level)
        tracks = list(by_container.values())
        if structure.orientation == "inside":
            tracks = []
    return tracks if len(tracks) >= _AT_LEAST else []


def _distinct(things: Iterable[_Thing]) -> list[_Thing]:
    return list({id(thing): thing for thing in things}.values())
