"""The page that says what the words on all other pages mean."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from reviews.access.loaders import SiteAccess
from reviews.rules.enums import Action
from reviews.rules.glossary import words_on_pages
from reviews.web.guard import guarded

bp = Blueprint("words", __name__)


@bp.get("/words")
@guarded(Action.READ_WORDS)
def show(_access: SiteAccess) -> ResponseReturnValue:
    return render_template("words.html", groups=words_on_pages())
