"""A log as a file: the lines of the pages, and a line that says that they were taken along."""

from collections.abc import Iterable

from reviews.access import loaders
from reviews.access.loaders import CycleAccess, SiteAccess
from reviews.audit import service
from reviews.audit.queries import LogFilters, LogKind, LogLine
from reviews.db.models.audit import AuditEvent
from reviews.db.models.packets import Packet
from reviews.display import csv_text
from reviews.rules.enums import Action, Verb


def record(access: CycleAccess | SiteAccess, log: LogKind, filters: LogFilters) -> AuditEvent:
    """Leave an audit line that the log was exported, and by which filters.

    Its sentence names the kinds of filters, and what they were set to stands in its details, which no page shows: that
    somebody looks for a person or an act may tell another owner of a packet that is closed to them. A line of an
    export about one packet is a line of that packet.
    """
    packet = _packet(access, filters.packet) if filters.packet else None
    given = ", ".join(name for name in filters.values if name in filters.given)
    about = f" about the packet of {packet.candidate.name}" if packet else ""
    return service.record(
        access.viewer,
        Verb.EXPORT_LOG,
        f"{log.capitalize()}{about} exported, {f'filtered by {given}' if given else 'all of them'}",
        at=access.viewer.now,
        cycle=access.cycle if isinstance(access, CycleAccess) else None,
        packet=packet,
        log=log.value,
        filters={name: str(filters.values[name]) for name in sorted(filters.given)},
    )


def _packet(access: CycleAccess | SiteAccess, public_id: str) -> Packet | None:
    """If it is one of the log whose lines the viewer may read."""
    found = loaders.packet(access.viewer, Action.READ_PACKET_AUDIT, packet=public_id)
    if found is None or not isinstance(access, CycleAccess):
        return None
    is_theirs = found.may(Action.READ_PACKET_AUDIT) and found.packet.cycle_id == access.cycle.id
    return found.packet if is_theirs else None


def as_csv(lines: Iterable[LogLine]) -> str:
    """Lines of the file."""
    return csv_text.rows(map(_cells, lines))


#: How the file begins.
BEGIN = csv_text.BYTE_ORDER_MARK + csv_text.rows([("When (UTC)", "Who", "What", "Act", "Reason")])


def _cells(line: LogLine) -> tuple[str, ...]:
    at = f"{line.at:%Y-%m-%d %H:%M:%S}"
    return (at, line.actor, line.summary, line.action, line.reason)
