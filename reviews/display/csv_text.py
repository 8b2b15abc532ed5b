"""Text as a CSV file, in which a spreadsheet finds nothing to calculate."""

import csv
import io
import unicodedata
from collections.abc import Iterable

#: What a formula begins with, once full-width and other forms are made into the plain one.
_FORMULA = frozenset("=+-@")
#: What some spreadsheets skip, or cut a cell at, before they look for a formula.
_SKIPPED = frozenset("\t\r\n\0")
#: So that a spreadsheet reads the file as UTF-8.
BYTE_ORDER_MARK = "\ufeff"


def cell(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet could take it for a formula."""
    return f"'{text}" if text[:1] in _SKIPPED or _first_seen(text) in _FORMULA else text


def _first_seen(text: str) -> str:
    """The first character that is neither a space nor invisible, in its plain form; "-" for a full-width minus."""
    seen = (each for each in text if unicodedata.category(each)[0] not in {"Z", "C"})
    return unicodedata.normalize("NFKC", next(seen, ""))[:1]


def rows(lines: Iterable[Iterable[str]]) -> str:
    """Lines of a CSV file (RFC 4180), each cell in quotation marks."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([cell(each) for each in line] for line in lines)
    return text.getvalue()
