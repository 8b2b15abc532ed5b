"""Mail is set up in these tests, with a server that is there only where a test starts one."""

import pytest


@pytest.fixture(autouse=True)
def mail_is_set_up(app, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_URL", "smtp://127.0.0.1:9")
    monkeypatch.setitem(app.config, "MAIL_FROM", "levelset@example.org")
