"""The pages on which an owner reads what happened and who saw what, in a cycle and on the site."""

from collections.abc import Iterator

from flask import Blueprint, Flask, Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviews.access.loaders import CycleAccess, SiteAccess
from reviews.audit import export, queries
from reviews.audit.forms import PARAMETERS, LogForm
from reviews.audit.queries import LogFilters, LogKind, LogReader
from reviews.db.connections import begin_read, end_read
from reviews.rules.enums import Action
from reviews.web.error_handlers import status_of
from reviews.web.forms import take_button_only
from reviews.web.guard import guarded
from reviews.web.lists import page_number

bp = Blueprint("audit", __name__)


@bp.get("/cycles/<cycle>/audit")
@guarded(Action.READ_CYCLE_AUDIT, on="cycle", params=(*PARAMETERS, "page"))
def cycle(access: CycleAccess) -> ResponseReturnValue:
    return _show(access, LogKind.CHANGES)


@bp.get("/cycles/<cycle>/audit/reads")
@guarded(Action.READ_CYCLE_AUDIT, on="cycle", params=(*PARAMETERS, "page"))
def reads(access: CycleAccess) -> ResponseReturnValue:
    """Who was shown what of which packet."""
    return _show(access, LogKind.READS)


@bp.get("/audit")
@guarded(Action.READ_SITE_AUDIT, params=(*PARAMETERS, "page"))
def site(access: SiteAccess) -> ResponseReturnValue:
    """What belongs to no cycle: ladders, people and their accounts."""
    return _show(access, LogKind.CHANGES)


@bp.post("/cycles/<cycle>/audit")
@guarded(Action.EXPORT_CYCLE_AUDIT, on="cycle", params=PARAMETERS)
def export_cycle(access: CycleAccess) -> ResponseReturnValue:
    return _export(access, LogKind.CHANGES)


@bp.post("/cycles/<cycle>/audit/reads")
@guarded(Action.EXPORT_CYCLE_AUDIT, on="cycle", params=PARAMETERS)
def export_reads(access: CycleAccess) -> ResponseReturnValue:
    return _export(access, LogKind.READS)


@bp.post("/audit")
@guarded(Action.EXPORT_SITE_AUDIT, params=PARAMETERS)
def export_site(access: SiteAccess) -> ResponseReturnValue:
    return _export(access, LogKind.CHANGES)


def _zone(access: CycleAccess | SiteAccess) -> str:
    return access.cycle.time_zone if isinstance(access, CycleAccess) else "UTC"


def _show(access: CycleAccess | SiteAccess, log: LogKind) -> ResponseReturnValue:
    form, number = LogForm(request.args), page_number()
    page = None
    if form.validate():
        page = queries.log_page(access, log, form.filters(_zone(access)), page=number)
    of_cycle = access.cycle if isinstance(access, CycleAccess) else None
    html = render_template(
        "audit/log.html",
        log=log.value,
        cycle=of_cycle,
        zone=_zone(access),
        form=form,
        page=page,
        url=_url(of_cycle.public_id, log) if of_cycle else url_for(".site"),
        others={each: _url(of_cycle.public_id, each) for each in LogKind} if of_cycle else {},
    )
    return html, status_of(form)


def _url(cycle: str, log: LogKind) -> str:
    return url_for(".cycle" if log is LogKind.CHANGES else ".reads", cycle=cycle)


def _export(access: CycleAccess | SiteAccess, log: LogKind) -> ResponseReturnValue:
    """What the pages show with these filters, as a file that is made while it is sent."""
    take_button_only()
    form = LogForm(request.args)
    if not form.validate():
        return _show(access, log)
    filters = form.filters(_zone(access))
    event = export.record(access, log, filters)
    # Without the line of this export.
    below = event.id if log is LogKind.CHANGES else None
    parts = _parts(LogReader.of(access, log), filters, below)
    name = f"{log}-{access.viewer.now:%Y-%m-%d}.csv"
    return Response(
        parts,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _parts(reader: LogReader, filters: LogFilters, below: int | None) -> Iterator[str]:
    """The file, made while it is sent.

    The request's transaction is over by then, and whoever is slow to take a part keeps no other one open.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # behind the proxy

    def parts() -> Iterator[str]:
        last = below
        yield export.BEGIN
        while True:
            with app.app_context():
                begin_read()
                lines, last = reader.batch(filters, last)
                end_read()
            yield export.as_csv(lines)
            if last is None:
                return

    return parts()
