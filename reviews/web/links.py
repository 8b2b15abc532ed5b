"""Links that leave the page: made from the configured address, never from a request's Host header."""

from flask import current_app


def public_link(endpoint: str, **parts: str) -> str:
    """The whole address of a page, also where there is no request."""
    path = current_app.url_map.bind("").build(endpoint, parts)
    return f"{current_app.config['PUBLIC_URL']}{path}"
