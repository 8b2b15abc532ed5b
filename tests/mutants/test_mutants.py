"""Each rule has a test: it is taken out of the running product, and the short suite has to say so."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.mutants import plugin
from tests.mutants.catalogue import MUTANTS
from tests.mutants.switching import Mutant

pytestmark = pytest.mark.test_all

ROOT = Path(__file__).resolve().parents[2]
#: What `make test` runs.
SHORT = "not (test_all or prove or postgresql)"
#: Run at the same time where there are as many processes.
PARTS = 2


def test_the_short_suite_is_that_of_make_test() -> None:
    assert f'-m "{SHORT}"' in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_there_are_at_least_sixty_and_each_says_what_is_wrong() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 60
    assert [mutant.name for mutant in MUTANTS if not (mutant.what and mutant.tests)] == []


@pytest.mark.parametrize("part", range(PARTS))
def test_every_mutant_is_caught(
    part: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    mutants = MUTANTS[part * len(MUTANTS) // PARTS : (part + 1) * len(MUTANTS) // PARTS]

    outcomes, said = tried(mutants, tmp_path / "outcomes")

    caught = [each["name"] for each in outcomes if each["caught_by"] and not each["missed_by"]]
    record_property("mutants", len(mutants))
    record_property("mutants caught", len(caught))
    missed = {each["name"]: each["missed_by"] for each in outcomes if each["missed_by"]}
    assert missed == {}, "\n\n".join(f"{name}: {why}" for name, why in missed.items())
    assert caught == [mutant.name for mutant in mutants], said


def tried(mutants: tuple[Mutant, ...], report: Path) -> tuple[list[dict[str, object]], str]:
    """What happened to each, and what the run said. In a process of its own: a mutant is to touch no other test."""
    tests = sorted({test for mutant in mutants for test in mutant.tests})
    inherited = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-n0", "-p", "no:cacheprovider"),
            *("-p", "tests.mutants.plugin", "--hypothesis-profile", "few", "-m", SHORT),
            *tests,
        ],
        cwd=ROOT,
        env={
            **inherited,
            plugin.REPORT: str(report),
            plugin.NAMES: json.dumps([mutant.name for mutant in mutants]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    lines = report.read_text(encoding="utf-8").splitlines() if report.exists() else []
    return [json.loads(line) for line in lines], run.stdout + run.stderr
