"""What is said to the company's provider, and what it tells of somebody: the code flow of OpenID Connect, with PKCE.

Whatever the provider sends is material to be checked. The libraries take a while to load: this module is imported late.
No transaction may be open while it is asked.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException

from reviews.rules.company_provider import CompanyProvider
from reviews.signing_in.company.ways import Way

#: For everything that is asked for one person.
SECONDS = 6
#: Of the server's threads others stay free for everybody else.
_MOST_AT_ONCE = 2
#: What the provider says of itself is asked for again after so long.
_KNOWN_FOR = 60 * 60
#: A provider that did not answer is left alone for so long.
_LEFT_ALONE_FOR = 5
#: Bytes; what providers send is a tenth of it.
_LONGEST_ANSWER = 256 * 1024
_LONGEST_SUBJECT = 255
#: Signed with a key of which we have the public half. A secret that both have proves nothing, and no signature less.
_SIGNATURES = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
)  # fmt: skip
#: So far the clocks of two machines may be apart, in seconds.
_LEEWAY = 60
#: How it is told that more than one factor was asked for: RFC 8176, OpenID's own words, and those of federations.
_SEVERAL_METHODS = "mfa"
_SEVERAL_CLASSES = frozenset(
    {
        "phr",
        "phrh",
        "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
        "https://refeds.org/profile/mfa",
    }
)


class ProviderSilentError(Exception):
    """The provider cannot be reached, is too slow, or sends what is no answer."""


class NotToldError(Exception):
    """The provider has told of nobody: what came back is not from it, not for us, or to no question of ours."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the provider tells of whoever has signed in there."""

    #: Its word for them.
    subject: str
    #: Their address, if the provider has made sure that it is theirs; else "".
    email: str
    #: When they showed there that it is them; None if it does not say.
    proved_at: datetime | None
    #: More than one factor was asked for.
    has_second_factor: bool


def address_for(company: CompanyProvider, way: Way) -> str:
    """Where the browser goes.

    Raises:
        ProviderSilentError: if the provider does not say.
    """
    with _talk(company) as client:
        known = _known(company, client)
        asked = {"prompt": "login", "max_age": "0"} if way.is_proof else {}
        address, _ = client.create_authorization_url(
            known.metadata["authorization_endpoint"],
            state=way.state,
            code_verifier=way.verifier,
            nonce=way.nonce,
            **asked,
        )
    return str(address)


def told(
    company: CompanyProvider, way: Way, *, code: str, issuer: str | None, at: datetime
) -> Told:
    """Who has come back with this code.

    Args:
        issuer: who says that they have sent the browser back, if it is said.

    Raises:
        ProviderSilentError: if the provider does not answer.
        NotToldError: if it tells of nobody.
    """
    with _talk(company) as client:
        known = _known(company, client)
        is_said = known.metadata.get("authorization_response_iss_parameter_supported") is True
        # An answer of another provider, or one that should say whose it is and does not.
        if issuer != company.issuer and (issuer is not None or is_said):
            raise NotToldError
        try:
            token = _token(client, known, way, code)
            claims = _claims(company, way, at, client=client, token=token)
            return _told(company, client, token, claims)
        except (
            JoseError,
            AuthlibBaseError,
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
        ) as wrong:
            raise NotToldError from wrong


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider says of itself."""

    metadata: Mapping[str, Any]
    keys: KeySet
    read_at: float


_lock = threading.Lock()
_talks = threading.BoundedSemaphore(_MOST_AT_ONCE)
#: By issuer.
_all_known: dict[str, _Known] = {}
_silent_since: dict[str, float] = {}


def forget() -> None:
    """Let this process begin anew, for tests."""
    with _lock:
        _all_known.clear()
        _silent_since.clear()


@contextmanager
def _talk(company: CompanyProvider) -> Iterator[OAuth2Session]:
    """A client with so many seconds, as one of few."""
    ends = time.monotonic() + SECONDS
    with _lock:
        silent = _silent_since.get(company.issuer)
    if silent is not None and time.monotonic() - silent < _LEFT_ALONE_FOR:
        raise ProviderSilentError
    if not _talks.acquire(timeout=SECONDS / 2):
        raise ProviderSilentError
    try:
        with OAuth2Session(
            client_id=company.client_id,
            client_secret=company.client_secret,
            redirect_uri=company.back,
            scope="openid email",
            code_challenge_method="S256",
        ) as client:
            for scheme in ("https://", "http://"):
                client.mount(scheme, _Within(ends))
            yield client
    except RequestException as failed:
        with _lock:
            _silent_since[company.issuer] = time.monotonic()
        raise ProviderSilentError from failed
    finally:
        _talks.release()


class _Within(HTTPAdapter):
    """Sends and reads until a given instant, and no more than so much. Nobody is followed elsewhere."""

    def __init__(self, ends: float) -> None:
        super().__init__()
        self._ends = ends

    def send(self, request: PreparedRequest, *_: Any, **given: Any) -> Response:
        response = super().send(
            request,
            stream=True,
            timeout=self._left(),
            verify=given.get("verify", True),
            cert=given.get("cert"),
            proxies=given.get("proxies"),
        )
        if response.is_redirect:
            response.close()
            raise RequestException("The provider sends us elsewhere.")
        body = bytearray()
        for piece in response.iter_content(8192):
            body += piece
            self._left()
            if len(body) > _LONGEST_ANSWER:
                response.close()
                raise RequestException("The provider sends too much.")
        response._content = bytes(body)  # noqa: SLF001 - where the library keeps what it has read itself
        return response

    def _left(self) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise RequestException("The provider takes too long.")
        return left


def _known(company: CompanyProvider, client: OAuth2Session, *, anew: bool = False) -> _Known:
    with _lock:
        found = _all_known.get(company.issuer)
    if found is not None and not anew and time.monotonic() - found.read_at < _KNOWN_FOR:
        return found
    address = company.issuer.rstrip("/") + "/.well-known/openid-configuration"
    metadata = _object(client, address)
    if metadata.get("issuer") != company.issuer:
        raise RequestException("The provider calls itself otherwise.")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        _checked_address(metadata.get(name), company)
    try:
        keys = KeySet.import_key_set(_object(client, metadata["jwks_uri"]))  # type: ignore[arg-type]  # checked by it
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise RequestException("The provider has no keys.") from wrong
    found = _Known(metadata, keys, time.monotonic())
    with _lock:
        _all_known[company.issuer] = found
        _silent_since.pop(company.issuer, None)
    return found


def _object(client: OAuth2Session, address: str, **given: Any) -> Mapping[str, Any]:
    response = client.get(address, withhold_token=True, **given)
    if response.status_code != 200:
        raise RequestException("The provider has no such page.")
    try:
        found = json.loads(response.content)
    except ValueError as wrong:
        raise RequestException("The provider sends no JSON.") from wrong
    if not isinstance(found, dict):
        raise RequestException("The provider sends no object.")
    return found


def _checked_address(address: object, company: CompanyProvider) -> str:
    """One that the provider names; under https, if the provider is itself."""
    try:
        parts = urlsplit(address if isinstance(address, str) else "")
        host = parts.hostname
    except ValueError:
        host = None
    schemes = {"https", urlsplit(company.issuer).scheme}
    if not host or parts.scheme not in schemes or not str(address).isprintable():
        raise RequestException("The provider names no address.")
    return str(address)


def _token(client: OAuth2Session, known: _Known, way: Way, code: str) -> Mapping[str, Any]:
    methods = known.metadata.get("token_endpoint_auth_methods_supported")
    if isinstance(methods, list) and "client_secret_basic" not in methods:
        client.token_endpoint_auth_method = "client_secret_post"  # noqa: S105 - a name of the standard
    token: Mapping[str, Any] = client.fetch_token(
        known.metadata["token_endpoint"],
        grant_type="authorization_code",
        code=code,
        code_verifier=way.verifier,
    )
    return token


def _told(
    company: CompanyProvider,
    client: OAuth2Session,
    token: Mapping[str, Any],
    claims: Mapping[str, Any],
) -> Told:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or "\0" in subject:
        raise NotToldError
    return Told(
        subject=subject,
        email=_email(company, client, token, claims),
        proved_at=_instant(claims.get("auth_time")),
        has_second_factor=company.is_always_second_factor or _is_several(claims),
    )


def _claims(
    company: CompanyProvider,
    way: Way,
    at: datetime,
    *,
    client: OAuth2Session,
    token: Mapping[str, Any],
) -> CodeIDToken:
    """What the ID token says, when its signature is the provider's, and it is for us, of now and to this question."""
    try:
        read = _signed(token["id_token"], _known(company, client))
    except (JoseError, ValueError):
        # Keys change; what is not signed with one of the new ones either is not the provider's.
        read = _signed(token["id_token"], _known(company, client, anew=True))
    claims = CodeIDToken(
        read.claims,
        read.header,
        options={
            "iss": {"essential": True, "value": company.issuer},
            "aud": {"essential": True, "value": company.client_id},
            "sub": {"essential": True},
            "exp": {"essential": True},
            "iat": {"essential": True},
        },
        params={
            "nonce": way.nonce,
            "client_id": company.client_id,
            "access_token": token.get("access_token"),
        },
    )
    claims.validate(now=int(at.timestamp()), leeway=_LEEWAY)
    return claims


def _signed(text: str, known: _Known) -> jwt.Token:
    return jwt.decode(text, known.keys, algorithms=list(_SIGNATURES))


def _email(
    company: CompanyProvider,
    client: OAuth2Session,
    token: Mapping[str, Any],
    claims: Mapping[str, Any],
) -> str:
    """The address, if the provider has made sure of it. Some tell it only to whoever asks with the access token."""
    place = _known(company, client).metadata.get("userinfo_endpoint")
    if "email" not in claims and place:
        access = {"Authorization": f"Bearer {token['access_token']}"}
        asked = _object(client, _checked_address(place, company), headers=access)
        # OpenID Connect Core 5.3.2: it may be somebody else's.
        if asked.get("sub") != claims["sub"]:
            raise NotToldError
        claims = asked
    email = claims.get("email")
    is_verified = claims.get("email_verified") is True
    return email if is_verified and isinstance(email, str) and "\0" not in email else ""


def _instant(seconds: object) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _is_several(claims: Mapping[str, Any]) -> bool:
    methods = claims.get("amr")
    return (isinstance(methods, list) and _SEVERAL_METHODS in methods) or claims.get(
        "acr"
    ) in _SEVERAL_CLASSES
