"""Nobody can tell two worlds apart that differ only in what they may not know: byte for byte, statement for statement.

Each test makes two worlds, lets one person try every page of both, and compares everything that reached them. A witness
who may know must see a difference, or else there was none to hide.
"""

from collections.abc import Callable
from functools import partial

import pytest

from reviews.rules.enums import Category, Outcome
from tests.two_worlds import people
from tests.two_worlds.harness import Request, World, crawl, differences, families, observe
from tests.two_worlds.people import calibrate

MakeWorld = Callable[..., World]
Event = Callable[[], None]


def every_page(world: World) -> list[Request]:
    with world.changed():
        ids = people.addresses()
    return crawl(world.app, ids, everything=world.tries_everything)


def told(one: World, other: World, person: str) -> list[str]:
    """What tells the worlds apart for this person."""
    script = every_page(one)
    return differences(script, observe(one, script, person), observe(other, script, person))


def told_by(one: World, other: World, person: str, *among: str) -> set[str]:
    """The pages by which a witness tells them apart, of these or of all."""
    script = every_page(one)
    script = [request for request in script if not among or request.family in among]
    return families(script, observe(one, script, person), observe(other, script, person))


def tells(one: World, other: World, person: str, *pages: str) -> bool:
    """Whether a witness tells them apart by every one of these pages."""
    return told_by(one, other, person, *pages) == set(pages)


def rating_goes_on() -> list[Event]:
    """Everything that can happen while ratings are collected."""
    return [
        partial(people.rates, "Manager"),
        partial(people.rates, "Peer"),
        partial(people.declines, "Second peer"),
        partial(people.drafts, "Third peer"),
        people.the_manager_adds_a_peer,
    ]


def a_committee_at_work() -> list[Event]:
    return [
        *rating_goes_on(),
        calibrate,
        partial(people.declares_a_conflict, "Stranger"),
        people.votes,
    ]


#: Somebody who may know little, and somebody who may know nearly all.
OPPOSITES = ("Candidate", "Owner")
EVERYBODY = (
    *OPPOSITES,
    "Manager",
    "Peer",
    "Member",
    "Conflicted member",
    "Set-aside member",
    "Chair",
    "Stranger",
)

pytestmark = pytest.mark.test_all


def test_the_same_world_twice_is_the_same(make_world: MakeWorld) -> None:
    one, again = make_world(*a_committee_at_work()), make_world(*a_committee_at_work())
    script = every_page(one)
    readers = EVERYBODY if one.tries_everything else OPPOSITES

    assert {
        person: differences(script, observe(one, script, person), observe(again, script, person))
        for person in readers
    } == {person: [] for person in readers}


def test_a_candidate_does_not_see_ratings_come_in(make_world: MakeWorld) -> None:
    quiet, busy = make_world(), make_world(*rating_goes_on())

    assert told(quiet, busy, "Candidate") == []
    assert tells(quiet, busy, "Owner", "ratings.show", "cycles.progress.show")


def test_a_candidate_does_not_see_a_committee_at_work(make_world: MakeWorld) -> None:
    quiet, busy = make_world(calibrate), make_world(*a_committee_at_work())

    assert told(quiet, busy, "Candidate") == []
    assert tells(quiet, busy, "Owner", "ratings.show", "calibration.board.show", "audit.cycle")
    assert tells(quiet, busy, "Chair", "calibration.committee.show")


def test_a_candidate_does_not_see_that_a_decision_is_made(make_world: MakeWorld) -> None:
    quiet = make_world(calibrate)
    decided = make_world(*a_committee_at_work(), people.decides, partial(people.plans_a_release, 1))

    assert told(quiet, decided, "Candidate") == []
    assert tells(quiet, decided, "Chair", "calibration.outcome.show")


def test_a_candidate_reads_the_decision_from_its_release_on(make_world: MakeWorld) -> None:
    def decided(outcome: Outcome, letter: str, hours: int) -> World:
        return make_world(
            *a_committee_at_work(),
            partial(people.decides, outcome, letter),
            partial(people.plans_a_release, hours),
        )

    yes, no = Outcome.PROMOTE, Outcome.NOT_YET

    assert told(decided(yes, "Well done.", 1), decided(no, "Not now.", 1), "Candidate") == []
    assert told_by(decided(yes, "Well done.", 0), decided(no, "Not now.", 0), "Candidate") == {
        "calibration.outcome.show"
    }


def test_a_release_opens_the_decision_and_nothing_behind_it(make_world: MakeWorld) -> None:
    release = [people.decides, partial(people.plans_a_release, -1)]
    agreed = make_world(
        partial(people.rates, "Manager"),
        partial(people.rates, "Peer"),
        calibrate,
        partial(people.votes, choice=Category.MET),
        *release,
    )
    split = make_world(
        partial(people.rates, "Manager"),
        partial(people.rates, "Peer", category=people.Category.EXCEEDS),
        partial(people.rates, "Second peer"),
        partial(people.drafts, "Third peer"),
        calibrate,
        partial(people.votes, ("Member",), Category.NOT_SHOWN),
        partial(people.votes, ("Chair",), Category.EXCEEDS),
        *release,
    )

    assert told(agreed, split, "Candidate") == []
    assert tells(agreed, split, "Owner", "ratings.show", "calibration.committee.show")


def test_whoever_owes_a_rating_does_not_see_that_others_are_in(make_world: MakeWorld) -> None:
    quiet = make_world(partial(people.drafts, "Second peer"))
    busy = make_world(
        partial(people.rates, "Second peer"),
        partial(people.rates, "Third peer", category=people.Category.EXCEEDS),
    )

    assert told(quiet, busy, "Manager") == []
    assert told(quiet, busy, "Peer") == []
    assert tells(quiet, busy, "Owner", "ratings.show")


def test_a_peer_does_not_see_the_managers_rating(make_world: MakeWorld) -> None:
    quiet, busy = make_world(), make_world(partial(people.rates, "Manager"))

    assert told(quiet, busy, "Peer") == []
    assert tells(quiet, busy, "Owner", "ratings.show")


def test_a_member_who_is_set_aside_does_not_know_of_the_packet(make_world: MakeWorld) -> None:
    ratings = [
        partial(people.rates, name, candidate="Other candidate")
        for name in ("Other manager", "Peer", "Second peer", "Third peer")
    ]
    without = make_world(*ratings, calibrate)
    with_it = make_world(*ratings, calibrate, people.a_packet_appears)

    assert told(without, with_it, "Set-aside member") == []
    assert tells(
        without,
        with_it,
        "Member",
        "calibration.board.show",
        "calibration.committee.conflicts",
        "packets.show",
    )


def test_a_member_with_a_conflict_sees_a_name_and_nothing_else(make_world: MakeWorld) -> None:
    ratings = [
        partial(people.rates, name, candidate="Other candidate")
        for name in ("Other manager", "Peer", "Second peer", "Third peer")
    ]
    quiet = make_world(*ratings, calibrate)
    busy = make_world(*ratings, *a_committee_at_work(), people.decides)

    assert told(quiet, busy, "Conflicted member") == []
    assert tells(
        quiet,
        busy,
        "Member",
        "calibration.board.show",
        "calibration.committee.show",
        "ratings.show",
    )


def test_somebody_without_a_part_in_it_sees_none_of_it(make_world: MakeWorld) -> None:
    quiet = make_world(calibrate)
    busy = make_world(
        *rating_goes_on(), calibrate, people.votes, people.decides, people.a_packet_appears
    )

    assert told(quiet, busy, "Stranger") == []
    assert tells(quiet, busy, "Owner", "calibration.board.show")


def test_a_candidate_who_owns_the_cycle_does_not_see_who_read_their_ratings(
    make_world: MakeWorld,
) -> None:
    before = [
        partial(people.rates, "Manager"),
        partial(people.rates, "Peer"),
        calibrate,
        partial(people.owns_the_cycle, "Candidate"),
    ]
    quiet = make_world(*before)
    busy = make_world(*before, partial(people.is_read, "Chair"), partial(people.is_read, "Member"))

    assert told(quiet, busy, "Candidate") == []
    assert told_by(quiet, busy, "Owner", "audit.cycle", "audit.reads") == {
        "audit.cycle",
        "audit.reads",
    }
    assert told(quiet, busy, "Conflicted member") == []
