"""Files that mean harm, or are broken: a clear sentence, and nothing else."""

import io
import zipfile

import pytest

from ladders.importing.bundle import Upload
from ladders.importing.pipeline import read_uploads
from ladders.importing.text import MAX_BYTES

LADDER = b"# Cooks\n## Level 1\n### Taste\n- a\n- b\n## Level 2\n### Taste\n- c\n"


def packed(**files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


LARGE = b"- x\n" * (MAX_BYTES // 4 + 1)

REFUSED = {
    "a pdf": ("a.pdf", b"%PDF-1.7", "Files of this type are not read."),
    "a workbook": ("a.xlsx", b"PK\x03\x04", "Files of this type are not read."),
    "a script": ("a.js", b"alert(1)", "Files of this type are not read."),
    "a pdf by another name": ("a.md", b"%PDF-1.7\x00\x01", "This is not a text file."),
    "a NUL": ("a.md", b"# T\n\x00", "This is not a text file."),
    "a long line": ("a.md", b"x" * 10_000_000, "The files are larger than 512 KB together."),
    "many lines": ("a.csv", LARGE, "The files are larger than 512 KB together."),
    "short lines": ("a.md", b"- x\n" * 10_001, "There are more than 10,000 lines."),
    "headings": ("a.html", b"<h1>a</h1>" * 5_001, "There are more than 5,000 headings."),
    "wrong bytes": ("a.yaml", b"a: \x81\x8d\xff", "The characters of this file cannot be read."),
    "an alias": ("a.yaml", b"a: &b [1]\nc: *b\n", "Line 1: Anchors (&name) are not allowed."),
    "a tag": (
        "a.yaml",
        b"a: !!python/object:os.system x\n",
        "Line 1: Tags (!name) are not allowed.",
    ),
    "depth": ("a.json", b"[" * 5000 + b"]" * 5000, "Line 1: Nested deeper than 12 levels."),
    "a quotation left open": ("a.csv", b'a,b\n"c,d\n', "Line 2: this is not valid CSV"),
    "no columns": ("a.csv", b"a\nb\n", "This file has no columns."),
    "an empty file": ("a.md", b"", "The file is empty."),
    "no archive": ("a.zip", b"PK\x03\x04 and no more", "This archive is broken"),
    "an archive of nothing": ("a.zip", packed(**{"a.pdf": b"x"}), "The archive holds no file"),
    "a bomb": ("a.zip", packed(**{"a.md": b"0" * 40_000_000}), "packed beyond reason"),
    "an archive of many": (
        "a.zip",
        packed(**{f"{n}.md": b"# a" for n in range(61)}),
        "The archive holds more than 60 files.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_is_refused_with_a_sentence(case):
    name, data, sentence = REFUSED[case]
    with pytest.raises(ValueError, match=r"^\S") as refused:
        read_uploads([Upload(name, data)])
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[a](javascript:alert(1))",
        '=HYPERLINK("http://a.example")',
        "<img src=x onerror=alert(1)>",
    ],
)
def test_what_is_text_stays_text(text):
    """Nothing is run, and no page or file shows it as anything but text."""
    data = LADDER.replace(b"- a\n", f"- a {text}\n".encode())
    proposal = read_uploads([Upload("a.md", data)])
    ladder = proposal.ladder()
    (first,) = [cell.expectations[0] for cell in ladder.levels[0].cells]
    assert first.text.startswith("a")
    assert not any(line.number == 4 for line in proposal.not_imported) or "a" in first.text


def test_an_archive_is_read_like_its_files():
    one = b"# Junior Cook\n## Taste\n- a\n- b\n## Pace\n- c\n"
    two = b"# Senior Cook\n## Taste\n- d\n## Pace\n- e\n"
    archive = packed(**{"x/2-senior.md": two, "x/1-junior.md": one, "__MACOSX/._1": b"\x00"})
    read = read_uploads([Upload("cooks.zip", archive)])
    ladder = read.ladder()
    assert [level.name for level in ladder.levels] == ["Junior Cook", "Senior Cook"]
    assert [file.name for file in read.files] == ["2-senior.md", "1-junior.md"]
