"""What people type as Markdown, as safe HTML: rendered by cmark, then cut down to an allow-list by ammonia."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

import cmarkgfm
import nh3
from cmarkgfm.cmark import Options
from markupsafe import Markup

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
    "del",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
}
#: Embeddings, overrides and isolates; the marks that writers between two directions type are left.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_HEADING = re.compile(r"<(/?)h([1-6])>")


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Only absolute web addresses with a host: no script, no path of our own site, no relative trick."""
    if (tag, name) == ("a", "rel"):
        return value  # set by the sanitiser itself, never by the text
    if (tag, name) != ("a", "href"):
        return None
    parts = urlsplit(value.strip())
    return (
        value
        if parts.scheme in {"http", "https"} and parts.hostname and not parts.username
        else None
    )


@lru_cache(maxsize=2048)
def to_html(text: str) -> Markup:
    """Markdown to HTML with links, lists and emphasis. No images, no raw HTML, no ids, no classes."""
    # They are kept as they were typed, and turn no text of a page: not even the words of a link into another address.
    straight = _TURNING.sub("", text)
    rendered = cmarkgfm.github_flavored_markdown_to_html(
        straight, options=Options.CMARK_OPT_HARDBREAKS
    )
    # A person's first heading is one step below the page's own.
    shifted = _HEADING.sub(lambda m: f"<{m[1]}h{min(int(m[2]) + 2, 6)}>", rendered)
    clean = nh3.clean(
        shifted,
        tags=_TAGS,
        attributes={"a": {"href"}},
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
