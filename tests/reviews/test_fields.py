"""Numbers and days as people type them: digits of one kind, and a range that somebody may mean."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.validators import NumberRange, Optional

from reviews.calibration.board.forms import BoardForm
from reviews.cycles.forms import LocalTimeField
from reviews.web.fields import DayField, WholeNumberField

NUMBER = "Type a whole number, such as 3."
RANGE = "From 0 to 50."
DAY = "Type a date, such as 2026-06-08."
YEARS = "Choose a year from 1950 to 2100."
MOMENT = "Type a date and a time, such as 2026-11-27 17:00."


class _Form(Form):
    number = WholeNumberField(validators=[Optional(), NumberRange(0, 50, RANGE)])
    day = DayField(validators=[Optional()])
    moment = LocalTimeField("Moment")


def read(field: str, typed: str) -> tuple[object, list[str]]:
    form = _Form(MultiDict({field: typed}))
    form.validate()
    return form[field].data, list(form[field].errors)


@pytest.mark.parametrize(("typed", "number"), [("3", 3), (" 3 ", 3), ("007", 7), ("50", 50)])
def test_a_number_is_its_digits(typed: str, number: int) -> None:
    assert read("number", typed) == (number, [])


@pytest.mark.parametrize(
    "typed",
    ["\uff13", "1_0", "+4", "\u0664", "1e1", "4.5", "0x1", "nan", "inf", "--1", "1 0", "\u00b2"],
)
def test_what_is_no_number_to_a_reader_is_none(typed: str) -> None:
    assert read("number", typed)[1] == [NUMBER]


@pytest.mark.parametrize("typed", ["51", "-1", "9223372036854775"])
def test_a_number_outside_of_its_range_is_told_the_range(typed: str) -> None:
    assert read("number", typed)[1] == [RANGE]


@pytest.mark.parametrize(
    "typed", ["1_0", "\uff11", "+1", "\u0661", "0", "-1", "1.0", "9223372036854775808"]
)
def test_a_page_of_the_board_is_a_number(typed: str) -> None:
    assert not BoardForm.offering([], [], MultiDict({"page": typed})).validate()
    assert BoardForm.offering([], [], MultiDict({"page": "1"})).validate()


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ("2026-06-08", []),
        ("0001-01-01", [YEARS]),
        ("9999-12-31", [YEARS]),
        ("1949-12-31", [YEARS]),
        ("2026-02-30", [DAY]),
        ("10000-01-01", [DAY]),
        ("2026-6-8", [DAY]),
        ("20260608", [DAY]),
        ("\uff12026-06-08", [DAY]),
        ("\u0662\u0660\u0662\u0666-06-08", [DAY]),
    ],
)
def test_a_day_is_one_that_somebody_may_mean(typed: str, errors: list[str]) -> None:
    assert read("day", typed)[1] == errors


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ("2026-11-27T17:00", []),
        ("2026-11-27T24:00", [MOMENT]),
        ("2026-11-27T23:59:61", [MOMENT]),
        ("2026-11-27T17:00+14:00", [MOMENT]),
        ("\u0662\u0660\u0662\u0666-11-27T17:00", [MOMENT]),
    ],
)
def test_a_moment_has_digits_of_one_kind(typed: str, errors: list[str]) -> None:
    assert read("moment", typed)[1] == errors
