"""Text in statements, alike on every database."""

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class position(FunctionElement[int]):  # noqa: N801 - written as the function it is
    """Where in a text another one begins; 0 where there is none, null where one of them is null.

    Unlike LIKE it has no signs of its own and never folds the case.
    """

    type = Integer()
    inherit_cache = True


@compiles(position, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **kwargs: Any) -> str:
    return f"instr({compiler.process(element.clauses, **kwargs)})"


@compiles(position, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **kwargs: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **kwargs)})"
