"""The page that shows every component in its states, with sample values. There is none in production."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from wtforms import (  # type: ignore[attr-defined]  # the stubs are older than SelectChoice
    BooleanField,
    DateField,
    FileField,
    Form,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from reviews.access.loaders import SiteAccess
from reviews.db.pagination import Page
from reviews.display.board_cell import cell_face
from reviews.rules.enums import BALLOT_CHOICES, RATING_CATEGORIES, Action, Category
from reviews.rules.rating_summary import CellCounts, CellSummary, ExpectationStatus
from reviews.rules.scale import DEFAULT_WORDS
from reviews.web.fields import at_most
from reviews.web.guard import guarded
from reviews.web.lists import NameSearch
from reviews.web.typed_text import Field, Typed

bp = Blueprint("styleguide", __name__)


def _choices(answers: Sequence[Category]) -> list[SelectChoice]:
    return [SelectChoice(answer.value, DEFAULT_WORDS.word(answer)) for answer in answers]


class SampleForm(Form):
    title = StringField("What was it?", [InputRequired("Give the item a title.")])
    why = TextAreaField("Why?", [at_most(280)])
    target_level = SelectField(
        "Target level",
        choices=[SelectChoice("staff", "Staff engineer"), SelectChoice("lead", "Engineering lead")],
    )
    started = DateField("From", [InputRequired("Type a date, such as 8 June 2026.")])
    file = FileField("Ladder file")
    shows = SelectMultipleField(
        "Which expectations does it show?",
        choices=[SelectChoice(mark, mark) for mark in ("E1", "E2", "E3", "E4")],
        widget=ListWidget(),
        option_widget=CheckboxInput(),
    )
    outcome = RadioField(
        "Decision",
        [InputRequired("Choose what the committee decided.")],
        choices=[
            SelectChoice("promote", "Promote to Staff engineer"),
            SelectChoice("not_yet", "Not yet"),
        ],
    )
    may_quote = BooleanField("May be quoted by name")
    holds = RadioField(
        "Who is in the file?",
        choices=[SelectChoice("all", "The whole company"), SelectChoice("some", "Only these")],
    )
    category = RadioField(choices=_choices(RATING_CATEGORIES))
    choice = RadioField(choices=_choices(BALLOT_CHOICES))


def _counts(
    manager: Category | None, peers: tuple[int, int, int, int], missing: int = 0, covered: int = 5
) -> CellCounts:
    return CellCounts(
        manager=manager,
        manager_missing=manager is None and missing > 0,
        peers=peers,
        peers_missing=max(0, missing - (manager is None)),
        asked=sum(peers) + (manager is not None) + missing,
        covered=covered,
        expectations=6,
    )


_MET, _PARTLY = Category.MET, Category.PARTLY
_CELLS: tuple[tuple[str, CellCounts, CellSummary], ...] = (
    ("Met, zone not shown to this reader", _counts(_MET, (0, 0, 2, 1), 1), CellSummary("met")),
    ("Exceeds, clear", _counts(_MET, (0, 0, 0, 3), 1), CellSummary("exceeds", zone="clear")),
    (
        "Split, discuss, ratings disagree",
        _counts(_PARTLY, (0, 1, 2, 0)),
        CellSummary("split", disagree=True, zone="discuss"),
    ),
    ("Partly, discuss", _counts(_MET, (0, 3, 0, 0), 1), CellSummary("partly", zone="discuss")),
    (
        "Not shown, clear below",
        _counts(Category.NOT_SHOWN, (2, 1, 0, 0)),
        CellSummary("not_shown", zone="clear"),
    ),
    (
        "Tie off the line: the lower word",
        _counts(_MET, (0, 0, 1, 2)),
        CellSummary("met", tie="met/exceeds"),
    ),
    ("Thin: marks, no word", _counts(_PARTLY, (0, 0, 1, 0), 3), CellSummary("too_few")),
    (
        "Nobody observed, coverage hole",
        _counts(None, (0, 0, 0, 0), 5, 1),
        CellSummary("not_observed", coverage_hole=True),
    ),
    ("More than four in one bin", _counts(_MET, (0, 0, 6, 0), 1), CellSummary("met")),
)
_STATUSES: tuple[ExpectationStatus, ...] = (
    "shown",
    "mixed",
    "not_shown",
    "single",
    "claimed",
    "void",
)


def page() -> Mapping[str, Any]:
    """What the styleguide template needs."""
    refused = SampleForm(
        data={
            "target_level": "staff",
            "category": "met",
            "choice": "met",
            "why": "She ran the weekly cut-over meeting. " * 9,
        }
    )
    refused.validate()
    return {
        "form": SampleForm(
            prefix="good-",
            data={
                "title": "Moved four teams off the shared queue",
                "why": "She ran the cut-over (R1).",
                "shows": ["E2"],
                "outcome": "promote",
                "may_quote": True,
                "category": "partly",
                "choice": "exceeds",
            },
        ),
        "refused": refused,
        "scale_words": DEFAULT_WORDS,
        "cells": [
            (caption, cell_face(counts, summary, DEFAULT_WORDS))
            for caption, counts, summary in _CELLS
        ],
        "statuses": _STATUSES,
        "bars": [
            ("Craft", [True] * 5 + [False]),
            ("People", [True, False, True, True]),
            ("Skills and experience", [place % 3 != 0 for place in range(27)]),
        ],
        "search": NameSearch(),
        "typed": Typed(
            "/styleguide",
            (
                Field("title", "Moved four teams off the shared queue"),
                Field("outcome", "She ran the weekly cut-over meeting. " * 9),
            ),
        ),
        "pagination": Page(1, rows=lambda _, limit: range(limit), count=lambda: 64),
    }


@bp.get("/styleguide")
@guarded(Action.SEE_INBOX, params=("page",))
def show(_access: SiteAccess) -> ResponseReturnValue:
    return render_template("styleguide.html", **page())
