"""One page of the board, as values: rows in groups, and what they share, once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from reviews.access.panel_standing import PanelStanding, panel_standings
from reviews.calibration.board.queries import (
    BoardCell,
    BoardColumn,
    BoardRows,
    Candidate,
    Population,
    Stubs,
    TargetLevel,
    candidates_told_apart,
    columns_of,
    log_cells,
    stubs,
)
from reviews.db.pagination import PAGE_SIZE, Page
from reviews.display.board_cell import CellDrawing, CellFace
from reviews.display.formatting import count
from reviews.rules.enums import PacketStage


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell with what its page calls the parts of its name."""

    face: CellFace
    named_by: str


@dataclass(frozen=True, slots=True)
class BoardRow:
    candidate: Candidate
    named_by: str
    #: In the order of the headings; None where the dimension asks nothing of the candidate.
    cells: tuple[PlacedCell | None, ...]
    #: Cells to talk about, and what to say where there is no such number.
    to_discuss: int
    agenda: str
    #: A status of the status tag, with what follows its word.
    status: str
    detail: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A dimension over its column."""

    key: str
    name: str
    expectations: str


@dataclass(frozen=True, slots=True)
class BoardGroup:
    """Candidates for one target level, whatever else they are grouped by."""

    anchor: str
    title: str
    note: str
    target: TargetLevel
    headings: tuple[Heading, ...]
    rows: tuple[BoardRow, ...]
    #: Rows in which the viewer would see zones, but too few raters link them to others.
    unlinked: tuple[str, ...]


@dataclass
class SharedParts:
    """What the cells of a page are made of: each distinct part once, by its id on the page."""

    drawings: dict[str, CellDrawing] = field(default_factory=dict)
    phrases: dict[str, str] = field(default_factory=dict)
    _faces: dict[CellFace, str] = field(default_factory=dict)

    def phrase(self, words: str) -> str:
        return self.phrases.setdefault(words, f"w{len(self.phrases)}")

    def face(self, face: CellFace) -> str:
        """The ids of the phrases of a face."""
        named_by = self._faces.get(face)
        if named_by is None:
            self.drawings[face.drawing.id] = face.drawing
            named_by = self._faces[face] = " ".join(map(self.phrase, face.phrases))
        return named_by


@dataclass(frozen=True, slots=True)
class BoardPage:
    ladders: tuple[str, ...]
    population: Population
    #: The candidates whom the filters leave.
    pagination: Page
    groups: tuple[BoardGroup, ...]
    stubs: Stubs
    shared: SharedParts
    shows_zones: bool

    @property
    def is_filtered(self) -> bool:
        return self.pagination.total < self.population.size


def board_page(rows: BoardRows, *, now: datetime) -> BoardPage | None:
    """The page of the board that was asked for, or None where there is no such page."""
    number = rows.choice.page
    offset = (number - 1) * PAGE_SIZE
    window = rows.read(max(0, offset - 1))
    before = window.pop(0) if offset and window else None
    pagination = Page(number, rows=lambda _offset, _limit: window, count=rows.count)
    if not pagination.items and number > 1:
        return None
    shown = candidates_told_apart(pagination.items)
    for candidate in shown:
        log_cells(rows.access, candidate, candidate.cells.values())
    after = window[PAGE_SIZE] if len(window) > PAGE_SIZE else None
    columns = columns_of({each.target.version_id for each in shown}) if shown else {}
    panels = _panels(shown, now)
    assembly = _BoardAssembly(rows.population, rows.choice.group, columns, panels)
    return BoardPage(
        ladders=tuple(
            dict.fromkeys(
                f"{level.ladder} ladder, version {level.number}"
                for level in rows.levels
                if level.id in rows.population.levels
            )
        ),
        population=rows.population,
        pagination=pagination,
        groups=tuple(
            assembly.group(
                f"group-{place}",
                tuple(members),
                continued=before is not None and _group_of(before) == key,
                goes_on=after is not None and _group_of(after) == key,
            )
            for place, (key, members) in enumerate(groupby(shown, key=_group_of), start=1)
        ),
        stubs=stubs(rows.access, reaches=rows.population.reaches),
        shared=assembly.shared,
        shows_zones=any(each.rights.sees_zone for each in shown),
    )


def _group_of(candidate: Candidate) -> tuple[int, str]:
    """Levels are never mixed, whatever else was asked for."""
    return candidate.target.id, candidate.label


def _panels(shown: Iterable[Candidate], now: datetime) -> Mapping[int, PanelStanding]:
    """The panels whose votes are still coming in, for whoever may see who has voted."""
    voting = [
        c.packet_id for c in shown if c.stage is PacketStage.VOTING and c.rights.sees_who_voted
    ]
    return panel_standings(voting, now=now) if voting else {}


@dataclass(frozen=True)
class _BoardAssembly:
    """One page being put together, with what all of its rows share."""

    population: Population
    grouped_by: str
    columns: Mapping[int, Sequence[BoardColumn]]
    panels: Mapping[int, PanelStanding]
    shared: SharedParts = field(default_factory=SharedParts)

    def group(
        self, anchor: str, members: Sequence[Candidate], *, continued: bool, goes_on: bool
    ) -> BoardGroup:
        target, label = members[0].target, self.label(members[0])
        asked = [candidate.cells for candidate in members]
        columns = [
            column
            for column in self.columns[target.version_id]
            if any(column.dimension_id in cells for cells in asked)
        ]
        names = {
            column.dimension_id: self.shared.phrase(f"{column.name}, target {target.name}:")
            for column in columns
        }
        note = count(len(members), "candidate")
        if continued or goes_on:
            note += " on this page"
        return BoardGroup(
            anchor=anchor,
            title=f"{target.title}, {label}" if label else target.title,
            note=note,
            target=target,
            headings=tuple(_heading(column, asked) for column in columns),
            rows=tuple(self.row(candidate, names) for candidate in members),
            unlinked=tuple(
                each.name
                for each in members
                if each.rights.sees_zone and each.packet_id not in self.population.connected
            ),
        )

    def label(self, candidate: Candidate) -> str:
        """What the candidate's row is grouped by, in words."""
        if self.grouped_by != "manager":
            return candidate.label
        return self.population.managers.get(candidate.label, candidate.manager_name)

    def row(self, candidate: Candidate, columns: Mapping[int, str]) -> BoardRow:
        """A row of a group. columns: what names a cell's column, by dimension."""
        named_by = self.shared.phrase(f"{candidate.name},")
        status, detail = self.status(candidate)
        agenda = self.agenda(candidate)
        return BoardRow(
            candidate=candidate,
            named_by=named_by,
            cells=tuple(
                self.cell(candidate.cells.get(dimension), f"{named_by} {column}")
                for dimension, column in columns.items()
            ),
            to_discuss=0 if agenda else candidate.to_discuss,
            agenda=agenda,
            status=status,
            detail=detail,
        )

    def cell(self, cell: BoardCell | None, place: str) -> PlacedCell | None:
        if cell is None:
            return None
        return PlacedCell(cell.face, f"{place} {self.shared.face(cell.face)}")

    def agenda(self, candidate: Candidate) -> str:
        if candidate.stage is PacketStage.DECIDED:
            return "discussed"
        if not candidate.rights.sees_zone:
            return "after your ballot"
        if candidate.to_discuss:
            return ""
        linked = candidate.packet_id in self.population.connected
        return "none to discuss" if linked else "no zone"

    def status(self, candidate: Candidate) -> tuple[str, str]:
        if candidate.stage is PacketStage.WAITING:
            return "rating", ""
        panel = self.panels.get(candidate.packet_id)
        if panel is not None:
            return "voting", f"{len(panel.cast)} of {len(panel.voting)} in"
        if candidate.stage is PacketStage.VOTING and candidate.rights.cast:
            return "voting", "yours sealed"
        return candidate.stage.value, ""


def _heading(column: BoardColumn, asked: Iterable[Mapping[int, Any]]) -> Heading:
    counts = sorted(
        {
            cells[column.dimension_id].counts.expectations
            for cells in asked
            if column.dimension_id in cells
        }
    )
    numbers = " to ".join(str(each) for each in dict.fromkeys((counts[0], counts[-1])))
    return Heading(
        key=column.key,
        name=column.name,
        expectations=f"{numbers} expectation{'' if counts == [1] else 's'}",
    )
