"""Signing in and out: one constant answer, our own pages only, and sessions that end when they should."""

import hashlib
import re
import unicodedata
from datetime import timedelta
from threading import BoundedSemaphore

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy import select, update

from reviews.db import clock, connections
from reviews.db.extensions import db
from reviews.db.models.attempts import FailedSignIn
from reviews.db.models.audit import AuditEvent
from reviews.db.models.people import Person, SignInLink, SignInSession
from reviews.display.formatting import moment
from reviews.people import passwords, service
from reviews.rules import sign_in_delay
from reviews.rules.errors import RuleBroken
from tests.builders import NOW, a_person, viewer_of
from tests.clients import Window, form_token, one_request_id, without_token
from tests.conftest import application, disconnect
from tests.pages import Page
from tests.races import sent_at_once
from tests.recording import recorded

pytestmark = pytest.mark.both_databases

PASSWORD = "a password of many words"
#: Seconds, or milliseconds, that another writer would wait.
PATIENCE = {"sqlite": {"timeout": 0.05}, "postgresql": {"options": "-c lock_timeout=50"}}
HASH = passwords.hash_password(PASSWORD)


@pytest.fixture
def bo(session):  # noqa: ARG001 - needs a database
    return a_person("Bo", password_hash=HASH)


@pytest.fixture
def at(monkeypatch):
    """Hold the clock at so many minutes from now."""

    def hold(minutes: float) -> None:
        monkeypatch.setattr(clock, "_fixed", NOW + timedelta(minutes=minutes))

    return hold


def attempt(client, email: str, password: str = PASSWORD, next_: str = ""):
    token = client.page("/sign-in").one(".//main//input[@name='csrf_token']").get("value")
    return client.post(
        "/sign-in",
        data={"csrf_token": token, "email": email, "password": password, "next": next_},
    )


def test_the_right_password_opens_a_session_in_a_new_cookie(client, bo, session):
    with client.session_transaction() as cookie:
        cookie["left"] = "behind"

    answer = attempt(client, bo.email.upper() + " ")

    assert answer.headers["Location"] == "/"
    assert client.get("/account").status_code == 200
    with client.session_transaction() as cookie:
        assert "left" not in cookie
    (row,) = session.scalars(select(SignInSession))
    assert row.person_id == bo.id


def test_every_failure_is_answered_alike(app, bo, session):
    gone = a_person("Gone", password_hash=HASH, is_active=False)
    silent = a_person("No password yet")
    pages = set()
    for email, password in (
        (bo.email, "a wrong password of words"),
        ("nobody@example.org", PASSWORD),
        (gone.email, PASSWORD),
        (silent.email, PASSWORD),
    ):
        answer = attempt(app.test_client(), email, password)
        assert answer.status_code == 422
        pages.add(Page(answer).text(".//div[@role='alert']"))

    assert pages == {
        (
            "You are not signed in."
            " This address and password do not belong together. Check both and try again."
        )
    }
    assert list(session.scalars(select(SignInSession))) == []


def test_a_demo_account_is_refused_outside_demo_and_test(app, bo, monkeypatch):
    bo.is_demo = True
    assert attempt(app.test_client(), bo.email).status_code == 302

    monkeypatch.setitem(app.config, "MODE", "production")

    assert attempt(app.test_client(), bo.email).status_code == 422


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/account", "/account"),
        ("/people?q=x&page=2", "/people?q=x&page=2"),
        ("/sign-in?next=/account", "/"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/account\n", "/"),
        ("/nowhere", "/"),
        ("/sign-out", "/"),
        ("/people/import/nothing/apply", "/"),
        ("/static/app.css", "/"),
        ("/healthz", "/"),
        ("/readyz", "/"),
        ("/sign-in", "/"),
        ("account", "/"),
    ],
)
def test_after_signing_in_one_is_led_to_our_own_pages_only(client, bo, wanted, led_to):
    assert attempt(client, bo.email, next_=wanted).headers["Location"] == led_to


def test_signing_out_ends_the_session_on_the_server(client, app, bo):
    client.sign_in(bo)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]

    answer = client.submit("/account", form=".//header//form")

    assert answer.headers["Location"] == "/sign-in"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert thief.get("/account").headers["Location"] == "/sign-in?next=/account"


def test_signing_in_again_ends_the_session_that_the_browser_had(client, app, bo):
    attempt(client, bo.email)
    with client.session_transaction() as cookie:
        before = cookie["_user_id"]
    elsewhere = app.test_client()
    attempt(elsewhere, bo.email)

    again = client.submit("/sign-in", {"email": bo.email, "password": PASSWORD})

    assert again.status_code == 302
    thief = app.test_client()
    thief.hold(before)
    browsers = (client, elsewhere, thief)
    assert [each.get("/account").status_code for each in browsers] == [200, 200, 302]


def test_a_session_ends_by_itself(client, bo, session):
    client.sign_in(bo)
    session.execute(update(SignInSession).values(expires_at=NOW - timedelta(seconds=1)))

    assert client.get("/account").status_code == 302


def test_a_closed_account_has_no_session_even_if_nobody_has_ended_it(client, bo):
    client.sign_in(bo)
    assert client.get("/account").status_code == 200

    bo.is_active = False

    assert client.get("/account").status_code == 302


def test_a_session_that_nobody_uses_ends(client, bo, at):
    at(0)
    attempt(client, bo.email)
    for minutes in (59, 118):
        at(minutes)
        assert client.get("/account").status_code == 200
    at(178)

    answer = client.get("/account")

    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/account")
    # As whoever never was signed in: nothing is told of what was sent.
    answer = client.post("/account", data={"csrf_token": "any"})
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/account")


def test_using_a_session_is_written_down_every_few_minutes_only(client, bo, at, session):
    at(0)
    attempt(client, bo.email)
    ends = []
    for minutes in (1, 5, 6, 11, 12):
        at(minutes)
        client.get("/account")
        session.expire_all()
        ends.append(session.scalars(select(SignInSession.idle_until)).one())

    after = [int((end - NOW).total_seconds()) // 60 for end in ends]
    assert after == [60, 60, 66, 66, 72]


def test_a_session_that_is_used_still_ends_after_twelve_hours(client, bo, at):
    at(0)
    attempt(client, bo.email)
    for minutes in range(50, 720, 50):
        at(minutes)
        assert client.get("/account").status_code == 200
    at(720)

    assert client.get("/account").status_code == 302


def test_without_a_token_of_the_form_nothing_happens(client, bo, session):
    assert (
        client.post("/sign-in", data={"email": bo.email, "password": PASSWORD}).status_code == 403
    )
    assert list(session.scalars(select(SignInSession))) == []


WRONG = "a wrong password of words"


def attempts_from(app, address: str):
    """Sign in once from a network, in a browser of its own, and give the answer."""

    def once(email: str, password: str = WRONG):
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        return attempt(client, email, password)

    return once


# -- Wrong passwords


def test_guessing_at_one_account_is_slowed_down_whatever_the_spelling(app, bo, at):
    at(0)
    here = attempts_from(app, "192.0.2.1")
    for n in range(5):
        assert here(bo.email.upper() if n % 2 else bo.email).status_code == 422

    late = here(f" {bo.email}", PASSWORD)

    assert (late.status_code, late.headers["Retry-After"]) == (429, "30")
    assert "Wait 30 seconds, then try once more." in Page(late).text()
    assert here("somebody@example.org").status_code == 422


def test_the_right_password_is_let_in_from_elsewhere_whatever_a_stranger_does(app, bo, monkeypatch):
    monkeypatch.setattr(sign_in_delay, "ATTACK", 6)
    for n in range(6):
        assert attempts_from(app, f"192.0.2.{n}")(bo.email).status_code == 422

    assert attempts_from(app, "198.51.100.1")(bo.email, PASSWORD).status_code == 302
    assert attempts_from(app, "192.0.2.1")(bo.email, PASSWORD).status_code == 429


def test_a_browser_that_the_account_knows_does_not_wait_for_what_its_neighbours_do(app, bo):
    own = app.test_client()
    assert attempt(own, bo.email).status_code == 302
    own.submit("/account", form=".//header//form")
    neighbour = app.test_client()
    for _ in range(5):
        attempt(neighbour, bo.email, WRONG)
    assert attempt(neighbour, bo.email).status_code == 429

    assert attempt(own, bo.email).status_code == 302


def test_a_browser_is_known_to_its_own_account_only(app, bo):
    """Else whoever has an account would have as many tries at others as they have browsers."""
    eve = a_person("Eve", password_hash=HASH)
    client = app.test_client()
    assert attempt(client, eve.email).status_code == 302
    client.submit("/account", form=".//header//form")
    for _ in range(5):
        attempt(app.test_client(), bo.email, WRONG)

    assert attempt(client, bo.email).status_code == 429
    known = client.get_cookie("levelset-known")
    client.set_cookie("levelset-known", f"{known.value[:-1]}x")
    for _ in range(5):
        attempt(app.test_client(), eve.email, WRONG)
    assert attempt(client, eve.email).status_code == 429


def test_right_passwords_do_not_count(app, bo, session):
    here = attempts_from(app, "192.0.2.1")

    assert {here(bo.email, PASSWORD).status_code for _ in range(11)} == {302}
    assert session.scalars(select(FailedSignIn)).all() == []


def test_getting_it_right_forgives_what_this_browser_got_wrong_and_nothing_else(app, bo, session):
    stranger, own = app.test_client(), app.test_client()
    for client in (stranger, own, own):
        attempt(client, bo.email, WRONG)

    assert attempt(own, bo.email).status_code == 302

    assert len(session.scalars(select(FailedSignIn)).all()) == 1


def test_a_failure_is_remembered_for_a_day(app, bo, session):
    here = attempts_from(app, "192.0.2.1")
    for _ in range(5):
        here(bo.email)
    assert here(bo.email).status_code == 429
    session.execute(update(FailedSignIn).values(at=NOW - timedelta(days=1, minutes=1)))

    assert here(bo.email).status_code == 422
    assert len(session.scalars(select(FailedSignIn)).all()) == 1


def test_an_attempt_that_comes_too_soon_is_not_counted(app, bo, session):
    """Else whoever goes on trying would keep everybody out for ever."""
    here = attempts_from(app, "192.0.2.1")
    for _ in range(8):
        here(bo.email)

    assert len(session.scalars(select(FailedSignIn)).all()) == 5


def test_an_office_behind_one_address_gets_in(app, bo, at, monkeypatch):
    """Whoever mistypes once and then gets it right is no trace of an attack."""
    at(0)
    monkeypatch.setattr(sign_in_delay, "ACCOUNTS_OF_NETWORK", 3)
    here = attempts_from(app, "192.0.2.1")
    people = [a_person(f"Person {n}", password_hash=HASH) for n in range(5)]
    for person in people:
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
        assert attempt(client, person.email, WRONG).status_code == 422
        assert attempt(client, person.email).status_code == 302

    spraying = [here(f"{n}@example.org").status_code for n in range(4)]

    assert spraying == [422, 422, 422, 429]
    assert here(bo.email, PASSWORD).headers["Retry-After"] == "60"
    assert attempts_from(app, "192.0.2.2")(bo.email, PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("one", "other", "is_one_network"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_a_network_is_what_one_customer_has(app, bo, one, other, is_one_network):
    for _ in range(5):
        attempts_from(app, one)(bo.email)

    late = attempts_from(app, other)(bo.email)

    assert (late.status_code == 429) is is_one_network


def test_an_address_without_an_account_is_answered_alike_to_the_byte(app, bo, at):
    at(0)
    seen = []
    for email in (bo.email, f"x{bo.email[1:]}"):
        client = app.test_client()
        answers = []
        with one_request_id():
            for _ in range(6):
                with recorded() as sent:
                    answer = attempt(client, email, WRONG)
                headers = [pair for pair in answer.headers if pair[0] != "Set-Cookie"]
                body = without_token(answer).replace(email.encode(), b"")
                answers.append((answer.status_code, headers, body, sent.texts))
        seen.append(answers)

    assert [status for status, *_ in seen[0]] == [422] * 5 + [429]
    assert seen[0] == seen[1]


def test_what_is_counted_names_nobody(app, bo, session):
    attempts_from(app, "192.0.2.77")(bo.email)

    (row,) = session.scalars(select(FailedSignIn))

    for text in (row.account, row.source, row.browser):
        assert re.fullmatch("[0-9a-f]{64}", text)


def test_many_passwords_at_once_wait_for_their_turn_or_come_back(app, bo, session, monkeypatch):
    monkeypatch.setattr(passwords, "_TURNS", BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "_PATIENCE", 0)
    with passwords._TURNS:  # noqa: SLF001 - its size is the rule
        answer = attempt(app.test_client(), bo.email)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Your password was not looked at" in Page(answer).text()
    assert session.scalars(select(FailedSignIn)).all() == []
    assert attempt(app.test_client(), bo.email).status_code == 302


def test_a_password_is_hashed_as_owasp_asks_at_least():
    kind, version, parameters = passwords.hash_password(PASSWORD).split("$")[1:4]
    sizes = dict(part.split("=") for part in parameters.split(","))

    assert (kind, version) == ("argon2id", "v=19")
    assert int(sizes["m"]) >= 19_456
    assert int(sizes["t"]) >= 2
    # An unknown address takes as long.
    assert passwords._NOBODY.split("$")[1:4] == [kind, version, parameters]  # noqa: SLF001


@pytest.mark.parametrize("password_hash", [HASH, None], ids=["a hash", "none"])
def test_an_address_without_a_password_costs_a_hash_as_well(password_hash, monkeypatch):
    compared = []

    class Counting:
        def verify(self, *given):
            compared.append(given)
            return PasswordHasher().verify(*given)

    monkeypatch.setattr(passwords, "_HASHER", Counting())

    assert not passwords.matches("a wrong password of words", password_hash)
    assert len(compared) == 1


def test_no_session_can_be_opened_with_what_is_stored(client, app, bo, session):
    attempt(client, bo.email)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    (row,) = session.scalars(select(SignInSession))
    link_token = service.issue_link(bo, actor=None, at=NOW)
    (link,) = session.scalars(select(SignInLink))

    assert row.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert link.token_hash == hashlib.sha256(link_token.encode()).hexdigest()
    stored = {*map(str, vars(row).values()), *map(str, vars(link).values())}
    assert {token, link_token} & stored == set()
    thief = app.test_client()
    thief.hold(row.token_hash)
    assert thief.get("/account").status_code == 302


def test_the_door_asks_for_address_and_password_alone_and_helps_password_managers(client, bo):
    """No hint, no question, nothing that keeps a browser from filling in or somebody from pasting."""
    pages = {
        "/sign-in": ["current-password"],
        link_for(bo): ["new-password"],
    }
    for path, kinds in pages.items():
        page = client.page(path)
        secret = page.all(".//main//input[@type='password']")
        assert [field.get("autocomplete") for field in secret] == kinds
        assert [field.get("maxlength") for field in secret] == [None]
    shown = [
        (field.get("name"), field.get("type"))
        for field in client.page("/sign-in").all(".//main//input")
        if field.get("type") != "hidden"
    ]
    assert shown == [("email", "email"), ("password", "password")]


@pytest.mark.usefixtures("session")
def test_a_password_is_compared_as_it_was_sent(app):
    """Whole, with its case and its spaces; only how a keyboard composes a letter makes no difference."""
    password = " Réglisse " + "of many words " * 14
    person = a_person("Bo", password_hash=passwords.hash_password(password))
    others = {
        "end": password[:-1],
        "case": password.lower(),
        "space": password.strip(),
        "72 bytes": password[:72],
    }

    answers = {
        name: attempt(app.test_client(), person.email, other).status_code
        for name, other in others.items()
    }

    assert len(password) > 200
    assert set(answers.values()) == {422}, answers
    composed = unicodedata.normalize("NFD", password)
    assert attempt(app.test_client(), person.email, composed).status_code == 302


@pytest.mark.parametrize("https", [False, True])
def test_a_cookie_is_for_our_own_pages_and_no_script(https, database, monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", f"http{'s' * https}://localhost")
    app = application(database)
    with app.app_context():
        email = a_person("Cy", password_hash=HASH).email
        db.session.commit()
        client = app.test_client()
        client.environ_base["wsgi.url_scheme"] = "https" if https else "http"
        answer = attempt(client, email)
        disconnect()

    cookies = {
        line.split("=")[0]: line.split("; ")[1:] for line in answer.headers.getlist("Set-Cookie")
    }
    prefix = "__Host-" * https
    assert set(cookies) == {f"{prefix}levelset", f"{prefix}levelset-known"}
    for attributes in cookies.values():
        kept = {each for each in attributes if not each.startswith(("Expires", "Max-Age"))}
        assert kept == {"HttpOnly", "Path=/", "SameSite=Lax"} | ({"Secure"} if https else set())


# -- Links


def link_for(person: Person) -> str:
    return f"/sign-in/link/{service.issue_link(person, actor=None, at=NOW)}"


def test_a_link_works_once_and_ends_open_sessions(client, app, bo):
    other = app.test_client()
    other.sign_in(bo)
    link = link_for(bo)
    used = client.submit(link, {"password": "another password of words"})

    # A sign-in link that somebody else may have seen is told of first.
    assert used.location == "/account/links?next=/"
    assert "Your password is set, and you are signed in." in client.page(used.location).text()
    assert other.get("/account").status_code == 302
    assert attempt(client, bo.email, "another password of words").status_code == 302
    again = app.test_client().submit(link, {"password": "a third password of words"})
    assert again.status_code == 422
    assert "This link has been used or has expired." in Page(again).text()


@pytest.mark.parametrize("cause", ["expired", "closed", "unknown"])
def test_a_link_that_is_no_longer_good_says_so(client, bo, session, cause):
    link = link_for(bo)
    if cause == "expired":
        session.execute(update(SignInLink).values(expires_at=NOW - timedelta(seconds=1)))
    elif cause == "closed":
        bo.is_active = False
    else:
        link = "/sign-in/link/unknown"

    answer = client.submit(link, {"password": "another password of words"})

    assert answer.status_code == 422
    assert Page(answer).texts(".//div[@role='alert']//li") == [
        "This link has been used or has expired. Ask for a new one."
    ]
    assert passwords.matches(PASSWORD, session.get(Person, bo.id).password_hash)


def test_no_owner_can_sign_in_as_somebody_who_has_a_password(client, session):
    owner = a_person("Owner", is_owner=True)
    person = a_person("Chair", password_hash="chosen before")
    client.sign_in(owner)

    page = client.page(f"/people/{person.public_id}")

    assert "Make a sign-in link for Chair" not in page.texts(".//main//button")
    with pytest.raises(RuleBroken, match="has a password"):
        service.issue_link(person, actor=viewer_of(owner), at=NOW)
    assert session.scalars(select(SignInLink)).all() == []
    assert service.issue_link(person, actor=None, at=NOW)


@pytest.mark.usefixtures("one_stretch")
def test_whoever_tries_links_is_slowed_down_and_a_good_one_still_opens(client, app, bo):
    """An office chooses its passwords on one day, behind one address."""
    trying = [
        client.submit("/sign-in/link/unknown", {"password": "another password of words"})
        for _ in range(32)
    ]

    assert [each.status_code for each in trying] == [422] * 30 + [429] * 2
    assert trying[-1].headers["Retry-After"] == "60"
    for _ in range(2):
        answer = app.test_client().submit(link_for(bo), {"password": "another password of words"})
        assert answer.status_code == 302


def test_of_many_attempts_at_once_no_more_are_looked_at_than_one_after_the_other(database):
    app = application(database)
    with app.app_context():
        email = a_person("Cy", password_hash=HASH).email
        form = {"email": email, "password": WRONG, "next": ""}
        windows = [Window(app, app.response_class) for _ in range(8)]
        for window in windows:
            window.hold("")
        statuses = sent_at_once(app, *((window, "/sign-in", form) for window in windows))
        disconnect()

    assert statuses == [422] * 5 + [429] * 3


def test_no_lock_is_held_while_a_password_is_looked_at(database, monkeypatch):
    app = application(database)
    monkeypatch.setattr(connections, "_PATIENCE_MS", 50)
    written = []

    def write_meanwhile(matches=passwords.matches):
        def slow(password, password_hash):
            engine = sa.create_engine(db.engine.url, connect_args=PATIENCE[db.engine.dialect.name])
            with engine.begin() as other:
                written.append(other.execute(sa.update(Person).values(title="New")).rowcount)
            engine.dispose()
            return matches(password, password_hash)

        return slow

    monkeypatch.setattr(passwords, "matches", write_meanwhile())
    with app.app_context():
        bo = a_person("Bo", password_hash=HASH)
        email, address = bo.email, link_for(bo)
        db.session.commit()
        client = app.test_client()
        with monkeypatch.context() as slow:
            slow.setattr(
                passwords, "hash_password", lambda _: write_meanwhile(lambda *_: HASH)("", "")
            )
            assert client.submit(address, {"password": PASSWORD}).status_code == 302
        assert attempt(client, email).status_code == 302
        changed = {"present": PASSWORD, "chosen": "another password of words"}
        form = ".//form[@class='form form--text']"
        assert client.submit("/account", changed, form=form).status_code == 302
        db.session.remove()
        disconnect()

    assert written == [1, 1, 1]


# -- Links that somebody else has seen


def shown(page: Page) -> list[tuple[str, str]]:
    """To whom, and when it was used, a line for each link."""
    return [
        (to, used) for to, used in zip(*[iter(page.texts(".//main//tbody/tr/td"))] * 2, strict=True)
    ]


def test_whoever_got_a_link_is_told_who_saw_it_until_they_have_read_it(client, app, session):
    owner = a_person("Odile", is_owner=True)
    dana = a_person("Dana")
    owners = app.test_client()
    owners.sign_in(owner)
    path = f"/people/{dana.public_id}"
    for _ in range(2):
        made = owners.submit(path, form=f".//main//form[@action='{path}/link']")
    assert "At the next sign-in they are told that it was shown to you." in Page(made).text()
    link = Page(made).text(".//main//code").partition("8000")[2]
    client.submit(link, {"password": PASSWORD})

    for _ in range(2):
        assert attempt(app.test_client(), dana.email).location == "/account/links?next=/"
    answer = attempt(client, dana.email, next_="/account")

    assert answer.location == "/account/links?next=/account"
    used = moment(session.scalars(select(SignInLink.used_at)).all()[1])
    assert shown(client.page(answer.location)) == [("Odile", used), ("Odile", "never")]
    read = client.submit(answer.location, form=".//main//form[@method='post']")
    assert read.location == "/account"
    assert attempt(app.test_client(), dana.email).location == "/"
    # It stays on record: somebody else may have said so in her place.
    assert shown(client.page("/account/links")) == [("Odile", used), ("Odile", "never")]


def test_a_link_from_the_command_line_is_told_of_too(client, bo):
    link_for(bo)

    answer = attempt(client, bo.email)

    assert answer.location == "/account/links?next=/"
    assert shown(client.page(answer.location)) == [("whoever runs the server", "never")]


def test_a_link_made_while_the_page_was_open_is_told_of_at_the_next_sign_in(client, app, bo):
    link_for(bo)
    client.sign_in(bo)
    newest = client.page("/account/links").one(".//input[@name='newest']").get("value")
    later = service.issue_link(bo, actor=None, at=NOW + timedelta(seconds=1))

    token = form_token(app)
    read = client.post("/account/links", data={"csrf_token": token, "newest": newest, "next": "/"})

    assert (later != "", read.status_code) == (True, 302)
    assert attempt(app.test_client(), bo.email).location == "/account/links?next=/"


def test_nobody_confirms_in_the_place_of_somebody_else(client, app, bo):
    link_for(bo)
    client.sign_in(bo)
    newest = client.page("/account/links").one(".//input[@name='newest']").get("value")
    eve = app.test_client()
    eve.sign_in(a_person("Eve"))

    fields = {"csrf_token": form_token(app), "newest": newest, "next": "/"}

    assert eve.post("/account/links", data=fields).status_code == 422
    assert attempt(app.test_client(), bo.email).location == "/account/links?next=/"


@pytest.mark.parametrize("by", ["another link", "choosing", "changing"])
def test_a_link_that_somebody_has_kept_is_good_no_more(client, app, bo, session, by):
    """An owner makes two, hands out one, and would take the account over with the other."""
    kept = link_for(bo)
    if by == "another link":
        link_for(bo)
    elif by == "choosing":
        session.execute(update(SignInLink).values(expires_at=NOW + timedelta(days=1)))
        other = SignInLink(
            token_hash=hashlib.sha256(b"other").hexdigest(),
            person_id=bo.id,
            made_at=NOW,
            expires_at=NOW + timedelta(days=1),
        )
        session.add(other)
        session.flush()
        used = client.submit("/sign-in/link/other", {"password": "another password of words"})
        assert used.status_code == 302
    else:
        client.sign_in(bo)
        sent = {"present": PASSWORD, "chosen": "another password of words"}
        form = ".//form[@class='form form--text']"
        assert client.submit("/account", sent, form=form).status_code == 302

    answer = app.test_client().submit(kept, {"password": "a third password of words"})

    assert answer.status_code == 422
    assert "This link has been used or has expired." in Page(answer).text()


def test_a_link_leaves_a_line_that_says_who_saw_it(session):
    owner, dana = a_person("Odile", is_owner=True), a_person("Dana")
    service.issue_link(dana, actor=viewer_of(owner), at=NOW)
    service.issue_link(dana, actor=None, at=NOW)

    lines = session.execute(select(AuditEvent.actor_id, AuditEvent.summary).order_by(AuditEvent.id))

    assert lines.all() == [
        (owner.id, "Sign-in link for Dana shown to Odile"),
        (None, "Sign-in link for Dana shown on the command line"),
    ]
