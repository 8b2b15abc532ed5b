"""What somebody can try: every page, every form filled in wrong, and every form filled in well."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any
from urllib.parse import urlsplit

import lxml.html
from flask import Flask
from werkzeug.routing import MapAdapter, Rule

from tests.clients import form_token
from tests.pages import Element, values_of
from tests.two_worlds.harness import Observation, Request

#: Part of an address -> what is tried in its place: one's own first, and last what never was.
Ids = Mapping[str, tuple[str, ...]]

#: The same for everybody, and without a person.
LEFT_OUT = {"static", "health.alive", "health.ready"}
#: Shows what forms look like, and has none.
SAMPLES = {"styleguide.show"}
#: Pages and forms that are the same in all phases and for all packets.
LADDERS = ("ladder_library.", "ladder_editor.")
WORDS = "Said here so that it stands on record."
#: The page on which somebody's part in a vote ends comes after all others that are filled in.
LATE = "calibration.committee.conflicts"
#: What ends somebody's part in a cycle, or their session, and is done last.
LAST = (
    "packets.withdraw_now",
    "signing_in.account.end_sessions",
    "signing_in.account.show",
    "signing_in.sign_out",
)


# -- Pages


def pages(app: Flask, ids: Ids, *, everything: bool = False) -> list[Request]:
    """Every page of the application, with each of these ids in each part of its address.

    Parts vary one at a time around the first id of each; a ladder is the same for everybody and is read with its first
    ids alone. Where everything is tried, parts vary in every combination. The address made of first ids is also tried
    with a parameter that no page has, and with HEAD, which must tell no more than GET, where everything is tried. A
    method that no page has is refused before anything is looked for.
    """
    script = []
    for rule, adapter in routes(app, "GET"):
        first, *others = addresses(rule, adapter, ids, everything=everything)
        script.append(Request("GET", first, rule.endpoint))
        if everything:
            script.append(Request("HEAD", first, rule.endpoint))
        if everything or not is_of_a_ladder(rule):
            script.append(Request("GET", f"{first}?unheard=of", rule.endpoint))
        script += [Request("GET", path, rule.endpoint) for path in others]
    return script


def own_pages(app: Flask, ids: Ids) -> list[Request]:
    """Every page once, with one's own ids, but for those of ladders."""
    return [
        Request("GET", next(addresses(rule, adapter, ids)), rule.endpoint)
        for rule, adapter in routes(app, "GET")
        if not is_of_a_ladder(rule)
    ]


# -- Forms filled in wrong

#: Stands for the token that a form carries.
TOKEN = "token"
#: Each way: what it adds to the address, and what it sends. The first is tried with every id.
WRONG: Mapping[str, tuple[str, Mapping[str, Sequence[str]]]] = {
    "with a field that it lacks": ("", {"csrf_token": [TOKEN], "unheard": ["of"]}),
    "without a token": ("", {}),
    "with a wrong token": ("", {"csrf_token": ["wrong"]}),
    "with two tokens": ("", {"csrf_token": [TOKEN, TOKEN]}),
    "with a parameter": ("?unheard=of", {"csrf_token": [TOKEN]}),
}


def refused_forms(app: Flask, ids: Ids, *, everything: bool = False) -> list[Request]:
    """Every form in every way in which it cannot go through, and for other packets and cycles in one of these ways.

    The forms of a ladder are one in this, unless everything is tried.
    """
    if not everything:
        ids = {
            name: values if name in {"cycle", "packet"} else values[:1]
            for name, values in ids.items()
        }
    token = form_token(app)
    script = []
    for rule, adapter in routes(app, "POST"):
        for at, path in enumerate(addresses(rule, adapter, ids, everything=everything)):
            for what, (query, fields) in WRONG.items():
                sent = {
                    name: [token if value == TOKEN else value for value in values]
                    for name, values in fields.items()
                }
                script.append(Request("POST", f"{path}{query}", rule.endpoint, sent, what))
                if (at or is_of_a_ladder(rule)) and not everything:
                    break
    return script


# -- Forms filled in well


def proposals(app: Flask, ids: Ids) -> list[Request]:
    """Somebody put forward as a peer, as one does who has found them."""
    return [
        Request(
            "POST",
            f"/packets/{ids['packet'][0]}/peers",
            "packets.peers",
            {"csrf_token": form_token(app), "person": person},
            "somebody is put forward",
        )
        for person in ids["proposed"]
    ]


def empty_forms(app: Flask, ids: Ids, *, everything: bool = False) -> list[Request]:
    """Every form with nothing but its token, which is all that a button sends; what ends something comes last.

    Without those of a ladder, unless everything is tried.
    """
    token = {"csrf_token": form_token(app)}
    script = [
        Request(
            "POST",
            next(addresses(rule, adapter, ids)),
            rule.endpoint,
            {**token, **BODIES.get(rule.endpoint, {})},
            "as by hand" if rule.endpoint in BODIES else "empty",
        )
        for rule, adapter in routes(app, "POST")
        if everything or not is_of_a_ladder(rule)
    ]
    return sorted(
        script, key=lambda request: LAST.index(request.family) + 1 if request.family in LAST else 0
    )


#: What is typed into a form by somebody to whom no page offers it.
BODIES: Mapping[str, Mapping[str, Any]] = {
    "calibration.committee.reveal": {"reason": WORDS},
    "calibration.committee.decide": {"outcome": "not_yet", "letter": WORDS, "against_rule": WORDS},
    "cycles.phases.advance": {"reason": WORDS},
    "cycles.release.edit": {"when": "now", "reason": WORDS},
    "packets.send_back": {"reason": WORDS},
    "ratings.decline": {"category": "no_time", "note": ""},
    "ratings.save": {"rationale": "Seen in item 1.", "category": "met", "version": "0"},
    "packets.decide_on_peer": {"answer": "approve"},
    "signing_in.sign_in": {"email": "candidate@example.org", "password": "nobody has this one"},
}


def forms_of(app: Flask, page: Request, seen: Observation) -> list[Request]:
    """The forms that a page offers, each filled in as somebody would who means it."""
    if b"<form" not in seen.body or seen.status != 200 or page.family in SAMPLES:
        return []
    adapter = app.url_map.bind("localhost")
    root = lxml.html.document_fromstring(seen.body.decode())
    script = []
    for form in root.iterfind(".//main//form[@method='post']"):
        path = form.get("action") or page.path
        family = str(adapter.match(urlsplit(path).path, "POST")[0])
        script += [
            Request("POST", path, family, {**filled_in(form), **button}, "filled in")
            for button in buttons_of(form)
            if family not in LAST
        ]
    return script


def filled_in(form: Element) -> dict[str, Any]:
    """What the form offers, with every field that is empty filled, and something chosen that was not."""
    fields: dict[str, Any] = values_of(form)
    for element in form.iter("input", "select", "textarea"):
        name, kind = element.get("name"), element.get("type", "text")
        if name is None or "disabled" in element.attrib:
            continue
        if element.tag == "textarea":
            fields[name] = f"{element.text or ''}{WORDS}"
        elif element.tag == "select":
            # The last: the first is often the one that says nothing.
            fields[name] = [option.get("value", "") for option in element.iter("option")][-1:]
        elif kind == "radio":
            fields[name] = element.get("value")
        elif kind == "checkbox" and not fields.get(name):
            fields[name] = element.get("value", "on")
        elif kind in {"text", "search", "url"} and not element.get("value"):
            fields[name] = WORDS
        elif kind == "date" and not element.get("value"):
            fields[name] = "2026-06-01"
    return fields


def buttons_of(form: Element) -> list[dict[str, str]]:
    """Each of the buttons that say something, or the one that says nothing."""
    named = [
        {button.get("name"): button.get("value", "")}
        for button in form.iter("button")
        if button.get("name")
    ]
    return named or [{}]


# -- Addresses


def routes(app: Flask, method: str) -> Iterator[tuple[Rule, MapAdapter]]:
    adapter = app.url_map.bind("localhost")
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if method in (rule.methods or ()) and rule.endpoint not in LEFT_OUT:
            yield rule, adapter


def is_of_a_ladder(rule: Rule) -> bool:
    return bool(rule.endpoint.startswith(LADDERS))


def addresses(
    rule: Rule, adapter: MapAdapter, ids: Ids, *, everything: bool = False
) -> Iterator[str]:
    """The first is one's own."""
    if everything:
        choose = every_combination
    elif is_of_a_ladder(rule):
        choose = first_of_each
    else:
        choose = one_at_a_time
    return (str(adapter.build(rule.endpoint, parts)) for parts in choose(rule.arguments, ids))


def first_of_each(names: Iterable[str], ids: Ids) -> Iterator[dict[str, str]]:
    yield {name: ids[name][0] for name in names}


def one_at_a_time(names: Iterable[str], ids: Ids) -> Iterator[dict[str, str]]:
    """Without what never was: it is no different in a world in which something else is there."""
    first = {name: ids[name][0] for name in names}
    yield first
    for name in sorted(names):
        for other in ids[name][1:-1]:
            yield {**first, name: other}


def every_combination(names: Iterable[str], ids: Ids) -> Iterator[dict[str, str]]:
    ordered = sorted(names)
    for chosen in product(*(ids[name] for name in ordered)):
        yield dict(zip(ordered, chosen, strict=True))
