"""What a person says against a proposal, kept as JSON and applied again to a next version of the document."""

from dataclasses import replace

import pytest

from ladders.importing.bundle import Upload
from ladders.importing.corrections import (
    CorrectionError,
    Corrections,
    DimensionChange,
    Join,
    LevelChange,
    Placement,
    dumped,
    line_key,
    loaded,
)
from ladders.importing.marks import address, lists_in
from ladders.importing.pipeline import corrected, read_uploads
from ladders.keys import expectation_keys

COOKS = """\
# Cooks

A word from the chef.

## Junior Cook
### Taste
- Salts with care.
- Tastes often.
### Speed
- Is on time.

## Senior Cook
### Taste
- Salts with care.
- Seasons by ear.
### Pace
- Is early.

## Sous Chef
### Taste
- Knows every dish.
"""


def read(text=COOKS, said=None):
    said = said or Corrections()
    files = [Upload("cooks.md", text.encode())]
    return read_uploads(files, swap=said.swap, marks=said.marks, order=said.order)


def made(text=COOKS, **said):
    corrections = Corrections(**said)
    return corrected(read(text, corrections), corrections)


def cells(ladder):
    return {
        (level.name, cell.dimension): [each.text for each in cell.expectations]
        for level in ladder.levels
        for cell in level.cells
    }


def test_without_corrections_the_ladder_is_as_proposed():
    assert made() == read().ladder()


@pytest.mark.parametrize(
    "corrections",
    [
        Corrections(),
        Corrections(
            answers={"licence": "internal"},
            swap=True,
            marks={"cooks/junior cook": "ignore"},
            order=("b.md", "a.md"),
            levels={"junior-cook": LevelChange("merge", "senior-cook", "Cook", "C1", 0)},
            dimensions={"pace": DimensionChange("merge", "speed", "Speed", "-")},
            lines={"a word": Placement("junior-cook", "taste")},
            removed=("junior-cook.taste.1",),
            name="Kitchen",
            join=Join("bakers", "level-1", "instead"),
        ),
    ],
)
def test_corrections_are_kept_as_json(corrections):
    assert loaded(dumped(corrections)) == corrections


@pytest.mark.parametrize("text", ["", "[]", '{"names": 1}', '{"levels": {"a": {"use": "x"}}}'])
def test_what_was_not_written_here_is_refused(text):
    with pytest.raises(ValueError, match="no corrections"):
        loaded(text)


def test_a_level_is_named_ranked_and_coded():
    ladder = made(levels={"junior-cook": LevelChange(name="Commis", code="C1", rank=9)})

    assert [(each.id, each.name, each.code, each.rank) for each in ladder.levels][-1] == (
        "junior-cook",
        "Commis",
        "C1",
        9,
    )


def test_a_level_becomes_a_role_common_part_of_another_or_nothing():
    asked = cells(made())
    as_role = made(levels={"sous-chef": LevelChange("mixin")})
    as_common = made(levels={"sous-chef": LevelChange("common")})
    merged = made(levels={"sous-chef": LevelChange("merge", into="senior-cook")})
    left = made(levels={"sous-chef": LevelChange("drop")})

    text = asked["Sous Chef", "taste"]
    assert [each.text for each in as_role.mixins[0].cells[0].expectations] == text
    assert [each.text for each in as_common.common.cells[0].expectations] == text
    assert cells(merged)["Senior Cook", "taste"] == asked["Senior Cook", "taste"] + text
    for ladder in (as_role, as_common, merged, left):
        assert [level.name for level in ladder.levels] == ["Junior Cook", "Senior Cook"]


def test_a_dimension_is_named_grouped_merged_and_left_out():
    ladder = made(
        dimensions={
            "pace": DimensionChange("merge", into="speed"),
            "speed": DimensionChange(name="Time", group="Service"),
            "taste": DimensionChange("drop"),
        }
    )

    assert [(each.name, each.aliases) for each in ladder.dimensions] == [("Time", ("Pace",))]
    assert [each.name for each in ladder.groups] == ["Service"]
    assert cells(ladder) == {
        ("Junior Cook", "speed"): ["Is on time."],
        ("Senior Cook", "speed"): ["Is early."],
    }


def test_a_line_is_moved_into_a_cell_once_and_is_then_not_listed_as_left_out():
    text = COOKS + "\n## Other\n- Sweeps.\n\n## More\n- Sweeps.\n"
    place = {line_key("Sweeps."): Placement("sous-chef", "speed")}

    ladder = made(text, lines=place)

    assert cells(ladder)["Sous Chef", "speed"] == ["Sweeps."]
    assert "Sweeps." not in [note.text for note in ladder.notes]
    # The cells of a level keep the order of the dimensions.
    assert [cell.dimension for cell in ladder.levels[2].cells] == ["taste", "speed"]
    assert made(text, lines={line_key("Sweeps."): Placement("nobody", "speed")}) == made(text)


def test_a_line_is_moved_into_a_dimension_that_the_document_does_not_have():
    text = COOKS + "\n## Where we cook\n- By the sea.\n- Outside.\n- Inside.\n- Anywhere.\n"
    lines = {
        line_key("By the sea."): Placement("junior-cook", named="Manners"),
        line_key("Outside."): Placement("sous-chef", named="manners"),
        line_key("Inside."): Placement("sous-chef", named="TASTE"),
        line_key("Anywhere."): Placement("nobody", named="Air"),
    }

    ladder = made(text, lines=lines)

    assert [(each.id, each.name) for each in ladder.dimensions] == [
        ("taste", "Taste"),
        ("speed", "Speed"),
        ("pace", "Pace"),
        ("manners", "Manners"),
    ]
    assert cells(ladder)["Junior Cook", "manners"] == ["By the sea."]
    assert cells(ladder)["Sous Chef", "taste"] == ["Knows every dish.", "Inside."]
    assert cells(ladder)["Sous Chef", "manners"] == ["Outside."]
    # A next version that has the dimension itself is not given another one.
    later = made(
        text.replace("- Seasons by ear.", "- Seasons by ear.\n### Manners\n- Bows."), lines=lines
    )
    assert [each.id for each in later.dimensions].count("manners") == 1
    assert cells(later)["Senior Cook", "manners"] == ["Bows."]
    assert cells(later)["Sous Chef", "manners"] == ["Outside."]


def test_a_line_is_left_out_of_its_own_cell_and_listed():
    (first, *_) = expectation_keys(read().ladder())

    ladder = made(removed=(first.key,))

    assert cells(ladder)["Junior Cook", "taste"] == ["Tastes often."]
    assert cells(ladder)["Senior Cook", "taste"][0] == first.expectation.text
    assert ladder.unmapped[-1].text == first.expectation.text


@pytest.mark.parametrize(
    "said",
    [
        {"levels": {"sous-chef": LevelChange("merge", into="sous-chef")}},
        {"dimensions": {"pace": DimensionChange("merge", into="pace")}},
        {
            "levels": {
                "sous-chef": LevelChange("merge", into="junior-cook"),
                "junior-cook": LevelChange("drop"),
            }
        },
        {"levels": dict.fromkeys(("junior-cook", "senior-cook", "sous-chef"), LevelChange("drop"))},
    ],
)
def test_corrections_that_leave_nothing_to_hold_on_to_are_refused(said):
    with pytest.raises(CorrectionError):
        made(**said)


def test_what_the_next_version_does_not_hold_is_passed_over():
    said = {
        "answers": {"nothing": "yes", "licence": "gone"},
        "marks": {"cooks/head chef": "ignore"},
        "order": ("z.md",),
        "levels": {
            "head-chef": LevelChange("drop"),
            "sous-chef": LevelChange("merge", into="head-chef"),
        },
        "dimensions": {"pace": DimensionChange("merge", into="gone")},
        "lines": {"gone": Placement("sous-chef", "taste")},
        "removed": ("gone.gone.1",),
    }

    assert made(**said) == made()


def test_a_heading_that_is_marked_as_a_level_settles_the_levels_and_a_list_is_left_to_itself():
    text = (
        "# Becoming a cook\n## What a kitchen is\n- Hot\n## Duties of a Head Cook\nThey do this:\n\n"
        "- Plan\n- Buy\n\nThey are asked when:\n- It burns\n"
    )
    structure = read(text).structure
    section = next(each for each in structure.root.walk() if each.name.startswith("Duties"))
    plan, burns = lists_in(section)
    assert (plan.lead, burns.lead) == ("They do this:", "They are asked when:")

    marks = {address(section): "level", burns.address: "ignore"}
    ladder = made(text, marks=marks)

    assert cells(ladder) == {("Head Cook", "expectations"): ["Plan", "Buy"]}
    listed = {line.text for line in read(text, Corrections(marks=marks)).not_imported}
    assert {"They are asked when:", "- It burns"} <= listed


def test_a_document_without_headings_can_be_a_level_as_a_whole():
    text = "Cooks here do this.\n\n- Plan\n- Buy\n- Taste\n"
    ladder = made(text, marks={"": "level"})

    assert [(each.name, len(each.cells[0].expectations)) for each in ladder.levels] == [
        ("cooks", 3)
    ]


def test_files_are_read_in_the_order_that_a_person_says():
    files = [
        Upload(f"{name}.md", f"# {name} Cook\n## Taste\n- {name} salts.\n- Stirs.\n".encode())
        for name in ("Senior", "Junior")
    ]
    said = ("Senior.md", "Junior.md")
    proposal = read_uploads(files, order=said)

    assert read_uploads(files).file_order == ("Junior.md", "Senior.md")
    assert proposal.file_order == said
    assert [each.name for each in proposal.ladder().levels] == ["Senior Cook", "Junior Cook"]
    assert "files" in [each.id for each in read_uploads(files).questions]
    assert {"files", "descending"}.isdisjoint(each.id for each in proposal.questions)
    numbered = [replace(each, name=f"{n}-{each.name}") for n, each in enumerate(files)]
    assert read_uploads(numbered).file_order == ()


def test_text_that_is_kept_as_it_came_keeps_what_was_said_of_it():
    text = COOKS.replace("with care", "with care â€“ always")
    said = {"answers": {"encoding": "keep"}, "marks": {"cooks/sous chef": "level"}}

    ladder = made(text, **said)

    assert [each.name for each in ladder.levels] == ["Sous Chef"]
