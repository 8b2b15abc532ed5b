"""Settings, read from the environment each time an application is made. Upper-case names only."""

import os
from pathlib import Path

from reviews.rules.settings import host_of

_ROOT = Path(__file__).resolve().parent

#: "production", "demo" (demo accounts may sign in) or "test". Nothing but demo and test has a default secret.
MODE = os.environ.get("LEVELSET_MODE", "production")

SQLALCHEMY_DATABASE_URI = (
    os.environ.get("DATABASE_URL") or f"sqlite:///{_ROOT / 'var' / 'levelset.db'}"
)

SECRET_KEY = os.environ.get("SECRET_KEY") or (
    f"only for {MODE}, never for people" if MODE in {"demo", "test"} else None
)
#: Signs the audit log. Kept apart from the session secret so that changing that one does not break the chain.
AUDIT_KEY = os.environ.get("AUDIT_KEY") or (SECRET_KEY if MODE in {"demo", "test"} else None)
#: A file outside the database that knows how far the audit log had come; "" for none. Best on another volume.
AUDIT_ANCHOR = os.environ.get(
    "AUDIT_ANCHOR", str(_ROOT / "var" / "audit.anchor") if MODE == "production" else ""
)

#: Of `flask --app reviews serve`.
PORT = os.environ.get("PORT") or "8000"

#: The address people use. Links that leave the page are made from it, never from a request's Host header.
PUBLIC_URL = (os.environ.get("PUBLIC_URL") or f"http://127.0.0.1:{PORT}").rstrip("/")
#: A request that names another host is refused. Proxies and probes on the machine itself may call it by its own name.
TRUSTED_HOSTS = [host_of(PUBLIC_URL), "localhost", "127.0.0.1"]
#: How many proxies in front may be believed about the client's address.
PROXIES = os.environ.get("PROXIES") or "0"
#: The mail server, as smtp://user:password@host:port or smtps://; "" for no mail. What is sent comes from MAIL_FROM.
MAIL_URL = os.environ.get("MAIL_URL") or ""
MAIL_FROM = os.environ.get("MAIL_FROM") or ""

#: Where the demo keeps the mail that it would send.
MAILBOX = str(_ROOT / "var" / "mailbox")

_https = PUBLIC_URL.casefold().startswith("https://")
SESSION_COOKIE_NAME = "__Host-levelset" if _https else "levelset"
SESSION_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_HOURS = 12
#: A session of which nothing is asked for so long ends before its hours are over.
SESSION_IDLE_MINUTES = os.environ.get("SESSION_IDLE_MINUTES") or "60"
#: Who signs in with a second factor beside the password: "", "owners and chairs", or "everybody".
SECOND_FACTOR_FOR = os.environ.get(
    "SECOND_FACTOR_FOR", "owners and chairs" if MODE == "production" else ""
)

#: The company's OpenID Connect provider, where people sign in with the account that they use for everything else: all
#: three or none. The provider sends people back to PUBLIC_URL and /sign-in/company/back.
OIDC_ISSUER = os.environ.get("OIDC_ISSUER") or ""
OIDC_CLIENT_ID = os.environ.get("OIDC_CLIENT_ID") or ""
OIDC_CLIENT_SECRET = os.environ.get("OIDC_CLIENT_SECRET") or ""
#: "password", "company" or "both". With "company" no password and no passkey lets anybody in.
SIGN_IN_BY = os.environ.get("SIGN_IN_BY") or ("both" if OIDC_ISSUER else "password")
#: Whether signing in with the company's account counts as a second factor: when the provider has "told" so or "always".
OIDC_SECOND_FACTOR = os.environ.get("OIDC_SECOND_FACTOR") or "told"

MAX_CONTENT_LENGTH = 1024 * 1024
MAX_FORM_MEMORY_SIZE = 512 * 1024
MAX_FORM_PARTS = 2000

#: CSRF is checked by the guard, after the policy: a forged request learns nothing either way.
WTF_CSRF_CHECK_DEFAULT = False
#: Somebody who writes for longer than an hour must not lose the text.
WTF_CSRF_TIME_LIMIT = None

#: From which level on the log is written: "INFO" for a line per request, "WARNING", "ERROR", or "CRITICAL" for nothing.
LOG_LEVEL = os.environ.get("LOG_LEVEL") or ("CRITICAL" if MODE == "test" else "INFO")
