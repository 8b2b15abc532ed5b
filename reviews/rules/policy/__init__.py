"""Who may do what, and when. The whole policy is the three files of this folder; there is no other.

A table is an action, a key is what the person is to the packet, cycle or site, a value says in which phases it is
granted. `docs/permissions.md` is generated from the same files. What is not granted is refused.
"""

from dataclasses import dataclass
from enum import Enum

from reviews.rules.enums import Action, ConflictStanding, Kind, PacketPhase, Relation
from reviews.rules.policy.table import (
    Grant,
    PolicyError,
    PolicyRow,
    PolicyTable,
    cells,
    full_cells,
    stub_cells,
    tables,
)

__all__ = [
    "Answer",
    "CycleStanding",
    "Grant",
    "PacketStanding",
    "PolicyError",
    "PolicyRow",
    "SiteStanding",
    "cells",
    "decide",
    "full_cells",
    "row_of",
    "stub_cells",
    "table_of",
]


class Answer(Enum):
    """What a request for an action is met with."""

    ALLOW = "allowed"
    #: Allowed, on the person's own object.
    OWN = "own"
    #: Allowed as the name and the word "recused", nothing else.
    STUB = "stub"
    #: Allowed with a reason on record.
    WITH_REASON = "with a reason"
    #: The thing does not exist for this person: 404.
    UNKNOWN = "unknown"
    #: Known, but not theirs to do: 403.
    FORBIDDEN = "forbidden"
    #: Theirs in another phase: 409, with public dates.
    CLOSED = "closed"
    #: A field of a visible page: the element is absent.
    ABSENT = "absent"

    @property
    def allowed(self) -> bool:
        """Whether the action may go ahead. A stub is not an allowance: only the board draws it."""
        return self in {Answer.ALLOW, Answer.OWN, Answer.WITH_REASON}


@dataclass(frozen=True, slots=True)
class PacketStanding:
    """What a person is to a packet: at most four relations, as the database has worked them out, and the phase."""

    phase: PacketPhase
    #: Candidate, or manager.
    own: Relation | None = None
    peer: Relation | None = None
    #: On the panel.
    seat: Relation | None = None
    office: Relation | None = None
    #: For pages that say why somebody is recused, never for a decision: what is on record, and whether the person is a
    #: manager or report of the candidate, lately, or is a candidate for the same level.
    conflict: ConflictStanding | None = None
    is_related: bool = False

    @property
    def relations(self) -> frozenset[Relation]:
        relations = frozenset({self.own, self.peer, self.seat, self.office} - {None})
        return relations or frozenset({Relation.EMPLOYEE})  # type: ignore[return-value]  # None is taken out


@dataclass(frozen=True, slots=True)
class CycleStanding:
    """What a person is to a cycle, and how far the cycle has come."""

    phase: PacketPhase
    relations: frozenset[Relation] = frozenset({Relation.EMPLOYEE})


@dataclass(frozen=True, slots=True)
class SiteStanding:
    relations: frozenset[Relation] = frozenset({Relation.EMPLOYEE})
    #: The site has no phases; its rows are granted always.
    phase: PacketPhase = PacketPhase.SETUP


Standing = PacketStanding | CycleStanding | SiteStanding


def table_of(action: Action) -> PolicyTable:
    return next(table for table in tables() if action in table.rows)


def row_of(action: Action) -> PolicyRow:
    return table_of(action).rows[action]


def decide(action: Action, standing: Standing) -> Answer:
    """What a person of this standing is answered. Only the table grants; all else is a denial by the row's kind."""
    return _granted(row_of(action), standing) or _denied(action, standing)


def _granted(row: PolicyRow, standing: Standing) -> Answer | None:
    """The widest of what the relations are granted in this phase, or None."""
    grants = [
        grant
        for relation in standing.relations
        if standing.phase in (grant := row.grant(relation)).phases
    ]
    for grant in sorted(grants, key=lambda g: (g.stub, g.with_reason, g.own)):
        if grant.stub:
            return Answer.STUB
        if grant.with_reason:
            return Answer.WITH_REASON
        return Answer.OWN if grant.own else Answer.ALLOW
    return None


def _denied(action: Action, standing: Standing) -> Answer:
    table = table_of(action)
    row = table.rows[action]
    known = table.known_by is not None and any(
        standing.phase in table.rows[table.known_by].grant(relation).phases
        for relation in standing.relations
    )
    another_phase = any(row.grant(relation).phases for relation in standing.relations)
    match row.kind:
        case Kind.PAGE if known:
            return Answer.FORBIDDEN
        case Kind.FIELD if known:
            return Answer.ABSENT
        case Kind.CHANGE | Kind.PART_CHANGE if known and another_phase:
            return Answer.CLOSED
        case Kind.CHANGE if known:
            return Answer.FORBIDDEN
        case _:
            return Answer.UNKNOWN
