"""A person without a browser: the same requests, and pages read as their markup says that they are shown.

What only a browser can tell stays with the plays that run in one: layout, scripts, and whether something can be
clicked.
"""

import io
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urldefrag, urljoin

from lxml.etree import QName
from lxml.etree import _Element as Element
from werkzeug.test import TestResponse

from tests.clients import StrictClient
from tests.pages import Page, text_of, values_of
from tests.web.people import Somebody, label_of, option_of, words

#: What begins and ends a line. A span stands apart from its neighbours, and so does a sign that is not read aloud.
BLOCKS = {
    "article", "aside", "blockquote", "br", "caption", "dd", "details", "div", "dl", "dt", "fieldset", "footer", "form",
    "h1", "h2", "h3", "h4", "header", "legend", "li", "main", "nav", "ol", "option", "p", "pre", "section", "small",
    "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


def is_shown(element: Element) -> bool:
    """Whether it is neither hidden nor in a part of the page that is folded away."""
    outer = element.getparent()
    if outer is None:
        return True
    folded = outer.tag == "details" and "open" not in outer.attrib and element.tag != "summary"
    return not folded and "hidden" not in element.attrib and is_shown(outer)


def lines_of(element: Element) -> list[str]:
    """The text as it is shown, line by line; all of it, if the element itself is not shown."""
    pieces = shown_text(element) if is_shown(element) else element.itertext()
    return [words(line) for line in "".join(pieces).split("\n") if words(line)]


def shown_text(element: Element) -> Iterator[str]:
    yield inline(element.text)
    for child in element:
        apart = child.tag == "span" or "aria-hidden" in child.attrib
        edge = "\n" if child.tag in BLOCKS else " " * apart
        if is_shown(child):
            yield edge
            yield from shown_text(child)
            yield edge
        yield inline(child.tail)


def inline(text: str | None) -> str:
    # Where a line is broken in the markup says nothing.
    return re.sub(r"\s+", " ", text or "")


@dataclass(eq=False)
class OverHttp(Somebody):
    client: StrictClient
    #: The page they are on, as they have filled it in so far.
    page: Element = None
    address: str = "/"
    status: int = 0
    #: What is chosen for the form on the page, by the name of the field.
    files: dict[str, tuple[io.BytesIO, str]] = field(default_factory=dict)

    # -- Going about

    def _arrive(self, response: TestResponse) -> Self:
        self.status = response.status_code
        self.address = response.request.full_path.removesuffix("?")
        self.page = deepcopy(Page(response).root)
        for drawn in self.page.iter("{http://www.w3.org/2000/svg}*"):
            drawn.tag = QName(drawn).localname  # a selector names it without its namespace
        self.files = {}
        return self

    def open(self, path: str) -> Self:
        return self._arrive(self.client.get(path, follow_redirects=True))

    def follow(self, link: str, within: str = "main") -> Self:
        return self.open(self._to(self._named("a[href]", link, within)[0].get("href")))

    def _to(self, address: str | None) -> str:
        """An address as the page names it."""
        return urldefrag(urljoin(self.address, address or self.address)).url

    def press(self, button: str | re.Pattern[str], within: str = "main") -> Self:
        (pressed,) = self._named("button", button, within)
        form = next(pressed.iterancestors("form"))
        fields: dict[str, Any] = {**values_of(form), **self.files}
        if "name" in pressed.attrib:
            fields[pressed.get("name")] = pressed.get("value", "")
        address = self._to(pressed.get("formaction") or form.get("action"))
        if form.get("method", "get") == "get":
            answer = self.client.get(address, query_string=fields, follow_redirects=True)
        else:
            answer = self.client.post(address, data=fields, follow_redirects=True)
        return self._arrive(answer)

    # -- Filling in

    def fill(self, **texts: str) -> Self:
        for label, text in texts.items():
            control = self._labelled(label)
            if control.tag == "textarea":
                control.text = text
            else:
                control.set("value", text)
        return self

    def tick(self, label: str, within: str = "main") -> Self:
        check(self._labelled(label, within))
        return self

    def tick_first(self, selector: str, count: int) -> Self:
        for box in self._all(selector)[:count]:
            check(box)
        return self

    def unfold(self, title: str, within: str = "main") -> Self:
        summaries = self._inside("details > summary", within)
        next(each for each in summaries if title in text_of(each)).getparent().set("open", "")
        return self

    def answer(self, word: str, question: str = "") -> Self:
        places = self._all("main")
        if question:
            legends = self._all("main fieldset > legend")
            places = [each.getparent() for each in legends if text_of(each) == question]
        (place,) = places
        bold = [each for each in place.cssselect("label.opt > b") if text_of(each) == word]
        (label,) = {each.getparent() for each in bold}
        check(self._control_of(label))
        return self

    def choose(self, label: str, option: str) -> Self:
        options = list(self._labelled(label).iter("option"))
        (chosen,) = (each for each in options if option_of(option).match(text_of(each)))
        for each in options:
            each.attrib.pop("selected", None)
        chosen.set("selected", "")
        return self

    def upload(self, label: str, name: str, data: bytes) -> Self:
        self.files[self._labelled(label).get("name")] = (io.BytesIO(data), name)
        return self

    # -- Reading

    @property
    def path(self) -> str:
        return self.address.partition("?")[0]

    def lines(self, selector: str) -> list[list[str]]:
        return [lines_of(each) for each in self._all(selector)]

    def attributes(self, selector: str, name: str) -> list[str]:
        return [each.get(name, "") for each in self._all(selector)]

    def accessible_names(self, selector: str) -> list[str]:
        texts = {each.get("id"): text_of(each) for each in self.page.iter() if "id" in each.attrib}
        return [
            words(" ".join(texts[name] for name in each.get("aria-labelledby").split()))
            for each in self._all(selector)
        ]

    def columns(self, caption: str) -> list[str]:
        return [
            words(" ".join(lines_of(each)))
            for table in self._tables(caption)
            for each in table.cssselect("thead th")
        ]

    def table(self, caption: str) -> list[list[str]]:
        return [
            [words(" ".join(lines_of(cell))) for cell in row.cssselect("th, td")]
            for table in self._tables(caption)
            for row in table.cssselect("tbody tr")
        ]

    def _tables(self, caption: str) -> list[Element]:
        captions = self._all("table > caption")
        return [each.getparent() for each in captions if text_of(each) == caption]

    def links(self, name: str) -> int:
        return len(self._named("a[href]", name, "main"))

    def reads_before(self, label: str, selector: str) -> bool:
        (other,) = self._all(selector)
        order = list(self.page.iter())
        return order.index(self._labelled(label)) < order.index(other)

    # -- Finding

    def _all(self, selector: str) -> list[Element]:
        found = [self.page]
        for step in selector.split(" >> "):
            if step.startswith("nth="):
                found = [found[int(step.removeprefix("nth="))]]
                continue
            css = step.removesuffix(":visible").replace(":has-text(", ":contains(")
            found = [each for place in found for each in place.cssselect(css)]
            if step.endswith(":visible"):
                found = [each for each in found if is_shown(each)]
        return found

    def _inside(self, selector: str, within: str) -> list[Element]:
        return [each for place in self._all(within) for each in place.cssselect(selector)]

    def _named(self, selector: str, name: str | re.Pattern[str], within: str) -> list[Element]:
        """What is shown there under this name."""
        return [
            each
            for each in self._inside(selector, within)
            if is_shown(each)
            for called in [each.get("aria-label") or text_of(each)]
            if (called == name if isinstance(name, str) else name.search(called))
        ]

    def _labelled(self, label: str, within: str = "main") -> Element:
        wanted = label_of(label)
        (place,) = self._all(within)
        labels = [each for each in self.page.iter("label") if wanted.match(text_of(each))]
        controls = {self._control_of(each) for each in labels}
        controls |= {
            each for each in place.cssselect("[aria-label]") if wanted.match(each.get("aria-label"))
        }
        (control,) = controls & set(place.iter("input", "select", "textarea"))
        assert is_shown(control), f"{label} is folded away"
        return control

    def _control_of(self, label: Element) -> Element:
        named = label.get("for")
        if named:
            return self.page.find(f".//*[@id='{named}']")
        return next(label.iter("input", "select", "textarea"))


def check(box: Element) -> None:
    """Tick it; of several in a group only one can be ticked."""
    if box.get("type") == "radio":
        form = next(box.iterancestors("form"))
        for other in form.iter("input"):
            if (other.get("type"), other.get("name")) == ("radio", box.get("name")):
                other.attrib.pop("checked", None)
    box.set("checked", "")
