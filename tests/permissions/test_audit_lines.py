"""Every change leaves a line in the audit log: who did it, and whom or what it concerns."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent
from reviews.db.models.cycles import Cycle
from reviews.db.models.packets import Assignment, Packet
from reviews.db.models.people import Person
from reviews.rules.enums import Verb
from reviews.web.guard import SAFE
from tests.permissions.asking import Asker, undone
from tests.permissions.routes import REASON, ROUTES, Route, always
from tests.permissions.test_routes import do
from tests.permissions.world import Case, World

pytestmark = pytest.mark.test_all

#: Changes that nobody is to read about.
SILENT = {
    # It is the reader's own, and nobody else sees whether they have.
    "calibration.outcome.mark_read",
    # Of sessions only what ends other ones has a line.
    "signing_in.sign_in",
    "signing_in.sign_out",
    # Nothing is done but a message sent; the link in it has a line when it is used.
    "signing_in.forgotten_password",
    # It is the person's own, and nobody else sees what they chose.
    "signing_in.account.choose_reminders",
    # It only shows a secret.
    "signing_in.factors.set_up_app",
    # Whoever has read of it has a line about it already.
    "signing_in.factors.resets_read",
    # They lead to the provider; whoever comes back has a line, the first time.
    "company_sign_in.go",
    "company_sign_in.prove",
    # It shows what it would do.
    "roster.upload",
    # So do these; what waits is its author's alone.
    "roster.map_columns",
    "roster.answer",
    "roster.give_up",
}
#: What needs more than a form of the frozen world, and where its line is held.
ELSEWHERE = {
    "calibration.committee.conflicts": "tests/reviews/calibration/test_conflicts.py",
    "cycles.panels.index": "tests/reviews/cycles/test_panels.py",
    "cycles.panels.set_conflict": "tests/reviews/cycles/test_panels.py",
    "ladder_library.arrange": "tests/reviews/ladder_library/test_import_preview.py",
    "ladder_library.fields": "tests/reviews/ladder_library/test_import_preview.py",
    "ladder_library.upload": "tests/reviews/ladder_library/test_ladder_pages.py",
    "ladder_library.order": "tests/reviews/ladder_library/test_import_preview.py",
    "mail.repeat": "tests/reviews/mail/test_mail_page.py",
    "packets.start": "tests/reviews/packets/test_starting.py",
    "signing_in.account.show": "tests/reviews/audit/test_lines.py",
    "people.invite": "tests/reviews/mail/test_invitations.py",
    "people.invite_all": "tests/reviews/mail/test_invitations.py",
    "signing_in.factors.add_app": "tests/reviews/signing_in/test_second_factors.py",
    "signing_in.factors.remove_app": "tests/reviews/signing_in/test_second_factors.py",
    "signing_in.factors.new_codes": "tests/reviews/signing_in/test_second_factors.py",
    "signing_in.factors.reset_factors": "tests/reviews/signing_in/test_second_factors.py",
    "signing_in.second_factor": "tests/reviews/signing_in/test_second_factors.py",
    "signing_in.factors.add_passkey": "tests/reviews/signing_in/test_passkeys.py",
    "signing_in.factors.remove_passkey": "tests/reviews/signing_in/test_passkeys.py",
    "company_sign_in.take_off": "tests/reviews/signing_in/test_company.py",
    "signing_in.account.links": "tests/reviews/audit/test_lines.py",
    "signing_in.use_link": "tests/reviews/audit/test_lines.py",
    "roster.apply": "tests/reviews/roster/test_applying.py",
}
#: Other tests of these routes ask for less than that it is done.
MORE = {"cycles.panels.edit", "cycles.panels.remove"}
#: What another line says already, or what the command line and the tests above do.
NOT_DONE_HERE = {
    Verb.START_VOTING: "the line of START_CALIBRATION",
    Verb.INVITE_PEER: "the line of START_RATING, or of APPROVE_PEER",
    Verb.DROP_NOMINATION: "the line of START_RATING",
    Verb.BEGIN_RATING: "the line of WRITE_RATING",
    Verb.EXPIRE_RATING: "the line of START_CALIBRATION",
    Verb.OPEN_CYCLE: "tests/reviews/cycles/test_phases.py",
    Verb.START_CALIBRATION: "tests/reviews/cycles/test_phases.py",
    Verb.REJECT_PEER: "tests/reviews/packets/test_peers.py",
    Verb.CREATE_PACKET: "tests/reviews/packets/test_starting.py",
    Verb.DECLARE_CONFLICT: "tests/reviews/calibration/test_conflicts.py",
    Verb.SET_CONFLICT: "tests/reviews/cycles/test_panels.py",
    Verb.IMPORT_PEOPLE: "tests/reviews/roster/test_applying.py",
}


def done() -> Iterator[Route]:
    for route in ROUTES:
        if route.method != "POST" or route.endpoint in SILENT:
            continue
        if route.endpoint in MORE:
            fields = always(name="Renamed", reason=REASON)
            if route.endpoint.endswith("remove"):
                fields = always(reason=REASON)
            yield replace(route, fields=fields, done_by=("1", "owner"))
        elif route.done_by != ("", ""):
            yield route


def test_every_change_leaves_a_line_about_what_it_concerns(app: Flask, world: World) -> None:
    wrong, verbs = [], set()
    for route in done():
        scene, label = route.done_by
        (case,) = (
            each
            for each in world.scenes[scene]
            if (each.label, each.subject.label) == (label, "plain")
        )
        with undone():
            route.prepare(case)
            peer, person = peer_named(world, route, case), person_named(world, route, case)
            last = db.session.scalar(select(func.max(AuditEvent.id))) or 0
            db.session.commit()
            do(app, world, Asker(app, case), route, case)
            found = select(AuditEvent).where(AuditEvent.id > last).order_by(AuditEvent.id)
            lines = db.session.scalars(found).all()
            verbs |= {line.action for line in lines}
            named = [concerns(route, case, peer, line) for line in lines]
            people = [line.details["person"] for line in lines if person]
            if not named or not all(named) or people != [person] * len(people):
                told = [(line.actor_id, line.summary, line.details) for line in lines]
                wrong.append(f"{route.endpoint}: {told}")

    assert wrong == []
    assert verbs == {verb.value for verb in Verb} - {verb.value for verb in NOT_DONE_HERE}


def concerns(route: Route, case: Case, peer: str | None, line: AuditEvent) -> bool:
    """Whether the line names who did it and what is in the address."""
    subject, named = case.subject, line.details
    packet = db.session.get(Packet, line.packet_id) if line.packet_id else None
    cycle = db.session.get(Cycle, line.cycle_id) if line.cycle_id else None
    held = {
        "actor": line.actor_id == case.person_id,
        "packet": route.on != "packet" or (packet and packet.public_id == subject.public_id),
        "cycle": route.on != "cycle" or (cycle and cycle.public_id == subject.cycle),
        "new cycle": route.endpoint != "cycles.setup.create" or cycle,
        "peer": "peer" not in route.parts or named["peer"] == peer,
        "panel": "panel" not in route.parts or named["panel"] == subject.panel,
        "version": "version" not in route.parts or named["version"],
    }
    return all(held.values())


def person_named(world: World, route: Route, case: Case) -> str | None:
    """Whom an act on accounts is about."""
    if not route.endpoint.startswith("people.") or route.endpoint == "people.add_person":
        return None
    return world.bystander if "person" in route.parts else case.public_id


def peer_named(world: World, route: Route, case: Case) -> str | None:
    if "peer" not in route.parts:
        return None
    return db.session.scalar(
        select(Person.public_id)
        .join(Assignment, Assignment.rater_id == Person.id)
        .where(Assignment.public_id == route.parts["peer"](world, case.subject))
    )


@pytest.mark.parametrize("place", sorted(set(ELSEWHERE.values())))
def test_what_is_held_elsewhere_looks_at_the_log(place: str) -> None:
    assert "AuditEvent" in Path(place).read_text(encoding="utf-8")


def test_every_way_to_change_something_is_looked_at(app: Flask) -> None:
    ways: Sequence[str] = [
        rule.endpoint for rule in app.url_map.iter_rules() if set(rule.methods or ()) - SAFE
    ]

    assert {route.endpoint for route in done()} | SILENT | ELSEWHERE.keys() == set(ways)
