"""The folder of real ladders that the importer is measured against, where it is at hand."""

import json
import os
from pathlib import Path

import pytest

from ladders.importing.bundle import Upload

ROOT = Path(__file__).parents[2]
REAL = Path(os.environ.get("LEVELSET_LADDERS", ROOT.parent / "shared" / "ladders"))


def require():
    """Fails on CI, skips elsewhere, when the folder is missing."""
    if not REAL.is_dir():
        complain = pytest.fail if os.environ.get("CI") else pytest.skip
        complain(f"No real ladders at {REAL}: set LEVELSET_LADDERS to the folder that holds them.")


def seed(number):
    require()
    path = next((REAL / "seeds").glob(f"{number}_*"))
    return path.name, path.read_bytes()


def uploads(slug):
    """The files of a document, by the name of its golden file."""
    require()
    if slug.startswith("seed-"):
        return [Upload(*seed(slug.split("-")[1]))]
    folder = REAL / "corpus" / slug
    files = sorted(path for path in folder.iterdir() if path.name != "source.json")
    return [Upload(path.name, path.read_bytes()) for path in files]


def golden_files():
    require()
    return sorted((REAL / "golden").glob("*.json"))


def golden(slug):
    require()
    return json.loads((REAL / "golden" / f"{slug}.json").read_text())


def golden_texts(slug):
    require()
    lines = (REAL / "golden" / "texts" / f"{slug}.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def golden_effective(name):
    require()
    return json.loads((REAL / "golden" / "effective" / f"{name}.json").read_text())
