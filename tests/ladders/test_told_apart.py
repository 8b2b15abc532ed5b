"""What a document says of its levels and dimensions beside the ladder itself: explanations, descriptions, codes."""

import pytest

from ladders.importing.bundle import Upload
from ladders.importing.pipeline import read_uploads


def read(text):
    return read_uploads([Upload("ladder.md", text.encode())])


def cells(ladder):
    names = {dimension.id: dimension.name for dimension in ladder.dimensions}
    return {
        (level.name, names[cell.dimension]): [each.text for each in cell.expectations]
        for level in ladder.levels
        for cell in level.cells
    }


GUIDES = """\
# Pilots

### Skills we look for

#### Knots

Knots that hold, and come undone when they should.

#### Weather

Reading the sky before the group does.

## The path of a pilot

### Junior pilot

#### Knots

You tie four knots.

#### Weather

You carry the radio.

### Senior pilot

#### Knots

You teach knots.

#### Weather

You decide to turn back.
"""


def test_a_chapter_that_explains_the_dimensions_is_no_level():
    proposal = read(GUIDES)
    ladder = proposal.ladder()

    assert cells(ladder) == {
        ("Junior pilot", "Knots"): ["You tie four knots."],
        ("Junior pilot", "Weather"): ["You carry the radio."],
        ("Senior pilot", "Knots"): ["You teach knots."],
        ("Senior pilot", "Weather"): ["You decide to turn back."],
    }
    assert [each.summary for each in ladder.dimensions] == [
        "Knots that hold, and come undone when they should.",
        "Reading the sky before the group does.",
    ]


LISTS = """
## Knots

### Junior pilot

- Ties four knots

### Senior pilot

- Teaches knots

## Weather

### Junior pilot

- Carries the radio

### Senior pilot

- Decides to turn back
"""
READ = {
    ("Junior pilot", "Knots"): ["Ties four knots"],
    ("Junior pilot", "Weather"): ["Carries the radio"],
    ("Senior pilot", "Knots"): ["Teaches knots"],
    ("Senior pilot", "Weather"): ["Decides to turn back"],
}


@pytest.mark.parametrize("chapter", ["Career levels", "Who we are on the mountain"])
def test_a_chapter_that_describes_the_levels_is_no_dimension(chapter):
    described = (
        f"# Pilots\n\n## {chapter}\n\n### Junior pilot\n\nYou walk behind.\n\n"
        f"### Senior pilot\n\nYou walk in front.\n"
    )
    table = (
        "\n## What we ask\n\n| Area | Junior pilot | Senior pilot |\n|---|---|---|\n"
        "| Knots | Ties four knots | Teaches knots |\n"
        "| Weather | Carries the radio | Decides to turn back |\n"
    )
    for text in (described + table, described + LISTS)[: 1 if chapter.startswith("Who") else 2]:
        ladder = read(text).ladder()
        assert cells(ladder) == READ
        assert [level.summary for level in ladder.levels] == [
            "You walk behind.",
            "You walk in front.",
        ]


CODED = """
## Knots

* **L1** ties four knots.
* **L2** teaches knots.

## Weather

* **L1** carries the radio.
* **L2** decides to turn back.
"""


@pytest.mark.parametrize(
    "legend",
    [
        "## Levels\n\n- L1: Junior Pilot\n- L2: Senior Pilot",
        "- L1: Junior Pilot\n- L2: Senior Pilot",
        "- Junior Pilot (L1)\n- Senior Pilot (L2)",
        "Junior Pilot (L1) | Senior Pilot (L2)",
    ],
)
def test_codes_are_called_by_the_names_that_stand_apart(legend):
    proposal = read(f"# Pilots\n\n{legend}\n{CODED}")
    ladder = proposal.ladder()

    assert [(level.code, level.name) for level in ladder.levels] == [
        ("L1", "Junior Pilot"),
        ("L2", "Senior Pilot"),
    ]
    assert [each.name for each in ladder.dimensions] == ["Knots", "Weather"]
    assert {line.text for line in proposal.not_imported} <= {"## Levels"}


def test_what_stands_behind_codes_and_is_no_name_names_nothing():
    ladder = read(f"# Pilots\n\n- L1: up to two years\n- L2: more\n{CODED}").ladder()

    assert [(level.code, level.name) for level in ladder.levels] == [("", "L1"), ("", "L2")]


def test_a_name_stands_in_the_brackets_behind_a_code_of_any_letters():
    text = (
        "# Charts\n\n## XY1 (Junior)\n\n- Draws\n- Counts\n\n## XY2 (Middle)\n\n- Plans\n- Asks\n"
    )
    levels = read(text).ladder().levels

    assert [(level.code, level.name) for level in levels] == [("XY1", "Junior"), ("XY2", "Middle")]


def test_bullets_that_are_indented_too_little_still_stand_below_their_number():
    skill = "## {}\n\n1. Awareness\n\n  - knows {}\n  - asks\n\n2. Working\n\n  - mends {}\n"
    tail = "\nWho needs it:\n\n- [Pilot](/pilot)\n\n"
    text = "# Skills\n\n" + skill.format("Knots", "four", "ropes") + tail
    text += skill.format("Weather", "clouds", "radios") + tail
    proposal = read(text)

    assert cells(proposal.ladder()) == {
        ("Awareness", "Knots"): ["knows four", "asks"],
        ("Awareness", "Weather"): ["knows clouds", "asks"],
        ("Working", "Knots"): ["mends ropes"],
        ("Working", "Weather"): ["mends radios"],
    }
    assert "j" in {question.topic for question in proposal.questions}
