"""Choosing what to go for, and starting a packet."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from reviews.access import expectations
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent
from reviews.db.models.packets import EvidenceDimension, EvidenceExpectation, Packet
from reviews.packets import service
from reviews.rules.enums import CyclePhase, PacketState
from reviews.rules.errors import RuleBroken
from tests.builders import LATER, NOW, a_cycle, a_panel, a_person, ladder_of, levels_of

pytestmark = pytest.mark.both_databases


def start(cycle, candidate, *, current=1, target=2, roles=(), now=NOW):
    levels = levels_of(ladder_of(cycle))
    return service.create_packet(
        cycle,
        candidate=candidate,
        current_level=None if current is None else levels[current],
        target_level=levels[target],
        roles=roles,
        actor=candidate,
        now=now,
    )


def test_a_packet_takes_manager_panel_and_ladder_of_its_cycle(session):
    manager = a_person()
    candidate = a_person("Hana", manager=manager)
    cycle = a_cycle()
    panel = a_panel(cycle)

    packet = start(cycle, candidate, roles=["technical-lead"])

    assert packet.manager is manager
    assert packet.panel_id == panel.id
    assert packet.ladder_version == ladder_of(cycle)
    assert packet.roles == ["technical-lead"]
    assert packet.state is PacketState.DRAFT
    assert session.scalars(select(AuditEvent.summary)).all() == [
        "Packet of Hana started, for Staff engineer"
    ]


@pytest.mark.usefixtures("session")
def test_with_several_panels_the_owner_chooses():
    cycle = a_cycle()
    a_panel(cycle)
    a_panel(cycle)

    assert start(cycle, a_person(manager=a_person())).panel_id is None


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("cycle", "person", "choice", "sentence"),
    [
        ({"phase": CyclePhase.RATING}, {}, {}, "This cycle is not collecting evidence."),
        ({}, {}, {"now": LATER}, "Evidence closed on"),
        ({"units": ["Sales"]}, {}, {}, "This cycle is for people of other units."),
        ({}, {}, {"target": 1}, "Choose a level above Senior engineer."),
        ({}, {}, {"roles": ["knight"]}, "Choose roles that Staff engineer can have."),
    ],
)
def test_what_keeps_a_packet_from_being_started(cycle, person, choice, sentence):
    with pytest.raises(RuleBroken, match=sentence):
        start(a_cycle(**cycle), a_person(manager=a_person(), **person), **choice)


@pytest.mark.usefixtures("session")
def test_a_packet_needs_an_active_manager():
    for manager in (None, a_person(is_active=False)):
        with pytest.raises(RuleBroken, match="Nobody is on record as your manager"):
            start(a_cycle(), a_person(manager=manager))


@pytest.mark.usefixtures("session")
def test_a_level_of_another_cycle_is_refused():
    cycle, other = a_cycle(), a_cycle()

    with pytest.raises(RuleBroken, match="not on a ladder of this cycle"):
        service.create_packet(
            cycle,
            candidate=a_person(manager=a_person()),
            current_level=None,
            target_level=levels_of(ladder_of(other))[2],
            roles=(),
            actor=a_person(),
            now=NOW,
        )


def test_the_page_starts_from_the_level_on_record(client):
    hana = a_person(manager=a_person(), level="senior engineer")
    cycle = a_cycle()
    client.sign_in(hana)

    page = client.page(f"/cycles/{cycle.public_id}/packets/new")

    chosen = ".//main//option[@selected]"
    assert page.texts(chosen) == ["Senior engineer", "Staff engineer"]
    assert page.texts(".//main//tbody//td") == ["2", "4"] * 3


def test_the_preview_follows_the_address_and_offers_what_applies(client):
    hana = a_person(manager=a_person())
    cycle = a_cycle()
    slug = expectations.ladder_of(ladder_of(cycle)).id
    client.sign_in(hana)

    page = client.page(
        f"/cycles/{cycle.public_id}/packets/new"
        f"?target={slug}/staff-engineer&current={slug}/engineer&role=technical-lead"
    )

    assert page.texts(".//main//tbody//td") == ["5", "2", "4", "2", "4", "2"]
    assert [box.get("value") for box in page.all(".//input[@name='role'][@checked]")] == [
        "technical-lead"
    ]


def test_starting_by_the_form_leads_to_the_packet(client, session):
    hana = a_person(manager=a_person(), level="Senior engineer")
    cycle = a_cycle()
    client.sign_in(hana)

    response = client.submit(f"/cycles/{cycle.public_id}/packets/new")

    packet = session.scalars(select(Packet)).one()
    levels = levels_of(ladder_of(cycle))
    assert response.location == f"/packets/{packet.public_id}"
    assert (packet.current_level_id, packet.target_level_id) == (levels[1].id, levels[2].id)


def test_a_level_that_is_not_on_offer_is_told_at_the_form(client, session):
    hana = a_person(manager=a_person(), level="Senior engineer")
    cycle = a_cycle()
    client.sign_in(hana)

    response = client.submit(f"/cycles/{cycle.public_id}/packets/new", {"target": "moon/king"})

    assert response.status_code == 422
    assert "Choose a level from the list." in response.text
    assert session.scalars(select(Packet)).all() == []


def test_a_second_packet_is_refused_and_the_first_one_offered(client, case):
    client.sign_in(case.hana)

    page = client.page(f"/cycles/{case.cycle.public_id}/packets/new")

    assert page.text(".//main//h3") == "You already have a packet in this cycle."
    assert page.one(".//main//div[@class='empty']//a").get("href") == case.url


def test_people_of_other_units_do_not_know_the_cycle(client):
    cycle = a_cycle(units=["Sales"])
    client.sign_in(a_person(manager=a_person()))

    client.page(f"/cycles/{cycle.public_id}/packets/new", status=404)


# -- Another target


def test_another_target_keeps_items_and_unlinks_what_it_does_not_ask(case, add_item, session):
    staff_only = case.asked.dimensions[0].new[0]
    shared = case.asked.dimensions[0].already[0]
    item = add_item(staff_only, shared)

    lost = service.retarget_packet(
        case.packet,
        current_level=case.levels[0],
        target_level=case.levels[1],
        roles=(),
        actor=case.hana,
        now=NOW,
    )

    assert lost == 1
    assert session.scalars(select(EvidenceExpectation.expectation_id)).all() == [shared.id]
    assert session.scalars(select(EvidenceDimension.item_id)).all() == [item.id]
    assert case.packet.target_level is case.levels[1]


def test_the_page_says_which_links_would_go(case, add_item, client):
    gone = case.asked.dimensions[0].new[0]
    add_item(gone, case.asked.dimensions[0].already[0], title="Moved a queue")
    slug = expectations.ladder_of(case.packet.ladder_version).id
    client.sign_in(case.hana)

    page = client.page(f"{case.url}/target?target={slug}/senior-engineer&current={slug}/engineer")

    assert page.texts(".//main//div[@class='flash flash--mine']//li") == [
        f"Item 1, Moved a queue: {gone.text}"
    ]


def test_the_target_is_settled_by_the_first_submission(complete):
    service.submit_packet(complete.packet, actor=complete.hana, now=NOW)

    with pytest.raises(RuleBroken, match="until the packet is first submitted"):
        service.retarget_packet(
            complete.packet,
            current_level=None,
            target_level=complete.levels[1],
            roles=(),
            actor=complete.hana,
            now=NOW + timedelta(hours=1),
        )
    assert db.session.get_one(Packet, complete.packet.id).target_level is complete.levels[2]
