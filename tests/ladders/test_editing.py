"""Editing a ladder by hand: what is asked changes, what is pointed at does not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ladders import editing
from ladders.document import (
    AppliesTo,
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
    SameAs,
    Track,
    TrackInheritance,
)
from ladders.editing import EditError, Owner, Row
from ladders.faults import faults
from ladders.keys import expectation_keys
from tests.examples import examples
from tests.ladders.any_ladder import ladders


def cell(dimension, *said, **more):
    return Cell(dimension, expectations=said, **more)


STIRS = Expectation("Stirs the pot.", detail="Slowly.", examples=(Example("Risotto", at="L7"),))
TASTES = Expectation("Tastes before it is served.", id="taste-first")
KITCHEN = Ladder(
    "cooks",
    "Cooks",
    cascade=Cascade("accumulate", "It cascades."),
    groups=(Group("food", "Food"),),
    dimensions=(Dimension("taste", "Taste", group="food"), Dimension("stores", "Stores")),
    levels=(
        Level("commis", "Commis", 1, cells=(cell("taste", STIRS, TASTES),)),
        Level("chef", "Chef", 2, cells=(cell("stores", Expectation("Orders.")),)),
    ),
    common=Common("All", (cell("taste", Expectation("Washes hands.")),)),
    mixins=(Mixin("saucier", "Saucier", cells=(cell("taste", Expectation("Keeps stocks.")),)),),
)
COMMIS = Owner("levels", "commis")


def keys(ladder):
    return [item.key for item in expectation_keys(ladder)]


def rows(ladder, owner=COMMIS, dimension="taste"):
    return list(editing.rows_of(ladder, owner, dimension))


def saved(ladder, said, owner=COMMIS, dimension="taste", summary="", same_as=None):  # noqa: PLR0917
    return editing.set_cell(ladder, owner, dimension, said, summary=summary, same_as=same_as)


# -- Cells


def test_a_cell_saved_as_it_was_shown_is_the_same_ladder():
    assert saved(KITCHEN, rows(KITCHEN)) == KITCHEN


def test_an_expectation_worded_anew_keeps_its_key_by_an_id():
    first, second = rows(KITCHEN)
    edited = saved(KITCHEN, [replace(first, text="Stirs the pot, always."), second])

    assert keys(edited) == keys(KITCHEN)
    assert edited.level("commis").cells[0].expectations == (
        replace(STIRS, id=keys(KITCHEN)[0], text="Stirs the pot, always."),
        TASTES,
    )


def test_rows_are_moved_removed_and_added():
    first, second = rows(KITCHEN)
    edited = saved(KITCHEN, [second, first, Row("", "Sharpens knives.", label="Tools")])

    assert keys(edited)[:2] == [second.key, first.key]
    assert edited.level("commis").cells[0].expectations == (
        TASTES,
        STIRS,
        Expectation("Sharpens knives.", label="Tools"),
    )
    assert keys(saved(KITCHEN, [second])) == [k for k in keys(KITCHEN) if k != first.key]


def test_label_kind_and_examples_are_edited_and_the_rest_stays():
    first, second = rows(KITCHEN)
    assert first == Row(keys(KITCHEN)[0], "Stirs the pot.", examples=("Risotto",))
    new = replace(first, label="Stir", kind="anti_pattern", examples=("Polenta", "Risotto"))

    assert saved(KITCHEN, [new, second]).level("commis").cells[0].expectations[0] == replace(
        STIRS,
        label="Stir",
        kind="anti_pattern",
        examples=(Example("Polenta"), Example("Risotto")),
    )


def test_a_new_text_equal_to_one_that_was_worded_anew_has_a_key_of_its_own():
    first, second = rows(KITCHEN)
    edited = saved(KITCHEN, [replace(first, text="Minds the pot."), second, Row("", STIRS.text)])

    assert keys(edited)[:3] == [first.key, second.key, f"{first.key}-2"]


def test_of_two_that_say_the_same_the_second_keeps_its_key_when_the_first_goes():
    double = saved(KITCHEN, [*rows(KITCHEN), Row("", STIRS.text)])
    edited = saved(double, rows(double)[1:])

    assert keys(edited) == keys(double)[1:]


def test_a_row_of_another_cell_or_sent_twice_is_a_new_one():
    first, _ = rows(KITCHEN)
    edited = saved(KITCHEN, [first, first, Row("chef.stores.x", "Orders.")])

    assert keys(edited)[0] == first.key
    assert len(set(keys(edited))) == len(keys(edited)) == 6


def test_a_cell_is_called_the_same_as_another_and_is_so_no_longer():
    same = SameAs("chef", "As a chef does")
    edited = saved(KITCHEN, rows(KITCHEN), same_as=same)

    cells = (replace(KITCHEN.levels[0].cells[0], same_as=same),)
    assert edited == replace(
        KITCHEN, levels=(replace(KITCHEN.levels[0], cells=cells), KITCHEN.levels[1])
    )
    assert saved(edited, rows(edited)) == KITCHEN


def test_a_level_is_the_same_only_as_those_that_do_not_lead_back_to_it():
    third = Level("third", "Third", 3, cells=(cell("taste", same_as=SameAs("chef")),))
    chef = replace(KITCHEN.levels[1], cells=(cell("taste", same_as=SameAs("commis")),))
    ladder = replace(KITCHEN, levels=(KITCHEN.levels[0], chef, third, Level("fourth", "Fourth", 4)))

    def possible(owner, dimension="taste"):
        return [each.id for each in editing.possible_sames(ladder, owner, dimension)]

    assert possible(COMMIS) == ["fourth"]
    assert possible(Owner("levels", "third")) == ["commis", "chef", "fourth"]
    assert possible(COMMIS, "stores") == ["chef", "third", "fourth"]
    assert possible(Owner("roles", "saucier")) == ["commis", "chef", "third", "fourth"]
    for level in possible(COMMIS):
        assert faults(saved(ladder, rows(ladder), same_as=SameAs(level))) == []


SAUCIER_AT_CHEF = Owner("roles", "saucier", "chef")


def test_what_a_role_says_at_one_level_is_edited_and_gone_when_it_says_nothing():
    said = saved(KITCHEN, [Row("", "Plans."), Row("", "Buys.")], SAUCIER_AT_CHEF)
    cells = (cell("taste", Expectation("Plans."), Expectation("Buys.")),)
    assert said.mixins == (replace(KITCHEN.mixins[0], cells_by_level=(LevelCells("chef", cells),)),)
    assert [item.level for item in expectation_keys(said) if item.level] == ["chef", "chef"]

    first, second = rows(said, SAUCIER_AT_CHEF)
    anew = saved(said, [replace(first, text="Plans ahead."), second], SAUCIER_AT_CHEF)
    assert keys(anew) == keys(said)
    commis = saved(anew, [Row("", "Peels.")], Owner("roles", "saucier", "commis"))
    assert [at.level for at in commis.mixins[0].cells_by_level] == ["chef", "commis"]

    assert saved(said, [], SAUCIER_AT_CHEF) == KITCHEN


def test_an_empty_cell_that_the_document_has_stays_until_something_changes_in_it():
    empty = replace(
        KITCHEN, levels=(KITCHEN.levels[0], replace(KITCHEN.levels[1], cells=(cell("taste"),)))
    )
    chef = Owner("levels", "chef")

    assert saved(empty, [], chef) == empty
    full = saved(empty, [Row("", "Salts.")], chef)
    assert saved(full, [], chef).level("chef").cells == ()


@pytest.mark.parametrize(
    "owner",
    [
        Owner("roles", "saucier", "nobody"),
        Owner("roles", "nobody", "chef"),
        Owner("levels", "commis", "chef"),
        Owner("common", "all", "chef"),
    ],
)
def test_only_a_role_has_cells_at_a_level(owner):
    with pytest.raises(KeyError):
        editing.cells_of(KITCHEN, owner)


def test_what_replaced_a_removed_expectation_replaces_nothing():
    first, second = rows(KITCHEN)
    built = replace(
        KITCHEN,
        levels=(
            KITCHEN.levels[0],
            Level(
                "chef", "Chef", 2, cells=(cell("taste", Expectation("New", replaces=(first.key,))),)
            ),
        ),
    )

    assert saved(built, [second]).level("chef").cells[0].expectations == (Expectation("New"),)
    reworded = saved(built, [replace(first, text="Minds the pot."), second])
    assert reworded.level("chef").cells[0].expectations[0].replaces == (first.key,)


@pytest.mark.parametrize(
    ("owner", "where"),
    [
        (Owner("levels", "chef"), lambda edited: edited.level("chef").cells),
        (Owner("roles", "saucier"), lambda edited: edited.mixin("saucier").cells),
        (Owner("common", "all"), lambda edited: edited.common.cells),
    ],
)
def test_every_owner_has_cells_in_the_order_of_the_dimensions(owner, where):
    edited = saved(KITCHEN, [Row("", "Tastes all.")], owner, "taste", "In short.")
    edited = saved(edited, [Row("", "Counts.")], owner, "stores")

    assert [each.dimension for each in where(edited)] == ["taste", "stores"]
    assert where(edited)[0].summary == "In short."
    assert where(edited)[1].expectations[-1].text == "Counts."


def test_an_empty_cell_is_not_made():
    assert saved(KITCHEN, [], Owner("levels", "chef"), "taste") == KITCHEN


@pytest.mark.parametrize("owner", [Owner("levels", "x"), Owner("roles", "x"), Owner("common", "x")])
def test_an_owner_that_is_not_there_is_an_error(owner):
    with pytest.raises(KeyError):
        editing.cells_of(KITCHEN, owner)


@examples(25)
@given(ladders(), st.randoms(use_true_random=False))
def test_any_edit_of_a_cell_keeps_every_key_that_is_still_there(ladder, random):
    owner = Owner("levels", ladder.levels[0].id)
    dimension = ladder.dimensions[0].id
    before = rows(ladder, owner, dimension)
    kept = [replace(row, text=row.text + "!") if random.random() < 0.5 else row for row in before]
    random.shuffle(kept)
    edited = saved(ladder, [*kept[1:], Row("", "New.")], owner, dimension)

    gone = {row.key for row in kept[:1]}
    assert set(keys(ladder)) - gone <= set(keys(edited))
    assert len(set(keys(edited))) == len(keys(edited))


# -- The ladder around them


def test_the_frame():
    edited = editing.set_frame(
        KITCHEN,
        name="Kitchen",
        tagline="Hot.",
        summary="All of it.",
        mode="supersede",
        licence=Licence("MIT"),
    )

    assert edited == replace(
        KITCHEN,
        name="Kitchen",
        tagline="Hot.",
        summary="All of it.",
        cascade=Cascade("supersede", "It cascades.", confirmed=True),
        licence=Licence("MIT"),
    )
    same = editing.set_frame(
        KITCHEN, name="Cooks", tagline="", summary="", mode="accumulate", licence=Licence()
    )
    assert same == KITCHEN


def test_a_track_is_added_described_and_removed():
    added = editing.add_track(editing.add_track(KITCHEN, "Cooks"), "Waiters")
    assert added.tracks == (Track("cooks", "Cooks"), Track("waiters", "Waiters"))
    assert editing.add_track(added, "cooks!").tracks[-1].id == "cooks-2"

    takes_over = (TrackInheritance("cooks", 2),)
    edited = editing.set_track(
        added, "waiters", name="Service", summary="In front.", inherits=takes_over
    )
    assert edited.tracks == (
        Track("cooks", "Cooks"),
        Track("waiters", "Service", "In front.", takes_over),
    )
    assert editing.remove_track(editing.remove_track(added, "waiters"), "cooks") == KITCHEN
    with pytest.raises(KeyError):
        editing.set_track(added, "nobody", name="", summary="", inherits=())


def test_a_track_that_is_named_stays():
    ladder = replace(
        KITCHEN,
        tracks=(
            Track("cooks", "Cooks"),
            Track("own", "Own", inherits=(TrackInheritance("cooks"),)),
        ),
        levels=(replace(KITCHEN.levels[0], track="cooks"), KITCHEN.levels[1]),
        mixins=(replace(KITCHEN.mixins[0], applies_to=AppliesTo(tracks=("cooks",))),),
    )

    with pytest.raises(
        EditError, match=r"^Cooks cannot be removed while it is named by Commis, Own, Saucier\.$"
    ):
        editing.remove_track(ladder, "cooks")
    assert [each.id for each in editing.remove_track(ladder, "own").tracks] == ["cooks"]


def test_a_level_is_added_above_described_and_removed():
    added = editing.add_level(KITCHEN, "Sous-chef", None)
    assert added.levels[-1] == Level("sous-chef", "Sous-chef", 3)
    assert editing.add_level(added, "Sous chef!", None).levels[-1].id == "sous-chef-2"

    edited = editing.set_level(
        added,
        "sous-chef",
        name="Second",
        code="L2",
        track=None,
        rank=2,
        summary="Stands in.",
        attributes=(Attribute("Reports to", "Chef"),),
    )
    assert edited.level("sous-chef") == Level(
        "sous-chef",
        "Second",
        2,
        code="L2",
        summary="Stands in.",
        attributes=(Attribute("Reports to", "Chef"),),
    )
    assert editing.remove_level(edited, "sous-chef") == KITCHEN


@pytest.mark.parametrize(
    ("change", "namer"),
    [
        (
            {"levels": (*KITCHEN.levels, Level("head", "Head", 3, inherits=("commis",)))},
            "Head",
        ),
        (
            {
                "levels": (
                    *KITCHEN.levels,
                    Level("head", "Head", 3, cells=(Cell("taste", same_as=SameAs("commis")),)),
                )
            },
            "Head",
        ),
        (
            {"common": Common("All", (Cell("taste", same_as=SameAs("commis")),))},
            "All",
        ),
        ({"mixins": (Mixin("m", "Mixer", applies_to=AppliesTo(levels=("commis",))),)}, "Mixer"),
        ({"mixins": (Mixin("m", "Mixer", cells_by_level=(LevelCells("commis"),)),)}, "Mixer"),
    ],
)
def test_a_level_that_something_names_is_not_removed(change, namer):
    with pytest.raises(EditError, match=f"Commis cannot be removed while it is named by {namer}."):
        editing.remove_level(replace(KITCHEN, **change), "commis")


def test_dimensions_are_added_renamed_grouped_and_removed():
    added = editing.add_dimension(KITCHEN, "Pace", "Food")
    assert added.dimensions[-1] == Dimension("pace", "Pace", group="food")

    as_it_is = {"summary": "", "cascade": None, "after": ""}
    moved = editing.set_dimension(KITCHEN, "taste", name="Flavour", group="Plates", **as_it_is)
    assert moved.dimensions[0] == Dimension("taste", "Flavour", group="plates")
    assert moved.groups == (Group("plates", "Plates"),)
    assert editing.set_dimension(moved, "taste", name="Taste", group="Food", **as_it_is) == KITCHEN

    removed = editing.remove_dimension(KITCHEN, "taste")
    assert [each.id for each in removed.dimensions] == ["stores"]
    assert keys(removed) == [key for key in keys(KITCHEN) if ".stores." in key]
    assert removed.groups == ()
    assert faults(removed) == []


def test_a_dimension_is_read_after_another_wherever_it_has_a_cell_and_keeps_its_keys():
    kitchen = saved(KITCHEN, [Row("", "Salts.")], owner=Owner("levels", "chef"))
    about = {"name": "Taste", "group": "Food", "summary": "On the tongue.", "cascade": "none"}
    moved = editing.set_dimension(kitchen, "taste", **about, after="stores")

    assert [each.id for each in moved.dimensions] == ["stores", "taste"]
    assert (moved.dimension("taste").summary, moved.dimension("taste").cascade) == (
        "On the tongue.",
        "none",
    )
    assert editing.place_of(moved, "taste") == "stores"
    assert moved.level("chef").cells == tuple(reversed(kitchen.level("chef").cells))
    assert moved.level("commis") == kitchen.level("commis")
    assert sorted(keys(moved)) == sorted(keys(kitchen))
    assert faults(moved) == []

    as_it_was = {"name": "Taste", "group": "Food", "summary": "", "cascade": None}
    assert editing.set_dimension(moved, "taste", **as_it_was, after="") == kitchen
    with pytest.raises(KeyError):
        editing.set_dimension(kitchen, "taste", **as_it_was, after="nowhere")


def test_a_role_is_limited_to_levels_and_what_the_document_says_of_them_stays_while_it_is_true():
    def described(mixin, levels):
        ladder = replace(KITCHEN, mixins=(mixin,))
        edited = editing.set_role(
            ladder, mixin.id, name="Mixer", summary="", placeholder=False, levels=levels
        )
        return edited.mixin(mixin.id).applies_to

    ids = [each.id for each in KITCHEN.levels]
    from_above = AppliesTo(from_rank=KITCHEN.levels[-1].rank)
    assert described(Mixin("m", "Mixer"), ids) == AppliesTo()
    assert described(Mixin("m", "Mixer"), ids[:1]) == AppliesTo(levels=(ids[0],))
    assert described(Mixin("m", "Mixer", applies_to=from_above), ids[-1:]) == from_above
    assert described(Mixin("m", "Mixer", applies_to=from_above), ids) == AppliesTo()


def test_roles_are_added_described_and_removed():
    added = editing.add_role(KITCHEN, "Baker")
    assert added.mixins[-1] == Mixin("baker", "Baker")

    edited = editing.set_role(
        added,
        "baker",
        name="Pastry",
        summary="Sweet.",
        placeholder=True,
        levels=[each.id for each in KITCHEN.levels],
    )
    assert edited.mixin("baker") == Mixin("baker", "Pastry", summary="Sweet.", placeholder=True)
    assert editing.remove_role(edited, "baker") == KITCHEN


def test_the_last_level_and_the_last_dimension_stay():
    alone = replace(KITCHEN, levels=KITCHEN.levels[:1], dimensions=KITCHEN.dimensions[:1])

    with pytest.raises(EditError, match="at least one level"):
        editing.remove_level(alone, "commis")
    with pytest.raises(EditError, match="at least one dimension"):
        editing.remove_dimension(alone, "taste")
