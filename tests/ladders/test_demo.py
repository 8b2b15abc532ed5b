"""The ladder that the demo organisation works with."""

from pathlib import Path

import pytest

from ladders.canonical import load
from ladders.effective import effective, split_new

DEMO = Path(__file__).parents[2] / "ladders" / "demo" / "engineering.yaml"


@pytest.fixture(scope="module")
def ladder():
    return load(DEMO.read_text(encoding="utf-8"))


def test_it_has_two_tracks_and_two_roles(ladder):
    assert [(level.name, level.track, level.rank) for level in ladder.levels] == [
        ("Engineer", "engineers", 1),
        ("Senior engineer", "engineers", 2),
        ("Staff engineer", "engineers", 3),
        ("Principal engineer", "engineers", 4),
        ("Engineering manager", "managers", 3),
    ]
    assert [mixin.name for mixin in ladder.mixins] == ["Technical lead", "On-call lead"]


def test_every_level_asks_for_three_to_six_things_in_each_dimension(ladder):
    names = [dimension.id for dimension in ladder.dimensions]
    for level in ladder.levels:
        assert [cell.dimension for cell in level.cells] == names
        assert all(3 <= len(cell.expectations) <= 6 for cell in level.cells)


def test_a_manager_keeps_what_is_expected_of_a_senior_engineer(ladder):
    manager = effective(ladder, "engineering-manager", ["on-call-lead"])
    assert manager.warnings == ()
    inherited = {
        origin.source_id
        for _, each in manager.expectations()
        for origin in each.origins
        if origin.kind == "inherited"
    }
    assert inherited == {"senior-engineer", "engineer"}
    split = split_new(manager, effective(ladder, "senior-engineer"))
    assert len(split.new) == 18 + 7
    assert len(split.already) == 18 + 20
