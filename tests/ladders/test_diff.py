"""What changed between two texts of a ladder, and what changes from one level to another."""

from dataclasses import replace

import pytest
from hypothesis import given

from ladders.diff import FieldChange, ThingChange, diff, pieces, step
from ladders.document import (
    Attribute,
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
    Licence,
    Mixin,
    Source,
    Track,
    Unmapped,
)
from ladders.keys import expectation_keys
from tests.examples import examples
from tests.ladders.any_ladder import ladders

STIRS = Expectation("Stirs the pot without being asked.")
TASTES = Expectation("Tastes before anything is served.")
ORDERS = Expectation("Orders what the week will need.")


def cell(dimension, *said, **more):
    return Cell(dimension, expectations=said, **more)


KITCHEN = Ladder(
    "cooks",
    "Cooks",
    cascade=Cascade("accumulate"),
    tracks=(Track("line", "Line"),),
    groups=(Group("food", "Food"),),
    dimensions=(Dimension("taste", "Taste"), Dimension("stores", "Stores")),
    levels=(
        Level("commis", "Commis", 1, track="line", cells=(cell("taste", STIRS, TASTES),)),
        Level("chef", "Chef", 2, track="line", cells=(cell("stores", ORDERS),)),
    ),
    common=Common("All", (cell("taste", Expectation("Washes hands.")),)),
    mixins=(
        Mixin(
            "saucier",
            "Saucier",
            cells=(cell("taste", Expectation("Keeps the stocks.")),),
            cells_by_level=(
                LevelCells("chef", (cell("taste", Expectation("Names a successor.")),)),
            ),
        ),
    ),
)


def with_level(number, **changes):
    levels = list(KITCHEN.levels)
    levels[number] = replace(levels[number], **changes)
    return replace(KITCHEN, levels=tuple(levels))


def expectations(old, new):
    return [
        (
            change.kind,
            change.before and change.before.expectation.text,
            change.after and change.after.expectation.text,
        )
        for change in diff(old, new).expectations
    ]


# -- Expectations


def test_the_same_ladder_has_no_difference():
    found = diff(KITCHEN, KITCHEN)

    assert found.is_empty
    assert found.unchanged == 6


def test_where_something_stood_in_the_source_is_no_difference():
    elsewhere = replace(
        with_level(
            0, cells=(cell("taste", replace(STIRS, at="L9", id="stir"), replace(TASTES, at="L3")),)
        ),
        source=Source(path="other.md"),
        unmapped=(Unmapped("Page 2"),),
    )

    assert diff(KITCHEN, elsewhere).is_empty


def test_expectations_are_added_and_removed():
    new = with_level(0, cells=(cell("taste", TASTES, Expectation("Sharpens knives.")),))

    assert expectations(KITCHEN, new) == [
        ("added", None, "Sharpens knives."),
        ("removed", STIRS.text, None),
    ]
    assert (diff(KITCHEN, new).count("added"), diff(KITCHEN, new).unchanged) == (1, 5)


def test_a_text_that_stands_elsewhere_has_moved():
    new = replace(
        KITCHEN,
        levels=(
            replace(KITCHEN.levels[0], cells=(cell("taste", TASTES),)),
            replace(KITCHEN.levels[1], cells=(cell("stores", ORDERS, STIRS),)),
        ),
    )

    (change,) = diff(KITCHEN, new).expectations
    assert (change.kind, change.fields) == ("moved", ())
    assert (change.before.owner_id, change.before.dimension) == ("commis", "taste")
    assert (change.after.owner_id, change.after.dimension) == ("chef", "stores")


def test_close_words_in_the_same_cell_are_a_change():
    mended = replace(STIRS, text="Stirs the pot, without being asked to.")
    new = with_level(0, cells=(cell("taste", TASTES, mended),))

    (change,) = diff(KITCHEN, new).expectations
    assert change.kind == "changed"
    assert change.fields == (FieldChange("text", STIRS.text, mended.text),)


def test_close_words_in_another_cell_are_not():
    new = replace(
        KITCHEN,
        levels=(
            replace(KITCHEN.levels[0], cells=(cell("taste", TASTES),)),
            replace(
                KITCHEN.levels[1],
                cells=(cell("stores", ORDERS, replace(STIRS, text=STIRS.text + " Ever.")),),
            ),
        ),
    )

    assert [kind for kind, *_ in expectations(KITCHEN, new)] == ["added", "removed"]


def test_an_id_follows_an_expectation_that_moved_and_changed():
    old = with_level(0, cells=(cell("taste", replace(STIRS, id="stir"), TASTES),))
    new = replace(
        KITCHEN,
        levels=(
            replace(KITCHEN.levels[0], cells=(cell("taste", TASTES),)),
            replace(
                KITCHEN.levels[1], cells=(cell("stores", ORDERS, Expectation("New.", id="stir")),)
            ),
        ),
    )

    (change,) = diff(old, new).expectations
    assert change.kind == "moved"
    assert change.fields == (FieldChange("text", STIRS.text, "New."),)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "anti_pattern"}, FieldChange("kind", "", "warning sign")),
        ({"label": "Stir"}, FieldChange("label", "", "Stir")),
        ({"placeholder": True}, FieldChange("placeholder", "", "yes")),
        ({"examples": (Example("Risotto"),)}, FieldChange("examples", "", "Risotto")),
        ({"children": ("a", "b")}, FieldChange("children", "", "a; b")),
        (
            {"attributes": (Attribute("Skill", "High"),)},
            FieldChange("attributes", "", "Skill: High"),
        ),
    ],
)
def test_what_stands_beside_the_text_is_compared_too(changes, field):
    new = with_level(0, cells=(cell("taste", replace(STIRS, **changes), TASTES),))

    (change,) = diff(KITCHEN, new).expectations
    assert (change.kind, change.fields) == ("changed", (field,))


def test_another_order_in_a_cell_is_a_change_of_the_cell():
    found = diff(KITCHEN, with_level(0, cells=(cell("taste", TASTES, STIRS),)))

    assert found.expectations == ()
    (change,) = found.cells
    assert change.place == ("level", "commis", None, "taste")
    assert change.fields == (
        FieldChange("order", f"{STIRS.text} / {TASTES.text}", f"{TASTES.text} / {STIRS.text}"),
    )


# -- The ladder around them


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (with_level(0, name="Junior"), ThingChange("level", "Commis", "Junior")),
        (
            with_level(0, summary="Learns"),
            ThingChange("level", "Commis", "Commis", (FieldChange("summary", "", "Learns"),)),
        ),
        (
            with_level(1, inherits=()),
            ThingChange("level", "Chef", "Chef", (FieldChange("inherits", "", "nothing"),)),
        ),
        (
            replace(KITCHEN, dimensions=(*KITCHEN.dimensions, Dimension("pace", "Pace"))),
            ThingChange("dimension", "", "Pace"),
        ),
        (replace(KITCHEN, groups=()), ThingChange("group", "Food", "")),
        (
            replace(KITCHEN, tracks=(Track("line", "The line"),)),
            ThingChange("track", "Line", "The line"),
        ),
        (
            replace(KITCHEN, mixins=(replace(KITCHEN.mixins[0], placeholder=True),)),
            ThingChange("role", "Saucier", "Saucier", (FieldChange("placeholder", "", "yes"),)),
        ),
    ],
)
def test_levels_dimensions_roles_and_the_rest_come_go_and_are_renamed(new, expected):
    found = diff(KITCHEN, new)

    assert found.things == (expected,)
    assert (found.frame, found.cells, found.expectations) == ((), (), ())


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (
            replace(KITCHEN, cascade=Cascade("supersede")),
            FieldChange("cascade mode", "accumulate", "supersede"),
        ),
        (
            replace(KITCHEN, licence=Licence(id="CC-BY-4.0")),
            FieldChange("licence", "", "CC-BY-4.0"),
        ),
        (replace(KITCHEN, name="Kitchen"), FieldChange("name", "Cooks", "Kitchen")),
        (
            replace(KITCHEN, dimensions=KITCHEN.dimensions[::-1]),
            FieldChange("order of dimensions", "Taste, Stores", "Stores, Taste"),
        ),
        (
            replace(KITCHEN, common=replace(KITCHEN.common, name="Everybody")),
            FieldChange("common name", "All", "Everybody"),
        ),
    ],
)
def test_the_frame_is_compared_too(new, expected):
    found = diff(KITCHEN, new)

    assert found.frame == (expected,)
    assert (found.things, found.cells, found.expectations) == ((), (), ())


def test_a_level_under_another_id_is_known_by_what_it_says():
    new = replace(
        KITCHEN,
        levels=(replace(KITCHEN.levels[0], id="helper", name="Helper"), KITCHEN.levels[1]),
    )

    found = diff(KITCHEN, new)
    assert found.things == (ThingChange("level", "Commis", "Helper"),)
    assert found.expectations == ()


def test_a_dimension_under_another_id_is_known_by_its_former_name():
    renamed = Dimension("flavour", "Flavour", aliases=("Taste",))
    new = replace(
        KITCHEN,
        dimensions=(renamed, KITCHEN.dimensions[1]),
        levels=(
            replace(KITCHEN.levels[0], cells=(cell("flavour", TASTES),)),
            KITCHEN.levels[1],
        ),
        common=Common("All", (cell("flavour", Expectation("Washes hands.")),)),
        mixins=(),
    )

    found = diff(KITCHEN, new)
    assert [(t.what, t.before, t.after) for t in found.things] == [
        ("dimension", "Taste", "Flavour"),
        ("role", "Saucier", ""),
    ]
    assert [(c.kind, c.before.expectation.text) for c in found.expectations] == [
        ("removed", STIRS.text),
        ("removed", "Keeps the stocks."),
        ("removed", "Names a successor."),
    ]


def test_a_level_that_says_other_things_is_another_level():
    other = Level("helper", "Helper", 1, track="line", cells=(cell("taste", ORDERS),))
    new = replace(KITCHEN, levels=(other, KITCHEN.levels[1]))

    assert [(t.before, t.after) for t in diff(KITCHEN, new).things] == [
        ("", "Helper"),
        ("Commis", ""),
    ]


@examples(25)
@given(ladders(), ladders())
def test_every_expectation_of_both_is_accounted_for_once(old, new):
    found = diff(old, new)
    before = [c.before.key for c in found.expectations if c.before]
    after = [c.after.key for c in found.expectations if c.after]

    assert len(set(before)) == len(before)
    assert len(set(after)) == len(after)
    assert len(before) + found.unchanged == len(list(expectation_keys(old)))
    assert len(after) + found.unchanged == len(list(expectation_keys(new)))


@examples(15)
@given(ladders())
def test_no_ladder_differs_from_itself(ladder):
    assert diff(ladder, ladder).is_empty


# -- Two texts


def test_two_texts_are_cut_where_their_words_differ():
    assert pieces("Cooks simple dishes  alone.", "Cooks dishes alone, always.") == (
        (("Cooks", False), (" simple", True), (" dishes", False), ("  alone.", True)),
        (("Cooks", False), (" dishes", False), (" alone, always.", True)),
    )
    assert pieces("", "New.") == ((), (("New.", True),))
    assert pieces("Same.", "Same.") == ((("Same.", False),), (("Same.", False),))


def test_long_texts_are_not_cut():
    long, longer = "so " * 600, "so " * 1200
    assert pieces(long, longer) == (((long, True),), ((longer, True),))


# -- Two levels


def rows(found):
    return [
        (
            each.dimension,
            row.before and row.before.expectation.text,
            row.after and row.after.expectation.text,
            row.is_new,
        )
        for each in found.dimensions
        for row in each.rows
    ]


def test_the_step_to_the_next_level_says_what_is_new_and_what_is_kept():
    assert rows(step(KITCHEN, "commis", "chef")) == [
        ("taste", STIRS.text, STIRS.text, False),
        ("taste", TASTES.text, TASTES.text, False),
        ("taste", "Washes hands.", "Washes hands.", False),
        ("stores", None, ORDERS.text, True),
    ]


def test_roles_at_the_target_are_new():
    found = [row for row in rows(step(KITCHEN, "commis", "chef", ["saucier"])) if row[3]]

    assert found == [
        ("taste", None, "Keeps the stocks.", True),
        ("taste", None, "Names a successor.", True),
        ("stores", None, ORDERS.text, True),
    ]


def test_where_a_level_restates_the_one_below_the_words_stand_side_by_side():
    levels = (
        Level(
            "one",
            "One",
            1,
            cells=(cell("taste", Expectation("Cooks simple dishes for lunch."), TASTES),),
        ),
        Level(
            "two",
            "Two",
            2,
            cells=(
                cell(
                    "taste",
                    Expectation("Cooks difficult dishes for lunch."),
                    Expectation("Teaches."),
                ),
            ),
        ),
    )
    ladder = replace(
        KITCHEN, cascade=Cascade("supersede"), levels=levels, common=Common(), mixins=()
    )

    assert rows(step(ladder, "one", "two")) == [
        ("taste", "Cooks simple dishes for lunch.", "Cooks difficult dishes for lunch.", True),
        ("taste", None, "Teaches.", True),
        ("taste", TASTES.text, None, False),
    ]


def test_a_step_says_which_role_cannot_be_added():
    assert step(KITCHEN, "commis", "chef", ["nobody"]).warnings == (
        "role nobody is not in this ladder",
    )
    with pytest.raises(KeyError):
        step(KITCHEN, "commis", "nobody")
