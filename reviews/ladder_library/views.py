"""The ladder library: reading ladders, and importing, checking and publishing them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ladders.importing.bundle import Upload
from ladders.importing.corrections import Corrections
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
from reviews.ladder_library.import_preview import ImportDraft
from reviews.rules.enums import Action
from reviews.rules.errors import StaleEdit
from reviews.web.error_handlers import rules_shown_on, status_of
from reviews.web.forms import ButtonForm, take_button_only
from reviews.web.guard import guarded

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


@bp.route("/ladders/import", methods=["GET", "POST"])
@guarded(Action.IMPORT_LADDER)
def import_ladder(access: SiteAccess) -> ResponseReturnValue:
    form = UploadLadderForm()
    if form.validate_on_submit():
        with rules_shown_on(form):
            imported = service.import_ladder(
                [Upload(each.filename, each.read()) for each in form.files.data],
                actor=access.viewer,
                at=access.viewer.now,
            )
            return redirect(url_for(".preview", version=imported.version.public_id))
    return render_template("ladder_library/import.html", form=form), status_of(form)


@bp.get("/ladders/<version>/import")
@guarded(Action.READ_LADDER_DRAFT)
def preview(access: SiteAccess, version: str) -> ResponseReturnValue:
    row = _version(access, version)
    if row.state is not VersionState.DRAFT:
        return redirect(url_for(".show", version=version))
    return _preview(row, queries.draft_of(row))


@bp.post("/ladders/<version>/import")
@guarded(Action.IMPORT_LADDER)
def answer(access: SiteAccess, version: str) -> ResponseReturnValue:
    row = _version(access, version)
    if row.state is not VersionState.DRAFT:
        return redirect(url_for(".show", version=version))
    draft = queries.draft_of(row)
    if draft is None:
        return _preview(row, draft)
    form = answers_form(draft, queries.join_targets(draft), is_sent=True)
    change = _DraftEdit(
        form,
        lambda: answered(form, draft),
        "questions answered",
        "The ladder is made again with your answers.",
    )
    return _saved(access, row, draft, change, answers=form)


@bp.post("/ladders/<version>/import/arrangement")
@guarded(Action.IMPORT_LADDER)
def arrange(access: SiteAccess, version: str) -> ResponseReturnValue:
    row, draft = _draft(access, version)
    form = arrangement_form(draft, is_sent=True)
    change = _DraftEdit(
        form,
        lambda: arranged(form, draft),
        "levels and dimensions arranged",
        "The ladder is made again with your levels and dimensions.",
    )
    return _saved(access, row, draft, change, arrangement=form)


@bp.post("/ladders/<version>/import/fields")
@guarded(Action.IMPORT_LADDER)
def fields(access: SiteAccess, version: str) -> ResponseReturnValue:
    row, draft = _draft(access, version)
    form = fields_form(draft, is_sent=True)
    change = _DraftEdit(
        form,
        lambda: with_fields(form, draft),
        "fields mapped by hand",
        "The document is read again with your fields.",
    )
    return _saved(access, row, draft, change, fields=form)


@bp.post("/ladders/<version>/import/swap")
@guarded(Action.IMPORT_LADDER)
def swap(access: SiteAccess, version: str) -> ResponseReturnValue:
    row, draft = _draft(access, version)
    change = _DraftEdit(
        DraftForm(),
        lambda: swapped(draft),
        "levels and dimensions swapped",
        "Levels and dimensions have changed places.",
    )
    return _saved(access, row, draft, change)


@bp.post("/ladders/<version>/import/order")
@guarded(Action.IMPORT_LADDER)
def order(access: SiteAccess, version: str) -> ResponseReturnValue:
    row, draft = _draft(access, version)
    form = OrderForm()
    name, way = form.file.data or "", form.way.data or ""
    change = _DraftEdit(
        form,
        lambda: reordered(draft, name, way),
        "files put in another order",
        f"{name} is moved {way}.",
    )
    return _saved(access, row, draft, change)


@bp.post("/ladders/<version>/import/lines")
@guarded(Action.IMPORT_LADDER)
def lines(access: SiteAccess, version: str) -> ResponseReturnValue:
    row, draft = _draft(access, version)
    form = lines_form(draft, is_sent=True)
    done = (
        f"{count(len(set(form.line.data or ())), 'line')} {LINE_ACTS.get(form.do.data or '', '')}"
    )
    change = _DraftEdit(form, lambda: moved(form, draft), done, f"{done}.")
    return _saved(access, row, draft, change, lines=form)


@dataclass(frozen=True, slots=True)
class _DraftEdit:
    """What is being done to a draft: the form that says it, and how the log and the page describe it."""

    form: DraftForm
    corrections: Callable[[], Corrections]
    done: str
    message: str


def _draft(access: SiteAccess, public_id: str) -> tuple[LadderVersion, ImportDraft]:
    """A draft that can be corrected; what is published or says everything itself has no such page."""
    row = _version(access, public_id)
    draft = queries.draft_of(row) if row.state is VersionState.DRAFT else None
    return row, draft or abort(404)


def _saved(
    access: SiteAccess, row: LadderVersion, draft: ImportDraft, change: _DraftEdit, **forms: Any
) -> ResponseReturnValue:
    """Save what a form of the preview says, or show the preview again with what prevents it."""
    form = change.form
    try:
        service.still_as(row, form.version.data)
    except StaleEdit as stale:
        return _preview(row, draft, stale=stale, saved=saved_by_others(form), **forms), 409
    if form.validate():
        with rules_shown_on(form):
            service.correct(
                row,
                change.corrections(),
                done=change.done,
                actor=access.viewer,
                at=access.viewer.now,
            )
            flash(change.message)
            return redirect(url_for(".preview", version=row.public_id))
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
@guarded(Action.IMPORT_LADDER)
def headings(access: SiteAccess, version: str) -> ResponseReturnValue:
    row, draft = _draft(access, version)
    rows = queries.outline_of(row) or ()
    form = headings_form(rows, draft.corrections.marks)
    shown = {
        "head": queries.head_of(row),
        "version": row.version,
        "rows": rows,
        "form": form,
        "stale": None,
        "saved": {},
    }
    if form.is_submitted():
        try:
            service.still_as(row, form.version.data)
        except StaleEdit as stale:
            return _headings(**shown | {"stale": stale, "saved": saved_by_others(form)}), 409
        if form.validate():
            with rules_shown_on(form):
                service.correct(
                    row,
                    mapped(form, rows, draft),
                    done="headings mapped by hand",
                    actor=access.viewer,
                    at=access.viewer.now,
                )
                flash("The document is read again with your map.")
                return redirect(url_for(".preview", version=version))
    return _headings(**shown), status_of(form)


def _headings(**shown: Any) -> str:
    return render_template("ladder_library/headings.html", **shown)


@bp.post("/ladders/<version>/publish")
@guarded(Action.IMPORT_LADDER)
def publish(access: SiteAccess, version: str) -> ResponseReturnValue:
    row = _version(access, version)
    take_button_only()
    service.publish(row, actor=access.viewer, at=access.viewer.now)
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
