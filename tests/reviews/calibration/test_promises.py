"""What the committee's pages promise of a ballot and a decision is true in the phase in which it is said."""

import pytest
from sqlalchemy.orm import Session, scoped_session

from reviews.rules.enums import Category, PacketStage
from tests import builders
from tests.clients import StrictClient
from tests.pages import Page
from tests.reviews.calibration.panels import Committee, a_committee, happens

SEALED = "Your ballot is sealed. Nobody reads it before the chair reveals them all."
CAST_LATE = "Your ballot is cast. The ballots are revealed, so whoever has voted reads it now."
REVEALED = (
    "The ballots are revealed: whoever has voted reads yours at once, and the others open to you when it is"
    " cast."
)
STILL_OPEN = (
    "Still open: Chair, Member C. They can still vote after the reveal, and are shown no ballot before their own is"
    " cast."
)
VOTING, DISCUSSION, DECIDED = PacketStage.VOTING, PacketStage.DISCUSSION, PacketStage.DECIDED


def a_vote(stage: PacketStage) -> Committee:
    """Two of the panel have voted; Member C and the chair have not."""
    committee = a_committee(stage)
    for member in committee.members[:2]:
        builders.a_ballot(committee.packet, member, Category.MET)
    return committee


def address(committee: Committee, page: str) -> str:
    return f"/packets/{committee.packet.public_id}/{page}"


def release(committee: Committee) -> None:
    by = committee.owner.id
    committee.cycle.released_by_id, committee.cycle.release_at = by, builders.NOW


def ballot_of(committee: Committee, reason: str) -> dict[str, str]:
    return {
        name: value
        for dimension in builders.asked(committee.packet).dimensions
        for name, value in (
            (f"choice_{dimension.id}", Category.PARTLY.value),
            (f"rationale_{dimension.id}", reason),
        )
    }


def readers(page: Page) -> list[str]:
    return page.texts(".//*[@class='readers']")


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        (VOTING, "Nobody sees it before the chair reveals all of them."),
        (DISCUSSION, REVEALED),
    ],
)
def test_whoever_has_not_voted_reads_who_will_see_the_ballot(
    client: StrictClient, session: scoped_session[Session], stage: PacketStage, said: str
) -> None:
    assert session
    committee = a_vote(stage)
    for person in (committee.members[2], committee.chair):
        client.sign_in(person)

        page = client.page(address(committee, "committee"))

        assert f"Read first, then vote alone. {said}" in page.texts(".//aside/p")


@pytest.mark.parametrize(
    ("stage", "begins", "button"),
    [
        (VOTING, "Sealed until the chair reveals. Then read, with your name,", "Seal ballot"),
        (
            DISCUSSION,
            "The ballots are revealed, so yours is read at once, with your name,",
            "Cast ballot",
        ),
    ],
)
@pytest.mark.parametrize(("voter", "page"), [(2, "ballot"), (0, "ballot/change")])
def test_the_form_of_a_ballot_says_when_it_is_read(
    client: StrictClient,
    session: scoped_session[Session],
    *,
    stage: PacketStage,
    begins: str,
    button: str,
    voter: int,
    page: str,
) -> None:
    assert session
    committee = a_vote(stage)
    client.sign_in(committee.members[voter])

    form = client.page(address(committee, page))

    assert readers(form) == [
        f"{begins} by those of the panel who have voted and HR. Never by the candidate, the manager or peers."
    ]
    assert button in form.texts(".//main//button")


@pytest.mark.parametrize("stage", [VOTING, DISCUSSION])
def test_a_ballot_is_read_by_whom_the_form_says(
    client: StrictClient, session: scoped_session[Session], stage: PacketStage
) -> None:
    assert session
    committee = a_vote(stage)
    secret = "The cut-over was late, item 1."
    client.sign_in(committee.members[2])
    client.submit(address(committee, "ballot"), ballot_of(committee, secret))

    def reads(person: object) -> bool:
        client.sign_in(person)  # type: ignore[arg-type]
        return secret in client.get(address(committee, "committee")).text

    everybody = (
        committee.members[0],
        committee.owner,
        committee.chair,
        committee.candidate,
        committee.manager,
    )
    revealed = stage is DISCUSSION
    assert [reads(person) for person in everybody] == [revealed, revealed, False, False, False]


@pytest.mark.parametrize(
    ("opened", "sent", "said"),
    [
        (VOTING, VOTING, SEALED),
        (DISCUSSION, DISCUSSION, CAST_LATE),
        (VOTING, DISCUSSION, CAST_LATE),
    ],
)
def test_the_answer_to_a_ballot_says_whether_it_is_sealed(
    client: StrictClient,
    session: scoped_session[Session],
    opened: PacketStage,
    sent: PacketStage,
    said: str,
) -> None:
    """Also where the ballots were revealed while the form was filled in."""
    assert session
    committee = a_vote(opened)
    client.sign_in(committee.members[2])
    token = client.page(address(committee, "ballot")).one(".//main//input[@name='csrf_token']")
    happens(committee.packet, sent)
    fields = ballot_of(committee, "The cut-over was late, item 1.")

    client.post(address(committee, "ballot"), data={**fields, "csrf_token": token.get("value")})

    assert said in client.page(address(committee, "committee")).texts(".//*[@role='status']")


@pytest.mark.parametrize(
    ("stage", "counted"), [(VOTING, None), (DISCUSSION, "2 of 4 ballots cast")]
)
def test_a_ballot_that_is_read_is_nowhere_called_sealed(
    client: StrictClient, session: scoped_session[Session], stage: PacketStage, counted: str | None
) -> None:
    assert session
    committee = a_vote(stage)
    client.sign_in(committee.members[0])

    page = client.page(address(committee, "committee"))

    assert page.texts(".//aside/p[@class='meta']")[0] == "Cast."
    assert counted is None or counted in page.texts(".//*[@class='meeting']/span")
    assert "sealed" not in page.text(".//main").casefold()


def test_whoever_votes_after_the_reveal_is_shown_no_ballot_before(
    client: StrictClient, session: scoped_session[Session]
) -> None:
    assert session
    committee = a_vote(VOTING)
    client.sign_in(committee.chair)
    page = client.page(address(committee, "reveal"))
    assert page.texts(".//main//section/p") == [STILL_OPEN]

    client.submit(address(committee, "reveal"), {})

    client.sign_in(committee.members[2])
    before = client.page(address(committee, "committee")).all(".//span[@class='tally']")
    client.submit(address(committee, "ballot"), ballot_of(committee, "Item 1 shows it, late."))
    after = client.page(address(committee, "committee")).all(".//span[@class='tally']")
    assert (len(before), len(after)) == (0, 3)


def test_why_the_ballots_were_revealed_is_read_by_the_panel_and_by_owners(
    client: StrictClient, session: scoped_session[Session]
) -> None:
    assert session
    committee = a_committee(quorum=3)
    builders.a_ballot(committee.packet, committee.members[0], Category.MET)
    client.sign_in(committee.chair)
    page = client.page(address(committee, "reveal"))
    assert readers(page) == ["Read by the panel and HR."]
    client.submit(address(committee, "reveal"), {"reason": "Two members are ill this week."})

    said = "Revealed below the quorum, with 3 ballots missing: Two members are ill this week."
    everybody = (committee.members[0], committee.members[2], committee.chair, committee.owner)
    for person in everybody:
        client.sign_in(person)
        assert said in client.page(address(committee, "committee")).texts(".//main/p")


def test_a_decision_is_read_by_whom_its_form_says(
    client: StrictClient, session: scoped_session[Session]
) -> None:
    assert session
    committee = a_vote(DISCUSSION)
    client.sign_in(committee.chair)
    form = client.page(address(committee, "decision"))
    assert readers(form) == [
        "Reasons are read by Candidate and Manager after release, by the panel and HR once they are recorded.",
        "Read by Candidate and Manager at release, not before; by the panel and HR once it is recorded.",
    ]
    happens(committee.packet, DECIDED)
    builders.a_decision(committee.packet, committee.chair, letter="What was strong.")

    def reads(person: object) -> bool:
        client.sign_in(person)  # type: ignore[arg-type]
        return "What was strong." in client.get(address(committee, "outcome")).text

    everybody = (
        committee.candidate,
        committee.manager,
        committee.members[0],
        committee.members[2],
        committee.owner,
    )
    assert [reads(person) for person in everybody] == [False, False, True, True, True]
    release(committee)
    assert [reads(person) for person in everybody] == [True] * 5


def decided_by(voters: int) -> Committee:
    """A decision for which so many voted, who sit on the panel beside its four members, who did not."""
    committee = a_committee(DECIDED)
    for _ in range(voters):
        person = builders.a_person()
        builders.saved(builders.PanelMember(panel_id=committee.panel.id, person_id=person.id))
        builders.a_conflict(committee.packet, person)
        builders.a_ballot(committee.packet, person)
    builders.a_decision(committee.packet, committee.chair)
    return committee


@pytest.mark.parametrize("voters", [1, 5])
def test_an_outcome_says_only_what_is_so_of_every_vote(
    client: StrictClient, session: scoped_session[Session], voters: int
) -> None:
    """Not that everybody has voted, where some have not."""
    assert session
    committee = decided_by(voters)
    client.sign_in(committee.owner)

    page = client.page(address(committee, "outcome"))

    said = f"{voters} of {voters + 4} people voted, alone and in writing, before anything was discussed."
    assert [p for p in page.texts(".//main//p") if p.startswith(said)]


@pytest.mark.parametrize("number", [1, 4, 5, 6])
def test_how_many_voted_is_shown_from_five_on(
    client: StrictClient, session: scoped_session[Session], number: int
) -> None:
    """A smaller number would come close to saying who."""
    assert session
    committee = decided_by(number)
    release(committee)
    for person in (committee.candidate, committee.manager):
        client.sign_in(person)

        text = client.page(address(committee, "outcome")).text(".//main")

        assert (f"{number} of {number + 4} people voted" in text) is (number >= 5)
