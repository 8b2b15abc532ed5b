"""The database's handles, made once and bound to an application by the factory."""

from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

from ladders.orm import Base

#: Gives engine and session. The models subclass our own Base, which `ladders` and mypy can read.
db = SQLAlchemy(
    metadata=Base.metadata,
    disable_autonaming=True,
    # Else the text of a database error holds what was to be written.
    engine_options={"hide_parameters": True},
)
migrate = Migrate(compare_type=True, render_as_batch=True)
