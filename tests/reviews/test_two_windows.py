"""The same thing done in several windows at the same instant: it is done once, and nobody gets a page of an error."""

import pytest
from sqlalchemy import func, select

from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent
from reviews.db.models.calibration import Ballot, Conflict, Decision
from reviews.db.models.cycles import Cycle, CycleOwner
from reviews.db.models.people import ManagerLink, Person, SignInLink
from reviews.people import passwords
from reviews.people import service as people
from reviews.people.queries import now, open_links
from reviews.rules.enums import AssignmentState, Category, CyclePhase, PacketStage
from tests import builders
from tests.clients import Window
from tests.conftest import application, disconnect
from tests.races import sent_at_once, window_of
from tests.reviews.calibration.panels import a_committee
from tests.reviews.calibration.test_ballots import ballot_of
from tests.reviews.calibration.test_decision import decision_of

pytestmark = pytest.mark.both_databases

WINDOWS = 4


@pytest.fixture
def app(database):
    app = application(database)
    with app.app_context():
        yield app
        disconnect()


def rows(table):
    return db.session.scalar(select(func.count()).select_from(table))


def sent(app, person, address, fields):
    """From several windows of one person."""
    windows = [window_of(app, person) for _ in range(WINDOWS)]
    return sent_at_once(app, *((window, address, fields) for window in windows))


def test_a_ballot_sealed_in_several_windows(app):
    committee = a_committee()
    fields = ballot_of(committee.packet, Category.MET)

    statuses = sent(
        app, committee.members[0], f"/packets/{committee.packet.public_id}/ballot", fields
    )

    # A window that waited has either changed the ballot to the same or been told that it is sealed.
    assert set(statuses) <= {302, 403}
    assert statuses.count(302) == rows(Ballot)


def test_a_decision_recorded_in_several_windows(app):
    committee = a_committee(PacketStage.DISCUSSION)
    fields = decision_of(committee.packet)

    statuses = sent(app, committee.chair, f"/packets/{committee.packet.public_id}/decision", fields)

    assert statuses[0] == 302
    assert set(statuses[1:]) <= {409, 422}
    assert rows(Decision) == 1


def test_conflicts_answered_in_several_windows(app):
    committee = a_committee(answered=False)

    nothing = {f"reason_{committee.packet.public_id}": ""}
    path = f"/cycles/{committee.cycle.public_id}/conflicts"
    statuses = sent(app, committee.members[0], path, nothing)

    assert statuses == [302] * WINDOWS
    assert rows(Conflict) == 1


def test_one_name_for_several_cycles(app):
    owner = builders.a_person("Ines", is_owner=True)

    statuses = sent(app, owner, "/cycles/new", {"name": "2027-H1", "time_zone": "UTC"})

    assert statuses[0] == 302
    assert set(statuses[1:]) <= {409, 422}
    assert rows(Cycle) == 1


def test_a_rating_submitted_while_ratings_end(app):
    owner = builders.a_person("Ines")
    cycle = builders.a_cycle(phase=CyclePhase.RATING, owners=[owner])
    panel = builders.a_panel(
        cycle, chair=builders.a_person(), members=[builders.a_person(), builders.a_person()]
    )
    packet = builders.a_packet(cycle, panel=panel)
    assignment = builders.a_rating(packet)
    assignment.state, assignment.submitted_at = AssignmentState.IN_PROGRESS, None
    rater, advancing = window_of(app, assignment.rater), window_of(app, owner)
    number, version = assignment.id, str(len(builders.asked(packet).dimensions))

    statuses = sent_at_once(
        app,
        (rater, f"/packets/{packet.public_id}/rating/submit", {"version": version}),
        (advancing, f"/cycles/{cycle.public_id}/advance", {"phase": "rating"}),
    )

    assert set(statuses) <= {302, 404, 409, 422}
    state = db.session.get_one(type(assignment), number).state
    assert state in {
        AssignmentState.SUBMITTED,
        AssignmentState.EXPIRED,
        AssignmentState.IN_PROGRESS,
    }


def test_two_owners_of_the_site_who_close_each_other_leave_one(app):
    one, other = builders.a_person("One", is_owner=True), builders.a_person("Two", is_owner=True)
    windows = [window_of(app, person) for person in (one, other)]
    whom = [other.public_id, one.public_id]

    statuses = sent_at_once(
        app,
        *(
            (window, f"/people/{public_id}/deactivate", {})
            for window, public_id in zip(windows, whom, strict=True)
        ),
    )

    assert statuses[0] == 302
    left = db.session.scalars(select(Person.is_active).where(Person.is_owner)).all()
    assert sorted(left) == [False, True]


def test_of_links_that_are_made_at_the_same_instant_one_is_good(app):
    person = builders.a_person("Nia")
    number = person.id
    owners = [builders.a_person(is_owner=True) for _ in range(WINDOWS)]
    windows = [window_of(app, owner) for owner in owners]

    statuses = sent_at_once(
        app, *((window, f"/people/{person.public_id}/link", {}) for window in windows)
    )

    assert statuses == [200] * WINDOWS
    assert rows(SignInLink) == WINDOWS
    assert len(open_links(db.session.get_one(Person, number), now())) == 1


def test_no_link_is_left_to_whoever_has_just_chosen_a_password(app, monkeypatch):
    """It would let the owner in who was shown it. What takes long is taken out, so that the two meet."""
    monkeypatch.setattr(passwords, "hash_password", lambda _: "chosen")
    owner = window_of(app, builders.a_person(is_owner=True))
    for _ in range(5):
        person = builders.a_person()
        number = person.id
        link = people.issue_link(person, actor=None, at=now())
        chooser = Window(app, app.response_class)
        chooser.hold("")
        fields = {"password": "a long enough sentence of words"}

        statuses = sent_at_once(
            app,
            (chooser, f"/sign-in/link/{link}", fields),
            (owner, f"/people/{person.public_id}/link", {}),
        )

        # Either the link was used first, or the new one ended it.
        person = db.session.get_one(Person, number)
        has_chosen = person.password_hash is not None
        assert (statuses[0] == 302) is has_chosen
        assert len(open_links(person, now())) == (0 if has_chosen else 1)


def test_a_link_that_is_used_twice_at_the_same_instant(app, monkeypatch):
    monkeypatch.setattr(passwords, "hash_password", lambda password: password)
    person = builders.a_person()
    link = people.issue_link(person, actor=None, at=now())
    windows = [Window(app, app.response_class) for _ in range(WINDOWS)]
    for window in windows:
        window.hold("")

    statuses = sent_at_once(
        app,
        *(
            (window, f"/sign-in/link/{link}", {"password": f"a long enough sentence {number}"})
            for number, window in enumerate(windows)
        ),
    )

    assert statuses == [302] + [422] * (WINDOWS - 1)


def test_a_panel_that_changes_while_voting_begins(app):
    """Either the panel changed before, or it is too late for that: no packet votes without a panel."""
    owners = [builders.a_person("One"), builders.a_person("Two")]
    cycle = builders.a_cycle(phase=CyclePhase.RATING, owners=owners)
    panels = [
        builders.a_panel(
            cycle, chair=builders.a_person(), members=[builders.a_person(), builders.a_person()]
        )
        for _ in range(3)
    ]
    packet = builders.a_packet(cycle, panel=panels[0])
    for panel in panels[1:]:
        builders.a_packet(cycle, panel=panel)
    advancing, changing = (window_of(app, owner) for owner in owners)
    number = packet.id

    statuses = sent_at_once(
        app,
        (advancing, f"/cycles/{cycle.public_id}/advance", {"phase": "rating"}),
        (changing, f"/cycles/{cycle.public_id}/panels/{panels[0].public_id}/remove", {}),
    )

    assert set(statuses) <= {302, 404, 409, 422}
    found = db.session.get_one(type(packet), number)
    assert found.stage is PacketStage.WAITING or found.panel_id is not None


def test_an_owner_named_in_several_windows(app):
    owner, named = builders.a_person("Owner"), builders.a_person("Named")
    cycle = builders.a_cycle(phase=CyclePhase.RATING, owners=[owner])
    builders.a_packet(cycle)

    statuses = sent(
        app, owner, f"/cycles/{cycle.public_id}/owners/new", {"people": named.public_id}
    )

    assert statuses == [302] * WINDOWS
    assert rows(CycleOwner) == 2
    assert rows(AuditEvent) == 1


def test_an_owner_named_for_a_cycle_without_one_by_two_at_once(app):
    left = builders.a_person("Left", is_active=False)
    cycle = builders.a_cycle(phase=CyclePhase.RATING, owners=[left])
    address, reason = f"/cycles/without-owner/{cycle.public_id}", "Nobody runs it."
    people = [builders.a_person(f"Site owner {each}", is_owner=True) for each in range(WINDOWS)]
    named = [builders.a_person(f"Named {each}") for each in range(WINDOWS)]

    statuses = sent_at_once(
        app,
        *(
            (window_of(app, site_owner), address, {"people": each.public_id, "reason": reason})
            for site_owner, each in zip(people, named, strict=True)
        ),
    )

    # Whoever came second is told so, or finds no such cycle any more.
    assert statuses[0] == 302
    assert set(statuses[1:]) <= {404, 422}
    assert rows(CycleOwner) == 2


def on_record(person, manager):
    return {
        "name": person.name,
        "employee_id": person.employee_id,
        "email": person.email,
        "unit": person.unit,
        "manager": manager.email,
        "version": str(person.version),
    }


def test_two_people_made_each_others_managers_at_the_same_instant(app):
    owners = [builders.a_person(is_owner=True) for _ in range(2)]
    one, other = builders.a_person("One"), builders.a_person("Other")
    forms = [
        (window_of(app, owner), f"/people/{who.public_id}/edit", on_record(who, manager))
        for owner, who, manager in zip(owners, (one, other), (other, one), strict=True)
    ]

    statuses = sent_at_once(app, *forms)

    assert statuses == [302, 422]
    assert rows(ManagerLink) == 1


def test_one_address_given_to_two_new_people_at_the_same_instant(app):
    owners = [builders.a_person(is_owner=True) for _ in range(2)]
    new = {"email": "new@firma.example"}
    forms = [
        (window_of(app, owner), "/people/add", {**new, "name": f"New {n}", "employee_id": f"N{n}"})
        for n, owner in enumerate(owners)
    ]

    statuses = sent_at_once(app, *forms)

    assert statuses == [302, 422]
