"""Bytes of an uploaded document -> text, with every repair of its encoding shown."""

import re
from dataclasses import dataclass
from typing import Literal

MAX_BYTES = 512 * 1024

Repair = Literal["none", "mac_roman", "cp1252", "latin1"]


class UnreadableError(ValueError):
    """The bytes are not a text document; the message is a sentence for the person who sent them."""


@dataclass(frozen=True, slots=True)
class Change:
    """A line whose characters were repaired, as it was and as it is."""

    line: int
    before: str
    after: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """`text` has plain line ends and repaired characters; `unrepaired` has them as they came."""

    text: str
    unrepaired: str
    repair: Repair
    changes: tuple[Change, ...]


def read_text(data: bytes) -> Document:
    """Raises UnreadableError on anything but text of at most 512 KB."""
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"The file is larger than {MAX_BYTES // 1024} KB.")
    text = _decoded(data).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise UnreadableError("The file is empty.")
    if _BINARY.search(text):
        raise UnreadableError("This is not a text file.")
    lines = text.split("\n")
    repairs: set[str] = set()
    repaired = [_repaired(line, repairs) for line in lines]
    changes = tuple(
        Change(number, before, after)
        for number, (before, after) in enumerate(zip(lines, repaired, strict=True), 1)
        if before != after
    )
    return Document("\n".join(repaired), text, _named(repairs), changes)


#: Characters that no text document holds; tab, line end and form feed are not among them.
_BINARY = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
#: A private character that only MacRoman has: the first byte of an emoji, never part of a word.
_MAC_LOGO = "\uf8ff"
_NON_ASCII = re.compile(r"[^\x00-\x7f]+")


def _decoded(data: bytes) -> str:
    marked_utf_16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if marked_utf_16 else ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableError("The characters of this file cannot be read. Save it as UTF-8 and retry.")


def _repaired(line: str, repairs: set[str]) -> str:
    """Each run of non-ASCII characters by itself: a line may mix broken and sound characters."""
    # Its tables take a while, and a server that is only starting needs none of them.
    import ftfy  # noqa: PLC0415

    def one_run(match: re.Match[str]) -> str:
        fixed, steps = ftfy.fix_encoding_and_explain(match[0])
        if fixed != match[0] and "\ufffd" not in fixed:
            repairs.update(step.parameter for step in steps or () if step.action == "encode")
            return fixed
        if _MAC_LOGO in match[0]:
            try:
                fixed = match[0].encode("mac_roman").decode()
            except UnicodeError:
                return match[0]
            repairs.add("macroman")
            return fixed
        return match[0]

    return line if line.isascii() else _NON_ASCII.sub(one_run, line)


def _named(encodings: set[str]) -> Repair:
    """The encoding that the text was once read in by mistake; of several, the rarest."""
    if not encodings:
        return "none"
    if "macroman" in encodings:
        return "mac_roman"
    return "latin1" if encodings == {"latin-1"} else "cp1252"
