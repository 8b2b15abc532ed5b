"""Forms of the ladder import: the upload, and what a person says of the document that came."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from flask_wtf.file import FileRequired, MultipleFileField
from wtforms import (  # type: ignore[attr-defined]  # the stubs are older than SelectChoice
    Field,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import AnyOf, InputRequired, NumberRange, Optional

from ladders.document import Dimension, Level
from ladders.importing.corrections import (
    Corrections,
    DimensionChange,
    Join,
    LevelChange,
    Placement,
    Side,
    line_key,
)
from ladders.importing.fields import FieldUse
from ladders.importing.marks import Mark
from ladders.importing.pipeline import KINDS
from ladders.importing.questions import JOIN, SINGLE, held
from ladders.keys import expectation_keys
from ladders.names import name_key
from reviews.ladder_library.import_preview import (
    FIELD_USES,
    HeadingRow,
    ImportDraft,
    field_rows,
    handle,
    marks_of,
)
from reviews.ladder_library.queries import JoinTarget
from reviews.ladder_library.service import PLACE
from reviews.rules.errors import RuleBroken
from reviews.web.fields import WholeNumberField, at_most, one_line
from reviews.web.forms import StrictForm
from reviews.web.validators import plain_name, short_name

_NAME = [at_most(300), short_name]
_MERGE = "merge "
#: Before the name of a dimension that the document does not have; ids have no spaces.
_NEW = "new "


class UploadLadderForm(StrictForm):
    files = MultipleFileField(
        "Ladder files",
        [FileRequired("Choose a file.")],
        description="Markdown, HTML, CSV, YAML or JSON; several files, or a ZIP file of them, are one"
        " ladder. At most 512 KB.",
        render_kw={"accept": ",".join(KINDS)},
    )


class DraftForm(StrictForm):
    """Every form that changes a draft says which state of it was seen."""

    version = HiddenField()


class OrderForm(DraftForm):
    """One file, a place up or down."""

    file = HiddenField()
    way = HiddenField()


def _made(name: str, fields: Mapping[str, Any], *, is_sent: bool) -> Any:
    """A form whose fields follow from the document. Of the forms of one page, only one is sent."""
    kind = type(name, (DraftForm,), dict(fields))
    return kind() if is_sent else kind(formdata=None)


def saved_by_others(form: Form) -> dict[str, str]:
    """What is saved, field by field, where somebody is about to save something else.

    A field that was not on the page that they sent takes what is saved.
    """
    found: dict[str, str] = {}
    if isinstance(form, LinesForm):
        # What was ticked and where it was to go is saved nowhere as such.
        return found
    for field in form:
        if isinstance(field, FormField):
            found |= saved_by_others(field.form)
        elif field.name in {"version", "csrf_token"}:
            continue
        elif not field.raw_data:
            field.data = field.default
        elif field.data != field.default:
            found[field.label.text] = _in_words(field)
    return found


def _in_words(field: Any) -> str:
    """What is saved in a field, as its form says it."""
    choices: Any = field.choices if isinstance(field, SelectField) else ()
    words = {each.value: each.label for each in choices}
    return str(words.get(field.default, field.default) or "nothing")


# -- Questions


def answers_form(draft: ImportDraft, targets: Sequence[JoinTarget], *, is_sent: bool) -> Any:
    """One choice for each question, first shown as answered or else as suggested."""
    fields: dict[str, Any] = {}
    questions = draft.proposal.questions
    answers = held(questions, draft.corrections.answers)
    for question in questions:
        fields[_question(question.id)] = RadioField(
            question.sentence,
            [InputRequired("Choose an answer.")],
            choices=[SelectChoice(option.value, option.label) for option in question.options],
            default=answers.get(question.id, question.default),
            description=f"Suggested: {question.proposed}.",
        )
        if question.id == SINGLE:
            fields[PLACE] = _place_field(draft.corrections.join, targets)
    return _made("AnswersForm", fields, is_sent=is_sent)


def _place_field(join: Join | None, targets: Sequence[JoinTarget]) -> SelectField:
    hint = "Only where it is a level of a ladder that is here already."
    return SelectField(
        "Its place there",
        choices=[
            SelectChoice("", "Nowhere" if targets else "No ladder is published yet"),
            *(
                SelectChoice(value, label, optgroup=target.name)
                for target in targets
                for value, label in target.places
            ),
        ],
        default=f"{join.side} {join.ladder} {join.beside}" if join else "",
        description=hint,
    )


def answered(form: Any, draft: ImportDraft) -> Corrections:
    """The corrections with the answers on the page."""
    given = {
        question.id: form[_question(question.id)].data for question in draft.proposal.questions
    }
    return replace(
        draft.corrections,
        answers={**draft.corrections.answers, **given},
        join=_join(form[PLACE].data) if given.get(SINGLE) == JOIN else None,
    )


def _join(place: str) -> Join | None:
    if not place:
        return None
    side, ladder, beside = place.split(" ")
    (known,) = (each for each in get_args(Side) if each == side)
    return Join(ladder, beside, known)


def _question(question: str) -> str:
    return f"q-{question}"


# -- Levels and dimensions


def arrangement_form(draft: ImportDraft, *, is_sent: bool) -> Any:
    """The name of the ladder, and for each level and dimension of the document what becomes of it."""
    ladder, corrections = draft.proposed, draft.corrections
    fields: dict[str, Any] = {
        "name": StringField("Name of the ladder", _NAME, default=corrections.name or ladder.name),
    }
    for level in ladder.levels:
        others = [each for each in ladder.levels if each.id != level.id]
        made = _level_form(level, others, draft.level(level.id))
        fields[_level(level.id)] = FormField(made, level.name)
    for dimension in ladder.dimensions:
        rest = [each for each in ladder.dimensions if each.id != dimension.id]
        group = _group_of(draft, dimension)
        form = _dimension_form(dimension, rest, draft.dimension(dimension.id), group)
        fields[_dimension(dimension.id)] = FormField(form, dimension.name)
    return _made("ArrangementForm", fields, is_sent=is_sent)


def _level_form(level: Level, others: Iterable[Level], change: LevelChange) -> type[Form]:
    uses = [
        ("level", "A level"),
        ("mixin", "A role added to a level"),
        ("common", "Common to all levels"),
        ("drop", "Left out"),
        *((_MERGE + each.id, f"Part of {each.name}") for each in others),
    ]
    fields = {
        "use": _use_field(level.name, uses, change.use, change.into),
        "name": StringField(f"Name of {level.name}", _NAME, default=change.name or level.name),
        "code": StringField(
            f"Code of {level.name}",
            [at_most(80), plain_name],
            default=change.code or level.code,
        ),
        "rank": WholeNumberField(
            f"Rank of {level.name}",
            [Optional(), NumberRange(0, 999, "A rank is between 0 and 999.")],
            default=level.rank if change.rank is None else change.rank,
        ),
    }
    return type("LevelForm", (Form,), fields)


def _dimension_form(
    dimension: Dimension, others: Iterable[Dimension], change: DimensionChange, group: str
) -> type[Form]:
    uses = [
        ("dimension", "A dimension"),
        ("drop", "Left out"),
        *((_MERGE + each.id, f"Part of {each.name}") for each in others),
    ]
    fields = {
        "use": _use_field(dimension.name, uses, change.use, change.into),
        "name": StringField(
            f"Name of {dimension.name}", _NAME, default=change.name or dimension.name
        ),
        "group": StringField(f"Group of {dimension.name}", _NAME, default=group),
    }
    return type("DimensionForm", (Form,), fields)


def _use_field(name: str, uses: Sequence[tuple[str, str]], use: str, into: str) -> SelectField:
    known = {value for value, _ in uses}
    now = _MERGE + into if use == "merge" else use
    return SelectField(
        f"What {name} is",
        choices=[SelectChoice(value, label) for value, label in uses],
        # What it was merged with may be gone from the document.
        default=now if now in known else uses[0][0],
    )


def _group_of(draft: ImportDraft, dimension: Dimension) -> str:
    """The name of the group, as corrected."""
    corrected = draft.dimension(dimension.id).group
    if corrected:
        return "" if corrected == "-" else corrected
    return next((each.name for each in draft.proposed.groups if each.id == dimension.group), "")


def arranged(form: Any, draft: ImportDraft) -> Corrections:
    """The corrections with what the form has for levels and dimensions; what is as proposed is no correction."""
    corrections, ladder = draft.corrections, draft.proposed
    levels, dimensions = dict(corrections.levels), dict(corrections.dimensions)
    for level in ladder.levels:
        levels[level.id] = _level_change(form[_level(level.id)].form, level)
    for dimension in ladder.dimensions:
        proposed = next((each.name for each in ladder.groups if each.id == dimension.group), "")
        given = form[_dimension(dimension.id)].form
        dimensions[dimension.id] = _dimension_change(given, dimension, proposed)
    name = one_line(form.name.data)
    return replace(
        corrections,
        name="" if name == draft.proposed.name else name,
        levels={key: each for key, each in levels.items() if each != LevelChange()},
        dimensions={key: each for key, each in dimensions.items() if each != DimensionChange()},
    )


def _level_change(form: Any, level: Level) -> LevelChange:
    use, into = _use(form.use.data)
    name, code, rank = one_line(form["name"].data), one_line(form.code.data), form.rank.data
    return LevelChange(
        use=use,
        into=into,
        name="" if name == level.name else name,
        code="" if code == level.code else code,
        rank=None if rank == level.rank else rank,
    )


def _dimension_change(form: Any, dimension: Dimension, proposed_group: str) -> DimensionChange:
    use, into = _use(form.use.data)
    name, group = one_line(form["name"].data), one_line(form.group.data)
    return DimensionChange(
        use=use,
        into=into,
        name="" if name == dimension.name else name,
        group="" if group == proposed_group else group or "-",
    )


def _use(chosen: str) -> tuple[Any, str]:
    into = chosen.removeprefix(_MERGE)
    return ("merge", into) if into != chosen else (chosen, "")


def _level(level: str) -> str:
    return f"level-{handle(level)}"


def _dimension(dimension: str) -> str:
    return f"dimension-{handle(dimension)}"


# -- Lines


#: What can be done to lines, and how the log says it.
LINE_ACTS = {"move": "moved in", "remove": "left out", "restore": "put back"}


class LinesForm(DraftForm):
    """Lines that are ticked, and where they go. What is chosen from depends on the draft."""

    do = HiddenField(validators=[AnyOf(LINE_ACTS, "Use one of the buttons.")])
    line = SelectMultipleField("Lines", [InputRequired("Tick at least one line.")])
    level = SelectField("Level", validate_choice=False, default="")
    dimension = SelectField("Dimension", validate_choice=False, default="")
    named = StringField(
        "A new dimension",
        _NAME,
        description="One that the ladder does not have yet. It counts instead of one that is chosen.",
        default="",
    )
    #: Names of dimensions that the document has and that are left out of the ladder.
    left_out: tuple[str, ...] = ()

    def validate_level(self, field: Field) -> None:
        self._chosen(field, "Choose a level.")

    def validate_dimension(self, field: Field) -> None:
        if not one_line(self.named.data):
            self._chosen(field, "Choose a dimension.")

    def validate_named(self, field: Field) -> None:
        if name_key(one_line(field.data)) in map(name_key, self.left_out):
            raise ValidationError("The document has this dimension, and it is left out. Keep it.")

    def _chosen(self, field: Any, sentence: str) -> None:
        """Only a line that is moved goes somewhere."""
        if self.do.data == "move" and field.data not in [each.value for each in field.choices]:
            raise ValidationError(sentence)


def lines_form(draft: ImportDraft, *, is_sent: bool) -> LinesForm:
    form = LinesForm() if is_sent else LinesForm(formdata=None)
    form.line.choices = [SelectChoice(each, each) for each in _handles(draft)]
    form.level.choices = [SelectChoice(*each) for each in draft.level_names.items()]
    form.dimension.choices = [
        *(SelectChoice(*each) for each in draft.dimension_names.items()),
        *(SelectChoice(_NEW + name, name) for name in draft.added_dimensions),
    ]
    form.left_out = tuple(
        each.name for each in draft.proposed.dimensions if each.id not in draft.dimension_names
    )
    return form


def _handles(draft: ImportDraft) -> dict[str, str]:
    """Handle -> what a correction calls the line."""
    lines = (*draft.proposal.not_imported, *draft.proposal.notes)
    names = [line_key(line.text) for line in lines]
    names += [each.key for each in expectation_keys(draft.proposed)]
    return {handle(name): name for name in names}


def moved(form: LinesForm, draft: ImportDraft) -> Corrections:
    """The corrections with what is to become of the ticked lines."""
    corrections, known = draft.corrections, _handles(draft)
    names = [known[each] for each in form.line.data or ()]
    if form.do.data == "move":
        place = _placement(form, draft)
        return replace(corrections, lines={**corrections.lines, **dict.fromkeys(names, place)})
    if form.do.data == "remove":
        return replace(corrections, removed=tuple(dict.fromkeys((*corrections.removed, *names))))
    return replace(
        corrections,
        lines={key: place for key, place in corrections.lines.items() if key not in names},
        removed=tuple(key for key in corrections.removed if key not in names),
    )


def _placement(form: LinesForm, draft: ImportDraft) -> Placement:
    """The dimension by its id where the document has it, else by its name."""
    level, chosen = form.level.data, form.dimension.data or ""
    name = one_line(form.named.data) or chosen.removeprefix(_NEW)
    if name == chosen:
        return Placement(level, chosen)
    known = {name_key(words): each for each, words in draft.dimension_names.items()}
    there = known.get(name_key(name), "")
    return Placement(level, there, "" if there else name)


# -- Fields of data files

_FOUND_ONLY: frozenset[FieldUse] = frozenset({"attribute", "cascade", "language", "version"})


def fields_form(draft: ImportDraft, *, is_sent: bool) -> Any:
    """For each field of a data file, what a person says it is for."""
    choices = [
        SelectChoice("", "As its name says"),
        *(
            SelectChoice(use, words[:1].upper() + words[1:])
            for use, words in FIELD_USES.items()
            if use not in _FOUND_ONLY
        ),
    ]
    made = {
        _field(row.handle): SelectField(
            f"What {row.name} is for",
            choices=choices,
            default=draft.corrections.fields.get(row.name, ""),
        )
        for row in field_rows(draft)
    }
    return _made("FieldsForm", made, is_sent=is_sent)


def with_fields(form: Any, draft: ImportDraft) -> Corrections:
    """The corrections with what the form has for fields.

    What the document does not have now is kept for the next one.
    """
    rows = field_rows(draft)
    here = {row.name for row in rows}
    kept = {name: use for name, use in draft.corrections.fields.items() if name not in here}
    given = {row.name: form[_field(row.handle)].data for row in rows}
    chosen = {name: use for name, use in given.items() if use}
    return replace(draft.corrections, fields=kept | chosen)


def _field(handle: str) -> str:
    return f"f-{handle}"


# -- Orientation and files


def swapped(draft: ImportDraft) -> Corrections:
    """The corrections with levels and dimensions the other way round."""
    return replace(draft.corrections, swap=not draft.corrections.swap)


def reordered(draft: ImportDraft, name: str, way: str) -> Corrections:
    """The corrections with one file moved up or down by one.

    Raises:
        RuleBroken: for a file or a way that is not there.
    """
    files = draft.proposal.file_order
    if name not in files or way not in {"up", "down"}:
        raise RuleBroken("This file cannot be moved there.")
    at = files.index(name)
    to = max(0, at + (1 if way == "down" else -1))
    rest = (*files[:at], *files[at + 1 :])
    return replace(draft.corrections, order=(*rest[:to], name, *rest[to:]))


# -- Headings

_MARKS: Mapping[str, str] = {
    "level": "Level",
    "mixin": "Role",
    "common": "Common to all",
    "ignore": "Not part of it",
}


def headings_form(rows: Sequence[HeadingRow], marks: Mapping[str, Mark]) -> Any:
    """For each heading and each list under it, what a person says it is."""
    fields: dict[str, Any] = {}
    for row in rows:
        if not row.is_again:
            choices = [
                SelectChoice("", f"As understood: {row.understood}"),
                *(SelectChoice(value, label) for value, label in _MARKS.items()),
            ]
            fields[_heading(row.handle)] = RadioField(
                row.name, choices=choices, default=marks.get(row.address, "")
            )
        for each in row.lists:
            fields[_heading(each.handle)] = RadioField(
                f"List: {each.words}",
                choices=[SelectChoice("", "Belongs to it"), SelectChoice("ignore", "Left out")],
                default=marks.get(each.address, ""),
            )
    return _made("HeadingsForm", fields, is_sent=True)


def mapped(form: Any, rows: Sequence[HeadingRow], draft: ImportDraft) -> Corrections:
    """The corrections with what the page says of headings and lists."""
    handles = [row.handle for row in rows if not row.is_again]
    handles += [each.handle for row in rows for each in row.lists]
    given = {each: form[_heading(each)].data for each in handles}
    chosen = {each: mark for each, mark in given.items() if mark in get_args(Mark)}
    return replace(draft.corrections, marks=marks_of(rows, chosen, draft.corrections.marks))


def _heading(handle: str) -> str:
    return f"h-{handle}"
