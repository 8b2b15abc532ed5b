"""A second candidate for the board, moved along by the product's own services while the first is played by hand."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import joinedload

from ladders.models import LevelRow
from reviews.access.expectations import expectations_for
from reviews.access.viewer import Viewer
from reviews.calibration import service as calibration
from reviews.calibration.requirements import BallotMarkDraft, DecisionDraft
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle
from reviews.db.models.packets import Assignment, Packet
from reviews.db.models.people import Person
from reviews.packets import service as packets
from reviews.packets.evidence import EvidenceDraft
from reviews.people.queries import now
from reviews.ratings import service as ratings
from reviews.rules.enums import Category, Outcome, RaterKind
from tests.builders import viewer_of


@contextmanager
def acting(app: Flask) -> Iterator[None]:
    """One transaction on the server's database."""
    with app.app_context():
        yield
        db.session.commit()


def person(name: str) -> Person:
    chosen = sa.select(Person).options(joinedload(Person.manager)).where(Person.name == name)
    return db.session.scalars(chosen).one()


def actor(name: str) -> Viewer:
    return viewer_of(person(name), now=now())


def packet_of(candidate: str) -> Packet:
    loaded = (
        Packet.cycle,
        Packet.candidate,
        Packet.manager,
        Packet.ladder_version,
        Packet.target_level,
        Packet.current_level,
    )
    return db.session.scalars(
        sa.select(Packet)
        .join(Person, Person.id == Packet.candidate_id)
        .options(*(joinedload(each) for each in loaded))
        .where(Person.name == candidate)
    ).one()


def submits_a_packet(candidate: str, *, current: str, target: str, peers: tuple[str, ...]) -> None:
    """One item for each dimension, on its first expectation; every peer approved."""
    who = person(candidate)
    levels = {level.name: level for level in db.session.scalars(sa.select(LevelRow))}
    packets.create_packet(
        db.session.scalars(sa.select(Cycle)).one(),
        candidate=who,
        current_level=levels[current],
        target_level=levels[target],
        roles=(),
        actor=who,
        now=now(),
    )
    packet = packet_of(candidate)
    for number, dimension in enumerate(expectations_for(packet).dimensions, start=1):
        packets.save_evidence(
            packet,
            None,
            draft=EvidenceDraft(
                title=f"Second mill, part {number}",
                started_on=None,
                ended_on=None,
                role="Lead",
                outcome="It runs, and three people can say why.",
                links=(),
                dimension_ids=frozenset({dimension.id}),
                expectation_ids=frozenset({dimension.counted[0].id}),
            ),
            version=0,
            actor=who,
            now=now(),
        )
    for name in peers:
        proposal = packets.propose_peer(packet, person=person(name), actor=who, now=now())
        packets.decide_on_peer(proposal, approve=True, actor=packet.manager, now=now())
    packets.submit_packet(packet, actor=who, now=now())


def is_rated(candidate: str) -> None:
    """Met everywhere, by the manager and by every peer."""
    packet = packet_of(candidate)
    asked_for = db.session.scalars(
        sa.select(Assignment)
        .options(joinedload(Assignment.rater))
        .where(Assignment.packet_id == packet.id)
    )
    for assignment in asked_for.all():
        if assignment.kind is RaterKind.PEER:
            ratings.accept_invitation(assignment, actor=assignment.rater, now=now())
        for dimension in expectations_for(packet).dimensions:
            ratings.save_rating(
                assignment,
                dimension=dimension,
                rationale="Item 1 shows it, and it held for a year.",
                category=Category.MET,
                marks={dimension.counted[0].id: Category.SHOWN},
                version=0,
                actor=assignment.rater,
                now=now(),
            )
        ratings.submit_rating(assignment, actor=assignment.rater, now=now())


def is_decided(candidate: str, *, members: tuple[str, ...]) -> None:
    """Every member votes met, the first of them reveals and records a promotion."""
    packet = packet_of(candidate)
    asked = expectations_for(packet).dimensions
    for member in members:
        ballot = {each.id: BallotMarkDraft(Category.MET, "") for each in asked}
        calibration.cast_ballot(packet, marks=ballot, actor=actor(member), now=now())
    chair = actor(members[0])
    calibration.reveal(packet, reason="", actor=chair, now=now())
    calibration.decide(
        packet,
        draft=DecisionDraft(
            outcome=Outcome.PROMOTE,
            letter="The second mill convinced the committee.",
            attainments={
                each.id: (Category.MET, "Item 1, and three ratings that say the same.")
                for each in asked
            },
        ),
        actor=chair,
        now=now(),
    )
