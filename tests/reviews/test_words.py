"""The glossary names each thing once, and the page of words shows what users meet of it."""

import pkgutil
from collections import Counter

import pytest

from reviews.rules.enums import Category
from reviews.rules.glossary import glossary
from reviews.rules.scale import DEFAULT_WORDS
from tests import builders

TERMS = [term for group in glossary() for term in group.terms]


def repeated(words):
    return [word for word, times in Counter(words).items() if times > 1]


def test_a_word_is_explained_once():
    assert repeated(term.word.lower() for term in TERMS) == []
    assert repeated(term.meaning for term in TERMS) == []


def test_every_answer_is_explained_by_its_default_word():
    explained = {term.in_code: term.word for term in TERMS}
    name = "reviews.rules.enums.Category"

    assert {each: explained[f"{name}.{each.name}"] for each in Category} == {
        each: DEFAULT_WORDS.word(each) for each in Category
    }


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.word)
def test_the_code_has_what_the_glossary_names(term):
    assert pkgutil.resolve_name(term.in_code) is not None


def test_the_page_shows_every_word_that_users_meet_and_no_other(client):
    client.sign_in(builders.a_person("Ada"))

    page = client.page("/words")

    rows = page.all(".//dl[@class='words']/div")
    shown = [
        (row.get("id"), *("".join(part.itertext()) for part in row.iterfind(".//dfn")))
        for row in rows
    ]
    assert shown == [(term.anchor, term.word) for term in TERMS if term.on_pages]
    assert page.texts(".//dl[@class='words']/div/dd/p[1]") == [
        term.meaning for term in TERMS if term.on_pages
    ]


def test_the_page_says_that_a_cycle_can_reword_the_scale(client):
    client.sign_in(builders.a_person("Ada"))

    notes = client.page("/words").texts(".//section[@id='in-scale']//span[@class='meta']")

    assert notes == ["as a new cycle starts; its owners can reword all but the last three"]


def test_every_page_of_somebody_signed_in_leads_to_the_words(client):
    link = ".//footer//a[@href='/words']"
    before = client.page("/sign-in").texts(link)
    client.sign_in(builders.a_person("Ada"))

    assert (before, client.page("/").texts(link)) == ([], ["Words"])
