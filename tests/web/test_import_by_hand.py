"""A document that does not look like a ladder becomes one with a handful of clicks."""

import pytest

from tests.ladders import real
from tests.web.acts import opening
from tests.web.people import InBrowser
from tests.web.stage import Play
from tests.web.yardsticks import map_the_fourth_chapter, own, title_of

pytestmark = pytest.mark.test_all

ESSAY = b"""\
# 1.1 Night Baker

## 1. What the night is

- dark
- warm

## 2. Who is there

Few:
- the baker
- the cat

## 3. Why it matters

A town eats in the morning.

## 4. Duties of a Night Baker

They do this:

- Weigh the flour
- Watch the oven

They are called when:
- it smokes

## 5. Mistakes

- sleeping
"""


def own_essay():
    return "essay.md", ESSAY, "Night Baker", 2


def seed_essay():
    name, data = real.seed("002")
    return name, data, title_of(data), 6


@pytest.mark.parametrize(
    "essay", [own_essay, pytest.param(seed_essay, marks=pytest.mark.real_ladders)]
)
def test_an_essay_is_mapped_and_published_in_fewer_than_ten_clicks(live_server, open_page, essay):
    name, data, level, duties = essay()

    def window(name, email):
        return InBrowser(name, email, open_page(java_script_enabled=False))

    play = Play(live_server.app, window, own())
    opening.the_first_owner_chooses_a_password(play)
    odile = play.odile
    odile.open("/ladders/import").upload("Ladder files", name, data)
    odile.clicks = 0

    odile.press("Read the files")
    map_the_fourth_chapter(odile)
    odile.press("Use these answers").press("Publish ladder")

    assert odile.clicks < 10
    assert odile.told == [f"{odile.heading}, version 1, is published. Cycles can use it."]
    assert odile.texts("table.ladder tbody th a") == [level]
    assert [text.split()[0] for text in odile.texts("table.ladder tbody td")] == [str(duties)]
