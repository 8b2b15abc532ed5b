"""The conflict question: unknown closes a packet, an answer opens or closes it at once, nothing betrays the rest."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from reviews.calibration.service import answer_conflicts
from reviews.db.models.audit import AuditEvent
from reviews.db.models.calibration import Ballot, Conflict
from reviews.rules.enums import ConflictStanding, CyclePhase, PacketStage, PacketState
from tests import builders
from tests.clients import StrictClient
from tests.pages import Page
from tests.reviews.calibration.panels import Committee, a_committee, in_hand

pytestmark = pytest.mark.both_databases


@pytest.fixture
def committee(session: scoped_session[Session]) -> Committee:
    assert session
    return a_committee(answered=False)


def names_in(client: StrictClient, committee: Committee) -> list[str]:
    page = client.page(f"/cycles/{committee.cycle.public_id}/conflicts")
    return [name for name in page.texts(".//main//bdi") if name]


def test_a_packet_stays_closed_until_the_question_is_answered(
    client: StrictClient, committee: Committee
) -> None:
    client.sign_in(committee.members[0])
    packet = f"/packets/{committee.packet.public_id}/committee"

    before = client.get(packet).status_code
    answer = client.submit(f"/cycles/{committee.cycle.public_id}/conflicts")
    after = client.get(packet).status_code

    assert (before, answer.status_code, after) == (403, 302, 200)


def test_a_declared_conflict_closes_the_packet_and_keeps_its_reason_private(
    client: StrictClient, committee: Committee, session: scoped_session[Session]
) -> None:
    member = committee.members[0]
    client.sign_in(member)
    public_id = committee.packet.public_id

    client.submit(
        f"/cycles/{committee.cycle.public_id}/conflicts",
        {f"conflict_{public_id}": "y", f"reason_{public_id}": "We are married."},
    )

    (conflict,) = session.scalars(select(Conflict)).all()
    (event,) = session.scalars(select(AuditEvent)).all()
    assert (conflict.standing, conflict.reason) == (ConflictStanding.DECLARED, "We are married.")
    assert "married" not in event.summary + str(event.details)
    assert client.get(f"/packets/{public_id}/committee").status_code == 403
    assert client.get(f"/packets/{public_id}").status_code == 403


def test_a_declared_conflict_cannot_be_taken_back(
    client: StrictClient, committee: Committee, session: scoped_session[Session]
) -> None:
    member = committee.members[0]
    builders.a_conflict(committee.packet, member, ConflictStanding.DECLARED, reason="Family.")
    other = builders.a_packet(committee.cycle, panel=committee.panel, stage=PacketStage.VOTING)
    client.sign_in(member)

    client.submit(f"/cycles/{committee.cycle.public_id}/conflicts")

    standings = dict(session.execute(select(Conflict.packet_id, Conflict.standing)).all())
    assert standings == {
        committee.packet.id: ConflictStanding.DECLARED,
        other.id: ConflictStanding.NONE,
    }


@pytest.mark.parametrize("standing", [ConflictStanding.DECLARED, ConflictStanding.SET])
@pytest.mark.parametrize("again", [{}, {"reason": "Nothing, on second thoughts."}])
def test_no_answer_takes_back_or_rewrites_a_conflict_on_record(
    committee: Committee,
    session: scoped_session[Session],
    standing: ConflictStanding,
    again: dict[str, str],
) -> None:
    member = committee.members[0]
    on_record = builders.a_conflict(
        committee.packet, member, standing, by=committee.owner, reason="Family."
    )
    before = (on_record.standing, on_record.reason, on_record.recorded_by_id, on_record.version)

    answer_conflicts(
        [in_hand(committee, committee.owner)],
        declared={committee.packet.id: again["reason"]} if again else {},
        actor=builders.viewer_of(member),
        now=builders.NOW,
    )

    session.expire_all()
    after = (on_record.standing, on_record.reason, on_record.recorded_by_id, on_record.version)
    assert after == before
    assert session.scalars(select(AuditEvent)).all() == []


def test_a_conflict_declared_after_voting_withdraws_the_ballot_and_closes_the_packet_at_once(
    client: StrictClient, session: scoped_session[Session]
) -> None:
    committee = a_committee(PacketStage.VOTING)
    member, public_id = committee.members[0], committee.packet.public_id
    for person in (committee.chair, member):
        builders.a_ballot(committee.packet, person)
    page = f"/packets/{public_id}/committee"
    client.sign_in(committee.chair)
    before = client.page(page).text()
    client.sign_in(member)
    assert client.get(page).status_code == 200

    client.submit(
        f"/cycles/{committee.cycle.public_id}/conflicts",
        {f"conflict_{public_id}": "y", f"reason_{public_id}": "We have become friends."},
    )

    assert client.get(page).status_code == 403
    client.sign_in(committee.chair)
    after = client.page(page).text()
    refused = client.submit(f"/packets/{public_id}/reveal")
    client.submit(f"/packets/{public_id}/reveal", {"reason": "A member is recused since."})
    revealed = client.page(page).text()
    assert "2 of 4 ballots are sealed; the quorum is 2." in before
    assert "1 of 3 ballots are sealed; the quorum is 2." in after
    assert "1 recused (Member A)" in after
    assert refused.status_code == 422
    assert "Member A:" not in revealed
    assert len(session.scalars(select(Ballot)).all()) == 2


def test_a_conflict_set_by_the_owner_takes_the_packet_off_the_list(
    client: StrictClient, committee: Committee
) -> None:
    member = committee.members[0]
    client.sign_in(member)
    seen_before = names_in(client, committee)
    hidden = builders.a_packet(committee.cycle, panel=committee.panel, stage=PacketStage.VOTING)
    builders.a_conflict(
        hidden, member, ConflictStanding.SET, by=committee.owner, reason="A dispute."
    )

    seen_after = names_in(client, committee)

    assert seen_before == seen_after == [committee.candidate.name]


def test_reporting_lines_and_own_packets_need_no_answer(
    client: StrictClient, committee: Committee
) -> None:
    member = committee.members[0]
    report = builders.a_person("Report", manager=member)
    builders.a_packet(
        committee.cycle,
        candidate=report,
        manager=member,
        panel=committee.panel,
        stage=PacketStage.VOTING,
    )
    client.sign_in(member)

    page = client.page(f"/cycles/{committee.cycle.public_id}/conflicts")

    assert page.texts(".//section[@aria-labelledby='closed']//td")[1::2] == ["you are the manager"]


def test_the_page_does_not_exist_for_whoever_has_no_seat(
    client: StrictClient, committee: Committee
) -> None:
    client.sign_in(committee.manager)
    own = client.get(f"/cycles/{committee.cycle.public_id}/conflicts")
    random = client.get("/cycles/AAAAAAAAAAAAAAAAAAAAAA/conflicts")

    assert (own.status_code, own.data) == (404, random.data)


# -- An owner without a seat


def test_an_owner_without_a_seat_declares_a_conflict_that_takes_effect_at_once(
    client: StrictClient, committee: Committee, session: scoped_session[Session]
) -> None:
    client.sign_in(committee.owner)
    other = builders.a_packet(committee.cycle, panel=committee.panel, stage=PacketStage.VOTING)
    public_id, cycle = committee.packet.public_id, f"/cycles/{committee.cycle.public_id}"
    assert client.page(f"/packets/{public_id}/committee").all(f".//a[@href='{cycle}/conflicts']")
    assert f"{cycle}/conflicts" in hrefs(client.page(cycle))

    answer = client.submit(
        f"{cycle}/conflicts",
        {f"conflict_{public_id}": "y", f"reason_{public_id}": "We are married."},
    )

    (conflict,) = session.scalars(select(Conflict)).all()
    assert (answer.status_code, answer.location) == (302, cycle)
    assert (conflict.packet_id, conflict.person_id) == (committee.packet.id, committee.owner.id)
    assert conflict.standing is ConflictStanding.DECLARED
    assert client.get(f"/packets/{public_id}").status_code == 404
    assert names_in(client, committee) == [other.candidate.name]


def test_an_owner_without_a_seat_owes_no_answer(
    client: StrictClient, committee: Committee, session: scoped_session[Session]
) -> None:
    client.sign_in(committee.owner)
    public_id, cycle = committee.packet.public_id, f"/cycles/{committee.cycle.public_id}"
    assert not Page(client.get("/")).all(f".//a[@href='{cycle}/conflicts']")

    answer = client.submit(f"{cycle}/conflicts", {f"reason_{public_id}": "A dispute."})

    page = Page(answer)
    assert answer.status_code == 422
    assert "Tick the packet that you have a conflict with." in page.text()
    assert page.one(f".//input[@name='reason_{public_id}']").get("value") == "A dispute."
    assert session.scalars(select(Conflict)).all() == []


@pytest.mark.parametrize("phase", [CyclePhase.EVIDENCE, CyclePhase.RATING])
def test_an_owner_declares_before_the_packet_is_submitted_and_before_there_is_a_panel(
    client: StrictClient, session: scoped_session[Session], phase: CyclePhase
) -> None:
    owner = builders.a_person("Owner")
    cycle = builders.a_cycle(phase=phase, owners=[owner])
    packet = builders.a_packet(cycle, state=PacketState.DRAFT)
    client.sign_in(owner)

    client.submit(f"/cycles/{cycle.public_id}/conflicts", {f"conflict_{packet.public_id}": "y"})

    assert session.scalars(select(Conflict.packet_id)).all() == [packet.id]
    assert client.get(f"/cycles/{cycle.public_id}/conflicts").status_code == 404
    assert f"/cycles/{cycle.public_id}/conflicts" not in hrefs(
        client.page(f"/cycles/{cycle.public_id}")
    )


def test_a_chair_who_was_set_aside_is_not_asked(client: StrictClient, committee: Committee) -> None:
    builders.a_conflict(committee.packet, committee.chair, ConflictStanding.SET)
    client.sign_in(committee.chair)

    page = client.page(f"/cycles/{committee.cycle.public_id}/conflicts")

    assert page.texts(".//section[@aria-labelledby='closed']//td")[1:] == [
        "an owner of the cycle has set a conflict"
    ]
    assert page.all(".//main//form") == []


def hrefs(page: Page) -> list[str]:
    return [link.get("href") for link in page.all(".//main//a")]
