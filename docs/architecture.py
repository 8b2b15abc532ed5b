"""The picture of the rooms in `docs/architecture.md`, made from what imports what: `make picture` writes it anew."""

import ast
from collections.abc import Iterator
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
BEGIN = "<!-- `make picture` writes from here -->\n"
END = "<!-- to here -->\n"
#: Drawn with what stands in them. Reviews look down on ladders, never the other way.
PACKAGES = ("reviews", "ladders")

Arrows = dict[str, set[str]]


def arrows(graph: grimp.ImportGraph) -> Arrows:
    """Room -> the rooms it imports from. A room is a folder or file right below its package."""
    found: Arrows = {}
    for module in sorted(graph.modules):
        below = found.setdefault(_room(module), set())
        below |= {_room(each) for each in graph.find_modules_directly_imported_by(module)}
    return {room: below - {room} for room, below in found.items()}


def _room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def transitive_reduction(rooms: Arrows) -> Arrows:
    """The arrows without those that a longer way says already."""

    def reached(room: str) -> set[str]:
        return set().union(*({each} | reached(each) for each in rooms[room]))

    return {
        room: {to for to in below if not any(to in reached(other) for other in below - {to})}
        for room, below in rooms.items()
    }


def picture() -> str:
    """A Mermaid graph of all rooms, and a table of what the folders among them are for."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    rooms = {room: below for room, below in arrows(graph).items() if room != "ladders"}
    lines = ["```mermaid", "graph TD"]
    for package in PACKAGES:
        inside = {
            room: {to for to in below if to.startswith(package)}
            for room, below in rooms.items()
            if room.startswith(package)
        }
        lines += [
            f"    subgraph {package}_package[{package}]",
            *_drawn(transitive_reduction(inside)),
            "    end",
        ]
    lines += ["    reviews_package --> ladders_package", "```", "", "| folder | what it is for |"]
    lines += ["| --- | --- |", *_table(sorted(rooms)), ""]
    return "\n".join(lines)


def _drawn(rooms: Arrows) -> Iterator[str]:
    for room in sorted(rooms):
        name = room.partition(".")[2] or "create_app"
        yield f"        {room.replace('.', '_')}[{name}]"
    for room, below in sorted(rooms.items()):
        for to in sorted(below):
            yield f"        {room.replace('.', '_')} --> {to.replace('.', '_')}"


def _table(rooms: list[str]) -> Iterator[str]:
    for room in rooms:
        folder = ROOT.joinpath(*room.split("."))
        if room in PACKAGES or not folder.is_dir():
            continue
        text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
        yield f"| `{folder.relative_to(ROOT)}/` | {(text or '').splitlines()[0]} |"


def page_with(drawn: str) -> str:
    """The page with this between its marks."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return before + BEGIN + drawn + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(page_with(picture()), encoding="utf-8")
