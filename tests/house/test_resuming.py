"""A long run that was interrupted goes on: what has passed is left out, what has not is run again."""

import subprocess
import sys

import pytest

from tests.live_server import ROOT

pytestmark = pytest.mark.test_all

SUITE = """\
from pathlib import Path

def test_that_passes():
    pass

def test_that_passes_once_it_may():
    assert Path(__file__).with_name("it may").exists()
"""


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "in a worker"])
def test_a_second_run_leaves_out_what_has_passed(tmp_path, workers):
    (tmp_path / "test_suite.py").write_text(SUITE)

    def run():
        command = [
            sys.executable, "-m", "pytest", "-q", "-p", "tests.resuming", f"--rootdir={tmp_path}",
            "-o", f"cache_dir={tmp_path / 'cache'}", "-c", "/dev/null", *workers, str(tmp_path),
        ]  # fmt: skip
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    code, told = run()
    assert (code, "1 failed, 1 passed" in told) == (1, True), told

    (tmp_path / "it may").touch()
    code, told = run()
    assert (code, "1 passed" in told, "2 tests have passed so far" in told) == (0, True, True), told

    code, told = run()
    assert (code, " passed in " in told, "2 tests have passed so far" in told) == (
        0,
        False,
        True,
    ), told
