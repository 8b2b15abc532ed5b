"""A page of a long list. The pages themselves are Flask-SQLAlchemy's; the counting ends where nobody counts on."""

from collections.abc import Callable, Sequence
from typing import Any

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import Select, func, literal_column, select

from reviews.db.extensions import db

#: Rows of every list that has pages.
PAGE_SIZE = 50
#: A list says how many there are up to this many; a longer one is "more than".
COUNTED = 1000


class Page(Pagination):
    """One page of rows, with what the library knows about pages beside it: `total`, `pages`, `iter_pages`.

    A page past the last one has no items.
    """

    #: Whether there are more items than were counted.
    is_cut = False
    has_another = False
    total: int

    def __init__(
        self,
        page: int,
        *,
        rows: Callable[[int, int], Sequence[Any]],
        count: Callable[[], int],
    ) -> None:
        """A page of what `rows` gives.

        Args:
            page: its number, from 1.
            rows: gives items from an offset, so many at most.
            count: how many there are, or `COUNTED` + 1 for more.
        """
        super().__init__(
            page=page,
            per_page=PAGE_SIZE,
            max_per_page=None,
            error_out=False,
            read_rows=rows,
            read_count=count,
        )

    def _query_items(self) -> list[Any]:
        found = self._query_args["read_rows"](self._query_offset, self.per_page + 1)
        self.has_another = len(found) > self.per_page
        return list(found[: self.per_page])

    def _query_count(self) -> int:
        # A short first page has been counted already.
        if self.page == 1 and not self.has_another:
            return len(self.items)
        counted = int(self._query_args["read_count"]())
        self.is_cut = counted > COUNTED
        reached = self._query_offset + len(self.items) + self.has_another if self.items else 0
        return max(counted, reached)

    @property
    def summary(self) -> str:
        """Where the page stands in the list, as "51 to 100 of 240" with a dash."""
        return f"{self.first}\N{EN DASH}{self.last} of {self.counted}"

    def counted_as(self, one: str, many: str = "") -> str:
        """ "1 packet", "240 packets", "more than 1,000 packets"."""
        return f"{self.counted} {one if self.total == 1 else many or one + 's'}"

    @property
    def counted(self) -> str:
        """How many items there are, in words."""
        return f"more than {COUNTED:,}" if self.is_cut else str(self.total)


def page_of(
    statement: Select[*tuple[Any, ...]],
    page: int,
    parameters: dict[str, Any] | None = None,
    make: Callable[[Any], Any] = lambda row: row,
) -> Page:
    """A page of the rows of a statement, in its own order. Two statements at most.

    Args:
        make: what is made of each row.

    The limits stand in the text: PostgreSQL plans for the first rows only where it knows that few are wanted.
    """

    def rows(offset: int, limit: int) -> Sequence[Any]:
        wanted = statement.limit(literal_column(str(limit))).offset(offset or None)
        return [make(row) for row in db.session.execute(wanted, parameters)]

    return Page(page, rows=rows, count=lambda: count_of(statement, parameters))


def count_of(statement: Select[*tuple[Any, ...]], parameters: dict[str, Any] | None = None) -> int:
    """How many rows the statement gives; `COUNTED` + 1 for more."""
    first = statement.order_by(None).limit(literal_column(str(COUNTED + 1))).subquery()
    return db.session.execute(select(func.count()).select_from(first), parameters).scalar_one()
