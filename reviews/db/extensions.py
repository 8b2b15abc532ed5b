"""The database's handles, made once and bound to an application by the factory."""

from typing import Any

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import Connection, Engine

from ladders.orm import Base

#: The same database once more, over connections on which it refuses to write.
READ = "read"


class RequestSession(Session):
    """Looks things up over the reading connections once it knows that nothing will be changed."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        if self.info.get(READ):
            return self._db.engines[READ]
        return super().get_bind(*args, **kwargs)


#: Gives engine and session. The models subclass our own Base, which `ladders` and mypy can read.
db = SQLAlchemy(
    metadata=Base.metadata,
    disable_autonaming=True,
    session_options={"class_": RequestSession},
    # Else the text of a database error has what was to be written.
    engine_options={"hide_parameters": True},
)
