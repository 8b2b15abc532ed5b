"""From an upload to a published ladder: a draft, its answers, and the moment after which nothing changes it."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath

from ladders import library
from ladders.document import Ladder
from ladders.importing.bundle import Upload
from ladders.importing.corrections import CorrectionError, Corrections, Join
from ladders.importing.joining import JoinError, joined
from ladders.importing.pipeline import corrected
from ladders.importing.proposal import NotALadderError, Proposal
from ladders.importing.questions import JOIN, SINGLE, held
from ladders.limits import excesses
from ladders.models import LadderVersion, VersionState
from ladders.names import name_key
from reviews.access.viewer import Viewer
from reviews.audit import service as audit
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.display.formatting import count
from reviews.ladder_library import queries
from reviews.ladder_library.import_preview import ImportDraft
from reviews.ladder_library.queries import EarlierImport
from reviews.rules.enums import Verb
from reviews.rules.errors import IllegalMove, RuleBroken, StaleEdit


@dataclass(frozen=True, slots=True)
class Imported:
    version: LadderVersion
    #: None for a canonical file.
    draft: ImportDraft | None


@dataclass(frozen=True, slots=True)
class ReadImport:
    """What uploaded files say, read and not kept yet."""

    files: tuple[Upload, ...]
    ladder: Ladder
    #: By which the next version of the same document is known; empty for a canonical file.
    source_key: str
    draft: ImportDraft | None


def import_ladder(uploads: Sequence[Upload], *, actor: Viewer | None, at: datetime) -> Imported:
    """A draft from uploaded files, which are one ladder: read, and kept.

    Raises:
        RuleBroken: with a sentence for each thing that keeps the files from being read.
    """
    return keep_import(read_import(uploads, queries.earlier_import), actor=actor, at=at)


def read_import(
    uploads: Sequence[Upload], look_up: Callable[[Proposal], EarlierImport | None]
) -> ReadImport:
    """What the files say. Corrections of the last version are made in this one too.

    A document that does not look like a ladder becomes a draft that says nothing yet.

    Args:
        uploads: the files, which are one ladder.
        look_up: `queries.earlier_import`; all that is asked of the database.

    Raises:
        RuleBroken: with a sentence for each thing that keeps the files from being read.
    """
    files = tuple(Upload(_plain_name(each.name), each.data) for each in uploads)
    try:
        read = queries.read_files(files)
    except ValueError as error:
        raise RuleBroken(_first_lines(str(error)), field="files") from error
    if isinstance(read, Ladder):
        return ReadImport(files, read, "", None)
    before = look_up(read)
    draft, ladder = _as_before(files, before) if before else (None, None)
    if draft is None or ladder is None:
        draft = ImportDraft.of(read, Corrections())
        ladder = _made(draft, None)
    return ReadImport(files, ladder, read.blank().id, draft)


def keep_import(read: ReadImport, *, actor: Viewer | None, at: datetime) -> Imported:
    """The draft with its files and rows."""
    version = library.add_draft(
        db.session,
        read.ladder,
        public_id=random_source.public_id(),
        at=at,
        source_name=_in_words(read.files),
        source_key=read.source_key,
        files=read.files,
        corrections=read.draft.corrections if read.draft else None,
    )
    audit.record(
        actor,
        Verb.IMPORT_LADDER,
        f"Ladder {version.ladder.name}, version {version.number}, imported as a draft",
        at=at,
        version=version.public_id,
    )
    return Imported(version, read.draft)


#: Mistakes in a canonical file that are told at once.
MOST_MISTAKES = 200


def _first_lines(message: str) -> str:
    lines = message.split("\n")
    more = len(lines) - MOST_MISTAKES
    return "\n".join([*lines[:MOST_MISTAKES], f"And {more:,} more."]) if more > 0 else message


def _as_before(
    files: Sequence[Upload], before: EarlierImport
) -> tuple[ImportDraft | None, Ladder | None]:
    for corrections in _earlier_corrections(before):
        draft = queries.read_draft(files, corrections)
        try:
            if draft:
                return draft, _made(draft, before.base)
        except RuleBroken:
            # The document or the ladder that it joined has changed so much that the corrections contradict each other.
            continue
    return None, None


def _earlier_corrections(before: EarlierImport) -> Iterator[Corrections]:
    """The corrections of the last version of a document, then the same without the ladder that it joined."""
    corrections = before.corrections
    if corrections.join is None:
        yield corrections
        return
    yield replace(corrections, join=_in_its_place(before, corrections.join))
    answers = {asked: answer for asked, answer in corrections.answers.items() if asked != SINGLE}
    yield replace(corrections, answers=answers, join=None)


def _in_its_place(before: EarlierImport, join: Join) -> Join:
    """The place of a level that joined a ladder already: its own, where it is still there."""
    draft = queries.read_draft(before.files, before.corrections)
    names = [name_key(name) for name in draft.level_names.values()] if draft else []
    for level in before.ladder.levels:
        if name_key(level.name) in names:
            return Join(join.ladder, level.id, "instead")
    return join


def still_as(version: LadderVersion, seen: str | None) -> None:
    """Raises StaleEdit if somebody has changed the draft since the state that a form says it has seen."""
    if seen != str(version.version):
        raise StaleEdit(
            "Somebody else changed this draft while you did. What they saved is shown beside yours.",
            saved={},
            version=version.version,
        )


def correct(
    version: LadderVersion,
    corrections: Corrections,
    *,
    done: str,
    actor: Viewer | None,
    at: datetime,
) -> None:
    """Make the draft again from its document with these corrections: read, and kept.

    Raises:
        RuleBroken: for a published version, for one without a document, and for corrections that make no ladder.
    """
    if version.state is not VersionState.DRAFT:
        raise IllegalMove(_PUBLISHED)
    files = library.files_of(db.session, version)
    read = read_corrected(files, corrections, queries.base_of(corrections))
    keep_corrected(version, read, done=done, actor=actor, at=at)


@dataclass(frozen=True, slots=True)
class CorrectedDraft:
    """What a document says with everything that a person corrects in it, not kept yet."""

    corrections: Corrections
    ladder: Ladder


_PUBLISHED = "This version is published. Its text stays as it is."


def read_corrected(
    files: Sequence[Upload], corrections: Corrections, base: Ladder | None
) -> CorrectedDraft:
    """The document read again. `base` is the published text of the ladder that a level joins. No query.

    Raises:
        RuleBroken: for files that say everything themselves, and for corrections that make no ladder.
    """
    draft = queries.read_draft(files, corrections)
    if draft is None:
        raise RuleBroken("This ladder says everything itself. There is nothing to correct here.")
    return CorrectedDraft(corrections, _made(draft, base))


def keep_corrected(
    version: LadderVersion,
    read: CorrectedDraft,
    *,
    done: str,
    actor: Viewer | None,
    at: datetime,
) -> None:
    """Give the draft what was read.

    Args:
        version: the draft.
        read: what its document says with the corrections.
        done: what was done, for the log.
        actor: who corrects; None from the command line.
        at: the instant that is recorded.

    Raises:
        IllegalMove: for a published version.
    """
    if version.state is not VersionState.DRAFT:
        raise IllegalMove(_PUBLISHED)
    library.replace_draft(db.session, version, read.ladder, read.corrections)
    audit.record(
        actor,
        Verb.IMPORT_LADDER,
        f"Ladder {version.ladder.name}, version {version.number}, draft: {done}",
        at=at,
        version=version.public_id,
    )


def _made(draft: ImportDraft, base: Ladder | None) -> Ladder:
    """The ladder that the document makes with the corrections, by itself or as a level of another one.

    Raises:
        RuleBroken: at the field, for corrections that contradict each other, and for more than a ladder may hold.
    """
    ladder = _put_together(draft, base)
    _refuse_too_large(ladder)
    return ladder


def _refuse_too_large(ladder: Ladder) -> None:
    too_much = dict.fromkeys(sentence for _, sentence in excesses(ladder))
    if too_much:
        raise RuleBroken(" ".join(too_much))


def _put_together(draft: ImportDraft, base: Ladder | None) -> Ladder:
    corrections = draft.corrections
    try:
        ladder = corrected(draft.proposal, corrections)
    except NotALadderError:
        blank = draft.proposal.blank()
        return replace(blank, name=corrections.name or blank.name)
    except CorrectionError as error:
        raise RuleBroken(str(error)) from error
    if held(draft.proposal.questions, corrections.answers).get(SINGLE) != JOIN:
        return ladder
    if corrections.join is None:
        raise RuleBroken("Choose the ladder and the place in it.", field=PLACE)
    if base is None:
        raise RuleBroken("This ladder is not here any more. Choose another one.", field=PLACE)
    try:
        return joined(base, ladder, corrections.join)
    except JoinError as error:
        raise RuleBroken(str(error), field=PLACE) from error


#: The field of the form that says which ladder a single level joins, and where.
PLACE = "place"


def take_suggestions(imported: Imported, *, actor: Viewer | None, at: datetime) -> None:
    """Answer every question as the document suggests, for somebody who has seen the suggestions."""
    draft = imported.draft
    if draft and draft.open_questions:
        suggested = {each.id: each.default for each in draft.open_questions}
        correct(
            imported.version,
            replace(draft.corrections, answers={**draft.corrections.answers, **suggested}),
            done="questions answered",
            actor=actor,
            at=at,
        )


def publish(
    version: LadderVersion, draft: ImportDraft | None, *, actor: Viewer | None, at: datetime
) -> None:
    """Freeze the draft for the cycles to come. `draft` is what its document says: `queries.draft_of`.

    Raises:
        RuleBroken: for a version that is published already, while its questions are not answered,
            while it says nothing, and while it is larger than a ladder may be.
    """
    if version.state is not VersionState.DRAFT:
        raise IllegalMove("This version is published already.")
    for sentence in queries.missing(version, draft):
        raise RuleBroken(sentence)
    _refuse_too_large(library.text_of(version))
    if draft and _joined_an_older_text(draft, version):
        raise RuleBroken(
            f"{version.ladder.name} has a newer version than the one that this level was added to."
            " Answer the questions again, and look it over."
        )
    library.publish(db.session, version, at=at)
    audit.record(
        actor,
        Verb.IMPORT_LADDER,
        f"Ladder {version.ladder.name}, version {version.number}, published",
        at=at,
        version=version.public_id,
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
    public_id = version.public_id
    library.discard_draft(db.session, version)
    audit.record(actor, Verb.IMPORT_LADDER, summary, at=at, version=public_id)


def _joined_an_older_text(draft: ImportDraft, version: LadderVersion) -> bool:
    """Whether publishing would take back what was published of the other ladder since."""
    joins = held(draft.proposal.questions, draft.corrections.answers).get(SINGLE) == JOIN
    if not joins:
        return False
    made = _made(draft, queries.base_of(draft.corrections))
    return not library.says(db.session, version, made)


def _in_words(files: Sequence[Upload]) -> str:
    """What was uploaded, for lists."""
    more = len(files) - 1
    return f"{files[0].name[:200]} and {count(more, 'more file')}" if more else files[0].name


def _plain_name(filename: str) -> str:
    """The last part of a file's name, without what cannot be shown or kept."""
    name = PurePath(filename.replace("\\", "/")).name
    shown = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    path = PurePath(shown)
    return path.stem[: 255 - len(path.suffix)] + path.suffix
