"""The owner's page about mail: what waits, what was sent, and what did not arrive."""

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from reviews.access.loaders import SiteAccess
from reviews.mail import mailbox, queries, service
from reviews.rules.enums import Action
from reviews.rules.settings import host_of
from reviews.web import mode
from reviews.web.forms import take_button_only
from reviews.web.guard import commit_or_rollback, guarded, public
from reviews.web.lists import page_number

bp = Blueprint("mail", __name__)
#: There is none but in the demo.
demo = Blueprint("mailbox", __name__)


@bp.get("/mail")
@guarded(Action.READ_MAIL, params=("page",))
def index(access: SiteAccess) -> ResponseReturnValue:
    page = queries.mail_page(access, page=page_number())
    if page.undelivered.page > 1 and not page.undelivered.items:
        abort(404)
    return render_template(
        "mail_pages/index.html",
        page=page,
        sends_mail=mode.sends_mail(),
        server=host_of(current_app.config["MAIL_URL"]),
        sender=current_app.config["MAIL_FROM"],
    )


@bp.post("/mail/<message>/again")
@guarded(Action.MANAGE_ACCOUNTS)
def repeat(access: SiteAccess, message: str) -> ResponseReturnValue:
    found = queries.undelivered(message) or abort(404)
    take_button_only()
    person = service.repeat(found, actor=access.viewer, at=access.viewer.now)
    flash(f"The message to {person.name} is sent again.")
    return redirect(url_for(".index"))


@demo.get("/mailbox")
@public(Action.SIGN_IN)
def show() -> ResponseReturnValue:
    """Also for whoever is not signed in: that is when the link in a message is needed."""
    kept = mailbox.kept(current_app.config["MAILBOX"])
    response = current_app.make_response(render_template("mail_pages/mailbox.html", kept=kept))
    commit_or_rollback(response)
    return response
