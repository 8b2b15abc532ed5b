"""That a packet's ballots are revealed, or that it is decided, shows in no answer to whoever may not know it.

One world in three states, so that every id is the same; everybody who may not know asks for everything, in ways that
change nothing, and what reaches them must be equal to the byte.
"""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from reviews.db import hits
from reviews.db.models.people import Person
from reviews.rules.enums import AssignmentState, ConflictStanding, PacketStage, RaterKind
from tests import builders
from tests.clients import StrictClient, form_token, one_request_id, without_token
from tests.reviews.calibration.panels import Committee, a_committee, happens

EVENTS = (PacketStage.VOTING, PacketStage.DISCUSSION, PacketStage.DECIDED)


@pytest.fixture
def committee(session: scoped_session[Session]) -> Committee:
    """A packet that two have voted on, and another panel with a packet of its own."""
    assert session
    committee = a_committee()
    for member in committee.members[:2]:
        builders.a_ballot(committee.packet, member)
    return committee


def onlookers(committee: Committee) -> dict[str, Person]:
    """Somebody for every relation that may not know what happens to the packet."""
    cycle, packet = committee.cycle, committee.packet
    other_chair, other_member = builders.a_person(), builders.a_person()
    panel = builders.a_panel(cycle, chair=other_chair, members=[other_member])
    level = builders.levels_of(builders.ladder_of(cycle))[1]
    other = builders.a_packet(
        cycle, panel=panel, target=level, current=None, stage=PacketStage.VOTING
    )
    for person in (other_chair, other_member):
        builders.a_conflict(other, person)
    peer, unanswered, conflicted, excluded, recused_owner = (builders.a_person() for _ in range(5))
    builders.a_rating(packet, peer)
    builders.an_assignment(packet, kind=RaterKind.MANAGER, state=AssignmentState.EXPIRED)
    for seated in (unanswered, conflicted, excluded):
        builders.saved(builders.PanelMember(panel_id=committee.panel.id, person_id=seated.id))
    builders.a_conflict(packet, conflicted, ConflictStanding.DECLARED)
    builders.a_conflict(packet, excluded, ConflictStanding.SET)
    builders.a_conflict(packet, recused_owner, ConflictStanding.DECLARED)
    for owner in (committee.candidate, committee.manager, recused_owner):
        builders.saved(builders.CycleOwner(cycle_id=cycle.id, person_id=owner.id))
    return {
        "candidate and owner": committee.candidate,
        "manager and owner": committee.manager,
        "owner with a conflict": recused_owner,
        "peer": peer,
        "unanswered member": unanswered,
        "conflicted member": conflicted,
        "excluded member": excluded,
        "chair of another panel": other_chair,
        "member of another panel": other_member,
        "candidate of another packet": other.candidate,
        "stranger": builders.a_person(),
    }


def addresses(app: Flask, committee: Committee) -> list[str]:
    """Every page and every act, about this packet, its cycle and its panel."""
    packet = committee.packet
    dimension = builders.asked(packet).dimensions[0].key
    parts = {
        "cycle": committee.cycle.public_id,
        "packet": packet.public_id,
        "panel": committee.panel.public_id,
        "dimension": dimension,
        "peer": builders.an_assignment(packet, state=AssignmentState.DECLINED).public_id,
        "item": builders.an_item(packet).public_id,
    }
    site = app.url_map.bind("localhost")
    return sorted(
        {
            site.build(rule.endpoint, parts)
            for rule in app.url_map.iter_rules()
            if rule.arguments <= parts.keys() and rule.arguments & {"cycle", "packet"}
        }
        | {"/", "/cycles"}
    )


def answers(
    client: StrictClient, script: list[str], token: str, *, thoroughly: bool
) -> Iterator[tuple[object, ...]]:
    def ask(method: str, path: str, **sent: object) -> tuple[object, ...]:
        hits.forget()
        with one_request_id():
            answer = client.open(path, method=method, **sent)
        headers = [(k, v) for k, v in answer.headers if k not in {"Content-Length", "Set-Cookie"}]
        return method, path, answer.status, headers, without_token(answer)

    strayed = {"csrf_token": token, "stray": "1"}
    for path in script:
        yield ask("GET", path)
        yield ask("POST", path, data=strayed)
        if thoroughly:
            yield ask("GET", f"{path}?stray=1")
            yield ask("DELETE", path)
            yield ask("POST", path)
            yield ask("POST", f"{path}?stray=1", data=strayed)


@pytest.mark.test_all
@pytest.mark.parametrize(
    "thoroughly",
    [False, pytest.param(True, marks=pytest.mark.prove)],
    ids=["before and after", "at each event"],
)
def test_nobody_who_may_not_know_of_a_reveal_or_a_decision_is_told_by_any_answer(
    app: Flask, client: StrictClient, committee: Committee, *, thoroughly: bool
) -> None:
    people, script, token = onlookers(committee), addresses(app, committee), form_token(app)
    told: dict[str, list[list[tuple[object, ...]]]] = {name: [] for name in people}
    for stage in EVENTS if thoroughly else (EVENTS[0], EVENTS[-1]):
        happens(committee.packet, stage)
        for name, person in people.items():
            client.sign_in(person)
            told[name].append(list(answers(client, script, token, thoroughly=thoroughly)))

    different = {
        (name, *one[:3], other[2])
        for name, (before, *later) in told.items()
        for after in later
        for one, other in zip(before, after, strict=True)
        if one != other
    }

    assert different == set()


@pytest.mark.parametrize(
    "who",
    [lambda c: c.owner, lambda c: c.members[0], lambda c: c.chair],
    ids=["owner", "member", "chair"],
)
def test_whoever_may_know_is_told(
    client: StrictClient, committee: Committee, who: Callable[[Committee], Person]
) -> None:
    client.sign_in(who(committee))
    path = f"/packets/{committee.packet.public_id}/committee"

    def steps() -> list[str]:
        return client.page(path).texts(".//*[@class='steps']//li")

    before = steps()
    happens(committee.packet, PacketStage.DISCUSSION)

    assert steps() != before


@pytest.mark.parametrize("page", ["progress", "panels"])
@pytest.mark.parametrize("tie", ["candidate", "another panel"])
def test_a_page_of_the_cycle_closes_at_no_event_of_a_packet(
    client: StrictClient, committee: Committee, page: str, tie: str
) -> None:
    """Somebody who runs the cycle and is a candidate in it, and the chair of another panel, learn of no reveal."""
    people = onlookers(committee)
    client.sign_in(
        people["candidate and owner" if tie == "candidate" else "chair of another panel"]
    )
    path = f"/cycles/{committee.cycle.public_id}/{page}"
    found = []
    for stage in EVENTS:
        happens(committee.packet, stage)
        with one_request_id():
            answer = client.get(path)
        found.append((answer.status_code, without_token(answer)))

    # An owner with a packet has no say in panels once voting has begun, and a chair never.
    assert found[0][0] == (200 if page == "progress" else 404)
    assert found == [found[0]] * len(EVENTS)


def test_an_owner_reads_whom_a_packet_waits_for_all_through_calibration(
    client: StrictClient, committee: Committee
) -> None:
    client.sign_in(committee.owner)
    path = f"/cycles/{committee.cycle.public_id}/progress"

    waits = []
    for stage in EVENTS:
        happens(committee.packet, stage)
        waits.append(client.page(path).texts(".//tbody/tr/td[last()]"))

    assert waits == [
        ["Chair ballotMember C ballot"],
        ["Chair decision"],
        [""],
    ]


def test_where_nothing_is_missing_a_packet_waits_for_the_reveal(
    client: StrictClient, committee: Committee
) -> None:
    for person in (committee.chair, committee.members[2]):
        builders.a_ballot(committee.packet, person)
    client.sign_in(committee.owner)

    page = client.page(f"/cycles/{committee.cycle.public_id}/progress")

    assert page.texts(".//tbody/tr/td[last()]") == ["Chair reveal"]
