"""Showing again who one is."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviews.access.viewer import Viewer
from reviews.db.extensions import db
from reviews.people import attempts
from reviews.people import service as people
from reviews.people.queries import (
    company_since,
    now,
    own_person,
)
from reviews.rules.errors import RuleBroken
from reviews.signing_in import queries, service
from reviews.signing_in.counting import attempt_of, counted_attempt
from reviews.signing_in.entering import COMPANY_ALONE, question_to_passkeys, takes_factor
from reviews.signing_in.proof.forms import ProofForm
from reviews.web import mode, typed_text
from reviews.web.guard import (
    SAFE,
    begin_late_write,
)
from reviews.web.step_up import step_up
from reviews.web.typed_text import Typed


def ask_for_proof(viewer: Viewer, wrong: str, waiting: Typed | None = None) -> str:
    """The page that asks for a proof before the form that waits for it; None for the form of this request."""
    form = ProofForm(formdata=None)
    if wrong:
        form.form_errors = [wrong]
    factors = queries.factors_of(viewer.person_id)
    has_company = company_since(viewer.person_id) is not None
    if waiting is None:
        sent = typed_text.to_send_again()
        waiting = None if sent is None else Typed(request.full_path.rstrip("?"), sent)
    return render_template(
        "signing_in/prove.html",
        form=form,
        factors=factors,
        waiting=waiting,
        for_company=typed_text.sealed_waiting(waiting, viewer.public_id)
        if waiting and has_company
        else "",
        takes_passwords=mode.takes_passwords(),
        has_files=any(file.filename for file in request.files.values()),
        question=question_to_passkeys() if factors.has_passkey else "",
    )


def _look_at_proof(viewer: Viewer) -> str:
    form = ProofForm()
    password = form.proof_password.data
    if password and not mode.takes_passwords():
        return COMPANY_ALONE
    # Whoever found the browser open is slowed down, and the person elsewhere is not.
    attempt = attempt_of("present password", str(viewer.session_id))
    try:
        with counted_attempt(attempt):
            if password:
                people.check_present_password(viewer, password)
            begin_late_write()
            if not password and not takes_factor(
                own_person(viewer), form.proof_code.data, form.proof_passkey.data
            ):
                return service.WRONG_CODE
            service.prove(viewer, at=now())
            attempts.forgive(attempt)
            db.session.commit()
    except RuleBroken:
        return "This is not your password."
    finally:
        db.session.rollback()
    return ""


def _need_factor() -> ResponseReturnValue:
    if request.method in SAFE:
        return redirect(url_for("signing_in.factors.ways", next=request.full_path.rstrip("?")))
    sent = typed_text.to_send_again()
    address = request.full_path.rstrip("?")
    return render_template("signing_in/factor_first.html", sent=sent, address=address), 403


step_up.ask, step_up.look_at, step_up.need_factor = ask_for_proof, _look_at_proof, _need_factor
