"""Passkeys (WebAuthn): the questions that a device is asked, and its answers.

A question is kept nowhere. It tells when and for which browser it was made, under a keyed hash; a passkey remembers
when the question was made that it answered last, so that no answer is taken twice. The library takes a second to load,
which the page to sign in does without.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from reviews.db import random_source
from reviews.db.models.signing_in import Passkey
from reviews.signing_in import queries

#: Longer than this nobody looks for a security key.
_ANSWERED_WITHIN = timedelta(minutes=10)
_MICROSECOND = timedelta(microseconds=1)
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_TIME, _NONCE, _SEAL = 8, 16, 16


@dataclass(frozen=True, slots=True)
class Site:
    """What a passkey is for, and who is asked."""

    #: The host of the address that people use; a passkey is good there and nowhere else.
    host: str
    origin: str
    #: The application's secret key, and the secret of this browser's forms.
    key: str
    browser: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NewPasskey:
    handle: str
    credential_id: bytes
    public_key: bytes
    use_count: int
    asked_at: datetime


def can_be_at(host: str) -> bool:
    """Whether browsers have passkeys for it: it has a name, and is no number of a machine."""
    try:
        ip_address(host)
    except ValueError:
        return bool(host)
    return False


def question(site: Site) -> bytes:
    time = ((site.at - _BEGINNING) // _MICROSECOND).to_bytes(_TIME, "big")
    nonce = random_source.some_bytes("question to a passkey", _NONCE)
    return time + nonce + _seal(time + nonce, site)


def _seal(text: bytes, site: Site) -> bytes:
    whole = b"\0".join((b"question to a passkey", site.browser.encode(), text))
    return hmac.digest(site.key.encode(), whole, hashlib.sha256)[:_SEAL]


def _asked_at(challenge: bytes, site: Site) -> datetime | None:
    """When the question was made; None for one that is not ours, of another browser, or old."""
    text, seal = challenge[: _TIME + _NONCE], challenge[_TIME + _NONCE :]
    if not hmac.compare_digest(seal, _seal(text, site)):
        return None
    asked = _BEGINNING + int.from_bytes(text[:_TIME], "big") * _MICROSECOND
    return asked if timedelta() <= site.at - asked <= _ANSWERED_WITHIN else None


def handle_of(credential_id: bytes) -> str:
    return urlsafe_b64encode(hashlib.sha256(credential_id).digest()).rstrip(b"=").decode()


def to_make_one(site: Site, *, person: str, name: str, have: Iterable[bytes]) -> str:
    """What the browser asks a device for, as JSON.

    Args:
        person: their public id.
        name: the account, as the device shows it.
        have: the keys that the person has; a device that keeps one of them makes no second.
    """
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    return options_to_json(
        generate_registration_options(
            rp_id=site.host,
            rp_name="Levelset",
            user_id=person.encode(),
            user_name=name,
            challenge=question(site),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in have],
        )
    )


def to_use_one(site: Site) -> str:
    """The same for a key that is there. It names none: whoever looks at the page learns of nobody's."""
    asked = {
        "challenge": urlsafe_b64encode(question(site)).rstrip(b"=").decode(),
        "rpId": site.host,
        "timeout": 60_000,
        "userVerification": "required",
    }
    return json.dumps(asked)


def check_new(answer: str, site: Site) -> NewPasskey | None:
    """The passkey that a device has made; None for an answer to no question of ours."""
    from webauthn import verify_registration_response
    from webauthn.helpers import parse_client_data_json, parse_registration_credential_json
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        sent = parse_registration_credential_json(_object(answer))
        challenge = parse_client_data_json(sent.response.client_data_json).challenge
        asked = _asked_at(challenge, site)
        if asked is None:
            return None
        made = verify_registration_response(
            credential=sent,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError):
        return None
    return NewPasskey(
        handle=handle_of(made.credential_id),
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        use_count=made.sign_count,
        asked_at=asked,
    )


def check_answer(answer: str, site: Site, *, of: int | None) -> Passkey | None:
    """The passkey that has answered a question of ours, for the first time; None for anything else.

    A device that counts, and says that it has been used no more often than before, may be a copy.

    Args:
        of: the id of the person whose it has to be; None for anybody's.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers import parse_authentication_credential_json, parse_client_data_json
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        sent = parse_authentication_credential_json(_object(answer))
        challenge = parse_client_data_json(sent.response.client_data_json).challenge
        asked = _asked_at(challenge, site)
        passkey = queries.passkey_to_use(handle_of(sent.raw_id))
        if asked is None or passkey is None or of not in {None, passkey.person_id}:
            return None
        if asked <= passkey.last_asked_at:
            return None
        used = verify_authentication_response(
            credential=sent,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.use_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError):
        return None
    passkey.use_count = used.new_sign_count
    passkey.last_asked_at = asked
    passkey.used_at = site.at
    return passkey


def _object(answer: str) -> dict[str, object]:
    """What was sent, if it is an object at all."""
    sent = json.loads(answer)
    if not isinstance(sent, dict):
        raise TypeError("An answer is an object.")
    return sent
