"""Forms of the ladder editor: the ladder as a whole, a level, a dimension, a role, and the rows of a cell."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # the stubs are older than SelectChoice
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    NumberRange,
    Optional,
)
from wtforms.widgets import CheckboxInput, ListWidget

from ladders import editing
from ladders.document import (
    Attribute,
    Dimension,
    Ladder,
    Level,
    Licence,
    Mixin,
    SameAs,
    TrackInheritance,
)
from ladders.editing import Row
from ladders.limits import LONGEST_NAME, LONGEST_TEXT, MOST_EXPECTATIONS, MOST_IN_A_CELL
from reviews.ladder_editor.queries import CellPage, TrackPage, mark
from reviews.web.fields import WholeNumberField, at_most, one_line, trimmed_lines
from reviews.web.forms import StrictForm
from reviews.web.validators import is_web_address, plain_name, plain_text, short_name


def _name(label: str, *required: Any, description: str = "") -> StringField:
    return StringField(
        label,
        [*required, at_most(LONGEST_NAME), short_name],
        filters=[one_line],
        description=description,
    )


def _text(label: str, *required: Any, description: str = "") -> TextAreaField:
    return TextAreaField(
        label,
        [*required, at_most(LONGEST_TEXT), plain_text],
        filters=[trimmed_lines],
        description=description,
    )


_RANK = NumberRange(-1000, 1000, "A rank is a whole number from -1000 to 1000.")
_NAMED = DataRequired("Give it a name.")
_MODES = [
    SelectChoice("none", "Nothing: each level stands alone"),
    SelectChoice("accumulate", "Everything: their expectations and its own"),
    SelectChoice("supersede", "What it does not say anew itself"),
]


def _web_address(_form: Form, field: Field) -> None:
    if field.data and not is_web_address(field.data):
        raise ValidationError("Begin with https:// or http://, or leave it empty.")


class PartForm(StrictForm):
    """A form over one part of a ladder. `seen` is the mark of the text that it was made from."""

    seen = HiddenField()

    def edited(self, ladder: Ladder) -> Ladder:
        """The ladder with what is typed in place of its part."""
        raise NotImplementedError

    def saved(self) -> dict[str, str]:
        """What is saved now, by label: shown beside a form with somebody's own text."""
        return {
            field.label.text: _shown(field) for field in self if not isinstance(field, HiddenField)
        }


def _shown(field: Field) -> str:
    """The value of the field, in the words of its choices where it has some."""
    if isinstance(field, SelectField):
        return ", ".join(option.label.text for option in field if option.checked)
    if isinstance(field, BooleanField):
        return "Yes" if field.data else "No"
    return str(field.data or "")


class FrameForm(PartForm):
    name = _name("Name", _NAMED)
    tagline = _name("In one line")
    summary = _text("What it is for")
    mode = SelectField("What a level expects of the levels below it", choices=_MODES)
    attribution = _text("Who wrote it", description="Shown on every page that shows its words.")
    licence = _name("Licence", description="Its short name, such as CC-BY-SA-4.0.")
    licence_url = StringField(
        "Address of the licence",
        [at_most(2000), plain_name, _web_address],
        filters=[one_line],
        description="An address that begins with https:// or http://.",
    )
    ladder: Ladder

    def edited(self, ladder: Ladder) -> Ladder:
        return editing.set_frame(
            ladder,
            name=self.name.data or "",
            tagline=self.tagline.data or "",
            summary=self.summary.data or "",
            mode=self.mode.data,
            licence=self._licence(),
        )

    def _licence(self) -> Licence:
        """What is typed, or exactly what the ladder has where it differs only in white space."""
        known = self.ladder.licence
        return replace(
            known,
            id=_kept(known.id, self.licence.data or "", one_line),
            url=_kept(known.url, self.licence_url.data or "", one_line),
            attribution=_kept(known.attribution, self.attribution.data or "", trimmed_lines),
        )


def frame_form(ladder: Ladder, **more: Any) -> FrameForm:
    shown = {
        "name": ladder.name,
        "tagline": ladder.tagline,
        "summary": ladder.summary,
        "mode": ladder.cascade.mode,
        "attribution": ladder.licence.attribution,
        "licence": ladder.licence.id,
        "licence_url": ladder.licence.url,
    }
    form = FrameForm(seen=mark(shown), **shown, **more)
    form.ladder = ladder
    return form


class LevelForm(PartForm):
    name = _name("Name", _NAMED)
    code = StringField(
        "Code",
        [at_most(80), plain_name],
        filters=[one_line],
        description="Shown beside the name, such as L4.",
    )
    track = SelectField("Track")
    rank = WholeNumberField(
        "Rank",
        [InputRequired("Give a whole number."), _RANK],
        description="A higher level of the track has a higher number.",
    )
    summary = _text("In short")
    attributes = _text(
        "Facts about the level", description="One on each line, as in “Reports to: Head”."
    )
    level: Level

    def edited(self, ladder: Ladder) -> Ladder:
        return editing.set_level(
            ladder,
            self.level.id,
            name=self.name.data or "",
            code=self.code.data or "",
            track=(self.track.data or None) if self.track else None,
            rank=self.rank.data or 0,
            summary=self.summary.data or "",
            attributes=self._attributes(),
        )

    def _attributes(self) -> Sequence[Attribute]:
        """What is typed, or exactly what the level has where nothing was changed."""
        typed = self.attributes.data or ""
        if typed == _attribute_lines(self.level):
            return self.level.attributes
        lines = (line.partition(":") for line in typed.split("\n"))
        return [
            Attribute(name.strip(), value.strip())
            for name, _, value in lines
            if name.strip() or value.strip()
        ]


def level_form(ladder: Ladder, level: Level, **more: Any) -> LevelForm:
    shown = {
        "name": level.name,
        "code": level.code,
        "track": level.track or "",
        "rank": level.rank,
        "summary": level.summary,
        "attributes": _attribute_lines(level),
    }
    form = LevelForm(seen=mark(shown), **shown, **more)
    form.level = level
    form.track.choices = [
        *(SelectChoice(each.id, each.name) for each in ladder.tracks),
        SelectChoice("", "No track"),
    ]
    if not ladder.tracks:
        del form.track
    return form


def _attribute_lines(level: Level) -> str:
    return trimmed_lines("\n".join(f"{each.name}: {each.value}" for each in level.attributes))


class DimensionForm(PartForm):
    name = _name("Name", _NAMED)
    group = _name(
        "Group", description="Dimensions of a group are shown together. A new name makes a group."
    )
    after = SelectField("Where people read it")
    summary = _text("In short")
    cascade = SelectField(
        "What a level expects of the levels below it, in this dimension",
        choices=[SelectChoice("", "As in the ladder as a whole"), *_MODES],
    )
    dimension: Dimension

    def edited(self, ladder: Ladder) -> Ladder:
        return editing.set_dimension(
            ladder,
            self.dimension.id,
            name=self.name.data or "",
            group=self.group.data or "",
            summary=_kept(self.dimension.summary, self.summary.data or "", trimmed_lines),
            cascade=self.cascade.data or None,
            after=self.after.data,
        )


def dimension_form(ladder: Ladder, dimension: Dimension, group: str, **more: Any) -> DimensionForm:
    shown = {
        "name": dimension.name,
        "group": group,
        "after": editing.place_of(ladder, dimension.id),
        "summary": dimension.summary,
        "cascade": dimension.cascade or "",
    }
    form = DimensionForm(seen=mark(shown), **shown, **more)
    form.dimension = dimension
    form.after.choices = [
        SelectChoice("", "First"),
        *(
            SelectChoice(each.id, f"After {each.name}")
            for each in ladder.dimensions
            if each.id != dimension.id
        ),
    ]
    return form


class RoleForm(PartForm):
    name = _name("Name", _NAMED)
    summary = _text("In short")
    levels = SelectMultipleField(
        "Levels it can be added to", widget=ListWidget(), option_widget=CheckboxInput()
    )
    placeholder = BooleanField("Only announced: it cannot be added to a level yet")
    role: Mixin

    def edited(self, ladder: Ladder) -> Ladder:
        return editing.set_role(
            ladder,
            self.role.id,
            name=self.name.data or "",
            summary=self.summary.data or "",
            placeholder=self.placeholder.data,
            levels=self.levels.data or (),
        )

    def validate_levels(self, field: Field) -> None:
        # A document may say that a role is for levels that it does not have.
        if not field.data and field.object_data:
            raise ValidationError("Tick at least one level.")


def role_form(ladder: Ladder, role: Mixin, **more: Any) -> RoleForm:
    shown = {
        "name": role.name,
        "summary": role.summary,
        "levels": list(editing.levels_of(ladder, role)),
        "placeholder": role.placeholder,
    }
    form = RoleForm(seen=mark(shown), **shown, **more)
    form.role = role
    form.levels.choices = [SelectChoice(each.id, each.name) for each in ladder.levels]
    return form


class TakenOverForm(Form):
    """Another track, and whether this one expects its levels as well."""

    track = HiddenField()
    is_taken = BooleanField("A level of this track expects its levels too")
    below = WholeNumberField(
        "Only those below rank",
        [Optional(), _RANK],
        description="If this is empty, each level expects those below its own rank.",
    )


class TrackForm(PartForm):
    name = _name("Name", _NAMED)
    summary = _text("In short")
    others = FieldList(FormField(TakenOverForm))
    page: TrackPage

    def edited(self, ladder: Ladder) -> Ladder:
        return editing.set_track(
            ladder,
            self.page.track.id,
            name=self.name.data or "",
            summary=self.summary.data or "",
            inherits=tuple(self._inherits()),
        )

    def named(self, row: TakenOverForm) -> str:
        """The name of the track that a row is about."""
        return self.page.names.get(row.track.data or "", "A track that is here no more")

    def saved(self) -> dict[str, str]:
        shown = {"Name": self.page.track.name, "In short": self.page.track.summary}
        for each in self.page.track.inherits:
            below = "" if each.below_rank is None else f", those below rank {each.below_rank}"
            shown[self.page.names.get(each.track, each.track)] = f"expects its levels too{below}"
        return shown

    def _inherits(self) -> Iterable[TrackInheritance]:
        """What was there stays in its order; a track that was not asked about stays too."""
        rows = {entry.form.track.data or "": entry.form for entry in self.others}
        for each in self.page.track.inherits:
            row = rows.pop(each.track, None)
            if row is None:
                yield each
            elif row.is_taken.data:
                yield TrackInheritance(each.track, row.below.data)
        for track, row in rows.items():
            if row.is_taken.data and track in self.page.names:
                yield TrackInheritance(track, row.below.data)


def track_form(page: TrackPage, **more: Any) -> TrackForm:
    inherited = {each.track: each for each in page.track.inherits}
    others = [
        {
            "track": each,
            "is_taken": each in inherited,
            "below": inherited[each].below_rank if each in inherited else None,
        }
        for each in page.names
    ]
    shown = {"name": page.track.name, "summary": page.track.summary, "others": others}
    form = TrackForm(seen=mark(shown), **shown, **more)
    form.page = page
    return form


class AddForm(StrictForm):
    """One more level, track, dimension or role. Several are on a page, so each has a prefix."""

    class Meta(StrictForm.Meta):  # type: ignore[name-defined]  # Flask-WTF has no types
        csrf = False  # the guard reads the page's one token, which has no prefix

    name = _name("Name", _NAMED)


class AddLevelForm(AddForm):
    track = SelectField("Track")

    def __init__(self, ladder: Ladder, **more: Any) -> None:
        super().__init__(**more)
        tracks = {level.track for level in ladder.levels} | {track.id for track in ladder.tracks}
        names = {track.id: track.name for track in ladder.tracks}
        self.track.choices = [
            SelectChoice(each or "", names.get(each or "", "No track"))
            for each in sorted(tracks, key=lambda each: names.get(each or "", ""))
        ]


class RowForm(Form):
    key = HiddenField()
    text = _text("Expectation")
    label = _name("Label")
    kind = SelectField(
        "Kind",
        choices=[
            SelectChoice("expectation", "Expected"),
            SelectChoice("anti_pattern", "A warning sign, never counted"),
        ],
        default="expectation",
    )
    examples = _text("Examples", description="Never requirements. A blank line between two.")

    @property
    def is_blank(self) -> bool:
        """A new row into which nothing was typed."""
        return not (self.key.data or self.text.data or self.label.data or self.examples.data)

    def validate(self, extra_validators: Any = None) -> bool:
        sound = super().validate(extra_validators)
        if not self.is_blank and not self.text.data:
            self.text.errors = ["An expectation needs a text. Remove it if it is not needed."]
            return False
        return sound


class CellForm(PartForm):
    summary = _text("Before the expectations", description="Words of the cell as a whole.")
    same_as = SelectField(
        "The same as at",
        description="What is asked there is asked here too, and follows it when it changes.",
    )
    same_text = _text(
        "As the ladder words it", description="Such as “Same as L2, but across teams”."
    )
    rows = FieldList(FormField(RowForm), max_entries=MOST_EXPECTATIONS)
    #: The button that was pressed.
    act = HiddenField()
    page: CellPage

    def edited(self, ladder: Ladder) -> Ladder:
        return editing.set_cell(
            ladder,
            self.page.owner,
            self.page.dimension.id,
            self._given(),
            summary=self.summary.data or "",
            same_as=self._same_as(),
        )

    def validate_same_text(self, field: Field) -> None:
        if field.data and not self.same_as.data:
            raise ValidationError("Choose the level that these words are about, or leave them out.")

    def saved(self) -> dict[str, str]:
        cell, names = self.page.cell, {each.id: each.name for each in self.page.sames}
        rows = {f"E{number}": row.text for number, row in enumerate(self.page.rows, start=1)}
        return {
            "Before the expectations": cell.summary,
            "The same as at": names.get(cell.same_as.level, "") if cell.same_as else "",
            "As the ladder words it": cell.same_as.text if cell.same_as else "",
            **rows,
        }

    def rearranged(self, act: str) -> "CellForm":
        """A form with what is typed in this one, after one of its buttons: "add", "up-2", "down-2" or "remove-2"."""
        rows = _rearranged([entry.data for entry in self.rows], act)
        form = CellForm(
            formdata=None,
            seen=self.seen.data,
            summary=self.summary.data,
            same_as=self.same_as.data,
            same_text=self.same_text.data,
            rows=rows,
        )
        form.about(self.page)
        return form

    def about(self, page: CellPage) -> None:
        self.page = page
        self.same_as.choices = [
            SelectChoice("", "Nowhere: it is said here"),
            *(SelectChoice(each.id, each.name) for each in page.sames),
        ]

    def _same_as(self) -> SameAs | None:
        before = self.page.cell.same_as or SameAs("")
        text = _kept(before.text, self.same_text.data or "", trimmed_lines)
        return SameAs(self.same_as.data, text) if self.same_as.data else None

    def _filled(self) -> list[RowForm]:
        return [entry.form for entry in self.rows if not entry.form.is_blank]

    def _given(self) -> list[Row]:
        known = {row.key: row for row in self.page.rows}
        given = []
        for form in self._filled():
            before = known.get(form.key.data or "", Row("", ""))
            given.append(
                Row(
                    key=before.key,
                    text=_kept(before.text, form.text.data or "", trimmed_lines),
                    label=_kept(before.label, form.label.data or "", one_line),
                    kind=form.kind.data,
                    examples=_examples(before.examples, form.examples.data or ""),
                )
            )
        return given


def cell_form(page: CellPage, **more: Any) -> CellForm:
    rows = [{**asdict(row), "examples": _example_text(row.examples)} for row in page.rows]
    same = page.cell.same_as or SameAs("")
    form = CellForm(
        seen=mark(page.cell),
        summary=page.cell.summary,
        same_as=same.level,
        same_text=same.text,
        rows=rows,
        **more,
    )
    form.about(page)
    return form


def _kept(stored: str, typed: str, filtered: Callable[[str], str]) -> str:
    """The stored text where it differs only in white space that a form does not keep."""
    return stored if filtered(stored) == typed else typed


def _examples(stored: tuple[str, ...], typed: str) -> tuple[str, ...]:
    if typed == _example_text(stored):
        return stored
    return tuple(part.strip() for part in typed.split("\n\n") if part.strip())


def _example_text(examples: Iterable[str]) -> str:
    return trimmed_lines("\n\n".join(examples))


def _rearranged(rows: list[dict[str, Any]], act: str) -> list[dict[str, Any]]:
    move, _, number = act.partition("-")
    if move == "add" and len(rows) < MOST_IN_A_CELL:
        return [*rows, {}]
    if number not in map(str, range(len(rows))):
        return rows
    at = int(number)
    rest = [*rows[:at], *rows[at + 1 :]]
    if move == "remove":
        return rest
    to = {"up": max(at - 1, 0), "down": at + 1}.get(move, at)
    return [*rest[:to], rows[at], *rest[to:]]
