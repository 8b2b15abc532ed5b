"""Who reads which submitted rating, and when."""

import pytest

from reviews.access.expectations import expectations_for
from reviews.db.models.cycles import CycleOwner
from reviews.ratings import service
from reviews.rules.enums import AssignmentState, Category, CyclePhase, PacketStage, RaterKind
from tests import builders as b
from tests.recording import recorded

pytestmark = pytest.mark.both_databases


@pytest.fixture
def owner(session):  # noqa: ARG001 - rolls back
    return b.a_person("Olena")


@pytest.fixture
def member(session):  # noqa: ARG001 - rolls back
    return b.a_person("Yusuf")


@pytest.fixture
def packet(owner, member):
    cycle = b.a_cycle(phase=CyclePhase.RATING, owners=[owner])
    panel = b.a_panel(cycle, chair=b.a_person("Henrik"), members=[member])
    return b.a_packet(cycle, manager=b.a_person("Amara"), panel=panel)


def path(packet):
    return f"/packets/{packet.public_id}/ratings"


def told(page):
    """(who, answer) of everything on the page, in its order, for the first dimension."""
    return [
        (item.find("./div/b").text, "".join(item.find(".//span[@class='word']").itertext())[1:])
        for item in page.all(".//section[1]//ul[@class='told']/li")
    ]


def begin_calibration(packet):
    packet.cycle.phase = CyclePhase.CALIBRATION
    packet.stage = PacketStage.VOTING


def test_a_rater_who_owes_a_rating_reads_none(app, packet):
    b.a_rating(packet, b.a_person("Ines"))
    owing = b.an_assignment(packet, b.a_person("Peer"))
    b.an_assignment(packet, kind=RaterKind.MANAGER)

    for person in (packet.manager, owing.rater, packet.candidate):
        client = app.test_client()
        client.sign_in(person)
        client.page(path(packet), status=404)


def test_a_draft_is_its_authors_alone(app, packet, owner, member):
    assignment = b.an_assignment(packet, b.a_person("Peer"))
    service.save_rating(
        assignment,
        dimension=expectations_for(packet).dimensions[0],
        rationale="For my eyes only.",
        category=Category.MET,
        marks={},
        version=0,
        actor=assignment.rater,
        now=b.NOW,
    )
    other = b.an_assignment(packet, b.a_person("Other"))
    draft = f"/packets/{packet.public_id}/rating/delivery"

    for person in (packet.manager, packet.candidate, owner, member, other.rater, b.a_person()):
        client = app.test_client()
        client.sign_in(person)
        for page in (draft, path(packet), f"/packets/{packet.public_id}"):
            assert b"For my eyes only." not in client.get(page).data


def test_a_peer_reads_their_own_rating_and_no_other(client, packet):
    own = b.a_rating(packet, b.a_person("Peer"), category=Category.PARTLY, mark=Category.SHOWN)
    b.a_rating(packet, b.a_person("Ines"))
    b.a_rating(packet, kind=RaterKind.MANAGER)
    client.sign_in(own.rater)

    page = client.page(path(packet))

    assert told(page) == [("You", "partly")]
    assert page.text(".//h1") == f"Your rating of {packet.candidate.name}"
    assert "Ines" not in page.text(".//body")
    assert page.texts(".//section[1]//ul[@class='told']//p[@class='meta']") == [
        "E1 shown, E2 shown"
    ]


def test_a_peer_is_not_told_how_many_have_rated(client, packet):
    own = b.a_rating(packet, b.a_person("Peer"))
    other = b.an_assignment(packet)
    client.sign_in(own.rater)
    before = client.page(path(packet)).text(".//body")

    other.state, other.submitted_at = AssignmentState.SUBMITTED, b.NOW

    assert client.page(path(packet)).text(".//body") == before


def test_a_manager_reads_the_peers_once_their_own_is_in(client, packet):
    b.a_rating(packet, b.a_person("Zoe"), category=Category.NOT_SHOWN)
    b.a_rating(packet, b.a_person("Ines"), category=Category.EXCEEDS)
    b.an_assignment(packet, b.a_person("Late"), state=AssignmentState.IN_PROGRESS)
    b.an_assignment(packet, b.a_person("Proposed"), state=AssignmentState.NOMINATED)
    b.a_rating(packet, kind=RaterKind.MANAGER, shareable=True)
    client.sign_in(packet.manager)

    page = client.page(path(packet))

    # Peers stand in their random order, never by name or by what they chose.
    assert told(page) == [("You", "met"), ("Zoe", "not shown"), ("Ines", "exceeds")]
    assert page.text(".//p[@class='lede']") == "3 of 4 ratings are in."
    assert "Late" not in page.text(".//body")


def test_the_committee_reads_all_of_it_in_calibration(app, packet, owner, member):
    b.a_rating(packet, kind=RaterKind.MANAGER, shareable=True)
    b.a_rating(packet, b.a_person("Ines"), category=Category.NO_OPPORTUNITY)
    b.a_conflict(packet, member)
    reader = {person.name: app.test_client() for person in (owner, member, packet.candidate)}
    for person in (owner, member, packet.candidate):
        reader[person.name].sign_in(person)

    everything = [("Amara", "met"), ("Ines", "no opportunity")]
    assert told(reader["Olena"].page(path(packet))) == everything
    reader["Yusuf"].page(path(packet), status=404)

    begin_calibration(packet)
    assert told(reader["Yusuf"].page(path(packet))) == everything
    assert told(reader["Olena"].page(path(packet))) == everything
    reader[packet.candidate.name].page(path(packet), status=404)


def test_a_conflicted_member_reads_nothing(client, packet, member):
    b.a_rating(packet, kind=RaterKind.MANAGER)
    begin_calibration(packet)
    client.sign_in(member)

    client.page(path(packet), status=404)


def test_what_the_candidate_may_read_later_is_marked(client, packet, owner):
    b.a_rating(packet, kind=RaterKind.MANAGER, shareable=True)
    client.sign_in(owner)
    sentence = f"{packet.candidate.name} may read this text after release."

    assert client.page(path(packet)).texts(".//section[1]//p[@class='meta']") == [sentence]


def test_the_candidate_never_reads_the_page(client, session, packet, owner):
    b.a_rating(packet, kind=RaterKind.MANAGER, shareable=True)
    begin_calibration(packet)
    packet.cycle.release_at, packet.cycle.released_by_id = b.NOW, owner.id
    session.flush()
    client.sign_in(packet.candidate)

    client.page(path(packet), status=404)


def test_the_page_costs_the_same_with_one_rating_and_with_thirty(client, packet, owner):
    client.sign_in(owner)
    seen = []
    for ratings in (1, 29):
        for _ in range(ratings):
            b.a_rating(packet, mark=Category.SHOWN)
        client.page(path(packet))  # the first time of a day it is written to the read log
        with recorded() as made:
            client.page(path(packet))
        seen.append(len(made))
    assert seen[0] == seen[1]


def test_an_owner_of_another_cycle_is_nobody_here(client, packet):
    stranger = b.a_person()
    b.saved(CycleOwner(cycle_id=b.a_cycle().id, person_id=stranger.id))
    b.a_rating(packet, kind=RaterKind.MANAGER)
    client.sign_in(stranger)

    client.page(path(packet), status=404)


@pytest.mark.parametrize("kind", RaterKind)
def test_nothing_tells_a_rater_whether_others_have_rated(client, packet, kind):
    own = b.an_assignment(packet, kind=kind)
    others = [b.an_assignment(packet) for _ in range(2)]
    if kind is RaterKind.PEER:
        others.append(b.an_assignment(packet, kind=RaterKind.MANAGER))
    client.sign_in(own.rater)
    here = f"/packets/{packet.public_id}"
    pages = ["/", here, f"{here}/rating/delivery", f"{here}/rating/submit"]

    def crawl():
        seen = []
        for path in pages:
            page = client.page(path)
            seen.append((page.text(".//body"), [a.get("href") for a in page.all(".//a")]))
        return seen

    before = crawl()
    for assignment in others:
        assignment.state, assignment.submitted_at = AssignmentState.SUBMITTED, b.NOW

    assert crawl() == before
