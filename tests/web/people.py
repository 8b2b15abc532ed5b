"""A person at a browser: goes by links, labels and buttons, and reads what a page says to them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page

PASSWORD = "nine words that nobody else would choose"


def words(text: str) -> str:
    """White space counts once."""
    return " ".join(text.split())


@dataclass(eq=False)
class Somebody:
    """Whose page it is. `status` is that of the page they are on."""

    name: str
    email: str
    page: Page
    status: int = 200
    #: How often they have clicked; to choose from a list takes two.
    clicks: int = 0

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
        self.clicks += 1
        place = self.page.locator(within)
        with self._next_page():
            place.get_by_role("link", name=link, exact=True).first.click()
        return self

    def press(self, button: str | re.Pattern[str], within: str = "main") -> "Somebody":
        self.clicks += 1
        place = self.page.locator(within)
        with self._next_page():
            place.get_by_role("button", name=button, exact=True).click()
        return self

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
        self.clicks += 1
        self.labelled(label, within).check()
        return self

    def unfold(self, title: str, within: str = "main") -> "Somebody":
        self.page.locator(within).locator("summary", has_text=title).first.click()
        return self

    def answer(self, word: str, within: str = "main") -> "Somebody":
        """Choose one of the words of the scale; what the word means stands under it."""
        whole = re.compile(rf"^{re.escape(word)}$")
        self.page.locator(within).locator("label.opt > b", has_text=whole).click()
        return self

    def choose(self, label: str, option: str) -> "Somebody":
        """An option may add something in brackets, such as a level's code."""
        self.clicks += 2
        text = re.compile(rf"^\s*{re.escape(option)}( \(.+\))?\s*$")
        select = self.labelled(label)
        value = select.locator("option", has_text=text).get_attribute("value")
        select.select_option(value)
        return self

    def upload(self, label: str, name: str, data: bytes) -> "Somebody":
        file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        self.labelled(label).set_input_files(files=[file])
        return self

    # -- Reading

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def heading(self) -> str:
        return words(self.page.locator("h1").inner_text())

    @property
    def told(self) -> list[str]:
        """What the page says about what was just done."""
        return self.texts(".flashes p")

    def links(self, name: str) -> int:
        return self.page.locator("main").get_by_role("link", name=name, exact=True).count()

    def texts(self, selector: str) -> list[str]:
        return [words(text) for text in self.page.locator(selector).all_inner_texts()]

    def text(self, selector: str = "main") -> str:
        return words(self.page.locator(selector).inner_text())

    def _table(self, caption: str) -> Locator:
        return self.page.get_by_role("table", name=caption, exact=True)

    def columns(self, caption: str) -> list[str]:
        return [words(text) for text in self._table(caption).locator("thead th").all_inner_texts()]

    def table(self, caption: str) -> list[list[str]]:
        """The rows of a table, each as the texts of its cells."""
        return [
            [words(text) for text in row.locator("th, td").all_inner_texts()]
            for row in self._table(caption).locator("tbody tr").all()
        ]

    def facts(self) -> dict[str, str]:
        """The page's pairs of a name and what it is."""
        return dict(zip(self.texts("dl.facts dt"), self.texts("dl.facts dd"), strict=True))

    def waiting(self) -> list[str]:
        """What waits for them at home."""
        self.open("/")
        return self.texts(".tasks .what a")
