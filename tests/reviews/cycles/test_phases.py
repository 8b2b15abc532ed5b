"""A step to the next phase moves everything that moves along, and is refused while something is missing."""

import pytest
from sqlalchemy import select

from reviews.access.standing import IN_REVIEW
from reviews.cycles.panels.queries import seats_of
from reviews.cycles.phases.service import advance_cycle
from reviews.db import random_source
from reviews.db.models.audit import AuditEvent
from reviews.db.models.cycles import PanelMember
from reviews.db.models.packets import Assignment, Packet
from reviews.packets import service as packets
from reviews.rules.enums import (
    AssignmentState,
    ConflictStanding,
    CyclePhase,
    PacketStage,
    PacketState,
    RaterKind,
)
from reviews.rules.errors import IllegalMove, RuleBroken
from tests.builders import (
    NOW,
    a_conflict,
    a_cycle,
    a_packet,
    a_panel,
    a_person,
    an_assignment,
    ladder_of,
    levels_of,
    saved,
    viewer_of,
)
from tests.clients import form_token
from tests.pages import Page, values_of

pytestmark = pytest.mark.both_databases

S = AssignmentState


@pytest.fixture
def owner(session):  # noqa: ARG001 - rolls back
    return a_person("Ines Okafor")


def cycle_in(phase, owner, **columns):
    """A cycle whose panel Ada chairs, with two members beside her."""
    cycle = a_cycle(phase=phase, owners=[owner], **columns)
    panel = a_panel(cycle, chair=a_person("Ada"), members=[a_person("Bo"), a_person("Cy")])
    return cycle, panel


def advance(cycle, owner, **details):
    advance_cycle(cycle, actor=viewer_of(owner), now=NOW, **details)


def test_a_cycle_that_lacks_something_does_not_open(owner):
    cycle = a_cycle(phase=CyclePhase.SETUP, owners=[owner])

    with pytest.raises(RuleBroken, match=r"^No panel decides yet\."):
        advance(cycle, owner)

    assert cycle.phase is CyclePhase.SETUP


def test_an_owner_opens_a_cycle_in_the_browser(client, session, owner):
    cycle, _ = cycle_in(CyclePhase.SETUP, owner, name="Autumn")
    client.sign_in(owner)

    answer = client.submit(f"/cycles/{cycle.public_id}/advance")

    assert answer.location == f"/cycles/{cycle.public_id}"
    assert cycle.phase is CyclePhase.EVIDENCE
    assert session.scalars(select(AuditEvent.summary)).all() == ["Autumn moved on to evidence"]


def test_the_page_lists_what_is_missing_and_offers_no_step(client, owner):
    cycle = a_cycle(phase=CyclePhase.SETUP, owners=[owner], evidence_due=None)
    client.sign_in(owner)

    page = client.page(f"/cycles/{cycle.public_id}/advance")

    assert page.texts(".//*[@class='flashes']//li") == [
        "There is no deadline for evidence yet.",
        "No panel decides yet. Add one with a chair and members.",
    ]
    assert page.all(".//main//form") == []


def test_rating_begins_with_what_is_submitted(session, owner):
    cycle, panel = cycle_in(CyclePhase.EVIDENCE, owner)
    submitted = a_packet(cycle, panel=panel, state=PacketState.SUBMITTED)
    draft = a_packet(cycle, panel=panel)
    states = {
        (submitted, S.APPROVED): S.INVITED,
        (submitted, S.NOMINATED): S.NOMINATED,
        (submitted, S.REJECTED): S.REJECTED,
        (draft, S.APPROVED): S.APPROVED,
    }
    peers = {
        an_assignment(packet, state=before): after for (packet, before), after in states.items()
    }

    advance(cycle, owner)

    assert cycle.phase is CyclePhase.RATING
    assert {peer: peer.state for peer in peers} == peers
    managers = session.scalars(select(Assignment).where(Assignment.kind == RaterKind.MANAGER))
    assert [(a.packet_id, a.rater_id, a.state) for a in managers] == [
        (submitted.id, submitted.manager_id, S.ACCEPTED)
    ]


def test_calibration_ends_open_ratings_and_lets_the_panels_vote(owner):
    cycle, panel = cycle_in(CyclePhase.RATING, owner)
    packet = a_packet(cycle, panel=panel)
    draft = a_packet(cycle, panel=panel, state=PacketState.DRAFT)
    expected = {
        S.NOMINATED: S.VOID,
        S.INVITED: S.EXPIRED,
        S.ACCEPTED: S.EXPIRED,
        S.IN_PROGRESS: S.EXPIRED,
        S.SUBMITTED: S.SUBMITTED,
        S.DECLINED: S.DECLINED,
    }
    raters = {an_assignment(packet, state=before): after for before, after in expected.items()}

    advance(cycle, owner)

    assert cycle.phase is CyclePhase.CALIBRATION
    assert {rater: rater.state for rater in raters} == raters
    assert (packet.stage, draft.stage) == (PacketStage.VOTING, PacketStage.WAITING)


def test_the_agenda_is_by_lot(owner):
    cycle, panel = cycle_in(CyclePhase.RATING, owner)
    packets = [a_packet(cycle, panel=panel) for _ in range(3)]
    keys = iter((30, 10, 20))

    with random_source.use(lambda _purpose, size: (next(keys) << 1).to_bytes(size, "big")):
        advance(cycle, owner)

    assert [packet.agenda_order for packet in packets] == [30, 10, 20]


@pytest.mark.parametrize("conflict", [ConflictStanding.DECLARED, ConflictStanding.SET])
def test_a_packet_needs_a_quorum_without_a_conflict(owner, conflict):
    cycle, panel = cycle_in(CyclePhase.RATING, owner)
    panel.quorum = 3
    candidate = a_person("Dee", manager=a_person())
    packet = a_packet(cycle, panel=panel, candidate=candidate)
    member = a_person("Eve")
    recused = a_panel(cycle, chair=member, members=[a_person()], quorum=2)
    packet.panel_id = recused.id
    a_conflict(packet, member, conflict)

    with pytest.raises(RuleBroken, match=r"On the packet of Dee, 1 person of .* its quorum is 2"):
        advance(cycle, owner)

    assert (cycle.phase, packet.stage) == (CyclePhase.RATING, PacketStage.WAITING)


def test_a_personal_relation_counts_as_a_conflict(owner):
    cycle, panel = cycle_in(CyclePhase.RATING, owner)
    manager = a_person("Mo")
    few = a_panel(cycle, chair=a_person(), members=[manager], quorum=2)
    a_packet(cycle, panel=few, manager=manager, candidate=a_person("Dee", manager=manager))
    a_packet(cycle, panel=panel)

    with pytest.raises(RuleBroken, match="On the packet of Dee, 1 person of"):
        advance(cycle, owner)


@pytest.mark.parametrize("asked", [S.INVITED, S.ACCEPTED, S.IN_PROGRESS, S.SUBMITTED])
@pytest.mark.parametrize("way_out", ["remove the peer", "change the panel"])
def test_a_panel_that_rates_too_much_holds_the_cycle_until_its_owner_frees_it(
    owner, asked, way_out
):
    cycle, panel = cycle_in(CyclePhase.RATING, owner)
    bo, cy = (seat.person for seat in seats_of(panel) if not seat.is_chair)
    packet = a_packet(cycle, panel=panel)
    peers = [an_assignment(packet, person, state=asked) for person in (bo, cy)]

    with pytest.raises(RuleBroken, match=r"Bo and Cy are asked to rate it and cannot vote"):
        advance(cycle, owner)

    if way_out == "change the panel":
        for name in ("Dee", "Eve"):
            saved(PanelMember(panel_id=panel.id, person_id=a_person(name).id))
    elif asked is S.SUBMITTED:
        return  # what is in stays
    else:
        for peer in peers:
            packets.remove_peer(peer, actor=owner, now=NOW)
    advance(cycle, owner)
    assert cycle.phase is CyclePhase.CALIBRATION


@pytest.mark.parametrize("page", ["panels", "advance"])
@pytest.mark.parametrize(
    ("phase", "state", "shown"),
    [
        (CyclePhase.EVIDENCE, S.NOMINATED, False),
        (CyclePhase.EVIDENCE, S.APPROVED, True),
        (CyclePhase.RATING, S.INVITED, True),
        (CyclePhase.RATING, S.SUBMITTED, True),
        (CyclePhase.RATING, S.DECLINED, False),
    ],
)
def test_an_owner_reads_which_peers_sit_on_the_panel(client, owner, *, page, phase, state, shown):
    cycle, panel = cycle_in(phase, owner)
    bo = next(seat.person for seat in seats_of(panel) if not seat.is_chair)
    packet = a_packet(
        cycle,
        panel=panel,
        candidate=a_person("Dee", manager=a_person()),
        state=PacketState.SUBMITTED,
    )
    an_assignment(packet, bo, state=state)
    # Of a packet of their own an owner learns neither the peers nor the panel.
    own = a_packet(
        cycle,
        panel=panel,
        manager=owner,
        target=levels_of(ladder_of(cycle))[1],
        current=None,
        state=PacketState.SUBMITTED,
    )
    an_assignment(own, bo, state=state)
    client.sign_in(owner)

    found = client.page(f"/cycles/{cycle.public_id}/{page}").texts(
        ".//section[@aria-labelledby='clashes']//li"
    )

    said = f"Bo sits on {panel.name} and is a peer on the packet of Dee"
    assert found == [said] * shown


def test_a_chair_with_a_conflict_holds_the_cycle(owner):
    cycle, panel = cycle_in(CyclePhase.RATING, owner)
    chair = a_person("Eve")
    other = a_panel(cycle, chair=chair, members=[a_person(), a_person()], quorum=2)
    packet = a_packet(cycle, panel=other, candidate=a_person("Dee", manager=a_person()))
    a_packet(cycle, panel=panel)
    a_conflict(packet, chair, ConflictStanding.DECLARED)

    with pytest.raises(RuleBroken, match=r"The chair of .* has a conflict on the packet of Dee"):
        advance(cycle, owner)


def test_a_question_not_answered_yet_is_no_obstacle(owner):
    cycle, panel = cycle_in(CyclePhase.RATING, owner)
    packet = a_packet(cycle, panel=panel)

    advance(cycle, owner)

    assert packet.stage is PacketStage.VOTING


def test_a_packet_the_owner_may_not_know_neither_shows_nor_holds_the_cycle(client, owner):
    """Once the manager of Dee, the owner may not know that she has a packet."""
    cycle, panel = cycle_in(CyclePhase.RATING, owner)
    second = a_panel(cycle, chair=a_person(), members=[a_person()], quorum=2)
    known = a_packet(cycle, panel=panel)
    hidden = a_packet(
        cycle, candidate=a_person("Dee", manager=owner), manager=a_person(), panel=None
    )
    client.sign_in(owner)

    page = client.page(f"/cycles/{cycle.public_id}/advance")
    assert "Dee" not in page.text()
    assert "1 packet goes to the panels" in page.text()

    advance(cycle, owner)
    assert (known.stage, hidden.stage) == (PacketStage.VOTING, PacketStage.VOTING)
    # The panel with fewer packets hears it.
    assert hidden.panel_id == second.id


def test_what_is_missing_tells_an_owner_nothing_of_the_panel_of_their_own_packet(client, owner):
    cycle, panel = cycle_in(CyclePhase.RATING, owner)
    a_packet(cycle, panel=panel)
    own = a_packet(cycle, panel=panel, candidate=owner)
    client.sign_in(owner)
    before = client.page(f"/cycles/{cycle.public_id}/advance").text()

    for seat in seats_of(panel):
        a_conflict(own, seat.person, ConflictStanding.DECLARED)

    assert client.page(f"/cycles/{cycle.public_id}/advance").text() == before


def test_an_owner_who_is_tied_gives_a_reason_for_the_step(client, session, owner):
    cycle, _ = cycle_in(CyclePhase.EVIDENCE, owner)
    a_packet(cycle, manager=owner, candidate=a_person(manager=owner))
    client.sign_in(owner)
    path = f"/cycles/{cycle.public_id}/advance"

    refused = client.submit(path, {"reason": "  "})
    assert refused.status_code == 422
    assert "Write the reason." in Page(refused).text()
    assert cycle.phase is CyclePhase.EVIDENCE

    client.submit(path, {"reason": "The other owner is on leave."})
    assert cycle.phase is CyclePhase.RATING
    assert session.scalars(select(AuditEvent.details)).all() == [
        {"reason": "The other owner is on leave."}
    ]


def test_the_page_before_rating_names_who_stays_behind(client, owner):
    cycle, panel = cycle_in(CyclePhase.EVIDENCE, owner)
    a_packet(cycle, panel=panel, candidate=a_person("Dee", manager=a_person()))
    a_packet(cycle, panel=panel, state=PacketState.SUBMITTED)
    client.sign_in(owner)

    page = client.page(f"/cycles/{cycle.public_id}/advance")

    assert page.texts(".//*[@aria-labelledby='left']//li") == ["Dee Staff engineer"]


def test_the_page_before_calibration_names_the_ratings_to_come(client, owner):
    cycle, panel = cycle_in(CyclePhase.RATING, owner)
    manager = a_person("Mo")
    packet = a_packet(
        cycle, panel=panel, manager=manager, candidate=a_person("Dee", manager=manager)
    )
    an_assignment(packet, kind=RaterKind.MANAGER)
    an_assignment(packet, a_person("Pat"), state=S.INVITED)
    client.sign_in(owner)

    page = client.page(f"/cycles/{cycle.public_id}/advance")

    assert page.texts(".//*[@aria-labelledby='unrated']//li") == ["Dee waits for Mo, Pat"]


def test_from_calibration_on_packets_move_by_themselves(client, owner):
    cycle, _ = cycle_in(CyclePhase.CALIBRATION, owner)
    client.sign_in(owner)

    assert client.get(f"/cycles/{cycle.public_id}/advance").status_code == 404
    with pytest.raises(IllegalMove):
        advance(cycle, owner)


def test_a_step_that_fails_leaves_nothing_behind(client, session, owner):
    cycle, panel = cycle_in(CyclePhase.RATING, owner)
    a_packet(cycle, panel=panel)
    broken = a_panel(cycle, chair=a_person(), quorum=2)
    rater = an_assignment(a_packet(cycle, panel=broken), state=S.INVITED)
    client.sign_in(owner)
    token = client.page("/cycles").one(".//input[@name='csrf_token']").get("value")

    answer = client.post(
        f"/cycles/{cycle.public_id}/advance", data={"csrf_token": token, "phase": "rating"}
    )

    assert answer.status_code == 422
    assert (cycle.phase, rater.state) == (CyclePhase.RATING, S.INVITED)
    assert session.scalars(
        select(Packet.stage).where(Packet.cycle_id == cycle.id, Packet.state.in_(IN_REVIEW))
    ).all() == [PacketStage.WAITING, PacketStage.WAITING]


def test_a_step_is_taken_once_however_often_its_button_is_pressed(client, owner):
    cycle, _ = cycle_in(CyclePhase.SETUP, owner)
    path = f"/cycles/{cycle.public_id}/advance"
    client.sign_in(owner)
    form = values_of(client.page(path).one(".//main//form[@method='post']"))

    first, second = client.post(path, data=form), client.post(path, data=form)
    # From another window that was opened before.
    before = form_token(client.application, seconds_ago=60)
    third = client.post(path, data={**form, "csrf_token": before})

    assert (first.status_code, second.status_code, third.status_code) == (302, 302, 422)
    assert "The cycle has moved on since this page was opened." in Page(third).text()
    assert cycle.phase is CyclePhase.EVIDENCE
