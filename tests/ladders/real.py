"""The folder of real ladders that the importer is measured against, where it is at hand.

A test that reads from it is marked `real_ladders`, and is left out, aloud, where there is no such folder.
"""

import json
import os
from pathlib import Path

from ladders.importing.bundle import Upload

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("LEVELSET_LADDERS", ROOT.parent / "shared" / "ladders"))


def seed(number):
    path = next((FOLDER / "seeds").glob(f"{number}_*"))
    return path.name, path.read_bytes()


def uploads(slug):
    """The files of a document, by the name of its golden file."""
    if slug.startswith("seed-"):
        return [Upload(*seed(slug.split("-")[1]))]
    folder = FOLDER / "corpus" / slug
    files = sorted(path for path in folder.iterdir() if path.name != "source.json")
    return [Upload(path.name, path.read_bytes()) for path in files]


def golden_files():
    return sorted((FOLDER / "golden").glob("*.json"))


def golden(slug):
    return json.loads((FOLDER / "golden" / f"{slug}.json").read_text())


def golden_texts(slug):
    lines = (FOLDER / "golden" / "texts" / f"{slug}.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def golden_effective(name):
    return json.loads((FOLDER / "golden" / "effective" / f"{name}.json").read_text())
