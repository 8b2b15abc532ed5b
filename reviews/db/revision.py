"""How far the database's tables have come, compared with what the code was written for."""

from functools import cache

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from reviews.db.extensions import db, migrate


def is_newest() -> bool:
    """Whether the database has had every migration that the code knows, and none beyond.

    Raises:
        SQLAlchemyError: if the database does not answer.
    """
    present = MigrationContext.configure(db.session.connection()).get_current_heads()
    return set(present) == _known(migrate.directory)


@cache
def _known(directory: str) -> set[str]:
    # Reading them takes a while, and they do not change while a process lives.
    return set(ScriptDirectory(directory).get_heads())
