"""The words of the rating scale: an owner's wording reaches every page, and each column takes its own answers alone."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import String, select, type_coerce, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import QueryableAttribute, Session, scoped_session

from reviews.access import loaders
from reviews.calibration import service
from reviews.calibration.requirements import DecisionDraft
from reviews.db.extensions import db
from reviews.db.models.calibration import BallotMark, DimensionOutcome
from reviews.db.models.packets import NoOpportunity, RevisionCoverage
from reviews.db.models.people import Person
from reviews.db.models.ratings import ExpectationMark, Rating
from reviews.rules.enums import (
    ATTAINMENTS,
    BALLOT_CHOICES,
    MARKS,
    RATING_CATEGORIES,
    SCALE,
    Action,
    AssignmentState,
    Category,
    CyclePhase,
    Outcome,
    PacketStage,
    PacketState,
)
from reviews.rules.scale import DEFAULT_SCALE, DEFAULT_WORDS, ScaleWords
from tests import builders as make
from tests.clients import StrictClient
from tests.pages import Page

WORDS = {
    "not_shown": "fehlt noch",
    "partly": "zum Teil (<50 %)",
    "met": "erfüllt & bewährt",
    "exceeds": "<b>mehr</b>",
    "not_observed": "nicht gesehen",
    "no_opportunity": "kein Anlass",
}
HINTS = {category: f"Was “{word}” heißt." for category, word in WORDS.items()}
REWORDED = {category: {"word": word, "hint": HINTS[category]} for category, word in WORDS.items()}
#: Attributes that are read out or shown.
SAID = ("aria-label", "data-label", "label", "placeholder", "title")
#: Sentences of the product that use a word of the default scale in its common meaning.
PROSE = re.compile(r"\) is (?:not )?met\.|the role gave no opportunity")
OLD = re.compile(
    "|".join(
        [
            *(rf"\b{wording['word']}\b" for wording in DEFAULT_SCALE.values()),
            *(re.escape(wording["hint"]) for wording in DEFAULT_SCALE.values()),
        ]
    ),
    re.IGNORECASE,
)


def words_of(element: Element) -> Iterator[str]:
    """All that a page says, to the eye or to an assistive tool."""
    yield from (f" {element.attrib[name]} " for name in SAID if name in element.attrib)
    yield element.text or ""
    for child in element:
        yield from words_of(child)
        yield child.tail or ""


# -- The value


def test_a_cycle_words_its_six_answers_and_no_other() -> None:
    scale = ScaleWords.of(REWORDED)

    assert {category: scale.word(category) for category in Category} == {
        **WORDS,
        "cannot_judge": "cannot judge",
        "insufficient_evidence": "insufficient evidence",
        "shown": "shown",
    }
    assert scale.in_order == tuple(WORDS.values())[:4]
    assert scale.hints == HINTS


def test_a_heading_begins_with_a_capital_and_keeps_the_others() -> None:
    scale = ScaleWords.of({**REWORDED, "met": {"word": "at NATO level", "hint": ""}})

    assert scale.heading("met") == "At NATO level"
    assert scale.heading("no_opportunity") == "Kein Anlass"
    assert scale.heading("exceeds") == "<b>mehr</b>"


def test_what_is_no_answer_has_no_word() -> None:
    with pytest.raises(KeyError):
        DEFAULT_WORDS.word("split")


def test_two_cycles_of_the_same_words_share_what_is_remembered_of_them() -> None:
    again = {category: dict(wording) for category, wording in REWORDED.items()}

    assert {ScaleWords.of(REWORDED), ScaleWords.of(again)} == {ScaleWords.of(REWORDED)}
    assert ScaleWords.of(REWORDED) != DEFAULT_WORDS


# -- Columns


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("column", "answers"),
    [
        (Rating.category, RATING_CATEGORIES),
        (ExpectationMark.mark, MARKS),
        (BallotMark.choice, BALLOT_CHOICES),
        (DimensionOutcome.attainment, ATTAINMENTS),
    ],
    ids=str,
)
def test_a_column_takes_its_answers_and_the_database_refuses_the_others(
    session: scoped_session[Session], column, answers
) -> None:
    packet = make.a_packet(make.a_cycle(phase=CyclePhase.CALIBRATION))
    make.a_rating(packet, mark=Category.SHOWN)
    make.a_ballot(packet, packet.manager)
    make.a_decision(packet, packet.manager)

    assert {answer for answer in Category if takes(session, column, answer)} == set(answers)
    session.execute(update(column.class_).values({column: answers[-1]}))
    (kept,) = session.scalars(select(column).distinct())
    assert kept is answers[-1]


def takes(session: scoped_session[Session], column: QueryableAttribute, answer: Category) -> bool:
    """Whether the database does, whatever the type of the column thinks."""
    value = type_coerce(answer.value, String)
    try:
        with session.begin_nested():
            session.execute(update(column.class_).values({column: value}))
    except IntegrityError:
        return False
    return True


# -- Pages

DRAFTED = (Category.NOT_SHOWN, Category.EXCEEDS, Category.NO_OPPORTUNITY)
ATTAINED = (Category.EXCEEDS, Category.PARTLY, Category.NOT_SHOWN)


class World:
    """A cycle whose owner has reworded the scale, and two packets about which every answer has been given.

    On the first packet the committee says everything, on the other one thing. A world is in the phase of ratings; its
    last five methods move it elsewhere.
    """

    def __init__(self, client: StrictClient) -> None:
        owner = make.a_person("Owner", is_owner=True)
        names = ("Candidate", "Chair", "Invited", "Member", "Peer")
        self.people = {name.lower(): make.a_person(name) for name in names}
        self.chair = self.people["chair"]
        self.cycle = make.a_cycle(phase=CyclePhase.SETUP, owners=[owner])
        self.reword(client, owner)
        self.cycle.phase = CyclePhase.RATING
        members = [self.people["member"], make.a_person(), make.a_person()]
        panel = make.a_panel(self.cycle, chair=self.chair, members=members)
        self.packet = make.a_packet(self.cycle, candidate=self.people["candidate"], panel=panel)
        self.other = make.a_packet(self.cycle, panel=panel)
        self.asked = make.asked(self.packet).dimensions
        make.an_assignment(self.packet, self.people["invited"], state=AssignmentState.INVITED)
        self.rate()
        for person, choice in zip((*members, self.chair), SCALE, strict=True):
            for packet in (self.packet, self.other):
                make.a_conflict(packet, person)
            make.a_ballot(self.packet, person, choice)
            make.a_ballot(self.other, person, Category.PARTLY)
        make.a_ballot(self.packet, members[0], Category.EXCEEDS, number=2)
        self.note()

    def reword(self, client: StrictClient, owner: Person) -> None:
        client.sign_in(owner)
        answer = client.submit(
            f"/cycles/{self.cycle.public_id}/setup",
            {
                f"{category}-{name}": text
                for category, wording in REWORDED.items()
                for name, text in wording.items()
            },
        )
        assert answer.status_code == 302

    def rate(self) -> None:
        """Submitted ratings of both, and a peer's draft of one: another answer and mark on each dimension."""
        for packet in (self.packet, self.other):
            for category in RATING_CATEGORIES:
                make.a_rating(packet, category=category, mark=Category.NOT_SHOWN)
        draft = make.an_assignment(
            self.packet, self.people["peer"], state=AssignmentState.IN_PROGRESS
        )
        for dimension, category, mark in zip(self.asked, DRAFTED, MARKS[1:], strict=True):
            make.saved(
                Rating(
                    assignment_id=draft.id,
                    dimension_id=dimension.id,
                    rationale=f"Seen in item 1, for {dimension.name}.",
                    category=category,
                    updated_at=make.NOW,
                )
            )
            make.saved(
                ExpectationMark(
                    assignment_id=draft.id, expectation_id=dimension.counted[0].id, mark=mark
                )
            )

    def note(self) -> None:
        """The candidates say that their roles gave no chance in the first dimension."""
        note, dimension = "Support kept me off projects.", self.asked[0].id
        coverage = update(RevisionCoverage).where(RevisionCoverage.dimension_id == dimension)
        db.session.execute(coverage.values(no_opportunity=note))
        make.saved(
            NoOpportunity(
                packet_id=self.packet.id,
                dimension_id=dimension,
                note=note,
                updated_at=make.NOW,
            )
        )

    def attainments(self) -> dict[str, str]:
        """A decision that says what is attained and gives no reason."""
        return {
            f"attainment_{dimension.id}": attainment.value
            for dimension, attainment in zip(self.asked, ATTAINED, strict=True)
        }

    def is_drafted(self) -> None:
        self.cycle.phase = CyclePhase.EVIDENCE
        self.packet.state = PacketState.DRAFT

    def is_overdue(self) -> None:
        self.cycle.rating_due = make.NOW - timedelta(days=1)

    def is_voted_on(self) -> None:
        self.cycle.phase = CyclePhase.CALIBRATION
        self.packet.stage = self.other.stage = PacketStage.VOTING

    def is_discussed(self) -> None:
        self.cycle.phase = CyclePhase.CALIBRATION
        for packet in (self.packet, self.other):
            packet.stage, packet.revealed_at = PacketStage.DISCUSSION, make.NOW

    def is_decided(self) -> None:
        self.is_discussed()
        viewer = make.viewer_of(self.chair)
        found = loaders.packet(viewer, Action.DECIDE_PACKET, packet=self.packet.public_id)
        attainments = {
            dimension.id: (attainment, "Item 1 shows how far.")
            for dimension, attainment in zip(self.asked, ATTAINED, strict=True)
        }
        service.decide(
            found.packet,
            draft=DecisionDraft(Outcome.NOT_YET, "Read with care.", attainments),
            actor=viewer,
            now=make.NOW,
        )


@dataclass(frozen=True)
class Shown:
    """A page, who reads it and when, and the answers whose words stand on it."""

    path: str
    reader: str
    answers: Iterable[Category]
    when: Callable[[World], None] = lambda _: None
    #: What is sent in its form; the page is then the one that is shown again.
    fields: Callable[[World], dict[str, str]] | None = None


ALL, NOTE = RATING_CATEGORIES, Category.NO_OPPORTUNITY
PACKET, RATE = "/packets/{packet}", "/packets/{packet}/rating/delivery"
COMPARE = "/cycles/{cycle}/compare?packet={packet}&packet={other}"
PAGES = {
    "cycle": Shown("/cycles/{cycle}", "peer", ALL),
    "note": Shown(f"{PACKET}/no-opportunity/delivery", "candidate", [NOTE], World.is_drafted),
    "submit": Shown(f"{PACKET}/submit", "candidate", [NOTE], World.is_drafted),
    "packet": Shown(PACKET, "peer", [NOTE]),
    "invitation": Shown(f"{PACKET}/invitation", "invited", [Category.NOT_OBSERVED]),
    "rate": Shown(RATE, "peer", ALL),
    "rate, saved meanwhile": Shown(RATE, "peer", ALL, fields=lambda _: {"version": "0"}),
    "rate, overdue": Shown(RATE, "peer", [*MARKS[1:], NOTE], World.is_overdue),
    "review": Shown(f"{PACKET}/rating/submit", "peer", DRAFTED),
    "ratings": Shown(f"{PACKET}/ratings", "chair", ALL, World.is_voted_on),
    "ballot": Shown(f"{PACKET}/ballot/change", "member", SCALE, World.is_voted_on),
    "committee": Shown(f"{PACKET}/committee", "member", [*SCALE, NOTE], World.is_discussed),
    "committee, of one mind": Shown(
        "/packets/{other}/committee", "member", [*SCALE, NOTE], World.is_discussed
    ),
    "decision": Shown(f"{PACKET}/decision", "chair", SCALE, World.is_discussed),
    "decision, refused": Shown(
        f"{PACKET}/decision", "chair", SCALE, World.is_discussed, World.attainments
    ),
    "outcome": Shown(f"{PACKET}/outcome", "chair", SCALE, World.is_decided),
    "compare": Shown(COMPARE, "member", ALL, World.is_voted_on),
}


@pytest.mark.parametrize("shown", PAGES.values(), ids=PAGES)
def test_the_words_of_the_owner_stand_on_every_page_and_the_default_ones_on_none(
    client: StrictClient, shown: Shown
) -> None:
    world = World(client)
    shown.when(world)
    path = shown.path.format(
        cycle=world.cycle.public_id, packet=world.packet.public_id, other=world.other.public_id
    )
    client.sign_in(world.people[shown.reader])

    page = Page(client.submit(path, shown.fields(world))) if shown.fields else client.page(path)

    said = PROSE.sub("", "".join(words_of(page.root)))
    scale = ScaleWords.of(REWORDED)
    found = {a for a in ALL if scale.word(a) in said or scale.heading(a) in said}
    assert found == set(shown.answers)
    assert OLD.findall(said) == []
