"""What the fields of a data file are taken for, and what becomes of them when a person says otherwise."""

import json

import pytest

from ladders.importing.bundle import Upload
from ladders.importing.corrections import Corrections, dumped, loaded
from ladders.importing.fields import MOST_FIELDS
from ladders.importing.pipeline import read_uploads

#: Words of a house that names its fields as nobody else does.
STRANGE = b"""
what: Cooks
tiers_of_ours:
  - called: Chef
    sign: K2
    place: 2
    we_say: Works alone.
    wanted:
      - {of: Taste, lines: [Seasons., Tastes.], so: [Salt at the end]}
      - {of: Pace, lines: [Is early.], never: [Runs]}
  - called: Helper
    sign: K1
    place: 1
    we_say: Learns.
    wanted:
      - {of: Taste, lines: [Salts.]}
      - {of: Pace, lines: [Is on time.]}
"""
SAID = {
    "what": "name",
    "tiers_of_ours": "level",
    "called": "name",
    "sign": "code",
    "place": "rank",
    "we_say": "summary",
    "wanted": "dimension",
    "of": "name",
    "lines": "expectations",
    "so": "examples",
    "never": "warnings",
}


def proposal(text, said=None, name="cooks.yaml"):
    data = text if isinstance(text, bytes) else json.dumps(text).encode()
    return read_uploads([Upload(name, data)], fields=said)


def uses(read):
    return {each.name: each.uses for each in read.fields}


def asked(ladder):
    return {
        f"{level.name}, {cell.dimension}": [
            each.text for each in cell.expectations if each.kind == "expectation"
        ]
        for level in ladder.levels
        for cell in level.cells
    }


def test_every_field_is_shown_with_what_its_name_says():
    read = proposal(
        b"title: Cooks\norganisation: Harbour\nsheet: 7\ncumulative: true\nlevels:\n"
        b"  - {id: K1, name: Helper, summary: Learns., order: 1, competencies: {Taste: [Salts.]},"
        b" hands: [Washes.], examples: [Once], red_flags: [Runs]}\n"
        b"  - {id: K2, name: Chef, summary: Leads., order: 2, competencies: {Taste: [Seasons.]},"
        b" hands: [Cuts.], criteria: [{text: Is early., notes: Always.}]}\n"
    )

    assert uses(read) == {
        "title": ("name",),
        "organisation": ("organisation",),
        "sheet": ("ignore",),
        "cumulative": ("cascade",),
        "levels": ("level",),
        "id": ("code",),
        "name": ("name",),
        "summary": ("summary",),
        "order": ("rank",),
        # Taste is a name of its own, and hands may be one.
        "competencies": ("dimension",),
        "hands": ("heading",),
        "examples": ("examples",),
        "red_flags": ("warnings",),
        "criteria": ("expectations",),
        "text": ("expectations",),
        "notes": ("details",),
    }
    assert [(each.name, each.count, each.sample) for each in read.fields][3:6] == [
        ("cumulative", 1, "True"),
        ("levels", 1, "id, name, summary, order, competencies, hands, examples, red_flags"),
        ("id", 2, "K1"),
    ]


def test_fields_of_records_that_point_at_others_and_of_flat_ones():
    joined = proposal(
        {
            "levels": [{"id": "a", "name": "Helper"}, {"id": "b", "name": "Chef"}],
            "themes": [{"id": "t", "name": "Taste"}],
            "rows": [
                {"id": f"{level}{n}", "level": level, "theme": "t", "text": text, "mood": "calm"}
                for n, (level, text) in enumerate([("a", "Salts."), ("b", "Seasons.")])
            ],
        }
    )
    flat = proposal(
        [
            {"level": level, "skill": skill, "text": f"{level} {skill}", "example": "Once"}
            for level in ("Helper", "Chef")
            for skill in ("Taste", "Pace")
        ]
    )

    assert uses(joined) == {
        "levels": ("level",),
        "id": ("code",),
        "name": ("name",),
        "themes": ("dimension",),
        "rows": ("expectations",),
        "level": ("level",),
        "theme": ("dimension",),
        "text": ("expectations",),
        "mood": ("attribute",),
    }
    assert uses(flat) == {
        "level": ("level",),
        "skill": ("dimension",),
        "text": ("expectations",),
        "example": ("examples",),
    }


def test_a_file_of_unknown_fields_is_a_ladder_once_a_person_says_what_they_are():
    assert proposal(STRANGE).verdict.is_ladder is False
    read = proposal(STRANGE, SAID)
    ladder = read.ladder()

    assert ladder.name == "Cooks"
    assert [(each.code, each.name, each.rank, each.summary) for each in ladder.levels] == [
        ("K1", "Helper", 1, "Learns."),
        ("K2", "Chef", 2, "Works alone."),
    ]
    assert asked(ladder) == {
        "Helper, taste": ["Salts."],
        "Helper, pace": ["Is on time."],
        "Chef, taste": ["Seasons.", "Tastes."],
        "Chef, pace": ["Is early."],
    }
    chef = ladder.levels[1]
    assert [each.text for cell in chef.cells for each in cell.examples] == ["Salt at the end"]
    assert uses(read) == {name: (use,) for name, use in SAID.items()}


LEVELS = {
    "levels": [
        {
            "name": name,
            "goals": f"{name} reaches it.",
            "taste": {"criteria": [f"{name} tastes.", "Salts."]},
            "pace": {"criteria": [f"{name} is early.", "Stays."]},
        }
        for name in ("Helper", "Chef")
    ]
}


@pytest.mark.parametrize(
    ("said", "helper"),
    [
        ({}, {"taste": ["Helper tastes.", "Salts."], "pace": ["Helper is early.", "Stays."]}),
        ({"pace": "ignore"}, {"taste": ["Helper tastes.", "Salts."]}),
        (
            {"goals": "heading"},
            {
                "goals": ["Helper reaches it."],
                "taste": ["Helper tastes.", "Salts."],
                "pace": ["Helper is early.", "Stays."],
            },
        ),
        (
            {"taste": "holder", "pace": "holder", "criteria": "heading"},
            {"criteria": ["Helper tastes.", "Salts.", "Helper is early.", "Stays."]},
        ),
    ],
)
def test_a_field_is_what_a_person_says_and_nothing_else(said, helper):
    ladder = proposal(LEVELS, said).ladder()
    assert asked(ladder) == {
        **{f"Helper, {name}": texts for name, texts in helper.items()},
        **{
            f"Chef, {name}": [each.replace("Helper", "Chef") for each in texts]
            for name, texts in helper.items()
        },
    }


def test_what_is_said_to_be_no_part_of_it_is_listed_as_not_imported():
    text = (
        b"levels:\n- name: Helper\n  taste: [Salts., Stirs.]\n  fun: [Sings.]\n- name: Chef\n"
        b"  taste: [Seasons.]\n  fun: [Hums.]\n"
    )
    assert "Helper, fun" in asked(proposal(text).ladder())

    read = proposal(text, {"fun": "ignore"})

    assert asked(read.ladder()) == {
        "Helper, taste": ["Salts.", "Stirs."],
        "Chef, taste": ["Seasons."],
    }
    assert [line.text for line in read.not_imported] == [
        "levels:",
        "fun: [Sings.]",
        "fun: [Hums.]",
    ]


def test_the_columns_of_flat_records_are_what_a_person_says():
    rows = [
        {"note": "x", "who": who, "where": where, "does": f"{who} does {where}.", "say": "Once"}
        for who in ("Junior Cook", "Senior Cook")
        for where in ("Taste", "Pace")
    ]
    said = {"who": "level", "where": "dimension", "does": "expectations", "say": "examples"}
    assert proposal(rows).verdict.is_ladder is False

    ladder = proposal(rows, {**said, "note": "ignore"}).ladder()

    assert asked(ladder) == {
        "Junior Cook, taste": ["Junior Cook does Taste."],
        "Junior Cook, pace": ["Junior Cook does Pace."],
        "Senior Cook, taste": ["Senior Cook does Taste."],
        "Senior Cook, pace": ["Senior Cook does Pace."],
    }
    assert [
        example.text
        for cell in ladder.levels[0].cells
        for each in cell.expectations
        for example in each.examples
    ] == ["Once", "Once"]


def test_records_point_at_levels_and_dimensions_where_a_person_says():
    data = {
        "cooks": [{"no": 2, "called": "Chef"}, {"no": 1, "called": "Helper"}],
        "themes": [{"no": 7, "called": "Senior"}, {"no": 8, "called": "Junior"}],
        "rows": [
            {"cook": cook, "theme": theme, "short": "x", "mood": f"Does {cook} and {theme}."}
            for cook in (1, 2)
            for theme in (7, 8)
        ],
    }
    said = {
        "cooks": "level",
        "themes": "dimension",
        "no": "code",
        "called": "name",
        "mood": "expectations",
        "short": "ignore",
    }

    ladder = proposal(data, said).ladder()

    assert asked(ladder) == {
        "Chef, senior": ["Does 2 and 7."],
        "Chef, junior": ["Does 2 and 8."],
        "Helper, senior": ["Does 1 and 7."],
        "Helper, junior": ["Does 1 and 8."],
    }


def test_levels_without_a_rank_each_stay_in_their_order():
    text = b"levels:\n- {name: Chef, rank: 2, taste: [Seasons., Leads.]}\n- {name: Helper, taste: [Salts.]}\n"
    assert [each.name for each in proposal(text).ladder().levels] == ["Chef", "Helper"]


def test_front_matter_that_is_a_ladder_has_fields_too():
    text = b"---\nranks_of_ours:\n- {name: Helper, taste: [Salts.]}\n- {name: Chef, taste: [Seasons., Leads.]}\n---\n"
    read = proposal(text, {"ranks_of_ours": "level"}, "cooks.md")
    assert uses(read)["ranks_of_ours"] == ("level",)
    assert asked(read.ladder()) == {
        "Helper, taste": ["Salts."],
        "Chef, taste": ["Seasons.", "Leads."],
    }
    assert proposal(b"# Cooks\n", name="cooks.md").fields == ()


def test_a_field_of_several_files_is_one():
    files = [
        Upload(f"{n}.yaml", f"name: {name}\ntaste: [Salts.]\n".encode())
        for n, name in enumerate(("Junior Cook", "Senior Cook"))
    ]
    assert [(each.name, each.count) for each in read_uploads(files).fields] == [
        ("name", 2),
        ("taste", 2),
    ]


def test_no_more_fields_are_shown_than_a_person_goes_through():
    text = {"name": "x", **{f"field {n}": [str(n)] for n in range(300)}, "deep": {"name": "y"}}
    found = [each.name for each in proposal(text).fields]
    assert len(found) == MOST_FIELDS
    assert found[0] == "name"


def test_fields_are_kept_with_the_corrections():
    said = Corrections(fields=SAID)
    assert loaded(dumped(said)) == said
    with pytest.raises(ValueError, match="no corrections"):
        loaded('{"fields": {"name": "king"}}')
