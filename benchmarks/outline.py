"""Whether reading a ladder takes time in proportion to its length.

    python -m benchmarks.outline

Reads documents of 1, 2, 4 and 8 MB that consist of one awkward piece over and over, then makes ladders of more and more
levels, tracks and dimensions. Prints how many times as long each took as the one half its size: 2 is in proportion, 4 is
a step of quadratic cost.
"""

import time
from collections.abc import Callable, Sequence
from itertools import pairwise

from ladders.document import Source
from ladders.importing.markdown import read_markdown
from ladders.importing.markup import read_page
from ladders.importing.proposal import File, propose
from ladders.importing.text import Document

MEGABYTES = (1, 2, 4, 8)
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
COUNTS = (200, 400, 800, 1600)


def many_levels(count: int) -> str:
    return "".join(f"## Level {n}\n### Taste\n- x{n}\n- y\n" for n in range(count))


def many_tracks(count: int) -> str:
    lists = "".join(f"## Line {n}\n- [Level {n}](#l{n})\n" for n in range(count))
    levels = "".join(f'<a id="l{n}"></a>\n## Level {n}\n### Taste\n- x{n}\n' for n in range(count))
    return f"# T\n\nThe lower levels cascade up.\n\n{lists}{levels}"


def many_dimensions(count: int) -> str:
    return "".join(
        f"## Level 1\n### Taste {n}\n- x\n## Level 2\n### Taste {n}\n- y\n" for n in range(count)
    )


def seconds(read: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    read(text)
    return time.process_time() - started


def line(name: str, read: Callable[[str], object], texts: Sequence[str]) -> str:
    read(texts[0][:10_000])
    taken = [seconds(read, text) for text in texts]
    ratios = (f"{later:8.2f} s x {later / before:4.1f}" for before, later in pairwise(taken))
    return f"{name:16}{taken[0]:8.2f} s {' '.join(ratios)}"


def make_ladder(text: str) -> object:
    document = Document(text, text, "none", ())
    return propose([File("a.md", document)], "untitled", Source()).ladder()


def main() -> None:
    print("the outline of", ", ".join(f"{size} MB" for size in MEGABYTES))
    for piece in PIECES:
        texts = [piece * (size * 1_000_000 // len(piece)) for size in MEGABYTES]
        print(line(repr(piece), read_markdown, texts), flush=True)
    print("the outline of the same as HTML pages")
    for piece in PIECES:
        texts = [piece * (size * 1_000_000 // len(piece)) for size in MEGABYTES]
        print(line(repr(piece), read_page, texts), flush=True)
    print("a ladder of", ", ".join(map(str, COUNTS)))
    for write in (many_levels, many_tracks, many_dimensions):
        texts = [write(count) for count in COUNTS]
        print(line(write.__name__, make_ladder, texts), flush=True)


if __name__ == "__main__":
    main()
