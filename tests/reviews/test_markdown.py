"""What people type as Markdown comes out as a small, safe vocabulary of HTML."""

import re

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.display.markdown import excerpt, to_html
from tests.examples import examples

ALLOWED = {
    "p", "br", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "a", "del", "h3", "h4", "h5", "h6", "hr",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**big** and *soft*", "<p><strong>big</strong> and <em>soft</em></p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("# Title", "<h3>Title</h3>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        (
            "[plan](https://example.org/p?a=1)",
            '<p><a href="https://example.org/p?a=1" rel="noopener noreferrer nofollow">plan</a></p>',
        ),
        (
            '[plan](https://example.org "a title that says something else")',
            '<p><a href="https://example.org" rel="noopener noreferrer nofollow">plan</a></p>',
        ),
    ],
)
def test_markdown_becomes_html(text: str, html: str) -> None:
    assert to_html(text).strip() == html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![tracking](https://example.org/pixel.png)",
        "[x](javascript:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](//evil.example)",
        "[x](/sign-out)",
        "[x](\\\\evil.example)",
        "[x](https://user@evil.example)",
        "[x](https:evil)",
        "<a href='vbscript:x' id=main name=forms style=color:red class=btn>x</a>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
        "<details open ontoggle=alert(1)>",
        "<base href=https://evil.example>",
    ],
)
def test_nothing_dangerous_survives(text: str) -> None:
    tree = html5lib.parseFragment(str(to_html(text)), namespaceHTMLElements=False)
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]

    assert {element.tag for element in elements} - ALLOWED - {"DOCUMENT_FRAGMENT"} == set()
    attributes = {(element.tag, name) for element in elements for name in element.attrib}
    assert attributes - {("a", "href"), ("a", "rel")} == set()
    assert [e.get("href") for e in elements if e.get("href")] == []


@examples(100)
@given(st.text(max_size=300))
def test_any_text_stays_in_the_vocabulary(text: str) -> None:
    tree = html5lib.parseFragment(str(to_html(text)), namespaceHTMLElements=False)

    tags = {element.tag for element in tree.iter() if isinstance(element.tag, str)}
    assert tags - ALLOWED - {"DOCUMENT_FRAGMENT"} == set()


def test_an_excerpt_is_plain_words_of_a_length() -> None:
    text = "# Moved **four** teams\n\n[plan](https://example.org) & " + "word " * 60

    found = excerpt(text, 40)

    assert found == "Moved four teams plan & word word word…"
    assert len(found) <= 40
    assert re.search(r"[<>]|&amp;", found) is None
