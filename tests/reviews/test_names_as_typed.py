"""Names that people have are taken, in any script; names that are made to be taken for others are not."""

import click
import pytest
from click.testing import CliRunner
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import Form, StringField

from reviews.cycles.panels.forms import PanelForm
from reviews.cycles.setup.forms import CreateForm, SettingsForm
from reviews.display.markdown import to_html
from reviews.ladder_editor import forms as editor
from reviews.people import commands
from reviews.rules.names import (
    can_be_seen,
    in_its_place,
    look_alike,
    mixes_scripts,
    refused_in_name,
    wrong_with_name,
)
from reviews.web.validators import short_name
from tests.rosters import people_of

NAMES = [
    "O'Brien",
    "O\u2019Brien",
    "\u0141ukasz \u017b\u00f3\u0142\u0107",
    "Nguy\u1ec5n V\u0103n An",
    "Nguye\u0302\u0303n",
    "\u0130pek \u0131\u015f\u0131k",
    "Jean-Luc d'Arc III",
    "\u7530\u4e2d \u3055\u304f\u3089",
    "\u5c71\u7530\u30ab\u30ba\u30aa",
    "\u30de\u30ea\u30fcSmith",
    "\u91d1 \uae40\ubbfc\uc900",
    "\u0410\u043d\u043d\u0430 \u0418\u0432\u0430\u043d\u043e\u0432\u0430",
    "\u0410\u043d\u043d\u0430 Smith",
    "\u0391\u03bb\u03ad\u03be\u03b7\u03c2",
    "\u0645\u062d\u0645\u062f",
    "\u0646\u06cc\u0645\u200c\u0641\u0627\u0635\u0644\u0647",
    "\u0905\u0928\u094d\u200d\u0928\u093e",
    "\u05d3\u05d5\u05d3",
    "\u0b85\u0ba9\u0bcd\u0baa\u0bc1",
    "X \u00c6 A-12",
    # A selector that says which shape of a character is meant, and joiners inside an emoji.
    "\u845b\U000e0100\u57ce",
    "Care \u2764\ufe0f",
    "Step 1\ufe0f\u20e3",
    "\u2139\ufe0f Desk",
    "Team \u2764\ufe0f\u200d\U0001f525",
    "\U0001f469\U0001f3fd\u200d\U0001f52c Lab",
]
HIDDEN = [
    "\u3164",
    "Ada\u3164",
    "\u2800",
    "Ada\u200b",
    "\u2060Ada",
    "Ada\U000e0041",
    "\u202eadA",
    "Ada\u2066",
    "\uffa0",
    "Ada\u115f",
    "Ada\x00",
    "A\x07da",
    "Ada\ufe0f",
    "A\ufe00da",
    "Ada\U000e0101",
    "\ufe0fAda",
    "Ada\u180b",
    "A\u200dda",
    "Ada\u200c",
    "\u200cAda",
    "Ada \u200dB",
    "\u0410\u043d\u200c\u043d\u0430",
    "1\ufe0f",
    "\u7530\ufe0f",
    "\u0645\u062d\u0645\u062f\u200c",
    "Care \u2764\ufe0f\ufe0f",
]
LOOK_ALIKES = [
    "\u0410da",  # a Cyrillic A
    "Ad\u0430",
    "\u0391da",  # a Greek one
    "Whitfi\u0435ld",
    "\u0421\u0410\u0420o",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_somebody_has_is_taken(name: str) -> None:
    assert not any(map(refused_in_name, name))
    assert can_be_seen(name)
    assert in_its_place(name) == name
    assert not mixes_scripts(name)
    assert problems(name) == []


@pytest.mark.parametrize("name", HIDDEN)
def test_what_cannot_be_seen_is_refused(name: str) -> None:
    assert problems(name) == ["Contains an invisible or control character."]


@pytest.mark.parametrize("name", ["\u200d", "\u200c\u200d", "\u0301", "\ufe0f"])
def test_a_name_of_nothing_but_joiners_and_marks_is_refused(name: str) -> None:
    assert problems(name) == ["Has nothing in it that can be seen."]


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_letters_that_look_like_others_are_refused_in_one_word(name: str) -> None:
    sentence = "Mixes letters of scripts that look alike in one word. Write it in one script."

    assert problems(name) == [sentence]


def problems(name: str) -> list[str]:
    columns = "employee_id,name,email,manager_employee_id,title,level,unit"
    file = people_of(f"{columns}\n1,{name},one@example.org,,,,\n")
    return [problem.sentence for problem in file.problems if problem.column == "name"]


@pytest.mark.parametrize("name", [HIDDEN[0], "\u0301", LOOK_ALIKES[0]])
def test_the_first_owner_has_a_name_as_well(app: Flask, name: str) -> None:
    with app.app_context():
        answer = CliRunner().invoke(_add_owner, [name])

    assert (answer.exit_code, answer.output.startswith("Error: The name ")) == (1, True)


@click.command()
@click.argument("name")
def _add_owner(name: str) -> None:
    commands.add_owner(name, "one@example.org")


@pytest.mark.parametrize("turned", ["\u202e", "\u202d", "\u202a", "\u2066", "\u2067", "\u2068"])
def test_the_words_of_a_link_are_not_turned(turned: str) -> None:
    html = to_html(f"[{turned}gro.elpmaxe\u202c\u2069](https://evil.example/)")

    assert str(html) == (
        '<p><a href="https://evil.example/" rel="noopener noreferrer nofollow">gro.elpmaxe</a></p>\n'
    )


def test_writers_between_two_directions_keep_their_marks() -> None:
    assert "\u200f" in to_html("\u05d0 \u200f(a)")


# -- Every short name that is shown in a list


class NameForm(Form):
    name = StringField(validators=[short_name])


def offered_again(name: str) -> tuple[str, list[str]]:
    """What the field has after a name was refused, and what it says."""
    form = NameForm(MultiDict({"name": name}))
    form.validate()
    return form.name.data, list(form.name.errors)


@pytest.mark.parametrize("name", NAMES)
def test_a_cycle_or_a_level_may_be_called_what_people_are_called(name: str) -> None:
    assert offered_again(name) == (name, [])


@pytest.mark.parametrize("name", HIDDEN)
def test_what_cannot_be_seen_is_taken_out_of_a_name_and_told(name: str) -> None:
    kept, (sentence, *more) = offered_again(name)

    if kept != name:
        assert sentence.startswith("This contained an invisible character, which has been removed.")
        assert wrong_with_name(kept) in {"", "has nothing in it that can be seen."}
    assert more == []


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_letters_that_look_like_others_are_refused_in_any_name(name: str) -> None:
    sentence = "This mixes letters of scripts that look alike in one word. Write it in one script."

    assert offered_again(name) == (name, [sentence])


def test_every_short_name_is_under_the_one_rule(app: Flask) -> None:
    """People's names are, by `what_is_wrong_as_typed`; all others are typed into these fields."""
    with app.test_request_context():
        fields = [
            CreateForm().name,
            SettingsForm().name,
            PanelForm().name,
            *(
                form().name
                for form in (
                    editor.FrameForm,
                    editor.LevelForm,
                    editor.DimensionForm,
                    editor.RoleForm,
                    editor.TrackForm,
                    editor.AddForm,
                )
            ),
        ]

    assert [field for field in fields if short_name not in field.validators] == []


ALIKE = [
    ("Panel A", "panel a"),
    ("Panel A", "Panel\u00a0A"),
    ("Panel A", "Panel \uff21"),
    ("Panel A", "Panel \u0410"),
    ("Panel A", "Panel \u0391"),
    ("Spring 2027", "Spring2027"),
    ("Spring 2027", "\u0405pring 2o27"),
    ("Craft", "\u0421raft"),
    ("Craft", "Cra\u200dft"),
    ("Craft", "Craft\ufe0f"),
    ("Panel 1", "Panel I"),
    ("Panel 1", "Panel l"),
    ("Q-1", "Q\u20131"),
    ("\u0421\u0410\u0420", "CAP"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_names_that_look_alike_are_known(one: str, other: str) -> None:
    assert look_alike(one, other)
    assert look_alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Panel A", "Panel B"), ("Panel 1", "Panel 2"), ("\u7530", "\u7531"), ("Caf\u00e9", "Cafe")],
)
def test_names_that_differ_are_no_twins(one: str, other: str) -> None:
    assert not look_alike(one, other)
