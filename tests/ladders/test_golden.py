"""Real ladders import to what a careful reader counts in them, with every question answered as suggested."""

import re
from collections import Counter
from pathlib import Path

import pytest

from ladders.document import Ladder
from ladders.effective import effective
from ladders.importing.inline import read_inline
from ladders.importing.marks import address
from ladders.importing.pipeline import read_uploads
from ladders.names import read_level_name, split_icon
from tests.ladders import real

#: Document -> every question that it raises, with the answer that is given: the suggested one.
QUESTIONS = {
    "seed-000-octopus-l3-data-engineer": {
        "encoding": "repair",
        "single": "new",
        "attributes": "attributes",
        "licence": "unstated",
    },
    "seed-001-lead-data-engineer": {
        "encoding": "repair",
        "single": "new",
        "licence": "unstated",
    },
    "seed-002-essay-senior-lead": {"ladder": "no"},
    "seed-003-backend-developer": {
        "merge.communication-feedback": "merge",
        "licence": "unstated",
    },
    "seed-004-engineering-job-bands": {
        "roles": "mixins",
        "cascade": "accumulate",
        "cascade.engineering-management": "below",
        "order": "rank",
        "codes": "keep",
        "licence": "stated",
    },
    "etsy-competencies": {
        "cascade": "accumulate",
        "proficiency": "levels",
        "licence": "unstated",
    },
    "ft-engineering": {"licence": "unstated"},
    "indrive-engineer-track": {"files": "shown", "names": "apart", "licence": "unstated"},
    "infopulse-qa": {"cascade": "accumulate", "nested": "children", "licence": "unstated"},
    "infracloud-engineering": {"nested": "children", "licence": "unstated"},
    "mercari-csv": {"added": "mixins", "prose": "paragraphs", "licence": "unstated"},
    "monzo-backend": {"licence": "unstated"},
    "positive-engineering": {"attributes": "attributes", "licence": "unstated"},
    "postman-ospo": {"prose": "paragraphs", "licence": "unstated"},
    "sourcegraph-support": {"roles": "mixins", "cascade": "accumulate", "licence": "unstated"},
    "unidays-engineering": {"licence": "unstated"},
}
pytestmark = pytest.mark.real_ladders
LADDERS = [slug for slug in QUESTIONS if slug != "seed-002-essay-senior-lead"]
#: A level is known by one of these, in the order in which they are tried.
_PLACES = ("key", "name", "code")


@pytest.fixture(scope="module", params=LADDERS)
def slug(request):
    return request.param


@pytest.fixture(scope="module")
def golden(slug):
    return real.golden(slug)


@pytest.fixture(scope="module")
def proposal(slug):
    return read_uploads(real.uploads(slug))


@pytest.fixture(scope="module")
def ladder(proposal):
    return proposal.ladder()


def plain(text):
    """As a reader sees it: without marks, links, icons and wide spaces."""
    words = read_inline(str(text)).text
    words = re.sub(r"[*`]|(?<!\w)_+|_+(?!\w)", "", words)
    return " ".join(split_icon(words)[1].split())


def same(text):
    return plain(text).casefold().rstrip(".: ")


def levels_by_key(ladder, golden):
    """The level of the ladder that each level of the golden file is."""
    found = {}
    left = list(ladder.levels)
    for expected in golden["levels"]:
        names = {same(expected[place]) for place in _PLACES if expected.get(place)}
        level = next((each for each in left if {same(each.name), same(each.code)} & names), None)
        assert level is not None, f"no level {expected['name']}"
        left.remove(level)
        found[expected["key"]] = level
    assert left == []
    return found


def counted(ladder, golden):
    """Cells as the golden file names them -> how many expectations they hold."""
    names = {dimension.id: dimension.name for dimension in ladder.dimensions}
    spelled = {same(each["name"]): each["name"] for each in golden["dimensions"]}
    return {
        f"{key}|{spelled[same(names[cell.dimension])]}": len(cell.expectations)
        for key, level in levels_by_key(ladder, golden).items()
        for cell in level.cells
        if cell.expectations
    }


def test_every_question_is_asked_and_no_other(slug, proposal, golden):
    assert proposal.verdict.is_ladder is golden["is_ladder"]
    assert {each.id: each.default for each in proposal.questions} == QUESTIONS[slug]


def test_levels_in_order(ladder, golden):
    found = levels_by_key(ladder, golden)
    assert [level.id for level in found.values()] == [level.id for level in ladder.levels]
    tracks = {track.id: track.name for track in ladder.tracks}
    for expected in golden["levels"]:
        level = found[expected["key"]]
        assert level.placeholder is expected.get("placeholder", False)
        if expected.get("track"):
            assert tracks[level.track] == expected["track"]
        if expected.get("summary"):
            assert same(expected["summary"]) in same(level.summary)
        assert len(level.attributes) >= len(expected.get("attributes") or [])


def test_dimensions_with_their_groups(ladder, golden):
    groups = {group.id: group.name for group in ladder.groups}
    assert {
        (same(each.name), each.group and same(groups[each.group])) for each in ladder.dimensions
    } == {
        (same(each["name"]), each["group"] and same(each["group"])) for each in golden["dimensions"]
    }


def test_the_count_of_every_cell(ladder, golden):
    counts = counted(ladder, golden)
    assert counts == {cell: count for cell, count in golden["cells"].items() if count}
    assert sum(counts.values()) == golden["total_expectations"]


def test_every_text(slug, ladder, golden):
    names = {dimension.id: dimension.name for dimension in ladder.dimensions}
    read = Counter(
        (key, same(names[cell.dimension]), same(each.text))
        for key, level in levels_by_key(ladder, golden).items()
        for cell in level.cells
        for each in cell.expectations
    )
    written = Counter(
        (each["level"], same(each["dimension"]), same(each["text"]))
        for each in real.golden_texts(slug)
        if "level" in each and each.get("kind") != "example"
    )
    assert read == written


def test_first_and_last(ladder, golden):
    texts = {
        same(each.text)
        for level in ladder.levels
        for cell in level.cells
        for each in cell.expectations
    }
    assert same(golden["first_expectation"]) in texts
    assert same(golden["last_expectation"]) in texts


def test_examples(ladder, golden):
    found = [
        example
        for level in ladder.levels
        for cell in level.cells
        for example in (*cell.examples, *(e for each in cell.expectations for e in each.examples))
    ]
    assert len(found) == golden["total_examples"]
    attached = [
        {"level": key, "dimension": names, "expectation": each.text, "example": example.text}
        for key, level in levels_by_key(ladder, golden).items()
        for cell in level.cells
        for names in [ladder.dimension(cell.dimension).name]
        for each in cell.expectations
        for example in each.examples
    ]
    if "examples_attach" in golden:
        assert attached == golden["examples_attach"]


def test_roles_added_to_a_level(slug, ladder, golden):
    if slug == "sourcegraph-support":
        # The role has no dimension of the ladder: its text is kept whole, and it adds no expectation.
        (role,) = ladder.mixins
        assert all(word in role.summary for word in golden["mixins"][0]["items"])
        return
    names = {dimension.id: dimension.name for dimension in ladder.dimensions}
    total = 0
    for mixin, expected in zip(ladder.mixins, golden["mixins"], strict=True):
        cells = [*mixin.cells, *(cell for at in mixin.cells_by_level for cell in at.cells)]
        texts = [each.text for cell in cells for each in cell.expectations]
        total += len(texts)
        assert same(mixin.name).rstrip("s") == same(expected["name"]).rstrip("s")
        assert mixin.placeholder is expected.get("placeholder", False)
        assert len(texts) == expected.get("total", len(texts))
        if expected.get("first_expectation"):
            assert same(texts[0]) == same(expected["first_expectation"])
        if isinstance(expected.get("cells"), dict) and not mixin.cells_by_level:
            assert {names[cell.dimension]: len(cell.expectations) for cell in cells} == expected[
                "cells"
            ]
    assert total == golden.get("mixin_expectations", 0)


def test_cascade_and_licence(ladder, golden):
    assert (ladder.cascade.mode != "none") is golden["cascade"]
    if golden.get("cascade_text"):
        stated = same(ladder.cascade.stated)
        assert (
            same(golden["cascade_text"]).startswith(stated)
            or same(golden["cascade_text"]) in stated
        )
    if ladder.licence.id:
        assert ladder.licence.id == golden["licence"]


def test_sub_points_stay_with_their_expectation(ladder, golden):
    nested = sum(
        len(each.children)
        for level in ladder.levels
        for cell in level.cells
        for each in cell.expectations
    )
    assert nested == golden.get("nested_bullets", 0)


def test_every_line_is_imported_or_listed(proposal, ladder):
    """Counted without the importer's own word for it: each line's words are in the one or the other."""
    said = same_words(repr_of(ladder))
    listed = {(line.file, line.number) for line in proposal.not_imported}
    lost = [
        (file.name, number, line)
        for file in proposal.files
        for number, line in enumerate(file.document.text.split("\n"), 1)
        if line.strip() and (file.name, number) not in listed and not is_said(line, said)
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


def same_words(text):
    return set(re.findall(r"\w+", read_inline(text).text.casefold().replace("_", " ")))


#: Words that say what a line is and are kept as structure: they need not be found in the ladder.
_STRUCTURE = {
    "license",
    "licence",
    "forthcoming",
    "example",
    "examples",
    "level",
    "levels",
    "id",
    "name",
    "title",
    "path",
    "summary",
    "criteria",
    "content",
    "topics",
    "theme",
    "themes",
    "competencies",
    "proficiency",
    "description",
    "examplecriteria",
    "expectations",
    "engineering",
    "manager",
    "skills",
    "null",
    "true",
    "false",
    "li",
    "ul",
    "td",
    "tr",
    "th",
    "div",
    "p",
    "br",
    "span",
    "style",
    "valign",
    "top",
    "width",
    "details",
}


def is_said(line, said):
    """Whether every word of a line is in the ladder, or is a word that the form needs."""
    bare = re.sub(r"^\s*[0-9]+[.)]\s|<[^<>]+>|\]\([^()]*\)", " ", line)
    return same_words(bare) - _STRUCTURE <= said


def test_an_essay_is_no_ladder_and_says_why():
    slug = "seed-002-essay-senior-lead"
    proposal = read_uploads(real.uploads(slug))
    assert proposal.verdict.is_ladder is real.golden(slug)["is_ladder"] is False
    assert {each.id: each.default for each in proposal.questions} == QUESTIONS[slug]
    levels = " and ".join(read_level_name(level.name).name for level in proposal.structure.levels)
    assert proposal.verdict.reasons == (
        f"Taken for levels: {levels}. For expectations: 7 texts.",
        "8% of the text stands in a level and the names of the levels look 90% like those of levels.",
    )


def test_an_essay_can_be_mapped_by_hand():
    uploads = real.uploads("seed-002-essay-senior-lead")
    sections = read_uploads(uploads).structure.root.walk()
    heading = next(each for each in sections if "Responsibilities" in each.name)
    ladder = read_uploads(uploads, marks={address(heading): "level"}).ladder()
    texts = [each.text for cell in ladder.levels[0].cells for each in cell.expectations]
    lines = uploads[0].data.decode().split("\n")
    start = lines.index("Typical responsibilities include:")
    assert texts[:6] == [line.removeprefix("- ") for line in lines[start + 2 : start + 8]]


def bands() -> Ladder:
    return read_uploads(real.uploads("seed-004-engineering-job-bands")).ladder()


def test_effective_expectations():
    ladder = bands()
    cases = real.golden_effective("seed-004")["cases"]
    assert [case_of(ladder, case["level"], case["roles"]) for case in cases] == cases


def case_of(ladder, level, roles):
    """What a level with roles expects, counted as the golden file counts it."""
    resolved = effective(ladder, level, roles)
    found = [each for _, each in resolved.expectations()]
    return {
        "level": resolved.level,
        "roles": list(resolved.roles),
        "effective": len(found),
        "before_dedupe": sum(len(each.origins) for each in found),
        "own": sum(origin.kind == "own" for each in found for origin in each.origins),
        "per_dimension": {each.dimension: len(each.expectations) for each in resolved.dimensions},
        "warnings": list(resolved.warnings),
    }


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
    ladder = read_uploads(real.uploads("seed-004-engineering-job-bands")).ladder(answer)
    expected = real.golden_effective("seed-004")["alternatives"][name]
    assert {
        level: len(list(effective(ladder, level).expectations())) for level in expected
    } == expected


def test_the_shared_ladders_are_all_read():
    assert {Path(path).stem for path in real.golden_files()} == set(QUESTIONS)
