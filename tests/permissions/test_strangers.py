"""What nobody may learn by asking: not signed in, for a thing that is not there, or in a way that no page offers."""

import pytest
from flask import Flask

from tests.permissions import oracle
from tests.permissions.asking import Asker, Reply, fingerprints
from tests.permissions.routes import PACKET_ROUTES, ROUTES, Route
from tests.permissions.test_routes import random_id
from tests.permissions.world import Case, World

pytestmark = pytest.mark.test_all


def somebody(world: World, scene: str, label: str) -> Case:
    return next(case for case in world.scenes[scene] if case.label == label)


def with_random_ids(app: Flask, world: World, route: Route, case: Case) -> str:
    names = {"cycle": ("cycle", "start"), "packet": ("packet",)}
    others = {name: random_id() for name, on in names.items() if route.on in on}
    return route.url(app, world, case.subject, **others)


def test_without_a_session_every_address_is_the_same_door(app: Flask, world: World) -> None:
    asker = Asker(app)
    case = somebody(world, "3", "stranger")
    before = fingerprints()
    wrong = []
    for route in ROUTES:
        for path in (
            route.url(app, world, case.subject),
            with_random_ids(app, world, route, case),
            f"/{random_id()}",
        ):
            for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
                reply = asker.ask(method, path)
                location = dict(reply.headers).get("Location")
                if (reply.status, location) != (302, f"/sign-in?next={path}"):
                    wrong.append(f"{method} {path}: {reply.status} to {location}")

    assert not wrong, "\n".join(wrong)
    assert fingerprints() == before


@pytest.mark.parametrize("label", ["stranger", "candidate", "member with a conflict", "owner"])
def test_what_is_not_there_is_not_there_under_every_address(
    app: Flask, world: World, label: str
) -> None:
    case = somebody(world, "3", label)
    asker = Asker(app, case)
    never = asker.ask("GET", f"/packets/{random_id()}")
    told = {
        route.name: asker.ask(route.method, with_random_ids(app, world, route, case))
        for route in ROUTES
        if route.on != "site"
    }

    assert never.status == 404
    assert {name for name, reply in told.items() if reply != never} == set()


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_method_that_no_page_has_tells_no_more_than_the_page(
    app: Flask, world: World, method: str
) -> None:
    wrong = []
    for label in ("candidate", "manager who owes", "member who owes", "member set aside", "owner"):
        case = somebody(world, "3", label)
        asker = Asker(app, case)
        never = asker.ask("GET", f"/packets/{random_id()}")
        knows = oracle.on_packet("K01", case.ties, 3) in {oracle.ALLOWED, oracle.OWN}
        for route in PACKET_ROUTES:
            reply = asker.ask(method, route.url(app, world, case.subject))
            if not knows and reply != never:
                wrong.append(f"{label}, {method} {route.endpoint}: {reply.status}")
            if knows and reply.status not in {403, 404, 405, 409}:
                wrong.append(f"{label}, {method} {route.endpoint}: {reply.status}")

    assert not wrong, "\n".join(wrong)


def test_a_draft_of_a_ladder_is_nothing_to_those_who_may_not_read_it(
    app: Flask, world: World
) -> None:
    asker = Asker(app, somebody(world, "1", "stranger"))

    def read(version: str) -> set[Reply]:
        pages = (
            "",
            f"/levels/{version}",
            f"/dimensions/{version}",
            "/changes",
            "/step",
            "/search",
            "/file",
            "/import",
        )
        return {asker.ask("GET", f"/ladders/{version}{page}") for page in pages}

    assert read(world.draft_ladder) == read(random_id())
    assert {reply.status for reply in read(world.draft_ladder)} == {404}
