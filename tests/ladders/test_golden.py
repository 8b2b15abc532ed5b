"""Real ladders import to exactly what a careful reader counts in them, with the suggested answers."""

import re

import pytest

from ladders.effective import effective
from ladders.inline import read_inline
from ladders.pipeline import read_upload
from ladders.text import read_text
from tests.ladders import real

SLUGS = {"003": "seed-003-backend-developer", "004": "seed-004-engineering-job-bands"}
QUESTIONS = {
    "003": {"merge.communication-feedback": "merge", "licence": "unstated"},
    "004": {
        "roles": "mixins",
        "cascade": "accumulate",
        "cascade.engineering-management": "below",
        "order": "rank",
        "codes": "keep",
        "licence": "stated",
    },
}


@pytest.fixture(params=list(SLUGS))
def number(request):
    return request.param


@pytest.fixture
def proposal(number):
    return read_upload(*real.seed(number))


@pytest.fixture
def ladder(proposal):
    return proposal.ladder()


@pytest.fixture
def golden(number):
    return real.golden(SLUGS[number])


def plain(text):
    """As a reader sees it: without marks, links and wide spaces."""
    return " ".join(re.sub(r"[*`]", "", read_inline(text).text).split())


def every_expectation(ladder):
    names = {dimension.id: dimension.name for dimension in ladder.dimensions}
    for level in ladder.levels:
        for cell in level.cells:
            for expectation in cell.expectations:
                yield level.name, names[cell.dimension], expectation


def test_it_is_a_ladder_and_asks_what_only_a_person_knows(proposal, golden, number):
    assert proposal.verdict.is_ladder is golden["is_ladder"]
    assert {each.id: each.default for each in proposal.questions} == QUESTIONS[number]


def test_name_levels_and_tracks(ladder, golden):
    tracks = {track.id: track.name for track in ladder.tracks}
    read = [
        (level.name, level.code or None, level.track and tracks[level.track])
        for level in ladder.levels
    ]
    assert read == [
        (level["name"], level["code"], level.get("track")) for level in golden["levels"]
    ]
    for level, expected in zip(ladder.levels, golden["levels"], strict=True):
        assert plain(level.summary) == plain(expected.get("summary", ""))
        assert level.placeholder is expected.get("placeholder", False)
    assert {level.name: level.aliases[0] for level in ladder.levels if level.aliases} == golden.get(
        "aliases", {}
    )


def test_dimensions_and_the_count_of_every_cell(ladder, golden):
    assert [(each.name, each.group) for each in ladder.dimensions] == [
        (each["name"], each["group"]) for each in golden["dimensions"]
    ]
    counts = {}
    for level, dimension, _ in every_expectation(ladder):
        counts[f"{level}|{dimension}"] = counts.get(f"{level}|{dimension}", 0) + 1
    assert counts == golden["cells"]
    assert sum(counts.values()) == golden["total_expectations"]


def test_every_text_in_order(ladder, golden, number):
    # The list is in the order of the document; the ladder shows levels by track, then roles.
    order = {level["name"]: level["order"] for level in golden["levels"]}
    written = real.golden_texts(SLUGS[number])
    expected = sorted(
        (each for each in written if "level" in each), key=lambda each: order[each["level"]]
    )
    read = [
        {"level": level, "dimension": dimension, "text": plain(each.text)}
        for level, dimension, each in every_expectation(ladder)
    ]
    assert read == [{**each, "text": plain(each["text"])} for each in expected]
    assert [
        (mixin.name, plain(each.text))
        for mixin in ladder.mixins
        for cell in mixin.cells
        for each in cell.expectations
    ] == [(each["mixin"], plain(each["text"])) for each in written if "level" not in each]
    assert read[0]["text"] == plain(golden["first_expectation"])
    assert read[-1]["text"] == plain(golden["last_expectation"])


def test_examples_stay_with_their_expectation(ladder, golden):
    attached = [
        {"level": level, "dimension": dimension, "expectation": each.text, "example": example.text}
        for level, dimension, each in every_expectation(ladder)
        for example in each.examples
    ]
    assert attached == golden.get("examples_attach", [])
    assert len(attached) == golden["total_examples"]


def test_mixin_roles(ladder, golden):
    names = {dimension.id: dimension.name for dimension in ladder.dimensions}
    read = []
    for mixin in ladder.mixins:
        texts = [each.text for cell in mixin.cells for each in cell.expectations]
        read.append(
            {
                "name": mixin.name,
                "placeholder": mixin.placeholder,
                "cells": {names[cell.dimension]: len(cell.expectations) for cell in mixin.cells},
                "first_expectation": texts[0] if texts else None,
            }
        )
    assert read == golden["mixins"]


def test_cascade_and_licence(ladder, golden):
    assert (ladder.cascade.mode != "none") is golden["cascade"]
    assert ladder.cascade.stated == golden.get("cascade_text", "")
    assert ladder.licence.id == golden.get("licence", "")


def test_every_line_is_imported_or_listed(number, proposal, ladder):
    """Counted without the importer's own word for it: each line's text is in the one or the other."""
    said = plain(repr_of(ladder))
    listed = {line.number for line in proposal.not_imported}
    text = read_text(real.seed(number)[1]).text
    lost = [
        (line_number, line)
        for line_number, line in enumerate(text.split("\n"), 1)
        if line.strip() and line_number not in listed and not is_said(line, said)
    ]
    assert lost == []


def repr_of(value):
    """All text in a value."""
    if isinstance(value, str):
        return value + "\n"
    if isinstance(value, tuple):
        return "".join(repr_of(each) for each in value)
    if hasattr(value, "__dataclass_fields__"):
        return "".join(repr_of(getattr(value, name)) for name in value.__dataclass_fields__)
    return ""


def is_said(line, said):
    bare = re.sub(r"^\s*(?:#{1,6}|[-*+>])\s+", "", line)
    anchor = re.fullmatch(r'<a id="(.+)"></a>', line.strip())
    words = plain(anchor[1] if anchor else bare)
    if words in said or words.lower() in {"license", "(forthcoming)"}:
        return True
    # A level's heading holds its name, its alias and its code.
    pieces = re.split(r"\s*[{}()]\s*", words)
    return all(piece in said for piece in pieces)


def cases():
    if not real.REAL.is_dir():
        return [None]
    return real.golden_effective("seed-004")["cases"]


@pytest.mark.parametrize(
    "case", cases(), ids=lambda case: case and "+".join([case["level"], *case["roles"]])
)
def test_effective_expectations(case):
    real.require()
    ladder = read_upload(*real.seed("004")).ladder()
    resolved = effective(ladder, case["level"], case["roles"])
    found = [each for _, each in resolved.expectations()]
    assert {
        "level": resolved.level,
        "roles": list(resolved.roles),
        "effective": len(found),
        "before_dedupe": sum(len(each.origins) for each in found),
        "own": sum(origin.kind == "own" for each in found for origin in each.origins),
        "per_dimension": {each.dimension: len(each.expectations) for each in resolved.dimensions},
        "warnings": list(resolved.warnings),
    } == case


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (
            {"cascade.engineering-management": "none"},
            "management does not inherit the Engineers track",
        ),
        (
            {"cascade.engineering-management": "lower"},
            "management inherits all Engineers bands of lower rank (Director also inherits Staff, Band 4)",
        ),
        ({"cascade": "none"}, "cascade none"),
    ],
)
def test_other_answers_give_other_expectations(answer, name):
    ladder = read_upload(*real.seed("004")).ladder(answer)
    expected = real.golden_effective("seed-004")["alternatives"][name]
    assert {
        level: len(list(effective(ladder, level).expectations())) for level in expected
    } == expected


@pytest.mark.parametrize("number", ["000", "001", "002"])
def test_other_documents_are_read_without_losing_a_line(number):
    name, data = real.seed(number)
    proposal = read_upload(name, data)
    text = read_text(data).text
    covered = [line for part in proposal.parts for line in range(part.line, part.last_line + 1)]
    filled = {line for line, words in enumerate(text.split("\n"), 1) if words.strip()}
    assert filled <= set(covered)
    assert len(covered) == len(set(covered))
    assert proposal.verdict.is_ladder is (number != "002")
