"""A class has a name of its own, so that a name in a traceback, an import or a review says which one is meant."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Names that two classes share, each with the reason why no other would do.
SHARED: dict[str, str] = {}


def places_of_classes(*packages: str) -> dict[str, list[str]]:
    """Where each class is defined, by its name. Private and inner classes count as well."""
    places: dict[str, list[str]] = {}
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    places.setdefault(node.name.lstrip("_"), []).append(where)
    return places


def test_no_two_classes_share_a_name():
    places = places_of_classes("ladders", "reviews")

    shared = {name: where for name, where in places.items() if len(where) > 1}
    assert {name: shared[name] for name in shared if name not in SHARED} == {}
    assert set(SHARED) - set(shared) == set()
