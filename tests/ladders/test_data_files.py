"""Data files in no form of ours: records around which other things stand, fields with a meaning, placeholders."""

import json

import pytest

from ladders.importing.bundle import Upload
from ladders.importing.pipeline import read_uploads


def read(name, text):
    return read_uploads([Upload(name, text.encode())])


def asked(ladder):
    names = {each.id: each.name for each in ladder.dimensions}
    return {
        (level.code, level.name): {
            names[cell.dimension]: [(each.text, each.kind) for each in cell.expectations]
            for cell in level.cells
        }
        for level in ladder.levels
    }


def listed(proposal):
    return [line.text for line in proposal.not_imported if line.has_words]


RECORDS = [
    {
        "level": "C2",
        "level_title": "Chef",
        "level_rank": 2,
        "area": "Taste",
        "text": "Writes recipes",
    },
    {"level": "C1", "level_title": "Commis", "level_rank": 1, "area": "Taste", "text": "Tastes"},
    {"level": "C1", "level_title": "Commis", "level_rank": 1, "area": "Pace", "text": "Keeps up"},
    {"level": "C2", "level_title": "Chef", "level_rank": 2, "area": "Pace", "text": "Sets it"},
]
READ = {
    ("C1", "Commis"): {
        "Taste": [("Tastes", "expectation")],
        "Pace": [("Keeps up", "expectation")],
    },
    ("C2", "Chef"): {
        "Taste": [("Writes recipes", "expectation")],
        "Pace": [("Sets it", "expectation")],
    },
}


class TestRecords:
    @pytest.mark.parametrize("indent", [None, 1])
    def test_alone_or_beside_what_is_said_of_the_file_are_read_alike(self, indent):
        wrapped = {"exported_at": "2024-05-02", "count": 4, "records": RECORDS}
        for data in (RECORDS, wrapped):
            ladder = read("cooks.json", json.dumps(data, indent=indent)).ladder()
            assert asked(ladder) == READ
            assert [level.rank for level in ladder.levels] == [1, 2]

    def test_what_stands_beside_them_is_listed_in_one_line_too(self):
        wrapped = {"exported_at": "2024-05-02", "records": RECORDS}
        assert listed(read("cooks.json", json.dumps(wrapped))) == ["Exported at: 2024-05-02"]
        assert listed(read("cooks.json", json.dumps(wrapped, indent=1))) == [
            '"exported_at": "2024-05-02",'
        ]

    def test_the_file_names_the_ladder(self):
        ladder = read("cooks.json", json.dumps({"name": "Our cooks", "rows": RECORDS})).ladder()
        assert ladder.name == "Our cooks"

    def test_a_level_title_in_front_of_its_code_is_still_the_title(self):
        records = [dict(sorted(each.items(), reverse=True)) for each in RECORDS]
        assert asked(read("cooks.json", json.dumps(records)).ladder()) == READ

    def test_everything_that_a_record_says_is_kept(self):
        records = [
            {"id": at, **each, "example": "Soup", "family": "Kitchen"}
            for at, each in enumerate(RECORDS)
        ]
        proposal = read("cooks.json", json.dumps(records))
        level = proposal.ladder().levels[0]
        said = level.cells[0].expectations[0]
        assert (said.external_id, [each.text for each in said.examples]) == ("1", ["Soup"])
        assert [(each.name, each.value) for each in said.attributes] == [("Family", "Kitchen")]
        assert listed(proposal) == []

    @pytest.mark.parametrize("kind", ["anti-pattern", "anti_pattern", "Red flag", "warning sign"])
    def test_a_sign_of_the_opposite_is_never_asked(self, kind):
        records = [{**each, "kind": "expectation"} for each in RECORDS]
        records[1]["kind"] = kind
        assert asked(read("cooks.json", json.dumps(records)).ladder()) == {
            **READ,
            ("C1", "Commis"): {**READ["C1", "Commis"], "Taste": [("Tastes", "anti_pattern")]},
        }

    def test_another_kind_is_said_of_the_statement(self):
        records = [{**each, "kind": "core"} for each in RECORDS]
        ladder = read("cooks.json", json.dumps(records)).ladder()
        assert asked(ladder) == READ
        said = ladder.levels[0].cells[0].expectations[0]
        assert [(each.name, each.value) for each in said.attributes] == [("Kind", "core")]

    def test_the_same_records_as_a_table(self):
        rows = [RECORDS[0].keys(), *(each.values() for each in RECORDS)]
        text = "\n".join(",".join(map(str, row)) for row in rows)
        assert asked(read("cooks.csv", text).ladder()) == READ


NESTED = """name: Cooks
organisation: The Galley
licence: CC-BY-4.0
grades:
  C1: {title: Commis, band: A}
  C2: {title: Chef, band: B}
competencies:
  - name: Taste
    description: >-
      What all
      of it is for.
    levels:
      C1:
        - Tastes
        - TODO spices
      C2:
        - Writes recipes
        - Tastes last
        - text: Cooks from memory
          kind: red flag
  - name: Pace
    levels:
      C1: [Keeps up]
      C2: [Sets it]
"""


class TestNestedData:
    def test_grades_by_their_codes_name_the_levels(self):
        assert asked(read("cooks.yaml", NESTED).ladder()) == {
            ("C1", "Commis"): {
                "Taste": [("Tastes", "expectation")],
                "Pace": [("Keeps up", "expectation")],
            },
            ("C2", "Chef"): {
                "Taste": [
                    ("Writes recipes", "expectation"),
                    ("Tastes last", "expectation"),
                    ("Cooks from memory", "anti_pattern"),
                ],
                "Pace": [("Sets it", "expectation")],
            },
        }

    def test_what_is_said_of_the_whole_is_neither_asked_nor_listed(self):
        proposal = read("cooks.yaml", NESTED)
        ladder = proposal.ladder()
        assert (ladder.organisation, ladder.licence.id) == ("The Galley", "CC-BY-4.0")
        assert "l" not in {each.topic for each in proposal.questions}
        assert listed(proposal) == ["Band: A", "Band: B"]

    def test_a_text_over_several_lines_is_one_paragraph(self):
        dimension = read("cooks.yaml", NESTED).ladder().dimensions[0]
        assert dimension.summary == "What all of it is for."

    @pytest.mark.parametrize(
        "text", ["TODO spices", "TBD", "To be defined", "Coming soon", "Spices to be defined."]
    )
    def test_what_is_to_come_is_a_placeholder(self, text):
        ladder = read("cooks.yaml", NESTED.replace("TODO spices", text)).ladder()
        cell = ladder.levels[0].cells[0]
        assert ([each.text for each in cell.expectations], cell.placeholder) == (["Tastes"], True)

    @pytest.mark.parametrize(
        "text",
        [
            "Todos are kept short",
            "Limits work in progress",
            "Knows what is to be done",
            "Asks what has to be decided",
        ],
    )
    def test_what_only_looks_like_it_is_asked(self, text):
        ladder = read("cooks.yaml", NESTED.replace("TODO spices", text)).ladder()
        assert [each.text for each in ladder.levels[0].cells[0].expectations] == ["Tastes", text]

    def test_levels_stand_in_the_order_that_they_say(self):
        levels = [
            {
                "level_code": "C2",
                "level_title": "Chef",
                "level_rank": 2,
                "skills": {"Taste": ["b"]},
            },
            {
                "level_code": "C1",
                "level_title": "Commis",
                "level_rank": 1,
                "skills": {"Taste": ["a"]},
            },
            {
                "level_code": "C3",
                "level_title": "Owner",
                "level_rank": 3,
                "skills": {"Taste": ["c"]},
            },
        ]
        ladder = read("cooks.json", json.dumps({"levels": levels})).ladder()
        assert [(level.code, level.name) for level in ladder.levels] == [
            ("C1", "Commis"),
            ("C2", "Chef"),
            ("C3", "Owner"),
        ]


NAMED_TWICE = """\
grades:
  C1:
    title: Commis
    areas:
      - name: Craft of cooking
        expectations: [Keeps the station clean, Follows the recipe]
  C2:
    title: Chef de partie
    areas:
      - name: Craft of cooking
        expectations: [Runs a station]
"""


def test_a_name_beside_its_code_is_in_the_heading_and_not_left_out():
    proposal = read("kitchen.yaml", NAMED_TWICE)
    assert list(asked(proposal.ladder())) == [("C1", "Commis"), ("C2", "Chef de partie")]
    assert [line.text for line in proposal.not_imported] == ["grades:", "areas:", "areas:"]


def _kitchen(field, **others):
    texts = {
        "Helper": ("Follows a recipe with help.", "Asks when something is unclear."),
        "Chef": ("Writes recipes for others.", "Teaches those who are new."),
    }
    return {
        "title": "Kitchen",
        "roles": [
            {
                "title": f"{rank} Cook",
                "description": "Has a place in the kitchen.",
                "skills": [
                    {"title": name, field: text, **others}
                    for name, text in zip(("Craft", "People"), texts[who], strict=True)
                ],
            }
            for rank, who in (("Junior", "Helper"), ("Senior", "Chef"))
        ],
    }


class TestTheOnlyTextOfAThing:
    @pytest.mark.parametrize("field", ["description", "details", "notes", "copy", "explanation"])
    def test_is_asked_whatever_its_field_is_called(self, field):
        others = {"id": "k1", "order": 3, "link": "see the other page", "updated_at": "on 4 May"}
        ladder = read("kitchen.json", json.dumps(_kitchen(field, **others))).ladder()
        assert asked(ladder) == {
            ("", "Junior Cook"): {
                "Craft": [("Follows a recipe with help.", "expectation")],
                "People": [("Asks when something is unclear.", "expectation")],
            },
            ("", "Senior Cook"): {
                "Craft": [("Writes recipes for others.", "expectation")],
                "People": [("Teaches those who are new.", "expectation")],
            },
        }

    @pytest.mark.parametrize("field", ["id", "link", "updated_at", "order", "salary", "owner"])
    def test_is_not_asked_where_its_field_is_known_for_something_else(self, field):
        assert not read("kitchen.json", json.dumps(_kitchen(field))).verdict.is_ladder

    def test_is_not_one_of_two(self):
        both = _kitchen("hints", remark="Was written by the whole crew.")
        assert not read("kitchen.json", json.dumps(both)).verdict.is_ladder


STATED = (
    ("Commis", "Craft", "Follows a recipe", "Made the soup"),
    ("Commis", "Craft", "Cleans up", ""),
    ("Commis", "Guests", "Greets them", ""),
    ("Chef", "Craft", "Writes recipes", ""),
    ("Chef", "Guests", "Hears complaints", "Calmed a table"),
)
AS_STATED = {
    ("", "Commis"): {
        "Craft": [("Follows a recipe", "expectation"), ("Cleans up", "expectation")],
        "Guests": [("Greets them", "expectation")],
    },
    ("", "Chef"): {
        "Craft": [("Writes recipes", "expectation")],
        "Guests": [("Hears complaints", "expectation")],
    },
}


class TestTheStatementOfARecord:
    def is_read(self, proposal):
        ladder = proposal.ladder()
        assert asked(ladder) == AS_STATED
        shown = [
            (each.text, [example.text for example in each.examples])
            for level in ladder.levels
            for cell in level.cells
            for each in cell.expectations
        ]
        assert shown == [(row[2], [row[3]] if row[3] else []) for row in STATED]

    @pytest.mark.parametrize("header", ["Summary", "Description"])
    def test_stands_in_the_summary_and_not_in_the_examples(self, header):
        rows = [("Level", "Area", header, "Examples"), *STATED]
        self.is_read(read("cooks.csv", "\n".join(",".join(row) for row in rows)))

    @pytest.mark.parametrize("empty", [None, "", []])
    def test_stands_in_no_field_that_is_empty_everywhere(self, empty):
        records = [
            {
                "summary": said,
                "examples": [example] if example else [],
                "description": empty,
                "level": level,
                "area": area,
            }
            for level, area, said, example in STATED
        ]
        proposal = read("cooks.json", json.dumps(records))
        self.is_read(proposal)
        assert listed(proposal) == []

    def test_stands_in_no_field_that_only_few_records_have(self):
        records = [
            {"level": level, "area": area, "summary": said, "description": ""}
            for level, area, said, _ in STATED
        ]
        records[0]["description"] = "As on the card"
        ladder = read("cooks.json", json.dumps(records)).ladder()
        assert asked(ladder) == AS_STATED
        first = ladder.levels[0].cells[0].expectations[0]
        assert [(each.name, each.value) for each in first.attributes] == [
            ("Description", "As on the card")
        ]


class TestLevelsWhosePlainFieldsAreTheDimensions:
    ROWS = (
        ("title", "scope", "freedom", "next", "years"),
        ("Junior Cook", "Cooks a single dish", "Works under close guidance", "Cook", "1+"),
        ("Cook", "Owns a whole station", "Asks when in doubt", "Senior Cook", "3+"),
        ("Senior Cook", "Shapes the whole menu", "Sets own direction", "Head of Cooks", "5+"),
    )

    def levels(self, **more):
        head, *rows = self.ROWS
        return [{**dict(zip(head, row, strict=True)), **more} for row in rows]

    def test_are_read_as_the_columns_of_a_table_are(self):
        proposal = read("cooks.json", json.dumps({"roles": self.levels()}, indent=1))
        as_levels = {
            ("", title): {
                "Scope": [(scope, "expectation")],
                "Freedom": [(freedom, "expectation")],
            }
            for title, scope, freedom, *_ in self.ROWS[1:]
        }
        assert asked(proposal.ladder()) == as_levels
        assert {question.topic for question in proposal.questions} == {"f", "l"}
        # What is no text of its own, and what names another level, is listed.
        assert [line.split(":")[0] for line in listed(proposal)] == ['"next"', '"years"'] * 3
        table = "\n".join(",".join(row[:3]) for row in self.ROWS)
        assert asked(
            read("cooks.csv", table.replace("scope,freedom", "Scope,Freedom")).ladder()
        ) == (as_levels)

    def test_are_none_where_levels_hold_more_or_say_the_same(self):
        levels = self.levels(tasks={"Soup": ["Stirs", "Salts"], "Guests": ["Greets"]})
        ladder = read("cooks.json", json.dumps({"roles": levels})).ladder()
        assert [each.name for each in ladder.dimensions] == ["Soup", "Guests"]
        same = [
            {**each, "freedom": "Is the same for all", "scope": "Is what it is"}
            for each in self.levels()
        ]
        assert not read("cooks.json", json.dumps({"roles": same})).verdict.is_ladder


class TestALevelWithANumber:
    GRADES = (
        {"grade": 1, "roleLevel": "Commis", "tagline": "Learns fast."},
        {"grade": 2, "roleLevel": "Chef", "tagline": "Runs a station."},
        {"grade": 3, "roleLevel": "Owner", "tagline": "Raises the bar."},
    )
    ASKED = (
        {"Craft": ["Cleans up", "Sweeps"]},
        {"Craft": ["Cooks", "Seasons"]},
        {"Craft": ["Hires"]},
    )

    def grades(self, *asked):
        return [
            {**grade, "expectations": said} if said else grade
            for grade, said in zip(self.GRADES, asked, strict=True)
        ]

    @pytest.mark.parametrize("field", ["roleLevel", "role_level", "jobTitle", "title", "name"])
    def test_is_called_by_its_name_and_has_the_number_for_a_code(self, field):
        grades = [
            {field if key == "roleLevel" else key: value for key, value in grade.items()}
            for grade in self.grades(*self.ASKED)
        ]
        proposal = read("cooks.json", json.dumps({"grades": grades}, indent=1))
        ladder = proposal.ladder()
        assert [(each.code, each.name, each.summary) for each in ladder.levels] == [
            ("1", "Commis", "Learns fast."),
            ("2", "Chef", "Runs a station."),
            ("3", "Owner", "Raises the bar."),
        ]
        assert listed(proposal) == []

    def test_is_called_by_the_number_where_nothing_else_names_it(self):
        grades = [{**each, "roleLevel": ""} for each in self.grades(*self.ASKED)]
        ladder = read("cooks.json", json.dumps({"grades": grades})).ladder()
        assert [each.name for each in ladder.levels] == ["Level 1", "Level 2", "Level 3"]

    def test_asks_for_nothing_by_a_tagline(self):
        assert not read("cooks.json", json.dumps({"grades": self.GRADES})).verdict.is_ladder
        grades = self.grades(*self.ASKED[:2], None)
        ladder = read("cooks.json", json.dumps({"grades": grades})).ladder()
        assert [(each.summary, len(each.cells)) for each in ladder.levels] == [
            ("Learns fast.", 1),
            ("Runs a station.", 1),
            ("Raises the bar.", 0),
        ]


@pytest.mark.parametrize(
    ("titles", "levels"),
    [
        (
            ("Cook (1)", "Cook (2)", "Senior Cook (1)"),
            [("", "Cook (1)"), ("", "Cook (2)"), ("", "Senior Cook (1)")],
        ),
        (
            ("Junior Cook (1)", "Cook (2)", "Senior Cook (3)"),
            [("1", "Junior Cook"), ("2", "Cook"), ("3", "Senior Cook")],
        ),
    ],
)
def test_a_number_that_tells_two_levels_apart_stays_in_their_names(titles, levels):
    data = [
        {"title": title, "skills": {"Taste": [f"{title} tastes"], "Pace": [f"{title} is early"]}}
        for title in titles
    ]
    proposal = read("cooks.json", json.dumps({"name": "Kitchen", "levels": data}))
    assert [(each.code, each.name) for each in proposal.ladder().levels] == levels
    assert [question.topic for question in proposal.questions] == ["l"]


def test_a_file_without_a_title_is_not_called_by_its_first_dimension():
    skills = [
        {"name": name, "levels": [{"level": at, "criteria": [f"{name} {at}"]} for at in (1, 2)]}
        for name in ("Knives", "Guests")
    ]
    assert read("our_cooks.json", json.dumps({"skills": skills})).ladder().name == "Our cooks"
    named = json.dumps({"title": "Cooks", "skills": skills})
    assert read("our_cooks.json", named).ladder().name == "Cooks"


BODY = """
Become a master of the kitchen!

### Guests

- Greets every guest
- Remembers their names
- Brings the bill in time

### Team

- Helps the dish washer
- Shares tips
"""


class TestTextBelowFrontMatter:
    LADDER = """---
title: Kitchen
topics:
  - name: Knives
    content:
      - {level: 1, criteria: [Sharpens knives, Cleans up]}
      - {level: 2, criteria: [Chooses the right knife]}
  - name: Fire
    content:
      - {level: 1, criteria: [Lights the stove]}
      - {level: 2, criteria: [Holds a steady heat]}
---
"""

    def test_speaks_of_the_ladder_that_the_front_matter_is(self):
        proposal = read("kitchen.md", self.LADDER + BODY)
        ladder = proposal.ladder()
        assert ladder.summary == "Become a master of the kitchen!"
        assert [(each.at, each.text) for each in ladder.notes] == [
            ("Guests", "Greets every guest"),
            ("Guests", "Remembers their names"),
            ("Guests", "Brings the bill in time"),
            ("Team", "Helps the dish washer"),
            ("Team", "Shares tips"),
        ]
        assert [cell.summary for level in ladder.levels for cell in level.cells] == [""] * 4
        assert listed(proposal) == ["### Guests", "### Team"]

    def test_is_the_ladder_where_the_front_matter_names_no_levels(self):
        front = "---\ntitle: Kitchen\nauthors:\n  - {name: Ann, links: [one, two]}\n---\n"
        body = "".join(
            f"\n### {level}\n\n#### Craft\n\n- {level} cooks\n- {level} cleans\n"
            f"\n#### Guests\n\n- {level} greets\n"
            for level in ("Junior Cook", "Senior Cook")
        )
        assert asked(read("kitchen.md", front + body).ladder()) == {
            ("", level): {
                "Craft": [(f"{level} cooks", "expectation"), (f"{level} cleans", "expectation")],
                "Guests": [(f"{level} greets", "expectation")],
            }
            for level in ("Junior Cook", "Senior Cook")
        }
