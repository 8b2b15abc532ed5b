"""The demo organisation: what is promised of it, and that its accounts open nothing anywhere else."""

import secrets
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from ladders.models import LadderRow, LadderVersion, LevelRow, VersionState
from reviews import create_app
from reviews.audit.verification import verify
from reviews.db.models.calibration import Conflict, Decision
from reviews.db.models.cycles import Cycle
from reviews.db.models.packets import Assignment, Packet
from reviews.db.models.people import ManagerLink, Person
from reviews.db.models.ratings import RatingCounts
from reviews.db.rating_counts import keep_rating_counts
from reviews.demo import content
from reviews.demo.seed import PASSWORD, accounts, seed
from reviews.people import service as people
from reviews.rules.enums import AssignmentState, ConflictStanding, CyclePhase, PacketState
from reviews.rules.errors import RuleBroken
from tests import builders

pytestmark = pytest.mark.both_databases

LADDERS = Path(__file__).resolve().parents[2] / "ladders" / "demo"


@pytest.mark.test_all
def test_the_demo_holds_what_is_promised_and_opens_nothing_elsewhere(
    session: scoped_session[Session],
) -> None:
    seed(builders.NOW, LADDERS)
    people_count = session.scalar(select(func.count()).select_from(Person))
    left = session.scalars(select(Person.name).where(Person.is_active.is_(False))).all()
    cycles = session.execute(
        select(Cycle.name, Cycle.phase, Cycle.release_at.is_not(None)).order_by(Cycle.id)
    ).all()
    targets = session.execute(
        select(LevelRow.name, func.count(Packet.id))
        .join(Packet, Packet.target_level_id == LevelRow.id)
        .join(Cycle, Cycle.id == Packet.cycle_id)
        .where(Cycle.name == "Autumn review")
        .group_by(LevelRow.name)
        .order_by(LevelRow.name)
    ).all()
    published = session.execute(
        select(LadderRow.name, func.count(LevelRow.id))
        .join(LadderVersion, LadderVersion.ladder_id == LadderRow.id)
        .join(LevelRow, LevelRow.version_id == LadderVersion.id)
        .where(LadderVersion.state == VersionState.PUBLISHED)
        .group_by(LadderRow.id)
        .order_by(LadderRow.name)
    ).all()

    assert published == [("Data", 7), ("Design", 5), ("Engineering", 5)]
    assert people_count == 120
    assert left == [content.LEAVER]
    assert cycles == [
        ("Spring review", CyclePhase.CALIBRATION, True),
        ("Autumn review", CyclePhase.CALIBRATION, False),
        ("Winter review", CyclePhase.EVIDENCE, False),
    ]
    assert targets == [("Senior engineer", 14), ("Staff engineer", 10)]
    assert session.scalar(select(func.count()).select_from(Decision)) == 10
    declined = (
        select(func.count())
        .select_from(Assignment)
        .where(Assignment.state == AssignmentState.DECLINED)
    )
    assert session.scalar(declined) == 2
    standings = session.scalars(select(Conflict.standing).distinct()).all()
    assert set(standings) == set(ConflictStanding)
    states = session.scalars(
        select(Packet.state)
        .join(Cycle, Cycle.id == Packet.cycle_id)
        .where(Cycle.name == "Winter review")
        .distinct()
    ).all()
    assert set(states) == {
        PacketState.DRAFT,
        PacketState.SUBMITTED,
        PacketState.RETURNED,
        PacketState.WITHDRAWN,
    }
    moved = select(func.count()).select_from(ManagerLink).where(ManagerLink.ended_on.is_not(None))
    assert session.scalar(moved) == 2  # one has another manager, one has left
    assert max(session.scalars(select(func.length(Person.name)))) > 40
    assert verify().places == ()
    assert_ratings_are_counted(session)
    for account in accounts():
        people.recognise(account.email, PASSWORD, demo_allowed=True)
        with pytest.raises(RuleBroken, match=people.NOT_SIGNED_IN):
            people.recognise(account.email, PASSWORD, demo_allowed=False)


def assert_ratings_are_counted(session: scoped_session[Session]) -> None:
    """What the services have kept of the ratings on their way is what a count finds at the end."""
    rows = select(RatingCounts.__table__).order_by(RatingCounts.packet_id)
    kept = session.execute(rows).all()
    submitted = session.scalars(select(Packet).where(Packet.current_revision_id.is_not(None))).all()
    for packet in submitted:
        keep_rating_counts(packet)
    assert len(kept) == len(submitted) > 30
    assert session.execute(rows).all() == kept


def test_the_demo_is_not_made_among_real_people(session: scoped_session[Session]) -> None:
    builders.a_person("Real")

    with pytest.raises(RuleBroken):
        seed(builders.NOW, LADDERS)

    assert session.scalars(select(Person.name)).all() == ["Real"]


@pytest.mark.parametrize("mode", ["production", "test"])
def test_the_command_runs_in_demo_mode_only(mode: str) -> None:
    app = create_app(
        {
            "MODE": mode,
            "SECRET_KEY": secrets.token_urlsafe(48),
            "AUDIT_KEY": secrets.token_urlsafe(48),
            "PUBLIC_URL": "https://reviews.example.org",
            "SQLALCHEMY_DATABASE_URI": "sqlite://",
        }
    )

    result = app.test_cli_runner().invoke(args=["demo"])

    assert (result.exit_code, result.stderr) == (1, "Error: The demo needs LEVELSET_MODE=demo.\n")
