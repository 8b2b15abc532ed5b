"""Reading the audit log of a cycle or the site, as far as the reader may, and checking the whole chain."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, or_, select, true

from reviews.access.loaders import CycleAccess, SiteAccess, visible_packets
from reviews.audit.chain import START, digest_of
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent, AuditHead
from reviews.db.models.cycles import Cycle
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.rules.enums import Action, Verb

PER_PAGE = 50
#: Who acts without being signed in.
COMMAND_LINE = "command line"
_BATCH = 1000
_RELEASE = Verb.RELEASE_CYCLE


@dataclass(frozen=True, slots=True)
class AuditLine:
    """`number` counts only the lines this reader may know, so that a gap tells nothing."""

    number: int
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
    actions: tuple[FilterOption, ...]
    people: tuple[FilterOption, ...]
    #: What the lines are filtered by; "" for everything.
    action: str
    person: str
    page: int
    pages: int
    count: int

    @property
    def summary(self) -> str:
        first = (self.page - 1) * PER_PAGE + 1
        return f"{first}–{first + len(self.lines) - 1} of {self.count}"  # noqa: RUF001 - a range


def audit_page(
    access: CycleAccess | SiteAccess, *, action: str, person: str, page: int
) -> AuditPage:
    """One page of the log of a cycle, or of what belongs to no cycle, newest first. Four queries."""
    visible = (
        select(
            AuditEvent.id,
            AuditEvent.at,
            AuditEvent.action,
            AuditEvent.summary,
            AuditEvent.details,
            func.coalesce(Person.name, COMMAND_LINE).label("actor"),
            func.coalesce(Person.public_id, COMMAND_LINE).label("actor_key"),
            func.row_number().over(order_by=AuditEvent.id).label("number"),
        )
        .outerjoin(Person, Person.id == AuditEvent.actor_id)
        .where(*_lines_of(access))
        .subquery()
    )
    actions = db.session.scalars(select(visible.c.action).distinct()).all()
    people = db.session.execute(select(visible.c.actor_key, visible.c.actor).distinct()).all()
    # A filter that names nothing on this log finds nothing; what was typed never reaches the database.
    known = (not action or action in actions) and (
        not person or person in {row.actor_key for row in people}
    )
    filtered = select(visible).where(true() if known else false())
    if known and action:
        filtered = filtered.where(visible.c.action == action)
    if known and person:
        filtered = filtered.where(visible.c.actor_key == person)
    count = db.session.scalar(select(func.count()).select_from(filtered.subquery())) or 0
    pages = max(1, -(-count // PER_PAGE))
    page = min(max(1, page), pages)
    rows = db.session.execute(
        filtered.order_by(visible.c.number.desc()).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    )
    return AuditPage(
        cycle=access.cycle if isinstance(access, CycleAccess) else None,
        lines=tuple(
            AuditLine(
                number=row.number,
                at=row.at,
                actor=row.actor,
                action=in_words(row.action),
                summary=row.summary,
                reason=row.details.get("reason", ""),
            )
            for row in rows
        ),
        actions=tuple(FilterOption(name, in_words(name)) for name in sorted(actions)),
        people=tuple(
            FilterOption(row.actor_key, row.actor) for row in sorted(people, key=lambda r: r.actor)
        ),
        action=action,
        person=person,
        page=page,
        pages=pages,
        count=count,
    )


def _lines_of(access: CycleAccess | SiteAccess) -> tuple[ColumnElement[bool], ...]:
    """Which lines stand in this log, as far as the reader may know what they are about."""
    if not isinstance(access, CycleAccess):
        return (AuditEvent.cycle_id.is_(None),)
    packets = visible_packets(
        access.viewer, Action.READ_PACKET_AUDIT, Packet.cycle_id == access.cycle.id
    )
    return (
        AuditEvent.cycle_id == access.cycle.id,
        # An owner with a packet would learn from it that theirs is decided.
        true() if access.may(Action.READ_RELEASE_AUDIT) else AuditEvent.action != _RELEASE,
        or_(AuditEvent.packet_id.is_(None), AuditEvent.packet_id.in_(packets)),
    )


def in_words(action: str) -> str:
    """ "Set up cycle" for "set_up_cycle"."""
    return action.replace("_", " ").capitalize()


# -- The chain


@dataclass(frozen=True, slots=True)
class Verification:
    """`broken` says where the chain first breaks, or is None; `intact` counts the lines before."""

    intact: int
    broken: str | None


def verify() -> Verification:
    """Walk the whole chain. Finds a line that was edited, taken out or put in, and a tail that was cut off."""
    digest, intact = START, 0
    chain = select(AuditEvent).order_by(AuditEvent.id).execution_options(yield_per=_BATCH)
    # Closed by the block: a return halfway would leave the server's cursor open.
    with db.session.scalars(chain) as events:
        for event in events:
            expected = digest_of(event, digest)
            if event.digest != expected:
                where = f"line {intact + 1} (id {event.id}, {event.at:%Y-%m-%d %H:%M:%S} UTC)"
                return Verification(
                    intact,
                    f"{where} does not follow from the one before: it or its neighbour changed.",
                )
            digest, intact = expected, intact + 1
    head = db.session.scalars(select(AuditHead)).one_or_none()
    promised = head.count if head else 0
    if promised != intact or (head and head.digest != digest):
        return Verification(
            intact, f"the log ends after {intact} lines; it should hold {promised}."
        )
    return Verification(intact, None)
