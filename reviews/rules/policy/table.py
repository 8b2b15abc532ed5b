"""Reads the policy files, and refuses a table that breaks a promise of the product."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from reviews.rules.enums import Action, Kind, PacketPhase, Relation

HERE = Path(__file__).parent
PHASES = range(PacketPhase.ARCHIVED + 1)
_CELL = re.compile(r"(?P<stub>s?)(?P<first>[0-7])(?:-(?P<last>[0-7]))?(?P<own>o?)(?P<second>!?)")


class PolicyError(Exception):
    """The policy files cannot be read, or break an invariant. The application does not start."""


@dataclass(frozen=True, slots=True)
class Grant:
    """In which packet phases a relation may do the action, and on what condition."""

    phases: frozenset[int] = frozenset()
    #: The person's own object only.
    own: bool = False
    #: Only the name and the word "recused".
    stub: bool = False
    #: A second person must confirm when the cycle's four-eyes switch is on.
    second_person: bool = False


NEVER = Grant()


@dataclass(frozen=True, slots=True)
class PolicyRow:
    action: Action
    title: str
    kind: Kind
    cells: Mapping[Relation, Grant] = field(hash=False)

    def cell(self, relation: Relation) -> Grant:
        return self.cells.get(relation, NEVER)


@dataclass(frozen=True, slots=True)
class PolicyTable:
    """One file: what can be done to one kind of thing."""

    name: str
    relations: tuple[Relation, ...]
    rows: Mapping[Action, PolicyRow] = field(hash=False)


def _cell(text: str, where: str) -> Grant:
    if text == ".":
        return NEVER
    if text == "all":
        return Grant(frozenset(PHASES))
    match = _CELL.fullmatch(text)
    if match is None:
        raise PolicyError(f"{where}: {text!r} is not a cell of the policy language")
    first = int(match["first"])
    last = int(match["last"] or first)
    if last < first:
        raise PolicyError(f"{where}: {text!r} runs backwards")
    return Grant(
        phases=frozenset(range(first, last + 1)),
        own=bool(match["own"]),
        stub=bool(match["stub"]),
        second_person=bool(match["second"]),
    )


def _rows(reader: "csv.DictReader[str]", relations: tuple[Relation, ...]) -> Iterator[PolicyRow]:
    for line in reader:
        action = Action(line["id"])
        yield PolicyRow(
            action=action,
            title=line["action"],
            kind=Kind(line["kind"]),
            cells={r: _cell(line[r.value], f"{action.value}, {r.value}") for r in relations},
        )


def read(path: Path) -> PolicyTable:
    """One policy file.

    Raises:
        PolicyError: for a cell that is not in the language, an unknown action or a row that stands twice.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        try:
            relations = tuple(Relation(name) for name in (reader.fieldnames or ())[3:])
            rows = list(_rows(reader, relations))
        except (KeyError, ValueError) as error:
            raise PolicyError(f"{path.name}: {error}") from error
    by_action = {row.action: row for row in rows}
    if len(by_action) != len(rows):
        raise PolicyError(f"{path.name}: a row stands twice")
    return PolicyTable(path.stem, relations, by_action)


_STUB = frozenset(
    {
        Action.KNOW_PACKET,
        Action.DECLARE_CONFLICT,
        Action.READ_CONFLICT_REASON,
        Action.SEE_BOARD_ROW,
    }
)
#: A conflicted relation is granted nothing but these.
_ONLY = {
    Relation.MEMBER_CONFLICTED: _STUB,
    Relation.CHAIR_CONFLICTED: _STUB,
    Relation.MEMBER_SET_ASIDE: frozenset[Action](),
    Relation.OWNER_CONFLICTED: frozenset[Action](),
}
_OTHER_RATINGS = frozenset(
    {
        Action.READ_MANAGER_RATING,
        Action.READ_PEER_RATINGS,
        Action.READ_PEER_RATIONALE,
        Action.READ_PEER_SUMMARY,
        Action.COUNT_RATINGS,
        Action.SEE_RATING_SPREAD,
    }
)
#: What a relation is never granted, in any phase.
_NEVER = {
    Relation.MANAGER_OWES: _OTHER_RATINGS,
    Relation.PEER_OWES: _OTHER_RATINGS,
    Relation.MEMBER_OWES: frozenset(
        {
            Action.READ_BALLOTS,
            Action.READ_TALLY,
            Action.SEE_WHO_VOTED,
            Action.READ_DISCUSSION,
            Action.COUNT_IN_BALLOT_DISTRIBUTION,
        }
    ),
    Relation.OWNER: frozenset(
        {
            Action.READ_EVIDENCE_DRAFT,
            Action.EDIT_EVIDENCE,
            Action.READ_RATING_DRAFT,
            Action.WRITE_RATING,
            Action.CAST_BALLOT,
            Action.DRAFT_DECISION,
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
        Action.READ_PEER_SUMMARY,
    }
)
_NOBODY = frozenset({Action.READ_OTHERS_RATING_DRAFT, Action.EDIT_OTHERS_RATING})
#: Two rows need no packet; a draft stays its author's to copy when the packet has gone from view.
_WITHOUT_KNOWING = frozenset(
    {Action.CREATE_PACKET, Action.COMPLETE_PEOPLE, Action.READ_RATING_DRAFT}
)


def broken_promises(packet: PolicyTable) -> list[str]:
    """The invariants of the packet table that do not hold, as sentences. Empty for a table that may be used."""
    return sorted(
        f"{action.name} may not be granted to {relation.value} in phases {sorted(too_much)}"
        for action, row in packet.rows.items()
        for relation in packet.relations
        if (too_much := row.cell(relation).phases - _permitted(packet, action, relation))
    )


def _permitted(packet: PolicyTable, action: Action, relation: Relation) -> frozenset[int]:
    """The phases in which the promises of the product leave room for a grant."""
    if (
        action in _NOBODY
        or action in _NEVER.get(relation, ())
        or action not in _ONLY.get(relation, packet.rows)
    ):
        return frozenset()
    permitted = frozenset(PHASES)
    if action not in _WITHOUT_KNOWING:
        permitted &= packet.rows[Action.KNOW_PACKET].cell(relation).phases
    if action in _EMBARGOED and relation is Relation.CANDIDATE:
        permitted &= {PacketPhase.RELEASED, PacketPhase.ARCHIVED}
    return permitted


@cache
def tables() -> tuple[PolicyTable, PolicyTable, PolicyTable]:
    """The packet, cycle and site tables.

    Raises:
        PolicyError: if a file cannot be read, an action has no row or two, or an invariant is broken.
    """
    packet, cycle, site = (read(HERE / f"{name}.csv") for name in ("packet", "cycle", "site"))
    listed = [action for table in (packet, cycle, site) for action in table.rows]
    if sorted(listed) != sorted(Action):
        raise PolicyError("the policy files and the vocabulary do not name the same actions")
    if promises := broken_promises(packet):
        raise PolicyError("; ".join(promises))
    return packet, cycle, site
