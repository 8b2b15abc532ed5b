"""What changes a packet, by subject: starting it, its evidence, its peers, submitting it."""

from reviews.packets.service.evidence import remove_evidence, save_evidence, save_no_opportunity
from reviews.packets.service.nominations import (
    add_peer,
    decide_on_peer,
    propose_peer,
    remove_peer,
    withdraw_proposal,
)
from reviews.packets.service.starting import create_packet, retarget_packet
from reviews.packets.service.submitting import send_back, submit_packet, withdraw_packet

__all__ = [
    "add_peer",
    "create_packet",
    "decide_on_peer",
    "propose_peer",
    "remove_evidence",
    "remove_peer",
    "retarget_packet",
    "save_evidence",
    "save_no_opportunity",
    "send_back",
    "submit_packet",
    "withdraw_packet",
    "withdraw_proposal",
]
