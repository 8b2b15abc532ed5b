"""What people type as Markdown, as safe HTML: nothing of it is dropped, and no HTML of theirs is any of ours.

What is no Markdown is shown as it was typed: tags, entities, tables, pictures, definitions of links. Then it is cut
down to an allow-list by a second library, which knows nothing of the first.
"""

import re
from functools import lru_cache
from urllib.parse import urlsplit

import nh3
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markupsafe import Markup, escape

_TAGS = {
    "p",
    "br",
    "em",
    "strong",
    "code",
    "pre",
    "ul",
    "ol",
    "li",
    "blockquote",
    "a",
    "s",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
}
#: Embeddings, overrides and isolates; the marks that writers between two directions type are left.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_HEADING = re.compile(r"<(/?)h([1-6])>")
#: A picture would be asked of another site, and a definition of a link is shown nowhere.
_LEFT_AS_TYPED = ["entity", "html_block", "html_inline", "image", "reference"]
#: Which of them a backslash may stand before.
_SIGNS = frozenset("*_`[]~#>+-")
_UNDERSCORES = re.compile("__+")
_HIDDEN = re.compile(r"[\x00-\x20\x7f]")
#: Quotes and lists inside each other: a text with more of them is shown without any.
_DEEPEST = 100


def _star_in_a_word(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - called by the parser
    """The stars of "2*3*4" multiply."""
    at, text = state.pos, state.src
    if text[at] != "*" or not text[at - 1 : at].isalnum() or not text[at + 1 : at + 2].isalnum():
        return False
    if not silent:
        state.pending += "*"
    state.pos += 1
    return True


def _two_underscores(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - called by the parser
    """Those of "__init__" are a part of the name; two stars make a word strong."""
    run = _UNDERSCORES.match(state.src, state.pos)
    if run is None:
        return False
    if not silent:
        state.pending += run[0]
    state.pos += len(run[0])
    return True


def _backslash(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - called by the parser
    """It takes the meaning from a sign that has one, and else is one more sign: of a path, or of a pattern."""
    at, text = state.pos, state.src
    if text[at] != "\\" or text[at + 1 : at + 2] in _SIGNS:
        return False
    if not silent:
        state.pending += "\\"
    state.pos += 1
    return True


def _leads_to_a_site(address: str) -> bool:
    """Absolute web addresses with a host: no script, no path of our own site, no relative trick."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return False
    is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
    return is_web and not _HIDDEN.search(address)


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library says how it is called
        # What leads nowhere stays as it was typed.
        return _leads_to_a_site(url)


def _parser() -> MarkdownIt:
    parser = _Parser(
        "commonmark",
        {"html": False, "breaks": True, "linkify": True, "maxNesting": _DEEPEST},
    )
    parser.enable(["linkify", "strikethrough"]).disable(_LEFT_AS_TYPED)
    # What looks like an address and does not say so may be anything: "setup.py", "bo@example.org".
    parser.linkify = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False})
    for scheme in ("ftp:", "mailto:", "//"):
        parser.linkify.add(scheme, None)
    parser.inline.ruler.before("emphasis", "star_in_a_word", _star_in_a_word)
    parser.inline.ruler.before("emphasis", "two_underscores", _two_underscores)
    parser.inline.ruler.before("escape", "backslash", _backslash)
    return parser


_PARSER = _parser()


def _attribute(tag: str, name: str, value: str) -> str | None:
    if (tag, name) in {("a", "rel"), ("ol", "start")}:
        return value  # set by the sanitiser and the parser themselves, never by the text
    if (tag, name) != ("a", "href"):
        return None
    return value if _leads_to_a_site(value) else None


@lru_cache(maxsize=2048)
def to_html(text: str) -> Markup:
    """Markdown to HTML with links, lists and emphasis. No images, no raw HTML, no ids, no classes."""
    # They are kept as they were typed, and turn no text of a page: not even the words of a link into another address.
    straight = _TURNING.sub("", text)
    tokens = _PARSER.parse(straight)
    if any(token.level >= _DEEPEST - 1 for token in tokens):
        return escape(straight).replace("\n", Markup("<br>\n"))
    rendered = _PARSER.renderer.render(tokens, _PARSER.options, {})
    # A person's first heading is one step below the page's own.
    shifted = _HEADING.sub(lambda m: f"<{m[1]}h{min(int(m[2]) + 2, 6)}>", rendered)
    clean = nh3.clean(
        shifted,
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=_attribute,
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(clean)  # noqa: S704 - cleaned to the allow-list on the line above


def excerpt(text: str, length: int = 160) -> str:
    """The beginning of a Markdown text, as plain words."""
    words = nh3.clean(to_html(text), tags=set()).split()
    plain = Markup(" ".join(words)).unescape()  # noqa: S704 - no tag is left in it
    return plain if len(plain) <= length else plain[: length - 1].rsplit(" ", 1)[0] + "…"
