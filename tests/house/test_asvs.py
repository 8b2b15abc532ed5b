"""docs/asvs.csv has each requirement of OWASP ASVS 5.0.0, levels 1 and 2, with its test or the reason why not."""

import ast
import csv
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.house.test_documents import headings

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "asvs.csv"
ROWS = list(csv.DictReader(FILE.read_text(encoding="utf-8").splitlines()))

#: How many requirements of levels 1 and 2 each chapter of version 5.0.0 has.
IN_CHAPTER = {
    1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16,
    17: 7,
}  # fmt: skip
AT_LEVEL = {"1": 70, "2": 183}
#: How an applicable row without a test begins to say why: it does not hold, or it holds and nothing can be run.
REASONS = ("not met: ", "no test: ")
LONGEST_ABOUT = 60
LONGEST_LINE = 240


@cache
def functions_in(file: str) -> set[str]:
    module = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in module.body if isinstance(node, ast.FunctionDef)}


def is_there(test: str) -> bool:
    file, _, name = test.partition("::")
    is_a_test = re.fullmatch(r"tests/[\w/]+/test_\w+\.py", file) and name.startswith("test_")
    return bool(is_a_test) and (ROOT / file).is_file() and name in functions_in(file)


def faults(row: dict[str, str]) -> list[str]:
    found = []
    if not re.fullmatch(r"V\d{1,2}\.\d{1,2}\.\d{1,2}", row["id"]):
        found.append("the id has another form")
    if not row["about"] or not row["where"]:
        found.append("nothing is said of it")
    if row["test"] and not is_there(row["test"]):
        found.append("the test is not there")
    has_reason = row["where"].startswith(REASONS)
    if row["applies"] == "yes":
        if bool(row["test"]) is has_reason:
            found.append("either a test or a reason")
    elif row["applies"] != "no" or row["test"] or has_reason:
        found.append("no, and why, and no test")
    return found


def test_every_requirement_is_there_once():
    ids = [row["id"] for row in ROWS]

    assert list(ROWS[0]) == ["id", "level", "applies", "about", "where", "test"]
    assert [each for each, times in Counter(ids).items() if times > 1] == []
    assert Counter(int(each[1:].partition(".")[0]) for each in ids) == IN_CHAPTER
    assert Counter(row["level"] for row in ROWS) == AT_LEVEL
    assert ids == sorted(ids, key=lambda each: [int(part) for part in each[1:].split(".")])


def test_every_row_has_its_test_or_its_reason():
    assert {row["id"]: found for row in ROWS if (found := faults(row))} == {}


THERE = "tests/house/test_asvs.py::test_every_requirement_is_there_once"


@pytest.mark.parametrize(
    ("applies", "where", "test", "is_sound"),
    [
        ("yes", "config.py", THERE, True),
        ("yes", "not met: no second factor", "", True),
        ("yes", "no test: the proxy's", "", True),
        ("no", "no LDAP", "", True),
        ("yes", "config.py", "", False),
        ("yes", "not met: no second factor", THERE, False),
        ("yes", "", THERE, False),
        ("no", "", "", False),
        ("no", "no LDAP", THERE, False),
        ("no", "not met: no LDAP", "", False),
        ("perhaps", "no LDAP", "", False),
        ("yes", "config.py", THERE + "_or_twice", False),
        ("yes", "config.py", "tests/house/test_gone.py::test_gone", False),
        ("yes", "config.py", "tests/house/test_asvs.py::faults", False),
    ],
)
def test_a_row_without_either_is_found(applies, where, test, is_sound):
    row = {"id": "V1.1.1", "level": "1", "applies": applies, "about": "one thing"}

    assert (faults({**row, "where": where, "test": test}) == []) is is_sound


def test_every_place_that_is_named_is_there():
    named = {
        place
        for row in ROWS
        for place in re.findall(r"[\w/.-]+\.(?:py|md|html|js|txt)(?:#[\w-]+)?", row["where"])
        # A file of each capability has no one place.
        if place != "forms.py"
    }
    gone = []
    for place in named:
        path, _, heading = place.partition("#")
        file = ROOT / path
        if not file.is_file() or (heading and heading not in headings(file)):
            gone.append(place)

    assert sorted(gone) == []


def test_the_page_of_evidence_counts_what_the_file_has():
    applicable = [row for row in ROWS if row["applies"] == "yes"]
    begins = Counter(row["where"][: len(REASONS[0])] for row in applicable if not row["test"])
    tested = len(applicable) - begins.total()
    figures = (
        f"{len(ROWS)}: {len(applicable)} apply; {tested} have a test, {begins['no test: ']} hold and have none,"
        f" {begins['not met: ']} are not met; {len(ROWS) - len(applicable)} do not apply"
    )

    assert figures in (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")


def test_no_text_is_longer_than_a_line_needs():
    """Few words of our own, and none of the standard's sentences."""
    assert [row["id"] for row in ROWS if len(row["about"]) > LONGEST_ABOUT] == []
    assert [row["id"] for row in ROWS if len(",".join(row.values())) > LONGEST_LINE] == []
