"""What the viewer's panels have before them, read through the policy: counts and the first of each, never all."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    and_,
    cast,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
)

from reviews.access.packet_list import read_front
from reviews.access.panel_standing import panel_standings
from reviews.access.standing import (
    VIEWER_ID,
    ListFront,
    allowed,
    front_size,
    packet_standing,
    standing_columns,
    standing_of,
    viewer_params,
)
from reviews.access.viewer import Viewer
from reviews.db.extensions import db
from reviews.db.id_list import among
from reviews.db.models.calibration import Ballot, Conflict
from reviews.db.models.cycles import Cycle, Panel, PanelMember
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.home.rows import InboxCycle, PanelTasks, Waiting
from reviews.rules.enums import Action, ConflictStanding, CyclePhase, PacketStage, Relation
from reviews.rules.policy import PacketStanding, decide
from reviews.rules.workflow import IN_REVIEW

_PENDING = frozenset({Relation.MEMBER_PENDING, Relation.CHAIR_PENDING})
_UNANSWERED = frozenset({Relation.MEMBER_UNANSWERED, Relation.CHAIR_UNANSWERED})
#: Packets for which something waits that are counted.
LOOKED_AT = 200
#: Packets with enough ballots, of which it is looked up who may vote.
READY_READ = 50

_PLACES = 2**32
#: A packet's turn on the agenda and its id in one number, so that the least of them is the first packet's.
_PLACE = cast(Packet.agenda_order, BigInteger) * literal_column(str(_PLACES)) + Packet.id

#: What waits for a standing, by the field of `PanelTasks` that counts it.
_WAITS: Mapping[str, Callable[[PacketStanding], bool]] = {
    "unanswered": lambda each: (
        each.seat in _UNANSWERED and decide(Action.DECLARE_CONFLICT, each).allowed
    ),
    "to_vote": lambda each: each.seat in _PENDING and decide(Action.CAST_BALLOT, each).allowed,
    "to_decide": lambda each: decide(Action.DECIDE_PACKET, each).allowed,
}


@dataclass(slots=True)
class _Counted:
    """How many packets, and the place of the first of them."""

    number: int = 0
    place: int | None = None

    def add(self, number: int, place: int) -> None:
        self.number += number
        self.place = place if self.place is None else min(self.place, place)


def panel_tasks(viewer: Viewer, cycles: Mapping[int, InboxCycle]) -> list[PanelTasks]:
    """Of each cycle in which something waits. Five statements, or a few more where the policy leaves many packets out.

    Of the packets for which something waits `LOOKED_AT` are counted; whoever has more reads "at least".

    Args:
        cycles: by id, those that the viewer may know.
    """
    counted: dict[int, dict[str, _Counted]] = defaultdict(lambda: defaultdict(_Counted))
    looked_at = sealed = 0
    for row in _read(
        _waiting, LOOKED_AT, viewer, Action.DECLARE_CONFLICT, Action.OPEN_COMMITTEE_PAGE
    ):
        looked_at += row.number
        standing = standing_of(row)
        for kind, waits in _WAITS.items():
            if waits(standing):
                counted[row.cycle_id][kind].add(row.number, row.place)
    for row in _read(_sealed, LOOKED_AT, viewer, Action.CHANGE_BALLOT):
        sealed += row.number
        counted[row.cycle_id]["voted"].add(row.number, row.place)
    ready = _read(_ready, READY_READ, viewer, Action.REVEAL_BALLOTS)
    panels = panel_standings([row.packet_id for row in ready], now=viewer.now) if ready else {}
    for row in ready:
        if len(panels[row.packet_id].cast) >= row.quorum:
            counted[row.cycle_id]["to_reveal"].add(1, row.place)
    names = _names(each.place for kinds in counted.values() for each in kinds.values())
    is_cut = looked_at > LOOKED_AT

    def waiting(kinds: Mapping[str, _Counted], kind: str, *, cut: bool = is_cut) -> Waiting:
        if kind not in kinds:
            return Waiting()
        of_kind = kinds[kind]
        packet, candidate = names[of_kind.place]
        return Waiting(of_kind.number, packet, candidate, cut)

    return [
        PanelTasks(
            cycle=cycles[cycle],
            unanswered=waiting(kinds, "unanswered"),
            to_vote=waiting(kinds, "to_vote"),
            voted=kinds["voted"].number if sealed <= LOOKED_AT else None,
            to_reveal=waiting(kinds, "to_reveal", cut=len(ready) > READY_READ),
            to_decide=waiting(kinds, "to_decide"),
        )
        for cycle, kinds in sorted(counted.items(), reverse=True)
    ]


def _read(
    build: Callable[[int | None], Select[Any]], counted: int, viewer: Viewer, *actions: Action
) -> Sequence[Any]:
    """The rows of so many packets, and of one more where there is one."""
    parameters = viewer_params(viewer, *actions)
    return read_front(build, parameters, wanted=counted + 1, rows_in=lambda row: int(row.number))


def _seated(size: int | None, *where: ColumnElement[bool]) -> CTE:
    """The viewer's standing on the packets of their panels that are in review."""
    own_panels = select(PanelMember.panel_id).where(PanelMember.person_id == VIEWER_ID)
    return packet_standing(
        Cycle.phase != CyclePhase.ARCHIVED,
        Packet.state.in_(IN_REVIEW),
        Packet.panel_id.in_(own_panels),
        *where,
        columns=(Packet.cycle_id, _PLACE.label("place")),
        # Not by the agenda: whoever has more waiting than are counted is not told which of them is the first.
        front=ListFront((Packet.id,), size) if size else None,
    )


def _granted(standing: CTE, limit: int) -> Select[Any]:
    """The first packets that the policy grants, and one more."""
    return (
        select(
            standing.c.packet_id,
            standing.c.cycle_id,
            standing.c.place,
            *standing_columns(standing),
            *front_size(standing),
        )
        .where(allowed(standing))
        .order_by(standing.c.packet_id)
        .limit(literal_column(str(limit + 1)))
    )


def _answered() -> ColumnElement[bool]:
    return exists().where(Conflict.packet_id == Packet.id, Conflict.person_id == VIEWER_ID)


def _free() -> ColumnElement[bool]:
    """Whoever has a conflict votes on nothing, and how far the packet is changes nothing that is read for them."""
    return exists().where(
        Conflict.packet_id == Packet.id,
        Conflict.person_id == VIEWER_ID,
        Conflict.standing == ConflictStanding.NONE,
    )


def _voted() -> ColumnElement[bool]:
    return exists().where(Ballot.packet_id == Packet.id, Ballot.member_id == VIEWER_ID)


def _grouped(standing: CTE) -> Select[Any]:
    """So many packets, counted by what the viewer is to them."""
    granted = _granted(standing, LOOKED_AT).subquery()
    alike = [column for column in granted.c if column.key not in {"packet_id", "place"}]
    return select(
        *alike, func.count().label("number"), func.min(granted.c.place).label("place")
    ).group_by(*alike)


@cache
def _waiting(size: int | None) -> Select[Any]:
    """Packets that wait for an answer, a ballot or a decision. The others are left out before the policy is asked."""
    in_hand = and_(
        Cycle.phase == CyclePhase.CALIBRATION,
        Packet.stage != PacketStage.DECIDED,
        _free(),
        or_(not_(_voted()), Packet.stage == PacketStage.DISCUSSION),
    )
    return _grouped(_seated(size, or_(not_(_answered()), in_hand)))


@cache
def _sealed(size: int | None) -> Select[Any]:
    """Packets with a ballot of the viewer's that can still be followed by another."""
    return _grouped(_seated(size, _voted(), Packet.stage != PacketStage.DECIDED))


@cache
def _ready(size: int | None) -> Select[Any]:
    """Packets with enough ballots, so far as they can be counted without asking who may vote."""
    ballots = (
        select(func.count(Ballot.member_id.distinct()))
        .where(Ballot.packet_id == Packet.id)
        .scalar_subquery()
    )
    quorum = select(Panel.quorum).where(Panel.id == Packet.panel_id).scalar_subquery()
    standing = _seated(
        size,
        Cycle.phase == CyclePhase.CALIBRATION,
        Packet.stage.in_([PacketStage.WAITING, PacketStage.VOTING]),
        ballots >= quorum,
    )
    granted = _granted(standing, READY_READ).subquery()
    return (
        select(*granted.c, Panel.quorum, literal_column("1").label("number"))
        .join(Packet, Packet.id == granted.c.packet_id)
        .join(Panel, Panel.id == Packet.panel_id)
        .order_by(granted.c.place)
    )


def _names(places: Iterable[int | None]) -> Mapping[int | None, tuple[str, str]]:
    """The public id of the packet and the name of its candidate, by the packet's place. One statement, or none."""
    wanted = {place % _PLACES: place for place in places if place is not None}
    if not wanted:
        return {}
    rows = db.session.connection().execute(
        select(Packet.id, Packet.public_id, Person.name)
        .join(Packet.candidate)
        .where(among(Packet.id, wanted))
    )
    return {wanted[row.id]: (row.public_id, row.name) for row in rows}
