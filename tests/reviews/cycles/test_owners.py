"""Naming another owner: by those who run a cycle, and by whoever runs the site where nobody does."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from reviews.cycles.owners import service
from reviews.db.models.audit import AuditEvent
from reviews.db.models.cycles import CycleOwner
from reviews.db.models.people import ManagerLink
from reviews.rules.enums import ConflictStanding, CyclePhase, PacketStage, PacketState
from reviews.rules.errors import RuleBroken
from tests.builders import (
    NOW,
    a_conflict,
    a_cycle,
    a_packet,
    a_panel,
    a_person,
    ladder_of,
    levels_of,
    saved,
    viewer_of,
    voting_begun,
)
from tests.clients import without_token
from tests.pages import Page
from tests.reviews.cycles.naming import WARNING, name_owner, owners_of, warnings

pytestmark = pytest.mark.both_databases

REASON = "The only other owner has left."
NOBODY = "Nobody who runs this cycle can release it"
NOT_YOU = "You cannot release this cycle"


@pytest.fixture
def owner(session):  # noqa: ARG001 - rolls back
    return a_person("Ines Okafor")


@pytest.fixture
def cycle(owner):
    return a_cycle(phase=CyclePhase.CALIBRATION, owners=[owner], name="Autumn")


@pytest.fixture
def packet(cycle):
    """Of which the owner may know everything."""
    return a_packet(cycle, panel=a_panel(cycle), stage=PacketStage.VOTING)


@pytest.fixture
def own(cycle, owner):
    """The owner's, so that they have a part in the cycle."""
    return a_packet(cycle, candidate=owner, panel=a_panel(cycle), stage=PacketStage.VOTING)


def path_of(cycle, page="owners/new"):
    return f"/cycles/{cycle.public_id}/{page}"


def lines(session):
    found = session.scalars(select(AuditEvent).order_by(AuditEvent.id))
    return [
        (line.action, line.actor_id, line.cycle_id, line.summary, line.details) for line in found
    ]


# -- By an owner


@pytest.mark.usefixtures("packet")
def test_an_owner_names_another_whom_they_have_searched_for(client, session, owner, cycle):
    noor = a_person("Noor Haddad")
    client.sign_in(owner)

    answer = name_owner(client, path_of(cycle), noor)

    assert answer.headers["Location"] == path_of(cycle, "")[:-1]
    assert owners_of(session, cycle) == {owner.id, noor.id}
    assert lines(session) == [
        (
            "grant_office",
            owner.id,
            cycle.id,
            "Noor Haddad added as an owner of Autumn",
            {"reason": "", "person": noor.public_id},
        )
    ]
    assert "Noor Haddad runs Autumn." in client.page(path_of(cycle, "")[:-1]).text()
    client.sign_in(noor)
    client.page(path_of(cycle, "conflicts/set"))


@pytest.mark.usefixtures("own")
def test_an_owner_with_a_part_in_the_cycle_says_why(client, session, owner, cycle):
    noor = a_person("Noor")
    client.sign_in(owner)

    refused = name_owner(client, path_of(cycle), noor, reason="")
    before = owners_of(session, cycle)
    name_owner(client, path_of(cycle), noor, reason=REASON)

    assert refused.status_code == 422
    assert Page(refused).texts(".//*[@id='reason-error-1']") == [
        "Write the reason. It is kept in the audit log."
    ]
    assert Page(refused).one(f".//input[@value='{noor.public_id}']").get("checked") is not None
    assert (before, owners_of(session, cycle)) == ({owner.id}, {owner.id, noor.id})
    assert lines(session)[0][-1] == {"reason": REASON, "person": noor.public_id}


@pytest.mark.usefixtures("packet")
def test_two_of_one_name_are_told_apart(client, owner, cycle):
    a_person("Noor", title="Engineer", unit="Platform")
    a_person("Noor", title="Designer", unit="Studio")
    client.sign_in(owner)

    found = Page(client.submit(path_of(cycle), {"q": "noor", "find": "1"}))

    names = found.texts(".//fieldset[@id='people']//tbody/tr/th")
    assert names == ["Noor, Engineer, Platform", "Noor, Designer, Studio"]


@pytest.mark.usefixtures("packet")
def test_a_name_that_is_sent_again_adds_nobody_and_is_as_good(client, session, owner, cycle):
    noor = a_person("Noor")
    client.sign_in(owner)
    name_owner(client, path_of(cycle), noor)

    again = name_owner(client, path_of(cycle), noor)

    assert again.status_code == 302
    assert "Noor runs Autumn already." in client.page(path_of(cycle, "")[:-1]).text()
    assert owners_of(session, cycle) == {owner.id, noor.id}
    assert len(lines(session)) == 1


@pytest.mark.usefixtures("packet")
def test_nobody_is_named_by_nobody_ticked_or_a_closed_account(client, session, owner, cycle):
    left = a_person("Left")
    client.sign_in(owner)

    nobody = client.submit(path_of(cycle))
    found = Page(client.submit(path_of(cycle), {"q": "left", "find": "1"}))
    left.is_active = False
    gone = client.post(
        path_of(cycle),
        data={
            "csrf_token": found.one(".//main//input[@name='csrf_token']").get("value"),
            "people": [left.public_id],
        },
    )

    assert (nobody.status_code, gone.status_code) == (422, 422)
    assert "Tick whom to name." in Page(nobody).text()
    assert owners_of(session, cycle) == {owner.id}
    with pytest.raises(RuleBroken, match="The account of Left is closed"):
        service.add_owner(cycle, left, actor=None, now=NOW)


def test_once_the_outcomes_are_open_nobody_is_named(client, owner, cycle, packet):
    packet.stage, packet.decided_at, packet.revealed_at = PacketStage.DECIDED, NOW, NOW
    cycle.release_at, cycle.released_by_id = NOW - timedelta(hours=1), owner.id
    cycle.release_reason = "Announced."
    client.sign_in(owner)

    assert client.get(path_of(cycle)).status_code == 404


# -- Nobody is told who has a part


@pytest.mark.parametrize(
    "part", ["none", "candidate", "withdrawn", "manager", "declared", "managed the candidate"]
)
def test_the_answer_does_not_tell_whether_the_person_has_a_part(client, owner, cycle, own, part):
    """In a packet of which the namer may not know: here, another one of their own level's candidates."""
    own_manager = own.manager
    noor = a_person("Noor")
    # A conflict keeps the packet from the namer.
    hidden = {"panel": a_panel(cycle), "stage": PacketStage.VOTING}
    if part == "candidate":
        other = a_packet(cycle, candidate=noor, manager=own_manager, **hidden)
    elif part == "withdrawn":
        other = a_packet(
            cycle, candidate=noor, manager=own_manager, state=PacketState.WITHDRAWN, **hidden
        )
    else:
        manager = noor if part == "manager" else own_manager
        other = a_packet(cycle, manager=manager, candidate=a_person("Other"), **hidden)
    a_conflict(other, owner, ConflictStanding.DECLARED)
    if part == "declared":
        a_conflict(other, noor, ConflictStanding.DECLARED)
    if part == "managed the candidate":
        day = NOW.date() - timedelta(days=30)
        link = {"person_id": other.candidate_id, "manager_id": noor.id}
        saved(ManagerLink(**link, started_on=day - timedelta(days=90), ended_on=day))
    voting_begun(other, own)
    client.sign_in(owner)

    answer = name_owner(client, path_of(cycle), noor, reason=REASON)

    assert answer.status_code == 302
    text = client.page(path_of(cycle, "")[:-1])
    assert "Noor runs Autumn." in text.text()
    assert warnings(text) == [NOT_YOU]
    assert "Noor runs it too; whether they can release it is not said here." in text.text()


def test_the_page_says_what_an_owner_with_a_part_can_do_and_it_is_so(client, owner, cycle, own):
    noor = a_person("Noor")
    other = a_packet(cycle, candidate=noor, panel=a_panel(cycle), stage=PacketStage.VOTING)
    client.sign_in(owner)
    said = client.page(path_of(cycle)).text()
    name_owner(client, path_of(cycle), noor, reason=REASON)

    def opened():
        pages = ("advance", "panels", "owners/new", "release")
        return [client.get(path_of(cycle, page)).status_code for page in pages]

    client.sign_in(noor)
    voting = opened()
    own.stage = other.stage = PacketStage.WAITING
    cycle.phase = CyclePhase.RATING
    rating = opened()

    assert (
        "Somebody with a part can be named too. They move the cycle on until voting begins, and name other owners,"
        " with a reason on record. They do not release it, and change no panel while others vote."
        in said
    )
    assert voting == [404, 404, 200, 404]
    assert rating == [200, 200, 200, 404]


# -- The warning


WARNED_ON = ("", "progress", "advance")


@pytest.mark.usefixtures("packet")
def test_an_owner_who_can_release_is_not_warned(client, owner, cycle):
    saved(CycleOwner(cycle_id=cycle.id, person_id=a_person("Left", is_active=False).id))
    client.sign_in(owner)

    assert warnings(client.page(path_of(cycle, "")[:-1])) == []


@pytest.mark.parametrize("phase", [CyclePhase.EVIDENCE, CyclePhase.RATING, CyclePhase.CALIBRATION])
@pytest.mark.parametrize("state", [PacketState.SUBMITTED, PacketState.WITHDRAWN])
def test_a_sole_owner_with_a_part_is_warned_in_time(client, owner, cycle, phase, state):
    voting = phase is CyclePhase.CALIBRATION
    stage = PacketStage.VOTING if voting else PacketStage.WAITING
    cycle.phase = phase
    a_packet(cycle, candidate=owner, panel=a_panel(cycle), stage=stage, state=state)
    saved(CycleOwner(cycle_id=cycle.id, person_id=a_person("Left", is_active=False).id))
    client.sign_in(owner)

    for page in WARNED_ON[: 2 if voting else 3]:
        found = client.page(path_of(cycle, page).rstrip("/"))
        assert warnings(found) == [NOBODY]
        assert "You have a part in it, and nobody else runs it." in found.text()
        assert path_of(cycle) in [link.get("href") for link in found.all(f"{WARNING}//a")]


def test_all_owners_are_said_to_have_a_part_where_the_viewer_may_know(client, owner, cycle, own):
    bo, cy = a_person("Bo"), a_person("Cy")
    for each in (bo, cy):
        saved(CycleOwner(cycle_id=cycle.id, person_id=each.id))
    theirs = a_packet(cycle, candidate=bo, panel=a_panel(cycle), stage=PacketStage.VOTING)
    client.sign_in(owner)

    one = client.page(path_of(cycle, "")[:-1])
    a_conflict(theirs, cy, ConflictStanding.DECLARED)
    both = client.page(path_of(cycle, "")[:-1])

    assert own.candidate_id == owner.id
    assert warnings(one) == [NOT_YOU]
    assert "Bo and Cy run it too; whether they can release it is not said here." in one.text()
    assert warnings(both) == [NOBODY]
    assert "You and Bo and Cy" not in both.text()
    assert "You, Bo and Cy each have a part in it." in both.text()


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("tie", ["declared on a hidden packet", "managed a candidate"])
def test_an_owner_does_not_learn_of_a_tie_of_another_that_is_not_theirs_to_know(
    client, session, owner, cycle, tie
):
    bo = a_person("Bo")
    saved(CycleOwner(cycle_id=cycle.id, person_id=bo.id))
    lower, level, *_ = levels_of(ladder_of(cycle))
    # For another level, or the viewer would be related to it as well.
    for_another = {"current": lower, "target": level}
    packet = a_packet(cycle, panel=a_panel(cycle), stage=PacketStage.VOTING, **for_another)
    client.sign_in(owner)

    def seen():
        session.commit()
        pages = ("", "progress", "owners/new")
        return [without_token(client.get(path_of(cycle, page).rstrip("/"))) for page in pages]

    if tie == "managed a candidate":
        before = seen()
        day = NOW.date() - timedelta(days=30)
        link = {"person_id": packet.candidate_id, "manager_id": bo.id}
        saved(ManagerLink(**link, started_on=day - timedelta(days=90), ended_on=day))
        voting_begun(packet)
    else:
        a_conflict(packet, owner, ConflictStanding.DECLARED)
        before = seen()
        a_conflict(packet, bo, ConflictStanding.DECLARED)

    assert seen() == before


# -- Where nobody runs the cycle


@pytest.fixture
def left(cycle, owner):
    owner.is_active = False
    return cycle


@pytest.fixture
def site_owner(session):  # noqa: ARG001 - rolls back
    return a_person("Site owner", is_owner=True)


def without_owner(client):
    return client.page("/cycles").texts(".//section[@aria-labelledby='without-owner']//li/div")


@pytest.mark.parametrize("phase", [CyclePhase.SETUP, CyclePhase.RATING, CyclePhase.CALIBRATION])
def test_a_site_owner_finds_a_cycle_that_nobody_runs_and_names_an_owner(
    client, session, left, site_owner, phase
):
    left.phase = phase
    noor = a_person("Noor")
    client.sign_in(site_owner)
    address = f"/cycles/without-owner/{left.public_id}"

    listed = without_owner(client)
    waiting = client.page("/").texts(".//section[@aria-labelledby='site']//a")
    refused = name_owner(client, address, noor, reason="")
    taken = name_owner(client, address, noor, reason=REASON)

    assert listed == ["Autumn"]
    assert waiting == ["Name an owner for Autumn", "Name owner: Name an owner for Autumn"]
    assert (refused.status_code, taken.headers["Location"]) == (422, "/cycles")
    assert without_owner(client) == []
    assert client.get(address).status_code == 404
    assert client.page("/").texts(".//section[@aria-labelledby='site']//a") == []
    assert lines(session) == [
        (
            "grant_office",
            site_owner.id,
            left.id,
            "Noor added as an owner of Autumn",
            {"reason": REASON, "person": noor.public_id},
        )
    ]
    client.sign_in(noor)
    assert "Noor added as an owner of Autumn" in client.page(path_of(left, "audit")).text()


def test_a_cycle_that_somebody_runs_or_that_is_released_is_none_of_them(
    client, owner, cycle, site_owner
):
    released = a_cycle(
        phase=CyclePhase.CALIBRATION,
        release_at=NOW - timedelta(hours=1),
        released_by_id=owner.id,
        release_reason="Announced.",
    )
    client.sign_in(site_owner)

    assert without_owner(client) == []
    for each in (cycle, released):
        assert client.get(f"/cycles/without-owner/{each.public_id}").status_code == 404


def test_whoever_has_a_part_in_a_running_cycle_does_not_learn_of_it(client, left, site_owner):
    a_packet(a_cycle(owners=[a_person()]), candidate=site_owner)
    client.sign_in(site_owner)

    assert without_owner(client) == []
    assert client.page("/").all(".//section[@aria-labelledby='site']") == []
    assert client.get(f"/cycles/without-owner/{left.public_id}").status_code == 404


def test_an_owner_named_just_now_names_the_others(left, site_owner):
    noor, other = a_person("Noor"), a_person("Other")
    named = {"actor": viewer_of(site_owner), "now": NOW, "reason": REASON, "is_missing": True}
    service.name_owners(left, [noor], **named)

    with pytest.raises(RuleBroken, match="Somebody runs this cycle by now"):
        service.name_owners(left, [other], **named)


# -- Before it comes to that


def work(client, person):
    page = client.page(f"/people/{person.public_id}/deactivate")
    return page.texts(".//form[@class='confirm stack']/ul/li")


def test_before_the_last_owner_leaves_the_closer_reads_of_it(client, owner, cycle, site_owner):
    client.sign_in(site_owner)
    alone = work(client, owner)
    saved(CycleOwner(cycle_id=cycle.id, person_id=a_person("Left", is_active=False).id))
    with_one_who_left = work(client, owner)
    chair = a_panel(cycle, chair=site_owner)
    known = work(client, owner)
    saved(CycleOwner(cycle_id=cycle.id, person_id=a_person("Second").id))

    # Its name is for those who may read the cycle.
    assert alone == with_one_who_left == ["Owner of a cycle that nobody else would run"]
    assert known == ["Owner of Autumn, which nobody else would run"]
    assert work(client, owner) == []
    page = client.page(f"/people/{owner.public_id}/deactivate").text()
    assert "A cycle that nobody is left to run is listed under Cycles" in page
    assert chair.cycle_id == cycle.id
