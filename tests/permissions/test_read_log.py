"""Everybody opens every page: the read log has a line for each critical field that was shown, and no other."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from reviews.db.extensions import db
from reviews.db.models.packets import Packet
from reviews.db.models.reads import PacketRead
from tests.permissions import oracle
from tests.permissions.asking import Asker, Reply, undone
from tests.permissions.routes import Route
from tests.permissions.test_fields import SCENES
from tests.permissions.test_routes import NEEDS_PARAMETERS, routes_for
from tests.permissions.world import Case, World, ties_to

pytestmark = pytest.mark.test_all

#: A packet and a row of the policy.
Line = tuple[str, str]

#: A text that only this row opens, by the rows that are shown with it.
TEXTS = {
    "R13": ("R12",),
    "R14": ("R12", "R14"),
    "R16": ("R15", "R16"),
    "V05": ("V05",),
    "V10": ("V10",),
}
#: The same until the release.
DECISION = {"D02": ("D02",), "D03": ("D03",)}
READ_LOGGED = {"R12", "R14", "R15", "R16", "V05", "V10", "V11", "V17", "D02", "D03"}
OUTCOME = "calibration.outcome.show"
COMMITTEE = "calibration.committee"
READING = re.compile(r'<span class="meta">(all say|all at|all below|\d+ below)')


def shown_by(world: World, case: Case, route: Route, reply: Reply) -> Iterator[Line]:
    """What a page shows that is somebody else's, from the page alone."""
    if reply.status != 200:
        return
    for token in world.told_in(reply.text):
        secret = world.secrets[token]
        subject = world.subjects[secret.packet]
        rows = dict(TEXTS)
        if subject.phase == 5:
            rows |= DECISION
        if route.endpoint == OUTCOME:
            # What the manager shared is a part of the outcome.
            del rows["R13"]
        if secret.author != case.person_id:
            for opened_by in secret.opened_by:
                yield from ((secret.packet, row) for row in rows.get(opened_by, ()))
    yield from summaries(world, case, route, reply)


def summaries(world: World, case: Case, route: Route, reply: Reply) -> Iterator[Line]:
    """What is shown without a name beside it: cells of the board, and the tally."""
    own = case.subject.public_id
    if route.endpoint.startswith(COMMITTEE):
        if 'class="cell ' in reply.text:
            yield own, "V17"
        if "What the ballots say" in reply.text or READING.search(reply.text):
            yield own, "V11"
    if route.endpoint in {"calibration.board.show", NEEDS_PARAMETERS}:
        yield from (
            (each.public_id, "V17")
            for each in world.subjects_of(case)
            if each.public_id in reply.text
        )


def pages_of(app: Flask, world: World, case: Case) -> Iterator[tuple[Route, str]]:
    for route in routes_for(world, case):
        if route.method != "GET":
            continue
        path = route.url(app, world, case.subject)
        yield route, path
        if route.endpoint == NEEDS_PARAMETERS:
            readable = [
                subject.public_id
                for subject in world.subjects_of(case)
                if oracle.on_packet("V17", ties_to(case, subject), subject.phase) == oracle.ALLOWED
            ]
            if len(readable) > 1:
                yield route, f"{path}?packet={'&packet='.join(readable[:4])}"


def logged(case: Case) -> list[Line]:
    rows = db.session.execute(
        select(Packet.public_id, PacketRead.action)
        .join(Packet, Packet.id == PacketRead.packet_id)
        .where(PacketRead.person_id == case.person_id)
    )
    return sorted(tuple(row) for row in rows)


@pytest.mark.parametrize("scene", SCENES)
def test_the_read_log_has_what_the_pages_have_shown(app: Flask, world: World, scene: str) -> None:
    wrong = []
    for case in world.scenes[scene]:
        asker = Asker(app, case)
        seen = {
            line
            for route, path in pages_of(app, world, case)
            for line in shown_by(world, case, route, asker.ask("GET", path))
        }
        if sorted(seen) != (found := logged(case)):
            columns = "/".join(sorted(oracle.columns(case.ties)))
            wrong.append(
                f"{case.label} ({columns}) of {case.subject.label} in {case.subject.phase}:"
                f" not logged {seen - set(found)}, not shown {set(found) - seen}"
            )

    assert not wrong, "\n".join(wrong)


def test_a_head_leaves_the_lines_of_its_page(app: Flask, world: World) -> None:
    """Each page, once for each phase and each answer of the policy to it."""
    asked, wrong = set(), []
    rows = set()
    cases = [(scene, each) for scene in SCENES for each in world.scenes[scene]]
    for phase, case in cases:
        asker = Asker(app, case)
        for route, path in pages_of(app, world, case):
            kind = (route.name, phase, route.verdict(world, case), "?" in path)
            if kind in asked:
                continue
            asked.add(kind)
            left = {}
            for method in ("GET", "HEAD"):
                with undone():
                    asker.ask(method, path)
                    left[method] = logged(case)
            rows |= {row for _, row in left["HEAD"]}
            if left["GET"] != left["HEAD"]:
                wrong.append(f"{case.label} in {case.subject.phase}: {path}, {left}")

    assert not wrong, "\n".join(wrong)
    assert rows == READ_LOGGED


def test_the_crawl_shows_every_row_that_is_logged(app: Flask, world: World) -> None:
    """Or the comparison above would compare nothing with nothing."""
    seen = set()
    for scene in ("4", "5"):
        for case in world.scenes[scene]:
            if case.ties.owner or case.ties.seat or case.ties.manager:
                asker = Asker(app, case)
                for _, path in pages_of(app, world, case):
                    asker.ask("GET", path)
                seen |= {row for _, row in logged(case)}

    assert seen == READ_LOGGED
