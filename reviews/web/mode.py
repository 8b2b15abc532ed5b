"""In which mode the application runs."""

from flask import current_app, url_for

from reviews.rules.company_provider import CompanyProvider


def is_demo() -> bool:
    """Whether demo accounts may be made."""
    return bool(current_app.config["MODE"] == "demo")


def lets_demo_accounts_in() -> bool:
    """Whether demo accounts may sign in: never in production."""
    return current_app.config["MODE"] in {"demo", "test"}


def sends_mail() -> bool:
    """Whether messages reach people: by a mail server, or in the demo by a mailbox that everybody reads."""
    return bool(current_app.config["MAIL_URL"]) or is_demo()


def takes_passwords() -> bool:
    """Whether people sign in with a password or a passkey of their account here."""
    return bool(current_app.config["SIGN_IN_BY"] != "company")


def has_company_sign_in() -> bool:
    """Whether people sign in with the company's account."""
    return bool(current_app.config["SIGN_IN_BY"] != "password")


def company_provider() -> CompanyProvider:
    """Where they do. To be asked only where they do."""
    config = current_app.config
    return CompanyProvider(
        issuer=config["OIDC_ISSUER"],
        client_id=config["OIDC_CLIENT_ID"],
        client_secret=config["OIDC_CLIENT_SECRET"],
        back=config["PUBLIC_URL"] + url_for("company_sign_in.back"),
        is_always_second_factor=config["OIDC_SECOND_FACTOR"] == "always",
    )


def provider_name() -> str:
    """Whose word for people is kept; "" without a provider. Another client may get other words for the same people."""
    config = current_app.config
    return f"{config['OIDC_ISSUER']} {config['OIDC_CLIENT_ID']}" if has_company_sign_in() else ""


def queue_settings() -> tuple[str, str]:
    """The address of the database beside which the worker's queue is, and the secret that signs what is in it."""
    return current_app.config["SQLALCHEMY_DATABASE_URI"], current_app.config["SECRET_KEY"]
