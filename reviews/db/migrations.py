"""How far the database's tables have come. Alembic is imported when that is asked."""

from functools import cache
from pathlib import Path

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


@cache
def _known(folder: Path) -> set[str]:
    # Reading them takes a while, and they do not change while a process lives.
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    return set(ScriptDirectory(folder).get_heads())
