"""How many times the least possible work the calibration board costs.

The real board, signed in as the chair through the whole application, and in turn with it the floor: a bare function
with one aggregate statement and string joins over the same packets. Their ratio may be compared between machines.
"""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import Client

from benchmarks import floor
from benchmarks.asking import Ask, Cost, Effort, cost_of, page_of, warm_up
from benchmarks.data import SIZES, Site, Size, load
from benchmarks.machine import Processor, engine_of
from benchmarks.report import Table, number
from reviews.calibration.board import page, queries
from reviews.db import pagination
from reviews.db.pagination import PAGE_SIZE

__all__ = ["SIZES", "Size", "load", "measure", "size_table", "table"]

#: Asks of each kind in one round, taken in turn; of slow ones fewer.
ASKS = 5
_SLOW = 500.0
_GZIP = 6

#: By size and whether the page holds all rows: the goal, and what was measured before on SQLite and PostgreSQL.
_GOALS = {
    ("S", True): ("5", "7.6, 8.9 again", "16.0"),
    ("M", True): ("2", "3.9, 4.0 again", "8.9"),
    ("L", True): ("1.5", "2.6, 2.6 again", "4.1"),
    ("XL", False): ("2.5", "220", "211"),
}
_NO_GOAL = ("", "", "")


@dataclass(frozen=True, slots=True)
class Measured:
    size: str
    #: Whether all candidates were to be on one page.
    whole: bool
    rows: int
    least_rows: int
    #: In milliseconds, the median of the rounds.
    ours: float
    least: float
    #: Of the medians of each round, ascending.
    ratios: tuple[float, ...]
    cpu_ratio: float
    bytes: int
    gzipped: int


def measure(app: Flask, size: str, site: Site, effort: Effort) -> list[Measured]:
    """The page as people get it, and all candidates on one page where that is another one and of a bearable size."""
    candidates = SIZES[size].candidates
    found = []
    if candidates > PAGE_SIZE:
        found.append(_measured(app, size, site, effort, whole=False))
    if size != "XL":
        with _all_on_one_page(candidates):
            found.append(_measured(app, size, site, effort, whole=True))
    return found


@contextmanager
def _all_on_one_page(candidates: int) -> Iterator[None]:
    size = max(PAGE_SIZE, candidates)
    cut: list[tuple[Any, str, int]] = [
        (pagination, "PAGE_SIZE", size),
        (page, "PAGE_SIZE", size),
        (queries, "ROWS_READ", size + 2),
    ]
    before = [(module, name, getattr(module, name)) for module, name, _ in cut]
    try:
        for module, name, value in cut:
            setattr(module, name, value)
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)


def _measured(app: Flask, size: str, site: Site, effort: Effort, *, whole: bool) -> Measured:
    ours = page_of(app, site.chair, f"/cycles/{site.calibration}/board")
    # The product's connections may behave in any way; the floor's are as they come.
    engine = sa.create_engine(engine_of(app).url)
    bare = Client(floor.board(engine, site.cycle_id, None if whole else PAGE_SIZE))

    def least() -> bytes:
        html: bytes = bare.get("/").data
        return html

    warm_up(effort.warm_up, ours, least)
    html, plain = ours(), least()
    if whole and _rows(html) != SIZES[size].candidates:
        raise RuntimeError(f"The page size was raised, and the board shows {_rows(html)} rows")
    costs = _rounds(ours, least, effort.rounds, Processor(engine))
    engine.dispose()
    medians = [
        (median(mine.wall for mine, _ in pairs), median(theirs.wall for _, theirs in pairs))
        for pairs in costs
    ]
    used = [(mine.cpu, theirs.cpu) for pairs in costs for mine, theirs in pairs]
    return Measured(
        size=size,
        whole=whole,
        rows=_rows(html),
        least_rows=_rows(plain),
        ours=median(mine for mine, _ in medians),
        least=median(theirs for _, theirs in medians),
        ratios=tuple(sorted(mine / theirs for mine, theirs in medians)),
        cpu_ratio=sum(mine for mine, _ in used) / sum(theirs for _, theirs in used),
        bytes=len(html),
        gzipped=len(gzip.compress(html, _GZIP)),
    )


def _rounds(
    ours: Ask, least: Ask, rounds: int, processor: Processor
) -> list[list[tuple[Cost, Cost]]]:
    asks = 1 if cost_of(ours, processor).wall > _SLOW else ASKS
    return [
        [(cost_of(ours, processor), cost_of(least, processor)) for _ in range(asks)]
        for _ in range(rounds)
    ]


def _rows(html: bytes) -> int:
    return html.count(b"<tr") - html.count(b"<thead")


# -- What is printed


def table(product: str, found: list[Measured]) -> Table:
    rows = []
    for each in found:
        goal, *before = _GOALS.get((each.size, each.whole), _NO_GOAL)
        low, high = each.ratios[0], each.ratios[-1]
        candidates, dimensions, raters = SIZES[each.size]
        rows.append(
            (
                f"{each.size} {candidates:,} x {dimensions} x {raters}",
                "all" if each.whole else f"a page of {PAGE_SIZE}",
                f"{each.rows:,} / {each.least_rows:,}",
                number(each.ours),
                number(each.least),
                f"**{number(median(each.ratios))}** [{number(low)} to {number(high)}]",
                number(each.cpu_ratio),
                goal,
                before[product == "PostgreSQL"],
            )
        )
    return Table(
        f"Board against the floor, {product}",
        (
            "candidates x dimensions x raters",
            "asked for",
            "rows: board / floor",
            "board, ms",
            "floor, ms",
            "ratio [lowest to highest round]",
            "ratio of processor time",
            "goal",
            "before",
        ),
        rows,
    )


def size_table(product: str, found: list[Measured]) -> Table:
    return Table(
        f"Bytes of the board for each candidate on it, {product}",
        ("size", "rows", "plain", "gzipped", "goal", "before"),
        [
            (
                each.size,
                f"{each.rows:,}",
                f"{each.bytes / each.rows / 1000:.2f} kB",
                f"{each.gzipped / each.rows:.0f} B",
                "1.0 kB, 80 B",
                "3.7 kB, 357 B",
            )
            for each in {(each.size, each.rows): each for each in found}.values()
        ],
    )
