"""Holding a packet still while only its candidate may change it."""

from datetime import datetime

from reviews.db.locks import lock_packet
from reviews.db.models.packets import Packet
from reviews.display.formatting import moment
from reviews.packets import queries
from reviews.rules.enums import CyclePhase
from reviews.rules.errors import RuleBroken
from reviews.rules.workflow import UNDER_WAY


def lock_open_packet(packet: Packet, now: datetime) -> None:
    """Lock the packet for what only the candidate changes, and only until the deadline.

    Raises:
        RuleBroken: if the forms are closed.
    """
    lock_packet(packet)
    if packet.cycle.phase is not CyclePhase.EVIDENCE:
        raise RuleBroken("This cycle no longer collects evidence. You can still copy your text.")
    if packet.state not in UNDER_WAY:
        raise RuleBroken("This packet was withdrawn. You can still copy your text.")
    if queries.is_closed(packet, now):
        closed = moment(packet.cycle.evidence_due, packet.cycle.time_zone)
        raise RuleBroken(f"Evidence closed on {closed}. You can still copy your text.")
