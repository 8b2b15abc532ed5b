"""Reads the policy files, and refuses a table that breaks a promise of the product."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from reviews.vocabulary import Action, Kind, PacketPhase, Relation

HERE = Path(__file__).parent
PHASES = range(PacketPhase.ARCHIVED + 1)
_CELL = re.compile(r"(?P<stub>s?)(?P<first>[0-7])(?:-(?P<last>[0-7]))?(?P<own>o?)(?P<second>!?)")


class PolicyError(Exception):
    """The policy files cannot be read, or break an invariant. The application does not start."""


@dataclass(frozen=True, slots=True)
class Cell:
    """In which packet phases a relation may do the action, and on what condition."""

    phases: frozenset[int] = frozenset()
    #: The person's own object only.
    own: bool = False
    #: Only the name and the word "recused".
    stub: bool = False
    #: A second person must confirm when the cycle's four-eyes switch is on.
    second_person: bool = False


NEVER = Cell()


@dataclass(frozen=True, slots=True)
class Row:
    action: Action
    title: str
    kind: Kind
    cells: Mapping[Relation, Cell] = field(hash=False)

    def cell(self, relation: Relation) -> Cell:
        return self.cells.get(relation, NEVER)


@dataclass(frozen=True, slots=True)
class Table:
    """One file: what can be done to one kind of thing."""

    name: str
    relations: tuple[Relation, ...]
    rows: Mapping[Action, Row] = field(hash=False)


def _cell(text: str, where: str) -> Cell:
    if text == ".":
        return NEVER
    if text == "all":
        return Cell(frozenset(PHASES))
    match = _CELL.fullmatch(text)
    if match is None:
        raise PolicyError(f"{where}: {text!r} is not a cell of the policy language")
    first = int(match["first"])
    last = int(match["last"] or first)
    if last < first:
        raise PolicyError(f"{where}: {text!r} runs backwards")
    return Cell(
        phases=frozenset(range(first, last + 1)),
        own=bool(match["own"]),
        stub=bool(match["stub"]),
        second_person=bool(match["second"]),
    )


def _rows(reader: "csv.DictReader[str]", relations: tuple[Relation, ...]) -> Iterator[Row]:
    for line in reader:
        action = Action(line["id"])
        yield Row(
            action=action,
            title=line["action"],
            kind=Kind(line["kind"]),
            cells={r: _cell(line[r.value], f"{action.value}, {r.value}") for r in relations},
        )


def read(path: Path) -> Table:
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
    return Table(path.stem, relations, by_action)


def _allowed(table: Table, action: Action, relation: Relation) -> frozenset[int]:
    return table.rows[action].cell(relation).phases


def broken_promises(packet: Table) -> list[str]:
    """The invariants of the packet table that do not hold, as sentences. Empty for a table that may be used."""
    A, R = Action, Relation  # noqa: N806 - short names keep the rules readable as a list
    found: list[str] = []

    def refuse(condition: bool, sentence: str) -> None:  # noqa: FBT001 - reads as "refuse if"
        if condition:
            found.append(sentence)

    for action, row in packet.rows.items():
        # Two rows need no packet; a draft stays its author's to copy when the packet has gone from view.
        if action in {A.CREATE_PACKET, A.COMPLETE_PEOPLE, A.READ_RATING_DRAFT}:
            continue
        for relation in packet.relations:
            unknown = row.cell(relation).phases - _allowed(packet, A.KNOW_PACKET, relation)
            refuse(
                bool(unknown),
                f"{action.name} is allowed to {relation.value} where the packet is not known",
            )

    stubs = {
        R.MEMBER_CONFLICTED: {
            A.KNOW_PACKET,
            A.DECLARE_CONFLICT,
            A.READ_CONFLICT_REASON,
            A.SEE_BOARD_ROW,
        },
        R.CHAIR_CONFLICTED: {
            A.KNOW_PACKET,
            A.DECLARE_CONFLICT,
            A.READ_CONFLICT_REASON,
            A.SEE_BOARD_ROW,
        },
        R.MEMBER_SET_ASIDE: set(),
        R.OWNER_CONFLICTED: set(),
    }
    for relation, permitted in stubs.items():
        granted = {action for action in packet.rows if _allowed(packet, action, relation)}
        refuse(bool(granted - permitted), f"{relation.value} is granted more than its stub")

    blind = {
        A.READ_MANAGER_RATING,
        A.READ_PEER_RATINGS,
        A.READ_PEER_RATIONALE,
        A.READ_PEER_SUMMARY,
        A.COUNT_RATINGS,
        A.SEE_RATING_SPREAD,
    }
    sealed = {
        A.READ_BALLOTS,
        A.READ_TALLY,
        A.SEE_WHO_VOTED,
        A.READ_DISCUSSION,
        A.COUNT_IN_BALLOT_DISTRIBUTION,
    }
    never = {
        R.MANAGER_OWES: blind,
        R.PEER_OWES: blind,
        R.MEMBER_OWES: sealed,
        R.OWNER: {
            A.READ_EVIDENCE_DRAFT,
            A.EDIT_EVIDENCE,
            A.READ_RATING_DRAFT,
            A.WRITE_RATING,
            A.CAST_BALLOT,
            A.DRAFT_DECISION,
        },
    }
    for relation, actions in never.items():
        for action in sorted(actions):
            refuse(
                bool(_allowed(packet, action, relation)),
                f"{action.name} is granted to {relation.value}",
            )

    embargoed = (
        A.KNOW_DECISION,
        A.READ_OUTCOME,
        A.READ_FEEDBACK,
        A.READ_SHAREABLE_RATIONALE,
        A.READ_PEER_SUMMARY,
    )
    for action in embargoed:
        early = min(_allowed(packet, action, R.CANDIDATE), default=PacketPhase.RELEASED)
        refuse(early < PacketPhase.RELEASED, f"{action.name} reaches the candidate before release")
    for action in (A.READ_OTHERS_RATING_DRAFT, A.EDIT_OTHERS_RATING):
        refuse(
            any(c.phases for c in packet.rows[action].cells.values()),
            f"{action.name} is granted to somebody",
        )
    return found


@cache
def tables() -> tuple[Table, Table, Table]:
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
