"""Take the pictures of the README: `make shots` fills a scratch database with the demo and calls this."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from flask import url_for
from playwright.sync_api import Page

from ladders.models import LadderRow, LadderVersion
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.demo.seed import PASSWORD, accounts
from tests.browser import chromium, find_chromium, watched_pages
from tests.live_server import LiveServer

FOLDER = Path(__file__).resolve().parent / "screenshots"
WINDOW = {"width": 1440, "height": 900}


def packets(cycle: str, *, email: str = "%") -> list[str]:
    """The public ids of a cycle's packets, those of one target level together."""
    return list(
        db.session.scalars(
            sa.select(Packet.public_id)
            .join(Cycle, Cycle.id == Packet.cycle_id)
            .join(Person, Person.id == Packet.candidate_id)
            .where(Cycle.name == cycle, Person.email.like(email))
            .order_by(Packet.target_level_id, Packet.id)
        )
    )


def in_calibration() -> str:
    return db.session.scalars(sa.select(Cycle.public_id).where(Cycle.name == "Autumn review")).one()


def board(_email: str) -> str:
    return url_for("calibration.board.show", cycle=in_calibration())


def compare(_email: str) -> str:
    three = packets("Autumn review")[:3]
    return url_for("calibration.compare.show", cycle=in_calibration(), packet=three)


def packet(email: str) -> str:
    return url_for("packets.show", packet=packets("Winter review", email=email)[0])


def outcome(email: str) -> str:
    return url_for("calibration.outcome.show", packet=packets("Spring review", email=email)[0])


def level(_email: str) -> str:
    version = db.session.scalars(
        sa.select(LadderVersion.public_id)
        .join(LadderRow, LadderRow.id == LadderVersion.ladder_id)
        .where(LadderRow.name == "Engineering")
    ).one()
    return url_for(
        "ladder_library.level", version=version, level="staff-engineer", role="technical-lead"
    )


#: Name of the picture, whose eyes it is seen with, and the page.
PICTURES: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("board", "chair", board),
    ("compare", "chair", compare),
    ("packet", "candidate", packet),
    ("outcome", "candidate, decided", outcome),
    ("level", "candidate", level),
)


def take(page: Page, email: str, path: str, target: Path) -> None:
    page.set_viewport_size(WINDOW)
    page.goto("/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.press("[name=password]", "Enter")
    answer = page.goto(path)
    if answer is None or not answer.ok or not page.url.endswith(path):
        sys.exit(f"{email} asked for {path} and came to {page.url}: no picture of it.")
    page.screenshot(path=target)


def main(database: str) -> None:
    program = find_chromium()
    if program is None:
        sys.exit("There is no Chromium on this machine, and pictures need one.")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        server = LiveServer.start(database, Path(folder) / "server.log")
        try:
            # Read before the first visit: SQLite lets nobody sign in while somebody reads.
            with server.app.test_request_context():
                emails = {account.role: account.email for account in accounts()}
                visits = [
                    (emails[role], page_of(emails[role]), FOLDER / f"{name}.png")
                    for name, role, page_of in PICTURES
                ]
            with chromium(program) as browser, watched_pages(browser, server.url) as open_page:
                for visit in visits:
                    take(open_page(), *visit)
        finally:
            server.kill()


if __name__ == "__main__":
    main(sys.argv[1])
