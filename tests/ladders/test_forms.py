"""Documents of our own in forms that ladders come in, counted by hand before the importer saw them."""

import json
from pathlib import Path

import pytest

from ladders.importing.bundle import Upload
from ladders.importing.pipeline import read_uploads

FORMS = Path(__file__).parent / "documents" / "forms"
COUNTED = json.loads((FORMS / "counted.json").read_text())


def read(form):
    files = sorted((FORMS / form).iterdir())
    return read_uploads([Upload(path.name, path.read_bytes()) for path in files])


@pytest.mark.parametrize("form", COUNTED)
def test_a_form_is_read_whole(form):
    counted = COUNTED[form]
    proposal = read(form)
    ladder = proposal.ladder()
    names = {dimension.id: dimension.name for dimension in ladder.dimensions}
    keys = {level.id: level.name for level in ladder.levels}
    # A level is named by its code where the count names it so.
    for level in ladder.levels:
        if any(cell.startswith(f"{level.code}|") for cell in counted["cells"]):
            keys[level.id] = level.code

    assert proposal.verdict.is_ladder
    assert [[level.code or None, level.name] for level in ladder.levels] == counted["levels"]
    assert {
        f"{keys[level.id]}|{names[cell.dimension]}": sum(
            each.kind == "expectation" for each in cell.expectations
        )
        for level in ladder.levels
        for cell in level.cells
        if cell.expectations
    } == counted["cells"]
    asked = {dimension.id for dimension in ladder.dimensions} - {
        cell.dimension for cell in ladder.common.cells
    }
    groups = {group.id: group.name for group in ladder.groups}
    assert [
        [each.name, each.group and groups[each.group]]
        for each in ladder.dimensions
        if each.id in asked
    ] == counted["dimensions"]
    assert (ladder.cascade.mode != "none") is counted["cascade"]
    assert (
        sum(
            len(cell.examples) + sum(len(each.examples) for each in cell.expectations)
            for level in ladder.levels
            for cell in level.cells
        )
        == counted["examples"]
    )


def test_what_is_asked_of_everybody_and_what_is_as_below():
    ladder = read("quarry-common").ladder()
    assert ladder.common.name == "Common to all levels"
    assert [
        (ladder.dimension(cell.dimension).name, [each.text for each in cell.expectations])
        for cell in ladder.common.cells
    ] == [
        (
            "Values",
            [
                "Treats customer data as borrowed, not owned",
                "Tells bad news early",
                "Leaves documents better than they were",
            ],
        ),
        ("Safety", ["Follows the access policy without exceptions"]),
    ]
    senior, staff = ladder.levels[1:]
    assert [(cell.same_as.level, cell.same_as.text) for cell in staff.cells] == [
        (senior.id, "Same as L2, plus:"),
        (senior.id, "Same as L2."),
        (senior.id, "Same as L2, plus:"),
    ]
    # What is warned of is kept, and is required of nobody.
    assert "Hides failed runs" in [note.text for note in ladder.notes]


def test_files_stand_in_the_order_of_the_numbers_in_their_names():
    ladder = read("orchard-bundle").ladder()
    assert [level.name for level in ladder.levels] == [
        name for _, name in COUNTED["orchard-bundle"]["levels"]
    ]
    assert ladder.source.files == (
        "01-apprentice.md",
        "02-technologist.md",
        "03-senior-technologist.md",
        "10-chief-technologist.md",
    )


def test_menus_and_scripts_of_a_page_are_left_out_and_listed():
    proposal = read("northgate-html")
    left_out = " ".join(line.text for line in proposal.not_imported)
    texts = [
        each.text
        for level in proposal.ladder().levels
        for cell in level.cells
        for each in cell.expectations
    ]
    assert 'track("view")' in left_out
    assert not any("track(" in text for text in texts)
