"""A packet in calibration with its panel: the stage on which the committee's tests play."""

from dataclasses import dataclass

from werkzeug.test import TestResponse

from reviews.access import loaders
from reviews.db.models.cycles import Cycle, Panel
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.rules.enums import Action, CyclePhase, PacketStage
from tests import builders
from tests.clients import without_token


@dataclass
class Committee:
    cycle: Cycle
    panel: Panel
    packet: Packet
    candidate: Person
    manager: Person
    owner: Person
    chair: Person
    members: list[Person]


def a_committee(
    stage: PacketStage = PacketStage.VOTING, *, quorum: int = 2, answered: bool = True
) -> Committee:
    """Chair and three members, all without a conflict unless `answered` is off; the quorum is two."""
    owner = builders.a_person("Owner", is_owner=True)
    chair = builders.a_person("Chair")
    members = [builders.a_person(f"Member {letter}") for letter in "ABC"]
    cycle = builders.a_cycle(phase=CyclePhase.CALIBRATION, owners=[owner])
    panel = builders.a_panel(cycle, chair=chair, members=members, quorum=quorum)
    manager = builders.a_person("Manager")
    candidate = builders.a_person("Candidate", manager=manager)
    packet = builders.a_packet(
        cycle, candidate=candidate, manager=manager, panel=panel, stage=stage
    )
    if answered:
        for person in (chair, *members):
            builders.a_conflict(packet, person)
    return Committee(cycle, panel, packet, candidate, manager, owner, chair, members)


def happens(packet: Packet, stage: PacketStage) -> None:
    """What a reveal or a decision leaves in the row."""
    packet.stage = stage
    packet.revealed_at = None if stage is PacketStage.VOTING else builders.NOW
    packet.decided_at = builders.NOW if stage is PacketStage.DECIDED else None


def seen_in(answer: TestResponse) -> tuple[int, str]:
    """What a person is told, but for the form's token, which tells the time."""
    return answer.status_code, without_token(answer).decode()


def in_hand(committee: Committee, person: Person) -> Packet:
    """The packet as a page would have it when this person asks for it."""
    found = loaders.packet(
        builders.viewer_of(person), Action.KNOW_PACKET, packet=committee.packet.public_id
    )
    assert found is not None
    return found.packet
