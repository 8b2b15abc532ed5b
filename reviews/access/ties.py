"""Writing down who is related to a packet when voting on it begins.

From then on this is what their standing is read from, so that nobody can change a panel by changing the roster. A link
that comes to be later is a conflict by the act of a person alone, who declares it or sets it.
"""

from collections.abc import Collection
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Table, exists, insert, not_, or_, select, union

from reviews.access.standing import instant_params, related
from reviews.db.extensions import db
from reviews.db.models.calibration import PersonalTie
from reviews.db.models.cycles import CycleOwner, PanelMember
from reviews.db.models.packets import Packet


def write_down_ties(
    *packets: ColumnElement[bool], now: datetime, people: Collection[int] | None = None
) -> None:
    """Keep, for each of the packets, who of its panel and of the cycle's owners is related to it now. One statement.

    Args:
        packets: which packets; over Packet.
        now: the instant at which voting begins, or at which the people join.
        people: only these, who join a panel or the owners while others vote already.
    """
    holders = union(
        select(Packet.id.label("packet_id"), PanelMember.person_id)
        .join(PanelMember, PanelMember.panel_id == Packet.panel_id)
        .where(*packets),
        select(Packet.id.label("packet_id"), CycleOwner.person_id)
        .join(CycleOwner, CycleOwner.cycle_id == Packet.cycle_id)
        .where(*packets),
    ).subquery()
    person = holders.c.person_id
    written = exists().where(PersonalTie.packet_id == Packet.id, PersonalTie.person_id == person)
    found = (
        select(Packet.id, person)
        .join(holders, holders.c.packet_id == Packet.id)
        .where(not_(written), or_(*(way.exists() for way in related(person, Packet))))
    )
    if people is not None:
        found = found.where(person.in_(people))
    # Of the table: with the class it would be taken for an insert of objects.
    into = insert(cast("Table", PersonalTie.__table__)).from_select(
        ["packet_id", "person_id"], found
    )
    db.session.execute(into, instant_params(now))
