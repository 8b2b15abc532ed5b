"""A rater's pages: the invitation, one page per dimension, submitting; and reading what is submitted."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from reviews.access.expectations import TargetDimension, expectations_for
from reviews.access.loaders import PacketAccess
from reviews.db.models.packets import Assignment
from reviews.ratings import queries, service, submitted
from reviews.ratings.forms import DeclineForm, RatingForm, SubmitForm, rating_form
from reviews.ratings.queries import RatePage, RatingHead
from reviews.rules.enums import Action, AssignmentState, DeclineCategory
from reviews.rules.errors import StaleEdit
from reviews.rules.scale import ScaleWords
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
            flash(
                f"You declined to rate {access.packet.candidate.name}. That, when and why is kept, and no draft."
            )
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
    return _rate(page, _form(access, page.dimension, page))


def _form(
    access: PacketAccess, dimension: TargetDimension, saved: RatePage | None = None
) -> RatingForm:
    packet = access.packet
    return rating_form(dimension, ScaleWords.of(packet.cycle.scale), packet.candidate.name, saved)


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
    asked = expectations_for(access.packet)
    wanted = asked.dimension(dimension) or abort(404)
    # The page is read where it has to be shown again.
    form = _form(access, wanted)
    stale = None
    if form.validate():
        with rules_shown_on(form):
            try:
                service.save_rating(
                    assignment,
                    dimension=wanted,
                    rationale=form.rationale.data or "",
                    category=form.chosen(),
                    shareable=form.shareable.data,
                    marks=form.marks_by_id(wanted),
                    version=form.version.data or 0,
                    actor=access.viewer,
                    now=access.viewer.now,
                )
            except StaleEdit as newer:
                # The form keeps the person's own text; saving it once more replaces what is shown beside it.
                stale = newer
                form.version.renew(newer.version)
                form.form_errors.append(str(newer))
            else:
                keys = [each.key for each in asked.dimensions]
                return redirect(_after_saving(access, keys, wanted.key, form))
    page = queries.rating_page(access, assignment, dimension) or abort(404)
    return _rate(page, form, stale)


def _after_saving(
    access: PacketAccess, dimensions: Sequence[str], saved: str, form: RatingForm
) -> str:
    packet = access.packet.public_id
    if form.go.data != "next":
        return url_for(".rate", packet=packet, dimension=saved)
    if saved == dimensions[-1]:
        return url_for(".review", packet=packet)
    return url_for(".rate", packet=packet, dimension=dimensions[dimensions.index(saved) + 1])


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
