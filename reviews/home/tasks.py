"""From plain rows to the tasks of the inbox: what waits, until when, and where it is done.

Pure: no database, no web.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from reviews.display.formatting import clock_time, count
from reviews.home.rows import (
    InboxCycle,
    InboxRows,
    OwnPacket,
    RatingRequest,
    ReportPacket,
    Waiting,
)
from reviews.rules.enums import AssignmentState, CyclePhase, PacketState, RaterKind
from reviews.rules.ways_out import said_of_own

CLOSED, TOMORROW, RELEASED = "Closed", "Tomorrow", "Released"
#: Phases whose date closes the forms of candidates and raters.
_CLOSING = frozenset({"Evidence", "Rating"})
_NEVER = datetime.max.replace(tzinfo=UTC)

_ONE = Waiting(1)
_WORDS = (
    "No",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
)


@dataclass(frozen=True, slots=True)
class Due:
    day: str
    note: str
    #: Today: the only thing the page colours.
    soon: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    title: str
    verb: str
    endpoint: str
    values: Mapping[str, str]
    cycle: InboxCycle
    due: datetime | None
    when: Due
    meta: str = ""
    #: How many packets are to be gone through, where that is one task.
    number: int = 1
    #: There may be more of them: not all have been looked at.
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class TaskGroup:
    key: str
    title: str
    tasks: tuple[Task, ...]

    @property
    def cycle_name(self) -> str:
        """The one cycle that all of it belongs to, or nothing."""
        names = {task.cycle.name for task in self.tasks}
        return names.pop() if len(names) == 1 else ""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One phase of the cycle in the rail, as the `timeline` component takes it."""

    label: str
    when: str
    note: str
    state: str


def line(label: str, until: datetime | None, state: str, zone: str) -> TimelineEntry:
    """`state`: done, now or later."""
    note = "You are here." if state == "now" else ""
    if note and until is not None and label in _CLOSING:
        note += f" The forms close at {clock_time(until, zone)}."
    preposition = "" if label == "Release" else "to "
    return TimelineEntry(label, f"{preposition}{_date(until, zone)}" if until else "", note, state)


def groups(rows: InboxRows, now: datetime) -> tuple[TaskGroup, ...]:
    """What waits, by role: inside a role by date, and the role with the earliest date first."""
    made = [
        TaskGroup(key, title, tuple(sorted(tasks, key=_urgency)))
        for key, title, tasks in (
            (
                "candidate",
                "As a candidate",
                [*_unread(_own_outcomes(rows)), *_starts(rows, now), *_own(rows, now)],
            ),
            (
                "manager",
                "As a manager",
                [
                    *_unread(_outcomes_of_reports(rows)),
                    *_approvals(rows, now),
                    *_rates(rows, RaterKind.MANAGER, now),
                ],
            ),
            ("peer", "As a peer", _rates(rows, RaterKind.PEER, now)),
            ("committee", "On the committee", _committee(rows, now)),
            ("owner", "As an owner", _owner(rows, now)),
            ("site", "As a site owner", _site_owner(rows)),
        )
        if tasks
    ]
    return tuple(sorted(made, key=lambda group: _urgency(group.tasks[0])))


def outcomes(rows: InboxRows) -> tuple[Task, ...]:
    """Released outcomes that the viewer has marked as read. They stay where they are and do not count as waiting."""
    found = (*_own_outcomes(rows), *_outcomes_of_reports(rows))
    return tuple(
        _outcome(packet, title, packet.cycle.name) for packet, title in found if packet.outcome_read
    )


_Outcomes = Sequence[tuple[OwnPacket | ReportPacket, str]]


def _own_outcomes(rows: InboxRows) -> _Outcomes:
    return [(p, f"Your outcome for {p.target}") for p in rows.own if p.outcome_open]


def _outcomes_of_reports(rows: InboxRows) -> _Outcomes:
    return [(p, f"Outcome of {p.candidate} for {p.target}") for p in rows.reports if p.outcome_open]


def _unread(found: _Outcomes) -> list[Task]:
    meta = "It waits until you mark it as read"
    return [_outcome(packet, title, meta) for packet, title in found if not packet.outcome_read]


def _outcome(packet: OwnPacket | ReportPacket, title: str, meta: str) -> Task:
    return Task(
        title=title,
        verb="Read",
        endpoint="calibration.outcome.show",
        values={"packet": packet.public_id},
        cycle=packet.cycle,
        # Not a deadline: what has been released goes before what is still to come.
        due=packet.cycle.released_at,
        when=Due(RELEASED, _date(packet.cycle.released_at, packet.cycle.zone)),
        meta=meta,
    )


@dataclass(frozen=True, slots=True)
class OutOfReview:
    """A packet of the viewer's that its cycle goes on without, and why."""

    packet: OwnPacket
    sentence: str


_MISSED = (
    "Evidence has closed, and you did not submit this packet, so it does not come into review. You can start another"
    " packet in the next cycle."
)


def out_of_review(rows: InboxRows, now: datetime) -> tuple[OutOfReview, ...]:
    """Until the outcomes of the others are released."""
    found = []
    for packet in rows.own:
        cycle = packet.cycle
        has_missed = (
            packet.state is PacketState.DRAFT
            and cycle.phase is CyclePhase.EVIDENCE
            and not _is_open(cycle.evidence_due, now)
        )
        if packet.way_out and cycle.released_at is None:
            found.append(OutOfReview(packet, said_of_own(packet.way_out)))
        elif has_missed:
            found.append(OutOfReview(packet, _MISSED))
    return tuple(found)


def headline(waiting: int) -> str:
    if waiting == 1:
        return "One thing waits for you"
    return f"{_number(waiting)} things wait for you" if waiting else "Nothing waits for you"


def lede(found: Iterable[TaskGroup]) -> str:
    """How many are due today, else when the first is."""
    tasks = [task for group in found for task in group.tasks]
    if today := sum(task.when.soon for task in tasks):
        return f"{_number(today)} {'is' if today == 1 else 'are'} due today."
    ahead = [
        task for task in tasks if task.due is not None and task.when.day not in {CLOSED, RELEASED}
    ]
    if not ahead:
        return ""
    first = min(ahead, key=_urgency).when
    day = first.day if first.day != TOMORROW else "tomorrow"
    subject = "The first" if len(ahead) > 1 else "One" if len(tasks) > 1 else "It"
    return f"{subject} is due {day}, {first.note}."


def due_words(due: datetime | None, now: datetime, zone: str) -> Due:
    """A deadline as a reader in the cycle's zone would say it."""
    if due is None:
        return Due("No date", "")
    local, today = due.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    days = (local.date() - today).days
    clock = clock_time(due, zone)
    if due <= now:
        return Due(CLOSED, _date(due, zone))
    if days == 0:
        return Due("Today", clock, soon=True)
    if days == 1:
        return Due(TOMORROW, clock)
    return Due(f"{local:%a} {local.day} {local:%b}", f"in {days} days")


def _date(at: datetime | None, zone: str) -> str:
    if at is None:
        return ""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b}"


def _urgency(task: Task) -> datetime:
    return task.due or _NEVER


def _is_open(due: datetime | None, now: datetime) -> bool:
    return due is None or now < due


def _task(  # noqa: PLR0917 - one line per column of the list
    title: str,
    verb: str,
    endpoint: str,
    values: Mapping[str, str],
    cycle: InboxCycle,
    now: datetime,
    meta: str = "",
    waiting: Waiting = _ONE,
) -> Task:
    return Task(
        title=title,
        verb=verb,
        endpoint=endpoint,
        values=values,
        cycle=cycle,
        due=cycle.due,
        when=due_words(cycle.due, now, cycle.zone),
        meta=meta,
        number=waiting.number,
        at_least=waiting.at_least,
    )


# -- By role


def _starts(rows: InboxRows, now: datetime) -> list[Task]:
    return [
        _task(
            f"Start your packet in {cycle.name}",
            "Start",
            "packets.start",
            {"cycle": cycle.public_id},
            cycle,
            now,
            "Choose a target level and see what it asks. It stays a draft until you submit it",
        )
        for cycle in rows.open_cycles
        if _is_open(cycle.evidence_due, now)
    ]


def _own(rows: InboxRows, now: datetime) -> list[Task]:
    metas = {
        PacketState.DRAFT: "A draft. Nobody else reads it before you submit it",
        PacketState.RETURNED: "Sent back to you with a reason",
    }
    return [
        _task(
            f"Finish your packet for {packet.target}",
            "Continue",
            "packets.show",
            {"packet": packet.public_id},
            packet.cycle,
            now,
            metas[packet.state],
        )
        for packet in rows.own
        if packet.state in metas
        and packet.cycle.phase is CyclePhase.EVIDENCE
        and _is_open(packet.cycle.evidence_due, now)
    ]


def _approvals(rows: InboxRows, now: datetime) -> list[Task]:
    return [
        _task(
            f"Approve peers for {report.candidate}",
            "Review peers",
            "packets.peers",
            {"packet": report.public_id},
            report.cycle,
            now,
            f"{count(report.proposed, 'peer')} proposed",
        )
        for report in rows.reports
        if report.proposed
    ]


def _rates(rows: InboxRows, kind: RaterKind, now: datetime) -> list[Task]:
    return [
        _rate(asked, now)
        for asked in rows.asked
        if asked.kind is kind and _is_open(asked.cycle.rating_due, now)
    ]


def _rate(asked: RatingRequest, now: datetime) -> Task:
    values = {"packet": asked.packet}
    to_read = f"{count(asked.items, 'evidence item')}, {count(asked.dimensions, 'dimension')}"
    if asked.state is AssignmentState.INVITED:
        return _task(
            f"Say whether you rate {asked.candidate} for {asked.target}",
            "Answer",
            "ratings.invitation",
            values,
            asked.cycle,
            now,
            f"{asked.manager} asks you. {to_read}",
        )
    title = f"Rate {asked.candidate} for {asked.target}"
    if asked.saved_at is None:
        return _task(
            title, "Start", "ratings.first", values, asked.cycle, now, f"Not started. {to_read}"
        )
    zone = asked.cycle.zone
    if asked.complete == asked.dimensions:
        return _task(
            title,
            "Submit",
            "ratings.review",
            values,
            asked.cycle,
            now,
            "Everything is written. Read it over and submit it",
        )
    meta = f"{asked.complete} of {asked.dimensions} dimensions written, last saved {_date(asked.saved_at, zone)}"
    return _task(title, "Continue", "ratings.first", values, asked.cycle, now, meta)


def _committee(rows: InboxRows, now: datetime) -> list[Task]:
    tasks = []
    for seat in rows.seats:
        cycle = seat.cycle
        if seat.unanswered.number:
            tasks.append(
                _task(
                    f"Answer the conflict question for {_packets(seat.unanswered)}",
                    "Answer",
                    "calibration.committee.conflicts",
                    {"cycle": cycle.public_id},
                    cycle,
                    now,
                    "Their content stays closed to you until you have answered",
                    seat.unanswered,
                )
            )
        for waiting, verb, done, endpoint in (
            (seat.to_vote, "Vote", "Vote on {}", "calibration.committee.ballot"),
            (seat.to_reveal, "Reveal", "Reveal the ballots of {}", "calibration.committee.reveal"),
            (seat.to_decide, "Decide", "Decide {}", "calibration.committee.decide"),
        ):
            if not waiting.number:
                continue
            meta = "" if waiting.at_least else f"Next on the agenda: {waiting.candidate}"
            if waiting is seat.to_vote and seat.voted is not None:
                more = "at least " if waiting.at_least else ""
                ballots = f"{more}{seat.voted + waiting.number} ballots"
                meta = f"{seat.voted} of {ballots} sealed. {meta}".strip()
            tasks.append(
                _task(
                    done.format(_packets(waiting)),
                    verb,
                    endpoint,
                    {"packet": waiting.packet},
                    cycle,
                    now,
                    meta,
                    waiting,
                )
            )
    return tasks


def _packets(waiting: Waiting) -> str:
    packets = count(waiting.number, "packet")
    return f"at least {packets}" if waiting.at_least else packets


def _owner(rows: InboxRows, now: datetime) -> list[Task]:
    tasks = []
    for owned in rows.owned:
        cycle = owned.cycle
        values = {"cycle": cycle.public_id}
        next_phase = {CyclePhase.EVIDENCE: "rating", CyclePhase.RATING: "calibration"}
        if owned.may_set_up:
            meta = "The page lists what is still missing"
            tasks.append(
                _task(
                    f"Set up {cycle.name}", "Set up", "cycles.setup.edit", values, cycle, now, meta
                )
            )
        elif owned.may_advance and cycle.due is not None and cycle.due <= now:
            title = f"Move {cycle.name} on to {next_phase[cycle.phase]}"
            meta = "The date has passed and the forms are closed. The phase changes when you say so"
            tasks.append(
                _task(title, "Look over", "cycles.phases.advance", values, cycle, now, meta)
            )
        elif owned.may_release:
            title = f"Release the outcomes of {cycle.name}"
            meta = "No packet waits for a decision. Nobody outside the committee knows yet"
            tasks.append(_task(title, "Release", "cycles.release.edit", values, cycle, now, meta))
    return tasks


def _site_owner(rows: InboxRows) -> list[Task]:
    return [
        Task(
            title=f"Name an owner for {cycle.name}",
            verb="Name owner",
            endpoint="cycles.owners.name_missing",
            values={"cycle": cycle.public_id},
            cycle=cycle,
            # Its dates are for those who take part.
            due=None,
            when=Due("No date", ""),
            meta="Nobody who runs it has an open account",
        )
        for cycle in rows.without_owner
    ]


def _number(number: int) -> str:
    return _WORDS[number] if number < len(_WORDS) else str(number)
