"""Proposing peers and deciding on them. What the candidate sees never changes with what became of a proposal."""

import pytest
from flask import current_app
from sqlalchemy import select

from reviews.db.extensions import db
from reviews.db.models.cycles import CycleOwner
from reviews.db.models.packets import Assignment
from reviews.packets import service
from reviews.rules.enums import AssignmentState, CyclePhase, PacketState, RaterKind
from reviews.rules.errors import RuleBroken
from reviews.rules.workflow import APPROVED_EVER
from tests.builders import LATER, NOW, a_packet, a_person, a_revision, an_assignment, saved
from tests.clients import form_token, one_request_id, without_token
from tests.pages import Page
from tests.recording import recorded

pytestmark = pytest.mark.both_databases

LISTED = ".//section[@aria-labelledby='listed']/ul/li"
FOUND = ".//section[@aria-labelledby='find']/ul/li"
NAMES = f"{LISTED}//b"


def propose(case, person, actor=None):
    return service.propose_peer(case.packet, person=person, actor=actor or case.hana, now=NOW)


def decide(case, peer, *, approve=True):
    service.decide_on_peer(peer, approve=approve, actor=case.amara, now=NOW)


def in_rating(case):
    """The packet is submitted, and ratings are collected."""
    case.packet.state = PacketState.SUBMITTED
    a_revision(case.packet)
    case.cycle.phase = CyclePhase.RATING
    return an_assignment(case.packet, kind=RaterKind.MANAGER)


def peers():
    return db.session.execute(
        select(Assignment.rater_id, Assignment.state, Assignment.proposed_by_id)
    ).all()


# -- The rules


def test_a_proposal_waits_for_the_manager(case):
    propose(case, case.peer)

    assert peers() == [(case.peer.id, AssignmentState.NOMINATED, case.hana.id)]


def test_who_cannot_be_a_peer(case):
    left = a_person("Leo", is_active=False)
    for person in (case.hana, case.amara, left):
        with pytest.raises(RuleBroken, match="cannot be a peer on this packet"):
            propose(case, person)


@pytest.mark.parametrize("decision", [None, True, False])
def test_proposing_again_makes_a_new_address_whatever_became_of_the_first(case, client, decision):
    client.sign_in(case.hana)
    addresses = set()
    for _ in range(2):
        peer = propose(case, case.peer)
        page = client.page(f"{case.url}/peers")
        (address,) = (form.get("action") for form in page.all(f"{LISTED}//form"))
        addresses.add(address)
        if decision is not None and peer.state is AssignmentState.NOMINATED:
            decide(case, peer, approve=decision)
        service.withdraw_proposal(peer, actor=case.hana, now=NOW)

    assert len(addresses) == 2


def test_a_candidate_proposes_as_many_as_the_cycle_has_places(case):
    propose(case, case.peer)
    propose(case, case.other)

    with pytest.raises(RuleBroken, match="At most 2 peers can be proposed"):
        propose(case, a_person())


def test_the_same_person_is_proposed_once(case):
    propose(case, case.peer)

    with pytest.raises(RuleBroken, match="Piet is on the list already"):
        propose(case, case.peer)


@pytest.mark.parametrize("by", ["amara", "owner"])
def test_somebody_of_the_panel_is_a_peer_like_anybody_else(case, client, by):
    """A refusal would tell who sits on the panel."""
    nominated = [propose(case, person) for person in (case.member, case.peer)]
    client.sign_in(getattr(case, by))

    def told(answer):
        return (
            answer.status_code,
            answer.location,
            client.page(f"{case.url}/peers").texts(".//div[@class='flashes']//b"),
        )

    decided = [
        told(post(client, case, f"/{peer.public_id}/decision", answer="approve"))
        for peer in nominated
    ]
    for peer in nominated:
        service.remove_peer(peer, actor=case.owner, now=NOW)
    added = [
        told(post(client, case, "", person=person.public_id)) for person in (case.chair, case.other)
    ]

    back = f"{case.url}/peers"
    assert decided == [(302, back, [f"{name} is approved."]) for name in ("Max", "Piet")]
    assert added == [(302, back, [f"{name} is approved as a peer."]) for name in ("Cleo", "Olga")]


def test_a_search_offers_the_panel_like_anybody_else(case, client):
    for person in (case.hana, case.amara, case.owner):
        client.sign_in(person)

        page = client.page(f"{case.url}/peers?q=max")

        assert page.texts(f"{FOUND}//b") == ["Max"]
        assert page.texts(f"{FOUND}//button") == [
            "Propose Max" if person is case.hana else "Add Max"
        ]


def test_approval_and_rejection_are_final(case):
    yes, no = propose(case, case.peer), propose(case, case.other)
    decide(case, yes)
    decide(case, no, approve=False)

    assert (yes.state, no.state) == (AssignmentState.APPROVED, AssignmentState.REJECTED)
    for peer in (yes, no):
        with pytest.raises(RuleBroken, match=f"{peer.rater.name} was decided on before"):
            decide(case, peer)


def test_no_more_are_approved_than_there_are_places(case):
    for person in (case.peer, case.other):
        decide(case, propose(case, person))
    third = propose(case, a_person(), actor=case.amara)

    with pytest.raises(RuleBroken, match="2 peers are approved"):
        decide(case, third)


def test_while_ratings_are_collected_an_approved_peer_is_invited_at_once(case):
    in_rating(case)
    peer = propose(case, case.peer, actor=case.amara)
    decide(case, peer)

    assert peer.state is AssignmentState.INVITED


def test_nobody_is_invited_to_a_packet_that_was_not_submitted(case):
    peer = propose(case, case.peer)
    case.cycle.phase = CyclePhase.RATING

    with pytest.raises(RuleBroken, match="This packet was not submitted"):
        decide(case, peer)


def test_an_owner_removes_a_peer_who_has_not_submitted(case):
    in_rating(case)
    asked = an_assignment(case.packet, case.peer, state=AssignmentState.IN_PROGRESS)
    done = an_assignment(case.packet, case.other, state=AssignmentState.SUBMITTED)

    service.remove_peer(asked, actor=case.owner, now=NOW)

    assert asked.state is AssignmentState.VOID
    with pytest.raises(RuleBroken, match="Olga has submitted a rating, which stays"):
        service.remove_peer(done, actor=case.owner, now=NOW)


@pytest.mark.parametrize("state", [AssignmentState.INVITED, AssignmentState.SUBMITTED])
def test_a_manager_who_owes_a_rating_learns_nothing_from_removing(case, state):
    in_rating(case)
    peer = an_assignment(case.packet, case.peer, state=state)

    with pytest.raises(RuleBroken, match="Submit your own rating first"):
        service.remove_peer(peer, actor=case.amara, now=NOW)


DONE = [s for s in APPROVED_EVER if s is not AssignmentState.APPROVED]


def becomes(peer, state):
    """What a peer has done, as the rows have it."""
    peer.state = state
    peer.submitted_at = NOW if state is AssignmentState.SUBMITTED else None
    peer.decline_category = "no_time" if state is AssignmentState.DECLINED else None


@pytest.mark.parametrize("phase", [CyclePhase.RATING, CyclePhase.CALIBRATION])
def test_a_manager_who_owes_a_rating_cannot_tell_what_an_asked_peer_has_done(case, client, phase):
    """Not by a page, not by what can be done to the peer, and not by whether there is a place for another."""
    own = in_rating(case)
    case.cycle.phase = phase
    peer = an_assignment(case.packet, case.peer)
    an_assignment(case.packet, state=AssignmentState.INVITED)
    waits = an_assignment(case.packet, case.other, state=AssignmentState.NOMINATED)
    client.sign_in(case.amara)
    token = {"csrf_token": form_token(current_app)}

    def told():
        with one_request_id():
            answers = [
                client.get("/"),
                client.get(case.url),
                client.get(f"{case.url}/peers?q=pi"),
                client.post(f"{case.url}/peers/{peer.public_id}/remove", data=token),
                client.post(
                    f"{case.url}/peers/{peer.public_id}/decision",
                    data={**token, "answer": "approve"},
                ),
                client.post(
                    f"{case.url}/peers/{peer.public_id}/decision",
                    data={**token, "answer": "reject"},
                ),
                client.post(f"{case.url}/peers", data={**token, "person": case.peer.public_id}),
                client.post(f"{case.url}/peers", data={**token, "person": case.member.public_id}),
                client.post(
                    f"{case.url}/peers/{waits.public_id}/decision",
                    data={**token, "answer": "approve"},
                ),
            ]
        return [(a.status_code, without_token(a)) for a in answers]

    found = []
    for state in DONE:
        becomes(peer, state)
        found.append(told())

    refused = 422 if phase is CyclePhase.RATING else 409
    pages = 200 if phase is CyclePhase.RATING else 409
    assert [status for status, _ in found[0]] == [
        200,
        200,
        200 if pages == 200 else 409,
        *[refused] * 6,
    ]
    different = [
        (state, place)
        for state, answers in zip(DONE, found, strict=True)
        for place, (one, other) in enumerate(zip(found[0], answers, strict=True))
        if one != other
    ]
    assert different == []

    # Whoever has rated may know, and fills the place of a peer who declined.
    becomes(own, AssignmentState.SUBMITTED)
    seen = []
    for state in (AssignmentState.INVITED, AssignmentState.DECLINED):
        becomes(peer, state)
        seen.append(told())
    assert seen[0] != seen[1]
    if phase is CyclePhase.RATING:
        assert (case.member.id, AssignmentState.INVITED, case.amara.id) in peers()


# -- Why somebody declined


@pytest.mark.parametrize("note", ["We share a flat.", None])
def test_why_a_peer_declined_is_read_by_the_owners_alone(case, client, note):
    in_rating(case)
    peer = an_assignment(case.packet, case.peer, state=AssignmentState.DECLINED)
    peer.decline_category, peer.decline_note = "too_close", note
    tied = a_person("Tia", manager=case.hana)
    saved(CycleOwner(cycle_id=case.cycle.id, person_id=tied.id))
    told = {}
    for person in (case.owner, tied, case.amara, case.hana, case.peer, case.chair, case.other):
        client.sign_in(person)
        text = client.get(f"{case.url}/peers").text + client.get(case.url).text
        told[person.name] = ("too close to this person" in text, "We share a flat" in text)

    assert told.pop("Ines") == (True, note is not None)
    assert set(told.values()) == {(False, False)}


# -- The candidate is blind


@pytest.mark.parametrize("state", [s for s in AssignmentState if s is not AssignmentState.VOID])
def test_the_candidates_page_is_the_same_whatever_became_of_a_proposal(case, client, look, state):
    client.sign_in(case.hana)
    peer = propose(case, case.peer)
    before = look(client, f"{case.url}/peers?q=pi"), look(client, case.url)
    if state is AssignmentState.SUBMITTED:
        peer.submitted_at = NOW
    if state is AssignmentState.DECLINED:
        peer.decline_category = "no_time"
    peer.state = state

    assert (look(client, f"{case.url}/peers?q=pi"), look(client, case.url)) == before


def test_what_the_manager_added_is_not_the_candidates_to_see(case, client, look):
    client.sign_in(case.hana)
    before = look(client, f"{case.url}/peers?q=pi")
    decide(case, propose(case, case.peer, actor=case.amara))

    assert look(client, f"{case.url}/peers?q=pi") == before


def test_proposing_whom_the_manager_added_looks_like_any_proposal(case, client):
    decide(case, propose(case, case.peer, actor=case.amara))
    client.sign_in(case.hana)

    response = post(client, case, "", person=case.peer.public_id)

    assert response.location == f"{case.url}/peers"
    assert client.page(f"{case.url}/peers").texts(NAMES) == ["Piet"]
    assert peers() == [(case.peer.id, AssignmentState.APPROVED, case.hana.id)]


def test_the_order_of_a_candidates_peers_tells_nothing_of_whom_the_manager_had_added(case, client):
    zoe = a_person("Zoe")
    decide(case, propose(case, zoe, actor=case.amara))
    propose(case, case.peer)
    propose(case, zoe)
    client.sign_in(case.hana)

    assert client.page(f"{case.url}/peers").texts(NAMES) == ["Piet", "Zoe"]


@pytest.mark.parametrize("approved", [False, True])
def test_taking_a_proposal_back_looks_the_same_before_and_after_a_decision(case, client, approved):
    peer = propose(case, case.peer)
    if approved:
        decide(case, peer)
    client.sign_in(case.hana)

    response = post(client, case, f"/{peer.public_id}/withdraw")

    assert response.location == f"{case.url}/peers"
    page = client.page(f"{case.url}/peers")
    assert page.texts(NAMES) == []
    assert page.texts(".//div[@class='flashes']//b") == ["Piet is no longer proposed."]
    # Whoever was approved is still asked, now on the manager's account.
    kept = [(case.peer.id, AssignmentState.APPROVED, case.amara.id)]
    assert peers() == (kept if approved else [])


def test_a_candidate_cannot_touch_what_others_proposed(case, client):
    peer = propose(case, case.peer, actor=case.amara)
    client.sign_in(case.hana)

    for action in ("withdraw", "remove", "decision"):
        assert post(client, case, f"/{peer.public_id}/{action}").status_code in {403, 404}
    assert len(peers()) == 1


def test_the_deadline_closes_the_candidates_proposals(case, client):
    client.sign_in(case.hana)
    case.cycle.evidence_due = NOW

    response = post(client, case, "", person=case.peer.public_id)

    assert response.status_code == 422
    assert "Evidence closed on" in response.text
    assert peers() == []


# -- The pages


def post(client, case, path, **fields):
    token = client.page(f"{case.url}/peers").all(".//input[@name='csrf_token']")[0].get("value")
    return client.post(f"{case.url}/peers{path}", data={"csrf_token": token, **fields})


def test_the_candidate_finds_people_by_name_and_proposes(case, client):
    a_person("Pia Left", is_active=False)
    client.sign_in(case.hana)

    page = client.page(f"{case.url}/peers?q=pi")
    assert page.texts(f"{FOUND}//b") == ["Piet"]
    client.submit(
        f"{case.url}/peers?q=pi",
        form=f"{FOUND}//form",
    )

    page = client.page(f"{case.url}/peers?q=pi")
    assert page.texts(NAMES) == ["Piet"]
    assert page.texts(f"{FOUND}/span") == ["on the list"]


@pytest.mark.parametrize("typed", ["p", "%%", "am", "hana"])
def test_a_search_finds_neither_everybody_nor_the_two_who_cannot_be_peers(case, client, typed):
    client.sign_in(case.hana)

    page = client.page(f"{case.url}/peers?q={typed}")

    assert page.texts(FOUND) == []


def test_the_manager_decides_on_the_page(case, client):
    propose(case, case.peer)
    propose(case, case.other)
    client.sign_in(case.amara)
    row = LISTED + "[{}]//form[{}]"

    client.submit(f"{case.url}/peers", form=row.format(1, 1))
    client.submit(f"{case.url}/peers", form=row.format(2, 2))

    page = client.page(f"{case.url}/peers")
    assert page.texts(f"{LISTED}/span") == [
        "Approved",
        "Rejected",
    ]


def test_whom_the_manager_adds_is_approved_at_once(case, client):
    client.sign_in(case.amara)

    client.submit(
        f"{case.url}/peers?q=piet",
        form=f"{FOUND}//form",
    )

    assert peers() == [(case.peer.id, AssignmentState.APPROVED, case.amara.id)]


def test_a_refused_addition_leaves_nothing_behind(case, client):
    for _ in range(case.cycle.peers_max):
        an_assignment(case.packet, state=AssignmentState.APPROVED)
    before = peers()
    client.sign_in(case.amara)

    response = post(client, case, "", person=case.member.public_id)

    assert response.status_code == 422
    assert "2 peers are approved. Remove one first." in response.text
    assert "Max" not in Page(response).texts(NAMES)
    assert peers() == before


def test_until_the_managers_rating_is_in_every_asked_peer_reads_invited(case, client):
    own = in_rating(case)
    for person, state in (
        (case.peer, AssignmentState.SUBMITTED),
        (case.other, AssignmentState.IN_PROGRESS),
    ):
        an_assignment(case.packet, person, state=state)
    client.sign_in(case.amara)
    status = f"{LISTED}/span"

    assert client.page(f"{case.url}/peers").texts(status) == ["Invited", "Invited"]

    own.state, own.submitted_at = AssignmentState.SUBMITTED, NOW
    assert client.page(f"{case.url}/peers").texts(status) == ["Submitted", "In progress"]


def test_a_withdrawn_packet_keeps_its_peers_as_they_are(case, client):
    peer = propose(case, case.peer)
    case.packet.state = PacketState.WITHDRAWN
    client.sign_in(case.amara)

    page = client.page(f"{case.url}/peers?q=olga")

    assert (page.texts(f"{LISTED}/span"), page.all(".//main//form")) == (["Nominated"], [])
    with pytest.raises(RuleBroken, match="This packet was withdrawn"):
        decide(case, peer)


def test_a_peer_of_another_packet_is_not_found_under_this_one(case, client):
    """Also where the same person decides on both."""
    other = a_packet(case.cycle, manager=case.amara)
    peer = an_assignment(other, state=AssignmentState.NOMINATED)
    kept = an_assignment(other, state=AssignmentState.APPROVED)
    own = an_assignment(other, state=AssignmentState.NOMINATED)
    own.proposed_by_id = case.hana.id
    token = {"csrf_token": form_token(current_app)}
    for person, path, body in (
        (case.amara, f"{peer.public_id}/decision", {"answer": "reject"}),
        (case.owner, f"{peer.public_id}/decision", {"answer": "approve"}),
        (case.amara, f"{kept.public_id}/remove", {}),
        (case.hana, f"{own.public_id}/withdraw", {}),
    ):
        client.sign_in(person)
        answer = client.post(f"{case.url}/peers/{path}", data={**token, **body})
        assert answer.status_code == 404, path

    states = [peer.state, kept.state, own.state]
    assert states == [
        AssignmentState.NOMINATED,
        AssignmentState.APPROVED,
        AssignmentState.NOMINATED,
    ]


def test_peers_and_the_committee_do_not_see_the_page(case, client):
    in_rating(case)
    an_assignment(case.packet, case.peer)
    for person, status in ((case.peer, 403), (case.member, 403), (case.other, 404)):
        client.sign_in(person)
        assert client.get(f"{case.url}/peers").status_code == status


def test_the_deadline_does_not_stop_the_manager(case):
    case.cycle.evidence_due = NOW
    peer = propose(case, case.peer, actor=case.amara)
    service.decide_on_peer(peer, approve=True, actor=case.amara, now=LATER)

    assert peer.state is AssignmentState.APPROVED


def test_the_list_costs_the_same_for_one_and_for_thirty(case, client):
    case.cycle.peers_max = 40
    propose(case, case.peer)
    client.sign_in(case.amara)
    with recorded() as one:
        client.page(f"{case.url}/peers?q=person")
    for number in range(30):
        propose(case, a_person(f"Person of number {number}"), actor=case.amara)

    with recorded() as thirty:
        page = client.page(f"{case.url}/peers?q=person")

    assert len(page.all(LISTED)) == 31
    assert len(thirty) == len(one)


def test_a_peer_of_another_packet_is_nobody_under_this_one(case, client):
    """Whoever may decide on both packets has to name the one that the peer belongs to."""
    elsewhere = a_packet(case.cycle, candidate=case.other, manager=case.amara)
    theirs = an_assignment(elsewhere, state=AssignmentState.NOMINATED)
    approved = an_assignment(elsewhere, state=AssignmentState.APPROVED)
    own = an_assignment(elsewhere, state=AssignmentState.NOMINATED)
    own.proposed_by_id = case.hana.id
    manager_rating = an_assignment(case.packet, kind=RaterKind.MANAGER)
    acts = [
        (case.amara, theirs, "decision", {"answer": "approve"}),
        (case.amara, approved, "remove", {}),
        (case.hana, own, "withdraw", {}),
        (case.amara, manager_rating, "remove", {}),
    ]

    answers = []
    for person, peer, act, fields in acts:
        client.sign_in(person)
        token = {"csrf_token": form_token(client.application)}
        answer = client.post(f"{case.url}/peers/{peer.public_id}/{act}", data={**token, **fields})
        answers.append(answer.status_code)

    assert answers == [404, 404, 404, 404]
    assert [peer.state for _, peer, *_ in acts] == [
        AssignmentState.NOMINATED,
        AssignmentState.APPROVED,
        AssignmentState.NOMINATED,
        AssignmentState.ACCEPTED,
    ]
