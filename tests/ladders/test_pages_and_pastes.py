"""Lists of terms in HTML, text pasted from word processors, outlines in plain text, by small documents of our own."""

import pytest

from ladders.importing.bundle import Upload
from ladders.importing.inline import read_inline
from ladders.importing.markdown import read_markdown
from ladders.importing.markup import read_page
from ladders.importing.numbered import as_headings
from ladders.importing.pipeline import read_uploads


def read(text, name):
    return read_uploads([Upload(name, text.encode())])


def cells(ladder):
    """The texts of all cells, by the codes or names of levels and by dimensions."""
    names = {dimension.id: dimension.name for dimension in ladder.dimensions}
    return {
        (level.code or level.name, names[cell.dimension]): [each.text for each in cell.expectations]
        for level in ladder.levels
        for cell in level.cells
        if cell.expectations
    }


def listed(proposal):
    return [line.text for line in proposal.not_imported if line.has_words]


def blocks(outline):
    return [(block.kind, block.level, block.text) for block in outline.blocks]


TERMS = """\
<h2>K1 &ndash; Junior Beekeeper</h2>
<dl>
  <dt>Hives</dt>
  <dd>Opens a hive</dd>
  <dd>Cleans <em>frames</em></dd>
  <dt><b>Honey:</b></dt>
  <dd>Spins it</dd>
</dl>
<h2>K2 &ndash; Senior Beekeeper</h2>
<dl>
  <dt>Hives</dt>
  <dd><del>Paints the hives</del></dd>
  <dd>Splits a <s>big</s> hive</dd>
  <dt>Honey</dt>
  <dd><ul><li>Sells it<ul><li>at fairs</li></ul></li><li>Labels it</li></ul></dd>
</dl>
"""
OF_TERMS = {
    ("K1", "Hives"): ["Opens a hive", "Cleans *frames*"],
    ("K1", "Honey"): ["Spins it"],
    ("K2", "Hives"): ["Splits a hive"],
    ("K2", "Honey"): ["Sells it", "Labels it"],
}


class TestListsOfTerms:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            (f"<html><body><h1>Bees</h1>\n{TERMS}</body></html>", "a.html"),
            (f"# Bees\n\n{TERMS}", "a.md"),
        ],
    )
    def test_name_dimensions_and_explain_them_by_expectations(self, text, name):
        assert cells(read(text, name).ladder()) == OF_TERMS

    def test_list_what_is_struck_out(self):
        proposal = read(f"# Bees\n\n{TERMS}", "a.md")
        assert listed(proposal) == ["<dd><del>Paints the hives</del></dd>", "big"]

    def test_keep_points_inside_of_points(self):
        level = read(f"# Bees\n\n{TERMS}", "a.md").ladder().levels[1]
        assert [each.children for cell in level.cells for each in cell.expectations] == [
            (),
            ("at fairs",),
            (),
        ]

    def test_name_levels_and_hold_lists_of_dimensions(self):
        ladder = read(
            """<h1>Bees</h1><dl>
            <dt>Junior Beekeeper</dt>
            <dd><dl><dt>Hives</dt><dd>Opens a hive</dd><dt>Honey</dt><dd>Spins it</dd></dl></dd>
            <dt>Senior Beekeeper</dt>
            <dd><dl><dt>Hives</dt><dd>Splits a hive</dd><dt>Honey</dt><dd>Sells it</dd></dl></dd>
            </dl>""",
            "a.html",
        ).ladder()
        assert cells(ladder) == {
            ("Junior Beekeeper", "Hives"): ["Opens a hive"],
            ("Junior Beekeeper", "Honey"): ["Spins it"],
            ("Senior Beekeeper", "Hives"): ["Splits a hive"],
            ("Senior Beekeeper", "Honey"): ["Sells it"],
        }


class TestMarksInHtml:
    def test_a_line_in_bold_is_a_heading(self):
        assert blocks(read_page("<p><b>Hives</b></p><p>Opens a hive</p>")) == [
            ("heading", 7, "Hives"),
            ("paragraph", 0, "Opens a hive"),
        ]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("<p>a <b>b</b> <strong>c</strong> d</p>", "a **b c** d"),
            ("<p><b> </b>a<b></b></p>", "a"),
            ("<p><b></b></p><p>a</p>", "a"),
        ],
    )
    def test_empty_marks_are_dropped(self, text, words):
        assert blocks(read_page(text)) == [("paragraph", 0, words)]


class TestStruckOutText:
    @pytest.mark.parametrize(
        ("source", "text", "struck"),
        [
            ("Feeds ~~no~~ bees", "Feeds bees", ("no",)),
            ("Feeds <del>no</del> bees", "Feeds bees", ("no",)),
            ("Feeds <s>no</s> bees", "Feeds bees", ("no",)),
            ("~~**All** gone~~", "", ("**All** gone",)),
            ("~~ Feeds ~~", "~~ Feeds ~~", ()),
            ("Feeds ~~bees", "Feeds ~~bees", ()),
            ("Feeds ~5 bees", "Feeds ~5 bees", ()),
        ],
    )
    def test_is_told_apart(self, source, text, struck):
        inline = read_inline(source)
        assert (inline.text, inline.struck) == (text, struck)

    def test_is_no_item_of_a_list(self):
        assert blocks(read_markdown("- a\n- ~~b~~\n- c")) == [
            ("item", 1, "a"),
            ("unused", 1, "b"),
            ("item", 1, "c"),
        ]


@pytest.mark.parametrize("text", ["<ul><li><ul><li>a</li></ul></li></ul>", "- - a"])
def test_an_item_that_only_holds_a_list_is_none(text):
    assert blocks(read_markdown(text)) == [("item", 1, "a")]


PASTED = """\
Gardeners

**G1 {dash} Gardener**

*Waters by a list.*

Beds:

\u25cf\tYou weed

\u25cf\tYou plant

\u25cb\tsmall ones

\u25cb\tin rows

Tools:

\u25cf\tYou clean them

**G2 {dash} Senior Gardener**

Beds:

\u25cf\tYou plan them

Tools:

\u25cf\tYou buy them

\u25cf\tYou lend them

**Red flags (any level)**

\u25cf\tSalt
"""


class TestTextFromAWordProcessor:
    def test_has_bullets_below_lines_that_end_in_a_colon(self):
        proposal = read(PASTED.format(dash="\u2014"), "a.md")
        ladder = proposal.ladder()
        assert cells(ladder) == {
            ("G1", "Beds"): ["You weed", "You plant"],
            ("G1", "Tools"): ["You clean them"],
            ("G2", "Beds"): ["You plan them"],
            ("G2", "Tools"): ["You buy them", "You lend them"],
        }
        assert [each.children for each in ladder.levels[0].cells[0].expectations] == [
            (),
            ("small ones", "in rows"),
        ]
        assert (ladder.mixins, ladder.levels[0].summary) == ((), "*Waters by a list.*")

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            # The sign says how deep an item stands, and a sign that came before goes back to its depth.
            (
                "\u25cf a\n\n\u25cb b\n\n\u25a0 c\n\n\u25cb d\n\n\u25cf e",
                [(1, "a"), (2, "b"), (3, "c"), (2, "d"), (1, "e")],
            ),
            # So do indents, by tabs or spaces.
            (
                "\u25cf\ta\n\t\u25cf\tb\n\t\t\u25cf\tc\n\t\u25cf d\n\u25cf e",
                [(1, "a"), (2, "b"), (3, "c"), (2, "d"), (1, "e")],
            ),
            ("    \u25aa a\n    \u25aa b\n\u25aa c", [(1, "a"), (1, "b"), (1, "c")]),
            ("\u2023 a\ngoes on\n\u25e6 b", [(1, "a goes on"), (2, "b")]),
            ("\u2013\ta\n\u2013 b", [(1, "a"), (1, "b")]),
        ],
    )
    def test_nests_its_bullets_by_signs_and_indents(self, text, expected):
        assert [(each.level, each.text) for each in read_markdown(text).blocks] == expected

    def test_begins_a_list_anew_below_a_line_of_text(self):
        read_again = blocks(read_markdown("\u25cb a\n\nText\n\n\u25cf b\n\n\u25cb c"))
        assert read_again == [
            ("item", 1, "a"),
            ("paragraph", 0, "Text"),
            ("item", 1, "b"),
            ("item", 2, "c"),
        ]

    def test_a_dash_alone_is_none(self):
        assert blocks(read_markdown("Said so\n\n\u2014 Ada")) == [
            ("paragraph", 0, "Said so"),
            ("paragraph", 0, "\u2014 Ada"),
        ]

    def test_beside_bullets_of_markdown_only_the_indent_nests(self):
        assert blocks(
            read_markdown("- a\n\n\u25cf b\n\u25cb c\n  \u25cb d\n\n\u2013 e\n\n\u2013 f")
        ) == [
            ("item", 1, "a"),
            ("item", 1, "b"),
            ("item", 1, "c"),
            ("item", 2, "d"),
            ("paragraph", 0, "\u2013 e"),
            ("paragraph", 0, "\u2013 f"),
        ]

    def test_a_line_in_bold_that_is_no_level_stands_beside_such_lines(self):
        ladder = read(
            """# Gardeners

## Junior Gardener

**Beds**

- You weed

Tools:

- You clean them
  - with sand

## Senior Gardener

**Beds**

- You plan them

Tools:

- You buy them
""",
            "a.md",
        ).ladder()
        assert cells(ladder) == {
            ("Junior Gardener", "Beds"): ["You weed"],
            ("Junior Gardener", "Tools"): ["You clean them"],
            ("Senior Gardener", "Beds"): ["You plan them"],
            ("Senior Gardener", "Tools"): ["You buy them"],
        }


OUTLINE = """\
LOCK KEEPERS (v0.9 draft)
=========================

Grades of the canal.


1.  Junior Lock Keeper

    1.1  Gates
         1.1.1  Opens the gates when a boat
                comes
         1.1.2  Shuts the gates

    1.2  Boats
         1.2.1  Greets the crew


2.  Senior Lock Keeper
----------------------

    2.1  Gates
         2.1.1  Mends the gates
         2.1.2  Paints the gates
                * in spring
                  * in green

    2.2  Boats
         (none beyond that)


3.  Head Lock Keeper

    tbd - see the office


Annex 1 - Changes

    12.02.  first draft
"""
OF_NUMBERS = {
    ("Junior Lock Keeper", "Gates"): [
        "Opens the gates when a boat comes",
        "Shuts the gates",
    ],
    ("Junior Lock Keeper", "Boats"): ["Greets the crew"],
    ("Senior Lock Keeper", "Gates"): ["Mends the gates", "Paints the gates"],
}
OF_LINES = """\
1 Junior Lock Keeper
1.1 Gates
    Opens the gates when a boat
    comes
    Shuts the gates
1.2 Boats
    Greets the crew
2 Senior Lock Keeper
2.1 Gates
    Mends the gates
    Paints the gates
"""


class TestOutlinesInPlainText:
    def test_are_as_deep_as_their_numbers(self):
        proposal = read(OUTLINE, "a.txt")
        ladder = proposal.ladder()
        assert cells(ladder) == OF_NUMBERS
        assert ladder.name == "LOCK KEEPERS (v0.9 draft)"
        assert [(each.name, each.summary) for each in ladder.levels] == [
            ("Junior Lock Keeper", ""),
            ("Senior Lock Keeper", ""),
            ("Head Lock Keeper", "tbd - see the office"),
        ]
        assert ladder.levels[1].cells[0].expectations[1].children == ("in spring", "in green")
        assert listed(proposal) == ["Annex 1 - Changes"]

    @pytest.mark.parametrize("bullet", ["", "- ", "\u2022 ", "\u2013\t"])
    def test_may_have_lines_or_bullets_innermost(self, bullet):
        lines = [
            line[:4] + bullet + line[4:] if line.startswith("    ") and line[4].isupper() else line
            for line in OF_LINES.split("\n")
        ]
        assert cells(read("\n".join(lines), "a.txt").ladder()) == OF_NUMBERS

    def test_may_begin_with_their_contents(self):
        contents = "1. Junior Lock Keeper\n2. Senior Lock Keeper\n3. Head Lock Keeper\n\n\n"
        assert (
            cells(read(OUTLINE.replace("1.  J", f"{contents}1.  J"), "a.txt").ladder())
            == OF_NUMBERS
        )

    @pytest.mark.parametrize(
        "text",
        [
            "# Keepers\n\n1. a\n\n    1.1 b\n    1.2 c\n2. d\n    2.1 e\n",
            "1. a\n1.1 b\n1.2 c\n2. d\n\nKeepers\n-------\n",
            "1. a\n2. b\n3. c\n",
            "1. a\n1.1 b\n2. d\n",
            "1.1 a\n1.2 b\n2.1 c\n",
        ],
    )
    def test_are_not_seen_in_other_numbers(self, text):
        assert as_headings(text.split("\n")) is None

    def test_keep_every_line_in_its_place(self):
        written = as_headings(OUTLINE.split("\n"))
        assert written is not None
        assert len(written) == len(OUTLINE.split("\n"))
        assert [number for number, line in enumerate(written) if line.startswith("## ")] == [
            number
            for number, line in enumerate(OUTLINE.split("\n"))
            if line.startswith(("1.  ", "2.  ", "3.  ", "Annex"))
        ]


@pytest.mark.parametrize(
    "unseen",
    [
        '<div style="color: red; display:none">{}</div>',
        "<section hidden>{}</section>",
        '<div role="navigation">{}</div>',
        '<div style="visibility: hidden"><div>menu</div>{}</div>',
    ],
)
def test_what_a_page_does_not_show_or_leads_about_the_site_is_left_out_and_listed(unseen):
    inside = "<h1>All our pages</h1>\n<div><br hidden><p>Senior Beekeeper</p></div>\n"
    page = (
        f"{unseen.format(inside)}\n<h1>Bees</h1>\n<h2>Junior Beekeeper</h2>\n<ul>\n<li>Opens a hive</li>\n"
        "<li>Smokes</li>\n</ul>\n<h2>Senior Beekeeper</h2>\n<ul>\n<li>Splits a colony</li>\n</ul>\n"
    )
    proposal = read(page, "bees.html")
    ladder = proposal.ladder()

    assert (ladder.name, ladder.summary, ladder.notes) == ("Bees", "", ())
    assert [level.name for level in ladder.levels] == ["Junior Beekeeper", "Senior Beekeeper"]
    left_out = {line.number for line in proposal.not_imported}
    assert {1, 2} <= left_out
