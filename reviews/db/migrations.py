"""How far the database's tables have come, and the commands that bring them on. Alembic is imported when it is asked for."""

from functools import cache
from pathlib import Path
from typing import Any

from reviews.db.extensions import db

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def init_app(app: Any) -> None:
    """Let `flask db` work on the database of a Flask application, which this floor does not know."""
    from flask_migrate import Migrate  # noqa: PLC0415

    Migrate(app, db, directory=str(FOLDER), compare_type=True, render_as_batch=True)


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
