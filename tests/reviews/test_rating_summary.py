"""The reading rules: every set of up to six ratings against a second, slower telling of the rules, and named cases."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from statistics import median, variance

import pytest

from reviews.db.models.calibration import Decision
from reviews.rules.enums import ATTAINMENTS, SCALE, Attainment, Category
from reviews.rules.rating_summary import (
    CellCounts,
    CellSummary,
    connected,
    expectation_status,
    has_coverage_hole,
    pooled_variance,
    ratings_disagree,
    rule_reading,
    scatter_of,
    still_open,
    summarize,
    verdict_of,
    zone_of,
)
from reviews.rules.scale import DEFAULT_SCALE, DEFAULT_WORDS, ScaleWords

A = Category
EVERY_SET = [ratings for n in range(7) for ratings in product(range(4), repeat=n)]
STRENGTH = {
    "not_shown": 0,
    "not shown/partly": 1,
    "partly": 2,
    "split": 3,
    "met": 4,
    "met/exceeds": 5,
    "exceeds": 6,
}


def histogram(ratings: tuple[int, ...]) -> tuple[int, int, int, int]:
    return tuple(ratings.count(place) for place in range(4))


def counts_of(
    peers: tuple[int, ...] = (), manager: int | None = None, covered: int = 4, **columns: object
) -> CellCounts:
    return CellCounts(
        manager=None if manager is None else SCALE[manager],
        peers=histogram(peers),
        covered=covered,
        **{"manager_missing": False, "peers_missing": 0, "asked": 6, "expectations": 4, **columns},
    )


def strength(ratings: tuple[int, ...]) -> int:
    word, tie = verdict_of(histogram(ratings))
    return STRENGTH[tie or word]


# -- The word


def test_there_are_as_many_sets_of_up_to_six_ratings_as_expected() -> None:
    assert len(EVERY_SET) == 5461


def told_again(ratings: tuple[int, ...]) -> str:
    """The rule by sorting: with the ratings in order, a word holds if the middle ones reach it."""
    if not ratings:
        return "not_observed"
    if len(ratings) < 3:
        return "too_few"
    ordered = sorted(ratings)
    lower, upper = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    if lower < 2 <= upper:
        return "split"
    return SCALE[lower].value


def test_every_set_has_the_word_of_its_lower_middle_rating_but_for_a_tie_at_the_target_line() -> (
    None
):
    wrong = [r for r in EVERY_SET if verdict_of(histogram(r))[0] != told_again(r)]
    assert wrong == []


def test_a_tie_is_told_exactly_where_half_of_the_ratings_say_more_without_crossing_the_line() -> (
    None
):
    for ratings in EVERY_SET:
        ordered = sorted(ratings)
        half = len(ordered) // 2
        expected = ""
        if len(ordered) >= 4 and len(ordered) % 2 == 0:
            low, high = ordered[half - 1], ordered[half]
            if low == 2 < high:
                expected = "met/exceeds"
            if low == 0 < high == 1:
                expected = "not shown/partly"
        assert verdict_of(histogram(ratings))[1] == expected, ratings


def test_no_rating_that_rises_lowers_the_reading() -> None:
    checked = 0
    for ratings in EVERY_SET:
        if len(ratings) < 3:
            continue
        for at, rating in enumerate(ratings):
            if rating < 3:
                raised = (*ratings[:at], rating + 1, *ratings[at + 1 :])
                assert strength(raised) >= strength(ratings), (ratings, raised)
                checked += 1
    assert checked == sum(len(r) - r.count(3) for r in EVERY_SET if len(r) >= 3)


def test_the_order_of_the_ratings_and_who_gave_them_change_no_word() -> None:
    for ratings in EVERY_SET:
        words = {summarize(counts_of(ratings)).verdict} | {
            summarize(counts_of(ratings[:at] + ratings[at + 1 :], manager=ratings[at])).verdict
            for at in range(len(ratings))
        }
        assert len(words) == 1, ratings


def test_missing_answers_change_no_reading() -> None:
    told = counts_of((1, 2, 2), manager=2)
    missing = counts_of((1, 2, 2), manager=2, peers_missing=2)
    assert summarize(told) == summarize(missing)


# -- Flags


@pytest.mark.parametrize(
    ("peers", "manager", "expected"),
    [
        ((1, 1, 2, 2), None, True),  # two on each side of the line
        ((1, 2, 2, 2), None, False),
        ((0, 3, 3), None, True),  # both ends of the scale
        ((0, 3), None, False),  # under three ratings
        ((0, 0), 2, True),  # the manager two above the median of two peers
        ((0, 1), 2, False),  # one and a half above
        ((0,), 2, False),  # one peer has no median worth the name
        ((2, 2, 2), 2, False),
        ((3, 3, 3, 3), 1, True),
    ],
)
def test_ratings_disagree(
    peers: tuple[int, ...],
    manager: int | None,
    expected: bool,  # noqa: FBT001 - the answer
) -> None:
    assert ratings_disagree(counts_of(peers, manager)) is expected


def test_disagreement_of_every_set_by_a_second_telling() -> None:
    for ratings in EVERY_SET:
        if not ratings:
            continue
        manager, peers = ratings[0], ratings[1:]
        above = sum(rating >= 2 for rating in ratings)
        expected = len(ratings) >= 3 and (
            min(above, len(ratings) - above) >= 2
            or max(ratings) - min(ratings) == 3
            or (len(peers) >= 2 and abs(manager - median(peers)) >= 2)
        )
        assert ratings_disagree(counts_of(peers, manager)) is expected, ratings


@pytest.mark.parametrize(
    ("rated", "covered", "expected"),
    [(3, 4, False), (3, 2, False), (3, 1, True), (0, 4, True)],
)
def test_a_hole_is_nobody_or_less_than_half_of_the_evidence(
    rated: int,
    covered: int,
    expected: bool,  # noqa: FBT001 - the answer
) -> None:
    assert has_coverage_hole(counts_of((2,) * rated, covered=covered)) is expected


# -- Zones


def test_the_pooled_variance_is_that_of_the_ratings_around_their_cell() -> None:
    cells = [(1, 2, 2), (0, 3), (2,), (), (1, 1, 2, 3)]
    spread = sum(Fraction(variance(map(Fraction, c))) * (len(c) - 1) for c in cells if len(c) > 1)
    packets = [map(histogram, cells[:2]), map(histogram, cells[2:])]
    assert pooled_variance(map(scatter_of, packets)) == spread / (2 + 1 + 3)


def test_without_two_ratings_in_a_cell_nothing_is_known_about_spread() -> None:
    assert pooled_variance([scatter_of([histogram((2,)), histogram(())])]) is None


def test_a_zone_is_clear_exactly_where_the_interval_stays_on_one_side_of_the_line() -> None:
    spread = Fraction(4, 9)
    for ratings in EVERY_SET:
        n = len(ratings)
        expected = None
        if n >= 3:
            mean, reach = sum(ratings) / n, 1.645 * (float(spread) / n) ** 0.5
            clear = mean - reach >= 1.5 or mean + reach < 1.5
            expected = "clear" if clear else "discuss"
        assert zone_of(histogram(ratings), spread) == expected, ratings


def test_an_interval_that_ends_on_the_line_is_clear_above_and_not_below() -> None:
    # The mean lies 3/10 from the line; the variance is chosen so that half the interval is as long.
    variance = Fraction(9, 100) * 5 / Fraction(1645, 1000) ** 2
    assert zone_of(histogram((2, 2, 2, 2, 1)), variance) == "clear"
    assert zone_of(histogram((1, 1, 1, 1, 2)), variance) == "discuss"


def chained(candidates: int, raters: int) -> dict[int, set[int]]:
    """Candidates in a row, each rated by everybody of `raters`."""
    return {n: set(range(raters)) for n in range(candidates)}


def test_a_zone_needs_twelve_connected_candidates_and_six_raters_of_two_or_more() -> None:
    assert connected(chained(12, 6)) == frozenset(range(12))
    assert connected(chained(11, 6)) == frozenset()
    assert connected(chained(12, 5)) == frozenset()


def test_a_rater_of_one_candidate_links_nobody() -> None:
    raters = chained(12, 5)
    raters[0].add(99)
    assert connected(raters) == frozenset()
    raters[1].add(99)
    assert connected(raters) == frozenset(range(12))


def test_who_shares_no_rater_stays_outside() -> None:
    raters = {**chained(12, 6), 50: {97, 98}, 51: {97, 99}}
    assert connected(raters) == frozenset(range(12))


def test_connection_goes_through_other_candidates() -> None:
    raters = {n: {n, n + 1} for n in range(12)}
    assert connected(raters) == frozenset(range(12))


# -- One expectation, and what is open


def every_marking() -> Iterator[tuple[int, int, int]]:
    return ((s, p, q) for s, p, q in product(range(7), repeat=3) if s + p + q <= 6)


def test_the_status_of_every_marking_of_up_to_six_raters() -> None:
    for shown, partly, not_shown in every_marking():
        observed = shown + partly + not_shown
        if observed == 0:
            expected = "claimed"
        elif observed == 1:
            expected = "single"
        elif Fraction(shown, observed) >= Fraction(2, 3):
            expected = "shown"
        elif Fraction(not_shown, observed) >= Fraction(2, 3):
            expected = "not_shown"
        else:
            expected = "mixed"
        status = expectation_status(shown=shown, partly=partly, not_shown=not_shown, evidence=1)
        assert status == expected, (shown, partly, not_shown)


def test_evidence_matters_only_where_nobody_observed() -> None:
    assert expectation_status(shown=0, partly=0, not_shown=0, evidence=0) == "void"
    assert expectation_status(shown=0, partly=0, not_shown=0, evidence=9) == "claimed"
    assert expectation_status(shown=0, partly=0, not_shown=3, evidence=9) == "not_shown"


def test_open_is_whatever_is_not_shown_in_order() -> None:
    statuses = {"E1": "shown", "E2": "claimed", "E3": "mixed", "E4": "shown", "E5": "void"}
    assert still_open(statuses) == ("E2", "E3", "E5")


# -- The declared rule


@pytest.mark.parametrize(
    ("attainments", "partly_allowed", "sentence", "promote"),
    [
        (
            [A.MET] * 4 + [A.PARTLY],
            1,
            "4 met, 1 partly: the rule (every dimension met, at most 1 partly) is met.",
            True,
        ),
        (
            [A.EXCEEDS] + [A.MET] * 2 + [A.PARTLY] * 2,
            1,
            "1 exceeds, 2 met, 2 partly: the rule (every dimension met, at most 1 partly) is not met.",
            False,
        ),
        (
            [A.MET] * 4 + [A.PARTLY],
            0,
            "4 met, 1 partly: the rule (every dimension met, none below) is not met.",
            False,
        ),
        (
            [A.EXCEEDS] * 4 + [A.NOT_SHOWN],
            1,
            "4 exceeds, 1 not shown: the rule (every dimension met, at most 1 partly) is not met.",
            False,
        ),
        (
            [A.MET] * 4 + [A.INSUFFICIENT_EVIDENCE],
            5,
            "4 met, 1 insufficient evidence: the rule (every dimension met, at most 5 partly) is not met.",
            False,
        ),
        (
            [],
            1,
            "Nothing attained: the rule (every dimension met, at most 1 partly) is not met.",
            False,
        ),
    ],
)
def test_the_rule_is_read_out(
    attainments: list[Attainment],
    partly_allowed: int,
    sentence: str,
    promote: bool,  # noqa: FBT001 - the answer
) -> None:
    assert rule_reading(attainments, partly_allowed, DEFAULT_WORDS) == (sentence, promote)


def test_the_rule_is_read_out_in_the_words_of_the_cycle_and_fits_its_column() -> None:
    words = {category: {"word": f"{category[0]}" * 40, "hint": ""} for category in DEFAULT_SCALE}
    every = [each for each in ATTAINMENTS for _ in range(99)]

    sentence, _ = rule_reading(every, 20, ScaleWords.of(words))

    e, m, p, n = (letter * 40 for letter in "empn")
    assert sentence == (
        f"99 {e}, 99 {m}, 99 {p}, 99 {n}, 99 insufficient evidence:"
        f" the rule (every dimension {m}, at most 20 {p}) is not met."
    )
    assert len(sentence) <= Decision.rule_reading.type.length


def test_a_tie_names_the_category_that_half_of_the_ratings_reach() -> None:
    halves = {(0, 0, 2, 2): Category.EXCEEDS, (2, 2, 0, 0): Category.PARTLY, (0, 2, 2, 0): None}

    for ratings, category in halves.items():
        verdict, tie = verdict_of(ratings)
        assert CellSummary(verdict, tie).half_at is category


def test_a_reading_carries_all_that_a_cell_says() -> None:
    counts = counts_of((1, 1, 2), manager=2, covered=1)
    assert summarize(counts, "discuss") == CellSummary(
        "split", disagree=True, coverage_hole=True, zone="discuss"
    )
