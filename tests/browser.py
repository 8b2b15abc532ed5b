"""The Chromium of the machine, driven; a page that complains on its console fails its test."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Response, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
#: What belongs to a page and has to arrive with it.
PARTS = {"font", "image", "script", "stylesheet"}
#: Long enough for a busy machine; a page that needs longer is at fault.
PATIENCE_MS = 15_000


def find_chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def chromium(program: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def watched_pages(browser: Browser, base_url: str) -> Iterator[Callable[..., Page]]:
    """Give a function that opens a page of its own person: own cookies, own window.

    It takes what the browser takes for a new context, such as `java_script_enabled=False`.
    """
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # A page may answer 404 or 422 and be as it should be; what it loads may not.
        load = message.text.startswith("Failed to load resource")
        if message.type in {"error", "warning"} and not load:
            complaints.append(f"{message.location.get('url')}: {message.text}")

    def receive(response: Response) -> None:
        if response.request.resource_type in PARTS and not response.ok:
            complaints.append(f"{response.url}: {response.status}")

    def crash(error: Error) -> None:
        complaints.append(str(error))

    def open_page(**options: Any) -> Page:
        context = browser.new_context(
            base_url=base_url, locale="en-GB", timezone_id="UTC", **options
        )
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", crash)
        page.on("response", receive)
        return page

    try:
        yield open_page
    finally:
        for context in browser.contexts:
            context.close()
    assert complaints == [], "\n".join(complaints)
