"""Which passwords are refused, and that a sentence in any script is not."""

import unicodedata

import pytest

from reviews.rules.good_passwords import faults

OWN = ("Ada Whitfield", "ada.whitfield@northwind.example", "reviews.northwind.example")
SHORT = "Use at least 15 characters. A sentence is a good password."
LONG = "Use at most 256 characters."
CONTROL = "This contains a control character, which cannot be typed everywhere."
AGAIN = "This says one piece over and over. Use words that do not repeat."
FIRST = (
    "This is made of what others would try first: common words, rows of keys, your name or the company's."
    " Use a few words of your own."
)


@pytest.mark.parametrize(
    ("password", "sentences"),
    [
        ("", [SHORT]),
        ("fourteen chars", [SHORT]),
        ("fifteen chars a", []),
        ("x" + "abc de" * 10 + "y" * 3, []),
        (" " * 15, [AGAIN]),
        (" " * 300, [LONG, AGAIN]),
        ("a" * 15, [AGAIN]),
        ("a" * 257, [LONG, AGAIN]),
        ("passwordpassword", [AGAIN]),
        ("passwordpasswordpass", [AGAIN]),
        ("correct correct correct", [AGAIN]),
        ("\u3042" * 15, [AGAIN]),
        ("password12345678", [FIRST]),
        ("P@ssw0rd-P4ssword-2027!", [FIRST]),
        ("welcome to levelset", [FIRST]),
        ("qwertyuiopasdfgh", [FIRST]),
        ("1q2w3e4r5t6y7u8i", [FIRST]),
        ("123456789012345", [FIRST]),
        ("987654321987654321x", [FIRST]),
        ("abcdefghijklmnop", [FIRST]),
        ("zyxwvutsrqponmlkji", [FIRST]),
        ("adawhitfield2027", [FIRST]),
        ("Whitfield-Northwind-Ada", [FIRST]),
        ("northwind reviews 1", [FIRST]),
        ("Spring2027Summer2027", [FIRST]),
        ("good words \0 of mine", [CONTROL]),
        ("a\0b", [SHORT, CONTROL]),
    ],
)
def test_every_fault_is_said_at_once(password: str, sentences: list[str]) -> None:
    assert faults(password, OWN) == sentences


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "a password of many words",
        "another password of words",
        "my summer in the old mill",
        "der Hund frisst gern Pfirsiche",
        "моя собака любит снег",
        "私の猫は雪が大好きですよ本当に",
        "我的猫喜欢在雪地里跑来跑去很开心",
        "vX9#kq2Lw7!rT4zp",
        "9f86d081884c7d659a2feaa0c55ad015",
        "🐎🔋📎 horse battery staple 😀",
    ],
)
def test_a_sentence_of_ones_own_is_taken_in_any_script(password: str) -> None:
    assert faults(password, OWN) == []
    assert faults(unicodedata.normalize("NFC", password), ()) == []
