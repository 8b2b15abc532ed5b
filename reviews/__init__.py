"""The application: promotion reviews against a career ladder. `create_app` is the top floor; nothing imports it."""

import gc
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from reviews import cli_without_pages

ROOT = Path(__file__).resolve().parent.parent


class RefusedError(click.ClickException, RuntimeError):
    """What keeps an application from starting: all of it, a sentence to each line. A command ends with them alone."""


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Make an application from `config.py`, the environment and the overrides.

    Raises:
        RefusedError: with settings, or over a database, that `reviews/rules/settings.py` finds unsafe.
        RuntimeError: if a route has no action.
        PolicyError: if the policy table breaks one of its invariants.
    """
    app = Flask(
        __name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static")
    )
    app.config.from_pyfile(str(ROOT / "config.py"))
    app.config.update(overrides or {})
    if overrides is None and cli_without_pages.is_asked_for(sys.argv[1:]):
        from reviews import cli

        cli.init_app(app)  # commands and no page: it can serve nothing, and is quick
        return app
    (ROOT / "var").mkdir(mode=0o700, exist_ok=True)
    _refuse(_setting_faults(app))
    for number in ("PROXIES", "SESSION_IDLE_MINUTES"):
        app.config[number] = int(app.config[number])
    if app.config["PROXIES"]:
        hops = app.config["PROXIES"]
        # This is Flask's way to put something before an application.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]

    # Until it is made nothing is garbage, and looking for it would take a fifth of the time.
    gc.disable()
    # Imported late so that `import reviews.policy` stays free of Flask and of every view.
    from reviews import cli, routes
    from reviews.audit import anchor, chain
    from reviews.mail import nudging
    from reviews.rules.policy.table import tables
    from reviews.web import (
        error_handlers,
        extensions,
        guard,
        request_log,
        security_headers,
        styleguide,
        templating,
    )

    tables()
    chain.sign_with(app.config["AUDIT_KEY"])
    anchor.keep_at(app.config["AUDIT_ANCHOR"])
    _prepare_database(app)
    nudging.init_app()
    request_log.init_app(app)
    if app.config["MODE"] == "production":
        _look_around(app)
    extensions.csrf.init_app(app)
    extensions.login_manager.init_app(app)
    security_headers.init_app(app)
    error_handlers.init_app(app)
    guard.init_app(app)
    templating.init_app(app)
    cli.init_app(app)
    for blueprint in routes.BLUEPRINTS:
        app.register_blueprint(blueprint)
    if app.config["MODE"] != "production":
        app.register_blueprint(styleguide.bp)
    if app.config["MODE"] == "demo":
        app.register_blueprint(routes.MAILBOX)

    guard.require_guarded_routes(app)
    # What starting has made is here to stay: a page that makes many objects need not have all of it searched for
    # garbage.
    gc.freeze()
    gc.enable()
    return app


def _refuse(faults: Sequence[str]) -> None:
    if faults:
        raise RefusedError("\n".join(["Levelset does not start.", *faults]))


def _setting_faults(app: Flask) -> list[str]:
    """What is wrong with the settings and, in production, with where the file of the database is."""
    from reviews.db import surroundings
    from reviews.rules import settings

    faults = settings.setting_faults(app.config)
    if app.config["MODE"] == "production":
        faults += surroundings.of_file(app.config["SQLALCHEMY_DATABASE_URI"])
        faults += surroundings.of_anchor(app.config["AUDIT_ANCHOR"])
    return faults


def _look_around(app: Flask) -> None:
    """Refuse a server or a clock that loses what is saved, and log what could be better."""
    from reviews.db import surroundings
    from reviews.db.extensions import db
    from reviews.web import request_log

    with app.app_context():
        found = surroundings.of_server(db.engine)
        db.engine.dispose()
    _refuse(found.faults)
    for warning in found.warnings:
        request_log.warn(app, warning)


def _prepare_database(app: Flask) -> None:
    from reviews.db import connections
    from reviews.db.extensions import READ, db
    from reviews.web import request_log

    url = app.config["SQLALCHEMY_DATABASE_URI"]
    options = connections.engine_options(url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    app.config["SQLALCHEMY_BINDS"] = {READ: {"url": url, **options}}
    db.init_app(app)
    with app.app_context():
        for name, engine in db.engines.items():
            connections.prepare(engine, reads_only=name == READ)
            request_log.count_statements(engine)
