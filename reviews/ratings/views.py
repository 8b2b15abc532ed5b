"""A rater's pages: the invitation, one page per dimension, submitting; and reading what is submitted."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from reviews.access.loaders import PacketAccess
from reviews.db.models.packets import Assignment
from reviews.ratings import queries, service, submitted
from reviews.ratings.forms import DeclineForm, RatingForm, SubmitForm, rating_form
from reviews.ratings.queries import RatePage, RatingHead
from reviews.rules.enums import Action, AssignmentState, DeclineCategory
from reviews.rules.errors import StaleEdit
from reviews.web.error_handlers import rules_shown_on, status_of
from reviews.web.forms import take_button_only
from reviews.web.guard import guarded

bp = Blueprint("ratings", __name__)


@dataclass(frozen=True, slots=True)
class Tab:
    """An entry of the `steps` component."""

    label: str
    url: str
    done: bool
    current: bool


def tabs(head: RatingHead, steps: tuple[queries.RatingStep, ...], current: str) -> list[Tab]:
    """The dimensions and, where it may still be submitted, the last step. `current` is a key, "" for the last step."""
    found = [
        Tab(
            step.name,
            url_for(".rate", packet=head.packet, dimension=step.key),
            step.done,
            step.key == current,
        )
        for step in steps
    ]
    return [
        *found,
        Tab(
            "Read over and submit",
            url_for(".review", packet=head.packet),
            done=False,
            current=not current,
        ),
    ]


def _own(access: PacketAccess) -> Assignment:
    """The viewer's own assignment; a manager may have none, and then there is nothing to rate."""
    return queries.own_assignment(access) or abort(404)


def _unanswered(access: PacketAccess, assignment: Assignment) -> bool:
    return assignment.state is AssignmentState.INVITED and access.may(Action.ANSWER_INVITATION)


@bp.get("/packets/<packet>/invitation")
@guarded(Action.ANSWER_INVITATION, on="packet")
def invitation(access: PacketAccess) -> ResponseReturnValue:
    return _invitation(access, _own(access), DeclineForm())


def _invitation(
    access: PacketAccess, assignment: Assignment, form: DeclineForm
) -> ResponseReturnValue:
    page = queries.invitation_page(access, assignment)
    return render_template("ratings/invitation.html", page=page, form=form), status_of(form)


@bp.post("/packets/<packet>/invitation/accept")
@guarded(Action.ANSWER_INVITATION, on="packet")
def accept(access: PacketAccess) -> ResponseReturnValue:
    assignment = _own(access)
    take_button_only()
    service.accept_invitation(assignment, actor=access.viewer, now=access.viewer.now)
    flash("You accepted. What you write is a draft, and yours alone, until you submit it.")
    return redirect(url_for(".first", packet=access.packet.public_id))


@bp.post("/packets/<packet>/invitation")
@guarded(Action.ANSWER_INVITATION, on="packet")
def decline(access: PacketAccess) -> ResponseReturnValue:
    form = DeclineForm()
    assignment = _own(access)
    if form.validate():
        with rules_shown_on(form):
            service.decline_invitation(
                assignment,
                category=DeclineCategory(form.category.data),
                note=form.note.data or "",
                actor=access.viewer,
                now=access.viewer.now,
            )
            flash(f"You declined to rate {access.packet.candidate.name}. Nothing else is kept.")
            return redirect(url_for("home.inbox"))
    return _invitation(access, assignment, form)


@bp.get("/packets/<packet>/rating")
@guarded(Action.READ_RATING_DRAFT, on="packet")
def first(access: PacketAccess) -> ResponseReturnValue:
    """On to the first dimension that is still open."""
    assignment = _own(access)
    packet = access.packet.public_id
    if _unanswered(access, assignment):
        return redirect(url_for(".invitation", packet=packet))
    dimension = queries.first_open_dimension(access, assignment) or abort(404)
    return redirect(url_for(".rate", packet=packet, dimension=dimension))


@bp.get("/packets/<packet>/rating/<dimension>")
@guarded(Action.READ_RATING_DRAFT, on="packet")
def rate(access: PacketAccess, dimension: str) -> ResponseReturnValue:
    assignment = _own(access)
    if _unanswered(access, assignment):
        return redirect(url_for(".invitation", packet=access.packet.public_id))
    page = queries.rating_page(access, assignment, dimension) or abort(404)
    return _rate(page, rating_form(page))


def _rate(page: RatePage, form: RatingForm, stale: StaleEdit | None = None) -> ResponseReturnValue:
    html = render_template(
        "ratings/rate.html",
        page=page,
        form=form,
        steps=tabs(page.head, page.steps, page.dimension.key),
        saved=stale.saved if stale else None,
    )
    return html, 409 if stale else status_of(form)


@bp.post("/packets/<packet>/rating/<dimension>")
@guarded(Action.WRITE_RATING, on="packet")
def save(access: PacketAccess, dimension: str) -> ResponseReturnValue:
    assignment = _own(access)
    page = queries.rating_page(access, assignment, dimension) or abort(404)
    form = rating_form(page)
    if form.validate():
        with rules_shown_on(form):
            try:
                service.save_rating(
                    assignment,
                    dimension=page.dimension,
                    rationale=form.rationale.data or "",
                    category=form.chosen(),
                    shareable=form.shareable.data,
                    marks=form.marks_by_id(page.dimension),
                    version=form.version.data or 0,
                    actor=access.viewer,
                    now=access.viewer.now,
                )
            except StaleEdit as stale:
                # The form keeps the person's own text; saving it once more replaces what is shown beside it.
                form.version.renew(stale.version)
                form.form_errors.append(str(stale))
                return _rate(page, form, stale)
            return redirect(_after_saving(page, form))
    return _rate(page, form)


def _after_saving(page: RatePage, form: RatingForm) -> str:
    packet = page.head.packet
    if form.go.data != "next":
        return url_for(".rate", packet=packet, dimension=page.dimension.key)
    if page.following is None:
        return url_for(".review", packet=packet)
    return url_for(".rate", packet=packet, dimension=page.following.key)


@bp.get("/packets/<packet>/rating/submit")
@guarded(Action.READ_RATING_DRAFT, on="packet")
def review(access: PacketAccess) -> ResponseReturnValue:
    """The whole draft, read over before it is submitted."""
    assignment = _own(access)
    if _unanswered(access, assignment):
        return redirect(url_for(".invitation", packet=access.packet.public_id))
    return _review(access, assignment, SubmitForm())


def _review(access: PacketAccess, assignment: Assignment, form: SubmitForm) -> ResponseReturnValue:
    page = queries.review_page(access, assignment)
    form.version.renew(page.version)
    steps = tabs(page.head, page.steps, "")
    html = render_template("ratings/submit.html", page=page, form=form, steps=steps)
    return html, status_of(form)


@bp.post("/packets/<packet>/rating/submit")
@guarded(Action.SUBMIT_RATING, on="packet")
def submit(access: PacketAccess) -> ResponseReturnValue:
    assignment = _own(access)
    form = SubmitForm()
    if form.validate():
        with rules_shown_on(form):
            service.submit_rating(
                assignment,
                version=form.version.data,
                actor=access.viewer,
                now=access.viewer.now,
            )
            flash(f"Your rating of {access.packet.candidate.name} is submitted. Thank you.")
            return redirect(url_for(".show", packet=access.packet.public_id))
    return _review(access, assignment, form)


@bp.get("/packets/<packet>/ratings")
@guarded(Action.READ_OWN_RATING, Action.READ_MANAGER_RATING, Action.READ_PEER_RATINGS, on="packet")
def show(access: PacketAccess) -> ResponseReturnValue:
    return render_template("ratings/show.html", page=submitted.ratings_page(access))
