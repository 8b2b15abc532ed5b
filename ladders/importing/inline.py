"""Markdown inside a line -> the text a reader sees: links and images become their words.

Emphasis and code marks stay, and so does whatever only looks like HTML.
"""

import html
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Inline:
    text: str
    links: tuple[str, ...]
    #: What is struck out there, and so no part of the text.
    struck: tuple[str, ...] = ()


# Each pattern stops at the next bracket of its own kind, so that reading stays linear in the text.
_ADDRESS = r"\(\s*<?((?:[^()<>\s]|\([^()\s]*\))*)>?(?:\s+(?:\"[^\"()]*\"|'[^'()]*'))?\s*\)"
#: An address with spaces is no link by the book; with the ending of a page it is meant as one.
_LOOSE_LINK = re.compile(r"(?<![!\\])\[([^\[\]]+)\]\(([^()<>\[\]]{1,200}\.[a-z]{2,5})\)")
_IMAGE = re.compile(r"!\[([^\[\]]*)\]" + _ADDRESS)
_LINK = re.compile(r"(?<![!\\])\[([^\[\]]+)\]" + _ADDRESS)
_REFERENCE = re.compile(r"(?<![!\\])\[([^\[\]]+)\]\[([^\[\]]*)\]")
_AUTOLINK = re.compile(r"<((?:https?|mailto):[^<>\s]+)>")
_COMMENT = re.compile(r"<!--[^<>]*-->")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|abbr|b|code|del|details|div|em|font|h[1-6]|i|img|ins|kbd|li|mark|ol|p|s|small|span|"
    r"strong|sub|summary|sup|table|tbody|td|th|thead|tr|u|ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_STRUCK = re.compile(r"~~(?=\S)([^~]+)~~|<(?P<tag>del|s|strike)>([^<>]+)</(?P=tag)>", re.IGNORECASE)
#: What site generators put into a text: attributes such as {#id} and {:target="_blank"}, tags and shortcodes.
_GENERATED = re.compile(
    r"\{(?:#[\w:.-]+(?: [^{}]*)?|\.[a-zA-Z][\w-]*(?: [^{}]*)?|:\s*(?:[#.]|toc\b|[\w-]+=)[^{}]*)\}"
    r"|\{%[^{}]*%\}|\{\{[<%][^{}]*[%>]\}\}"
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


#: Every mark begins with one of these; most texts have none.
_BEGINS_A_MARK = re.compile(r"[~<{\[&\\]")


def is_image(source: str) -> bool:
    """Whether there is nothing but images, each perhaps a link: their words say only what they show."""
    return _IMAGE.search(source) is not None and not _LINK.sub("", _IMAGE.sub("x", source)).strip(
        "x "
    )


def without_generated(source: str) -> str:
    """A text without what only a site generator reads."""
    return _GENERATED.sub("", source)


def read_inline(source: str) -> Inline:
    """Never raises; `links` are the addresses of links, in order."""
    if not _BEGINS_A_MARK.search(source):
        return Inline(" ".join(source.split()), (), ())
    links: list[str] = []

    def link(match: re.Match[str]) -> str:
        links.append(match[2])
        return match[1]

    struck: list[str] = []

    def strike(match: re.Match[str]) -> str:
        struck.append(read_inline(match[1] or match[3]).text)
        return " "

    text = _STRUCK.sub(strike, without_generated(source))
    text = _IMAGE.sub(lambda match: match[1], text)
    text = _LINK.sub(link, text)
    text = _LOOSE_LINK.sub(link, text)
    text = _REFERENCE.sub(link, text)
    text = _AUTOLINK.sub(lambda match: match[1], text)
    text = _TAG.sub("", _BREAK.sub(" ", _COMMENT.sub(" ", text)))
    text = _ESCAPE.sub(r"\1", text)
    text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    return Inline(" ".join(text.split()), tuple(links), tuple(struck))
