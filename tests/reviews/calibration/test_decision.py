"""From the reveal to the outcome: who may, what must be there, and who can tell before release."""

from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from reviews.calibration import service
from reviews.calibration.requirements import DecisionDraft
from reviews.db.models.calibration import Ballot, Decision, DimensionOutcome, Gap
from reviews.db.models.packets import Packet
from reviews.rules.enums import Attainment, Category, Outcome, PacketStage, PacketState, RaterKind
from reviews.rules.errors import IllegalMove
from tests import builders
from tests.clients import StrictClient, form_token, one_request_id, without_token
from tests.reviews.calibration.panels import Committee, a_committee, in_hand, seen_in

pytestmark = pytest.mark.both_databases

#: Stands for the token of a form.
TOKEN = "token"
LETTER = "The committee saw the level in two dimensions; the third is open."


@pytest.fixture
def discussed(session: scoped_session[Session]) -> Committee:
    assert session
    committee = a_committee(PacketStage.DISCUSSION)
    for member in committee.members:
        builders.a_ballot(committee.packet, member, Category.MET)
    return committee


def address(committee: Committee, page: str) -> str:
    return f"/packets/{committee.packet.public_id}/{page}"


def decision_of(packet: Packet, *, last: Attainment = Category.NOT_SHOWN) -> dict[str, str]:
    dimensions = builders.asked(packet).dimensions
    fields = {"outcome": Outcome.NOT_YET.value, "letter": LETTER}
    for dimension in dimensions:
        fields[f"attainment_{dimension.id}"] = Category.MET.value
        fields[f"reason_{dimension.id}"] = f"Item 1 and the manager's rating, for {dimension.name}."
    fields[f"attainment_{dimensions[-1].id}"] = last.value
    open_expectation = dimensions[-1].counted[0]
    fields[f"gap_{open_expectation.id}"] = "y"
    fields[f"closes_{open_expectation.id}"] = "One retired system, with what was lost."
    return fields


def draft_of(packet: Packet) -> DecisionDraft:
    return DecisionDraft(
        outcome=Outcome.PROMOTE,
        letter=LETTER,
        attainments={
            d.id: (Category.MET, "Item 1 shows it.") for d in builders.asked(packet).dimensions
        },
    )


def test_only_the_chair_reveals_and_the_count_of_missing_ballots_is_kept(
    client: StrictClient, session: scoped_session[Session]
) -> None:
    committee = a_committee()
    for member in committee.members[:2]:
        builders.a_ballot(committee.packet, member)
    client.sign_in(committee.members[0])
    assert client.get(address(committee, "reveal")).status_code == 403
    client.sign_in(committee.chair)

    answer = client.submit(address(committee, "reveal"))

    packet = session.get_one(Packet, committee.packet.id)
    assert answer.status_code == 302
    assert (packet.stage, packet.missing_ballots, packet.reveal_reason) == (
        PacketStage.DISCUSSION,
        2,
        None,
    )


def test_below_the_quorum_the_reveal_asks_for_a_reason(
    client: StrictClient, session: scoped_session[Session]
) -> None:
    committee = a_committee(quorum=3)
    builders.a_ballot(committee.packet, committee.members[0])
    client.sign_in(committee.chair)

    refused = client.submit(address(committee, "reveal"))
    stage = session.get_one(Packet, committee.packet.id).stage
    granted = client.submit(
        address(committee, "reveal"), {"reason": "Two members are ill until the release."}
    )

    assert (refused.status_code, stage, granted.status_code) == (422, PacketStage.VOTING, 302)


def test_the_revealed_ballots_open_to_those_who_voted(
    client: StrictClient, discussed: Committee
) -> None:
    client.sign_in(discussed.members[0])
    voted = client.page(address(discussed, "committee"))
    client.sign_in(discussed.chair)
    not_voted = client.page(address(discussed, "committee"))

    assert voted.texts(".//th[@scope='row']")[:3] == ["Delivery", "Judgement", "People"]
    assert len(voted.all(".//span[@class='tally']")) == 3
    assert not_voted.all(".//span[@class='tally']") == []


def test_a_decision_holds_an_attainment_and_a_reason_for_every_dimension(
    client: StrictClient, discussed: Committee, session: scoped_session[Session]
) -> None:
    client.sign_in(discussed.chair)

    answer = client.submit(address(discussed, "decision"), decision_of(discussed.packet))

    decision = session.scalars(select(Decision)).one()
    assert answer.status_code == 302
    assert (decision.number, decision.outcome, decision.letter) == (1, Outcome.NOT_YET, LETTER)
    assert decision.rule_reading.startswith("2 met, 1 not shown:")
    attainments = session.scalars(
        select(DimensionOutcome.attainment).order_by(DimensionOutcome.dimension_id)
    ).all()
    assert attainments == [Category.MET, Category.MET, Category.NOT_SHOWN]
    assert session.scalars(select(Gap.closes_with)).all() == [
        "One retired system, with what was lost."
    ]
    assert session.get_one(Packet, discussed.packet.id).stage is PacketStage.DECIDED


def test_a_line_end_counts_as_one_character_of_a_letter(
    client: StrictClient, discussed: Committee, session: scoped_session[Session]
) -> None:
    letter = "The committee\nread the packet.\n" + "x" * 3969
    client.sign_in(discussed.chair)

    answer = client.submit(
        address(discussed, "decision"),
        {**decision_of(discussed.packet), "letter": letter.replace("\n", "\r\n")},
    )

    assert (len(letter), answer.status_code) == (4000, 302)
    assert session.scalars(select(Decision.letter)).one() == letter


def test_an_outcome_against_the_rule_is_refused_without_a_reason(
    client: StrictClient, discussed: Committee, session: scoped_session[Session]
) -> None:
    client.sign_in(discussed.chair)
    fields = {**decision_of(discussed.packet), "outcome": Outcome.PROMOTE.value}

    refused = client.submit(address(discussed, "decision"), fields)

    assert refused.status_code == 422
    assert "The outcome differs from what the rule reads." in refused.text
    assert LETTER in refused.text
    assert session.scalars(select(Decision)).all() == []


def test_a_packet_is_decided_once(discussed: Committee, session: scoped_session[Session]) -> None:
    chair = builders.viewer_of(discussed.chair)
    packet = in_hand(discussed, discussed.chair)
    draft = draft_of(packet)
    service.decide(packet, draft=draft, actor=chair, now=chair.now)

    with pytest.raises(IllegalMove):
        service.decide(packet, draft=draft, actor=chair, now=chair.now)

    assert len(session.scalars(select(Decision)).all()) == 1


def test_a_withdrawn_packet_is_neither_voted_on_nor_revealed_nor_decided(
    client: StrictClient, session: scoped_session[Session]
) -> None:
    for stage, page in (
        (PacketStage.VOTING, "ballot"),
        (PacketStage.VOTING, "reveal"),
        (PacketStage.DISCUSSION, "decision"),
    ):
        committee = a_committee(stage)
        for member in committee.members:
            builders.a_ballot(committee.packet, member, Category.MET)
        client.sign_in(committee.chair)
        fields = decision_of(committee.packet) if page == "decision" else {}
        for dimension in builders.asked(committee.packet).dimensions if page == "ballot" else ():
            fields[f"choice_{dimension.id}"] = Category.MET.value
        committee.packet.state = PacketState.WITHDRAWN

        answer = client.submit(address(committee, page), fields)

        assert answer.status_code == 422
        assert "The candidate withdrew this packet" in answer.text
        assert session.get_one(Packet, committee.packet.id).stage is stage
    assert session.scalars(select(Decision)).all() == []
    assert session.scalars(select(Ballot).where(Ballot.member_id == committee.chair.id)).all() == []


@pytest.mark.parametrize("who", ["candidate", "manager", "peer", "stranger"])
def test_before_release_a_decided_packet_answers_like_one_that_is_not(
    client: StrictClient, session: scoped_session[Session], who: str
) -> None:
    committee = a_committee(PacketStage.DISCUSSION)
    packet = committee.packet
    peer = builders.a_rating(packet).rater
    builders.a_rating(packet, kind=RaterKind.MANAGER)
    people = {
        "candidate": committee.candidate,
        "manager": committee.manager,
        "peer": peer,
        "stranger": builders.a_person("Stranger"),
    }
    client.sign_in(people[who])
    pages = [address(committee, page) for page in ("outcome", "committee", "decision", "reveal")]
    with one_request_id():
        before = [seen_in(client.get(page)) for page in pages]

    chair = builders.viewer_of(committee.chair)
    packet = in_hand(committee, committee.chair)
    service.decide(packet, draft=draft_of(packet), actor=chair, now=chair.now)
    session.commit()

    with one_request_id():
        assert [seen_in(client.get(page)) for page in pages] == before
    assert before[0] == seen_in(client.get("/packets/AAAAAAAAAAAAAAAAAAAAAA/outcome"))
    assert before[0][0] == 404


def test_after_release_candidate_and_manager_read_the_outcome(
    client: StrictClient, session: scoped_session[Session]
) -> None:
    committee = a_committee(PacketStage.DECIDED)
    builders.a_rating(committee.packet, kind=RaterKind.MANAGER, shareable=True)
    peer = builders.a_rating(committee.packet).rater
    builders.a_decision(committee.packet, committee.chair, letter=LETTER)
    committee.cycle.release_at = builders.NOW - builders.timedelta(minutes=1)
    committee.cycle.released_by_id = committee.owner.id
    session.flush()

    for reader in (committee.candidate, committee.manager):
        client.sign_in(reader)
        page = client.page(address(committee, "outcome"))
        text = page.text()
        assert page.texts(".//h1") == ["Not yet"]
        assert LETTER in text
        assert "One more piece of work of this kind." in text
        assert "Seen in item 1, for Delivery." in text
        assert [
            name for name in (peer.name, *(m.name for m in committee.members)) if name in text
        ] == []
    client.sign_in(peer)
    assert client.get(address(committee, "outcome")).status_code == 404


@pytest.mark.parametrize(
    ("query", "fields", "status"),
    [
        ("", {"csrf_token": ""}, 403),
        ("", {}, 403),
        ("?x=1", {"csrf_token": TOKEN}, 400),
        ("", {"csrf_token": TOKEN, "stray": "1"}, 422),
        ("", {"csrf_token": [TOKEN, TOKEN]}, 400),
    ],
)
def test_a_withdrawal_that_goes_wrong_tells_no_candidate_whether_the_packet_is_decided(
    client: StrictClient,
    session: scoped_session[Session],
    query: str,
    fields: dict[str, Any],
    status: int,
) -> None:
    packet = a_committee(PacketStage.VOTING).packet
    client.sign_in(packet.candidate)
    token = form_token(current_app)
    sent = {
        name: token if value == TOKEN else [token, token] if value == [TOKEN, TOKEN] else value
        for name, value in fields.items()
    }
    answers = []
    for stage in (PacketStage.VOTING, PacketStage.DISCUSSION, PacketStage.DECIDED):
        packet.stage = stage
        packet.revealed_at = None if stage is PacketStage.VOTING else builders.NOW
        packet.decided_at = builders.NOW if stage is PacketStage.DECIDED else None
        session.commit()
        with one_request_id():
            answer = client.post(f"/packets/{packet.public_id}/withdraw{query}", data=sent)
        answers.append((answer.status_code, without_token(answer)))

    assert answers == [answers[0]] * 3
    assert answers[0][0] == status


def test_only_a_withdrawal_that_is_meant_learns_that_it_is_late(
    client: StrictClient, session: scoped_session[Session]
) -> None:
    packet = a_committee(PacketStage.DISCUSSION).packet
    packet.stage, packet.decided_at = PacketStage.DECIDED, builders.NOW
    session.commit()
    client.sign_in(packet.candidate)

    answer = client.submit(f"/packets/{packet.public_id}/withdraw")

    assert (answer.status_code, packet.state) == (409, PacketState.SUBMITTED)
