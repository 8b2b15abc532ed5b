"""What ballots, reveals and decisions must hold, over plain values."""

from datetime import date

import pytest

from reviews.calibration.requirements import (
    BallotMarkDraft,
    DecisionDraft,
    ballot_problems,
    decision_problems,
    reveal_problem,
)
from reviews.rules.enums import BALLOT_CHOICES, Category, Outcome

TODAY = date(2026, 11, 20)
REASON = "Item 1 shows it."


@pytest.mark.parametrize("choice", BALLOT_CHOICES)
def test_a_ballot_needs_a_reason_below_met_and_for_exceeds(choice: Category) -> None:
    silent = ballot_problems({1: BallotMarkDraft(choice, " ")}, {1: "Craft"})
    reasoned = ballot_problems({1: BallotMarkDraft(choice, REASON)}, {1: "Craft"})

    wanted = choice not in {Category.MET, Category.CANNOT_JUDGE}
    assert [problem.field for problem in silent] == (["rationale_1"] if wanted else [])
    assert reasoned == []


def test_a_ballot_speaks_to_every_dimension() -> None:
    marks = {1: BallotMarkDraft(Category.MET, ""), 2: BallotMarkDraft(None, REASON)}

    problems = ballot_problems(marks, {1: "Craft", 2: "Reach", 3: "People"})

    assert [problem.field for problem in problems] == ["choice_2", "choice_3"]


@pytest.mark.parametrize(
    ("cast", "reason", "allowed"),
    [
        (0, REASON, False),
        (1, "", False),
        (1, "too short", False),
        (1, REASON, True),
        (2, "", True),
        (4, "", True),
    ],
)
def test_revealing_below_the_quorum_needs_a_ballot_and_a_reason(
    *, cast: int, reason: str, allowed: bool
) -> None:
    problem = reveal_problem(cast=cast, eligible=4, quorum=2, reason=reason)

    assert (problem is None) is allowed


def complete(**changes: object) -> DecisionDraft:
    return DecisionDraft(
        **{
            "outcome": Outcome.NOT_YET,
            "letter": "What was strong, and what is open.",
            "attainments": {1: (Category.MET, REASON), 2: (Category.PARTLY, REASON)},
            "gaps": {11: "One retired system."},
            **changes,
        }
    )


def problems_of(draft: DecisionDraft, *, rule_promotes: bool = False) -> list[str]:
    return [
        problem.field
        for problem in decision_problems(
            draft,
            dimensions={1: "Craft", 2: "Reach"},
            expectations=frozenset({11, 12}),
            rule_promotes=rule_promotes,
            today=TODAY,
        )
    ]


def test_a_complete_decision_lacks_nothing() -> None:
    assert problems_of(complete()) == []


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"outcome": None}, ["outcome"]),
        ({"letter": "Short."}, ["letter"]),
        ({"attainments": {1: (Category.MET, REASON)}}, ["attainment_2", "reason_2"]),
        (
            {"attainments": {1: (Category.MET, ""), 2: (None, REASON)}},
            ["reason_1", "attainment_2"],
        ),
        ({"gaps": {12: "  "}}, ["closes_12"]),
        ({"outcome": Outcome.DEFER}, ["awaited_evidence", "look_again_on"]),
        (
            {
                "outcome": Outcome.DEFER,
                "awaited_evidence": "The scheduler, switched off.",
                "look_again_on": TODAY,
            },
            ["look_again_on"],
        ),
    ],
)
def test_what_a_decision_lacks_is_named_at_its_field(
    changes: dict[str, object], fields: list[str]
) -> None:
    assert problems_of(complete(**changes)) == fields


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("rule_promotes", [True, False])
def test_an_outcome_against_the_rule_needs_a_reason(
    *, outcome: Outcome, rule_promotes: bool
) -> None:
    draft = {
        "outcome": outcome,
        "awaited_evidence": "The scheduler, switched off.",
        "look_again_on": date(2027, 3, 1),
    }

    silent = problems_of(complete(**draft), rule_promotes=rule_promotes)
    reasoned = problems_of(complete(**draft, against_rule=REASON), rule_promotes=rule_promotes)

    against = (outcome is Outcome.PROMOTE) is not rule_promotes
    assert silent == (["against_rule"] if against else [])
    assert reasoned == []
