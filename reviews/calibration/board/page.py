"""The board as values: filtered, grouped, sorted and paged, the cells of a row drawn as one string."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from markupsafe import Markup, escape

from reviews.access.panel_standing import PanelStanding, panel_standings
from reviews.calibration.board.forms import Choice
from reviews.calibration.board.queries import (
    BoardCell,
    BoardColumn,
    BoardData,
    Candidate,
    Stub,
    TargetLevel,
)
from reviews.display import board_cell
from reviews.rules.enums import PacketStage

#: A page holds whole groups, up to this many candidates or else one group.
PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class BoardRow:
    packet: str
    name: str
    url: str
    manager: str
    #: All of the row's cells, as HTML.
    cells: Markup
    #: Cells to talk about, and what to say where there is no such number.
    to_discuss: int
    agenda: str
    #: A status of the status tag, with what follows its word.
    status: str
    detail: str
    #: Where the viewer's own ballot waits.
    ballot_url: str | None


@dataclass(frozen=True, slots=True)
class Heading:
    """A dimension over its column, with the way to its text at this level."""

    name: str
    url: str
    expectations: str


@dataclass(frozen=True, slots=True)
class BoardGroup:
    """Candidates for one target level, whatever else they are grouped by."""

    anchor: str
    title: str
    note: str
    headings: tuple[Heading, ...]
    rows: tuple[BoardRow, ...]
    #: Rows in which the viewer would see zones, but too few raters link them to others.
    unlinked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageLink:
    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Board:
    ladders: tuple[str, ...]
    groups: tuple[BoardGroup, ...]
    stubs: tuple[Stub, ...]
    #: Candidates this viewer reads, and how many of them the filters leave.
    total: int
    found: int
    ballots: int
    sealed: int
    next_ballot_url: str | None
    shows_zones: bool
    #: Whether some zones wait for a ballot of the viewer's own.
    hides_zones: bool
    pages: tuple[PageLink, ...]
    summary: str


def levels_of(seen: BoardData) -> list[tuple[str, str]]:
    """The target levels to filter by, as (value, words), highest first."""
    targets = {candidate.target for candidate in seen.candidates}
    return [(t.value, _named(t)) for t in sorted(targets, key=lambda t: _level_order(seen, t))]


def managers_of(seen: BoardData) -> list[tuple[str, str]]:
    found = {candidate.manager: candidate.manager_name for candidate in seen.candidates}
    return sorted(found.items(), key=lambda manager: (manager[1].casefold(), manager[0]))


def arrange(seen: BoardData, choice: Choice, *, cycle: str, now: datetime) -> Board | None:
    """The page of the board that was asked for, or None where there is no such page. One statement at most."""
    found = [candidate for candidate in seen.candidates if _passes(seen, candidate, choice)]
    pages = _paged(_grouped(seen, found, choice))
    if choice.page > len(pages):
        return None
    groups = pages[choice.page - 1]
    shown = [candidate for _, members in groups for candidate in members]
    drawing = _Drawing(seen, _benches(shown, now))
    ballots = [c for c in seen.candidates if c.rights.owes or c.rights.cast]
    owed = next((c for c in ballots if c.rights.owes), None)
    return Board(
        ladders=tuple(
            f"{columns[0].ladder} ladder, version {columns[0].number}"
            for _, columns in sorted(seen.columns.items())
        ),
        groups=tuple(
            drawing.group(f"group-{n}", label, members)
            for n, (label, members) in enumerate(groups, start=1)
        ),
        stubs=seen.stubs,
        total=len(seen.candidates),
        found=len(found),
        ballots=len(ballots),
        sealed=sum(c.rights.cast for c in ballots),
        next_ballot_url=url_for("calibration.committee.ballot", packet=owed.packet)
        if owed
        else None,
        shows_zones=any(c.rights.sees_zone for c in shown),
        hides_zones=any(not c.rights.sees_zone for c in ballots),
        pages=_page_links(len(pages), choice, cycle),
        summary=f"{len(shown)} of {len(found)} candidates",
    )


# -- Choosing, grouping, paging


def _passes(seen: BoardData, candidate: Candidate, choice: Choice) -> bool:
    return (
        choice.level in {"", candidate.target.value}
        and choice.manager in {"", candidate.manager}
        and choice.stage in {"", candidate.stage.value}
        and choice.text.casefold() in candidate.name.casefold()
        and (not choice.flag or _is_flagged(seen, candidate, choice.flag))
    )


def _is_flagged(seen: BoardData, candidate: Candidate, flag: str) -> bool:
    cells = seen.cells.get(candidate.packet_id, {}).values()
    if flag == "coverage_hole":
        return any(cell.summary.coverage_hole for cell in cells)
    return any(cell.summary.disagree for cell in cells)


def _to_discuss(seen: BoardData, candidate: Candidate) -> int:
    return sum(cell.to_discuss for cell in seen.cells.get(candidate.packet_id, {}).values())


_Group = tuple[str, list[Candidate]]


def _grouped(seen: BoardData, found: Iterable[Candidate], choice: Choice) -> list[_Group]:
    """By target level, and within a level by what else was asked for: levels are never mixed."""
    labels: Mapping[str, Callable[[Candidate], str]] = {
        "level": lambda _: "",
        "manager": lambda c: c.manager_name,
        "unit": lambda c: c.unit or "No unit",
    }
    label = labels[choice.group]
    groups: dict[tuple[TargetLevel, str], list[Candidate]] = {}
    for candidate in found:
        groups.setdefault((candidate.target, label(candidate)), []).append(candidate)
    ordered = sorted(
        groups.items(), key=lambda group: (_level_order(seen, group[0][0]), group[0][1].casefold())
    )
    return [(name, _sorted(seen, members, choice.sort)) for (_, name), members in ordered]


def _level_order(seen: BoardData, target: TargetLevel) -> tuple[str, int, int, str]:
    ladder = seen.columns[target.version_id][0]
    return ladder.ladder.casefold(), -ladder.number, -target.rank, target.level


def _sorted(seen: BoardData, members: list[Candidate], sort: str) -> list[Candidate]:
    """By what was asked for; the agenda, an order by lot, settles everything else."""
    if sort == "name":
        return sorted(members, key=lambda c: c.name.casefold())
    if sort == "manager":
        return sorted(members, key=lambda c: c.manager_name.casefold())
    if sort == "discuss":
        return sorted(members, key=lambda c: -_to_discuss(seen, c))
    return members


def _paged(groups: Sequence[_Group]) -> list[list[_Group]]:
    pages: list[list[_Group]] = [[]]
    size = 0
    for group in groups:
        if pages[-1] and size + len(group[1]) > PAGE_SIZE:
            pages.append([])
            size = 0
        pages[-1].append(group)
        size += len(group[1])
    return pages


def _page_links(count: int, choice: Choice, cycle: str) -> tuple[PageLink, ...]:
    asked = {
        "level": choice.level,
        "manager": choice.manager,
        "stage": choice.stage,
        "flag": choice.flag,
        "q": choice.text,
        "group": choice.group,
        "sort": choice.sort,
    }
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return tuple(
        PageLink(
            str(page),
            url_for("calibration.board.show", cycle=cycle, **given, page=page),
            page == choice.page,
        )
        for page in range(1, count + 1)
    )


def _benches(shown: Iterable[Candidate], now: datetime) -> Mapping[int, PanelStanding]:
    """The panels whose votes are still coming in, for whoever may see who has voted."""
    voting = [
        c.packet_id for c in shown if c.stage is PacketStage.VOTING and c.rights.sees_who_voted
    ]
    return panel_standings(voting, now=now) if voting else {}


# -- Drawing


def _named(target: TargetLevel) -> str:
    return f"{target.name} ({target.code})" if target.code else target.name


def _address(endpoint: str) -> tuple[str, str]:
    """The address of a page of any packet, in the two parts around its public id: built once, not once per cell."""
    before, _, after = url_for(endpoint, packet="~").partition("~")
    return before, after


@dataclass(frozen=True, slots=True)
class _CellPlace:
    """What the cells of one column share, as HTML: escaped once for the whole column."""

    dimension_id: int
    opening: str
    label: str
    anchor: str


class _Drawing:
    """One page being drawn, with what all of its rows share."""

    def __init__(self, seen: BoardData, sitting: Mapping[int, PanelStanding]) -> None:
        self.seen = seen
        self.sitting = sitting
        self.ratings = _address("ratings.show")
        self.committee = _address("calibration.committee.show")
        self.packet = _address("packets.show")
        self.ballot = _address("calibration.committee.ballot")

    def group(self, anchor: str, label: str, members: Sequence[Candidate]) -> BoardGroup:
        target = members[0].target
        asked = [self.seen.cells.get(candidate.packet_id, {}) for candidate in members]
        columns = [
            column
            for column in self.seen.columns[target.version_id]
            if any(column.dimension_id in cells for cells in asked)
        ]
        places = [_place(column, target) for column in columns]
        return BoardGroup(
            anchor=anchor,
            title=f"{_named(target)}, {label}" if label else _named(target),
            note=f"{len(members)} candidate{'s' if len(members) > 1 else ''}",
            headings=tuple(_heading(column, target, asked) for column in columns),
            rows=tuple(
                self.row(candidate, cells, places)
                for candidate, cells in zip(members, asked, strict=True)
            ),
            unlinked=tuple(
                c.name
                for c in members
                if c.rights.sees_zone and c.packet_id not in self.seen.connected
            ),
        )

    def row(
        self, candidate: Candidate, cells: Mapping[int, BoardCell], places: Sequence[_CellPlace]
    ) -> BoardRow:
        rights = candidate.rights
        status, detail = self.status(candidate)
        to_discuss = _to_discuss(self.seen, candidate)
        agenda = self.agenda(candidate, to_discuss)
        page = self.committee if rights.opens_committee else self.packet
        return BoardRow(
            packet=candidate.packet,
            name=candidate.name,
            url=candidate.packet.join(page),
            manager=candidate.manager_name,
            cells=self.cells(candidate, cells, places),
            to_discuss=0 if agenda else to_discuss,
            agenda=agenda,
            status=status,
            detail=detail,
            ballot_url=candidate.packet.join(self.ballot) if rights.owes else None,
        )

    def cells(
        self, candidate: Candidate, cells: Mapping[int, BoardCell], places: Sequence[_CellPlace]
    ) -> Markup:
        name = str(escape(candidate.name))
        href = str(escape(candidate.packet.join(self.ratings)))
        drawn = []
        for place in places:
            cell = cells.get(place.dimension_id)
            plate = (
                '<span class="meta">not asked</span>'
                if cell is None
                else board_cell.wrap_cell(cell.plate, name + place.label, href + place.anchor)
            )
            drawn.append(f"{place.opening}{plate}</td>")
        return Markup("".join(drawn))  # noqa: S704 - joined of escaped names and plates

    def agenda(self, candidate: Candidate, to_discuss: int) -> str:
        if candidate.stage is PacketStage.DECIDED:
            return "discussed"
        if not candidate.rights.sees_zone:
            return "after your ballot"
        if to_discuss:
            return ""
        return "none to discuss" if candidate.packet_id in self.seen.connected else "no zone"

    def status(self, candidate: Candidate) -> tuple[str, str]:
        if candidate.stage is PacketStage.WAITING:
            return "rating", ""
        bench = self.sitting.get(candidate.packet_id)
        if bench is not None:
            return "voting", f"{len(bench.cast)} of {len(bench.voting)} in"
        if candidate.stage is PacketStage.VOTING and candidate.rights.cast:
            return "voting", "yours sealed"
        return candidate.stage.value, ""


def _place(column: BoardColumn, target: TargetLevel) -> _CellPlace:
    dimension = escape(column.name)
    return _CellPlace(
        dimension_id=column.dimension_id,
        opening=f'<td class="cell" role="cell"><span class="dimname">{dimension}</span>',
        label=f", {dimension}, target {escape(target.name)}",
        anchor=f"#d-{escape(column.key)}",
    )


def _heading(
    column: BoardColumn, target: TargetLevel, asked: Iterable[Mapping[int, BoardCell]]
) -> Heading:
    counts = sorted(
        {
            cells[column.dimension_id].counts.expectations
            for cells in asked
            if column.dimension_id in cells
        }
    )
    numbers = " to ".join(str(count) for count in dict.fromkeys((counts[0], counts[-1])))
    return Heading(
        name=column.name,
        url=url_for(
            "ladder_library.level",
            version=target.version,
            level=target.level,
            _anchor=column.key,
        ),
        expectations=f"{numbers} expectation{'' if counts == [1] else 's'}",
    )
