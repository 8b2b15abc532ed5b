"""A person at a browser: goes by links, labels and buttons, and reads what a page says to them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Locator, Page

PASSWORD = "nine words that nobody else would choose"


def words(text: str) -> str:
    """White space counts once, and does not stand before a full stop or a comma."""
    return " ".join(text.split())


@dataclass
class Somebody:
    """Whose page it is. `status` is that of the page they are on."""

    name: str
    email: str
    page: Page
    status: int = 200

    # -- Going about

    @contextmanager
    def _next_page(self) -> Iterator[None]:
        with self.page.expect_navigation() as answer:
            yield
        response = answer.value
        assert response is not None
        self.status = response.status

    def open(self, path: str) -> "Somebody":
        response = self.page.goto(path)
        assert response is not None
        self.status = response.status
        return self

    def follow(self, link: str, within: str = "main") -> "Somebody":
        place = self.page.locator(within)
        with self._next_page():
            place.get_by_role("link", name=link, exact=True).first.click()
        return self

    def press(self, button: str, within: str = "main") -> "Somebody":
        place = self.page.locator(within)
        with self._next_page():
            place.get_by_role("button", name=button, exact=True).click()
        return self

    def sign_in(self) -> "Somebody":
        self.open("/sign-in").fill(**{"E-mail address": self.email, "Password": PASSWORD})
        return self.press("Sign in")

    # -- Filling in

    def fill(self, **texts: str) -> "Somebody":
        for label, text in texts.items():
            self.labelled(label).fill(text)
        return self

    def labelled(self, label: str, within: str = "main") -> Locator:
        # A label may go on with "optional".
        name = re.compile(rf"^{re.escape(label)}( optional)?$")
        return self.page.locator(within).get_by_label(name)

    def tick(self, label: str, within: str = "main") -> "Somebody":
        self.labelled(label, within).check()
        return self

    def choose(self, label: str, option: str) -> "Somebody":
        self.labelled(label).select_option(label=option)
        return self

    def upload(self, label: str, name: str, data: bytes) -> "Somebody":
        file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        self.labelled(label).set_input_files(files=[file])
        return self

    # -- Reading

    @property
    def path(self) -> str:
        return self.page.url.split("/", 3)[3].join(("/", ""))

    @property
    def heading(self) -> str:
        return words(self.page.locator("h1").inner_text())

    @property
    def told(self) -> list[str]:
        """What the page says about what was just done."""
        return self.texts(".flashes p")

    def texts(self, selector: str) -> list[str]:
        return [words(text) for text in self.page.locator(selector).all_inner_texts()]

    def text(self, selector: str = "main") -> str:
        return words(self.page.locator(selector).inner_text())

    def table(self, caption: str) -> list[list[str]]:
        """The rows of a table, each as the texts of its cells."""
        table = self.page.get_by_role("table", name=caption, exact=True)
        rows = table.locator("tbody tr").all()
        return [
            [words(text) for text in row.locator("th, td").all_inner_texts()] for row in rows
        ]

    def waiting(self) -> list[str]:
        """What waits for them at home."""
        self.open("/")
        return self.texts(".tasks .what a")
