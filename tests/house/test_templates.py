"""Rules that every template keeps: nothing inline, nothing from elsewhere, macros that know only their arguments."""

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from jinja2 import nodes

from reviews import create_app

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
ALL = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
COMPONENTS = [name for name in ALL if name.startswith("components/")]

INLINE = {
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a script in the page": re.compile(r"<script\b(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE),
    "a script address": re.compile(
        r"(?:href|src|action)\s*=\s*[\"']?\s*javascript:", re.IGNORECASE
    ),
    "something loaded from elsewhere": re.compile(
        r"\s(?:src|href|action|srcset)\s*=\s*[\"']?\s*(?:https?:)?//", re.IGNORECASE
    ),
    "text marked safe": re.compile(r"\|\s*safe\b"),
}


@cache
def environment():
    return create_app({"MODE": "test", "SQLALCHEMY_DATABASE_URI": "sqlite://"}).jinja_env


def tree(name):
    return environment().parse((TEMPLATES / name).read_text(encoding="utf-8"))


def inline_in(text):
    return [what for what, pattern in INLINE.items() if pattern.search(text)]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<p style="color: red">', "a style attribute"),
        ("<style>p{}</style>", "a style element"),
        ('<a href="#" onclick="x()">', "an event handler"),
        ("<script>x()</script>", "a script in the page"),
        ('<a href="javascript:x()">', "a script address"),
        ('<img src="https://example.org/a.png">', "something loaded from elsewhere"),
        ('<link rel="stylesheet" href="//example.org/a.css">', "something loaded from elsewhere"),
        ("{{ text | safe }}", "text marked safe"),
    ],
)
def test_the_rule_sees_what_it_forbids(text, what):
    assert inline_in(text) == [what]


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_inline_or_from_elsewhere(name):
    assert inline_in((TEMPLATES / name).read_text(encoding="utf-8")) == []


def test_no_line_is_too_long():
    """Templates keep the limit that the linter holds Python to. `make check` runs this, too."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    limit = settings["tool"]["ruff"]["lint"]["pycodestyle"]["max-line-length"]
    too_long = [
        f"templates/{name}:{number}"
        for name in ALL
        for number, line in enumerate((TEMPLATES / name).read_text("utf-8").splitlines(), 1)
        if len(line) > limit
    ]
    assert too_long == []


@pytest.mark.parametrize("name", ALL)
def test_every_imported_macro_exists_and_is_used(name):
    parsed = tree(name)
    used = {node.name for node in parsed.find_all(nodes.Name) if node.ctx == "load"}
    for imported in parsed.find_all(nodes.FromImport):
        assert isinstance(imported.template, nodes.Const)
        offered = vars(environment().get_template(imported.template.value).module)
        for entry in imported.names:
            original, local = entry if isinstance(entry, tuple) else (entry, entry)
            assert original in offered, f"{imported.template.value} has no {original}"
            assert local in used, f"{local} is imported and not used"


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_knows_only_what_it_is_given(name):
    parsed = tree(name)
    outside = {
        "request",
        "session",
        "current_user",
        "viewer",
        "g",
        "config",
        "url_for",
        "csrf_token",
    }
    assert {node.name for node in parsed.find_all(nodes.Name)} & outside == set()
    at_the_top = [
        node
        for node in parsed.body
        if not isinstance(node, nodes.Macro | nodes.FromImport | nodes.Assign)
        and not (isinstance(node, nodes.Output) and all(_is_space(part) for part in node.nodes))
    ]
    assert at_the_top == []


def _is_space(node):
    return isinstance(node, nodes.TemplateData) and not node.data.strip()


@pytest.mark.parametrize(
    "name", [name for name in ALL if name.startswith("errors/") and name[7].isdigit()]
)
def test_an_error_page_depends_on_nothing(name):
    text = environment().get_template(name).render(static=lambda file: f"/static/{file}")
    assert text.count("<h1>") == 1
    assert {node.name for node in tree(name).find_all(nodes.Name)} == set()


def test_the_stylesheet_loads_nothing_and_names_no_unknown_token():
    text = (ROOT / "static" / "app.css").read_text(encoding="utf-8")
    assert re.findall(r"@import|@font-face|https?:|url\((?!#)", text) == []
    assert {*re.findall(r"var\((--[\w-]+)", text)} - {*re.findall(r"(--[\w-]+)\s*:", text)} == set()
