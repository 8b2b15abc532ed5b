"""What each person reads on a packet's page, and what it costs."""

import pytest

from ladders import document
from reviews.packets.queries import revision_evidence
from reviews.packets.service import submit_packet
from reviews.rules.enums import AssignmentState, CyclePhase, PacketStage, PacketState, RaterKind
from tests.builders import (
    NOW,
    a_conflict,
    a_cycle,
    a_decision,
    a_ladder,
    a_ladder_document,
    a_packet,
    a_person,
    a_rating,
    a_revision,
    an_assignment,
    an_item,
    levels_of,
)
from tests.recording import recorded

pytestmark = pytest.mark.both_databases

ITEMS = ".//article/h4"


def into(case, phase, stage=PacketStage.WAITING):
    """Put the submitted packet into a phase; the committee has answered that it has no conflict."""
    case.packet.state = PacketState.SUBMITTED
    if case.packet.current_revision_id is None:
        a_revision(case.packet)
    case.cycle.phase = phase
    case.packet.panel_id = case.panel.id
    case.packet.stage = stage
    for member in (case.chair, case.member):
        a_conflict(case.packet, member)


def test_only_the_candidate_reads_a_draft(case, add_item, client):
    add_item(title="Not yet for others")
    client.sign_in(case.hana)
    assert client.page(case.url).texts(ITEMS) == ["Item 1 Not yet for others"]

    for person in (case.amara, case.owner):
        client.sign_in(person)
        page = client.page(case.url)
        assert "Not yet for others" not in page.response.text
        assert page.text(".//main//div[@class='empty']/h3") == "Nothing was submitted"


def test_others_read_what_was_submitted_not_what_is_being_written(complete, add_item, client):
    submit_packet(complete.packet, actor=complete.hana, now=NOW)
    add_item(title="Written afterwards")
    submitted = [
        f"Item {n} Work for {name}"
        for n, name in enumerate(("Delivery", "Judgement", "People"), start=1)
    ]

    client.sign_in(complete.amara)
    assert client.page(complete.url).texts(ITEMS) == submitted

    client.sign_in(complete.hana)
    page = client.page(complete.url)
    assert page.texts(ITEMS) == [submitted[0], "Item 4 Written afterwards", *submitted[1:]]
    assert "Changed since revision 1." in page.text(".//aside")


@pytest.mark.parametrize(
    ("phase", "who", "status"),
    [
        (CyclePhase.EVIDENCE, "peer", 404),
        (CyclePhase.EVIDENCE, "member", 404),
        (CyclePhase.RATING, "peer", 200),
        (CyclePhase.RATING, "other", 404),
        (CyclePhase.RATING, "member", 200),
        (CyclePhase.CALIBRATION, "peer", 404),
        (CyclePhase.CALIBRATION, "member", 200),
        (CyclePhase.CALIBRATION, "chair", 200),
        (CyclePhase.CALIBRATION, "owner", 200),
    ],
)
def test_who_knows_the_packet_when(case, client, phase, who, status):
    into(case, phase)
    an_assignment(case.packet, case.peer)
    client.sign_in(getattr(case, who))

    assert client.get(case.url).status_code == status


def test_the_committee_knows_a_packet_before_it_reads_it(case, client):
    into(case, CyclePhase.RATING)
    client.sign_in(case.member)
    page = client.page(case.url)
    assert page.texts(ITEMS) == []
    assert page.all(".//aside//ul[@class='cover']") == []

    case.cycle.phase = CyclePhase.CALIBRATION
    case.packet.stage = PacketStage.VOTING
    assert len(client.page(case.url).texts(ITEMS)) == 3


@pytest.mark.parametrize(
    ("kind", "state", "button"),
    [
        (RaterKind.PEER, AssignmentState.INVITED, ["Answer the invitation"]),
        (RaterKind.PEER, AssignmentState.ACCEPTED, ["Rate this packet"]),
        (RaterKind.MANAGER, AssignmentState.IN_PROGRESS, ["Rate this packet"]),
        (RaterKind.PEER, AssignmentState.SUBMITTED, []),
    ],
)
def test_a_rater_is_sent_on_to_what_is_owed(case, client, kind, state, button):
    into(case, CyclePhase.RATING)
    rater = case.amara if kind is RaterKind.MANAGER else case.peer
    an_assignment(case.packet, rater, kind=kind, state=state)
    client.sign_in(rater)

    assert client.page(case.url).texts(".//aside//a[@class='btn btn--go']") == button


def test_before_release_a_candidate_cannot_tell_how_far_calibration_has_come(case, client, look):
    into(case, CyclePhase.CALIBRATION, PacketStage.VOTING)
    client.sign_in(case.hana)
    before = look(client, case.url)
    a_rating(case.packet, case.peer)
    a_rating(case.packet, case.amara, kind=RaterKind.MANAGER)
    case.packet.revealed_at = NOW
    case.packet.stage = PacketStage.DISCUSSION
    assert look(client, case.url) == before

    case.packet.decided_at = NOW
    case.packet.stage = PacketStage.DECIDED
    a_decision(case.packet, case.chair)
    assert look(client, case.url) == before


def test_new_and_already_expected_stand_apart_with_their_origin(session, client):  # noqa: ARG001
    version = a_ladder(with_examples(a_ladder_document("origins")))
    hana = a_person("Hana")
    packet = a_packet(a_cycle(ladder=version), candidate=hana, roles=["technical-lead"])
    client.sign_in(hana)

    page = client.page(f"/packets/{packet.public_id}")

    new = ".//section[@id='in-delivery']//div[@class='dim__cols']/div[1]/ol/li"
    known = ".//section[@id='in-delivery']//details[@class='fold']//li[@class='is-known']"
    assert page.texts(f"{new}//p[@class='expect']") == [
        "Delivery at Staff engineer, statement 1.",
        "Delivery at Staff engineer, statement 2.",
        "Leads the technical plan.",
    ]
    assert page.texts(f"{new}[3]//p/span") == ["no evidence yet", "from the role Technical lead"]
    assert page.texts(f"{new}[1]//details//li") == ["For instance, a queue."]
    assert page.texts(f"{known}//p[@class='expect']") == [
        f"Delivery at {level}, statement {n}."
        for level in ("Senior engineer", "Engineer")
        for n in (1, 2)
    ]


def with_examples(ladder):
    """Give the first statement of the highest level an example."""
    highest = ladder.levels[-1]
    cell = highest.cells[0]
    first = document.Expectation(
        text=cell.expectations[0].text, examples=(document.Example("For instance, a queue."),)
    )
    cells = (
        document.Cell(dimension=cell.dimension, expectations=(first, *cell.expectations[1:])),
        *highest.cells[1:],
    )
    level = document.Level(id=highest.id, name=highest.name, rank=highest.rank, cells=cells)
    return document.Ladder(
        id=ladder.id,
        name=ladder.name,
        cascade=ladder.cascade,
        dimensions=ladder.dimensions,
        levels=(*ladder.levels[:-1], level),
        mixins=ladder.mixins,
    )


def test_an_item_stands_in_full_once_and_is_named_where_it_shows_more(case, add_item, client):
    delivery, judgement, _ = case.asked.dimensions
    add_item(delivery.new[0], judgement.new[1], title="Both", outcome="Told once.")
    client.sign_in(case.hana)

    page = client.page(case.url)

    assert page.texts(ITEMS) == ["Item 1 Both", "Item 1 Both"]
    assert page.response.text.count("Told once.") == 1
    assert page.texts(".//section[@id='in-judgement']//article//span[@class='chip chip--key']") == [
        "E2"
    ]


def test_what_people_type_is_never_markup(case, add_item, client):
    add_item(
        title="<b>Bold</b>",
        role="<i>lead</i>",
        outcome="<script>alert(1)</script>\n\n[x](javascript:alert(1)) **kept**",
        links=("https://example.org/?a=<b>",),
    )
    client.sign_in(case.hana)

    page = client.page(case.url)

    assert page.texts(ITEMS) == ["Item 1 <b>Bold</b>"]
    assert page.texts(".//article//div[@class='prose']//strong") == ["kept"]
    assert page.all(".//article//script") == []
    assert [a.get("href") for a in page.all(".//article//a")][:1] != ["javascript:alert(1)"]


def test_revisions_are_read_together(session):  # noqa: ARG001
    packets = [a_packet(a_cycle(phase=CyclePhase.RATING)) for _ in range(3)]
    ids = [packet.current_revision_id for packet in packets]
    with recorded() as one:
        revision_evidence(ids[:1])
    with recorded() as three:
        found = revision_evidence(ids)

    assert [len(found[each]) for each in ids] == [3, 3, 3]
    assert len(three) == len(one) == 3
    assert revision_evidence([]) == {}


def test_the_page_costs_the_same_for_one_and_for_thirty_items(case, add_item, client):
    client.sign_in(case.hana)
    add_item()
    with recorded() as one:
        client.get(case.url)
    for number in range(30):
        add_item(title=f"Item of number {number}")

    with recorded() as thirty:
        page = client.page(case.url)

    assert len(page.texts(ITEMS)) == 31
    assert len(thirty) == len(one)


def test_a_long_packet_stays_one_page(session, client):  # noqa: ARG001
    version = a_ladder(a_ladder_document("long", each=12))
    hana = a_person("Hana")
    packet = a_packet(a_cycle(ladder=version), candidate=hana, target=levels_of(version)[2])
    an_item(packet)
    client.sign_in(hana)

    page = client.page(f"/packets/{packet.public_id}")

    assert len(page.all(".//p[@class='expect']")) == 108
    # What is known already is one click away, so a third of it is open.
    assert len(page.all(".//details[@class='fold']//p[@class='expect']")) == 72


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("state", "phase", "said", "timeline"),
    [
        (
            PacketState.RETURNED,
            CyclePhase.RATING,
            (
                "This packet was sent back to you, and you did not submit it again before rating began.",
                "It was sent back, and not submitted again before rating began.",
            ),
            ["Evidence", "Not in review"],
        ),
        (
            PacketState.WITHDRAWN,
            CyclePhase.EVIDENCE,
            ("You withdrew this packet.", "It was withdrawn."),
            ["Not in review"],
        ),
    ],
)
def test_a_packet_that_is_out_of_its_cycle_says_so_and_is_nowhere_in_it(
    client, state, phase, said, timeline
):
    packet = a_packet(a_cycle(phase=phase), state=state)

    for person, sentence in zip((packet.candidate, packet.manager), said, strict=True):
        client.sign_in(person)
        page = client.page(f"/packets/{packet.public_id}")
        assert (
            f"{sentence} It is not in review: nobody rates it, and no committee decides on it."
            in page.text(".//aside")
        )
        assert page.texts(".//ol[@class='timeline']/li/span/b") == timeline
        assert page.texts(".//li[@aria-current='step']/span/b") == ["Not in review"]
