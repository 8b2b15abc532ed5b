"""A peer is asked, and says yes or no."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from reviews.access.expectations import expectations_for
from reviews.db.models.audit import AuditEvent
from reviews.db.models.cycles import CycleOwner
from reviews.db.models.packets import Assignment
from reviews.db.models.ratings import ExpectationMark, Rating
from reviews.ratings import service
from reviews.rules.enums import (
    AssignmentState,
    Category,
    CyclePhase,
    DeclineCategory,
    RaterKind,
)
from reviews.rules.errors import IllegalMove, RuleBroken
from tests import builders as b
from tests.pages import Page

pytestmark = pytest.mark.both_databases

DECLINE = ".//section[@aria-labelledby='decline']/form"


@pytest.fixture
def packet(session):  # noqa: ARG001 - rolls back
    return b.a_packet(b.a_cycle(phase=CyclePhase.RATING))


@pytest.fixture
def assignment(packet):
    return b.an_assignment(packet, state=AssignmentState.INVITED)


def path(packet):
    return f"/packets/{packet.public_id}/invitation"


def test_the_invitation_says_who_asks_what_for_and_who_reads_it(client, assignment):
    packet = assignment.packet
    candidate, manager = packet.candidate.name, packet.manager.name
    client.sign_in(assignment.rater)

    page = client.page(path(packet))

    assert page.text(".//h1") == f"Rate {candidate} for Staff engineer?"
    assert page.text(".//p[@class='lede']").startswith(f"{manager}, the manager, asks")
    assert page.texts(".//dd")[0].startswith("3 dimensions of Staff engineer, with 6 expectations")
    assert page.texts(".//dd")[1] == "3 evidence items in the packet"
    readers = page.all(".//p[@class='readers']")[0]
    assert [name.text for name in readers.iter("b")] == [
        manager,
        "the committee",
        "HR",
        candidate,
    ]


def test_a_yes_opens_the_rating(client, session, assignment):
    packet = assignment.packet
    client.sign_in(assignment.rater)

    answer = client.submit(path(packet), form=".//div[@class='bar']/form")

    assert answer.location == f"/packets/{packet.public_id}/rating"
    assert client.get(answer.location).location == f"/packets/{packet.public_id}/rating/delivery"
    assert session.get_one(Assignment, assignment.id).state is AssignmentState.ACCEPTED


def test_a_second_yes_changes_nothing(session, assignment):
    for _ in range(2):
        service.accept_invitation(assignment, actor=assignment.rater, now=b.NOW)

    assert session.scalars(select(AuditEvent.summary)).all() == [
        f"{assignment.rater.name} accepted to rate {assignment.packet.candidate.name}"
    ]


@pytest.mark.parametrize("wrote", [False, True])
def test_a_no_keeps_itself_and_its_reason_as_the_page_says(client, session, assignment, wrote):
    packet, rater = assignment.packet, assignment.rater
    summary = f"{rater.name} declined to rate {packet.candidate.name}"
    if wrote:
        service.accept_invitation(assignment, actor=rater, now=b.NOW)
        delivery = expectations_for(packet).dimensions[0]
        service.save_rating(
            assignment,
            dimension=delivery,
            rationale="Too close to say.",
            category=Category.MET,
            marks={delivery.new[0].id: Category.SHOWN},
            version=0,
            actor=rater,
            now=b.NOW,
        )
    client.sign_in(rater)

    assert "That you declined, when and why is kept; what you drafted is not." in client.page(
        path(packet)
    ).text(DECLINE)
    answer = client.submit(
        path(packet), {"category": "too_close", "note": "We share a flat."}, form=DECLINE
    )

    assert (answer.status_code, answer.location) == (302, "/")
    saved = session.get_one(Assignment, assignment.id)
    assert (saved.state, saved.decline_category, saved.decline_note) == (
        AssignmentState.DECLINED,
        DeclineCategory.TOO_CLOSE,
        "We share a flat.",
    )
    assert session.scalars(select(Rating)).all() == []
    assert session.scalars(select(ExpectationMark)).all() == []
    last = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (last.summary, last.details, last.at.date()) == (summary, {}, b.NOW.date())
    client.page(path(packet), status=404)


def test_a_no_needs_a_reason_and_keeps_the_note(client, session, assignment):
    client.sign_in(assignment.rater)

    answer = client.submit(path(assignment.packet), {"note": "Sorry"}, form=DECLINE)

    assert answer.status_code == 422
    page = Page(answer)
    assert page.texts(".//p[@class='error']") == ["Choose the reason that comes nearest."]
    assert page.text(".//textarea") == "Sorry"
    assert session.get_one(Assignment, assignment.id).state is AssignmentState.INVITED


def test_nobody_answers_after_the_deadline(session, assignment):
    assignment.packet.cycle.rating_due = b.NOW - timedelta(seconds=1)
    session.flush()

    with pytest.raises(RuleBroken, match=r"^Ratings closed on "):
        service.accept_invitation(assignment, actor=assignment.rater, now=b.NOW)
    with pytest.raises(RuleBroken, match=r"^Ratings closed on "):
        service.decline_invitation(
            assignment, category=DeclineCategory.NO_TIME, actor=assignment.rater, now=b.NOW
        )


@pytest.mark.parametrize(
    "state", [AssignmentState.NOMINATED, AssignmentState.APPROVED, AssignmentState.SUBMITTED]
)
def test_only_an_invitation_is_answered(packet, state):
    assignment = b.an_assignment(packet, state=state)

    with pytest.raises(IllegalMove):
        service.decline_invitation(
            assignment, category=DeclineCategory.NO_TIME, actor=assignment.rater, now=b.NOW
        )


def test_the_invitation_is_its_peers_alone(app, assignment):
    packet = assignment.packet
    owner = b.a_person()
    b.saved(CycleOwner(cycle_id=packet.cycle_id, person_id=owner.id))
    b.an_assignment(packet, kind=RaterKind.MANAGER)
    nominee = b.an_assignment(packet, state=AssignmentState.NOMINATED).rater
    people = {
        "manager": packet.manager,
        "candidate": packet.candidate,
        "owner": owner,
        "nominee": nominee,
        "stranger": b.a_person(),
    }
    answers = {}
    for name, person in people.items():
        client = app.test_client()
        client.sign_in(person)
        answers[name] = client.get(path(packet)).status_code

    assert answers == {
        "manager": 403,
        "candidate": 403,
        "owner": 403,
        "nominee": 404,
        "stranger": 404,
    }
