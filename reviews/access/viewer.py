"""Who is asking, and when; and who acts."""

from dataclasses import dataclass
from datetime import datetime

from reviews.db.models.people import Person


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is asking, and when: the database's instant at which the request began.

    Readers take it; services act as it.
    """

    person_id: int
    public_id: str
    name: str
    is_owner: bool
    now: datetime
    session_id: int = 0

    # What Flask-Login asks of a user.
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return str(self.session_id)


#: Whoever acts: a signed-in viewer, or a person for whom a command or the demo acts.
Actor = Viewer | Person


def person_id_of(actor: Actor) -> int:
    return actor.person_id if isinstance(actor, Viewer) else actor.id
