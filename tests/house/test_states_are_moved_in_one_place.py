"""Only the workflow's table moves a thing from state to state; nobody writes around it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviews.workflow import MACHINES

ROOT = Path(__file__).resolve().parents[2]
#: A ladder version is published below the reviews; everything else moves by the workflow's tables.
PLACES = {"ladders/library.py", "reviews/workflow.py"}
ATTRIBUTES = {machine.attribute for machine in MACHINES}


def writes(source: str) -> Iterator[int]:
    """The lines that give one of the states a value, however it is written."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=name, ctx=ast.Store() | ast.Del()) if name in ATTRIBUTES:
                yield node.lineno
            case ast.Call(func=ast.Name(id="setattr")):
                yield node.lineno
            case ast.Call(func=ast.Attribute(attr="values"), keywords=keywords) if any(
                keyword.arg in ATTRIBUTES for keyword in keywords
            ):
                yield node.lineno


def test_only_the_workflow_gives_a_state():
    found = {
        path.relative_to(ROOT).as_posix(): list(writes(path.read_text()))
        for package in ("ladders", "reviews")
        for path in sorted((ROOT / package).rglob("*.py"))
    }

    assert {path for path, lines in found.items() if lines} == PLACES, found


@pytest.mark.parametrize(
    "source",
    [
        "packet.state = S.SUBMITTED",
        "cycle.phase: C = C.RATING",
        "packet.stage, packet.note = G.DECIDED, ''",
        "setattr(packet, name, value)",
        "update(Packet).values(state='submitted')",
        "for packet.state in states: pass",
    ],
)
def test_no_way_of_writing_a_state_is_overlooked(source):
    assert list(writes(source)) == [1]
