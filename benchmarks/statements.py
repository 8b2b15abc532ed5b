"""What a page asks the database, statement by statement, each with the plan that the database makes for it.

    LEVELSET_MODE=demo .venv/bin/python -m benchmarks.statements ADDRESS PATH

ADDRESS is the e-mail address of whoever looks at the page, PATH the page's own, such as /cycles. The database is that
of `DATABASE_URL`. The page is asked for twice and the second time is shown, when what is made once in a process has
been made. On PostgreSQL, EXPLAIN ANALYZE runs each statement once more.
"""

import sys
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from benchmarks.asking import page_of
from reviews import create_app
from reviews.db.extensions import READ, db
from reviews.people.queries import person_by_email

_EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN (ANALYZE, BUFFERS) "}


def main(address: str, path: str) -> None:
    app = create_app()
    with app.app_context():
        person = person_by_email(address)
        if person is None:
            raise SystemExit(f"Nobody has the address {address}.")
        person_id = person.id
        readers, product = db.engines[READ], db.engine.dialect.name
        db.session.rollback()
    ask = page_of(app, person_id, path)
    ask()
    # A page is read over connections of its own.
    sa.event.listen(readers, "after_cursor_execute", _printer(product))
    ask()


def _printer(product: str) -> Callable[..., None]:
    def show(_connection: object, cursor: Any, text: str, values: Any, *_: object) -> None:
        if not text.startswith(("SELECT", "WITH")):
            return
        print(f"{text}\n")
        if cursor.description and product in _EXPLAIN:
            plan = cursor.connection.cursor()
            plan.execute(_EXPLAIN[product] + text, values)
            print("\n".join(f"    {row[-1]}" for row in plan.fetchall()), end="\n\n\n")

    return show


if __name__ == "__main__":
    main(*sys.argv[1:])
