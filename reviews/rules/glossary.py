"""The words of the domain, from `glossary.toml`: for `docs/glossary.md` and for the page of words."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SOURCE = Path(__file__).with_name("glossary.toml")


@dataclass(frozen=True, slots=True)
class Term:
    """A word, what it means, and where it is met. `on_pages` is empty for a word that users do not meet."""

    word: str
    meaning: str
    #: The full name of what carries it in the code.
    in_code: str
    on_pages: str = ""

    @property
    def anchor(self) -> str:
        """The id of the term on a page."""
        return self.word.replace(" ", "-")


@dataclass(frozen=True, slots=True)
class TermGroup:
    """Terms that are read together, in the order of the file."""

    id: str
    title: str
    note: str
    terms: tuple[Term, ...]


@cache
def glossary() -> tuple[TermGroup, ...]:
    """Every group with all of its terms."""
    source = tomllib.loads(_SOURCE.read_text(encoding="utf-8"))
    return tuple(
        TermGroup(
            group["id"], group["title"], group["note"], tuple(Term(**t) for t in group["terms"])
        )
        for group in source["groups"]
    )


@cache
def words_on_pages() -> tuple[TermGroup, ...]:
    """The groups with only those terms that users meet."""
    return tuple(
        TermGroup(group.id, group.title, group.note, terms)
        for group in glossary()
        if (terms := tuple(term for term in group.terms if term.on_pages))
    )
