"""A person before a page: goes by links, labels and buttons, and reads what the page says to them.

`Somebody` is what the acts of a play are written for. A play runs in a browser (`InBrowser`), where what is shown and
what can be clicked is the browser's word, or, for a tenth of the time, over the application's client (`over_http.py`).
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page

#: What a screen reader says for an element that is named by others.
ACCESSIBLE_NAME = """
cell => cell.getAttribute("aria-labelledby").split(" ").map(id => document.getElementById(id).textContent).join(" ")
"""

PASSWORD = "nine words that nobody else would choose"


def words(text: str) -> str:
    """White space counts once."""
    return " ".join(text.split())


@dataclass(eq=False)
class Somebody(ABC):
    """Whose page it is. `status` is that of the page they are on.

    A place is named in CSS. `:has-text('...')` holds the text anywhere inside; at the end of a step, `:visible` leaves
    out what is folded away; after ` >> ` goes another step, or `nth=1` for the second of what was found.
    """

    name: str
    email: str

    # -- Going about

    @abstractmethod
    def open(self, path: str) -> Self: ...

    @abstractmethod
    def follow(self, link: str, within: str = "main") -> Self:
        """Click a link by its whole name; the first, where there are several."""

    @abstractmethod
    def press(self, button: str | re.Pattern[str], within: str = "main") -> Self:
        """Click the one button of this name, and send the form that it belongs to."""

    # -- Filling in

    @abstractmethod
    def fill(self, **texts: str) -> Self:
        """Type texts into the fields of these labels. A label may go on with "optional"."""

    @abstractmethod
    def tick(self, label: str, within: str = "main") -> Self: ...

    @abstractmethod
    def tick_first(self, selector: str, count: int) -> Self:
        """Tick so many of the boxes, from the first one on."""

    @abstractmethod
    def unfold(self, title: str, within: str = "main") -> Self: ...

    @abstractmethod
    def answer(self, word: str, question: str = "") -> Self:
        """Choose one of the words of the scale; what the word means stands under it.

        `question`: of which group of them.
        """

    @abstractmethod
    def choose(self, label: str, option: str) -> Self:
        """Pick from a list. An option may add something in brackets, such as a level's code."""

    @abstractmethod
    def upload(self, label: str, name: str, data: bytes) -> Self: ...

    # -- Reading

    @property
    @abstractmethod
    def status(self) -> int: ...

    @property
    @abstractmethod
    def path(self) -> str: ...

    @abstractmethod
    def lines(self, selector: str) -> list[list[str]]:
        """The text of each such element, line by line."""

    @abstractmethod
    def attributes(self, selector: str, name: str) -> list[str]: ...

    @abstractmethod
    def accessible_names(self, selector: str) -> list[str]:
        """What a screen reader says for each such element that is named by others on the page."""

    @abstractmethod
    def columns(self, caption: str) -> list[str]: ...

    @abstractmethod
    def table(self, caption: str) -> list[list[str]]:
        """The rows of a table, each as the texts of its cells; nothing where there is no such table."""

    @abstractmethod
    def links(self, name: str) -> int: ...

    @abstractmethod
    def reads_before(self, label: str, selector: str) -> bool:
        """Whether the labelled field stands above the element."""

    @property
    def heading(self) -> str:
        return self.text("h1")

    @property
    def told(self) -> list[str]:
        """What the page says about what was just done."""
        return self.texts(".flashes p")

    def texts(self, selector: str) -> list[str]:
        return [words(" ".join(lines)) for lines in self.lines(selector)]

    def text(self, selector: str = "main") -> str:
        (text,) = self.texts(selector)
        return text

    def facts(self) -> dict[str, str]:
        """The page's pairs of a name and what it is."""
        return dict(zip(self.texts("dl.facts dt"), self.texts("dl.facts dd"), strict=True))

    def waiting(self) -> list[str]:
        """What waits for them at home."""
        self.open("/")
        return self.texts(".tasks .what a")


def label_of(label: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(label)}( optional)?\s*$")


def option_of(option: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(option)}( \(.+\))?\s*$")


@dataclass(eq=False)
class InBrowser(Somebody):
    page: Page
    status: int = 200
    #: How often they have clicked; to choose from a list or a file from a folder takes two.
    clicks: int = 0

    @contextmanager
    def _next_page(self) -> Iterator[None]:
        with self.page.expect_navigation() as answer:
            yield
        response = answer.value
        assert response is not None
        self.status = response.status

    def open(self, path: str) -> Self:
        response = self.page.goto(path)
        assert response is not None
        self.status = response.status
        return self

    def follow(self, link: str, within: str = "main") -> Self:
        self.clicks += 1
        place = self.page.locator(within)
        with self._next_page():
            place.get_by_role("link", name=link, exact=True).first.click()
        return self

    def press(self, button: str | re.Pattern[str], within: str = "main") -> Self:
        self.clicks += 1
        place = self.page.locator(within)
        with self._next_page():
            place.get_by_role("button", name=button, exact=True).click()
        return self

    def fill(self, **texts: str) -> Self:
        for label, text in texts.items():
            self._labelled(label).fill(text)
        return self

    def _labelled(self, label: str, within: str = "main") -> Locator:
        return self.page.locator(within).get_by_label(label_of(label))

    def tick(self, label: str, within: str = "main") -> Self:
        self.clicks += 1
        self._labelled(label, within).check()
        return self

    def tick_first(self, selector: str, count: int) -> Self:
        for box in self.page.locator(selector).all()[:count]:
            self.clicks += 1
            box.check()
        return self

    def unfold(self, title: str, within: str = "main") -> Self:
        self.clicks += 1
        self.page.locator(within).locator("summary", has_text=title).first.click()
        return self

    def answer(self, word: str, question: str = "") -> Self:
        self.clicks += 1
        main = self.page.locator("main")
        place = main.get_by_role("group", name=question, exact=True) if question else main
        whole = re.compile(rf"^{re.escape(word)}$")
        place.locator("label.opt > b", has_text=whole).click()
        return self

    def choose(self, label: str, option: str) -> Self:
        self.clicks += 2
        select = self._labelled(label)
        value = select.locator("option", has_text=option_of(option)).get_attribute("value")
        select.select_option(value)
        return self

    def upload(self, label: str, name: str, data: bytes) -> Self:
        self.clicks += 2
        file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        self._labelled(label).set_input_files(files=[file])
        return self

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def lines(self, selector: str) -> list[list[str]]:
        return [text.splitlines() for text in self.page.locator(selector).all_inner_texts()]

    def attributes(self, selector: str, name: str) -> list[str]:
        return [each.get_attribute(name) or "" for each in self.page.locator(selector).all()]

    def accessible_names(self, selector: str) -> list[str]:
        return [each.evaluate(ACCESSIBLE_NAME) for each in self.page.locator(selector).all()]

    def _table(self, caption: str) -> Locator:
        return self.page.get_by_role("table", name=caption, exact=True)

    def columns(self, caption: str) -> list[str]:
        return [words(text) for text in self._table(caption).locator("thead th").all_inner_texts()]

    def table(self, caption: str) -> list[list[str]]:
        return [
            [words(text) for text in row.locator("th, td").all_inner_texts()]
            for row in self._table(caption).locator("tbody tr").all()
        ]

    def links(self, name: str) -> int:
        return self.page.locator("main").get_by_role("link", name=name, exact=True).count()

    def reads_before(self, label: str, selector: str) -> bool:
        field, other = (
            self._labelled(label).bounding_box(),
            self.page.locator(selector).bounding_box(),
        )
        return bool(field and other and field["y"] + field["height"] <= other["y"])
