"""Codes of an authenticator app (RFC 6238), the secret that they are made from, and recovery codes."""

import base64
import hmac
import re
from datetime import datetime

from reviews.db import random_source

#: Seconds that a code is shown, as every app has it.
_PERIOD = 30
#: A clock may be so many codes behind or ahead.
_WINDOW = 1
_ISSUER = "Levelset"
RECOVERY_CODES = 10
_NONCE = 12


def new_secret() -> str:
    """160 random bits, as an app takes them."""
    return base64.b32encode(random_source.some_bytes("authenticator app", 20)).decode()


def step_of(code: str, secret: str, at: datetime) -> int | None:
    """The half minute whose code this is, if the clocks do not differ by more than one."""
    from pyotp import TOTP  # needed by few requests

    app = TOTP(secret)
    present = int(at.timestamp()) // _PERIOD
    typed = re.sub(r"\s", "", code)
    found = None
    for step in range(present - _WINDOW, present + _WINDOW + 1):
        if hmac.compare_digest(app.at(step * _PERIOD).encode(), typed.encode()):
            found = step
    return found


def address_of(secret: str, account: str) -> str:
    """What an app reads from the picture."""
    from pyotp import TOTP

    return TOTP(secret).provisioning_uri(name=account, issuer_name=_ISSUER)


def picture_of(address: str) -> str:
    """The QR code as SVG, for a page: black on white, because cameras want it so."""
    import segno

    drawn: str = segno.make(address, error="m", micro=False).svg_inline(
        scale=4, border=4, dark="#000", light="#fff", omitsize=False
    )
    return drawn


def sealed(secret: str, person: str, key: str) -> str:
    """The secret, encrypted for this person with a key that is not in the database.

    Args:
        person: their public id; for anybody else it does not open.
        key: the application's secret key.
    """
    nonce = random_source.some_bytes("nonce", _NONCE)
    closed = _cipher(key).encrypt(nonce, secret.encode(), person.encode())
    return base64.urlsafe_b64encode(nonce + closed).decode()


def opened(text: str, person: str, key: str) -> str | None:
    """The secret again. None for what was sealed for somebody else or with another key, and for what was made up."""
    from cryptography.exceptions import InvalidTag

    try:
        both = base64.urlsafe_b64decode(text)
        plain: bytes = _cipher(key).decrypt(both[:_NONCE], both[_NONCE:], person.encode())
    except (InvalidTag, ValueError):
        return None
    return plain.decode()


def _cipher(key: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a type of a library that is imported late
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derive = HKDF(hashes.SHA256(), 32, salt=None, info=b"secrets of authenticator apps")
    return AESGCM(derive.derive(key.encode()))


def new_recovery_code() -> str:
    """80 random bits in four groups, which people copy or print."""
    text = base64.b32encode(random_source.some_bytes("recovery code", 10)).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def plain_code(typed: str) -> str:
    """A recovery code however it was typed."""
    return re.sub(r"[\s-]", "", typed).casefold()
