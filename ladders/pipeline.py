"""An uploaded file -> a proposal to look over, or a finished ladder: the one way in for web and CLI."""

import hashlib
from pathlib import PurePath

from ladders.canonical import load
from ladders.document import Ladder, Source
from ladders.proposal import Proposal, propose
from ladders.text import read_text

#: What is read, by the end of the file's name.
DOCUMENTS = (".md", ".markdown", ".txt")
CANONICAL = (".yaml", ".yml", ".json")


class UnsupportedError(ValueError):
    """A kind of file that is not read; the message lists those that are."""


def read_upload(filename: str, data: bytes) -> Proposal | Ladder:
    """A proposal from a text document, the ladder itself from a `ladder/1` file.

    Raises UnsupportedError, UnreadableError or CanonicalError: ValueErrors that speak to a person.
    """
    path = PurePath(filename.replace("\\", "/"))
    kind = path.suffix.lower()
    if kind not in (*DOCUMENTS, *CANONICAL):
        supported = ", ".join((*DOCUMENTS, *CANONICAL))
        raise UnsupportedError(f"Files of this type are not read. Supported are {supported}.")
    document = read_text(data)
    if kind in CANONICAL:
        return load(document.unrepaired)
    source = Source(
        kind="file",
        path=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        encoding_repair=document.repair,
    )
    return propose(document, path.stem, source)
