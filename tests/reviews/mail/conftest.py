"""Mail is set up in these tests, with a server that is there only where a test asks for one."""

import pytest

from tests.mail_server import mail_server


@pytest.fixture(autouse=True)
def mail_is_set_up(app, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_URL", "smtp://127.0.0.1:9")
    monkeypatch.setitem(app.config, "MAIL_FROM", "levelset@example.org")


@pytest.fixture
def server(app, monkeypatch, mail_is_set_up):  # noqa: ARG001 - comes after it
    """A mail server that takes everything."""
    with mail_server() as stub:
        monkeypatch.setitem(app.config, "MAIL_URL", stub.url)
        yield stub
