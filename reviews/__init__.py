"""The application: promotion reviews against a career ladder. `create_app` is the top floor; nothing imports it."""

import gc
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask.typing import ResponseReturnValue
from werkzeug.middleware.proxy_fix import ProxyFix

from reviews import offline

ROOT = Path(__file__).resolve().parent.parent
#: Below this, a signed cookie in somebody's hands is enough to find the secret by trying.
_SHORTEST_SECRET = 32


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Make an application from `config.py`, the environment and the overrides.

    Raises:
        RuntimeError: without a long secret outside demo and test mode, or if a route has no action.
        PolicyError: if the policy table breaks one of its invariants.
    """
    app = Flask(
        __name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static")
    )
    app.config.from_pyfile(str(ROOT / "config.py"))
    app.config.update(overrides or {})
    if not app.config["SECRET_KEY"]:
        if overrides is None and offline.is_asked_for(sys.argv[1:]):
            from reviews import cli

            cli.init_app(app)  # commands and no page: it can serve nothing
            return app
        raise RuntimeError(
            "SECRET_KEY is not set. Only demo and test mode have a secret of their own."
        )
    if app.config["MODE"] == "production" and len(app.config["SECRET_KEY"]) < _SHORTEST_SECRET:
        raise RuntimeError(f"SECRET_KEY is shorter than {_SHORTEST_SECRET} characters.")
    if app.config["PROXIES"]:
        hops = app.config["PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]  # Flask's way

    # Imported late so that `import reviews.policy` stays free of Flask and of every view.
    from reviews import (
        cli,
        database,
        errors,
        extensions,
        guard,
        headers,
        routes,
        styleguide,
        template_tools,
    )
    from reviews.audit import chain
    from reviews.policy.table import tables

    tables()
    chain.sign_with(app.config["AUDIT_KEY"])
    (ROOT / "var").mkdir(exist_ok=True)
    extensions.db.init_app(app)
    extensions.migrate.init_app(app, extensions.db, directory=str(ROOT / "migrations"))
    extensions.csrf.init_app(app)
    extensions.login_manager.init_app(app)
    extensions.limiter.init_app(app)
    database.init_app(app)
    headers.init_app(app)
    errors.init_app(app)
    guard.init_app(app)
    template_tools.init_app(app)
    cli.init_app(app)
    for blueprint in routes.BLUEPRINTS:
        app.register_blueprint(blueprint)
    if app.config["MODE"] != "production":
        app.register_blueprint(styleguide.bp)

    @app.get("/healthz", endpoint="health")
    def health() -> ResponseReturnValue:
        return "ok", {"Content-Type": "text/plain; charset=utf-8"}

    guard.refuse_open_doors(app)
    # What starting has made is here to stay: a page that makes many objects need not have all of it searched for garbage.
    gc.freeze()
    return app
