"""What the rows, columns and headers of tables are taken for, in small documents of our own."""

import pytest

from ladders.importing.bundle import Upload
from ladders.importing.pipeline import read_uploads
from ladders.importing.variants import same_levels


def read(text, name="a.md", **others):
    files = [(name, text), *((f"{key}.md", value) for key, value in others.items())]
    return read_uploads([Upload(file, content.encode()) for file, content in files])


def cells(ladder):
    """Level -> dimension -> what is asked there."""
    names = {each.id: each.name for each in ladder.dimensions}
    return {
        level.code or level.name: {
            names[cell.dimension]: [each.text for each in cell.expectations] for cell in level.cells
        }
        for level in ladder.levels
    }


def listed(proposal):
    return [line.text for line in proposal.not_imported if line.has_words]


EXPLAINED = """# Cooks

## Level 1: Commis

| Principle | Questions | {head} |
|---|---|---|
| Taste | How does it taste?<br>*All that is eaten.* | Follows recipes. |
| Pace | How long does it take? | Keeps up. |

## Level 2: Chef

| Principle | Questions | {head} |
|---|---|---|
| Taste | How does it taste?<br>*All that is eaten.* | Writes recipes. |
| Pace | How long does it take? | Sets the pace. |
"""


class TestAColumnThatIsTheSameAtEveryLevel:
    def test_explains_the_dimension(self):
        ladder = read(EXPLAINED.format(head="Level Expectations")).ladder()
        assert cells(ladder) == {
            "Level 1": {"Taste": ["Follows recipes."], "Pace": ["Keeps up."]},
            "Level 2": {"Taste": ["Writes recipes."], "Pace": ["Sets the pace."]},
        }
        assert [(each.name, each.summary) for each in ladder.dimensions] == [
            ("Taste", "How does it taste?\n\n*All that is eaten.*"),
            ("Pace", "How long does it take?"),
        ]
        assert [level.summary for level in ladder.levels] == ["", ""]

    def test_whatever_stands_over_the_other(self):
        ladder = read(EXPLAINED.format(head="Here")).ladder()
        assert cells(ladder)["Level 2"] == {
            "Taste": ["Writes recipes."],
            "Pace": ["Sets the pace."],
        }

    def test_a_column_that_differs_is_asked(self):
        text = EXPLAINED.format(head="Asked")
        first, second = text.split("## Level 2")
        different = second.replace("How does", "Why does").replace("How long", "Why")
        ladder = read(f"{first}## Level 2{different}").ladder()
        assert [each.summary for each in ladder.dimensions] == ["", ""]

    def test_the_same_rows_of_levels_explain_nothing(self):
        table = "| Level | Years | Asked |\n|---|---|---|\n| Junior | 0-2 | {} |\n| Senior | 5+ | {} |\n"
        text = f"# C\n\n## Taste\n\n{table.format('a', 'b')}\n## Pace\n\n{table.format('c', 'd')}"
        ladder = read(text).ladder()
        assert [each.summary for each in ladder.dimensions] == ["", ""]

    def test_every_header_that_names_nothing_is_listed(self):
        proposal = read(EXPLAINED.format(head="Level Expectations"))
        assert listed(proposal) == ["| Principle | Questions | Level Expectations |"] * 2


class TestTheHeaderInTheCorner:
    def test_is_no_summary_but_listed(self):
        proposal = read(
            "# Cooks\n\n| Category | Junior | Senior |\n|---|---|---|\n"
            "| Taste | Follows recipes | Writes recipes |\n| Pace | Keeps up | Sets it |\n"
        )
        assert proposal.ladder().summary == ""
        assert listed(proposal) == ["Category"]

    def test_nor_is_that_over_a_column_of_text(self):
        proposal = read(
            "# Cooks\n\n## Taste\n\n| Level | What it looks like |\n|---|---|\n"
            "| Junior | Follows recipes |\n| Senior | Writes recipes |\n\n"
            "## Pace\n\n| Level | What it looks like |\n|---|---|\n"
            "| Junior | Keeps up |\n| Senior | Sets it |\n"
        )
        ladder = proposal.ladder()
        assert ladder.summary == ""
        assert [each.summary for each in ladder.dimensions] == ["", ""]
        assert listed(proposal) == ["| Level | What it looks like |"] * 2


def rising(*rows):
    lines = "".join(f"| {level} | {text} |\n" for level, text in rows)
    return f"| Level | What it looks like |\n|---|---|\n{lines}"


class TestOneFileForEachDimension:
    CRAFT = (
        f"# Craft\n\n{rising(('Principal Cook', 'a'), ('Senior Cook', 'b'), ('Junior Cook', 'c'))}"
    )
    PEOPLE = (
        f"# People\n\n{rising(('Principal Cook', 'd'), ('Senior Cook', 'e'), ('Junior Cook', 'f'))}"
    )

    def test_levels_from_the_highest_down_come_out_from_the_lowest_up(self):
        proposal = read(self.CRAFT, "craft.md", people=self.PEOPLE)
        assert [(level.name, level.rank) for level in proposal.ladder().levels] == [
            ("Junior Cook", 1),
            ("Senior Cook", 2),
            ("Principal Cook", 3),
        ]
        assert [(each.id, each.default) for each in proposal.questions if each.topic == "h"] == [
            ("descending", "up")
        ]


class TestAHeaderThatListsLevels:
    @pytest.mark.parametrize("header", ["L1 / L2", "L1, L2", "L1-L2", "L1\u20132", "L1 and L2"])
    def test_speaks_for_each_of_them(self, header):
        rows = rising(("L1 - Commis", "a"), ("L2 - Cook", "b"), ("L3 - Chef", "c"))
        craft = f"# Craft\n\n{rows}"
        people = f"# People\n\n{rising((header, 'd'), ('L3 - Chef', 'e'))}"
        assert cells(read(craft, "craft.md", people=people).ladder()) == {
            "L1": {"Craft": ["a"], "People": ["d"]},
            "L2": {"Craft": ["b"], "People": ["d"]},
            "L3": {"Craft": ["c"], "People": ["e"]},
        }

    def test_beside_headings_of_their_own_adds_to_them(self):
        text = "".join(
            f"## {name}\n\n### Taste\n\n- {word}\n\n"
            for name, word in (
                ("Level 1", "a"),
                ("Level 2", "b"),
                ("Levels 1-2", "c"),
                ("Level 3", "d"),
            )
        )
        assert cells(read(f"# Cooks\n\n{text}").ladder()) == {
            "Level 1": {"Taste": ["a", "c"]},
            "Level 2": {"Taste": ["b", "c"]},
            "Level 3": {"Taste": ["d"]},
        }

    def test_over_the_levels_themselves_is_their_group(self):
        text = "# Cooks\n\n## L1 / L2\n\n### L1\n\n#### Taste\n\n- a\n\n### L2\n\n#### Taste\n\n- b\n- c\n"
        assert cells(read(text).ladder()) == {"L1": {"Taste": ["a"]}, "L2": {"Taste": ["b", "c"]}}

    def test_of_levels_that_stand_nowhere_else_is_one_level(self):
        text = "# Cooks\n\n## L1 / L2\n\n### Taste\n\n- a\n- b\n\n## L3\n\n### Taste\n\n- c\n"
        assert list(cells(read(text).ladder()).values()) == [
            {"Taste": ["a", "b"]},
            {"Taste": ["c"]},
        ]


class TestTheOrderOfDimensions:
    def test_is_that_of_the_rows_whichever_level_fills_them_first(self):
        ladder = read(
            "# Cooks\n\n| | Junior | Senior |\n|---|---|---|\n"
            "| Taste | | Writes recipes |\n| Pace | Keeps up | Sets it |\n| Care | Cleans | |\n"
        ).ladder()
        assert [each.name for each in ladder.dimensions] == ["Taste", "Pace", "Care"]

    def test_is_that_of_the_columns_whichever_level_fills_them_first(self):
        ladder = read(
            "# Cooks\n\n| | Taste | Pace | Care |\n|---|---|---|---|\n"
            "| Junior | | Keeps up | Cleans |\n| Senior | Writes recipes | Sets it | |\n"
        ).ladder()
        assert [each.name for each in ladder.dimensions] == ["Taste", "Pace", "Care"]


def warned(ladder):
    return {
        level.name: [each.text for cell in level.cells for each in cell.expectations]
        for level in ladder.levels
    }, [
        each.text
        for level in ladder.levels
        for cell in level.cells
        for each in cell.expectations
        if each.kind == "anti_pattern"
    ]


class TestRedFlags:
    TABLE = (
        "# Cooks\n\n| | Junior | Senior |\n|---|---|---|\n| Taste | Tastes | {cell} |\n"
        "| Pace | Keeps up | Sets it |\n{row}"
    )

    @pytest.mark.parametrize("name", ["Red flags", "Anti-patterns", "Warning signs"])
    def test_in_a_row_of_their_own(self, name):
        text = self.TABLE.format(
            cell="Seasons", row=f"| {name} | Sleeps | - Shouts<br>- Throws pans |\n"
        )
        ladder = read(text).ladder()
        assert warned(ladder) == (
            {
                "Junior": ["Tastes", "Keeps up", "Sleeps"],
                "Senior": ["Seasons", "Sets it", "Shouts", "Throws pans"],
            },
            ["Sleeps", "Shouts", "Throws pans"],
        )
        assert [each.name for each in ladder.dimensions] == ["Taste", "Pace", name]

    @pytest.mark.parametrize(
        "cell",
        [
            "- Seasons<br>- Tastes last<br>Red flags:<br>- Shouts<br>- Throws pans",
            "Seasons<br>Tastes last<br>**Red flags**<br>Shouts<br>Throws pans",
            "- Seasons<br>- Tastes last<br>- Red flag: Shouts<br>- **Anti-pattern:** Throws pans",
        ],
    )
    def test_inside_a_cell(self, cell):
        ladder = read(self.TABLE.format(cell=cell, row="")).ladder()
        assert warned(ladder) == (
            {
                "Junior": ["Tastes", "Keeps up"],
                "Senior": ["Seasons", "Tastes last", "Shouts", "Throws pans", "Sets it"],
            },
            ["Shouts", "Throws pans"],
        )


class TestWhatBelongsToThePage:
    TABLE = (
        "| | Junior | Senior |\n|---|---|---|\n| Taste | Tastes | Seasons |\n"
        "| Pace | Keeps up | Sets it |\n"
    )

    @pytest.mark.parametrize(
        "line",
        [
            "![logo](logo.png)",
            "[![logo](logo.png)](https://example.org)",
            "Last modified: 3 May 2024",
            "Created by Ada, last modified by Bo on May 3, 2024",
            "Document generated by Pages on May 3, 2024",
        ],
    )
    def test_is_no_summary_but_listed(self, line):
        proposal = read(f"# Cooks\n\n{line}\n\nWho cook.\n\n{self.TABLE}")
        assert proposal.ladder().summary == "Who cook."
        assert listed(proposal) == [line]

    def test_is_none_on_a_web_page_either(self):
        page = (
            '<h1>Cooks</h1><p><img src="a.png" alt="logo"></p><p>Who cook.</p><table><tr><th></th>'
            "<th>Junior</th><th>Senior</th></tr><tr><td>Taste</td><td>a</td><td>b</td></tr>"
            "<tr><td>Pace</td><td>c</td><td>d</td></tr></table>"
        )
        assert read(page, "a.html").ladder().summary == "Who cook."

    def test_an_image_in_a_sentence_says_its_words(self):
        ladder = read(f"# Cooks\n\nWho ![really](r.png) cook.\n\n{self.TABLE}").ladder()
        assert ladder.summary == "Who really cook."


def test_a_column_of_examples_under_each_level_holds_examples():
    text = "".join(
        f"## {level} Cook\n\n| Area | Expectations | Examples |\n|---|---|---|\n"
        f"| Taste | {level} tastes | {level} soup |\n| Pace | {level} steps | {level} bread |\n\n"
        for level in ("Junior", "Senior")
    )
    ladder = read(f"# Cooks\n\n{text}").ladder()
    assert cells(ladder)["Junior Cook"] == {"Taste": ["Junior tastes"], "Pace": ["Junior steps"]}
    assert [
        each.text
        for cell in ladder.levels[0].cells
        for each in (*cell.examples, *(one for said in cell.expectations for one in said.examples))
    ] == ["Junior soup", "Junior bread"]


def test_a_badge_may_name_the_licence():
    text = "# Cooks\n\n![Licence: CC BY 4.0](b.png)\n\n| | Junior | Senior |\n|---|---|---|\n"
    proposal = read(f"{text}| Taste | Tastes | Seasons |\n| Pace | Keeps up | Sets it |\n")
    assert proposal.ladder().licence.id == "CC-BY-4.0"


COUNTED = """# Lamplighters

## Table 1 Street

| {head} | Technician Level 2 | Technician Level 3 | Senior Technician |
|---|---|---|---|
| 1 | Lights the lamps | Trims the wicks | __Plans the rounds.__ |
| 2 | Carries the ladder | | Mends the ladder | Say how |

- Row 2 repeats row 1
- Row 2 is too short

## Table 2: Guild

| {head} | Technician L2 | Technician L3 | Senior Technician L4 |
|---|---|---|---|
| 1 | Comes to the feast | Cooks the feast | Pays for the feast |
| 2 | | Sings | Sings |
| {last} | Goes home | | |
"""


class TestRowsThatAreOnlyCounted:
    @pytest.mark.parametrize("head", ["", "#", "No.", "Nr", "Item"])
    @pytest.mark.parametrize("last", ["2", "3", "(3)", ""])
    def test_are_the_statements_of_one_dimension(self, head, last):
        ladder = read(COUNTED.format(head=head, last=last)).ladder()
        assert cells(ladder) == {
            "Technician Level 2": {
                "Street": ["Lights the lamps", "Carries the ladder"],
                "Guild": ["Comes to the feast", "Goes home"],
            },
            "Technician Level 3": {
                "Street": ["Trims the wicks"],
                "Guild": ["Cooks the feast", "Sings"],
            },
            "Senior Technician": {
                "Street": ["__Plans the rounds.__", "Mends the ladder"],
                "Guild": ["Pays for the feast", "Sings"],
            },
        }

    def test_name_levels_that_are_called_otherwise_in_the_next_table(self):
        ladder = read(COUNTED.format(head="", last="3")).ladder()
        assert [each.aliases for each in ladder.levels] == [
            ("Technician L2",),
            ("Technician L3",),
            ("Senior Technician L4",),
        ]

    def test_do_not_hide_what_stands_under_no_column(self):
        proposal = read(COUNTED.format(head="", last="3"))
        assert "Say how" in listed(proposal)

    def test_are_named_by_the_column_behind_the_numbers(self):
        ladder = read("""# Lamplighters

| # | Skill | Junior | Senior |
|---|---|---|---|
| 1 | Lamps | Lights them | Mends them |
| 2 | Streets | Knows ten | Knows all |
""").ladder()
        assert cells(ladder) == {
            "Junior": {"Lamps": ["Lights them"], "Streets": ["Knows ten"]},
            "Senior": {"Lamps": ["Mends them"], "Streets": ["Knows all"]},
        }
        assert [each.group for each in ladder.dimensions] == [None, None]

    def test_of_one_table_are_asked_of_its_levels(self):
        ladder = read("""# Lamplighters

| | Junior Technician | Senior Technician |
|---|---|---|
| 1 | Lights them | Mends them |
| 2 | Knows ten | Knows all |
""").ladder()
        assert [
            [each.text for cell in level.cells for each in cell.expectations]
            for level in ladder.levels
        ] == [["Lights them", "Knows ten"], ["Mends them", "Knows all"]]

    def test_are_levels_under_a_word_for_levels(self):
        ladder = read("""# Lamplighters

| Level | Lamps | Streets |
|---|---|---|
| 1 | Lights them | Knows ten |
| 2 | Mends them | Knows all |
""").ladder()
        assert list(cells(ladder)) == ["1", "2"]


class TestSameLevels:
    def test_are_called_by_the_same_title_and_number(self):
        parts = [["Lighter 2", "Lighter 3", "Master"], ["Lighter Level 3", "Master L5"]]
        assert same_levels(parts) == {"lighter level 3": "lighter 3", "master l5": "master"}

    def test_are_not_those_that_stand_beside_each_other(self):
        assert same_levels([["Lighter", "Lighter 2"], ["Lighter 2"]]) == {}
        assert same_levels([["Lighter"], ["Lighter 2", "Lighter 3"]]) == {}
        assert same_levels([["Lighter 2", "Technician L2"]]) == {}


MARKED = """"{legend}",,,,,
No.,Area,Skill,Junior,Senior,{comment}
1,Lamps,"Lights a lamp
(with a match)",x,,
2,,Trims a wick,o,x,ask Ada
3,Streets,Knows ten,{mark},,
4,,Knows all,,x,
5,,Draws maps,,,
"""


class TestMarksUnderLevels:
    def read(self, legend="Skills (x = expected from here on; o = nice to have)", mark="x"):
        return read(MARKED.format(legend=legend, comment="Comment", mark=mark), "a.csv")

    def test_ask_for_the_statement_in_the_area_in_front_of_it(self):
        assert cells(self.read().ladder()) == {
            "Junior": {"Lamps": ["Lights a lamp (with a match)"], "Streets": ["Knows ten"]},
            "Senior": {"Lamps": ["Trims a wick"], "Streets": ["Knows all"]},
        }
        assert [each.group for each in self.read().ladder().dimensions] == [None, None]

    def test_or_only_wish_for_it_and_are_listed(self):
        said = listed(self.read())
        assert {"Junior: Trims a wick (nice to have)", "ask Ada", "Comment"} <= set(said)
        assert "5,,Draws maps,,," in said

    def test_mean_what_the_legend_says(self):
        junior = cells(self.read("Skills (m = must, o = optional, x = must)", "m").ladder())
        assert junior["Junior"] == {
            "Lamps": ["Lights a lamp (with a match)"],
            "Streets": ["Knows ten"],
        }

    @pytest.mark.parametrize(
        "legend", ["Skills", "Skills (o = some, m = much, x = very much)", "Skills (1 = must)"]
    )
    def test_are_text_where_no_legend_says_that_they_ask(self, legend):
        assert cells(self.read(legend, "m").ladder())["Junior"]["Knows ten"] == ["m"]

    def test_of_a_legend_below_the_table_count(self):
        ladder = read("""# Lamplighters

| Skill | Junior | Senior |
|---|---|---|
| Lights a lamp | \u2713 | |
| Trims a wick | | \u2713 |
| Draws maps | ~ | \u2713 |

Legend: ~ = not required, \u2713 = required
""").ladder()
        assert [
            [each.text for cell in level.cells for each in cell.expectations]
            for level in ladder.levels
        ] == [["Lights a lamp"], ["Trims a wick", "Draws maps"]]


class TestLinesOfACell:
    PAGE = """\
<table>
<tr><th>Level</th><th>Dough</th><th>Ovens</th></tr>
<tr><td>P1</td><td>
Weighs the plain doughs from the card, and asks
before changing a recipe.
</td><td><p>Knows the deck oven and can
turn it off.</p></td></tr>
<tr><td>P2</td><td>Plans the doughs<br>of a night
and orders the flour.<br/>
Keeps the starter.</td><td>Mends ovens.</td></tr>
</table>
"""

    @pytest.mark.parametrize("name", ["bakers.md", "bakers.html"])
    def test_end_where_the_page_breaks_them_and_not_where_the_file_does(self, name):
        assert cells(read(f"{self.PAGE}", name).ladder()) == {
            "P1": {
                "Dough": [
                    "Weighs the plain doughs from the card, and asks before changing a recipe."
                ],
                "Ovens": ["Knows the deck oven and can turn it off."],
            },
            "P2": {
                "Dough": [
                    "Plans the doughs",
                    "of a night and orders the flour.",
                    "Keeps the starter.",
                ],
                "Ovens": ["Mends ovens."],
            },
        }


class TestRowsBelowEmptyOnes:
    def test_go_on_under_the_same_head(self):
        proposal = read(
            "# Answers\n\n| Skill | Junior | Senior |\n|---|---|---|\n"
            "| Letters | Copies | Writes |\n| Calls | Listens | Leads |\n| | | |\n"
            "| **Guests** | | |\n| Visits | Joins | Plans |\n| | | |\n| Thanks | Says | Sends |\n"
        )

        assert cells(proposal.ladder()) == {
            "Junior": {
                "Letters": ["Copies"],
                "Calls": ["Listens"],
                "Visits": ["Joins"],
                "Thanks": ["Says"],
            },
            "Senior": {
                "Letters": ["Writes"],
                "Calls": ["Leads"],
                "Visits": ["Plans"],
                "Thanks": ["Sends"],
            },
        }
        assert listed(proposal) == ["Skill"]

    def test_are_a_table_of_their_own_where_they_begin_with_a_head(self):
        ladder = read(
            "# Answers\n\n| Skill | Junior | Senior |\n|---|---|---|\n"
            "| Letters | Copies | Writes |\n| Calls | Listens | Leads |\n| | | |\n"
            "| Visits | Junior | Senior |\n| Homes | Joins | Plans |\n"
        ).ladder()

        assert [each.name for each in ladder.dimensions] == ["Letters", "Calls", "Homes"]


@pytest.mark.parametrize("group", ["", "Kitchen,"])
def test_rows_without_a_name_say_more_of_the_row_above(group):
    lines = [
        "Area,Junior Cook,Senior Cook",
        "Craft,Follows a recipe,Designs the menu",
        ",Cleans up,Sets standards",
        "People,Asks early,Trains the team",
        ",Listens,",
    ]
    blank = "," if group else ""
    head, *rows = lines
    text = "\n".join(
        [
            f"Group,{head}" if group else head,
            *(f"{blank if row.startswith(',') else group}{row}" for row in rows),
        ]
    )
    ladder = read(text, "cooks.csv").ladder()

    assert cells(ladder) == {
        "Junior Cook": {
            "Craft": ["Follows a recipe", "Cleans up"],
            "People": ["Asks early", "Listens"],
        },
        "Senior Cook": {
            "Craft": ["Designs the menu", "Sets standards"],
            "People": ["Trains the team"],
        },
    }
    assert ladder.summary == ""


LADDER = """
## Craft

| Area | Junior Cook | Senior Cook |
|---|---|---|
| Pans | Scrubs them. | Chooses them. |
| Knives | Keeps one sharp. | Keeps all sharp. |
"""
CRAFT = {
    "Junior Cook": {"Pans": ["Scrubs them."], "Knives": ["Keeps one sharp."]},
    "Senior Cook": {"Pans": ["Chooses them."], "Knives": ["Keeps all sharp."]},
}


class TestTablesOfTitles:
    @pytest.mark.parametrize(
        "table",
        [
            """\
| Cook | Code | M Code | Manager |
|---|---|---|---|
| Junior Cook | C1 | | |
| Senior Cook | C2 | M2 | Kitchen Manager |
""",
            """\
| | C1 | C2 |
|---|---|---|
| Title | Junior Cook | Senior Cook |
| Manager | | Head of Kitchen |
""",
        ],
    )
    def test_are_no_ladder_beside_the_one_that_is(self, table):
        proposal = read(f"# Cooks\n\n## Tracks\n\n{table}{LADDER}")

        assert cells(proposal.ladder()) == CRAFT
        assert {line.strip() for line in table.split("\n") if line} <= set(listed(proposal)) | {
            line.text for line in proposal.not_imported
        }

    def test_alone_ask_nothing_of_anybody(self):
        verdict = read(
            "# Kitchens\n\n| Kitchen | Junior | Senior | Lead |\n|---|---|---|---|\n"
            "| Hot | Jr. Line Engineer | Line Engineer | Head of Lines |\n"
            "| Cold | Jr. Cake Designer | Cake Designer | Head of Cakes, CTO |\n"
        ).verdict

        assert verdict.is_ladder is False

    def test_in_lists_ask_nothing_of_anybody(self):
        verdict = read(
            "# Kitchens\n\n## Junior\n\n- Line Engineer\n- Cake Designer\n\n## Senior\n\n"
            "- Head of Lines, Manager\n- Senior Cake Designer\n"
        ).verdict

        assert verdict.is_ladder is False
        assert verdict.reasons[-1].endswith("and 4 of the texts are nothing but titles of jobs.")

    def test_say_how_codes_are_called(self):
        text = (
            "# Cooks\n\n| Code | Title |\n|---|---|\n| C1 | Junior Cook |\n| C2 | Senior Cook |\n\n"
            "## Pans\n\n- **C1** scrubs.\n- **C2** chooses.\n\n## Knives\n\n- **C1** keeps one.\n- **C2** keeps all.\n"
        )
        levels = read(text).ladder().levels
        assert [(each.code, each.name) for each in levels] == [
            ("C1", "Junior Cook"),
            ("C2", "Senior Cook"),
        ]

    def test_in_a_column_of_a_ladder_belong_to_its_levels(self):
        ladder = read("""# Cooks

| Grade | Pans | Standard name (cook) | Standard name (people) |
|---|---|---|---|
| C1 | Scrubs them. | **Associate** | n/a |
| C2 | Chooses them. | **Intermediate** | Team Lead |
| C3 | Casts them. | **Staff** | Manager |
""").ladder()

        assert [each.name for each in ladder.dimensions] == ["Pans"]
        assert [
            [(each.name, each.value) for each in level.attributes] for level in ladder.levels
        ] == [
            [("Standard name (cook)", "Associate")],
            [("Standard name (cook)", "Intermediate"), ("Standard name (people)", "Team Lead")],
            [("Standard name (cook)", "Staff"), ("Standard name (people)", "Manager")],
        ]


@pytest.mark.parametrize(
    "head",
    [
        "| Area | Hall (K2) | Sr. Hall (K3) | Garden (K4) |",
        "| Job level | Hall | Garden | Terrace |",
    ],
)
def test_columns_whose_codes_count_up_or_that_the_corner_calls_levels_are_levels(head):
    names = [each.strip().partition(" (")[0] for each in head.split("|")[2:-1]]
    codes = ["K2", "K3", "K4"] if "(" in head else ["", "", ""]
    ladder = read(
        f"# Waiters\n\n{head}\n|---|---|---|---|\n"
        "| Guests | Greets them | Seats them | Knows them |\n| Wine | Pours it | Offers it | Buys it |\n"
    ).ladder()

    assert [(each.code, each.name) for each in ladder.levels] == list(
        zip(codes, names, strict=True)
    )
    assert [each.name for each in ladder.dimensions] == ["Guests", "Wine"]


def test_a_row_that_the_file_breaks_in_two_is_one_row():
    level = "## {} Cook\n\n| Area | What we ask |\n|---|---|\n| Pans | {} |\n| Calm | {} |\n\n"
    rest = "when the orders come.\nNobody else has to keep calm for this cook when a pan burns. "
    proposal = read(
        "# Cooks\n\n"
        + level.format("Junior", "Scrubs them.", "Asks early.")
        + level.format("Senior", "Chooses them.", f"Is calm {rest}")
    )

    assert cells(proposal.ladder())["Senior Cook"] == {
        "Pans": ["Chooses them."],
        "Calm": [
            "Is calm when the orders come. Nobody else has to keep calm for this cook when a pan burns."
        ],
    }
    assert all("calm" not in text for text in listed(proposal))


CONTINUED = """# Gardeners

| {corner} | Junior | Senior |
|---|---|---|
| {first} | Weeds | Plans |
| | Rakes | Orders seeds |
{between}| | | Prunes |
| {second} | Waters | Digs |
| | Skims | |
"""


GARDEN = {
    "Junior": {"Beds": ["Weeds", "Rakes"], "Ponds": ["Waters", "Skims"]},
    "Senior": {"Beds": ["Plans", "Orders seeds", "Prunes"], "Ponds": ["Digs"]},
}


class TestABlankNameInFrontOfARow:
    @pytest.mark.parametrize("corner", ["", "Task"])
    @pytest.mark.parametrize("between", ["", "| | | |\n"])
    def test_goes_on_with_the_name_above(self, corner, between):
        proposal = read(
            CONTINUED.format(corner=corner, first="Beds", second="Ponds", between=between)
        )
        assert cells(proposal.ladder()) == GARDEN
        assert proposal.ladder().summary == ""
        assert listed(proposal) == [corner] * bool(corner)

    def test_goes_on_with_a_heading_above(self):
        text = CONTINUED.format(
            corner="", first="Beds | | |\n|", second="Ponds | | |\n|", between=""
        )
        assert cells(read(text).ladder()) == GARDEN

    def test_goes_on_until_an_outer_name_is_another_one(self):
        ladder = read("""# Gardeners

| Area | Task | Junior | Senior |
|---|---|---|---|
| Plants | Beds | Weeds | Plans |
| | | Rakes | Orders seeds |
| | Trees | Waters | Prunes |
| Stones | | Sweeps | Lays paths |
| | | Carries | Cuts |
""").ladder()
        assert cells(ladder) == {
            "Junior": {
                "Beds": ["Weeds", "Rakes"],
                "Trees": ["Waters"],
                "Stones": ["Sweeps", "Carries"],
            },
            "Senior": {
                "Beds": ["Plans", "Orders seeds"],
                "Trees": ["Prunes"],
                "Stones": ["Lays paths", "Cuts"],
            },
        }

    def test_goes_on_with_a_level(self):
        ladder = read("""# Gardeners

| Level | Beds | Ponds |
|---|---|---|
| Junior | Weeds | Waters |
| | Rakes | Skims |
| Senior | Plans | Digs |
| | Orders seeds | |
| | Prunes | |
""").ladder()
        assert cells(ladder) == GARDEN

    def test_of_the_first_rows_is_no_summary_but_listed(self):
        trees = "| Trees | Climbs | Fells |\n"
        proposal = read(CONTINUED.format(corner="", first="", second="Ponds", between=trees))
        assert proposal.ladder().summary == ""
        assert listed(proposal) == ["|  | Weeds | Plans |", "| | Rakes | Orders seeds |"]


MATRIX = """
## Plants

| | Junior Planner | Planner 2 | Senior Planner |
|---|---|---|---|
| Beds | Weeds them | Plants them | Plans them |
| Trees | Waters them | Prunes them | Chooses them |
"""
TABLES_OF_TITLES = """\
| Level | Planner | Manager |
|---|---|---|
| 3 | Planner 2 | Garden Manager |
| 4 | Senior Planner | Director |

| Makers | Code | Manager |
|---|---|---|
| Junior Planner | G1 | |
| Planner 2 | G2 | M1 |
| Senior Planner | G3 | Director of Gardens |

| Makers | G Level | M Level | Management title |
|---|---|---|---|
| Junior Planner | G1 | | |
| Planner 2 | G2 | | |
| Senior Planner | G3 | M1 | Garden Manager |

| | G1 | G2 | G3 |
|---|---|---|---|
| Title | Junior Planner | Planner 2 | Senior Planner |
| Manager | | Team Lead | Garden Manager |
"""
CALLED = TABLES_OF_TITLES.split("\n\n")


class TestATableThatOnlyListsLevels:
    @pytest.mark.parametrize("table", CALLED)
    def test_stands_back_behind_the_matrix(self, table):
        alone, both = (
            read(f"# Gardens\n{MATRIX}"),
            read(f"# Gardens\n\n## Levels\n\n{table}{MATRIX}"),
        )
        assert cells(both.ladder()) == cells(alone.ladder())
        assert [(each.name, each.rank) for each in both.ladder().levels] == [
            ("Junior Planner", 1),
            ("Planner 2", 2),
            ("Senior Planner", 3),
        ]

    @pytest.mark.parametrize("table", CALLED)
    def test_is_no_ladder_alone_and_listed(self, table):
        proposal = read(f"# Gardens\n\n{table}")
        assert not proposal.verdict.is_ladder
        rows = [line for line in table.splitlines() if not line.startswith("|--")]
        assert listed(proposal) == ["# Gardens", *rows]

    def test_holds_titles_for_each_track_and_level(self):
        proposal = read("""# Gardens

| Track | Level 1 | Level 2 | Level 3 |
|---|---|---|---|
| Flowers | Flower Trainee | Flower Specialist | Head of Flowers |
| Trees | Tree Technician | Tree Technician 2 | Tree Manager, Tree Director |
""")
        assert not proposal.verdict.is_ladder

    def test_is_read_where_it_says_how_well_something_is_done(self):
        ladder = read("""# Gardens

| Task | Junior Planner | Senior Planner |
|---|---|---|
| Beds | Beginner | Expert |
| Trees | Basic | Advanced |
""").ladder()
        assert cells(ladder)["Senior Planner"] == {"Beds": ["Expert"], "Trees": ["Advanced"]}

    def test_is_no_table_of_pay(self):
        proposal = read("""# Gardens

| Stufe | Titel | Gehalt | Erfahrung |
|---|---|---|---|
| 1 | Junior | 42.000 bis 48.000 Euro | 0-2 Jahre |
| 2 | Professional | 48.000 bis 60.000 Euro | 2-5 Jahre |
| 3 | Senior | 60.000 bis 75.000 Euro | ab 5 Jahren |
""")
        assert not proposal.verdict.is_ladder


class TestAColumnOfTitles:
    TABLE = """# Gardens

| Grade | Usual name (gardens) | Usual name (people) | Beds |
|---|---|---|---|
| **G5** | **Associate** | N/A | Weeds them |
| **G6** | **Senior** | Team Lead | Plants them |
| **G7+** | **Staff** | Manager | Plans them |
"""

    def test_behind_the_codes_names_the_levels(self):
        ladder = read(self.TABLE).ladder()
        assert [(each.code, each.name) for each in ladder.levels] == [
            ("G5", "Associate"),
            ("G6", "Senior"),
            ("G7+", "Staff"),
        ]

    def test_elsewhere_says_what_a_level_is_called_besides(self):
        ladder = read(self.TABLE).ladder()
        assert [
            [(each.name, each.value) for each in level.attributes] for level in ladder.levels
        ] == [
            [],
            [("Usual name (people)", "Team Lead")],
            [("Usual name (people)", "Manager")],
        ]
        assert [each.name for each in ladder.dimensions] == ["Beds"]


STATED = {
    "Commis": {"Taste": ["Salts", "Stirs"], "Pace": ["Keeps up"]},
    "Chef": {"Taste": ["Writes recipes"], "Pace": ["Sets it", "Waits for none"]},
}


class TestARowForEachStatement:
    def test_goes_on_with_the_names_that_it_leaves_out(self):
        rows = (
            "Level,Area,Expectation",
            "Commis,Taste,Salts",
            ",,Stirs",
            ",Pace,Keeps up",
            "Chef,Taste,Writes recipes",
            ",Pace,Sets it",
            ",,Waits for none",
        )
        assert cells(read("\n".join(rows), "a.csv").ladder()) == STATED

    def test_goes_on_with_the_dimension_where_that_stands_first(self):
        rows = (
            "Area,Level,Expectation",
            "Taste,Commis,Salts",
            ",,Stirs",
            ",Chef,Writes recipes",
            "Pace,Commis,Keeps up",
            ",Chef,Sets it",
            ",,Waits for none",
        )
        assert cells(read("\n".join(rows), "a.csv").ladder()) == STATED

    def test_leaves_out_nothing_where_names_are_written_again(self):
        rows = (
            "Area,Level,Expectation",
            "Taste,Commis,Salts",
            "Taste,Chef,Writes recipes",
            ",Chef,Is on time",
            "Pace,Commis,Keeps up",
            "Pace,Chef,Sets it",
        )
        assert cells(read("\n".join(rows), "a.csv").ladder())["Chef"] == {
            "Expectations": ["Is on time"],
            "Taste": ["Writes recipes"],
            "Pace": ["Sets it"],
        }


STACKED = """# Gardens

### Beds

| Lead |
|---|
| Plans the beds of spring |
| **Manager** |
| Chooses what is planted |
| Buys seeds for the year |

### People

{people}
"""
PEOPLE = "| Lead |\n|---|\n| Teaches one |\n| |\n| **Manager** |\n| Hires two |\n"
IN_ONE_LINE = (
    "<table><tr><td>Lead</td></tr><tr><td>Teaches one</td></tr>"
    "<tr><td>Manager</td></tr><tr><td>Hires two</td></tr></table>"
)


class TestATableOfOneColumn:
    @pytest.mark.parametrize(
        "people",
        [
            PEOPLE,
            IN_ONE_LINE,
        ],
    )
    def test_holds_levels_each_over_what_is_asked_there(self, people):
        proposal = read(STACKED.format(people=people))
        assert cells(proposal.ladder()) == {
            "Lead": {"Beds": ["Plans the beds of spring"], "People": ["Teaches one"]},
            "Manager": {
                "Beds": ["Chooses what is planted", "Buys seeds for the year"],
                "People": ["Hires two"],
            },
        }
        assert listed(proposal) == []

    @pytest.mark.parametrize(
        "rows", [["Lead", "Manager", "Teaches two people"], ["Teaches one", "Lead", "Hires two"]]
    )
    def test_is_listed_where_no_text_stands_below_each(self, rows):
        people = "\n".join(f"| {row} |" for row in (rows[0], "---", *rows[1:]))
        proposal = read(STACKED.format(people=people))
        assert [f"| {row} |" in listed(proposal) for row in rows] == [True] * 3
