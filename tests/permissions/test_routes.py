"""Every request a person can make, answered as the policy says, to the byte."""

import base64
import itertools
import secrets
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from reviews.db.extensions import db
from reviews.db.models.people import SignInSession
from reviews.rules.enums import Action
from reviews.rules.policy import row_of
from reviews.web.guard import STATIC, is_public
from tests.builders import NOW
from tests.pages import Page, values_of
from tests.permissions import oracle
from tests.permissions.asking import Asker, Reply, fingerprints, undone
from tests.permissions.cast import CAST, MIXED
from tests.permissions.routes import CYCLE_ROUTES, PACKET_ROUTES, ROUTES, SITE_ROUTES, Route
from tests.permissions.world import STANDS, Case, World

pytestmark = pytest.mark.test_all

DENIED = {
    oracle.STUB: 403,
    oracle.UNKNOWN: 404,
    oracle.FORBIDDEN: 403,
    oracle.CLOSED: 409,
    oracle.ABSENT: 404,
}
GRANTED = {oracle.ALLOWED, oracle.OWN}
#: To compare takes candidates in the address.
NEEDS_PARAMETERS = "calibration.compare.show"

GROUPS = [(str(phase), label) for phase in STANDS for label in CAST]
GROUPS += [("mixed", label) for label in MIXED]


def random_id() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()


#: One route for each way of denying: driven by those who are in the same columns as somebody before them.
PROBES = {
    "GET packets.show",
    "GET packets.receipt",
    "GET ratings.show",
    "POST packets.withdraw_now",
    "POST ratings.save",
    "POST calibration.committee.ballot",
}


def routes_for(world: World, case: Case) -> list[Route]:
    """Every route for the first in a combination of columns, and a probe of each kind for those who follow."""
    scene = world.scene_of(case)
    earlier = [
        other
        for other in scene[: scene.index(case)]
        if (other.subject.phase, other.ties.voted) == (case.subject.phase, case.ties.voted)
    ]
    same = [other for other in earlier if oracle.columns(other.ties) == oracle.columns(case.ties)]
    routes = [route for route in PACKET_ROUTES if not same or route.name in PROBES]
    if all(world.office_of(other) != world.office_of(case) for other in scene[: scene.index(case)]):
        routes += CYCLE_ROUTES
    # The site is the same from every cycle, but for those who run it: what they are to packets counts.
    if case.subject.phase == 1 and (case.subject.label == "plain" or case.ties.site_owner):
        routes += SITE_ROUTES
    return routes


@pytest.mark.parametrize(("scene", "label"), GROUPS)
def test_everybody_is_answered_as_the_policy_says(
    app: Flask, world: World, scene: str, label: str
) -> None:
    cases = [case for case in world.scenes[scene] if case.subject.label == label]
    before = fingerprints()
    wrong = [fault for case in cases for fault in faults(app, world, case)]

    assert not wrong, "\n".join(wrong)
    assert fingerprints() == before


def faults(app: Flask, world: World, case: Case) -> Iterator[str]:
    asker = Asker(app, case)
    not_there = asker.ask("GET", f"/packets/{random_id()}")
    for route in routes_for(world, case):
        verdict = route.verdict(world, case)
        what = (
            f"{case.label} ({'/'.join(sorted(oracle.columns(case.ties)))}) in {case.subject.phase}:"
            f" {route.name} ({'/'.join(route.actions)}) should be {verdict}"
        )
        path = route.url(app, world, case.subject)
        if route.method == "POST" and verdict in GRANTED:
            with undone():
                route.prepare(case)
                db.session.commit()
                reply = do(app, world, asker, route, case)
        else:
            reply = asker.ask(route.method, path, route.fields(world, case))
        wanted = served(route) if verdict in GRANTED else {DENIED[verdict]}
        if reply.status not in wanted:
            yield f"{what}, got {reply.status}"
        if verdict == oracle.CLOSED and "another phase of" not in reply.text:
            yield f"{what}, with the dates of the cycle"
        never = not_there
        if reply.status == 404 and route.method == "POST":
            # With what was sent, which is given back.
            never = asker.ask("POST", f"/packets/{random_id()}/withdraw", route.fields(world, case))
        if reply.status == 404 and reply != never:
            yield f"{what}, and as if it had never been"
        yield from (f"{what}, and {leak}" for leak in leaks(world, case, reply))


#: Ids of the rows for which somebody has just shown who they are.
STEP_UP = {action.value for action in Action if row_of(action).step_up}


def test_nothing_is_done_with_an_old_proof_and_nobody_is_answered_otherwise(
    app: Flask, world: World
) -> None:
    before = fingerprints()
    asked = set()
    wrong = []
    for case in itertools.chain(*world.scenes.values()):
        asker = Asker(app, case)
        for route in routes_for(world, case):
            if not STEP_UP & set(route.actions):
                continue
            # Of the rows alone: what else a page looks at, it looks at after the proof.
            verdict = route.verdict_of(route.actions[0], world, case)
            if (route.name, verdict) in asked:
                continue
            asked.add((route.name, verdict))
            sent = route.url(app, world, case.subject), route.fields(world, case)
            waits = verdict in GRANTED and route.method == "POST"
            with undone():
                fresh = None if waits else asker.ask(route.method, *sent)
            with undone():
                long_ago = {"proved_at": NOW - timedelta(days=1)}
                db.session.execute(update(SignInSession.__table__).values(long_ago))
                db.session.commit()
                kept = fingerprints() if waits else None
                reply = asker.ask(route.method, *sent)
                if waits and (reply.status, fingerprints()) != (401, kept):
                    wrong.append(f"{route.name}: {reply.status}, or something was done")
            if not waits and reply != fresh:
                wrong.append(f"{case.label}: {route.name}, and not as with a proof: {reply.status}")

    assert not wrong, "\n".join(wrong)
    assert {name for name, verdict in asked if verdict in GRANTED} == {
        route.name for route in ROUTES if STEP_UP & set(route.actions)
    }
    assert fingerprints() == before


@pytest.mark.parametrize(
    "of_everybody",
    [False, pytest.param(True, marks=pytest.mark.prove)],
    ids=["once for each verdict", "of everybody"],
)
def test_head_is_answered_as_get_without_the_page(
    app: Flask, world: World, *, of_everybody: bool
) -> None:
    asked = set()
    wrong = []
    for case in itertools.chain(*world.scenes.values()):
        asker = Asker(app, case)
        for route in routes_for(world, case):
            once = (route.name, route.verdict(world, case))
            if route.method != "GET" or (once in asked and not of_everybody):
                continue
            asked.add(once)
            path = route.url(app, world, case.subject)
            reply = asker.ask("GET", path)
            if asker.ask("HEAD", path) != Reply(reply.status, reply.headers, b""):
                wrong.append(f"{case.label} in {case.subject.phase}: {route.name}, {reply.status}")

    assert not wrong, "\n".join(wrong)


def served(route: Route) -> set[int]:
    """What somebody who may do it can be met with: done, shown, sent on, or told what the form or the moment lacks."""
    if route.method == "POST":
        return {200, 302, 409, 422}
    return {200, 302, 400} if route.endpoint == NEEDS_PARAMETERS else {200, 302}


def leaks(world: World, case: Case, reply: Reply) -> Iterator[str]:
    for token in world.told_in(reply.text):
        if not world.may_read(case, token):
            yield f"tells a secret of {'/'.join(world.secrets[token].opened_by)}"


def do(app: Flask, world: World, asker: Asker, route: Route, case: Case) -> Reply:
    """Send the form as the page offers it, with what the route types over it."""
    path = route.url(app, world, case.subject)
    offered = offered_by(asker.ask("GET", path), path)
    return asker.ask("POST", path, {**offered, **route.fields(world, case)})


def offered_by(reply: Reply, path: str) -> Mapping[str, Any]:
    if reply.status != 200:
        return {}
    for form in Page(reply).all(".//main//form[@method='post']"):
        if form.get("action") in {None, path}:
            return values_of(form)
    return {}


WRITES = [route for route in ROUTES if route.done_by != ("", "")]


@pytest.mark.parametrize("route", WRITES, ids=lambda route: route.endpoint)
def test_what_is_granted_can_be_done(app: Flask, world: World, route: Route) -> None:
    scene, label = route.done_by
    (case,) = (
        case for case in world.scenes[scene] if (case.label, case.subject.label) == (label, "plain")
    )
    route.prepare(case)
    db.session.commit()
    before = fingerprints()

    reply = do(app, world, Asker(app, case), route, case)

    said = Page(reply).texts(".//p[@class='error']") if reply.body else []
    assert (reply.status in {200, 302}, said) == (True, []), reply.status
    assert fingerprints() != before


def test_every_route_is_driven_by_the_rows_that_it_declares(app: Flask) -> None:
    declared = {
        (rule.endpoint, method, tuple(action.value for action in view.guards))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        for view in [app.view_functions[rule.endpoint]]
        if rule.endpoint != STATIC and not is_public(view)
    }

    assert {(route.endpoint, route.method, route.actions) for route in ROUTES} == declared
