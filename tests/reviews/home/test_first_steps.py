"""What whoever runs the site does first, and how far it is, on their home page."""

import pytest

from reviews.db.extensions import db
from reviews.rules.enums import CyclePhase, PacketState
from tests.builders import a_cycle, a_ladder, a_packet, a_person
from tests.pages import Page


@pytest.fixture
def owner(client):
    owner = a_person("Olive Owner", is_owner=True)
    client.sign_in(owner)
    return owner


def steps(page: Page) -> list[tuple[str, bool, bool]]:
    """Of each step what it says, whether it is done, and whether it is the next one."""
    return [
        (
            "".join(each.find(".//span[@class='meta']").itertext()),
            each.find(".//span[@class='tag tag--done']") is not None,
            each.get("aria-current") == "step",
        )
        for each in page.all(".//section[@aria-labelledby='first-steps']//li")
    ]


def done_and_next(page: Page) -> list[tuple[bool, bool]]:
    return [(is_done, is_next) for _, is_done, is_next in steps(page)]


@pytest.mark.usefixtures("owner")
def test_an_empty_installation_says_what_to_do_in_which_order(client):
    page = client.page("/")

    assert page.text(".//h1") == "Three steps to a first cycle"
    assert "0 of 3 done" in page.text()
    assert done_and_next(page) == [(False, True), (False, False), (False, False)]
    assert page.texts(".//section[@aria-labelledby='first-steps']//a") == [
        "Import people",
        "Add one person",
        "Import a ladder",
        "Set up a cycle",
    ]
    assert "up to date" not in page.text()
    for link in page.all(".//section[@aria-labelledby='first-steps']//a"):
        client.page(link.get("href"))


@pytest.mark.usefixtures("owner")
def test_each_step_is_done_when_the_database_says_so(client):
    a_person("New")
    assert steps(client.page("/"))[0] == (
        "1 person is here; 1 person cannot sign in yet.",
        True,
        False,
    )
    a_person("In", password_hash="x")
    assert steps(client.page("/"))[0][0] == "2 people are here; 1 person cannot sign in yet."
    assert done_and_next(client.page("/")) == [(True, False), (False, True), (False, False)]
    a_ladder()
    assert done_and_next(client.page("/")) == [(True, False), (True, False), (False, True)]


def test_people_who_only_run_the_site_or_have_left_are_nobody_to_review(client, owner):
    a_person("Second owner", is_owner=True)
    a_person("Gone", is_active=False)
    del owner

    assert done_and_next(client.page("/"))[0] == (False, True)


def test_the_steps_go_away_once_a_cycle_was_opened_and_stay_away(client, owner):
    cycle = a_cycle(phase=CyclePhase.SETUP, owners=[owner])
    assert steps(client.page("/"))[2][0] == (
        f"{cycle.name} is set up. Its page says what is missing before it can open."
    )
    for phase in (CyclePhase.EVIDENCE, CyclePhase.RATING, CyclePhase.ARCHIVED):
        cycle.phase = phase
        db.session.flush()
        assert steps(client.page("/")) == []


def test_a_cycle_of_others_that_the_owner_may_not_know_of_changes_nothing(client, owner):
    a_person("New")
    before = client.page("/").text()
    cycle = a_cycle(phase=CyclePhase.RATING, owners=[a_person("Other", password_hash="x")])
    a_packet(cycle, state=PacketState.SUBMITTED)
    del owner

    # Only the people are more.
    assert len(steps(client.page("/"))) == 3
    assert before.startswith("Three steps")


def test_nobody_else_is_told_what_to_do_first(client):
    client.sign_in(a_person("Ada"))

    assert steps(client.page("/")) == []
    assert "You are up to date" in client.page("/").text()
