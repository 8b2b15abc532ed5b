"""Names that differ a little from one part of a document to the next and still mean one level."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from ladders.names import is_code, name_key, plain, read_level_name

_MOST_CODE_WORDS = 2


def same_levels(parts: Iterable[Iterable[str]]) -> dict[str, str]:
    """The names that a level has besides its first, by `name_key`, with the key of the first.

    Each of the `parts` names levels that all differ from each other. "Developer Level 6" and "Developer L6" are one
    level; so are "Senior Developer" and "Senior Developer L8", where no part has a second senior developer.
    """
    named = [{name_key(name): _title_and_number(name) for name in part} for part in parts]
    numbers: dict[str, set[str]] = defaultdict(set)
    several: set[str] = set()
    for part in named:
        for title, number in part.values():
            numbers[title] |= {number} - {""}
        titles = Counter(title for title, _ in part.values())
        several |= {title for title, count in titles.items() if count > 1}
    first: dict[tuple[str, str], str] = {}
    found: dict[str, str] = {}
    for part in named:
        for key, (title, number) in part.items():
            is_one = title not in several and len(numbers[title]) == 1
            other = first.setdefault((title, "" if is_one else number), key)
            if other != key and other not in part:
                found[key] = other
    return found


def _title_and_number(name: str) -> tuple[str, str]:
    """What a level is called besides its code, and the number of that code."""
    parsed = read_level_name(name)
    words, code = plain(parsed.name).split(), parsed.code
    for count in range(_MOST_CODE_WORDS, 0, -1):
        tail = " ".join(words[-count:])
        if not code and len(words) > count and is_code(tail):
            words, code = words[:-count], tail
    digits = "".join(sign for sign in code if sign.isdecimal())
    return name_key(" ".join(words)), digits or code.lower()
