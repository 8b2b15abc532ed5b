"""What each page costs, and whether that grows with what the page does not show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from flask import Flask

from benchmarks.asking import LIMIT, Cost, Effort, TooSlow, cost_of, page_of, statements, warm_up
from benchmarks.data import SIZES, Site
from benchmarks.machine import Processor, engine_of, engines_of
from benchmarks.report import Table, number

#: Milliseconds after which a slow page is not asked for once more.
_PATIENCE = 3000.0


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


def measure(app: Flask, site: Site, effort: Effort) -> dict[str, Measured | None]:
    """By the name of the page; None for one that was given up."""
    found: dict[str, Measured | None] = {}
    for page in PAGES:
        try:
            found[page.name] = _measured(app, site, page, effort)
        except TooSlow:
            found[page.name] = None
    return found


def _measured(app: Flask, site: Site, page: Page, effort: Effort) -> Measured:
    ask = page_of(app, getattr(site, page.viewer), page.address(site))
    warm_up(effort.warm_up, ask)
    processor = Processor(engine_of(app))
    costs: list[Cost] = []
    with statements(engines_of(app)) as seen:
        while len(costs) < effort.asks:
            costs.append(cost_of(ask, processor))
            if sum(cost.wall for cost in costs) > _PATIENCE:
                break
    each = seen[: len(seen) // len(costs)]
    return Measured(
        # Over all of them: some systems count processor time in steps that are as long as a short request.
        cpu=mean(cost.cpu for cost in costs),
        statements=len(each),
        text=sum(map(len, each)),
        longest=max(map(len, each)),
        bytes=costs[-1].bytes,
    )


# -- What is printed


def table(product: str, found: Mapping[str, Mapping[str, Measured | None]]) -> Table:
    """Of one product: size -> name of the page -> what it costs. Figures stand in the order of the sizes."""
    sizes = " / ".join(f"{SIZES[size].candidates:,}" for size in found)
    rows = []
    for page in PAGES:
        each = [pages[page.name] for pages in found.values()]
        before = page.before if product == "SQLite" else _BEFORE_ON_POSTGRESQL.get(page.name, "")
        rows.append(
            (
                page.name,
                " / ".join(
                    f"over {LIMIT * 1000:,}" if one is None else number(one.cpu) for one in each
                ),
                page.goal,
                before,
                _once(each, lambda one: f"{one.statements}"),
                _once(each, lambda one: f"{one.text / 1000:.1f}"),
                _once(each, lambda one: f"{one.longest / 1000:.1f}"),
                _once(each, lambda one: number(one.bytes / 1000)),
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


def _once(each: Sequence[Measured | None], figure: Callable[[Measured], str]) -> str:
    """A figure that is the same at every size is said once."""
    figures = ["?" if one is None else figure(one) for one in each]
    return figures[0] if len(set(figures)) == 1 else " / ".join(figures)
