"""Whatever is sent in fields that nobody types in: a sentence at the form, and nothing saved."""

import pytest
from sqlalchemy import func, select

from reviews.db.extensions import db
from reviews.db.models.calibration import Ballot, Decision
from reviews.db.models.packets import Assignment
from reviews.db.models.ratings import ExpectationMark, Rating
from reviews.rules.enums import CyclePhase, PacketStage
from tests import builders
from tests.reviews.calibration.panels import a_committee

NO_WORDS = ["bogus", "\n\n", "met\0", "9" * 5000]
SENTENCE = "The committee read the packet with care."


def rows(table):
    return db.session.scalar(select(func.count()).select_from(table))


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("given", NO_WORDS)
def test_a_decision_in_no_word_of_ours_is_refused_with_the_text_kept(client, given):
    committee = a_committee(PacketStage.DISCUSSION)
    client.sign_in(committee.chair)
    address = f"/packets/{committee.packet.public_id}/decision"
    (dimension, *_) = builders.asked(committee.packet).dimensions

    for field in ("outcome", f"attainment_{dimension.id}"):
        answer = client.submit(address, {field: given, "letter": SENTENCE})
        assert (answer.status_code, SENTENCE in answer.text, rows(Decision)) == (422, True, 0)


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("given", NO_WORDS)
def test_a_ballot_in_no_word_of_ours_is_refused_with_the_text_kept(client, given):
    committee = a_committee()
    client.sign_in(committee.members[0])
    fields = {}
    for dimension in builders.asked(committee.packet).dimensions:
        fields |= {f"choice_{dimension.id}": given, f"rationale_{dimension.id}": SENTENCE}

    answer = client.submit(f"/packets/{committee.packet.public_id}/ballot", fields)

    assert (answer.status_code, SENTENCE in answer.text, rows(Ballot)) == (422, True, 0)


@pytest.mark.usefixtures("session")
def test_an_answer_of_white_space_is_no_answer_to_a_rating(client):
    assignment = builders.an_assignment(
        builders.a_packet(builders.a_cycle(phase=CyclePhase.RATING))
    )
    client.sign_in(assignment.rater)
    address = f"/packets/{assignment.packet.public_id}/rating/delivery"

    answer = client.submit(
        address,
        {"rationale": SENTENCE, "category": "\n\n", "marks-E1": " "},
        form=".//form[@class='rate']",
    )

    rating = db.session.scalars(select(Rating)).one()
    assert (answer.status_code, rows(ExpectationMark)) == (302, 0)
    assert (rating.rationale, rating.category) == (SENTENCE, None)


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("given", ["", "a\0b", "x" * 22, "9" * 5000])
def test_nobody_is_proposed_by_an_id_that_is_none(client, given):
    packet = builders.a_packet(builders.a_cycle())
    builders.a_person("Piet")
    client.sign_in(packet.candidate)

    answer = client.submit(f"/packets/{packet.public_id}/peers?q=Piet", {"person": given})

    assert "Choose a person from the list." in answer.text
    assert (answer.status_code, rows(Assignment)) == (422, 0)


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("given", ["", "-1", "1.5", "٣", "9" * 5000])
def test_an_item_is_not_replaced_on_a_version_that_is_none(client, given):
    packet = builders.a_packet(builders.a_cycle())
    item = builders.an_item(packet, "As it was")
    client.sign_in(packet.candidate)

    answer = client.submit(
        f"/packets/{packet.public_id}/evidence/{item.public_id}",
        {"version": given, "title": "Mine"},
        form=".//main//form[@class='form form--text']",
    )

    assert (answer.status_code, 'value="Mine"' in answer.text) == (409, True)
    assert db.session.get_one(type(item), item.id).title == "As it was"
