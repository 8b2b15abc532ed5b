"""How far the database's tables have come. Alembic is imported when that is asked."""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection

from reviews.db.extensions import db

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def is_newest() -> bool:
    """Whether the database has had every migration that the code knows, and none beyond.

    Raises:
        SQLAlchemyError: if the database does not answer.
    """
    from alembic.migration import MigrationContext  # noqa: PLC0415

    present = MigrationContext.configure(db.session.connection()).get_current_heads()
    return set(present) == _known(FOLDER)


def revision_of(connection: Connection) -> str | None:
    """The newest migration that a database has had; None for a database that has had none."""
    from alembic.migration import MigrationContext  # noqa: PLC0415

    return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str) -> bool:
    """Whether the code has this migration."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    return revision in {each.revision for each in ScriptDirectory(FOLDER).walk_revisions()}


def upgrade(revision: str = "heads") -> None:
    """Migrate the application's database, as `flask db upgrade` does, up to a revision."""
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    command.upgrade(config, revision)


@cache
def _known(folder: Path) -> set[str]:
    # Reading them takes a while, and they do not change while a process lives.
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    return set(ScriptDirectory(folder).get_heads())
