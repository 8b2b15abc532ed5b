"""Small documents as proposals, for tests that write them in place."""

from ladders.document import Source
from ladders.importing.proposal import File, Proposal, propose
from ladders.importing.text import Document


def proposed(*texts: str, names: tuple[str, ...] = ("a.md",)) -> Proposal:
    files = [
        File(name, Document(text, text, "none", ()))
        for name, text in zip(names, texts, strict=True)
    ]
    return propose(files, "untitled", Source())
