"""Bytes to text: what is read, what is repaired, what is refused."""

import pytest

from ladders.importing.text import MAX_BYTES, Change, UnreadableError, read_text


def test_marks_and_line_ends_are_made_plain():
    document = read_text(b"\xef\xbb\xbf# One\r\n\r\n- two\rthree\n")
    assert (document.text, document.repair, document.changes) == (
        "# One\n\n- two\nthree\n",
        "none",
        (),
    )


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("café “now”".encode(), "café “now”"),
        ("café “now”".encode("cp1252"), "café “now”"),
        ("café “now”".encode("utf-16"), "café “now”"),
    ],
)
def test_reads_the_usual_encodings(data, text):
    assert read_text(data).text == text


@pytest.mark.parametrize(("wrong", "repair"), [("mac_roman", "mac_roman"), ("cp1252", "cp1252")])
def test_repairs_each_broken_run_and_shows_it(wrong, repair):
    broken = "the team\u2019s".encode().decode(wrong)
    document = read_text(f"fine \u2013 here\n{broken} “own” goal".encode())
    assert document.text == "fine \u2013 here\nthe team\u2019s “own” goal"
    assert document.repair == repair
    assert document.changes == (Change(2, f"{broken} “own” goal", "the team\u2019s “own” goal"),)
    assert document.unrepaired == f"fine \u2013 here\n{broken} “own” goal"


def test_repairs_an_emoji_that_was_read_as_mac_roman():
    broken = "🦉 Wisdom".encode().decode("mac_roman")
    assert read_text(f"## {broken}".encode()).text == "## 🦉 Wisdom"


@pytest.mark.parametrize(
    "sound", ["naïve Ångström", "日本語", "“yes” — \u2018no\u2019…", "£5 ± 2°", "🦉"]
)
def test_leaves_sound_text_alone(sound):
    assert read_text(sound.encode()).text == sound


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b" \n\t\n", "The file is empty."),
        (b"%PDF-1.7\n\x00\x01", "This is not a text file."),
        (b"PK\x03\x04" + bytes(20), "This is not a text file."),
        (b"x" * (MAX_BYTES + 1), "The file is larger than 512 KB."),
        (b"a\x81b\xff", "The characters of this file cannot be read. Save it as UTF-8 and retry."),
        (b"\xff\xfea", "The characters of this file cannot be read. Save it as UTF-8 and retry."),
    ],
)
def test_refuses_what_is_no_text(data, sentence):
    with pytest.raises(UnreadableError) as refused:
        read_text(data)
    assert str(refused.value) == sentence
