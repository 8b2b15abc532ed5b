"""Ballots are sealed until the reveal, only ever added, and counted for those who may vote."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from reviews.access.panel_standing import panel_standings
from reviews.db.models.calibration import Ballot, BallotMark
from reviews.db.models.packets import Packet
from reviews.rules.enums import BallotChoice, Category, ConflictStanding, PacketStage
from tests import builders
from tests.clients import StrictClient
from tests.reviews.calibration.panels import Committee, a_committee, seen_in

pytestmark = pytest.mark.both_databases


@pytest.fixture
def committee(session: scoped_session[Session]) -> Committee:
    assert session
    return a_committee()


def ballot_of(
    packet: Packet, choice: BallotChoice, reason: str = "Item 1 shows it."
) -> dict[str, str]:
    fields = {}
    for dimension in builders.asked(packet).dimensions:
        fields[f"choice_{dimension.id}"] = choice.value
        fields[f"rationale_{dimension.id}"] = reason
    return fields


def address(committee: Committee, page: str) -> str:
    return f"/packets/{committee.packet.public_id}/{page}"


def test_a_sealed_ballot_is_one_row_per_dimension(
    client: StrictClient, committee: Committee, session: scoped_session[Session]
) -> None:
    client.sign_in(committee.members[0])

    answer = client.submit(
        address(committee, "ballot"), ballot_of(committee.packet, Category.PARTLY)
    )

    ballots = session.execute(select(Ballot.member_id, Ballot.round)).all()
    marks = session.scalars(select(BallotMark.choice)).all()
    assert answer.status_code == 302
    assert ballots == [(committee.members[0].id, 1)]
    assert marks == [Category.PARTLY] * 3


def test_an_incomplete_ballot_keeps_what_was_typed_and_seals_nothing(
    client: StrictClient, committee: Committee, session: scoped_session[Session]
) -> None:
    client.sign_in(committee.members[0])
    fields = ballot_of(committee.packet, Category.PARTLY)
    last = builders.asked(committee.packet).dimensions[-1].id
    fields[f"rationale_{last}"] = ""

    answer = client.submit(address(committee, "ballot"), fields)

    assert answer.status_code == 422
    assert answer.text.count("Item 1 shows it.") == 2
    assert session.scalars(select(Ballot)).all() == []


def test_nobody_reads_a_ballot_before_the_reveal(
    client: StrictClient, committee: Committee
) -> None:
    secret = "The cut-over was late, item 1."
    voter, colleague, _ = committee.members
    client.sign_in(voter)
    client.submit(
        address(committee, "ballot"), ballot_of(committee.packet, Category.PARTLY, secret)
    )

    for reader in (colleague, committee.chair, committee.owner):
        client.sign_in(reader)
        seen = client.get(address(committee, "committee"))
        assert (seen.status_code, secret in seen.text) == (200, False)
    client.sign_in(voter)
    own = client.page(address(committee, "committee"))
    assert own.texts(".//aside//li/b") == ["partly"] * 3


def test_who_has_voted_reads_no_other_ballot_before_the_reveal(
    client: StrictClient, committee: Committee, session: scoped_session[Session]
) -> None:
    voter, colleague, _ = committee.members
    builders.a_ballot(committee.packet, voter, Category.PARTLY)
    client.sign_in(voter)
    before = seen_in(client.get(address(committee, "committee")))

    builders.a_ballot(committee.packet, colleague, Category.EXCEEDS)
    session.flush()

    page = client.page(address(committee, "committee"))
    assert seen_in(page.response) == before
    assert page.all(".//span[@class='tally']") == []


def test_a_member_who_has_not_voted_cannot_tell_whether_others_have(
    client: StrictClient, committee: Committee, session: scoped_session[Session]
) -> None:
    client.sign_in(committee.members[0])
    before = seen_in(client.get(address(committee, "committee")))

    builders.a_ballot(committee.packet, committee.members[1])
    builders.a_ballot(committee.packet, committee.chair)
    session.flush()

    assert seen_in(client.get(address(committee, "committee"))) == before


def test_voting_again_after_the_reveal_keeps_the_first_ballot_in_view(
    client: StrictClient, committee: Committee, session: scoped_session[Session]
) -> None:
    committee = a_committee(PacketStage.DISCUSSION)
    for member in committee.members:
        builders.a_ballot(committee.packet, member, Category.PARTLY)
    client.sign_in(committee.members[0])

    client.submit(address(committee, "ballot/change"), ballot_of(committee.packet, Category.MET))

    rounds = session.scalars(
        select(Ballot.round)
        .where(Ballot.member_id == committee.members[0].id)
        .order_by(Ballot.round)
    ).all()
    page = client.page(address(committee, "committee"))
    assert rounds == [1, 2]
    assert "Member A (you): met, before partly" in page.text()


def test_a_ballot_of_somebody_recused_since_is_kept_and_not_counted(
    committee: Committee, session: scoped_session[Session]
) -> None:
    member = committee.members[0]
    builders.a_ballot(committee.packet, member)
    now = builders.NOW
    counted = len(panel_standings([committee.packet.id], now=now)[committee.packet.id].cast)

    conflict = next(
        row for row in session.scalars(select(builders.Conflict)) if row.person_id == member.id
    )
    conflict.standing = ConflictStanding.DECLARED
    session.flush()

    bench = panel_standings([committee.packet.id], now=now)[committee.packet.id]
    assert (counted, len(bench.cast), [seat.name for seat in bench.recused]) == (1, 0, ["Member A"])
    assert len(session.scalars(select(Ballot)).all()) == 1


def test_whoever_has_a_conflict_cannot_vote(
    client: StrictClient, session: scoped_session[Session]
) -> None:
    committee = a_committee(answered=False)
    builders.a_conflict(committee.packet, committee.members[0], ConflictStanding.DECLARED)
    builders.a_conflict(
        committee.packet, committee.members[1], ConflictStanding.SET, by=committee.owner
    )

    answers = []
    for member in committee.members:
        client.sign_in(member)
        answers.append(client.get(address(committee, "ballot")).status_code)

    assert answers == [403, 404, 403]
    assert session.scalars(select(Ballot)).all() == []
