"""What was known when voting began is what counts: no later change of the roster takes a vote away, or gives one."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from reviews.access import loaders
from reviews.access.panel_standing import PanelStanding, panel_standings
from reviews.cycles.owners.service import add_owner
from reviews.cycles.panels import service as panels
from reviews.cycles.panels.service import PanelDraft
from reviews.cycles.phases.service import advance_cycle
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent
from reviews.db.models.calibration import PersonalTie
from reviews.db.models.packets import Packet
from reviews.db.models.people import ManagerLink, Person
from reviews.people import service
from reviews.rules.enums import (
    Action,
    CyclePhase,
    PacketStage,
    PacketState,
    RaterKind,
    Relation,
)
from tests import builders, rosters
from tests.builders import NOW
from tests.clients import StrictClient
from tests.pages import Page
from tests.reviews.calibration.panels import Committee, a_committee

pytestmark = pytest.mark.both_databases


@pytest.fixture
def committee(session: scoped_session[Session]) -> Committee:
    assert session
    committee = a_committee()
    builders.voting_begun(committee.packet)
    return committee


def bench(packet: Packet) -> PanelStanding:
    return panel_standings([packet.id], now=NOW)[packet.id]


def voting(packet: Packet) -> list[str]:
    return [seat.name for seat in bench(packet).voting]


def seat_of(person: Person, packet: Packet) -> Relation | None:
    found = loaders.packet(builders.viewer_of(person), Action.KNOW_PACKET, packet=packet.public_id)
    return found.standing.seat if found else None


def reports(person: Person, manager: Person, *, days: int = 0, until: int | None = None) -> None:
    """A line of reporting that begins so many days ago, and ends so many days ago."""
    builders.saved(
        ManagerLink(
            person_id=person.id,
            manager_id=manager.id,
            started_on=NOW.date() - timedelta(days=days),
            ended_on=None if until is None else NOW.date() - timedelta(days=until),
        )
    )


def about(person: Person, manager: str) -> str:
    return f"{person.employee_id},{person.name},{person.email},{manager}\n"


def imported(people: list[Person], managers: dict[Person, Person], *, by: Person, day: int) -> None:
    """The roster as it is, but for who reports to whom."""
    text = "employee_id,name,email,manager_employee_id\n" + "".join(
        about(each, managers[each].employee_id if each in managers else "") for each in people
    )
    rosters.imported(text, actor=builders.viewer_of(by), at=NOW + timedelta(days=day))


# -- A line of reporting after voting has begun


def test_a_roster_that_is_imported_while_a_panel_votes_takes_no_member_off_a_packet(
    committee: Committee,
) -> None:
    member, candidate = committee.members[0], committee.candidate
    everybody = list(db.session.scalars(select(Person).order_by(Person.id)))

    imported(everybody, {member: candidate}, by=committee.owner, day=0)
    while_reporting = voting(committee.packet)
    imported(everybody, {}, by=committee.owner, day=1)

    assert (
        while_reporting == voting(committee.packet) == ["Chair", "Member A", "Member B", "Member C"]
    )
    assert seat_of(member, committee.packet) is Relation.MEMBER_PENDING
    assert seat_of(committee.chair, committee.packet) is Relation.CHAIR_PENDING


def test_nor_does_one_give_a_vote_to_a_member_who_was_tied(committee: Committee) -> None:
    other = builders.a_packet(
        committee.cycle,
        candidate=builders.a_person("Report", manager=committee.members[0]),
        panel=committee.panel,
        stage=PacketStage.VOTING,
    )
    builders.a_conflict(other, committee.members[0])
    builders.voting_begun(other)
    db.session.query(ManagerLink).delete()

    assert seat_of(committee.members[0], other) is Relation.MEMBER_CONFLICTED


def test_an_owner_of_the_cycle_is_not_tied_by_a_roster_either(
    client: StrictClient, committee: Committee
) -> None:
    reports(committee.owner, committee.candidate, days=1)
    client.sign_in(committee.owner)

    assert client.get(f"/packets/{committee.packet.public_id}/committee").status_code == 200
    assert client.get(f"/cycles/{committee.cycle.public_id}/conflicts/set").status_code == 200


def test_whoever_comes_to_be_close_later_declares_it(
    client: StrictClient, committee: Committee
) -> None:
    member, public_id = committee.members[0], committee.packet.public_id
    reports(member, committee.candidate)
    client.sign_in(member)
    address = f"/cycles/{committee.cycle.public_id}/conflicts"
    before = client.page(address)

    client.submit(address, {f"conflict_{public_id}": "y", f"reason_{public_id}": "I report to Cy."})

    assert "If you come to manage or report to a candidate later, declare it here." in before.text()
    assert seat_of(member, committee.packet) is Relation.MEMBER_CONFLICTED


def test_the_page_says_that_a_tie_is_one_from_when_voting_began(
    client: StrictClient, committee: Committee
) -> None:
    report = builders.a_person("Report", manager=committee.members[0])
    other = builders.a_packet(
        committee.cycle, candidate=report, panel=committee.panel, stage=PacketStage.VOTING
    )
    builders.voting_begun(other)
    client.sign_in(committee.members[0])

    page = client.page(f"/cycles/{committee.cycle.public_id}/conflicts")

    assert page.texts(".//section[@aria-labelledby='closed']//td")[1::2] == [
        "when voting began, one of you managed the other, or had lately, or you were a candidate for the same level"
    ]


def test_to_be_the_candidate_or_a_rater_counts_whenever_it_comes_to_be(
    committee: Committee,
) -> None:
    chair, member = committee.chair, committee.members[0]
    builders.an_assignment(committee.packet, member)
    own = builders.a_packet(
        committee.cycle, candidate=chair, panel=committee.panel, stage=PacketStage.VOTING
    )

    assert seat_of(member, committee.packet) is Relation.MEMBER_CONFLICTED
    assert seat_of(chair, own) is Relation.CHAIR_CONFLICTED


# -- What is written down, and when


def ties(packet: Packet) -> list[int]:
    return list(
        db.session.scalars(
            select(PersonalTie.person_id)
            .where(PersonalTie.packet_id == packet.id)
            .order_by(PersonalTie.person_id)
        )
    )


def a_rated_cycle(session: scoped_session[Session]) -> Committee:
    """The committee as it is before voting begins."""
    committee = a_committee(PacketStage.WAITING)
    committee.cycle.phase = CyclePhase.RATING
    session.flush()
    return committee


def test_the_start_of_calibration_writes_down_every_way_to_be_tied(
    session: scoped_session[Session],
) -> None:
    committee = a_rated_cycle(session)
    candidate, (manages, reported, competes) = committee.candidate, committee.members
    free = [builders.a_person(f"Free {letter}") for letter in "ABC"]
    for person in free:
        builders.saved(builders.PanelMember(panel_id=committee.panel.id, person_id=person.id))
    reports(candidate, manages, days=900, until=700)
    reports(reported, candidate, days=100)
    builders.a_packet(committee.cycle, candidate=competes, panel=committee.panel)
    # Too long ago, taken back on the day it was entered, and on a packet that was withdrawn.
    reports(candidate, free[0], days=900, until=731)
    reports(candidate, free[1], days=10, until=10)
    builders.a_packet(
        committee.cycle, candidate=free[2], panel=committee.panel, state=PacketState.WITHDRAWN
    )

    advance_cycle(
        committee.cycle,
        actor=builders.viewer_of(committee.owner),
        now=NOW,
        reason="The day has come.",
    )

    assert ties(committee.packet) == [manages.id, reported.id, competes.id]
    assert voting(committee.packet) == ["Chair"]


def test_until_voting_begins_a_line_of_reporting_counts_at_once(
    session: scoped_session[Session],
) -> None:
    committee = a_rated_cycle(session)
    member = committee.members[0]
    before = seat_of(member, committee.packet)
    reports(member, committee.candidate, days=1)

    assert (before, seat_of(member, committee.packet)) == (
        Relation.MEMBER_PENDING,
        Relation.MEMBER_CONFLICTED,
    )


def test_candidates_for_the_same_level_do_not_vote_on_each_other(
    session: scoped_session[Session],
) -> None:
    committee = a_rated_cycle(session)
    rival, elsewhere = committee.members[:2]
    packet = builders.a_packet(committee.cycle, candidate=rival, panel=committee.panel)
    levels = builders.levels_of(builders.ladder_of(committee.cycle))
    other_level = builders.a_packet(
        committee.cycle,
        candidate=elsewhere,
        panel=committee.panel,
        target=levels[1],
        current=levels[0],
    )
    for each in (packet, other_level):
        for person in (rival, elsewhere):
            builders.a_conflict(each, person)

    before = {
        (each.id, p.id): seat_of(p, each)
        for each in (committee.packet, other_level)
        for p in (rival, elsewhere)
    }
    advance_cycle(committee.cycle, actor=builders.viewer_of(committee.owner), now=NOW)
    packet.state = PacketState.WITHDRAWN  # which frees nobody to judge the others
    session.flush()
    after = {
        (each.id, p.id): seat_of(p, each)
        for each in (committee.packet, other_level)
        for p in (rival, elsewhere)
    }

    assert (
        before
        == after
        == {
            (committee.packet.id, rival.id): Relation.MEMBER_CONFLICTED,
            (committee.packet.id, elsewhere.id): Relation.MEMBER_PENDING,
            (other_level.id, rival.id): Relation.MEMBER_PENDING,
            (other_level.id, elsewhere.id): Relation.MEMBER_CONFLICTED,
        }
    )


def test_whoever_joins_a_panel_that_votes_is_tied_as_they_stand_then_and_the_others_as_before(
    committee: Committee,
) -> None:
    tied, free = builders.a_person("Tied"), builders.a_person("Free")
    reports(tied, committee.candidate, days=1)
    reports(committee.members[0], committee.candidate, days=1)

    panels.save_panel(
        committee.cycle,
        committee.panel,
        draft=PanelDraft(
            "Panel", 2, [committee.chair, *committee.members, tied, free], committee.chair
        ),
        version=committee.panel.version,
        actor=builders.viewer_of(committee.owner),
        now=NOW,
        reason="Two members are ill.",
    )

    assert ties(committee.packet) == [tied.id]


def test_whoever_is_named_an_owner_while_others_vote_is_tied_as_they_stand_then(
    committee: Committee,
) -> None:
    tied, free = builders.a_person("Tied"), builders.a_person("Free")
    reports(committee.candidate, tied, days=30, until=5)

    for person in (tied, free):
        add_owner(committee.cycle, person, actor=None, now=NOW)

    assert ties(committee.packet) == [tied.id]


# -- Whoever leaves


def test_the_ballot_of_a_closed_account_counts_in_the_tally_the_quorum_and_the_reveal(
    client: StrictClient, committee: Committee, session: scoped_session[Session]
) -> None:
    leaver, other = committee.members[:2]
    for member in (committee.chair, leaver):
        builders.a_ballot(committee.packet, member)
    other_owner = builders.a_person("Other owner", is_owner=True)
    service.deactivate(leaver, actor=builders.viewer_of(other_owner), at=NOW)
    client.sign_in(committee.chair)
    address = f"/packets/{committee.packet.public_id}/committee"
    reveal = f"/packets/{committee.packet.public_id}/reveal"

    page = client.page(address)
    revealed = client.submit(reveal)
    after = client.page(address)

    assert "2 of 4 ballots are sealed; the quorum is 2." in page.text()
    assert revealed.status_code == 302
    assert "Member A: met" in after.text()
    (event,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "reveal_ballots"))
    assert event.details == {"reason": "", "cast": 2, "missing": 2, "left": 0}
    service.activate(leaver, actor=builders.viewer_of(other_owner), at=NOW)
    assert [seat.name for seat in bench(committee.packet).cast] == ["Chair", "Member A"]
    assert seat_of(other, committee.packet) is Relation.MEMBER_PENDING


def test_whoever_leaves_without_a_ballot_is_shown_as_left_and_the_quorum_stays(
    client: StrictClient, committee: Committee, session: scoped_session[Session]
) -> None:
    committee.panel.quorum = 3
    for member in (committee.chair, committee.members[2]):
        builders.a_ballot(committee.packet, member)
    for leaver in committee.members[:2]:
        leaver.is_active = False
    session.flush()
    client.sign_in(committee.chair)
    address = f"/packets/{committee.packet.public_id}/committee"
    reveal = f"/packets/{committee.packet.public_id}/reveal"

    page, form = client.page(address), client.page(reveal)
    refused = client.submit(reveal)
    revealed = client.submit(reveal, {"reason": "Two of the panel have left."})

    assert (
        "2 of 4 ballots are sealed; the quorum is 3. 2 of the panel left without a ballot."
        in page.text()
    )
    assert "Left without a ballot" in page.text()
    assert "Ballots still open" not in page.text()
    assert "Left without a ballot: Member A, Member B. The quorum stays 3." in form.text()
    assert refused.status_code == 422
    assert (
        "2 of 4 ballots are sealed and the quorum is 3. 2 of the panel left without a ballot."
        in Page(refused).text()
    )
    assert revealed.status_code == 302
    assert committee.packet.missing_ballots == 0


def test_nothing_tells_a_member_who_has_not_voted_whether_a_leaver_had(
    client: StrictClient, committee: Committee, session: scoped_session[Session]
) -> None:
    sealed, open_ = committee.members[:2]
    builders.a_ballot(committee.packet, sealed)
    client.sign_in(committee.members[2])
    told = []
    for leaver in (sealed, open_):
        leaver.is_active = False
        session.flush()
        told.append(client.page(f"/packets/{committee.packet.public_id}/committee").text())
        leaver.is_active = True
        session.flush()

    assert told[0] == told[1]
    assert "4 voting" in told[0]


def test_the_board_and_the_outcome_count_the_ballot_of_a_leaver(
    client: StrictClient, committee: Committee, session: scoped_session[Session]
) -> None:
    more = builders.a_person("Member D")
    builders.saved(builders.PanelMember(panel_id=committee.panel.id, person_id=more.id))
    builders.a_conflict(committee.packet, more)
    for member in (committee.chair, *committee.members, more):
        builders.a_ballot(committee.packet, member)
    more.is_active = False
    session.flush()
    client.sign_in(committee.chair)
    board = client.page(f"/cycles/{committee.cycle.public_id}/board").text()
    committee.packet.stage, committee.packet.revealed_at = PacketStage.DECIDED, NOW
    committee.packet.decided_at = NOW
    builders.a_decision(committee.packet, committee.chair)

    outcome = client.page(f"/packets/{committee.packet.public_id}/outcome").text()

    assert "5 of 5 in" in board
    assert "5 people voted" in outcome


def test_a_conflict_is_set_on_a_leaver_whose_ballot_must_not_count(
    client: StrictClient, committee: Committee, session: scoped_session[Session]
) -> None:
    leaver = committee.members[0]
    builders.a_ballot(committee.packet, leaver)
    leaver.is_active = False
    session.flush()
    client.sign_in(committee.owner)

    client.submit(
        f"/cycles/{committee.cycle.public_id}/conflicts/set",
        {
            "packet": committee.packet.public_id,
            "member": leaver.public_id,
            "reason": "A dispute that came to light.",
        },
    )

    assert bench(committee.packet).cast == ()


def test_the_rating_of_somebody_who_has_left_stays(
    client: StrictClient, committee: Committee, session: scoped_session[Session]
) -> None:
    peer = builders.a_person("Peer")
    builders.a_rating(committee.packet, peer)
    builders.a_rating(committee.packet, kind=RaterKind.MANAGER)
    client.sign_in(committee.chair)
    address = f"/packets/{committee.packet.public_id}/ratings"
    before = client.page(address).text()
    for rater in (peer, committee.manager):
        rater.is_active = False
    session.flush()

    assert client.page(address).text() == before
    assert "Seen in item 1" in before


def test_a_panel_without_somebody_who_has_left_is_what_voting_begins_with(
    session: scoped_session[Session],
) -> None:
    committee = a_rated_cycle(session)
    committee.members[0].is_active = False
    session.flush()

    assert sum(seat.is_free for seat in bench(committee.packet).seats) == 3
