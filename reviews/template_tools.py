"""What every template has: filters for dates and prose, the menu, and addresses of static files."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, request, url_for
from flask_login import current_user
from jinja2 import StrictUndefined

from reviews import access, glyph, prose
from reviews.vocabulary import Action


@dataclass(frozen=True, slots=True)
class NavItem:
    label: str
    url: str
    current: bool


def day(value: date | datetime | None, zone: str = "UTC") -> str:
    """ "Friday 27 November 2026"; an instant is shown in the given zone."""
    if value is None:
        return "no date"
    local = value.astimezone(ZoneInfo(zone)) if isinstance(value, datetime) else value
    return f"{local:%A} {local.day} {local:%B %Y}"


def short_day(value: date | datetime | None, zone: str = "UTC") -> str:
    """ "27 Nov 2026"."""
    if value is None:
        return "no date"
    local = value.astimezone(ZoneInfo(zone)) if isinstance(value, datetime) else value
    return f"{local.day} {local:%b %Y}"


def moment(value: datetime | None, zone: str = "UTC") -> str:
    """ "27 Nov 2026, 17:00 CET"."""
    if value is None:
        return "no date"
    local = value.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %Y, %H:%M %Z}"


def months(start: date | None, end: date | None) -> str:
    """ "March to August 2026", for an evidence item."""
    if start is None and end is None:
        return "no date"
    if start is None or end is None or (start.year, start.month) == (end.year, end.month):
        only = end or start
        assert only is not None  # noqa: S101 - both missing is answered above
        return f"{only:%B %Y}"
    if start.year == end.year:
        return f"{start:%B} to {end:%B %Y}"
    return f"{start:%B %Y} to {end:%B %Y}"


def count(number: int, one: str, many: str | None = None) -> str:
    """ "1 packet", "4 packets"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """ "Craft, Reach and People"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


@cache
def _fingerprint(path: Path, _changed: float) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def init_app(app: Flask) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters.update(
        day=day,
        short_day=short_day,
        moment=moment,
        listed=listed,
        markdown=prose.to_html,
        excerpt=prose.excerpt,
    )
    app.jinja_env.globals.update(
        months=months,
        count=count,
        coverage_bar=glyph.coverage_bar,
        status_mark=glyph.status_mark,
    )

    @app.template_global()
    def static(name: str) -> str:
        """The address of a static file with its fingerprint, so that it may be cached for ever."""
        assert app.static_folder  # noqa: S101 - set by the factory
        path = Path(app.static_folder) / name
        return url_for("static", filename=name, v=_fingerprint(path, path.stat().st_mtime))

    @app.context_processor
    def frame() -> dict[str, Any]:
        viewer = current_user._get_current_object() if current_user.is_authenticated else None
        return {"viewer": viewer, "nav": _menu(app, viewer)}


def _menu(app: Flask, viewer: Any) -> list[NavItem]:
    """The same for everybody with the same standing on the site; what a viewer may do elsewhere is on the pages."""
    if viewer is None:
        return []
    site = access.site(viewer, Action.SEE_INBOX)
    entries = [
        ("Home", "home.inbox", Action.SEE_INBOX),
        ("Cycles", "cycles.index", Action.SEE_INBOX),
    ]
    entries += [
        ("Ladders", "ladder_pages.index", Action.READ_LADDER),
        ("People", "people.roster", Action.SEARCH_PEOPLE),
    ]
    section = (request.endpoint or "").partition(".")[0]
    return [
        NavItem(label, url_for(endpoint), endpoint.partition(".")[0] == section)
        for label, endpoint, action in entries
        if endpoint in app.view_functions and site.may(action)
    ]
