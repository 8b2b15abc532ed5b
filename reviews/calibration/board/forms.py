"""What can be chosen on the board: filters, grouping, order and page, all of them query parameters."""

from collections.abc import Iterable

from werkzeug.datastructures import MultiDict
from wtforms import Form, SearchField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Length, NumberRange, Optional

from reviews.calibration.board.choice import BoardChoice
from reviews.rules.enums import PacketStage
from reviews.web.fields import WholeNumberField
from reviews.web.validators import plain_name


class BoardForm(Form):
    level = SelectField("Target level", default="")
    manager = SelectField("Manager", default="")
    stage = SelectField(
        "Stage",
        default="",
        choices=[
            SelectChoice("", "Any"),
            SelectChoice(PacketStage.WAITING.value, "Not yet voted on"),
            SelectChoice(PacketStage.VOTING.value, "Voting"),
            SelectChoice(PacketStage.DISCUSSION.value, "In discussion"),
            SelectChoice(PacketStage.DECIDED.value, "Decided"),
        ],
    )
    flag = SelectField(
        "Flag",
        default="",
        choices=[
            SelectChoice("", "Any or none"),
            SelectChoice("disagree", "! ratings disagree"),
            SelectChoice("coverage_hole", "? coverage hole"),
        ],
    )
    q = SearchField("Name", [Length(max=200), plain_name])
    group = SelectField(
        "Group by",
        default="level",
        choices=[
            SelectChoice("level", "Target level"),
            SelectChoice("manager", "Manager"),
            SelectChoice("unit", "Unit"),
        ],
    )
    sort = SelectField(
        "Order",
        default="agenda",
        choices=[
            SelectChoice("agenda", "Agenda"),
            SelectChoice("name", "Name"),
            SelectChoice("discuss", "Cells to discuss"),
            SelectChoice("manager", "Manager"),
        ],
    )
    page = WholeNumberField(default=1, validators=[Optional(), NumberRange(min=1)])

    @classmethod
    def offering(
        cls,
        levels: Iterable[tuple[str, str]],
        managers: Iterable[tuple[str, str]],
        asked: MultiDict[str, str],
    ) -> "BoardForm":
        """The form as asked, with these (value, words) to filter by. An unknown value does not validate."""
        form = cls(asked)
        form.level.choices = _any_of("All levels", levels)
        form.manager.choices = _any_of("All managers", managers)
        return form

    @property
    def choice(self) -> BoardChoice:
        return BoardChoice(
            level=self.level.data,
            manager=self.manager.data,
            flag=self.flag.data,
            stage=self.stage.data,
            text=(self.q.data or "").strip(),
            group=self.group.data,
            sort=self.sort.data,
            page=self.page.data or 1,
        )


PARAMETERS = tuple(BoardForm().data)


def _any_of(words: str, choices: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice("", words), *(SelectChoice(value, label) for value, label in choices)]
