"""A candidate with a manager, in a cycle that collects evidence."""

from types import SimpleNamespace

import pytest

from reviews.access.expectations import expectations_for
from reviews.packets import service
from reviews.packets.evidence import EvidenceDraft
from tests.builders import NOW, a_cycle, a_panel, a_person, ladder_of, levels_of, viewer_of
from tests.clients import without_token


@pytest.fixture
def case(session):  # noqa: ARG001 - rows need it
    """Hana's packet from the second to the third level, her manager Amara, a committee, an owner, two colleagues."""
    owner, chair, member = a_person("Ines"), a_person("Cleo"), a_person("Max")
    amara = a_person("Amara")
    hana = a_person("Hana", manager=amara, level="Senior engineer")
    cycle = a_cycle(owners=[owner], peers_min=1, peers_max=2)
    panel = a_panel(cycle, chair=chair, members=[member])
    levels = levels_of(ladder_of(cycle))
    packet = service.create_packet(
        cycle,
        candidate=hana,
        current_level=levels[1],
        target_level=levels[2],
        roles=(),
        actor=hana,
        now=NOW,
    )
    return SimpleNamespace(
        cycle=cycle,
        panel=panel,
        packet=packet,
        ladder=packet.ladder_version,
        levels=levels,
        hana=hana,
        amara=amara,
        owner=owner,
        chair=chair,
        member=member,
        peer=a_person("Piet"),
        other=a_person("Olga"),
        asked=expectations_for(packet),
        viewer=viewer_of(hana),
        url=f"/packets/{packet.public_id}",
    )


@pytest.fixture
def add_item(case):
    """Save an item for the given expectations, the first new one of the first dimension otherwise."""

    def add(*expectations, at=NOW, **said):
        wanted = expectations or (case.asked.dimensions[0].new[0],)
        return service.save_evidence(
            case.packet,
            None,
            draft=EvidenceDraft(
                **{"title": "A piece of work", "outcome": "What came of it.", **said},
                expectation_ids=frozenset(each.id for each in wanted),
            ),
            version=0,
            actor=case.hana,
            now=at,
        )

    return add


@pytest.fixture
def complete(case, add_item):
    """Evidence for every dimension, and a peer: nothing stands in the way of submitting."""
    for dimension in case.asked.dimensions:
        add_item(dimension.new[0], title=f"Work for {dimension.name}")
    service.propose_peer(case.packet, person=case.peer, actor=case.hana, now=NOW)
    return case


@pytest.fixture
def look():
    """What a person's page says, byte for byte, but for the form token, which tells the time."""

    def at(client, path):
        response = client.get(path)
        assert response.status_code == 200
        return without_token(response)

    return at
