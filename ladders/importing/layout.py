"""What a document holds besides words: rules, tags, and keys with nothing behind them."""

import re
from collections.abc import Iterator
from dataclasses import replace

from ladders.importing.outline import Block, BlockKind

_TAGS_ONLY = re.compile(r"(?:</?[a-zA-Z!][^<>]*>|<[^<>]*|[^<>]*>|[\s|:,{}\[\]\"'=-]|&nbsp;)*")
#: A key of a data file with nothing behind it.
_KEY_ONLY = re.compile(r"-?\s*[\"']?[\w -]{1,40}[\"']?\s*:\s*(?:null|[\[{|>+\]}-]*),?")
_FENCE = re.compile(r"-{3}|\.{3}")


def is_layout(block: Block) -> bool:
    wordless = {"rule", "anchor", "comment", "end_details", "reference", "naming"}
    if block.kind in wordless or not block.text:
        return True
    return _TAGS_ONLY.fullmatch(block.text) is not None or (
        block.kind == "stray" and _KEY_ONLY.fullmatch(block.text) is not None
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
