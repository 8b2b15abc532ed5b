"""The import of the roster: choose a file, say which column is what, look over what would change, apply it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviews.access.loaders import SiteAccess
from reviews.db.models.roster import RosterUpload
from reviews.display import csv_text
from reviews.display.formatting import count
from reviews.people.as_typed import id_key
from reviews.roster import preview, queries, service
from reviews.roster.entries import RosterFile, read_people, sample
from reviews.roster.forms import (
    ONLY_THESE,
    WHOLE,
    ApplyImportForm,
    ColumnsForm,
    UploadPeopleForm,
    answers_form,
)
from reviews.roster.guessing import Guess, guess, left_by, statuses
from reviews.roster.headings import says_when_left
from reviews.roster.mapping import ColumnMapping, ManagerBy
from reviews.roster.plan import Identity, KnownPerson, RosterPlan, compare
from reviews.roster.preview import ColumnsPage
from reviews.roster.queries import Remembered, WaitingFile
from reviews.roster.table_file import MOST_BYTES, PeopleTable, read_table
from reviews.rules.enums import Action
from reviews.rules.errors import RuleBroken
from reviews.rules.name_keys import folded
from reviews.rules.policy import Answer
from reviews.web.error_handlers import rules_shown_on, sound, status_of
from reviews.web.forms import StrictForm, take_button_only
from reviews.web.guard import guarded, short_read

bp = Blueprint("roster", __name__)

#: People shown as they would be read.
_SAMPLE = 3
#: What the upload's form is besides the file, at most.
_FORM_BYTES = 64 * 1024


# -- The file


@bp.get("/people/import")
@guarded(Action.IMPORT_PEOPLE)
def start(access: SiteAccess) -> ResponseReturnValue:
    return _start(access, UploadPeopleForm())


def _start(access: SiteAccess, form: UploadPeopleForm) -> ResponseReturnValue:
    waiting = queries.waiting_files(access.viewer)
    return render_template("roster/upload.html", form=form, waiting=waiting), status_of(form)


def _read_upload(access: SiteAccess) -> PeopleTable | RuleBroken | None:
    """The table of the file that was sent, or what keeps it from being read; None without one."""
    del access
    form = UploadPeopleForm()
    if not form.validate():
        return None
    try:
        return read_table(form.file.data.stream)
    except RuleBroken as broken:
        return broken


@bp.post("/people/import")
@guarded(Action.IMPORT_PEOPLE, reads_first=_read_upload, most_bytes=MOST_BYTES + _FORM_BYTES)
def upload(access: SiteAccess, read: PeopleTable | RuleBroken | None) -> ResponseReturnValue:
    form = UploadPeopleForm()
    if form.validate() and read is not None:
        with rules_shown_on(form):
            name = form.file.data.filename or ""
            public_id = service.keep(sound(read), name, access.viewer)
            return redirect(url_for(".columns", waiting=public_id))
    return _start(access, form)


# -- Its columns


@dataclass(frozen=True, slots=True)
class _Mapped:
    """A file with its guesses, and the page that comes of a mapping."""

    page: ColumnsPage
    shown: ColumnMapping


def _read_columns(access: SiteAccess, waiting: str) -> _Mapped | None:
    with short_read():
        file = queries.waiting_file(access.viewer, waiting)
        if file is None:
            return None
        remembered = queries.remembered(file.table.headings)
    guessed = guess(file.table)
    first = _number("from", default=1)
    if request.method == "POST":
        form = ColumnsForm(file.table.headings)
        shown = form.mapping
        if not form.has_shown_status:
            found = statuses(file.table, shown.status)
            shown = replace(shown, left=left_by(shown.status, found))
        return _Mapped(_columns_page(file, shown, guessed, first), shown)
    if file.mapping and "anew" not in request.args:
        shown, remembered = file.mapping, None
    elif remembered and "anew" not in request.args:
        shown = remembered.mapping
    else:
        shown, remembered = guessed.mapping, None
    return _Mapped(_columns_page(file, shown, guessed, first, remembered), shown)


def _columns_page(
    file: WaitingFile,
    mapping: ColumnMapping,
    guessed: Guess,
    first: int,
    remembered: Remembered | None = None,
) -> ColumnsPage:
    table = file.table
    leaving, own_managers = None, 0
    names: Mapping[str, str] = {}
    people = sample(table, mapping, _SAMPLE, first - 1)
    if not mapping.faults(table.headings):
        with short_read():
            roster = queries.roster()
        everybody = read_people(table, mapping)
        plan = compare(everybody, roster)
        leaving, own_managers = len(plan.leaving), len(plan.own_managers)
        if mapping.manager_by is not ManagerBy.NAME:
            field = "email" if mapping.manager_by is ManagerBy.ADDRESS else "employee_id"
            shown = {folded(each.manager_employee_id or "") for each in people}
            names = {
                key: each.name
                for each in everybody.entries
                if (key := folded(getattr(each, field))) in shown
            }
    return ColumnsPage(
        file=file,
        people=people,
        rows=list(islice(table.rows(), first - 1, first - 1 + _SAMPLE)),
        ways={way.by: way for way in reversed(guessed.managers)},
        first=first,
        next=first + _SAMPLE if first + _SAMPLE <= table.count else None,
        unread=[each for each in table.headings if each not in mapping.columns],
        leaving=leaving,
        statuses=statuses(table, mapping.status),
        leaving_date=next(filter(says_when_left, table.headings), ""),
        own_managers=own_managers,
        remembered=remembered,
        names=names,
    )


def _number(name: str, *, default: int) -> int:
    """A number of the address, from 1."""
    given = request.args.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdigit() and len(given) < 7) or int(given) < 1:
        abort(400)
    return int(given)


@bp.get("/people/import/<waiting>/columns")
@guarded(Action.IMPORT_PEOPLE, params=("anew", "from"), reads_first=_read_columns)
def columns(access: SiteAccess, read: _Mapped | None, waiting: str) -> ResponseReturnValue:
    del access, waiting
    if read is None or not read.page.people:
        abort(404)
    form = ColumnsForm(read.page.file.table.headings)
    form.show(read.shown)
    form.show_statuses(read.shown, read.page.statuses)
    if read.page.file.is_whole is not None:
        form.who.data = WHOLE if read.page.file.is_whole else ONLY_THESE
    return _columns(read.page, form)


@bp.post("/people/import/<waiting>/columns")
@guarded(Action.IMPORT_PEOPLE, params=("from",), reads_first=_read_columns)
def map_columns(access: SiteAccess, read: _Mapped | None, waiting: str) -> ResponseReturnValue:
    row = _row(access, waiting)
    if read is None or not read.page.people:
        abort(404)
    headings = read.page.file.table.headings
    form = ColumnsForm(headings)
    mapping, was_shown = form.mapping, form.has_shown_status
    form.show_statuses(read.shown, read.page.statuses)
    if form.act.data:
        return _columns(read.page, form)
    is_sound = form.validate()
    if not was_shown and read.page.statuses:
        form.left.errors = ["Look at who has left by this column, and go on."]
        is_sound = False
    if form.take_faults(headings) and is_sound:
        with rules_shown_on(form):
            service.map_columns(
                row,
                mapping,
                is_whole=form.who.data == WHOLE,
                remembers=form.remember.data,
                author=access.viewer,
            )
            return redirect(url_for(".look_over", waiting=waiting))
    return _columns(read.page, form)


def _columns(page: ColumnsPage, form: ColumnsForm) -> ResponseReturnValue:
    return render_template("roster/columns.html", page=page, form=form), status_of(form)


def _row(access: SiteAccess, waiting: str) -> RosterUpload:
    return queries.upload_row(access.viewer, waiting) or abort(404)


# -- What would change


@dataclass(frozen=True, slots=True)
class _ReadFile:
    """A file as it was read and mapped."""

    file: WaitingFile
    people: RosterFile

    def compared(self, roster: Sequence[KnownPerson]) -> RosterPlan:
        is_whole = bool(self.file.is_whole)
        return compare(self.people, roster, is_whole=is_whole, answers=self.file.answers)


@dataclass(frozen=True, slots=True)
class _LookedOver:
    """A file, and what it would change at the time."""

    file: WaitingFile
    plan: RosterPlan
    work: Mapping[str, Sequence[str]]


def _read_file(access: SiteAccess, waiting: str) -> _ReadFile | WaitingFile | None:
    """The people, or the file alone while its columns are not mapped."""
    with short_read():
        file = queries.waiting_file(access.viewer, waiting)
    if file is None or file.mapping is None:
        return file
    return _ReadFile(file, read_people(file.table, file.mapping))


def _look_over(access: SiteAccess, waiting: str) -> _LookedOver | WaitingFile | None:
    """The plan, or the file alone while its columns are not mapped."""
    read = _read_file(access, waiting)
    if not isinstance(read, _ReadFile):
        return read
    with short_read():
        roster = queries.roster()
    plan = read.compared(roster)
    with short_read():
        return _LookedOver(read.file, plan, preview.open_work_of(plan, access))


@bp.get("/people/import/<waiting>")
@guarded(Action.IMPORT_PEOPLE, params=("new", "changed", "leaving"), reads_first=_look_over)
def look_over(
    access: SiteAccess, read: _LookedOver | WaitingFile | None, waiting: str
) -> ResponseReturnValue:
    if isinstance(read, WaitingFile):
        return redirect(url_for(".columns", waiting=waiting))
    if read is None:
        abort(404)
    form = ApplyImportForm(formdata=None, needs_reason=_needs_reason(access))
    return _preview(read, form)


def _list(access: SiteAccess, waiting: str, which: str) -> _LookedOver | None:
    read = _look_over(access, waiting) if which in preview.LISTS else None
    return read if isinstance(read, _LookedOver) else None


@bp.get("/people/import/<waiting>/<which>.csv")
@guarded(Action.IMPORT_PEOPLE, reads_first=_list)
def list_file(
    access: SiteAccess, read: _LookedOver | None, waiting: str, which: str
) -> ResponseReturnValue:
    del access, waiting
    if read is None:
        abort(404)
    return Response(
        csv_text.BYTE_ORDER_MARK + csv_text.rows(preview.lines_of(read.plan, which)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="import-{which}.csv"'},
    )


@bp.post("/people/import/<waiting>/answers")
@guarded(Action.IMPORT_PEOPLE, reads_first=_look_over)
def answer(
    access: SiteAccess, read: _LookedOver | WaitingFile | None, waiting: str
) -> ResponseReturnValue:
    row = _row(access, waiting)
    if not isinstance(read, _LookedOver):
        abort(404)
    form = answers_form(read.plan.questions)
    if form.validate():
        chosen = {
            id_key(each.entry.employee_id): Identity(form[f"line-{each.entry.line}"].data)
            for each in read.plan.questions
        }
        service.answer(row, chosen)
        return redirect(url_for(".look_over", waiting=waiting))
    return _preview(read, ApplyImportForm(formdata=None, needs_reason=_needs_reason(access)), form)


@bp.post("/people/import/<waiting>/apply")
@guarded(Action.IMPORT_PEOPLE, reads_first=_read_file)
def apply(
    access: SiteAccess, read: _ReadFile | WaitingFile | None, waiting: str
) -> ResponseReturnValue:
    row = _row(access, waiting)
    if not isinstance(read, _ReadFile):
        abort(404)
    form = ApplyImportForm(needs_reason=_needs_reason(access))
    if form.validate_on_submit():
        with rules_shown_on(form):
            plan = service.apply(
                read.people,
                is_whole=bool(read.file.is_whole),
                answers=read.file.answers,
                digest=form.digest.data or "",
                leavers_read=form.leavers_read.data,
                leaves_out=form.leaves_out.data,
                actor=access.viewer,
                at=access.viewer.now,
                reason=form.given_reason,
                touches_accounts=not _needs_reason(access),
            )
            service.give_up(row)
            flash(
                f"Imported: {len(plan.new):,} new, {len(plan.changed):,} changed,"
                f" {count(len(plan.leaving), 'account')} closed."
            )
            return redirect(url_for("people.roster"))
    plan = read.compared(queries.roster())
    work = preview.open_work_of(plan, access)
    return _preview(_LookedOver(read.file, plan, work), form)


@bp.post("/people/import/<waiting>/give-up")
@guarded(Action.IMPORT_PEOPLE)
def give_up(access: SiteAccess, waiting: str) -> ResponseReturnValue:
    row = _row(access, waiting)
    take_button_only()
    service.give_up(row)
    flash("The file is deleted. Nothing was imported.")
    return redirect(url_for("people.roster"))


def _needs_reason(access: SiteAccess) -> bool:
    return access.answer(Action.IMPORT_PEOPLE) is Answer.WITH_REASON


def _preview(
    read: _LookedOver, form: ApplyImportForm, answers: StrictForm | None = None
) -> ResponseReturnValue:
    pages = {name: _number(name, default=1) for name in ("new", "changed", "leaving")}
    page = preview.preview_page(read.file, read.plan, read.work, pages)
    if any(each.page > each.pages for each in (page.new, page.changed, page.leaving)):
        abort(404)
    form.digest.data = read.plan.digest
    answers = answers or answers_form(read.plan.questions)
    status = max(status_of(form), status_of(answers))
    body = render_template(
        "roster/preview.html", page=page, form=form, answers=answers, words=preview.COLUMN_WORDS
    )
    return body, status
