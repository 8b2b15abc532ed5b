"""One cycle of the demo, played by its people through the services, from set-up to wherever the story stops."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ladders.models import LadderVersion, LevelRow
from reviews.access.expectations import TargetDimension, expectations_for
from reviews.access.viewer import Viewer
from reviews.calibration import service as calibration
from reviews.calibration.requirements import BallotMarkDraft, DecisionDraft
from reviews.cycles.panels.service import PanelDraft, save_panel
from reviews.cycles.phases.service import advance_cycle
from reviews.cycles.release.service import release_cycle
from reviews.cycles.setup import service as setup
from reviews.cycles.setup.settings import Settings
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle
from reviews.db.models.packets import Assignment, Packet
from reviews.db.models.people import Person
from reviews.demo import content
from reviews.packets import service as packets
from reviews.packets.evidence import EvidenceDraft
from reviews.packets.queries import draft_evidence
from reviews.ratings import service as ratings
from reviews.rules.enums import (
    ATTAINMENTS,
    BALLOT_CHOICES,
    MARKS,
    SCALE,
    AssignmentState,
    Attainment,
    BallotChoice,
    Category,
    DeclineCategory,
    Mark,
    Outcome,
    RaterKind,
    RatingCategory,
)
from reviews.rules.rating_summary import rule_reading
from reviews.rules.scale import DEFAULT_SCALE, DEFAULT_WORDS

ZONE = "Europe/Berlin"
#: How likely each category is for a packet of this strength; the four of the scale, then not observed.
_ODDS = {
    "strong": (0, 6, 52, 34, 8),
    "even": (4, 28, 52, 8, 8),
    "early": (22, 50, 18, 2, 8),
}


def viewer(person: Person, now: datetime) -> Viewer:
    """The person as the one who acts."""
    return Viewer(person.id, person.public_id, person.name, person.is_owner, now)


@dataclass(frozen=True, slots=True)
class StoryPlan:
    """What a cycle of the story is called, when it began, and who is in it."""

    name: str
    began: date
    #: Days after the beginning on which evidence, rating and calibration close.
    closes: tuple[int, int, int]
    units: tuple[str, ...] = ()


class Story:
    """Plays one cycle. Everything random comes from one seeded source, so that the demo is the same every time."""

    def __init__(
        self, plan: StoryPlan, *, cast: Mapping[str, Person], version: LadderVersion, seed: int
    ) -> None:
        self.plan = plan
        self.cast = cast
        self.version = version
        self.dice = Random(seed)  # noqa: S311 - invented evidence needs no secret
        self.levels = {
            level.name: level
            for level in db.session.scalars(
                select(LevelRow).where(LevelRow.version_id == version.id)
            )
        }
        self.owner = cast[content.OWNER]
        self.panel = [cast[name] for name in (content.CHAIR, *content.MEMBERS)]
        self.cycle = self._opened()

    # -- Set-up

    def day(self, offset: int, hour: int = 10, minute: int = 0) -> datetime:
        local = datetime(
            self.plan.began.year,
            self.plan.began.month,
            self.plan.began.day,
            hour,
            minute,
            tzinfo=ZoneInfo(ZONE),
        )
        return (local + timedelta(days=offset)).astimezone(UTC)

    def _opened(self) -> Cycle:
        now = self.day(0)
        actor = viewer(self.owner, now)
        cycle = setup.create_cycle(name=self.plan.name, time_zone=ZONE, actor=actor, now=now)
        evidence, rating, calibration_end = (self.day(days, 17) for days in self.plan.closes)
        setup.save_settings(
            cycle,
            settings=Settings(
                name=self.plan.name,
                time_zone=ZONE,
                ladders=(self.version.public_id,),
                evidence_due=evidence,
                rating_due=rating,
                calibration_due=calibration_end,
                units=self.plan.units,
                peers_min=3,
                peers_max=5,
                partly_allowed=1,
                scale=DEFAULT_SCALE,
            ),
            version=cycle.version,
            actor=actor,
            now=now,
        )
        setup.save_owners(
            cycle,
            owners=[self.owner, self.cast[content.SECOND_OWNER]],
            version=cycle.version,
            actor=actor,
            now=now,
        )
        save_panel(
            cycle,
            None,
            draft=PanelDraft("Engineering panel", 4, self.panel, self.panel[0]),
            actor=actor,
            now=now,
        )
        advance_cycle(cycle, actor=viewer(self.owner, now), now=now)
        return cycle

    # -- Evidence

    def packet(
        self, candidate: Person, target: str, *, current: str, roles: Sequence[str] = ()
    ) -> Packet:
        now = self.day(3, 9, self.dice.randrange(60))
        return packets.create_packet(
            self.cycle,
            candidate=candidate,
            current_level=self.levels[current],
            target_level=self.levels[target],
            roles=roles,
            actor=candidate,
            now=now,
        )

    def evidence(self, packet: Packet, *, leave_out: int = 0) -> None:
        """Items for every dimension but the last `leave_out`, each shown on one to three expectations."""
        asked = expectations_for(packet).dimensions
        for position, dimension in enumerate(asked[: len(asked) - leave_out]):
            works = content.WORK[dimension.key]
            for work in self.dice.sample(works, k=self.dice.choice((1, 1, 2))):
                started = self.plan.began - timedelta(days=self.dice.randrange(60, 260))
                shown = self.dice.sample(
                    dimension.counted, k=min(len(dimension.counted), self.dice.choice((1, 2, 2, 3)))
                )
                packets.save_evidence(
                    packet,
                    None,
                    draft=EvidenceDraft(
                        title=work.title,
                        started_on=started,
                        ended_on=started + timedelta(days=self.dice.randrange(20, 120)),
                        role=work.role,
                        outcome=work.outcome,
                        links=(
                            f"https://wiki.levelset.example/{dimension.key}/{work.title.split()[0].lower()}",
                        ),
                        dimension_ids=frozenset({dimension.id}),
                        expectation_ids=frozenset(e.id for e in shown),
                    ),
                    version=0,
                    actor=packet.candidate,
                    now=self.day(5 + position, 14, self.dice.randrange(60)),
                )

    def peers(self, packet: Packet, people: Sequence[Person], *, approve: bool = True) -> None:
        for person in people:
            proposal = packets.propose_peer(
                packet, person=person, actor=packet.candidate, now=self.day(10, 11)
            )
            if approve:
                packets.decide_on_peer(
                    proposal, approve=True, actor=packet.manager, now=self.day(11, 9)
                )

    def submit(self, packet: Packet) -> None:
        packets.submit_packet(
            packet, actor=packet.candidate, now=self.day(12, 16, self.dice.randrange(60))
        )

    def advance(self, offset: int) -> None:
        now = self.day(offset)
        advance_cycle(self.cycle, actor=viewer(self.owner, now), now=now)

    # -- Ratings

    def rate(self, packet: Packet, strength: str, *, decline_first: bool = False) -> None:
        """The manager and the peers answer and rate; one peer may decline, and now and then one does not get to it."""
        assignments = db.session.scalars(
            select(Assignment)
            .options(joinedload(Assignment.rater), joinedload(Assignment.packet))
            .where(
                Assignment.packet_id == packet.id,
                Assignment.state.in_((AssignmentState.INVITED, AssignmentState.ACCEPTED)),
            )
            .order_by(Assignment.id)
        ).all()
        for assignment in assignments:
            now = self.day(17 + self.dice.randrange(6), 13, self.dice.randrange(60))
            if assignment.kind is RaterKind.PEER:
                if decline_first:
                    decline_first = False
                    ratings.decline_invitation(
                        assignment,
                        category=DeclineCategory.TOO_LITTLE_SEEN,
                        note="We have shared one meeting a month.",
                        actor=assignment.rater,
                        now=now,
                    )
                    continue
                ratings.accept_invitation(assignment, actor=assignment.rater, now=now)
                if self.dice.random() < 0.08:
                    continue
            self._rating(assignment, packet, strength, now)

    def _rating(self, assignment: Assignment, packet: Packet, strength: str, now: datetime) -> None:
        manager = assignment.kind is RaterKind.MANAGER
        # A rater has an own hand: a little milder or stricter over all dimensions.
        leaning = self.dice.choice((-1, 0, 0, 0, 1))
        for dimension in expectations_for(packet).dimensions:
            category = self._category(strength, leaning, manager=manager)
            ratings.save_rating(
                assignment,
                dimension=dimension,
                rationale=self._rationale(category, packet, dimension, manager=manager),
                category=category,
                shareable=manager and self.dice.random() < 0.5,
                marks=self._marks(dimension, category),
                version=0,
                actor=assignment.rater,
                now=now,
            )
        ratings.submit_rating(assignment, actor=assignment.rater, now=now + timedelta(minutes=35))

    def _category(self, strength: str, leaning: int, *, manager: bool) -> RatingCategory:
        words: tuple[RatingCategory, ...] = (*SCALE, Category.NOT_OBSERVED)
        odds = list(_ODDS[strength])
        if manager:
            odds[-1] = 1
        (drawn,) = self.dice.choices(range(len(words)), weights=odds)
        if drawn < len(SCALE) and self.dice.random() < 0.4:
            drawn = min(max(drawn + leaning, 0), len(SCALE) - 1)
        return words[drawn]

    def _rationale(
        self, category: RatingCategory, packet: Packet, dimension: TargetDimension, *, manager: bool
    ) -> str:
        voices = content.RATIONALES[category]
        voice = voices[0] if manager else self.dice.choice(voices[1:] or voices)
        number = self._items(packet).get(dimension.id, 1)
        text = voice.format(item=f"item {number}")
        return text[:1].upper() + text[1:]

    def _items(self, packet: Packet) -> dict[int, int]:
        """The number of an item for each dimension, to be cited."""
        return {
            dimension: item.number
            for item in reversed(draft_evidence(packet))
            for dimension in item.dimension_ids
        }

    def _marks(self, dimension: TargetDimension, category: RatingCategory) -> dict[int, Mark]:
        odds = {
            Category.EXCEEDS: (90, 8, 0, 2),
            Category.MET: (72, 18, 2, 8),
            Category.PARTLY: (26, 40, 20, 14),
            Category.NOT_SHOWN: (4, 22, 60, 14),
        }.get(category)
        if odds is None:
            return {}
        return {
            expectation.id: self.dice.choices(MARKS, weights=odds)[0]
            for expectation in dimension.counted
            if self.dice.random() < 0.85
        }

    # -- Calibration

    def answer_conflicts(
        self, submitted: Sequence[Packet], declared: Mapping[int, Mapping[int, str]]
    ) -> None:
        """Every seat answers for every packet; `declared` holds reasons by person and packet id."""
        now = self.day(29, 9)
        for person in self.panel:
            calibration.answer_conflicts(
                submitted, declared=declared.get(person.id, {}), actor=viewer(person, now), now=now
            )

    def vote(self, packet: Packet, voters: Sequence[Person], strength: str) -> None:
        dimensions = expectations_for(packet).dimensions
        for voter in voters:
            now = self.day(30, 10, self.dice.randrange(60))
            marks = {}
            for dimension in dimensions:
                choice = self._choice(strength)
                reason = (
                    ""
                    if choice in {Category.MET, Category.CANNOT_JUDGE}
                    else self._why(choice, packet, dimension)
                )
                marks[dimension.id] = BallotMarkDraft(choice, reason)
            calibration.cast_ballot(packet, marks=marks, actor=viewer(voter, now), now=now)

    def _choice(self, strength: str) -> BallotChoice:
        return self.dice.choices(BALLOT_CHOICES, weights=_ODDS[strength])[0]

    def _why(self, choice: BallotChoice, packet: Packet, dimension: TargetDimension) -> str:
        text = content.RATIONALES[choice][-1].format(
            item=f"item {self._items(packet).get(dimension.id, 1)}"
        )
        return text[:1].upper() + text[1:]

    def reveal(self, packet: Packet) -> None:
        now = self.day(31, 14)
        calibration.reveal(packet, reason="", actor=viewer(self.panel[0], now), now=now)

    def decide(self, packet: Packet, strength: str, *, defer: bool = False) -> None:
        """A decision that follows the rule, or waits for named evidence."""
        now = self.day(31, 15, self.dice.randrange(60))
        asked = expectations_for(packet).dimensions
        attainments = {d.id: self._attainment(strength) for d in asked}
        _, promotes = rule_reading(
            list(attainments.values()), self.cycle.partly_allowed, DEFAULT_WORDS
        )
        outcome = Outcome.PROMOTE if promotes else Outcome.DEFER if defer else Outcome.NOT_YET
        reached = {Category.MET, Category.EXCEEDS}
        strong = max(asked, key=lambda d: ATTAINMENTS[::-1].index(attainments[d.id]))
        weak = next((d for d in asked if attainments[d.id] not in reached), asked[-1])
        letter = {
            Outcome.PROMOTE: content.LETTER_PROMOTE,
            Outcome.NOT_YET: content.LETTER_NOT_YET,
            Outcome.DEFER: content.LETTER_DEFER,
        }[outcome]
        items = self._items(packet)
        calibration.decide(
            packet,
            draft=DecisionDraft(
                outcome=outcome,
                letter=letter.format(
                    level=packet.target_level.name, strong=strong.name, weak=weak.name
                ),
                attainments={
                    d.id: (
                        attainments[d.id],
                        content.reason(attainments[d.id], items.get(d.id, 1), d.name),
                    )
                    for d in asked
                },
                gaps={
                    e.id: content.CLOSES[d.key]
                    for d in asked
                    if attainments[d.id] not in reached
                    for e in d.counted[-2:]
                },
                awaited_evidence="The move of the last two teams, finished and reported with its number.",
                look_again_on=now.date() + timedelta(days=120)
                if outcome is Outcome.DEFER
                else None,
            ),
            actor=viewer(self.panel[0], now),
            now=now,
        )

    def _attainment(self, strength: str) -> Attainment:
        odds = {"strong": (0, 6, 70, 24), "even": (0, 34, 60, 6), "early": (14, 60, 26, 0)}[
            strength
        ]
        return self.dice.choices(SCALE, weights=odds)[0]

    def release(self, offset: int) -> None:
        now = self.day(offset, 9)
        release_cycle(
            self.cycle,
            at=None,
            reason="All packets are decided and the managers are briefed.",
            version=self.cycle.version,
            actor=viewer(self.owner, now),
            now=now,
        )
