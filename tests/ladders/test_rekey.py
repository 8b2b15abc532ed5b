"""Keys stay with what they named when the next text of a ladder arrives."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ladders.document import Cell, Dimension, Expectation, Ladder, Level
from ladders.faults import faults
from ladders.keys import expectation_keys, with_each
from ladders.rekey import keep_keys
from tests.examples import examples
from tests.ladders.any_ladder import ladders

SEASONS = Expectation("Seasons every dish to the recipe.")
TASTES = Expectation("Tastes before anything is served.")


def kitchen(*said, chef=()):
    return Ladder(
        "cooks",
        "Cooks",
        dimensions=(Dimension("taste", "Taste"), Dimension("pace", "Pace")),
        levels=(
            Level("commis", "Commis", 1, cells=(Cell("taste", expectations=said),)),
            Level("chef", "Chef", 2, cells=(Cell("pace", expectations=chef),)),
        ),
    )


def keys(ladder):
    return [item.key for item in expectation_keys(ladder)]


OLD = kitchen(SEASONS, TASTES)
SEASONING, TASTING = keys(OLD)


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (kitchen(TASTES, SEASONS), [TASTING, SEASONING]),
        (kitchen(replace(SEASONS, text="Seasons each dish to the recipe.")), [SEASONING]),
        (kitchen(TASTES, chef=(SEASONS,)), [TASTING, SEASONING]),
        (kitchen(Expectation(SEASONS.text, id="own")), ["own"]),
    ],
    ids=["reordered", "said a little differently", "moved", "an id of its own"],
)
def test_what_was_said_before_has_the_key_it_had(new, expected):
    assert keys(keep_keys(OLD, new)) == expected


def test_what_says_something_else_has_a_key_of_its_own():
    new = kitchen(SEASONS, Expectation("Never shouts."))

    assert keep_keys(OLD, new) == new
    assert keys(new)[1] not in keys(OLD)


def test_a_level_under_another_id_keeps_its_keys():
    new = replace(OLD, levels=(replace(OLD.levels[0], id="helper", name="Helper"), OLD.levels[1]))

    assert keys(keep_keys(OLD, new)) == [SEASONING, TASTING]


def test_what_is_replaced_is_named_by_its_kept_key():
    mended = Expectation("Seasons each dish to the recipe.")
    fresh = keys(kitchen(mended))[0]
    new = kitchen(mended, chef=(Expectation("Writes the recipes.", replaces=(fresh,)),))

    (written,) = keep_keys(OLD, new).level("chef").cells[0].expectations
    assert written.replaces == (SEASONING,)


def test_the_doubles_of_a_text_do_not_change_places():
    double = Expectation("Washes.")
    old = kitchen(double, double, double)
    new = kitchen(double, double, double, chef=(SEASONS,))
    moved = kitchen(double, double, chef=(double,))

    assert keys(keep_keys(old, new))[:3] == keys(old)
    assert keys(keep_keys(old, moved)) == keys(old)


words = st.sampled_from(["stirs", "cuts", "washes", "serves", "the", "bread", "soup", "slowly"])
texts = st.lists(words, min_size=1, max_size=5).map(" ".join)


@examples(150)
@given(st.lists(texts, max_size=6), st.lists(texts, max_size=6), st.lists(texts, max_size=3))
def test_keys_of_what_is_unchanged_are_equal_and_no_two_are_the_same(before, after, chef):
    old = kitchen(*map(Expectation, before))
    new = kitchen(*map(Expectation, after), chef=tuple(map(Expectation, chef)))

    kept = keep_keys(old, new)

    assert faults(kept) == []
    assert len(set(keys(kept))) == len(keys(kept))
    # The n-th time that a text stands in a cell has an equal key in both.
    unchanged = [number for number, key in enumerate(keys(new)) if key in keys(old)]
    assert [keys(kept)[number] for number in unchanged] == [
        keys(new)[number] for number in unchanged
    ]
    assert with_each(kept, lambda each: replace(each, id="")) == new


@examples(20)
@given(ladders(), ladders())
def test_any_two_ladders_give_unique_keys_and_the_same_words(old, new):
    kept = keep_keys(old, new)

    assert len(set(keys(kept))) == len(keys(kept))
    assert set(keys(old)) & set(keys(new)) <= set(keys(kept))
    assert keep_keys(new, new) == new


@examples(20)
@given(ladders(), ladders())
def test_keeping_keys_twice_is_keeping_them_once(old, new):
    kept = keep_keys(old, new)

    assert keep_keys(old, kept) == kept
