"""A ladder as its pages show it: counts, rungs, origins, and what an import understood."""

from dataclasses import replace

import pytest

from ladders.document import (
    AppliesTo,
    Cascade,
    Cell,
    Common,
    Dimension,
    Example,
    Expectation,
    Group,
    Ladder,
    Level,
    LevelCells,
    Mixin,
    SameAs,
    Track,
)
from reviews.ladder_library.pages import (
    across_levels,
    dimension_groups,
    overview,
    read_level,
    rungs,
    understood,
)


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
            [(row.level.id, [(c.new, c.inherited) for c in row.cells]) for row in track.rows],
        )
        for track in overview(LADDER)
    ] == [
        ("Makers", [("two", [(1, 2), (1, 1)]), ("one", [(2, 0), (0, 1)])]),
        ("Leads", [("head", [(0, 0), (1, 1)])]),
    ]


def in_groups(*dimensions: tuple[str, str | None]) -> Ladder:
    """The ladder with these dimensions, each in its group."""
    return replace(
        LADDER,
        groups=(
            Group("how", "How", summary="In which way."),
            Group("what", "What"),
            Group("deep", "Deeper", parent="what"),
        ),
        dimensions=tuple(Dimension(each, each, group=group) for each, group in dimensions),
        common=Common(),
        mixins=(),
        levels=tuple(
            replace(
                level, cells=tuple(cell(each, "Works.") for each, _ in dimensions if each != "idle")
            )
            for level in LADDER.levels
        ),
    )


MIXED = in_groups(
    ("lone", None),
    ("pace", "how"),
    ("depth", "deep"),
    ("other", None),
    ("tone", "how"),
    ("reach", "what"),
    ("idle", "how"),
)


def test_dimensions_of_a_group_stand_together_wherever_the_document_has_them():
    assert [
        (group.name, group.summary, [each.id for each in group.dimensions])
        for group in dimension_groups(MIXED)
    ] == [
        ("", "", ["lone", "other"]),
        ("How", "In which way.", ["pace", "tone", "idle"]),
        ("What", "", ["reach"]),
        ("What · Deeper", "", ["depth"]),
    ]
    (group,) = dimension_groups(LADDER)
    assert (group.name, group.dimensions) == ("", LADDER.dimensions)


def test_overview_and_level_have_the_dimensions_in_their_groups():
    row = overview(MIXED)[0].rows[0]
    assert [each.dimension for each in row.cells] == [
        *("lone", "other", "pace", "tone", "idle", "reach", "depth")
    ]
    assert [
        (group.name, [each.dimension.id for each in group.dimensions])
        for group in read_level(MIXED, MIXED.level("one"), []).groups
    ] == [
        ("", ["lone", "other"]),
        ("How", ["pace", "tone"]),
        ("What", ["reach"]),
        ("What · Deeper", ["depth"]),
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
    assert texts(work.inherited) == [("E4", "Mends.", "From One")]
    assert texts(people.new) == [("E1", "Listens.", "")]
    assert texts(people.common) == [("E2", "Is kind.", "")]
    assert [sign.text for sign in people.warning_signs] == ["Shouts."]
    assert [reading.count(part) for part in ("new", "same", "inherited", "common")] == [4, 0, 1, 1]
    assert [each.of_role for each in work.new] == [False, True, True]
    assert (reading.new_with_roles, read_level(LADDER, level("two"), []).new_with_roles) == (2, 0)


def test_what_everybody_is_asked_is_new_at_no_level_even_where_a_level_says_it_too():
    said_twice = replace(LADDER.level("one"), cells=(cell("people", "Is kind.", "Helps."),))
    ladder = replace(LADDER, levels=(said_twice, *LADDER.levels[1:]))

    (people,) = read_level(ladder, said_twice, []).dimensions

    assert texts(people.new) == [("E1", "Helps.", "")]
    assert texts(people.common) == [("E2", "Is kind.", "This level, asked at every level")]
    (_, row) = overview(ladder)[0].rows
    assert [(each.new, each.inherited) for each in row.cells] == [(0, 0), (1, 1)]


def test_a_cell_that_is_the_same_as_another_names_it_and_sets_apart_what_it_takes_over():
    head = replace(
        LADDER.level("head"),
        cells=(
            Cell(
                "work",
                same_as=SameAs("two", "As a Two works"),
                expectations=(Expectation("Hires."), Expectation("And", same_as=SameAs("one"))),
            ),
        ),
    )
    ladder = replace(LADDER, levels=(*LADDER.levels[:2], head))

    work, people = read_level(ladder, head, []).dimensions

    assert [(each.level.id, each.text) for each in work.same_as] == [
        ("two", "As a Two works"),
        ("one", ""),
    ]
    assert texts(work.new) == [("E1", "Hires.", "")]
    assert texts(work.same) == [
        ("E2", "Designs.", "From Two"),
        ("E3", "Makes.", "From One"),
        ("E4", "Mends.", "From One"),
    ]
    assert (work.inherited, people.same_as) == ((), ())
    stated = across_levels(ladder, "work")[2]
    assert stated.same_as == work.same_as
    assert [each.text for each in stated.expectations] == ["Hires."]


def test_what_is_taken_over_may_be_named_through_a_third_level():
    two = replace(LADDER.level("two"), cells=(Cell("work", same_as=SameAs("one")),))
    head = replace(LADDER.level("head"), cells=(Cell("work", same_as=SameAs("two")),))
    ladder = replace(LADDER, levels=(LADDER.level("one"), two, head))

    work = read_level(ladder, head, []).dimensions[0]

    assert [each.level.id for each in work.same_as] == ["two"]
    assert [each.expectation.text for each in work.same] == ["Makes.", "Mends."]


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
    two, _, everybody = across_levels(LADDER, "people")
    assert everybody.name == "Everybody"
    assert [each.text for each in two.expectations] == ["Listens."]
    assert [each.text for each in two.warning_signs] == ["Shouts."]


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
