"""What the rows, columns and headers of tables are taken for, in small documents of our own."""

from ladders.importing.bundle import Upload
from ladders.importing.pipeline import read_uploads


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
