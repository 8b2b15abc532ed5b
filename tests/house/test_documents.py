"""The documents written from the tables say what the tables say."""

from pathlib import Path

import pytest

from reviews.rules import generated_docs

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("name", ["permissions.md", "states.md", "glossary.md"])
def test_a_document_is_written_from_its_table(name):
    assert (DOCS / name).read_text(encoding="utf-8") == generated_docs.pages()[name]


def test_no_other_document_is_written():
    assert sorted(generated_docs.pages()) == ["glossary.md", "permissions.md", "states.md"]
