"""Applying a people file: rows, manager links, sessions and the audit line; whole or not at all."""

import pytest
from sqlalchemy import func, select

from reviews.db.models.audit import AuditEvent
from reviews.db.models.mail import OutboxMessage
from reviews.db.models.people import ManagerLink, Person, SignInSession
from reviews.people import import_record, importing, service
from reviews.rules.errors import RuleBroken
from tests.builders import NOW, a_person, viewer_of

pytestmark = pytest.mark.both_databases

HEADER = "employee_id,name,email,manager_employee_id,title,level,unit\n"


def line(person: Person, manager: str = "", **changes: str) -> str:
    cells = {
        "employee_id": person.employee_id,
        "name": person.name,
        "email": person.email,
        "manager": manager,
        "title": person.title,
        "level": person.level,
        "unit": person.unit,
        **changes,
    }
    return ",".join(cells.values()) + "\n"


def imported(text: str, *, actor: Person, leavers_read: bool = True):
    return importing.apply(
        importing.read(text),
        digest=None,
        leavers_read=leavers_read,
        actor=viewer_of(actor),
        at=NOW,
    )


def links(session, person: Person) -> list[tuple[int, bool]]:
    return [
        (link.manager_id, link.ended_on is None)
        for link in session.scalars(
            select(ManagerLink).where(ManagerLink.person_id == person.id).order_by(ManagerLink.id)
        )
    ]


def test_a_first_file_makes_people_and_their_managers(session):
    owner = a_person(is_owner=True)
    text = (
        HEADER + "N2,Bo,Bo@Example.org,n1,Engineer,L4,Data\nN1,Ada,ada@example.org,,Lead,L6,Data\n"
    )

    plan = imported(text, actor=owner)

    bo = session.scalars(select(Person).where(Person.employee_id == "N2")).one()
    ada = session.scalars(select(Person).where(Person.employee_id == "N1")).one()
    assert (bo.name, bo.email, bo.email_key) == ("Bo", "Bo@Example.org", "bo@example.org")
    assert (bo.title, bo.level, bo.unit, bo.is_active) == ("Engineer", "L4", "Data", True)
    assert (bo.manager_id, ada.manager_id) == (ada.id, None)
    assert links(session, bo) == [(ada.id, True)]
    assert len(plan.new) == 2
    assert imported(text, actor=owner).is_empty


def test_a_new_manager_closes_one_link_and_opens_the_next(session):
    owner, old, new = a_person(is_owner=True), a_person(), a_person()
    report = a_person(manager=old)

    imported(HEADER + line(old) + line(new) + line(report, manager=new.employee_id), actor=owner)

    assert report.manager_id == new.id
    assert links(session, report) == [(old.id, False), (new.id, True)]


def test_a_leaver_is_signed_out_and_kept(session):
    owner, stays = a_person(is_owner=True), a_person()
    leaver = a_person(manager=stays)
    service.open_session(leaver, at=NOW, hours=1)
    token = service.issue_link(leaver, actor=None, at=NOW)

    imported(HEADER + line(stays), actor=owner)

    assert (leaver.is_active, leaver.manager_id, stays.is_active) == (False, None, True)
    assert links(session, leaver) == [(stays.id, False)]
    ended = session.scalars(
        select(SignInSession.ended_at).where(SignInSession.person_id == leaver.id)
    )
    assert list(ended) == [NOW]
    leaver.is_active = True
    with pytest.raises(RuleBroken):
        service.choose_password(token, "a hash", at=NOW)


def test_addresses_and_ids_may_be_swapped(session):
    owner, one, two = a_person(is_owner=True), a_person(), a_person()
    text = HEADER + line(one, email=two.email) + line(two, email=one.email)
    first, second = one.email, two.email

    imported(text, actor=owner)

    session.expire_all()
    assert (one.email, one.email_key, two.email) == (second, second, first)


def told(session):
    found = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [(each.kind, each.person_id, each.address, each.about) for each in found]


def test_a_new_address_is_told_to_both_and_who_leaves_hears_of_it(app, session, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_URL", "smtp://127.0.0.1:9")
    owner, one, leaver = a_person(is_owner=True), a_person(), a_person()
    before = one.email
    session.flush()

    imported(HEADER + line(one, email="new@example.org"), actor=owner)

    assert told(session) == [
        ("account_closed", leaver.id, None, {}),
        ("new_address", one.id, before, {"goes_to": "old", "other": "n…@e…"}),
        ("new_address", one.id, None, {"goes_to": "new", "other": f"{before[0]}…@e…"}),
    ]


def test_an_address_that_was_passed_on_hears_nothing_of_who_had_it(app, session, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_URL", "smtp://127.0.0.1:9")
    owner, one, two = a_person(is_owner=True), a_person(), a_person()
    text = HEADER + line(one, email=two.email) + line(two, email="two@new.example.org")
    kept, passed_on = one.email, two.email
    session.flush()

    imported(text, actor=owner)

    assert [(person, address) for _, person, address, _ in told(session)] == [
        (one.id, kept),
        (one.id, None),
        (two.id, None),
    ]
    assert passed_on == one.email


def test_the_first_owner_keeps_the_account_when_the_file_knows_the_address(session):
    owner, _ = service.add_owner(name="Olive", email="olive@example.org", at=NOW)

    imported(HEADER + "E7,Olive Owner,olive@example.org,,HR,,\n", actor=owner)

    assert (owner.employee_id, owner.name, owner.is_owner) == ("E7", "Olive Owner", True)
    assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_one_mistake_keeps_everything_out(session):
    owner = a_person(is_owner=True)
    text = HEADER + "N1,Ada,ada@example.org,,,,\nN2,Bo,bo@example.org,N9,,,\n"

    with pytest.raises(RuleBroken, match="mistakes"):
        imported(text, actor=owner)

    assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_leavers_must_have_been_confirmed(session):  # noqa: ARG001 - needs a database
    owner, stays, leaver = a_person(is_owner=True), a_person(), a_person()

    with pytest.raises(RuleBroken, match="Confirm"):
        imported(HEADER + line(stays), actor=owner, leavers_read=False)

    assert leaver.is_active


def test_a_plan_that_nobody_looked_at_is_not_applied(session):
    owner, stays = a_person(is_owner=True), a_person()
    text = HEADER + line(stays, title="Head")
    read = importing.read(text)
    seen = importing.preview(read).plan.digest
    stays.title = "Head"
    session.flush()

    with pytest.raises(RuleBroken, match="has changed since you looked"):
        importing.apply(read, digest=seen, leavers_read=True, actor=viewer_of(owner), at=NOW)


def test_an_import_leaves_one_audit_line_and_no_change_none(session):
    owner, stays, leaver = a_person(is_owner=True), a_person(), a_person()
    text = HEADER + line(stays, title="Head") + "N1,Ada,ada@example.org,,,,\n"

    imported(text, actor=owner)
    imported(text, actor=owner)

    (event,) = session.scalars(select(AuditEvent))
    assert (event.action, event.actor_id) == ("import_people", owner.id)
    assert event.summary == (
        f"People imported: 1 new, 1 changed, 1 left. Closed: {leaver.name} ({leaver.employee_id})"
    )
    assert event.details == {
        "new": ["N1"],
        "changed": {stays.employee_id: ["title"]},
        "left": [leaver.employee_id],
        "opened": [],
        "managers": {},
        "addresses": {},
        "employee_ids": {},
    }


def test_the_audit_line_names_who_is_closed_opened_moved_and_given_another_address(session):
    owner, old, new = a_person(is_owner=True), a_person("Old"), a_person("New")
    moved, freed = a_person("Moved", manager=old), a_person("Freed", manager=old)
    back, readdressed = a_person("Back", is_active=False), a_person("Ann")
    renumbered, leavers = a_person("Ren"), [a_person(f"Leaver {n}") for n in range(5)]
    text = HEADER + (
        line(old)
        + line(new)
        + line(moved, manager=new.employee_id)
        + line(freed)
        + line(back)
        + line(readdressed, email="ann@new.example.org")
        + line(renumbered, employee_id="R2")
    )
    before = {each: (each.employee_id, each.email) for each in (readdressed, renumbered)}

    imported(text, actor=owner)

    (event,) = session.scalars(select(AuditEvent))
    said = ", ".join(f"{each.name} ({each.employee_id})" for each in leavers[:3])
    assert event.summary == (
        f"People imported: 0 new, 5 changed, 5 left. Closed: {said} and 2 more."
        f" Opened again: Back ({back.employee_id})."
        f" Another manager: Moved ({moved.employee_id}) from Old to New,"
        f" Freed ({freed.employee_id}) from Old to nobody."
        f" Another address: Ann ({readdressed.employee_id})."
        f" Another employee ID: Ren ({before[renumbered][0]})"
    )
    assert event.details == {
        "new": [],
        "changed": {
            moved.employee_id: ["manager_employee_id"],
            freed.employee_id: ["manager_employee_id"],
            back.employee_id: ["account"],
            readdressed.employee_id: ["email"],
            before[renumbered][0]: ["employee_id"],
        },
        "left": [each.employee_id for each in leavers],
        "opened": [back.employee_id],
        "managers": {
            moved.employee_id: [old.employee_id, new.employee_id],
            freed.employee_id: [old.employee_id, ""],
        },
        "addresses": {readdressed.employee_id: [before[readdressed][1], "ann@new.example.org"]},
        "employee_ids": {before[renumbered][0]: [before[renumbered][0], "R2"]},
    }


def test_the_audit_line_of_a_whole_company_stays_short(session, monkeypatch):
    monkeypatch.setattr(import_record, "MOST_NAMED", 2)
    owner, stays = a_person(is_owner=True), a_person()
    leavers = [a_person("L" * 190) for _ in range(4)]

    imported(HEADER + line(stays), actor=owner)

    (event,) = session.scalars(select(AuditEvent))
    assert event.details["left"] == [each.employee_id for each in leavers[:2]]
    assert len(event.summary) == 500


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_names_come_through_whatever_a_spreadsheet_writes(encoding):
    text = HEADER + "E1,Zoë Müller,zoe@example.org,,,,\n"

    assert importing.text_of(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04\x00\x00", "This is not a text file."),
        (b"x" * (256 * 1024 + 1), "The file is larger than 256 KB."),
    ],
)
def test_what_is_not_a_text_file_is_refused_with_a_sentence(data, sentence):
    with pytest.raises(RuleBroken, match=sentence) as refusal:
        importing.text_of(data)

    assert refusal.value.field == "file"


def test_the_command_line_shows_what_would_change_and_applies_it_when_told(app, session, tmp_path):
    leaver = a_person("Lea")
    file = tmp_path / "people.csv"
    file.write_text(HEADER + "N1,Ada,ada@example.org,,,,\n", encoding="utf-8")
    run = app.test_cli_runner().invoke

    looked = run(args=["people", "import", str(file)])

    assert looked.output.splitlines() == [
        "new      N1  Ada",
        f"leaving  {leaver.employee_id}  Lea",
        "1 new, 0 changed, 1 leaving, 0 unchanged",
        "Nothing was changed. Run it again with --apply.",
    ]
    assert session.scalar(select(func.count()).select_from(Person)) == 1
    assert run(args=["people", "import", str(file), "--apply"]).output.endswith("Imported.\n")
    assert session.scalar(select(func.count()).select_from(Person)) == 2
    file.write_text(HEADER + "N1,,ada@example.org,,,,\n", encoding="utf-8")
    refused = run(args=["people", "import", str(file), "--apply"])
    assert refused.exit_code == 1
    assert "line 2, name: Is empty." in refused.output
