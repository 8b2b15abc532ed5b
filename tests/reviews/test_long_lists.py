"""Lists of more packets than fit on a page: fifty by name, a search, and forms silent about what is not shown."""

from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import select

from reviews.access import packet_list
from reviews.calibration.board import queries as board
from reviews.db.extensions import db
from reviews.db.models.calibration import Conflict
from reviews.db.models.cycles import Cycle
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.home import committee
from reviews.rules.enums import Category, ConflictStanding, CyclePhase, PacketStage
from tests.builders import a_ballot, a_conflict, a_cycle, a_packet, a_panel, a_person, saved
from tests.clients import StrictClient
from tests.pages import Page, values_of

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("session")]

NAMES = [f"Person {n:02}" for n in range(53)] + ["Zoë Ångström"]
PAGER = ".//nav[@class='pager']"


class Company:
    """Fifty-four packets before one panel, in a cycle with an owner and a member."""

    def __init__(self, phase: CyclePhase = CyclePhase.RATING) -> None:
        self.owner, self.member, self.manager = a_person("Ines"), a_person("Bo"), a_person("Mo")
        self.cycle: Cycle = a_cycle(phase=phase, owners=[self.owner])
        self.panel = a_panel(self.cycle, members=[self.member])
        self.packets = {name: self.packet(name) for name in reversed(NAMES)}

    def packet(self, name: str) -> Packet:
        candidate = a_person(name, manager=self.manager)
        return a_packet(self.cycle, candidate=candidate, manager=self.manager, panel=self.panel)

    def path(self, page: str) -> str:
        return f"/cycles/{self.cycle.public_id}/{page}"


@pytest.fixture
def company() -> Company:
    return Company()


def candidates(page: Page) -> list[str]:
    return page.texts(".//tbody/tr/th/a")


# -- Progress


def test_progress_comes_in_pages_by_name_and_counts_all_packets(
    client: StrictClient, company: Company
) -> None:
    client.sign_in(company.owner)

    first, second = (client.page(company.path(f"progress?page={n}")) for n in (1, 2))

    assert (candidates(first), candidates(second)) == (NAMES[:50], NAMES[50:])
    assert first.text(".//p[@class='lede']") == second.text(".//p[@class='lede']")
    assert first.text(".//p[@class='lede']").startswith("54 packets wait for a rating.")
    assert first.texts(f"{PAGER}/span") == ["1\N{EN DASH}50 of 54"]
    assert client.get(company.path("progress?page=3")).status_code == 404


def test_progress_is_searched_by_name_in_any_case(client: StrictClient, company: Company) -> None:
    client.sign_in(company.owner)

    for words, found in (
        ("ÅNGSTRÖM", ["Zoë Ångström"]),
        ("5 person", [name for name in NAMES if "5" in name]),
        ("%25", []),
    ):
        page = client.page(company.path(f"progress?q={words}"))

        assert candidates(page) == found
        assert page.texts(".//div[@class='empty']/h2") == ([] if found else ["Nobody matches"])


def test_a_list_that_fits_on_a_page_has_no_search(client: StrictClient) -> None:
    owner = a_person()
    cycle = a_cycle(phase=CyclePhase.RATING, owners=[owner])
    a_packet(cycle)
    client.sign_in(owner)

    page = client.page(f"/cycles/{cycle.public_id}/progress")

    assert page.all(".//form[@role='search']") == page.all(PAGER) == []


def test_a_candidate_with_a_new_name_stands_where_it_belongs(
    client: StrictClient, company: Company
) -> None:
    company.packets["Person 00"].candidate.name = "Yara"
    client.sign_in(company.owner)

    assert candidates(client.page(company.path("progress?page=2")))[-2:] == ["Yara", "Zoë Ångström"]


def test_the_step_to_the_next_phase_names_the_first_and_counts_the_others(
    client: StrictClient, company: Company
) -> None:
    client.sign_in(company.owner)

    page = client.page(company.path("advance"))

    unrated = ".//section[@aria-labelledby='unrated']"
    assert len(page.all(f"{unrated}//li")) == 50
    assert "54 packets" in page.text(unrated)
    assert "And 4 more." in page.text(unrated)


# -- The conflict question


def standings() -> dict[str, ConflictStanding]:
    rows = select(Packet.candidate_name_key, Conflict.standing).join(
        Packet, Packet.id == Conflict.packet_id
    )
    return {row.candidate_name_key: row.standing for row in db.session.execute(rows)}


def test_conflict_questions_are_answered_fifty_at_a_time(
    client: StrictClient, company: Company
) -> None:
    client.sign_in(company.member)
    tied = company.packets["Person 07"].public_id

    shown = client.page(company.path("conflicts")).texts(".//tbody//bdi")
    client.submit(company.path("conflicts"), {f"conflict_{tied}": "y"})

    declared = {ConflictStanding.DECLARED: 1, ConflictStanding.NONE: 49}
    recorded = list(standings().values())
    assert shown == NAMES[:50]
    assert {each: recorded.count(each) for each in set(recorded)} == declared
    rest = client.page(company.path("conflicts"))
    assert rest.texts(".//section[@aria-labelledby='open']//bdi")[:4] == NAMES[50:]


def test_a_packet_that_came_while_the_page_was_open_is_not_answered(
    client: StrictClient, company: Company
) -> None:
    for name in NAMES[3:]:
        saved(
            Conflict(
                packet_id=company.packets[name].id,
                person_id=company.member.id,
                standing=ConflictStanding.NONE,
                recorded_by_id=company.member.id,
                recorded_at=company.cycle.created_at,
            )
        )
    client.sign_in(company.member)
    path = company.path("conflicts")
    sent = values_of(client.page(path).all(".//main//form[@method='post']")[0])
    company.packet("Late")

    answer = client.post(path, data=sent)

    assert answer.status_code == 302
    assert "late" not in standings()
    assert client.page(path).texts(".//section[@aria-labelledby='open']//bdi")[0] == "Late"


# -- What an owner does with packets


def test_a_conflict_is_set_on_a_packet_that_a_search_found(
    client: StrictClient, company: Company
) -> None:
    client.sign_in(company.owner)
    path = company.path("conflicts/set")
    last = company.packets["Zoë Ångström"]

    page = client.page(path)
    offered = [option.text for option in page.all(".//select[@name='packet']/option")]
    answer = client.submit(
        f"{path}?q=zoë",
        {"packet": last.public_id, "member": company.member.public_id, "reason": "Siblings."},
    )

    assert offered == ["Choose a packet", *NAMES[:50]]
    assert answer.status_code == 302
    assert standings() == {"zoe angstrom": ConflictStanding.SET}


def test_places_are_saved_for_the_packets_of_a_page(client: StrictClient, company: Company) -> None:
    other = a_panel(company.cycle)
    client.sign_in(company.owner)
    moved = company.packets["Person 51"]

    answer = client.submit(
        company.path("panels?page=2"), {f"panel_{moved.public_id}": other.public_id}
    )

    assert answer.status_code == 302
    places = {name: packet.panel_id for name, packet in company.packets.items()}
    assert places == {**dict.fromkeys(NAMES, company.panel.id), "Person 51": other.id}


# -- The front of a list


def test_a_list_is_the_same_from_however_far_in_front_it_is_read(
    client: StrictClient, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    chair = a_person("Cy")
    theirs = a_panel(company.cycle, chair=chair)
    for name in ("Person 03", "Person 29", "Zoë Ångström"):
        company.packets[name].panel_id = theirs.id
    for fronts in ((), (1,), (2, 5), (200, 1001)):
        monkeypatch.setattr(packet_list, "FRONTS", fronts)
        client.sign_in(chair)

        page = client.page(company.path("progress"))

        # Nobody has answered the conflict question: a name is all that is seen.
        assert page.texts(".//tbody/tr/th") == ["Person 03", "Person 29", "Zoë Ångström"]
        client.sign_in(company.owner)
        second = client.page(company.path("progress?page=2"))
        assert candidates(second) == NAMES[50:]
        assert second.texts(f"{PAGER}/span") == ["51\N{EN DASH}54 of 54"]
        assert candidates(client.page(company.path("progress?q=zoë"))) == ["Zoë Ångström"]


@pytest.fixture
def short_counts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Counting ends at three packets, and few are read at a time: what is true of thousands shows in ten."""
    kept = (committee._waiting, committee._sealed, committee._ready, board._population)  # noqa: SLF001 - see below
    for module, name in ((committee, "LOOKED_AT"), (committee, "READY_READ"), (board, "COUNTED")):
        monkeypatch.setattr(module, name, 3)
    monkeypatch.setattr(packet_list, "FRONTS", (2, 4, 7))
    for statement in kept:  # the numbers are in their texts
        statement.cache_clear()
    yield
    for statement in kept:
        statement.cache_clear()


class Seat:
    """A member of a panel in calibration, with packets to vote on, and some that an owner has set aside from them."""

    def __init__(self, *, visible: int, hidden: Sequence[int] = ()) -> None:
        """`hidden`: before which of the visible packets one is set aside, counted from 0."""
        self.cycle = a_cycle(phase=CyclePhase.CALIBRATION, name="Autumn")
        self.chair, self.member = a_person("Cy"), a_person("Bo")
        self.panel = a_panel(self.cycle, chair=self.chair, members=[self.member], quorum=1)
        self.visible = []
        for place in range(visible + 1):
            for _ in range(hidden.count(place)):
                self.packet("Set aside", ConflictStanding.SET)
            if place < visible:
                self.visible.append(self.packet(f"Ada {place}", ConflictStanding.NONE))

    def packet(self, name: str, standing: ConflictStanding) -> Packet:
        packet = a_packet(
            self.cycle,
            candidate=a_person(name),
            panel=self.panel,
            stage=PacketStage.VOTING,
        )
        packet.agenda_order = len(self.visible)
        for person in (self.member, self.chair):
            a_conflict(packet, person, standing)
        return packet

    def waiting(self, client: StrictClient, person: Person) -> list[str]:
        client.sign_in(person)
        page = client.page("/")
        return [
            f"{task.text} ({meta})" if meta else task.text
            for task, meta in zip(
                page.all(".//ul[@class='tasks']//span[@class='what']/a"),
                [*page.texts(".//ul[@class='tasks']//span[@class='meta']"), *[""] * 9],
                strict=False,
            )
        ]


@pytest.mark.usefixtures("short_counts")
@pytest.mark.parametrize("hidden", [(), (0,), (0, 1, 1), (3,), (0, 0, 0, 0, 0, 4)])
@pytest.mark.parametrize(
    ("visible", "said"),
    [
        (3, "Vote on 3 packets (0 of 3 ballots sealed. Next on the agenda: Ada 0)"),
        (4, "Vote on at least 4 packets (0 of at least 4 ballots sealed.)"),
        (6, "Vote on at least 4 packets (0 of at least 4 ballots sealed.)"),
    ],
)
def test_what_waits_is_counted_alike_whatever_was_set_aside(
    client: StrictClient, visible: int, said: str, hidden: tuple[int, ...]
) -> None:
    seat = Seat(visible=visible, hidden=hidden)

    assert seat.waiting(client, seat.member) == [said]


@pytest.mark.usefixtures("short_counts")
@pytest.mark.parametrize("hidden", [(), (0, 1, 2), (5,)])
def test_ballots_to_reveal_are_counted_alike_whatever_was_set_aside(
    client: StrictClient, hidden: tuple[int, ...]
) -> None:
    seat = Seat(visible=5, hidden=hidden)
    for packet in db.session.scalars(select(Packet).where(Packet.cycle_id == seat.cycle.id)):
        a_ballot(packet, seat.member, Category.MET)
        a_ballot(packet, seat.chair, Category.MET)

    assert seat.waiting(client, seat.chair) == ["Reveal the ballots of at least 4 packets"]


@pytest.mark.usefixtures("short_counts")
@pytest.mark.parametrize("hidden", [(), (0,), (1, 2, 3, 3), (6,)])
def test_a_long_board_shows_the_same_whatever_was_set_aside(
    client: StrictClient, hidden: tuple[int, ...]
) -> None:
    seat = Seat(visible=6, hidden=hidden)
    for place in (1, 5):
        tied = seat.visible[place]
        for conflict in db.session.scalars(
            select(Conflict).where(
                Conflict.packet_id == tied.id, Conflict.person_id == seat.member.id
            )
        ):
            conflict.standing = ConflictStanding.DECLARED
    client.sign_in(seat.member)

    page = client.page(f"/cycles/{seat.cycle.public_id}/board")

    assert page.texts(".//table[@class='board']/tbody/tr/th/a") == [
        "Ada 0",
        "Ada 2",
        "Ada 3",
        "Ada 4",
    ]
    assert page.texts(".//ul[@class='stubs']/li/bdi") == ["Ada 1"]
