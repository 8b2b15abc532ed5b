"""Who acts, and holding a packet still while they do."""

from datetime import datetime

from reviews.access.viewer import Viewer
from reviews.db.extensions import db
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.display.formatting import moment
from reviews.packets import queries
from reviews.rules.enums import CyclePhase
from reviews.rules.errors import RuleBroken

Actor = Viewer | Person


def id_of(actor: Actor) -> int:
    return actor.person_id if isinstance(actor, Viewer) else actor.id


def hold(packet: Packet) -> None:
    """Keep the packet, and the phase of its cycle, as they are now until this request has ended."""
    db.session.flush()  # refreshing would drop what is not written yet
    db.session.refresh(
        packet.cycle, ["phase", "evidence_due", "version"], with_for_update={"read": True}
    )
    db.session.refresh(
        packet,
        ["state", "stage", "current_revision_id", "items_numbered", "version"],
        with_for_update=True,
    )


def hold_open(packet: Packet, now: datetime) -> None:
    """The same, for what only the candidate changes and only until the deadline.

    Raises:
        RuleBroken: if the forms are closed.
    """
    hold(packet)
    if packet.cycle.phase is not CyclePhase.EVIDENCE:
        raise RuleBroken("This cycle no longer collects evidence. You can still copy your text.")
    if packet.state not in queries.OPEN_STATES:
        raise RuleBroken("This packet was withdrawn. You can still copy your text.")
    if queries.is_closed(packet, now):
        closed = moment(packet.cycle.evidence_due, packet.cycle.time_zone)
        raise RuleBroken(f"Evidence closed on {closed}. You can still copy your text.")
