"""From an upload to a published ladder: a draft, its answers, and the moment after which nothing changes it."""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath

from ladders import library
from ladders.document import Ladder
from ladders.models import LadderVersion, VersionState
from ladders.pipeline import read_upload
from ladders.proposal import NotALadderError, Proposal
from ladders.questions import AnswerError, Question
from ladders.text import read_text
from reviews import entropy
from reviews.audit import service as audit
from reviews.extensions import db
from reviews.facts import Viewer
from reviews.ladder_pages import queries
from reviews.refusals import IllegalMove, RuleBroken, StaleEdit
from reviews.vocabulary import Action


@dataclass(frozen=True, slots=True)
class Imported:
    version: LadderVersion
    #: None for a canonical file.
    proposal: Proposal | None


def import_ladder(filename: str, data: bytes, *, actor: Viewer | None, at: datetime) -> Imported:
    """A draft from an uploaded file, every question answered as the document suggests.

    Raises:
        RuleBroken: with a sentence for each thing that keeps the file from being read.
    """
    name = _plain_name(filename)
    try:
        read = read_upload(name, data)
        ladder = read.ladder() if isinstance(read, Proposal) else read
    except NotALadderError as error:
        raise RuleBroken(f"This does not look like a ladder. {error}", field="file") from error
    except ValueError as error:
        raise RuleBroken(str(error), field="file") from error
    version = library.add_draft(
        db.session,
        ladder,
        public_id=entropy.public_id(),
        at=at,
        source_name=name,
        source_text=read_text(data).unrepaired,
    )
    audit.record(
        actor,
        Action.IMPORT_LADDER,
        f"Ladder {ladder.name}, version {version.number}, imported as a draft",
        at=at,
    )
    return Imported(version, read if isinstance(read, Proposal) else None)


def answer(
    version: LadderVersion,
    *,
    answers: Mapping[str, str],
    seen: str,
    actor: Viewer | None,
    at: datetime,
) -> None:
    """Make the draft again from its document with these answers.

    Args:
        version: the draft.
        answers: question id -> option; a question that is left out is answered as suggested.
        seen: the row's version that the answers were given to, as the form sent it.
        actor: who answers; None from the command line.
        at: the instant that is recorded.

    Raises:
        RuleBroken: for a published version, for one without questions, and for answers that make no ladder.
        StaleEdit: if somebody else has answered since.
    """
    proposal = queries.proposal_of(version)
    if version.state is not VersionState.DRAFT:
        raise IllegalMove("This version is published. Its text stays as it is.")
    if proposal is None:
        raise RuleBroken("This file leaves no question open.")
    if seen != str(version.version):
        raise StaleEdit(
            "Somebody else answered while you did. Their answers stand beside yours.",
            theirs={
                question.sentence: _label(question, queries.answers_of(version))
                for question in proposal.questions
            },
            version=version.version,
        )
    try:
        ladder = proposal.ladder(answers)
    except AnswerError as error:
        raise RuleBroken(str(error), field=error.question) from error
    except NotALadderError as error:
        raise RuleBroken(f"With these answers no ladder is left. {error}") from error
    library.replace_draft(
        db.session, version, _with_the_upload(ladder, version), answers=json.dumps(dict(answers))
    )
    audit.record(
        actor,
        Action.IMPORT_LADDER,
        f"Questions about ladder {ladder.name}, version {version.number}, answered",
        at=at,
    )


def take_suggestions(imported: Imported, *, actor: Viewer | None, at: datetime) -> None:
    """Answer every question as the document suggests, for somebody who has seen the suggestions."""
    questions = imported.proposal.questions if imported.proposal else ()
    if questions:
        answer(
            imported.version,
            answers={question.id: question.default for question in questions},
            seen=str(imported.version.version),
            actor=actor,
            at=at,
        )


def publish(version: LadderVersion, *, actor: Viewer | None, at: datetime) -> None:
    """Freeze the draft for the cycles to come.

    Raises:
        RuleBroken: for a version that is published already, and while its questions are not answered.
    """
    if version.state is not VersionState.DRAFT:
        raise IllegalMove("This version is published already.")
    proposal = queries.proposal_of(version)
    if proposal and proposal.questions and not queries.answers_of(version):
        raise RuleBroken("Answer the questions about this document before you publish it.")
    library.publish(db.session, version, at=at)
    audit.record(
        actor,
        Action.IMPORT_LADDER,
        f"Ladder {version.ladder.name}, version {version.number}, published",
        at=at,
    )


def discard(version: LadderVersion, *, actor: Viewer | None, at: datetime) -> None:
    """Delete a draft for good. The audit line stays.

    Raises:
        RuleBroken: for a published version, and for one that a cycle or a packet is read against.
    """
    if version.state is not VersionState.DRAFT:
        raise IllegalMove(
            "This version is published. It stays, so that cycles can be read against it."
        )
    if queries.is_used(version):
        raise RuleBroken("A cycle uses this draft. Take it out of the cycle first.")
    summary = f"Draft of ladder {version.ladder.name}, version {version.number}, discarded"
    library.discard(db.session, version)
    audit.record(actor, Action.IMPORT_LADDER, summary, at=at)


def _label(question: Question, answers: Mapping[str, str]) -> str:
    chosen = answers.get(question.id, question.default)
    return next(option.label for option in question.options if option.value == chosen)


def _with_the_upload(ladder: Ladder, version: LadderVersion) -> Ladder:
    """The stored text has other bytes than the file had; what names the file stays that of the upload."""
    uploaded = library.text_of(version).source
    return replace(ladder, source=replace(ladder.source, sha256=uploaded.sha256))


def _plain_name(filename: str) -> str:
    """The last part of a file's name, without what cannot be shown or kept."""
    name = PurePath(filename.replace("\\", "/")).name
    shown = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    path = PurePath(shown)
    return path.stem[: 255 - len(path.suffix)] + path.suffix
