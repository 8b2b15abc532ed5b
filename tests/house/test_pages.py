"""The check that every page of every test passes through finds what it is there to find."""

import pytest
from flask import Response
from werkzeug.test import TestResponse

from tests.pages import Page, faults, values_of

SOUND = """<!doctype html>
<html lang="en"><head><title>Home</title></head>
<body><main><h1>Home</h1>{}</main></body></html>"""


def page(body: str) -> Page:
    response = Response(SOUND.format(body))
    return Page(TestResponse(response.response, "200 OK", response.headers, None))


@pytest.mark.parametrize(
    "body",
    [
        "",
        '<label for="a">Name</label><input id="a"><input type="hidden" name="b">',
        "<label>Name <input></label>",
        '<form method="post"><input type="hidden" name="csrf_token"></form>',
        '<svg role="img" aria-label="two of three"><path d="M0 0"/></svg>',
    ],
)
def test_a_sound_page_has_no_faults(body):
    assert faults(page(body)) == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<p><div></div></p>", "malformed: line 3: unexpected-end-tag {'name': 'p'}"),
        ('<p id="a"></p><p id="a"></p>', "id 'a' stands 2 times"),
        ("<h1>Again</h1>", "not one h1"),
        ("<title>Again</title>", "not one title"),
        ('<p style="color: red"></p>', "inline style: <p {'style': 'color: red'}>"),
        ('<p onclick="go()"></p>', "inline handler: <p {'onclick': 'go()'}>"),
        ("<script>go()</script>", "inline script: <script {}>"),
        (
            '<a href="#b"></a><img src="//a.example/b">',
            "leads to a third party: <img {'src': '//a.example/b'}>",
        ),
        ('<form method="post"></form>', "no CSRF token: <form {'method': 'post'}>"),
        ("<input>", "no label: <input {}>"),
        ('<p aria-describedby="b"></p>', "aria-describedby names 'b', which is not there"),
    ],
)
def test_each_fault_is_found(body, fault):
    assert faults(page(body)) == [fault]


def test_an_untouched_form_sends_what_it_shows():
    form = page(
        """<form>
        <input name="title" value="A"><input type="hidden" name="version" value="3">
        <textarea name="text">
Line</textarea>
        <input type="radio" name="mark" value="met"><input type="radio" name="mark" value="partly" checked>
        <input type="checkbox" name="seen"><button name="go" value="1">Go</button>
        <select name="level"><option value="1">One</option><option selected>Two</option></select>
        <input name="off" value="x" disabled>
        </form>"""
    ).one(".//form")

    assert values_of(form) == {
        "title": ["A"],
        "version": ["3"],
        "text": ["Line"],
        "mark": ["partly"],
        "level": ["Two"],
    }
