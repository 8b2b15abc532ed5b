"""From every state of owners and panels somebody in a browser reaches the end of the cycle: its release.

The walk knows nobody's ties. It does what the pages tell the people who open them: a site owner names an owner for a
cycle that nobody runs, an owner who is warned names another one.
"""

from datetime import timedelta
from itertools import combinations_with_replacement

import pytest
from sqlalchemy import select

from reviews.db import clock
from reviews.db.models.cycles import PanelMember
from reviews.db.models.people import ManagerLink
from reviews.rules.enums import Category, ConflictStanding, CyclePhase, PacketStage, PacketState
from tests.builders import (
    NOW,
    a_conflict,
    a_cycle,
    a_decision,
    a_ladder,
    a_packet,
    a_panel,
    a_person,
    an_assignment,
    saved,
    voting_begun,
)
from tests.pages import Page, values_of
from tests.reviews.calibration.test_ballots import ballot_of
from tests.reviews.calibration.test_decision import decision_of
from tests.reviews.cycles.naming import FORM, name_owner, warnings

REASON = "So that the cycle comes to its end."

# -- Owners


def has_a_packet(owner, case):
    a_packet(case.cycle, candidate=owner, panel=case.panel, stage=case.stage)


def has_withdrawn(owner, case):
    withdrawn = PacketState.WITHDRAWN
    a_packet(case.cycle, candidate=owner, panel=case.panel, state=withdrawn, stage=case.stage)


def manages(owner, case):
    candidate = a_person()
    a_packet(case.cycle, candidate=candidate, manager=owner, panel=case.panel, stage=case.stage)


def managed(owner, case):
    day = NOW.date() - timedelta(days=200)
    link = {"person_id": case.packet.candidate_id, "manager_id": owner.id}
    saved(ManagerLink(**link, started_on=day - timedelta(days=90), ended_on=day))


def declared(owner, case):
    a_conflict(case.packet, owner, ConflictStanding.DECLARED)


def was_set_aside(owner, case):
    saved(PanelMember(panel_id=case.panel.id, person_id=owner.id))
    a_conflict(case.packet, owner, ConflictStanding.SET, by=a_person())


def rates(owner, case):
    an_assignment(case.packet, owner)


def left(owner, _case):
    owner.is_active = False


def is_free(_owner, _case):
    pass


EVERY_WAY = (
    is_free,
    has_a_packet,
    has_withdrawn,
    manages,
    managed,
    declared,
    was_set_aside,
    rates,
    left,
)
#: Two of them together: one for each that is answered in its own way.
KINDS = (is_free, has_a_packet, declared, managed, left)
OWNERS = [
    *((way,) for way in EVERY_WAY),
    *combinations_with_replacement(KINDS, 2),
    (has_a_packet, managed, left),
]
PHASES = {
    "evidence": (CyclePhase.EVIDENCE, PacketStage.WAITING),
    "rating": (CyclePhase.RATING, PacketStage.WAITING),
    "voting": (CyclePhase.CALIBRATION, PacketStage.VOTING),
    "discussion": (CyclePhase.CALIBRATION, PacketStage.DISCUSSION),
    "decided": (CyclePhase.CALIBRATION, PacketStage.DECIDED),
}


class Case:
    """A cycle in this phase, with its owners, and one packet with which none of them has to do anything at first."""

    def __init__(self, ladder, phase, ways):
        cycle_phase, self.stage = PHASES[phase]
        self.owners = [a_person(f"Owner {way.__name__}") for way in ways]
        self.cycle = a_cycle(phase=cycle_phase, owners=self.owners, ladder=ladder)
        self.chair = a_person("Chair")
        self.panel = a_panel(self.cycle, chair=self.chair, quorum=1)
        self.packet = a_packet(self.cycle, panel=self.panel, stage=self.stage)
        for owner, way in zip(self.owners, ways, strict=True):
            way(owner, self)
        if self.stage is not PacketStage.WAITING:
            voting_begun(self.packet)
        if self.stage is PacketStage.DECIDED:
            a_decision(self.packet, self.chair)
        self.address = f"/cycles/{self.cycle.public_id}"


def walk(client, case):
    """What people do who read what their pages say. Whoever runs the cycle then and is told of nothing in the way."""
    cycle, helper = case.cycle, a_person(f"Helper of {case.cycle.public_id}")
    client.sign_in(a_person(is_owner=True))
    missing = f"/cycles/without-owner/{cycle.public_id}"
    if missing in [link.get("href") for link in client.page("/cycles").all(".//main//a")]:
        assert name_owner(client, missing, helper, reason=REASON).status_code == 302
        return helper
    owners = [owner for owner in case.owners if owner.is_active]
    for owner in owners:
        client.sign_in(owner)
        if not warnings(client.page(case.address)):
            return owner
    answer = name_owner(client, f"{case.address}/owners/new", helper, reason=REASON)
    assert answer.status_code == 302
    return helper


@pytest.mark.parametrize("phase", PHASES)
def test_whoever_owns_a_cycle_somebody_can_release_it(client, session, phase):
    ladder, stuck = a_ladder(), []
    for ways in OWNERS:
        case = Case(ladder, phase, ways)
        runs = walk(client, case)
        client.sign_in(runs)
        state = " and ".join(way.__name__ for way in ways)
        # Only an owner without a conflict sets one on somebody else, in every phase.
        if client.get(f"{case.address}/conflicts/set").status_code != 200:
            stuck.append(state)
        if phase == "decided":
            with clock.fixed(NOW):
                client.submit(f"{case.address}/release", {"when": "now", "reason": REASON})
            session.refresh(case.cycle)
            if case.cycle.release_at != NOW:
                stuck.append(f"{state}, not released")

    assert stuck == []


# -- Panels, while none of the owners may touch them


def nothing_is_wrong(_case):
    pass


def the_chair_left(case):
    case.chair.is_active = False


def the_chair_declared(case):
    a_conflict(case.packet, case.chair, ConflictStanding.DECLARED)


def the_chair_was_set_aside(case):
    a_conflict(case.packet, case.chair, ConflictStanding.SET, by=a_person())


def the_chair_manages(case):
    case.packet.manager_id = case.chair.id


def there_is_no_chair(case):
    case.session.scalars(
        select(PanelMember).where(PanelMember.panel_id == case.panel.id)
    ).one().is_chair = False


def there_is_nobody(case):
    seat = select(PanelMember).where(PanelMember.panel_id == case.panel.id)
    case.session.delete(case.session.scalars(seat).one())


PANELS = (
    nothing_is_wrong,
    the_chair_left,
    the_chair_declared,
    the_chair_was_set_aside,
    the_chair_manages,
    there_is_no_chair,
    there_is_nobody,
)


def seat_chair(client, case, chair):
    """Put somebody on the panel as its chair, and leave everybody there who is."""
    path = f"{case.address}/panels/{case.panel.public_id}"
    form = Page(client.submit(path, {"q": chair.name, "find": "1"})).one(FORM)
    data = values_of(form)
    ticked = form.findall(".//input[@name='people'][@checked]")
    data["people"] = [box.get("value") for box in ticked] + [chair.public_id]
    data["chair"] = chair.public_id
    if "reason" in {field.get("name") for field in form.iter()}:
        data["reason"] = REASON
    assert client.post(path, data=data).status_code == 302


@pytest.mark.parametrize("way", [declared, left])
@pytest.mark.parametrize("phase", ["rating", "voting", "discussion"])
@pytest.mark.parametrize("panel", PANELS)
def test_whatever_the_panel_is_the_cycle_is_brought_to_its_end(client, session, panel, phase, way):
    case = Case(a_ladder(), phase, [way])
    case.session = session
    panel(case)
    chair, packet = a_person("Another"), case.packet
    session.flush()

    runs = walk(client, case)
    client.sign_in(runs)
    seat_chair(client, case, chair)
    if phase == "rating":
        client.submit(f"{case.address}/advance")
    client.sign_in(chair)
    client.submit(f"{case.address}/conflicts")
    if phase != "discussion":
        client.submit(f"/packets/{packet.public_id}/ballot", ballot_of(packet, Category.MET))
        # Whoever has left or declared is missing, or is not waited for.
        reveal = f"/packets/{packet.public_id}/reveal"
        asks = client.page(reveal).all(".//*[@name='reason']")
        client.submit(reveal, {"reason": REASON} if asks else {})
    client.submit(f"/packets/{packet.public_id}/decision", decision_of(packet))
    client.sign_in(runs)
    client.submit(f"{case.address}/release", {"when": "now", "reason": REASON})

    session.refresh(case.cycle)
    assert case.cycle.release_at is not None
