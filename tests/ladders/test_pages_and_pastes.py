"""Lists of terms in HTML, text pasted from word processors, outlines in plain text, by small documents of our own."""

import pytest

from ladders.importing.bundle import Upload
from ladders.importing.inline import read_inline
from ladders.importing.markdown import read_markdown
from ladders.importing.markup import read_page
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
