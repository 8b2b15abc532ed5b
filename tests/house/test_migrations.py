"""Migrations go up, down and up again, say what the models say, and lose nothing on the way."""

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ladders import library
from ladders.importing.bundle import Upload
from ladders.importing.corrections import Corrections, Join, dumped
from ladders.models import LadderVersion
from ladders.orm import Base, UtcDateTime
from reviews import create_app
from reviews.audit import chain, service
from reviews.audit.verification import Verification, verify
from reviews.cli import prepare_migrations
from reviews.db.extensions import db
from reviews.db.models.calibration import PersonalTie
from reviews.db.models.packets import RevisionCoverage
from reviews.db.models.people import ManagerLink, Person
from reviews.db.models.ratings import RatingCounts
from reviews.db.rating_counts import keep_rating_counts
from reviews.people.queries import now
from reviews.rules.enums import (
    Category,
    CyclePhase,
    PacketStage,
    PacketState,
    RaterKind,
    Verb,
)
from tests import builders as make
from tests.conftest import disconnect

pytestmark = pytest.mark.both_databases

ROOT = Path(__file__).resolve().parents[2]

REVISION = '''
"""A revision of a test."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    {body}
'''
REBUILDS = """
    with op.batch_alter_table("person") as table:
        table.alter_column("unit", existing_type=sa.String(200), type_=sa.String(250))
"""
BREAKS_HALFWAY = """
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    raise ValueError("in the middle")
"""
LEAVES_ORPHANS = """
    op.execute("DELETE FROM person WHERE name = 'Ada'")
"""


@pytest.fixture
def empty(databases, record_property):
    """An application over a database without a table."""
    record_property("ran on", databases.product)
    url = databases.make()
    app = create_app({"SQLALCHEMY_DATABASE_URI": url})
    prepare_migrations(app)
    with app.app_context():
        yield app
        disconnect()
    databases.drop(url)


@pytest.fixture
def populated(empty):
    """A migrated database in which Ada reports to Grace, with the revision's folder to add to."""
    flask_migrate.upgrade()
    people = [
        Person(public_id=name, employee_id=name, name=name, email=name, email_key=name)
        for name in ("Grace", "Ada")
    ]
    db.session.add_all(people)
    db.session.flush()
    grace, ada = people
    link = ManagerLink(person_id=ada.id, manager_id=grace.id, started_on=now().date())
    db.session.add(link)
    db.session.commit()
    return empty


def with_revision(tmp_path: Path, body: str) -> str:
    """Give a copy of the migrations in which one more follows."""
    folder = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    head = max(path.name for path in (folder / "versions").glob("0*.py"))[:4]
    (folder / "versions" / "9999_test.py").write_text(REVISION.format(head=head, body=body.strip()))
    return str(folder)


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names())


def rows() -> list[tuple[str, str]]:
    manager = sa.orm.aliased(Person)
    return [
        tuple(row)
        for row in db.session.execute(
            sa.select(Person.name, manager.name)
            .select_from(ManagerLink)
            .join(Person, Person.id == ManagerLink.person_id)
            .join(manager, manager.id == ManagerLink.manager_id)
        )
    ]


def checks() -> dict[str, dict[str | None, str]]:
    """Of every table, its CHECKs by name, each as the database writes it."""
    inspector = sa.inspect(db.engine)
    return {
        table: {check["name"]: check["sqltext"] for check in inspector.get_check_constraints(table)}
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


@pytest.mark.usefixtures("empty")
def test_up_down_and_up_again():
    flask_migrate.upgrade()
    flask_migrate.downgrade(revision="base")
    assert tables() == {"alembic_version"}

    flask_migrate.upgrade()

    assert tables() == {"alembic_version", *Base.metadata.tables}


@pytest.mark.usefixtures("empty")
def test_the_migrations_make_what_the_models_say():
    flask_migrate.upgrade()

    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


@pytest.mark.usefixtures("empty")
def test_the_migrations_make_the_checks_of_the_models():
    # Comparing metadata, as above and as `flask db check` does, passes over CHECK constraints.
    Base.metadata.create_all(db.engine)
    of_the_models = checks()
    Base.metadata.drop_all(db.engine)

    flask_migrate.upgrade()

    assert checks() == of_the_models


@pytest.mark.usefixtures("populated")
def test_rebuilding_a_table_keeps_the_rows_that_point_at_it(tmp_path):
    before = checks()

    flask_migrate.upgrade(directory=with_revision(tmp_path, REBUILDS))

    assert rows() == [("Ada", "Grace")]
    assert checks() == before
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.delete(Person).where(Person.name == "Grace"))


@pytest.mark.usefixtures("populated")
def test_a_revision_that_breaks_halfway_leaves_nothing_behind(tmp_path):
    with pytest.raises(ValueError, match="in the middle"):
        flask_migrate.upgrade(directory=with_revision(tmp_path, BREAKS_HALFWAY))

    assert "half" not in tables()


@pytest.mark.usefixtures("populated")
def test_a_revision_that_leaves_rows_pointing_nowhere_is_undone(tmp_path):
    with pytest.raises((SystemExit, sa.exc.IntegrityError)):
        flask_migrate.upgrade(directory=with_revision(tmp_path, LEAVES_ORPHANS))

    assert rows() == [("Ada", "Grace")]


@pytest.mark.test_all
def test_servers_that_start_together_migrate_once(empty):
    command = [sys.executable, "-m", "flask", "--app", "reviews", "db", "upgrade"]
    env = {**os.environ, "DATABASE_URL": empty.config["SQLALCHEMY_DATABASE_URI"]}

    started = [
        subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=-1)
        for _ in range(3)
    ]
    ended = [(process.communicate()[1], process.returncode) for process in started]

    assert [code for _, code in ended] == [0, 0, 0], ended
    assert tables() == {"alembic_version", *Base.metadata.tables}


@pytest.mark.usefixtures("empty")
def test_a_file_and_answers_of_an_import_are_kept_both_ways():
    flask_migrate.upgrade(revision="0001")
    with db.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO ladder (id, slug, name) VALUES (1, 'a', 'A')")
        for number, text, answers in ((1, "# Ä", '{"licence": "ünstated"}'), (2, "", "{}")):
            connection.execute(
                sa.text(
                    "INSERT INTO ladder_version (id, public_id, ladder_id, number, state, document,"
                    " content_hash, source_name, source_text, answers, created_at, version)"
                    " VALUES (:n, :id, 1, :n, 'draft', '', '', 'a.md', :text, :answers,"
                    " '2026-01-01', 1)"
                ),
                {"n": number, "id": str(number), "text": text, "answers": answers},
            )

    flask_migrate.upgrade()

    first, second = db.session.scalars(sa.select(LadderVersion).order_by(LadderVersion.id)).all()
    assert library.files_of(db.session, first) == [Upload("a.md", "# Ä".encode())]
    assert library.files_of(db.session, second) == []
    assert library.corrections_of(first) == Corrections(answers={"licence": "ünstated"})
    assert library.corrections_of(second) == Corrections()

    db.session.remove()
    flask_migrate.downgrade(revision="0001")

    with db.engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT source_text, answers FROM ladder_version ORDER BY id"
        )
        assert [tuple(row) for row in found] == [("# Ä", '{"licence": "ünstated"}'), ("", "{}")]


@pytest.mark.usefixtures("empty")
def test_a_document_is_known_by_the_ladder_that_it_made_but_not_by_one_that_it_joined():
    flask_migrate.upgrade(revision="0004")
    joined = dumped(Corrections(join=Join("a", "level")))
    with db.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO ladder (id, slug, name) VALUES (1, 'a', 'A')")
        for number, said in enumerate(("{}", joined, "{}"), 1):
            connection.execute(
                sa.text(
                    "INSERT INTO ladder_version (id, public_id, ladder_id, number, state, document,"
                    " content_hash, source_name, corrections, created_at, version)"
                    " VALUES (:n, :id, 1, :n, 'draft', '', '', 'a.md', :said, '2026-01-01', 1)"
                ),
                {"n": number, "id": str(number), "said": said},
            )
        for number in (1, 2):
            connection.execute(
                sa.text(
                    "INSERT INTO ladder_file (version_id, position, name, data)"
                    " VALUES (:n, 0, 'a.md', :data)"
                ),
                {"n": number, "data": b"# A"},
            )

    flask_migrate.upgrade()

    versions = db.session.scalars(sa.select(LadderVersion).order_by(LadderVersion.id))
    assert [each.source_key for each in versions] == ["a", "", ""]


def kept() -> list[tuple[object, ...]]:
    db.session.expire_all()
    counts = db.session.execute(sa.select(RatingCounts.__table__).order_by("packet_id"))
    people = db.session.execute(sa.select(Person.id, Person.name_key).order_by(Person.id))
    return [*map(tuple, counts), *map(tuple, people)]


@pytest.mark.usefixtures("empty")
def test_ratings_that_are_there_are_counted_as_they_would_be_now():
    flask_migrate.upgrade()
    cycle = make.a_cycle(phase=CyclePhase.CALIBRATION)
    first, second, _ = (make.a_packet(cycle) for _ in range(3))
    make.a_rating(first, kind=RaterKind.MANAGER, category=Category.EXCEEDS)
    for category in (Category.NOT_SHOWN, Category.PARTLY, Category.NOT_OBSERVED):
        make.a_rating(first, make.a_person("Österreicher"), category=category)
    make.a_rating(second, kind=RaterKind.MANAGER, category=Category.NO_OPPORTUNITY)
    coverage = db.session.scalars(
        sa.select(RevisionCoverage).where(
            RevisionCoverage.revision_id == second.current_revision_id
        )
    ).first()
    coverage.covered, coverage.no_opportunity = 0, "Support kept me off projects."
    keep_rating_counts(second)
    db.session.commit()
    before = kept()
    db.session.commit()

    flask_migrate.downgrade(revision="0005")
    flask_migrate.upgrade()

    assert len(before) > 3
    assert kept() == before


def a_log(revision, lanes):
    """Two lines of each lane, as they were written when the database was of this revision."""
    with db.engine.begin() as connection:
        for lane in lanes:
            digest = chain.start_of(lane)
            for number in (1, 2):
                summary = f"Line {number} of {lane}"
                line = [chain.instant_text(make.NOW), None, "edit_panels", None, None, summary, {}]
                digest = chain.digest_of(digest, line)
                row = {"at": make.NOW, "summary": summary, "digest": digest, "lane": lane}
                columns = ["at", "summary", "digest", *(["lane"] if revision >= "0007" else [])]
                connection.execute(
                    sa.text(
                        f"INSERT INTO audit_event (action, details, {', '.join(columns)})"  # noqa: S608 - ours
                        f" VALUES ('edit_panels', '{{}}', :{', :'.join(columns)})"
                    ).bindparams(sa.bindparam("at", type_=UtcDateTime())),
                    row,
                )
            head = {"lane": lane, "digest": digest}
            if revision >= "0007":
                statement = "UPDATE audit_head SET count = 2, digest = :digest WHERE lane = :lane"
            else:
                statement = "INSERT INTO audit_head (id, count, digest) VALUES (1, 2, :digest)"
            connection.execute(sa.text(statement), head)


@pytest.mark.parametrize(("revision", "lanes"), [("0006", [0]), ("0007", [0, 3, 15])])
def test_an_audit_log_that_is_there_stays_whole_and_its_ends_get_their_keys(empty, revision, lanes):
    flask_migrate.upgrade(revision=revision)
    a_log(revision, lanes)

    flask_migrate.upgrade()

    assert verify() == Verification(2 * len(lanes))
    service.record(None, Verb.EDIT_PANELS, "Third", at=make.NOW)
    db.session.commit()
    assert verify() == Verification(2 * len(lanes) + 1)
    db.session.remove()
    flask_migrate.downgrade(revision="0007")
    flask_migrate.upgrade()
    assert verify() == Verification(2 * len(lanes) + 1)

    # Only whoever has the key can write such a head.
    chain.sign_with("another key")
    assert len(verify().places) == 2 * len(lanes) + 1 + chain.LANES
    chain.sign_with(empty.config["AUDIT_KEY"])


@pytest.mark.usefixtures("empty")
def test_where_voting_has_begun_ties_are_written_down_as_the_product_would_now():
    flask_migrate.upgrade()
    cycle = make.a_cycle(phase=CyclePhase.CALIBRATION, owners=[make.a_person("Owner")])
    rival, former, long_ago, by_mistake, free = (make.a_person() for _ in range(5))
    panel = make.a_panel(cycle, chair=rival, members=[former, long_ago, by_mistake, free])
    voted_on = make.a_packet(cycle, panel=panel, stage=PacketStage.VOTING)
    rivals = make.a_packet(cycle, panel=panel, candidate=rival, stage=PacketStage.DISCUSSION)
    waiting = make.a_packet(cycle, panel=panel, state=PacketState.WITHDRAWN)
    for manager, began, ended in ((former, 90, 9), (long_ago, 900, 740), (by_mistake, 9, 9)):
        for packet in (voted_on, waiting):
            make.saved(
                ManagerLink(
                    person_id=packet.candidate_id,
                    manager_id=manager.id,
                    started_on=make.NOW.date() - timedelta(days=began),
                    ended_on=make.NOW.date() - timedelta(days=ended),
                )
            )
    make.voting_begun(voted_on, rivals)
    db.session.commit()
    ties = sa.select(PersonalTie.packet_id, PersonalTie.person_id).order_by(
        PersonalTie.packet_id, PersonalTie.person_id
    )
    before = db.session.execute(ties).all()
    db.session.commit()

    flask_migrate.downgrade(revision="0007")
    flask_migrate.upgrade()

    assert before == [(voted_on.id, rival.id), (voted_on.id, former.id), (rivals.id, rival.id)]
    assert db.session.execute(ties).all() == before
