"""What every list of any length asks of an address: which page of it, and a name to look for."""

from flask import abort, request
from wtforms import Form, SearchField
from wtforms.validators import Length

from reviews.db.hits import Limit
from reviews.web.error_handlers import counted
from reviews.web.validators import plain_name

#: More digits than any list has pages.
_DIGITS = 9


#: For people, by each person: more than anybody looks for, and little for whoever would copy the directory.
_SEARCHES = Limit("searches", most=60, seconds=60)

SEARCH_RULES = (Length(max=200, message="Search for at most 200 characters."), plain_name)


class NameSearch(Form):
    """Sent as GET: it changes nothing and carries no token."""

    q = SearchField("Search by name", SEARCH_RULES)

    @property
    def words(self) -> str:
        """What is looked for; nothing where it cannot be looked for."""
        return " ".join((self.q.data or "").split()) if self.validate() else ""


def count_search() -> None:
    """Count a search for people among everybody; whoever searches too often gets a 429 instead of what was found."""
    counted(_SEARCHES)


def page_number() -> int:
    """The page that the address asks for, from 1. Anything but a whole number is a 400."""
    given = request.args.get("page", "1")
    if not (given.isascii() and given.isdigit() and len(given) <= _DIGITS and int(given)):
        abort(400)
    return int(given)
