"""What every template has: filters for dates and prose, the menu, and addresses of static files."""

import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, request, url_for
from flask_login import current_user
from jinja2 import StrictUndefined
from markupsafe import Markup

from reviews.access import loaders
from reviews.display import formatting, markdown
from reviews.display.board_cell import CellFace
from reviews.rules.enums import Action
from reviews.rules.scale import DEFAULT_WORDS

#: A page that is reached through another entry of the menu, or none, by its endpoint or its blueprint.
PART_OF = {
    "audit.cycle": "cycles",
    "audit.export_cycle": "cycles",
    "audit.export_reads": "cycles",
    "audit.export_site": "people",
    "audit.reads": "cycles",
    "audit.site": "people",
    "calibration": "cycles",
    "ladder_editor": "ladder_library",
    "mail": "people",
    "packets": "cycles",
    "ratings": "cycles",
    "roster": "people",
}


@dataclass(frozen=True, slots=True)
class NavItem:
    label: str
    url: str
    current: bool


@cache
def _fingerprint(path: Path, _changed: float) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def init_app(app: Flask) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters.update(
        day=formatting.day,
        short_day=formatting.short_day,
        moment=formatting.moment,
        listed=formatting.listed,
        markdown=markdown.to_html,
        excerpt=markdown.excerpt,
    )
    app.jinja_env.globals.update(
        DEFAULT_WORDS=DEFAULT_WORDS,
        is_demo=app.config["MODE"] == "demo",
        months=formatting.months,
        count=formatting.count,
    )

    @app.template_global()
    def static(name: str) -> str:
        """The address of a static file with its fingerprint, so that it may be cached for ever."""
        assert app.static_folder  # noqa: S101 - set by the factory
        path = Path(app.static_folder) / name
        return url_for("static", filename=name, v=_fingerprint(path, path.stat().st_mtime))

    @app.template_global()
    @lru_cache(maxsize=8192)
    def cell_content(face: CellFace) -> Markup:
        """The content of a cell of the board. Hundreds are on a page, and few are different."""
        macros: Any = app.jinja_env.get_template("components/board_cell.html").module
        content: Markup = macros.cell_content(face)
        return content

    @app.template_global()
    def page_url(number: int) -> str:
        """The address of another page of the list that is shown, asked for in the same way."""
        asked = request.args.to_dict(flat=False)
        chosen = {name: values for name, values in asked.items() if any(values)}
        return url_for(
            request.endpoint or "", **{**chosen, **(request.view_args or {}), "page": number}
        )

    @app.context_processor
    def frame() -> dict[str, Any]:
        viewer = current_user._get_current_object() if current_user.is_authenticated else None
        return {"viewer": viewer, "nav": _menu(app, viewer)}


def _menu(app: Flask, viewer: Any) -> list[NavItem]:
    """The same for everybody with the same standing on the site; what a viewer may do elsewhere is on the pages."""
    if viewer is None:
        return []
    site = loaders.site(viewer, Action.SEE_INBOX)
    entries = [
        ("Home", "home.inbox", Action.SEE_INBOX),
        ("Cycles", "cycles.index", Action.SEE_INBOX),
    ]
    entries += [
        ("Ladders", "ladder_library.index", Action.READ_LADDER),
        ("People", "people.roster", Action.SEARCH_PEOPLE),
    ]
    here = request.endpoint or ""
    blueprint = here.partition(".")[0]
    section = PART_OF.get(here, PART_OF.get(blueprint, blueprint))
    return [
        NavItem(label, url_for(endpoint), endpoint.partition(".")[0] == section)
        for label, endpoint, action in entries
        if endpoint in app.view_functions and site.may(action)
    ]
