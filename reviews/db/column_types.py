"""Types of columns that the declarative base does not know by their annotation."""

from collections.abc import Sequence

from sqlalchemy import Dialect, Enum, String
from sqlalchemy.types import TypeDecorator

from reviews.rules.enums import Category
from reviews.rules.name_keys import SORT_KEY_LENGTH

#: Compared by code points, as the keys are made for: SQLite does so anyway, PostgreSQL by its own language if not told.
SortKey = String(SORT_KEY_LENGTH).with_variant(String(SORT_KEY_LENGTH, collation="C"), "postgresql")


class OneOf(TypeDecorator[Category]):
    """Some of the answers of the scale: stored as text with a CHECK that lists them, read as a `Category`."""

    impl = Enum
    cache_ok = True

    def __init__(self, name: str, answers: Sequence[Category]) -> None:
        """`name`: of the CHECK, after the name of the table."""
        super().__init__(
            *(answer.value for answer in answers),
            name=name,
            native_enum=False,
            create_constraint=True,
            length=32,
        )
        self.name = name
        self.answers = tuple(answers)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Category | None:  # noqa: ARG002 - SQLAlchemy says how it is called
        return None if value is None else Category(value)
