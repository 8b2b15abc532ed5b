"""Every way to read the headings of a document as levels against dimensions: each is a candidate for the fit."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from ladders.importing.roles import split_role
from ladders.importing.sections import ANTI_PATTERNS, COLUMN, EXAMPLES, Section
from ladders.importing.structure import (
    AT_LEAST,
    EXPLAINS,
    OTHER_TEXTS,
    CellFound,
    Orientation,
    OwnerFound,
    Structure,
    cells_under,
    content,
    is_only_links,
    is_said,
    likeness,
    without_outer,
)
from ladders.importing.tables import ATTRIBUTES, SUMMARIES
from ladders.importing.variants import same_levels
from ladders.names import COMMON, is_like_a_dimension, is_phrase, name_key, plain

#: From this likeness on, a name is one of a level.
LIKE = 0.5
#: A level that no heading names shows itself by this share of headings that look like dimensions.
_MOSTLY = 0.7
#: From this likeness on, a title is nothing but the name of a level.
_CLEARLY = 0.9
_MOST_WORDS = 4
#: From this share on, the files of a bundle are a level each.
_MOST_FILES = 0.6


def candidates(
    sections: list[Section], structure: Structure
) -> Iterator[tuple[list[OwnerFound], Orientation]]:
    """Levels with their dimensions, and which of the two stands inside of the other."""
    yield from _outside(sections, structure)
    yield from _inside(sections)
    yield from _one(sections, structure)


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
        filled = [section for section in sections if content(section) or id(section) in listed]
        is_filled = set(map(id, filled))
        like = [section for section in filled if likeness(section) >= LIKE]
        chosen = {id(section) for section in like}
        if len(like) < AT_LEAST:
            chosen = {id(section) for section in _sharing(filled)}
        keys = {child.key for section in like for child in section.children}
        holders = _holders(like)
        places = {id(section.parent) for section in sections if id(section) in chosen}
        for section in sections:
            if id(section) in chosen:
                continue
            shared = sum(child.key in keys for child in section.children)
            shares = shared and shared >= LIKE * len(section.children)
            is_listed = id(section) in listed and likeness(section) > 0
            is_beside = id(section.parent) in places and is_listed
            name, _ = split_role(section.name)
            named = not is_phrase(name) and not COMMON.fullmatch(plain(name))
            # The plain title, such as "Developer" beside "Junior Developer" and "Senior Developer".
            is_title = id(section.parent) in places and _is_in_names(section, holders)
            explains = EXPLAINS.search(section.name) and not likeness(section)
            if (
                id(section) in is_filled
                and named
                and (shares or is_beside or is_title)
                and not explains
            ):
                chosen.add(id(section))
            # A level of which nothing is said yet.
            if (
                id(section) not in is_filled
                and id(section.parent) in places
                and likeness(section) >= LIKE
            ):
                chosen.add(id(section))
        chosen |= _odd_files(filled, chosen)
        if len(chosen) >= AT_LEAST:
            yield (
                [
                    OwnerFound(
                        split_role(section.name)[0],
                        [section],
                        section.parent,
                        list(section.body),
                        cells_under(section),
                    )
                    for section in sections
                    if id(section) in chosen
                ],
                "outside",
            )


def _odd_files(sections: list[Section], chosen: set[int]) -> set[int]:
    """Whole files beside files that are a level each, and that hold lists under headings as those do."""
    files = [section for section in sections if section.parent and not section.parent.heading]
    others = [section for section in files if id(section) not in chosen]
    numbers = {section.heading.file for section in files if section.heading}
    if len(numbers) < len(files) or len(files) - len(others) < max(
        AT_LEAST, _MOST_FILES * len(files)
    ):
        return set()
    return {
        id(section)
        for section in others
        if len(section.children) >= AT_LEAST
        and all(any(block.kind == "item" for block in child.body) for child in section.children)
        and not any(
            is_phrase(each.name) or OTHER_TEXTS.search(each.name)
            for each in (section, *section.children)
        )
    }


def _holders(sections: list[Section]) -> dict[str, set[int]]:
    """For each word, the sections that are called by it."""
    holders: dict[str, set[int]] = defaultdict(set)
    for section in sections:
        for word in section.key.split():
            holders[word].add(id(section))
    return holders


def _is_in_names(section: Section, holders: dict[str, set[int]]) -> bool:
    """Whether several others are called by all words of its name."""
    words = section.key.split()
    if not words:
        return False
    holding = set.intersection(*(holders.get(word, set()) for word in words))
    return len(holding - {id(section)}) >= AT_LEAST


def _sharing(sections: list[Section]) -> list[Section]:
    """Sections of one depth that hold the same headings."""
    counts = Counter(key for section in sections for key in {c.key for c in section.children})
    return [
        section
        for section in sections
        if any(counts[child.key] >= AT_LEAST for child in section.children)
    ]


# -- Levels inside


def _inside(candidates: list[Section]) -> Iterator[tuple[list[OwnerFound], Orientation]]:
    """For each depth: names that come again under different headings, which are the dimensions."""
    by_depth: dict[int, list[Section]] = defaultdict(list)
    for section in candidates:
        if section.parent and section.parent.heading and not _leads_elsewhere(section):
            by_depth[section.depth].append(section)
    for sections in by_depth.values():
        owners = _inner_owners(sections)
        if len(owners) >= AT_LEAST:
            yield owners, "inside"


def _leads_elsewhere(section: Section) -> bool:
    """Whether a heading is no name: it announces examples or links, or is a link with nothing below it."""
    if EXAMPLES.fullmatch(section.key):
        return True
    said = [block for block in section.blocks() if is_said(block)]
    if not said and section.heading:
        said = [section.heading]
    return bool(said) and all(map(is_only_links, said))


def _inner_owners(sections: list[Section]) -> list[OwnerFound]:
    keys = _inner_keys(sections)
    parents: dict[str, set[int]] = defaultdict(set)
    for section in sections:
        parents[keys[id(section)]].add(id(section.parent))
    again = {key for key, above in parents.items() if len(above) >= AT_LEAST}
    like = {keys[id(section)] for section in sections if likeness(section) >= LIKE}
    mostly_like = len(again & like) >= LIKE * len(again)
    above = {id(section.parent) for section in sections if keys[id(section)] in again & like}
    wraps = _wraps(section.parent for section in sections if id(section.parent) in above)
    owners: dict[str, OwnerFound] = {}
    for section in sections:
        key, head = keys[id(section)], section.parent
        is_named = key in like or (key in again and mostly_like and not _describes(section))
        if head is None or id(head) not in above or not is_named:
            continue
        name = without_outer(section.name, head)
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
    return len(found) >= AT_LEAST and len(set(found.values())) == 1


def _describes(section: Section) -> bool:
    """Whether a heading beside levels speaks of the dimension or gives examples."""
    name = plain(section.name)
    return any(
        pattern.fullmatch(name) for pattern in (SUMMARIES, ATTRIBUTES, EXAMPLES, ANTI_PATTERNS)
    )


def _inner_keys(sections: list[Section]) -> dict[int, str]:
    """The key of the level that each section names; a name may differ a little from one dimension to the next."""
    names = {id(section): without_outer(section.name, section.parent) for section in sections}
    like: dict[int, list[str]] = defaultdict(list)
    for section in sections:
        if likeness(section) >= LIKE:
            like[id(section.parent)].append(names[id(section)])
    same = same_levels(like.values())
    keys = {place: name_key(name) for place, name in names.items()}
    return {place: same.get(key, key) for place, key in keys.items()}


# -- One level


def _one(
    candidates: list[Section], structure: Structure
) -> Iterator[tuple[list[OwnerFound], Orientation]]:
    """A document about one level, with its dimensions as the headings below it."""
    head = _only_level(candidates, structure.title)
    if head is None:
        if structure.title is None:
            yield from _one_without_a_name(candidates)
        return
    # A title speaks of all that follows, on its own depth too.
    below = candidates if head is structure.title else head.walk()
    places = {id(section) for section in below}
    inner = [each for each in candidates if each is not head and id(each) in places]
    owner = OwnerFound(head.name, [head], None, list(head.body))
    listed = [each for each in inner if _holds_items(each)]
    asked = [each for each in listed if not ANTI_PATTERNS.fullmatch(each.key)]
    for section in listed if asked else _of_prose(head, inner):
        parent = section.parent
        group = parent if parent and parent.heading and parent is not head else None
        owner.cells.append(CellFound(section.name, section, group, section))
    yield [owner], "outside"


def _only_level(candidates: list[Section], title: Section | None) -> Section | None:
    """The one heading that names a level: by the field it comes from, else the title, or the only one below it."""
    said = [section for section in candidates if _is_said_to_be_a_level(section)]
    if len(said) > 1:
        return None
    is_named = title is not None and likeness(title) >= LIKE
    if said and not (title and is_named and set(said[0].key.split()) <= set(title.key.split())):
        return said[0]
    if title is None:
        return None
    if is_named:
        others = (section for section in candidates if section is not title)
        is_alone = all(each.depth > title.depth or likeness(each) < LIKE for each in others)
        return title if is_alone else None
    only = title.children[0] if len(title.children) == 1 else None
    return only if only and _is_only_a_level(only) else None


def _is_said_to_be_a_level(section: Section) -> bool:
    return section.heading is not None and section.heading.hint == "level"


def _is_only_a_level(section: Section) -> bool:
    """Whether a heading is no more than the name of a level."""
    return likeness(section) >= _CLEARLY and len(section.name.split()) <= _MOST_WORDS


def _holds_items(section: Section) -> bool:
    return any(block.kind == "item" and not is_only_links(block) for block in section.body)


def _of_prose(head: Section, inner: list[Section]) -> list[Section]:
    """The innermost headings of a document that says in prose what one level is asked, with what it is warned of.

    Prose under a title is more often an essay or an advertisement, so the title has to be no more than the name of a
    level, and no heading one of theirs.
    """
    if not _is_only_a_level(head) or any(OTHER_TEXTS.search(each.name) for each in inner):
        return []
    return [section for section in inner if not section.children and content(section)]


def _one_without_a_name(
    candidates: list[Section],
) -> Iterator[tuple[list[OwnerFound], Orientation]]:
    """A fragment that holds the dimensions of a level and does not say which."""
    filled = [section for section in candidates if _holds_items(section)]
    if (
        len(filled) < AT_LEAST
        or len({section.heading.file for section in filled if section.heading}) > 1
    ):
        return
    heads = [section.name for section in filled]
    if sum(map(is_like_a_dimension, heads)) >= _MOSTLY * len(heads):
        owner = OwnerFound("", [], None)
        owner.cells = [CellFound(section.name, section, None, section) for section in filled]
        yield [owner], "outside"
