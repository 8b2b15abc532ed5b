"""What stands inside a level or a cell, on small documents of our own."""

import pytest

from ladders.document import Attribute, Cascade, SameAs
from ladders.importing.cascades import states_cascade
from tests.ladders.small import proposed


def told(ladder):
    """Level -> dimension -> each text with its examples, and the examples of the whole cell."""
    names = {each.id: each.name for each in ladder.dimensions}
    return {
        level.name: {
            names[cell.dimension]: (
                [
                    (each.text, [shown.text for shown in each.examples])
                    for each in cell.expectations
                ],
                [shown.text for shown in cell.examples],
            )
            for cell in level.cells
        }
        for level in ladder.levels
    }


def asked(proposal):
    return {question.topic for question in proposal.questions}


def missing(proposal):
    """The words that are not imported."""
    return [line.text for line in proposal.not_imported if line.has_words]


class TestExamples:
    @pytest.mark.parametrize(
        "label",
        ["Examples:", "**Examples:**", "For example:", "#### Examples", "Example behaviours:"],
    )
    def test_a_list_of_them_leaves_it_to_the_prose_to_say_what_is_asked(self, label):
        proposal = proposed(f"""\
# Kitchen ladder

## Junior Cook

### Craft

Follows a recipe with help.

Keeps the bench clean.

{label}

- Chopped the onions
- Washed up

### Guests

Says good evening.

## Senior Cook

### Craft

Writes recipes that others follow.

{label}

- Wrote down the soup

### Guests

Explains the menu.
""")
        assert proposal.verdict.is_ladder is True
        assert "f" in asked(proposal)
        assert told(proposal.ladder()) == {
            "Junior Cook": {
                "Craft": (
                    [("Follows a recipe with help.", []), ("Keeps the bench clean.", [])],
                    ["Chopped the onions", "Washed up"],
                ),
                "Guests": ([("Says good evening.", [])], []),
            },
            "Senior Cook": {
                "Craft": ([("Writes recipes that others follow.", [])], ["Wrote down the soup"]),
                "Guests": ([("Explains the menu.", [])], []),
            },
        }

    @pytest.mark.parametrize("label", ["**Examples:**", "### Examples", "Example behaviours:"])
    def test_a_heading_over_them_is_no_dimension_of_a_level(self, label):
        ladder = proposed(f"""\
# Kitchen ladder

## Junior Cook

Follows a recipe with help.

{label}

- Chopped the onions

## Cook

Follows a recipe alone.

{label}

- Made the soup

## Senior Cook

Writes recipes that others follow.

{label}

- Wrote down the soup
""").ladder()
        assert [dimension.name for dimension in ladder.dimensions] == ["Expectations"]
        assert [
            (
                [each.text for cell in level.cells for each in cell.expectations],
                [each.text for each in level.examples],
            )
            for level in ladder.levels
        ] == [
            (["Follows a recipe with help."], ["Chopped the onions"]),
            (["Follows a recipe alone."], ["Made the soup"]),
            (["Writes recipes that others follow."], ["Wrote down the soup"]),
        ]

    def test_a_label_in_an_item_speaks_of_that_item_and_ends_with_it(self):
        ladder = proposed("""\
# Kitchen ladder

## Junior Cook

### Craft

- Follows a recipe
  - For example:
    - Made the soup from the card
- Sharpens knives

  Examples:

  - Sharpened the bread knife
- Tastes

### Guests

- Says good evening
- Examples:
  - Welcomed the mayor

## Senior Cook

### Craft

- Writes recipes

### Guests

- Explains the menu
""").ladder()
        assert told(ladder) == {
            "Junior Cook": {
                "Craft": (
                    [
                        ("Follows a recipe", ["Made the soup from the card"]),
                        ("Sharpens knives", ["Sharpened the bread knife"]),
                        ("Tastes", []),
                    ],
                    [],
                ),
                "Guests": ([("Says good evening", [])], ["Welcomed the mayor"]),
            },
            "Senior Cook": {
                "Craft": ([("Writes recipes", [])], []),
                "Guests": ([("Explains the menu", [])], []),
            },
        }

    def test_behaviours_under_nothing_else_are_what_is_asked(self):
        ladder = proposed("""\
# Kitchen ladder

## Junior Cook

### Craft

Example behaviours:

- Chops onions
- Washes up

### Guests

Example behaviours:

- Says good evening

## Senior Cook

### Craft

Example behaviours:

- Writes recipes

### Guests

Example behaviours:

- Explains the menu
""").ladder()
        assert told(ladder) == {
            "Junior Cook": {
                "Craft": ([("Chops onions", []), ("Washes up", [])], []),
                "Guests": ([("Says good evening", [])], []),
            },
            "Senior Cook": {
                "Craft": ([("Writes recipes", [])], []),
                "Guests": ([("Explains the menu", [])], []),
            },
        }


def test_a_list_of_what_is_warned_of_leaves_it_to_the_prose_to_say_what_is_asked():
    ladder = proposed("""\
# Kitchen ladder

## Junior Cook

### Craft

Follows a recipe with help.

**Red flags:**

- Leaves the stove alone

### Guests

Says good evening.

## Senior Cook

### Craft

Writes recipes that others follow.

### Guests

Explains the menu.
""").ladder()
    assert [
        (each.text, each.kind)
        for level in ladder.levels
        for cell in level.cells
        for each in cell.expectations
    ] == [
        ("Follows a recipe with help.", "expectation"),
        ("Leaves the stove alone", "anti_pattern"),
        ("Says good evening.", "expectation"),
        ("Writes recipes that others follow.", "expectation"),
        ("Explains the menu.", "expectation"),
    ]


class TestLabels:
    def test_stay_with_their_text_where_they_name_no_dimension(self):
        ladder = proposed(
            """\
title: Kitchen
topics:
  - name: knives
    content:
      - level: 1
        criteria: ["Speed: cuts slowly but safely", "Care: washes them"]
      - level: 2
        criteria: ["Speed: cuts at the pace of the station", "Care: sharpens them"]
  - name: fire
    content:
      - level: 1
        criteria: ["Lights the stove"]
      - level: 2
        criteria: ["Holds a steady heat"]
""",
            names=["a.yml"],
        ).ladder()
        assert told(ladder) == {
            "Level 1": {
                "Knives": (
                    [("Speed: cuts slowly but safely", []), ("Care: washes them", [])],
                    [],
                ),
                "Fire": ([("Lights the stove", [])], []),
            },
            "Level 2": {
                "Knives": (
                    [("Speed: cuts at the pace of the station", []), ("Care: sharpens them", [])],
                    [],
                ),
                "Fire": ([("Holds a steady heat", [])], []),
            },
        }

    def test_part_nothing_where_each_is_the_only_one_and_say_nothing_of_what_is_to_come(self):
        ladder = proposed("""\
# Kitchen

## Junior Cook

### Knives

- Speed: cuts slowly but safely

### Fire

- TODO: something here?

### Guests

- Says good evening

## Senior Cook

### Knives

- Speed: cuts at the pace of the station

### Fire

- TODO: something here?

### Guests

- This level is currently not defined.
""").ladder()
        assert told(ladder) == {
            "Junior Cook": {
                "Knives": ([("Speed: cuts slowly but safely", [])], []),
                "Fire": ([], []),
                "Guests": ([("Says good evening", [])], []),
            },
            "Senior Cook": {
                "Knives": ([("Speed: cuts at the pace of the station", [])], []),
                "Fire": ([], []),
                "Guests": ([], []),
            },
        }
        assert [[cell.placeholder for cell in level.cells] for level in ladder.levels] == [
            [False, True, False],
            [False, True, True],
        ]


class TestWhatStandsBelowTheLastLevel:
    LADDER = """\
# Garden ladder

## Gardener

### Beds

- Weeds the beds
- Waters them

## Head Gardener

### Beds

- Plans the beds of a year
"""

    @pytest.mark.parametrize("rule", ["", "---\n\n"])
    @pytest.mark.parametrize(
        "words",
        [
            "These levels were thought up by our neighbours at the orchard.",
            "Any questions? Ask the people in the greenhouse.",
        ],
    )
    def test_is_a_note_of_the_ladder(self, words, rule):
        ladder = proposed(f"{self.LADDER}\n{rule}{words}\n").ladder()
        assert [(note.text, note.at) for note in ladder.notes] == [(words, "")]
        assert [[cell.summary for cell in level.cells] for level in ladder.levels] == [[""], [""]]

    def test_may_name_the_licence(self):
        words = "*Inspired by the orchard, CC BY 4.0*"
        proposal = proposed(f"{self.LADDER}\n{words}\n")
        ladder = proposal.ladder()
        assert (ladder.licence.id, ladder.licence.evidence) == ("CC-BY-4.0", words)
        assert asked(proposal) == set()
        assert [[cell.summary for cell in level.cells] for level in ladder.levels] == [[""], [""]]

    def test_or_speak_of_the_page(self):
        proposal = proposed(f"{self.LADDER}\n*Last updated: May 2031*\n")
        assert missing(proposal) == ["*Last updated: May 2031*"]

    def test_is_known_by_its_words_where_levels_are_prose(self):
        ladder = proposed("""\
# Garden ladder

## Junior Gardener

Weeds the beds.

## Gardener

Plants the beds.

## Head Gardener

Plans the beds of a year.

Inspired by the orchard.
""").ladder()
        assert [note.text for note in ladder.notes] == ["Inspired by the orchard."]
        assert told(ladder) == {
            "Junior Gardener": {"Expectations": ([("Weeds the beds.", [])], [])},
            "Gardener": {"Expectations": ([("Plants the beds.", [])], [])},
            "Head Gardener": {"Expectations": ([("Plans the beds of a year.", [])], [])},
        }

    def test_belongs_to_it_where_it_says_so(self):
        ladder = proposed(f"{self.LADDER}\nThis level is the last one of all.\n").ladder()
        assert ladder.notes == ()
        assert ladder.levels[1].cells[0].summary == "This level is the last one of all."

    def test_or_where_others_end_alike(self):
        ladder = proposed("""\
# Garden ladder

## Gardener

### Beds

- Weeds the beds
- Waters them

Mostly in summer.

## Head Gardener

### Beds

- Plans the beds of a year

Mostly in winter.
""").ladder()
        assert ladder.notes == ()
        assert [[cell.summary for cell in level.cells] for level in ladder.levels] == [
            ["Mostly in summer."],
            ["Mostly in winter."],
        ]


class TestWordsThatStandForAnotherLevel:
    @staticmethod
    def ladder(words, name="Baker II"):
        return proposed(f"""\
# Bakery ladder

## Junior Baker

### Duties

- Weighs the flour
- Cleans the oven

### Guests

- Sells the bread

## {name}

### Duties

{words}

- Plans the doughs

### Guests

- Explains the bread
""")

    @pytest.mark.parametrize(
        "words",
        [
            "Junior Baker +",
            "Jr Baker +",
            "Junior Baker, and:",
            "Everything a junior baker does, plus...",
            "- All criteria from Junior Baker",
        ],
    )
    def test_are_no_summary_of_a_cell(self, words):
        proposal = self.ladder(words)
        cell = proposal.ladder().levels[1].cells[0]
        assert cell.same_as == SameAs("junior-baker", words.removeprefix("- "))
        assert (cell.summary, [each.text for each in cell.expectations]) == (
            "",
            ["Plans the doughs"],
        )
        assert "a" not in asked(proposal)

    def test_may_stand_below_other_items_and_count_in_words(self):
        ladder = proposed("""\
# Bakery ladder

## Level 1

### Duties

- Weighs the flour

### Guests

- Sells the bread

## Level 2

### Duties

- Plans the doughs
- All criteria from level one

### Guests

- Explains the bread
""").ladder()
        cell = ladder.levels[1].cells[0]
        assert cell.same_as == SameAs("level-1", "All criteria from level one")
        assert [each.text for each in cell.expectations] == ["Plans the doughs"]

    def test_are_asked_about_where_they_name_no_level(self):
        proposal = self.ladder("Apprentice Baker +")
        assert {each.id: each.default for each in proposal.questions}["cascade"] == "accumulate"
        assert proposal.ladder().cascade == Cascade("accumulate", "Apprentice Baker +")

    def test_figures_are_none(self):
        cell = self.ladder("10 +").ladder().levels[1].cells[0]
        assert (cell.same_as, cell.summary) == (None, "10 +")

    @pytest.mark.parametrize(
        "words", ["*Same as Baker, but also...*", "Everything in Baker, plus:"]
    )
    def test_speak_of_a_whole_level_before_its_first_dimension(self, words):
        proposal = proposed(f"""\
# Bakery ladder

## Baker

### Duties

- Weighs the flour
- Cleans the oven

## Senior Baker

### Duties

- Plans the doughs

## Lead Baker

{words}

### Duties

- Leads the bakers
""")
        ladder = proposal.ladder()
        assert ladder.cascade == Cascade("accumulate", words)
        assert [(level.summary, level.inherits) for level in ladder.levels] == [
            ("", None),
            ("", None),
            ("", ("baker",)),
        ]
        alone = proposal.ladder({"cascade": "none"})
        assert [level.inherits for level in alone.levels] == [None, None, None]

    def test_and_need_not_be_named_where_the_ladder_says_the_same(self):
        proposal = proposed("""\
# Bakery ladder

## Junior Baker

- Weighs the flour
- Cleans the oven

## Senior Baker

Everything in Junior Baker, plus:

- Plans the doughs
""")
        ladder = proposal.ladder()
        assert ladder.cascade == Cascade("accumulate", "Everything in Junior Baker, plus:")
        assert [(level.summary, level.inherits) for level in ladder.levels] == [("", None)] * 2


@pytest.mark.parametrize(
    ("words", "states"),
    [
        ("Art: Gesamtzahlen (kumulativ)", False),
        ("Loaves sold (cumulative)", False),
        ("Expectations (cumulative)", True),
        ("Alle Stufen (kumulativ)", True),
        ("Levels are cumulative.", True),
    ],
)
def test_a_word_in_brackets_over_figures_states_no_cascade(words, states):
    assert states_cascade(words) is states


def test_a_paragraph_between_two_labels_goes_on_with_the_one_above():
    ladder = proposed("""\
# Bakery path

## Junior Baker

A junior baker works under guidance.

**Ovens:** They know the deck oven and can turn it off.

In particular, they never leave it alone while it is hot.

**Team:** They ask when something is unclear.

## Senior Baker

A senior baker runs a night.

**Ovens:** They decide what is baked where.

**Team:** They teach a baker.
""").ladder()
    assert [level.summary for level in ladder.levels] == [
        "A junior baker works under guidance.",
        "A senior baker runs a night.",
    ]
    assert told(ladder) == {
        "Junior Baker": {
            "Ovens": (
                [
                    ("They know the deck oven and can turn it off.", []),
                    ("In particular, they never leave it alone while it is hot.", []),
                ],
                [],
            ),
            "Team": ([("They ask when something is unclear.", [])], []),
        },
        "Senior Baker": {
            "Ovens": ([("They decide what is baked where.", [])], []),
            "Team": ([("They teach a baker.", [])], []),
        },
    }


def test_a_track_of_roles_under_no_heading_is_called_roles():
    proposal = proposed("""\
## Level 1

<a id="mixin-x"></a>

## Level 1

- Weighs the flour

## Level 1

- Plans the doughs
- Cleans the oven
""")
    ladder = proposal.ladder({"roles": "levels"})
    assert [track.name for track in ladder.tracks] == ["Roles"]


@pytest.mark.parametrize(
    "line",
    [
        "**Experience:** 0-2 years",
        "_**Experience:** 0-2 years_",
        "*Experience: 0-2 years*",
        "_Experience: 0-2 years_",
        "***Experience:*** 0-2 years",
        "*__Experience:__ 0-2 years*",
        "**Experience:** *0-2 years*",
    ],
)
def test_an_attribute_is_read_whatever_emphasis_is_on_it(line):
    ladder = proposed(f"""\
# Bakery ladder

## Junior Baker

{line}

### Dough

- Weighs and kneads
- Cleans the bench

## Senior Baker

### Dough

- Plans the doughs
""").ladder()
    assert ladder.levels[0].attributes == (Attribute("Experience", "0-2 years"),)
    assert ladder.levels[0].summary == ""


def test_marks_of_site_generators_are_part_of_no_name_and_no_text():
    proposal = proposed("""\
# Garden ladder {#garden}

## Junior Gardener {#junior .big}

{% include photo.html of='bed' %}

You work with help. See the [plan](https://example.org/plan){:target="_blank"}.

### Beds {: .wide}

- Weeds the beds {{< icon "weed" >}}
- Waters {the} roses
- Answers with {:ok, roses}

## Senior Gardener {#senior}

{{% note %}}

You work alone.

### Beds

- Plans the beds
""")
    ladder = proposal.ladder()
    assert ladder.name == "Garden ladder"
    assert [(level.name, level.aliases, level.summary) for level in ladder.levels] == [
        ("Junior Gardener", (), "You work with help. See the plan."),
        ("Senior Gardener", (), "You work alone."),
    ]
    assert told(ladder) == {
        "Junior Gardener": {
            "Beds": (
                [
                    ("Weeds the beds", []),
                    ("Waters {the} roses", []),
                    ("Answers with {:ok, roses}", []),
                ],
                [],
            )
        },
        "Senior Gardener": {"Beds": ([("Plans the beds", [])], [])},
    }
    assert missing(proposal) == []


def test_a_link_with_marks_of_a_site_generator_is_nothing_but_a_link():
    ladder = proposed("""\
# Garden ladder

## Junior Gardener

- [Pay](https://example.org/pay){:target="_blank"}

### Beds

- Weeds the beds
- Waters the roses

## Senior Gardener

### Beds

- Plans the beds
""").ladder()
    assert [dimension.name for dimension in ladder.dimensions] == ["Beds"]
    assert [each.text for each in ladder.unmapped] == ["Pay"]


def test_what_a_cell_says_besides_the_name_of_a_level_is_read():
    row = (
        "<tr><td><h3>Level</h3><p>{}</p><h3>Title</h3><p>{}</p><h3>Experience</h3><p>{}</p></td>\n"
        "<td><h3>Dough</h3><ul><li>{}</li></ul><h3>Team</h3><ul><li>{}</li></ul></td></tr>\n"
    )
    proposal = proposed(
        "# Bakery ladder\n\n<table>\n"
        "<tr><th>Level / Title / Experience</th><th>What we expect</th></tr>\n"
        + row.format("1", "Baker", "0-3 years", "Weighs the flour", "Asks when stuck")
        + row.format("2", "Senior Baker", "2-6 years", "Plans the doughs", "Teaches a baker")
        + "</table>\n"
    )
    ladder = proposal.ladder()
    assert [(level.name, level.attributes) for level in ladder.levels] == [
        ("Baker", (Attribute("Experience", "0-3 years"),)),
        ("Senior Baker", (Attribute("Experience", "2-6 years"),)),
    ]
    assert told(ladder) == {
        "Baker": {
            "Dough": ([("Weighs the flour", [])], []),
            "Team": ([("Asks when stuck", [])], []),
        },
        "Senior Baker": {
            "Dough": ([("Plans the doughs", [])], []),
            "Team": ([("Teaches a baker", [])], []),
        },
    }


def test_texts_that_share_a_line_with_others_count_by_themselves():
    table = (
        "<table><tr><td>Reach</td><td>View</td></tr>"
        "<tr><td>Helps to solve what others have solved before and asks whom to ask next.</td>"
        "<td>Works with the people of the same shift and with nobody else on that day.</td></tr></table>"
    )
    levels = (
        "<h2>Junior Baker</h2>"
        "<h3>Dough</h3><ul><li>Weighs the flour</li><li>Cleans the bench</li></ul>"
        "<h3>Team</h3><ul><li>Asks when stuck</li></ul>"
        "<h2>Senior Baker</h2>"
        "<h3>Dough</h3><ul><li>Plans the doughs</li></ul>"
        "<h3>Team</h3><ul><li>Teaches a baker</li></ul>"
    )
    proposal = proposed(f"<h1>Bakery ladder</h1>{table}{levels}", names=["a.html"])
    assert told(proposal.ladder()) == {
        "Junior Baker": {
            "Dough": ([("Weighs the flour", []), ("Cleans the bench", [])], []),
            "Team": ([("Asks when stuck", [])], []),
        },
        "Senior Baker": {
            "Dough": ([("Plans the doughs", [])], []),
            "Team": ([("Teaches a baker", [])], []),
        },
    }
    assert missing(proposal) == [
        "Reach",
        "View",
        "Helps to solve what others have solved before and asks whom to ask next.",
        "Works with the people of the same shift and with nobody else on that day.",
    ]
