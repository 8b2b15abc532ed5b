"""Nobody can tell two worlds apart that differ only in what they may not know: byte for byte, statement for statement.

Each test makes two worlds, lets the same people try every page and every form of both, and compares everything that
reached them, what it cost, and what it did to the rows. A witness who may know must see a difference, or else there was
none to hide.
"""

from collections.abc import Callable
from functools import partial

import pytest

from reviews.rules.enums import Outcome
from tests.two_worlds import people
from tests.two_worlds.harness import Pair, Request, World
from tests.two_worlds.kept import SECRETS, Secret, a_committee_works
from tests.two_worlds.people import calibrate
from tests.two_worlds.scripts import (
    LADDERS,
    LATE,
    WRONG,
    Ids,
    empty_forms,
    forms_of,
    own_pages,
    pages,
    proposals,
    refused_forms,
    routes,
)

MakeWorld = Callable[..., World]
RecordProperty = Callable[[str, object], None]

pytestmark = pytest.mark.test_all

CASES = [
    pytest.param(secret, observers, id=f"{' and '.join(observers)}: {secret.name}", marks=marks)
    for secret in SECRETS
    for groups, marks in ((secret.kept_from, ()), (secret.also_from, pytest.mark.prove))
    for observers in groups
]


@pytest.mark.parametrize(("secret", "observers"), CASES)
def test_a_secret_is_kept(
    make_world: MakeWorld,
    record_property: RecordProperty,
    secret: Secret,
    observers: tuple[str, ...],
) -> None:
    pair = Pair(make_world(*secret.before), make_world(*secret.before), *observers)
    ids = ids_in(pair.one)

    pair.send_all(own_pages(pair.one.app, ids))
    pair.one.happens(secret.instead)
    pair.other.happens(secret.hidden)
    pair.get_mail()
    try_everything(pair, ids, leave_out=secret.told_by_doing)
    pair.get_mail()

    record(pair, record_property, secret.name)
    assert "\n".join(pair.told) == ""
    assert seldom_asked(pair) == set()


@pytest.mark.parametrize("secret", SECRETS, ids=lambda secret: secret.name)
def test_a_witness_sees_what_is_kept_from_others(make_world: MakeWorld, secret: Secret) -> None:
    pair = Pair(
        make_world(*secret.before, *secret.instead), make_world(*secret.before, *secret.hidden)
    )
    script = pages(pair.one.app, ids_in(pair.one))
    telling = {}
    for person, families in secret.witnesses.items():
        witness = Pair(pair.one, pair.other, person)
        witness.send_all([request for request in script if request.family in families])
        telling[person] = witness.families[person]

    assert secret.witnesses != {}
    assert telling == {person: set(routes) for person, routes in secret.witnesses.items()}


@pytest.mark.parametrize("secret", SECRETS, ids=lambda secret: secret.name)
def test_no_mail_tells_a_secret(make_world: MakeWorld, secret: Secret) -> None:
    """To any of those it is kept from, also where no page is tried."""
    observers = sorted({name for group in (*secret.kept_from, *secret.also_from) for name in group})
    pair = Pair(
        make_world(*secret.before, *secret.instead),
        make_world(*secret.before, *secret.hidden),
        *observers,
    )

    pair.get_mail()

    assert "\n".join(pair.told) == ""


def test_a_reminder_changes_with_what_its_person_may_know_and_with_nothing_else(
    make_world: MakeWorld,
) -> None:
    """Or else equal mails would prove nothing."""
    pair = Pair(
        make_world(calibrate),
        make_world(calibrate, partial(people.votes, ("Member",)), people.a_packet_appears),
        *people.NAMES,
    )
    pair.get_mail()

    assert pair.messages > 2 * 5
    assert {name for name, told in pair.families.items() if told} == {
        "Member",
        "Second member",
        "Conflicted member",
        "Chair",
    }


@pytest.mark.parametrize(
    ("person", "form", "name"),
    [
        ("Candidate", "packets.withdraw_now", "that a decision is made"),
        ("Candidate", "packets.submit", "that a decision is made"),
        ("Chair", "calibration.committee.reveal", "what a sealed ballot says"),
        ("Chair", "calibration.committee.decide", "what a sealed ballot says"),
        ("Owner", "cycles.release.edit", "what a sealed ballot says"),
        ("Owner", "cycles.panels.index", "what a draft of a rating says"),
        ("Owner", "packets.send_back", "what a draft of a rating says"),
        ("Peer", "ratings.submit", "that others have rated, from whoever owes a rating"),
        ("Peer", "ratings.decline", "that others have rated, from whoever owes a rating"),
        ("Manager", "ratings.submit", "that others have rated, from whoever owes a rating"),
        ("Manager", "packets.send_back", "that others have rated, from whoever owes a rating"),
        ("Manager", "packets.remove_peer", "what the candidate drafts"),
    ],
)
def test_a_form_that_goes_wrong_tells_nothing_and_does_nothing(
    make_world: MakeWorld, person: str, form: str, name: str
) -> None:
    secret = next(secret for secret in SECRETS if secret.name == name)
    pair = Pair(
        make_world(*secret.before, *secret.instead),
        make_world(*secret.before, *secret.hidden),
        person,
    )
    script = [
        request
        for request in refused_forms(pair.one.app, ids_in(pair.one))
        if request.family == form
    ]
    seen = [pair.send(person, request) for request in script]

    assert {request.what for request in script} == set(WRONG)
    assert "\n".join(pair.told) == ""
    assert [each.written for each in seen] == [()] * len(seen)
    assert all(400 <= each.status < 500 for each in seen)


def test_the_same_world_twice_is_the_same(
    make_world: MakeWorld, record_property: RecordProperty
) -> None:
    events = [*a_committee_works(), calibrate]
    one, again = make_world(*events), make_world(*events)
    told = {}
    # Of these the owner reads most; the others are observed in every test but this one.
    for person in people.NAMES if one.tries_everything else ("Owner",):
        pair = Pair(one, again, person)
        try_everything(pair, ids_in(one))
        record(pair, record_property, "the same twice")
        told[person] = pair.told

    assert {person: found for person, found in told.items() if found} == {}


def test_a_candidate_reads_the_decision_from_its_release_on(make_world: MakeWorld) -> None:
    def decided(outcome: Outcome, letter: str) -> World:
        return make_world(
            *a_committee_works(),
            calibrate,
            partial(people.decides, outcome, letter),
            partial(people.plans_a_release, 0),
        )

    pair = Pair(
        decided(Outcome.PROMOTE, "Well done."), decided(Outcome.NOT_YET, "Not now."), "Candidate"
    )
    pair.send_all(pages(pair.one.app, ids_in(pair.one)))

    assert pair.families == {"Candidate": {"calibration.outcome.show"}}


# -- What everybody tries


def ids_in(world: World) -> Ids:
    with world.changed():
        return people.addresses()


def try_everything(pair: Pair, ids: Ids, *, leave_out: frozenset[str] = frozenset()) -> None:
    """Every page, every form that cannot go through, and then, as they change the world, those that may."""
    app, everything = pair.one.app, pair.one.tries_everything
    offered = [
        (person, page)
        for page in pages(app, ids, everything=everything)
        for person in pair.people
        if forms_of(app, page, pair.send(person, page))
    ]
    pair.send_all(refused_forms(app, ids, everything=everything))
    pair.send_all(proposals(app, ids))
    for person, page in sorted(offered, key=lambda each: each[1].family == LATE):
        if page.family == LATE:
            pair.send_all(own_pages(app, ids))
        fill_in(pair, person, page, leave_out)
    for form in empty_forms(app, ids, everything=everything):
        if form.family == "signing_in.sign_out":
            pair.send_all(own_pages(app, ids))
        if form.family not in leave_out:
            pair.send_all([form])


def fill_in(pair: Pair, person: str, page: Request, leave_out: frozenset[str]) -> None:
    """Each form that the page offers by now, and the page again after each that went through."""
    for form in forms_of(pair.one.app, page, pair.send(person, page)):
        if form.family not in leave_out and pair.send(person, form).status < 400:
            pair.send(person, page)


def seldom_asked(pair: Pair) -> set[tuple[str, str, str]]:
    """What somebody has asked for less than twice in each world, of every page and every form that there is."""
    everything = {
        (person, rule.endpoint, method)
        for person in pair.people
        for method in ("GET", "POST")
        for rule, _ in routes(pair.one.app, method)
    }
    once_by_design = {of for of in everything if of[1].startswith(LADDERS)}
    least = {of: 2 if of in once_by_design else 4 for of in everything}
    return {of for of, count in least.items() if pair.hits[of] < count}


def record(pair: Pair, record_property: RecordProperty, secret: str) -> None:
    """Say in the summary of the run what was sent, and what was found."""
    record_property("two worlds: requests", pair.requests)
    record_property("two worlds: posts", pair.posts)
    record_property("two worlds: messages", pair.messages)
    record_property("two worlds: differences", len(pair.told))
    record_property("two worlds: secret", secret)
    for person in pair.people:
        record_property("two worlds: observer", person)
