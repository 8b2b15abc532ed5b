"""Reading the audit log of a cycle or the site, as far as the reader may."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, literal_column, or_, select

from reviews.access.loaders import CycleAccess, SiteAccess
from reviews.access.standing import allowed, packet_standing, viewer_params
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent
from reviews.db.models.cycles import Cycle
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.db.pagination import COUNTED, Page, page_of
from reviews.rules.enums import Action, Verb

#: Who acts without being signed in.
COMMAND_LINE = "command line"
_RELEASE = Verb.RELEASE_CYCLE


@dataclass(frozen=True, slots=True)
class AuditLine:
    """`number` counts only the lines this reader may know, so that a gap tells nothing."""

    number: int | None
    at: datetime
    actor: str
    action: str
    summary: str
    reason: str


@dataclass(frozen=True, slots=True)
class FilterOption:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    #: None for the log of the site: ladders, people, accounts.
    cycle: Cycle | None
    lines: tuple[AuditLine, ...]
    #: What the newest `COUNTED` lines can be filtered by.
    actions: tuple[FilterOption, ...]
    people: tuple[FilterOption, ...]
    #: What the lines are filtered by; "" for everything.
    action: str
    person: str
    pagination: Page
    #: The log is too long to be counted, so its lines have no numbers.
    is_long: bool


def audit_page(
    access: CycleAccess | SiteAccess, *, action: str, person: str, page: int
) -> AuditPage:
    """One page of the log of a cycle, or of what belongs to no cycle, newest first. Three statements at most.

    A number counts only what the reader may know, so everything before a line would have to be counted: lines are
    numbered up to `COUNTED`.
    """
    log = "cycle" if isinstance(access, CycleAccess) else "site"
    parameters = viewer_params(access.viewer, Action.READ_PACKET_AUDIT)
    if isinstance(access, CycleAccess):
        parameters["cycle"] = access.cycle.id
        log = "cycle" if access.may(Action.READ_RELEASE_AUDIT) else "cycle without release"
    newest = db.session.execute(_newest(log, COUNTED + 1), parameters).all()
    is_long = len(newest) > COUNTED
    numbers = {} if is_long else {row.id: len(newest) - at for at, row in enumerate(newest)}
    filters = frozenset(name for name, value in (("action", action), ("person", person)) if value)
    found = page_of(
        _lines(log, filters), max(1, page), {**parameters, "action": action, "person": person}
    )
    if not found.items and found.page > 1:
        last = max(1, found.pages)
        return audit_page(access, action=action, person=person, page=last)
    return AuditPage(
        cycle=access.cycle if isinstance(access, CycleAccess) else None,
        lines=tuple(
            AuditLine(
                number=numbers.get(row.id),
                at=row.at,
                actor=row.actor,
                action=in_words(row.action),
                summary=row.summary,
                reason=row.details.get("reason", ""),
            )
            for row in found
        ),
        actions=tuple(
            FilterOption(name, in_words(name)) for name in sorted({row.action for row in newest})
        ),
        people=tuple(
            FilterOption(key, name)
            for key, name in sorted(
                {(row.actor_key, row.actor) for row in newest}, key=lambda each: each[1]
            )
        ),
        action=action,
        person=person,
        pagination=found,
        is_long=is_long,
    )


_ACTOR = func.coalesce(Person.name, COMMAND_LINE).label("actor")
_ACTOR_KEY = func.coalesce(Person.public_id, COMMAND_LINE).label("actor_key")


@cache
def _newest(log: str, limit: int) -> Select[Any]:
    newest = _of_log(log, AuditEvent.id, AuditEvent.action, _ACTOR, _ACTOR_KEY)
    return newest.order_by(AuditEvent.id.desc()).limit(literal_column(str(limit)))


@cache
def _lines(log: str, filters: frozenset[str]) -> Select[Any]:
    lines = _of_log(
        log,
        AuditEvent.id,
        AuditEvent.at,
        AuditEvent.action,
        AuditEvent.summary,
        AuditEvent.details,
        _ACTOR,
    )
    if "action" in filters:
        lines = lines.where(AuditEvent.action == bindparam("action"))
    if "person" in filters:
        lines = lines.where(bindparam("person") == _ACTOR_KEY)
    return lines.order_by(AuditEvent.id.desc())


def _of_log(log: str, *columns: Any) -> Select[Any]:
    """The lines of a log, as far as the reader may know what they are about."""
    lines = select(*columns).outerjoin(Person, Person.id == AuditEvent.actor_id)
    if log == "site":
        return lines.where(AuditEvent.cycle_id.is_(None))
    standing = packet_standing(Packet.cycle_id == bindparam("cycle"))
    # Not EXISTS: PostgreSQL would ask the policy about every packet first, to look each line up in them.
    known = (
        select(standing.c.packet_id)
        .where(standing.c.packet_id == AuditEvent.packet_id, allowed(standing))
        .limit(literal_column("1"))
        .scalar_subquery()
    )
    lines = lines.where(
        AuditEvent.cycle_id == bindparam("cycle"),
        or_(AuditEvent.packet_id.is_(None), known.is_not(None)),
    )
    # An owner with a packet would learn from it that theirs is decided.
    return lines if log == "cycle" else lines.where(AuditEvent.action != _RELEASE)


def in_words(action: str) -> str:
    """ "Set up cycle" for "set_up_cycle"."""
    return action.replace("_", " ").capitalize()
