"""What a line says of acts that no other test of a capability looks at: who, on which packet, what; and no value."""

import pytest
from sqlalchemy import select

from reviews.calibration import service as calibration
from reviews.calibration.requirements import BallotMarkDraft
from reviews.db.models.audit import AuditEvent
from reviews.db.models.people import SignInLink
from reviews.packets import service as packets
from reviews.people import passwords
from reviews.people import service as people
from reviews.people.queries import handle_of
from reviews.rules.enums import Category, PacketStage
from tests.builders import NOW, a_cycle, a_packet, a_person, asked, viewer_of
from tests.reviews.calibration.panels import a_committee
from tests.reviews.calibration.test_decision import LETTER, draft_of

pytestmark = pytest.mark.both_databases

PASSWORD = "a password of many words"
NEW = "another password of many words"


def lines(session):
    """Actor, packet, cycle, action, summary and details of each line, the first first."""
    found = session.scalars(select(AuditEvent).order_by(AuditEvent.id))
    return [
        (e.actor_id, e.packet_id, e.cycle_id, e.action, e.summary, e.details, e.at) for e in found
    ]


def marks_of(packet, choice):
    said = BallotMarkDraft(choice, "Seen in item 1, which shows it.")
    return {dimension.id: said for dimension in asked(packet).dimensions}


def test_a_ballot_and_a_changed_one_leave_a_line_without_a_vote(session):
    committee = a_committee()
    packet, member = committee.packet, viewer_of(committee.members[0])

    for choice in (Category.NOT_SHOWN, Category.EXCEEDS):
        calibration.cast_ballot(packet, marks=marks_of(packet, choice), actor=member, now=NOW)

    who = (member.person_id, packet.id, packet.cycle_id)
    said = "Member A sealed a ballot on Candidate"
    assert lines(session) == [
        (*who, "cast_ballot", said, {"round": 1}, NOW),
        (*who, "change_ballot", said, {"round": 2}, NOW),
    ]


def test_a_decision_leaves_a_line_without_the_outcome(session):
    committee = a_committee(PacketStage.DISCUSSION)
    packet, chair = committee.packet, viewer_of(committee.chair)

    calibration.decide(packet, draft=draft_of(packet), actor=chair, now=NOW)

    (line,) = lines(session)
    assert line == (
        chair.person_id,
        packet.id,
        packet.cycle_id,
        "decide_packet",
        "Decision on Candidate recorded",
        {"number": 1},
        NOW,
    )
    assert LETTER not in str(line)


def test_a_withdrawal_leaves_a_line(session):
    packet = a_packet(a_cycle(), candidate=a_person("Ada", manager=a_person()))
    ada = packet.candidate

    packets.withdraw_packet(packet, actor=viewer_of(ada), now=NOW)

    assert lines(session) == [
        (
            ada.id,
            packet.id,
            packet.cycle_id,
            "withdraw_packet",
            "Packet of Ada withdrawn",
            {},
            NOW,
        )
    ]


def test_what_is_done_to_an_account_leaves_a_line_that_names_it(session):
    owner, ada = a_person("Ola", is_owner=True), a_person("Ada")
    of_owner = viewer_of(owner)
    named = {"person": ada.public_id}

    token = people.issue_link(ada, actor=of_owner, at=NOW)
    people.choose_password(token, passwords.hash_password(PASSWORD), at=NOW)
    people.change_password(
        viewer_of(ada), passwords.hash_password(NEW), instead_of=ada.password_hash
    )
    people.end_own_sessions(viewer_of(ada), handle="")
    people.deactivate(ada, actor=of_owner, at=NOW)
    people.activate(ada, actor=of_owner, at=NOW)
    link = session.scalars(select(SignInLink)).one()
    people.acknowledge_links(viewer_of(ada), newest=handle_of(link))

    found = lines(session)
    assert [(line[0], line[3], line[4], line[5]) for line in found] == [
        (owner.id, "manage_accounts", "Sign-in link for Ada shown to Ola", named),
        (ada.id, "manage_own_account", "Ada chose a password with a link", named),
        (ada.id, "manage_own_account", "Ada changed the password", named),
        (ada.id, "manage_own_account", "Ada ended sessions", named),
        (owner.id, "manage_accounts", f"Account of Ada ({ada.employee_id}) closed", named),
        (owner.id, "manage_accounts", f"Account of Ada ({ada.employee_id}) opened again", named),
        (ada.id, "manage_own_account", "Ada has read who was shown sign-in links", named),
    ]
    assert [secret for secret in (token, PASSWORD, NEW) if secret in str(found)] == []
    assert passwords.matches(NEW, ada.password_hash)
