"""Who is asking, as far as it can be counted: a network, a browser that is known; all of it behind a keyed hash."""

import hashlib
import hmac
from ipaddress import IPv4Address, IPv6Address, ip_address

from flask import Response, current_app, request, session
from flask_login import current_user

from reviews.db import random_source

_DAYS_KNOWN = 90
_SECONDS_OF_DAY = 86_400


def hidden(*words: str) -> str:
    """What the words are counted under; nobody can tell them from it without the secret."""
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.digest(key, "\0".join(("counted", *words)).encode(), hashlib.sha256).hex()


def asker() -> str:
    """The person who is signed in, or else the network."""
    if current_user.is_authenticated:
        return hidden("person", str(current_user.person_id))
    return hidden("network", _network())


def browser() -> str:
    """This browser until it signs in: the secret of its forms."""
    return hidden("browser", session["csrf_token"])


def source_of(account: str) -> tuple[str, bool]:
    """Where an attempt at an account comes from, and whether the account knows it.

    Args:
        account: the address of the account, hidden.
    """
    name = _known_browser(account)
    if name:
        return hidden("known browser", account, name), True
    return hidden("network", _network()), False


def remember_browser(response: Response, account: str) -> None:
    """From now on this browser is one that the account knows: what others get wrong elsewhere does not slow it down."""
    name = _known_browser(account) or random_source.token("known browser")
    response.set_cookie(
        _cookie(),
        f"{name}.{_seal(account, name)}",
        max_age=_DAYS_KNOWN * _SECONDS_OF_DAY,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


#: What a browser calls itself, the more special before what it also claims to be.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


def browser_name() -> str:
    """Such as "Firefox on Linux": enough for people to know their own ones by. Nothing else of the header is kept."""
    said = request.headers.get("User-Agent", "")
    browser = next((name for sign, name in _BROWSERS if sign in said), "")
    system = next((name for sign, name in _SYSTEMS if sign in said), "")
    return " on ".join(filter(None, (browser or "A browser", system)))


def _known_browser(account: str) -> str:
    name, _, seal = request.cookies.get(_cookie(), "").partition(".")
    is_ours = hmac.compare_digest(seal.encode(), _seal(account, name).encode())
    return name if is_ours else ""


def _seal(account: str, name: str) -> str:
    return hidden("seal of a known browser", account, name)


def _cookie() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-known"


def _network() -> str:
    """The address, or the part of it that one customer of a provider has for themselves."""
    given = request.remote_addr or "127.0.0.1"
    try:
        address: IPv4Address | IPv6Address = ip_address(given)
    except ValueError:
        return given
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address)
