"""Two people of one name, told apart by what is said beside it: one rule for every list of people.

Who asks gives only what the reader may know.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from reviews.rules.name_keys import search_key


def joined(*parts: str) -> str:
    """ "Staff engineer, Platform": what there is of a title and a unit."""
    return ", ".join(part for part in parts if part)


def told_apart(people: Iterable[Sequence[str]]) -> list[str]:
    """What is said beside each name; nothing where no other in the list has that name.

    Args:
        people: each a name, and then what tells people of one name apart, what is said first at the front. More is
            said as long as two of a name are still the same.
    """
    listed = [tuple(person) for person in people]
    beside = [""] * len(listed)
    same_name: dict[str, list[int]] = defaultdict(list)
    for place, (name, *_) in enumerate(listed):
        same_name[search_key(name)].append(place)
    for places in same_name.values():
        _tell(listed, beside, places, step=1)
    return beside


def _tell(
    listed: Sequence[Sequence[str]], beside: list[str], places: Sequence[int], step: int
) -> None:
    if len(places) == 1:
        return
    still_same: dict[str, list[int]] = defaultdict(list)
    for place in places:
        if step < len(listed[place]):
            beside[place] = joined(beside[place], listed[place][step])
            still_same[beside[place]].append(place)
    for group in still_same.values():
        _tell(listed, beside, group, step + 1)


def labels(people: Iterable[Sequence[str]]) -> list[str]:
    """Each name, with what is said beside it: "Emil Rahimi, Staff engineer, Platform"."""
    listed = [tuple(person) for person in people]
    return [
        joined(person[0], beside) for person, beside in zip(listed, told_apart(listed), strict=True)
    ]
