"""What is wrong with a password that somebody chooses: all of it at once, as sentences."""

import re
import unicodedata
from collections.abc import Iterable

MIN_LENGTH = 15
MAX_LENGTH = 256

#: So many characters have to be left of a password when everything is taken out that anybody would try first.
_LEAST_LEFT = 6
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
#: What lists of broken passwords are made of, and what this product is about.
_COMMON = frozenset(
    """
    password passwort passwd motdepasse contrasena wachtwoord parola secret geheim letmein changeme
    welcome willkommen bienvenue hello hallo iloveyou whatever trustno default test temp
    admin administrator root user login signin master qwerty
    princess dragon monkey football baseball superman batman sunshine shadow starwars
    spring summer autumn winter january february march april june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    levelset review reviews promotion ladder company
    """.split()  # noqa: SIM905 - as a list it is no longer read
)
_LOOKALIKES = str.maketrans("@4310$5!7", "aaeiossit")


def faults(password: str, own_words: Iterable[str]) -> list[str]:
    """What is wrong with it; nothing, for a good one.

    Args:
        password: in NFC, as it will be stored.
        own_words: what others know of the person and the place: names, the address, the company's domain.
    """
    found = []
    if len(password) < MIN_LENGTH:
        found.append(f"Use at least {MIN_LENGTH} characters. A sentence is a good password.")
    if len(password) > MAX_LENGTH:
        found.append(f"Use at most {MAX_LENGTH} characters.")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in password):
        found.append("This contains a control character, which cannot be typed everywhere.")
    if _repeats(password):
        found.append("This says one piece over and over. Use words that do not repeat.")
    elif len(password) >= MIN_LENGTH and len(_left(password, own_words)) < _LEAST_LEFT:
        found.append(
            "This is made of what others would try first: common words, rows of keys, your name or the company's."
            " Use a few words of your own."
        )
    return found


def _repeats(password: str) -> bool:
    """Whether it is one piece several times, the last time perhaps cut short; white space alone is such a piece."""
    text = password.strip()
    return len(password) >= MIN_LENGTH and (
        not text
        or any(
            (text[:size] * (len(text) // size + 1)).startswith(text)
            for size in range(1, len(text) // 2 + 1)
        )
    )


def _left(password: str, own_words: Iterable[str]) -> str:
    """The characters of which nothing is known, each counted once."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    words = {*_COMMON, *_parts_of(own_words)}
    left = min((_without(text, words) for text in (plain, plain.translate(_LOOKALIKES))), key=len)
    return "".join(dict.fromkeys(left))


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
