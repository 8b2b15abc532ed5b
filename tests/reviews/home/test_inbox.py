"""The inbox on real rows: what each role finds there, and what nobody may learn from it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from reviews.access.expectations import expectations_for
from reviews.db.models.packets import Assignment
from reviews.ratings import service
from reviews.rules.enums import (
    AssignmentState,
    Category,
    ConflictStanding,
    CyclePhase,
    PacketStage,
    PacketState,
    RaterKind,
)
from tests import builders as b
from tests.recording import recorded

pytestmark = pytest.mark.both_databases


def waiting(page):
    return page.texts(".//ul[@class='tasks']//span[@class='what']/a")


def tables(page):
    """The rows of the tables, as words."""
    return [
        " | ".join(" ".join("".join(cell.itertext()).split()) for cell in row)
        for row in page.all(".//tbody/tr")
    ]


@pytest.fixture
def home(app, session):  # noqa: ARG001 - rolls back
    """The inbox of a person, as a page."""

    def open_as(person):
        client = app.test_client()
        client.sign_in(person)
        return client.page("/")

    return open_as


def calibration(*, chair=None, members=(), packets=1, quorum=2, stage=PacketStage.VOTING):
    cycle = b.a_cycle(phase=CyclePhase.CALIBRATION)
    panel = b.a_panel(cycle, chair=chair, members=members, quorum=quorum)
    return [b.a_packet(cycle, panel=panel, stage=stage) for _ in range(packets)]


def test_an_empty_inbox_says_so(home):
    page = home(b.a_person())

    assert page.text(".//h1") == "Nothing waits for you"
    assert page.text(".//div[@class='empty']/h2") == "You are up to date"
    assert waiting(page) == []


NOT_IN_REVIEW = (
    " It is not in review: nobody rates it, and no committee decides on it."
    " You can start another packet in the next cycle."
)


@pytest.mark.parametrize(
    ("state", "phase", "sentence"),
    [
        (
            PacketState.DRAFT,
            CyclePhase.RATING,
            f"You did not submit this packet before rating began.{NOT_IN_REVIEW}",
        ),
        (
            PacketState.RETURNED,
            CyclePhase.CALIBRATION,
            "This packet was sent back to you, and you did not submit it again before rating began."
            + NOT_IN_REVIEW,
        ),
        (PacketState.WITHDRAWN, CyclePhase.EVIDENCE, f"You withdrew this packet.{NOT_IN_REVIEW}"),
        (PacketState.WITHDRAWN, CyclePhase.RATING, f"You withdrew this packet.{NOT_IN_REVIEW}"),
    ],
)
def test_whoever_is_out_of_a_cycle_reads_that_and_not_that_they_are_up_to_date(
    home, state, phase, sentence
):
    candidate, manager = b.a_person(), b.a_person()
    b.a_packet(b.a_cycle(phase=phase), state=state, candidate=candidate, manager=manager)

    page = home(candidate)

    assert page.text(".//section[@aria-labelledby='out']//li/p") == sentence
    assert page.all(".//div[@class='empty']") == page.all(".//ol[@class='timeline']") == []
    assert tables(page)[-1].endswith("not in review")
    assert tables(home(manager))[-1].endswith("not in review")


def test_whoever_has_missed_the_deadline_reads_that_before_rating_begins(home):
    cycle = b.a_cycle(evidence_due=b.NOW - timedelta(days=1))
    packet = b.a_packet(cycle, state=PacketState.DRAFT)

    page = home(packet.candidate)

    assert page.text(".//section[@aria-labelledby='out']//li/p") == (
        "Evidence has closed, and you did not submit this packet, so it does not come into review."
        " You can start another packet in the next cycle."
    )
    assert page.all(".//div[@class='empty']") == []


@pytest.mark.parametrize(
    ("state", "phase"),
    [
        (PacketState.SUBMITTED, CyclePhase.RATING),
        (PacketState.SUBMITTED, CyclePhase.CALIBRATION),
        (PacketState.DRAFT, CyclePhase.EVIDENCE),
        (PacketState.RETURNED, CyclePhase.EVIDENCE),
    ],
)
def test_whoever_is_in_a_cycle_does_not(home, state, phase):
    packet = b.a_packet(b.a_cycle(phase=phase), state=state)

    page = home(packet.candidate)

    assert page.all(".//section[@aria-labelledby='out']") == []
    assert len(page.all(".//ol[@class='timeline']")) == 1


def test_a_candidate_starts_where_they_are_eligible(home):
    manager = b.a_person()
    open_cycle = b.a_cycle(name="Everybody")
    b.a_cycle(name="Platform", units=["Platform"])
    b.a_cycle(name="Others", units=["Data"])
    b.a_cycle(name="Closed", evidence_due=b.NOW - timedelta(days=1))
    b.a_cycle(name="Later", phase=CyclePhase.SETUP)
    b.a_cycle(name="Over", phase=CyclePhase.RATING)
    free = b.a_person(manager=manager)
    started = b.a_person(manager=manager)
    b.a_packet(open_cycle, candidate=started, manager=manager)
    withdrew = b.a_person(manager=manager)
    b.a_packet(open_cycle, candidate=withdrew, manager=manager, state=PacketState.WITHDRAWN)

    assert sorted(waiting(home(free))) == [
        "Start your packet in Everybody",
        "Start your packet in Platform",
    ]
    assert sorted(waiting(home(started))) == [
        "Finish your packet for Staff engineer",
        "Start your packet in Platform",
    ]
    assert waiting(home(withdrew)) == ["Start your packet in Platform"]
    assert waiting(home(b.a_person())) == []


def test_a_manager_finds_peers_ratings_and_reports(home):
    packet = b.a_packet(b.a_cycle(phase=CyclePhase.RATING, name="2026-H2"))
    manager, candidate = packet.manager, packet.candidate
    assignment = b.an_assignment(packet, kind=RaterKind.MANAGER)
    b.an_assignment(packet, state=AssignmentState.NOMINATED)
    b.an_assignment(packet, state=AssignmentState.INVITED)

    page = home(manager)

    assert waiting(page) == [
        f"Approve peers for {candidate.name}",
        f"Rate {candidate.name} for Staff engineer",
    ]
    assert page.texts(".//a[@class='btn btn--go']") == [
        f"Review peers: Approve peers for {candidate.name}"
    ]
    whole = b.whole(assignment)
    service.save_rating(
        whole,
        dimension=expectations_for(whole.packet).dimensions[0],
        rationale="",
        category=Category.NOT_OBSERVED,
        marks={},
        version=0,
        actor=manager,
        now=b.NOW,
    )
    metas = home(manager).texts(".//ul[@class='tasks']//span[@class='meta']")
    assert metas[1].startswith("1 of 3 dimensions written, last saved ")


def test_a_manager_learns_who_has_rated_only_after_rating(home, session):
    packet = b.a_packet(b.a_cycle(phase=CyclePhase.RATING))
    manager = packet.manager
    owed = b.an_assignment(packet, kind=RaterKind.MANAGER)
    for _ in range(3):
        b.an_assignment(packet, state=AssignmentState.INVITED)
    home(manager)  # what is made once in a process is made here
    with recorded() as read_before:
        before = tables(home(manager))
    first, *others = session.scalars(
        select(Assignment).where(Assignment.kind == RaterKind.PEER).order_by(Assignment.id)
    )
    first.state, first.submitted_at = AssignmentState.SUBMITTED, b.NOW
    with recorded() as read_after:
        after = tables(home(manager))
    for assignment in others:
        assignment.state, assignment.submitted_at = AssignmentState.SUBMITTED, b.NOW
    owed.state, owed.submitted_at = AssignmentState.SUBMITTED, b.NOW

    assert (before, read_before.rows) == (after, read_after.rows)
    assert before[0].split(" | ")[4] == "3 approved"
    assert tables(home(manager))[0].split(" | ")[4] == "3 of 3 in"


def test_a_peer_answers_and_rates(home):
    cycle = b.a_cycle(phase=CyclePhase.RATING)
    peer = b.a_person()
    names = {}
    for state in (
        AssignmentState.NOMINATED,
        AssignmentState.APPROVED,
        AssignmentState.INVITED,
        AssignmentState.ACCEPTED,
        AssignmentState.DECLINED,
        AssignmentState.SUBMITTED,
    ):
        packet = b.a_packet(cycle)
        names[state] = packet.candidate.name
        b.an_assignment(packet, peer, state=state)
    withdrawn = b.a_packet(cycle, state=PacketState.WITHDRAWN)
    b.an_assignment(withdrawn, peer, state=AssignmentState.INVITED)

    page = home(peer)

    assert waiting(page) == [
        f"Say whether you rate {names[AssignmentState.INVITED]} for Staff engineer",
        f"Rate {names[AssignmentState.ACCEPTED]} for Staff engineer",
    ]
    assert names[AssignmentState.NOMINATED] not in page.text(".//body")


def test_a_member_answers_conflicts_and_votes(home):
    member, chair = b.a_person(), b.a_person()
    unknown, open_packet, voted = calibration(chair=chair, members=[member], packets=3)
    next_name = open_packet.candidate.name
    for packet in (open_packet, voted):
        b.a_conflict(packet, member)
    b.a_ballot(voted, member)
    b.a_conflict(unknown, chair)

    page = home(member)

    assert waiting(page) == ["Answer the conflict question for 1 packet", "Vote on 1 packet"]
    assert page.texts(".//ul[@class='tasks']//span[@class='meta']")[1] == (
        f"1 of 2 ballots sealed. Next on the agenda: {next_name}"
    )


def test_a_conflict_leaves_no_trace_in_a_count(home):
    member = b.a_person()
    one, two, declared, set_aside, own_report = calibration(members=[member], packets=5)
    for packet in (one, two):
        b.a_conflict(packet, member)
    b.a_conflict(declared, member, ConflictStanding.DECLARED)
    b.a_conflict(set_aside, member, ConflictStanding.SET, by=b.a_person())
    own_report.manager_id = member.id

    page = home(member)

    assert waiting(page) == ["Vote on 2 packets"]
    assert "0 of 2 ballots sealed" in page.text(".//main")


def test_what_a_recused_member_reads_costs_the_same_however_far_the_packet_is(home, session):
    member = b.a_person()
    free, recused = calibration(members=[member], packets=2)
    b.a_conflict(free, member)
    b.a_conflict(recused, member, ConflictStanding.DECLARED)
    home(member)  # what is made once in a process is made here
    rows = []
    for stage in (PacketStage.VOTING, PacketStage.DISCUSSION, PacketStage.DECIDED):
        recused.stage = stage
        recused.revealed_at = None if stage is PacketStage.VOTING else b.NOW
        recused.decided_at = b.NOW if stage is PacketStage.DECIDED else None
        session.commit()
        with recorded() as made:
            home(member)
        rows.append(made.rows)

    assert rows == [rows[0]] * 3


def test_a_draft_is_not_before_the_committee(home):
    member = b.a_person()
    cycle = b.a_cycle(phase=CyclePhase.RATING)
    panel = b.a_panel(cycle, members=[member])
    b.a_packet(cycle, panel=panel, state=PacketState.DRAFT)
    b.a_packet(cycle, panel=panel)

    assert waiting(home(member)) == ["Answer the conflict question for 1 packet"]


def test_a_chair_reveals_with_a_quorum_and_decides(home):
    chair, one, two = (b.a_person() for _ in range(3))
    ready, thin, barred = calibration(chair=chair, members=[one, two], packets=3)
    for packet in (ready, thin, barred):
        for person in (one, two) if packet is barred else (chair, one, two):
            b.a_conflict(packet, person)
        b.a_ballot(packet, one)
    for packet in (ready, barred):
        b.a_ballot(packet, two)
    (revealed,) = calibration(chair=chair, members=[one], stage=PacketStage.DISCUSSION)
    for person in (chair, one):
        b.a_conflict(revealed, person)
        b.a_ballot(revealed, person)

    found = waiting(home(chair))

    assert sorted(found) == [
        "Answer the conflict question for 1 packet",
        "Decide 1 packet",
        "Reveal the ballots of 1 packet",
        "Vote on 2 packets",
    ]
    assert "Reveal" not in " ".join(waiting(home(one)))


def test_an_owner_finds_the_cycles_they_run_even_when_nothing_waits(home):
    owner = b.a_person()
    b.a_cycle(name="Running", phase=CyclePhase.RATING, owners=[owner])
    b.a_cycle(name="Theirs", phase=CyclePhase.RATING, owners=[b.a_person()])

    page = home(owner)

    assert page.text(".//h1") == "Nothing waits for you"
    assert page.texts(".//section[@aria-labelledby='run']//tbody/tr/th") == ["Running"]
    assert page.text(".//h2[@id='rail']") == "Running"


def test_an_owner_is_told_when_a_cycle_is_ready(home):
    owner = b.a_person()
    b.a_cycle(name="New", phase=CyclePhase.SETUP, owners=[owner])
    b.a_cycle(name="Running", phase=CyclePhase.RATING, owners=[owner])
    b.a_cycle(
        name="Late", phase=CyclePhase.RATING, owners=[owner], rating_due=b.NOW - timedelta(days=1)
    )
    decided = b.a_cycle(name="Decided", phase=CyclePhase.CALIBRATION, owners=[owner])
    b.a_packet(decided, stage=PacketStage.DECIDED)
    b.a_cycle(name="Theirs", phase=CyclePhase.SETUP, owners=[b.a_person()])

    assert sorted(waiting(home(owner))) == [
        "Move Late on to calibration",
        "Release the outcomes of Decided",
        "Set up New",
    ]


@pytest.mark.parametrize("hours", [1, -1])
def test_an_outcome_is_there_from_the_instant_of_release(home, hours):
    owner = b.a_person()
    cycle = b.a_cycle(
        phase=CyclePhase.CALIBRATION,
        release_at=b.NOW + timedelta(hours=hours),
        released_by_id=owner.id,
    )
    packet = b.a_packet(cycle, stage=PacketStage.DECIDED)
    candidate, manager = packet.candidate, packet.manager
    b.a_decision(packet, owner)
    released = hours < 0

    mine, theirs = home(candidate), home(manager)

    assert waiting(mine) == (["Your outcome for Staff engineer"] if released else [])
    assert waiting(theirs) == (
        [f"Outcome of {candidate.name} for Staff engineer"] if released else []
    )
    said = "One thing waits for you" if released else "Nothing waits for you"
    assert mine.text(".//h1") == theirs.text(".//h1") == said


@pytest.mark.parametrize("reader", ["candidate", "manager"])
def test_an_outcome_waits_for_each_reader_until_they_mark_it_as_read(app, home, reader):
    owner = b.a_person()
    cycle = b.a_cycle(
        phase=CyclePhase.CALIBRATION, release_at=b.NOW - timedelta(hours=1), released_by_id=owner.id
    )
    packet = b.a_packet(cycle, stage=PacketStage.DECIDED)
    people = {"candidate": packet.candidate, "manager": packet.manager}
    person, (other,) = people.pop(reader), people.values()
    b.a_decision(packet, owner)
    client, address = app.test_client(), f"/packets/{packet.public_id}/outcome"
    client.sign_in(person)

    answer = client.submit(address)
    again = client.get(address)

    page = home(person)
    assert answer.location == address
    assert page.text(".//h1") == "Nothing waits for you"
    assert waiting(page) == page.texts(".//section[@aria-labelledby='outcomes']//span/a") != []
    assert "Mark as read" not in again.text
    assert home(other).text(".//h1") == "One thing waits for you"


def test_a_candidate_cannot_tell_how_far_the_committee_is(home):
    pages = set()
    chair = b.a_person()
    (packet,) = calibration(chair=chair)
    candidate = packet.candidate
    for stage in (PacketStage.VOTING, PacketStage.DISCUSSION, PacketStage.DECIDED):
        packet.stage = stage
        packet.revealed_at = None if stage is PacketStage.VOTING else b.NOW
        packet.decided_at = b.NOW if stage is PacketStage.DECIDED else None
        if stage is PacketStage.DISCUSSION:
            b.a_rating(packet)
            b.a_ballot(packet, chair)
        pages.add(home(candidate).text(".//main"))

    assert len(pages) == 1


def test_the_inbox_costs_the_same_with_one_and_with_thirty_things(app, session):
    person = b.a_person(manager=b.a_person())
    client = app.test_client()
    client.sign_in(person)
    seen = []
    for number in (1, 29):
        for _ in range(number):
            b.a_cycle(phase=CyclePhase.EVIDENCE)
            rating = b.a_cycle(phase=CyclePhase.RATING, owners=[person])
            b.an_assignment(b.a_packet(rating, manager=person), kind=RaterKind.MANAGER)
            b.an_assignment(b.a_packet(rating), person, state=AssignmentState.INVITED)
            (packet,) = calibration(chair=person)
            b.a_conflict(packet, person)
        # PostgreSQL looks only at rows that are committed when it plans by itself, and these never are.
        session.flush()
        session.execute(text("ANALYZE"))
        with recorded() as made:
            page = client.page("/")
        seen.append(len(made))

    assert seen[0] == seen[1]
    assert page.text(".//h1") == "120 things wait for you"
