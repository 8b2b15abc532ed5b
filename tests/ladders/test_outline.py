"""Text to outline: every form of Markdown that ladders are written in, and no line lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ladders.inline import read_inline
from ladders.outline import BOLD_LINE, read_outline


def blocks(text):
    return [(block.kind, block.level, block.text) for block in read_outline(text).blocks]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# One #\n###### Six", [("heading", 1, "One"), ("heading", 6, "Six")]),
        ("#hash\n", [("paragraph", 0, "#hash")]),
        ("One\n===\nTwo\nlines\n---\n", [("heading", 1, "One"), ("heading", 2, "Two lines")]),
        ("One\n\n---\n* * *", [("paragraph", 0, "One"), ("rule", 0, "---"), ("rule", 0, "* * *")]),
        (
            "- a\n * b\n  + c\n1. d",
            [("item", 1, "a"), ("item", 1, "b"), ("item", 1, "c"), ("item", 1, "d")],
        ),
        ("*   wide\n    still", [("item", 1, "wide still")]),
        ("- a\nlazy\n\n- b", [("item", 1, "a lazy"), ("item", 1, "b")]),
        (
            "- a\n  - b\n    - c\n- d",
            [("item", 1, "a"), ("item", 2, "b"), ("item", 3, "c"), ("item", 1, "d")],
        ),
        (
            "- a\n\n  more\n\nout",
            [("item", 1, "a"), ("paragraph", 1, "more"), ("paragraph", 0, "out")],
        ),
        ("- [ ] a\n- [x] b", [("item", 1, "a"), ("item", 1, "b")]),
        ("> a\n> b\nc\n\n> d", [("quote", 0, "a b c"), ("quote", 0, "d")]),
        ("> - a\n> - b\n>   c", [("quote", 0, "a"), ("quote", 0, "b c")]),
        ('<a id="x"></a>\n<a name=y>', [("anchor", 0, "x"), ("anchor", 0, "y")]),
        ("<!-- a\n\n- b -->\n- c", [("comment", 0, "<!-- a\n- b -->"), ("item", 1, "c")]),
        ("```\n# no\n\n- no\n```\n- c", [("code", 0, "```\n# no\n- no\n```"), ("item", 1, "c")]),
        ("---\na: b\n---\n# T", [("front_matter", 0, "---\na: b\n---"), ("heading", 1, "T")]),
        ("| a | b |\n|---|---|\nc", [("table", 0, "| a | b |\n|---|---|"), ("paragraph", 0, "c")]),
        (
            "**Bold**\n\n**Bold** and not",
            [("heading", BOLD_LINE, "Bold"), ("paragraph", 0, "**Bold** and not")],
        ),
        ("<details>\n<summary>More</summary>", [("html", 0, ""), ("html", 0, "More")]),
    ],
)
def test_reads_the_form(text, expected):
    assert blocks(text) == expected


def test_blocks_know_their_lines():
    outline = read_outline("# T\n\n- a\n  b\n\n\n> c\n")
    assert [(block.line, block.last_line, block.raw) for block in outline.blocks] == [
        (1, 1, "# T"),
        (3, 4, "- a\n  b"),
        (7, 7, "> c"),
    ]


@pytest.mark.parametrize(
    ("source", "text", "links"),
    [
        ("[you](https://a.example/b_(c)) own", "you own", ("https://a.example/b_(c)",)),
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


MARKDOWN = st.lists(
    st.sampled_from(
        [
            "# a",
            "## b",
            "===",
            "---",
            "- x",
            "  - y",
            "> q",
            "",
            "",
            "text",
            "```",
            "<!--",
            "-->",
            "| t |",
            "**B**",
            '<a id="i"></a>',
            "    z",
            "<details>",
            "[l](#a)",
            "1. n",
        ]
    )
    | st.text(max_size=12),
    max_size=40,
).map("\n".join)


@settings(max_examples=300, deadline=None)
@given(MARKDOWN | st.text())
def test_every_line_is_in_exactly_one_block(text):
    covered = [
        line
        for block in read_outline(text).blocks
        for line in range(block.line, block.last_line + 1)
    ]
    lines = text.split("\n")
    assert covered == sorted(set(covered))
    assert {number for number, line in enumerate(lines, 1) if line.strip()} <= set(covered)
    assert covered == [] or covered[-1] <= len(lines)
