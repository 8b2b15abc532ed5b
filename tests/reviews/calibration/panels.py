"""A packet in calibration with its panel: the stage on which the committee's tests play."""

from dataclasses import dataclass

from reviews.models.cycles import Cycle, Panel
from reviews.models.packets import Packet
from reviews.models.people import Person
from reviews.vocabulary import CyclePhase, PacketStage
from tests import builders


@dataclass
class Committee:
    cycle: Cycle
    panel: Panel
    packet: Packet
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
    packet = builders.a_packet(cycle, panel=panel, stage=stage)
    if answered:
        for person in (chair, *members):
            builders.a_conflict(packet, person)
    return Committee(cycle, panel, packet, owner, chair, members)
