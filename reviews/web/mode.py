"""In which mode the application runs."""

from flask import current_app


def is_demo() -> bool:
    """Whether demo accounts may be made."""
    return bool(current_app.config["MODE"] == "demo")


def lets_demo_accounts_in() -> bool:
    """Whether demo accounts may sign in: never in production."""
    return current_app.config["MODE"] in {"demo", "test"}


def sends_mail() -> bool:
    """Whether messages reach people: by a mail server, or in the demo by a mailbox that everybody reads."""
    return bool(current_app.config["MAIL_URL"]) or is_demo()


def queue_settings() -> tuple[str, str]:
    """The address of the database beside which the worker's queue is, and the secret that signs what is in it."""
    return current_app.config["SQLALCHEMY_DATABASE_URI"], current_app.config["SECRET_KEY"]
