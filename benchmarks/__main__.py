"""All that is measured, in one run on SQLite and PostgreSQL, as ratios where the machine should not count.

python -m benchmarks            everything; the figures go into docs/performance.md
python -m benchmarks --short    the board and the other pages, small and medium, within half a minute
python -m benchmarks --part rush --part startup --database SQLite
"""

import argparse
import os
import shlex
import sys
from collections.abc import Iterator

from benchmarks import board, data, outline, pages, report, rush, startup
from benchmarks.asking import FULL, SHORT
from benchmarks.machine import application, described, load_average, servers, today
from benchmarks.report import Table, in_markdown
from tests.databases import Databases

PARTS = ("board", "pages", "startup", "rush", "reading")
PRODUCTS = ("SQLite", "PostgreSQL")
#: Where each part looks, by size; the others need no loaded company.
SIZES = {"board": ("S", "M", "L", "XL"), "pages": ("S", "L", "XL"), "startup": ("L",)}
SHORT_SIZES = {"board": ("S", "M"), "pages": ("S",)}


class Run:
    """One run: its tables are printed as they come, and kept."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.parts = asked.part or (("board", "pages") if asked.short else PARTS)
        self.products = asked.database or PRODUCTS
        self.sizes = SHORT_SIZES if asked.short else SIZES
        self.effort = SHORT if asked.short else FULL
        #: A document shows figures of one run.
        self.is_whole = not (asked.short or asked.part or asked.database)
        self.text: list[str] = []

    def say(self, text: str) -> None:
        self.text.append(text)
        print(text, flush=True)

    def show(self, table: Table) -> None:
        self.say(in_markdown(table))

    def measure(self) -> None:
        command = shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]])
        with servers(self.products) as databases:
            versions = [each.product for each in databases.values()]
            self.say(
                f"`{command}` on {today()}: {described(versions)}."
                f" Load average before: {load_average()}.\n"
            )
            self._pages(databases)
            if "rush" in self.parts:
                found = {
                    product: rush.measure(each, product, rush.RATE, rush.SECONDS)
                    for product, each in databases.items()
                }
                self.show(rush.table(found))
        if "startup" in self.parts:
            self.show(startup.table())
        if "reading" in self.parts:
            self.say("### Reading a ladder\n\n```")
            for line in outline.lines():
                self.say(line)
            self.say("```\n")
        self.say(f"Load average after: {load_average()}.")
        if self.is_whole:
            report.write("\n".join(self.text))

    def _pages(self, databases: dict[str, Databases]) -> None:
        """The parts that ask a loaded company, size by size."""
        memory: dict[str, tuple[float, float]] = {}
        for product, each in databases.items():
            boards: list[board.Measured] = []
            costs: dict[str, dict[str, pages.Measured | None]] = {}
            for size, parts in self._sizes():
                print(f"{product}, {size}: {', '.join(sorted(parts))}", file=sys.stderr, flush=True)
                with application(each) as app:
                    with app.app_context():
                        site = data.load_site(data.SIZES[size])
                        data.settle()
                    if "board" in parts:
                        boards += board.measure(app, size, site, self.effort)
                    if "pages" in parts:
                        costs[size] = pages.measure(app, site, self.effort)
                    if "startup" in parts:
                        memory[product] = startup.memory(app, site)
            if boards:
                self.show(board.table(product, boards))
                self.show(board.size_table(product, boards))
            if costs:
                self.show(pages.table(product, costs))
        if memory:
            self.show(startup.memory_table(memory))

    def _sizes(self) -> Iterator[tuple[str, set[str]]]:
        """Each size that is asked for, and by which parts."""
        for size in data.SIZES:
            parts = {part for part in self.parts if size in self.sizes.get(part, ())}
            if parts:
                yield size, parts


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument(
        "--short", action="store_true", help="within half a minute, before a commit"
    )
    parser.add_argument("--part", action="append", choices=PARTS, help="all if not given")
    parser.add_argument("--database", action="append", choices=PRODUCTS, help="both if not given")
    asked = parser.parse_args()
    os.environ["LEVELSET_MODE"] = "test"
    for secret in ("SECRET_KEY", "AUDIT_KEY"):
        os.environ.pop(secret, None)
    Run(asked).measure()


if __name__ == "__main__":
    main()
