"""`ladders preview`: what an import would make, without a database and without a secret."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reviews import create_app

ROOT = Path(__file__).parents[3]
FORMS = ROOT / "tests" / "ladders" / "documents"


@pytest.fixture(scope="module")
def preview():
    """Run the command in this process, which is quick."""
    runner = create_app({"SQLALCHEMY_DATABASE_URI": "sqlite://"}).test_cli_runner()

    def run(*arguments):
        return runner.invoke(args=["ladders", "preview", *arguments])

    return run


def flask(*arguments):
    """The command as a person types it, in an environment that says nothing."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "reviews", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_ladder_as_json():
    done = flask("ladders", "preview", "--json", str(FORMS / "baker.md"))
    found = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(found) == [
        "is_ladder",
        "confidence",
        "reasons",
        "questions",
        "ladder",
        "not_imported",
    ]
    assert found["is_ladder"] is True
    assert [(each["id"], each["proposed"]) for each in found["questions"]] == [
        ("d", "Yes, put it into \u201cWords\u201d"),
        ("l", "Leave it unstated"),
    ]
    assert found["ladder"]["format"] == "ladder/1"
    assert [level["name"] for level in found["ladder"]["levels"]] == [
        "Level 1",
        "Level 2",
        "Level 3",
    ]
    assert found["not_imported"] == []


def test_several_files_are_one_ladder(preview):
    files = sorted(str(path) for path in (FORMS / "forms" / "orchard-bundle").iterdir())
    found = json.loads(preview("--json", *files).stdout)
    assert len(found["ladder"]["levels"]) == 4
    assert {line["file"] for line in found["not_imported"]} <= {Path(file).name for file in files}


def test_what_is_no_ladder_has_reasons_and_no_ladder(preview):
    found = json.loads(preview("--json", str(FORMS / "essay.md")).stdout)
    assert (found["is_ladder"], found["ladder"]) == (False, None)
    assert found["reasons"]
    text = (FORMS / "essay.md").read_text().split("\n")
    assert [line["line"] for line in found["not_imported"]] == [
        number for number, line in enumerate(text, 1) if line.strip()
    ]


def test_a_person_reads_counts_questions_and_lines(preview):
    done = preview(str(FORMS / "baker.md"))
    assert done.exit_code == 0
    assert "This looks like a ladder" in done.stdout
    assert "Level 1: 3 + 1 + 2 + 0 = 6" in done.stdout
    assert "? (d) Is" in done.stdout
    assert "Taken for levels: Level 1, Level 2 and Level 3." in done.stdout


def test_a_person_reads_what_became_a_note_and_what_is_left_apart_from_layout(preview, tmp_path):
    file = tmp_path / "cooks.md"
    level = "## {} Cook\n\n- Washes up\n- Stirs\n- {}\n\n---\n\n"
    text = "# Cooks\n\n" + level.format("Junior", "Tastes") + level.format("Senior", "Plans")
    file.write_text(text + "## Our kitchen\n\nWe open at noon.\n\nLast updated: on Monday\n")
    lines = preview(str(file)).stdout.splitlines()

    assert lines[-4:] == [
        "Kept as a note: We open at noon.",
        "Not imported: 2 lines, and 2 of layout alone",
        "  cooks.md:19  ## Our kitchen",
        "  cooks.md:23  Last updated: on Monday",
    ]


@pytest.mark.parametrize(
    "asked",
    [
        (),
        *(
            pytest.param(asked, marks=pytest.mark.test_all)
            for asked in (("ladders",), ("people", "import"), ("audit", "verify"))
        ),
    ],
)
def test_help_needs_no_secret(asked):
    done = flask(*asked, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: ")


@pytest.mark.parametrize("name", ["README.md", "pyproject.toml"])
def test_files_that_are_none_end_with_a_sentence(preview, name, tmp_path):
    copy = tmp_path / name
    copy.write_text("\x00")
    done = preview(str(copy))
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr


def test_a_refused_file_is_an_object_too_beside_the_message(preview, tmp_path):
    file = tmp_path / "ladder.yaml"
    file.write_text("a: &name b\nc: *name\n")
    done = preview("--json", str(file))
    sentence = "Line 1: Anchors (&name) are not allowed."
    assert (done.exit_code, done.stderr) == (1, f"Error: {sentence}\n")
    assert json.loads(done.stdout) == {
        "is_ladder": False,
        "confidence": 0,
        "reasons": [sentence],
        "questions": [],
        "ladder": None,
        "not_imported": [],
    }
    assert preview(str(file)).stdout == ""
