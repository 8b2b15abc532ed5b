"""The locks hold what pyproject.toml asks for, with hashes, and name no place to fetch from."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
GROUPS = PROJECT["dependency-groups"]
RUN = PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["postgres"]
LOCKS = {
    "uv.txt": GROUPS["installer"],
    "run.txt": RUN,
    "dev.txt": RUN + GROUPS["test"] + GROUPS["lint"],
}


def blocks(lock: str) -> list[str]:
    """Each pin with the hashes that follow it."""
    text = (ROOT / "requirements" / lock).read_text()
    return re.split(r"\n(?=\S)", re.sub(r"\n *#.*", "", text).strip())


def pins(lock: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for block in blocks(lock):
        pinned = Requirement(block.split(" \\\n")[0])
        (version,) = pinned.specifier
        found.setdefault(canonicalize_name(pinned.name), set()).add(version.version)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_each_lock_meets_what_is_asked(lock):
    pinned = pins(lock)

    unmet = [
        asked
        for asked in map(Requirement, LOCKS[lock])
        if not any(map(asked.specifier.contains, pinned.get(canonicalize_name(asked.name), ())))
    ]

    assert unmet == []


@pytest.mark.parametrize("lock", LOCKS)
def test_each_pin_has_hashes_and_no_address(lock):
    text = (ROOT / "requirements" / lock).read_text()

    assert [block for block in blocks(lock) if "--hash=sha256:" not in block] == []
    assert [line for line in text.splitlines() if "://" in line or "--index" in line] == []


def test_tests_run_on_the_versions_that_people_run():
    assert {name: pins("dev.txt")[name] for name in pins("run.txt")} == pins("run.txt")
