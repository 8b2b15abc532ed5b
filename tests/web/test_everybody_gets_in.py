"""From an empty database to thirty people who are signed in: one owner by command, then everything in the browser."""

import re
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from reviews.db.extensions import db
from tests import live_server as servers
from tests.browser import watched_pages
from tests.live_server import ROOT, LiveServer
from tests.mail_server import mail_server
from tests.reviews.mail.test_worker import is_working, wait_for
from tests.web.over_http import OverHttp
from tests.web.people import PASSWORD, InBrowser

pytestmark = [
    pytest.mark.test_all,
    pytest.mark.parametrize("databases", ["sqlite"], indirect=True),
]
OWNER = "Odile Marchetti"
FAMILIES = ("Abara", "Brandt", "Costa", "Dufour", "Eriksen", "Fabbri")
FIRSTS = ("Noor", "Piet", "Quinn", "Rosa", "Søren")
PEOPLE = [
    (str(4100 + n), family, first, f"{first}.{family}@mill.example.org".replace("ø", "o").lower())
    for n, (family, first) in enumerate((family, first) for family in FAMILIES for first in FIRSTS)
]
#: As a people system writes it: a title, then the heading; the manager by number; the first reports to nobody.
FILE = "\r\n".join(
    [
        "Active workers as of today;;;;;",
        "",
        "Personnel No.;Last Name;First Name;Work E-Mail;Supervisor ID;Department",
        *(
            f"{number};{family};{first};{address};{'' if number == '4100' else '4100'};Mill"
            for number, family, first, address in PEOPLE
        ),
    ]
)


@pytest.fixture
def site(database, tmp_path, monkeypatch):
    """An owner by command, a server and its worker, and a mail server; what is set is set for all of them."""
    port = servers.free_port()
    monkeypatch.setattr(servers, "free_port", lambda: port)
    with mail_server() as mail:
        for name, value in (
            ("DATABASE_URL", database),
            ("PUBLIC_URL", f"http://127.0.0.1:{port}"),
            ("MAIL_URL", mail.url),
            ("MAIL_FROM", "levelset@mill.example.org"),
        ):
            monkeypatch.setenv(name, value)
        made = subprocess.run(
            flask("people", "add-owner", OWNER, "odile@mill.example.org"),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr
        server = LiveServer.start(database, tmp_path / "server.log")
        worker = subprocess.Popen(flask("worker"), cwd=ROOT, stdout=-1, stderr=-1)
        with server.app.app_context():
            # Pages say so while it was never seen.
            wait_for(is_working)
            db.session.remove()
        yield server, mail, made.stdout
        worker.kill()
        worker.communicate()
        server.kill()


def flask(*words):
    return [sys.executable, "-m", "flask", "--app", "reviews", *words]


def test_thirty_people_are_in_and_invited_in_ten_clicks_and_each_gets_in(site, browser):
    server, mail, shown = site
    with watched_pages(browser, server.url) as open_page:
        odile = InBrowser(OWNER, "odile@mill.example.org", open_page())
        gets_in(odile, shown)
        odile.press("I have read this")
        assert odile.heading == "Three steps to a first cycle"

        odile.clicks = 0
        odile.follow("Import people").upload("People file", "workers.csv", FILE.encode())
        odile.press("Read the file")
        odile.answer("The whole company").press("Show what would change").press("Import people")
        assert odile.told == ["Imported: 30 new, 0 changed, 0 accounts closed."]
        odile.follow("invite them").press("Send invitations")
        assert odile.told == ["30 people are sent an invitation."]
        assert odile.clicks <= 10

        wait_for(lambda: len(mail.messages) == 30)
        messages = {each["To"].addresses[0].addr_spec: each for each in mail.messages}
        assert sorted(messages) == sorted(address for *_, address in PEOPLE)
        for number, (_, family, first, address) in enumerate(PEOPLE):
            name = f"{first} {family}"
            # What a browser adds is seen at three of them.
            person = (
                InBrowser(name, address, open_page(java_script_enabled=False))
                if number < 3
                else OverHttp(name, address, server.app.test_client())
            )
            gets_in(person, messages[address].get_body(("plain",)).get_content())
            assert person.texts(".top__me a") == [name]

        odile.open("/people")
        assert "cannot sign in yet" not in odile.text()


def gets_in(person, message):
    """They open the one link of what they were sent, and choose a password."""
    [link] = re.findall(r"https?://\S+/sign-in/link/\S+", message)
    person.open(urlsplit(link).path).fill(Password=PASSWORD).press("Set password")
    assert person.told == ["Your password is set, and you are signed in."]
