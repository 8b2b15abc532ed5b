"""A frozen cycle for every phase, with one person for every column of the policy and for every pair that can be.

A person stands in one cycle and is tied to one of its packets. `Ties` says how, and the rows are made from it, so that
what the oracle is told and what the database holds cannot drift apart. Every secret text carries a token of its own
(`Secret`): wherever one is read, it says which row of the policy must have opened it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from ladders.document import Track
from ladders.importing.bundle import Upload
from ladders.models import LadderVersion, VersionState
from reviews.audit import service as audit
from reviews.db.extensions import db
from reviews.db.models.calibration import BallotMark, DimensionOutcome, Gap
from reviews.db.models.cycles import Cycle, CycleOwner, Panel, PanelMember
from reviews.db.models.packets import (
    Assignment,
    EvidenceItem,
    NoOpportunity,
    Packet,
    RevisionCoverage,
    RevisionItem,
)
from reviews.db.models.people import ManagerLink, Person
from reviews.db.models.ratings import Rating
from reviews.ladder_library import service as ladder_library
from reviews.people import service as people
from reviews.rules.enums import (
    AssignmentState,
    ConflictStanding,
    CyclePhase,
    PacketStage,
    PacketState,
    RaterKind,
    Verb,
)
from tests import builders
from tests.builders import NOW, saved
from tests.permissions.cast import CAST, MIXED, in_phase
from tests.permissions.oracle import ALLOWED, OWN, Ties, cycle_columns, on_packet

BAKER = Path(__file__).parents[1] / "ladders" / "documents" / "baker.md"

#: Packet phase -> where its cycle and its own calibration stand.
STANDS = {
    0: (CyclePhase.SETUP, PacketStage.WAITING),
    1: (CyclePhase.EVIDENCE, PacketStage.WAITING),
    2: (CyclePhase.RATING, PacketStage.WAITING),
    3: (CyclePhase.CALIBRATION, PacketStage.VOTING),
    4: (CyclePhase.CALIBRATION, PacketStage.DISCUSSION),
    5: (CyclePhase.CALIBRATION, PacketStage.DECIDED),
    6: (CyclePhase.CALIBRATION, PacketStage.DECIDED),
    7: (CyclePhase.ARCHIVED, PacketStage.DECIDED),
}


@dataclass(frozen=True)
class Secret:
    """A text, and the rows of the policy that open it: to whom it is granted, and to whoever wrote it."""

    opened_by: tuple[str, ...]
    packet: str
    author: int | None = None
    to_author: str = ""


@dataclass(frozen=True)
class Subject:
    """A packet as a test needs it: the names in its URLs and in the bodies sent to it."""

    label: str
    id: int
    public_id: str
    candidate: str
    manager: str
    cycle: str
    phase: int
    #: Of the cycle, which may be further along with another packet.
    cycle_phase: int
    panel: str
    dimensions: tuple[tuple[str, int], ...]
    gap: int
    level: str
    item: str
    #: A nomination by the candidate, and an approved or asked peer who has not rated.
    nominated: str
    asked: str


@dataclass(frozen=True)
class Case:
    """A person, and what they are to one packet."""

    label: str
    person_id: int
    public_id: str
    ties: Ties
    subject: Subject
    #: What the browser's cookie holds.
    token: str


@dataclass
class World:
    #: Scene -> its cases. A scene is "0" to "7" or "mixed".
    scenes: dict[str, list[Case]] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    subjects: dict[str, Subject] = field(default_factory=dict)
    #: A ladder that is published, two that are not, and somebody with an account and nothing else.
    ladder: str = ""
    draft_ladder: str = ""
    clear_draft: str = ""
    bystander: str = ""
    #: A cycle whose only owner has left.
    without_owner: str = ""
    #: A people file that waits to be imported, and whose it is.
    waiting: str = ""
    author_of_waiting: int = 0

    def hide(self, *opened_by: str, packet: Packet, **of: object) -> str:
        """A text nobody else has, remembered as a secret."""
        token = f"secret{len(self.secrets):05}x"
        self.secrets[token] = Secret(opened_by, packet.public_id, **of)
        return f"Because of {token}, and of nothing else."

    def told_in(self, body: str) -> set[str]:
        return set(re.findall(r"secret\d{5}x", body))

    def may_read(self, case: Case, token: str) -> bool:
        secret = self.secrets[token]
        subject = self.subjects[secret.packet]
        ties = ties_to(case, subject)
        rows = [on_packet(row, ties, subject.phase) == ALLOWED for row in secret.opened_by]
        if secret.author == case.person_id:
            rows.append(on_packet(secret.to_author, ties, subject.phase) in {ALLOWED, OWN})
        return any(rows)

    def around(self, case: Case) -> list[Ties]:
        """What the person is to every packet of the cycle."""
        return [ties_to(case, subject) for subject in self.subjects_of(case)]

    def subjects_of(self, case: Case) -> list[Subject]:
        """Every packet of the cycle."""
        return list({each.subject.id: each.subject for each in self.scene_of(case)}.values())

    def scene_of(self, case: Case) -> list[Case]:
        return next(scene for scene in self.scenes.values() if case in scene)

    def office_of(self, case: Case) -> frozenset[str]:
        """The columns of the cycle's table."""
        return frozenset(cycle_columns(self.around(case)))


def ties_to(case: Case, subject: Subject) -> Ties:
    """What the person is to a packet, their own or another."""
    if subject.public_id == case.subject.public_id:
        return case.ties
    site_owner = case.ties.site_owner
    if subject.cycle != case.subject.cycle:
        return Ties(site_owner=site_owner)
    # All candidates of a cycle stand for the same level here, which makes them near to one another.
    return Ties(owner=case.ties.owner, near=case.ties.candidate, site_owner=site_owner)


def build() -> World:
    world = World()
    ladder = builders.a_ladder(
        builders.a_ladder_document("craft", dimensions=("Delivery", "Judgement"), each=1)
    )
    world.ladder = ladder.public_id
    world.draft_ladder = ladder_library.import_ladder(
        [Upload("baker.md", BAKER.read_bytes())], actor=builders.a_person(), at=NOW
    ).version.public_id
    in_tracks = replace(
        builders.a_ladder_document("clear"),
        tracks=(Track("makers", "Makers"), Track("leads", "Leads")),
    )
    world.clear_draft = builders.a_ladder(in_tracks, state=VersionState.DRAFT).public_id
    world.bystander = builders.a_person("Bystander").public_id
    left = builders.a_person("Left", is_active=False)
    in_setup = {"phase": CyclePhase.SETUP, "ladder": ladder}
    world.without_owner = builders.a_cycle(**in_setup, owners=[left]).public_id
    for phase in STANDS:
        cycle = a_cycle(ladder, phase)
        world.scenes[str(phase)] = [
            case
            for label, cast in CAST.items()
            for case in a_packet_with(world, cycle, label, cast, phase, cycle_phase=phase)
        ]
        voting_begun_in(cycle)
    (author,) = (
        case.person_id
        for case in world.scenes["1"]
        if (case.label, case.subject.label) == ("site owner", "plain")
    )
    world.author_of_waiting = author
    world.waiting = builders.a_waiting_file(db.session.get_one(Person, author)).public_id
    cycle = a_cycle(ladder, 4)
    world.scenes["mixed"] = [
        case
        for phase in (3, 4, 5)
        for label, cast in MIXED.items()
        for case in a_packet_with(world, cycle, label, cast, phase, cycle_phase=4)
    ]
    voting_begun_in(cycle)
    world.subjects = {
        case.subject.public_id: case.subject for cases in world.scenes.values() for case in cases
    }
    return world


def a_cycle(ladder: LadderVersion, phase: int) -> Cycle:
    released = phase >= 6
    by = builders.a_person("Releaser")
    return builders.a_cycle(
        phase=STANDS[phase][0],
        ladder=ladder,
        release_at=NOW - timedelta(hours=1) if released else None,
        released_by_id=by.id if released else None,
        release_reason="The day that was announced." if released else None,
    )


def voting_begun_in(cycle: Cycle) -> None:
    voted_on = select(Packet).where(
        Packet.cycle_id == cycle.id, Packet.stage != PacketStage.WAITING
    )
    builders.voting_begun(*db.session.scalars(voted_on))


def a_packet_with(
    world: World,
    cycle: Cycle,
    label: str,
    cast: Mapping[str, Ties],
    phase: int,
    *,
    cycle_phase: int,
) -> Iterator[Case]:
    """A packet in this phase, and a case for everybody around it."""
    ties = {name: in_phase(each, phase) for name, each in cast.items()}
    persons = {
        name: builders.a_person(f"{name.capitalize()} {cycle.id}", is_owner=each.site_owner)
        for name, each in ties.items()
    }

    def who(wanted: str) -> Person | None:
        return next((persons[name] for name, each in ties.items() if getattr(each, wanted)), None)

    manager = who("manager") or builders.a_person("Manager")
    # A name of its own: an owner reads the candidates of several packets on one page.
    candidate = who("candidate") or builders.a_person(f"Candidate {label}")
    candidate.manager_id = manager.id
    panel = builders.a_panel(cycle, quorum=1)
    packet = builders.a_packet(
        cycle,
        candidate=candidate,
        manager=manager,
        panel=panel,
        stage=STANDS[phase][1],
        state=PacketState.SUBMITTED if phase else PacketState.DRAFT,
    )
    an_everyday_life(world, packet, panel, phase)
    for name, each in ties.items():
        the_rows_of(world, packet, panel, persons[name], each)
    the_managers_rating(
        world, packet, phase, rated=any(t.manager and t.rated for t in ties.values())
    )
    db.session.flush()
    subject = a_subject(packet, panel, label=label, phase=phase, cycle_phase=cycle_phase)
    for name, each in ties.items():
        token = people.open_session(persons[name], at=NOW, hours=1)
        yield Case(name, persons[name].id, persons[name].public_id, each, subject, token)


def an_everyday_life(world: World, packet: Packet, panel: Panel, phase: int) -> None:
    """What every packet has by then, whoever is looked at: evidence, a peer's rating, ballots, a decision."""
    for item in db.session.scalars(
        select(RevisionItem).where(RevisionItem.revision_id == packet.current_revision_id)
    ):
        item.outcome = world.hide("K07", packet=packet)
    for place in (0, 1):
        builders.an_item(packet, place=place, outcome=world.hide("K03", packet=packet))
    for coverage in db.session.scalars(
        select(RevisionCoverage).where(RevisionCoverage.revision_id == packet.current_revision_id)
    ):
        coverage.no_opportunity = world.hide("K07", packet=packet)
        draft_note = {"packet_id": packet.id, "dimension_id": coverage.dimension_id}
        note = world.hide("K03", packet=packet)
        saved(NoOpportunity(**draft_note, note=note, updated_at=NOW))
    audit.record(
        None,
        Verb.SUBMIT_PACKET,
        world.hide("L01", packet=packet),
        at=NOW,
        cycle=packet.cycle,
        packet=packet,
    )
    builders.an_assignment(packet, state=AssignmentState.NOMINATED)
    if phase < 2:
        builders.an_assignment(packet, state=AssignmentState.APPROVED)
        return
    peer = builders.a_person()
    hide_rationales(world, builders.a_rating(packet, peer), peer, "R16")
    declined = builders.an_assignment(packet, state=AssignmentState.DECLINED)
    declined.decline_note = world.hide("R25", packet=packet)
    late = builders.an_assignment(
        packet, state=AssignmentState.IN_PROGRESS if phase == 2 else AssignmentState.EXPIRED
    )
    a_draft(world, packet, late)
    if phase < 3:
        return
    # Somebody who sat on the panel, voted and was recused since: on record, and not counted.
    gone = builders.a_person()
    saved(PanelMember(panel_id=panel.id, person_id=gone.id))
    builders.a_conflict(
        packet, gone, ConflictStanding.DECLARED, reason=world.hide("V05", packet=packet)
    )
    voter = builders.a_person()
    saved(PanelMember(panel_id=panel.id, person_id=voter.id))
    builders.a_conflict(packet, voter)
    for each in (gone, voter):
        a_sealed_ballot(world, packet, each)
    if phase >= 4:
        packet.reveal_reason = world.hide("V02", packet=packet)
    if phase >= 5:
        a_hidden_decision(world, packet, voter)


def the_rows_of(world: World, packet: Packet, panel: Panel, person: Person, ties: Ties) -> None:
    if ties.peer and ties.rated:
        hide_rationales(world, builders.a_rating(packet, person), person, "R16")
    elif ties.peer:
        state = AssignmentState.INVITED if ties.peer == "asked" else AssignmentState.EXPIRED
        assignment = builders.an_assignment(packet, person, state=state)
        if ties.peer == "late":
            a_draft(world, packet, assignment)
    if ties.seat:
        saved(PanelMember(panel_id=panel.id, person_id=person.id, is_chair=ties.seat == "chair"))
    if ties.conflict != "unanswered":
        standing = ConflictStanding(ties.conflict)
        author = person if standing is not ConflictStanding.SET else None
        reason = ""
        if standing is not ConflictStanding.NONE:
            reason = world.hide("V05", packet=packet, author=author and author.id, to_author="V05")
        builders.a_conflict(packet, person, standing, by=author or packet.manager, reason=reason)
    if ties.voted:
        a_sealed_ballot(world, packet, person)
    if ties.owner:
        saved(CycleOwner(cycle_id=packet.cycle_id, person_id=person.id))
    if ties.near:
        saved(
            ManagerLink(
                person_id=packet.candidate_id,
                manager_id=person.id,
                started_on=NOW.date() - timedelta(days=600),
                ended_on=NOW.date() - timedelta(days=200),
            )
        )


def the_managers_rating(world: World, packet: Packet, phase: int, *, rated: bool) -> None:
    if phase < 2:
        return
    if not rated:
        state = AssignmentState.ACCEPTED if phase == 2 else AssignmentState.EXPIRED
        builders.an_assignment(packet, kind=RaterKind.MANAGER, state=state)
        return
    rating = builders.a_rating(packet, kind=RaterKind.MANAGER)
    shared, kept = ratings_of(rating)
    shared.shareable = True
    for row, action in ((shared, "R13"), (kept, "R14")):
        row.rationale = world.hide(action, packet=packet, author=packet.manager_id, to_author="R11")


def ratings_of(assignment: Assignment) -> list[Rating]:
    return list(
        db.session.scalars(
            select(Rating).where(Rating.assignment_id == assignment.id).order_by(Rating.id)
        )
    )


def hide_rationales(world: World, assignment: Assignment, author: Person, action: str) -> None:
    for row in ratings_of(assignment):
        row.rationale = world.hide(
            action, packet=assignment.packet, author=author.id, to_author="R11"
        )


def a_draft(world: World, packet: Packet, assignment: Assignment) -> None:
    builders.a_rating_draft(
        assignment, world.hide(packet=packet, author=assignment.rater_id, to_author="R06")
    )


def a_sealed_ballot(world: World, packet: Packet, member: Person) -> None:
    ballot = builders.a_ballot(packet, member)
    for mark in db.session.scalars(select(BallotMark).where(BallotMark.ballot_id == ballot.id)):
        mark.rationale = world.hide("V10", packet=packet, author=member.id, to_author="V09")


def a_hidden_decision(world: World, packet: Packet, by: Person) -> None:
    decision = builders.a_decision(packet, by, letter=world.hide("D03", packet=packet))
    for outcome in db.session.scalars(
        select(DimensionOutcome).where(DimensionOutcome.decision_id == decision.id)
    ):
        outcome.reason = world.hide("D02", packet=packet)
    for gap in db.session.scalars(select(Gap).where(Gap.decision_id == decision.id)):
        gap.closes_with = world.hide("D02", packet=packet)


def a_subject(packet: Packet, panel: Panel, *, label: str, phase: int, cycle_phase: int) -> Subject:
    states = {
        "nominated": (AssignmentState.NOMINATED,),
        "asked": (AssignmentState.APPROVED, AssignmentState.DECLINED),
    }
    peers = {
        name: db.session.scalars(
            select(Assignment.public_id)
            .where(Assignment.packet_id == packet.id, Assignment.state.in_(wanted))
            .order_by(Assignment.id)
        ).first()
        for name, wanted in states.items()
    }
    dimensions = builders.asked(packet).dimensions
    item = db.session.scalars(
        select(EvidenceItem.public_id)
        .where(EvidenceItem.packet_id == packet.id)
        .order_by(EvidenceItem.id)
    ).first()
    return Subject(
        label=label,
        id=packet.id,
        public_id=packet.public_id,
        candidate=packet.candidate.name,
        manager=packet.manager.name,
        cycle=packet.cycle.public_id,
        phase=phase,
        cycle_phase=cycle_phase,
        panel=panel.public_id,
        dimensions=tuple((each.key, each.id) for each in dimensions),
        gap=dimensions[0].counted[0].id,
        level=packet.target_level.key,
        item=item,
        **peers,
    )
