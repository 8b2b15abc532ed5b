"""Reading a people file: in any order and delimiter, with every mistake at its line and column."""

import pytest

from reviews.people.roster_file import RosterEntry, RosterProblem, read_roster

HEADER = "employee_id,name,email,manager_employee_id,title,level,unit\n"


def problems(text: str) -> list[tuple[int, str, str]]:
    return [(p.line, p.column, p.sentence) for p in read_roster(text).problems]


def test_a_row_is_read_with_its_line():
    file = read_roster(HEADER + "\nE1, Ada Byron ,ada@example.org,,Engineer,L4,Platform\n")

    assert file.entries == (
        RosterEntry(3, "E1", "Ada Byron", "ada@example.org", "", "Engineer", "L4", "Platform"),
    )
    assert file.problems == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_columns_come_in_any_order_with_any_delimiter_and_line_end(delimiter, line_end):
    rows = [
        ["Unit", "E-mail", "Employee ID", "Name", "Manager employee ID", "Cost centre"],
        ["Data", "ada@example.org", "E1", '"Byron, Ada"', "", "7"],
    ]

    file = read_roster(line_end.join(delimiter.join(row) for row in rows))

    assert file.entries == (
        RosterEntry(2, "E1", "Byron, Ada", "ada@example.org", "", None, None, "Data"),
    )
    assert file.missing == ("title", "level")
    assert file.unknown == ("Cost centre",)


def test_a_row_may_end_early_but_not_late():
    text = HEADER + "E1,Ada,ada@example.org,\nE2,Bo,bo@example.org,,,,,more\n"

    assert [entry.title for entry in read_roster(text).entries] == ["", ""]
    assert problems(text) == [(3, "", "8 cells, but the first line has 7.")]


def test_a_quoted_cell_with_a_line_end_keeps_the_count_of_lines():
    text = HEADER + 'E1,Ada,ada@example.org,,"two\nlines",,\nE2,,bo@example.org,,,,\n'

    assert problems(text) == [
        (2, "title", "Contains an invisible or control character."),
        (4, "name", "Is empty."),
    ]


def test_all_mistakes_of_a_file_are_found_at_once():
    text = HEADER + (
        ",,not an address,,,,\n"
        "E1,Ada,ada@example.org,,,,\n"
        "e1,Ada \u202eA,ADA@example.org,,,,\n"
        f"E2,{'x' * 201},b@,,,,\n"
        "E3,Nul\x00,c@example.org,,,,\n"
    )

    assert problems(text) == [
        (2, "employee_id", "Is empty."),
        (2, "name", "Is empty."),
        (2, "email", "“not an address” is not an e-mail address."),
        (4, "name", "Contains an invisible or control character."),
        (5, "name", "Longer than 200 characters."),
        (5, "email", "“b@” is not an e-mail address."),
        (6, "name", "Contains an invisible or control character."),
        (4, "employee_id", "Is on line 3 already."),
        (4, "email", "Is on line 3 already."),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name,email\n", ["employee_id", "manager_employee_id"]),
        ("", ["employee_id", "name", "email", "manager_employee_id"]),
        (HEADER.replace("unit", "name"), ["name"]),
    ],
)
def test_a_first_line_that_is_not_the_header_is_said_before_anything_else(text, expected):
    file = read_roster(text)

    assert [problem.column for problem in file.problems] == expected
    assert file.entries == ()


def test_a_file_without_people_is_a_mistake():
    assert problems(HEADER) == [(1, "", "There is nobody below the first line.")]


def test_quotation_marks_that_do_not_match_end_the_reading():
    text = (
        HEADER + 'E1,Ada,ada@example.org,,,,\nE2,"Bo,bo@example.org,,,,\nE3,Cy,c@example.org,,,,\n'
    )

    assert [entry.employee_id for entry in read_roster(text).entries] == ["E1"]
    assert read_roster(text).problems == (
        RosterProblem(3, "", "The quotation marks do not match; nothing below was read."),
    )


def test_a_formula_is_a_name_like_any_other():
    text = HEADER + "E1,=1+1,a@example.org,,,,\n"

    assert [entry.name for entry in read_roster(text).entries] == ["=1+1"]
    assert problems(text) == []
