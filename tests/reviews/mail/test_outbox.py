"""A message is left in the transaction of the act, and is nothing but what its kind says."""

import pytest
from sqlalchemy import select

from reviews.db.extensions import db
from reviews.db.models.mail import OutboxMessage
from reviews.mail.kinds import MESSAGES, why_not_sent
from reviews.mail.outbox import post
from reviews.rules.enums import MailKind, MailStatus
from tests.builders import NOW, a_person

pytestmark = pytest.mark.both_databases


def outbox():
    return db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()


def test_every_kind_has_its_row():
    assert set(MESSAGES) == set(MailKind)


@pytest.mark.usefixtures("session")
def test_a_message_waits_from_the_instant_of_the_act():
    bo = a_person("Bo")

    post(MailKind.INVITATION, bo, at=NOW)

    [left] = outbox()
    assert (left.kind, left.person_id, left.about, left.address) == ("invitation", bo.id, {}, None)
    assert (left.status, left.due_at, left.made_at) == (MailStatus.WAITING, NOW, NOW)
    assert (left.lease, left.wording, left.ended_at, left.tries) == (None, None, None, 0)


@pytest.mark.usefixtures("session")
def test_what_is_undone_is_not_told():
    bo = a_person("Bo")
    db.session.commit()
    post(MailKind.INVITATION, bo, at=NOW)

    db.session.rollback()

    assert outbox() == []


@pytest.mark.usefixtures("session")
def test_without_mail_nothing_waits_for_the_day_when_it_is_set_up(app, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_URL", "")

    post(MailKind.INVITATION, a_person("Bo"), at=NOW)

    assert outbox() == []


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("about", [{}, {"goes_to": "old"}, {"goes_to": "a", "other": "", "x": ""}])
def test_a_message_is_about_what_its_kind_names(about):
    with pytest.raises(ValueError, match="new_address is about"):
        post(MailKind.NEW_ADDRESS, a_person("Bo"), at=NOW, about=about)

    assert outbox() == []


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("kind", MailKind)
def test_a_closed_account_gets_only_the_notice_that_it_is_closed(kind):
    about_closing = kind is MailKind.ACCOUNT_CLOSED
    sentence = why_not_sent(MESSAGES[kind], a_person("Bo", is_active=False))

    assert sentence == ("" if about_closing else "The account is closed.")


@pytest.mark.usefixtures("session")
def test_what_is_no_longer_true_is_not_sent():
    has, has_not = a_person("Bo", password_hash="x"), a_person("Cy")
    reasons = {
        kind: (why_not_sent(MESSAGES[kind], has), why_not_sent(MESSAGES[kind], has_not))
        for kind in MailKind
    }

    assert reasons == {
        MailKind.INVITATION: ("A password was chosen meanwhile.", ""),
        MailKind.FORGOTTEN_PASSWORD: ("", "No password is chosen yet."),
        MailKind.NEW_ADDRESS: ("", ""),
        MailKind.NEW_DEVICE: ("", ""),
        MailKind.ACCOUNT_CLOSED: ("The account was opened again.", "The account was opened again."),
        # Whether anything waits is asked with the rights of its person: `test_reminders.py`.
        MailKind.REMINDER: ("", ""),
    }
