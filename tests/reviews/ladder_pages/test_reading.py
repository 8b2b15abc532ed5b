"""A ladder as its pages show it: counts, rungs, origins, and what an import understood."""

import pytest

from ladders.document import (
    AppliesTo,
    Cascade,
    Cell,
    Common,
    Dimension,
    Example,
    Expectation,
    Ladder,
    Level,
    LevelCells,
    Mixin,
    Track,
)
from reviews.ladder_pages.reading import across_levels, overview, read_level, rungs, understood


def cell(dimension: str, *texts: str) -> Cell:
    return Cell(dimension, expectations=tuple(Expectation(text) for text in texts))


LADDER = Ladder(
    id="craft",
    name="Craft",
    cascade=Cascade(mode="accumulate"),
    tracks=(Track("makers", "Makers"), Track("leads", "Leads")),
    dimensions=(Dimension("work", "Work"), Dimension("people", "People")),
    levels=(
        Level("one", "One", 1, track="makers", cells=(cell("work", "Makes.", "Mends."),)),
        Level(
            "two",
            "Two",
            2,
            track="makers",
            cells=(
                cell("work", "Designs."),
                Cell(
                    "people",
                    expectations=(
                        Expectation("Listens."),
                        Expectation("Shouts.", kind="anti_pattern"),
                    ),
                    examples=(Example("Asked twice."),),
                ),
            ),
        ),
        Level("head", "Head", 2, track="leads", cells=(cell("people", "Decides."),)),
    ),
    common=Common("Everybody", (cell("people", "Is kind."),)),
    mixins=(
        Mixin("tech", "Tech lead", cells=(cell("work", "Plans.", "Makes."),)),
        Mixin("later", "Later", placeholder=True),
        Mixin("leads-only", "Leads only", applies_to=AppliesTo(tracks=("leads",))),
        Mixin("at-two", "At two", cells_by_level=(LevelCells("two", (cell("work", "Sorts."),)),)),
    ),
)


def level(key: str) -> Level:
    return LADDER.level(key)


def texts(statements) -> list[tuple[str, str, str]]:
    return [(s.label, s.expectation.text, s.source) for s in statements]


def test_the_overview_counts_new_and_held_by_track_from_the_top():
    assert [
        (
            track.name,
            [(row.level.id, [(c.new, c.held) for c in row.cells]) for row in track.rows],
        )
        for track in overview(LADDER)
    ] == [
        ("Makers", [("two", [(1, 2), (2, 0)]), ("one", [(2, 0), (1, 0)])]),
        ("Leads", [("head", [(0, 0), (2, 0)])]),
    ]


def test_rungs_draw_one_stroke_per_expectation_the_new_ones_tall():
    picture = rungs(1, 2, 7)

    assert picture.count('class="rung rung--old"') == 2
    assert picture.count('class="rung"') == 1
    assert 'd="M15 4v14"' in picture
    assert 'width="16"' in picture


def test_a_level_says_where_each_expectation_comes_from():
    reading = read_level(LADDER, level("two"), ["tech"])

    work, people = reading.dimensions
    assert texts(work.new) == [
        ("E1", "Designs.", ""),
        ("E2", "Makes.", "From One, role Tech lead"),
        ("E3", "Plans.", "Role Tech lead"),
    ]
    assert texts(work.held) == [("E4", "Mends.", "From One")]
    assert texts(people.new) == [
        ("E1", "Listens.", ""),
        ("E2", "Is kind.", "Asked at every level"),
    ]
    assert [sign.text for sign in people.warning_signs] == ["Shouts."]
    assert (reading.new, reading.held) == (5, 1)


def test_only_roles_that_fit_and_are_written_can_be_added():
    reading = read_level(LADDER, level("two"), ["at-two"])

    assert [(c.role.id, c.chosen) for c in reading.roles] == [("tech", False), ("at-two", True)]
    assert reading.announced == ("Later",)
    assert reading.track == "Makers"
    assert (reading.below, reading.above) == (level("one"), None)


def test_a_dimension_is_read_in_the_words_of_every_place_that_states_it():
    assert [
        (stated.name, stated.level, stated.note) for stated in across_levels(LADDER, "work")
    ] == [
        ("One", "one", ""),
        ("Two", "two", ""),
        ("Tech lead", "", "role"),
        ("At two", "", "role, at Two"),
    ]
    assert across_levels(LADDER, "people")[-1].name == "Everybody"


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (0, ("One", "Makers", (2, 0), 2, 0)),
        (1, ("Two", "Makers", (1, 2), 3, 1)),
        (3, ("Everybody", "", (0, 1), 1, 0)),
        (4, ("Tech lead", "role", (2, 0), 2, 0)),
        (7, ("At two", "role", (1, 0), 1, 0)),
    ],
)
def test_the_matrix_counts_what_each_level_and_role_states_itself(place, expected):
    row = understood(LADDER)[place]

    assert (row.name, row.note, row.counts, row.total, row.examples) == expected
