"""The ladder library: reading ladders, and importing, checking and publishing them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ladders.importing.bundle import Upload
from ladders.importing.corrections import Corrections
from ladders.importing.proposal import Proposal
from ladders.models import LadderVersion, VersionState
from reviews.access.loaders import SiteAccess
from reviews.display.formatting import count
from reviews.ladder_library import queries, service
from reviews.ladder_library.forms import (
    LINE_ACTS,
    DraftForm,
    OrderForm,
    UploadLadderForm,
    answered,
    answers_form,
    arranged,
    arrangement_form,
    fields_form,
    headings_form,
    lines_form,
    mapped,
    moved,
    reordered,
    saved_by_others,
    swapped,
    with_fields,
)
from reviews.ladder_library.import_preview import MOST_MAPPED, HeadingRow, ImportDraft
from reviews.ladder_library.queries import EarlierImport, StoredDraft
from reviews.ladder_library.service import CorrectedDraft, ReadImport
from reviews.rules.enums import Action
from reviews.rules.errors import RuleBroken, StaleEdit
from reviews.web.error_handlers import rules_shown_on, sound, status_of
from reviews.web.forms import ButtonForm, take_button_only
from reviews.web.guard import guarded, short_read

bp = Blueprint("ladder_library", __name__)

#: Nobody types more; the rest of it is not looked for.
LONGEST_SEARCH = 200


def _version(access: SiteAccess, public_id: str) -> LadderVersion:
    return queries.version(access, public_id) or abort(404)


@bp.get("/ladders")
@guarded(Action.READ_LADDER)
def index(access: SiteAccess) -> ResponseReturnValue:
    return render_template("ladder_library/index.html", page=queries.library_page(access))


@bp.get("/ladders/<version>")
@guarded(Action.READ_LADDER)
def show(access: SiteAccess, version: str) -> ResponseReturnValue:
    page = queries.show_page(access, _version(access, version))
    return render_template("ladder_library/show.html", page=page)


@bp.get("/ladders/<version>/levels/<level>")
@guarded(Action.READ_LADDER, lists=("role",))
def level(access: SiteAccess, version: str, level: str) -> ResponseReturnValue:
    roles = list(dict.fromkeys(request.args.getlist("role")))
    page = queries.level_page(_version(access, version), level, roles) or abort(404)
    return render_template("ladder_library/level.html", page=page)


@bp.get("/ladders/<version>/dimensions/<dimension>")
@guarded(Action.READ_LADDER)
def dimension(access: SiteAccess, version: str, dimension: str) -> ResponseReturnValue:
    page = queries.dimension_page(_version(access, version), dimension) or abort(404)
    return render_template("ladder_library/dimension.html", page=page)


@bp.get("/ladders/<version>/search")
@guarded(Action.READ_LADDER, params=("q",))
def search(access: SiteAccess, version: str) -> ResponseReturnValue:
    words = " ".join(request.args.get("q", "").split())[:LONGEST_SEARCH]
    page = queries.search_page(_version(access, version), words)
    return render_template("ladder_library/search.html", page=page)


@bp.get("/ladders/<version>/file")
@guarded(Action.READ_LADDER)
def file(access: SiteAccess, version: str) -> ResponseReturnValue:
    row = _version(access, version)
    return Response(
        queries.file_of(row),
        mimetype="application/yaml",
        headers={"Content-Disposition": f'attachment; filename="ladder-version-{row.number}.yaml"'},
    )


@bp.get("/ladders/<version>/changes")
@guarded(Action.READ_LADDER, params=("since",))
def changes(access: SiteAccess, version: str) -> ResponseReturnValue:
    row = _version(access, version)
    page = queries.changes_page(access, row, request.args.get("since")) or abort(404)
    return render_template("ladder_library/changes.html", page=page)


@bp.get("/ladders/<version>/step")
@guarded(Action.READ_LADDER, params=("from", "to", "role"))
def step(access: SiteAccess, version: str) -> ResponseReturnValue:
    page = queries.step_page(
        _version(access, version),
        request.args.get("from"),
        request.args.get("to"),
        list(dict.fromkeys(request.args.getlist("role"))),
    ) or abort(404)
    return render_template("ladder_library/step.html", page=page)


# -- Import


@bp.get("/ladders/import")
@guarded(Action.IMPORT_LADDER)
def import_ladder(access: SiteAccess) -> ResponseReturnValue:
    del access
    return render_template("ladder_library/import.html", form=UploadLadderForm())


def _read_uploads(access: SiteAccess) -> ReadImport | RuleBroken | None:
    """The ladder of the files that were sent, or what keeps them from being read; None without any."""
    del access
    form = UploadLadderForm()
    if not form.validate():
        return None
    try:
        uploads = [Upload(each.filename, each.read()) for each in form.files.data]
        return service.read_import(uploads, _looked_up)
    except RuleBroken as broken:
        return broken


def _looked_up(read: Proposal) -> EarlierImport | None:
    with short_read():
        return queries.earlier_import(read)


@bp.post("/ladders/import")
@guarded(Action.IMPORT_LADDER, reads_first=_read_uploads)
def upload(access: SiteAccess, read: ReadImport | RuleBroken | None) -> ResponseReturnValue:
    form = UploadLadderForm()
    if form.validate() and read is not None:
        with rules_shown_on(form):
            imported = service.keep_import(sound(read), actor=access.viewer, at=access.viewer.now)
            return redirect(url_for(".preview", version=imported.version.public_id))
    return render_template("ladder_library/import.html", form=form), 422


# -- The draft of an import


@dataclass(frozen=True, slots=True)
class _DraftEdit:
    """What is being done to a draft: the form that says it, and how the log and the page describe it."""

    form: DraftForm
    corrections: Callable[[], Corrections]
    done: str
    message: str
    #: What the preview calls the form.
    shown_as: str = ""


@dataclass(frozen=True, slots=True)
class _ReadDraft:
    """A draft as it was read while no transaction was open. Both are None where it was no draft of a document."""

    #: The state of the draft that was read.
    version: int
    draft: ImportDraft | None = None
    rows: Sequence[HeadingRow] = ()
    edit: _DraftEdit | None = None
    #: With the edit, or what prevents it; None where the form is not in order or has seen another state.
    corrected: CorrectedDraft | RuleBroken | None = None


_Edit = Callable[[_ReadDraft], _DraftEdit]


def _reading(
    edit: _Edit | None = None, *, has_outline: bool = False
) -> Callable[[SiteAccess, str], _ReadDraft]:
    """A reader of the draft that an address names, which also makes the edit that a POST asks for."""

    def read(access: SiteAccess, version: str) -> _ReadDraft:
        with short_read():
            row = _version(access, version)
            stored = queries.stored(row) if row.state is VersionState.DRAFT else None
        if stored is None:
            return _ReadDraft(-1)
        files, corrections = stored.files, stored.corrections
        draft = queries.read_draft(files, corrections)
        rows = queries.read_outline(files, corrections, draft) if has_outline else ()
        found = _ReadDraft(stored.version, draft, rows)
        if edit is None or found.draft is None or request.method != "POST":
            return found
        made = edit(found)
        return replace(found, edit=made, corrected=_corrected(stored, made))

    return read


def _corrected(stored: StoredDraft, edit: _DraftEdit) -> CorrectedDraft | RuleBroken | None:
    if edit.form.version.data != str(stored.version) or not edit.form.validate():
        return None
    try:
        corrections = edit.corrections()
        with short_read():
            base = queries.base_of(corrections)
        return service.read_corrected(stored.files, corrections, base)
    except RuleBroken as broken:
        return broken


def _answers(read: _ReadDraft) -> _DraftEdit:
    draft = _document(read)
    with short_read():
        targets = queries.join_targets(draft)
    form = answers_form(draft, targets, is_sent=True)
    return _DraftEdit(
        form,
        lambda: answered(form, draft),
        "questions answered",
        "The ladder is made again with your answers.",
        "answers",
    )


def _arrangement(read: _ReadDraft) -> _DraftEdit:
    draft = _document(read)
    form = arrangement_form(draft, is_sent=True)
    return _DraftEdit(
        form,
        lambda: arranged(form, draft),
        "levels and dimensions arranged",
        "The ladder is made again with your levels and dimensions.",
        "arrangement",
    )


def _fields(read: _ReadDraft) -> _DraftEdit:
    draft = _document(read)
    form = fields_form(draft, is_sent=True)
    return _DraftEdit(
        form,
        lambda: with_fields(form, draft),
        "fields mapped by hand",
        "The document is read again with your fields.",
        "fields",
    )


def _swap(read: _ReadDraft) -> _DraftEdit:
    draft = _document(read)
    return _DraftEdit(
        DraftForm(),
        lambda: swapped(draft),
        "levels and dimensions swapped",
        "Levels and dimensions have changed places.",
    )


def _order(read: _ReadDraft) -> _DraftEdit:
    draft = _document(read)
    form = OrderForm()
    name, way = form.file.data or "", form.way.data or ""
    return _DraftEdit(
        form,
        lambda: reordered(draft, name, way),
        "files put in another order",
        f"{name} is moved {way}.",
    )


def _lines(read: _ReadDraft) -> _DraftEdit:
    draft = _document(read)
    form = lines_form(draft, is_sent=True)
    done = (
        f"{count(len(set(form.line.data or ())), 'line')} {LINE_ACTS.get(form.do.data or '', '')}"
    )
    return _DraftEdit(form, lambda: moved(form, draft), done, f"{done}.", "lines")


def _map(read: _ReadDraft) -> _DraftEdit:
    draft = _document(read)
    form = headings_form(read.rows, draft.corrections.marks)
    return _DraftEdit(
        form,
        lambda: mapped(form, read.rows, draft),
        "headings mapped by hand",
        "The document is read again with your map.",
    )


def _document(read: _ReadDraft) -> ImportDraft:
    """What was uploaded; what is published or says everything itself has no such page."""
    return read.draft or abort(404)


@bp.get("/ladders/<version>/import")
@guarded(Action.READ_LADDER_DRAFT, reads_first=_reading())
def preview(access: SiteAccess, read: _ReadDraft, version: str) -> ResponseReturnValue:
    row = _version(access, version)
    if row.state is not VersionState.DRAFT:
        return redirect(url_for(".show", version=version))
    if row.version != read.version:
        # Changed while it was read.
        return redirect(url_for(".preview", version=version))
    return _preview(row, read.draft)


@bp.post("/ladders/<version>/import")
@guarded(Action.IMPORT_LADDER, reads_first=_reading(_answers))
def answer(access: SiteAccess, read: _ReadDraft, version: str) -> ResponseReturnValue:
    row = _version(access, version)
    if row.state is not VersionState.DRAFT:
        return redirect(url_for(".show", version=version))
    if read.draft is None:
        return _preview(row, read.draft)
    return _saved(access, row, read)


@bp.post("/ladders/<version>/import/arrangement")
@guarded(Action.IMPORT_LADDER, reads_first=_reading(_arrangement))
def arrange(access: SiteAccess, read: _ReadDraft, version: str) -> ResponseReturnValue:
    return _saved(access, _draft(access, version), read)


@bp.post("/ladders/<version>/import/fields")
@guarded(Action.IMPORT_LADDER, reads_first=_reading(_fields))
def fields(access: SiteAccess, read: _ReadDraft, version: str) -> ResponseReturnValue:
    return _saved(access, _draft(access, version), read)


@bp.post("/ladders/<version>/import/swap")
@guarded(Action.IMPORT_LADDER, reads_first=_reading(_swap))
def swap(access: SiteAccess, read: _ReadDraft, version: str) -> ResponseReturnValue:
    return _saved(access, _draft(access, version), read)


@bp.post("/ladders/<version>/import/order")
@guarded(Action.IMPORT_LADDER, reads_first=_reading(_order))
def order(access: SiteAccess, read: _ReadDraft, version: str) -> ResponseReturnValue:
    return _saved(access, _draft(access, version), read)


@bp.post("/ladders/<version>/import/lines")
@guarded(Action.IMPORT_LADDER, reads_first=_reading(_lines))
def lines(access: SiteAccess, read: _ReadDraft, version: str) -> ResponseReturnValue:
    return _saved(access, _draft(access, version), read)


def _draft(access: SiteAccess, public_id: str) -> LadderVersion:
    row = _version(access, public_id)
    return row if row.state is VersionState.DRAFT else abort(404)


def _kept(access: SiteAccess, row: LadderVersion, read: _ReadDraft, edit: _DraftEdit) -> bool:
    """Keep what a form of the draft says. False, with errors in the form, where something prevents it.

    Raises:
        StaleEdit: if somebody has changed the draft since the form was opened, or while it was read.
    """
    service.still_as(row, edit.form.version.data)
    if read.corrected is None:
        # The form is not in order; or it was not looked at, because what was read was older than what it has seen.
        service.still_as(row, str(read.version))
        return False
    with rules_shown_on(edit.form):
        service.keep_corrected(
            row,
            sound(read.corrected),
            done=edit.done,
            actor=access.viewer,
            at=access.viewer.now,
        )
        flash(edit.message)
    return not edit.form.errors


def _saved(access: SiteAccess, row: LadderVersion, read: _ReadDraft) -> ResponseReturnValue:
    """Save what a form of the preview says, or show the preview again with what prevents it."""
    draft, edit = read.draft, read.edit
    if draft is None or edit is None:
        abort(404)
    form = edit.form
    forms: dict[str, Any] = {edit.shown_as: form} if edit.shown_as else {}
    try:
        if _kept(access, row, read, edit):
            return redirect(url_for(".preview", version=row.public_id))
    except StaleEdit as stale:
        return _preview(row, draft, stale=stale, saved=saved_by_others(form), **forms), 409
    return _preview(row, draft, refused=form, **forms), 422


def _preview(row: LadderVersion, draft: ImportDraft | None, **shown: Any) -> str:
    """The preview with a form that was sent, and fresh ones for the others."""
    page = queries.preview_page(row, draft)
    shown = {"stale": None, "saved": {}, "refused": None, **shown}
    if draft:
        shown.setdefault("answers", answers_form(draft, page.targets, is_sent=False))
        shown.setdefault("arrangement", arrangement_form(draft, is_sent=False))
        shown.setdefault("fields", fields_form(draft, is_sent=False))
        shown.setdefault("lines", lines_form(draft, is_sent=False))
    return render_template("ladder_library/preview.html", page=page, **shown)


@bp.route("/ladders/<version>/import/headings", methods=["GET", "POST"])
@guarded(Action.IMPORT_LADDER, reads_first=_reading(_map, has_outline=True))
def headings(access: SiteAccess, read: _ReadDraft, version: str) -> ResponseReturnValue:
    row = _draft(access, version)
    edit = read.edit or _map(read)
    shown = {
        "head": queries.head_of(row),
        "version": row.version,
        "rows": read.rows,
        "is_cut": sum(1 + len(each.lists) for each in read.rows) >= MOST_MAPPED,
        "form": edit.form,
        "stale": None,
        "saved": {},
    }
    if edit.form.is_submitted():
        try:
            if _kept(access, row, read, edit):
                return redirect(url_for(".preview", version=version))
        except StaleEdit as stale:
            return _headings(**shown | {"stale": stale, "saved": saved_by_others(edit.form)}), 409
    return _headings(**shown), status_of(edit.form)


def _headings(**shown: Any) -> str:
    return render_template("ladder_library/headings.html", **shown)


@bp.post("/ladders/<version>/publish")
@guarded(Action.IMPORT_LADDER, reads_first=_reading())
def publish(access: SiteAccess, read: _ReadDraft, version: str) -> ResponseReturnValue:
    row = _version(access, version)
    take_button_only()
    if row.state is VersionState.DRAFT:
        service.still_as(row, str(read.version))
    service.publish(row, read.draft, actor=access.viewer, at=access.viewer.now)
    flash(f"{row.ladder.name}, version {row.number}, is published. Cycles can use it.")
    return redirect(url_for(".show", version=version))


@bp.route("/ladders/<version>/discard", methods=["GET", "POST"])
@guarded(Action.IMPORT_LADDER)
def discard(access: SiteAccess, version: str) -> ResponseReturnValue:
    row, form = _version(access, version), ButtonForm()
    if row.state is not VersionState.DRAFT and not form.is_submitted():
        return redirect(url_for(".show", version=version))
    head = queries.head_of(row)
    if form.validate_on_submit():
        with rules_shown_on(form):
            service.discard(row, actor=access.viewer, at=access.viewer.now)
            flash(f"The draft of {head.name}, version {head.number}, is discarded.")
            return redirect(url_for(".index"))
    return render_template("ladder_library/discard.html", head=head, form=form), status_of(form)
