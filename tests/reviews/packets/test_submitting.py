"""Submitting, what it fixes, and the two ways back: withdrawing and being sent back."""

import hashlib
import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent
from reviews.db.models.packets import PacketRevision, RevisionCoverage
from reviews.packets import queries as reading
from reviews.packets import service
from reviews.packets.checklist import ChecklistLine, advice, gates
from reviews.packets.evidence import EvidenceDraft
from reviews.rules.enums import CyclePhase, PacketStage, PacketState
from reviews.rules.errors import IllegalMove, RuleBroken
from reviews.web import presses
from tests.builders import LATER, NOW, a_conflict, an_assignment, an_item
from tests.clients import form_token
from tests.pages import Page

pytestmark = pytest.mark.both_databases


def submit(case, at=NOW):
    return service.submit_packet(case.packet, actor=case.hana, now=at)


def change(case, title):
    """Save the first item under another title."""
    row = reading.item_of(case.packet, reading.draft_evidence(case.packet)[0].public_id)
    draft = EvidenceDraft(
        title=title,
        outcome=row.outcome,
        expectation_ids=frozenset({case.asked.dimensions[0].new[0].id}),
    )
    service.save_evidence(
        case.packet, row, draft=draft, version=row.version, actor=case.hana, now=NOW
    )


def submissions():
    return db.session.scalar(select(func.count()).where(AuditEvent.action == "submit_packet"))


# -- The checklist


def test_the_checklist_of_an_empty_packet(case):
    found = gates(case.asked, (), proposed=0, least=1, most=2)

    assert found == (
        ChecklistLine("Delivery has no evidence.", place="delivery"),
        ChecklistLine("Judgement has no evidence.", place="judgement"),
        ChecklistLine("People has no evidence.", place="people"),
        ChecklistLine("Propose 1 to 2 peers.", place="peers"),
    )


def test_the_checklist_of_a_complete_packet(complete):
    found = gates(
        complete.asked, reading.draft_evidence(complete.packet), proposed=1, least=1, most=2
    )

    assert found == (
        ChecklistLine("Every dimension with something new has evidence", done=True),
        ChecklistLine("1 to 2 peers proposed", done=True, place="peers"),
    )


def test_advice_names_undated_items_and_open_expectations(case, add_item):
    add_item(case.asked.dimensions[0].new[1])

    assert advice(case.asked, reading.draft_evidence(case.packet)) == (
        ChecklistLine("Item 1 has no date. Readers trust dated work."),
        ChecklistLine("E1 in Delivery is open.", place="delivery"),
    )


def test_what_is_missing_keeps_a_packet_back(case, add_item):
    add_item()

    with pytest.raises(RuleBroken, match=r"Not yet: Judgement has no evidence\. People has"):
        submit(case)
    assert case.packet.state is PacketState.DRAFT


# -- Submitting


def test_a_revision_holds_the_items_as_they_were(complete):
    revision = submit(complete)
    before = reading.revision_evidence([revision.id])
    change(complete, "Rewritten")

    assert reading.revision_evidence([revision.id]) == before
    assert [(item.number, item.title) for item in before[revision.id]] == [
        (1, "Work for Delivery"),
        (2, "Work for Judgement"),
        (3, "Work for People"),
    ]
    assert [item.expectation_ids for item in before[revision.id]] == [
        {dimension.new[0].id} for dimension in complete.asked.dimensions
    ]


def test_a_revision_counts_coverage_over_what_is_new(complete):
    revision = submit(complete)

    rows = db.session.execute(
        select(
            RevisionCoverage.dimension_id, RevisionCoverage.expectations, RevisionCoverage.covered
        )
        .where(RevisionCoverage.revision_id == revision.id)
        .order_by(RevisionCoverage.dimension_id)
    ).all()
    assert rows == [(dimension.id, 2, 1) for dimension in complete.asked.dimensions]


def test_the_digest_is_of_the_items_as_json(complete):
    lines = [
        {
            "dimensions": [dimension.key],
            "expectations": [dimension.new[0].key],
            "from": None,
            "links": [],
            "number": number,
            "outcome": "What came of it.",
            "role": "",
            "title": f"Work for {dimension.name}",
            "to": None,
        }
        for number, dimension in enumerate(complete.asked.dimensions, start=1)
    ]
    text = json.dumps(lines, ensure_ascii=False, separators=(",", ":"))

    assert submit(complete).digest == hashlib.sha256(text.encode()).hexdigest()


def test_submitting_twice_is_submitting_once(complete):
    first = submit(complete)

    assert submit(complete, NOW + timedelta(minutes=1)) is first
    assert complete.packet.submitted_at == NOW
    assert submissions() == 1


def test_a_changed_packet_is_submitted_again_as_the_next_revision(complete):
    first = submit(complete)
    change(complete, "Better said")
    second = submit(complete)

    assert (first.number, second.number) == (1, 2)
    assert complete.packet.current_revision_id == second.id
    assert submissions() == 2


def test_the_deadline_closes_submitting(complete):
    with pytest.raises(RuleBroken, match="Evidence closed on"):
        submit(complete, at=LATER)
    assert submit(complete, at=LATER - timedelta(microseconds=1)).number == 1


def test_the_form_leads_to_a_receipt(complete, client):
    client.sign_in(complete.hana)

    response = client.submit(f"{complete.url}/submit")

    assert response.location == f"{complete.url}/receipt"
    page = client.page(response.location)
    facts = dict(zip(page.texts(".//dt"), page.texts(".//dd"), strict=True))
    revision = db.session.scalars(select(PacketRevision)).one()
    assert facts["Revision"] == "1, 3 evidence items"
    assert facts["Digest (SHA-256)"] == revision.digest
    assert facts["Received"].endswith("CET") or facts["Received"].endswith("CEST")


def test_without_evidence_there_is_no_form_and_a_forged_one_is_refused(case, client):
    client.sign_in(case.hana)
    page = client.page(f"{case.url}/submit")
    assert page.all(".//main//form") == []

    token = page.all(".//input[@name='csrf_token']")[0].get("value")
    response = client.post(f"{case.url}/submit", data={"csrf_token": token})

    assert response.status_code == 422
    assert case.packet.state is PacketState.DRAFT


def test_there_is_no_receipt_for_what_was_not_submitted(case, client):
    client.sign_in(case.hana)

    client.page(f"{case.url}/receipt", status=404)


def test_only_the_candidate_submits(complete, client):
    for person, status in ((complete.amara, 403), (complete.owner, 403), (complete.peer, 404)):
        client.sign_in(person)
        assert client.get(f"{complete.url}/submit").status_code == status


# -- Withdrawing


def test_withdrawing_ends_the_review(complete, client):
    submit(complete)
    client.sign_in(complete.hana)

    client.submit(f"{complete.url}/withdraw")

    assert complete.packet.state is PacketState.WITHDRAWN
    with pytest.raises(IllegalMove):
        service.withdraw_packet(complete.packet, actor=complete.hana, now=NOW)


def test_a_decided_packet_is_not_withdrawn(complete):
    submit(complete)
    complete.cycle.phase = CyclePhase.CALIBRATION
    complete.packet.stage = PacketStage.DECIDED
    complete.packet.revealed_at = complete.packet.decided_at = NOW

    with pytest.raises(RuleBroken, match="can no longer be withdrawn"):
        service.withdraw_packet(complete.packet, actor=complete.hana, now=NOW)


# -- Sending back


def test_a_packet_goes_back_with_a_reason_and_comes_again(complete, client):
    submit(complete)
    client.sign_in(complete.amara)
    response = client.submit(f"{complete.url}/return", {"reason": "Say *when* it was."})
    assert response.location == complete.url
    assert complete.packet.state is PacketState.RETURNED

    client.sign_in(complete.hana)
    page = client.page(complete.url)
    assert "Say when it was." in page.text(".//aside")

    client.submit(f"{complete.url}/submit")
    numbers = db.session.scalars(select(PacketRevision.number).order_by(PacketRevision.number))
    assert numbers.all() == [1, 2]
    assert complete.packet.state is PacketState.SUBMITTED
    assert complete.packet.return_reason is None


def test_the_page_says_whether_a_revision_can_be_followed_by_another(complete, client, monkeypatch):
    """A packet that was sent back is open once more after the deadline, and closed when it is submitted again."""
    # Each of these is another time, and not the same button twice.
    monkeypatch.setattr(presses, "KEPT", timedelta(0))
    said = []
    client.sign_in(complete.hana)
    for due in (LATER, NOW - timedelta(minutes=1)):
        complete.packet.state = PacketState.RETURNED
        complete.cycle.evidence_due = due
        page = client.page(f"{complete.url}/submit")
        said.append("you can change your packet and submit again" in page.text(".//main"))
        client.submit(f"{complete.url}/submit")
        answer = client.post(
            f"{complete.url}/submit", data={"csrf_token": form_token(client.application)}
        )
        assert (answer.status_code == 302) is said[-1]

    assert said == [True, False]


def test_a_packet_goes_back_only_while_its_page_says_so(complete, client):
    submit(complete)
    client.sign_in(complete.amara)
    said = []
    for phase in (CyclePhase.EVIDENCE, CyclePhase.RATING):
        complete.cycle.phase = phase
        page = client.page(f"{complete.url}/return")
        said.append(page.texts(".//*[@class='lede']"))

    lede = "The packet opens for changes again, and stays open until rating begins."
    assert said == [[lede], []]


def test_the_reason_is_read_by_candidate_manager_and_owner_and_nobody_else(complete, client):
    submit(complete)
    an_assignment(complete.packet, complete.other)
    a_conflict(complete.packet, complete.member)
    service.send_back(complete.packet, reason="Because", actor=complete.amara, now=NOW)
    everybody = ("hana", "amara", "owner", "chair", "member", "peer", "other")

    told = []
    for name in everybody:
        client.sign_in(getattr(complete, name))
        told += [name] if "Because" in client.get(complete.url).text else []

    assert told == ["hana", "amara", "owner"]


def test_sending_back_needs_a_reason(complete, client):
    submit(complete)
    client.sign_in(complete.amara)

    response = client.submit(f"{complete.url}/return")

    assert response.status_code == 422
    assert Page(response).text(".//*[@id='reason-error-1']") == "Say what has to change."
    assert complete.packet.state is PacketState.SUBMITTED


def test_a_draft_cannot_be_sent_back(case):
    with pytest.raises(IllegalMove):
        service.send_back(case.packet, reason="Because", actor=case.amara, now=NOW)


def test_once_rating_has_begun_a_packet_stays(complete):
    submit(complete)
    complete.cycle.phase = CyclePhase.RATING

    with pytest.raises(RuleBroken, match="Rating has begun"):
        service.send_back(complete.packet, reason="Because", actor=complete.amara, now=NOW)


def test_what_was_not_submitted_stays_with_its_author_and_nobody_else_reads_it(complete, client):
    """Until the cycle is archived, also where an earlier state was submitted; what was submitted is not shown twice."""
    everybody = ("hana", "amara", "owner", "chair", "member", "peer", "other")
    a_conflict(complete.packet, complete.member)

    def told(phase):
        complete.cycle.phase = phase
        found = []
        for name in everybody:
            client.sign_in(getattr(complete, name))
            text = client.get(complete.url).text
            found += [name] if "What you did not submit" in text else []
        return found

    assert told(CyclePhase.RATING) == ["hana"]
    assert told(CyclePhase.CALIBRATION) == ["hana"]
    assert told(CyclePhase.ARCHIVED) == []
    complete.cycle.phase = CyclePhase.EVIDENCE
    submit(complete)
    assert told(CyclePhase.RATING) == []
    an_item(complete.packet, "Written afterwards", outcome="And never submitted.")
    assert told(CyclePhase.RATING) == ["hana"]
    client.sign_in(complete.hana)
    page = client.page(complete.url)
    assert "And never submitted." in page.text(".//section[@aria-labelledby='unsubmitted']")
