"""`flask --app reviews ladders import`: a ladder from a file, with what was understood and what was not."""

from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from ladders.models import LadderVersion
from reviews import clock
from reviews.expectations import ladder_of
from reviews.extensions import db
from reviews.ladder_pages import queries, service
from reviews.ladder_pages.reading import understood
from reviews.ladder_pages.service import Imported
from reviews.refusals import RuleBroken

ladders_group = AppGroup("ladders", help="Ladders.")


@ladders_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--publish", is_flag=True, help="Publish it, with the suggested answers.")
def import_ladder(file: Path, *, publish: bool) -> None:
    """Import FILE as a draft, its questions answered as the document suggests."""
    at = db.session.execute(select(clock.now_sql())).scalar_one()
    try:
        imported = service.import_ladder(file.name, file.read_bytes(), actor=None, at=at)
        _print(imported)
        if publish:
            service.take_suggestions(imported, actor=None, at=at)
            service.publish(imported.version, actor=None, at=at)
    except RuleBroken as broken:
        raise click.ClickException(str(broken)) from broken
    db.session.commit()
    state = "Published" if publish else "Imported as a draft"
    click.echo(f"{state}: version {imported.version.number}.")


@ladders_group.command("export")
@click.argument("public_id")
def export_ladder(public_id: str) -> None:
    """Print the version with this PUBLIC_ID as a ladder/1 file."""
    version = db.session.scalars(
        select(LadderVersion).where(LadderVersion.public_id == public_id)
    ).one_or_none()
    if version is None:
        raise click.ClickException("There is no ladder version with this id.")
    click.echo(queries.file_of(version), nl=False)


def _print(imported: Imported) -> None:
    ladder = ladder_of(imported.version)
    click.echo(ladder.name)
    click.echo(f"  dimensions: {', '.join(dimension.name for dimension in ladder.dimensions)}")
    for row in understood(ladder):
        counts = " + ".join(map(str, row.counts))
        about = ", ".join(filter(None, (row.code, row.note)))
        click.echo(f"  {row.name}{f' ({about})' if about else ''}: {counts} = {row.total}")
    if imported.proposal is None:
        return
    for question in imported.proposal.questions:
        click.echo(f"? {question.sentence}")
        for option in question.options:
            taken = "taken" if option.value == question.default else "     "
            click.echo(f"    {taken}  {option.label}")
    click.echo(f"Lines not imported: {len(imported.proposal.not_imported)}")
