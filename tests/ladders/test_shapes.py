"""Shapes of documents that a careful reader takes for a ladder, or for none, on small documents of our own."""

import pytest

from ladders.document import AppliesTo, Cascade, TrackInheritance
from tests.ladders.small import proposed


def cells(ladder):
    """The texts of all cells, by the names of levels and roles and of dimensions."""
    names = {dimension.id: dimension.name for dimension in ladder.dimensions}
    return {
        (owner.name, names[cell.dimension]): [each.text for each in cell.expectations]
        for owner in (*ladder.levels, *ladder.mixins)
        for cell in owner.cells
    }


def asked(proposal):
    return {question.topic for question in proposal.questions}


LINES_IN_BOLD = """\
# Bell founders

- **F1 - Founder**

    *Learns the trade.*

    **Casting**

    - Pours under guidance
    - Cleans the mould

    **Guests**

    - Greets visitors
- **F2 - Senior Founder**

    **Casting**

    - Mixes the bronze

    **Guests**

    - Leads the tour
"""
CELLS = {
    ("Founder", "Casting"): ["Pours under guidance", "Cleans the mould"],
    ("Founder", "Guests"): ["Greets visitors"],
    ("Senior Founder", "Casting"): ["Mixes the bronze"],
    ("Senior Founder", "Guests"): ["Leads the tour"],
}


class TestItemsThatFold:
    def test_hold_dimensions_as_lines_in_bold(self):
        proposal = proposed(LINES_IN_BOLD)
        ladder = proposal.ladder()
        assert proposal.verdict.is_ladder is True
        assert cells(ladder) == CELLS
        assert [(each.code, each.summary) for each in ladder.levels] == [
            ("F1", "*Learns the trade.*"),
            ("F2", ""),
        ]

    def test_hold_dimensions_as_items(self):
        ladder = proposed("""\
# Bell founders

- F1 - Founder
    - Casting
        - Pours under guidance
        - Cleans the mould
    - Guests
        - Greets visitors
- F2 - Senior Founder
    - Casting
        - Mixes the bronze
    - Guests
        - Leads the tour
""").ladder()
        assert cells(ladder) == CELLS

    def test_hold_levels_when_they_are_dimensions(self):
        ladder = proposed("""\
# Bell founders

- **Casting**

    **Junior**

    - Pours under guidance
    - Cleans the mould

    **Senior**

    - Mixes the bronze
- **Guests**

    **Junior**

    - Greets visitors

    **Senior**

    - Leads the tour
""").ladder()
        assert cells(ladder) == {
            ("Junior", "Casting"): ["Pours under guidance", "Cleans the mould"],
            ("Junior", "Guests"): ["Greets visitors"],
            ("Senior", "Casting"): ["Mixes the bronze"],
            ("Senior", "Guests"): ["Leads the tour"],
        }

    def test_may_hold_prose_or_nothing(self):
        ladder = proposed("""\
# Bell founders

- **F1 - Founder**

    **Casting**

    Pours under guidance.

    **Guests**

    Greets visitors.
- **F2 - Senior Founder**

    **Casting**

    Mixes the bronze.

    **Guests**

    Leads the tour.
- **F3 - Staff Founder**
""").ladder()
        assert [level.name for level in ladder.levels] == [
            "Founder",
            "Senior Founder",
            "Staff Founder",
        ]
        assert cells(ladder) == {
            ("Founder", "Casting"): ["Pours under guidance."],
            ("Founder", "Guests"): ["Greets visitors."],
            ("Senior Founder", "Casting"): ["Mixes the bronze."],
            ("Senior Founder", "Guests"): ["Leads the tour."],
        }

    def test_are_points_where_a_stranger_stands_among_them(self):
        proposal = proposed("""\
# Minutes

- **Junior Founder**
    - We spoke of the furnace
    - Tom writes to the mayor
- **Senior Founder**
    - Next time
- **Any other business**
    - Cake
""")
        assert proposal.verdict.is_ladder is False

    def test_are_points_of_a_cell_where_they_end_like_sentences(self):
        ladder = proposed("""\
# Bell founders

## Junior Founder

- You plan your own day:
    - before lunch
- You keep the forge tidy.
    - also on Fridays

## Senior Founder

- You plan for others.
- You buy the bronze.
""").ladder()
        assert [
            [(each.text, each.children) for each in level.cells[0].expectations]
            for level in ladder.levels
        ] == [
            [
                ("You plan your own day:", ("before lunch",)),
                ("You keep the forge tidy.", ("also on Fridays",)),
            ],
            [("You plan for others.", ()), ("You buy the bronze.", ())],
        ]

    def test_a_note_to_the_reader_beside_them_is_read(self):
        proposal = proposed(
            "<aside>\nEach level includes everything from the previous level.\n\n</aside>\n\n"
            + LINES_IN_BOLD
        )
        assert proposal.ladder().cascade.stated == (
            "Each level includes everything from the previous level."
        )


LEVELS = """\
# Bell founders

## F1 - Founder

### Casting

- Pours under guidance

### Guests

- Greets visitors

## F3 - Senior Founder

### Casting

- Mixes the bronze

### Guests

- Leads the tour
"""


class TestRolesThatAreAdded:
    def roles(self, text):
        return [
            (
                role.name,
                role.summary,
                role.applies_to,
                [each.text for cell in role.cells for each in cell.expectations],
            )
            for role in proposed(LEVELS + text).ladder().mixins
        ]

    def test_say_so_behind_their_names(self):
        text = """
## Fire warden (added to any level from F3)

### Casting

- Watches the furnace
"""
        assert self.roles(text) == [
            (
                "Fire warden",
                "added to any level from F3",
                AppliesTo(from_rank=3),
                ["Watches the furnace"],
            )
        ]
        proposal = proposed(LEVELS + text)
        assert "b" in asked(proposal)
        assert [dimension.summary for dimension in proposal.ladder().dimensions] == ["", ""]

    def test_or_share_no_dimension_with_the_levels(self):
        assert self.roles(
            "\n## Fire warden (on top of F3 and above)\n\n- Watches the furnace\n"
        ) == [
            (
                "Fire warden",
                "on top of F3 and above",
                AppliesTo(from_rank=3),
                ["Watches the furnace"],
            )
        ]

    def test_or_stand_under_a_heading_for_them(self):
        assert self.roles("\n## Add-on roles\n\n### Fire warden\n\n- Watches the furnace\n") == [
            ("Fire warden", "", AppliesTo(), ["Watches the furnace"])
        ]

    def test_a_note_of_something_else_is_part_of_the_name(self):
        assert self.roles("\n## Add-on roles\n\n### Warden (fire)\n\n- Watches the furnace\n") == [
            ("Warden (fire)", "", AppliesTo(), ["Watches the furnace"])
        ]

    def test_what_stands_under_a_stranger_beside_the_levels_describes_no_dimension(self):
        proposal = proposed(LEVELS + "\n## How we got here\n\n### Casting\n\n- Bought a furnace\n")
        assert [dimension.summary for dimension in proposal.ladder().dimensions] == ["", ""]


@pytest.mark.parametrize(
    "sentence",
    [
        "Each step includes the steps before it, we do not repeat them.",
        "NOTE: expectations add up.",
        "An F3 does everything an F1 does.",
        "Everything expected of an F1 is also expected of an F3.",
        "All of the above, plus the following.",
        "Every level is described in addition to the level before.",
        "A Senior Founder still does everything from the previous level.",
        "Levels are cumulative: what we expect from an F1 we also expect from an F3.",
        "Старший наследует права младшего.",
        "Каждый грейд включает все требования предыдущего.",
        "Jede Stufe enthält alle Erwartungen der vorherigen Stufe.",
        "Das gilt zusätzlich zu den Erwartungen der vorherigen Stufe.",
        "Chaque niveau comprend toutes les attentes du niveau précédent.",
        "Cada nivel incluye todo lo que se espera del nivel anterior.",
        "Além do que se espera do nível anterior.",
    ],
)
def test_a_sentence_that_levels_build_on_each_other_is_asked_about(sentence):
    proposal = proposed(LEVELS.replace("founders\n", f"founders\n\n{sentence}\n"))
    assert {each.id: each.default for each in proposal.questions}["cascade"] == "accumulate"
    assert proposal.ladder().cascade == Cascade("accumulate", sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "In addition to bells we cast candlesticks.",
        "Leads meet all the requirements below.",
        "This guide (in addition to the handbook) helps you see what is expected.",
        "It also says below how to apply.",
    ],
)
def test_a_sentence_of_something_else_is_not(sentence):
    proposal = proposed(LEVELS.replace("founders\n", f"founders\n\n{sentence}\n"))
    assert "a" not in asked(proposal)


def test_a_level_says_of_itself_that_it_builds_on_another():
    sentence = "A Senior Founder inherits every duty of a Founder."
    proposal = proposed(LEVELS.replace("Senior Founder\n", f"Senior Founder\n\n{sentence}\n"))
    ladder = proposal.ladder()
    assert ladder.cascade == Cascade("accumulate", sentence)
    assert [level.summary for level in ladder.levels] == ["", sentence]


class TestTracksThatBuildOnALevel:
    TEXT = """\
# Bell founders

Expectations add up. Masters are expected to meet those of founders up to and including F3.

## Founders

### F1 - Founder

**Casting**

- Pours under guidance

### F3 - Senior Founder

**Casting**

- Mixes the bronze

### F4 - Staff Founder

**Casting**

- Designs the bell

## Masters

### M1 - Master Founder

**Casting**

- Runs the foundry

### M2 - Head Founder

**Casting**

- Runs two foundries
"""

    def test_say_up_to_which(self):
        proposal = proposed(self.TEXT)
        assert [
            (each.id, each.default, next(option.label for option in each.options))
            for each in proposal.questions
            if each.id.startswith("cascade.")
        ] == [("cascade.masters", "limit", "Those up to Senior Founder")]
        assert [(track.id, track.inherits) for track in proposal.ladder().tracks] == [
            ("founders", ()),
            ("masters", (TrackInheritance("founders", 4),)),
        ]

    def test_or_do_not(self):
        text = self.TEXT.replace(
            " Masters are expected to meet those of founders up to and including F3.", ""
        )
        proposal = proposed(text.replace("M1", "M4").replace("M2", "M5"))
        assert [(each.id, each.default) for each in proposal.questions if each.topic == "a"] == [
            ("cascade", "accumulate"),
            ("cascade.masters", "below"),
        ]
        assert proposal.ladder().tracks[1].inherits == (TrackInheritance("founders", 4),)


class TestOneDimensionInAnotherForm:
    INLINE = """
## Bookkeeping

- **Junior:** Writes receipts.
- **Middle:** Keeps the ledger.
- **Senior:** Closes the year.
"""
    CELLS = (
        ("Junior", "Bookkeeping", ["Writes receipts."]),
        ("Middle", "Bookkeeping", ["Keeps the ledger."]),
        ("Senior", "Bookkeeping", ["Closes the year."]),
    )

    def read(self, text):
        ladder = proposed(text + self.INLINE).ladder()
        assert ladder.notes == ()
        return tuple(
            (level, dimension, texts)
            for (level, dimension), texts in cells(ladder).items()
            if dimension == "Bookkeeping"
        )

    def test_beside_nested_lists(self):
        text = """\
# Bell founders

## Casting

- Junior
    - Pours under guidance
- Middle
    - Mixes the bronze

## Guests

- Junior
    - Greets visitors
- Middle
    - Leads the tour
"""
        assert self.read(text) == self.CELLS

    def test_beside_headings(self):
        text = """\
# Bell founders

## Casting

### Junior

- Pours under guidance

### Middle

- Mixes the bronze

## Guests

### Junior

- Greets visitors

### Middle

- Leads the tour
"""
        assert self.read(text) == self.CELLS


class TestFilesOfOneLevelEach:
    FOUNDERS = (
        "# Junior Founder\n\n## Casting\n\n- Pours under guidance\n\n## Guests\n\n- Greets visitors\n",
        (
            "# Senior Founder\n\n* [The junior](junior.md)\n* [The shared page](../all.md)\n\n"
            "## Casting\n\n- Mixes the bronze\n\n## Guests\n\n- Leads the tour\n"
        ),
    )
    NAMES = ("1.md", "2.md", "3.md")

    def test_one_may_be_called_and_filled_otherwise(self):
        odd = "# Bellwright\n\n## Tuning\n\n- Grinds the rim\n\n## Hiring\n\n- Meets applicants\n"
        ladder = proposed(*self.FOUNDERS, odd, names=self.NAMES).ladder()
        assert [level.name for level in ladder.levels] == [
            "Junior Founder",
            "Senior Founder",
            "Bellwright",
        ]
        assert cells(ladder)["Bellwright", "Tuning"] == ["Grinds the rim"]

    @pytest.mark.parametrize(
        "text",
        [
            # The page of another kind by its title, by its headings, and by its form.
            "# Interviews\n\n## Tuning\n\n- Grinds the rim\n\n## Hiring\n\n- Meets applicants\n",
            "# Bellwright\n\n## Why we tune\n\n- Grinds the rim\n\n## Hiring\n\n- Meets applicants\n",
            "# Bellwright\n\n## Tuning\n\nGrinds the rim\n\n## Hiring\n\nMeets applicants\n",
        ],
    )
    def test_or_be_no_level(self, text):
        ladder = proposed(*self.FOUNDERS, text, names=self.NAMES).ladder()
        assert [level.name for level in ladder.levels] == ["Junior Founder", "Senior Founder"]

    def test_a_list_of_links_before_the_first_dimension_is_not_asked_for(self):
        proposal = proposed(*self.FOUNDERS, names=self.NAMES[:2])
        assert {texts[0] for texts in cells(proposal.ladder()).values()} == {
            "Pours under guidance",
            "Greets visitors",
            "Mixes the bronze",
            "Leads the tour",
        }
        assert [(line.file, line.number, line.text) for line in proposal.not_imported] == [
            ("2.md", 3, "* [The junior](junior.md)"),
            ("2.md", 4, "* [The shared page](../all.md)"),
        ]


class TestProseAmongLists:
    TEXT = """\
# Knowledge of metals

What a founder has to know.

## Apprentice

## Junior

Knows the metals:

- Tin
- Copper
    - also from scrap

Can tell them apart by weight. Can tell them apart by sound.

## Senior

Mixes bronze.

Knows the alloys:

- Bell metal
- Brass

Finds the supplier.
"""

    def stated(self, text, answers=None):
        return [
            [(each.text, each.children) for cell in level.cells for each in cell.expectations]
            for level in proposed(text).ladder(answers or {}).levels
        ]

    def test_a_line_with_its_list_is_one_expectation(self):
        assert self.stated(self.TEXT) == [
            [],
            [
                ("Knows the metals:", ("Tin", "Copper", "also from scrap")),
                ("Can tell them apart by weight. Can tell them apart by sound.", ()),
            ],
            [
                ("Mixes bronze.", ()),
                ("Knows the alloys:", ("Bell metal", "Brass")),
                ("Finds the supplier.", ()),
            ],
        ]
        assert {"f", "g"} <= asked(proposed(self.TEXT))

    def test_no_answer_about_prose_loses_the_list(self):
        assert self.stated(self.TEXT, {"prose": "sentences"})[1] == [
            ("Knows the metals:", ("Tin", "Copper", "also from scrap")),
            ("Can tell them apart by weight.", ()),
            ("Can tell them apart by sound.", ()),
        ]
        assert self.stated(self.TEXT, {"prose": "statement"})[2] == [
            (
                "Mixes bronze.\n\nKnows the alloys:\n\nBell metal\n\nBrass\n\nFinds the supplier.",
                (),
            )
        ]
        ladder = proposed(self.TEXT).ladder({"prose": "summary"})
        assert ladder.levels[2].cells[0].summary == (
            "Mixes bronze.\n\nKnows the alloys:\n\nBell metal\n\nBrass\n\nFinds the supplier."
        )

    def test_a_line_over_the_only_list_introduces_it(self):
        text = """\
# Founders

## Junior

A junior is new. You will:

- Melt tin
- Sweep

## Senior

You will:

- Mix bronze
"""
        assert self.stated(text) == [[("Melt tin", ()), ("Sweep", ())], [("Mix bronze", ())]]

    def test_an_introduction_before_the_first_dimension_is_the_summary(self):
        ladder = proposed(LEVELS.replace("Senior Founder\n", "Senior Founder\n\nLeads.\n")).ladder()
        assert [level.summary for level in ladder.levels] == ["", "Leads."]

    def test_the_title_names_the_dimension(self):
        ladder = proposed(self.TEXT).ladder()
        assert [(each.name, each.implicit) for each in ladder.dimensions] == [
            ("Knowledge of metals", False)
        ]

    @pytest.mark.parametrize("title", ["Founders", "Design", "Knowledge matrix", "Design Engineer"])
    def test_the_title_of_a_ladder_does_not(self, title):
        ladder = proposed(self.TEXT.replace("Knowledge of metals", title)).ladder()
        assert [(each.name, each.implicit) for each in ladder.dimensions] == [
            ("Expectations", True)
        ]


def test_a_level_of_which_nothing_is_said_stays_wherever_it_stands():
    text = LEVELS.replace("## F1", "## F0 - Junior Founder\n\n## F1") + "\n## F4 - Head Founder\n"
    ladder = proposed(text).ladder()
    assert [(level.code, bool(level.cells)) for level in ladder.levels] == [
        ("F0", False),
        ("F1", True),
        ("F3", True),
        ("F4", False),
    ]


class TestOneLevelInProse:
    TEXT = """\
# F6

### Overview

An F6 founder casts what nobody has cast before.

### Responsibilities

All of the foundry.

#### Impact

F6s change how towns sound.

They are asked for by name.

#### Ownership

F6s answer for every bell.

#### Communication

F6s talk to mayors.

### Anti-patterns

- Melts the bells of others
"""

    def test_is_a_ladder_of_one_level(self):
        proposal = proposed(self.TEXT)
        ladder = proposal.ladder()
        assert proposal.verdict.is_ladder is True
        assert {"f", "n"} <= asked(proposal)
        assert cells(ladder) == {
            ("F6", "Impact"): ["F6s change how towns sound.", "They are asked for by name."],
            ("F6", "Ownership"): ["F6s answer for every bell."],
            ("F6", "Communication"): ["F6s talk to mayors."],
        }
        assert ladder.levels[0].summary == "An F6 founder casts what nobody has cast before."
        assert [note.text for note in ladder.levels[0].notes] == [
            "All of the foundry.",
            "Melts the bells of others",
        ]

    @pytest.mark.parametrize(
        ("title", "heading"),
        [
            # An essay by its title, an advertisement and minutes by their headings.
            ("# Notes on being Staff Founder here", "### Overview"),
            ("# F6", "### What we offer"),
            ("# F6", "### Questions"),
        ],
    )
    def test_other_prose_is_none(self, title, heading):
        text = self.TEXT.replace("# F6", title, 1).replace("### Overview", heading)
        assert proposed(text).verdict.is_ladder is False


class TestListsThatNoLevelHolds:
    LIST = "\n- Bronze\n- Tin\n- Clay\n"

    def placed(self, text):
        """What is kept as a note, and what is listed as not imported."""
        proposal = proposed(text)
        lines = {"- Bronze", "- Tin", "- Clay", "- Wax"}
        return (
            [note.text for note in proposal.ladder().notes],
            [line.text for line in proposal.not_imported if line.text in lines],
        )

    def test_are_listed_when_they_stand_among_the_levels(self):
        text = LEVELS.replace("## F3", "## What we work with\n" + self.LIST + "\n## F3")
        assert self.placed(text) == ([], ["- Bronze", "- Tin", "- Clay"])

    def test_are_notes_when_they_stand_outside(self):
        assert self.placed(LEVELS + "\n## What we work with\n" + self.LIST) == (
            ["Bronze", "Tin", "Clay"],
            [],
        )

    def test_are_notes_when_they_are_short(self):
        text = LEVELS.replace("## F3", "## What we work with\n\n- Bronze\n- Wax\n\n## F3")
        assert self.placed(text) == (["Bronze", "Wax"], [])

    def test_do_not_describe_a_dimension_that_is_called_like_their_heading(self):
        text = LEVELS.replace("## F3", "## Casting\n" + self.LIST + "\n## F3")
        assert self.placed(text) == ([], ["- Bronze", "- Tin", "- Clay"])
        assert [each.summary for each in proposed(text).ladder().dimensions] == ["", ""]


class TestFrontMatter:
    FILE = "---\ntitle: Foundry ladder\nicon: bell\nlevel: {}\n---\n\n# {}\n\n## Casting\n\n- Pours {}\n- Sweeps\n"

    def read(self, *files, names=("a.md", "b.md")):
        return proposed(*(self.FILE.format(*each) for each in files), names=names)

    def test_the_title_of_all_files_names_the_ladder_and_their_headings_the_levels(self):
        proposal = self.read((2, "Senior Founder", "bronze"), (1, "Junior Founder", "tin"))
        ladder = proposal.ladder()
        assert ladder.name == "Foundry ladder"
        # The number in front matter is the order of the files, and nothing is left to ask.
        assert [level.name for level in ladder.levels] == ["Junior Founder", "Senior Founder"]
        assert asked(proposal).isdisjoint({"c", "h"})

    def test_is_listed_line_by_line_and_once(self):
        proposal = self.read((2, "Senior Founder", "bronze"), (1, "Junior Founder", "tin"))
        lines = [
            (line.number, line.text)
            for line in proposal.not_imported
            if line.file == "a.md" and line.has_words
        ]
        # The level's number is read: it says in which order the levels stand.
        assert lines == [(2, "title: Foundry ladder"), (3, "icon: bell")]
        assert [each.text for each in proposal.ladder().unmapped if each.at.startswith("a.md")] == [
            text for _, text in lines
        ]

    def test_the_line_that_names_a_level_is_not(self):
        text = "---\ntitle: {}\nicon: bell\n---\n\n## Casting\n\n- Pours\n- Sweeps\n"
        proposal = proposed(
            text.format("Junior Founder"), text.format("Senior Founder"), names=("a.md", "b.md")
        )
        assert [line.text for line in proposal.not_imported if line.has_words] == [
            "icon: bell",
            "icon: bell",
        ]


def test_the_heading_of_an_index_that_names_a_level_does_not_name_the_ladder():
    level = "# {} Founder\n\n## Casting\n\n- Pours\n- Sweeps\n"
    ladder = proposed(
        "# Senior Founder\n\nRead on.\n",
        level.format("Junior"),
        level.format("Senior"),
        names=("README.md", "a.md", "b.md"),
    ).ladder()
    assert ladder.name == "Founder"


def test_a_title_below_the_first_depth_names_the_one_level_and_lists_of_links_are_no_dimension():
    proposal = proposed(
        "## Senior Bell Engineer\n\n**Read on:**\n\n- [Casting](#cast)\n- [Guests](#guest)\n\n"
        "### Technical skills\n\n- Mixes the bronze\n- Tunes a bell\n\n"
        "### Communication\n\n- Leads the tour\n- Answers guests\n"
    )

    assert cells(proposal.ladder()) == {
        ("Senior Bell Engineer", "Technical skills"): ["Mixes the bronze", "Tunes a bell"],
        ("Senior Bell Engineer", "Communication"): ["Leads the tour", "Answers guests"],
    }


def test_front_matter_that_lists_other_pages_is_not_the_ladder():
    ladder = proposed(
        "---\ntitle: Founders\nrelated:\n  - id: index.md\n    title: The foundry\n---\n\n"
        "# Founders\n\n## Junior Founder\n\n- Sweeps\n- Pours\n\n## Senior Founder\n\n- Mixes\n- Tunes\n"
    ).ladder()

    assert [level.name for level in ladder.levels] == ["Junior Founder", "Senior Founder"]


def test_a_chapter_does_not_name_a_ladder_that_front_matter_names():
    level = "### {} Founder\n\n- Pours\n- Sweeps\n\n"
    text = "---\ntitle: Bells and guns\n---\n\n## Bells\n\n"
    ladder = proposed(text + level.format("Junior") + level.format("Senior")).ladder()

    assert ladder.name == "Bells and guns"


def test_a_column_of_reading_asks_for_nothing():
    proposal = proposed(
        "# Founders\n\n| Level | Casting | Useful links | Guests |\n|---|---|---|---|\n"
        "| Junior | Pours | The oven book | Greets |\n| Senior | Mixes | On tin | Leads |\n"
    )

    assert cells(proposal.ladder()) == {
        ("Junior", "Casting"): ["Pours"],
        ("Junior", "Guests"): ["Greets"],
        ("Senior", "Casting"): ["Mixes"],
        ("Senior", "Guests"): ["Leads"],
    }
    assert {"Useful links", "The oven book", "On tin"} <= {
        line.text for line in proposal.not_imported
    }


def test_words_of_rank_are_known_with_their_accents_and_in_other_languages():
    ladder = proposed(
        "# Fundi\u00e7\u00e3o\n\n| N\u00edvel | Autonomia | Mentoria |\n|---|---|---|\n"
        "| J\u00fanior | Baixa | Recebe |\n| S\u00eanior | Alta | Apoia |\n| Especialista | Total | Lidera |\n"
    )

    assert ladder.verdict.is_ladder
    assert [level.name for level in ladder.ladder().levels] == [
        "J\u00fanior",
        "S\u00eanior",
        "Especialista",
    ]


class TestOneLevelThatIsNotTheTitle:
    ASKED = (
        "### Technical\n\n- Follows a recipe\n- Cleans up\n\n### Communication\n\n- Asks early\n"
    )
    DATA = """\
name: Bakery
levels:
  - {id: l1, name: Apprentice}
themes:
  - {id: dough, name: Dough}
  - {id: counter, name: Counter}
rows:
  - {id: a1, text: Weighs the flour, level: l1, theme: dough}
  - {id: a2, text: Kneads without help, level: l1, theme: dough}
  - {id: a3, text: Greets the guests, level: l1, theme: counter}
"""

    def test_is_a_level_by_the_meaning_of_its_field(self):
        proposal = proposed(self.DATA, names=("bakery.yaml",))
        ladder = proposal.ladder()
        assert ladder.name == "Bakery"
        assert cells(ladder) == {
            ("Apprentice", "Dough"): ["Weighs the flour", "Kneads without help"],
            ("Apprentice", "Counter"): ["Greets the guests"],
        }
        assert asked(proposal) == {"n", "l"}

    @pytest.mark.parametrize(
        ("top", "name"),
        [
            ("# Bakery\n\n## Junior Engineer\n\n", "Bakery"),
            ("---\ntitle: Junior Engineer\nlevel: 1\n---\n\n", "Junior Engineer"),
            ("---\ntitle: Junior Engineer\n---\n\nBakes.\n\n", "Junior Engineer"),
        ],
    )
    def test_is_the_only_heading_below_the_title_or_the_title_in_front(self, top, name):
        proposal = proposed(top + self.ASKED)
        ladder = proposal.ladder()
        assert ladder.name == name
        assert cells(ladder) == {
            ("Junior Engineer", "Technical"): ["Follows a recipe", "Cleans up"],
            ("Junior Engineer", "Communication"): ["Asks early"],
        }
        assert asked(proposal) == {"n", "l"}
        assert [line.text for line in proposal.not_imported if line.has_words] == []

    def test_is_called_by_a_title_that_says_more(self):
        data = self.DATA.replace("Bakery", "Apprentice Engineer")
        assert [each.name for each in proposed(data, names=("a.yaml",)).ladder().levels] == [
            "Apprentice Engineer"
        ]

    def test_is_none_where_another_text_stands_beside_it(self):
        text = "# Bakery\n\n## Junior Engineer\n\n" + self.ASKED + "\n## How we hire\n\nBy ear.\n"
        assert not proposed(text).verdict.is_ladder
