"""A document of one level becomes a level of a ladder that is there already."""

from dataclasses import replace

import pytest

from ladders.canonical import as_json, from_json
from ladders.document import (
    AppliesTo,
    Cascade,
    Cell,
    Common,
    Dimension,
    Expectation,
    Group,
    Ladder,
    Level,
    Mixin,
    SameAs,
    Track,
    TrackInheritance,
)
from ladders.effective import effective
from ladders.importing.corrections import Join
from ladders.importing.joining import JoinError, joined
from ladders.keys import expectation_keys


def cell(dimension, *texts, **more):
    return Cell(dimension, expectations=tuple(map(Expectation, texts)), **more)


BASE = Ladder(
    id="kitchen",
    name="Kitchen",
    cascade=Cascade("accumulate"),
    tracks=(
        Track("hot", "Hot kitchen"),
        Track("front", "Front of house", inherits=(TrackInheritance("hot", below_rank=2),)),
    ),
    groups=(Group("craft", "Craft"),),
    dimensions=(
        Dimension("taste", "Taste", group="craft", aliases=("Palate",)),
        Dimension("pace", "Pace"),
    ),
    levels=(
        Level("commis", "Commis", 1, track="hot", cells=(cell("taste", "Salts."),)),
        Level("cook", "Cook", 2, track="hot", cells=(cell("pace", "Is on time."),)),
        Level("waiter", "Waiter", 2, track="front", cells=(cell("pace", "Walks."),)),
    ),
    mixins=(
        Mixin(
            "buyer",
            "Buyer",
            applies_to=AppliesTo(tracks=("hot",), from_rank=2),
            cells=(cell("pace", "Buys early."),),
        ),
    ),
)
ADDITION = Ladder(
    id="sous",
    name="Sous chef",
    groups=(Group("craft", "Craft"), Group("people", "People")),
    dimensions=(
        Dimension("palate", "Palate"),
        Dimension("team", "Team", group="people"),
        Dimension("pace", "Speed"),
    ),
    levels=(
        Level(
            "cook",
            "Sous chef",
            3,
            track="somewhere",
            inherits=("nobody",),
            cells=(
                cell("team", "Teaches."),
                cell("palate", "Knows every dish.", same_as=SameAs("cook", "Same as cook")),
            ),
        ),
    ),
    common=Common(cells=(cell("team", "Is kind."),)),
    mixins=(Mixin("buyer", "Night buyer", cells=(cell("pace", "Buys at night."),)),),
)


def added(beside="commis", side="above", base=BASE, addition=ADDITION):
    return joined(base, addition, Join(base.id, beside, side))


def keys(ladder):
    return {each.key: each.expectation.text for each in expectation_keys(ladder)}


@pytest.mark.parametrize("side", ["above", "below"])
@pytest.mark.parametrize("beside", ["commis", "cook", "waiter"])
def test_what_the_ladder_said_already_keeps_its_keys_and_words(beside, side):
    ladder = added(beside, side)

    assert keys(BASE).items() <= keys(ladder).items()
    assert len(keys(ladder)) == len(keys(BASE)) + 4
    assert from_json(as_json(ladder)) == ladder


@pytest.mark.parametrize(
    ("beside", "side", "order"),
    [
        ("commis", "below", ["Sous chef 1", "Commis 2", "Cook 3", "Waiter 2"]),
        ("commis", "above", ["Commis 1", "Sous chef 2", "Cook 3", "Waiter 2"]),
        ("cook", "above", ["Commis 1", "Cook 2", "Sous chef 3", "Waiter 2"]),
        ("waiter", "below", ["Commis 1", "Cook 2", "Sous chef 2", "Waiter 3"]),
    ],
)
def test_the_level_takes_its_place_and_those_above_move_up(beside, side, order):
    levels = added(beside, side).levels
    assert [f"{level.name} {level.rank}" for level in levels] == order


def test_a_ladder_that_lists_its_highest_level_first_goes_on_doing_so():
    base = replace(BASE, levels=(BASE.levels[1], BASE.levels[0], BASE.levels[2]))
    names = [level.name for level in added("commis", "above", base).levels]
    assert names == ["Cook", "Sous chef", "Commis", "Waiter"]


def test_dimensions_are_matched_by_name_and_new_ones_come_last():
    ladder = added()

    assert [(each.id, each.name, each.group) for each in ladder.dimensions] == [
        ("taste", "Taste", "craft"),
        ("pace", "Pace", None),
        ("team", "Team", "people"),
        ("speed", "Speed", None),
    ]
    level = ladder.level("cook-2")
    said = {each.dimension: [e.text for e in each.expectations] for each in level.cells}
    assert said == {"taste": ["Knows every dish."], "team": ["Teaches.", "Is kind."]}
    assert (level.track, level.inherits, level.cells[0].same_as) == ("hot", None, None)


def test_a_role_of_the_document_is_one_of_this_level_alone():
    ladder = added()
    assert [(each.id, each.name) for each in ladder.mixins] == [
        ("buyer", "Buyer"),
        ("buyer-2", "Night buyer"),
    ]
    assert ladder.mixins[1].applies_to == AppliesTo(levels=("cook-2",))


def test_limits_by_rank_mean_the_same_levels_as_before():
    ladder = added("commis", "above")

    assert ladder.mixins[0].applies_to.from_rank == 3
    assert ladder.tracks[1].inherits == (TrackInheritance("hot", below_rank=3),)
    waiter = {
        each.expectation.text
        for dimension in effective(ladder, "waiter").dimensions
        for each in dimension.expectations
    }
    assert {"Walks.", "Salts."} <= waiter


def test_a_next_version_of_the_level_takes_its_place_and_id():
    base = added()
    level = replace(
        ADDITION.levels[0],
        name="Head of the kitchen",
        cells=(cell("palate", "Knows every dish.", "Invents."),),
    )
    later = replace(ADDITION, levels=(level,), common=Common(), mixins=())

    ladder = joined(base, later, Join("kitchen", "cook-2", "instead"))

    assert [(each.id, each.name, each.rank) for each in ladder.levels] == [
        ("commis", "Commis", 1),
        ("cook-2", "Head of the kitchen", 2),
        ("cook", "Cook", 3),
        ("waiter", "Waiter", 2),
    ]
    assert ladder.level("cook-2").cells == (cell("taste", "Knows every dish.", "Invents."),)
    # Its role is gone, and so are the dimensions that nothing but the level and its role spoke of.
    assert ladder.mixins == (base.mixins[0],)
    assert [each.id for each in ladder.dimensions] == ["taste", "pace"]
    assert from_json(as_json(ladder)) == ladder


def test_the_same_document_twice_changes_nothing():
    base = added()
    assert joined(base, ADDITION, Join("kitchen", "cook-2", "instead")) == base


def test_a_level_of_the_ladder_itself_is_replaced_where_it_stands():
    ladder = added("cook", "instead")

    assert [f"{each.id} {each.name} {each.rank}" for each in ladder.levels] == [
        "commis Commis 1",
        "cook Sous chef 2",
        "waiter Waiter 2",
    ]
    assert ladder.mixins[0] == BASE.mixins[0]


def test_what_cannot_be_joined_is_refused_with_a_sentence():
    two = replace(ADDITION, levels=(*ADDITION.levels, replace(ADDITION.levels[0], id="b")))
    with pytest.raises(JoinError, match="one level"):
        added(addition=two)
    with pytest.raises(JoinError, match="Choose the place again"):
        added("nobody")
    same = replace(ADDITION, levels=(replace(ADDITION.levels[0], name="COMMIS"),))
    with pytest.raises(JoinError, match="already"):
        added(addition=same)
    with pytest.raises(JoinError, match="already"):
        added("cook", "instead", addition=same)
    assert added("commis", "instead", addition=same).level("commis").name == "COMMIS"
