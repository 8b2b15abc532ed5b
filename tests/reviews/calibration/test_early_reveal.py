"""Ballots revealed early: the reason reaches the panel and the owners, and what is said of the vote is true."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from reviews.calibration import service
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent
from reviews.db.models.people import Person
from reviews.rules.enums import ConflictStanding, PacketStage
from tests import builders
from tests.builders import NOW
from tests.clients import StrictClient
from tests.pages import Page
from tests.reviews.calibration.panels import Committee, a_committee

pytestmark = pytest.mark.both_databases

REASON = "Two members are ill until the release."
TOLD = "The chair’s reason"  # noqa: RUF001 - as the page writes it
EARLY = ".//section[@aria-labelledby='early']"
ALL = "The committee voted alone and in writing before anything was discussed."
NOT_ALL = (
    "Not everybody on the committee had voted when the ballots were opened. Whoever had, voted alone and in writing"
    " before anything was discussed."
)


def revealed(voters: int, *, quorum: int = 3, others: int = 0) -> Committee:
    """A packet of which so many of the three members have voted, and the chair has revealed the ballots."""
    committee = a_committee(quorum=quorum)
    for number in range(others):
        extra = builders.a_person(f"Extra {number}")
        builders.saved(builders.PanelMember(panel_id=committee.panel.id, person_id=extra.id))
        builders.a_conflict(committee.packet, extra)
        committee.members.append(extra)
    for member in committee.members[:voters]:
        builders.a_ballot(committee.packet, member)
    service.reveal(
        committee.packet, reason=REASON, actor=builders.viewer_of(committee.chair), now=NOW
    )
    return committee


def decided(committee: Committee) -> None:
    committee.packet.stage = PacketStage.DECIDED
    committee.packet.decided_at = NOW
    builders.a_decision(committee.packet, committee.chair)


def released(committee: Committee) -> None:
    decided(committee)
    committee.cycle.release_at = NOW - timedelta(hours=1)
    committee.cycle.released_by_id = committee.owner.id
    committee.cycle.release_reason = "Letters are ready."
    db.session.flush()


def read(client: StrictClient, committee: Committee, person: Person, page: str) -> Page:
    client.sign_in(person)
    return client.page(f"/packets/{committee.packet.public_id}/{page}")


def how(page: Page) -> str:
    """The first sentences of "How it was decided"."""
    (text, *_) = page.texts(".//section[@aria-labelledby='how']/p")
    return text.partition(" The manager rated")[0].partition(" Your manager rated")[0]


def test_the_audit_line_has_the_reason_and_how_many_were_missing(
    session: scoped_session[Session],
) -> None:
    committee = revealed(1)

    line = session.scalars(select(AuditEvent)).one()
    assert (line.actor_id, line.packet_id, line.action) == (
        committee.chair.id,
        committee.packet.id,
        "reveal_ballots",
    )
    assert line.summary == "Ballots on Candidate revealed, 1 sealed and 3 missing"
    assert line.details == {"reason": REASON, "cast": 1, "missing": 3, "left": 0}


def test_the_owner_reads_the_reason_in_the_audit_log(client: StrictClient) -> None:
    committee = revealed(1)
    client.sign_in(committee.owner)

    page = client.page(f"/cycles/{committee.cycle.public_id}/audit")

    assert page.texts(".//tbody//span") == [f"Reveal ballots. Reason: {REASON}"]


def test_the_panel_and_the_owners_read_the_reason_on_the_committee_page(
    client: StrictClient,
) -> None:
    committee = revealed(1)
    voted, not_voted = committee.members[:2]
    told = {}
    for person in (voted, not_voted, committee.chair, committee.owner):
        page = read(client, committee, person, "committee")
        told[person.name] = [
            text for part in ("*[@class='count']", "p") for text in page.texts(f"{EARLY}//{part}")
        ]

    # How many were missing is for those who may see who has voted.
    both = ["3 ballots missing", f"{TOLD}: {REASON}"]
    assert told == {"Member A": both, "Member B": both[1:], "Chair": both, "Owner": both}


@pytest.mark.parametrize("standing", [ConflictStanding.DECLARED, ConflictStanding.SET])
def test_nobody_else_reads_it(client: StrictClient, standing: ConflictStanding) -> None:
    committee = revealed(1)
    outsider = committee.members[2]
    (conflict,) = (c for c in conflicts_of(committee) if c.person_id == outsider.id)
    conflict.standing = standing
    released(committee)
    address = f"/packets/{committee.packet.public_id}"

    for person in (committee.candidate, committee.manager, outsider, builders.a_person()):
        client.sign_in(person)
        for page in ("", "/committee", "/outcome"):
            assert REASON not in client.get(f"{address}{page}").text, (person.name, page)
        assert REASON not in client.get(f"/cycles/{committee.cycle.public_id}/audit").text


def conflicts_of(committee: Committee) -> list[builders.Conflict]:
    found = select(builders.Conflict).where(builders.Conflict.packet_id == committee.packet.id)
    return list(db.session.scalars(found))


@pytest.mark.usefixtures("session")
def test_a_reveal_at_the_quorum_has_no_reason_to_tell(client: StrictClient) -> None:
    committee = a_committee()
    for member in (*committee.members, committee.chair):
        builders.a_ballot(committee.packet, member)
    service.reveal(committee.packet, reason="", actor=builders.viewer_of(committee.chair), now=NOW)

    page = read(client, committee, committee.owner, "committee")

    assert page.all(EARLY) == []


# -- What the outcome says of the vote


def test_the_candidate_is_not_told_that_everybody_voted_when_one_did(client: StrictClient) -> None:
    committee = revealed(1)
    released(committee)

    for person in (committee.candidate, committee.manager):
        assert how(read(client, committee, person, "outcome")) == NOT_ALL


def test_nor_when_the_others_voted_after_the_reveal(client: StrictClient) -> None:
    committee = revealed(3)
    late = builders.a_ballot(committee.packet, committee.chair)
    late.cast_at = NOW + timedelta(minutes=1)
    released(committee)

    assert how(read(client, committee, committee.candidate, "outcome")) == NOT_ALL


def test_the_candidate_is_told_that_everybody_voted_when_everybody_did(
    client: StrictClient,
) -> None:
    committee = a_committee()
    for member in (*committee.members, committee.chair):
        builders.a_ballot(committee.packet, member)
    service.reveal(committee.packet, reason="", actor=builders.viewer_of(committee.chair), now=NOW)
    released(committee)

    # Of four voters a count could say who voted how.
    assert how(read(client, committee, committee.candidate, "outcome")) == ALL


@pytest.mark.parametrize(
    ("voters", "told"),
    [
        (4, NOT_ALL),
        (5, "5 of 7 people voted, alone and in writing, before anything was discussed."),
    ],
)
def test_a_candidate_reads_counts_from_five_voters_on(
    client: StrictClient, voters: int, told: str
) -> None:
    committee = revealed(voters, others=3, quorum=7)
    released(committee)

    assert how(read(client, committee, committee.candidate, "outcome")) == told


def test_all_of_many_voters_are_counted(client: StrictClient) -> None:
    committee = a_committee()
    extra = builders.a_person("Extra")
    builders.saved(builders.PanelMember(panel_id=committee.panel.id, person_id=extra.id))
    builders.a_conflict(committee.packet, extra)
    for member in (*committee.members, committee.chair, extra):
        builders.a_ballot(committee.packet, member)
    service.reveal(committee.packet, reason="", actor=builders.viewer_of(committee.chair), now=NOW)
    released(committee)

    assert how(read(client, committee, committee.candidate, "outcome")) == (
        "5 people voted, alone and in writing, before anything was discussed."
    )


def test_the_panel_and_the_owners_read_how_many_voted_when_and_why(client: StrictClient) -> None:
    committee = revealed(1)
    late = builders.a_ballot(committee.packet, committee.members[1])
    late.cast_at = NOW + timedelta(minutes=1)
    decided(committee)

    told = {
        person.name: how(read(client, committee, person, "outcome"))
        for person in (committee.owner, committee.members[0], committee.members[2])
    }

    counts = (
        "1 of 4 people voted, alone and in writing, before anything was discussed."
        " 1 voted after the ballots were opened."
    )
    reason = f" {TOLD} for revealing early: {REASON}"
    assert told == {
        "Owner": counts + reason,
        "Member A": counts + reason,
        # Who has not voted may not see who has.
        "Member C": NOT_ALL + reason,
    }
