"""What a rating must hold before it is submitted."""

import pytest

from reviews.ratings.completeness import (
    MissingAnswer,
    RatingAnswer,
    cited,
    cites_nothing,
    missing_for_submission,
    missing_from,
)
from reviews.rules.enums import MISSING, SCALE, Category

REASON = "She planned the move and kept the plan true."


@pytest.mark.parametrize("category", SCALE)
@pytest.mark.parametrize(
    ("rationale", "missing"),
    [
        (REASON, None),
        ("", "Write at least one sentence about what you saw."),
        ("  good  ", "Write at least one sentence about what you saw."),
        ("............ !!", "Write at least one sentence about what you saw."),
    ],
)
def test_a_rating_needs_a_reason(category, rationale, missing):
    assert missing_from(RatingAnswer(category, rationale)) == missing


@pytest.mark.parametrize("category", MISSING)
def test_an_answer_that_is_no_rating_needs_none(category):
    assert missing_from(RatingAnswer(category, "")) is None


@pytest.mark.parametrize(
    ("rationale", "missing"),
    [
        ("", "Write why, and choose one of the six answers."),
        (REASON, "Choose one of the six answers."),
    ],
)
def test_a_reason_needs_an_answer(rationale, missing):
    assert missing_from(RatingAnswer(None, rationale)) == missing


def test_what_is_missing_comes_in_the_order_of_the_ladder():
    answers = {
        "people": RatingAnswer(Category.MET, REASON),
        "craft": RatingAnswer(Category.MET, ""),
    }

    assert missing_for_submission(["reach", "craft", "people"], answers) == (
        MissingAnswer("reach", "Write why, and choose one of the six answers."),
        MissingAnswer("craft", "Write at least one sentence about what you saw."),
    )


@pytest.mark.parametrize(
    ("rationale", "items"),
    [
        ("See item 3.", (3,)),
        ("Items 1, 2 and 4 show it; ITEM 1 most of all.", (1, 2, 4)),
        ("item 9 is not in the packet", ()),
        ("In the 3 items of the year", ()),
        ("An itemised list of 2", ()),
    ],
)
def test_a_rationale_cites_the_items_it_names(rationale, items):
    assert cited(rationale, {1, 2, 3, 4}) == items


@pytest.mark.parametrize(
    ("answer", "nothing"),
    [
        (RatingAnswer(Category.MET, REASON), True),
        (RatingAnswer(Category.MET, f"{REASON} See item 1."), False),
        (RatingAnswer(Category.PARTLY, "Not in packet: the review of the retry logic."), False),
        (RatingAnswer(Category.NOT_OBSERVED, ""), False),
        (RatingAnswer(None, REASON), False),
    ],
)
def test_a_rating_that_nobody_can_look_up_is_noticed(answer, nothing):
    assert cites_nothing(answer, {1}) is nothing
