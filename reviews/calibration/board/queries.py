"""What the board reads: columns and kept counts, never a rating.

What a viewer may see of a packet is decided by the policy, in the statement. A packet that is set aside from the viewer
is not selected at all, so that no count, filter or spread can hint at it.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache, cached_property, lru_cache, partial
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.orm import aliased

from ladders.models import DimensionRow, LadderRow, LadderVersion, LevelRow
from reviews.access.loaders import CycleAccess
from reviews.access.packet_list import read_front
from reviews.access.read_log import shown
from reviews.access.standing import (
    ListFront,
    allowed,
    front_size,
    packet_standing,
    standing_columns,
    standing_of,
    viewer_params,
)
from reviews.calibration.board.choice import BoardChoice
from reviews.db.extensions import db
from reviews.db.id_list import IdList, among
from reviews.db.models.packets import Assignment, Packet
from reviews.db.models.people import Person
from reviews.db.models.ratings import RatingCounts
from reviews.db.pagination import COUNTED, PAGE_SIZE
from reviews.db.rating_counts import unpack
from reviews.db.text import has_words, word_params
from reviews.display.board_cell import CellFace, cell_face
from reviews.rules.enums import Action, PacketStage, Relation
from reviews.rules.namesakes import joined, labels
from reviews.rules.policy import Answer, PacketStanding, decide, full_cells, stub_cells
from reviews.rules.rating_summary import (
    CellCounts,
    Histogram,
    Zone,
    connected,
    pooled_variance,
    summarize,
    zone_of,
)
from reviews.rules.scale import ScaleWords
from reviews.rules.workflow import ASKED_EVER, IN_REVIEW

_UNANSWERED = frozenset({Relation.MEMBER_UNANSWERED, Relation.CHAIR_UNANSWERED})
_VOTED = frozenset({Relation.MEMBER_VOTED, Relation.CHAIR_VOTED})
#: Names of packets that are not the viewer's to judge, before the page says that there are more.
STUBS_SHOWN = 50
#: A page, and a row on either side of it: these tell whether its first and last group go on there.
ROWS_READ = PAGE_SIZE + 2


@dataclass(frozen=True, slots=True)
class BoardRights:
    """What the policy gives a viewer on one packet of the board."""

    #: The conflict question is open, and answering it may open the packet.
    may_answer: bool
    sees_zone: bool
    opens_committee: bool
    #: May cast a ballot and has not.
    owes: bool
    cast: bool
    sees_who_voted: bool


@lru_cache(maxsize=1024)
def rights_on_board(standing: PacketStanding) -> BoardRights:
    """What this standing gives on the board."""

    def may(action: Action) -> bool:
        return decide(action, standing).allowed

    cast = standing.seat in _VOTED
    return BoardRights(
        may_answer=standing.seat in _UNANSWERED and may(Action.DECLARE_CONFLICT),
        sees_zone=may(Action.SEE_ZONES),
        opens_committee=may(Action.OPEN_COMMITTEE_PAGE),
        owes=may(Action.CAST_BALLOT) and not cast,
        cast=cast,
        sees_who_voted=may(Action.SEE_WHO_VOTED),
    )


def _read(statement: Select[*tuple[Any, ...]], parameters: Mapping[str, Any]) -> Sequence[Any]:
    """Columns from the session's connection: the session itself would look for objects in every row.

    It does not flush first, so this is for what a request reads, not for what it has just changed.
    """
    return db.session.connection().execute(statement, parameters).all()


def _first(limit: int) -> ColumnElement[int]:
    # In the text, or PostgreSQL plans for a tenth of the table.
    return literal_column(str(limit))


_ON_BOARD = (
    Packet.cycle_id == bindparam("cycle"),
    Packet.state.in_([literal_column(f"'{state.value}'") for state in IN_REVIEW]),
)


# -- The candidates whom the viewer sees, whatever page they are on


@dataclass(frozen=True, slots=True)
class Population:
    """The candidates whose rows the viewer reads: how many there are, what to filter them by, and their zones.

    Zones are worked out over all of them, so beyond `COUNTED` candidates there is none.
    """

    size: int
    levels: frozenset[int]
    #: By public id, in order, each told apart from others of the name.
    managers: Mapping[str, str]
    ballots: int
    sealed: int
    #: The packet on which the viewer's own ballot waits, first on the agenda.
    next_ballot: str | None
    #: Whether some zones wait for a ballot of the viewer's own.
    hides_zones: bool
    variance: Fraction | None = None
    #: Packets whose ratings are linked with enough others for a zone.
    connected: frozenset[int] = field(default_factory=frozenset)
    #: Of a longer board, up to which place of the agenda the candidates were counted.
    reaches: int | None = None
    #: The zones that were asked for. A board has few different cells.
    _zones: dict[Histogram, Zone | None] = field(default_factory=dict)

    @property
    def is_cut(self) -> bool:
        return self.size > COUNTED

    def has_zones(self, packet: int) -> bool:
        """Whether enough is known for the cells of a packet to have zones."""
        return self.variance is not None and packet in self.connected

    def zone(self, ratings: Histogram) -> Zone | None:
        """The zone of a cell of a packet that has zones, or None where it has too few ratings."""
        if ratings not in self._zones:
            assert self.variance is not None  # noqa: S101 - the packet has zones
            self._zones[ratings] = zone_of(ratings, self.variance)
        return self._zones[ratings]


def population(access: CycleAccess) -> Population:
    """One statement."""
    parameters = {
        **viewer_params(access.viewer, Action.SEE_BOARD_ROW, granted=full_cells),
        "cycle": access.cycle.id,
    }
    rows = read_front(_population, parameters, wanted=COUNTED + 1)
    rights = [rights_on_board(standing_of(row)) for row in rows]
    ballots = [
        (row, each) for row, each in zip(rows, rights, strict=True) if each.owes or each.cast
    ]
    draws_zones = len(rows) <= COUNTED and any(each.sees_zone for each in rights)
    return Population(
        size=len(rows),
        levels=frozenset(row.target_level_id for row in rows),
        managers=_managers(rows),
        ballots=len(ballots),
        sealed=sum(each.cast for _, each in ballots),
        next_ballot=next((row.public_id for row, each in ballots if each.owes), None),
        hides_zones=any(not each.sees_zone for _, each in ballots),
        variance=_variance(rows) if draws_zones else None,
        connected=_connected(rows) if draws_zones else frozenset(),
        reaches=rows[-1].agenda_order if len(rows) > COUNTED else None,
    )


def _managers(rows: Sequence[Any]) -> Mapping[str, str]:
    each = {row.manager: row for row in rows}
    found = sorted(each.values(), key=lambda row: (row.manager_sort_key, row.manager_id))
    named = labels((row.manager_name, joined(row.manager_title, row.manager_unit)) for row in found)
    return {row.manager: label for row, label in zip(found, named, strict=True)}


def _variance(rows: Sequence[Any]) -> Fraction | None:
    return pooled_variance(
        {n: (cells, value) for n, cells, value in scatter}
        for scatter in _json(row.scatter for row in rows)
    )


def _connected(rows: Sequence[Any]) -> frozenset[int]:
    raters = _json(row.raters for row in rows)
    return connected({row.packet_id: who for row, who in zip(rows, raters, strict=True)})


def _json(texts: Iterable[str]) -> list[Any]:
    """All of them at once: a thousand rows are a thousand times as quick to read as one document."""
    found: list[Any] = json.loads(f"[{','.join(texts)}]")
    return found


_AGENDA = (Packet.agenda_order, Packet.id)


@cache
def _population(size: int | None) -> Select[*tuple[Any, ...]]:
    standing = packet_standing(
        *_ON_BOARD,
        columns=(
            Packet.public_id,
            Packet.manager_id,
            Packet.target_level_id,
            Packet.agenda_order,
        ),
        front=ListFront(_AGENDA, size) if size else None,
    )
    packet = standing.c
    manager = aliased(Person)
    return (
        select(
            packet.packet_id,
            packet.public_id,
            packet.target_level_id,
            packet.agenda_order,
            packet.manager_id,
            manager.public_id.label("manager"),
            manager.name.label("manager_name"),
            manager.title.label("manager_title"),
            manager.unit.label("manager_unit"),
            manager.sort_key.label("manager_sort_key"),
            cast(RatingCounts.scatter, String).label("scatter"),
            cast(RatingCounts.raters, String).label("raters"),
            *standing_columns(standing),
            *front_size(standing),
        )
        .join(manager, manager.id == packet.manager_id)
        .join(RatingCounts, RatingCounts.packet_id == packet.packet_id)
        .where(allowed(standing))
        .order_by(packet.agenda_order, packet.packet_id)
        .limit(_first(COUNTED + 1))
    )


@dataclass(frozen=True, slots=True)
class Stubs:
    """Candidates of whom the viewer sees the name alone, by name: told apart, and whether they may answer first."""

    names: tuple[tuple[str, bool], ...]
    #: Whether there are more than are named.
    is_cut: bool


def stubs(access: CycleAccess, *, reaches: int | None) -> Stubs:
    """One statement.

    Args:
        reaches: `Population.reaches`. Most viewers have no stub: of a longer board those are looked for that lie among
            the candidates that were counted. What is set aside from the viewer moves this place for nobody.
    """
    rows = _read(
        _stubs(is_long=reaches is not None),
        {
            **viewer_params(access.viewer, Action.SEE_BOARD_ROW, granted=stub_cells),
            "cycle": access.cycle.id,
            "reaches": reaches,
        },
    )
    found = [(row, standing_of(row)) for row in rows]
    named = [
        (row, rights_on_board(standing).may_answer)
        for row, standing in found
        if decide(Action.SEE_BOARD_ROW, standing) is Answer.STUB
    ]
    named = sorted(named[:STUBS_SHOWN], key=lambda stub: stub[0].sort_key)
    told = labels((row.name, joined(row.title, row.unit)) for row, _ in named)
    answers = (may_answer for _, may_answer in named)
    return Stubs(tuple(zip(told, answers, strict=True)), len(rows) > STUBS_SHOWN)


@cache
def _stubs(*, is_long: bool) -> Select[*tuple[Any, ...]]:
    reached = [Packet.agenda_order <= bindparam("reaches")] if is_long else []
    standing = packet_standing(
        *_ON_BOARD, *reached, columns=(Packet.candidate_id, Packet.agenda_order)
    )
    packet = standing.c
    return (
        select(
            Person.name,
            Person.sort_key,
            Person.title,
            Person.unit,
            *standing_columns(standing),
        )
        .join(Person, Person.id == packet.candidate_id)
        .where(allowed(standing))
        .order_by(packet.agenda_order, packet.packet_id)
        .limit(_first(STUBS_SHOWN + 1))
    )


# -- Target levels and their columns


@dataclass(frozen=True, slots=True)
class TargetLevel:
    """A target level of one ladder version: what candidates must share to be compared."""

    id: int
    version_id: int
    version: str
    level: str
    name: str
    code: str
    ladder: str
    number: int

    @property
    def value(self) -> str:
        """The version and level in an address."""
        return f"{self.version}.{self.level}"

    @property
    def title(self) -> str:
        return f"{self.name} ({self.code})" if self.code else self.name


def target_levels(cycle: int) -> tuple[TargetLevel, ...]:
    """The levels for which packets of the cycle are in review, ladder by ladder, highest first. One statement.

    It is read without a viewer: a level is shown where there are rows of it, or where `Population` has it.
    """
    rows = _read(_target_levels(), {"cycle": cycle})
    rows = sorted(rows, key=lambda r: (r.ladder.casefold(), -r.number, -r.rank, r.key))
    return tuple(
        TargetLevel(
            id=row.id,
            version_id=row.version_id,
            version=row.version,
            level=row.key,
            name=row.name,
            code=row.code or "",
            ladder=row.ladder,
            number=row.number,
        )
        for row in rows
    )


@cache
def _target_levels() -> Select[*tuple[Any, ...]]:
    one = (
        select(Packet.id).where(*_ON_BOARD, Packet.target_level_id == LevelRow.id).limit(_first(1))
    )
    return (
        select(
            LevelRow.id,
            LevelRow.key,
            LevelRow.name,
            LevelRow.code,
            LevelRow.rank,
            LadderVersion.id.label("version_id"),
            LadderVersion.public_id.label("version"),
            LadderVersion.number,
            LadderRow.name.label("ladder"),
        )
        .join(LadderVersion, LadderVersion.id == LevelRow.version_id)
        .join(LadderRow, LadderRow.id == LadderVersion.ladder_id)
        .where(one.scalar_subquery().is_not(None))
    )


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A dimension of a ladder version."""

    dimension_id: int
    key: str
    name: str


def columns_of(versions: Iterable[int]) -> Mapping[int, tuple[BoardColumn, ...]]:
    """The dimensions of these ladder versions, in the ladder's order. One statement."""
    found: dict[int, list[BoardColumn]] = {version: [] for version in versions}
    for row in _read(_COLUMNS, {"versions": list(found)}):
        found[row.version_id].append(BoardColumn(row.id, row.key, row.name))
    return {version: tuple(columns) for version, columns in found.items()}


_COLUMNS = (
    select(DimensionRow.version_id, DimensionRow.id, DimensionRow.key, DimensionRow.name)
    .where(among(DimensionRow.version_id, bindparam("versions", type_=IdList())))
    .order_by(DimensionRow.position)
)


# -- One page of rows


@dataclass(frozen=True, slots=True)
class BoardCell:
    counts: CellCounts
    ratings: Histogram
    face: CellFace
    #: In the discuss zone, or its ratings disagree.
    to_discuss: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A packet whose cells the viewer reads."""

    packet_id: int
    packet: str
    name: str
    #: Title and unit.
    works_as: str
    manager_name: str
    #: What the row is grouped by beside its level: a unit, or a manager's public id; empty for nothing.
    label: str
    target: TargetLevel
    stage: PacketStage
    standing: PacketStanding
    rights: BoardRights
    #: By dimension; one that asks nothing of the packet is not there.
    cells: Mapping[int, BoardCell]

    @property
    def to_discuss(self) -> int:
        return sum(cell.to_discuss for cell in self.cells.values())


def candidates_told_apart(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The same, each under a name that no other of them has."""
    told = labels((each.name, each.works_as) for each in candidates)
    return [replace(each, name=name) for each, name in zip(candidates, told, strict=True)]


@dataclass(frozen=True)
class BoardRows:
    """Reads rows of the board, in the order that was asked for: by target level, inside a level by group and order."""

    access: CycleAccess
    choice: BoardChoice
    levels: Sequence[TargetLevel]
    #: If it has been read already; else it is read where a zone is asked for.
    seen: Population | None = None

    @cached_property
    def population(self) -> Population:
        return self.seen or population(self.access)

    def count(self) -> int:
        """How many candidates the filters leave, `COUNTED` + 1 for more. One statement, or none."""
        if not self.choice.filters:
            return self.population.size
        words = len(self.choice.words)
        counted = _count(self.choice.filters, self.choice.flag, COUNTED + 1, words=words)
        level = next((each for each in self.levels if each.value == self.choice.level), None)
        found: int = _read(counted, self._params(level))[0][0]
        return found

    def read(self, offset: int) -> list[Candidate]:
        """`ROWS_READ` candidates from an offset. A statement for each level, and one more for each before the first."""
        found: list[Candidate] = []
        for level in self.levels:
            if self.choice.level not in {"", level.value}:
                continue
            if offset:
                before = self._count_of(level)
                if before <= offset:
                    offset -= before
                    continue
            found += self._of_level(level, offset)
            offset = 0
            if len(found) >= ROWS_READ:
                break
        return found[:ROWS_READ]

    def chosen(self, packets: Collection[str]) -> list[Candidate]:
        """The candidates of these packets, in the given order, without those whom the viewer does not read.

        One statement.
        """
        rows = _read(_chosen(), {**self._params(None), "packets": list(packets)})
        levels = {level.id: level for level in self.levels}
        found = {
            row.public_id: self._candidate(row, cells, levels[row.target_level_id])
            for row, cells in zip(rows, _json(row.cells for row in rows), strict=True)
        }
        return [found[packet] for packet in packets if packet in found]

    def _params(self, level: TargetLevel | None) -> dict[str, Any]:
        return {
            **viewer_params(self.access.viewer, Action.SEE_BOARD_ROW, granted=full_cells),
            "cycle": self.access.cycle.id,
            "level": level.id if level else None,
            "manager": self.choice.manager,
            "stage": self.choice.stage,
            **word_params(self.choice.words),
        }

    def _count_of(self, level: TargetLevel) -> int:
        filters = self.choice.filters | {"level"}
        counted = _count(filters, self.choice.flag, None, words=len(self.choice.words))
        found: int = _read(counted, self._params(level))[0][0]
        return found

    def _of_level(self, level: TargetLevel, offset: int) -> list[Candidate]:
        # How much there is to discuss is known to the database but for the zones: where there are any, it orders
        # by the ratings that disagree, and the rows are put in order here. They are few enough to be counted.
        by_zone = self.choice.sort == "discuss" and self.population.variance is not None
        build = partial(
            _candidates,
            self.choice.filters | {"level"},
            self.choice.flag,
            self.choice.group,
            self.choice.sort,
            words=len(self.choice.words),
            limit=COUNTED if by_zone else ROWS_READ,
            skips=bool(offset) and not by_zone,
        )
        parameters = {**self._params(level), "offset": offset}
        if self.choice.is_by_agenda:
            rows = read_front(build, parameters, wanted=ROWS_READ, least=offset + ROWS_READ)
        else:
            rows = _read(build(None), parameters)
        found = [
            self._candidate(row, cells, level)
            for row, cells in zip(rows, _json(row.cells for row in rows), strict=True)
        ]
        if by_zone:
            groups = groupby(found, key=lambda each: each.label)
            found = [
                candidate
                for _, group in groups
                for candidate in sorted(group, key=lambda each: -each.to_discuss)
            ]
            return found[offset:]
        return found

    def _candidate(self, row: Any, cells: Iterable[Any], level: TargetLevel) -> Candidate:
        standing = standing_of(row)
        rights = rights_on_board(standing)
        return Candidate(
            packet_id=row.packet_id,
            packet=row.public_id,
            name=row.name,
            works_as=joined(row.title, row.unit),
            manager_name=row.manager_name,
            label=row.label,
            target=level,
            stage=row.stage,
            standing=standing,
            rights=rights,
            cells=self._cells(
                row.asked,
                cells,
                has_zones=rights.sees_zone and self.population.has_zones(row.packet_id),
            ),
        )

    @cached_property
    def _cell_of(self) -> "_CellOf":
        return _cells(ScaleWords.of(self.access.cycle.scale))

    def _cells(self, asked: int, kept: Iterable[Any], *, has_zones: bool) -> dict[int, BoardCell]:
        found = {}
        for dimension, *counted in kept:
            values = (*counted, asked)
            cell = self._cell_of(values, None)
            zone = self.population.zone(cell.ratings) if has_zones else None
            found[dimension] = self._cell_of(values, zone) if zone else cell
        return found


#: A cell of what is kept of it, with how many were asked as the last, and of its zone.
_CellOf = Callable[[tuple[Any, ...], Zone | None], BoardCell]


@lru_cache(maxsize=16)
def _cells(scale: ScaleWords) -> _CellOf:
    """Cells in these words. A board has few different ones, and what a cell says depends on its values alone."""

    @lru_cache(maxsize=8192)
    def cell(counted: tuple[Any, ...], zone: Zone | None) -> BoardCell:
        *packed, asked = counted
        counts = unpack(packed, asked=asked)
        summary = summarize(counts, zone)
        return BoardCell(
            counts=counts,
            ratings=counts.ratings,
            face=cell_face(counts, summary, scale),
            to_discuss=summary.disagree or zone == "discuss",
        )

    return cell


_MANAGER = aliased(Person)


def _on_page(
    filters: frozenset[str], flag: str, size: int | None = None, *, words: int = 0
) -> tuple[Any, Select[*tuple[Any, ...]]]:
    """The standing of the packets that the filters leave, and a statement over them that the policy has passed."""
    of_packet = {
        "level": Packet.target_level_id == bindparam("level"),
        "packets": Packet.public_id.in_(bindparam("packets", expanding=True)),
    }
    standing = packet_standing(
        *_ON_BOARD,
        *(condition for name, condition in of_packet.items() if name in filters),
        columns=(
            Packet.public_id,
            Packet.candidate_id,
            Packet.manager_id,
            Packet.target_level_id,
            Packet.stage,
            Packet.agenda_order,
        ),
        front=ListFront(_AGENDA, size) if size else None,
    )
    packet = standing.c
    flagged = {
        "disagree": RatingCounts.disagreements > 0,
        "coverage_hole": RatingCounts.coverage_holes > 0,
    }
    conditions: dict[str, ColumnElement[bool]] = {
        "manager": _MANAGER.public_id == bindparam("manager"),
        "stage": packet.stage == bindparam("stage"),
        "text": and_(true(), *has_words(words, Person.name_key)),
    }
    statement = (
        select(packet.packet_id)
        .join(Person, Person.id == packet.candidate_id)
        .join(_MANAGER, _MANAGER.id == packet.manager_id)
        .join(RatingCounts, RatingCounts.packet_id == packet.packet_id)
        .where(
            allowed(standing),
            *(condition for name, condition in conditions.items() if name in filters),
            *([flagged[flag]] if flag else []),
        )
    )
    return standing, statement


@cache
def _count(
    filters: frozenset[str], flag: str, limit: int | None, *, words: int
) -> Select[*tuple[Any, ...]]:
    _, found = _on_page(filters, flag, words=words)
    return select(func.count()).select_from(
        (found.limit(_first(limit)) if limit else found).subquery()
    )


@cache
def _candidates(
    filters: frozenset[str],
    flag: str,
    group: str,
    sort: str,
    size: int | None,
    *,
    words: int,
    limit: int,
    skips: bool,
) -> Select[*tuple[Any, ...]]:
    """The statements differ by what is asked for, and not by who asks. size: of the front of the agenda."""
    standing, found = _on_page(filters, flag, size, words=words)
    unit = case((Person.unit == "", "No unit"), else_=Person.unit)
    label, by_label = {
        "level": (literal_column("''"), ()),
        "manager": (_MANAGER.public_id, (_MANAGER.sort_key, _MANAGER.id)),
        "unit": (unit, (func.lower(unit), unit)),
    }[group]
    order = {
        "agenda": (),
        "name": (Person.sort_key,),
        "manager": (_MANAGER.sort_key,),
        "discuss": (RatingCounts.disagreements.desc(),),
    }[sort]
    statement = (
        found.add_columns(*_row_columns(standing), label.label("label"))
        .order_by(*by_label, *order, standing.c.agenda_order, standing.c.packet_id)
        .limit(_first(limit))
    )
    return statement.offset(bindparam("offset")) if skips else statement


@cache
def _chosen() -> Select[*tuple[Any, ...]]:
    standing, found = _on_page(frozenset({"packets"}), "")
    return found.add_columns(*_row_columns(standing), literal_column("''").label("label"))


def _row_columns(standing: Any) -> list[Any]:
    packet = standing.c
    asked = select(func.count()).where(
        Assignment.packet_id == packet.packet_id, Assignment.state.in_(ASKED_EVER)
    )
    return [
        packet.public_id,
        packet.stage,
        packet.target_level_id,
        Person.name,
        Person.title,
        Person.unit,
        _MANAGER.name.label("manager_name"),
        cast(RatingCounts.cells, String).label("cells"),
        asked.scalar_subquery().label("asked"),
        *standing_columns(standing),
        *front_size(standing),
    ]


# -- The cells of one packet


def cells_of(packet: Packet, scale: ScaleWords) -> Mapping[int, BoardCell]:
    """The cells of one packet by dimension, without zones: those need the rest of the board. One statement.

    The caller has asked the policy for READ_MANAGER_RATING and READ_PEER_RATINGS.
    """
    asked = select(func.count()).where(
        Assignment.packet_id == RatingCounts.packet_id, Assignment.state.in_(ASKED_EVER)
    )
    row = db.session.execute(
        select(RatingCounts.cells, asked.scalar_subquery().label("asked")).where(
            RatingCounts.packet_id == packet.id
        )
    ).one_or_none()
    if row is None:
        return {}
    cell = _cells(scale)
    return {dimension: cell((*counted, row.asked), None) for dimension, *counted in row.cells}


# -- The read log


def log_cells(access: CycleAccess, candidate: Candidate, cells: Iterable[BoardCell | None]) -> None:
    """Note that these cells of the candidate are shown. One in which no rating is shows nothing."""
    if any(cell.counts.has_ratings for cell in cells if cell):
        shown(
            Action.SEE_BOARD_ROW,
            packet=candidate.packet_id,
            cycle=access.cycle.id,
            phase=candidate.standing.phase,
        )
