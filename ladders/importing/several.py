"""A heading that lists levels by their codes, as in "L1 / L2" or "L1-L3", speaks for each of them."""

import re
from collections.abc import Mapping
from dataclasses import replace

from ladders.importing.sections import Section
from ladders.names import plain, read_level_name

_RANGE = re.compile(
    r"(?P<kind>[^\W\d_]{0,6}?)s?[ .-]?(?P<first>[0-9]{1,2})\s*(?:-|\u2013|\u2014|\bto\b)\s*"
    r"(?:(?P=kind)[ .-]?)?(?P<last>[0-9]{1,2})",
    re.IGNORECASE,
)
_LIST = re.compile(r"\s*(?:/|,|&|\+|\band\b)\s*", re.IGNORECASE)
_CODE = re.compile(r"(?P<kind>[^\W\d_]{0,6})[ .-]?(?P<number>[0-9]{1,2}[a-d]?)", re.IGNORECASE)
_AT_LEAST = 2


def spread(root: Section) -> None:
    """Put what such a heading holds under every level that it lists, where each is known by its code."""
    sections = [section for section in root.walk() if section.heading]
    known: dict[str, Section] = {}
    lists: list[tuple[Section, list[str]]] = []
    for section in sections:
        codes = _listed(plain(section.name))
        if len(codes) >= _AT_LEAST:
            lists.append((section, codes))
        elif code := _code_of(section):
            known.setdefault(code, section)
    for section, codes in lists:
        inside = {id(each) for each in section.walk()}
        # What stands over the levels themselves is their group.
        if all(code in known and id(known[code]) not in inside for code in codes):
            _share(section, {code: known[code] for code in codes})


def _key(code: str) -> str:
    match = _CODE.fullmatch(code.strip())
    return f"{match['kind']}{match['number']}".casefold() if match else ""


def _listed(name: str) -> list[str]:
    """The codes that a name lists, and nothing for a name that says anything else."""
    if match := _RANGE.fullmatch(name):
        numbers = range(int(match["first"]), int(match["last"]) + 1)
        return [f"{match['kind']}{number}".casefold() for number in numbers]
    parts = _LIST.split(name)
    first = _CODE.fullmatch(re.sub(r"(?<=[^\W\d_]{2})s(?=[ .-]?[0-9])", "", parts[0]))
    if first is None:
        return []
    named = (part if not part[:1].isdigit() else f"{first['kind']}{part}" for part in parts[1:])
    codes = [_key(first[0]), *map(_key, named)]
    return codes if all(codes) else []


def _share(section: Section, levels: Mapping[str, Section]) -> None:
    above = section.parent
    if above is None or section.heading is None:
        return
    beside = {_code_of(each): each for each in above.children if each is not section}
    place = next(at for at, each in enumerate(above.children) if each is section)
    new = []
    for code, level in levels.items():
        target = beside.get(code)
        if target is None:
            heading = replace(section.heading, text=level.name)
            target = Section(heading, section.depth, above)
            new.append(target)
        _add_copy(section, target)
    above.children[place : place + 1] = new


def _code_of(section: Section) -> str:
    name = read_level_name(section.name)
    return _key(name.code or name.name)


def _add_copy(section: Section, target: Section) -> None:
    target.body += section.body
    for child in section.children:
        copy = Section(child.heading, child.depth, target, list(child.anchors))
        target.children.append(copy)
        _add_copy(child, copy)
