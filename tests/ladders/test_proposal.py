"""Outline to proposal to ladder, on documents of our own in the forms that ladders come in."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ladders.canonical import dump, load
from ladders.document import (
    Attribute,
    Cascade,
    Example,
    Expectation,
    Licence,
    Note,
    Source,
    Track,
    TrackInheritance,
)
from ladders.effective import effective
from ladders.faults import faults
from ladders.importing.pipeline import read_upload
from ladders.importing.proposal import File, NotALadderError, propose
from ladders.importing.questions import AnswerError
from ladders.importing.text import Document, UnreadableError, read_text
from tests.examples import examples
from tests.ladders.test_outline import MARKDOWN, filled

DOCUMENTS = Path(__file__).parent / "documents"


def proposal(name):
    return read_upload(name, (DOCUMENTS / name).read_bytes())


def proposed(text):
    return propose([File("a.md", Document(text, text, "none", ()))], "untitled", Source())


def counts(ladder):
    return {
        owner.id: {cell.dimension: len(cell.expectations) for cell in owner.cells}
        for owner in (*ladder.levels, *ladder.mixins)
    }


def questions(read):
    return {each.id: each.default for each in read.questions}


class TestLevelsWithDimensions:
    def test_is_read_whole(self):
        read = proposal("baker.md")
        ladder = read.ladder()
        assert read.verdict.is_ladder is True
        assert read.not_imported == ()
        assert (ladder.id, ladder.name, ladder.cascade) == ("baker", "Baker", Cascade())
        assert [(level.id, level.name, level.rank) for level in ladder.levels] == [
            ("level-1", "Level 1", 1),
            ("level-2", "Level 2", 2),
            ("level-3", "Level 3", 3),
        ]
        assert counts(ladder) == {
            "level-1": {"dough": 3, "oven": 1, "words": 2},
            "level-2": {"dough": 2, "oven": 3, "words": 1, "lead": 1},
            "level-3": {"dough": 1, "oven": 1, "words": 1, "lead": 2},
        }

    def test_a_quotation_is_an_example_of_the_item_above_it(self):
        assert proposal("baker.md").ladder().levels[0].cells[0].expectations[1] == Expectation(
            "Keeps the starter alive",
            examples=(Example("Example: feeds it each evening and labels the jar", "L10"),),
            at="L8",
        )

    def test_close_names_are_asked_about(self):
        read = proposal("baker.md")
        assert questions(read) == {"merge.words-listening": "merge", "licence": "unstated"}
        assert [(each.name, each.aliases) for each in read.ladder().dimensions] == [
            ("Dough", ()),
            ("Oven", ()),
            ("Words", ("Words & Listening",)),
            ("Lead", ()),
        ]
        kept = read.ladder({"merge.words-listening": "keep"})
        assert counts(kept)["level-3"] == {"dough": 1, "oven": 1, "lead": 2, "words-listening": 1}

    def test_names_used_side_by_side_are_not_one(self):
        text = "# T\n## Level 1\n### Words\n- a\n### Words & Listening\n- b\n## Level 2\n### Words\n- c\n"
        assert questions(proposed(text)) == {"licence": "unstated"}

    def test_a_licence_may_be_said_to_be_our_own(self):
        ladder = proposal("baker.md").ladder({"licence": "internal"})
        assert ladder.licence == Licence("LicenseRef-Internal")


class TestTracksAndRoles:
    def test_levels_stand_by_track_and_rank(self):
        ladder = proposal("orchestra.md").ladder()
        assert [
            (level.id, level.name, level.code, level.aliases, level.track, level.rank)
            for level in ladder.levels
        ] == [
            ("player-1", "Section Player I", "Level 1", (), "players", 1),
            ("player-2", "Section Player II", "Level 2", ("Tutti Player",), "players", 2),
            ("soloist", "Soloist", "Level 3", (), "players", 3),
            ("honour", "Guest of Honour", "Level 4", (), "players", 4),
            ("stage-manager", "Stage Manager", "Level 3", (), "stage-leaders", 3),
        ]
        assert ladder.level("honour").summary == "We do not tell a guest of honour what to play."
        assert counts(ladder) == {
            "player-1": {"duty": 2, "habits-mind": 1},
            "player-2": {"duty": 2, "habits-mind": 1},
            "soloist": {"duty": 1, "habits-mind": 1},
            "stage-manager": {"duty": 1, "habits-mind": 1},
            "honour": {},
            "section-leader": {"duty": 1, "habits-mind": 1},
            "librarian": {"duty": 0, "habits-mind": 0},
        }

    def test_what_looks_like_html_but_is_not_survives(self):
        ladder = proposal("orchestra.md").ladder()
        texts = [each.text for each in ladder.level("player-1").cells[0].expectations]
        assert texts[1] == "You mark your part in <soft, loud, silent> places."
        later = [each.text for each in ladder.level("player-2").cells[0].expectations]
        assert (
            later[0]
            == "You play any part of your section at sight, even when it is handed out late."
        )

    def test_roles_and_what_is_still_to_come(self):
        leader, librarian = proposal("orchestra.md").ladder().mixins
        assert (leader.id, leader.placeholder) == ("section-leader", False)
        assert (librarian.name, librarian.aliases, librarian.placeholder) == (
            "Librarian of Scores (“Scores”)",
            ("Scores",),
            True,
        )

    def test_sentences_about_the_ladder_are_kept(self):
        ladder = proposal("orchestra.md").ladder()
        assert ladder.cascade == Cascade(
            "accumulate",
            "NOTE: Duties and habits of the lower chairs cascade up into the higher chairs.",
        )
        assert ladder.notes == (
            Note(
                "The chairs below stand in the order of duty. The number in brackets is the chair.",
                "Chair Overview",
            ),
            Note("Roles are mixed in to the chairs.", "Role Overview"),
        )
        assert (ladder.licence.id, ladder.licence.url) == (
            "CC-BY-SA-4.0",
            "https://creativecommons.org/licenses/by-sa/4.0/",
        )

    def test_every_choice_is_asked(self):
        assert questions(proposal("orchestra.md")) == {
            "roles": "mixins",
            "cascade": "accumulate",
            "cascade.stage-leaders": "below",
            "order": "rank",
            "codes": "keep",
            "licence": "stated",
        }

    @pytest.mark.parametrize(
        ("answer", "inherits", "expected"),
        [
            ("below", (TrackInheritance("players", 3),), 8),
            ("lower", (TrackInheritance("players"),), 8),
            ("none", (), 2),
        ],
    )
    def test_which_other_levels_a_track_builds_on(self, answer, inherits, expected):
        ladder = proposal("orchestra.md").ladder({"cascade.stage-leaders": answer})
        assert ladder.tracks == (
            Track("players", "Players"),
            Track("stage-leaders", "Stage Leaders", inherits=inherits),
        )
        assert len(list(effective(ladder, "stage-manager").expectations())) == expected

    def test_an_answered_cascade_is_confirmed(self):
        cascade = proposal("orchestra.md").ladder({"cascade": "supersede"}).cascade
        assert (cascade.mode, cascade.confirmed) == ("supersede", True)

    def test_the_order_of_the_document_can_be_kept(self):
        ladder = proposal("orchestra.md").ladder({"order": "document", "codes": "drop"})
        assert [(level.id, level.code) for level in ladder.levels] == [
            ("player-1", ""),
            ("player-2", ""),
            ("soloist", ""),
            ("stage-manager", ""),
            ("honour", ""),
        ]

    def test_roles_can_be_levels(self):
        ladder = proposal("orchestra.md").ladder({"roles": "levels"})
        assert ladder.mixins == ()
        assert [(each.id, each.track, each.rank) for each in ladder.levels[-2:]] == [
            ("mixin-section-leader", "roles", 1),
            ("mixin-librarian", "roles", 2),
        ]

    def test_lines_left_out_are_listed_with_a_reason(self):
        listed = {
            line.number: (line.text, line.why) for line in proposal("orchestra.md").not_imported
        }
        assert listed[11] == (
            "* [Section Player I (Level 1)](#player-1)",
            "a table of contents: read for tracks and order",
        )
        assert listed[4] == ("## Chair Overview", "a heading of its own, no part of a level")
        assert sorted(listed) == [
            *(3, 4, 11, 12, 13, 14, 17, 19, 20, 24, 25, 27),
            *(38, 51, 62, 73, 80, 82, 102),
        ]


class TestOneLevel:
    def test_is_read_with_attributes_examples_and_nested_items(self):
        ladder = proposal("gardener.md").ladder()
        (level,) = ladder.levels
        assert (level.name, level.code, level.summary) == (
            "Gardener",
            "L2",
            "_I keep a bed alive through a dry summer._",
        )
        assert level.attributes == (
            Attribute("Reach", "One garden"),
            Attribute("Checked by", "The head gardener"),
        )
        # A group that holds every dimension tells nothing apart.
        assert [(each.name, each.group) for each in ladder.dimensions] == [
            ("Soil", None),
            ("Tools", None),
        ]
        soil, tools = level.cells
        assert soil.expectations == (
            Expectation(
                "I test the soil before I plant and write down what I find",
                children=("in spring", "in autumn"),
                at="L14",
            ),
            Expectation("I rotate beds", detail="A plan hangs in the shed.", at="L18"),
        )
        assert [each.text for each in tools.expectations] == [
            "I clean what I borrow",
            "I sharpen what I use",
        ]
        assert tools.examples == (Example("I showed an apprentice how to hold a scythe.", "L30"),)

    @pytest.mark.parametrize(
        ("answer", "expected"),
        [("children", [2, 2]), ("expectations", [4, 2]), ("examples", [2, 2])],
    )
    def test_nested_items_are_asked_about(self, answer, expected):
        cells = proposal("gardener.md").ladder({"nested": answer}).levels[0].cells
        assert [len(cell.expectations) for cell in cells] == expected
        assert len(cells[0].expectations[0].examples) == (2 if answer == "examples" else 0)

    def test_attributes_may_be_expectations(self):
        ladder = proposal("gardener.md").ladder({"attributes": "expectations"})
        assert [(each.id, each.implicit) for each in ladder.dimensions] == [
            ("expectations", True),
            ("soil", False),
            ("tools", False),
        ]
        assert counts(ladder) == {"gardener": {"expectations": 2, "soil": 2, "tools": 2}}
        assert ladder.levels[0].attributes == ()


class TestOtherForms:
    def test_dimensions_may_hold_the_levels(self):
        text = (
            "# T\n## Taste\n### Junior Cook\n- a\n- b\n### Senior Cook\n- c\n"
            "## Pace\n### Junior Cook\n- d\n### Senior Cook\n- e\n- f\n"
        )
        ladder = proposed(text).ladder()
        assert [level.name for level in ladder.levels] == ["Junior Cook", "Senior Cook"]
        assert counts(ladder) == {
            "junior-cook": {"taste": 2, "pace": 1},
            "senior-cook": {"taste": 1, "pace": 2},
        }

    def test_dimensions_that_hold_levels_are_no_tracks(self):
        text = (
            "# T\n## Roles we play\n### Junior Cook\n- a\n- b\n### Senior Cook\n- c\n"
            "## Pace\n### Junior Cook\n- d\n### Senior Cook\n- e\n### Chief Cook\n- f\n"
            "## Taste\n### Chief Cook\n- g\n### Senior Cook\n- h\n"
        )
        ladder = proposed(text).ladder()
        assert (ladder.tracks, ladder.mixins) == ((), ())
        assert [dimension.name for dimension in ladder.dimensions] == [
            "Roles we play",
            "Pace",
            "Taste",
        ]

    def test_levels_without_dimensions_get_one(self):
        ladder = proposed("# T\n## Junior Cook\n- a\n- b\n## Senior Cook\n- c\n").ladder()
        assert [(each.name, each.implicit) for each in ladder.dimensions] == [
            ("Expectations", True)
        ]
        assert counts(ladder) == {
            "junior-cook": {"expectations": 2},
            "senior-cook": {"expectations": 1},
        }

    PROSE = (
        "# T\n## Level 1\n### Taste\nSalts. Tastes.\n### Pace\n- a\n- a\n## Level 2\n"
        "### Taste\n- b\n### Pace\n- c\n"
    )

    @pytest.mark.parametrize(
        ("answer", "texts", "summary"),
        [
            ("statement", ["Salts. Tastes."], ""),
            ("sentences", ["Salts.", "Tastes."], ""),
            ("summary", [], "Salts. Tastes."),
        ],
    )
    def test_prose_is_asked_about(self, answer, texts, summary):
        cell = proposed(self.PROSE).ladder({"prose": answer}).levels[0].cells[0]
        assert ([each.text for each in cell.expectations], cell.summary) == (texts, summary)

    def test_repeats_are_asked_about(self):
        read = proposed(self.PROSE)
        assert questions(read)["duplicates"] == "keep"
        assert counts(read.ladder())["level-1"] == {"taste": 1, "pace": 2}
        assert counts(read.ladder({"duplicates": "once"}))["level-1"] == {"taste": 1, "pace": 1}

    def test_a_repair_can_be_refused(self):
        broken = "the team\u2019s".encode().decode("mac_roman")
        text = f"# T\n## Level 1\n### Taste\n- {broken}\n## Level 2\n### Taste\n- b\n- c\n"
        read = read_upload("t.md", text.encode())
        first = read.ladder().levels[0].cells[0].expectations[0]
        assert (first.text, read.ladder().source.encoding_repair) == (
            "the team\u2019s",
            "mac_roman",
        )
        kept = read.ladder({"encoding": "keep"})
        assert kept.levels[0].cells[0].expectations[0].text == broken
        assert kept.source.encoding_repair == "none"


class TestNoLadder:
    def test_an_essay_is_refused_with_reasons(self):
        read = proposal("essay.md")
        assert read.verdict.is_ladder is False
        with pytest.raises(NotALadderError, match=r"^Nothing looks like levels with"):
            read.ladder()
        assert {line.number for line in read.not_imported} == {1, 3, 5, 6, 8, 9, 11, 13, 15}

    @pytest.mark.parametrize(
        ("answers", "question"),
        [({"nothing": "merge"}, "nothing"), ({"licence": "stolen"}, "licence")],
    )
    def test_an_answer_must_be_one_of_the_options(self, answers, question):
        with pytest.raises(AnswerError) as refused:
            proposal("baker.md").ladder(answers)
        assert refused.value.question == question


@examples(300)
@given(
    MARKDOWN
    | st.lists(
        st.sampled_from(
            [
                "# Cook",
                "## Level 1",
                "## Level 2",
                "## Roles",
                "### Taste",
                "### Pace",
                "- x",
                "- y",
                "  - z",
                "> e",
                "prose",
                "TBD",
                "",
                "* [Level 1](#level-1)",
                "* [Level 2](#level-2)",
                "All lower levels cascade up.",
                '<a id="mixin-x"></a>',
                "### Level 1",
                "#### Taste",
                "**L3: Lead**",
                "{x} (L1)",
                "## License",
            ]
        ),
        max_size=40,
    ).map("\n".join),
    st.randoms(use_true_random=False),
)
def test_any_text_gives_a_sound_ladder_or_none(text, random):
    """Nothing raises, no line is lost, and whatever is answered, the ladder can be kept."""
    try:
        text = read_text(text.encode()).text
    except UnreadableError:
        # Control characters stand in no text that is read.
        return
    read = proposed(text)
    held = {n for part in read.parts for n in range(part.line, part.last_line + 1)}
    assert filled(text) <= held
    answers = {each.id: random.choice(each.options).value for each in read.questions}
    try:
        ladder = read.ladder(answers)
    except NotALadderError:
        return
    assert faults(ladder) == []
    assert load(dump(ladder)) == ladder


def test_broken_bytes_are_refused_before_reading():
    with pytest.raises(UnreadableError):
        read_upload("x.md", b"\x00\x01")


class TestRolesWithoutDimensions:
    TEXT = """\
# Kitchen

## Levels

### Junior Cook
#### Taste
- Salts.
#### Pace
- Is on time.

### Senior Cook
#### Taste
- Seasons.
#### Pace
- Is early.

## Roles

### Buyer
Buys for everybody.
- Knows the markets.
- Keeps the accounts.

### Night Cook
#### Pace
- Works late.
"""

    def test_what_they_list_is_expected_in_no_dimension(self):
        read = proposed(self.TEXT)
        ladder = read.ladder()

        assert counts(ladder) == {
            "junior-cook": {"taste": 1, "pace": 1},
            "senior-cook": {"taste": 1, "pace": 1},
            "buyer": {"expectations": 2},
            "night-cook": {"pace": 1},
        }
        buyer = next(each for each in ladder.mixins if each.id == "buyer")
        assert buyer.summary == "Buys for everybody."
        asked = effective(ladder, "junior-cook", ("buyer",))
        assert {each.dimension: len(each.expectations) for each in asked.dimensions} == {
            "expectations": 2,
            "taste": 1,
            "pace": 1,
        }
        # A person is asked, and may say that they are levels.
        assert questions(read)["roles"] == "mixins"
        assert [each.name for each in read.ladder({"roles": "levels"}).levels][2:] == [
            "Buyer",
            "Night Cook",
        ]

    @pytest.mark.parametrize(
        ("before", "after", "roles"),
        [
            # A list under a question, under what looks like a dimension, and no list at all.
            ("### Buyer", "### How we buy", ["Night Cook"]),
            ("### Buyer", "### Communication", ["Night Cook"]),
            ("- Knows the markets.\n- Keeps the accounts.\n", "And sells.\n", ["Night Cook"]),
            # No heading for roles, and one that holds the levels as well.
            ("## Roles", "## Markets", []),
            ("## Levels", "## Roles\n\n### Buyer\n- Buys.\n", []),
        ],
    )
    def test_nothing_else_is_a_role(self, before, after, roles):
        ladder = proposed(self.TEXT.replace(before, after, 1)).ladder()
        assert [each.name for each in ladder.mixins] == roles

    def test_a_title_that_sounds_like_a_dimension_is_one(self):
        ladder = proposed(self.TEXT.replace("### Buyer", "### Technical Lead")).ladder()
        assert [each.name for each in ladder.mixins] == ["Technical Lead", "Night Cook"]
