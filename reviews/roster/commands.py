"""The roster from a file on the command line, with the rules and the preview of the web page."""

from dataclasses import replace
from pathlib import Path

import click

from reviews.db.connections import begin_write, end_read
from reviews.db.extensions import db
from reviews.people.as_typed import id_key
from reviews.people.queries import now
from reviews.roster import queries, service
from reviews.roster.entries import read_people
from reviews.roster.guessing import guess, left_by, statuses
from reviews.roster.mapping import WORDS, ColumnMapping, corrected, told
from reviews.roster.plan import Identity, RosterPlan, compare
from reviews.roster.table_file import PeopleTable, read_table
from reviews.rules.errors import RuleBroken


def import_people(
    file: Path,
    *,
    apply: bool,
    only_these: bool,
    told_columns: tuple[str, ...],
    leave_out: bool,
    same: tuple[str, ...],
    other: tuple[str, ...],
) -> None:
    """Show what FILE would change in the roster, and with --apply change it."""
    try:
        with file.open("rb") as stream:
            table = read_table(stream)
        mapping = _mapping(table, told_columns)
        people = read_people(table, mapping)
        answers = {id_key(number): Identity.SAME for number in same}
        answers |= {id_key(number): Identity.OTHER for number in other}
        plan = compare(people, queries.roster(), is_whole=not only_these, answers=answers)
        _print_reading(table, mapping, plan)
        _print_plan(plan)
        if plan.unanswered:
            raise click.ClickException(
                "There are questions without an answer, so nothing was imported. Say --same or --other for each."
            )
        if plan.problems and not leave_out:
            raise click.ClickException(
                "The file has mistakes, so nothing was imported. Mend them, or leave these people out with --leave-out."
            )
        if apply:
            end_read()
            begin_write()
            service.apply(
                people,
                is_whole=not only_these,
                answers=answers,
                digest=plan.digest,
                leavers_read=True,
                leaves_out=leave_out,
                actor=None,
                at=now(),
            )
            service.remember(list(table.headings), mapping, by=None, at=now())
            db.session.commit()
    except RuleBroken as broken:
        raise click.ClickException(str(broken)) from broken
    click.echo("Imported." if apply else "Nothing was changed. Run it again with --apply.")


def _mapping(table: PeopleTable, told_columns: tuple[str, ...]) -> ColumnMapping:
    """What was told, and else what such a file was read as last, or the guess."""
    try:
        given = told(told_columns)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    remembered = queries.remembered(table.headings)
    mapping = corrected(remembered.mapping if remembered else guess(table).mapping, given)
    if "status" in given:
        mapping = replace(mapping, left=left_by(mapping.status, statuses(table, mapping.status)))
    faults = mapping.faults(table.headings)
    if faults:
        for field, sentence in faults.items():
            click.echo(f"{WORDS[field]}: {sentence}", err=True)
        click.echo(f"The columns are: {', '.join(table.headings)}", err=True)
        raise click.ClickException("Say which column is what, such as --map email=HEADING.")
    return mapping


def _print_reading(table: PeopleTable, mapping: ColumnMapping, plan: RosterPlan) -> None:
    for note in table.notes:
        click.echo(note, err=True)
    for field, words in WORDS.items():
        column = mapping.column_of(field)
        if column:
            by = f", by {mapping.manager_by}" if field == "manager" else ""
            click.echo(f"{words} from “{column}”{by}", err=True)
    for status, number in plan.left.items():
        click.echo(f"Not read: {number} with the status “{status}” have left.", err=True)
    for name in plan.own_managers:
        click.echo(f"{name} is entered as their own manager, and reports to nobody.", err=True)
    for name in plan.without_manager:
        click.echo(f"The manager of {name} has left, and {name} reports to nobody.", err=True)
    for problem in plan.problems:
        column = f", {problem.column}" if problem.column else ""
        kept = "stays as on record" if plan.left_out[problem.line].is_known else "is not added"
        click.echo(
            f"line {problem.line}{column}: {problem.sentence} If left out: {kept}.", err=True
        )
    for question in plan.questions:
        entry, holder = question.entry, question.holder
        click.echo(
            f"line {entry.line}: is {entry.name} ({entry.employee_id}) of the file {holder.name}"
            f" ({holder.employee_id}) on record, who has the address {entry.email}?"
            f" {' or '.join(f'--{answer} {entry.employee_id}' for answer in question.answers)}",
            err=True,
        )


def _print_plan(plan: RosterPlan) -> None:
    for entry in plan.new:
        click.echo(f"new      {entry.employee_id}  {entry.name}")
    for person in plan.changed:
        for change in person.fields:
            click.echo(
                f"changed  {person.employee_id}  {person.name}:"
                f" {change.field} {change.before!r} -> {change.after!r}"
            )
    for known in plan.leaving:
        click.echo(f"leaving  {known.employee_id}  {known.name}")
    for known in plan.freed:
        click.echo(f"freed    {known.employee_id}  {known.name}: {known.email} is somebody else's")
    click.echo(
        f"{len(plan.new)} new, {len(plan.changed)} changed, {len(plan.leaving)} leaving,"
        f" {plan.unchanged} unchanged, {len(plan.left_out)} left out"
    )
