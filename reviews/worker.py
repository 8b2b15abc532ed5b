"""`flask --app reviews worker`: sends what waits in the outbox, woken by the queue and once a minute in any case.

Once a minute it also deletes what was to be kept for a while only, and nobody came back for.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from reviews.db.connections import begin_write
from reviews.db.extensions import db
from reviews.home.reminders import what_waits
from reviews.mail import mailbox, queue, reminders, sending
from reviews.mail.smtp import Delivery, Fate, deliver
from reviews.mail.wording import WrittenMail, message_bytes, recipient_of
from reviews.people.service import open_mailed_link
from reviews.roster.service import delete_old_files
from reviews.rules.mail_server import mail_server
from reviews.signing_in import forgotten
from reviews.signing_in.company.service import delete_old_text
from reviews.web import mode, request_log
from reviews.web.links import site_host


def run() -> None:
    """Work until SIGTERM or SIGINT; what is begun is ended first."""
    from huey import crontab  # noqa: PLC0415 - no other command needs it

    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    url, secret = mode.queue_settings()
    jobs = queue.queue_of(url, secret)
    queue.prepare(jobs, url)
    consumer: Any = None

    def stop() -> bool:
        return bool(consumer.stop_flag.is_set())

    def work() -> None:
        with app.app_context():
            look(stop=stop)

    wake = queue.waking(jobs, work)
    jobs.periodic_task(crontab(minute="*"), name="every_minute")(work)
    consumer = jobs.create_consumer(
        workers=1, periodic=True, max_delay=1.0, graceful_signal="TERM", check_worker_health=True
    )
    logging.getLogger("huey").setLevel(logging.WARNING)
    wake()
    consumer.run()


def look(*, stop: Callable[[], bool]) -> None:
    """Send what is due. A database that is busy or away is no reason to end: in a minute there is another look."""
    try:
        delete_old()
        if mode.sends_mail():
            forgotten.answer_all(key=current_app.config["SECRET_KEY"])
            reminders.leave_due()
            sending.send_due(hand_over, open_mailed_link, what_waits, stop=stop)
            sending.forget_old()
        else:
            sending.beat()
    except SQLAlchemyError as fault:
        with suppress(SQLAlchemyError):
            db.session.rollback()
        request_log.warn(current_app, f"mail_not_sent: {type(fault).__name__}")


def delete_old() -> None:
    """Files of people that nobody has imported, and texts of people who have not come back to sign in."""
    begin_write()
    now = sending.database_instant()
    delete_old_files(now)
    delete_old_text(now)
    db.session.commit()


def hand_over(message_id: str, wording: WrittenMail, token: str) -> Delivery:
    """To the mail server, or in the demo without one to the mailbox that everybody reads."""
    url, sender = current_app.config["MAIL_URL"], current_app.config["MAIL_FROM"]
    sender = sender or "levelset@example.org"
    try:
        message = message_bytes(wording, sender=sender, message_id=message_id, token=token)
    except ValueError as fault:
        return Delivery(Fate.REFUSED, f"The address cannot stand in a message: {fault}.")
    if not url:
        return mailbox.keep(current_app.config["MAILBOX"], message)
    to = recipient_of(wording.to)
    return deliver(mail_server(url), host=site_host(), sender=sender, to=to, message=message)
