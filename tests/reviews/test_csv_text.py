"""A CSV file in which a spreadsheet finds nothing to calculate, and everybody else finds the text."""

import csv
import io

import pytest

from reviews.display import csv_text

FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", " =1", "\u00a0=1", "\u200b=1", "\ufeff=1",
    "\u2003+1", "\u202e-1", "\N{FULLWIDTH EQUALS SIGN}1", "\N{FULLWIDTH PLUS SIGN}1",
    "\N{FULLWIDTH HYPHEN-MINUS}1", "\N{FULLWIDTH COMMERCIAL AT}SUM", "\N{SMALL HYPHEN-MINUS}1",
    " \N{FULLWIDTH EQUALS SIGN}1", "=cmd|' /C calc'!A0", "\tplain", "\rplain", "\0plain",
]  # fmt: skip
TEXTS = [
    "", "Ada", "1", "1.5", "a=b", "(=1)", "Zoë's packet", '"=1', ";=1", "'=1", "  Ada", "a\nb", "5 - 3", "x" * 40_000
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_what_could_be_a_formula_gets_one_apostrophe(text: str) -> None:
    assert csv_text.cell(text) == f"'{text}"


@pytest.mark.parametrize("text", TEXTS)
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert csv_text.cell(text) == text


def test_a_reader_of_csv_gets_the_cells_back() -> None:
    lines = [[*TEXTS], ["a,b", 'say "x"', "a\r\nb"]]

    assert list(csv.reader(io.StringIO(csv_text.rows(lines), newline=""))) == lines


def test_lines_end_as_the_format_says() -> None:
    assert csv_text.rows([["a", "b"], ["c", "=d"]]) == '"a","b"\r\n"c","\'=d"\r\n'
