"""Reading the logs of a cycle or the site, as far as the reader may."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from ladders.orm import UtcDateTime
from reviews.access.loaders import CycleAccess, SiteAccess
from reviews.access.naming import told
from reviews.access.standing import allowed, packet_standing, viewer_params
from reviews.access.viewer import Viewer
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.db.models.reads import PacketRead
from reviews.db.pagination import COUNTED, Page, page_of
from reviews.db.text import has_words, position, word_params
from reviews.rules.enums import Action, Verb
from reviews.rules.name_keys import search_words
from reviews.rules.policy.table import tables

#: Who acts without being signed in.
COMMAND_LINE = "command line"
_RELEASE = Verb.RELEASE_CYCLE
#: Lines of a file that are read at a time.
_BATCH = 1000


class LogKind(StrEnum):
    CHANGES = "changes"
    #: Who was shown what of a packet; only cycles have any.
    READS = "reads"


@dataclass(frozen=True, slots=True)
class LogFilters:
    """What the lines of a log are narrowed to; "" and None for everything."""

    #: A verb, or for reads the id of a row of the policy.
    action: str = ""
    #: The public id of who acted or read, or `COMMAND_LINE`.
    person: str = ""
    #: The public id of what it is about.
    packet: str = ""
    #: To be found in the sentence, the reason or a name, in any case.
    text: str = ""
    since: datetime | None = None
    #: The first instant that is too late.
    before: datetime | None = None

    @property
    def given(self) -> frozenset[str]:
        return frozenset(name for name, value in self.values.items() if value)

    @property
    def values(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class LogLine:
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
class LogPage:
    lines: tuple[LogLine, ...]
    #: What the newest `COUNTED` lines can be filtered by, and what they are filtered by now.
    actions: tuple[FilterOption, ...]
    people: tuple[FilterOption, ...]
    packets: tuple[FilterOption, ...]
    pagination: Page
    #: The log is too long to be counted, so its lines have no numbers.
    is_long: bool


def log_page(
    access: CycleAccess | SiteAccess, log: LogKind, filters: LogFilters, *, page: int
) -> LogPage:
    """One page of a log of a cycle, or of the changes that belong to no cycle, newest first. Three statements at most.

    A number counts only what the reader may know, so everything before a line would have to be counted: lines are
    numbered up to `COUNTED`.
    """
    reader = LogReader.of(access, log)
    newest = db.session.execute(reader.newest(COUNTED + 1), reader.parameters).all()
    is_long = len(newest) > COUNTED
    numbers = {} if is_long else {row.id: len(newest) - at for at, row in enumerate(newest)}
    statement, parameters = reader.lines(filters)
    found = page_of(statement, max(1, page), parameters)
    if not found.items and found.page > 1:
        return log_page(access, log, filters, page=max(1, found.pages))
    people = _named(access.viewer, newest)
    return LogPage(
        lines=tuple(reader.line(row, numbers.get(row.id)) for row in found),
        actions=_options(
            filters.action,
            sorted(
                {(row.action, in_words(row.action)) for row in newest}, key=lambda each: each[1]
            ),
        ),
        people=_people(filters.person, newest, people),
        packets=_packets(filters.packet, newest, people),
        pagination=found,
        is_long=is_long,
    )


def _options(chosen: str, options: Iterable[tuple[str, str]]) -> tuple[FilterOption, ...]:
    found = dict(options)
    if chosen and chosen not in found:
        found[chosen] = "Not in the newest lines"
    return tuple(FilterOption(*option) for option in found.items())


def _named(viewer: Viewer, lines: Iterable[Any]) -> dict[int, str]:
    """Who acts in these lines and whom they are about: by row id, in order and told apart."""
    people: dict[int, tuple[str, ...]] = {}
    for row in lines:
        for who in ("actor", "candidate"):
            id_ = getattr(row, f"{who}_id")
            if id_ is not None:
                people[id_] = tuple(getattr(row, f"{who}_{each}") for each in _KNOWN_BY)
    found = sorted(people.items(), key=lambda person: (person[1][0], person[0]))
    names = told(viewer, (tuple(known_by[1:]) for _, known_by in found))
    return {id_: name for (id_, _), name in zip(found, names, strict=True)}


def _people(
    chosen: str, lines: Iterable[Any], people: Mapping[int, str]
) -> tuple[FilterOption, ...]:
    keys = {row.actor_id: row.actor_key for row in lines}
    options = [(keys[each], name) for each, name in people.items() if each in keys]
    if None in keys:
        options.append((COMMAND_LINE, COMMAND_LINE))
    return _options(chosen, options)


def _packets(
    chosen: str, lines: Iterable[Any], people: Mapping[int, str]
) -> tuple[FilterOption, ...]:
    packets = {row.candidate_id: row.packet for row in lines}
    return _options(
        chosen, [(packets[each], name) for each, name in people.items() if each in packets]
    )


#: Above every id.
_NEWEST = 2**63 - 1
_ABOUT = aliased(Packet)
_CANDIDATE = aliased(Person)
_ACTOR = func.coalesce(Person.name, COMMAND_LINE).label("actor")
_ACTOR_KEY = func.coalesce(Person.public_id, COMMAND_LINE).label("actor_key")


@dataclass(frozen=True)
class LogReader:
    """The one way to the lines of a log: pages and exports build on the same statement."""

    log: LogKind
    #: Whose log: "site", "cycle", or "cycle without release".
    scope: str
    parameters: Mapping[str, Any]

    @classmethod
    def of(cls, access: CycleAccess | SiteAccess, log: LogKind) -> "LogReader":
        parameters = viewer_params(access.viewer, Action.READ_PACKET_AUDIT)
        if not isinstance(access, CycleAccess):
            return cls(log, "site", parameters)
        parameters["cycle"] = access.cycle.id
        # An owner with a packet would learn from it that theirs is decided.
        scope = "cycle" if access.may(Action.READ_RELEASE_AUDIT) else "cycle without release"
        return cls(log, scope, parameters)

    def newest(self, limit: int) -> Select[Any]:
        return _newest(self.log, self.scope, limit)

    def lines(
        self, filters: LogFilters, *, below: bool = False
    ) -> tuple[Select[Any], dict[str, Any]]:
        """The statement, and its parameters but for `below`."""
        given = filters.given | ({"below"} if below else set())
        words = search_words(filters.text)
        values = {**filters.values, **word_params(words)}
        statement = _lines(self.log, self.scope, given, words=len(words))
        return statement, {**self.parameters, **values}

    def batch(
        self, filters: LogFilters, below: int | None
    ) -> tuple[tuple[LogLine, ...], int | None]:
        """The first thousand lines whose ids are below this, and below which the next are; None where there are none.

        One statement, under the policy of its instant. So a log of any length is read without keeping it, and without
        a transaction that lasts as long as whoever takes it.
        """
        statement, parameters = self.lines(filters, below=True)
        statement = statement.limit(literal_column(str(_BATCH)))
        parameters["below"] = _NEWEST if below is None else below
        rows = db.session.execute(statement, parameters).all()
        last = rows[-1].id if len(rows) == _BATCH else None
        return tuple(self.line(row, None) for row in rows), last

    def line(self, row: Any, number: int | None) -> LogLine:
        is_change = self.log is LogKind.CHANGES
        return LogLine(
            number=number,
            at=row.at,
            actor=row.actor,
            action=in_words(row.action),
            summary=row.summary if is_change else f"Packet of {row.candidate}",
            reason=row.details.get("reason", "") if is_change else "",
        )


#: What somebody is put in order by, and then told apart by.
_KNOWN_BY = ("sort_key", "name", "title", "unit", "employee_id")


def _known_by(person: Any, who: str) -> list[Any]:
    return [getattr(person, each).label(f"{who}_{each}") for each in _KNOWN_BY]


@cache
def _newest(log: LogKind, scope: str, limit: int) -> Select[Any]:
    line = _TABLE[log]
    named = (
        Person.id.label("actor_id"),
        *_known_by(Person, "actor"),
        _ACTOR_KEY,
        _CANDIDATE.id.label("candidate_id"),
        *_known_by(_CANDIDATE, "candidate"),
        _ABOUT.public_id.label("packet"),
    )
    newest = _of_log(log, scope, line.id, line.action, *named)
    return newest.order_by(line.id.desc()).limit(literal_column(str(limit)))


@cache
def _lines(log: LogKind, scope: str, given: frozenset[str], *, words: int) -> Select[Any]:
    line = _TABLE[log]
    texts = (AuditEvent.summary, AuditEvent.details) if log is LogKind.CHANGES else ()
    named = (_ACTOR, _CANDIDATE.name.label("candidate"))
    conditions = {
        "action": line.action == bindparam("action"),
        "person": bindparam("person") == _ACTOR_KEY,
        "packet": _ABOUT.public_id == bindparam("packet"),
        "text": or_(*_with_text(log, words)),
        "since": line.at >= bindparam("since", type_=UtcDateTime()),
        "before": line.at < bindparam("before", type_=UtcDateTime()),
        "below": line.id < bindparam("below", type_=BigInteger()),
    }
    wanted = [condition for name, condition in conditions.items() if name in given]
    columns = (line.id, line.at, line.action, *texts, *named)
    return _of_log(log, scope, *columns, wanted=wanted).order_by(line.id.desc())


_TABLE: dict[LogKind, Any] = {LogKind.CHANGES: AuditEvent, LogKind.READS: PacketRead}


def _with_text(log: LogKind, words: int) -> Iterator[ColumnElement[bool]]:
    """Where the text may stand. Names are kept as they are looked for; the rest the database folds as far as it can."""
    text = bindparam("text", type_=String())
    yield and_(true(), *has_words(words, func.coalesce(Person.name_key, COMMAND_LINE)))
    yield and_(true(), *has_words(words, _CANDIDATE.name_key))
    if log is LogKind.CHANGES:
        for written in (AuditEvent.summary, AuditEvent.details["reason"].as_string()):
            yield position(func.lower(written), func.lower(text)) > 0


def _of_log(
    log: LogKind, scope: str, *columns: Any, wanted: Sequence[ColumnElement[bool]] = ()
) -> Select[Any]:
    """The lines of a log that are wanted, as far as the reader may know what they are about."""
    line = _TABLE[log]
    actor_id = AuditEvent.actor_id if log is LogKind.CHANGES else PacketRead.person_id
    lines = (
        select(*columns)
        .select_from(line)
        .outerjoin(Person, Person.id == actor_id)
        .outerjoin(_ABOUT, _ABOUT.id == line.packet_id)
        .outerjoin(_CANDIDATE, _CANDIDATE.id == _ABOUT.candidate_id)
        .where(*wanted)
    )
    if scope == "site":
        return lines.where(line.cycle_id.is_(None))
    standing = packet_standing(Packet.cycle_id == bindparam("cycle"))
    # Not EXISTS: PostgreSQL would ask the policy about every packet first, to look each line up in them.
    known = (
        select(standing.c.packet_id)
        .where(standing.c.packet_id == line.packet_id, allowed(standing))
        .limit(literal_column("1"))
        .scalar_subquery()
    )
    may_know = or_(line.packet_id.is_(None), known.is_not(None))
    # A case, or SQLite would ask the policy about every line before it looks whether the line is wanted.
    readable = case((and_(*wanted), may_know), else_=false()) if wanted else may_know
    lines = lines.where(line.cycle_id == bindparam("cycle"), readable)
    if log is LogKind.CHANGES and scope == "cycle without release":
        return lines.where(AuditEvent.action != _RELEASE)
    return lines


#: What the rows of the policy are in words, by their ids.
_READS = {row.action.value: row.what for table in tables() for row in table.rows.values()}


def in_words(action: str) -> str:
    """ "Set up cycle" for "set_up_cycle", and "Read the outcome" for "D02"."""
    words = _READS.get(action, action.replace("_", " "))
    return f"{words[:1].upper()}{words[1:]}"
