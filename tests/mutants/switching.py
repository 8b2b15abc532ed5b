"""Switching a mutant on from outside: the product has nothing that would let itself be switched.

Each way fails loudly where what it changes is not there any more, so that a mutant that changes nothing is not taken
for one that was caught.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import CodeType, FunctionType
from typing import Any

import jinja2
import pytest

from reviews.audit import service as audit
from reviews.rules.enums import Action, Relation, Verb
from reviews.rules.policy import table

Switch = Callable[[pytest.MonkeyPatch], None]

_CACHED = type(table.tables)


@dataclass(frozen=True)
class Mutant:
    name: str
    #: What leaks, or which rule is gone.
    what: str
    switch: Switch
    #: Tests of `make test`, each of which must fail while the mutant is on.
    tests: tuple[str, ...]


def tests_of(file: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{file}::{name}" for name in names)


@contextmanager
def switched_on(mutant: Mutant) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        mutant.switch(patch)
        forget()
        try:
            yield
        finally:
            patch.undo()
            forget()


def forget() -> None:
    """Let go of what the product remembers: statements, decisions, texts. The tables of the policy stay as they are."""
    kept = {id(table.tables)}
    modules = [module for name, module in sys.modules.items() if name.startswith("reviews.")]
    for module in modules:
        for each in vars(module).values():
            if isinstance(each, _CACHED) and id(each) not in kept:
                each.cache_clear()
                kept.add(id(each))


def all_of(switches: Iterable[Switch]) -> Switch:
    return together(*switches)


def together(*switches: Switch) -> Switch:
    def switch(patch: pytest.MonkeyPatch) -> None:
        for each in switches:
            each(patch)

    return switch


# -- A piece of a function


def rewritten(function: Callable[..., Any], old: str, new: str) -> Switch:
    """Let the function have `new` in its source where it has `old`, once, wherever it was imported to."""

    def switch(patch: pytest.MonkeyPatch) -> None:
        plain: Any = inspect.unwrap(function)
        assert isinstance(plain, FunctionType)
        source = textwrap.dedent(inspect.getsource(plain))
        assert source.count(old) == 1, f"{plain.__qualname__} has {source.count(old)} times: {old}"
        patch.setattr(plain, "__code__", _compiled(plain, source.replace(old, new)))

    return switch


def _compiled(plain: FunctionType, source: str) -> CodeType:
    """The code of the function as this source has it, over the same variables around it."""
    (node,) = ast.parse(source).body
    assert isinstance(node, ast.FunctionDef)
    node.decorator_list = []
    around = ast.parse("def around(): pass").body[0]
    assert isinstance(around, ast.FunctionDef)
    around.args.args = [ast.arg(name) for name in plain.__code__.co_freevars]
    # It is never run, so nothing is bound: a function that calls itself is looked up where it always was.
    around.body = [ast.Global([plain.__name__]), node]
    # What is left of the source may use fewer of them, and the cells that are there have to fit.
    node.body += [ast.Expr(ast.Name(name, ast.Load())) for name in plain.__code__.co_freevars]
    module = ast.fix_missing_locations(ast.Module([around], []))
    code = _inner(compile(module, plain.__code__.co_filename, "exec"), "around")
    code = _inner(code, plain.__name__)
    assert code.co_freevars == plain.__code__.co_freevars
    return code


def _inner(code: CodeType, name: str) -> CodeType:
    (found,) = (
        each for each in code.co_consts if isinstance(each, CodeType) and each.co_name == name
    )
    return found


def replaced(place: Any, name: str, value: Any) -> Switch:
    """Let the module or class have another value under this name."""

    def switch(patch: pytest.MonkeyPatch) -> None:
        assert getattr(place, name) is not value
        patch.setattr(place, name, value)

    return switch


def in_mapping(mapping: dict[Any, Any], key: Any, value: Any) -> Switch:
    def switch(patch: pytest.MonkeyPatch) -> None:
        assert mapping[key] != value
        patch.setitem(mapping, key, value)

    return switch


# -- A row of the policy


def granted(action: Action, relation: Relation, when: str) -> Switch:
    """Let the table grant the action to the relation as this text says, in the language of the files."""

    def switch(patch: pytest.MonkeyPatch) -> None:
        (rows,) = (each.rows for each in table.tables() if action in each.rows)
        row = rows[action]
        grant = table._grant(when, action.name)  # noqa: SLF001 - the one reader of that language
        assert row.grant(relation) != grant
        patch.setitem(rows, action, replace(row, grants={**row.grants, relation: grant}))

    return switch


# -- A line of the audit log


def without_line(*verbs: Verb) -> Switch:
    """Let nothing be written down of these acts."""
    record = audit.record

    def silent(actor: Any, verb: Verb, *rest: Any, **more: Any) -> Any:
        return None if verb in verbs else record(actor, verb, *rest, **more)

    return replaced(audit, "record", silent)


# -- A piece of a page


def drawn(template: str, old: str, new: str) -> Switch:
    """Let the template have `new` where it has `old`, once, in every application of this process."""

    def switch(patch: pytest.MonkeyPatch) -> None:
        def load(environment: jinja2.Environment, name: str, variables: Any) -> jinja2.Template:
            # Past what each application remembers of its templates.
            assert environment.loader is not None
            source, file, _ = environment.loader.get_source(environment, name)
            if name == template:
                assert source.count(old) == 1, f"{name} has {source.count(old)} times: {old}"
                source = source.replace(old, new)
            code = environment.compile(source, name, file)
            given = environment.make_globals(variables)
            return environment.template_class.from_code(environment, code, given)

        patch.setattr(jinja2.Environment, "_load_template", load)

    return switch
