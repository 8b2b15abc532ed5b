"""What a rating must contain before it is submitted, and what it cites. Plain values, no database."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from reviews.rules.enums import MISSING, RatingCategory

#: Letters and digits below which a text is no sentence ("good", "see above").
_SENTENCE = 12
_ITEMS = re.compile(r"\bitems?\s+\d+(?:\s*(?:,|and|&)\s*\d+)*", re.IGNORECASE)
_NOT_IN_PACKET = re.compile(r"\bnot in (?:the )?packet\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RatingAnswer:
    """What a rater has put down about one dimension so far."""

    category: RatingCategory | None = None
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class MissingAnswer:
    """What keeps one dimension from being submitted, as a sentence for the rater."""

    dimension: str
    sentence: str


def is_sentence(text: str) -> bool:
    return sum(character.isalnum() for character in text) >= _SENTENCE


def missing_from(answer: RatingAnswer) -> str | None:
    """What one dimension lacks, or None. An answer that is no rating needs no rationale."""
    if answer.category in MISSING:
        return None
    reasoned = is_sentence(answer.rationale)
    if answer.category is None:
        return (
            "Choose one of the six answers."
            if reasoned
            else "Write why, and choose one of the six answers."
        )
    return None if reasoned else "Write at least one sentence about what you saw."


def missing_for_submission(
    dimensions: Iterable[str], answers: Mapping[str, RatingAnswer]
) -> tuple[MissingAnswer, ...]:
    """Every dimension that is not complete, by key and in the given order."""
    return tuple(
        MissingAnswer(dimension, sentence)
        for dimension in dimensions
        if (sentence := missing_from(answers.get(dimension, RatingAnswer()))) is not None
    )


def cited(rationale: str, numbers: Collection[int]) -> tuple[int, ...]:
    """The evidence items that a rationale names ("item 3", "items 1 and 4") and the packet has, ascending."""
    named = {
        int(number) for phrase in _ITEMS.findall(rationale) for number in re.findall(r"\d+", phrase)
    }
    return tuple(sorted(named & set(numbers)))


def cites_nothing(answer: RatingAnswer, numbers: Collection[int]) -> bool:
    """Whether a rating names neither an item nor says that what it describes is not in the packet."""
    return (
        answer.category is not None
        and answer.category not in MISSING
        and not cited(answer.rationale, numbers)
        and _NOT_IN_PACKET.search(answer.rationale) is None
    )
