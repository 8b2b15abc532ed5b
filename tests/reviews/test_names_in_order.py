"""How names are looked for and put in order, without a database."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyuca.collator import Collator_10_0_0

from reviews.rules.name_keys import (
    SORT_KEY_LENGTH,
    name_key,
    search_key,
    search_words,
    sort_from,
    sort_key,
)
from reviews.rules.namesakes import labels, told_apart
from tests.examples import examples

_LETTERS = st.characters(whitelist_categories=["Lu", "Ll", "Lo", "Mn"], max_codepoint=0xFFFF)
WORDS = st.text(_LETTERS, min_size=1, max_size=12)
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
EUROPEAN = st.lists(
    st.text(
        st.sampled_from("abcdeghiklnorstuzàáäåæçèéëğíï\u0131ñóôöøœřśşšßþúüýžłđŁØÆĐİŒÅÉÖŠŽǅﬁ"),
        min_size=1,
        max_size=10,
    ),
    min_size=1,
    max_size=4,
).map(" ".join)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Nguyễn Thị Hà", "nguyen thi ha"),
        ("HOFSTÄTTER", "hofstatter"),
        ("Hofsta\u0308tter", "hofstatter"),
        ("Król", "krol"),
        ("Łø ßıæđ", "lo ssiaed"),
        ("İpek IŞIK", "ipek isik"),
        ("O\u2019Neil-Smith", "oneil smith"),
        ("O'Neil Smith", "oneil smith"),
        ("\u738b\u5c0f\u660e", "wangxiaoming"),
        ("\u0429\u0443\u043a\u0438\u043d", "shchukin"),
        ("ada.whitfield@example.org", "ada whitfield example org"),
        ("-", ""),
    ],
)
def test_a_name_is_looked_for_in_plain_letters(name, key):
    assert search_key(name) == key


def without_accents(text: str) -> str:
    # The iota below a Greek letter is a letter.
    return "".join(
        each
        for each in unicodedata.normalize("NFD", text)
        if not unicodedata.combining(each) or each == "\u0345"
    )


@given(name=NAMES | EUROPEAN, order=st.randoms(use_true_random=False))
@examples(200)
def test_a_name_is_found_without_accents_in_any_case_and_any_order(name, order):
    words = name.split()
    order.shuffle(words)
    typed = " ".join(words)
    key = search_key(name)

    for form in (typed, without_accents(typed), typed.upper(), typed.lower(), typed.title()):
        assert [word for word in search_words(form) if word not in key] in (
            [],
            # What has no letter that is spelt is looked for as it is, and found nowhere.
            [*form.split()][:10] if not search_key(form) else [],
        )


def test_signs_alone_are_words_that_nobody_has():
    assert search_words("% _") == ("%", "_")
    assert search_words("  ") == ()


#: To read its table takes a fifth of a second.
COLLATOR = Collator_10_0_0()


@given(st.lists(NAMES, min_size=2, max_size=12))
@examples(100)
def test_names_are_in_the_order_of_the_collation_algorithm(names):
    def by_algorithm(name: str) -> tuple[int, ...]:
        # The fourth level is the character itself.
        return COLLATOR.sort_key_from_collation_elements(
            [
                each[:3]
                for each in COLLATOR.collation_elements(
                    unicodedata.normalize("NFD", " ".join(name.split()))
                )
            ]
        )

    assert sorted(names, key=lambda n: (sort_key(n), n)) == sorted(
        names, key=lambda n: (by_algorithm(n), n)
    )


def test_people_read_names_by_letters_first():
    names = ["Priya", "Padraig", "Pádraig", "Zoë", "Łukasz", "Lynn", "Luisa", "Øystein", "Olga"]

    assert sorted(names, key=sort_key) == [
        "Luisa",
        "Łukasz",
        "Lynn",
        "Olga",
        "Øystein",
        "Padraig",
        "Pádraig",
        "Priya",
        "Zoë",
    ]
    assert sorted(["Delgado", "O\u2019Neil", "De Silva", "Oneida"], key=sort_key) == [
        "De Silva",
        "Delgado",
        "Oneida",
        "O\u2019Neil",
    ]


@given(name=NAMES, letters=st.integers(1, 3))
@examples(60)
def test_whoever_goes_to_the_beginning_of_a_name_finds_it(name, letters):
    beginning = "".join(list(name.split()[0])[:letters])

    assert sort_from(without_accents(beginning).upper()) <= sort_key(name) or (
        # A contraction is a letter of its own: what begins it need not stand before it.
        sort_from(name.split()[0]) <= sort_key(name)
    )


@given(st.text(min_size=1, max_size=200))
@examples(60)
def test_keys_of_any_name_can_be_kept(name):
    assert len(sort_key(name)) <= SORT_KEY_LENGTH
    assert len(sort_key(name).encode()) < 2_000
    assert "\0" not in sort_key(name) + name_key(name)


def test_a_name_of_the_widest_letters_fits_an_index():
    widest = "\ufdfa" * 200

    assert len(sort_key(widest).encode()) < 2_000
    assert len(name_key(widest).encode()) < 2_600


# -- Two of one name


def test_nothing_is_said_beside_a_name_that_nobody_else_has():
    assert labels([("Emil Rahimi", "Staff engineer, Platform"), ("Ines", "Director")]) == [
        "Emil Rahimi",
        "Ines",
    ]


def test_title_and_unit_tell_two_of_one_name_apart_and_the_id_if_they_do_not():
    people = [
        ("Emil Rahimi", "Staff engineer, Platform", "1"),
        ("emil rahimi", "Planner, Depots", "2"),
        ("Émil Rahimi", "Planner, Depots", "3"),
        ("Ines", "Planner, Depots", "4"),
    ]

    assert labels(people) == [
        "Emil Rahimi, Staff engineer, Platform",
        "emil rahimi, Planner, Depots, 2",
        "Émil Rahimi, Planner, Depots, 3",
        "Ines",
    ]


def test_what_the_reader_may_not_know_is_not_said_even_if_two_stay_the_same():
    same = [("Emil Rahimi", "Planner", ""), ("Emil Rahimi", "Planner", "")]

    assert told_apart(same) == ["Planner", "Planner"]
