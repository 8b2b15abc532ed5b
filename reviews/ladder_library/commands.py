"""`flask --app reviews ladders`: ladders from files, with what was understood and what was not."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import click
from sqlalchemy import select

from ladders import canonical
from ladders.document import Ladder
from ladders.importing.bundle import Upload
from ladders.importing.pipeline import read_uploads
from ladders.importing.proposal import NotALadderError, Proposal, UnusedLine, Verdict
from ladders.importing.questions import Question
from ladders.models import LadderVersion
from reviews.access.expectations import ladder_of
from reviews.db import clock
from reviews.db.extensions import db
from reviews.display.formatting import count
from reviews.ladder_library import queries, service
from reviews.ladder_library.pages import understood
from reviews.ladder_library.service import Imported
from reviews.rules.errors import RuleBroken


def preview(files: Sequence[Path], *, as_json: bool) -> None:
    """Show what an import of FILES as one ladder would make, and what it would ask.

    Nothing is written, and neither a database nor a secret is needed. What is refused is an error,
    with --json also as an object: no ladder, for the reason given.
    """
    try:
        read = read_uploads([Upload(file.name, file.read_bytes()) for file in files])
    except ValueError as error:
        if as_json:
            refused = Verdict(is_ladder=False, confidence=0, reasons=(str(error),))
            _echo_json(_LadderPreview(refused, (), None, ()))
        raise click.ClickException(str(error)) from error
    found = _LadderPreview.of(read)
    if as_json:
        _echo_json(found)
    else:
        _print_preview(found)


@dataclass(frozen=True, slots=True)
class _LadderPreview:
    """What a proposal says with every question answered as suggested."""

    verdict: Verdict
    questions: tuple[Question, ...]
    ladder: Ladder | None
    not_imported: tuple[UnusedLine, ...]

    @classmethod
    def of(cls, read: Proposal | Ladder) -> Self:
        if isinstance(read, Ladder):
            sure = Verdict(is_ladder=True, confidence=1.0, reasons=("This is a ladder/1 file.",))
            return cls(sure, (), read, ())
        try:
            ladder = read.ladder() if read.verdict.is_ladder else None
        except NotALadderError:
            ladder = None
        lines = read.not_imported if ladder else read.all_lines
        return cls(read.verdict, read.questions, ladder, lines)

    def as_json(self) -> dict[str, Any]:
        return {
            "is_ladder": self.verdict.is_ladder,
            "confidence": self.verdict.confidence,
            "reasons": list(self.verdict.reasons),
            "questions": [
                {"id": each.topic, "text": each.sentence, "proposed": each.proposed}
                for each in self.questions
            ],
            "ladder": canonical.as_data(self.ladder) if self.ladder else None,
            "not_imported": [
                {"file": line.file, "line": line.number, "text": line.text}
                for line in self.not_imported
            ],
        }


def _echo_json(found: _LadderPreview) -> None:
    click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=1))


def _print_preview(found: _LadderPreview) -> None:
    verdict = "This looks like a ladder" if found.verdict.is_ladder else "This is no ladder"
    click.echo(f"{verdict} (confidence {found.verdict.confidence:.0%}).")
    for reason in found.verdict.reasons:
        click.echo(f"  {reason}")
    if found.ladder:
        _print_ladder(found.ladder)
    _print_questions(found.questions)
    for note in found.ladder.notes if found.ladder else ():
        click.echo(f"Kept as a note: {note.text}")
    missed = [line for line in found.not_imported if line.has_words]
    layout = len(found.not_imported) - len(missed)
    click.echo(f"Not imported: {count(len(missed), 'line')}, and {layout} of layout alone")
    for line in missed:
        click.echo(f"  {line.file}:{line.number}  {line.text}")


def import_ladder(file: Path, *, publish: bool) -> None:
    """Import FILE as a draft, its questions answered as the document suggests."""
    at = db.session.execute(select(clock.now_sql())).scalar_one()
    try:
        upload = Upload(file.name, file.read_bytes())
        imported = service.import_ladder([upload], actor=None, at=at)
        draft = imported.draft
        if draft and not draft.looks_like_a_ladder:
            db.session.rollback()
            reasons = " ".join(draft.proposal.verdict.reasons)
            raise click.ClickException(f"This does not look like a ladder. {reasons}")
        _print(imported)
        if publish:
            service.take_suggestions(imported, actor=None, at=at)
            version = imported.version
            service.publish(version, queries.draft_of(version), actor=None, at=at)
    except RuleBroken as broken:
        raise click.ClickException(str(broken)) from broken
    db.session.commit()
    state = "Published" if publish else "Imported as a draft"
    click.echo(f"{state}: version {imported.version.number}.")


def export_ladder(public_id: str) -> None:
    """Print the version with this PUBLIC_ID as a ladder/1 file."""
    version = db.session.scalars(
        select(LadderVersion).where(LadderVersion.public_id == public_id)
    ).one_or_none()
    if version is None:
        raise click.ClickException("There is no ladder version with this id.")
    click.echo(queries.file_of(version), nl=False)


def _print(imported: Imported) -> None:
    _print_ladder(ladder_of(imported.version))
    if imported.draft:
        _print_questions(imported.draft.proposal.questions)
        click.echo(f"Lines not imported: {len(imported.draft.proposal.not_imported)}")


def _print_ladder(ladder: Ladder) -> None:
    click.echo(ladder.name)
    click.echo(f"  dimensions: {', '.join(dimension.name for dimension in ladder.dimensions)}")
    for row in understood(ladder):
        counts = " + ".join(map(str, row.counts))
        about = ", ".join(filter(None, (row.code, row.note)))
        click.echo(f"  {row.name}{f' ({about})' if about else ''}: {counts} = {row.total}")


def _print_questions(questions: Iterable[Question]) -> None:
    for question in questions:
        click.echo(f"? ({question.topic}) {question.sentence}")
        for option in question.options:
            taken = "taken" if option.value == question.default else "     "
            click.echo(f"    {taken}  {option.label}")
