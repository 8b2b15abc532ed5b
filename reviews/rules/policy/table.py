"""Reads the policy files, and refuses a table that breaks a promise of the product."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from reviews.rules.enums import Action, Kind, PacketPhase, Relation

HERE = Path(__file__).parent
PHASES = frozenset(PacketPhase)
_BY_WORD = {phase.word: phase for phase in PacketPhase}
_GRANT = re.compile(
    r"(?P<first>[a-z]+)(?: to (?P<last>[a-z]+))?"
    r"(?P<stub>, stub)?(?P<own>, own)?(?P<reason>, with a reason)?"
)
_REASON = ", with a reason"
_ABOUT = frozenset({"id", "what", "kind", "behind", "read_log", "step_up"})
#: The files, each with the relations that may be in it and the action by which a person knows of the thing at all.
_FILES = {
    "packet": (
        frozenset(Relation)
        - {Relation.PARTICIPANT, Relation.MEMBER, Relation.CHAIR}
        - {Relation.SITE_OWNER, Relation.SITE_OWNER_CONFLICTED, Relation.VISITOR},
        Action.KNOW_PACKET,
    ),
    "cycle": (
        frozenset(
            {
                Relation.EMPLOYEE,
                Relation.PARTICIPANT,
                Relation.MEMBER,
                Relation.CHAIR,
                Relation.OWNER,
                Relation.OWNER_CONFLICTED,
            }
        ),
        Action.LIST_CYCLE,
    ),
    "site": (
        frozenset(
            {
                Relation.VISITOR,
                Relation.EMPLOYEE,
                Relation.SITE_OWNER,
                Relation.SITE_OWNER_CONFLICTED,
            }
        ),
        None,
    ),
}


class PolicyError(Exception):
    """The policy files cannot be read, or break a promise. The application does not start."""


@dataclass(frozen=True, slots=True)
class Grant:
    """In which phases a relation may do the action, and on what condition."""

    phases: frozenset[PacketPhase] = frozenset()
    #: The person's own object only.
    own: bool = False
    #: Only the name and the word "recused".
    stub: bool = False
    #: Only with a reason on record.
    with_reason: bool = False


NEVER = Grant()


@dataclass(frozen=True, slots=True)
class PolicyRow:
    action: Action
    what: str
    kind: Kind
    grants: Mapping[Relation, Grant] = field(hash=False)
    #: As the file writes them.
    written: Mapping[Relation, str] = field(hash=False)
    #: The row whose page this change stands behind: whatever is wrong with the form is answered by that row.
    behind: Action | None = None
    #: The phases in which whoever is shown it leaves a line in the read log, and how the file writes them.
    read_log: frozenset[PacketPhase] = frozenset()
    read_log_written: str = ""
    #: Only for somebody who has proved within ten minutes that it is them.
    step_up: bool = False

    def grant(self, relation: Relation) -> Grant:
        return self.grants.get(relation, NEVER)

    @property
    def cells(self) -> frozenset[str]:
        """Every relation and phase that is granted something, as "candidate.evidence": what lists are filtered by."""
        return self._cells(lambda _: True)

    @property
    def stub_cells(self) -> frozenset[str]:
        """Those of the cells that grant the name alone."""
        return self._cells(lambda grant: grant.stub)

    def _cells(self, which: Callable[[Grant], bool]) -> frozenset[str]:
        return frozenset(
            f"{relation}.{phase.word}"
            for relation, grant in self.grants.items()
            if which(grant)
            for phase in grant.phases
        )


@dataclass(frozen=True, slots=True)
class PolicyTable:
    """One file: what can be done to one kind of thing."""

    name: str
    relations: tuple[Relation, ...]
    #: Whoever may do this knows that the thing exists; None where there is no thing.
    known_by: Action | None
    rows: Mapping[Action, PolicyRow] = field(hash=False)


def _grant(text: str, where: str) -> Grant:
    if text.removesuffix(_REASON) == "always":
        return Grant(PHASES, with_reason=text.endswith(_REASON))
    match = _GRANT.fullmatch(text)
    if (
        match is None
        or match["first"] not in _BY_WORD
        or (match["last"] or "setup") not in _BY_WORD
    ):
        raise PolicyError(f"{where}: {text!r} does not say when")
    first = _BY_WORD[match["first"]]
    last = _BY_WORD[match["last"]] if match["last"] else first
    if last < first:
        raise PolicyError(f"{where}: {text!r} runs backwards")
    return Grant(
        phases=frozenset(phase for phase in PacketPhase if first <= phase <= last),
        own=bool(match["own"]),
        stub=bool(match["stub"]),
        with_reason=bool(match["reason"]),
    )


def _row(name: str, entry: Mapping[str, Any], relations: frozenset[Relation]) -> PolicyRow:
    action = Action[name]
    if entry["id"] != action.value:
        raise PolicyError(f"{name}: the id is {action.value}, not {entry['id']}")
    written = {Relation(key): text for key, text in entry.items() if key not in _ABOUT}
    if strangers := written.keys() - relations:
        raise PolicyError(f"{name}: nobody is {', '.join(sorted(strangers))} here")
    return PolicyRow(
        action=action,
        what=entry["what"],
        kind=Kind(entry["kind"]),
        grants={r: _grant(text, f"{name}, {r}") for r, text in written.items()},
        written=written,
        behind=Action(entry["behind"]) if "behind" in entry else None,
        read_log=_logged(name, entry),
        read_log_written=entry.get("read_log", ""),
        step_up=_steps_up(name, entry),
    )


def _steps_up(name: str, entry: Mapping[str, Any]) -> bool:
    if "step_up" not in entry:
        return False
    if entry["step_up"] is not True or not Kind(entry["kind"]).is_write:
        raise PolicyError(f"{name}: step_up is true on a change, or is not there")
    return True


def _logged(name: str, entry: Mapping[str, Any]) -> frozenset[PacketPhase]:
    if "read_log" not in entry:
        return frozenset()
    if Kind(entry["kind"]).is_write:
        raise PolicyError(
            f"{name}: a change is in the audit log; only what is read is in the read log"
        )
    phases = _grant(entry["read_log"], f"{name}, read_log")
    if phases != Grant(phases.phases):
        raise PolicyError(f"{name}: read_log says in which phases, and nothing else")
    return phases.phases


def read(path: Path) -> PolicyTable:
    """One policy file.

    Raises:
        PolicyError: for a grant that is not in the language, an unknown action, relation or kind, or a row that is
            there twice.
    """
    relations, known_by = _FILES[path.stem]
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
        rows = [_row(name, entry, relations) for name, entry in entries.items()]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise PolicyError(f"{path.name}: {error}") from error
    return PolicyTable(
        path.stem,
        tuple(relation for relation in Relation if relation in relations),
        known_by,
        {row.action: row for row in rows},
    )


#: Whoever owes a rating on the packet reads no other rating of it. An office beside it is a conflicted one, so no
#: other relation can open what these are never granted.
_OTHER_RATINGS = frozenset(
    {
        Action.READ_MANAGER_RATING,
        Action.READ_SHAREABLE_RATIONALE,
        Action.READ_CONFIDENTIAL_RATIONALE,
        Action.READ_PEER_RATINGS,
        Action.READ_PEER_RATIONALE,
        Action.COUNT_RATINGS,
        Action.SEE_ZONES,
    }
)
_BALLOTS = frozenset({Action.READ_BALLOTS, Action.READ_TALLY})
#: A conflicted relation is granted nothing but these.
_STUB = frozenset(
    {
        Action.KNOW_PACKET,
        Action.DECLARE_CONFLICT,
        Action.READ_CONFLICT_REASON,
        Action.SEE_BOARD_ROW,
    }
)
_ONLY = {
    Relation.MEMBER_UNANSWERED: _STUB | {Action.COUNT_AS_FREE},
    Relation.MEMBER_CONFLICTED: _STUB,
    Relation.MEMBER_EXCLUDED: frozenset[Action](),
    Relation.CHAIR_UNANSWERED: _STUB | {Action.COUNT_AS_FREE},
    Relation.CHAIR_CONFLICTED: _STUB,
    Relation.OWNER_CONFLICTED: frozenset[Action](),
}
#: What a relation is never granted, in any phase.
_NEVER = {
    Relation.CANDIDATE: {Action.KNOW_REVEAL},
    Relation.MANAGER_PENDING: _OTHER_RATINGS | {Action.KNOW_REVEAL},
    Relation.MANAGER_RATED: {Action.KNOW_REVEAL},
    Relation.PEER_PENDING: _OTHER_RATINGS | {Action.KNOW_REVEAL},
    Relation.PEER_RATED: {Action.KNOW_REVEAL},
    Relation.MEMBER_PENDING: _BALLOTS | {Action.SEE_WHO_VOTED, Action.SEE_ZONES},
    Relation.CHAIR_PENDING: _BALLOTS,
    Relation.OWNER: frozenset(
        {
            Action.READ_EVIDENCE_DRAFT,
            Action.EDIT_EVIDENCE,
            Action.READ_RATING_DRAFT,
            Action.WRITE_RATING,
            Action.CAST_BALLOT,
        }
    ),
}
_DECISION = frozenset({Action.KNOW_DECISION, Action.READ_OUTCOME, Action.READ_FEEDBACK})
_RATERS = frozenset(
    {
        Relation.MANAGER_PENDING,
        Relation.MANAGER_RATED,
        Relation.PEER_PENDING,
        Relation.PEER_RATED,
    }
)
#: Closed until release, to the candidate and to those who rate.
_EMBARGOED = {
    Relation.CANDIDATE: _DECISION | {Action.READ_SHAREABLE_RATIONALE},
    **dict.fromkeys(_RATERS, _DECISION),
}
#: One needs no packet; a draft stays its author's to copy when the packet has gone from view; two only count seats.
_WITHOUT_KNOWING = frozenset(
    {
        Action.CREATE_PACKET,
        Action.READ_RATING_DRAFT,
        Action.COUNT_AS_VOTER,
        Action.COUNT_AS_FREE,
    }
)


def broken_promises(packet: PolicyTable) -> list[str]:
    """The promises of the packet table that are broken, as sentences. Empty for a table that may be used."""
    return sorted(
        f"{action.name} may not be granted to {relation} in {_words(too_much)}"
        for action, row in packet.rows.items()
        for relation, grant in row.grants.items()
        if (too_much := grant.phases - _permitted(packet, action, relation))
    )


def _words(phases: frozenset[PacketPhase]) -> str:
    return ", ".join(phase.word for phase in sorted(phases))


def _permitted(packet: PolicyTable, action: Action, relation: Relation) -> frozenset[PacketPhase]:
    """The phases in which the promises of the product leave room for a grant."""
    if action in _NEVER.get(relation, ()) or action not in _ONLY.get(relation, packet.rows):
        return frozenset()
    permitted = PHASES
    if action not in _WITHOUT_KNOWING:
        permitted &= packet.rows[Action.KNOW_PACKET].grant(relation).phases
    if action in _EMBARGOED.get(relation, ()):
        permitted &= {PacketPhase.RELEASED, PacketPhase.ARCHIVED}
    return permitted


#: The phases that begin with an event of one packet, each with the row that says who may know of it. All others begin
#: with a date of the cycle, or with its owner's step, which everybody may know who knows the cycle.
HIDDEN_EVENTS = {
    PacketPhase.DISCUSSION: Action.KNOW_REVEAL,
    PacketPhase.DECIDED: Action.KNOW_DECISION,
}
#: What somebody of this relation to a cycle is to every packet of it. A seat is a seat on some of them, and an owner
#: with a conflict may know nothing of one.
_TO_EVERY_PACKET = {Relation.OWNER: Relation.OWNER}


def known_events(
    packet: PolicyTable, table: PolicyTable, relation: Relation
) -> frozenset[PacketPhase]:
    """The hidden events that this relation may know of: of the packet, or of every packet of the cycle."""
    to_packet = relation if table.name == packet.name else _TO_EVERY_PACKET.get(relation)
    if to_packet is None:
        return frozenset()
    return frozenset(
        phase
        for phase, knowing in HIDDEN_EVENTS.items()
        if phase in packet.rows[knowing].grant(to_packet).phases
    )


def betrayed_events(packet: PolicyTable, table: PolicyTable) -> list[str]:
    """The cells that begin or end with an event that their relation may not know of, as sentences.

    Whoever may ask again and again would learn from the answer when it has happened. A row may end so only behind the
    page of another one, which goes on: see `PolicyRow.behind`.
    """
    return sorted(
        f"{action.name} may not change for {relation} in {phase.word}"
        for action, row in table.rows.items()
        for relation in row.grants
        for phase in HIDDEN_EVENTS.keys() - known_events(packet, table, relation)
        if _changes(row, relation, phase) and not _stands_behind(table, row, relation, phase)
    )


def _changes(row: PolicyRow, relation: Relation, phase: PacketPhase) -> bool:
    """Whether the grant begins with this phase, or ends before it."""
    phases = row.grant(relation).phases
    return (phase in phases) != (PacketPhase(phase - 1) in phases)


def _stands_behind(
    table: PolicyTable, row: PolicyRow, relation: Relation, phase: PacketPhase
) -> bool:
    if row.behind is None:
        return False
    page = table.rows[row.behind]
    around = {phase, PacketPhase(phase - 1)}
    return around <= page.grant(relation).phases and not _changes(page, relation, phase)


@cache
def tables() -> tuple[PolicyTable, PolicyTable, PolicyTable]:
    """The packet, cycle and site tables.

    Raises:
        PolicyError: if a file cannot be read, an action has no row or two, or a promise is broken.
    """
    packet, cycle, site = (read(HERE / f"{name}.toml") for name in _FILES)
    listed = [action for table in (packet, cycle, site) for action in table.rows]
    if sorted(listed) != sorted(Action):
        raise PolicyError("the policy files and the enum of actions do not name the same actions")
    promises = broken_promises(packet)
    for table in (packet, cycle):
        promises += betrayed_events(packet, table)
    if promises:
        raise PolicyError("; ".join(promises))
    return packet, cycle, site


@cache
def cells(*actions: Action) -> str:
    """What any of these actions is granted to, as one bound value for a statement: "|candidate.evidence|...|"."""
    return _bound(frozenset[str]().union(*(row.cells for row in _rows(actions))))


@cache
def full_cells(*actions: Action) -> str:
    """The same without what is granted as a stub."""
    return _bound(frozenset[str]().union(*(r.cells - r.stub_cells for r in _rows(actions))))


@cache
def stub_cells(*actions: Action) -> str:
    """The same for what is granted as a stub and nothing more."""
    return _bound(frozenset[str]().union(*(row.stub_cells for row in _rows(actions))))


def _rows(actions: Iterable[Action]) -> list[PolicyRow]:
    rows = {action: row for table in tables() for action, row in table.rows.items()}
    return [rows[action] for action in actions]


def _bound(granted: frozenset[str]) -> str:
    return f"|{'|'.join(sorted(granted))}|"
