"""What the committee's pages of one packet show.

Each page is one function; a field the policy does not grant is None.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from sqlalchemy import Row, Select, bindparam, case, exists, func, not_, select, true

from reviews.access.expectations import TargetDimension, expectations_for
from reviews.access.loaders import BY_NAME, CycleAccess, PacketAccess, packets_of
from reviews.access.naming import candidates_called
from reviews.access.packet_list import PacketList
from reviews.access.panel_standing import panel_standings
from reviews.access.read_log import shown
from reviews.access.standing import (
    VIEWER_ID,
    ListFront,
    packet_standing,
    standing_of,
    viewer_params,
)
from reviews.calibration.board.queries import cells_of
from reviews.calibration.requirements import BallotMarkDraft
from reviews.db.extensions import db
from reviews.db.models.calibration import (
    Ballot,
    BallotMark,
    Conflict,
)
from reviews.db.models.cycles import Panel
from reviews.db.models.packets import Packet
from reviews.db.pagination import Page
from reviews.db.text import has_words, word_params
from reviews.display.board_cell import CellFace
from reviews.packets.queries import revision_notes
from reviews.rules.enums import (
    SCALE,
    Action,
    BallotChoice,
    Category,
    ConflictStanding,
    PacketStage,
    Relation,
)
from reviews.rules.name_keys import search_words
from reviews.rules.scale import ScaleWords
from reviews.rules.workflow import IN_REVIEW, UNDER_WAY

_MET = SCALE.index(Category.MET)
_UNANSWERED = frozenset({Relation.MEMBER_UNANSWERED, Relation.CHAIR_UNANSWERED})
_RELATED = "one of you manages the other, or did lately, or you are a candidate for the same level"
_TIED = "when voting began, one of you managed the other, or had lately, or you were a candidate for the same level"


# -- Conflicts


@dataclass(frozen=True, slots=True)
class ConflictQuestion:
    public_id: str
    candidate: str
    target: str
    #: open, none, declared, or the personal relation that recuses by itself.
    answer: str


@dataclass(frozen=True, slots=True)
class ConflictQuestionsPage:
    #: Packets that wait for an answer, the first by name. The next follow when these are answered.
    open: Page
    #: All others, by name.
    others: Page
    #: An owner declares by their own will; a panel waits for an answer to every packet.
    as_owner: bool
    on_panel: bool

    @property
    def packets(self) -> tuple[PacketAccess, ...]:
        """Those that are shown."""
        return (*self.open.items, *self.others.items)

    @property
    def rows(self) -> tuple[ConflictQuestion, ...]:
        return tuple(map(_question, self.packets, candidates_called(self.packets)))


def conflicts_page(access: CycleAccess, *, page: int, name: str) -> ConflictQuestionsPage:
    """The packets on which the viewer may declare a conflict.

    These are the submitted ones of their panels, and as an owner all that are under way.

    Args:
        page: which fifty of those that wait for no answer, from 1.
        name: whose words the candidate's name must contain.
    """
    words = search_words(name)
    parameters = {
        **viewer_params(access.viewer, Action.DECLARE_CONFLICT),
        **word_params(words),
        "cycle": access.cycle.id,
    }

    def packet(row: Row[Any]) -> PacketAccess:
        return PacketAccess(access.viewer, row.Packet, standing_of(row))

    waiting = PacketList(partial(_questions, is_open=True), parameters).page(1, packet)
    searched = partial(_questions, is_open=False, words=len(words))
    others = PacketList(searched, parameters).page(page, packet)
    shown = [*waiting.items, *others.items]
    return ConflictQuestionsPage(
        open=waiting,
        others=others,
        as_owner=any(map(_as_owner, shown)) if shown else access.is_owner,
        on_panel=any(map(_has_seat, shown)) if shown else access.is_on_panel,
    )


@cache
def _questions(size: int | None, *, is_open: bool, words: int = 0) -> Select[Any]:
    answered = exists().where(Conflict.packet_id == Packet.id, Conflict.person_id == VIEWER_ID)
    standing = packet_standing(
        Packet.cycle_id == bindparam("cycle"),
        # Most have been answered, and what is open is found without working out what the viewer is to them.
        *([not_(answered)] if is_open else has_words(words, Packet.candidate_name_key)),
        columns=(Packet.candidate_sort_key, Packet.state),
        front=ListFront(BY_NAME, size) if size else None,
    )
    unanswered = standing.c.seat.in_([relation.value for relation in _UNANSWERED])
    by_office = case(
        (standing.c.office == Relation.OWNER.value, standing.c.state.in_(UNDER_WAY)),
        else_=standing.c.state.in_(IN_REVIEW),
    )
    return (
        packets_of(standing)
        .where(by_office, unanswered if is_open else func.coalesce(not_(unanswered), true()))
        .order_by(standing.c.candidate_sort_key, standing.c.packet_id)
    )


def _question(access: PacketAccess, candidate: str) -> ConflictQuestion:
    return ConflictQuestion(
        public_id=access.packet.public_id,
        candidate=candidate,
        target=access.packet.target_level.name,
        answer=_answer(access),
    )


def _as_owner(access: PacketAccess) -> bool:
    return access.standing.office is Relation.OWNER


def _has_seat(access: PacketAccess) -> bool:
    return access.standing.seat is not None


def _answer(access: PacketAccess) -> str:
    standing = access.standing
    known = {
        "this is your own packet": access.is_candidate,
        "you are the manager": access.is_manager,
        "you rate it as a peer": standing.peer is not None,
        _RELATED if access.packet.stage is PacketStage.WAITING else _TIED: standing.is_related,
        "declared": standing.conflict is ConflictStanding.DECLARED,
        "an owner of the cycle has set a conflict": standing.conflict is ConflictStanding.SET,
        "open": standing.seat in _UNANSWERED,
    }
    return next((answer for answer, is_so in known.items() if is_so), "none")


# -- The committee's page of one packet


@dataclass(frozen=True, slots=True)
class RevealedBallot:
    """One member's vote on one dimension; `before` holds what they chose in earlier rounds, where it was another."""

    member: str
    choice: BallotChoice
    rationale: str
    before: tuple[BallotChoice, ...]
    is_yours: bool


@dataclass(frozen=True, slots=True)
class DimensionTally:
    dimension: TargetDimension
    #: How many chose not shown, partly, met, exceeds.
    counts: tuple[int, int, int, int]
    cannot_judge: int
    #: Place of the viewer's own choice on the scale, or None.
    yours: int | None
    ballots: tuple[RevealedBallot, ...]

    @property
    def spread(self) -> int:
        """How far apart the lowest and the highest choice are; a target line between them counts as a step more."""
        chosen = [place for place, count in enumerate(self.counts) if count]
        if not chosen:
            return 0
        return max(chosen) - min(chosen) + (min(chosen) < _MET <= max(chosen))

    def reading(self, scale: ScaleWords) -> str:
        """What the counts amount to, in words of the cycle."""
        below, above = sum(self.counts[:2]), sum(self.counts[2:])
        if not below + above:
            return "nobody could judge"
        if below and above:
            return f"{below} below the line, {above} at or above"
        words = [w for w, c in zip(scale.in_order, self.counts, strict=True) if c]
        if len(words) == 1:
            return f"all say {words[0]}"
        return "all at or above the line" if above else "all below the line"


@dataclass(frozen=True, slots=True)
class CommitteePage:
    """Fields are None where the policy does not grant them."""

    scale: ScaleWords
    dimensions: tuple[TargetDimension, ...]
    panel: str | None
    seats: tuple[str, ...] | None
    recused: tuple[str, ...] | None
    voting: int
    #: Who has sealed a ballot and who has not; names without values.
    sealed: tuple[str, ...] | None
    waiting: tuple[str, ...] | None
    #: Who has left the company without a ballot.
    left: tuple[str, ...] | None
    own_ballot: Mapping[int, BallotMarkDraft] | None
    own_round: int
    tally: tuple[DimensionTally, ...] | None
    quorum: int
    quorum_met: bool
    #: So far as the viewer may know.
    revealed: bool
    decided: bool
    #: Why the ballots were revealed before the quorum was met; empty where it was.
    reveal_reason: str
    #: How many ballots were missing when they were revealed.
    missing_at_reveal: int | None
    #: The board's cell of each dimension.
    faces: Mapping[int, CellFace]
    #: By dimension, the candidate's notes that the role gave no chance.
    no_opportunity: Mapping[int, str]
    #: Whether somebody else's rating is in a cell, and somebody else's ballot in the tally.
    has_ratings: bool
    has_ballots: bool


def committee_page(access: PacketAccess) -> CommitteePage:
    """Eight queries."""
    packet = access.packet
    scale = ScaleWords.of(packet.cycle.scale)
    standing = panel_standings([packet.id], now=access.viewer.now)[packet.id]
    panel = db.session.get(Panel, packet.panel_id) if packet.panel_id else None
    dimensions = expectations_for(packet).dimensions
    cast_ballots = _cast_ballots(packet.id)
    own = cast_ballots.get(access.viewer.person_id, [])
    who_voted = access.may(Action.SEE_WHO_VOTED)
    names = {seat.person_id: seat.name for seat in standing.cast}
    cells = cells_of(packet, scale)
    return CommitteePage(
        scale=scale,
        dimensions=dimensions,
        panel=panel.name if panel and access.may(Action.SEE_PANEL) else None,
        seats=tuple(s.name for s in standing.seats) if access.may(Action.SEE_PANEL) else None,
        recused=tuple(s.name for s in standing.recused) if access.may(Action.SEE_RECUSED) else None,
        voting=len(standing.voting),
        sealed=tuple(s.name for s in standing.cast) if who_voted else None,
        waiting=tuple(s.name for s in standing.waiting) if who_voted else None,
        left=tuple(s.name for s in standing.left) if who_voted else None,
        own_ballot=own[-1].marks if own and access.may(Action.READ_OWN_BALLOT) else None,
        own_round=len(own),
        tally=_tally(access, dimensions, cast_ballots, names)
        if access.may(Action.READ_TALLY)
        else None,
        quorum=panel.quorum if panel else 0,
        quorum_met=panel is not None and len(standing.cast) >= panel.quorum,
        revealed=access.may(Action.KNOW_REVEAL),
        decided=access.may(Action.KNOW_DECISION),
        reveal_reason=packet.reveal_reason or "",
        missing_at_reveal=packet.missing_ballots if packet.revealed_at and who_voted else None,
        faces={dimension: cell.face for dimension, cell in cells.items()},
        no_opportunity=_notes(access),
        has_ratings=any(cells[d.id].counts.has_ratings for d in dimensions if d.id in cells),
        has_ballots=any(cast_ballots[each] for each in names if each != access.viewer.person_id),
    )


def log_cells(access: PacketAccess, page: CommitteePage) -> None:
    """Note that the board's cells are shown: the committee's pages do not all have the same parts."""
    if page.has_ratings:
        _log(access, Action.SEE_BOARD_ROW)


def log_tally(access: PacketAccess, page: CommitteePage, *, with_ballots: bool) -> None:
    """Note that the tally is shown, where it is, and the ballots below it."""
    if page.has_ballots and page.tally is not None:
        _log(access, Action.READ_TALLY)
        if with_ballots and access.may(Action.READ_BALLOTS):
            _log(access, Action.READ_BALLOTS)


def _log(access: PacketAccess, action: Action) -> None:
    packet = access.packet
    shown(action, packet=packet.id, cycle=packet.cycle_id, phase=access.standing.phase)


def _notes(access: PacketAccess) -> Mapping[int, str]:
    revision = access.packet.current_revision_id
    if revision is None or not access.may(Action.READ_EVIDENCE):
        return {}
    return revision_notes([revision])[revision]


@dataclass(frozen=True, slots=True)
class _CastBallot:
    marks: Mapping[int, BallotMarkDraft]


def _cast_ballots(packet_id: int) -> Mapping[int, list[_CastBallot]]:
    """Every ballot of the packet by member, rounds in order. One query."""
    rows = db.session.execute(
        select(
            Ballot.member_id,
            Ballot.round,
            BallotMark.dimension_id,
            BallotMark.choice,
            BallotMark.rationale,
        )
        .join(BallotMark, BallotMark.ballot_id == Ballot.id)
        .where(Ballot.packet_id == packet_id)
        .order_by(Ballot.member_id, Ballot.round)
    )
    rounds: dict[tuple[int, int], dict[int, BallotMarkDraft]] = defaultdict(dict)
    for row in rows:
        rounds[row.member_id, row.round][row.dimension_id] = BallotMarkDraft(
            row.choice, row.rationale
        )
    cast_ballots: dict[int, list[_CastBallot]] = defaultdict(list)
    for (member, _), marks in rounds.items():
        cast_ballots[member].append(_CastBallot(marks))
    return cast_ballots


def _tally(
    access: PacketAccess,
    dimensions: Iterable[TargetDimension],
    cast_ballots: Mapping[int, list[_CastBallot]],
    names: Mapping[int, str],
) -> tuple[DimensionTally, ...]:
    """The latest ballot of everybody who may vote, the largest disagreement first."""
    named = access.may(Action.READ_BALLOTS)
    tallies = []
    for dimension in dimensions:
        counts, cannot, yours = [0, 0, 0, 0], 0, None
        ballots = []
        for member, name in names.items():
            marks = [b.marks[dimension.id] for b in cast_ballots[member] if dimension.id in b.marks]
            choice = marks[-1].choice if marks else None
            if choice is None:
                continue
            is_yours = member == access.viewer.person_id
            if choice is Category.CANNOT_JUDGE:
                cannot += 1
            else:
                place = SCALE.index(choice)
                counts[place] += 1
                yours = place if is_yours else yours
            before = tuple(m.choice for m in marks[:-1] if m.choice and m.choice is not choice)
            ballots.append(RevealedBallot(name, choice, marks[-1].rationale, before, is_yours))
        tallies.append(
            DimensionTally(
                dimension,
                (counts[0], counts[1], counts[2], counts[3]),
                cannot,
                yours,
                tuple(ballots) if named else (),
            )
        )
    return tuple(sorted(tallies, key=lambda t: -t.spread))


# -- The outcome
