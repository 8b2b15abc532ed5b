"""The provider with which people sign in by their company's account, as the settings name it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

#: "password" for passwords alone, "company" for the company's account alone.
SIGN_IN_BY = ("password", "company", "both")
#: When signing in with the company's account has asked for a second factor: as the provider tells each time, or always.
SECOND_FACTOR = ("told", "always")
_NAMES = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
#: As long as an issuer and a client can be kept with a person.
_LONGEST = 255
_MOST_SECRET = 1000


@dataclass(frozen=True, slots=True)
class CompanyProvider:
    issuer: str
    client_id: str
    client_secret: str
    #: Where the provider sends people back to.
    back: str
    is_always_second_factor: bool


def company_faults(settings: Mapping[str, Any]) -> list[str]:
    """What is wrong with the settings, whose three OIDC_... are all there or none."""
    faults = []
    given = [name for name in _NAMES if settings[name]]
    missing = [name for name in _NAMES if not settings[name]]
    if given and missing:
        faults.append(
            f"{_joined(given)} {'is' if len(given) == 1 else 'are'} set, and {_joined(missing)}"
            f" {'is' if len(missing) == 1 else 'are'} not: set all three, or none for passwords alone."
        )
    sign_in_by = settings["SIGN_IN_BY"]
    if sign_in_by not in SIGN_IN_BY:
        faults.append(f"SIGN_IN_BY is {sign_in_by}, and not “password”, “company” or “both”.")
    elif sign_in_by != "password" and not given:
        faults.append(
            f"SIGN_IN_BY is “{sign_in_by}”, and there is no provider: set {_joined(_NAMES)}, or SIGN_IN_BY to"
            " “password”."
        )
    if settings["OIDC_SECOND_FACTOR"] not in SECOND_FACTOR:
        faults.append(
            f"OIDC_SECOND_FACTOR is {settings['OIDC_SECOND_FACTOR']}, and not “told” or “always”."
        )
    issuer = settings["OIDC_ISSUER"]
    if issuer and not _is_issuer(issuer, only_https=settings["MODE"] == "production"):
        faults.append(
            "OIDC_ISSUER is no address of a provider: set it to what the provider calls its issuer, with https:// and"
            " nothing behind a “?” or “#”, such as https://login.example.org/company."
        )
    for name, longest in (("OIDC_CLIENT_ID", _LONGEST), ("OIDC_CLIENT_SECRET", _MOST_SECRET)):
        if not str(settings[name]).isprintable() or len(settings[name]) > longest:
            faults.append(
                f"{name} is longer than {longest} characters, or has some that are no text."
            )
    return faults


def _is_issuer(address: str, *, only_https: bool) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    is_plain = (
        address.isascii() and address.isprintable() and not set(address) & set(' "<>\\^`{|}?#@')
    )
    schemes = {"https"} if only_https else {"https", "http"}
    return (
        is_plain
        and parts.scheme in schemes
        and bool(parts.hostname)
        and port != 0
        and len(address) <= _LONGEST
    )


def _joined(names: list[str] | tuple[str, ...]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
