"""The people of a table: with every mistake at its line and column."""

import pytest

from reviews.people.addresses import is_address
from reviews.roster.entries import RosterEntry, name_words, read_people
from reviews.roster.guessing import guess
from tests.rosters import HEADER, people_of, table_of


def problems(text: str) -> list[tuple[int, str, str]]:
    return [(p.line, p.column, p.sentence) for p in people_of(text).problems]


def test_a_row_is_read_with_its_line():
    file = people_of(HEADER + "\nE1, Ada Byron ,ada@example.org,,Engineer,L4,Platform\n")

    assert file.entries == (
        RosterEntry(3, "E1", "Ada Byron", "ada@example.org", "", "Engineer", "L4", "Platform"),
    )
    assert file.problems == ()


def test_a_column_that_is_not_there_is_none_and_stays_as_on_record():
    (entry,) = people_of("Employee ID,Name,Email\nE1,Ada,ada@example.org\n").entries

    assert entry == RosterEntry(2, "E1", "Ada", "ada@example.org", None, None, None, None)


def test_a_row_may_end_early():
    (entry,) = people_of(HEADER + "E1,Ada,ada@example.org\n").entries

    assert (entry.manager_employee_id, entry.title) == ("", "")


def test_all_mistakes_of_a_file_are_found_at_once():
    text = HEADER + (
        ",,not an address,,,,\n"
        "E1,Ada,ada@example.org,,,,\n"
        "e1,Ada \u202eA,ADA@example.org,,,,\n"
        f"{'9' * 81},{'n' * 201},b@,,,,{'u' * 201}\n"
        'E5,"Two\nlines",e5@example.org,,,,\n'
    )

    assert problems(text) == [
        (2, "employee_id", "Is empty."),
        (2, "name", "Is empty."),
        (2, "email", "“not an address” is not an e-mail address."),
        (4, "name", "Contains an invisible or control character."),
        (5, "employee_id", "Longer than 80 characters."),
        (5, "name", "Longer than 200 characters."),
        (5, "email", "“b@” is not an e-mail address."),
        (5, "unit", "Longer than 200 characters."),
        (6, "name", "Contains an invisible or control character."),
        (3, "employee_id", "Is on line 4 as well."),
        (4, "employee_id", "Is on line 3 as well."),
        (3, "email", "Is on line 4 as well."),
        (4, "email", "Is on line 3 as well."),
    ]


@pytest.mark.parametrize(
    "address",
    [
        "ines@corp.local",
        "tam@corp.test",
        "a@corp.internal",
        "a@corp.invalid",
        "a@host.localhost",
        "a@corp.lan",
        "o'brien+x@corp.example",
        "zoë@corp.example",
        "a@bücher.example",
        "A.B-C_D@Sub.Corp.EXAMPLE",
    ],
)
def test_an_address_may_be_of_a_domain_that_only_the_company_sees(address):
    assert is_address(address)


@pytest.mark.parametrize(
    "text",
    ["", "a", "a@", "@b.de", "a@b", "a b@c.de", "a@-b.de", "a@b..de", "a@b.de.", "a..b@c.de", "a@[1.2.3.4]",
     "a@ab--cd.example", "a@b.de@c.de", "a@b,de"],
)  # fmt: skip
def test_what_is_written_like_no_address_is_none(text):
    assert not is_address(text)


def test_a_name_is_turned_round_and_a_unit_loses_its_brackets_where_the_guess_says_so():
    text = 'ID,Name,Email,Department\n1,"Byron, Ada",a@b.example,Eng (Ada Byron)\n'
    table = table_of(text)
    guessed = guess(table).mapping

    (entry,) = read_people(table, guessed).entries

    assert (guessed.turns_names, guessed.drops_brackets) == (True, True)
    assert (entry.name, entry.unit) == ("Ada Byron", "Eng")


def test_a_name_is_known_again_in_any_order_of_its_words_and_without_what_is_in_brackets():
    same = ["Ines Marlow", "Marlow, Ines", "MARLOW Ines", "Ines Marlow (On leave)"]

    assert {name_words(name) for name in same} == {"ines marlow"}
