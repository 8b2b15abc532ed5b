"""A list of ids as one parameter: one statement for one id and for fifty, so that PostgreSQL keeps its plan."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, BindParameter, Boolean, Dialect, Integer, String, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class IdList(TypeDecorator[Iterable[int | None]]):
    """As an array, or as JSON where there are no arrays."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(Integer()))
        return dialect.type_descriptor(String())

    def process_bind_param(
        self, value: Iterable[int | None] | None, dialect: Dialect
    ) -> list[int | None] | str:
        ids = list(value or ())
        return ids if dialect.name == "postgresql" else json.dumps(ids)


class _Among(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002 - of SQLAlchemy
        # On SQLite a condition would be written "... = 1", and no index be used for it.
        return self


def among(column: Any, ids: Iterable[int | None] | BindParameter[Any]) -> _Among:
    """Whether the column's value is one of these ids, or of those that a parameter of type `IdList` will bring."""
    return _Among(column, ids if isinstance(ids, BindParameter) else literal(list(ids), IdList()))


@compiles(_Among, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **kwargs: Any) -> str:
    column, ids = (compiler.process(clause, **kwargs) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - clauses, not texts


@compiles(_Among, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **kwargs: Any) -> str:
    column, ids = (compiler.process(clause, **kwargs) for clause in element.clauses)
    return f"{column} = ANY ({ids})"
