"""An INSERT that can say what is to happen where the row is there already. Each database has it in its own dialect."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from ladders.orm import Base
from reviews.db.extensions import db


def upsert(table: type[Base]) -> Any:
    """For `on_conflict_do_nothing` and `on_conflict_do_update`, which both take and write alike."""
    product = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    return product.insert(table)
