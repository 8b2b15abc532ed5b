"""Outcomes open at an instant that an owner sets with a reason; before it nobody can tell."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from reviews.cycles.release.service import release_cycle
from reviews.db import clock
from reviews.db.models.audit import AuditEvent
from reviews.db.models.people import ManagerLink
from reviews.rules.enums import ConflictStanding, CyclePhase, PacketStage, PacketState
from reviews.rules.errors import IllegalMove, RuleBroken, StaleEdit
from tests.builders import (
    NOW,
    a_conflict,
    a_cycle,
    a_decision,
    a_packet,
    a_panel,
    a_person,
    saved,
    viewer_of,
    voting_begun,
)
from tests.clients import without_token
from tests.pages import Page

pytestmark = pytest.mark.both_databases


PLANNED = datetime(2090, 12, 17, 8, 0, tzinfo=UTC)


@pytest.fixture
def owner(session):  # noqa: ARG001 - rolls back
    return a_person("Ines Okafor")


@pytest.fixture
def cycle(owner):
    return a_cycle(phase=CyclePhase.CALIBRATION, owners=[owner], name="Autumn")


@pytest.fixture
def packet(cycle):
    chair = a_person()
    packet = a_packet(cycle, panel=a_panel(cycle, chair=chair), stage=PacketStage.DECIDED)
    a_decision(packet, chair)
    return packet


def release(cycle, owner, **changes):
    details = {"at": None, "reason": "All told.", "version": cycle.version, "now": NOW}
    release_cycle(cycle, actor=viewer_of(owner), **{**details, **changes})


@pytest.mark.usefixtures("packet")
def test_an_owner_releases_now_in_the_browser(client, session, owner, cycle):
    client.sign_in(owner)

    with clock.fixed(NOW):
        client.submit(
            f"/cycles/{cycle.public_id}/release", {"when": "now", "reason": "Letters are ready."}
        )

    assert (cycle.release_at, cycle.released_by_id, cycle.release_reason) == (
        NOW,
        owner.id,
        "Letters are ready.",
    )
    line = session.scalars(select(AuditEvent)).one()
    assert (line.action, line.details) == ("release_cycle", {"reason": "Letters are ready."})


@pytest.mark.usefixtures("packet")
def test_a_moment_is_taken_on_the_clocks_of_the_cycle_and_can_be_moved(client, owner, cycle):
    client.sign_in(owner)
    path = f"/cycles/{cycle.public_id}/release"

    client.submit(path, {"when": "at", "at": "2090-12-17T09:00", "reason": "Before the holidays."})
    assert cycle.release_at == datetime(2090, 12, 17, 8, 0, tzinfo=UTC)
    assert client.page(path).one(".//*[@id='at']").get("value") == "2090-12-17T09:00"

    client.submit(path, {"at": "2090-12-18T09:00"})
    assert cycle.release_at == datetime(2090, 12, 18, 8, 0, tzinfo=UTC)


@pytest.mark.usefixtures("packet")
def test_a_moment_that_comes_twice_is_asked_about_and_logged_with_its_letters(
    client, session, owner, cycle
):
    client.sign_in(owner)
    path = f"/cycles/{cycle.public_id}/release"
    typed = {"when": "at", "at": "2090-10-29T02:30", "reason": "Letters are ready."}

    asked = client.submit(path, typed)
    chosen = Page(asked).all(".//*[@id='at_which']//input")[1].get("value")
    client.submit_again(asked, {"at_which": chosen})

    assert asked.status_code == 422
    assert Page(asked).texts(".//*[@id='at_which']//label") == [
        "the first 02:30 (CEST)",
        "the second 02:30 (CET)",
    ]
    assert cycle.release_at == datetime(2090, 10, 29, 1, 30, tzinfo=UTC)
    assert session.scalars(select(AuditEvent.summary)).one() == (
        "Release of Autumn set to 29 Oct 2090, 02:30 CET (Europe/Berlin)"
    )
    (checked,) = client.page(path).all(".//*[@id='at_which']//input[@checked]")
    assert checked.get("value") == chosen


@pytest.mark.usefixtures("packet")
@pytest.mark.parametrize("moment", ["2090-10-29T02:30", "2090-03-26T02:30"])
def test_who_releases_now_is_asked_about_no_moment(client, owner, cycle, moment):
    client.sign_in(owner)

    with clock.fixed(NOW):
        client.submit(
            f"/cycles/{cycle.public_id}/release",
            {"when": "now", "at": moment, "reason": "Letters are ready."},
        )

    assert cycle.release_at == NOW


@pytest.mark.usefixtures("packet")
@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        (
            {"at": "2090-03-26T02:30", "reason": "x"},
            "at",
            (
                "02:30 does not exist on 26 March 2090 in Europe/Berlin: clocks go forward that night."
                " Choose 01:59 on 26 March or earlier, or 03:00 on 26 March or later."
            ),
        ),
        (
            {"at": "2020-01-01T09:00", "reason": "x"},
            "at",
            "This moment has passed. Choose a later one, or release now.",
        ),
        ({"reason": "x"}, "at", "Type a date and a time, or choose to release now."),
        (
            {"at": "2090-12-17T09:00", "reason": " "},
            "reason",
            "Write why the outcomes are released then.",
        ),
    ],
)
def test_bad_input_is_a_sentence_at_its_field(client, owner, cycle, *, fields, field, sentence):
    client.sign_in(owner)

    answer = client.submit(f"/cycles/{cycle.public_id}/release", {"when": "at", **fields})

    assert answer.status_code == 422
    assert Page(answer).texts(f".//*[@id='{field}-error-1']") == [sentence]
    assert cycle.release_at is None


def test_a_packet_without_a_decision_holds_the_release(owner, cycle, packet):
    a_packet(cycle, panel=a_panel(cycle), stage=PacketStage.DISCUSSION)

    with pytest.raises(IllegalMove, match="Every packet needs a decision"):
        release(cycle, owner)

    assert packet.decided_at is not None


@pytest.mark.parametrize("withdrawn", [0, 2])
def test_a_cycle_in_which_no_packet_is_in_review_ends_all_the_same(client, owner, cycle, withdrawn):
    for _ in range(withdrawn):
        a_packet(cycle, panel=a_panel(cycle), state=PacketState.WITHDRAWN)
    client.sign_in(owner)
    page = client.page(f"/cycles/{cycle.public_id}/release")
    assert page.text(".//p[@class='lede']").startswith("No packet is in review, so nobody reads")

    client.submit(f"/cycles/{cycle.public_id}/release", {"when": "now", "reason": "Nobody came."})

    assert cycle.release_at is not None
    assert client.page(f"/cycles/{cycle.public_id}").response.status_code == 200


@pytest.mark.usefixtures("packet")
def test_nothing_moves_the_instant_once_it_has_come(client, owner, cycle):
    release(cycle, owner)
    client.sign_in(owner)

    with pytest.raises(IllegalMove, match="open already"):
        release(cycle, owner, now=NOW + timedelta(seconds=1))
    assert client.get(f"/cycles/{cycle.public_id}/release").status_code == 404


@pytest.mark.usefixtures("packet")
def test_the_second_of_two_owners_sees_what_the_first_one_set(owner, cycle):
    version = cycle.version
    release(cycle, owner, at=PLANNED)

    with pytest.raises(StaleEdit) as stale:
        release(cycle, a_person(), version=version)

    assert stale.value.saved == {"at": "17 Dec 2090, 09:00 CET", "reason": "All told."}


@pytest.mark.usefixtures("packet")
def test_a_reason_is_asked_of_every_caller(owner, cycle):
    with pytest.raises(RuleBroken, match="Write why"):
        release(cycle, owner, reason="")


def test_an_owner_who_is_tied_releases_nothing(client, owner, cycle):
    chair = a_person()
    packet = a_packet(
        cycle,
        panel=a_panel(cycle, chair=chair),
        stage=PacketStage.DECIDED,
        manager=owner,
        candidate=a_person(manager=owner),
    )
    a_decision(packet, chair)
    client.sign_in(owner)

    assert client.get(f"/cycles/{cycle.public_id}/release").status_code == 404


def status_and_page(answer):
    return answer.status_code, without_token(answer)


@pytest.mark.usefixtures("packet")
@pytest.mark.parametrize("conflict", ["declared", "set", "managed the candidate"])
def test_no_page_tells_an_owner_whether_a_packet_they_may_not_know_is_decided(
    client, session, owner, cycle, conflict
):
    other, chair, day = a_person("Another owner"), a_person(), NOW.date() - timedelta(days=300)
    hidden = a_packet(
        cycle, panel=a_panel(cycle, chair=chair, members=[owner]), stage=PacketStage.DISCUSSION
    )
    if conflict == "managed the candidate":
        managed = {"person_id": hidden.candidate_id, "manager_id": owner.id}
        saved(ManagerLink(**managed, started_on=day - timedelta(days=90), ended_on=day))
        voting_begun(hidden)
    else:
        a_conflict(hidden, owner, ConflictStanding(conflict), by=other)
    client.sign_in(owner)
    address = f"/cycles/{cycle.public_id}"
    pages = ("/", "/cycles", address, f"{address}/board", f"{address}/audit", f"{address}/release")

    def told():
        form = {"when": "now", "reason": "Letters are ready.", "version": cycle.version}
        answers = [*map(client.get, pages), client.post(pages[-1], data=form)]
        session.expire_all()
        return [status_and_page(each) for each in answers]

    undecided = told()
    hidden.stage, hidden.decided_at = PacketStage.DECIDED, NOW
    a_decision(hidden, chair)
    decided = told()
    release(cycle, other, at=PLANNED)
    planned = told()

    assert undecided == decided == planned
    assert [status for status, _ in decided] == [200, 200, 200, 200, 200, 404, 404]


def test_an_owner_who_answered_for_every_packet_still_releases(client, owner, cycle, packet):
    a_conflict(packet, owner, ConflictStanding.NONE)
    client.sign_in(owner)

    client.page(f"/cycles/{cycle.public_id}/release")


def test_where_no_owner_is_left_the_server_names_one_more(app, session, client, owner, packet):
    a_conflict(packet, owner, ConflictStanding.DECLARED)
    cycle, free = packet.cycle, a_person("Noor")
    run = app.test_cli_runner().invoke

    named = run(args=["cycles", "add-owner", cycle.public_id, free.email])
    again = run(args=["cycles", "add-owner", cycle.public_id, free.email])
    nobody = run(args=["cycles", "add-owner", cycle.public_id, "nobody@example.org"])
    nothing = run(args=["cycles", "add-owner", "autumn", free.email])

    assert named.output == "Noor is an owner of Autumn.\n"
    assert (again.exit_code, nobody.exit_code, nothing.exit_code) == (1, 1, 1)
    assert "owns Autumn already" in again.output
    assert session.scalars(select(AuditEvent.summary)).all() == ["Noor added as an owner of Autumn"]
    client.sign_in(free)
    client.page(f"/cycles/{cycle.public_id}/release")


def test_before_the_moment_a_candidate_cannot_tell_that_it_is_set(client, owner, cycle, packet):
    client.sign_in(packet.candidate)

    def pages():
        return [
            without_token(client.get(path)) for path in ("/cycles", f"/cycles/{cycle.public_id}")
        ]

    before = pages()
    release(cycle, owner, at=PLANNED)

    assert pages() == before
