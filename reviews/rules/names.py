"""Short names that are shown in lists: what none of them holds, and which two a reader cannot tell apart."""

import re
import unicodedata

#: They turn the text around them, so that a name reads as another one.
_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: Shown as nothing, yet they make two equal names differ.
_UNSEEN = frozenset(
    "\u00ad\u034f\u180e\u200b\ufeff"
    # Fillers of Hangul, vowels of Khmer that are not written, the empty cell of Braille.
    "\u115f\u1160\u3164\uffa0\u17b4\u17b5\u2800"
    # Joiner of words, signs that nobody writes, marks for the shape of digits and for notes between lines.
    "\u2060\u2061\u2062\u2063\u2064\u206a\u206b\u206c\u206d\u206e\u206f\ufff9\ufffa\ufffb"
)
#: Shown as nothing by themselves as well, but scripts and emoji need them, each in its place.
_JOINERS = "\u200c\u200d"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef\u180b-\u180d\u180f"
#: A selector stands for itself once, behind a sign that comes in several shapes. No letter of these scripts does.
_PLAIN = "A-Za-z\u00aa-\u02af\u0370-\u052f\u1e00-\u1fff\\s"
_OUT_OF_PLACE = re.compile(
    f"(?:(?<=[{_PLAIN}{_SELECTORS}{_JOINERS}])|^)[{_SELECTORS}]"
    # Of digits, and what is beside them on a keypad, there are keys. No letter is an emoji, but for one.
    f"|(?<=[0-9#*])[{_SELECTORS}](?!\u20e3)"
    "|(?<=[^\\W0-9\u2139])[\ufe0e\ufe0f]"
    f"|(?:(?<=[{_PLAIN}0-9{_JOINERS}])|^)[{_JOINERS}]"
    f"|[{_JOINERS}](?=[{_PLAIN}0-9{_SELECTORS}]|$)"
)
#: The scripts of which many letters look like those of another one.
_LOOK_ALIKE = ("LATIN", "CYRILLIC", "GREEK")
#: Letters and digits in their lower case, and what else looks like each of them.
_TWINS = {
    "a": "\u0430\u03b1",
    "b": "\u0432\u03b2\u042c\u044c",
    "c": "\u0441\u03f2",
    "d": "\u0501",
    "e": "\u0435\u03b5\u0454",
    "g": "\u0581",
    "h": "\u04bb\u043d\u03b7",
    "i": "l1|\u0131\u0456\u03b9\u04cf\u0269",
    "j": "\u0458\u03f3",
    "k": "\u043a\u03ba",
    "m": "\u043c\u03bc",
    "o": "0\u043e\u03bf\u0585",
    "p": "\u0440\u03c1",
    "q": "\u051b",
    "s": "\u0455",
    "t": "\u0442\u03c4",
    "u": "\u03c5",
    "v": "\u03bd\u0475",
    "w": "\u051d\u0461",
    "x": "\u0445\u03c7",
    "y": "\u0443\u04af\u03b3",
    "z": "\u03b6",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212",
    "'": "\u2018\u2019\u02bc`\u00b4",
}
_PLAINLY = str.maketrans({twin: plain for plain, twins in _TWINS.items() for twin in twins})


def refused_in_name(character: str) -> bool:
    """In what is compared or is part of a line of other words: invisible and direction-changing characters as well."""
    return (
        unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
        or character in _TURNING
        or character in _UNSEEN
        or "\U000e0000" <= character <= "\U000e007f"
    )


def in_its_place(text: str) -> str:
    """The text without joiners and selectors that change nothing that is seen: two equal names would differ by them."""
    kept = _OUT_OF_PLACE.sub("", text)
    # What stood behind one of them may be out of place now.
    return kept if kept == text else in_its_place(kept)


def can_be_seen(text: str) -> bool:
    """Whether there is more to it than joiners, marks and space."""
    return any(unicodedata.category(character)[0] in "LNPS" for character in text)


def mixes_scripts(text: str) -> bool:
    """Whether a word has letters of two scripts that look alike, as in a name that is made to read as another one.

    Names of any one script are good, and so are those of several that nobody confuses, as in Japanese.
    """
    return any(
        len({script for letter in word for script in _LOOK_ALIKE if _is_of(letter, script)}) > 1
        for word in re.split(r"[\W\d_]+", unicodedata.normalize("NFKC", text))
    )


def _is_of(letter: str, script: str) -> bool:
    return unicodedata.name(letter, "").startswith(f"{script} ")


def wrong_with_name(text: str) -> str:
    """A sentence that goes on from what the name is of, or nothing."""
    if any(map(refused_in_name, text)):
        return "contains an invisible or control character."
    if text and not can_be_seen(text):
        return "has nothing in it that can be seen."
    if in_its_place(text) != text:
        return "contains an invisible or control character."
    if mixes_scripts(text):
        return "mixes letters of scripts that look alike in one word. Write it in one script."
    return ""


def look_alike(one: str, other: str) -> bool:
    """Whether a reader of a list takes the two for the same: case, width, space, and letters that look like others."""
    return _looks(one) == _looks(other)


def _looks(name: str) -> str:
    seen = "".join(c for c in name if unicodedata.category(c) not in {"Cf", "Cc"})
    seen = re.sub(f"[{_SELECTORS}]", "", unicodedata.normalize("NFKC", seen))
    return "".join(seen.casefold().translate(_PLAINLY).split())
