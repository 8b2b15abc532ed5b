"""The handles of the libraries, made once and bound to an application by the factory."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from ladders.orm import Base

#: Gives engine and session. The models subclass our own Base, which `ladders` and mypy can read.
db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)
migrate = Migrate(compare_type=True, render_as_batch=True)
login_manager = LoginManager()
#: Our sessions are rows that can be ended; a change of network is no reason to sign somebody out.
login_manager.session_protection = None
csrf = CSRFProtect()
limiter = Limiter(get_remote_address)
