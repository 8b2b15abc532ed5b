"""What people type as Markdown comes out as a small, safe vocabulary of HTML."""

import re
from concurrent.futures import ThreadPoolExecutor

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.display.markdown import excerpt, to_html
from tests.examples import examples

ALLOWED = {
    "p", "br", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "a", "s", "h3", "h4", "h5", "h6", "hr",
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
        "I replaced the <Suspense> wrapper and List<String> by Map<K, V>",
        "<Button> is now one component",
        "<script>alert(1)</script>",
        "<pre>as it was",
        "<!-- said aside -->",
        "</div>",
        "2*3*4 and a*b*c",
        "AT&amp;T &copy; &#60;",
        "![a picture](pixel.png)",
        "[ ] not done",
        "[1]: see the second link",
        "[out](/sign-out), [x](javascript:alert(1)), [y](//evil.example)",
        r"C:\new\*.txt, \d+\.\d, \\server",
        "snake_case_names, __init__",
        "setup.py, bo@example.org, ftp://files.example",
    ],
)
def test_what_is_no_markdown_here_is_shown_as_it_was_typed(text: str) -> None:
    assert excerpt(text) == text.replace(r"\*", "*")


def test_a_picture_is_a_link_to_it_and_is_not_asked_of_another_site() -> None:
    assert to_html("![tracking](https://example.org/pixel.png)").strip() == (
        '<p>!<a href="https://example.org/pixel.png" rel="noopener noreferrer nofollow">tracking</a></p>'
    )


def test_lines_that_look_like_a_table_are_lines() -> None:
    assert excerpt("a | b\n--|--\n1 | 2") == "a | b --|-- 1 | 2"


def test_a_list_may_begin_with_a_year() -> None:
    assert to_html("1986. The first\n1987. The second").startswith('<ol start="1986">')


#: The marks after which words may be of no text: of code blocks, addresses and titles of links.
WITHOUT_HIDDEN_WORDS = st.text(
    st.characters(blacklist_characters="`~[]", blacklist_categories=("Cs", "Cc", "Cf"))
    | st.just("\n"),
    max_size=200,
)


@examples(100)
@given(WITHOUT_HIDDEN_WORDS)
def test_no_letter_is_lost(text: str) -> None:
    def letters(words: str) -> str:
        return "".join(character for character in words if character.isalpha())

    assert letters(excerpt(text, 10_000)) == letters(text)


@pytest.mark.parametrize("quoted", [">" * 99 + " deep", "- " * 60 + "deep", "> " * 2_000 + "deep"])
def test_what_is_deep_inside_is_shown(quoted: str) -> None:
    assert "deep" in excerpt(quoted, 10_000)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
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
        "<base href=//evil.example>",
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


def test_texts_that_are_shown_at_once_do_not_mix() -> None:
    # The parser is one for all threads of the server.
    texts = [f"{n} https://example.org/{n} and **{n}** " * 20 for n in range(40)]
    alone = [to_html.__wrapped__(text) for text in texts]

    with ThreadPoolExecutor(8) as threads:
        for _ in range(3):
            assert list(threads.map(to_html.__wrapped__, texts)) == alone


def test_an_excerpt_is_plain_words_of_a_length() -> None:
    text = "# Moved **four** teams\n\n[plan](https://example.org) & " + "word " * 60

    found = excerpt(text, 40)

    assert found == "Moved four teams plan & word word word…"
    assert len(found) <= 40
    assert re.search(r"[<>]|&amp;", found) is None
