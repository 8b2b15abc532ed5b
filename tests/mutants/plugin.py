"""A pytest plugin: runs the tests that it is given once as they are, and then those of each mutant while it is on.

In one process, so that a database is migrated once. What happened to each mutant is written to a file as JSON lines.
"""

import json
import os
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from tests.mutants.catalogue import MUTANTS
from tests.mutants.switching import Mutant, switched_on

#: The file to write to, and which mutants to try, by name.
REPORT, NAMES = "MUTANTS_REPORT", "MUTANTS_NAMES"

_ROOT = Path(__file__).resolve().parents[2]
_PRODUCT = tuple(f"{_ROOT / package}{os.sep}" for package in ("ladders", "reviews"))


@dataclass
class Outcome:
    """What happened to one mutant."""

    name: str
    #: By test, what it said against the mutant.
    caught_by: dict[str, str] = field(default_factory=dict)
    #: By test, why it does not count.
    missed_by: dict[str, str] = field(default_factory=dict)
    #: Of one core.
    seconds: float = 0


def chosen() -> list[Mutant]:
    names = json.loads(os.environ[NAMES])
    return [mutant for mutant in MUTANTS if mutant.name in names]


def _is_found(raised: BaseException) -> bool:
    """Whether it is the test that has found something: by an assertion, or by looking at what is not there.

    What the product itself stumbles over says nothing about the rule.
    """
    if isinstance(raised, (AssertionError, pytest.fail.Exception)):
        return True
    files = {frame.f_code.co_filename for frame, _ in traceback.walk_tb(raised.__traceback__)}
    return not any(file.startswith(_PRODUCT) for file in files)


class Trying:
    def __init__(self) -> None:
        #: Of the test that runs now, how its call has ended badly.
        self.raised: BaseException | None = None
        #: By node id, how a test has ended that runs without a mutant.
        self.without: dict[str, str] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> Iterator[None]:
        if call.when == "call" and call.excinfo is not None:
            self.raised = call.excinfo.value
        return (yield)

    def run(self, item: pytest.Item) -> str:
        """ "passed", "caught: ..." where the test has found something, or what else went wrong."""
        self.raised = None
        # The test itself is torn down each time, and whatever is made once for its module, or for all, stays.
        item.session._setupstate.teardown_exact(item.parent)  # noqa: SLF001
        reports = runtestprotocol(item, log=False, nextitem=item.parent)
        failed = [report for report in reports if report.failed]
        if not failed:
            return "passed"
        # What a broken test leaves open may well be found when it is torn down; before it, nothing may be wrong.
        if failed[0].when == "call" and self.raised is not None and _is_found(self.raised):
            return f"caught: {failed[0].longreprtext[-2000:]}"
        return f"error in {failed[0].when}: {failed[0].longreprtext[-2000:]}"

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        mutants = chosen()
        of = {mutant.name: _items_of(session.items, mutant) for mutant in mutants}
        outcomes = {mutant.name: Outcome(mutant.name) for mutant in mutants}
        with Path(os.environ[REPORT]).open("w", encoding="utf-8") as report:
            for mutant in mutants:
                outcome = outcomes[mutant.name]
                began = time.process_time()
                for test, items in of[mutant.name].items():
                    self._try(mutant, test, items, outcome)
                outcome.seconds = round(time.process_time() - began, 2)
                report.write(json.dumps(vars(outcome)) + "\n")
                report.flush()
        session._setupstate.teardown_exact(None)  # noqa: SLF001
        return True

    def _try(
        self, mutant: Mutant, test: str, items: Sequence[pytest.Item], outcome: Outcome
    ) -> None:
        """Run the test while the mutant is on, with one set of parameters after the other, until one catches it."""
        outcome.missed_by[test] = "is not in the short suite"
        for item in items:
            # First as it is, so that whatever is made once is made without the mutant.
            if item is items[0] and (end := self.run_without(item)) != "passed":
                outcome.missed_by[test] = f"fails without it, {end}"
                return
            outcome.missed_by[test] = end = self.run_with(mutant, item)
            if end.startswith("caught: "):
                break
        else:
            return
        without = self.run_without(item)
        if without == "passed":
            outcome.caught_by[test] = outcome.missed_by.pop(test)
        else:
            outcome.missed_by[test] = f"fails without it, {without}"

    def run_without(self, item: pytest.Item) -> str:
        if item.nodeid not in self.without:
            self.without[item.nodeid] = self.run(item)
        return self.without[item.nodeid]

    def run_with(self, mutant: Mutant, item: pytest.Item) -> str:
        try:
            with switched_on(mutant):
                return self.run(item)
        except AssertionError as wrong:
            # What the mutant changes is not there.
            return f"cannot be switched on: {wrong!r}"


def _items_of(items: Sequence[pytest.Item], mutant: Mutant) -> dict[str, list[pytest.Item]]:
    return {
        test: [
            item
            for item in items
            if item.nodeid == test or item.nodeid.startswith((f"{test}[", f"{test.rstrip(']')}-"))
        ]
        for test in mutant.tests
    }


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Trying(), "trying mutants")
