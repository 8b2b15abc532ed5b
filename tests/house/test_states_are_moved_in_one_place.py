"""Only the workflow's tables move a thing from state to state; nobody writes around them."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reviews.rules.workflow import MACHINES

ROOT = Path(__file__).resolve().parents[2]
ATTRIBUTES = {machine.attribute for machine in MACHINES}

Search = Callable[[str], Iterator[int]]


def states_given(source: str) -> Iterator[int]:
    """The lines that give a state a value under its own name."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=name, ctx=ast.Store() | ast.Del()) if name in ATTRIBUTES:
                yield node.lineno
            case ast.Call(func=ast.Attribute(attr="values"), keywords=keywords) if any(
                keyword.arg in ATTRIBUTES for keyword in keywords
            ):
                yield node.lineno


def names_computed(source: str) -> Iterator[int]:
    """The lines that could give anything a value, because the name is not written there."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="setattr")):
                yield node.lineno


def places(search: Search) -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for package in ("ladders", "reviews")
        for path in (ROOT / package).rglob("*.py")
        if list(search(path.read_text()))
    }


def test_only_the_publishing_of_a_ladder_gives_a_state_by_its_name():
    # Ladders stand below the reviews and cannot know the workflow.
    assert places(states_given) == {"ladders/library.py"}


def test_only_these_compute_a_name():
    assert places(names_computed) == {"reviews/rules/workflow.py"}


@pytest.mark.parametrize(
    ("search", "source"),
    [
        (states_given, "packet.state = S.SUBMITTED"),
        (states_given, "cycle.phase: C = C.RATING"),
        (states_given, "packet.stage, packet.note = G.DECIDED, ''"),
        (states_given, "update(Packet).values(state='submitted')"),
        (states_given, "for packet.state in states: pass"),
        (names_computed, "setattr(packet, name, value)"),
    ],
)
def test_no_way_of_writing_a_state_is_overlooked(search: Search, source: str):
    assert list(search(source)) == [1]
