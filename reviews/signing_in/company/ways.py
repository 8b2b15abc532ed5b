"""The way to the company's provider and back.

It is kept nowhere: what the browser brings back says when, for which browser and what for it began, sealed for this
browser. Whoever comes back with it from another one, or late, comes back with nothing. That nobody comes back twice
from one is for the person's row to say, which knows from which they came last.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from reviews.db import random_source
from reviews.signing_in import authenticator

#: Longer than this nobody sits before the provider's page.
WITHIN = timedelta(minutes=10)
#: An address that is longer goes without what stands behind its "?": providers and servers cut long ones off.
_LONGEST_TARGET = 1_000


@dataclass(frozen=True, slots=True)
class Browser:
    """Who goes: the secret of this browser's forms, and the application's own."""

    secret: str
    key: str

    def _derived(self, purpose: str, state: str) -> str:
        text = f"company sign-in\0{purpose}\0{self.secret}\0{state}"
        return hmac.digest(self.key.encode(), text.encode(), hashlib.sha256).hex()

    @property
    def _seal(self) -> str:
        return f"company sign-in {self.secret}"


@dataclass(frozen=True, slots=True)
class Way:
    state: str
    #: Nobody else can have asked for an ID token with this one.
    nonce: str
    #: Of PKCE: nobody else can use the code.
    verifier: str
    began: datetime
    #: Where to go then.
    target: str
    #: Under which what was typed is kept; "" for nothing.
    handle: str
    #: Of the session whose person proves again that it is them; 0 for whoever signs in.
    proof_of: int

    @property
    def is_proof(self) -> bool:
        return bool(self.proof_of)


def begin(
    browser: Browser, *, at: datetime, target: str, handle: str = "", proof_of: int = 0
) -> Way:
    if len(target) > _LONGEST_TARGET:
        target = target.partition("?")[0][:_LONGEST_TARGET]
    nonce = random_source.token("way to the provider")
    said = json.dumps([at.isoformat(), target, handle, proof_of, nonce])
    state = authenticator.sealed(said, browser._seal, browser.key).rstrip("=")  # noqa: SLF001 - of this file
    way = opened(state, browser, at=at)
    assert way is not None  # noqa: S101 - it was closed a line above
    return way


def opened(state: str, browser: Browser, *, at: datetime) -> Way | None:
    """The way that this browser comes back from; None if it began elsewhere, too long ago, or was made up."""
    padded = state + "=" * (-len(state) % 4)
    said = authenticator.opened(padded, browser._seal, browser.key) if state.isascii() else None  # noqa: SLF001
    if said is None:
        return None
    began, target, handle, proof_of, _ = json.loads(said)
    instant = datetime.fromisoformat(began)
    if not timedelta() <= at - instant <= WITHIN:
        return None
    return Way(
        state=state,
        nonce=browser._derived("nonce", state),  # noqa: SLF001
        verifier=browser._derived("verifier", state),  # noqa: SLF001
        began=instant,
        target=target,
        handle=handle,
        proof_of=proof_of,
    )
