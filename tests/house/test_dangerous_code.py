"""What the product's own code never does: so that no text that somebody sends can become more than text."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted(
    [
        *(ROOT / "reviews").rglob("*.py"),
        *(ROOT / "ladders").rglob("*.py"),
        *(ROOT / "migrations").rglob("*.py"),
        ROOT / "config.py",
    ]
)
SCRIPTS = sorted((ROOT / "static").glob("*.js"))

#: Name of a module -> what importing it would allow.
MODULES = {
    "other programs": {"subprocess", "pty", "commands"},
    "other machines": {
        "socket",
        "ssl",
        "http",
        "smtplib",
        "ftplib",
        "ldap3",
        "requests",
        "httpx",
        "authlib",
    }
    | {"urllib3", "aiohttp", "urllib.request"},
    "objects made of bytes": {"pickle", "marshal", "shelve", "dill", "yaml"},
    "XML": {"xml", "lxml", "defusedxml"},
    "threads and memory of C": {"ctypes", "cffi", "mmap"},
}
#: Ends of the names of what is called.
CALLS = {
    "code made of text": {"eval", "exec", "compile", "__import__"},
    "templates made of text": {"render_template_string", "from_string", "Template"},
    "other programs": {"system", "popen", "spawnv", "execv", "execvp", "fork"},
}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(module: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """What is called, by the last part of its name; `re.compile` is none."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id, node
            elif isinstance(node.func, ast.Attribute) and ast.unparse(node.func) != "re.compile":
                yield node.func.attr, node


def reaches(name: str, modules: set[str]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in modules)


def forbidden_in(module: ast.Module) -> set[str]:
    modules = set(imported(module))
    called = {name for name, _ in calls(module)}
    found = {
        what for what, names in MODULES.items() if any(reaches(name, names) for name in modules)
    }
    return found | {what for what, names in CALLS.items() if called & names}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("import subprocess", "other programs"),
        ("from urllib import request", "other machines"),
        ("import http.client", "other machines"),
        ("from pickle import loads", "objects made of bytes"),
        ("import xml.etree.ElementTree as et", "XML"),
        ("eval(text)", "code made of text"),
        ("flask.render_template_string(text)", "templates made of text"),
        ("os.system(text)", "other programs"),
    ],
)
def test_the_rule_sees_what_it_forbids(text, what):
    assert forbidden_in(ast.parse(text)) == {what}


def test_no_text_becomes_code_and_no_other_program_or_machine_is_reached():
    found = {str(path.relative_to(ROOT)): forbidden_in(tree(path)) for path in CODE}

    assert len(found) > 200
    # `serve` runs gunicorn and the worker, with arguments of its own. Mail goes to the server of the settings, and who
    # signs in with the company's account is asked of the provider of the settings.
    assert {name: what for name, what in found.items() if what} == {
        "reviews/cli.py": {"other programs"},
        "reviews/mail/smtp.py": {"other machines"},
        "reviews/signing_in/company/provider.py": {"other machines"},
    }


def test_no_statement_is_put_together_of_text():
    """But for words of our own: of tables in migrations and in keeping, and those that are named here."""
    found = {
        (str(path.relative_to(ROOT)), ast.unparse(call.args[0]))
        for path in CODE
        if "migrations" not in path.parts and "keeping" not in path.parts
        for name, call in calls(tree(path))
        if name in {"text", "literal_column", "exec_driver_sql"} and call.args
        if isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    }

    lines = "f'SELECT id, lane, digest, {columns} FROM audit_event ORDER BY id'"
    assert found == {
        ("reviews/access/standing.py", "f\"'{phase.word}'\""),
        ("reviews/access/standing.py", "f\"'{word.value}'\""),
        ("reviews/calibration/board/queries.py", "f\"'{state.value}'\""),
        ("reviews/db/connections.py", "f'BEGIN {mode}'"),
        ("reviews/audit/verification.py", lines),
    }


def test_digests_are_sha_256_and_chance_comes_from_the_system():
    digests = {
        ast.unparse(node)
        for path in CODE
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "hashlib"
    }
    by_name = {
        str(argument.value)
        for path in CODE
        for name, call in calls(tree(path))
        if name in {"digest", "new", "file_digest"}
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    drawing = {
        str(path.relative_to(ROOT))
        for path in CODE
        for name in imported(tree(path))
        if reaches(name, {"random", "secrets", "uuid", "numpy"})
    }

    assert digests == {"hashlib.sha256", "hashlib.file_digest"}
    assert by_name == {"sha256"}
    # The demo draws its invented ratings anew in the same way each time.
    assert drawing == {"reviews/db/random_source.py", "reviews/demo/story.py"}


def test_the_script_of_the_pages_writes_text_and_keeps_nothing():
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        found = re.findall(
            r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function\(|setTimeout\(\s*['\"]|postMessage"
            r"|message['\"]|localStorage|sessionStorage|indexedDB|document\.cookie|fetch\(|XMLHttpRequest|__proto__"
            r"|import\b",
            text,
        )
        assert found == [], path.name

    assert [path.name for path in SCRIPTS] == ["counter.js", "passkeys.js"]
