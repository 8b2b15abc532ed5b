"""The calibration board: who sees which rows, what each row shows, and that its cost does not grow with them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import Element

import pytest
from jinja2.runtime import Macro
from sqlalchemy import event
from sqlalchemy.orm import Mapper, Session, scoped_session
from werkzeug.routing import MapAdapter

from benchmarks.board import Size, load
from ladders.models import LadderVersion, LevelRow
from reviews.calibration.board import page as board_page_module
from reviews.calibration.board import queries as board_queries
from reviews.db import pagination
from reviews.db.models.cycles import Cycle, Panel
from reviews.db.models.packets import Packet, RevisionCoverage
from reviews.db.models.people import Person
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
from tests.clients import StrictClient
from tests.pages import Page, text_of
from tests.recording import recorded

pytestmark = pytest.mark.both_databases

ROWS = ".//table[@class='board']/tbody/tr"
NAMES = f"{ROWS}/th/a"
_SVG = "{http://www.w3.org/2000/svg}"
DRAWINGS = f".//{_SVG}svg[@class='drawings']/{_SVG}defs/{_SVG}g"


class World:
    """A cycle in calibration with a chair, a member and as many packets as a test adds."""

    def __init__(self, phase: CyclePhase = CyclePhase.CALIBRATION) -> None:
        self.owner = make.a_person("Olga Owner")
        self.cycle: Cycle = make.a_cycle(phase=phase, owners=[self.owner])
        self.chair = make.a_person("Chris Chair")
        self.member = make.a_person("Mia Member")
        self.panel: Panel = make.a_panel(self.cycle, chair=self.chair, members=[self.member])
        self.version: LadderVersion = make.ladder_of(self.cycle)
        self.senior, self.staff = make.levels_of(self.version)[1:]

    def packet(
        self,
        name: str,
        *,
        member: ConflictStanding | None = ConflictStanding.NONE,
        target: LevelRow | None = None,
        manager: Person | None = None,
        stage: PacketStage = PacketStage.VOTING,
        **columns: object,
    ) -> Packet:
        manager = manager or make.a_person(f"Manager of {name}")
        packet = make.a_packet(
            self.cycle,
            candidate=make.a_person(name, manager=manager, unit=columns.pop("unit", "Platform")),
            manager=manager,
            panel=self.panel,
            target=target,
            stage=stage,
            **columns,
        )
        make.a_conflict(packet, self.chair)
        if member is not None:
            make.a_conflict(packet, self.member, member)
        return packet

    @property
    def url(self) -> str:
        return f"/cycles/{self.cycle.public_id}/board"


@pytest.fixture
def world(session: scoped_session[Session]) -> World:  # noqa: ARG001 - opens the database
    return World()


def board(client: StrictClient, world: World, person: Person, query: str = "") -> Page:
    client.sign_in(person)
    return client.page(world.url + query)


def row_of(page: Page, name: str) -> str:
    (row,) = [row for row in page.all(ROWS) if name in text_of(row)]
    return " ".join(text_of(cell) for cell in row)


def cells_of(page: Page) -> list[Element]:
    return page.all(f"{ROWS}/td/a[@aria-labelledby]")


def classes_of(page: Page) -> list[str]:
    return [cell.get("class", "") for cell in cells_of(page)]


def names_of(page: Page) -> list[str]:
    return [page.name_of(cell) for cell in cells_of(page)]


# -- Who sees which rows


def test_a_member_reads_the_packets_without_a_conflict(client: StrictClient, world: World) -> None:
    world.packet("Ada Open")
    page = board(client, world, world.member)
    assert page.texts(NAMES) == ["Ada Open"]
    assert "1 candidate, read against" in page.text()


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (ConflictStanding.DECLARED, "Cleo Close recused"),
        (None, "Cleo Close answer the conflict question first"),
    ],
)
def test_a_conflicted_member_reads_a_name_and_nothing_else(
    client: StrictClient, world: World, standing: ConflictStanding | None, said: str
) -> None:
    world.packet("Ada Open")
    closed = world.packet("Cleo Close", member=standing, target=world.senior)
    page = board(client, world, world.member)
    assert page.texts(NAMES) == ["Ada Open"]
    assert page.texts(".//ul[@class='stubs']/li") == [said]
    html = page.response.get_data(as_text=True)
    assert html.count("Cleo Close") == 1
    assert closed.public_id not in html
    assert "Manager of Cleo Close" not in html
    assert world.senior.name not in html


def test_nothing_on_the_board_betrays_a_packet_that_is_set_aside(
    client: StrictClient, world: World
) -> None:
    packets = [world.packet(f"Candidate {n}") for n in range(13)]
    raters = [make.a_person(f"Rater {n}") for n in range(7)]
    for packet in packets:
        make.a_ballot(packet, world.member)
        for rater in raters[:6]:
            make.a_rating(packet, rater, categories={"delivery": Category.PARTLY})
    before = board(client, world, world.member).text()
    hidden = world.packet(
        "Hidden Person", member=ConflictStanding.SET, target=world.senior, unit="Elsewhere"
    )
    make.a_rating(hidden, raters[0], category=Category.EXCEEDS)
    make.a_rating(hidden, raters[1], category=Category.NOT_SHOWN)
    page = board(client, world, world.member)
    assert page.text() == before
    assert "Hidden" not in page.response.get_data(as_text=True)
    assert client.get(f"{world.url}?manager={hidden.manager.public_id}").status_code == 400


def test_a_tied_member_is_recused_whatever_was_answered(client: StrictClient, world: World) -> None:
    world.packet("Ada Report", manager=world.member)
    page = board(client, world, world.member)
    assert page.texts(".//ul[@class='stubs']/li") == ["Ada Report recused"]


def test_drafts_and_withdrawn_packets_are_not_on_the_board(
    client: StrictClient, world: World
) -> None:
    world.packet("Ada Open")
    world.packet("Dora Draft", stage=PacketStage.WAITING, state=PacketState.DRAFT)
    world.packet("Wim Gone", state=PacketState.WITHDRAWN)
    assert board(client, world, world.chair).texts(NAMES) == ["Ada Open"]


def test_who_has_no_part_in_the_committee_does_not_open_the_board(
    client: StrictClient, world: World
) -> None:
    packet = world.packet("Ada Open")
    answers = {}
    for person in (packet.candidate, packet.manager, make.a_person("Stranger")):
        client.sign_in(person)
        answers[person.name] = client.get(world.url).status_code
    assert answers == {"Ada Open": 403, "Manager of Ada Open": 403, "Stranger": 404}


def test_the_owner_watches_the_board_fill_while_ratings_come_in(
    client: StrictClient,
    session: scoped_session[Session],  # noqa: ARG001 - opens the database
) -> None:
    world = World(CyclePhase.RATING)
    packet = world.packet("Ada Open", stage=PacketStage.WAITING)
    make.a_rating(packet, kind=RaterKind.MANAGER)
    make.an_assignment(packet, state=AssignmentState.IN_PROGRESS)
    page = board(client, world, world.owner)
    assert names_of(page)[0] == (
        "Ada Open, Delivery, target Staff engineer: too few ratings for a word, 1 of 2 ratings: "
        "manager met; 1 not in. Evidence for 2 of 2 expectations."
    )
    assert "Rating" in row_of(page, "Ada Open")
    client.sign_in(world.member)
    assert client.get(world.url).status_code == 403


# -- What a row shows


def test_a_cell_counts_submitted_ratings_and_covered_expectations(
    client: StrictClient, world: World, session: scoped_session[Session]
) -> None:
    packet = world.packet("Ada Open")
    make.a_rating(packet, kind=RaterKind.MANAGER, categories={"people": Category.NOT_OBSERVED})
    make.a_rating(packet, category=Category.PARTLY)
    make.a_rating(packet, category=Category.PARTLY)
    make.a_rating(packet, category=Category.MET)
    make.an_assignment(packet, state=AssignmentState.EXPIRED)
    make.an_assignment(packet, state=AssignmentState.DECLINED)
    people = make.dimensions_of(world.version)[2]
    coverage = session.get_one(RevisionCoverage, (packet.current_revision_id, people.id))
    coverage.expectations, coverage.covered = 5, 2
    keep_rating_counts(packet)
    labels = names_of(board(client, world, world.chair))
    split = (
        "split at the target line, 4 of 5 ratings: manager met; peers partly, partly, met; 1 not in. "
        "Evidence for 2 of 2 expectations. Ratings disagree."
    )
    assert labels == [
        f"Ada Open, Delivery, target Staff engineer: {split}",
        f"Ada Open, Judgement, target Staff engineer: {split}",
        (
            "Ada Open, People, target Staff engineer: partly by majority, 3 of 5 ratings: "
            "peers partly, partly, met; 1 could not rate it, the manager among them; 1 not in. "
            "Evidence for 2 of 5 expectations. Coverage hole."
        ),
    ]


def test_a_cell_leads_to_its_ratings_and_a_name_to_the_committee_page(
    client: StrictClient, world: World
) -> None:
    packet = world.packet("Ada Open")
    page = board(client, world, world.member)
    assert [cell.get("href") for cell in cells_of(page)] == [
        f"/packets/{packet.public_id}/ratings#d-{key}"
        for key in ("delivery", "judgement", "people")
    ]
    assert page.one(NAMES).get("href") == f"/packets/{packet.public_id}/committee"


def linked(world: World) -> list[Packet]:
    """Twelve candidates rated by the same six people, with some spread among them."""
    raters = [make.a_person(f"Rater {n}") for n in range(6)]
    packets = [world.packet(f"Candidate {n}") for n in range(12)]
    for packet in packets:
        for n, rater in enumerate(raters):
            mixed = Category.MET if n < 3 else Category.PARTLY
            make.a_rating(packet, rater, categories={"people": mixed})
    return packets


def test_the_chair_sees_zones_and_a_member_only_where_the_own_ballot_is_sealed(
    client: StrictClient, world: World
) -> None:
    packets = linked(world)
    sealed = ["cell cell--m cell--clear"] * 2 + ["cell cell--x cell--talk"]
    plain = ["cell cell--m"] * 2 + ["cell cell--x"]
    waits = "appear once your own ballot on a packet is cast"
    page = board(client, world, world.chair)
    assert classes_of(page) == sealed * 12
    assert waits not in page.text()
    page = board(client, world, world.member)
    assert classes_of(page) == plain * 12
    assert waits in page.text()
    assert "after your ballot Your ballot" in row_of(page, "Candidate 4")
    make.a_ballot(packets[4], world.member)
    page = board(client, world, world.member)
    assert classes_of(page) == plain * 4 + sealed + plain * 7
    assert "1 to discuss Voting · yours sealed" in row_of(page, "Candidate 4")
    assert "You have sealed 1 of 12 ballots." in page.text()


def test_without_enough_links_no_zone_is_drawn_and_the_page_says_so(
    client: StrictClient, world: World
) -> None:
    packet = world.packet("Ada Open")
    for _ in range(4):
        make.a_rating(packet)
    page = board(client, world, world.chair)
    assert classes_of(page) == ["cell cell--m"] * 3
    assert "No zone is drawn here: too few raters link these candidates" in page.text()


def test_the_chair_sees_how_many_ballots_are_in_and_a_member_does_not(
    client: StrictClient, world: World
) -> None:
    packet = world.packet("Ada Open")
    make.a_ballot(packet, world.chair)
    assert "Voting · 1 of 2 in" in row_of(board(client, world, world.chair), "Ada Open")
    assert "1 of 2" not in row_of(board(client, world, world.member), "Ada Open")


# -- Choosing


@pytest.fixture
def choosing(world: World) -> World:
    """Four candidates on two levels, two managers and two units; one is flagged."""
    ann, bob = make.a_person("Ann Lead"), make.a_person("Bob Lead")
    world.packet("Zoe", manager=ann, unit="Data")
    flagged = world.packet("Yan", manager=bob, stage=PacketStage.DISCUSSION)
    world.packet("Xiu", manager=bob, target=world.senior, current=None)
    world.packet("Abe", manager=ann)
    for category in (Category.NOT_SHOWN, Category.MET, Category.EXCEEDS):
        make.a_rating(flagged, category=category)
    return world


def titles(page: Page) -> list[str]:
    return [title.rsplit(" ", 2)[0] for title in page.texts(".//section/form/h2")]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Zoe", "Yan", "Abe", "Xiu"]),
        ("?sort=name", ["Abe", "Yan", "Zoe", "Xiu"]),
        ("?sort=manager", ["Zoe", "Abe", "Yan", "Xiu"]),
        ("?sort=discuss", ["Yan", "Zoe", "Abe", "Xiu"]),
        ("?flag=disagree", ["Yan"]),
        ("?flag=coverage_hole", ["Zoe", "Abe", "Xiu"]),
        ("?stage=discussion", ["Yan"]),
        ("?q=%20xI", ["Xiu"]),
        ("?level=&manager=&q=", ["Zoe", "Yan", "Abe", "Xiu"]),
    ],
)
def test_the_board_is_filtered_and_sorted_by_its_address(
    client: StrictClient, choosing: World, query: str, names: list[str]
) -> None:
    assert board(client, choosing, choosing.chair, query).texts(NAMES) == names


def test_filters_offer_what_the_viewer_sees(client: StrictClient, choosing: World) -> None:
    page = board(client, choosing, choosing.chair)
    assert page.texts(".//select[@name='level']/option") == [
        "All levels",
        "Staff engineer",
        "Senior engineer",
    ]
    assert page.texts(".//select[@name='manager']/option") == [
        "All managers",
        "Ann Lead",
        "Bob Lead",
    ]
    level = page.all(".//select[@name='level']/option")[2].get("value")
    manager = page.all(".//select[@name='manager']/option")[1].get("value")
    assert board(client, choosing, choosing.chair, f"?level={level}").texts(NAMES) == ["Xiu"]
    found = board(client, choosing, choosing.chair, f"?manager={manager}")
    assert found.texts(NAMES) == ["Zoe", "Abe"]
    assert "2 of 4 candidates match." in found.text()


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("level", ["Staff engineer", "Senior engineer"]),
        (
            "manager",
            ["Staff engineer, Ann Lead", "Staff engineer, Bob Lead", "Senior engineer, Bob Lead"],
        ),
        (
            "unit",
            ["Staff engineer, Data", "Staff engineer, Platform", "Senior engineer, Platform"],
        ),
    ],
)
def test_however_it_is_grouped_no_group_mixes_levels(
    client: StrictClient, choosing: World, group: str, expected: list[str]
) -> None:
    assert titles(board(client, choosing, choosing.chair, f"?group={group}")) == expected


@pytest.mark.parametrize(
    "query",
    [
        "?level=nonsense",
        "?manager=nonsense",
        "?flag=zone",
        "?stage=done",
        "?sort=score",
        "?group=org",
        "?page=0",
        "?page=2",
        "?page=x",
        "?q=a%00b",
        "?rank=1",
    ],
)
def test_what_is_not_known_is_refused(client: StrictClient, choosing: World, query: str) -> None:
    client.sign_in(choosing.chair)
    assert client.get(choosing.url + query).status_code == 400


def test_filters_that_leave_nobody_say_so(client: StrictClient, choosing: World) -> None:
    page = board(client, choosing, choosing.chair, "?q=nobody")
    assert page.texts(".//div[@class='empty']/h2") == ["Nobody matches these filters"]


# -- What it costs


def loaded(size: Size) -> tuple[str, Person]:
    cycle, chair = load(size)
    return f"/cycles/{cycle.public_id}/board", chair


@contextmanager
def objects() -> Iterator[Counter[str]]:
    """The objects that the database layer makes inside the block, by class."""
    made: Counter[str] = Counter()

    def note(target: object, _context: object) -> None:
        made[type(target).__name__] += 1

    event.listen(Mapper, "load", note)
    try:
        yield made
    finally:
        event.remove(Mapper, "load", note)


def test_a_page_of_the_board_costs_the_same_at_any_size(
    client: StrictClient,
    session: scoped_session[Session],  # noqa: ARG001 - opens the database
) -> None:
    costs = []
    for size in (Size(60, 5, 3), Size(300, 5, 3)):
        url, chair = loaded(size)
        client.sign_in(chair)
        client.page(url)  # the first time of a day it is written to the read log
        with recorded() as seen, objects() as made:
            page = client.page(url)
        costs.append((len(page.all(ROWS)), len(seen), dict(made)))
    assert costs == [(50, 9, {"Cycle": 1}), (50, 9, {"Cycle": 1})]


def test_a_choice_costs_one_statement_at_most(
    client: StrictClient,
    session: scoped_session[Session],  # noqa: ARG001 - opens the database
) -> None:
    url, chair = loaded(Size(60, 3, 4))
    client.sign_in(chair)
    counts = {}
    for query in (
        "",
        "?sort=discuss",
        "?sort=manager&group=manager",
        "?group=unit",
        "?flag=coverage_hole",
        "?q=person",
    ):
        client.page(
            url + query
        )  # rows that are seen for the first time are written to the read log
        with recorded() as seen:
            client.page(url + query)
        counts[query] = len(seen)
    # Where a filter leaves more than a page they are counted.
    assert counts == {**dict.fromkeys(counts, 9), "?q=person": 10}


def test_no_macro_is_called_and_no_address_built_for_a_cell(
    client: StrictClient,
    session: scoped_session[Session],  # noqa: ARG001 - opens the database
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: Counter[str] = Counter()
    run_macro, build = Macro.__call__, MapAdapter.build

    def macro(*args: object, **kwargs: object) -> str:
        calls["macros"] += 1
        return run_macro(*args, **kwargs)

    def address(*args: object, **kwargs: object) -> str:
        calls["addresses"] += 1
        return build(*args, **kwargs)

    monkeypatch.setattr(Macro, "__call__", macro)
    monkeypatch.setattr(MapAdapter, "build", address)
    seen = {}
    for size in (Size(20, 2, 3), Size(20, 12, 3)):
        url, chair = loaded(size)
        client.sign_in(chair)
        client.page(url)  # the first of its kind: what its cells hold is made here
        calls.clear()
        page = client.page(url)
        columns = len(page.all(".//table[@class='board']/thead/tr/th")) - 3
        drawings = len(page.all(DRAWINGS))
        seen[size] = (columns, calls["macros"] - drawings, calls["addresses"] - columns)
    few, many = seen.values()
    assert few[0] == 2
    assert many == (12, *few[1:])


def test_every_part_of_a_cell_that_others_share_stands_on_the_page_once(
    client: StrictClient, world: World
) -> None:
    for name in ("Ada", "Bo", "Cy"):
        make.a_rating(world.packet(name), kind=RaterKind.MANAGER)
    page = board(client, world, world.chair)
    assert len(cells_of(page)) == 9
    assert page.texts(".//div[@hidden]/span") == [
        "Delivery, target Staff engineer:",
        "Judgement, target Staff engineer:",
        "People, target Staff engineer:",
        "Ada,",
        "too few ratings for a word, 1 of 1 ratings:",
        "manager met.",
        "Evidence for 2 of 2 expectations.",
        "Bo,",
        "Cy,",
    ]
    assert len(page.all(DRAWINGS)) == 1


def test_a_page_holds_fifty_rows_and_a_group_goes_on_over_the_next(
    client: StrictClient,
    session: scoped_session[Session],  # noqa: ARG001 - opens the database
) -> None:
    url, chair = loaded(Size(120, 1, 2))
    client.sign_in(chair)
    pages = [client.page(f"{url}?page={n}") for n in (1, 2, 3)]
    names = [page.texts(NAMES) for page in pages]
    assert [len(each) for each in names] == [50, 50, 20]
    assert len({name for each in names for name in each}) == 120
    assert [page.text(".//section/form/h2") for page in pages] == [
        "Staff 50 candidates on this page",
        "Staff 50 candidates on this page",
        "Staff 20 candidates on this page",
    ]
    assert [page.texts(".//nav[@aria-label='Pages']/*") for page in pages] == [
        ["1", "2", "3", "Next", "1–50 of 120 candidates"],  # noqa: RUF001 - a range
        ["1", "2", "3", "Next", "51–100 of 120 candidates"],  # noqa: RUF001 - a range
        ["1", "2", "3", "101–120 of 120 candidates"],  # noqa: RUF001 - a range
    ]
    assert client.get(f"{url}?page=4").status_code == 400


@pytest.mark.parametrize("sort", ["agenda", "discuss"])
def test_pages_and_groups_of_several_levels_hold_everybody_once(
    client: StrictClient, world: World, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    for module in (pagination, board_page_module, board_queries):
        monkeypatch.setattr(module, "PAGE_SIZE", 3)
    monkeypatch.setattr(board_queries, "ROWS_READ", 5)
    for number in range(5):
        world.packet(f"Staff {number}")
    for number in range(4):
        world.packet(f"Senior {number}", target=world.senior, current=None)
    client.sign_in(world.chair)
    pages = [client.page(f"{world.url}?sort={sort}&page={n}") for n in (1, 2, 3)]
    assert [page.texts(NAMES) for page in pages] == [
        ["Staff 0", "Staff 1", "Staff 2"],
        ["Staff 3", "Staff 4", "Senior 0"],
        ["Senior 1", "Senior 2", "Senior 3"],
    ]
    assert pages[1].texts(".//section/form/h2") == [
        "Staff engineer 2 candidates on this page",
        "Senior engineer 1 candidate on this page",
    ]


def test_a_board_that_is_too_long_to_be_counted_says_so_and_draws_no_zone(
    client: StrictClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (pagination, board_queries):
        monkeypatch.setattr(module, "COUNTED", 11)
    linked(world)
    page = board(client, world, world.chair)
    assert classes_of(page) == (["cell cell--m"] * 2 + ["cell cell--x"]) * 12
    assert "more than 1,000 candidates, read against" in page.text()
    assert "no zone is drawn, and the filters offer" in page.text()


def test_names_that_are_not_the_viewers_to_judge_end_after_fifty(
    client: StrictClient, world: World
) -> None:
    for number in range(51):
        world.packet(f"Candidate {number:02}", member=None)
    page = board(client, world, world.member)
    named = page.texts(".//ul[@class='stubs']/li/bdi")
    assert named == [f"Candidate {number:02}" for number in range(50)]
    assert "These are the first 50." in page.text()
