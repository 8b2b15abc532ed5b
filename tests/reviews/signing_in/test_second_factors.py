"""A code of an app or a recovery code is asked for after the password, and each is good once."""

import unicodedata
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from reviews.db import clock
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent
from reviews.db.models.people import Person, SignInSession
from reviews.db.models.signing_in import AuthenticatorApp, Passkey, RecoveryCode
from reviews.people import service as people
from reviews.rules.errors import RuleBroken
from reviews.signing_in import authenticator, service
from tests.builders import NOW, a_person, viewer_of
from tests.clients import form_token
from tests.pages import Page
from tests.reviews.signing_in.conftest import (
    PASSWORD,
    App,
    code_of,
    first_step,
    second_step,
    stored_secret,
)

pytestmark = pytest.mark.both_databases

WRONG = "This code is not good, or was used before."


def sessions_of(person: Person) -> int:
    rows = select(SignInSession).where(
        SignInSession.person_id == person.id, SignInSession.ended_at.is_(None)
    )
    return len(list(db.session.scalars(rows)))


def test_the_password_alone_opens_nothing_where_there_is_a_second_factor(app, bo, app_of_bo):
    before = sessions_of(bo)
    client = app.test_client()

    page = first_step(client, bo.email)

    assert (sessions_of(bo), client.get("/account").status_code) == (before, 302)
    answer = second_step(client, page, code=app_of_bo.code())
    assert (answer.status_code, answer.location) == (302, "/")
    assert client.page("/account").text(".//p[@class='lede']") == bo.email


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_a_code_is_taken_once(app, bo, app_of_bo, kind):
    code = app_of_bo.code() if kind == "app" else app_of_bo.recovery[0]
    answers = []
    for _ in range(2):
        client = app.test_client()
        answers.append(second_step(client, first_step(client, bo.email), code=code))

    assert [answer.status_code for answer in answers] == [302, 422]
    assert WRONG in Page(answers[1]).text(".//div[@role='alert']")


def test_a_code_of_a_clock_that_is_a_minute_off_is_not_taken(app, bo, app_of_bo):
    statuses = []
    for steps in (2, -2, 1):
        client = app.test_client()
        page = first_step(client, bo.email)
        statuses.append(second_step(client, page, code=app_of_bo.code(steps=steps)).status_code)

    assert statuses == [422, 422, 302]


def test_no_code_that_is_older_than_the_last_one_is_taken(app, bo, app_of_bo):
    statuses = []
    for steps in (1, 0):
        client = app.test_client()
        page = first_step(client, bo.email)
        statuses.append(second_step(client, page, code=app_of_bo.code(steps=steps)).status_code)

    assert statuses == [302, 422]


def test_a_recovery_code_is_taken_however_it_is_typed(app, bo, app_of_bo):
    client = app.test_client()
    typed = f" {app_of_bo.recovery[3].upper().replace('-', ' ')} "

    assert second_step(client, first_step(client, bo.email), code=typed).status_code == 302
    (line,) = db.session.scalars(
        select(AuditEvent.summary).where(AuditEvent.summary.contains("recovery"))
    )
    assert line == "Bo used a recovery code"


def test_codes_of_somebody_else_open_nothing(app, bo, app_of_bo, client):
    eve = a_person("Eve", password_hash=bo.password_hash)
    client.sign_in(eve)
    theirs = App(client)
    db.session.expire_all()
    for code in (theirs.code(), theirs.recovery[0]):
        window = app.test_client()
        assert second_step(window, first_step(window, bo.email), code=code).status_code == 422
    del app_of_bo


def test_the_second_step_is_for_the_browser_and_the_password_of_the_first(app, bo, app_of_bo):
    client, other = app.test_client(), app.test_client()
    page = first_step(client, bo.email)
    half = page.one(".//input[@name='half']").get("value")
    stolen = first_step(other, bo.email)
    stolen.one(".//input[@name='half']").set("value", half)

    assert WRONG not in (said := Page(second_step(other, stolen, code=app_of_bo.code())).text())
    assert "That took too long. Sign in once more." in said
    db.session.execute(update(Person).values(password_hash="another"))
    assert second_step(client, page, code=app_of_bo.code()).status_code == 422


def test_guessing_codes_is_slowed_down(app, bo, app_of_bo, monkeypatch):
    monkeypatch.setattr(clock, "_fixed", NOW)
    client = app.test_client()
    page = first_step(client, bo.email)

    statuses = [second_step(client, page, code="000000").status_code for _ in range(7)]

    assert statuses == [422] * 5 + [429] * 2
    # The first step of the person elsewhere, and theirs in a browser that is known, do not wait.
    del app_of_bo


def test_what_was_typed_is_given_back_after_the_second_step(app, bo, app_of_bo):
    client = app.test_client()
    page = first_step(client, bo.email, next="/people?q=x")

    assert second_step(client, page, code=app_of_bo.code()).location == "/people?q=x"


def test_secrets_of_factors_cannot_be_read_in_the_database(bo, app_of_bo, app):
    kept = stored_secret(bo)

    assert app_of_bo.secret not in kept
    key = app.config["SECRET_KEY"]
    assert authenticator.opened(kept, bo.public_id, key) == app_of_bo.secret
    assert authenticator.opened(kept, a_person("Eve").public_id, key) is None
    assert authenticator.opened(kept, bo.public_id, "another key") is None
    hashes = set(db.session.scalars(select(RecoveryCode.code_hash)))
    plain = {code.replace("-", "") for code in app_of_bo.recovery}
    assert (len(plain), len(hashes), plain & hashes) == (10, 10, set())


def test_recovery_codes_are_shown_once(client, app_of_bo):
    page = client.page("/account/ways")

    assert "10 codes left" in page.text(".//main")
    assert [code for code in app_of_bo.recovery if code in page.text()] == []
    made = client.submit("/account/ways", form=".//form[@action='/account/ways/codes']")
    assert len(set(Page(made).texts(".//main//code")) - set(app_of_bo.recovery)) == 10


def test_new_recovery_codes_end_the_old_ones(client, app, bo, app_of_bo):
    client.submit("/account/ways", form=".//form[@action='/account/ways/codes']")
    other = app.test_client()

    page = first_step(other, bo.email)

    assert second_step(other, page, code=app_of_bo.recovery[0]).status_code == 422


def test_an_app_is_added_only_with_a_code_that_it_shows(client, bo):
    client.sign_in(bo)
    shown = Page(client.submit("/account/ways", form=".//form[@action='/account/ways/app']"))
    assert len(shown.all(".//main//div[@class='qr']/*")) == 1

    wrong = second_step(client, shown, code="123456x")
    assert wrong.status_code == 422
    assert Page(wrong).text(".//main//code") == shown.text(".//main//code")
    assert db.session.scalar(select(AuthenticatorApp.person_id)) is None
    # A secret that was sealed for somebody else is not taken.
    client.sign_in(eve := a_person("Eve"))
    stolen = second_step(client, shown, code=code_of(shown.text(".//main//code")))
    assert (stolen.status_code, stolen.location) == (302, "/account/ways")
    assert db.session.get(AuthenticatorApp, eve.id) is None


def test_removing_the_app_lets_the_password_be_enough_again(client, app, bo, app_of_bo):
    client.submit("/account/ways", form=".//form[@action='/account/ways/app/remove']")
    other = app.test_client()

    answer = other.submit("/sign-in", {"email": bo.email, "password": PASSWORD})

    assert answer.status_code == 302
    assert db.session.scalar(select(RecoveryCode.id)) is None
    del app_of_bo


# -- Who needs one


def form_token_of(page: Page) -> str:
    return page.all(".//input[@name='csrf_token']")[0].get("value")


@pytest.fixture
def asked_of_owners(app, monkeypatch):
    monkeypatch.setitem(app.config, "SECOND_FACTOR_FOR", "owners and chairs")


@pytest.mark.usefixtures("asked_of_owners")
def test_an_owner_without_a_second_factor_is_led_to_add_one_before_anything_else(client, bo):
    bo.is_owner = True

    answer = client.submit("/sign-in", {"email": bo.email, "password": PASSWORD, "next": "/people"})

    assert answer.location == "/account/ways?next=/people"
    for address in ("/", "/people?q=x", "/nowhere", "/cycles/new"):
        answer = client.get(address)
        led_to = f"/account/ways?next={address.replace('=', '%3D')}"
        assert (answer.status_code, answer.location) == (302, led_to)
    fields = {"csrf_token": form_token_of(client.page("/account")), "name": "Mine"}
    kept = client.post("/cycles/new", data=fields)
    assert (kept.status_code, Page(kept).text(".//h1")) == (403, "Add a second factor first")
    assert Page(kept).one(".//input[@name='name']").get("value") == "Mine"
    App(client)
    assert client.get("/people").status_code == 200
    page = client.page("/account/ways?next=/people")
    assert page.one(".//a[.='Go on to where you were going']").get("href") == "/people"
    refused = client.submit("/account/ways", form=".//form[@action='/account/ways/app/remove']")
    assert "You need a second factor. Add another one first." in Page(refused).text()


@pytest.mark.usefixtures("asked_of_owners")
def test_somebody_who_runs_nothing_needs_none(client, bo):
    answer = client.submit("/sign-in", {"email": bo.email, "password": PASSWORD})

    assert answer.location == "/"


def test_a_short_password_is_good_beside_a_second_factor_alone(client, app, bo, app_of_bo):
    changed = {"present": PASSWORD, "chosen": "mill pony"}
    form = ".//form[@class='form form--text']"
    assert client.submit("/account", changed, form=form).status_code == 302

    refused = client.submit("/account/ways", form=".//form[@action='/account/ways/app/remove']")
    assert "Choose a longer one first." in Page(refused).text()
    service.reset_factors(bo, actor=None, reason="Lost", at=NOW)
    db.session.commit()
    window = app.test_client()
    led = window.submit("/sign-in", {"email": bo.email, "password": "mill pony"})
    assert led.location == "/account/ways?next=/"
    assert window.get("/people").location == "/account/ways?next=/people"
    changed = {"present": "mill pony", "chosen": "another password of words"}
    assert window.submit("/account", changed, form=form).status_code == 302
    assert window.get("/").status_code == 200
    del app_of_bo


def test_without_a_second_factor_a_short_password_is_refused(client, bo):
    client.sign_in(bo)

    changed = {"present": PASSWORD, "chosen": "mill pony"}
    answer = client.submit("/account", changed, form=".//form[@class='form form--text']")

    assert "Use at least 15 characters." in Page(answer).text()


# -- Taken off by somebody else


def test_an_owner_takes_factors_off_with_a_reason_and_the_person_is_told(
    client, app, bo, app_of_bo
):
    owner = a_person("Odile", is_owner=True)
    owners = app.test_client()
    owners.sign_in(owner)
    path = f"/people/{bo.public_id}/second-factors"
    assert owners.submit(path, {"reason": " "}).status_code == 422
    assert client.get("/account").status_code == 200

    assert owners.submit(path, {"reason": "Lost the telephone"}).status_code == 302

    assert client.get("/account").status_code == 302
    (line,) = db.session.scalars(select(AuditEvent).where(AuditEvent.summary.contains("taken off")))
    assert (line.actor_id, line.details["reason"]) == (owner.id, "Lost the telephone")
    window = app.test_client()
    led = window.submit("/sign-in", {"email": bo.email, "password": PASSWORD})
    assert led.location == "/account/ways?next=/"
    told = window.page(led.location).text(".//main")
    assert "Your second factors were taken off on" in told
    assert "By Odile, with this reason: Lost the telephone" in told
    window.submit("/account/ways", form=".//form[@action='/account/ways/read']")
    assert "taken off" not in window.page("/account/ways").text(".//main")
    del app_of_bo


def test_nobody_takes_off_their_own_by_that_way(client, bo, app_of_bo):
    bo.is_owner = True
    path = f"/people/{bo.public_id}/second-factors"

    answer = client.submit(path, {"reason": "Mine"})

    assert answer.status_code == 422
    assert db.session.get(AuthenticatorApp, bo.id) is not None
    del app_of_bo


def test_a_link_asks_for_the_second_factor_too(app, bo, app_of_bo):
    link = f"/sign-in/link/{people.issue_link(bo, actor=None, at=NOW)}"
    client = app.test_client()

    answer = client.submit(link, {"password": "another password of words"})

    assert (answer.status_code, Page(answer).text(".//h1")) == (200, "One more step")
    assert client.get("/account").status_code == 302
    assert second_step(client, Page(answer), code=app_of_bo.code()).status_code == 302


def test_nothing_of_anybody_elses_can_be_removed(client, app, bo, session):
    eve = a_person("Eve")
    session.add(
        Passkey(
            person_id=eve.id,
            handle="h" * 43,
            credential_id=b"1",
            public_key=b"2",
            name="Hers",
            use_count=0,
            last_asked_at=NOW,
            added_at=NOW,
        )
    )
    client.sign_in(bo)

    answer = client.post(
        f"/account/ways/passkeys/{'h' * 43}/remove", data={"csrf_token": form_token(app)}
    )

    assert answer.status_code == 409
    assert session.scalar(select(Passkey.name)) == "Hers"
    assert viewer_of(bo, now=NOW + timedelta(1)).is_proved is False


def test_every_change_of_factors_leaves_a_line(client, bo, app_of_bo):
    for act in ("codes", "app/remove"):
        client.submit("/account/ways", form=f".//form[@action='/account/ways/{act}']")
    with pytest.raises(RuleBroken, match="There is no authenticator app"):
        service.remove_app(viewer_of(bo), asked_of="")

    lines = select(AuditEvent.summary, AuditEvent.details).order_by(AuditEvent.id)
    said = [(summary, details["person"]) for summary, details in db.session.execute(lines)]
    assert said == [
        ("Bo added an authenticator app", bo.public_id),
        ("Bo made new recovery codes", bo.public_id),
        ("Bo removed the authenticator app", bo.public_id),
    ]
    del app_of_bo


def test_the_command_line_takes_factors_off_and_the_person_is_told(app, bo, app_of_bo):
    runner = app.test_cli_runner()
    command = ["people", "take-off-second-factors", bo.email, "Telephone stolen"]
    db.session.commit()

    said = [runner.invoke(args=command).output for _ in range(2)]
    unknown = runner.invoke(args=["people", "take-off-second-factors", "x@example.org", "Why"])

    assert said == [
        "Bo signs in with the password alone now, and is told of it.\n",
        "Error: Bo has no second factor.\n",
    ]
    assert "Nobody has the address" in unknown.output
    window = app.test_client()
    led = window.submit("/sign-in", {"email": bo.email, "password": PASSWORD})
    assert "By whoever runs the server" in window.page(led.location).text(".//main")
    del app_of_bo


def test_how_short_a_password_is_is_measured_as_it_is_kept(client, bo, app_of_bo):
    """Ten letters with an accent beside each are twenty characters as some keyboards send them."""
    chosen = unicodedata.normalize("NFD", "ñáéíóúüàèì")
    changed = {"present": PASSWORD, "chosen": chosen}

    assert len(chosen) == 20
    assert client.submit("/account", changed, form=".//form[@class='form form--text']").location
    assert db.session.scalar(select(Person.password_is_short).where(Person.id == bo.id)) is True
    del app_of_bo
