"""The one way in: what is done with a file by its name and content."""

import hashlib

import pytest

from ladders.canonical import CanonicalError, as_json, dump
from ladders.document import Ladder
from ladders.importing.pipeline import UnsupportedError, read_upload
from ladders.importing.proposal import Proposal
from ladders.importing.text import UnreadableError

TEXT = "# Cooks\n## Level 1\n### Taste\n- a\n- b\n## Level 2\n### Taste\n- c\n"


@pytest.mark.parametrize("name", ["cooks.md", "COOKS.MARKDOWN", "a/b\\cooks.txt"])
def test_text_becomes_a_proposal_that_knows_its_source(name):
    read = read_upload(name, TEXT.encode())
    assert isinstance(read, Proposal)
    source = read.ladder().source
    assert (source.kind, source.path, source.encoding_repair, source.sha256) == (
        "file",
        name.split("\\")[-1],
        "none",
        hashlib.sha256(TEXT.encode()).hexdigest(),
    )


def test_a_document_without_a_title_is_named_by_its_file():
    read = read_upload("line cooks.md", TEXT.removeprefix("# Cooks\n").encode())
    assert isinstance(read, Proposal)
    assert (read.ladder().id, read.ladder().name) == ("line-cooks", "line cooks")


def test_a_canonical_file_is_the_ladder_itself():
    ladder = read_upload("cooks.md", TEXT.encode()).ladder()
    assert read_upload("cooks.yaml", dump(ladder).encode()) == ladder
    assert read_upload("cooks.YML", dump(ladder).encode("utf-16")) == ladder
    assert read_upload("cooks.json", as_json(ladder).encode()) == ladder
    assert isinstance(ladder, Ladder)


@pytest.mark.parametrize("name", ["ladder.pdf", "ladder.xlsx", "ladder.js", "ladder", "", ".md"])
def test_other_files_are_refused_with_those_that_are_read(name):
    with pytest.raises(UnsupportedError) as refused:
        read_upload(name, TEXT.encode())
    assert str(refused.value) == (
        "Files of this type are not read. Supported are .md, .markdown, .txt, .html, .htm, .csv, .tsv, "
        ".yaml, .yml, .json, .zip."
    )


@pytest.mark.parametrize("name", ["a.md", "a.yaml", "a.json"])
def test_binary_files_are_refused_whatever_their_name(name):
    with pytest.raises(UnreadableError, match=r"^This is not a text file\.$"):
        read_upload(name, b"%PDF-1.7\x00\x01")


def test_a_faulty_canonical_file_is_refused():
    with pytest.raises(CanonicalError):
        read_upload("a.yaml", b"format: ladder/2")
