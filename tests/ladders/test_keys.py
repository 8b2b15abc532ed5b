"""Keys of expectations: unique in a ladder, and steady between versions."""

from hypothesis import given

from ladders.document import Cell, Common, Dimension, Expectation, Ladder, Level, LevelCells, Mixin
from ladders.keys import expectation_keys, normalised
from tests.examples import examples
from tests.ladders.any_ladder import ladders


def one_cell(*expectations):
    return (Cell("taste", expectations=expectations),)


def kitchen(*expectations):
    return Ladder(
        "cooks",
        "Cooks",
        dimensions=(Dimension("taste", "Taste"),),
        levels=(Level("commis", "Commis", 1, cells=one_cell(*expectations)),),
        common=Common(cells=one_cell(Expectation("Wash."))),
        mixins=(
            Mixin(
                "saucier",
                "Saucier",
                cells=one_cell(Expectation("Wash.")),
                cells_by_level=(LevelCells("commis", one_cell(Expectation("Wash."))),),
            ),
        ),
    )


def keys(ladder):
    return [keyed.key for keyed in expectation_keys(ladder)]


def test_a_key_says_owner_dimension_and_text():
    assert keys(kitchen(Expectation("Wash."))) == [
        "commis.taste.f07fb4b8",
        "common.taste.f07fb4b8",
        "saucier.taste.f07fb4b8",
        "saucier@commis.taste.f07fb4b8",
    ]


def test_an_explicit_id_is_the_key_and_repeats_are_numbered():
    said = [
        Expectation("Wash."),
        Expectation("Cut.", id="cut"),
        Expectation(" *wash.* "),
        Expectation("WASH."),
    ]
    assert keys(kitchen(*said))[:4] == [
        "commis.taste.f07fb4b8",
        "cut",
        "commis.taste.f07fb4b8-2",
        "commis.taste.f07fb4b8-3",
    ]


def test_keys_do_not_depend_on_order_or_white_space():
    first = keys(kitchen(Expectation("Wash."), Expectation("Cut the bread.")))
    second = keys(kitchen(Expectation("Cut  the\n bread."), Expectation("Wash.")))
    assert sorted(first) == sorted(second)


@examples(50)
@given(ladders())
def test_no_two_expectations_share_a_key(ladder):
    named = keys(ladder)
    assert len(set(named)) == len(named)


def test_emphasis_case_and_space_do_not_make_a_text_different():
    assert normalised("You **own**  `it`,\n _really_") == normalised("you own it, really")
    assert normalised("snake_case") == "snake_case"
