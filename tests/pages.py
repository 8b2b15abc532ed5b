"""Pages as tests read them, and what is wrong with one: as strict as a browser, an assistive tool and our policy."""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

import html5lib
from lxml.etree import Comment, strip_tags
from lxml.etree import _Element as Element
from werkzeug.test import TestResponse

LABELLED = {"input", "select", "textarea"}
UNLABELLED_TYPES = {"hidden", "submit"}
REFERENCES = ("aria-controls", "aria-describedby", "aria-labelledby", "for", "list")
LOADING = {"img": "src", "link": "href", "script": "src", "form": "action", "use": "href"}


class Page:
    """A parsed page, to be read and not to be changed. Paths are ElementTree's, such as `.//table[@id="board"]//td`."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.root, self.errors = parsed(response.get_data(as_text=True))

    def all(self, path: str) -> list[Element]:
        return self.root.findall(path)

    def one(self, path: str) -> Element:
        (element,) = self.all(path)
        return element

    def texts(self, path: str) -> list[str]:
        return [text_of(element) for element in self.all(path)]

    def text(self, path: str = ".//main") -> str:
        return text_of(self.one(path))

    def name_of(self, element: Element) -> str:
        """What an element is called by an assistive tool, where it is called by ARIA."""
        label = element.get("aria-label")
        if label is not None:
            return label
        ids = element.get("aria-labelledby", "").split()
        return " ".join(self.text(f".//*[@id='{name}']") for name in ids)


@lru_cache(maxsize=8)
def parsed(text: str) -> tuple[Element, list[str]]:
    """The page's root, and what is malformed in it. A page is checked first and then read, often more than once."""
    tree = html5lib.getTreeBuilder("lxml")
    parser = html5lib.HTMLParser(tree=tree, namespaceHTMLElements=False)
    root = parser.parse(text).getroot()
    strip_tags(root, Comment)
    return root, [f"malformed: line {at[0]}: {code} {about}" for at, code, about in parser.errors]


def text_of(element: Element) -> str:
    """The words as a reader sees them: white space counts once."""
    return " ".join("".join(element.itertext()).split())


def faults(page: Page) -> list[str]:
    """What is wrong with a page, in words; nothing is, on a page that may be shown."""
    ids = Counter(element.get("id") for element in page.root.iter() if element.get("id"))
    return [
        *page.errors,
        *(f"id {name!r} stands {count} times" for name, count in ids.items() if count > 1),
        *frame_faults(page),
        *(fault for element in page.root.iter() for fault in policy_faults(element)),
        *(fault for element in page.root.iter() for fault in reference_faults(element, set(ids))),
        *label_faults(page),
    ]


def frame_faults(page: Page) -> Iterator[str]:
    if not page.root.get("lang"):
        yield "no language"
    if [title != "" for title in page.texts(".//title")] != [True]:
        yield "not one title"
    if len(page.all(".//h1")) != 1:
        yield "not one h1"


def policy_faults(element: Element) -> Iterator[str]:
    """What the content security policy would block, and forms that another site could send."""
    tag = str(element.tag)
    if tag == "style" or "style" in element.attrib:
        yield f"inline style: {seen(element)}"
    if any(name.startswith("on") for name in element.attrib):
        yield f"inline handler: {seen(element)}"
    if tag == "script" and (not element.get("src") or text_of(element)):
        yield f"inline script: {seen(element)}"
    if tag in LOADING and not own(element.get(LOADING[tag], "/")):
        yield f"leads to a third party: {seen(element)}"
    writes = tag == "form" and element.get("method", "get").lower() == "post"
    if writes and element.find(".//input[@name='csrf_token']") is None:
        yield f"no CSRF token: {seen(element)}"


def reference_faults(element: Element, ids: set[str | None]) -> Iterator[str]:
    for reference in REFERENCES:
        for name in set(element.get(reference, "").split()) - ids:
            yield f"{reference} names {name!r}, which is not there"


def label_faults(page: Page) -> Iterator[str]:
    labels = page.all(".//label")
    named = {label.get("for") for label in labels} - {None}
    wrapped = {inner for label in labels for inner in label.iter()}
    for element in page.root.iter():
        if element.tag not in LABELLED or element.get("type") in UNLABELLED_TYPES:
            continue
        if element.get("aria-label") or element.get("aria-labelledby"):
            continue
        if element.get("id") not in named and element not in wrapped:
            yield f"no label: {seen(element)}"


def seen(element: Element) -> str:
    return f"<{element.tag} {dict(element.attrib)}>"


def own(target: str) -> bool:
    address = urlsplit(target)
    return not address.scheme and not address.netloc


def values_of(form: Element) -> dict[str, list[str]]:
    """What a browser would send if nobody touched the form; no button is pressed."""
    values: dict[str, list[str]] = {}
    for field in form.iter():
        name, kind = field.get("name"), field.get("type", "text")
        if name is None or "disabled" in field.attrib:
            continue
        given: list[str] = []
        if field.tag == "textarea":
            given = ["".join(field.itertext())]
        elif field.tag == "select":
            given = chosen(field)
        elif field.tag == "input" and kind in {"checkbox", "radio"}:
            given = [field.get("value", "on")] if "checked" in field.attrib else []
        elif field.tag == "input" and kind not in {"submit", "file"}:
            given = [field.get("value", "")]
        if given:
            values.setdefault(name, []).extend(given)
    return values


def chosen(select: Element) -> list[str]:
    options = list(select.iter("option"))
    marked = [option for option in options if "selected" in option.attrib]
    if not marked and "multiple" not in select.attrib:
        marked = options[:1]
    return [option.get("value", text_of(option)) for option in marked]
