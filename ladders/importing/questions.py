"""What only a person can decide about a document: each question with the answer the document suggests."""

from collections.abc import Mapping
from dataclasses import dataclass

#: The question whether a single level is a ladder of its own, and the answer that it is not.
SINGLE, JOIN = "single", "join"


class AnswerError(ValueError):
    """An answer to no question, or none of the options; `question` is its id."""

    def __init__(self, question: str, sentence: str) -> None:
        super().__init__(sentence)
        self.question = question


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """`topic` is the letter of the kind of question in the format's list; `default` is the suggestion."""

    id: str
    topic: str
    sentence: str
    options: tuple[Option, ...]
    default: str

    @property
    def proposed(self) -> str:
        """The suggested answer in words."""
        return next(option.label for option in self.options if option.value == self.default)


def ask(topic: str, question: str, sentence: str, default: str, **options: str) -> Question:
    """Options by value, in order; an underscore in a value is written as a hyphen."""
    return Question(
        question,
        topic,
        sentence,
        tuple(Option(value.replace("_", "-"), label) for value, label in options.items()),
        default,
    )


def held(questions: tuple[Question, ...], answers: Mapping[str, str]) -> dict[str, str]:
    """Those of the answers that answer one of the questions."""
    return {
        question.id: answers[question.id]
        for question in questions
        if answers.get(question.id) in [option.value for option in question.options]
    }


def settled(questions: tuple[Question, ...], answers: Mapping[str, str]) -> dict[str, str]:
    """An answer for every question: the given one, else the suggested."""
    known = {question.id: question for question in questions}
    for given, value in answers.items():
        if given not in known:
            raise AnswerError(given, f"The document raises no question “{given}”.")
        if all(value != option.value for option in known[given].options):
            raise AnswerError(given, f"“{value}” is not one of the answers to choose from.")
    return {question.id: answers.get(question.id, question.default) for question in questions}
