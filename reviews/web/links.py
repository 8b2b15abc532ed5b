"""Links that leave the page: made from the configured address, never from a request's Host header."""

import base64
import hashlib
import hmac

from flask import current_app

from reviews.rules.settings import host_of


def public_link(endpoint: str, **parts: str) -> str:
    """The whole address of a page, also where there is no request."""
    path = current_app.url_map.bind("").build(endpoint, parts)
    return f"{current_app.config['PUBLIC_URL']}{path}"


def mailed_token(message: str) -> str:
    """The token of the link in a message, by the message's public id: 43 characters for an address.

    It is stored nowhere, and the same each time it is asked for, so that a message that is sent again is the same.
    Nobody makes it from what is in the database alone.
    """
    return _keyed("the link in a message", message)


def message_id(message: str) -> str:
    """The Message-ID of a message, by its public id. Nobody guesses that of a message that they did not get."""
    return f"<{_keyed('the Message-ID of a message', message)}@{site_host()}>"


def site_host() -> str:
    return host_of(current_app.config["PUBLIC_URL"]) or "localhost"


def _keyed(purpose: str, text: str) -> str:
    key = current_app.config["SECRET_KEY"].encode()
    digest = hmac.digest(key, f"{purpose}\0{text}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
