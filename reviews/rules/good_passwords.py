"""What is wrong with a password that somebody chooses: all of it at once, as sentences."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

MIN_LENGTH = 15
#: For somebody who signs in with a second factor as well.
MIN_LENGTH_WITH_FACTOR = 8
MAX_LENGTH = 256

#: So many characters have to be left of a password when everything is taken out that anybody would try first.
_LEAST_LEFT = 6
#: The same for one that is shorter than fifteen.
_LEAST_LEFT_OF_SHORT = 3
#: Shorter pieces of a row of keys or of somebody's name stand in many words.
_LEAST_PIECE = 3
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn",
)
#: What this product and a company are about, and what the lists of broken passwords lack: they know English best.
_COMMON = frozenset(
    """
    passwort motdepasse contrasena wachtwoord parola geheim willkommen bienvenue hallo trustno signin login
    levelset review reviews promotion promotions ladder company cycle calibration committee packet rating ballot
    evidence january february march april june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday spring autumn qwerty changeme letmein
    """.split()  # noqa: SIM905 - as a list it is no longer read
)
#: So many of the passwords that are used most are common words wherever they stand in one; a long sentence may well be
#: made of the others.
_MOST_USED = 300
_LEAST_WORD = 4
_LOOKALIKES = str.maketrans("@4310$5!7", "aaeiossit")


def faults(password: str, own_words: Iterable[str], *, has_factor: bool = False) -> list[str]:
    """What is wrong with it; nothing, for a good one.

    Args:
        password: in NFC, as it will be stored.
        own_words: what others know of the person and the place: names, the address, the company's domain.
        has_factor: the person signs in with a second factor as well, so that the password may be shorter.
    """
    found = []
    shortest = MIN_LENGTH_WITH_FACTOR if has_factor else MIN_LENGTH
    if len(password) < shortest:
        found.append(f"Use at least {shortest} characters. A sentence is a good password.")
    if len(password) > MAX_LENGTH:
        found.append(f"Use at most {MAX_LENGTH} characters.")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in password):
        found.append("This contains a control character, which cannot be typed everywhere.")
    if len(password) < shortest:
        return found
    if _repeats(password):
        found.append("This says one piece over and over. Use words that do not repeat.")
    # Longer ones are refused, and searching them for words would take long.
    elif len(password) <= MAX_LENGTH and _is_tried_first(password, own_words):
        found.append(
            "This is made of what others would try first: common words, rows of keys, your name or the company's."
            " Use a few words of your own."
        )
    return found


def is_short(password: str) -> bool:
    """Whether it is good only beside a second factor."""
    return len(password) < MIN_LENGTH


def _repeats(password: str) -> bool:
    """Whether it is one piece several times, the last time perhaps cut short; white space alone is such a piece."""
    text = password.strip()
    return not text or any(
        (text[:size] * (len(text) // size + 1)).startswith(text)
        for size in range(1, len(text) // 2 + 1)
    )


def _is_tried_first(password: str, own_words: Iterable[str]) -> bool:
    plain = unicodedata.normalize("NFKC", password).casefold()
    spellings = (plain, plain.translate(_LOOKALIKES))
    listed, most_used = _lists()
    if any(spelling in listed or _ENDS.sub("", spelling) in listed for spelling in spellings):
        return True
    words = {*_COMMON, *most_used, *_parts_of(own_words)}
    left = min((_without(spelling, words) for spelling in spellings), key=len)
    # The characters of which nothing is known, each counted once.
    least = _LEAST_LEFT_OF_SHORT if is_short(password) else _LEAST_LEFT
    return len(set(left)) < least


#: What people put before and behind a word that everybody knows.
_ENDS = re.compile(r"^[\W\d_]+|[\W\d_]+$")


@cache
def _lists() -> tuple[frozenset[str], frozenset[str]]:
    """Passwords, names and words that are tried first, and of the passwords those that are used most.

    The lists are those of zxcvbn, 90,000 entries; its score is not asked for. They are read when somebody first chooses
    a password, because that takes a while.
    """
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    most_used = [
        word for word in FREQUENCY_LISTS["passwords"][:_MOST_USED] if len(word) >= _LEAST_WORD
    ]
    return frozenset().union(*FREQUENCY_LISTS.values()), frozenset(most_used)


def _parts_of(own_words: Iterable[str]) -> set[str]:
    text = " ".join(unicodedata.normalize("NFKC", word).casefold() for word in own_words)
    return {part for part in re.split(r"[\W_]+", text) if len(part) >= _LEAST_PIECE}


def _without(text: str, words: Iterable[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, " ")
    for row in _ROWS:
        for way in (row, row[::-1]):
            text = _without_row(text, way)
    return re.sub(r"(19|20)[0-9]{2}|[\W_]", "", text)


def _without_row(text: str, row: str) -> str:
    """Without every piece of the row that is long enough to be one."""
    size = _LEAST_PIECE + 1
    at, left = 0, []
    while at < len(text):
        piece = size
        if text[at : at + piece] in row and len(text) - at >= piece:
            while at + piece < len(text) and text[at : at + piece + 1] in row:
                piece += 1
            left.append(" ")
            at += piece
        else:
            left.append(text[at])
            at += 1
    return "".join(left)
