"""Forms for second factors."""

from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from reviews.signing_in.forms import CODE, MOST_OF_ANSWER
from reviews.web.fields import one_line
from reviews.web.forms import StrictForm
from reviews.web.validators import plain_name


class AddAppForm(StrictForm):
    #: What the app was given, sealed for this person.
    secret = HiddenField(validators=[Length(max=400)])
    code = StringField(
        "Code that the app shows now",
        [InputRequired("Type the six digits that the app shows."), Length(max=40)],
        render_kw=CODE,
    )


class AddPasskeyForm(StrictForm):
    name = StringField(
        "Name of the passkey",
        [DataRequired("Give it a name by which you know the device."), Length(max=80), plain_name],
        description="Such as the device it is on. You see it in your list.",
        filters=[one_line],
        render_kw={"autocomplete": "off"},
    )
    passkey = HiddenField(validators=[Length(max=MOST_OF_ANSWER)])
