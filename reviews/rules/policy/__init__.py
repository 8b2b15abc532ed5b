"""Who may do what, and when. The whole policy is the three CSV files of this folder; there is no other.

A row is an action, a column is what the person is to the packet or cycle, a cell lists the phases in which it is allowed.
`docs/permissions.md` is generated from the same files. What is not granted is refused.
"""

from dataclasses import dataclass
from enum import Enum

from reviews.rules.enums import Action, ConflictStanding, Kind, Relation
from reviews.rules.policy.table import Grant, PolicyError, PolicyRow, PolicyTable, tables

__all__ = [
    "LATER",
    "Answer",
    "CycleFacts",
    "Grant",
    "PacketFacts",
    "PolicyError",
    "PolicyRow",
    "decide",
    "row_of",
    "table_of",
]

#: Rows whose feature is not built yet: they stand in the table and are denied to everybody.
LATER = frozenset(
    {
        Action.READ_EARLIER_REVISIONS,
        Action.DOWNLOAD_ATTACHMENT,
        Action.UPLOAD_ATTACHMENT,
        Action.READ_SELF_RATING,
        Action.REOPEN_PACKET,
        Action.EXTEND_PACKET_DEADLINE,
        Action.CHANGE_MANAGER,
        Action.RECALL_RATING,
        Action.AMEND_RATING,
        Action.READ_PEER_SUMMARY,
        Action.READ_OTHERS_RATING_DRAFT,
        Action.EDIT_OTHERS_RATING,
        Action.STATE_STANCE,
        Action.READ_STANCE,
        Action.LIFT_CONFLICT,
        Action.READ_DISCUSSION,
        Action.POST_IN_DISCUSSION,
        Action.EDIT_POST,
        Action.REDACT_POST,
        Action.COUNT_IN_DISTRIBUTION,
        Action.COUNT_IN_BALLOT_DISTRIBUTION,
        Action.DRAFT_DECISION,
        Action.AMEND_DECISION,
        Action.SET_RELEASE_DATE,
        Action.RELEASE_PACKET,
        Action.ACKNOWLEDGE_OUTCOME,
        Action.FILE_APPEAL,
        Action.FIND_PACKET,
        Action.COMPLETE_PEOPLE,
        Action.EXPORT_BOARD_ROW,
        Action.EXPORT_RATINGS_ROW,
        Action.EXPORT_OWN_DATA_ROW,
        Action.READ_PACKET_API,
        Action.PRINT_PACKET,
        Action.RECEIVE_MAIL,
        Action.ERASE_PACKET,
        Action.HOLD_PACKET,
        Action.RUN_MEETING,
        Action.MOVE_CYCLE_BACK,
        Action.MOVE_DEADLINE,
        Action.SEE_DISTRIBUTIONS,
        Action.EXPORT_BOARD,
        Action.VERIFY_AUDIT,
        Action.PURGE_CYCLE,
        Action.SEND_REMINDER,
        Action.EXPORT_OWN_DATA,
        Action.GRANT_OFFICE,
        Action.VIEW_AS,
        Action.BUNDLE_PERSONAL_DATA,
        Action.READ_METRICS,
    }
)

#: Whoever owes a rating on a packet reads no other rating of it, by whatever road.
_BLIND = frozenset(
    {
        Action.READ_MANAGER_RATING,
        Action.READ_SHAREABLE_RATIONALE,
        Action.READ_CONFIDENTIAL_RATIONALE,
        Action.READ_PEER_RATINGS,
        Action.READ_PEER_RATIONALE,
        Action.READ_PEER_SUMMARY,
        Action.COUNT_RATINGS,
        Action.SEE_RATING_SPREAD,
    }
)
#: Until the chair has cast a ballot, these follow the column of a member who has not.
_CHAIR_SEALED = frozenset(
    {
        Action.READ_BALLOTS,
        Action.READ_TALLY,
        Action.READ_DISCUSSION,
        Action.COUNT_IN_BALLOT_DISTRIBUTION,
    }
)


class Answer(Enum):
    """What a request for an action is met with."""

    ALLOW = "allowed"
    #: Allowed, on the person's own object.
    OWN = "own"
    #: Allowed as the name and the word "recused", nothing else.
    STUB = "stub"
    #: Allowed to one person with a recorded reason, or to two when the cycle asks for four eyes.
    SECOND_PERSON = "second person"
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
        return self in {Answer.ALLOW, Answer.OWN, Answer.SECOND_PERSON}


@dataclass(frozen=True, slots=True)
class PacketFacts:
    """All the policy may look at about one person and one packet. Small and finite, so that tests visit every case."""

    phase: int
    is_candidate: bool = False
    is_manager: bool = False
    #: A peer who was invited and has not declined.
    is_peer: bool = False
    #: The person's own rating, as manager or peer, is submitted.
    own_rating_in: bool = False
    is_member: bool = False
    is_chair: bool = False
    is_owner: bool = False
    #: Manager or report of the candidate in the last 24 months, or a candidate for the same level in this cycle.
    is_tied: bool = False
    #: None: never answered, which denies to a panel what a conflict denies.
    conflict: ConflictStanding | None = None
    ballot_cast: bool = False

    def relations(self) -> frozenset[Relation]:
        """The columns that apply, after precedence: a personal relation turns every office into its conflicted column."""
        R = Relation  # noqa: N806 - short names keep the precedence readable
        held: set[Relation] = set()
        if self.is_candidate:
            held.add(R.CANDIDATE)
        else:
            if self.is_manager:
                held.add(R.MANAGER_IN if self.own_rating_in else R.MANAGER_OWES)
            if self.is_peer:
                held.add(R.PEER_IN if self.own_rating_in else R.PEER_OWES)
        on_record = self.conflict in {ConflictStanding.DECLARED, ConflictStanding.SET}
        close = bool(held) or self.is_tied
        barred = close or self.conflict is not ConflictStanding.NONE
        if self.is_chair:
            held.add(R.CHAIR_CONFLICTED if barred else R.CHAIR)
        elif self.is_member:
            if barred:
                set_aside = self.conflict is ConflictStanding.SET and not close
                held.add(R.MEMBER_SET_ASIDE if set_aside else R.MEMBER_CONFLICTED)
            else:
                held.add(R.MEMBER_CAST if self.ballot_cast else R.MEMBER_OWES)
        if self.is_owner:
            held.add(R.OWNER_CONFLICTED if close or on_record else R.OWNER)
        return frozenset(held or {R.EMPLOYEE})


@dataclass(frozen=True, slots=True)
class CycleFacts:
    """All the policy may look at about one person and one cycle, or the site (phase 0)."""

    phase: int
    is_participant: bool = False
    is_member: bool = False
    is_chair: bool = False
    is_owner: bool = False
    #: An owner with a relation to some packet of the cycle, or a conflict: one who may not know of it.
    is_owner_tied: bool = False

    def relations(self) -> frozenset[Relation]:
        held = {
            Relation.PARTICIPANT: self.is_participant,
            Relation.MEMBER: self.is_member,
            Relation.CHAIR: self.is_chair,
            Relation.OWNER: self.is_owner and not self.is_owner_tied,
            Relation.OWNER_CONFLICTED: self.is_owner and self.is_owner_tied,
        }
        return frozenset(r for r, yes in held.items() if yes) or frozenset({Relation.EMPLOYEE})


def table_of(action: Action) -> PolicyTable:
    return next(table for table in tables() if action in table.rows)


def row_of(action: Action) -> PolicyRow:
    return table_of(action).rows[action]


def _knows(facts: PacketFacts | CycleFacts, relations: frozenset[Relation]) -> bool:
    known_by = Action.KNOW_PACKET if isinstance(facts, PacketFacts) else Action.LIST_CYCLE
    row = row_of(known_by)
    return any(facts.phase in row.cell(relation).phases for relation in relations)


def _columns(action: Action, facts: PacketFacts | CycleFacts) -> frozenset[Relation]:
    relations = facts.relations()
    if not isinstance(facts, PacketFacts):
        return relations
    owes = relations & {Relation.MANAGER_OWES, Relation.PEER_OWES}
    if action in _BLIND and owes:
        return owes
    if action in _CHAIR_SEALED and Relation.CHAIR in relations and not facts.ballot_cast:
        return (relations - {Relation.CHAIR}) | {Relation.MEMBER_OWES}
    return relations


def decide(action: Action, facts: PacketFacts | CycleFacts) -> Answer:
    """What a person with these facts is answered. Only the table grants; all else is a denial by the row's kind."""
    columns = _columns(action, facts)
    if action in LATER:
        return _denied(action, facts, frozenset())
    return _granted(row_of(action), columns, facts.phase) or _denied(action, facts, columns)


def _granted(row: PolicyRow, columns: frozenset[Relation], phase: int) -> Answer | None:
    """The widest of what the columns grant in this phase, or None."""
    cells = [cell for relation in columns if phase in (cell := row.cell(relation)).phases]
    for cell in sorted(cells, key=lambda c: (c.stub, c.second_person, c.own)):
        if cell.stub:
            return Answer.STUB
        if cell.second_person:
            return Answer.SECOND_PERSON
        return Answer.OWN if cell.own else Answer.ALLOW
    return None


def _denied(
    action: Action, facts: PacketFacts | CycleFacts, columns: frozenset[Relation]
) -> Answer:
    row = row_of(action)
    known = _knows(facts, facts.relations())
    another_phase = any(row.cell(relation).phases for relation in columns)
    match row.kind:
        case Kind.PAGE if known:
            return Answer.FORBIDDEN
        case Kind.FIELD if known:
            return Answer.ABSENT
        case Kind.WRITE | Kind.SUB_WRITE if known and another_phase:
            return Answer.CLOSED
        case Kind.WRITE if known:
            return Answer.FORBIDDEN
        case _:
            return Answer.UNKNOWN
