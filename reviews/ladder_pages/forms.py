"""Forms of the ladder import: the upload, and the questions that a document leaves open."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (  # type: ignore[attr-defined]  # the stubs are older than SelectChoice
    Field,
    HiddenField,
    RadioField,
    SelectChoice,
)
from wtforms.validators import InputRequired

from ladders.pipeline import KINDS
from ladders.questions import Question
from reviews.forms import StrictForm


class UploadLadderForm(StrictForm):
    file = FileField(
        "Ladder file",
        [FileRequired("Choose a file.")],
        description="Markdown, HTML, CSV, YAML or JSON, or several in a ZIP file. At most 512 KB.",
        render_kw={"accept": ",".join(KINDS)},
    )


def answers_form(questions: Sequence[Question], answers: Mapping[str, str], version: int) -> Any:
    """One choice for each question, first shown as answered or else as suggested."""
    fields: dict[str, Field] = {
        _field(question.id): RadioField(
            question.sentence,
            [InputRequired("Choose an answer.")],
            choices=[SelectChoice(option.value, option.label) for option in question.options],
            default=answers.get(question.id, question.default),
        )
        for question in questions
    }
    # What is asked is in the document, so the form is made for it.
    made = type(
        "AnswersForm", (StrictForm,), {"version": HiddenField(default=str(version)), **fields}
    )
    return made()


def given_answers(form: StrictForm, questions: Sequence[Question]) -> dict[str, str]:
    """Question id -> the option chosen on the page."""
    return {question.id: form[_field(question.id)].data for question in questions}


def _field(question: str) -> str:
    return f"q-{question}"
