"""The pages written from the code say what the code says, and what any page names is there."""

import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from docs import architecture
from ladders import limits as ladders
from ladders.importing import bundle, outline, pipeline, proposal
from ladders.importing.text import MAX_BYTES
from reviews import cli_without_pages
from reviews.roster import table_file
from reviews.rules import generated_docs, good_passwords
from reviews.web import guard

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
#: Not the decisions: each speaks of the code as it was on its day.
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md")])


@pytest.mark.parametrize("name", ["permissions.md", "states.md", "glossary.md"])
def test_a_document_is_written_from_its_table(name):
    assert (DOCS / name).read_text(encoding="utf-8") == generated_docs.pages()[name]


def test_no_other_document_is_written_from_a_table():
    assert sorted(generated_docs.pages()) == ["glossary.md", "permissions.md", "states.md"]


@pytest.mark.parametrize("how", [["--app", "reviews"], ["--app=reviews"]])
def test_the_tables_are_written_without_a_secret(how):
    assert cli_without_pages.is_asked_for([*how, "write-tables"])


def test_the_picture_of_the_rooms_is_made_from_the_imports():
    written = architecture.PAGE.read_text(encoding="utf-8")

    assert written == architecture.page_with(architecture.picture()), "make picture writes it anew"


# -- What the pages name is there


def in_code(page: Path) -> Iterator[str]:
    """What the page sets in code: a line of a block, or words between backquotes."""
    prose = []
    for at, part in enumerate(
        re.split(r"^```.*$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    ):
        if at % 2:
            yield from part.splitlines()
        else:
            prose.append(part)
    for line in "\n".join(prose).splitlines():
        if line.startswith("    "):
            yield line.strip()
        else:
            yield from re.findall(r"`([^`]+)`", line)


def links(page: Path) -> list[tuple[Path, str]]:
    """What the page leads to in the checkout: a file or folder, and the heading in it or nothing."""
    targets = re.findall(r"\]\(([^)#]*)#?([^)]*)\)", page.read_text(encoding="utf-8"))
    return [
        (page.parent / path if path else page, heading)
        for path, heading in targets
        if "://" not in path
    ]


def headings(page: Path) -> set[str]:
    """As an address names them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


def paths(code: str) -> set[str]:
    """What looks like a file or folder of the checkout: it begins with one of ours."""
    return {path for path in re.findall(r"(?<![\w/.-])[\w.][\w./-]*[\w/]", code) if is_ours(path)}


def is_ours(path: str) -> bool:
    first, separator, _ = path.partition("/")
    return bool(separator) and first in {each.name for each in ROOT.iterdir()} - {".venv", "var"}


@cache
def listed(*group: str) -> set[str]:
    """What `flask --app reviews` knows, or a group of it; asked as a person asks: nothing is there by accident."""
    flask = Path(sys.executable).with_name("flask")
    command = [flask, "--app", "reviews", *group, "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(re.findall(r"^  ([\w-]+)", done.stdout.partition("Commands:")[2], re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_a_page_names_is_there(page):
    named = {path for code in in_code(page) for path in paths(code)}

    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
    assert [path for path, _ in links(page) if not path.exists()] == []
    assert [
        heading for path, heading in links(page) if heading and heading not in headings(path)
    ] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_target_of_make_that_a_page_names_is_there(page):
    named = {name for code in in_code(page) for name in re.findall(r"^make ([a-z-]+)", code)}
    there = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert named - there == set()


def test_every_command_that_a_page_names_is_there():
    named = {
        tuple(words)
        for page in PAGES
        for code in in_code(page)
        for words in re.findall(r"(?:flask --app reviews|^levelset) ([a-z-]+)(?: ([a-z-]+))?", code)
    }

    assert len(named) > 5
    assert {name for name, _ in named} - listed() == set()
    assert {
        (group, inner)
        for group, inner in named
        if inner and listed(group) and inner not in listed(group)
    } == set()


def test_every_setting_stands_in_the_table_for_operators():
    read = re.findall(
        r'os\.environ\.get\("(\w+)"', (ROOT / "config.py").read_text(encoding="utf-8")
    )
    text = (DOCS / "operations.md").read_text(encoding="utf-8")

    assert len(read) > 5
    assert [name for name in read if f"| `{name}` |" not in text] == []


def test_the_limits_that_operators_read_are_those_of_the_code():
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    config = runpy.run_path(str(ROOT / "config.py"))
    forms = f"{config['MAX_FORM_MEMORY_SIZE'] // 1024} KB in {config['MAX_FORM_PARTS']:,} fields"
    files = (
        f"{MAX_BYTES // 1024} KB together, unpacked too; {bundle.MOST_FILES} files; a file at most"
        f" {bundle.MOST_GROWTH} times its packed size; {pipeline.MOST_LINES:,} lines,"
        f" {proposal.MOST_HEADINGS:,} headings, {outline.MOST_CELLS:,} cells, {outline.MOST_COLUMNS} columns"
    )
    ladder = (
        f"{ladders.MOST_LEVELS} levels and roles, {ladders.MOST_DIMENSIONS} dimensions,"
        f" {ladders.MOST_EXPECTATIONS:,} expectations, {ladders.MOST_IN_A_CELL} of them in one cell;"
        f" {ladders.LONGEST_TEXT:,} characters in one text, {ladders.MOST_CHARACTERS:,} in"
        f" {ladders.MOST_TEXTS:,} texts"
    )
    people = (
        f"{table_file.MOST_BYTES // 1024**2} MB, {table_file.MOST_ROWS:,} people,"
        f" {table_file.MOST_COLUMNS} columns, {table_file.MOST_CELLS:,} cells"
    )
    limits = [
        f"| {config['MAX_CONTENT_LENGTH'] // 1024**2} MB; {forms} |",
        ", ".join(f"`{kind}`" for kind in pipeline.KINDS if kind != bundle.ARCHIVE),
        f"| {files} |",
        f"| {ladder} |",
        f"| {people} |",
        f"| {good_passwords.MIN_LENGTH} to {good_passwords.MAX_LENGTH} characters |",
    ]

    assert [limit for limit in limits if limit not in text] == []
    assert guard.MOST_READERS == 2  # "two; a third is asked to come back"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Look at `config.py` and `docs/`.", ["config.py", "docs/"]),
        ("    make run\n\nText", ["make run"]),
        ("```\nmake test\n```\nText", ["", "make test"]),
    ],
)
def test_what_is_set_in_code_is_found(tmp_path, text, code):
    page = tmp_path / "page.md"
    page.write_text(text)

    assert list(in_code(page)) == code


def test_only_what_begins_in_the_checkout_is_a_path():
    assert paths("see reviews/gone.py, /etc/reviews/a and text/plain") == {"reviews/gone.py"}
