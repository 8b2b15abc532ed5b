"""Codes, titles, ranks and tracks of levels, and what is an attribute of them, in small documents of our own."""

import pytest

from ladders.importing.bundle import Upload
from ladders.importing.pipeline import read_uploads
from ladders.names import read_level_name


def read(text, name="a.md", **others):
    files = [(name, text), *((f"{key}.md", value) for key, value in others.items())]
    return read_uploads([Upload(file, content.encode()) for file, content in files])


def named(ladder):
    return [(level.code, level.name) for level in ladder.levels]


def said(ladder):
    return [{each.name: each.value for each in level.attributes} for level in ladder.levels]


def dimensions(ladder):
    return [each.name for each in ladder.dimensions]


class TestCodeAndTitle:
    PAGE = (
        "<h1>Cooks</h1><table><tr><th></th><th><p>{0}</p><p>{1}</p></th><th><p>{2}</p><p>{3}</p></th>"
        "</tr><tr><td>Taste</td><td>a</td><td>b</td></tr><tr><td>Pace</td><td>c</td><td>d</td></tr></table>"
    )

    @pytest.mark.parametrize(
        "words", [("<b>C1</b>", "Commis", "<b>C2</b>", "Chef"), ("Commis", "C1", "Chef", "C2")]
    )
    def test_in_two_paragraphs_of_one_header(self, words):
        assert named(read(self.PAGE.format(*words), "a.html").ladder()) == [
            ("C1", "Commis"),
            ("C2", "Chef"),
        ]

    def test_a_word_with_its_number_is_one_name(self):
        text = self.PAGE.format("Level", "1", "Level", "2")
        assert named(read(text, "a.html").ladder()) == [("", "Level 1"), ("", "Level 2")]

    @pytest.mark.parametrize("heads", [",C1,C2\n,Commis,Chef", ",Commis,Chef\n,C1,C2"])
    def test_in_two_rows_of_a_header(self, heads):
        ladder = read(f"{heads}\nTaste,a,b\nPace,c,d\n", "a.csv").ladder()
        assert (named(ladder), dimensions(ladder)) == (
            [("C1", "Commis"), ("C2", "Chef")],
            ["Taste", "Pace"],
        )

    def test_a_second_row_with_a_name_is_no_header(self):
        ladder = read(",C1,C2\nTaste,a,b\nPace,c,d\n", "a.csv").ladder()
        assert (named(ladder), dimensions(ladder)) == ([("", "C1"), ("", "C2")], ["Taste", "Pace"])

    @pytest.mark.parametrize(
        ("heading", "name", "code"),
        [
            ("01 Junior", "Junior", ""),
            ("03 \u00b7 Senior", "Senior", ""),
            ("01: Junior", "Junior", "01"),
            ("3 Star Chef", "3 Star Chef", ""),
            ("C2 Senior Chef", "Senior Chef", "C2"),
            ("Senior Chef (Grade C2)", "Senior Chef", "Grade C2"),
            ("C2 Sauces", "C2 Sauces", ""),
            ("Senior Line Chef (SLC)", "Senior Line Chef", "SLC"),
            ("Senior Line Chef (UK)", "Senior Line Chef (UK)", ""),
        ],
    )
    def test_what_stands_around_a_title_is_its_code_or_a_number_of_the_heading(
        self, heading, name, code
    ):
        parsed = read_level_name(heading)
        assert (parsed.name, parsed.code) == (name, code)

    @pytest.mark.parametrize(
        ("level", "title", "experience"),
        [
            ("Stufe", "Titel", "Berufserfahrung"),
            ("Niveau", "Intitul\u00e9", "Exp\u00e9rience"),
            ("Nivel", "Puesto", "A\u00f1os de experiencia"),
            ("N\u00edvel", "Cargo", "Experi\u00eancia"),
            (
                "\u0423\u0440\u043e\u0432\u0435\u043d\u044c",
                "\u0414\u043e\u043b\u0436\u043d\u043e\u0441\u0442\u044c",
                "\u041e\u043f\u044b\u0442 \u0440\u0430\u0431\u043e\u0442\u044b",
            ),
            ("Poziom", "Stanowisko", "Sta\u017c pracy"),
            ("Trede", "Functie", "Werkervaring"),
            ("Livello", "Ruolo", "Anni di esperienza"),
        ],
    )
    def test_columns_in_other_languages(self, level, title, experience):
        ladder = read(
            f"{level};{title};{experience};Alfa;Beta\n1;Commis;0-2;a;b\n2;Chef;3;c;d\n", "a.csv"
        ).ladder()
        assert named(ladder) == [("1", "Commis"), ("2", "Chef")]
        assert said(ladder) == [{experience: "0-2"}, {experience: "3"}]
        assert dimensions(ladder) == ["Alfa", "Beta"]


FRONT = """---
title: {title}
level: {level}
track: {track}
aliases:
  - {alias}
mood: bright
---

# {heading}

## Communication

- a
- b

## Delivery

- c
"""


def fronted(heading, level, track="kitchen", title="Chef", alias="Cook"):
    return FRONT.format(heading=heading, level=level, track=track, title=title, alias=alias)


class TestFrontMatterOfOneLevel:
    def test_names_it(self):
        proposal = read(fronted("02 Chef", "2"), "chef.md")
        ladder = proposal.ladder()
        level = ladder.levels[0]
        assert (level.name, level.rank, level.aliases) == ("Chef", 2, ("Cook",))
        assert [(track.id, track.name) for track in ladder.tracks] == [(level.track, "Kitchen")]
        assert [line.text for line in proposal.not_imported if line.has_words] == ["mood: bright"]

    def test_a_level_in_letters_and_digits_is_its_code(self):
        level = read(fronted("Chef", "C2"), "chef.md").ladder().levels[0]
        assert (level.code, level.name) == ("C2", "Chef")

    def test_in_several_files_orders_each_track(self):
        ladder = read(
            fronted("Senior Cook", "2", title="Senior Cook"),
            "a.md",
            b=fronted("Junior Cook", "1", title="Junior Cook"),
            c=fronted("Head Waiter", "4", "floor", "Head Waiter"),
        ).ladder()
        assert [(level.name, level.track, level.rank) for level in ladder.levels] == [
            ("Junior Cook", "kitchen", 1),
            ("Senior Cook", "kitchen", 2),
            ("Head Waiter", "floor", 4),
        ]

    def test_a_file_of_several_levels_is_named_by_none_of_it(self):
        text = "---\ntrack: kitchen\ntitle: Cooks\n---\n\n# Cooks\n\n## Level 1\n\n### Taste\n\n- a\n- b\n\n"
        proposal = read(f"{text}## Level 2\n\n### Taste\n\n- c\n")
        assert proposal.ladder().tracks == ()
        listed = [line.text for line in proposal.not_imported if line.has_words]
        assert listed == ["track: kitchen"]


def table(name, low, high):
    return (
        f"# Cooks\n\n| | Junior | Senior |\n|--|--|--|\n| {name} | {low} | {high} |\n"
        "| Taste | Tastes | Seasons |\n| Pace | Keeps up | Sets it |\n"
    )


class TestAttributes:
    @pytest.mark.parametrize(
        ("name", "low", "high"),
        [
            ("Years (guide only)", "0-2", "3+"),
            ("Years of experience (typical)", "1 year", "5 years"),
            ("Title", "Commis", "Sous Chef"),
            ("Experience", "Some", "Five years in a kitchen"),
            ("Code", "C1", "C2"),
            ("Compensation", "Band A", "Band B"),
        ],
    )
    def test_a_short_value_is_one(self, name, low, high):
        ladder = read(table(name, low, high)).ladder()
        assert dimensions(ladder) == ["Taste", "Pace"]
        assert said(ladder) == [{name: low}, {name: high}]

    @pytest.mark.parametrize(
        ("name", "low", "high"),
        [
            ("Code", "Writes tested code", "Clean code"),
            ("Experience", "Has shipped 3 menus", "Has opened 2 houses"),
            ("Title", "Commis", "You are known for what you do"),
            ("Compensation", "Understands pay bands", "Explains pay decisions to others"),
        ],
    )
    def test_a_sentence_at_any_level_makes_a_dimension_at_every_level(self, name, low, high):
        ladder = read(table(name, low, high)).ladder()
        assert dimensions(ladder) == [name, "Taste", "Pace"]
        assert said(ladder) == [{}, {}]

    def test_what_is_to_come_is_no_value(self):
        ladder = read(table("Experience", "TBD", "5 years")).ladder()
        assert (dimensions(ladder), said(ladder)) == (
            ["Taste", "Pace"],
            [{}, {"Experience": "5 years"}],
        )


@pytest.mark.parametrize(
    ("names", "read_as"),
    [
        (
            ["Cook (1)", "Cook (2)", "Chef (1)"],
            [("", "Cook (1)"), ("", "Cook (2)"), ("", "Chef (1)")],
        ),
        (["Cook (1)", "Chef (2)"], [("1", "Cook"), ("2", "Chef")]),
    ],
)
def test_a_number_that_tells_levels_apart_stays_in_their_names(names, read_as):
    level = "## Senior {}\n\n- Stirs\n- Tastes\n\n"
    levels = read("# Kitchen\n\n" + "".join(map(level.format, names))).ladder().levels

    assert [(each.code, each.name.removeprefix("Senior ")) for each in levels] == read_as
