"""What a ballot, a reveal and a decision must contain. Plain values in, sentences out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from reviews.rules.enums import Attainment, BallotChoice, Category, Outcome
from reviews.rules.scale import FIXED_WORDS

#: A reason this short cannot be a sentence.
MIN_REASON = 10
_CANNOT_JUDGE = FIXED_WORDS[Category.CANNOT_JUDGE]


@dataclass(frozen=True, slots=True)
class BallotMarkDraft:
    choice: BallotChoice | None
    rationale: str


@dataclass(frozen=True, slots=True)
class DecisionDraft:
    """What the chair is about to record. Dimensions and expectations are named by row id."""

    outcome: Outcome | None
    letter: str
    attainments: Mapping[int, tuple[Attainment | None, str]]
    #: Open expectations, each with what would close it.
    gaps: Mapping[int, str] = field(default_factory=dict)
    against_rule: str = ""
    awaited_evidence: str = ""
    look_again_on: date | None = None


@dataclass(frozen=True, slots=True)
class FormProblem:
    """A sentence, and the field it belongs to."""

    field: str
    sentence: str


def ballot_problems(
    marks: Mapping[int, BallotMarkDraft], dimensions: Mapping[int, str]
) -> list[FormProblem]:
    """What a ballot still lacks. A choice for each dimension; a reason below met, and for exceeds."""
    found = []
    for dimension, name in dimensions.items():
        mark = marks.get(dimension, BallotMarkDraft(None, ""))
        if mark.choice is None:
            found.append(
                FormProblem(f"choice_{dimension}", f"Choose a word for {name}, or {_CANNOT_JUDGE}.")
            )
        elif needs_reason(mark.choice) and len(mark.rationale.strip()) < MIN_REASON:
            found.append(
                FormProblem(
                    f"rationale_{dimension}", f"Say in a sentence why {name} reads that way to you."
                )
            )
    return found


def needs_reason(choice: BallotChoice) -> bool:
    return choice in {Category.NOT_SHOWN, Category.PARTLY, Category.EXCEEDS}


def reveal_problem(
    *, cast: int, eligible: int, quorum: int, reason: str, left: int = 0
) -> str | None:
    """Why the ballots cannot be revealed yet.

    Below the quorum it takes a recorded reason; with no ballot nothing helps.

    Args:
        left: how many have left the company without a ballot. The quorum stays what it was.
    """
    if cast == 0:
        return "Nobody has sealed a ballot yet, so there is nothing to reveal."
    if cast < quorum and len(reason.strip()) < MIN_REASON:
        gone = f" {left} of the panel left without a ballot." if left else ""
        return (
            f"{cast} of {eligible} ballots are sealed and the quorum is {quorum}.{gone} "
            "Wait for the others, or say why you reveal now."
        )
    return None


def decision_problems(
    draft: DecisionDraft,
    *,
    dimensions: Mapping[int, str],
    expectations: frozenset[int],
    rule_promotes: bool,
    today: date,
) -> list[FormProblem]:
    """What a decision still lacks, in the order of the page."""
    found = [
        problem
        for dimension, name in dimensions.items()
        for problem in _attainment_problems(dimension, name, draft)
    ]
    found += [
        FormProblem(f"closes_{expectation}", "Say what would close this expectation.")
        for expectation, closes in draft.gaps.items()
        if expectation in expectations and not closes.strip()
    ]
    if draft.outcome is None:
        found.append(FormProblem("outcome", "Choose what the committee decided."))
    elif (draft.outcome is Outcome.PROMOTE) is not rule_promotes and (
        len(draft.against_rule.strip()) < MIN_REASON
    ):
        found.append(
            FormProblem(
                "against_rule",
                "The outcome differs from what the rule reads. Say why in a sentence.",
            )
        )
    if draft.outcome is Outcome.DEFER:
        found += _deferral_problems(draft, today)
    if len(draft.letter.strip()) < MIN_REASON:
        found.append(FormProblem("letter", "Write what the candidate will read first."))
    return found


def _attainment_problems(dimension: int, name: str, draft: DecisionDraft) -> list[FormProblem]:
    attainment, reason = draft.attainments.get(dimension, (None, ""))
    found = []
    if attainment is None:
        found.append(FormProblem(f"attainment_{dimension}", f"Choose what {name} attains."))
    if len(reason.strip()) < MIN_REASON:
        found.append(
            FormProblem(
                f"reason_{dimension}",
                f"Give the reason for {name}, citing an item, a mark or a rating.",
            )
        )
    return found


def _deferral_problems(draft: DecisionDraft, today: date) -> list[FormProblem]:
    found = []
    if len(draft.awaited_evidence.strip()) < MIN_REASON:
        found.append(FormProblem("awaited_evidence", "Name the evidence the committee waits for."))
    if draft.look_again_on is None:
        found.append(
            FormProblem("look_again_on", "Give the day on which the case is looked at again.")
        )
    elif draft.look_again_on <= today:
        found.append(FormProblem("look_again_on", "The day to look again must lie ahead."))
    return found
