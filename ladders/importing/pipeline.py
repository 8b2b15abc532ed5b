"""Uploaded files -> a proposal to look over, or a finished ladder: the one way in for web and CLI."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from ladders.canonical import load
from ladders.document import Ladder, Source
from ladders.importing.assembly import FORMS
from ladders.importing.bundle import ARCHIVE, Upload, unpacked
from ladders.importing.corrections import Corrections, correct
from ladders.importing.fields import FieldUse
from ladders.importing.marks import Mark
from ladders.importing.proposal import File, Proposal, SaidBefore, propose
from ladders.importing.questions import held
from ladders.importing.text import Document, Repair, UnreadableError, read_text
from ladders.names import forget_names
from ladders.yaml_nodes import UnreadableYamlError

#: What is read, by the end of the file's name.
KINDS = (*FORMS, ARCHIVE)
#: Five times as long as the longest ladder that we have seen.
MOST_LINES = 4_000


class UnsupportedError(ValueError):
    """A kind of file that is not read; the message lists those that are."""


def read_upload(filename: str, data: bytes) -> Proposal | Ladder:
    """One file; see `read_uploads`."""
    return read_uploads([Upload(filename, data)])


def read_uploads(
    uploads: Sequence[Upload],
    *,
    swap: bool = False,
    marks: Mapping[str, Mark] | None = None,
    order: Sequence[str] = (),
    fields: Mapping[str, FieldUse] | None = None,
) -> Proposal | Ladder:
    """A proposal from documents and tables, the ladder itself from a `ladder/1` file.

    Several files, or those of an archive, are one ladder; `order` names them as a person wants them.
    `fields` says what fields of a data file are for. Raises UnsupportedError, UnreadableError,
    UnreadableTableError or CanonicalError: ValueErrors that speak to a person.
    """
    for upload in uploads:
        if _kind(upload) not in KINDS:
            supported = ", ".join(KINDS)
            raise UnsupportedError(f"Files of this type are not read. Supported are {supported}.")
    found = unpacked(uploads, tuple(FORMS))
    if not found:
        raise UnreadableError("No file was sent.")
    documents = [(upload, read_text(upload.data)) for upload in found]
    first, text = documents[0]
    if len(documents) == 1 and FORMS[_kind(first)] == "data" and is_canonical(text.unrepaired):
        return load(text.unrepaired)
    if sum(document.text.count("\n") for _, document in documents) > MOST_LINES:
        raise UnreadableError(f"There are more than {MOST_LINES:,} lines. No ladder has so many.")
    files = [File(_name(upload.name), document) for upload, document in documents]
    names = [upload.name for upload in uploads]
    source = Source(
        kind="file",
        path=_name(names[0]) if len(names) == 1 else "",
        sha256=hashlib.sha256(b"".join(upload.data for upload in found)).hexdigest(),
        files=tuple(file.name for file in files) if len(files) > 1 else (),
        encoding_repair=_repair([document for _, document in documents]),
    )
    title = _spoken(PurePath(_name(names[0])).stem) if len(names) == 1 else "Ladder"
    try:
        return propose(files, title, source, SaidBefore(swap, marks or {}, order, fields or {}))
    except UnreadableYamlError as error:
        raise UnreadableError(f"Line {error.problem.line}: {error.problem.sentence}") from None
    finally:
        forget_names()


def corrected(proposal: Proposal, corrections: Corrections) -> Ladder:
    """The ladder that the proposal makes with everything a person has said.

    `proposal` is to be read with the swap, the marks, the order and the fields of these corrections. Answers to
    questions that it does not raise are passed over. Raises NotALadderError or CorrectionError.
    """
    answers = held(proposal.questions, corrections.answers)
    lines = (*proposal.not_imported, *proposal.notes)
    return correct(proposal.ladder(answers), corrections, lines)


def is_canonical(text: str) -> bool:
    """Whether a data file says that it is in our own form, or in a version of it."""
    return (
        re.search(r"^\s*[{,]?\s*[\"']?format[\"']?\s*:\s*[\"']?ladder/", text, re.MULTILINE)
        is not None
    )


def _kind(upload: Upload) -> str:
    return PurePath(_name(upload.name)).suffix.lower()


def _name(filename: str) -> str:
    return PurePath(filename.replace("\\", "/")).name


def _spoken(stem: str) -> str:
    words = " ".join(re.sub(r"[_-]+", " ", stem).split())
    return words[:1].upper() + words[1:] if "_" in stem or "-" in stem else stem


def _repair(documents: Sequence[Document]) -> Repair:
    """The repair that any of the files needed."""
    return next((each.repair for each in documents if each.repair != "none"), "none")
