"""Writing a rating: dimension by dimension, kept through every refusal, submitted whole."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from reviews.access.expectations import expectations_for
from reviews.db.models.audit import AuditEvent
from reviews.db.models.packets import Assignment
from reviews.db.models.ratings import ExpectationMark, Rating
from reviews.ratings import service
from reviews.rules.enums import AssignmentState, Category, CyclePhase, PacketState, RaterKind
from reviews.rules.errors import IllegalMove, RuleBroken, StaleEdit
from tests import builders as b
from tests.pages import Page
from tests.recording import recorded

pytestmark = pytest.mark.both_databases

FORM = ".//form[@class='rate']"
WHY = "The plan of item 1 held when a team fell away."


@pytest.fixture
def packet(session):  # noqa: ARG001 - rolls back
    return b.a_packet(b.a_cycle(phase=CyclePhase.RATING))


@pytest.fixture
def assignment(packet):
    return b.an_assignment(packet)


def path(packet, rest="rating/delivery"):
    return f"/packets/{packet.public_id}/{rest}"


def write(assignment, dimension, category=Category.MET, *, why=WHY, version=0, **more):
    b.whole(assignment)
    return service.save_rating(
        assignment,
        dimension=dimension,
        rationale=why,
        category=category,
        marks=more.pop("marks", {}),
        version=version,
        actor=assignment.rater,
        now=b.NOW,
        **more,
    )


def write_all(assignment):
    for dimension in expectations_for(b.whole(assignment).packet).dimensions:
        write(assignment, dimension)


def ratings_of(session, assignment):
    return session.scalars(
        select(Rating).where(Rating.assignment_id == assignment.id).order_by(Rating.dimension_id)
    ).all()


def test_a_dimension_is_saved_with_its_marks_and_leads_to_the_next(client, session, assignment):
    packet = assignment.packet
    delivery = expectations_for(packet).dimensions[0]
    client.sign_in(assignment.rater)

    answer = client.submit(
        path(packet),
        {
            "rationale": WHY,
            "category": "met",
            "marks-E1": "shown",
            "marks-E3": "partly",
            "go": "next",
        },
        form=FORM,
    )

    assert (answer.status_code, answer.location) == (302, path(packet, "rating/judgement"))
    (saved,) = ratings_of(session, assignment)
    assert (saved.dimension_id, saved.rationale, saved.category, saved.shareable) == (
        delivery.id,
        WHY,
        Category.MET,
        False,
    )
    marks = {m.expectation_id: m.mark for m in session.scalars(select(ExpectationMark))}
    asked = {each.label: each.id for each in delivery}
    assert marks == {asked["E1"]: Category.SHOWN, asked["E3"]: Category.PARTLY}
    assert session.get_one(Assignment, assignment.id).state is AssignmentState.IN_PROGRESS


def test_the_page_shows_what_is_asked_with_its_evidence_and_what_was_saved(client, assignment):
    packet = assignment.packet
    delivery = expectations_for(packet).dimensions[0]
    write(assignment, delivery, Category.PARTLY, marks={delivery.new[0].id: Category.SHOWN})
    client.sign_in(assignment.rater)

    page = client.page(path(packet))

    assert page.texts(".//p[@class='expect']") == [each.text for each in delivery]
    assert page.texts(".//ol/li[1]//summary") == ["Item 1 Work for Delivery"]
    assert "".join(page.one(".//textarea[@id='rationale']").itertext()).strip() == WHY
    checked = [i.get("value") for i in page.all(".//input[@checked]")]
    assert sorted(checked) == ["partly", "shown"]
    assert page.texts(".//ol[@class='steps']//li") == [
        "✓Delivery, complete",
        "Judgement",
        "People",
        "Read over and submit",
    ]


def test_marks_that_are_taken_off_are_gone(session, assignment):
    delivery = expectations_for(assignment.packet).dimensions[0]
    first, second = delivery.new
    write(assignment, delivery, marks={first.id: Category.SHOWN, second.id: Category.PARTLY})
    write(assignment, delivery, marks={second.id: Category.NOT_SHOWN}, version=1)

    marks = {m.expectation_id: m.mark for m in session.scalars(select(ExpectationMark))}
    assert marks == {second.id: Category.NOT_SHOWN}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"rationale": "x" * 4001}, "Shorten this to 4,000 characters."),
        (
            {"rationale": "Seen\x07 twice"},
            "This held a control character, which is taken out now. Look it over and send it again.",
        ),
        ({"category": "superb"}, "Choose one of the answers on this page."),
        ({"marks-E2": "superb"}, "Choose one of the answers on this page."),
        ({"version": "many"}, "Reload this page, then save."),
    ],
)
def test_bad_input_is_refused_at_its_field_and_the_text_kept(
    client, session, assignment, fields, sentence
):
    client.sign_in(assignment.rater)

    answer = client.submit(path(assignment.packet), {"rationale": WHY, **fields}, form=FORM)

    assert answer.status_code == 422
    page = Page(answer)
    assert sentence in page.text(".//main")
    kept = "".join(page.one(".//textarea[@id='rationale']").itertext())
    assert kept.lstrip("\n") == fields.get("rationale", WHY).replace("\x07", "")
    assert ratings_of(session, assignment) == []


def test_the_second_of_two_windows_gets_both_texts_and_loses_nothing(client, session, assignment):
    packet = assignment.packet
    delivery = expectations_for(packet).dimensions[0]
    client.sign_in(assignment.rater)
    client.get(path(packet))
    write(assignment, delivery, Category.PARTLY, why="Saved in the other window.")
    mine = {"rationale": WHY, "category": "met", "marks-E2": "shown", "version": "0"}

    answer = client.submit(path(packet), mine, form=FORM)

    assert answer.status_code == 409
    page = Page(answer)
    assert page.text(".//textarea[@id='saved-meanwhile']") == "Saved in the other window."
    assert page.text(".//textarea[@id='rationale']") == WHY
    chosen = {i.get("name"): i.get("value") for i in page.all(".//input[@checked]")}
    assert chosen == {"category": "met", "marks-E2": "shown"}
    assert ratings_of(session, assignment)[0].rationale == "Saved in the other window."

    again = client.post(
        path(packet),
        data={
            **mine,
            "version": page.one(".//input[@name='version']").get("value"),
            "csrf_token": page.one(f"{FORM}/input[@name='csrf_token']").get("value"),
        },
    )
    assert again.status_code == 302
    assert ratings_of(session, assignment)[0].rationale == WHY


def test_a_stale_save_says_what_is_saved(assignment):
    delivery = expectations_for(assignment.packet).dimensions[0]
    write(assignment, delivery, Category.MET, marks={delivery.new[0].id: Category.SHOWN})

    with pytest.raises(StaleEdit) as refused:
        write(assignment, delivery, Category.PARTLY, version=0)

    assert (refused.value.saved, refused.value.version) == (
        {"rationale": WHY, "category": "met", "shareable": "no", "marks": "E1 shown"},
        1,
    )


def test_only_a_manager_can_open_the_text_to_the_candidate(client, packet):
    manager = b.an_assignment(packet, kind=RaterKind.MANAGER)
    peer = b.an_assignment(packet)
    delivery = expectations_for(packet).dimensions[0]

    assert write(manager, delivery, shareable=True).shareable is True
    assert write(peer, delivery, shareable=True).shareable is False

    client.sign_in(peer.rater)
    assert client.page(path(packet)).all(".//input[@name='shareable']") == []


def test_submitting_needs_every_dimension(client, assignment):
    packet = assignment.packet
    delivery, judgement, people = expectations_for(packet).dimensions
    write(assignment, delivery)
    write(assignment, judgement, Category.NOT_OBSERVED, why="")
    write(assignment, people, Category.EXCEEDS, why="yes")

    with pytest.raises(RuleBroken, match=r"^Still open: People\."):
        service.submit_rating(assignment, actor=assignment.rater, now=b.NOW)

    client.sign_in(assignment.rater)
    page = client.page(path(packet, "rating/submit"))
    assert page.texts(".//p[@class='saved saved--not']") == [
        "Write at least one sentence about what you saw."
    ]
    assert page.all(".//main//form") == []
    assert page.text(".//main//a[@class='btn btn--go']") == "Continue with People"


def test_a_submitted_rating_is_fixed_on_the_revision_it_was_made_on(client, session, assignment):
    packet = assignment.packet
    write_all(assignment)
    client.sign_in(assignment.rater)

    answer = client.submit(path(packet, "rating/submit"))

    assert (answer.status_code, answer.location) == (302, path(packet, "ratings"))
    saved = session.get_one(Assignment, assignment.id)
    assert (saved.state, saved.revision_id) == (
        AssignmentState.SUBMITTED,
        packet.current_revision_id,
    )
    assert client.get(path(packet)).status_code == 404
    with pytest.raises(IllegalMove):
        write(saved, expectations_for(b.whole(saved).packet).dimensions[0], version=1)


def test_submitting_twice_changes_nothing(session, assignment):
    write_all(assignment)
    service.submit_rating(assignment, actor=assignment.rater, now=b.NOW)
    lines = session.scalars(select(AuditEvent.id)).all()

    service.submit_rating(assignment, actor=assignment.rater, now=b.NOW + timedelta(hours=1))

    assert assignment.submitted_at == b.NOW
    assert session.scalars(select(AuditEvent.id)).all() == lines


def test_a_draft_changed_after_it_was_read_over_is_not_submitted(client, session, assignment):
    packet = assignment.packet
    write_all(assignment)
    client.sign_in(assignment.rater)
    seen = client.page(path(packet, "rating/submit")).one(".//input[@name='version']").get("value")
    delivery = expectations_for(b.whole(assignment).packet).dimensions[0]
    write(assignment, delivery, Category.PARTLY, version=1)

    answer = client.submit(path(packet, "rating/submit"), {"version": seen})

    assert answer.status_code == 422
    assert "Your draft was changed in another window." in Page(answer).text(".//main")
    assert session.get_one(Assignment, assignment.id).state is AssignmentState.IN_PROGRESS


def test_the_deadline_closes_the_form_and_leaves_the_draft_readable(client, session, assignment):
    packet = assignment.packet
    write(assignment, expectations_for(packet).dimensions[0])
    packet.cycle.rating_due = b.NOW - timedelta(minutes=1)
    session.flush()

    for act in (
        lambda: write(assignment, expectations_for(packet).dimensions[1]),
        lambda: service.submit_rating(assignment, actor=assignment.rater, now=b.NOW),
    ):
        with pytest.raises(RuleBroken, match=r"^Ratings closed on "):
            act()

    client.sign_in(assignment.rater)
    page = client.page(path(packet))
    assert page.text(".//textarea[@id='kept']") == WHY
    assert page.all(".//main//button") == []


def test_a_peer_keeps_the_draft_when_the_cycle_moves_on(client, session, assignment):
    packet = assignment.packet
    write(assignment, expectations_for(packet).dimensions[0])
    packet.cycle.phase = CyclePhase.CALIBRATION
    assignment.state = AssignmentState.EXPIRED
    rater, bystander = assignment.rater, b.a_person()
    b.an_assignment(packet, bystander, state=AssignmentState.EXPIRED)
    session.flush()

    client.sign_in(rater)
    page = client.page(path(packet))
    assert page.text(".//textarea[@id='kept']") == WHY
    assert page.texts(".//summary") == ["Expected already at Senior engineer 4"]
    client.page(path(packet, "rating/judgement"))
    client.page(f"/packets/{packet.public_id}", status=404)

    client.sign_in(bystander)
    client.page(path(packet), status=404)


@pytest.mark.parametrize("state", [PacketState.RETURNED, PacketState.WITHDRAWN])
def test_a_packet_that_is_not_submitted_is_not_rated(session, assignment, state):
    assignment.packet.state = state
    session.flush()

    with pytest.raises(RuleBroken, match=f"^The packet is {state.value}"):
        write(assignment, expectations_for(assignment.packet).dimensions[0])


def test_only_an_accepted_invitation_is_written_on(client, packet):
    invited = b.an_assignment(packet, state=AssignmentState.INVITED)

    with pytest.raises(IllegalMove):
        write(invited, expectations_for(packet).dimensions[0])

    client.sign_in(invited.rater)
    assert client.get(path(packet)).location == path(packet, "invitation")


def test_the_audit_log_tells_who_rated_whom_and_nothing_that_was_said(session, assignment):
    write_all(assignment)
    service.submit_rating(assignment, actor=assignment.rater, now=b.NOW)

    rater, candidate = assignment.rater.name, assignment.packet.candidate.name
    events = session.execute(
        select(AuditEvent.action, AuditEvent.summary, AuditEvent.details).order_by(AuditEvent.id)
    ).all()
    draft = ("write_rating", f"{rater} saved a draft of the rating of {candidate}", {})
    assert [tuple(event) for event in events] == [
        draft,
        draft,
        draft,
        ("submit_rating", f"{rater} submitted the rating of {candidate}", {}),
    ]


def test_a_page_costs_the_same_however_much_there_is_to_read(client):
    seen = []
    for each in (1, 30):
        ladder = b.a_ladder(b.a_ladder_document(f"wide-{each}", each=each))
        packet = b.a_packet(b.a_cycle(phase=CyclePhase.RATING, ladder=ladder))
        assignment = b.an_assignment(packet)
        delivery = expectations_for(packet).dimensions[0]
        write(assignment, delivery, marks={e.id: Category.SHOWN for e in delivery})
        client.sign_in(assignment.rater)
        for rest in ("rating/delivery", "rating/submit"):
            with recorded() as made:
                client.page(path(packet, rest))
            seen.append(len(made))
    assert seen[:2] == seen[2:]
