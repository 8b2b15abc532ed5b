"""Whether reading a ladder takes time in proportion to its length.

    python -m benchmarks.outline

Reads a ladder of 50, 100, 200 and 400 KB as Markdown, as a page and as a table, and tables up to the longest that may
be uploaded; then documents up to the largest, which consist of one awkward piece over and over; then makes ladders of
more and more levels, tracks and dimensions. Prints how many times as long each took as the one half its size: 2 is in
proportion, 4 is a step of quadratic cost.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import pairwise

from ladders.document import Source
from ladders.importing.markdown import read_markdown
from ladders.importing.markup import read_page
from ladders.importing.pipeline import MOST_LINES, read_upload
from ladders.importing.proposal import File, propose
from ladders.importing.tabular import read_table
from ladders.importing.text import MAX_BYTES, Document

KILOBYTE = 1_000
OF_A_LADDER = (50 * KILOBYTE, 100 * KILOBYTE, 200 * KILOBYTE, 400 * KILOBYTE)
OF_PIECES = (MAX_BYTES // 8, MAX_BYTES // 4, MAX_BYTES // 2, MAX_BYTES)
#: As many lines as may be uploaded, in halves.
OF_ROWS = (MOST_LINES // 8, MOST_LINES // 4, MOST_LINES // 2, MOST_LINES - 1)
SAID = "Explains a decision to people who were not there, and changes it when they know better"
LADDERS: tuple[tuple[str, str, Callable[[str], object]], ...] = (
    (
        "Markdown",
        f"## Level 1\n\nIn short.\n\n### Taste\n\n- {SAID}.\n- {SAID}.\n\n",
        read_markdown,
    ),
    ("a page", f"<h2>Level 1</h2><h3>Taste</h3><ul><li>{SAID}.</li>\n</ul>\n", read_page),
    ("a table", "Level 1,Taste,Explains a decision to people who were not there\n", read_table),
)
PIECES = (
    "- x\n",
    "> - x\n",
    "[](",
    '[a](b "',
    "![",
    "[a][",
    "<a ",
    "&amp;",
    "- - ",
    "a\n---\n",
    "<!-- ",
    "**",
    "(",
    "|a|b|\n|-|-|\n",
    "<table><tr><td>x",
    "<ul><li>",
)
COUNTS = (60, 120, 240, 480)


def many_levels(count: int) -> str:
    return "".join(f"## Engineer {n}\n### Taste\n- x{n}\n- y\n" for n in range(count))


def many_tracks(count: int) -> str:
    lists = "".join(f"## Line {n}\n- [Engineer {n}](#l{n})\n" for n in range(count))
    levels = "".join(
        f'<a id="l{n}"></a>\n## Engineer {n}\n### Taste\n- x{n}\n' for n in range(count)
    )
    return f"# T\n\nThe lower levels cascade up.\n\n{lists}{levels}"


def many_dimensions(count: int) -> str:
    return "".join(f"## Taste {n}\n### Level 1\n- x\n### Level 2\n- y\n" for n in range(count))


def many_rows(row: str) -> Callable[[int], str]:
    """A table of one head over so many rows, each with its number in it."""
    return lambda count: (
        "Level,Dimension,Expectation\n" + "".join(row.format(n) for n in range(count))
    )


#: Rows that once took the square of their number.
TABLES = {
    "levels in rows": many_rows("Level {0},Taste,does thing {0}\n"),
    "dimensions": many_rows("Level 1,Taste {0},does thing {0}\n"),
    "both": many_rows("Level {0},Taste {0},does thing {0}\n"),
}


def read_file(text: str) -> object:
    return read_upload("a.csv", text.encode())


def seconds(read: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    # What is refused counts until then.
    with suppress(ValueError):
        read(text)
    return time.process_time() - started


def line(name: str, read: Callable[[str], object], texts: Sequence[str]) -> str:
    seconds(read, texts[0][:10_000])
    taken = [seconds(read, text) for text in texts]
    ratios = (f"{later:8.2f} s x {later / before:4.1f}" for before, later in pairwise(taken))
    return f"{name:16}{taken[0]:8.2f} s {' '.join(ratios)}"


def make_ladder(text: str) -> object:
    document = Document(text, text, "none", ())
    return propose([File("a.md", document)], "untitled", Source()).ladder()


def long(piece: str, sizes: Sequence[int]) -> list[str]:
    return [piece * (size // len(piece)) for size in sizes]


def lines() -> Iterator[str]:
    """The whole measurement, line by line."""
    yield f"a ladder of {', '.join(f'{size // KILOBYTE} KB' for size in OF_A_LADDER)}"
    for name, piece, read in LADDERS:
        yield line(name, read, long(piece, OF_A_LADDER))
    yield f"a file of {', '.join(map(str, OF_ROWS))} rows"
    for name, written in TABLES.items():
        yield line(name, read_file, [written(count) for count in OF_ROWS])
    yield f"awkward pieces of {', '.join(f'{size // 1024} KB' for size in OF_PIECES)}"
    for piece in PIECES:
        yield line(repr(piece), read_markdown, long(piece, OF_PIECES))
    yield "the same as pages"
    for piece in PIECES:
        yield line(repr(piece), read_page, long(piece, OF_PIECES))
    yield f"a ladder of {', '.join(map(str, COUNTS))}"
    for write in (many_levels, many_tracks, many_dimensions):
        texts = [write(count) for count in COUNTS]
        yield line(write.__name__, make_ladder, texts)


def main() -> None:
    for each in lines():
        print(each, flush=True)


if __name__ == "__main__":
    main()
