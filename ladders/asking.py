"""Reading -> the questions it leaves open, each only when the document raises it."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from ladders.arrangement import dimensions, licence_id, lowest_track, merges, ranks, tracks
from ladders.building import are_attributes
from ladders.keys import normalised
from ladders.questions import Question, ask
from ladders.reading import CellDraft, OwnerDraft, Reading
from ladders.text import Change

_SUPERSEDES = re.compile(r"\bsupersed|\breplac|\binstead of\b", re.IGNORECASE)


def questions_about(reading: Reading, changes: tuple[Change, ...]) -> tuple[Question, ...]:
    if not reading.levels:
        return ()
    return tuple(
        chain(
            _encoding(changes),
            _roles(reading),
            _cascade(reading),
            _order(reading),
            _codes(reading),
            _merges(reading),
            _cells(reading),
            _licence(reading),
        )
    )


def _encoding(changes: tuple[Change, ...]) -> Iterator[Question]:
    if changes:
        yield ask(
            "encoding",
            f"{_count(len(changes), 'line')} held broken characters. Use the repaired text?",
            "repair",
            repair="Use the repaired text",
            keep="Keep the text as it came",
        )


def _roles(reading: Reading) -> Iterator[Question]:
    if reading.mixins:
        names = _listed(mixin.name.name for mixin in reading.mixins)
        yield ask(
            "roles",
            f"Are {names} roles that are added to a level?",
            "mixins",
            mixins="Roles, added to a level",
            levels="Levels of their own",
        )


def _cascade(reading: Reading) -> Iterator[Question]:
    if not reading.cascade:
        return
    stated = " ".join(block.text for block in reading.cascade)
    yield ask(
        "cascade",
        f"The document says: “{stated}” What does a level expect of the levels below it?",
        "supersede" if _SUPERSEDES.search(stated) else "accumulate",
        accumulate="Everything they expect, and its own",
        supersede="Only what it does not say anew itself",
        none="Nothing: each level stands alone",
    )
    drafts = tracks(reading)
    lowest = lowest_track(drafts)
    for track in drafts:
        if lowest is None or track.start <= lowest.start:
            continue
        yield ask(
            f"cascade.{track.id}",
            f"{track.name} starts at {track.start}. Which levels of {lowest.name} does it build on?",
            "below",
            below=f"Those below {track.start}",
            lower="At each level, those below that level",
            none="None",
        )


def _order(reading: Reading) -> Iterator[Question]:
    drafts = tracks(reading)
    placed = {id(level) for track in drafts for level in track.levels}
    lists = [
        [level for level in reading.levels if id(level) not in placed],
        *(track.levels for track in drafts),
    ]
    ordered = [
        level.line
        for levels in lists
        for _, level in sorted(zip(ranks(levels), levels, strict=True), key=lambda each: each[0])
    ]
    if ordered != sorted(ordered):
        yield ask(
            "order",
            "The document lists its levels in another order than their tracks and ranks. Which "
            "order should the ladder show?",
            "rank",
            rank="By track, then by rank",
            document="As in the document",
        )


def _codes(reading: Reading) -> Iterator[Question]:
    by_code: dict[str, list[OwnerDraft]] = {}
    for level in reading.levels:
        if level.name.code:
            by_code.setdefault(level.name.code, []).append(level)
    shared = [code for code, levels in by_code.items() if len(levels) > 1]
    if shared:
        yield ask(
            "codes",
            f"More than one level is called {_listed(shared)}. Are they different levels that run "
            "in parallel?",
            "keep",
            keep="Yes, keep them apart and show the code on each",
            drop="Yes, keep them apart and leave all codes out",
        )


def _merges(reading: Reading) -> Iterator[Question]:
    for merge in merges(dimensions(reading)):
        yield ask(
            f"merge.{merge.variant.id}",
            f"Is “{merge.variant.name}” the same dimension as “{merge.main.name}”?",
            "merge",
            merge=f"Yes, put it into “{merge.main.name}”",
            keep="No, it is a dimension of its own",
        )


def _cells(reading: Reading) -> Iterator[Question]:
    owners = [*reading.levels, *reading.mixins]
    cells = [cell for owner in owners for cell in (owner.before, *owner.cells)]
    if any(are_attributes(owner) for owner in owners):
        yield ask(
            "attributes",
            "Some levels open with a list of labels and values. What are these?",
            "attributes",
            attributes="Attributes that describe the level",
            expectations="Expectations",
        )
    if any(each.children for cell in cells for each in cell.expectations):
        yield ask(
            "nested",
            "Some list items hold further items. What are these?",
            "children",
            children="Parts of the expectation they stand in",
            expectations="Expectations of their own",
            examples="Examples of it",
        )
    if any(cell.prose and not cell.expectations for owner in owners for cell in owner.cells):
        yield ask(
            "prose",
            "Some dimensions hold prose instead of a list. How should it be read?",
            "statement",
            statement="As one expectation",
            sentences="As one expectation for each sentence",
            summary="As an introduction, not as an expectation",
        )
    if any(_repeats(cell) for cell in cells):
        yield ask(
            "duplicates",
            "The same expectation stands twice in one place. Keep both?",
            "keep",
            keep="Keep both",
            once="Keep one",
        )


def _repeats(cell: CellDraft) -> bool:
    texts = [normalised(each.block.text) for each in cell.expectations]
    return len(set(texts)) < len(texts)


def _licence(reading: Reading) -> Iterator[Question]:
    if not reading.licence:
        yield ask(
            "licence",
            "The document names no licence. Under which terms do you use it?",
            "unstated",
            unstated="Leave it unstated",
            internal="It is our own, for internal use",
        )
        return
    name = licence_id(block.text for block in reading.licence)
    duty = " Whoever passes the ladder on must keep it." if "-SA" in name else ""
    yield ask(
        "licence",
        f"The document speaks of its licence{f', {name}' if name else ''}. Keep that with the "
        f"ladder?{duty}",
        "stated",
        stated="Keep the licence and its text",
        none="Leave it out",
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _listed(names: Iterable[str]) -> str:
    *most, last = [f"“{name}”" for name in names]
    return f"{', '.join(most)} and {last}" if most else last
