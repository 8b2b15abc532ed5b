"""The ladder library: reading ladders, and importing, looking over and publishing them."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from ladders.models import LadderVersion, VersionState
from reviews.access import SiteAccess
from reviews.errors import rules_shown_on, status_of
from reviews.forms import ButtonForm, take_button_only
from reviews.guard import guarded
from reviews.ladder_pages import queries, service
from reviews.ladder_pages.forms import UploadLadderForm, answers_form, given_answers
from reviews.ladder_pages.queries import PreviewPage
from reviews.refusals import StaleEdit
from reviews.vocabulary import Action

bp = Blueprint("ladder_pages", __name__)

#: Nobody types more; the rest of it is not looked for.
LONGEST_SEARCH = 200


def _version(access: SiteAccess, public_id: str) -> LadderVersion:
    return queries.version(access, public_id) or abort(404)


@bp.get("/ladders")
@guarded(Action.READ_LADDER)
def index(access: SiteAccess) -> ResponseReturnValue:
    return render_template("ladder_pages/index.html", page=queries.library_page(access))


@bp.get("/ladders/<version>")
@guarded(Action.READ_LADDER)
def show(access: SiteAccess, version: str) -> ResponseReturnValue:
    page = queries.show_page(access, _version(access, version))
    return render_template("ladder_pages/show.html", page=page)


@bp.get("/ladders/<version>/levels/<level>")
@guarded(Action.READ_LADDER, lists=("role",))
def level(access: SiteAccess, version: str, level: str) -> ResponseReturnValue:
    roles = list(dict.fromkeys(request.args.getlist("role")))
    page = queries.level_page(_version(access, version), level, roles) or abort(404)
    return render_template("ladder_pages/level.html", page=page)


@bp.get("/ladders/<version>/dimensions/<dimension>")
@guarded(Action.READ_LADDER)
def dimension(access: SiteAccess, version: str, dimension: str) -> ResponseReturnValue:
    page = queries.dimension_page(_version(access, version), dimension) or abort(404)
    return render_template("ladder_pages/dimension.html", page=page)


@bp.get("/ladders/<version>/search")
@guarded(Action.READ_LADDER, params=("q",))
def search(access: SiteAccess, version: str) -> ResponseReturnValue:
    words = " ".join(request.args.get("q", "").split())[:LONGEST_SEARCH]
    page = queries.search_page(_version(access, version), words)
    return render_template("ladder_pages/search.html", page=page)


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
    return render_template("ladder_pages/changes.html", page=page)


@bp.get("/ladders/<version>/step")
@guarded(Action.READ_LADDER, params=("from", "to", "role"))
def step(access: SiteAccess, version: str) -> ResponseReturnValue:
    page = queries.step_page(
        _version(access, version),
        request.args.get("from"),
        request.args.get("to"),
        list(dict.fromkeys(request.args.getlist("role"))),
    ) or abort(404)
    return render_template("ladder_pages/step.html", page=page)


# -- Import


@bp.route("/ladders/import", methods=["GET", "POST"])
@guarded(Action.IMPORT_LADDER)
def import_ladder(access: SiteAccess) -> ResponseReturnValue:
    form = UploadLadderForm()
    if form.validate_on_submit():
        with rules_shown_on(form):
            imported = service.import_ladder(
                form.file.data.filename,
                form.file.data.read(),
                actor=access.viewer,
                at=access.viewer.now,
            )
            return redirect(url_for(".preview", version=imported.version.public_id))
    return render_template("ladder_pages/import.html", form=form), status_of(form)


@bp.route("/ladders/<version>/import", methods=["GET", "POST"])
@guarded(Action.READ_LADDER_DRAFT)
def preview(access: SiteAccess, version: str) -> ResponseReturnValue:
    row = _version(access, version)
    if row.state is not VersionState.DRAFT:
        return redirect(url_for(".show", version=version))
    page = queries.preview_page(row, queries.proposal_of(row))
    form = answers_form(page.questions, queries.answers_of(row), row.version)
    if form.validate_on_submit():
        with rules_shown_on(form):
            try:
                service.answer(
                    row,
                    answers=given_answers(form, page.questions),
                    seen=form.version.data,
                    actor=access.viewer,
                    at=access.viewer.now,
                )
            except StaleEdit as stale:
                # The next answers are meant to replace those that are shown beside them.
                form.version.data = str(stale.version)
                return _preview(page, form, stale), 409
            flash("The ladder is made again with your answers.")
            return redirect(url_for(".preview", version=version))
    return _preview(page, form), status_of(form)


def _preview(page: PreviewPage, form: FlaskForm, stale: StaleEdit | None = None) -> str:
    return render_template("ladder_pages/preview.html", page=page, form=form, stale=stale)


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
    return render_template("ladder_pages/discard.html", head=head, form=form), status_of(form)
