"""The canonical file: read whole or refused with every mistake, and written back as it was."""

import json

import pytest
from hypothesis import given

from ladders.canonical import CanonicalError, as_json, dump, from_json, load
from ladders.document import Example, Expectation
from tests.examples import examples
from tests.ladders.any_ladder import ladders

SMALL = """\
format: ladder/1
ladder: {id: cooks, name: Cooks}
tracks:
  - {id: kitchen, name: Kitchen}
dimensions:
  - {id: taste, name: Taste}
  - {id: pace, name: Pace}
levels:
  - id: commis
    name: Commis
    rank: 1
    code: 3
    track: kitchen
    cells:
      taste:
        expectations:
          - You season to the recipe.
          - {text: You taste before you serve., examples: [A spoon in every pocket.]}
      pace:
  - id: chef
    name: Chef
    rank: 2
    track: kitchen
"""


def mistakes(text):
    with pytest.raises(CanonicalError) as refused:
        load(text)
    return [(each.line, each.column, each.sentence) for each in refused.value.problems]


def test_reads_short_and_long_forms():
    ladder = load(SMALL)
    commis, chef = ladder.levels
    assert [cell.dimension for cell in commis.cells] == ["taste", "pace"]
    assert commis.cells[0].expectations == (
        Expectation("You season to the recipe."),
        Expectation("You taste before you serve.", examples=(Example("A spoon in every pocket."),)),
    )
    assert (commis.code, commis.cells[1].expectations, chef.cells) == ("3", (), ())


def test_reads_the_same_from_json_with_tabs_and_escapes():
    ladder = load(SMALL)
    spaced = json.dumps(json.loads(as_json(ladder)), indent="\t", ensure_ascii=True)
    assert load(spaced) == ladder
    assert load('{"format": "ladder/1"' + as_json(ladder)[len('{"format":"ladder/1"') :]) == ladder


@examples(60)
@given(ladders())
def test_writing_and_reading_is_the_identity(ladder):
    assert load(dump(ladder)) == ladder
    assert from_json(as_json(ladder)) == ladder
    assert load(as_json(ladder)) == ladder


def test_reports_every_mistake_at_its_place():
    wrong = (
        SMALL.replace("Cooks}", "Cooks, sumary: x}")
        .replace("rank: 2", "rank: 2000")
        .replace("      pace:", "      speed:")
        .replace("id: chef", "id: commis")
    )
    assert mistakes(wrong) == [
        (2, 34, "The key “sumary” is not known here. Did you mean “summary”?"),
        (19, 7, "There is no dimension “speed”."),
        (20, 9, "The id “commis” is used twice."),
        (22, 11, "A rank is a whole number from -1000 to 1000."),
    ]


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("rank: 1", "rank: first", (11, 11, "This must be a whole number.")),
        ("  - id: chef\n", "  - ids: chef\n", (20, 5, "The key “id” is missing.")),
        (
            "track: kitchen\n    cells",
            "track: bar\n    cells",
            (13, 12, "There is no track “bar”."),
        ),
        ("name: Taste", "name: ' '", (6, 23, "A name is missing.")),
        (
            "name: Taste",
            "name: Taste, cascade: up",
            (6, 39, "This must be none, accumulate or supersede."),
        ),
        ("name: Taste", "name: Taste, name: Flavour", (6, 30, "The key “name” is repeated.")),
        ("name: Taste", "name: &a Taste", (6, 23, "Anchors (&name) are not allowed.")),
        ("name: Taste", "name: *a", (6, 23, "References to other places (*name) are not allowed.")),
        ("name: Taste", "name: !!str Taste", (6, 23, "Tags (!name) are not allowed.")),
        ("name: Taste", 'name: "a\\0b"', (6, 23, "Control characters are not allowed.")),
        ("name: Cooks", "name: Cooks, id: a b", (2, 34, "The key “id” is repeated.")),
        (
            "id: cooks",
            "id: a b",
            (
                2,
                14,
                "“a b” is not an id: 1 to 80 characters without spaces, dots, bars or slashes.",
            ),
        ),
        ("- You season to the recipe.", "- ''", (17, 13, "An expectation needs a text.")),
        (
            "- You season to the recipe.",
            "- [a]",
            (17, 13, "This must be a mapping of keys to values."),
        ),
        ("rank: 2", "rank: 2\n    inherits: [chef]", (23, 15, "The level “chef” inherits itself.")),
        (
            "rank: 2",
            "rank: 2\n    cells: {pace: {same_as: {level: chef}}}",
            (23, 13, "“pace” at “chef” is the same as itself."),
        ),
    ],
)
def test_names_the_place_of_a_mistake(old, new, mistake):
    assert mistake in mistakes(SMALL.replace(old, new, 1))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The file is empty."),
        ("just words", "A file that starts with “format: ladder/1” is needed."),
        (SMALL + "---\na: b\n", "A second document starts here; one is allowed."),
        ("a: " + "[" * 20, "Nested deeper than 12 levels."),
        ("a: [1", "This is not valid YAML: expected ',' or ']', but got '<stream end>'."),
        ("x" * 300_000, "The file is larger than 256 KB."),
    ],
)
def test_refuses_what_is_not_one_plain_document(text, sentence):
    assert [each[2] for each in mistakes(text)] == [sentence]


def test_an_error_speaks_for_itself():
    with pytest.raises(CanonicalError, match=r"^Line 1: The file is empty.$"):
        load("")
