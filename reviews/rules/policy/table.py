"""Reads the policy files, and refuses a table that breaks a promise of the product."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from reviews.rules.enums import Action, Kind, PacketPhase, Relation

HERE = Path(__file__).parent
PHASES = frozenset(PacketPhase)
_BY_WORD = {phase.word: phase for phase in PacketPhase}
_GRANT = re.compile(
    r"(?P<first>[a-z]+)(?: to (?P<last>[a-z]+))?"
    r"(?P<stub>, stub)?(?P<own>, own)?(?P<reason>, with a reason)?"
)
_ABOUT = frozenset({"id", "what", "kind", "read_log"})
#: The files, each with the relations that may be in it and the action by which a person knows of the thing at all.
_FILES = {
    "packet": (
        frozenset(Relation)
        - {Relation.PARTICIPANT, Relation.MEMBER, Relation.CHAIR}
        - {Relation.SITE_OWNER, Relation.VISITOR},
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
    "site": (frozenset({Relation.VISITOR, Relation.EMPLOYEE, Relation.SITE_OWNER}), None),
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
    #: The phases in which whoever is shown it leaves a line in the read log, and how the file writes them.
    read_log: frozenset[PacketPhase] = frozenset()
    read_log_written: str = ""

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
    if text == "always":
        return Grant(PHASES)
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


def _row(name: str, entry: Mapping[str, str], relations: frozenset[Relation]) -> PolicyRow:
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
        read_log=_logged(name, entry),
        read_log_written=entry.get("read_log", ""),
    )


def _logged(name: str, entry: Mapping[str, str]) -> frozenset[PacketPhase]:
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
    Relation.MANAGER_PENDING: _OTHER_RATINGS,
    Relation.PEER_PENDING: _OTHER_RATINGS,
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
#: Closed to the candidate until release.
_EMBARGOED = frozenset(
    {
        Action.KNOW_DECISION,
        Action.READ_OUTCOME,
        Action.READ_FEEDBACK,
        Action.READ_SHAREABLE_RATIONALE,
    }
)
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
    if action in _EMBARGOED and relation is Relation.CANDIDATE:
        permitted &= {PacketPhase.RELEASED, PacketPhase.ARCHIVED}
    return permitted


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
    if promises := broken_promises(packet):
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
