"""Lists of packets under the policy, read from their front.

What a viewer is to a packet takes a while to work out, and most packets of a list are theirs to see. So a few more than
are wanted are taken from the front of an index, and the policy is asked about these; only if it leaves too few, about
more. What is read is the same from any front: it depends on nothing that the policy leaves out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, literal_column, select

from reviews.db.extensions import db
from reviews.db.pagination import COUNTED, Page

#: How many packets are looked at: the first number that may be enough, then the next; in the end all of them.
FRONTS = (250, COUNTED + 1, 10_000)


@dataclass(frozen=True)
class PacketList:
    """A list of packets of any length.

    Args:
        build: the statement over a front of this size, or over all packets. It selects `front_size` of the standing and
            is in the list's order.
        parameters: of the statement.
    """

    build: Callable[[int | None], Select[Any]]
    parameters: Mapping[str, Any]

    def rows(self, offset: int, limit: int) -> Sequence[Any]:
        """So many rows from an offset. One statement, or a few where the policy leaves many out."""

        def part(size: int | None) -> Select[Any]:
            wanted = self.build(size).limit(literal_column(str(limit)))
            return wanted.offset(offset) if offset else wanted

        return read_front(part, self.parameters, wanted=limit, least=offset + limit)

    def count(self) -> int:
        """How many rows there are; `COUNTED` + 1 for more. One statement, or a few."""

        def counted(size: int | None) -> Select[Any]:
            first = self.build(size).order_by(None).limit(literal_column(str(COUNTED + 1)))
            rows = first.subquery()
            size_of = func.max(rows.c.front_size) if size else literal_column("0")
            return select(func.count().label("number"), size_of.label("front_size")).select_from(
                rows
            )

        for size in (*FRONTS[1:], None):
            row = db.session.execute(counted(size), dict(self.parameters)).one()
            if size is None or row.number > COUNTED or 0 < (row.front_size or 0) < size:
                return int(row.number)
        raise AssertionError("the last size counts all")

    def page(self, number: int, make: Callable[[Any], Any]) -> Page:
        """A page of what is made of the rows."""
        return Page(
            number,
            rows=lambda offset, limit: [make(row) for row in self.rows(offset, limit)],
            count=self.count,
        )


def read_front(
    build: Callable[[int | None], Select[Any]],
    parameters: Mapping[str, Any],
    *,
    wanted: int,
    least: int | None = None,
    rows_in: Callable[[Any], int] = lambda _: 1,
) -> Sequence[Any]:
    """The rows of a statement over as small a front as gives so many.

    Args:
        build: the statement over a front of this size, or over all packets. It ends with the wanted rows.
        wanted: packets; fewer are given where there are not so many.
        least: packets that the front must hold; as many as rows if not given.
        rows_in: how many packets a row stands for.
    """
    for size in (*(size for size in FRONTS if size >= (least or wanted)), None):
        rows = db.session.execute(build(size), dict(parameters)).all()
        # Where there are no rows it is not known how many packets there were.
        if (
            size is None
            or sum(map(rows_in, rows)) >= wanted
            or (rows and rows[0].front_size < size)
        ):
            return rows
    raise AssertionError("the last size reads all")
