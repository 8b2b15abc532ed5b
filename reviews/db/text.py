"""Text in statements, alike on every database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, bindparam, or_
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


def has_words(number: int, *keys: Any) -> list[ColumnElement[bool]]:
    """That each of so many words is in one of these columns, which hold a `search_key`.

    The words are parameters, so that the text of a statement differs by their number alone: `word_params`.
    """
    return [
        or_(*(position(key, bindparam(f"word_{place}", type_=String())) > 0 for key in keys))
        for place in range(number)
    ]


def read_as_it_lies(key: Any) -> Any:
    """The same order without its index, where few may match: by it, each row is looked up only to be left out."""
    return key.concat("")


def word_params(words: Sequence[str]) -> dict[str, str]:
    """The parameters of `has_words`, from `search_words`."""
    return {f"word_{place}": word for place, word in enumerate(words)}
