"""The pages written from the tables say what the tables say."""

from pathlib import Path

from reviews.rules import generated_docs

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_permissions_are_written_from_the_policy():
    assert (DOCS / "permissions.md").read_text(encoding="utf-8") == generated_docs.permissions()


def test_the_states_are_written_from_the_workflow():
    assert (DOCS / "states.md").read_text(encoding="utf-8") == generated_docs.states()
