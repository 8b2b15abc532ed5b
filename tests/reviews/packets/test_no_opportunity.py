"""The candidate's note that the role gave no chance: written in the draft, fixed by submitting, read with evidence."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent
from reviews.db.models.packets import Assignment, NoOpportunity, RevisionCoverage
from reviews.packets import queries as reading
from reviews.packets import service
from reviews.packets.checklist import gates
from reviews.rules.enums import AssignmentState, CyclePhase, PacketState, RaterKind
from reviews.rules.errors import RuleBroken, StaleEdit
from tests.builders import LATER, NOW
from tests.pages import Page

pytestmark = pytest.mark.both_databases

NOTE = "Support kept me off projects since *May*."


@pytest.fixture
def noted(case):
    """The second dimension has a note."""
    note(case, NOTE)
    return case


def note(case, text, *, version=0, place=1, at=NOW):
    service.save_no_opportunity(
        case.packet,
        case.asked.dimensions[place],
        note=text,
        version=version,
        actor=case.hana,
        now=at,
    )


def saved():
    return db.session.scalars(select(NoOpportunity.note)).all()


def address(case, place=1):
    return f"{case.url}/no-opportunity/{case.asked.dimensions[place].key}"


# -- Writing it


def test_a_note_is_written_changed_and_removed_in_the_browser(case, client, session):
    client.sign_in(case.hana)
    anchor = f"{case.url}#in-{case.asked.dimensions[1].key}"

    answer = client.submit(address(case), {"note": NOTE})
    assert (answer.status_code, answer.location, saved()) == (302, anchor, [NOTE])

    client.submit(address(case), {"note": "On parental leave."}, form=".//form[@novalidate]")
    assert saved() == ["On parental leave."]
    assert client.page(address(case)).text(".//textarea") == "On parental leave."

    remove = f".//form[@action='{address(case)}/remove']"
    assert client.submit(address(case), form=remove).location == anchor
    assert saved() == []
    name = case.asked.dimensions[1].name
    assert session.scalars(select(AuditEvent.summary).order_by(AuditEvent.id)).all()[1:] == [
        f"Note of Hana on {name} saved",
        f"Note of Hana on {name} saved",
        f"Note of Hana on {name} removed",
    ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("  ", "Say why the role gave you no chance."),
        ("x" * 1001, "Shorten this to 1,000 characters."),
    ],
)
def test_a_bad_note_is_a_sentence_at_its_field_with_the_text_kept(case, client, typed, sentence):
    client.sign_in(case.hana)

    answer = client.submit(address(case), {"note": typed})

    page = Page(answer)
    assert answer.status_code == 422
    assert page.texts(".//*[@id='note-error-1']") == [sentence]
    assert page.text(".//textarea[@id='note']") == typed.strip()
    assert saved() == []


def test_the_second_of_two_windows_gets_both_texts(noted, client):
    client.sign_in(noted.hana)

    answer = client.post(
        address(noted),
        data={**tokens(client, noted), "note": "Mine.", "version": "0"},
    )

    page = Page(answer)
    assert answer.status_code == 409
    assert (page.text(".//*[@id='saved-meanwhile']"), page.text(".//*[@id='note']")) == (
        NOTE,
        "Mine.",
    )
    assert saved() == [NOTE]
    with pytest.raises(StaleEdit):
        note(noted, "Mine.", version=7)


def tokens(client, case):
    return {
        "csrf_token": client.page(address(case)).all(".//input[@name='csrf_token']")[0].get("value")
    }


def test_after_the_deadline_nothing_is_saved_and_the_text_can_be_copied(case, client):
    case.cycle.evidence_due = NOW - timedelta(days=1)
    client.sign_in(case.hana)
    page = client.page(address(case))

    answer = client.post(
        address(case),
        data={
            "csrf_token": page.one(".//input[@name='csrf_token']").get("value"),
            "note": NOTE,
            "version": "0",
        },
    )

    assert answer.status_code == 422
    assert Page(answer).text(".//textarea") == NOTE
    assert saved() == []
    with pytest.raises(RuleBroken, match="Evidence closed"):
        note(case, NOTE, at=LATER)


def test_there_is_no_note_on_a_dimension_that_is_not_asked(case, client):
    client.sign_in(case.hana)

    assert client.get(f"{case.url}/no-opportunity/nothing").status_code == 404


# -- What it stands in for


def test_a_note_stands_in_for_the_evidence_of_its_dimension_alone(case, add_item):
    first, second, third = case.asked.dimensions
    add_item(first.new[0])
    items = reading.draft_evidence(case.packet)

    found = gates(case.asked, items, noted={second.id}, proposed=0, least=0, most=1)
    both = gates(case.asked, items, noted={second.id, third.id}, proposed=0, least=0, most=1)
    nothing_else = gates(
        case.asked, (), noted=[d.id for d in case.asked.dimensions], proposed=0, least=0, most=1
    )

    assert [check.sentence for check in found] == [f"{third.name} has no evidence."]
    assert [(check.sentence, check.done) for check in both] == [
        ("Every dimension with something new has evidence or a note", True)
    ]
    assert [(check.sentence, check.done) for check in nothing_else] == [("Add an item.", False)]


# -- What is submitted


def notes_of(revision):
    return list(
        db.session.scalars(
            select(RevisionCoverage.no_opportunity)
            .where(RevisionCoverage.revision_id == revision.id)
            .order_by(RevisionCoverage.dimension_id)
        )
    )


def test_a_revision_keeps_the_note_and_the_digest_holds_it(complete):
    def submit():
        return service.submit_packet(complete.packet, actor=complete.hana, now=NOW)

    without = submit()
    note(complete, NOTE)
    with_note = submit()
    again = submit()
    note(complete, "Another reason.", version=1)
    changed = submit()

    assert [r.number for r in (without, with_note, again, changed)] == [1, 2, 2, 3]
    assert len({without.digest, with_note.digest, changed.digest}) == 3
    assert [notes_of(r) for r in (without, with_note, changed)] == [
        ["", "", ""],
        ["", NOTE, ""],
        ["", "Another reason.", ""],
    ]


def test_a_changed_note_shows_as_a_change_since_the_last_submission(complete, client):
    service.submit_packet(complete.packet, actor=complete.hana, now=NOW)
    client.sign_in(complete.hana)
    assert "Changed since revision 1" not in client.page(complete.url).text()

    note(complete, NOTE)

    assert "Changed since revision 1" in client.page(complete.url).text()


# -- Who reads it


def test_others_read_it_once_it_is_submitted_and_not_before(complete, client):
    note(complete, NOTE)
    client.sign_in(complete.amara)
    before = client.page(complete.url).text()

    service.submit_packet(complete.packet, actor=complete.hana, now=NOW)

    after = client.page(complete.url)
    assert "Support kept me off" not in before
    assert "No opportunity, Hana says" in after.text()
    assert after.text(".//em") == "May"
    client.sign_in(complete.hana)
    own = client.page(complete.url)
    assert "No opportunity, you say" in own.text()
    assert own.texts(".//ul[@class='cover']//span[@class='vh']").count(", no opportunity") == 1


def test_a_rater_reads_it_beside_what_is_asked(complete, client):
    note(complete, NOTE)
    service.submit_packet(complete.packet, actor=complete.hana, now=NOW)
    complete.cycle.phase = CyclePhase.RATING
    db.session.add(
        Assignment(
            public_id="m" * 22,
            packet_id=complete.packet.id,
            rater_id=complete.amara.id,
            kind=RaterKind.MANAGER,
            state=AssignmentState.ACCEPTED,
            proposed_by_id=complete.amara.id,
            created_at=NOW,
        )
    )
    client.sign_in(complete.amara)
    first, second, _ = complete.asked.dimensions

    assert "No opportunity" not in client.page(f"{complete.url}/rating/{first.key}").text(
        ".//form[@class='rate']/div[1]"
    )
    assert NOTE.replace("*", "") in client.page(f"{complete.url}/rating/{second.key}").text()


def test_a_packet_that_left_the_draft_takes_no_note(complete):
    complete.packet.state = PacketState.WITHDRAWN

    with pytest.raises(RuleBroken, match="withdrawn"):
        note(complete, NOTE)
