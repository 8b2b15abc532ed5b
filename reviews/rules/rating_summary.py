"""What ratings, marks, evidence and attainments amount to: as words and lists, never as a score.

Pure functions of plain values. Whoever wants the board to read differently changes this module and nothing else.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple, TypeVar

from reviews.rules.enums import ATTAINMENTS, SCALE, Attainment, Category
from reviews.rules.scale import ScaleWords

Verdict = Literal["exceeds", "met", "partly", "not_shown", "split", "too_few", "not_observed"]
Zone = Literal["clear", "discuss"]
ExpectationStatus = Literal["void", "claimed", "single", "shown", "not_shown", "mixed"]
#: How many ratings name each category, from not shown to exceeds.
Histogram = tuple[int, int, int, int]
_Thing = TypeVar("_Thing")

#: Fewer ratings than this are shown as marks, without a word or a zone.
ENOUGH_RATINGS = 3
#: A zone needs candidates and raters that are linked: this many, and this many raters of two or more of them.
ENOUGH_CANDIDATES, ENOUGH_LINKS = 12, 6
#: Half of a 90 % interval, in standard errors.
_NINETY = Fraction(1645, 1000)


@dataclass(frozen=True, slots=True)
class CellCounts:
    """The ratings of one dimension of one packet. `peers` counts along the scale, from not shown to exceeds.

    Missing means submitted without a category: not observed, or no opportunity. Whoever is asked and neither counted
    nor missing has not submitted.
    """

    manager: Category | None
    manager_missing: bool
    peers: Histogram
    peers_missing: int
    asked: int
    covered: int
    expectations: int
    #: The candidate notes that the role gave no opportunity. It changes no verdict.
    no_opportunity: bool = False

    @property
    def rated(self) -> int:
        return sum(self.peers) + (self.manager is not None)

    @property
    def has_ratings(self) -> bool:
        """Whether anybody has submitted one, also one without a category."""
        return bool(self.rated or self.manager_missing or self.peers_missing)

    @property
    def ratings(self) -> Histogram:
        """Everybody's ratings; the manager's counts as one of them."""
        if self.manager is None:
            return self.peers
        place = SCALE.index(self.manager)
        low, partly, met, high = (count + (place == each) for each, count in enumerate(self.peers))
        return low, partly, met, high


@dataclass(frozen=True, slots=True)
class CellSummary:
    """What the ratings of one dimension amount to.

    `tie` names both words of an even split away from the target line: "met/exceeds". `coverage_hole`: see
    `has_coverage_hole`. `zone` is None for whoever may not see one yet, and where none can be known.
    """

    verdict: Verdict
    tie: str = ""
    disagree: bool = False
    coverage_hole: bool = False
    zone: Zone | None = None

    @property
    def half_at(self) -> Category | None:
        """Where there is a tie: the category above the verdict, which half of the ratings reach."""
        if not self.tie:
            return None
        return SCALE[SCALE.index(Category(self.verdict)) + 1]


# -- One dimension of one packet


def summarize(counts: CellCounts, zone: Zone | None = None) -> CellSummary:
    """The summary of a cell. The zone depends on the other cells too, so it is worked out by `zone_of` and given."""
    verdict, tie = verdict_of(counts.ratings)
    return CellSummary(verdict, tie, ratings_disagree(counts), has_coverage_hole(counts), zone)


def verdict_of(ratings: Histogram) -> tuple[Verdict, str]:
    """The word that most ratings support, and the tie if half of them say more without crossing the target line."""
    _, partly, met, exceeds = ratings
    n = sum(ratings)
    at_least_met, at_least_partly = met + exceeds, partly + met + exceeds
    if n < ENOUGH_RATINGS:
        return "too_few" if n else "not_observed", ""
    if 2 * exceeds > n:
        return "exceeds", ""
    if 2 * at_least_met > n:
        return "met", "met/exceeds" if 2 * exceeds == n else ""
    if 2 * at_least_met == n:
        return "split", ""
    if 2 * at_least_partly > n:
        return "partly", ""
    return "not_shown", "not shown/partly" if 2 * at_least_partly == n else ""


def ratings_disagree(counts: CellCounts) -> bool:
    """Whether the ratings contradict each other enough to be talked about."""
    low, _, met, exceeds = ratings = counts.ratings
    n, at_least_met = sum(ratings), met + exceeds
    if n < ENOUGH_RATINGS:
        return False
    both_sides_of_the_line = min(at_least_met, n - at_least_met) >= 2
    both_ends = low > 0 and exceeds > 0
    return both_sides_of_the_line or both_ends or _manager_stands_apart(counts)


def _manager_stands_apart(counts: CellCounts) -> bool:
    """The manager's rating is two categories or more from the median of two or more peers."""
    peers = [place for place, count in enumerate(counts.peers) for _ in range(count)]
    if counts.manager is None or len(peers) < 2:
        return False
    twice_median = peers[(len(peers) - 1) // 2] + peers[len(peers) // 2]
    return abs(2 * SCALE.index(counts.manager) - twice_median) >= 4


def has_coverage_hole(counts: CellCounts) -> bool:
    """Nobody observed the dimension, or fewer than half of its expectations have evidence."""
    return counts.rated == 0 or 2 * counts.covered < counts.expectations


# -- Zones: what the meeting need not talk about


#: What cells with this many ratings add to the variance: how many such cells there are, and the sum, over them, of the
#: number of ratings times the sum of squared deviations. Whole numbers, so that packets can be added up in any order.
Scatter = Mapping[int, tuple[int, int]]


def scatter_of(cells: Iterable[Histogram]) -> Scatter:
    """How far the raters of the same cell lie apart. A cell with fewer than two ratings says nothing about it."""
    scatter: dict[int, tuple[int, int]] = {}
    for ratings in cells:
        n = sum(ratings)
        if n >= 2:
            total = sum(place * count for place, count in enumerate(ratings))
            squares = sum(place * place * count for place, count in enumerate(ratings))
            number, deviation = scatter.get(n, (0, 0))
            scatter[n] = number + 1, deviation + n * squares - total * total
    return scatter


def pooled_variance(scatters: Iterable[Scatter]) -> Fraction | None:
    """The variance of raters of the same cell, over all cells; None where no cell has two ratings."""
    number: Counter[int] = Counter()
    deviation: Counter[int] = Counter()
    for scatter in scatters:
        for n, (cells, value) in scatter.items():
            number[n] += cells
            deviation[n] += value
    if not number:
        return None
    freedom = sum(cells * (n - 1) for n, cells in number.items())
    return sum((Fraction(value, n) for n, value in deviation.items()), Fraction()) / freedom


def zone_of(ratings: Histogram, variance: Fraction) -> Zone | None:
    """Whether the 90 % interval of a cell lies on one side of the target line. Exact: no float is involved.

    The squared distance of the mean from the target line is compared with the squared half of the interval,
    1.645 squared times the variance over the number of ratings, both times what makes them whole numbers.
    """
    n = sum(ratings)
    if n < ENOUGH_RATINGS:
        return None
    # The line is between places 1 and 2: this is the mean minus the line, times 2n.
    above = 2 * sum(place * count for place, count in enumerate(ratings)) - 3 * n
    distance = above * above * variance.denominator * _NINETY.denominator**2
    reach = 4 * n * variance.numerator * _NINETY.numerator**2
    if above >= 0:
        return "clear" if distance >= reach else "discuss"
    return "clear" if distance > reach else "discuss"


def connected(raters: Mapping[int, Collection[int]]) -> frozenset[int]:
    """The packets whose ratings may be compared with each other: enough candidates linked by enough raters.

    Args:
        raters: who rated each packet.

    A rater links by rating two candidates or more. In a small or loose group, strict raters and weak packets look the
    same, so no zone is given there.
    """
    packets_of: dict[int, list[int]] = {}
    for packet, people in raters.items():
        for person in people:
            packets_of.setdefault(person, []).append(packet)
    unseen, enough = set(raters), set[int]()
    while unseen:
        component, links, waiting = set[int](), set[int](), [unseen.pop()]
        while waiting:
            packet = waiting.pop()
            component.add(packet)
            for person in raters[packet]:
                if person in links or len(packets_of[person]) < 2:
                    continue
                links.add(person)
                waiting += unseen.intersection(packets_of[person])
                unseen.difference_update(packets_of[person])
        if len(component) >= ENOUGH_CANDIDATES and len(links) >= ENOUGH_LINKS:
            enough |= component
    return frozenset(enough)


# -- One expectation


def expectation_status(
    *, shown: int, partly: int, not_shown: int, evidence: int
) -> ExpectationStatus:
    """What the marks and the evidence say about one expectation. A rater who did not observe it counts nowhere."""
    observed = shown + partly + not_shown
    if observed == 0:
        return "claimed" if evidence else "void"
    if observed == 1:
        return "single"
    if 3 * shown >= 2 * observed:
        return "shown"
    if 3 * not_shown >= 2 * observed:
        return "not_shown"
    return "mixed"


def still_open(statuses: Mapping[_Thing, ExpectationStatus]) -> tuple[_Thing, ...]:
    """The gap to the target: every expectation that is not shown yet, named, in the given order."""
    return tuple(thing for thing, status in statuses.items() if status != "shown")


# -- The declared rule


class RuleReading(NamedTuple):
    """What the cycle's rule says about the committee's attainments. The committee decides, not the rule."""

    sentence: str
    promote: bool


def rule_reading(
    attainments: Sequence[Attainment], partly_allowed: int, scale: ScaleWords
) -> RuleReading:
    """Read the rule out: every dimension at least met, but for so many that may be partly."""
    counts = Counter(attainments)
    found = ", ".join(f"{counts[each]} {scale.word(each)}" for each in ATTAINMENTS if counts[each])
    too_low = counts[Category.NOT_SHOWN] + counts[Category.INSUFFICIENT_EVIDENCE]
    promote = bool(attainments) and not too_low and counts[Category.PARTLY] <= partly_allowed
    partly, met = scale.word(Category.PARTLY), scale.word(Category.MET)
    allowed = f"at most {partly_allowed} {partly}" if partly_allowed else "none below"
    verdict = "is met" if promote else "is not met"
    return RuleReading(
        f"{found or 'Nothing attained'}: the rule (every dimension {met}, {allowed}) {verdict}.",
        promote,
    )
