"""What the names in a ladder document look like: levels, codes, aliases, icons, ids."""

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher

from ladders.keys import normalised

_CODE = (
    r"(?:band|level|lvl|grade|step|tier|stage|ic|mg|em|[delmpst])[ .-]?[0-9]{1,2}(?:\.[0-9]|[a-d])?"
)
_WHOLE_CODE = re.compile(_CODE, re.IGNORECASE)
_LEADING_CODE = re.compile(rf"({_CODE})\s*[:\u2013\u2014|-]\s+(\S.*)", re.IGNORECASE)
_ALIAS = re.compile(r"\s*\{([^{}]+)\}")
_LAST_BRACKET = re.compile(r"([^()]*\S)\s*\(([^()]+)\)")
_QUOTES = "\"'\u2018\u2019\u201c\u201d"
_QUOTED = re.compile(rf"[{_QUOTES}]([^{_QUOTES}]+)[{_QUOTES}]")
_NUMBER = re.compile(r"[0-9]+(?=\D*$)")
_ROMAN = re.compile(r"\b(?:I{1,3}|IV|VI{0,3})\b")
_LEVEL_WORDS = re.compile(
    r"\b(?:advanced|analyst|apprentice|architect|associate|band|beginner|consultant|designer"
    r"|developer|director|distinguished|engineer|entry|executive|expert|fellow|graduate|head"
    r"|intermediate|intern|junior|lead|level|manager|master|mid|middle|novice|officer|principal"
    r"|scientist|senior|specialist|staff|starter|trainee|vp)\b",
    re.IGNORECASE,
)
_LONGEST_ID = 60
#: The shape of two names that may be one: a share of equal characters.
_CLOSE = 0.85


@dataclass(frozen=True, slots=True)
class LevelName:
    name: str
    code: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def number(self) -> int | None:
        """The number of the code, or of a name that is only a code, as in "Level 3"."""
        code = self.code or (self.name if _WHOLE_CODE.fullmatch(self.name) else "")
        found = _NUMBER.search(code)
        return int(found[0]) if found else None


def read_level_name(heading: str) -> LevelName:
    """Splits off a code, as in "(Band 3)" or "L3:", and aliases, as in "{Senior Engineer}"."""
    aliases = [each.strip() for each in _ALIAS.findall(heading)]
    name = " ".join(_ALIAS.sub(" ", heading).split())
    code = ""
    bracket = _LAST_BRACKET.fullmatch(name)
    if bracket and _WHOLE_CODE.fullmatch(bracket[2].strip()):
        name, code = bracket[1], bracket[2].strip()
    elif bracket and (quoted := _QUOTED.fullmatch(bracket[2].strip())):
        aliases.append(quoted[1])
    leading = _LEADING_CODE.fullmatch(name)
    if leading and not code:
        code, name = leading[1], leading[2]
    return LevelName(name or heading, code, tuple(aliases))


def is_like_a_level(name: str) -> bool:
    parsed = read_level_name(name)
    return bool(
        parsed.number is not None or _ROMAN.search(parsed.name) or _LEVEL_WORDS.search(parsed.name)
    )


def split_icon(name: str) -> tuple[str, str]:
    """An emoji in front of a name is its icon."""
    first, _, rest = name.partition(" ")
    if rest.strip() and unicodedata.category(first[0]) == "So":
        return first, rest.strip()
    return "", name


def name_key(name: str) -> str:
    """Headings with the same key name the same thing."""
    return normalised(split_icon(name)[1]).rstrip(":. ")


def are_close(one: str, other: str) -> bool:
    """Whether two names may mean the same: all words of one in the other, or nearly equal."""
    first, second = set(_words(one)), set(_words(other))
    if first and second and (first <= second or second <= first):
        return True
    match = SequenceMatcher(None, name_key(one), name_key(other))
    return match.quick_ratio() >= _CLOSE and match.ratio() >= _CLOSE


def _words(name: str) -> list[str]:
    return [word for word in re.findall(r"\w+", name_key(name)) if word not in {"and", "of", "the"}]


class Ids:
    """Hands out ids that are unique in one list."""

    def __init__(self, fallback: str) -> None:
        self.fallback = fallback
        self.counts: dict[str, int] = {}
        self.taken: set[str] = set()

    def take(self, name: str) -> str:
        wanted = slug(name) or self.fallback
        free = wanted
        while free in self.taken:
            self.counts[wanted] = self.counts.get(wanted, 1) + 1
            free = f"{wanted}-{self.counts[wanted]}"
        self.taken.add(free)
        return free


def slug(name: str) -> str:
    """Letters and digits joined by hyphens: "Skills & Experience" is "skills-experience"."""
    plain = unicodedata.normalize("NFKC", name).lower()
    plain = re.sub(r"['\u2019]", "", plain)
    return re.sub(r"[\W_]+", "-", plain).strip("-")[:_LONGEST_ID].strip("-")
