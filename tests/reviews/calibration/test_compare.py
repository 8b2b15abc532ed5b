"""Side by side: who may be compared, on what text, and what stands beside each expectation."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from ladders.models import LevelRow
from reviews.db.models.packets import (
    Assignment,
    Packet,
    RevisionCoverage,
    RevisionItem,
    RevisionItemExpectation,
)
from reviews.db.models.people import Person
from reviews.db.models.ratings import Rating
from reviews.db.rating_counts import keep_rating_counts
from reviews.rules.enums import (
    AssignmentState,
    Category,
    ConflictStanding,
    CyclePhase,
    PacketStage,
    PacketState,
    RaterKind,
)
from tests import builders as make
from tests.canaries import without_marks
from tests.clients import StrictClient
from tests.pages import Page, text_of
from tests.recording import recorded

pytestmark = pytest.mark.both_databases


class World:
    def __init__(self) -> None:
        self.cycle = make.a_cycle(phase=CyclePhase.CALIBRATION)
        self.member = make.a_person("Mia Member")
        self.panel = make.a_panel(
            self.cycle, chair=make.a_person("Chris Chair"), members=[self.member]
        )
        self.levels: list[LevelRow] = make.levels_of(make.ladder_of(self.cycle))
        self.ada, self.bo = self.packet("Ada Diaz"), self.packet("Bo Chen")

    def packet(
        self, name: str, member: ConflictStanding = ConflictStanding.NONE, **columns: object
    ) -> Packet:
        manager = make.a_person(f"Manager of {name}")
        packet = make.a_packet(
            columns.pop("cycle", self.cycle),
            candidate=make.a_person(name, manager=manager),
            manager=manager,
            panel=self.panel,
            stage=columns.pop("stage", PacketStage.VOTING),
            **columns,
        )
        make.a_conflict(packet, self.member, member)
        return packet

    def url(self, *packets: Packet, dimension: str = "") -> str:
        query = "&".join(f"packet={packet.public_id}" for packet in packets)
        chosen = f"&dimension={dimension}" if dimension else ""
        return f"/cycles/{self.cycle.public_id}/compare?{query}{chosen}"


@pytest.fixture
def world(client: StrictClient) -> World:
    world = World()
    client.sign_in(world.member)
    return world


def rows_of(page: Page) -> dict[str, list[str]]:
    """The cells of each row of the table, by the row's head, without marks."""
    return {
        text_of(row[0]): [without_marks(text_of(cell)) for cell in row[1:]]
        for row in page.all(".//main/table[@class='compare']/tbody/tr")
    }


def evidence_for(packet: Packet, session: scoped_session[Session]) -> list[RevisionItem]:
    return list(
        session.scalars(
            select(RevisionItem)
            .where(RevisionItem.revision_id == packet.current_revision_id)
            .order_by(RevisionItem.number)
        )
    )


# -- Who may stand side by side


def test_candidates_are_compared_on_the_first_dimension_unless_one_is_named(
    client: StrictClient, world: World
) -> None:
    page = client.page(world.url(world.ada, world.bo))
    assert page.text(".//h1") == "Delivery, two candidates, one text"
    assert page.texts(".//main/table/thead/tr/th/a") == ["Ada Diaz", "Bo Chen"]
    tabs = page.all(".//nav[@aria-label='Dimension']/ul/li/a")
    assert [text_of(tab) for tab in tabs] == ["Delivery 2", "Judgement 2", "People 2"]
    page = client.page(tabs[2].get("href") or "")
    assert page.text(".//h1") == "People, two candidates, one text"
    assert page.texts(".//main/table/thead/tr/th/a") == ["Ada Diaz", "Bo Chen"]


@pytest.mark.parametrize("count", [0, 1, 5])
def test_fewer_than_two_and_more_than_four_are_refused_with_a_sentence(
    client: StrictClient, world: World, count: int
) -> None:
    packets = [world.packet(f"Candidate {n}") for n in range(count)]
    page = client.page(world.url(*packets), status=400)
    assert page.text(".//p[@class='lede']") == "Choose two to four candidates of one target level."


def test_the_same_candidate_twice_is_one_candidate(client: StrictClient, world: World) -> None:
    client.page(world.url(world.ada, world.ada), status=400)
    page = client.page(world.url(world.ada, world.bo, world.ada))
    assert page.texts(".//main/table/thead/tr/th/a") == ["Ada Diaz", "Bo Chen"]


def test_different_target_levels_have_no_common_text(client: StrictClient, world: World) -> None:
    other = world.packet("Sam Senior", target=world.levels[1], current=world.levels[0])
    page = client.page(world.url(world.ada, other), status=400)
    assert "different target levels" in page.text()
    assert "Sam Senior" not in page.text()


def test_a_dimension_that_asks_nothing_is_refused(client: StrictClient, world: World) -> None:
    page = client.page(world.url(world.ada, world.bo, dimension="nonsense"), status=400)
    assert "This dimension asks nothing of these candidates" in page.text()


def test_one_packet_out_of_sight_hides_the_whole_page(client: StrictClient, world: World) -> None:
    elsewhere = make.a_packet(make.a_cycle(phase=CyclePhase.CALIBRATION))
    hidden = {
        "declared": world.packet("Conflict", ConflictStanding.DECLARED),
        "set aside": world.packet("Aside", ConflictStanding.SET),
        "draft": world.packet("Draft", stage=PacketStage.WAITING, state=PacketState.DRAFT),
        "other cycle": elsewhere,
    }
    answers = {
        why: client.get(world.url(world.ada, packet)).status_code for why, packet in hidden.items()
    }
    assert answers == dict.fromkeys(hidden, 404)
    unknown = f"{world.url(world.ada)}&packet=nonsense"
    assert client.get(unknown).status_code == 404
    assert client.get(f"{world.url(world.ada, world.bo)}&sort=score").status_code == 400


def test_a_packet_out_of_sight_is_not_told_apart_by_its_level(
    client: StrictClient, world: World
) -> None:
    aside = world.packet(
        "Aside", ConflictStanding.SET, target=world.levels[1], current=world.levels[0]
    )
    assert client.get(world.url(world.ada, aside)).status_code == 404


# -- What the table says


def test_each_expectation_stands_once_with_everybodys_status_and_evidence(
    client: StrictClient, world: World, session: scoped_session[Session]
) -> None:
    for _ in range(2):
        make.a_rating(world.ada, mark=Category.SHOWN)
    make.a_rating(world.ada, mark=Category.NOT_SHOWN)
    make.a_rating(world.bo, mark=Category.PARTLY)
    item = evidence_for(world.bo, session)[0]
    for link in session.scalars(
        select(RevisionItemExpectation).where(RevisionItemExpectation.item_id == item.id)
    ):
        session.delete(link)
    rows = rows_of(client.page(world.url(world.ada, world.bo)))
    evidence = (
        "1 Work for Delivery 1 Work for Delivery March to May 2026 What was done for Delivery. "
        "https://example.org/work"
    )
    said = {head: [" ".join(cell.split()) for cell in cells] for head, cells in rows.items()}
    assert said["E1Delivery at Staff engineer, statement 1."] == [
        f"Ada Diazshown2 shown, 1 not shown{evidence}",
        "Bo Chenone rater1 partlyNo evidence in the packet",
    ]
    assert said["OpenExpectations not yet shown"] == ["Ada Diaz0 of 2", "Bo Chen2 of 2 E1, E2"]
    assert said["EvidenceFor Delivery, naming no expectation"] == [
        "Ada DiazNone",
        f"Bo Chen{evidence}",
    ]
    assert list(said)[2:4] == [
        "E1Delivery at Staff engineer, statement 1.",
        "E2Delivery at Staff engineer, statement 2.",
    ]


def test_what_was_expected_already_is_folded(client: StrictClient, world: World) -> None:
    page = client.page(world.url(world.ada, world.bo))
    folded = page.one(".//details/div/table[@class='compare']")
    assert [text_of(row[0]) for row in folded.iterfind("tbody/tr")] == [
        f"E{place}Delivery at {level}, statement {n}."
        for place, (level, n) in enumerate(
            ((level, n) for level in ("Senior engineer", "Engineer") for n in (1, 2)), start=3
        )
    ]


def test_an_expectation_of_a_role_is_asked_of_whoever_has_it(
    client: StrictClient, world: World
) -> None:
    lead = world.packet("Lea Lead", roles=["technical-lead"])
    rows = rows_of(client.page(world.url(world.ada, lead)))
    (role,) = [cells for head, cells in rows.items() if "Leads the technical plan." in head]
    assert role[0] == "Ada DiazNot asked at this candidate\N{RIGHT SINGLE QUOTATION MARK}s roles"
    assert role[1].startswith("Lea Leadclaimednobody marked it")


def test_rationales_are_read_by_kind_and_peers_in_their_order_by_lot(
    client: StrictClient, world: World, session: scoped_session[Session]
) -> None:
    make.a_rating(world.ada, kind=RaterKind.MANAGER, category=Category.PARTLY)
    peers: list[Assignment] = []
    for name, category in (("Pia First", Category.MET), ("Quin Second", Category.EXCEEDS)):
        peers.append(make.a_rating(world.ada, make.a_person(name), category=category))
    peers[0].peer_order, peers[1].peer_order = 9, 2
    open_one = make.an_assignment(world.ada, state=AssignmentState.IN_PROGRESS)
    session.add(
        Rating(
            assignment_id=open_one.id,
            dimension_id=make.dimensions_of(make.ladder_of(world.cycle))[0].id,
            rationale="A draft nobody reads",
            category=Category.NOT_SHOWN,
            updated_at=make.NOW,
        )
    )
    page = client.page(world.url(world.ada, world.bo))
    rows = rows_of(page)
    text = "Seen in item 1, for Delivery."
    assert rows["RationaleManager"] == [
        f"Ada DiazPpartly{text}",
        "Bo ChenNo rating from the manager",
    ]
    assert rows["RationalePeers, in a random order"] == [
        f"Ada Diaz2 rationales Quin SecondEexceeds{text} Pia FirstMmet{text}",
        "Bo ChenNo rating from peers",
    ]
    assert "A draft nobody reads" not in page.text()


def test_who_shares_no_rater_is_named(client: StrictClient, world: World) -> None:
    shared = make.a_person("Shared Rater")
    apart = world.packet("Cy Apart")
    for packet in (world.ada, world.bo):
        make.a_rating(packet, shared)
    make.a_rating(apart)
    page = client.page(world.url(world.ada, world.bo, apart))
    assert "Cy Apart shares no rater with the others" in page.text()
    assert "shares no rater" not in client.page(world.url(world.ada, world.bo)).text()
    page = client.page(world.url(world.ada, apart))
    assert "No rater has rated two of these candidates" in page.text()


def test_the_plate_is_the_boards(client: StrictClient, world: World) -> None:
    make.a_rating(world.ada, category=Category.MET)
    page = client.page(world.url(world.ada, world.bo))
    cells = page.all(".//span[@role='img']")
    assert [cell.get("aria-label") for cell in cells] == [
        (
            "Ada Diaz, Delivery, target Staff engineer: too few ratings for a word, "
            "1 of 1 ratings: peer met. Evidence for 2 of 2 expectations."
        ),
        (
            "Bo Chen, Delivery, target Staff engineer: nobody observed, 0 of 0 ratings. "
            "Evidence for 2 of 2 expectations. Coverage hole."
        ),
    ]


def rated(packet: Packet, raters: int, session: scoped_session[Session]) -> None:
    for number in range(raters):
        rater: Person = make.a_person()
        make.a_rating(packet, rater, mark=Category.SHOWN)
        session.add(
            RevisionItem(
                revision_id=packet.current_revision_id,
                number=100 * raters + number,
                title="More",
                links=[],
            )
        )


def test_it_takes_as_many_statements_for_one_rating_and_item_as_for_thirty(
    client: StrictClient, world: World, session: scoped_session[Session]
) -> None:
    url = world.url(world.ada, world.bo)
    counts = []
    for raters in (1, 29):
        rated(world.ada, raters, session)
        session.commit()
        client.page(url)  # the first time of a day it is written to the read log
        with recorded() as seen:
            client.page(url)
        counts.append(len(seen))
    assert counts == [12, 12]


# -- Notes of no opportunity


def note_on_first(packet: Packet, session: scoped_session[Session]) -> str:
    """Ada's revision says that the role gave no chance to show the first dimension. Gives its key."""
    dimension = make.asked(packet).dimensions[0]
    session.execute(
        update(RevisionCoverage)
        .where(
            RevisionCoverage.revision_id == packet.current_revision_id,
            RevisionCoverage.dimension_id == dimension.id,
        )
        .values(no_opportunity="Support kept me off projects.")
    )
    keep_rating_counts(packet)
    return dimension.key


def test_a_note_of_no_opportunity_stands_above_the_expectations(
    client: StrictClient, world: World, session: scoped_session[Session]
) -> None:
    noted = note_on_first(world.ada, session)
    other = make.asked(world.ada).dimensions[1].key
    head = "No opportunityWhat the candidate notes: a missing value, never a low one"

    rows = rows_of(client.page(world.url(world.ada, world.bo, dimension=noted)))
    elsewhere = rows_of(client.page(world.url(world.ada, world.bo, dimension=other)))

    assert rows[head] == ["Ada DiazSupport kept me off projects.", "Bo ChenNo note"]
    assert head not in elsewhere


def test_board_and_committee_page_show_the_note(
    client: StrictClient, world: World, session: scoped_session[Session]
) -> None:
    note_on_first(world.ada, session)

    board = client.page(f"/cycles/{world.cycle.public_id}/board")
    committee = client.page(f"/packets/{world.ada.public_id}/committee")

    labels = [board.name_of(cell) for cell in board.all(".//main//a[@aria-labelledby]")]
    noted = [label for label in labels if "The candidate notes no opportunity." in label]
    assert [label.split(",")[0] for label in noted] == ["Ada Diaz"]
    assert "Ada Diaz says:" in committee.text()
    assert "Support kept me off projects." in committee.text()
