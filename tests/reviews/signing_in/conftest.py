"""People with second factors, and what they hold in their hands."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from struct import pack

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.utils import sha256
from soft_webauthn import SoftWebauthnDevice

from reviews.db.extensions import db
from reviews.db.models.people import Person
from reviews.people import passwords
from reviews.people.queries import now
from tests.builders import a_person
from tests.clients import StrictClient
from tests.pages import Page

PASSWORD = "a password of many words"
ORIGIN = "http://localhost:8000"
HASH = passwords.hash_password(PASSWORD)


@pytest.fixture
def bo(session) -> Person:  # noqa: ARG001 - needs a database
    return a_person("Bo", password_hash=HASH)


def code_of(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or so many half minutes later."""
    from pyotp import TOTP  # noqa: PLC0415

    return TOTP(secret).at(int(now().timestamp()) + 30 * steps)


class App:
    """An authenticator app that somebody has added, on the pages."""

    def __init__(self, client: StrictClient) -> None:
        shown = Page(client.submit("/account/ways", form=".//form[@action='/account/ways/app']"))
        self.secret = shown.text(".//main//code")
        form = shown.one(".//main//form")
        fields = {field.get("name"): field.get("value") for field in form.iter("input")}
        answer = client.post(
            form.get("action"), data={**fields, "code": code_of(self.secret, steps=-1)}
        )
        assert answer.status_code in {200, 302}, answer.text
        self.recovery = re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", answer.text)

    def code(self, *, steps: int = 0) -> str:
        return code_of(self.secret, steps=steps)


@pytest.fixture
def named_site(app, monkeypatch) -> None:
    """Passkeys need a site with a name."""
    monkeypatch.setitem(app.config, "PUBLIC_URL", ORIGIN)


@pytest.fixture
def app_of_bo(client, bo) -> App:
    client.sign_in(bo)
    return App(client)


class Device(SoftWebauthnDevice):  # type: ignore[misc]  # has no types
    """A device that keeps a passkey, and has seen a finger: the flag that the library's own lacks."""

    seen = True

    def make(self, question: str, origin: str = ORIGIN) -> str:
        asked = json.loads(question)
        asked["challenge"] = bytes_of(asked["challenge"])
        asked["user"]["id"] = bytes_of(asked["user"]["id"])
        made = self.create({"publicKey": asked}, origin)
        told = cbor.decode(made["response"]["attestationObject"])
        flags = bytes([0x45 if self.seen else 0x41])
        told["authData"] = told["authData"][:32] + flags + told["authData"][33:]
        response = {
            "clientDataJSON": text_of(made["response"]["clientDataJSON"]),
            "attestationObject": text_of(cbor.encode(told)),
        }
        return self._sent(response)

    def use(self, question: str, origin: str = ORIGIN) -> str:
        self.sign_count += 1
        asked = json.loads(question)
        said = {"type": "webauthn.get", "challenge": asked["challenge"], "origin": origin}
        told = json.dumps(said).encode()
        flags = bytes([0x05 if self.seen else 0x01])
        known = sha256(self.rp_id.encode()) + flags + pack(">I", self.sign_count)
        signature = self.private_key.sign(known + sha256(told), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": text_of(told),
            "authenticatorData": text_of(known),
            "signature": text_of(signature),
            "userHandle": text_of(self.user_handle),
        }
        return self._sent(response)

    def _sent(self, response: dict[str, str]) -> str:
        name = text_of(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def text_of(given: bytes) -> str:
    return urlsafe_b64encode(given).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def question_of(page: Page) -> str:
    return page.one(".//main//button[@data-passkey]").get("data-question")


def add_passkey(client, device: Device, name: str = "Bo's key"):
    page = client.page("/account/ways")
    form = ".//form[@action='/account/ways/passkeys']"
    return client.post(
        "/account/ways/passkeys",
        data={
            "csrf_token": page.one(f"{form}//input[@name='csrf_token']").get("value"),
            "name": name,
            "passkey": device.make(question_of(page)),
        },
    )


def first_step(client, email: str, **fields: str) -> Page:
    """The page that asks for the second factor."""
    sent = {"email": email, "password": PASSWORD, **fields}
    answer = client.submit("/sign-in", sent, form=".//form[@action='/sign-in']")
    assert answer.status_code == 200
    page = Page(answer)
    assert page.text(".//h1") == "One more step"
    return page


def second_step(client, page: Page, **typed: str):
    form = page.one(".//main//form")
    fields = {
        field.get("name"): field.get("value") or ""
        for field in form.iter("input")
        if field.get("name")
    }
    return client.post(form.get("action"), data={**fields, **typed})


def stored_secret(person: Person) -> str:
    from reviews.db.models.signing_in import AuthenticatorApp  # noqa: PLC0415

    return db.session.get_one(AuthenticatorApp, person.id).secret
