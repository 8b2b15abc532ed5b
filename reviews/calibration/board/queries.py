"""What the board reads: columns and counts, never a rating as an object, in a constant number of statements.

What a viewer may see of a packet is decided from its facts by the policy. A packet that is set aside from the viewer is
not selected at all, so that no count, filter or spread can hint at it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, TypeVarTuple

from sqlalchemy import Row as SelectedRow
from sqlalchemy import Select, String, bindparam, cast, func, select
from sqlalchemy.orm import aliased

from ladders.models import DimensionRow, LadderRow, LadderVersion, LevelRow
from reviews.access.loaders import CycleAccess
from reviews.access.standing import (
    allowed,
    packet_standing,
    standing_columns,
    standing_of,
    viewer_params,
)
from reviews.db.extensions import db
from reviews.db.models.packets import Assignment, Packet, RevisionCoverage
from reviews.db.models.people import Person
from reviews.db.models.ratings import Rating
from reviews.display import board_cell
from reviews.rules.enums import (
    MISSING,
    SCALE,
    Action,
    AssignmentState,
    Category,
    PacketStage,
    RaterKind,
    Relation,
)
from reviews.rules.policy import Answer, PacketStanding, decide
from reviews.rules.rating_summary import (
    CellCounts,
    CellSummary,
    Histogram,
    Zone,
    connected,
    pooled_variance,
    summarize,
    zone_of,
)
from reviews.rules.workflow import ASKED_EVER, IN_REVIEW

_UNANSWERED = frozenset({Relation.MEMBER_UNANSWERED, Relation.CHAIR_UNANSWERED})
_VOTED = frozenset({Relation.MEMBER_VOTED, Relation.CHAIR_VOTED})


@dataclass(frozen=True, slots=True)
class BoardRights:
    """What the policy gives a viewer on one packet of the board."""

    is_stub: bool
    #: The conflict question is open, and answering it may open the packet.
    may_answer: bool
    sees_zone: bool
    opens_committee: bool
    #: May cast a ballot and has not.
    owes: bool
    cast: bool
    sees_who_voted: bool


@dataclass(frozen=True, slots=True)
class TargetLevel:
    """A target level of one ladder version: what candidates must share to be compared."""

    #: The version and level in an address.
    value: str
    version_id: int
    version: str
    level: str
    name: str
    code: str
    rank: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A packet whose cells the viewer reads."""

    packet_id: int
    packet: str
    name: str
    unit: str
    manager: str
    manager_name: str
    target: TargetLevel
    stage: PacketStage
    rights: BoardRights
    standing: PacketStanding


@dataclass(frozen=True, slots=True)
class Stub:
    """A packet of which the viewer sees the candidate's name alone."""

    name: str
    may_answer: bool


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A dimension of a ladder version."""

    dimension_id: int
    key: str
    name: str
    ladder: str
    number: int


@dataclass(frozen=True, slots=True)
class BoardCell:
    counts: CellCounts
    summary: CellSummary
    plate: board_cell.CellMarkup
    to_discuss: bool


@dataclass(frozen=True, slots=True)
class BoardData:
    """Everything of the cycle's board that this viewer may see, in agenda order."""

    candidates: tuple[Candidate, ...]
    stubs: tuple[Stub, ...]
    #: By ladder version, in the ladder's order.
    columns: Mapping[int, tuple[BoardColumn, ...]]
    #: By packet, then by dimension; a dimension that asks nothing of the packet is not there.
    cells: Mapping[int, Mapping[int, BoardCell]]
    #: Packets whose ratings hang together with enough others for a zone.
    connected: frozenset[int]


def board_data(access: CycleAccess) -> BoardData:
    """Read the board. Six statements, whatever the number of candidates, raters and dimensions."""
    candidates, stubs, revisions = _packets(access)
    packets = tuple(candidate.packet_id for candidate in candidates)
    asked, raters = _raters(packets)
    linked = connected(raters)
    zoned = {c.packet_id for c in candidates if c.rights.sees_zone} & linked
    return BoardData(
        candidates=candidates,
        stubs=stubs,
        columns=_columns({candidate.target.version_id for candidate in candidates}),
        cells=_cells(revisions, _histograms(packets), asked, zoned),
        connected=linked,
    )


def cells_of(packet: Packet) -> Mapping[int, BoardCell]:
    """The cells of one packet by dimension, without zones: those need the rest of the board. Three statements.

    The caller has asked the policy for READ_MANAGER_RATING and READ_PEER_RATINGS.
    """
    if packet.current_revision_id is None:
        return {}
    asked, _ = _raters([packet.id])
    revisions = {packet.current_revision_id: packet.id}
    return _cells(revisions, _histograms([packet.id]), asked, zoned=()).get(packet.id, {})


@lru_cache(maxsize=1024)
def rights_on_board(standing: PacketStanding) -> BoardRights | None:
    """What this standing gives on the board; None where the packet is not on it."""

    def may(action: Action) -> bool:
        return decide(action, standing).allowed

    row = decide(Action.SEE_BOARD_ROW, standing)
    if not row.allowed and row is not Answer.STUB:
        return None
    cast = standing.seat in _VOTED
    return BoardRights(
        is_stub=not row.allowed,
        may_answer=standing.seat in _UNANSWERED and may(Action.DECLARE_CONFLICT),
        sees_zone=may(Action.SEE_ZONES),
        opens_committee=may(Action.OPEN_COMMITTEE_PAGE),
        owes=may(Action.CAST_BALLOT) and not cast,
        cast=cast,
        sees_who_voted=may(Action.SEE_WHO_VOTED),
    )


_Selected = TypeVarTuple("_Selected")


def _read(
    statement: Select[*_Selected], parameters: Mapping[str, Any]
) -> Sequence[SelectedRow[*_Selected]]:
    """Columns from the session's connection: the session itself would look for objects in every row.

    It does not flush first, so this is for what a request reads, not for what it has just changed.
    """
    return db.session.connection().execute(statement, parameters).all()


def _packets(
    access: CycleAccess,
) -> tuple[tuple[Candidate, ...], tuple[Stub, ...], dict[int, int]]:
    """The candidates and stubs of the viewer, and the candidates' packets by submitted revision."""
    rows = _read(
        _on_board(),
        {**viewer_params(access.viewer, Action.SEE_BOARD_ROW), "cycle": access.cycle.id},
    )
    candidates, stubs, revisions = [], [], {}
    targets: dict[tuple[int, str], TargetLevel] = {}
    for row in rows:
        standing = standing_of(row)
        rights = rights_on_board(standing)
        if rights is None:
            continue
        if rights.is_stub:
            stubs.append(Stub(row.name, rights.may_answer))
            continue
        target = targets.setdefault(
            (row.version_id, row.key),
            TargetLevel(
                value=f"{row.version_public_id}.{row.key}",
                version_id=row.version_id,
                version=row.version_public_id,
                level=row.key,
                name=row.level_name,
                code=row.code or "",
                rank=row.rank,
            ),
        )
        revisions[row.current_revision_id] = row.id
        candidates.append(
            Candidate(
                packet_id=row.id,
                packet=row.public_id,
                name=row.name,
                unit=row.unit,
                manager=row.manager_public_id,
                manager_name=row.manager_name,
                target=target,
                stage=row.stage,
                rights=rights,
                standing=standing,
            )
        )
    stubs.sort(key=lambda stub: stub.name.casefold())
    return tuple(candidates), tuple(stubs), revisions


@cache
def _on_board() -> Select[Any]:
    standing = packet_standing(Packet.cycle_id == bindparam("cycle"), Packet.state.in_(IN_REVIEW))
    manager = aliased(Person)
    shown: list[Any] = [
        Packet.id,
        Packet.public_id,
        Packet.stage,
        Packet.current_revision_id,
        Person.name,
        Person.unit,
        manager.public_id.label("manager_public_id"),
        manager.name.label("manager_name"),
        LevelRow.key,
        LevelRow.name.label("level_name"),
        LevelRow.code,
        LevelRow.rank,
        LadderVersion.id.label("version_id"),
        LadderVersion.public_id.label("version_public_id"),
    ]
    return (
        select(*shown, *standing_columns(standing))
        .join(standing, standing.c.packet_id == Packet.id)
        .join(Person, Person.id == Packet.candidate_id)
        .join(manager, manager.id == Packet.manager_id)
        .join(LevelRow, LevelRow.id == Packet.target_level_id)
        .join(LadderVersion, LadderVersion.id == Packet.ladder_version_id)
        .where(allowed(standing))
        .order_by(Packet.agenda_order, Packet.id)
    )


_COLUMNS = (
    select(
        DimensionRow.version_id,
        DimensionRow.id,
        DimensionRow.key,
        DimensionRow.name,
        LadderRow.name.label("ladder"),
        LadderVersion.number,
    )
    .join(LadderVersion, LadderVersion.id == DimensionRow.version_id)
    .join(LadderRow, LadderRow.id == LadderVersion.ladder_id)
    .where(DimensionRow.version_id.in_(bindparam("versions", expanding=True)))
    .order_by(DimensionRow.position)
)


def _columns(versions: Collection[int]) -> Mapping[int, tuple[BoardColumn, ...]]:
    columns = defaultdict(list)
    for row in _read(_COLUMNS, {"versions": versions}):
        columns[row.version_id].append(
            BoardColumn(row.id, row.key, row.name, row.ladder, row.number)
        )
    return {version: tuple(found) for version, found in columns.items()}


_SUBMITTED = Assignment.state == AssignmentState.SUBMITTED
_RATERS = (
    select(
        Assignment.packet_id,
        func.count(),
        func.aggregate_strings(cast(Assignment.rater_id, String), ",").filter(_SUBMITTED),
    )
    .where(
        Assignment.packet_id.in_(bindparam("packets", expanding=True)),
        Assignment.state.in_(ASKED_EVER),
    )
    .group_by(Assignment.packet_id)
)


def _raters(packets: Collection[int]) -> tuple[dict[int, int], dict[int, list[str]]]:
    """How many were asked to rate each packet, and who of them did."""
    rows = _read(_RATERS, {"packets": packets})
    asked = {packet: count for packet, count, _ in rows}
    return asked, {packet: who.split(",") if who else [] for packet, _, who in rows}


#: A manager's category, whether the manager gave none, the peers' histogram, and how many peers gave none.
_Given = tuple[Category | None, int, int, int, int, int, int]
_NOTHING: _Given = (None, 0, 0, 0, 0, 0, 0)


_BY_MANAGER = Assignment.kind == RaterKind.MANAGER
_BY_PEER = Assignment.kind == RaterKind.PEER
_IS_MISSING = Rating.category.in_(MISSING)
_HISTOGRAMS = (
    select(
        Assignment.packet_id,
        Rating.dimension_id,
        func.max(Rating.category).filter(_BY_MANAGER, Rating.category.in_(SCALE)),
        func.count().filter(_BY_MANAGER, _IS_MISSING),
        *(func.count().filter(_BY_PEER, Rating.category == word) for word in SCALE),
        func.count().filter(_BY_PEER, _IS_MISSING),
    )
    .join(Rating, Rating.assignment_id == Assignment.id)
    .where(Assignment.packet_id.in_(bindparam("packets", expanding=True)), _SUBMITTED)
    .group_by(Assignment.packet_id, Rating.dimension_id)
)


def _histograms(packets: Collection[int]) -> dict[tuple[int, int], _Given]:
    """The submitted ratings, counted per packet and dimension."""
    rows = _read(_HISTOGRAMS, {"packets": packets})
    return {(packet, dimension): tuple(given) for packet, dimension, *given in rows}


#: A cell's ratings, how many were asked for one, its covered and all expectations, and the candidate's note.
_Key = tuple[_Given, int, int, int, bool]

_COVERAGE = select(
    RevisionCoverage.revision_id,
    RevisionCoverage.dimension_id,
    RevisionCoverage.expectations,
    RevisionCoverage.covered,
    (RevisionCoverage.no_opportunity != "").label("no_opportunity"),
).where(RevisionCoverage.revision_id.in_(bindparam("revisions", expanding=True)))


def _cells(
    revisions: Mapping[int, int],
    given: Mapping[tuple[int, int], _Given],
    asked: Mapping[int, int],
    zoned: Collection[int],
) -> Mapping[int, Mapping[int, BoardCell]]:
    """A cell for every dimension asked, with a zone where the viewer may see one."""
    places: list[tuple[int, int, _Key]] = []
    for revision, dimension, expectations, covered, no_opportunity in _read(
        _COVERAGE, {"revisions": list(revisions)}
    ):
        packet = revisions[revision]
        key = (
            given.get((packet, dimension), _NOTHING),
            asked.get(packet, 0),
            covered,
            expectations,
            bool(no_opportunity),
        )
        places.append((packet, dimension, key))
    # A large board repeats few cells many times: each is worked out once.
    zones = _zones(Counter(key for _, _, key in places))
    plain = {key: _cell(key, None) for key in zones}
    in_zone = {key: _cell(key, zone) for key, zone in zones.items()}
    cells: dict[int, dict[int, BoardCell]] = defaultdict(dict)
    for packet, dimension, key in places:
        cells[packet][dimension] = (in_zone if packet in zoned else plain)[key]
    return cells


def _zones(cells: Mapping[_Key, int]) -> dict[_Key, Zone | None]:
    """The zone of each different cell of the board, given how many there are of it."""
    ratings = {key: _counted(key)[1] for key in cells}
    times: Counter[Histogram] = Counter()
    for key, number in cells.items():
        times[ratings[key]] += number
    variance = pooled_variance(times)
    if variance is None:
        return dict.fromkeys(cells)
    zones = {each: zone_of(each, variance) for each in times}
    return {key: zones[each] for key, each in ratings.items()}


@lru_cache(maxsize=8192)
def _counted(key: _Key) -> tuple[CellCounts, Histogram]:
    given, asked, covered, expectations, no_opportunity = key
    manager, manager_missing, low, partly, met, high, missing = given
    counts = CellCounts(
        manager=manager,
        manager_missing=bool(manager_missing),
        peers=(low, partly, met, high),
        peers_missing=missing,
        asked=asked,
        covered=covered,
        expectations=expectations,
        no_opportunity=no_opportunity,
    )
    return counts, counts.ratings


@lru_cache(maxsize=8192)
def _cell(key: _Key, zone: Zone | None) -> BoardCell:
    """A board has few different cells, and what a cell says depends on its values alone."""
    counts, _ = _counted(key)
    summary = summarize(counts, zone)
    return BoardCell(
        counts=counts,
        summary=summary,
        plate=board_cell.cell_markup(counts, summary),
        to_discuss=summary.disagree or zone == "discuss",
    )
