"""What each page costs, and whether that grows with what the page does not show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from flask import Flask

from benchmarks.asking import Effort, cost_of, page_of, statements, warm_up
from benchmarks.data import SIZES, Site
from benchmarks.machine import Processor, engine_of
from benchmarks.report import Table, number

_SLOW = 500.0
_ASKS_IF_SLOW = 3


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    #: An attribute of the site: whose page it is.
    viewer: str
    address: Callable[[Site], str]
    #: Processor milliseconds, at every size.
    goal: str = ""
    #: The same before, at 30 / 1,000 / 10,000 packets.
    before: str = ""


PAGES = (
    Page("inbox of the chair", "chair", lambda _: "/", "10", "30 / 200 / -"),
    Page("inbox of a member", "member", lambda _: "/", "10", "30 / 200 / -"),
    Page("board of the chair", "chair", lambda site: f"/cycles/{site.calibration}/board"),
    Page(
        "two candidates side by side",
        "chair",
        lambda site: f"/cycles/{site.calibration}/compare?packet={'&packet='.join(site.packets)}",
        "20",
        "20 / 155 to 255 / -",
    ),
    Page("cycles, for the owner", "owner", lambda _: "/cycles", "10", "10 to 14 / 27 / 87"),
    Page(
        "cycle, for the owner",
        "owner",
        lambda site: f"/cycles/{site.calibration}",
        "10",
        "10 to 14 / 27 / 87",
    ),
    Page(
        "progress, for the owner",
        "owner",
        lambda site: f"/cycles/{site.rating}/progress",
        "30",
        "30 / 608 / 8,641",
    ),
    Page(
        "conflict questions of the chair",
        "chair",
        lambda site: f"/cycles/{site.rating}/conflicts",
        "30",
        "26 / 985 to 1,185 / -",
    ),
    Page(
        "setting a conflict, for the owner",
        "owner",
        lambda site: f"/cycles/{site.rating}/conflicts/set",
    ),
    Page(
        "audit log of a cycle, 50 lines",
        "owner",
        lambda site: f"/cycles/{site.calibration}/audit",
        "20",
        "45 / - / 295",
    ),
    Page("packet, for the chair", "chair", lambda site: f"/packets/{site.packets[0]}", "15"),
    Page("packet, for the owner", "owner", lambda site: f"/packets/{site.packets[0]}", "15"),
    Page(
        "packet, for the candidate", "candidate", lambda site: f"/packets/{site.packets[0]}", "15"
    ),
)
#: Measured before on one product alone.
_BEFORE_ON_POSTGRESQL = {
    "packet, for the chair": "40 to 63",
    "packet, for the owner": "40 to 63",
    "packet, for the candidate": "40 to 63",
}


@dataclass(frozen=True, slots=True)
class Measured:
    #: Processor milliseconds of the application and, on PostgreSQL, of the database.
    cpu: float
    statements: int
    #: Characters of all statements, and of the longest.
    text: int
    longest: int
    bytes: int


def measure(app: Flask, site: Site, effort: Effort) -> dict[str, Measured]:
    return {page.name: _measured(app, site, page, effort) for page in PAGES}


def _measured(app: Flask, site: Site, page: Page, effort: Effort) -> Measured:
    ask = page_of(app, getattr(site, page.viewer), page.address(site))
    warm_up(effort.warm_up, ask)
    engine = engine_of(app)
    processor = Processor(engine)
    asks = effort.asks if cost_of(ask, processor).wall < _SLOW else _ASKS_IF_SLOW
    cpu = median(cost_of(ask, processor).cpu for _ in range(asks))
    with statements(engine) as seen:
        html = ask()
    return Measured(
        cpu=cpu,
        statements=len(seen),
        text=sum(map(len, seen)),
        longest=max(map(len, seen)),
        bytes=len(html),
    )


# -- What is printed


def table(product: str, found: Mapping[str, Mapping[str, Measured]]) -> Table:
    """Of one product: size -> name of the page -> what it costs. Figures stand in the order of the sizes."""
    sizes = " / ".join(f"{SIZES[size].candidates:,}" for size in found)
    rows = []
    for page in PAGES:
        each = [pages[page.name] for pages in found.values()]
        before = page.before if product == "SQLite" else _BEFORE_ON_POSTGRESQL.get(page.name, "")
        rows.append(
            (
                page.name,
                " / ".join(number(one.cpu) for one in each),
                page.goal,
                before,
                _once([f"{one.statements}" for one in each]),
                _once([f"{one.text / 1000:.1f}" for one in each]),
                _once([f"{one.longest / 1000:.1f}" for one in each]),
                _once([number(one.bytes / 1000) for one in each]),
            )
        )
    return Table(
        f"Other pages, {product}, at {sizes} packets",
        (
            "page",
            "processor, ms",
            "goal",
            "before",
            "statements",
            "all their text, kB",
            "the longest, kB",
            "page, kB",
        ),
        rows,
    )


def _once(figures: Sequence[str]) -> str:
    """A figure that is the same at every size is said once."""
    return figures[0] if len(set(figures)) == 1 else " / ".join(figures)
