"""Panels: who sits on them, which packets they hear, and whom the owner keeps away."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from reviews.access import loaders
from reviews.access.panel_standing import panel_standings
from reviews.cycles.panels import queries as seats
from reviews.cycles.panels import service as panels
from reviews.cycles.panels.service import PanelDraft
from reviews.db.models.audit import AuditEvent
from reviews.db.models.calibration import Conflict
from reviews.rules.enums import Action, ConflictStanding, CyclePhase, PacketStage
from reviews.rules.errors import IllegalMove, RuleBroken, StaleEdit
from tests.builders import (
    NOW,
    a_conflict,
    a_cycle,
    a_packet,
    a_panel,
    a_person,
    ladder_of,
    levels_of,
    viewer_of,
)
from tests.pages import Page, values_of

pytestmark = pytest.mark.both_databases


@pytest.fixture
def owner(session):  # noqa: ARG001 - rolls back
    return a_person("Ines Okafor")


@pytest.fixture
def cycle(owner):
    return a_cycle(phase=CyclePhase.RATING, owners=[owner])


def as_owner(owner):
    return {"actor": viewer_of(owner), "now": NOW}


def seated(panel):
    return [(seat.person.name, seat.is_chair) for seat in seats.seats_of(panel)]


def test_a_panel_is_made_in_the_browser(client, owner, cycle):
    ada, bo = a_person("Ada"), a_person("Bo")
    path = f"/cycles/{cycle.public_id}/panels/new"
    client.sign_in(owner)

    found = Page(client.submit(path, {"name": "Craft", "q": "platform", "find": "1"}))
    form = values_of(found.one(".//main//form[@method='post']"))
    assert form["name"] == ["Craft"]
    ticks = {"people": [ada.public_id, bo.public_id], "chair": ada.public_id, "quorum": "2"}
    answer = client.post(path, data={**form, **ticks})

    assert answer.status_code == 302
    (panel,) = seats.panels_of(cycle)
    assert (panel.name, panel.quorum, seated(panel)) == ("Craft", 2, [("Ada", True), ("Bo", False)])


def test_the_chair_has_to_be_a_member(owner, cycle):
    draft = PanelDraft("Craft", 1, [a_person("Bo")], a_person("Ada"))

    with pytest.raises(RuleBroken, match="The chair has to be a member too") as broken:
        panels.save_panel(cycle, None, draft=draft, **as_owner(owner))

    assert broken.value.field == "chair"


def test_two_panels_of_a_cycle_differ_in_name(owner, cycle):
    panel = a_panel(cycle)

    with pytest.raises(RuleBroken, match="Another panel of this cycle has this name"):
        panels.save_panel(cycle, None, draft=PanelDraft(panel.name, 1, [], None), **as_owner(owner))


def test_two_panels_of_a_cycle_look_different(owner, cycle):
    a_panel(cycle).name = "Panel A"

    with pytest.raises(RuleBroken, match="has a name that looks like this"):
        panels.save_panel(
            cycle, None, draft=PanelDraft("Panel \u0410", 1, [], None), **as_owner(owner)
        )


def test_a_change_of_members_alone_is_a_new_version(owner, cycle):
    ada, bo = a_person("Ada"), a_person("Bo")
    panel = a_panel(cycle, chair=ada)
    before = panel.version

    panels.save_panel(
        cycle,
        panel,
        draft=PanelDraft(panel.name, panel.quorum, [ada, bo], ada),
        version=before,
        **as_owner(owner),
    )

    assert panel.version > before
    with pytest.raises(StaleEdit) as stale:
        panels.save_panel(
            cycle,
            panel,
            draft=PanelDraft("Mine", 1, [ada], ada),
            version=before,
            **as_owner(owner),
        )
    assert stale.value.saved == {
        "name": panel.name,
        "quorum": "2",
        "people": "Ada; Bo",
        "chair": "Ada",
    }
    assert seated(panel) == [("Ada", True), ("Bo", False)]


def test_the_only_panel_hears_every_packet(owner, cycle):
    packet = a_packet(cycle)

    panel = panels.save_panel(
        cycle, None, draft=PanelDraft("Craft", 1, [], None), **as_owner(owner)
    )

    assert packet.panel_id == panel.id


def test_the_packets_of_a_removed_panel_wait_for_another(owner, cycle):
    first, second, third = a_panel(cycle), a_panel(cycle), a_panel(cycle)
    packet = a_packet(cycle, panel=first)

    panels.remove_panel(cycle, first, **as_owner(owner))
    assert (list(seats.panels_of(cycle)), packet.panel_id) == ([second, third], None)

    panels.remove_panel(cycle, second, **as_owner(owner))
    assert packet.panel_id == third.id


def test_packets_are_placed_in_the_browser(client, session, owner, cycle):
    first, second = a_panel(cycle), a_panel(cycle)
    packet = a_packet(cycle, panel=first, candidate=a_person("Ada", manager=a_person()))
    client.sign_in(owner)

    client.submit(
        f"/cycles/{cycle.public_id}/panels", {f"panel_{packet.public_id}": second.public_id}
    )

    assert packet.panel_id == second.id
    assert session.scalars(select(AuditEvent.summary)).all() == [
        f"Packet of Ada given to panel {second.name}"
    ]


@pytest.mark.parametrize("tie", ["candidate", "manager"])
def test_an_owner_neither_learns_nor_chooses_the_panel_of_a_packet_of_their_own(
    client, owner, cycle, tie
):
    first, second = a_panel(cycle), a_panel(cycle)
    # For another level: whoever stands for the same one is unknown to the owner altogether.
    other = a_packet(cycle, panel=first, target=levels_of(ladder_of(cycle))[1], current=None)
    own = a_packet(cycle, panel=second, **{tie: owner})
    client.sign_in(owner)
    path = f"/cycles/{cycle.public_id}/panels"

    page = client.page(path)
    choices = {select.get("name") for select in page.all(".//main//select")}
    assert choices == {f"panel_{other.public_id}"}

    client.post(
        path,
        data={
            **values_of(page.one(".//main//form[@method='post']")),
            f"panel_{own.public_id}": first.public_id,
            "reason": "To be heard by friends.",
        },
    )
    assert own.panel_id == second.id


def test_voting_fixes_the_members_and_the_places(owner):
    cycle = a_cycle(phase=CyclePhase.CALIBRATION, owners=[owner])
    ada, bo = a_person("Ada"), a_person("Bo")
    panel = a_panel(cycle, chair=ada, members=[bo])
    packet = a_packet(cycle, panel=panel)

    with pytest.raises(RuleBroken, match="Voting has begun, so Bo stays on the panel"):
        panels.save_panel(
            cycle,
            panel,
            draft=PanelDraft(panel.name, 1, [ada], ada),
            version=panel.version,
            **as_owner(owner),
        )
    with pytest.raises(IllegalMove):
        panels.remove_panel(cycle, panel, **as_owner(owner))
    with pytest.raises(IllegalMove):
        panels.place_packets(cycle, places={packet: panel}, **as_owner(owner))
    # Another chair is still possible: somebody may fall ill.
    panels.save_panel(
        cycle,
        panel,
        draft=PanelDraft(panel.name, 1, [ada, bo], bo),
        version=panel.version,
        reason="Ada is ill.",
        **as_owner(owner),
    )
    assert seated(panel) == [("Ada", False), ("Bo", True)]


def test_a_chair_who_has_left_is_replaced_while_the_panel_votes_and_keeps_the_seat(owner):
    cycle = a_cycle(phase=CyclePhase.CALIBRATION, owners=[owner])
    ada, bo = a_person("Ada"), a_person("Bo")
    panel = a_panel(cycle, chair=ada, members=[bo])
    ada.is_active = False

    panels.save_panel(
        cycle,
        panel,
        draft=PanelDraft(panel.name, 2, [bo], bo),
        version=panel.version,
        reason="Ada has left.",
        **as_owner(owner),
    )

    assert seated(panel) == [("Ada", False), ("Bo", True)]


def test_once_voting_has_begun_a_panel_changes_with_a_reason_on_record(client, session, owner):
    cycle = a_cycle(phase=CyclePhase.CALIBRATION, owners=[owner])
    ada, bo = a_person("Ada"), a_person("Bo")
    panel = a_panel(cycle, chair=ada, quorum=1)
    client.sign_in(owner)
    address = f"/cycles/{cycle.public_id}/panels/{panel.public_id}"
    typed = {"people": [ada.public_id, bo.public_id], "chair": ada.public_id}

    refused = client.submit(address, {**typed, "reason": ""})
    taken = client.submit(address, {**typed, "reason": "Two members are ill."})

    assert (refused.status_code, taken.status_code) == (422, 302)
    assert "Voting has begun, so this is done with a reason on record." in Page(refused).text()
    (event,) = session.scalars(select(AuditEvent))
    assert event.details == {
        "reason": "Two members are ill.",
        "panel": panel.public_id,
        "members": sorted([ada.public_id, bo.public_id]),
        "chair": ada.public_id,
    }
    assert event.summary == f"Panel {panel.name}, quorum 1: Ada (chair), Bo"
    with pytest.raises(RuleBroken, match="Write why the panel changes now"):
        panels.save_panel(
            cycle,
            panel,
            draft=PanelDraft(panel.name, 2, [ada, bo], ada),
            version=panel.version,
            **as_owner(owner),
        )


@pytest.mark.parametrize("as_chair", [False, True])
def test_what_is_revealed_keeps_its_panel_but_for_the_chair(client, owner, as_chair):
    """Whoever joins late hears what is still sealed; a chair is needed on every packet."""
    cycle = a_cycle(phase=CyclePhase.CALIBRATION, owners=[owner])
    ada, bo, new = a_person("Ada"), a_person("Bo"), a_person("New")
    panel = a_panel(cycle, chair=ada, members=[bo])
    sealed, revealed = (
        a_packet(cycle, panel=panel, stage=stage)
        for stage in (PacketStage.VOTING, PacketStage.DISCUSSION)
    )
    client.sign_in(owner)

    answer = client.submit(
        f"/cycles/{cycle.public_id}/panels/{panel.public_id}",
        {"q": "New", "find": "1"},
    )
    form = values_of(Page(answer).one(".//main//form[@method='post']"))
    ticks = {
        "reason": "More hands.",
        "people": [ada.public_id, bo.public_id, new.public_id],
        "chair": (new if as_chair else ada).public_id,
    }
    saved = client.post(answer.request.path, data={**form, **ticks})

    assert saved.status_code == 302
    later = viewer_of(new, now=NOW + timedelta(days=1))
    found = [
        loaders.packet(later, Action.KNOW_PACKET, packet=packet.public_id)
        for packet in (sealed, revealed)
    ]
    assert [each is not None for each in found] == [True, as_chair]
    panels_now = panel_standings([sealed.id, revealed.id], now=NOW)
    assert [[seat.name for seat in panels_now[p.id].seats] for p in (sealed, revealed)] == [
        ["Ada", "Bo", "New"],
        ["Ada", "Bo", *["New"] * as_chair],
    ]
    assert [seats.sits_on(packet, new) for packet in (sealed, revealed)] == [True, as_chair]


def test_who_sat_on_a_panel_before_keeps_the_seat_when_it_is_saved_again(owner):
    cycle = a_cycle(phase=CyclePhase.CALIBRATION, owners=[owner])
    ada, bo = a_person("Ada"), a_person("Bo")
    panel = a_panel(cycle, chair=ada, members=[bo])
    revealed = a_packet(cycle, panel=panel, stage=PacketStage.DISCUSSION)

    panels.save_panel(
        cycle,
        panel,
        draft=PanelDraft("Renamed", 1, [ada, bo], ada),
        version=panel.version,
        reason="Renamed.",
        **as_owner(owner),
    )

    assert seats.sits_on(revealed, bo)


def test_the_page_of_a_panel_says_what_joining_late_means(client, owner):
    said = []
    for phase in (CyclePhase.RATING, CyclePhase.CALIBRATION):
        cycle = a_cycle(phase=phase, owners=[owner])
        panel = a_panel(cycle)
        client.sign_in(owner)
        page = client.page(f"/cycles/{cycle.public_id}/panels/{panel.public_id}")
        said.append([p for p in page.texts(".//main/p") if p.startswith("Voting has begun")])

    sentence = (
        "Voting has begun, so the members stay. Whoever joins now hears the packets whose ballots are still"
        " sealed; another chair hears every packet of the panel."
    )
    assert said == [[], [sentence]]


def test_an_owner_who_is_tied_to_a_packet_gives_a_reason(client, session, owner, cycle):
    a_packet(cycle, manager=owner, candidate=a_person(manager=owner))
    panel = a_panel(cycle)
    client.sign_in(owner)
    path = f"/cycles/{cycle.public_id}/panels/{panel.public_id}"

    refused = client.submit(path, {"name": "Craft"})
    assert refused.status_code == 422
    assert Page(refused).texts(".//*[@id='reason-error-1']") == [
        "Write the reason. It is kept in the audit log."
    ]

    client.submit(path, {"name": "Craft", "reason": "Nobody else owns this cycle."})
    assert session.scalars(select(AuditEvent.details)).one() == {
        "reason": "Nobody else owns this cycle.",
        "panel": panel.public_id,
        "members": [],
        "chair": None,
    }


def test_a_panel_of_another_cycle_is_not_found(client, owner, cycle):
    elsewhere = a_panel(a_cycle())
    client.sign_in(owner)

    for name in (elsewhere.public_id, "x", "%00"):
        assert client.get(f"/cycles/{cycle.public_id}/panels/{name}").status_code == 404


# -- Conflicts that an owner sets


def test_a_conflict_is_set_in_the_browser_with_a_reason_that_stays_out_of_the_log(
    client, session, owner, cycle
):
    bo = a_person("Bo")
    packet = a_packet(
        cycle,
        panel=a_panel(cycle, members=[bo]),
        candidate=a_person("Ada", manager=a_person()),
    )
    client.sign_in(owner)

    client.submit(
        f"/cycles/{cycle.public_id}/conflicts/set",
        {"packet": packet.public_id, "member": bo.public_id, "reason": "They are siblings."},
    )

    conflict = session.scalars(select(Conflict)).one()
    assert (conflict.packet_id, conflict.person_id, conflict.standing, conflict.reason) == (
        packet.id,
        bo.id,
        ConflictStanding.SET,
        "They are siblings.",
    )
    line = session.scalars(select(AuditEvent)).one()
    assert (line.summary, line.details) == (
        "Conflict set for Bo on the packet of Ada",
        {"member": bo.public_id},
    )


def test_an_answered_question_is_overruled_and_a_declared_conflict_stays(owner, cycle):
    bo, cy = a_person("Bo"), a_person("Cy")
    packet = a_packet(cycle, panel=a_panel(cycle, members=[bo, cy]))
    a_conflict(packet, bo)
    declared = a_conflict(packet, cy, ConflictStanding.DECLARED, reason="We are friends.")

    conflict = panels.set_conflict(packet, member=bo, reason="Siblings.", **as_owner(owner))
    assert conflict.standing is ConflictStanding.SET
    with pytest.raises(RuleBroken, match="Cy already has a conflict"):
        panels.set_conflict(packet, member=cy, reason="Siblings.", **as_owner(owner))
    assert declared.reason == "We are friends."


def test_a_conflict_is_never_set_on_oneself_or_on_a_stranger(owner, cycle):
    packet = a_packet(cycle, panel=a_panel(cycle, members=[owner]))

    with pytest.raises(RuleBroken, match="You declare your own conflicts yourself"):
        panels.set_conflict(packet, member=owner, reason="x", **as_owner(owner))
    with pytest.raises(RuleBroken, match="is not on the panel of"):
        panels.set_conflict(packet, member=a_person(), reason="x", **as_owner(owner))


def test_an_owner_who_is_tied_sets_no_conflict(client, owner, cycle):
    a_packet(cycle, manager=owner, candidate=a_person(manager=owner))
    client.sign_in(owner)

    assert client.get(f"/cycles/{cycle.public_id}/conflicts/set").status_code == 404
