"""Applying a people file: rows, manager links, sessions and the audit line; whole or not at all."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from reviews.db.models.audit import AuditEvent
from reviews.db.models.mail import OutboxMessage
from reviews.db.models.people import ManagerLink, Person, SignInSession, keys_of
from reviews.people import service
from reviews.people.addresses import email_key
from reviews.roster import queries, record
from reviews.roster.plan import Identity, compare
from reviews.rules.errors import RuleBroken
from tests.builders import NOW, a_person, viewer_of
from tests.rosters import HEADER, imported, people_of

pytestmark = pytest.mark.both_databases


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

    plan = imported(text, actor=viewer_of(owner))

    bo = session.scalars(select(Person).where(Person.employee_id == "N2")).one()
    ada = session.scalars(select(Person).where(Person.employee_id == "N1")).one()
    assert (bo.name, bo.email, bo.email_key) == ("Bo", "Bo@Example.org", "bo@example.org")
    assert (bo.title, bo.level, bo.unit, bo.is_active) == ("Engineer", "L4", "Data", True)
    assert (bo.manager_id, ada.manager_id) == (ada.id, None)
    assert links(session, bo) == [(ada.id, True)]
    assert len(plan.new) == 2
    assert imported(text, actor=viewer_of(owner)).is_empty


def test_a_new_manager_closes_one_link_and_opens_the_next(session):
    owner, old, new = a_person(is_owner=True), a_person(), a_person()
    report = a_person(manager=old)

    imported(
        HEADER + line(old) + line(new) + line(report, manager=new.employee_id),
        actor=viewer_of(owner),
    )

    assert report.manager_id == new.id
    assert links(session, report) == [(old.id, False), (new.id, True)]


def test_a_leaver_is_signed_out_and_kept(session):
    owner, stays = a_person(is_owner=True), a_person()
    leaver = a_person(manager=stays)
    service.open_session(leaver, at=NOW, hours=1)
    token = service.issue_link(leaver, actor=None, at=NOW)

    imported(HEADER + line(stays), actor=viewer_of(owner))

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

    imported(text, actor=viewer_of(owner))

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

    imported(HEADER + line(one, email="new@example.org"), actor=viewer_of(owner))

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

    imported(text, actor=viewer_of(owner))

    assert [(person, address) for _, person, address, _ in told(session)] == [
        (one.id, kept),
        (one.id, None),
        (two.id, None),
    ]
    assert passed_on == one.email


def test_who_leaves_and_whose_address_somebody_else_has_now_is_not_written_to(
    app, session, monkeypatch
):
    monkeypatch.setitem(app.config, "MAIL_URL", "smtp://127.0.0.1:9")
    owner, leaver, other = a_person(is_owner=True), a_person("Lea"), a_person()
    text = HEADER + line(owner) + f"N1,Nia,{leaver.email},,,,\n"
    session.flush()

    imported(text, answers={"n1": Identity.OTHER}, actor=viewer_of(owner))

    assert (leaver.email, leaver.is_active) == ("", False)
    assert told(session) == [("account_closed", other.id, None, {})]


def test_who_had_no_address_is_told_of_the_new_one_alone(app, session, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_URL", "smtp://127.0.0.1:9")
    owner, back = a_person(is_owner=True), a_person(is_active=False)
    back.email, back.email_key = "", f"given up: {back.public_id}"
    session.flush()

    imported(HEADER + line(owner) + line(back, email="back@example.org"), actor=viewer_of(owner))

    assert told(session) == [("new_address", back.id, None, {"goes_to": "new", "other": ""})]


def test_a_new_address_ends_every_way_in_but_the_actors_own_session(session):
    owner, one, stays = a_person(is_owner=True), a_person(), a_person()
    for person in (owner, owner, one, stays):
        service.open_session(person, at=NOW, hours=1)
    tokens = [service.issue_link(person, actor=None, at=NOW) for person in (one, stays)]
    own, *_ = session.scalars(
        select(SignInSession.id)
        .where(SignInSession.person_id == owner.id)
        .order_by(SignInSession.id)
    )
    text = (
        HEADER
        + line(owner, email="o@new.example.org")
        + line(one, email="one@new.example.org")
        + line(stays)
    )

    imported(text, actor=replace(viewer_of(owner), session_id=own))

    open_now = select(SignInSession.person_id, SignInSession.id == own).where(
        SignInSession.ended_at.is_(None)
    )
    assert [tuple(row) for row in session.execute(open_now.order_by(SignInSession.id))] == [
        (owner.id, True),
        (stays.id, False),
    ]
    with pytest.raises(RuleBroken):
        service.choose_password(tokens[0], "a hash", at=NOW)
    service.choose_password(tokens[1], "a hash", at=NOW)


def test_people_of_a_file_are_found_and_ordered_like_those_who_were_added_alone(session):
    """The rows are written past the objects that keep these keys."""
    owner, before = a_person(is_owner=True), a_person("Someone", title="Lead")
    changes = {
        "name": "Zoë Ní Bhriain",
        "title": "Ingénieure",
        "employee_id": "\uff257",
        "email": "Zoë@EXAMPLE.org",
    }
    text = (
        HEADER
        + line(owner)
        + line(before, **{**changes, "email": before.email, "employee_id": before.employee_id})
    )

    imported(
        text + "\uff257,Zoë Ní Bhriain,Zoë@EXAMPLE.org,,Ingénieure,,Łódź\n", actor=viewer_of(owner)
    )

    keys = ("employee_key", "name_key", "work_key", "account_key", "sort_key", "email_key")
    for person in session.scalars(select(Person)).all():
        kept = {key: getattr(person, key) for key in keys}
        named = {
            name: getattr(person, name)
            for name in ("name", "title", "unit", "email", "employee_id")
        }
        assert kept == {**keys_of(**named), "email_key": email_key(person.email)}
    assert (
        session.scalar(select(Person.email_key).where(Person.employee_key == "e7"))
        == "zoë@example.org"
    )


def test_the_first_owner_keeps_the_account_when_the_file_knows_the_address(session):
    owner, _ = service.add_owner(name="Olive", email="olive@example.org", at=NOW)

    imported(HEADER + "E7,Olive Owner,olive@example.org,,HR,,\n", actor=viewer_of(owner))

    assert (owner.employee_id, owner.name, owner.is_owner) == ("E7", "Olive Owner", True)
    assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_one_mistake_keeps_everything_out(session):
    owner = a_person(is_owner=True)
    text = HEADER + "N1,Ada,ada@example.org,,,,\nN2,Bo,bo@example.org,N9,,,\n"

    with pytest.raises(RuleBroken, match="mistakes"):
        imported(text, actor=viewer_of(owner))

    assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_leavers_must_have_been_confirmed(session):  # noqa: ARG001 - needs a database
    owner, stays, leaver = a_person(is_owner=True), a_person(), a_person()

    with pytest.raises(RuleBroken, match="Confirm"):
        imported(HEADER + line(stays), actor=viewer_of(owner), leavers_read=False)

    assert leaver.is_active


def test_a_plan_that_nobody_looked_at_is_not_applied(session):
    owner, stays = a_person(is_owner=True), a_person()
    text = HEADER + line(stays, title="Head")
    seen = compare(people_of(text), queries.roster()).digest
    stays.title = "Head"
    session.flush()

    with pytest.raises(RuleBroken, match="has changed since you looked"):
        imported(text, digest=seen, actor=viewer_of(owner))


def test_an_import_leaves_one_audit_line_and_no_change_none(session):
    owner, stays, leaver = a_person(is_owner=True), a_person(), a_person()
    text = HEADER + line(stays, title="Head") + "N1,Ada,ada@example.org,,,,\n"

    imported(text, actor=viewer_of(owner))
    imported(text, actor=viewer_of(owner))

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

    imported(text, actor=viewer_of(owner))

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
    monkeypatch.setattr(record, "MOST_NAMED", 2)
    owner, stays = a_person(is_owner=True), a_person()
    leavers = [a_person("L" * 190) for _ in range(4)]

    imported(HEADER + line(stays), actor=viewer_of(owner))

    (event,) = session.scalars(select(AuditEvent))
    assert event.details["left"] == [each.employee_id for each in leavers[:2]]
    assert len(event.summary) == 500


def test_the_command_line_shows_what_would_change_and_applies_it_when_told(app, session, tmp_path):
    leaver = a_person("Lea")
    file = tmp_path / "people.csv"
    file.write_text(HEADER + "N1,Ada,ada@example.org,,,,\n", encoding="utf-8")
    run = app.test_cli_runner().invoke

    looked = run(args=["people", "import", str(file)])

    assert looked.stdout.splitlines() == [
        "new      N1  Ada",
        f"leaving  {leaver.employee_id}  Lea",
        "1 new, 0 changed, 1 leaving, 0 unchanged, 0 left out",
        "Nothing was changed. Run it again with --apply.",
    ]
    assert session.scalar(select(func.count()).select_from(Person)) == 1
    assert run(args=["people", "import", str(file), "--apply"]).output.endswith("Imported.\n")
    assert session.scalar(select(func.count()).select_from(Person)) == 2
    file.write_text(HEADER + "N1,,ada@example.org,,,,\n", encoding="utf-8")
    refused = run(args=["people", "import", str(file), "--apply"])
    assert refused.exit_code == 1
    assert "line 2, name: Is empty. If left out: stays as on record." in refused.output


def test_the_command_line_maps_columns_keeps_the_others_and_leaves_mistakes_out(
    app, session, tmp_path
):
    stays = a_person("Stays")
    file = tmp_path / "people.csv"
    file.write_text("Key,Aaa,Where,Post\n1,Ada,a,ada@example.org\n2,,b,bo@example.org\n", "utf-8")
    run = app.test_cli_runner().invoke
    command = ["people", "import", str(file), "--only-these", "--apply"]

    unmapped = run(args=command)
    columns = ["--map", "employee_id=Key", "--map", "email=Post", "--map", "name=Aaa"]
    with_mistakes = run(args=[*command, *columns])
    done = run(args=[*command, *columns, "--leave-out"])

    assert unmapped.exit_code == 1
    assert "The columns are: Key, Aaa, Where, Post" in unmapped.output
    assert "leave these people out with --leave-out" in with_mistakes.output
    assert done.stdout.splitlines()[-2:] == [
        "1 new, 0 changed, 0 leaving, 0 unchanged, 1 left out",
        "Imported.",
    ]
    session.refresh(stays)
    assert stays.is_active
    # The same columns are read like this next time, without being told.
    assert "0 new, 0 changed, 0 leaving, 1 unchanged" in run(args=[*command, "--leave-out"]).stdout
    wrong = run(args=[*command, "--map", "nonsense"])
    assert (wrong.exit_code, "names no field" in wrong.output) == (1, True)
