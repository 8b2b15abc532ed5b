"""The words of the rating scale: what a cycle calls each answer, and the wording a new cycle starts with."""

from collections.abc import Mapping
from dataclasses import dataclass

from reviews.rules.enums import RATING_CATEGORIES, SCALE, Category

#: As a cycle keeps it, for each category of a rating. The owner rewrites it in the company's own words.
DEFAULT_SCALE: dict[str, dict[str, str]] = {
    Category.NOT_SHOWN.value: {
        "word": "not shown",
        "hint": "Had the chance, and the work does not show it.",
    },
    Category.PARTLY.value: {"word": "partly", "hint": "Some of it, or not yet reliably."},
    Category.MET.value: {"word": "met", "hint": "Works this way already, without being asked."},
    Category.EXCEEDS.value: {"word": "exceeds", "hint": "Works as the level above asks."},
    Category.NOT_OBSERVED.value: {"word": "not observed", "hint": "I did not see enough of it."},
    Category.NO_OPPORTUNITY.value: {
        "word": "no opportunity",
        "hint": "The role gave no chance to show it.",
    },
}
#: The answers that are no rating of a dimension are called the same in every cycle.
FIXED_WORDS: Mapping[str, str] = {
    Category.CANNOT_JUDGE: "cannot judge",
    Category.INSUFFICIENT_EVIDENCE: "insufficient evidence",
    Category.SHOWN: "shown",
}


@dataclass(frozen=True, slots=True)
class Wording:
    category: Category
    word: str
    hint: str


@dataclass(frozen=True, slots=True)
class ScaleWords:
    """What one cycle calls the answers. Plain text, to be escaped like any other; two are equal if all words are.

    An answer is given as a `Category` or as its value, which is what forms send and verdicts are.
    """

    #: Of every category of a rating, the four of the scale in order first.
    wordings: tuple[Wording, ...]

    @classmethod
    def of(cls, scale: Mapping[str, Mapping[str, str]]) -> "ScaleWords":
        """The words of a cycle, from its column `scale`."""
        return cls(
            tuple(
                Wording(category, scale[category]["word"], scale[category]["hint"])
                for category in RATING_CATEGORIES
            )
        )

    def word(self, answer: str) -> str:
        """Raises KeyError for what is no answer."""
        if answer in FIXED_WORDS:
            return FIXED_WORDS[answer]
        return self.wordings[_PLACES[answer]].word

    def heading(self, answer: str) -> str:
        """The word as a line begins with it. Only the first letter changes: the owner may have written a name."""
        word = self.word(answer)
        return word[:1].upper() + word[1:]

    @property
    def hints(self) -> dict[str, str]:
        """By the value of a category of a rating, the sentence that explains it."""
        return {wording.category.value: wording.hint for wording in self.wordings}

    @property
    def in_order(self) -> tuple[str, ...]:
        """The words of the four categories, from the lowest to the highest."""
        return tuple(self.word(category) for category in SCALE)


_PLACES: Mapping[str, int] = {category: place for place, category in enumerate(RATING_CATEGORIES)}

DEFAULT_WORDS = ScaleWords.of(DEFAULT_SCALE)
