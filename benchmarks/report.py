"""Tables of figures, printed and written into docs/performance.md."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
_FROM = "<!-- `make bench` writes what follows -->\n"
_TO = "<!-- down to here -->\n"


class Table(NamedTuple):
    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


def number(value: float) -> str:
    """With three digits where it has a fraction: 0.93, 7.61, 48.2, 8,641."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def in_markdown(table: Table) -> str:
    lines = [table.headings, *table.rows]
    widths = [max(len(line[n]) for line in lines) for n in range(len(table.headings))]
    # Names to the left, figures to the right.
    rule = [
        ("-" if n == 0 else "-" * (width - 1) + ":").ljust(width, "-")
        for n, width in enumerate(widths)
    ]

    def row(cells: Iterable[str]) -> str:
        return f"| {' | '.join(cells)} |"

    return "\n".join(
        (
            f"### {table.title}",
            "",
            row(_padded(table.headings, widths)),
            row(rule),
            *(row(_padded(line, widths)) for line in table.rows),
            "",
        )
    )


def _padded(cells: Sequence[str], widths: Sequence[int]) -> Iterable[str]:
    for n, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        yield cell.ljust(width) if n == 0 else cell.rjust(width)


def write(text: str) -> None:
    """Put the figures of a run in the place of those of the run before."""
    document = DOCUMENT.read_text(encoding="utf-8")
    before, start, rest = document.partition(_FROM)
    _, end, after = rest.partition(_TO)
    if not (start and end):
        raise RuntimeError(f"{DOCUMENT.name} does not say where the figures belong")
    DOCUMENT.write_text(f"{before}{start}\n{text}\n{end}{after}", encoding="utf-8")
