"""The read log: whoever is shown a field that the policy marks as critical leaves a line, or is not shown it.

A reader notes what it puts on its page with `shown`; the guard writes the notes before the answer leaves. One line for
each person, packet, row of the policy and day says that it was seen and when first, so a page that is opened again
only looks whether its lines are there.
"""

from collections.abc import Iterable
from datetime import UTC
from typing import NamedTuple

from sqlalchemy import select

from reviews.access.viewer import Viewer
from reviews.db.connections import begin_write
from reviews.db.extensions import db
from reviews.db.id_list import among
from reviews.db.models.reads import PacketRead
from reviews.db.upsert import upsert
from reviews.rules.enums import Action, PacketPhase
from reviews.rules.policy import row_of

_SHOWN = "shown"


class CriticalRead(NamedTuple):
    """That the viewer was shown this of a packet."""

    packet_id: int
    cycle_id: int
    #: The id of a row of the policy.
    action: str


def shown(*actions: Action, packet: int, cycle: int, phase: PacketPhase) -> None:
    """Note that the answer to this request shows what these rows of the policy open, written by somebody else.

    Rows that the policy does not log in this phase are passed over.
    """
    notes = db.session().info.setdefault(_SHOWN, set())
    notes.update(
        CriticalRead(packet, cycle, action.value)
        for action in actions
        if phase in row_of(action).read_log
    )


def take_notes() -> frozenset[CriticalRead]:
    """What was noted in this session and not taken yet."""
    return frozenset(db.session().info.pop(_SHOWN, ()))


def write(viewer: Viewer, reads: Iterable[CriticalRead]) -> None:
    """Add the lines that are missing, in a transaction of its own: one statement, and one more if there are any.

    To be called between transactions. The first line of a day says when.
    """
    wanted = sorted(reads)
    if not wanted:
        return
    day = viewer.now.astimezone(UTC).date()
    there = db.session.execute(
        select(PacketRead.packet_id, PacketRead.action).where(
            PacketRead.person_id == viewer.person_id,
            PacketRead.day == day,
            among(PacketRead.packet_id, sorted({read.packet_id for read in wanted})),
        )
    )
    known = {tuple(row) for row in there}
    db.session.commit()
    missing = [read for read in wanted if (read.packet_id, read.action) not in known]
    if not missing:
        return
    rows = [
        {**read._asdict(), "person_id": viewer.person_id, "day": day, "at": viewer.now}
        for read in missing
    ]
    begin_write()
    # A second window may have been quicker.
    db.session.execute(upsert(PacketRead).values(rows).on_conflict_do_nothing())
    db.session.commit()
