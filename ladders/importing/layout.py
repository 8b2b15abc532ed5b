"""What a document holds besides words: rules, tags, and keys with nothing behind them."""

import re
from collections.abc import Iterator
from dataclasses import replace

from ladders.importing.outline import Block, BlockKind

_BRACKET = re.compile(r"([<>])")
_WORDLESS = re.compile(r"(?:[\s|:,{}\[\]\"'=-]|&nbsp;)*")
#: A key of a data file with nothing behind it.
_KEY_ONLY = re.compile(r"-?\s*[\"']?[\w -]{1,40}[\"']?\s*:\s*(?:null|[\[{|>+\]}-]*),?")
_FENCE = re.compile(r"-{3}|\.{3}")


def is_layout(block: Block) -> bool:
    wordless = {"rule", "anchor", "comment", "end_details", "reference", "naming"}
    if block.kind in wordless or not block.text:
        return True
    return _is_tags_only(block.text) or (
        block.kind == "stray" and _KEY_ONLY.fullmatch(block.text) is not None
    )


def _is_tags_only(text: str) -> bool:
    """Whether nothing but signs stands outside of tags; a line may hold the end of one, or its beginning."""
    parts = _BRACKET.split(text)
    signs = ["", *parts[1::2], ""]
    return all(
        before == "<" or after == ">" or _WORDLESS.fullmatch(words) is not None
        for words, before, after in zip(parts[::2], signs, signs[1:], strict=False)
    )


def by_line(block: Block) -> Iterator[Block]:
    """Each line of front matter by itself: one may say the title, and the others nothing that is in the ladder."""
    if block.kind != "front_matter":
        yield block
        return
    for number, raw in enumerate(block.raw.split("\n"), block.line):
        if raw.strip():
            is_fence = _FENCE.fullmatch(raw.strip())
            kind: BlockKind = "rule" if is_fence else "front_matter"
            yield replace(
                block, kind=kind, line=number, last_line=number, text=raw.strip(), raw=raw
            )
