"""What a level expects: chains, modes, references, roles, and where each expectation comes from."""

from dataclasses import replace

import pytest

from ladders import effective as module
from ladders import keys
from ladders.document import (
    AppliesTo,
    Cascade,
    Cell,
    Common,
    Dimension,
    Expectation,
    Ladder,
    Level,
    LevelCells,
    Mixin,
    SameAs,
    Track,
    TrackInheritance,
)
from ladders.effective import effective, effective_levels, split_new
from tests.builders import a_ladder_document


def cell(*texts, dimension="craft", **more):
    said = tuple(each if isinstance(each, Expectation) else Expectation(each) for each in texts)
    return Cell(dimension, expectations=said, **more)


def level(name, rank, *cells, **more):
    return Level(name, name.upper(), rank, track=more.pop("track", "makers"), cells=cells, **more)


def ladder(*levels, mode="accumulate", **more):
    return Ladder(
        "l",
        "L",
        cascade=Cascade(mode),
        tracks=more.pop("tracks", (Track("makers", "Makers"),)),
        dimensions=more.pop(
            "dimensions", (Dimension("craft", "Craft"), Dimension("reach", "Reach"))
        ),
        levels=levels,
        **more,
    )


THREE = (
    level("one", 1, cell("a")),
    level("two", 2, cell("b"), cell("r", dimension="reach")),
    level("three", 3, cell("c")),
)


def said(resolved):
    return [(dimension, each.expectation.text) for dimension, each in resolved.expectations()]


def origins(resolved):
    return [
        [(origin.kind, origin.source_id) for origin in each.origins]
        for _, each in resolved.expectations()
    ]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("none", [("craft", "c")]),
        ("accumulate", [("craft", "c"), ("craft", "b"), ("craft", "a"), ("reach", "r")]),
        ("supersede", [("craft", "c"), ("reach", "r")]),
    ],
)
def test_the_three_modes(mode, expected):
    assert said(effective(ladder(*THREE, mode=mode), "three")) == expected


def test_a_dimension_may_have_its_own_mode():
    dimensions = (Dimension("craft", "Craft", cascade="none"), Dimension("reach", "Reach"))
    resolved = effective(ladder(*THREE, dimensions=dimensions), "three")
    assert said(resolved) == [("craft", "c"), ("reach", "r")]


def test_every_expectation_says_where_it_comes_from():
    resolved = effective(ladder(*THREE), "three")
    assert origins(resolved) == [
        [("own", "three")],
        [("inherited", "two")],
        [("inherited", "one")],
        [("inherited", "two")],
    ]
    origin = resolved.dimensions[0].expectations[1].origins[0]
    assert (origin.source_name, origin.key) == ("TWO", resolved.dimensions[0].expectations[1].key)


def test_equal_rank_and_other_tracks_are_not_below():
    levels = (*THREE, level("side", 3, cell("s")), level("lead", 4, cell("m"), track="leads"))
    assert said(effective(ladder(*levels), "side"))[0] == ("craft", "s")
    assert ("craft", "c") not in said(effective(ladder(*levels), "side"))
    assert said(effective(ladder(*levels), "lead")) == [("craft", "m")]


@pytest.mark.parametrize(
    ("below", "texts"), [(3, ["m", "b", "a"]), (None, ["m", "c", "b", "a"]), (1, ["m"])]
)
def test_a_track_may_build_on_another(below, texts):
    tracks = (
        Track("makers", "Makers"),
        Track("leads", "Leads", inherits=(TrackInheritance("makers", below),)),
    )
    resolved = effective(
        ladder(*THREE, level("lead", 4, cell("m"), track="leads"), tracks=tracks), "lead"
    )
    assert [text for dimension, text in said(resolved) if dimension == "craft"] == texts


def test_a_level_may_name_what_it_builds_on():
    levels = (*THREE, level("four", 4, cell("d"), inherits=("one",)))
    assert [text for _, text in said(effective(ladder(*levels), "four"))] == ["d", "a"]
    alone = (*THREE, level("four", 4, cell("d"), inherits=()))
    assert [text for _, text in said(effective(ladder(*alone), "four"))] == ["d"]
    chained = (*THREE, level("four", 4, cell("d"), inherits=("two",)))
    assert [text for _, text in said(effective(ladder(*chained), "four"))] == ["d", "b", "a", "r"]


def test_a_circle_of_levels_ends():
    levels = (
        level("one", 1, cell("a"), inherits=("two",)),
        level("two", 2, cell("b"), inherits=("one",)),
    )
    assert [text for _, text in said(effective(ladder(*levels), "one"))] == ["a", "b"]


def test_same_as_stands_for_the_other_cell_and_adds_to_it():
    levels = (
        level("one", 1, cell("a")),
        level("two", 2, cell("b", same_as=SameAs("one"))),
        level("three", 3, cell(Expectation("as two", same_as=SameAs("two")), "c")),
    )
    resolved = effective(ladder(*levels, mode="none"), "three")
    assert [text for _, text in said(resolved)] == ["c", "b", "a"]
    assert origins(resolved) == [[("own", "three")], [("inherited", "two")], [("inherited", "one")]]


def test_what_everybody_is_asked_comes_after_the_levels():
    resolved = effective(ladder(*THREE, common=Common("All", (cell("z"),))), "one")
    assert said(resolved) == [("craft", "a"), ("craft", "z")]
    assert origins(resolved) == [[("own", "one")], [("common", "common")]]


class TestRoles:
    LEAD = Mixin("lead", "Lead", cells=(cell("leads"),))

    def test_come_last_in_the_order_given(self):
        other = Mixin("data", "Data", cells=(cell("digs"),))
        built = ladder(*THREE, mixins=(self.LEAD, other))
        assert said(effective(built, "one", ["data", "lead"])) == [
            ("craft", "a"),
            ("craft", "digs"),
            ("craft", "leads"),
        ]
        assert effective(built, "one", ["data", "data"]).roles == ("data",)

    @pytest.mark.parametrize(
        ("change", "warning"),
        [
            ({"placeholder": True}, "role lead is a placeholder"),
            ({"applies_to": AppliesTo(from_rank=2)}, "role lead does not apply to level one"),
            ({"applies_to": AppliesTo(to_rank=0)}, "role lead does not apply to level one"),
            ({"applies_to": AppliesTo(tracks=("x",))}, "role lead does not apply to level one"),
            ({"applies_to": AppliesTo(levels=("two",))}, "role lead does not apply to level one"),
            ({"id": "other"}, "role lead is not in this ladder"),
        ],
    )
    def test_that_cannot_be_added_are_a_warning(self, change, warning):
        built = ladder(*THREE, mixins=(replace(self.LEAD, **change),))
        resolved = effective(built, "one", ["lead"])
        assert (said(resolved), resolved.warnings) == ([("craft", "a")], (warning,))

    @pytest.mark.parametrize(
        ("mode", "texts"), [("none", ["y"]), ("accumulate", ["y", "x"]), ("supersede", ["y"])]
    )
    def test_may_ask_different_things_at_each_level(self, mode, texts):
        by_level = (LevelCells("one", (cell("x"),)), LevelCells("two", (cell("y"),)))
        built = ladder(*THREE, mode=mode, mixins=(Mixin("lead", "Lead", cells_by_level=by_level),))
        found = effective(built, "two", ["lead"])
        roles = [
            each.expectation.text
            for _, each in found.expectations()
            if each.origins[0].kind == "role"
        ]
        assert roles == texts

    @pytest.mark.parametrize(
        ("mode", "texts"), [("none", []), ("accumulate", ["x"]), ("supersede", [])]
    )
    def test_ask_at_a_level_above_what_they_ask_below_only_where_levels_add_up(self, mode, texts):
        by_level = (LevelCells("one", (cell("x"),)),)
        built = ladder(*THREE, mode=mode, mixins=(Mixin("lead", "Lead", cells_by_level=by_level),))
        found = effective(built, "two", ["lead"])

        assert [
            each.expectation.text
            for _, each in found.expectations()
            if each.origins[0].kind == "role"
        ] == texts

    def test_may_take_the_place_of_what_the_level_says(self):
        levels = (level("one", 1, cell(Expectation("old", id="old"))),)
        mixin = Mixin("lead", "Lead", cells=(cell(Expectation("new", replaces=("old",))),))
        built = ladder(*levels, mixins=(mixin,))

        assert said(effective(built, "one")) == [("craft", "old")]
        assert said(effective(built, "one", ["lead"])) == [("craft", "new")]

    def test_may_be_the_same_as_a_level(self):
        mixin = Mixin("lead", "Lead", cells=(cell("leads", same_as=SameAs("two")),))
        resolved = effective(ladder(*THREE, mode="none", mixins=(mixin,)), "one", ["lead"])

        assert said(resolved) == [("craft", "a"), ("craft", "b"), ("craft", "leads")]
        assert origins(resolved)[1] == [("inherited", "two")]


@pytest.mark.parametrize(
    "empty",
    [
        Cell("craft"),
        Cell("craft", summary="More of the same."),
        cell(Expectation("Blames others", kind="anti_pattern")),
        cell(Expectation("to come", placeholder=True)),
        cell("to come", placeholder=True),
    ],
    ids=["nothing", "a summary", "a warning sign", "a placeholder", "a placeholder cell"],
)
def test_a_cell_that_asks_nothing_supersedes_nothing(empty):
    levels = (level("one", 1, cell("a")), level("two", 2, cell("b")), level("three", 3, empty))

    assert said(effective(ladder(*levels, mode="supersede"), "three")) == [("craft", "b")]


def test_a_dimension_may_supersede_in_a_ladder_that_adds_up():
    dimensions = (Dimension("craft", "Craft", cascade="supersede"), Dimension("reach", "Reach"))
    levels = (
        level("one", 1, cell("a"), cell("p", dimension="reach")),
        level("two", 2, cell("b"), cell("q", dimension="reach")),
    )
    resolved = effective(ladder(*levels, dimensions=dimensions), "two")

    assert said(resolved) == [("craft", "b"), ("reach", "q"), ("reach", "p")]


def test_under_superseding_the_nearest_words_may_be_those_of_another_track():
    tracks = (
        Track("makers", "Makers"),
        Track("leads", "Leads", inherits=(TrackInheritance("makers", 3),)),
    )
    lead = level("lead", 4, cell("m", dimension="reach"), track="leads")
    resolved = effective(ladder(*THREE, lead, tracks=tracks, mode="supersede"), "lead")

    assert said(resolved) == [("craft", "b"), ("reach", "m")]


def test_what_a_cell_is_the_same_as_counts_as_its_own_words_under_superseding():
    levels = (
        level("one", 1, cell("a")),
        level("two", 2, cell("b")),
        level("three", 3, Cell("craft", same_as=SameAs("one"))),
    )

    assert said(effective(ladder(*levels, mode="supersede"), "three")) == [("craft", "a")]


def test_a_circle_of_cells_ends():
    levels = (
        level("one", 1, cell("a", same_as=SameAs("two"))),
        level("two", 2, cell("b", same_as=SameAs("one"))),
    )

    assert said(effective(ladder(*levels, mode="none"), "one")) == [("craft", "a"), ("craft", "b")]


def test_what_replaces_may_be_replaced_itself():
    levels = (
        level("one", 1, cell(Expectation("first", id="1"))),
        level("two", 2, cell(Expectation("second", id="2", replaces=("1",)))),
        level("three", 3, cell(Expectation("third", id="3", replaces=("2",)))),
    )

    assert said(effective(ladder(*levels), "two")) == [("craft", "second")]
    assert said(effective(ladder(*levels), "three")) == [("craft", "third")]


def test_a_warning_sign_is_never_asked_wherever_it_is_said():
    sign = cell(Expectation("Shouts", kind="anti_pattern"))
    mixin = Mixin("lead", "Lead", cells=(sign,), cells_by_level=(LevelCells("one", (sign,)),))
    built = ladder(level("one", 1, sign), common=Common("All", (sign,)), mixins=(mixin,))

    assert said(effective(built, "one", ["lead"])) == []


def test_origins_are_kept_in_the_order_own_inherited_common_role():
    same = cell("Ask first.")
    mixins = (Mixin("b", "B", cells=(same,)), Mixin("a", "A", cells=(same,)))
    levels = (level("one", 1, same), level("two", 2, same), level("three", 3, same))
    built = ladder(*levels, common=Common("All", (same,)), mixins=mixins)

    assert origins(effective(built, "three", ["b", "a"])) == [
        [
            ("own", "three"),
            ("inherited", "two"),
            ("inherited", "one"),
            ("common", "common"),
            ("role", "b"),
            ("role", "a"),
        ]
    ]


def test_the_same_text_counts_once_and_keeps_all_origins():
    levels = (level("one", 1, cell("Ask first.")), level("two", 2, cell("b")))
    mixin = Mixin(
        "lead", "Lead", cells=(cell("ask  **first**."), cell("Ask first.", dimension="reach"))
    )
    resolved = effective(ladder(*levels, mixins=(mixin,)), "two", ["lead"])
    assert said(resolved) == [("craft", "b"), ("craft", "Ask first."), ("reach", "Ask first.")]
    assert origins(resolved)[1] == [("inherited", "one"), ("role", "lead")]


def test_what_is_replaced_a_placeholder_or_a_warning_sign_is_left_out():
    levels = (
        level(
            "one",
            1,
            cell(Expectation("old", id="old"), Expectation("still to come", placeholder=True)),
        ),
        level(
            "two",
            2,
            cell(
                Expectation("new", replaces=("old",)),
                Expectation("Blames others", kind="anti_pattern"),
            ),
            Cell("reach", placeholder=True, expectations=(Expectation("draft"),)),
        ),
    )
    built = ladder(*levels)
    assert said(effective(built, "one")) == [("craft", "old")]
    assert said(effective(built, "two")) == [("craft", "new")]


def test_what_cannot_be_resolved_is_a_warning():
    odd = level(
        "odd",
        1,
        cell(Expectation("a", id="a", replaces=("gone",)), same_as=SameAs("lost")),
        placeholder=True,
        inherits=("missing",),
    )
    assert set(effective(ladder(odd), "odd").warnings) == {
        "level odd is a placeholder",
        "level odd inherits missing, which is not in this ladder",
        "odd is the same as lost, which is not in this ladder",
        "a replaces gone, which is not in this ladder",
    }


def test_an_unknown_level_is_an_error():
    with pytest.raises(KeyError):
        effective(ladder(*THREE), "four")


class TestNewAtTheTarget:
    def texts(self, resolved, keys):
        return [each.expectation.text for _, each in resolved.expectations() if each.key in keys]

    def test_is_what_the_current_level_does_not_expect(self):
        built = ladder(*THREE)
        target = effective(built, "three")
        split = split_new(target, effective(built, "one"))
        assert self.texts(target, split.new) == ["c", "b", "r"]
        assert self.texts(target, split.already) == ["a"]

    def test_without_a_current_level_is_whatever_is_not_only_inherited(self):
        built = ladder(
            *THREE,
            common=Common("All", (cell("z"),)),
            mixins=(Mixin("lead", "Lead", cells=(cell("a", "leads"),)),),
        )
        target = effective(built, "three", ["lead"])
        split = split_new(target, None)
        assert self.texts(target, split.new) == ["c", "a", "z", "leads"]
        assert self.texts(target, split.already) == ["b", "r"]

    def test_a_restated_sentence_is_not_new(self):
        levels = (level("one", 1, cell("Ask first.")), level("two", 2, cell("ask first.", "b")))
        built = ladder(*levels, mode="supersede")
        target = effective(built, "two")
        split = split_new(target, effective(built, "one"))
        assert self.texts(target, split.new) == ["b"]
        assert self.texts(target, split.already) == ["ask first."]


def test_what_all_levels_ask_is_what_each_asks_and_every_text_is_looked_at_once(monkeypatch):
    ladder = a_ladder_document(levels=[f"Level {number}" for number in range(30)])
    each = {level.id: effective(ladder, level.id) for level in ladder.levels}
    looked_at = []

    def counted(text):
        looked_at.append(text)
        return keys.normalised(text)

    monkeypatch.setattr(module, "normalised", counted)

    assert effective_levels(ladder) == each
    assert len(looked_at) == len(list(keys.expectation_keys(ladder)))
