"""The ladders that the demo organisation works with."""

from functools import cache
from pathlib import Path

import pytest

from ladders.canonical import as_json, dump, from_json, load
from ladders.effective import effective, split_new
from ladders.keys import normalised, owned_cells

DEMO = Path(__file__).parents[2] / "ladders" / "demo"
NAMES = ("engineering", "data", "design")


@cache
def read(name):
    return load((DEMO / f"{name}.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=NAMES)
def ladder(request):
    return read(request.param)


@pytest.fixture(scope="module")
def engineering():
    return read("engineering")


@pytest.fixture(scope="module")
def data():
    return read("data")


@pytest.fixture(scope="module")
def design():
    return read("design")


# -- All three


def test_there_are_three():
    assert {path.stem for path in DEMO.iterdir()} == set(NAMES)


def test_it_is_the_same_written_and_read_again(ladder):
    assert load(dump(ladder)) == ladder
    assert from_json(as_json(ladder)) == ladder


def test_it_asks_for_about_a_hundred_things(ladder):
    said = [each for *_, cell in owned_cells(ladder) for each in cell.expectations]
    assert 80 <= len(said) <= 120


def test_no_cell_says_the_same_twice(ladder):
    for _, owner, _, cell in owned_cells(ladder):
        texts = [normalised(each.text) for each in cell.expectations]
        assert len(texts) == len(set(texts)), (owner, cell.dimension)


def test_every_level_resolves_and_each_role_where_it_applies(ladder):
    roles = [mixin for mixin in ladder.mixins if not mixin.placeholder]
    for level in ladder.levels:
        fitting = [mixin.id for mixin in roles if mixin.applies_to.allows(level)]
        assert effective(ladder, level.id, fitting).warnings == ()
        for mixin in roles:
            if mixin.id not in fitting:
                assert effective(ladder, level.id, [mixin.id]).warnings == (
                    f"role {mixin.id} does not apply to level {level.id}",
                )


@pytest.mark.parametrize(
    ("name", "level", "roles", "count"),
    [
        ("engineering", "engineer", [], 18),
        ("engineering", "staff-engineer", [], 18 + 20 + 19),
        ("engineering", "staff-engineer", ["technical-lead"], 18 + 20 + 19 + 8),
        # Six are asked at every level.
        ("data", "associate-analyst", [], 14 + 6),
        ("data", "analyst", ["data-steward"], 14 + 15 + 6 + 8),
        ("data", "principal-analyst", [], 14 + 15 + 16 + 13 + 12 + 6),
        # The manager's track takes the analysts' first three levels, and two by "same as".
        ("data", "data-manager", [], 13 + 2 + 14 + 15 + 16 + 6),
        ("data", "head-of-data", [], 13 + 13 + 2 + 14 + 15 + 16 + 6),
        ("design", "associate-designer", [], 19),
        ("design", "senior-designer", [], 24),
        # Four come from the level below, in the one dimension where this one is silent.
        ("design", "principal-designer", [], 16 + 4),
    ],
)
def test_a_level_asks_for_this_many_things(name, level, roles, count):
    assert len(list(effective(read(name), level, roles).expectations())) == count


# -- Engineering


def test_engineering_has_two_tracks_and_two_roles(engineering):
    assert [(level.name, level.track, level.rank) for level in engineering.levels] == [
        ("Engineer", "engineers", 1),
        ("Senior engineer", "engineers", 2),
        ("Staff engineer", "engineers", 3),
        ("Principal engineer", "engineers", 4),
        ("Engineering manager", "managers", 3),
    ]
    assert [mixin.name for mixin in engineering.mixins] == ["Technical lead", "On-call lead"]


def test_every_level_of_engineering_asks_for_three_to_six_things_in_each_dimension(engineering):
    names = [dimension.id for dimension in engineering.dimensions]
    for level in engineering.levels:
        assert [cell.dimension for cell in level.cells] == names
        assert all(3 <= len(cell.expectations) <= 6 for cell in level.cells)


def test_a_manager_keeps_what_is_expected_of_a_senior_engineer(engineering):
    manager = effective(engineering, "engineering-manager", ["on-call-lead"])
    assert manager.warnings == ()
    inherited = {
        origin.source_id
        for _, each in manager.expectations()
        for origin in each.origins
        if origin.kind == "inherited"
    }
    assert inherited == {"senior-engineer", "engineer"}
    split = split_new(manager, effective(engineering, "senior-engineer"))
    assert len(split.new) == 18 + 7
    assert len(split.already) == 18 + 20


# -- Data


def test_data_has_two_tracks_and_a_role_for_analysts(data):
    assert [(level.code, level.track, level.rank) for level in data.levels] == [
        ("D1", "analysts", 1),
        ("D2", "analysts", 2),
        ("D3", "analysts", 3),
        ("D4", "analysts", 4),
        ("D5", "analysts", 5),
        ("DM4", "data-managers", 4),
        ("DM5", "data-managers", 5),
    ]
    assert [mixin.name for mixin in data.mixins] == ["On-call data steward"]


def test_a_data_manager_is_asked_for_trust_as_a_lead_analyst_is(data):
    asked = {each.dimension: each for each in effective(data, "data-manager").dimensions}
    sources = [each.origins[0].source_id for each in asked["trust"].expectations]
    assert sources.count("lead-analyst") == 2
    elsewhere = [each for name, each in asked.items() if name != "trust"]
    assert "lead-analyst" not in {
        origin.source_id
        for dimension in elsewhere
        for each in dimension.expectations
        for origin in each.origins
    }


# -- Design


def test_a_level_of_design_says_everything_anew_but_for_the_highest(design):
    names = [dimension.id for dimension in design.dimensions]
    *lower, highest = design.levels
    for level in lower:
        assert [cell.dimension for cell in level.cells] == names
    assert [cell.dimension for cell in highest.cells] == [
        name for name in names if name != "making"
    ]
    asked = effective(design, highest.id)
    assert {
        dimension
        for dimension, each in asked.expectations()
        if each.origins[0].source_id != highest.id
    } == {"making"}


def test_what_a_level_of_design_says_again_is_not_new_there(design):
    designer = effective(design, "designer")
    split = split_new(designer, effective(design, "associate-designer"))
    assert (len(split.new), len(split.already)) == (21, 3)


def test_a_level_of_design_has_a_scope_and_a_summary_in_each_cell(design):
    for level in design.levels:
        assert level.attributes[0].name == "Scope"
        assert all(cell.summary for cell in level.cells)


def test_a_warning_sign_of_design_is_never_asked(design):
    signs = {
        each.text
        for level in design.levels
        for cell in level.cells
        for each in cell.expectations
        if each.kind == "anti_pattern"
    }
    asked = {
        each.expectation.text
        for level in design.levels
        for _, each in effective(design, level.id).expectations()
    }
    assert len(signs) == 7
    assert signs.isdisjoint(asked)


def test_the_role_of_design_is_only_announced(design):
    asked = effective(design, "lead-designer", ["accessibility-lead"])
    assert asked.warnings == ("role accessibility-lead is a placeholder",)
    assert len(list(asked.expectations())) == 24
