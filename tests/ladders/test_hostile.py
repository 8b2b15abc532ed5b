"""Files that mean harm, or are broken: a clear sentence, and nothing else."""

import io
import sys
import zipfile

import pytest

from ladders.importing.bundle import Upload
from ladders.importing.pipeline import read_uploads
from ladders.importing.proposal import NotALadderError
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
    "short lines": ("a.md", b"- x\n" * 10_001, "There are more than 4,000 lines."),
    "headings": ("a.html", b"<h1>a</h1>" * 5_001, "There are more than 1,000 headings."),
    "paragraphs": ("a.html", b"<p>x" * 20_001, "There are more than 20,000 paragraphs and points."),
    "paragraphs in several files": (
        "a.zip",
        packed(**{f"{n}.html": b"<p>x" * 1_010 for n in range(20)}),
        "There are more than 20,000 paragraphs and points.",
    ),
    "columns": (
        "a.csv",
        b"D" + b",L" * 200 + b"\nT" + b",x" * 200,
        "Line 1 has 201 columns; at most 200 are read.",
    ),
    "wide cells": (
        "a.html",
        b"<table><tr>" + b"<td colspan=60>x" * 4 + b"<tr><td>x",
        "There is a table of more than 200 columns.",
    ),
    "high cells": (
        "a.html",
        b"<table><tr>" + b"<td rowspan=9000>x" * 150 + b"<tr>" + b"<td>x" * 51,
        "There is a table of more than 200 columns.",
    ),
    "cells": (
        "a.csv",
        b"D" + b",L" * 100 + b"\n" + (b"T" + b"," * 100 + b"\n") * 200,
        "There are more than 12,000 cells in tables.",
    ),
    "cells of several tables": (
        "a.html",
        b"<table>"
        + b"<tr><td colspan=60>x" * 200
        + b"</table><table>"
        + b"<tr><td colspan=60>x" * 200,
        "There are more than 12,000 cells in tables.",
    ),
    "a long text": (
        "a.md",
        b"# Level 1\n" + b"word " * 2_001,
        "Line 2: a text of more than 10,000 characters.",
    ),
    "numbers": (
        "a.yaml",
        b"[" + b"1," * 20_000 + b"1]",
        "Line 1: More than 20,000 keys and values.",
    ),
    "keys": (
        "a.yaml",
        b"format: ladder/1\nlevels: [" + b"{a: 1}," * 10_000 + b"]",
        "Line 2: More than 20,000 keys and values.",
    ),
    "two documents": ("a.yaml", b"a: 1\n---\nb: 2\n", "A second document starts here"),
    "tags of python": ("a.yaml", b"a: !!python/name:os.system\n", "Tags (!name) are not allowed."),
    "a merge": ("a.yaml", b"<<: *a\n", "References to other places (*name) are not allowed."),
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


@pytest.mark.parametrize(
    ("levels", "dimensions", "texts"),
    [(101, 1, 2), (2, 101, 1), (2, 50, 21)],
    ids=["levels", "dimensions", "expectations"],
)
def test_what_is_larger_than_a_ladder_is_read_as_none_and_can_be_mapped_by_hand(
    levels, dimensions, texts
):
    rows = [
        f"Level {level + 1},Taste {dimension},Tastes soup {text} for {dimension} at {level}"
        for level in range(levels)
        for dimension in range(dimensions)
        for text in range(texts)
    ]
    data = "\n".join(["Level,Dimension,Expectation", *rows])

    proposal = read_uploads([Upload("a.csv", data.encode())])

    assert not proposal.verdict.is_ladder
    assert "A ladder has at most 100 levels and roles" in " ".join(proposal.verdict.reasons)
    with pytest.raises(NotALadderError):
        proposal.ladder()


#: A document in two sizes, the second twice the first, which once took four times as long.
GROWING = {
    "levels": lambda n: (
        "Level,Dimension,Expectation\n"
        + "".join(f"Level {i},Taste,does thing {i}\n" for i in range(n))
    ),
    "tables in one": lambda n: "Level,L1,L2\nT,a,b\n,,\n" * (n // 3),
    "one line of data": lambda n: "[" + "[]," * n + "[]]",
    "rows": lambda n: "D,Level 1,Level 2\n" + "".join(f"T{i},x{i},y{i}\n" for i in range(n)),
}


@pytest.mark.parametrize("case", GROWING)
def test_a_document_of_twice_the_length_takes_twice_the_steps(case):
    kind = "json" if "data" in case else "csv"
    small, large = (steps_to_read(f"a.{kind}", GROWING[case](n)) for n in (300, 600))

    assert large < 2.6 * small


def steps_to_read(name, text):
    """How often Python calls a function or goes on in a generator to read a document."""
    read_uploads([Upload(name, text.encode())])
    steps = 0

    def count(_frame, event, _argument):
        nonlocal steps
        steps += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        found = read_uploads([Upload(name, text.encode())])
        _ = found.not_imported, found.all_lines
    finally:
        sys.setprofile(before)
    return steps
