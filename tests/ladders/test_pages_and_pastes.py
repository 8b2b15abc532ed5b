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
