"""The pages of the demo, as each of its people finds them: they fit the window, and axe finds no serious barrier.

Somebody begins at home and follows links until every kind of page they can reach has been opened once. A complaint on
the console fails the test as well.
"""

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from sqlalchemy.orm import joinedload

from reviews.cycles.phases.service import advance_cycle
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle
from reviews.db.models.mail import OutboxMessage
from reviews.db.models.packets import Assignment, Packet
from reviews.db.models.people import Person
from reviews.demo import seed
from reviews.mail import sending
from reviews.mail.outbox import post
from reviews.people.queries import now
from reviews.rules.enums import AssignmentState, CyclePhase, MailKind, MailStatus, PacketState
from tests.browser import watched_pages
from tests.builders import a_person, viewer_of
from tests.conftest import application, disconnect
from tests.live_server import ROOT, LiveServer
from tests.web.people import InBrowser
from tests.web.yardsticks import OWN

#: A telephone, a tablet and a desk.
WIDTHS = (390, 768, 1440)
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
LADDERS = ROOT / "ladders" / "demo"

#: The same for everybody: the peer, who has least to do, opens them.
ALIKE = {
    "cycles.index",
    "ladder_library.dimension",
    "ladder_library.index",
    "ladder_library.level",
    "ladder_library.show",
    "ladder_library.step",
    "signing_in.account.show",
}
#: What each of them must have come by.
REACHED = {
    "owner": {
        "audit.cycle",
        "audit.reads",
        "cycles.setup.edit",
        "ladder_editor.cell",
        "ladder_editor.common",
        "ladder_editor.dimension",
        "ladder_editor.frame",
        "ladder_editor.level",
        "ladder_editor.role",
        "ladder_editor.role_at",
        "ladder_editor.role_cell",
        "ladder_editor.track",
        "ladder_library.changes",
        "ladder_library.preview",
        "people.person",
    },
    "chair": {
        "calibration.compare.show",
        "calibration.committee.show",
        "calibration.committee.decide",
    },
    "committee member": {"calibration.board.show", "calibration.committee.ballot", "ratings.show"},
    "member with conflicts": {"calibration.board.show", "calibration.committee.conflicts"},
    "manager": {"packets.show", "packets.peers"},
    "candidate": {"packets.show", "packets.peers", "packets.edit_evidence"},
    "candidate, submitted": {"packets.receipt", "packets.withdraw"},
    "candidate, decided": {"calibration.outcome.show"},
    "peer": {"packets.start", *ALIKE},
}
REACHED_IN_RATING = {
    "manager who rates": {"ratings.rate", "ratings.review", "packets.show"},
    "peer who is asked": {"ratings.invitation", "packets.show"},
}

# A page looks the same whatever keeps its data.
pytestmark = [
    pytest.mark.test_all,
    pytest.mark.parametrize("databases", ["sqlite"], indirect=True),
]


@dataclass(frozen=True)
class Demo:
    """A demo organisation at rest, to be copied; and who signs in to it, by role."""

    database: str
    emails: dict[str, str]


@pytest.fixture(scope="module")
def demo(databases, migrated) -> Iterator[Demo]:
    url = databases.make(copy_of=migrated)
    with application(url).app_context():
        seed.seed(now(), LADDERS)
        emails = {account.role: account.email for account in seed.accounts()}
        emails |= dict(raters_and_candidate_of_the_cycle_in_evidence())
        db.session.commit()
        disconnect()
    yield Demo(url, emails)
    databases.drop(url)


def raters_and_candidate_of_the_cycle_in_evidence() -> Iterator[tuple[str, str]]:
    """Three more people who sign in: the demo's own do not rate a packet at present."""
    peer = db.session.scalars(
        sa.select(Assignment)
        .join(Assignment.packet)
        .join(Packet.cycle)
        .where(
            Assignment.state == AssignmentState.APPROVED,
            Packet.state == PacketState.SUBMITTED,
            Cycle.phase == CyclePhase.EVIDENCE,
        )
        .options(
            joinedload(Assignment.rater),
            joinedload(Assignment.packet).joinedload(Packet.candidate),
            joinedload(Assignment.packet).joinedload(Packet.manager),
        )
        .order_by(Assignment.id)
    ).first()
    assert peer is not None
    known = db.session.scalars(sa.select(Person).where(Person.password_hash.is_not(None))).first()
    assert known is not None
    for role, person in (
        ("candidate, submitted", peer.packet.candidate),
        ("manager who rates", peer.packet.manager),
        ("peer who is asked", peer.rater),
    ):
        person.password_hash = known.password_hash
        yield role, person.email


@contextmanager
def served(demo: Demo, databases, folder: Path) -> Iterator[LiveServer]:
    """A server on a copy of its own, shared by the tests of a module."""
    url = databases.make(copy_of=demo.database)
    server = LiveServer.start(url, folder / "server.log")
    yield server
    server.kill()
    with server.app.app_context():
        disconnect()
    databases.drop(url)


@pytest.fixture(scope="module")
def server(demo, databases, tmp_path_factory) -> Iterator[LiveServer]:
    with served(demo, databases, tmp_path_factory.mktemp("demo")) as server:
        yield server


@pytest.fixture(scope="module")
def server_in_rating(demo, databases, tmp_path_factory) -> Iterator[LiveServer]:
    """The demo a week later: the cycle that collected evidence is being rated."""
    with served(demo, databases, tmp_path_factory.mktemp("rating")) as server:
        with server.app.app_context():
            cycle = db.session.scalars(
                sa.select(Cycle).where(Cycle.phase == CyclePhase.EVIDENCE)
            ).one()
            owner = db.session.scalars(
                sa.select(Person).where(Person.email == demo.emails["owner"])
            ).one()
            advance_cycle(cycle, actor=viewer_of(owner, now=now()), now=now())
            db.session.commit()
        yield server


@pytest.mark.parametrize("role", REACHED)
def test_every_page_of(role, demo, server, browser, record_property):
    record_property("ran on", f"Chromium {browser.version}")
    with watched_pages(browser, server.url) as open_page:
        somebody = signed_in(open_page(**STILL), demo.emails[role])
        first = ["/", *(begun_by_the_owner(somebody) if role == "owner" else ())]
        seen, faults = walk(somebody, server, first, () if role == "peer" else ALIKE)
    assert faults == []
    assert REACHED[role] - seen == set()


@pytest.mark.parametrize("role", REACHED_IN_RATING)
def test_every_page_in_rating_of(role, demo, server_in_rating, browser, record_property):
    record_property("ran on", f"Chromium {browser.version}")
    with watched_pages(browser, server_in_rating.url) as open_page:
        somebody = signed_in(open_page(**STILL), demo.emails[role])
        seen, faults = walk(somebody, server_in_rating, ["/"], ALIKE)
    assert faults == []
    assert REACHED_IN_RATING[role] - seen == set()


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/link/x", "/nowhere"])
def test_a_page_that_is_nobodys(path, demo, server, browser, record_property):
    record_property("ran on", f"Chromium {browser.version}")
    with watched_pages(browser, server.url) as open_page:
        nobody = InBrowser("", "", open_page(**STILL))
        peer = signed_in(open_page(**STILL), demo.emails["peer"])
        for somebody, scheme in itertools.product((nobody, peer), SCHEMES):
            assert faults_of(somebody.open(path).page, WIDTHS[0], scheme) == []


# -- Going about

#: Without motion a colour is what it will be as soon as the scheme changes.
STILL = {"reduced_motion": "reduce"}


def signed_in(page: Page, email: str) -> InBrowser:
    somebody = InBrowser(email, email, page).open("/sign-in")
    return somebody.fill(**{"E-mail address": email, "Password": seed.PASSWORD}).press("Sign in")


def begun_by_the_owner(owner: InBrowser) -> list[str]:
    """A cycle that is not set up yet, ladders that are still drafts, and every component on one page."""
    owner.open("/cycles/new").fill(Name="Summer review").press("Create cycle")
    cycle = owner.path
    owner.open("/ladders/import").upload("Ladder files", OWN.name, OWN.read_bytes())
    imported = owner.press("Read the files").path
    owner.open("/ladders").follow("Engineering").press("Edit as a next version")
    return [cycle, imported, owner.path, "/styleguide"]


def walk(
    somebody: InBrowser, server: LiveServer, first: Iterable[str], passed_by: Iterable[str]
) -> tuple[set[str], list[str]]:
    """Open one page of each kind but those passed by; give the kinds, and what is wrong with the pages."""
    kinds = server.app.url_map.bind("")
    looks = itertools.cycle(itertools.product(WIDTHS, SCHEMES))
    ahead, seen, faults = deque(first), set(passed_by), list[str]()
    while ahead:
        path = ahead.popleft()
        kind, _ = kinds.match(urlsplit(path).path)
        if kind in seen:
            continue
        somebody.open(path)
        # A page that only leads on counts as the one it leads to.
        seen |= {kind, kinds.match(urlsplit(somebody.page.url).path)[0]}
        if somebody.status != 200:
            faults.append(f"{path} answers {somebody.status}")
        ahead.extend(links_of(somebody.page))
        faults += [f"{path} {fault}" for fault in faults_of(somebody.page, *next(looks))]
    return seen, faults


def links_of(page: Page) -> list[str]:
    """Where the page leads, but for files; a board also to the first two of its candidates side by side."""
    links = page.eval_on_selector_all(
        "a[href^='/']:not([download])", "all => all.map(a => a.getAttribute('href'))"
    )
    for group in page.locator("form[action$='/compare']").all():
        boxes = [
            f"packet={box.get_attribute('value')}" for box in group.locator("[name=packet]").all()
        ]
        if len(boxes) > 1:
            links.append(f"{group.get_attribute('action')}?{'&'.join(boxes[:2])}")
    return links


def faults_of(page: Page, axe_width: int, axe_scheme: Scheme) -> list[str]:
    """What does not fit at any width; and what axe finds in one look, which changes from page to page."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        needed = page.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            found.append(f"needs {needed} of {width} pixels")
    page.set_viewport_size({"width": axe_width, "height": 900})
    page.emulate_media(color_scheme=axe_scheme)
    found += [
        f"at {axe_width}, {axe_scheme}: {violation['id']}: {node['target']}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]
    return found


# -- Mail

LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff " * 3 + "Maria-Antonietta"
LONG_ANSWER = (
    f"The mail server refused the address: “550 5.1.1 <{'very' * 30}@example.org> is nobody here”."
)


@pytest.fixture(scope="module")
def server_with_mail(demo, databases, tmp_path_factory) -> Iterator[LiveServer]:
    """The demo with its mailbox, while the worker is away: 300 messages that did not arrive, and some that wait."""
    folder = tmp_path_factory.mktemp("mail")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEVELSET_MODE", "demo")
        with served(demo, databases, folder) as server:
            server.app.config["MODE"] = "demo"
            with server.app.app_context():
                fill_outbox()
                db.session.commit()
            yield server


def fill_outbox() -> None:
    for number in range(300):
        name = LONG_NAME if number % 20 == 1 else f"Person {number}"
        person = a_person(name)
        post(MailKind.INVITATION, person, at=now() - timedelta(days=2))
        post(MailKind.NEW_ADDRESS, person, at=now(), about={"goes_to": "new", "other": "b…@e…"})
    ends = itertools.cycle((MailStatus.FAILED, MailStatus.BOUNCED, MailStatus.NOT_SENT))
    invitations = sa.select(OutboxMessage).where(OutboxMessage.kind == MailKind.INVITATION.value)
    for message in db.session.scalars(invitations):
        sending.end(message, next(ends), LONG_ANSWER, now())


@pytest.mark.parametrize(
    "path", ["/", "/mail", "/mail?page=2", "/people", "/people/invite", "/account", "/mailbox"]
)
def test_a_page_about_mail(path, demo, server_with_mail, browser, record_property):
    record_property("ran on", f"Chromium {browser.version}")
    with watched_pages(browser, server_with_mail.url) as open_page:
        owner = signed_in(open_page(**STILL), demo.emails["owner"]).open(path)
        for scheme in SCHEMES:
            for width in WIDTHS:
                assert faults_of(owner.page, width, scheme) == []


#: As people systems write them, and longer than most.
PEOPLE_FILE = "employee_id,first_name,last_name,email,manager_email,department,title\n" + "".join(
    f"E{number:03},{LONG_NAME if number % 20 == 1 else 'Ines'},Marlow{number},i{number}@example.org,"
    f"i{number // 7}@example.org,Engineering,Engineer\n"
    for number in range(300)
)


def test_the_steps_of_an_import(demo, server_with_mail, browser, record_property):
    record_property("ran on", f"Chromium {browser.version}")
    with watched_pages(browser, server_with_mail.url) as open_page:
        owner = signed_in(open_page(**STILL), demo.emails["owner"]).open("/people/import")
        found = [holds(owner.page)]
        owner.upload("People file", "people.csv", PEOPLE_FILE.encode()).press("Read the file")
        found.append(holds(owner.page))
        owner.answer("Only these people").press("Show what would change")
        found.append(holds(owner.page))

        assert owner.heading == "What would change"
    assert found == [[], [], []]


def holds(page) -> list[str]:
    return [
        fault for scheme in SCHEMES for width in WIDTHS for fault in faults_of(page, width, scheme)
    ]
