"""Who is asking, and when; and who acts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from reviews.db.models.people import Person

#: So long somebody need not prove again that it is them.
PROVED_FOR = timedelta(minutes=10)


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
    #: When they last showed that it is them: with a password, a code or a passkey.
    proved_at: datetime | None = None
    #: They have to add a second factor before anything else.
    needs_factor: bool = False

    # What Flask-Login asks of a user.
    is_authenticated = True
    is_active = True
    is_anonymous = False

    @property
    def is_proved(self) -> bool:
        """Whether that is so short a time ago that it is them still, and not whoever found the browser open."""
        return self.proved_at is not None and self.now - self.proved_at < PROVED_FOR

    def get_id(self) -> str:
        return str(self.session_id)


#: Whoever acts: a signed-in viewer, or a person for whom a command or the demo acts.
Actor = Viewer | Person


def person_id_of(actor: Actor) -> int:
    return actor.person_id if isinstance(actor, Viewer) else actor.id
