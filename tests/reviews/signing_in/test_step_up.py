"""What a row with `step_up` opens is done only by somebody who has just shown that it is them."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from reviews.db.extensions import db
from reviews.db.models.people import Person, SignInSession
from reviews.db.models.roster import RosterUpload
from reviews.rules.enums import Action
from reviews.rules.policy import row_of
from reviews.web.guard import is_public
from tests.builders import NOW, a_person
from tests.clients import form_token
from tests.pages import Page, values_of
from tests.reviews.signing_in.conftest import (
    PASSWORD,
    App,
    Device,
    add_passkey,
    question_of,
)
from tests.rosters import COLUMNS, HEADER, send_file, upload

pytestmark = pytest.mark.both_databases


@pytest.fixture
def owner(client, bo) -> Person:
    bo.is_owner = True
    client.sign_in(bo)
    return bo


def a_while_later() -> None:
    """Everybody signed in eleven minutes ago."""
    proved = SignInSession.proved_at
    for session_id, at in db.session.execute(select(SignInSession.id, proved)).all():
        db.session.execute(
            update(SignInSession)
            .where(SignInSession.id == session_id)
            .values(proved_at=at - timedelta(minutes=11))
        )


def close(client, app, person: Person, **sent: str):
    path = f"/people/{person.public_id}/deactivate"
    return client.post(path, data={"csrf_token": form_token(app), **sent})


def is_open(person: Person) -> bool:
    return bool(db.session.scalar(select(Person.is_active).where(Person.id == person.id)))


def test_the_rows_that_ask_for_a_proof() -> None:
    assert {action for action in Action if row_of(action).step_up} == {
        Action.EDIT_PANELS,
        Action.SET_CONFLICT,
        Action.RELEASE_CYCLE,
        Action.EXPORT_CYCLE_AUDIT,
        Action.IMPORT_PEOPLE,
        Action.MANAGE_ACCOUNTS,
        Action.EXPORT_SITE_AUDIT,
        Action.MANAGE_OWN_FACTORS,
    }


@pytest.mark.usefixtures("owner")
def test_a_session_that_was_just_opened_is_proof_enough(client, app):
    cal = a_person("Cal")

    assert close(client, app, cal).status_code == 302
    assert not is_open(cal)


@pytest.mark.usefixtures("owner")
def test_after_a_while_the_form_waits_for_a_proof_and_then_goes_on(client, app):
    cal = a_person("Cal")
    a_while_later()
    asked = close(client, app, cal)
    assert (asked.status_code, is_open(cal)) == (401, True)
    page = Page(asked)
    assert page.text(".//h1") == "Is it still you?"
    form = page.one(".//main//form")

    for password, status, opened in (("wrong", 401, True), (PASSWORD, 302, False)):
        fields = {**values_of(form), "proof_password": password}
        answer = client.post(form.get("action"), data=fields)
        assert (answer.status_code, is_open(cal)) == (status, opened)
    # For ten minutes nothing is asked again.
    assert close(client, app, a_person("Dot")).status_code == 302


@pytest.mark.usefixtures("owner")
def test_a_wrong_proof_says_so_and_keeps_the_form(client, app):
    cal = a_person("Cal")
    a_while_later()
    path = f"/people/{cal.public_id}/second-factors"

    answer = client.post(
        path,
        data={
            "csrf_token": form_token(app),
            "reason": "Lost the telephone",
            "proof_password": "wrong",
        },
    )

    page = Page(answer)
    assert "This is not your password." in page.text(".//div[@role='alert']")
    assert page.one(".//input[@name='reason']").get("value") == "Lost the telephone"
    assert "wrong" not in answer.text


@pytest.mark.usefixtures("owner")
def test_what_is_refused_anyway_is_not_asked_for_a_proof(client, app):
    a_while_later()

    nobody = client.post("/people/nobody/nothing", data={"csrf_token": form_token(app)})
    tokenless = client.post("/people/import/nothing/apply", data={})

    assert (nobody.status_code, tokenless.status_code) == (404, 403)


def test_who_may_not_do_it_gets_the_same_answer_as_ever(client, app, bo):
    client.sign_in(bo)
    cal = a_person("Cal")
    answers = []
    for _ in range(2):
        answers.append(close(client, app, cal, proof_password=PASSWORD).status_code)
        a_while_later()

    assert (answers, is_open(cal)) == ([404, 404], True)


@pytest.mark.usefixtures("owner")
def test_guessing_at_a_proof_is_slowed_down(client, app):
    cal = a_person("Cal")
    a_while_later()

    statuses = [close(client, app, cal, proof_password=f"wrong {n}").status_code for n in range(7)]

    assert statuses == [401] * 5 + [429] * 2


def test_a_code_is_proof_and_is_taken_once(client, app, owner):
    code = App(client).code()
    statuses = []
    for person in (a_person("Cal"), a_person("Dot")):
        a_while_later()
        statuses.append(close(client, app, person, proof_code=code).status_code)

    assert statuses == [302, 401]
    del owner


@pytest.mark.usefixtures("owner", "named_site")
def test_a_passkey_is_proof_and_one_of_somebody_else_is_not(client, app, bo):
    mine, hers = Device(), Device()
    add_passkey(client, mine)
    eves = app.test_client()
    eves.sign_in(a_person("Eve"))
    add_passkey(eves, hers)
    cal = a_person("Cal")
    a_while_later()

    for device, status in ((hers, 401), (mine, 302)):
        form = (page := Page(close(client, app, cal))).one(".//main//form")
        fields = {**values_of(form), "proof_passkey": device.use(question_of(page))}
        assert client.post(form.get("action"), data=fields).status_code == status
    assert not is_open(cal)
    del bo


@pytest.mark.usefixtures("owner")
def test_a_second_press_of_a_form_with_a_proof_is_answered_like_the_first(client, app):
    cal = a_person("Cal")
    a_while_later()

    answers = [close(client, app, cal, proof_password=PASSWORD) for _ in range(2)]
    a_while_later()
    answers.append(close(client, app, cal, proof_password=PASSWORD))

    assert {(answer.status_code, answer.location) for answer in answers} == {
        (302, f"/people/{cal.public_id}")
    }


@pytest.mark.usefixtures("owner")
def test_a_form_that_is_only_put_back_stays_so_after_the_proof(client, app):
    cal = a_person("Cal")
    a_while_later()

    form = Page(close(client, app, cal, put_back="1")).one(".//main//form")
    client.post(form.get("action"), data={**values_of(form), "proof_password": PASSWORD})

    assert is_open(cal)


LARGE = HEADER + "".join(
    f"N{n},Person {n},p{n}@example.org,,{'Engineer ' * 20},L4,Data\n" for n in range(6_000)
)


@pytest.mark.usefixtures("owner")
def test_a_large_file_waits_for_a_proof_and_is_then_chosen_once_more(client, session):
    a_while_later()
    assert len(LARGE) > 1024 * 1024

    asked = upload(client, LARGE)
    page = Page(asked)
    proved = client.post(
        "/people/import",
        data={**values_of(page.one(".//main//form")), "proof_password": PASSWORD},
    )

    assert asked.status_code == 401
    assert "choose it once more on the next one" in page.text()
    assert proved.status_code == 422
    assert "Choose a file." in Page(proved).text(".//p[@class='error']")
    assert session.scalars(select(RosterUpload.id)).all() == []
    assert upload(client, LARGE).status_code == 302


@pytest.mark.usefixtures("owner")
def test_each_step_of_an_import_goes_on_after_the_proof(client, session):
    address = upload(client, HEADER + "N1,Nia,nia@example.org,,,,\n").location.removesuffix(
        "/columns"
    )

    def proved(path: str, form: str, **typed: str):
        a_while_later()
        asked = client.submit(path, typed, form=form)
        assert asked.status_code == 401
        waits = Page(asked).one(".//main//form")
        return client.post(
            waits.get("action"), data={**values_of(waits), "proof_password": PASSWORD}
        )

    mapped = proved(f"{address}/columns", COLUMNS, who="these")
    done = proved(address, f".//form[@action='{address}/apply']")

    assert (mapped.location, done.location) == (address, "/people")
    assert session.scalars(select(Person.name).where(Person.employee_id == "N1")).all() == ["Nia"]


def test_a_large_file_of_somebody_who_may_not_is_not_read_for_a_proof_either(client, bo):
    client.sign_in(bo)
    a_while_later()

    assert send_file(client, "/people/import", b"x" * 3_000_000).status_code == 404


def test_a_proof_lasts_for_ten_minutes(client, app, owner):
    cal = a_person("Cal")
    for minutes, status in ((10, 401), (9.9, 302)):
        row = db.session.scalars(select(SignInSession)).one()
        row.proved_at = NOW.__class__.now(NOW.tzinfo) - timedelta(minutes=minutes)
        assert close(client, app, cal).status_code == status
    del owner


def test_every_form_behind_such_a_row_waits(app, client, owner):
    """Whatever is asked for, before it is looked at."""
    a_while_later()
    adapter = app.url_map.bind("")
    person = a_person("Cal").public_id
    guarded = {
        rule.endpoint: dict.fromkeys(rule.arguments, person)
        for rule in app.url_map.iter_rules()
        for view in [app.view_functions[rule.endpoint]]
        if "POST" in rule.methods and hasattr(view, "guards") and not is_public(view)
        if row_of(view.guards[0]).step_up and getattr(view, "on", "") == "site"
    }
    answers = {
        endpoint: client.post(
            adapter.build(endpoint, parts, method="POST"),
            data={"csrf_token": form_token(app), "reason": "typed"},
        )
        for endpoint, parts in guarded.items()
    }

    assert len(guarded) > 10
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(
        guarded, 401
    )
    kept = {Page(each).one(".//input[@name='reason']").get("value") for each in answers.values()}
    assert kept == {"typed"}
    del owner
