"""Signing in with the company's account, at a real provider that this process serves."""

import re
import threading
import time
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from cryptojwt.jwk.hmac import SYMKey
from flask import g
from flask import session as cookie_of_request
from flask_wtf.csrf import generate_csrf
from joserfc.jwk import KeySet, RSAKey
from sqlalchemy import select, update
from werkzeug.wrappers import Response

from reviews.access.viewer import Viewer
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent
from reviews.db.models.mail import OutboxMessage
from reviews.db.models.people import Person, SignInSession
from reviews.db.models.signing_in import CompanyAccount, KeptText
from reviews.people import service as people
from reviews.people.queries import now
from reviews.signing_in.company import provider as conversation
from reviews.signing_in.company import service, views
from tests.builders import a_person
from tests.clients import FORM_SECRET, form_token
from tests.company_provider import CLIENT, SECRET, company_provider, hours_ago
from tests.conftest import application, disconnect
from tests.pages import Page, values_of
from tests.reviews.signing_in.conftest import HASH, PASSWORD

pytestmark = pytest.mark.both_databases
BACK = "/sign-in/company/back"
SILENT = "does not answer at present"


@pytest.fixture(scope="module")
def served(app):
    with company_provider(app.config["PUBLIC_URL"] + BACK) as served:
        yield served


@pytest.fixture
def provider(served, app, monkeypatch):
    """The provider, as nothing has been bent yet, and an application that sends people there."""
    for name, value in (
        ("OIDC_ISSUER", served.issuer),
        ("OIDC_CLIENT_ID", CLIENT),
        ("OIDC_CLIENT_SECRET", SECRET),
        ("SIGN_IN_BY", "both"),
    ):
        monkeypatch.setitem(app.config, name, value)
    for name in ("says", "answers", "key", "algorithm", "tells_email"):
        vars(served).pop(name, None)
        monkeypatch.setattr(served, name, vars(type(served))[name], raising=False)
    served.asked.clear()
    conversation.forget()
    return served


@pytest.fixture
def company_alone(provider, app, monkeypatch):
    monkeypatch.setitem(app.config, "SIGN_IN_BY", "company")
    return provider


def leads_to(answer) -> str:
    """Where the page leads on to the provider."""
    assert answer.status_code == 200, answer.text
    page = Page(answer)
    assert page.text(".//h1") == "To the company's sign-in"
    address = page.one(".//main//a[@rel='noreferrer']").get("href")
    told = page.one(".//meta[@http-equiv='refresh']").get("content")
    assert told == f"0; url={address}"
    return address


def begin(client, **fields: str) -> str:
    form = ".//form[@action='/sign-in/company']"
    return leads_to(client.submit("/sign-in", fields, form=form))


def at_provider(provider, address: str) -> str:
    """Go where a browser is led, and give the address of ours to which the provider sends it back."""
    assert address.startswith(f"{provider.issuer}/authorization?")
    answer = requests.get(address, allow_redirects=False, timeout=5)
    parts = urlsplit(answer.headers["Location"])
    assert parts.path == BACK
    return f"{BACK}?{parts.query}"


def come_back(client, provider):
    return client.get(at_provider(provider, begin(client)))


def sign_in(client, provider, person: Person):
    provider.sits_there(person.public_id, person.email)
    answer = come_back(client, provider)
    assert answer.status_code == 302, answer.text
    return answer


def is_in(client) -> bool:
    return client.get("/account").status_code == 200


def refused(answer, status: int = 422) -> str:
    assert answer.status_code == status, answer.text
    return Page(answer).text(".//div[@role='alert']")


def accounts() -> list[tuple[int, str]]:
    rows = db.session.execute(select(CompanyAccount.person_id, CompanyAccount.subject))
    return [(row.person_id, row.subject) for row in rows]


# -- The whole way


def test_an_account_of_the_company_signs_in_whose_address_is_on_record(client, provider, bo):
    answer = sign_in(client, provider, bo)

    assert answer.location == "/"
    assert is_in(client)
    assert [person for person, _ in accounts()] == [bo.id]
    lines = db.session.scalars(select(AuditEvent.summary)).all()
    assert lines == [f"{bo.name} signed in with the company's account for the first time"]
    assert provider.asked == [
        ".well-known/openid-configuration",
        "static/jwks.json",
        "authorization",
        "token",
    ]


@pytest.fixture
def site(database, provider):
    """An application over a database of its own, with the provider."""
    names = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    settings = dict(zip(names, (provider.issuer, CLIENT, SECRET), strict=True))
    site = application(database, SIGN_IN_BY="both", **settings)
    with site.app_context():
        yield site
        disconnect()


@pytest.mark.parametrize("is_first", [True, False])
def test_of_two_windows_that_come_back_at_once_nobody_gets_a_second_account(
    site, provider, is_first
):
    bo = a_person("Bo")
    db.session.commit()
    person_id = bo.id
    provider.sits_there("bo", bo.email)
    if not is_first:
        assert come_back(site.test_client(), provider).status_code == 302
    windows = [site.test_client(), site.test_client()]
    ways = [(window, at_provider(provider, begin(window))) for window in windows]
    db.session.remove()
    together = threading.Barrier(2)
    answers = []

    def go(window, address):
        together.wait()
        answers.append(window.get(address))

    threads = [threading.Thread(target=go, args=way) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # The older way may come second: then it is not taken any more, and signing in once more is.
    assert {answer.status_code for answer in answers} <= {302, 422}
    assert sum(map(is_in, windows)) == sum(answer.status_code == 302 for answer in answers) >= 1
    assert [person for person, _ in accounts()] == [person_id]
    db.session.remove()
    assert come_back(site.test_client(), provider).status_code == 302


@pytest.mark.usefixtures("provider")
def test_what_is_asked_of_the_provider(client, app):
    address = begin(client)

    asked = dict(parse_qsl(urlsplit(address).query))
    assert {name: asked.pop(name) for name in ("state", "nonce", "code_challenge")}.keys()
    assert asked == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": app.config["PUBLIC_URL"] + BACK,
        "scope": "openid email",
        "code_challenge_method": "S256",
    }


def test_the_way_leads_on_to_the_page_that_was_asked_for(client, provider, bo):
    provider.sits_there("bo", bo.email)
    asked = client.get("/people?q=x")
    page = client.page(asked.location)
    form = page.one(".//form[@action='/sign-in/company']")
    address = leads_to(client.post("/sign-in/company", data=values_of(form)))

    assert client.get(at_provider(provider, address)).location == "/people?q=x"


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", BACK, "/nowhere"]
)
def test_the_way_leads_nowhere_else(client, provider, bo, target):
    provider.sits_there("bo", bo.email)

    answer = client.get(at_provider(provider, begin(client, next=target)))

    assert answer.location == "/"


@pytest.mark.usefixtures("provider")
def test_the_provider_is_not_told_where_one_goes(client):
    assert "people" not in begin(client, next="/people?q=somebody")


def test_what_was_typed_is_given_back(client, provider, bo):
    sign_in(client, provider, bo)
    typed = {"csrf_token": current_token(client), "present": "", "reason": "Half a page"}
    db.session.execute(update(SignInSession).values(ended_at=now()))
    asked = client.post("/people/x/second-factors", data=typed)
    # With a secret in it nothing is repeated.
    assert "Half a page" not in asked.text
    del typed["present"]
    asked = client.post("/people/x/second-factors", data=typed)
    form = Page(asked).one(".//form[@action='/sign-in/company']")
    address = leads_to(client.post("/sign-in/company", data=values_of(form)))
    kept = db.session.scalars(select(KeptText.text)).one()
    assert "Half" not in kept

    back = client.get(at_provider(provider, address))

    assert back.status_code == 200
    page = Page(back)
    assert page.text(".//h1") == "You are signed in again"
    assert page.one(".//form[@action='/people/x/second-factors']//input[@name='reason']").get(
        "value"
    ) == ("Half a page")
    assert db.session.scalars(select(KeptText)).all() == []


def token_of(app, secret: str) -> str:
    with app.test_request_context():
        cookie_of_request["csrf_token"] = secret
        g.pop("csrf_token", None)
        token: str = generate_csrf()
    return token


@pytest.mark.usefixtures("provider")
def test_nothing_is_kept_that_no_page_of_ours_has_sealed(client):
    begin(client)
    form = client.page("/sign-in").one(".//form[@action='/sign-in/company']")

    client.post("/sign-in/company", data={**values_of(form), "typed": "made up"})

    assert db.session.scalars(select(KeptText)).all() == []


# -- Whose it is


def test_the_word_of_the_provider_counts_and_not_the_address(client, app, provider, bo):
    sign_in(client, provider, bo)
    provider.sits_there(bo.public_id, "bo.new@example.org", verified=False)

    other = app.test_client()
    assert come_back(other, provider).status_code == 302
    assert is_in(other)


def test_an_address_that_was_passed_on_does_not_open_the_account(client, app, provider, bo):
    sign_in(client, provider, bo)
    provider.sits_there("somebody else", bo.email)

    other = app.test_client()
    assert service.NOBODY in refused(come_back(other, provider))
    assert not is_in(other)
    assert len(accounts()) == 1


@pytest.mark.parametrize("verified", [False, None, "true", 1], ids=str)
def test_an_address_counts_only_if_the_provider_has_made_sure_of_it(client, provider, bo, verified):
    provider.sits_there("bo", bo.email, verified=verified)

    assert service.NOBODY in refused(come_back(client, provider))
    assert not is_in(client)
    assert accounts() == []


def test_nobody_learns_who_has_an_account(app, provider, bo):
    closed = a_person("Closed")
    closed.is_active = False
    sign_in(app.test_client(), provider, bo)
    seen = set()
    for name, email in (
        ("stranger", "nobody@example.org"),
        ("closed", closed.email),
        ("other", bo.email),
    ):
        provider.sits_there(name, email)
        answer = come_back(app.test_client(), provider)
        text = re.sub(r'name="csrf_token" value="[^"]*"|data-question="[^"]*"', "", answer.text)
        seen.add((answer.status_code, text))

    assert len(seen) == 1
    assert service.NOBODY in Page(answer).text(".//div[@role='alert']")
    addresses = db.session.scalars(select(Person.email)).all()
    assert sorted(addresses) == sorted([bo.email, closed.email])


def test_an_account_that_was_closed_opens_nothing(client, app, provider, bo):
    sign_in(client, provider, bo)
    bo.is_active = False

    assert service.NOBODY in refused(come_back(app.test_client(), provider))


def test_the_address_may_be_told_only_to_whoever_asks_for_it(client, provider, bo, monkeypatch):
    monkeypatch.setattr(provider, "tells_email", False)

    sign_in(client, provider, bo)

    assert provider.asked[-1] == "userinfo"


def test_an_address_told_of_somebody_else_opens_nothing(client, provider, bo, monkeypatch):
    monkeypatch.setattr(provider, "tells_email", False)
    provider.sits_there("bo", bo.email, sub="another")

    assert views._NOT_TOLD in refused(come_back(client, provider))  # noqa: SLF001
    assert accounts() == []


def test_with_another_provider_the_address_counts_once_more(client, app, provider, bo):
    sign_in(client, provider, bo)
    db.session.execute(update(CompanyAccount).values(provider="https://before.example.org x"))

    sign_in(app.test_client(), provider, bo)

    assert db.session.scalars(select(CompanyAccount.provider)).all() == [
        f"{provider.issuer} {CLIENT}"
    ]


# -- What is not the provider's answer


def without(name):
    return lambda claims: claims.pop(name)


def saying(**told):
    return lambda claims: claims.update(told)


SAYS = {
    "another audience": saying(aud=["another"]),
    "another audience, by us": saying(aud=["another"], azp=CLIENT),
    "for two, of another": saying(aud=[CLIENT, "another"], azp="another"),
    "another issuer": saying(iss="https://evil.example"),
    "another nonce": saying(nonce="n" * 64),
    "no nonce": without("nonce"),
    "ended": saying(exp=hours_ago(1)),
    "without an end": without("exp"),
    "of nobody": saying(sub=""),
    "of a number": saying(sub=7),
    "methods that are no list": saying(amr="mfa"),
}


def forged(provider, monkeypatch, how: str) -> None:
    monkeypatch.setattr(provider, "says", SAYS.get(how, saying()))
    if how == "another key":
        monkeypatch.setattr(provider, "key", provider.another_key())
    if how == "no signature":
        monkeypatch.setattr(provider, "algorithm", "")
    if how == "our secret":
        monkeypatch.setattr(provider, "algorithm", "HS256")
        monkeypatch.setattr(provider, "key", SYMKey(key=SECRET))


@pytest.mark.parametrize(
    "how",
    ["another key", "no signature", "our secret", *SAYS],
)
def test_a_token_that_is_not_the_providers_for_us_opens_nothing(
    client, provider, bo, monkeypatch, how
):
    provider.sits_there("bo", bo.email)
    forged(provider, monkeypatch, how)

    assert views._NOT_TOLD in refused(come_back(client, provider))  # noqa: SLF001
    assert not is_in(client)
    assert accounts() == []


def test_keys_that_have_changed_are_read_again(client, app, provider, bo, monkeypatch):
    sign_in(client, provider, bo)
    known = conversation._all_known[provider.issuer]  # noqa: SLF001
    old = KeySet([RSAKey.generate_key(2048, private=False)])
    monkeypatch.setitem(
        conversation._all_known,  # noqa: SLF001
        provider.issuer,
        conversation._Known(known.metadata, old, known.read_at),  # noqa: SLF001
    )

    sign_in(app.test_client(), provider, bo)


def test_a_code_is_used_once(client, app, provider, bo):
    provider.sits_there("bo", bo.email)
    back = at_provider(provider, begin(client))
    code = dict(parse_qsl(urlsplit(back).query))["code"]
    client.get(back)
    other = app.test_client()
    state = dict(parse_qsl(urlsplit(begin(other)).query))["state"]

    again = other.get(BACK, query_string={"code": code, "state": state})

    assert views._NOT_TOLD in refused(again)  # noqa: SLF001
    assert not is_in(other)


def test_a_way_is_used_once(client, provider, bo):
    provider.sits_there("bo", bo.email)
    # The secret of the forms stays, as for somebody who signs in again in the browser.
    hold_forms_of(client, bo)
    address = begin(client)
    first, second = at_provider(provider, address), at_provider(provider, address)

    assert client.get(first).status_code == 302
    assert service.USED in refused(client.get(second))


def test_nobody_comes_back_from_a_way_older_than_their_last(client, provider, bo):
    provider.sits_there("bo", bo.email)
    hold_forms_of(client, bo)
    older, newer = begin(client), begin(client)
    client.get(at_provider(provider, newer))

    assert service.USED in refused(client.get(at_provider(provider, older)))


def hold_forms_of(client, person: Person) -> None:
    with client.session_transaction() as cookie:
        cookie.update(csrf_token=FORM_SECRET, whose=person.public_id)


def test_a_way_of_another_browser_opens_nothing(client, app, provider, bo):
    """Whoever sends their own way, or code, to somebody does not sign them in."""
    provider.sits_there("bo", bo.email)
    back = at_provider(provider, begin(client))
    other = app.test_client()
    other.get("/sign-in")

    assert views._LOST in refused(other.get(back))  # noqa: SLF001
    assert not is_in(other)
    assert provider.asked[-1] == "authorization"


@pytest.mark.parametrize("state", ["", "made up", "x" * 400, "é", "===="])
@pytest.mark.usefixtures("provider")
def test_a_way_that_was_made_up_opens_nothing(client, state):
    answer = client.get(BACK, query_string={"code": "x", "state": state})

    assert views._LOST in refused(answer)  # noqa: SLF001


def test_a_way_that_took_too_long_opens_nothing(client, provider, bo, monkeypatch):
    provider.sits_there("bo", bo.email)
    back = at_provider(provider, begin(client))
    later = now() + timedelta(minutes=11)
    monkeypatch.setattr(views, "now", lambda: later)

    assert views._LOST in refused(client.get(back))  # noqa: SLF001


def test_an_answer_of_another_provider_opens_nothing(client, provider, bo):
    provider.sits_there("bo", bo.email)
    back = at_provider(provider, begin(client))
    assert "iss=" in back
    mixed = re.sub("iss=[^&]*", "iss=https%3A%2F%2Fevil.example", back)

    assert views._NOT_TOLD in refused(client.get(mixed))  # noqa: SLF001
    assert "token" not in provider.asked


def test_an_answer_that_should_say_whose_it_is_and_does_not_opens_nothing(
    client, provider, bo, monkeypatch
):
    def answers(path, response):
        if path.startswith(".well-known"):
            text = response.get_data(as_text=True)[:-1]
            response.set_data(text + ', "authorization_response_iss_parameter_supported": true}')

    monkeypatch.setattr(provider, "answers", answers)
    provider.sits_there("bo", bo.email)
    back = at_provider(provider, begin(client))

    assert views._NOT_TOLD in refused(client.get(re.sub("&iss=[^&]*", "", back)))  # noqa: SLF001


@pytest.mark.parametrize("query", ["error=access_denied", "code=a&code=b", "", "code=a&error=b"])
def test_what_the_provider_says_went_wrong_is_never_repeated(client, provider, query):
    state = dict(parse_qsl(urlsplit(begin(client)).query))["state"]
    said = "error_description=%3Cb%3EGive+me+your+password"

    answer = client.get(f"{BACK}?state={state}&{query}&{said}")

    assert views._NOT_TOLD in refused(answer)  # noqa: SLF001
    assert "Give me" not in answer.text
    assert "token" not in provider.asked


# -- A provider that does not answer


def with_text(pattern: str, instead: str):
    return lambda response: Response(re.sub(pattern, instead, response.get_data(as_text=True)), 200)


BENT = {
    "no JSON": lambda _: Response("<html>", 200),
    "no object": lambda _: Response("[1]", 200, content_type="application/json"),
    "too much": lambda _: Response(b" " * 300_000, 200),
    "failing": lambda _: Response("{}", 503),
    "elsewhere": lambda _: Response("", 302, {"Location": "http://169.254.169.254/"}),
    "another name": with_text('"issuer": "http', '"issuer": "https'),
    "a file": with_text(r'"token_endpoint": "[^"]*"', '"token_endpoint": "file:///etc/x"'),
}


def bent(how: str, where: str):
    return lambda path, response: BENT[how](response) if path == where else None


WELL_KNOWN = ".well-known/openid-configuration"


@pytest.mark.parametrize(
    ("how", "where"),
    [
        ("no JSON", WELL_KNOWN),
        ("no object", WELL_KNOWN),
        ("too much", WELL_KNOWN),
        ("failing", WELL_KNOWN),
        ("elsewhere", WELL_KNOWN),
        ("another name", WELL_KNOWN),
        ("a file", WELL_KNOWN),
        ("no JSON", "static/jwks.json"),
        ("no object", "static/jwks.json"),
    ],
)
def test_a_provider_that_sends_no_answer_is_said_to_be_silent(
    client, provider, monkeypatch, how, where
):
    monkeypatch.setattr(provider, "answers", bent(how, where))
    form = client.page("/sign-in?next=/people").one(".//form[@action='/sign-in/company']")

    answer = client.post("/sign-in/company", data=values_of(form))

    said = refused(answer)
    assert SILENT in said
    assert "sign in with your password" in said
    # Where one wanted to go is not forgotten.
    assert Page(answer).one(".//form[@id='sign-in']//input[@name='next']").get("value") == "/people"


@pytest.mark.parametrize("how", ["no JSON", "no object", "failing", "elsewhere", "too much"])
def test_a_provider_that_fails_after_one_has_signed_in_opens_nothing(
    client, provider, bo, monkeypatch, how
):
    provider.sits_there("bo", bo.email)
    back = at_provider(provider, begin(client))
    monkeypatch.setattr(provider, "answers", bent(how, "token"))

    assert client.get(back).status_code == 422
    assert not is_in(client)


def test_a_provider_that_is_down_or_slow_is_left_alone(client, app, provider, monkeypatch):
    monkeypatch.setattr(conversation, "SECONDS", 0.2)
    ended = []

    def answers(_path, _response):
        time.sleep(0.5)
        ended.append(True)

    monkeypatch.setattr(provider, "answers", answers)
    form = values_of(client.page("/sign-in").one(".//form[@action='/sign-in/company']"))
    assert SILENT in refused(client.post("/sign-in/company", data=form))
    provider.asked.clear()

    assert SILENT in refused(client.post("/sign-in/company", data=form))
    assert provider.asked == []
    monkeypatch.setitem(app.config, "OIDC_ISSUER", "http://127.0.0.1:1")
    assert SILENT in refused(client.post("/sign-in/company", data=form))


def test_no_transaction_is_open_while_the_provider_is_asked(client, provider, bo, monkeypatch):
    seen = []

    def asked(ask):
        def wrapped(*args, **kwargs):
            seen.append(db.session().in_transaction())
            return ask(*args, **kwargs)

        return wrapped

    for name in ("address_for", "told"):
        monkeypatch.setattr(conversation, name, asked(getattr(conversation, name)))

    sign_in(client, provider, bo)

    assert seen == [False, False]


def test_without_a_provider_there_is_no_such_page(client):
    page = client.page("/sign-in")
    assert page.all(".//form[@action='/sign-in/company']") == []
    assert client.get(BACK).status_code == 404
    sent = {"csrf_token": page.one(".//input[@name='csrf_token']").get("value")}
    assert client.post("/sign-in/company", data=sent).status_code == 404


@pytest.mark.usefixtures("provider")
def test_another_site_cannot_send_somebody_to_the_provider(client):
    assert client.post("/sign-in/company", data={}).status_code == 403
    assert client.get("/sign-in/company").location == "/sign-in?next=/sign-in/company"


# -- Second factors, and proving again


@pytest.mark.parametrize(
    "case",
    [
        ({}, "told", False),
        ({"amr": ["pwd"]}, "told", False),
        ({"amr": ["pwd", "mfa"]}, "told", True),
        ({"acr": "phr"}, "told", True),
        ({"acr": "https://refeds.org/profile/mfa"}, "told", True),
        ({}, "always", True),
    ],
)
def test_the_provider_says_whether_it_asked_for_a_second_factor(
    client, provider, bo, monkeypatch, case
):
    told, setting, is_enough = case
    settings = client.application.config
    monkeypatch.setitem(settings, "OIDC_SECOND_FACTOR", setting)
    monkeypatch.setitem(settings, "SECOND_FACTOR_FOR", "everybody")
    monkeypatch.setattr(provider, "says", lambda claims: claims.update(told))
    provider.sits_there("bo", bo.email)

    answer = come_back(client, provider)

    assert answer.location == ("/" if is_enough else "/account/ways?next=/")
    assert (client.get("/").status_code == 200) is is_enough


def test_whoever_has_a_second_factor_here_is_asked_for_it(app, provider, app_of_bo, bo):
    provider.sits_there("bo", bo.email)
    other = app.test_client()

    answer = come_back(other, provider)

    page = Page(answer)
    assert page.text(".//h1") == "One more step"
    assert not is_in(other)
    form = page.one(".//main//form")
    sent = {**values_of(form), "code": app_of_bo.code()}
    assert other.post("/sign-in/second-factor", data=sent).status_code == 302
    assert is_in(other)


def waits(client, person: Person):
    path = f"/people/{person.public_id}/second-factors"
    return client.post(
        path, data={"csrf_token": current_token(client), "reason": "Lost the telephone"}
    )


def current_token(client) -> str:
    client.get("/account")
    with client.session_transaction() as cookie:
        secret = cookie["csrf_token"]
    return token_of(client.application, secret)


@pytest.fixture
def owner(client, provider, bo) -> Person:
    """Signed in with the company's account; long ago, as the provider says."""
    bo.is_owner = True
    provider.says = lambda claims: claims.update(auth_time=hours_ago(1))
    sign_in(client, provider, bo)
    provider.says = lambda _: None
    return bo


@pytest.mark.usefixtures("owner")
def test_a_sign_in_of_yesterday_is_no_proof_of_today(client):
    asked = waits(client, a_person("Cal"))

    assert asked.status_code == 401
    assert Page(asked).text(".//h1") == "Is it still you?"


def test_a_provider_that_does_not_say_when_proves_nothing(client, provider, bo, monkeypatch):
    bo.is_owner = True
    monkeypatch.setattr(provider, "says", lambda claims: claims.pop("auth_time"))
    sign_in(client, provider, bo)

    assert waits(client, a_person("Cal")).status_code == 401


def prove(client, provider, asked):
    form = Page(asked).one(".//form[@action='/account/prove']")
    address = leads_to(client.post("/account/prove", data=values_of(form)))
    return address, client.get(at_provider(provider, address))


@pytest.mark.usefixtures("owner")
def test_the_provider_asks_anew_and_the_form_goes_on(client, provider):
    cal = a_person("Cal")
    address, back = prove(client, provider, waits(client, cal))

    asked = dict(parse_qsl(urlsplit(address).query))
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    page = Page(back)
    assert page.text(".//h1") == "It is you"
    form = page.one(".//main//form")
    assert form.get("action") == f"/people/{cal.public_id}/second-factors"
    assert values_of(form)["reason"] == ["Lost the telephone"]
    answer = client.post(form.get("action"), data=values_of(form))
    # It is taken up to what it asks for: Cal has none to take off.
    assert "has no second factor" in refused(answer)
    assert db.session.scalars(select(KeptText)).all() == []


@pytest.mark.parametrize("when", ["an hour ago", "not said"])
@pytest.mark.usefixtures("owner")
def test_a_provider_that_did_not_ask_anew_proves_nothing(client, provider, monkeypatch, when):
    def says(claims):
        claims.pop("auth_time")
        if when == "an hour ago":
            claims["auth_time"] = hours_ago(1)

    monkeypatch.setattr(provider, "says", says)

    _, back = prove(client, provider, waits(client, a_person("Cal")))

    assert views._NOT_PROVED in refused(back, 401)  # noqa: SLF001
    # The form is still there, to be proved another way.
    assert values_of(Page(back).all(".//main//form")[1])["reason"] == ["Lost the telephone"]
    assert waits(client, a_person("Dot")).status_code == 401


@pytest.mark.usefixtures("owner")
def test_somebody_else_at_the_provider_proves_nothing(client, app, provider):
    cal = a_person("Cal")
    sign_in(app.test_client(), provider, cal)

    _, back = prove(client, provider, waits(client, cal))

    assert views._NOT_PROVED in refused(back, 401)  # noqa: SLF001
    assert waits(client, a_person("Dot")).status_code == 401


@pytest.mark.usefixtures("owner")
def test_a_proof_is_for_the_session_in_which_it_was_asked(client, provider):
    asked = waits(client, a_person("Cal"))
    form = Page(asked).one(".//form[@action='/account/prove']")
    address = leads_to(client.post("/account/prove", data=values_of(form)))
    back = at_provider(provider, address)
    db.session.execute(update(SignInSession).values(ended_at=now()))

    assert views._LOST in refused(client.get(back))  # noqa: SLF001


@pytest.mark.usefixtures("owner")
def test_the_form_of_somebody_else_is_not_kept(client):
    token = current_token(client)

    sent = client.post("/account/prove", data={"csrf_token": token, "waiting": "made up"})

    assert sent.location == "/account"
    assert db.session.scalars(select(KeptText)).all() == []


@pytest.mark.usefixtures("provider")
def test_whoever_never_signed_in_so_is_not_offered_it(client, app, bo):
    bo.is_owner = True
    client.sign_in(bo)
    db.session.execute(update(SignInSession).values(proved_at=now() - timedelta(minutes=11)))
    path = f"/people/{a_person('Cal').public_id}/deactivate"

    asked = client.post(path, data={"csrf_token": form_token(app)})

    assert asked.status_code == 401
    assert Page(asked).all(".//form[@action='/account/prove']") == []


# -- The company's account alone


@pytest.mark.usefixtures("company_alone")
def test_no_password_is_taken_where_the_companys_account_is_asked_for(client, bo):
    page = client.page("/sign-in")
    assert page.all(".//input[@type='password']") == []
    token = page.one(".//input[@name='csrf_token']").get("value")

    answer = client.post(
        "/sign-in", data={"csrf_token": token, "email": bo.email, "password": PASSWORD}
    )

    assert "No password and no passkey" in refused(answer)
    assert not is_in(client)


def test_no_password_proves_anything_there(client, app, owner, monkeypatch):
    monkeypatch.setitem(app.config, "SIGN_IN_BY", "company")
    asked = waits(client, a_person("Cal"))
    assert Page(asked).all(".//input[@type='password']") == []
    path = f"/people/{owner.public_id}/deactivate"

    answer = client.post(
        path, data={"csrf_token": current_token(client), "proof_password": PASSWORD}
    )

    assert answer.status_code == 401


@pytest.mark.usefixtures("company_alone")
def test_in_an_emergency_a_link_of_the_command_line_lets_in_once(client, app, bo):
    token = people.issue_link(bo, actor=None, at=now())
    page = client.page(f"/sign-in/link/{token}")
    assert page.text(".//h1") == "Sign in with a link"

    answer = client.submit(f"/sign-in/link/{token}")

    assert answer.status_code == 302
    assert is_in(client)
    assert db.session.get_one(Person, bo.id).password_hash == HASH
    other = app.test_client()
    assert "used or has expired" in refused(other.submit(f"/sign-in/link/{token}"))


@pytest.mark.usefixtures("provider")
def test_no_other_link_lets_anybody_in_there(client, app, monkeypatch):
    cal = a_person("Cal")
    owner = a_person("Owner")
    viewer = Viewer(owner.id, owner.public_id, owner.name, is_owner=True, now=now())
    shown = people.issue_link(cal, actor=viewer, at=now())
    monkeypatch.setitem(app.config, "SIGN_IN_BY", "company")

    assert "used or has expired" in refused(client.submit(f"/sign-in/link/{shown}"))
    with pytest.raises(people.RuleBroken, match="company's account"):
        people.issue_link(cal, actor=viewer, at=now())
    with pytest.raises(people.RuleBroken, match="company's account"):
        people.invite(cal, actor=viewer, at=now())


@pytest.mark.usefixtures("company_alone")
def test_nobody_chooses_a_password_there(client, app, bo):
    client.sign_in(bo)
    assert client.page("/account").all(".//input[@type='password']") == []
    sent = {"csrf_token": form_token(app), "present": PASSWORD, "chosen": "another one of words"}

    assert client.post("/account", data=sent).status_code == 409
    page = client.page("/sign-in/forgotten")
    assert page.all(".//input[@name='email']") == []


@pytest.mark.usefixtures("company_alone")
def test_nobody_is_invited_there_and_nobody_is_missing_a_password(client, bo):
    bo.is_owner = True
    cal = a_person("Cal")
    client.sign_in(bo)

    assert "Nobody needs an invitation" in client.page("/people/invite").text()
    assert "cannot sign in yet" not in client.page("/people").text()
    assert client.page("/people").texts(".//td[@data-label='Signs in by']") == ["Not yet"] * 2
    page = client.page(f"/people/{cal.public_id}")
    assert "not signed in with the company's account yet" in page.text()
    sent = {"csrf_token": form_token(client.application)}
    assert client.post(f"/people/{cal.public_id}/link", data=sent).status_code == 409


# -- What people and owners see


def test_the_pages_say_who_signs_in_so(client, owner):
    assert "You have signed in with your company's account since" in client.page("/account").text()
    row = client.page("/people").text(".//tbody")
    assert "Company sign-in" in row
    person = client.page(f"/people/{owner.public_id}").text()
    assert "with the company's account" in person


def test_a_new_device_is_told_of(client, app, provider, bo, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_URL", "smtp://127.0.0.1:1")
    sign_in(client, provider, bo)
    sign_in(app.test_client(), provider, bo)

    assert db.session.scalars(select(OutboxMessage.kind)).all() == ["new_device"]


def test_an_owner_takes_it_off_with_a_reason_and_the_person_is_told(client, app, provider, bo):
    theirs = app.test_client()
    sign_in(theirs, provider, bo)
    owner = a_person("Owner")
    owner.is_owner = True
    client.sign_in(owner)
    path = f"/people/{bo.public_id}/company-sign-in"
    assert "reason" in refused(client.submit(path)).casefold()

    assert client.submit(path, {"reason": "Has another account"}).status_code == 302

    assert accounts() == []
    assert not is_in(theirs)
    line = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (line.summary, line.details["reason"]) == (
        f"Company sign-in of Bo ({bo.employee_id}) taken off",
        "Has another account",
    )
    again = sign_in(theirs, provider, bo)
    assert again.location == "/account/ways?next=/"
    told = theirs.page("/account/ways").text()
    assert "Your company sign-in was taken off" in told
    assert "Has another account" in told


def test_nobody_takes_off_their_own(client, provider, bo):
    bo.is_owner = True
    sign_in(client, provider, bo)

    answer = client.submit(f"/people/{bo.public_id}/company-sign-in", {"reason": "Mine"})

    assert "Another owner" in refused(answer)
    assert len(accounts()) == 1


def test_whoever_runs_the_server_takes_it_off(app, client, provider, bo):
    sign_in(client, provider, bo)
    db.session.commit()
    command = ["people", "take-off-company-sign-in", bo.email, "A new provider"]

    done = app.test_cli_runner().invoke(args=command)

    assert done.exit_code == 0, done.output
    assert accounts() == []


def test_changing_the_password_asks_nothing_more_of_a_session_of_the_company(
    client, app, provider, bo, monkeypatch
):
    monkeypatch.setitem(app.config, "SECOND_FACTOR_FOR", "everybody")
    monkeypatch.setattr(provider, "says", lambda claims: claims.update(amr=["mfa"]))
    sign_in(client, provider, bo)

    client.submit("/account", {"present": PASSWORD, "chosen": "four words nobody has said"})

    assert client.get("/").status_code == 200
