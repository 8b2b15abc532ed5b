"""A pytest plugin for runs of hours (`make prove`): a run goes on with what has not passed in the one before.

What has passed is kept in pytest's cache, for the project's files as they are: after a change everything is run again.
`--cache-clear` forgets it.
"""

import hashlib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: What the outcome of a test hangs on.
SOURCES = (
    "config.py", "ladders", "migrations", "pyproject.toml", "requirements", "reviews", "static", "templates", "tests",
)  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Resuming(config), "resuming now")


def state_of_the_files() -> str:
    digest = hashlib.sha256()
    for name in SOURCES:
        place = ROOT / name
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


class Resuming:
    def __init__(self, config: pytest.Config) -> None:
        #: Tests whose call has passed and whose teardown is still to come.
        self.ending: set[str] = set()
        #: A process that runs tests for another one, which hears how all of them end.
        self.is_worker = hasattr(config, "workerinput")
        if self.is_worker:
            self.passed = Path(config.workerinput["passed"])
            return
        assert config.cache is not None
        folder = config.cache.mkdir("passed")
        self.passed = folder / state_of_the_files()
        for other in set(folder.iterdir()) - {self.passed}:
            other.unlink()
        self.passed.touch()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["passed"] = str(self.passed)

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        passed = set(self.so_far())
        done = [item for item in items if item.nodeid in passed]
        items[:] = [item for item in items if item.nodeid not in passed]
        config.hook.pytest_deselected(items=done)

    def so_far(self) -> list[str]:
        return self.passed.read_text(encoding="utf-8").splitlines()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Written line by line, so that nothing is forgotten however the run ends."""
        if self.is_worker:
            return
        if report.when == "call" and report.passed:
            self.ending.add(report.nodeid)
        if report.when == "teardown" and report.passed and report.nodeid in self.ending:
            with self.passed.open("a", encoding="utf-8") as ledger:
                ledger.write(f"{report.nodeid}\n")

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and self.so_far():
            session.exitstatus = pytest.ExitCode.OK

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("resuming")
        terminalreporter.line(
            f"{len(self.so_far())} tests have passed so far, in this run and in those before"
            " it, on the files as they are."
            " Run it again for what is left; with --cache-clear it begins anew."
        )
