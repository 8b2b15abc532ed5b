"""Adding one person and changing what is on record of one, in the browser and on both databases."""

import pytest
from sqlalchemy import select

from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent
from reviews.db.models.people import ManagerLink, Person, SignInLink, SignInSession
from reviews.people import service
from reviews.rules.enums import CyclePhase, PacketState
from tests.builders import NOW, a_cycle, a_packet, a_person
from tests.pages import Page, values_of

pytestmark = pytest.mark.both_databases

NEW = {
    "name": "Ines Marlow",
    "employee_id": "101",
    "email": "ines.marlow@firma.example",
    "title": "Director",
    "unit": "Leeds",
    "level": "M3",
}


@pytest.fixture
def owner(client):
    owner = a_person("Olive Owner", is_owner=True, unit="HR")
    client.sign_in(owner)
    return owner


def errors(page: Page) -> dict[str, str]:
    """What is said at each field, by the field."""
    return {
        each.get("id").rpartition("-error-")[0]: "".join(each.itertext())
        for each in page.all(".//main//*[@class='error']")
    }


def sent(client, path: str, **changed: str) -> Page:
    """The form of the page with these fields changed, refused."""
    answer = posted(client, path, **changed)
    assert answer.status_code in {409, 422}, answer.status
    return Page(answer)


def posted(client, path: str, **changed: str):
    form = values_of(client.page(path).one(".//main//form[@method='post']"))
    return client.post(path, data={**form, **changed})


def saved_person(name: str) -> Person:
    return db.session.scalars(select(Person).where(Person.name == name)).one()


def last_line() -> AuditEvent:
    return db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()


# -- Adding


def test_an_owner_adds_one_person_who_reports_to_somebody(client, owner):
    answer = posted(client, "/people/add", **NEW, manager="olive owner")

    ines = saved_person("Ines Marlow")
    assert answer.headers["Location"] == f"/people/{ines.public_id}"
    assert {field: getattr(ines, field) for field in NEW} == NEW
    assert (ines.manager_id, ines.password_hash, ines.is_active) == (owner.id, None, True)
    links = db.session.scalars(select(ManagerLink).where(ManagerLink.person_id == ines.id)).all()
    assert [(link.manager_id, link.ended_on) for link in links] == [(owner.id, None)]
    line = last_line()
    assert (line.action, line.actor_id) == ("edit_person", owner.id)
    assert line.summary == (
        f"Ines Marlow (101) added, who reports to Olive Owner ({owner.employee_id})"
    )
    assert line.details == {"person": ines.public_id, "new": ["101"]}


@pytest.mark.usefixtures("owner")
def test_everything_that_is_wrong_is_said_at_once_at_its_field(client):
    other = a_person("Bo Kaya")
    gone = a_person("Gone", is_active=False)

    page = sent(
        client,
        "/people/add",
        name="Bo KAYA",
        employee_id=other.employee_id.lower(),
        email=gone.email.upper(),
        manager="nobody at all",
        title="x" * 201,
    )

    assert errors(page) == {
        "is_another": f"There is another Bo KAYA: Platform, {other.employee_id}."
        " Tick this if you mean somebody else.",
        "employee_id": f"{other.employee_id.lower()} is the employee ID of Bo Kaya."
        " Two people cannot share one.",
        "email": f"{gone.email.upper()} belongs to Gone ({gone.employee_id}), whose account is"
        " closed. Two people cannot share an address.",
        "manager": "Nobody here has the name, address or employee ID “nobody at all”.",
        "title": "Shorten this to 200 characters.",
    }
    assert page.one(".//input[@name='name']").get("value") == "Bo KAYA"
    assert len(db.session.scalars(select(Person).where(Person.name == "Bo KAYA")).all()) == 0


@pytest.mark.usefixtures("owner")
def test_nothing_typed_and_no_address_are_refused(client):
    assert set(errors(sent(client, "/people/add"))) == {"name", "employee_id", "email"}
    page = sent(client, "/people/add", **{**NEW, "email": "not an address"})
    assert errors(page) == {"email": "“not an address” is not an e-mail address."}


@pytest.mark.usefixtures("owner")
def test_a_name_that_is_made_to_read_as_another_one_is_refused(client):
    page = sent(client, "/people/add", **{**NEW, "name": "Ines M\u0430rlow"})

    assert list(errors(page)) == ["name"]


@pytest.mark.usefixtures("owner")
def test_a_namesake_is_warned_of_before_and_added_when_it_is_somebody_else(client):
    a_person("Ines Márlow", title="Director", unit="Leeds")

    page = sent(client, "/people/add", **NEW)
    assert list(errors(page)) == ["is_another"]
    assert "There is another Ines Marlow: Director, Leeds, " in page.text()
    form = values_of(page.one(".//main//form[@method='post']"))
    answer = client.post("/people/add", data={**form, "is_another": "y"})

    assert answer.status_code == 302
    assert saved_person("Ines Marlow").employee_id == "101"


@pytest.mark.usefixtures("owner")
def test_a_namesake_who_has_left_is_nobody_to_warn_of(client):
    a_person("Ines Marlow", is_active=False)

    assert posted(client, "/people/add", **NEW).status_code == 302


@pytest.mark.usefixtures("owner")
def test_a_manager_of_a_name_that_two_have_is_asked_for_by_number(client):
    first = a_person("Emil Rahimi", title="Engineer")
    second = a_person("Emil Rahimi", title="Planner")

    page = sent(client, "/people/add", **NEW, manager="Emil Rahimi")
    assert errors(page) == {
        "manager": "“Emil Rahimi” may be Emil Rahimi, Engineer, Platform,"
        f" {first.employee_id}; or Emil Rahimi, Planner, Platform, {second.employee_id}."
        " Type the address or the employee ID."
    }
    posted(client, "/people/add", **NEW, manager=second.employee_id.lower())

    assert saved_person("Ines Marlow").manager_id == second.id


@pytest.mark.usefixtures("owner")
def test_nobody_reports_to_somebody_who_has_left(client):
    gone = a_person("Gone", is_active=False)

    page = sent(client, "/people/add", **NEW, manager=gone.email)
    assert "has left, so there is nobody to report to" in errors(page)["manager"]


# -- Changing


@pytest.fixture
def bo(owner):
    return a_person("Bo Kaya", manager=owner, title="Engineer", level="L4", unit="Data")


def edit(person: Person) -> str:
    return f"/people/{person.public_id}/edit"


def test_an_owner_changes_what_is_on_record_and_the_log_says_from_what_to_what(client, owner, bo):
    zora = a_person("Zora")

    answer = posted(client, edit(bo), title="Manager", manager="Zora", unit="")

    assert answer.headers["Location"] == f"/people/{bo.public_id}"
    db.session.expire_all()
    assert (bo.title, bo.unit, bo.manager_id, bo.name) == ("Manager", "", zora.id, "Bo Kaya")
    links = db.session.scalars(
        select(ManagerLink).where(ManagerLink.person_id == bo.id).order_by(ManagerLink.id)
    ).all()
    assert [(link.manager_id, link.ended_on is None) for link in links] == [
        (owner.id, False),
        (zora.id, True),
    ]
    line = last_line()
    assert line.summary == (
        f"Bo Kaya ({bo.employee_id}) changed: title from Engineer to Manager, unit from Data to"
        f" nothing, manager from Olive Owner ({owner.employee_id}) to Zora ({zora.employee_id})"
    )
    assert line.details == {
        "person": bo.public_id,
        "changed": {
            "title": ["Engineer", "Manager"],
            "unit": ["Data", ""],
            "manager": [owner.employee_id, zora.employee_id],
        },
    }


def test_saving_what_is_on_record_changes_nothing_and_leaves_no_line(client, bo):
    before = bo.version
    posted(client, edit(bo))

    db.session.expire_all()
    assert bo.version == before
    assert db.session.scalars(select(AuditEvent)).all() == []


def test_another_address_ends_every_session_and_link_and_leaves_the_password(client, bo, session):
    bo.password_hash = "x"
    service.open_session(bo, at=NOW, hours=1)
    bo.password_hash = None
    service.issue_link(bo, actor=None, at=NOW)
    bo.password_hash = "x"
    session.flush()

    page = client.page(edit(bo)).text()
    assert "They are signed out everywhere, and sign-in links that are open stop working." in page
    assert "with the same password" in page
    posted(client, edit(bo), email="Bo@Firma.example")

    db.session.expire_all()
    assert (bo.email, bo.email_key) == ("Bo@Firma.example", "bo@firma.example")
    assert bo.password_hash == "x"
    own = SignInSession.person_id == bo.id
    assert all(each.ended_at for each in db.session.scalars(select(SignInSession).where(own)))
    (link,) = db.session.scalars(select(SignInLink).where(SignInLink.person_id == bo.id))
    assert link.expires_at < link.made_at + service.LINK_LIFE


def test_ones_own_address_keeps_the_session_in_which_it_is_changed(client, owner):
    posted(client, edit(owner), email="olive@firma.example")

    assert client.page("/account").text().count("olive@firma.example") == 1


def test_a_circle_of_managers_is_refused_with_everybody_in_it(client, owner, bo):
    cy = a_person("Cy", manager=bo)

    page = sent(client, edit(owner), manager=cy.email)
    assert errors(page)["manager"] == (
        "These people would report to each other in a circle:"
        f" Olive Owner ({owner.employee_id}) → Cy ({cy.employee_id}) → Bo Kaya ({bo.employee_id})"
        f" → Olive Owner ({owner.employee_id})."
    )
    page = sent(client, edit(owner), manager=owner.email)
    assert errors(page)["manager"] == "Olive Owner is entered as their own manager."


def test_a_manager_who_has_left_stays_until_somebody_changes_it(client, owner, bo):
    zora = a_person("Zora")
    bo.manager_id = zora.id
    zora.is_active = False
    db.session.flush()

    assert posted(client, edit(bo), title="Planner").status_code == 302
    db.session.expire_all()
    assert (bo.title, bo.manager_id) == ("Planner", zora.id)
    del owner


def test_whoever_saves_second_sees_both_and_replaces_nothing_unread(client, bo):
    form = values_of(client.page(edit(bo)).one(".//main//form[@method='post']"))
    posted(client, edit(bo), title="First")

    answer = client.post(edit(bo), data={**form, "title": "Second"})
    page = Page(answer)

    assert answer.status_code == 409
    assert page.texts(".//main//tbody/tr/*") == ["Title", "First", "Second"]
    db.session.expire_all()
    assert bo.title == "First"


def test_the_page_says_what_the_next_file_would_do(client, bo):
    assert "A file of the whole company in which they are missing lists them as leaving." in (
        client.page("/people/add").text()
    )
    text = client.page(edit(bo)).text()
    assert "What the next file of the whole company says counts again" in text
    assert "in which they are missing closes their account, after you have seen who leaves" in text


def test_a_person_of_a_name_that_others_have_says_who_they_are_not(client, bo):
    other = a_person("Bo Kaya", title="Planner", unit="Depots")

    page = client.page(f"/people/{bo.public_id}")
    assert page.texts(".//section[@aria-labelledby='namesakes']//li") == [
        f"Bo Kaya Planner, Depots, {other.employee_id}"
    ]


# -- Who may


def test_a_site_owner_with_a_stake_gives_a_reason_and_changes_no_address(client, owner, bo):
    cycle = a_cycle(phase=CyclePhase.RATING)
    a_packet(cycle, candidate=owner, state=PacketState.SUBMITTED)

    page = sent(client, edit(bo), title="Planner", email="another@firma.example")
    assert "Write the reason. It is kept in the audit log." in page.text()
    assert errors(page)["email"] == (
        "You have a part in a cycle that runs. Another owner, or whoever runs the server, changes"
        " addresses."
    )
    assert posted(client, edit(bo), title="Planner", reason="A new role.").status_code == 302
    assert last_line().details["reason"] == "A new role."
    posted(client, "/people/add", **NEW, reason="A new colleague.")

    assert last_line().details["reason"] == "A new colleague."


@pytest.mark.parametrize("path", ["/people/add", "/people/{id}/edit"])
def test_nobody_else_has_these_pages(client, path):
    person = a_person()
    client.sign_in(person)

    assert client.get(path.format(id=person.public_id)).status_code == 404
    assert client.post(path.format(id=person.public_id), data=NEW).status_code in {400, 404}
