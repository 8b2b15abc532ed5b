"""The handles of the libraries behind the pages, made once and bound to an application by the factory."""

from flask_login import LoginManager
from flask_wtf import CSRFProtect

login_manager = LoginManager()
#: Our sessions are rows that can be ended; a change of network is no reason to sign somebody out.
login_manager.session_protection = None
csrf = CSRFProtect()
