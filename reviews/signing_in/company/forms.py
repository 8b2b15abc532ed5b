"""Forms of signing in with the company's account."""

from wtforms import HiddenField

from reviews.web.forms import StrictForm


class GoForm(StrictForm):
    """On to the provider."""

    next = HiddenField()
    #: What was typed on a page that could not be taken, sealed.
    typed = HiddenField()


class ProveForm(StrictForm):
    """The same, to prove again who one is before a form is taken."""

    #: All of that form, sealed.
    waiting = HiddenField()
