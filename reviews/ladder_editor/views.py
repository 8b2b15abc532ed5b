"""Editing a ladder: a draft from the published version, and a page for each of its parts."""

from collections.abc import Callable
from typing import Any, cast, get_args

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from ladders import editing
from ladders.document import Dimension, Ladder, Level, Mixin, Track
from ladders.editing import Owner, OwnerKind
from ladders.models import LadderVersion
from reviews.access.expectations import ladder_of
from reviews.access.loaders import SiteAccess
from reviews.ladder_editor import queries, service
from reviews.ladder_editor.forms import (
    AddForm,
    AddLevelForm,
    PartForm,
    cell_form,
    dimension_form,
    frame_form,
    level_form,
    role_form,
    track_form,
)
from reviews.ladder_library.queries import version as readable_version
from reviews.rules.enums import Action
from reviews.rules.errors import IllegalMove, StaleEdit
from reviews.web.error_handlers import rules_shown_on, status_of
from reviews.web.forms import take_button_only
from reviews.web.guard import guarded

bp = Blueprint("ladder_editor", __name__)


def _version(access: SiteAccess, public_id: str) -> LadderVersion:
    return readable_version(access, public_id) or abort(404)


def _draft(access: SiteAccess, public_id: str) -> LadderVersion:
    row = _version(access, public_id)
    if not queries.is_edited_here(row):
        raise IllegalMove(service.NOT_EDITED_HERE)
    return row


@bp.post("/ladders/<version>/edit")
@guarded(Action.EDIT_LADDER)
def begin(access: SiteAccess, version: str) -> ResponseReturnValue:
    published = _version(access, version)
    take_button_only()
    draft = service.begin(published, actor=access.viewer, at=access.viewer.now)
    return redirect(url_for(".frame", version=draft.public_id))


# -- The ladder as a whole


@bp.route("/ladders/<version>/edit/frame", methods=["GET", "POST"])
@guarded(Action.EDIT_LADDER)
def frame(access: SiteAccess, version: str) -> ResponseReturnValue:
    row = _draft(access, version)
    ladder = ladder_of(row)
    form, stale = _sent(
        access, row, lambda **more: frame_form(ladder, **more), "the ladder as a whole edited"
    )
    if form is None:
        return redirect(url_for(".frame", version=version))
    return _frame(row, form=form, stale=stale)


def _frame(
    row: LadderVersion, *, stale: StaleEdit | None = None, **sent: Any
) -> ResponseReturnValue:
    """The page of the ladder as a whole, with the form that was sent and fresh ones for the rest."""
    ladder = ladder_of(row)
    forms = {
        "form": frame_form(ladder, formdata=None),
        "level": AddLevelForm(ladder, formdata=None, prefix="level-"),
        "track": AddForm(formdata=None, prefix="track-"),
        "dimension": AddForm(formdata=None, prefix="dimension-"),
        "role": AddForm(formdata=None, prefix="role-"),
        **sent,
    }
    body = render_template(
        "ladder_editor/frame.html", page=queries.frame_page(row), stale=stale, **forms
    )
    return body, 409 if stale else max(map(status_of, forms.values()))


@bp.post("/ladders/<version>/edit/levels")
@guarded(Action.EDIT_LADDER)
def add_level(access: SiteAccess, version: str) -> ResponseReturnValue:
    row = _draft(access, version)
    form = AddLevelForm(ladder_of(row), prefix="level-")

    def edit(ladder: Ladder) -> Ladder:
        return editing.add_level(ladder, form.name.data or "", form.track.data or None)

    return _add(access, row, "level", form, edit)


@bp.post("/ladders/<version>/edit/tracks")
@guarded(Action.EDIT_LADDER)
def add_track(access: SiteAccess, version: str) -> ResponseReturnValue:
    form = AddForm(prefix="track-")

    def edit(ladder: Ladder) -> Ladder:
        return editing.add_track(ladder, form.name.data or "")

    return _add(access, _draft(access, version), "track", form, edit)


@bp.post("/ladders/<version>/edit/dimensions")
@guarded(Action.EDIT_LADDER)
def add_dimension(access: SiteAccess, version: str) -> ResponseReturnValue:
    form = AddForm(prefix="dimension-")

    def edit(ladder: Ladder) -> Ladder:
        return editing.add_dimension(ladder, form.name.data or "", "")

    return _add(access, _draft(access, version), "dimension", form, edit)


@bp.post("/ladders/<version>/edit/roles")
@guarded(Action.EDIT_LADDER)
def add_role(access: SiteAccess, version: str) -> ResponseReturnValue:
    form = AddForm(prefix="role-")

    def edit(ladder: Ladder) -> Ladder:
        return editing.add_role(ladder, form.name.data or "")

    return _add(access, _draft(access, version), "role", form, edit)


def _add(
    access: SiteAccess,
    row: LadderVersion,
    what: str,
    form: AddForm,
    edit: Callable[[Ladder], Ladder],
) -> ResponseReturnValue:
    if form.validate_on_submit():
        with rules_shown_on(form):
            service.change(
                row,
                edit,
                f"{what} {form.name.data} added",
                actor=access.viewer,
                at=access.viewer.now,
            )
            return redirect(url_for(".frame", version=row.public_id, _anchor=f"page-{what}s"))
    return _frame(row, **{what: form})


@bp.post("/ladders/<version>/edit/<kind>/<part>/remove")
@guarded(Action.EDIT_LADDER)
def remove(access: SiteAccess, version: str, kind: str, part: str) -> ResponseReturnValue:
    row = _draft(access, version)
    ladder = ladder_of(row)
    there: dict[
        str, tuple[tuple[Level | Track | Dimension | Mixin, ...], Callable[..., Ladder]]
    ] = {
        "levels": (ladder.levels, editing.remove_level),
        "tracks": (ladder.tracks, editing.remove_track),
        "dimensions": (ladder.dimensions, editing.remove_dimension),
        "roles": (ladder.mixins, editing.remove_role),
    }
    things, removal = there.get(kind) or abort(404)
    thing = next((each for each in things if each.id == part), None) or abort(404)
    take_button_only()
    service.change(
        row,
        lambda ladder: removal(ladder, part),
        f"{kind.removesuffix('s')} {thing.name} removed",
        actor=access.viewer,
        at=access.viewer.now,
    )
    flash(f"{thing.name} is removed from the draft.")
    return redirect(url_for(".frame", version=version, _anchor=f"page-{kind}"))


# -- A level, a role, a track, a dimension


@bp.route("/ladders/<version>/edit/levels/<level>", methods=["GET", "POST"])
@guarded(Action.EDIT_LADDER)
def level(access: SiteAccess, version: str, level: str) -> ResponseReturnValue:
    row = _draft(access, version)
    page = queries.owner_page(row, Owner("levels", level)) or abort(404)
    ladder = ladder_of(row)
    form, stale = _sent(
        access,
        row,
        lambda **more: level_form(ladder, ladder.level(level), **more),
        f"level {page.name} edited",
    )
    if form is None:
        return redirect(url_for(".level", version=version, level=level))
    return _part("owner", page, form, stale)


@bp.route("/ladders/<version>/edit/roles/<role>", methods=["GET", "POST"])
@guarded(Action.EDIT_LADDER)
def role(access: SiteAccess, version: str, role: str) -> ResponseReturnValue:
    row = _draft(access, version)
    page = queries.owner_page(row, Owner("roles", role)) or abort(404)
    ladder = ladder_of(row)
    form, stale = _sent(
        access,
        row,
        lambda **more: role_form(ladder, ladder.mixin(role), **more),
        f"role {page.name} edited",
    )
    if form is None:
        return redirect(url_for(".role", version=version, role=role))
    return _part("owner", page, form, stale)


@bp.get("/ladders/<version>/edit/roles/<role>/levels/<level>")
@guarded(Action.EDIT_LADDER)
def role_at(access: SiteAccess, version: str, role: str, level: str) -> ResponseReturnValue:
    page = queries.owner_page(_draft(access, version), Owner("roles", role, level)) or abort(404)
    return render_template("ladder_editor/owner.html", page=page, form=None, stale=None)


@bp.get("/ladders/<version>/edit/common/all")
@guarded(Action.EDIT_LADDER)
def common(access: SiteAccess, version: str) -> ResponseReturnValue:
    page = queries.owner_page(_draft(access, version), Owner("common", "all"))
    return render_template("ladder_editor/owner.html", page=page, form=None, stale=None)


@bp.route("/ladders/<version>/edit/tracks/<track>", methods=["GET", "POST"])
@guarded(Action.EDIT_LADDER)
def track(access: SiteAccess, version: str, track: str) -> ResponseReturnValue:
    row = _draft(access, version)
    page = queries.track_page(row, track) or abort(404)
    form, stale = _sent(
        access, row, lambda **more: track_form(page, **more), f"track {page.track.name} edited"
    )
    if form is None:
        return redirect(url_for(".frame", version=version, _anchor="page-tracks"))
    return _part("track", page, form, stale)


@bp.route("/ladders/<version>/edit/dimensions/<dimension>", methods=["GET", "POST"])
@guarded(Action.EDIT_LADDER)
def dimension(access: SiteAccess, version: str, dimension: str) -> ResponseReturnValue:
    row = _draft(access, version)
    page = queries.dimension_page(row, dimension) or abort(404)
    ladder = ladder_of(row)
    form, stale = _sent(
        access,
        row,
        lambda **more: dimension_form(ladder, page.dimension, page.group, **more),
        f"dimension {page.dimension.name} edited",
    )
    if form is None:
        return redirect(url_for(".frame", version=version, _anchor="page-dimensions"))
    return _part("dimension", page, form, stale)


# -- A cell


@bp.route("/ladders/<version>/edit/<kind>/<part>/cells/<dimension>", methods=["GET", "POST"])
@guarded(Action.EDIT_LADDER)
def cell(
    access: SiteAccess, version: str, kind: str, part: str, dimension: str
) -> ResponseReturnValue:
    return _cell(access, _draft(access, version), Owner(_kind(kind), part), dimension)


@bp.route(
    "/ladders/<version>/edit/roles/<role>/levels/<level>/cells/<dimension>",
    methods=["GET", "POST"],
)
@guarded(Action.EDIT_LADDER)
def role_cell(
    access: SiteAccess, version: str, role: str, level: str, dimension: str
) -> ResponseReturnValue:
    return _cell(access, _draft(access, version), Owner("roles", role, level), dimension)


def _cell(
    access: SiteAccess, row: LadderVersion, owner: Owner, dimension: str
) -> ResponseReturnValue:
    page = queries.cell_page(row, owner, dimension) or abort(404)
    act = request.form.get("act", "save")
    if act != "save":
        return _part("cell", page, cell_form(page).rearranged(act), None, unsaved=True)
    form, stale = _sent(
        access,
        row,
        lambda **more: cell_form(page, **more),
        f"{page.name}, {page.dimension.name}, edited",
    )
    if form is None:
        endpoint, named = _place_of(owner)
        return redirect(
            url_for(endpoint, version=row.public_id, _anchor=f"cell-{dimension}", **named)
        )
    return _part("cell", page, form, stale, unsaved=False)


def _place_of(owner: Owner) -> tuple[str, dict[str, Any]]:
    """The page with the owner's cells."""
    if owner.level:
        return ".role_at", {"role": owner.id, "level": owner.level}
    pages: dict[OwnerKind, tuple[str, dict[str, Any]]] = {
        "levels": (".level", {"level": owner.id}),
        "roles": (".role", {"role": owner.id}),
        "common": (".common", {}),
    }
    return pages[owner.kind]


def _kind(kind: str) -> OwnerKind:
    for each in get_args(OwnerKind):
        if each == kind:
            return cast("OwnerKind", each)
    return abort(404)


# -- Saving


def _sent(
    access: SiteAccess, row: LadderVersion, make: Callable[..., PartForm], what: str
) -> tuple[PartForm | None, StaleEdit | None]:
    """No form where it was sent and saved; else the form, with what was typed and why it was not saved."""
    form, fresh = make(), make(formdata=None)
    if form.validate_on_submit():
        with rules_shown_on(form):
            try:
                service.save(
                    row,
                    form.edited,
                    what,
                    seen=form.seen.data or "",
                    current=fresh.seen.data or "",
                    saved=fresh.saved(),
                    actor=access.viewer,
                    at=access.viewer.now,
                )
            except StaleEdit as stale:
                # The next save is meant to replace what is shown beside it.
                form.seen.data = fresh.seen.data
                return form, stale
            flash("Saved in the draft.")
            return None, None
    return form, None


def _part(
    template: str, page: object, form: FlaskForm, stale: StaleEdit | None, **more: object
) -> ResponseReturnValue:
    body = render_template(
        f"ladder_editor/{template}.html", page=page, form=form, stale=stale, **more
    )
    return body, 409 if stale else status_of(form)
