"""Text to outline: every form that ladders are written in, and no line lost."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ladders.importing.data import read_data
from ladders.importing.inline import read_inline
from ladders.importing.markdown import read_markdown
from ladders.importing.markup import read_page
from ladders.importing.outline import BOLD_LINE, every_block
from ladders.importing.tabular import UnreadableTableError, read_table
from ladders.yaml_nodes import UnreadableYamlError, read_nodes
from tests.examples import examples


def blocks(text):
    return [(block.kind, block.level, block.text) for block in read_markdown(text).blocks]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# One #\n###### Six", [("heading", 1, "One"), ("heading", 6, "Six")]),
        ("#hash\n", [("paragraph", 0, "#hash")]),
        ("One\n===\nTwo\nlines\n---\n", [("heading", 1, "One"), ("heading", 2, "Two lines")]),
        ("One\n\n---\n* * *", [("paragraph", 0, "One"), ("rule", 0, ""), ("rule", 0, "")]),
        (
            "- a\n * b\n  + c\n1. d",
            [("item", 1, "a"), ("item", 1, "b"), ("item", 1, "c"), ("item", 1, "d")],
        ),
        ("*   wide\n    still", [("item", 1, "wide still")]),
        ("     - far in\n", [("item", 1, "far in")]),
        ("\u2022 a\n\u2022 b", [("item", 1, "a"), ("item", 1, "b")]),
        ("- a\nlazy\n\n- b", [("item", 1, "a lazy"), ("item", 1, "b")]),
        (
            "- a\n  - b\n    - c\n- d",
            [("item", 1, "a"), ("item", 2, "b"), ("item", 3, "c"), ("item", 1, "d")],
        ),
        (
            "- a\n\n  more\n\nout",
            [("item", 1, "a"), ("paragraph", 1, "more"), ("paragraph", 0, "out")],
        ),
        ("-\n- a", [("item", 1, ""), ("item", 1, "a")]),
        ("- [ ] a\n- [x] b", [("item", 1, "a"), ("item", 1, "b")]),
        ("> a\n> b\nc\n\n> d", [("quote", 0, "a b c"), ("quote", 0, "d")]),
        ('<a id="x"></a>\n<a name=y>', [("anchor", 0, "x"), ("anchor", 0, "y")]),
        ('<a name="y">\n# T', [("anchor", 0, "y"), ("heading", 1, "T")]),
        ("<!-- a\n\n- b -->\n- c", [("comment", 0, "a\n\n- b"), ("item", 1, "c")]),
        ("```\n# no\n\n- no\n```\n- c", [("code", 0, "# no\n\n- no\n"), ("item", 1, "c")]),
        ("---\na: b\n---\n# T", [("front_matter", 0, "---\na: b\n---"), ("heading", 1, "T")]),
        (
            "**Bold**\n\n**Bold** and not",
            [("heading", BOLD_LINE, "Bold"), ("paragraph", 0, "**Bold** and not")],
        ),
        (
            "**Scope** _How far it goes_",
            [("heading", BOLD_LINE, "Scope"), ("paragraph", 0, "_How far it goes_")],
        ),
        ("**Years: from 2 to 5**", [("paragraph", 0, "**Years: from 2 to 5**")]),
        (
            "**One:** a\n**Two:** b",
            [("paragraph", 0, "**One:** a"), ("paragraph", 0, "**Two:** b")],
        ),
        (
            "<details>\n<summary>More</summary>\n\n- a\n\n</details>",
            [("details", 0, "More"), ("item", 1, "a"), ("end_details", 0, "")],
        ),
        (
            "<h3>Taste</h3>\n<ul><li>a<li>b</ul>",
            [("heading", 3, "Taste"), ("item", 1, "a"), ("item", 1, "b")],
        ),
    ],
)
def test_reads_the_form(text, expected):
    assert blocks(text) == expected


def test_a_quoted_bullet_is_known_as_one():
    assert [(b.kind, b.text, b.quoted) for b in read_markdown("> - a\n> - b\n>   c").blocks] == [
        ("item", "a", True),
        ("item", "b c", True),
    ]


def test_blocks_know_their_lines():
    outline = read_markdown("# T\n\n- a\n  b\n\n\n> c\n")
    assert [(block.line, block.last_line, block.raw) for block in outline.blocks] == [
        (1, 1, "# T"),
        (3, 4, "- a\n  b"),
        (7, 7, "> c"),
    ]


def cells(outline):
    (table,) = [block for block in outline.blocks if block.kind == "table"]
    return [
        [[(block.kind, block.line, block.text) for block in cell.blocks] for cell in row]
        for row in table.rows
    ]


def test_a_pipe_table_holds_lists_and_lines_in_its_cells():
    text = "| L | A |\n|---|---|\n| 1 | - a<br>- b |\n| 2 | c<br/>d \\| e |"
    assert cells(read_markdown(text)) == [
        [[("paragraph", 1, "L")], [("paragraph", 1, "A")]],
        [[("paragraph", 3, "1")], [("item", 3, "a"), ("item", 3, "b")]],
        [[("paragraph", 4, "2")], [("paragraph", 4, "c"), ("paragraph", 4, "d | e")]],
    ]


def test_a_table_in_html_is_read_with_its_lines_and_spans():
    text = (
        "<table>\n<thead><th>A<th colspan=2>B</thead>\n<tr><td rowspan='2'>c</td>\n<td><ul>\n"
        "<li>d\n<li>e</ul></table>"
    )
    outline = read_page(text)
    assert cells(outline) == [
        [[("paragraph", 2, "A")], [("paragraph", 2, "B")]],
        [[("paragraph", 3, "c")], [("item", 5, "d"), ("item", 6, "e")]],
    ]
    assert [[cell.span for cell in row] for row in outline.blocks[0].rows] == [
        [(1, 1), (1, 2)],
        [(2, 1), (1, 1)],
    ]


def test_a_csv_cell_holds_paragraphs_by_blank_lines():
    text = 'L;A\n1;"a\ngoes on\n\nb\nExamples: c"\n2;d\n'
    assert cells(read_table(text)) == [
        [[("paragraph", 1, "L")], [("paragraph", 1, "A")]],
        [
            [("paragraph", 2, "1")],
            [("paragraph", 2, "a goes on"), ("paragraph", 5, "b"), ("paragraph", 6, "Examples: c")],
        ],
        [[("paragraph", 7, "2")], [("paragraph", 7, "d")]],
    ]


def test_a_csv_cell_without_blank_lines_holds_a_statement_a_line():
    assert cells(read_table('L,A\n1,"a\nb"\n'))[1][1] == [
        ("paragraph", 2, "a"),
        ("paragraph", 3, "b"),
    ]


@pytest.mark.parametrize("text", ["", "one column\nonly\n", '"open,\n', 'a,b\n"c"d,e\n'])
def test_what_is_no_table_is_refused(text):
    with pytest.raises(UnreadableTableError):
        read_table(text)


def test_a_data_file_names_things_by_its_keys():
    text = (
        "name: Cooks\nlevels:\n  - name: Junior\n    summary: Learns.\n    taste:\n      - Salts\n"
        "      - criteria: Tastes\n        examples: [often]\n"
    )
    root, _ = read_nodes(text)
    data = read_data(root, tuple(text.split("\n")))
    assert [(block.kind, block.level, block.text, block.hint) for block in data.outline.blocks] == [
        ("heading", 1, "Cooks", ""),
        ("heading", 2, "Junior", "level"),
        ("paragraph", 0, "Learns.", ""),
        ("heading", 3, "Taste", ""),
        ("item", 1, "Salts", ""),
        ("item", 1, "Tastes", ""),
        ("quote", 0, "often", ""),
    ]
    assert data.said == {}


@pytest.mark.parametrize(
    ("source", "text", "links"),
    [
        ("[you](https://a.example/b_(c)) own", "you own", ("https://a.example/b_(c)",)),
        ("[our values](our team_values.html), too", "our values, too", ("our team_values.html",)),
        ('![seal](a.png "title") of [it](#it)', "seal of it", ("#it",)),
        ("[![seal](a.png)](#top)", "seal", ("#top",)),
        ("[text][1] and <https://a.example>", "text and https://a.example", ("1",)),
        ("you <watch, run, secure> it", "you <watch, run, secure> it", ()),
        ("<b>bold</b> a<br/>b <span class='x'>c</span>", "bold a b c", ()),
        ("R&amp;D &#8211; &bogus &nope;", "R&D \u2013 &bogus &nope;", ()),
        (r"snake\_case \*not\* **yes** `x`", "snake_case *not* **yes** `x`", ()),
        ("[ ] (a) [b] (c)", "[ ] (a) [b] (c)", ()),
        ("no &#7;bell, &#xD800; half", "no bell, \ufffd half", ()),
    ],
)
def test_inline_marks_become_words(source, text, links):
    inline = read_inline(source)
    assert (inline.text, inline.links) == (text, links)


PIECES = [
    "# a",
    "## b",
    "===",
    "---",
    "- x",
    "  - y",
    "      - z",
    "> q",
    "> - r",
    "",
    "",
    "text",
    "```",
    "<!--",
    "-->",
    "| t | u |",
    "|---|---|",
    "**B**",
    '<a id="i"></a>',
    "    z",
    "<details>",
    "<summary>s</summary>",
    "</details>",
    "<table><tr><td>",
    "</td></table>",
    "<ul><li>m",
    "<h3>h",
    "<script>",
    "[l](#a)",
    "[r]: http://a.example",
    "1. n",
    "\u2022 o",
]
MARKDOWN = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=40).map("\n".join)


def lines_held(outline):
    return {
        line
        for block in (*every_block(outline.blocks), *outline.strays)
        if block.kind != "table"
        for line in range(block.line, block.last_line + 1)
    }


def filled(text):
    return {number for number, line in enumerate(text.split("\n"), 1) if line.strip()}


@examples(300)
@given(MARKDOWN | st.text())
def test_no_line_of_any_text_is_lost(text):
    for read in (read_markdown, read_page):
        outline = read(text)
        assert filled(text) <= lines_held(outline)
        assert lines_held(outline) <= set(range(1, len(outline.lines) + 1))


@examples(200)
@given(
    st.lists(st.lists(st.text(max_size=9), min_size=2, max_size=4), min_size=1, max_size=6)
    | st.text().map(lambda text: [[text]])
)
def test_no_line_of_any_table_is_lost(rows):
    text = "\n".join(
        ",".join('"' + cell.replace('"', '""').replace("\r", "") + '"' for cell in row)
        for row in rows
    )
    try:
        outline = read_table(text)
    except UnreadableTableError:
        return
    assert filled(text) <= lines_held(outline)


@examples(200)
@given(
    st.recursive(
        st.text(max_size=8) | st.integers() | st.booleans() | st.none(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "name",
                        "levels",
                        "title",
                        "criteria",
                        "id",
                        "level",
                        "topic",
                        "x",
                        "L1",
                        "examples",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
def test_no_line_of_any_data_is_lost(data):
    text = json.dumps(data, indent=1)
    try:
        root, _ = read_nodes(text)
    except UnreadableYamlError:
        return
    outline = read_data(root, tuple(text.split("\n"))).outline
    assert filled(text) <= lines_held(outline)
