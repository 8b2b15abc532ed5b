"""Reading -> the questions it leaves open, each only when the document raises it.

The letters are those of the format's list: (a) cascade, (b) roles, (c) codes and names that are shared,
(d) close dimensions, (e) attributes, (f) prose, (g) nested items, (h) order, (i) duplicates, (j) levels of
proficiency, (k) a doubtful ladder, (l) licence, (m) encoding, (n) a single level.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from ladders.importing.arrangement import (
    base,
    dimensions,
    every_cell,
    is_descending,
    licence_id,
    merges,
    ranks,
    stated_cascade,
    tracks,
)
from ladders.importing.assembly import Assembly
from ladders.importing.cells import CellDraft
from ladders.importing.drafts import OwnerDraft, Reading, attribute_items
from ladders.importing.questions import SINGLE, Question, ask
from ladders.importing.text import Change
from ladders.keys import normalised
from ladders.names import PROFICIENCY, in_a_row

_SUPERSEDES = re.compile(r"\bsupersed|\breplac|\binstead of\b", re.IGNORECASE)
_MOSTLY = 0.6


def questions_about(
    reading: Reading,
    assembly: Assembly,
    changes: tuple[Change, ...],
    *,
    is_ladder: bool,
    is_sure: bool,
) -> tuple[Question, ...]:
    """Nothing but whether it is one is asked of a document that does not look like a ladder."""
    if not reading.levels:
        return ()
    if not is_ladder:
        return tuple(_doubt("no"))
    return tuple(
        chain(
            _encoding(changes),
            () if is_sure else _doubt("yes"),
            _single(reading),
            _roles(reading),
            _cascade(reading),
            _order(reading, assembly),
            _codes(reading),
            _names(reading, assembly),
            _proficiency(reading),
            _merges(reading),
            _cells(reading),
            _licence(reading, assembly.said.get("licence", "")),
        )
    )


def _encoding(changes: tuple[Change, ...]) -> Iterator[Question]:
    if changes:
        yield ask(
            "m",
            "encoding",
            f"{_count(len(changes), 'line')} held broken characters. Use the repaired text?",
            "repair",
            repair="Use the repaired text",
            keep="Keep the text as it came",
        )


def _doubt(suggested: str) -> Iterator[Question]:
    yield ask(
        "k",
        "ladder",
        "It is not clear that this document is a ladder. Is it one?",
        suggested,
        yes="Yes, it says what is expected at each level",
        no="No, it is another kind of text",
    )


def _single(reading: Reading) -> Iterator[Question]:
    if len(reading.levels) == 1:
        yield ask(
            "n",
            SINGLE,
            f"The document describes one level, “{reading.levels[0].name.name}”. Is it a ladder of "
            "its own, or a level of another one?",
            "new",
            new="A new ladder with this level",
            join="A level of a ladder that is here already",
        )


def _roles(reading: Reading) -> Iterator[Question]:
    names = [mixin.name.name for mixin in reading.mixins]
    if names:
        yield ask(
            "b",
            "roles",
            f"Are {_listed(names)} roles that are added to a level?",
            "mixins",
            mixins="Roles, added to a level",
            levels="Levels of their own",
        )
    if reading.added:
        added = _listed(each.name for each in reading.added)
        yield ask(
            "b",
            "added",
            f"Some cells go on under a line that speaks of {added}. For whom do the lines below it "
            "hold?",
            "mixins",
            mixins="For those with that role, on top of the level",
            levels="For everybody at the level",
        )


def _cascade(reading: Reading) -> Iterator[Question]:
    stated = " ".join(stated_cascade(reading))
    if not stated:
        return
    yield ask(
        "a",
        "cascade",
        f"The document says: “{stated}” What does a level expect of the levels below it?",
        "supersede" if _SUPERSEDES.search(stated) else "accumulate",
        accumulate="Everything they expect, and its own",
        supersede="Only what it does not say anew itself",
        none="Nothing: each level stands alone",
    )
    below = base(reading)
    for track in tracks(reading):
        if below is None or not below.builds_on(track):
            continue
        options = {
            "below": f"Those below {track.start}",
            "lower": "At each level, those below that level",
            "none": "None",
        }
        if below.limit:
            options = {"limit": f"Those up to {below.limit.name.name}", **options}
        yield ask(
            "a",
            f"cascade.{track.id}",
            f"{track.name} starts at {track.start}. Which levels of {below.track.name} does it build "
            "on?",
            "limit" if below.limit else "below",
            **options,
        )


def _order(reading: Reading, assembly: Assembly) -> Iterator[Question]:
    if assembly.order_by == "said":
        return
    if assembly.order_by in {"ranks", "names"} and not _over_files(reading):
        yield ask(
            "h",
            "files",
            "The names of the files do not say in which order the levels stand. Is this order right, "
            f"from the lowest: {_listed(level.name.name for level in reading.levels)}?",
            "shown",
            shown="Yes, in this order",
            reversed="The other way round",
        )
        return
    if is_descending(reading.levels):
        yield ask(
            "h",
            "descending",
            "The document seems to list its highest level first. Which way do the levels rise?",
            "up",
            up="From the last one in the document to the first",
            down="As in the document: the first is the lowest",
        )
        return
    if assembly.order_by:
        return
    drafts = tracks(reading)
    placed = {id(level) for track in drafts for level in track.levels}
    lists = [
        [level for level in reading.levels if id(level) not in placed],
        *(track.levels for track in drafts),
    ]
    ordered = [
        level.place
        for levels in lists
        for _, level in sorted(zip(ranks(levels), levels, strict=True), key=lambda each: each[0])
    ]
    if ordered != sorted(ordered):
        yield ask(
            "h",
            "order",
            "The document lists its levels in another order than their tracks and ranks. Which "
            "order should the ladder show?",
            "rank",
            rank="By track, then by rank",
            document="As in the document",
        )


def _over_files(reading: Reading) -> bool:
    """Whether levels go through several files, whose order is then that of something else."""
    return any(
        len({head.heading.file for head in level.found.heads if head.heading}) > 1
        for level in reading.levels
    )


def _codes(reading: Reading) -> Iterator[Question]:
    by_code: dict[str, list[OwnerDraft]] = {}
    for level in reading.levels:
        if level.name.code:
            by_code.setdefault(level.name.code, []).append(level)
    shared = [code for code, levels in by_code.items() if len(levels) > 1]
    if shared:
        yield ask(
            "c",
            "codes",
            f"More than one level is called {_listed(shared)}. Are they different levels that run "
            "in parallel?",
            "keep",
            keep="Yes, keep them apart and show the code on each",
            drop="Yes, keep them apart and leave all codes out",
        )


def _names(reading: Reading, assembly: Assembly) -> Iterator[Question]:
    names = [normalised(level.name.name) for level in reading.levels]
    shared = list(
        dict.fromkeys(
            level.name.name
            for level in reading.levels
            if names.count(normalised(level.name.name)) > 1
        )
    )
    if assembly.shared_titles:
        yield ask(
            "c",
            "names",
            f"More than one file is headed {_listed(assembly.shared_titles)}. They are kept apart "
            "and called by the names of their files. Is that right?",
            "apart",
            apart="Yes, they are different levels",
        )
    elif shared:
        yield ask(
            "c",
            "names",
            f"More than one level is called {_listed(shared)}. Are they different levels?",
            "apart",
            apart="Yes, keep them apart",
        )


def _proficiency(reading: Reading) -> Iterator[Question]:
    names = [level.name.name for level in reading.levels]
    like = sum(PROFICIENCY.fullmatch(name) is not None for name in names)
    if like >= _MOSTLY * len(names) and len(names) > 1:
        yield ask(
            "j",
            "proficiency",
            f"{_listed(names)} look like levels of proficiency. Are they levels of the job?",
            "levels",
            levels="Yes, people are promoted from one to the next",
            proficiency="No, they say how well somebody can do something",
        )


def _merges(reading: Reading) -> Iterator[Question]:
    for merge in merges(dimensions(reading)):
        yield ask(
            "d",
            f"merge.{merge.variant.id}",
            f"Is “{merge.variant.name}” the same dimension as “{merge.main.name}”?",
            "merge",
            merge=f"Yes, put it into “{merge.main.name}”",
            keep="No, it is a dimension of its own",
        )


def _cells(reading: Reading) -> Iterator[Question]:
    cells = [cell for _, cell in every_cell(reading)]
    cells += [owner.before for owner in reading.owners]
    if any(attribute_items(owner) for owner in reading.owners):
        yield ask(
            "e",
            "attributes",
            "Some levels open with a list of labels and values. What are these?",
            "attributes",
            attributes="Attributes that describe the level",
            expectations="Expectations",
        )
    elif any(owner.before.expectations and owner.cells for owner in reading.owners):
        yield ask(
            "e",
            "attributes",
            "Some levels open with a list before their first dimension. What is it?",
            "expectations",
            expectations="Expectations in no dimension",
            attributes="A description of the level",
        )
    if any(_is_said(cell) for cell in cells):
        yield ask(
            "f",
            "prose",
            "Some dimensions hold prose instead of a list. How should it be read?",
            "paragraphs",
            paragraphs="Each paragraph as one expectation",
            statement="All of it as one expectation",
            sentences="Each sentence as one expectation",
            summary="As an introduction, not as an expectation",
        )
    if any(each.children for cell in cells for each in cell.expectations):
        yield ask(
            "g",
            "nested",
            "Some list items hold further items. What are these?",
            "children",
            children="Parts of the expectation they stand in",
            expectations="Expectations of their own",
            examples="Examples of it",
        )
    if any(_repeats(cell) for cell in cells):
        yield ask(
            "i",
            "duplicates",
            "The same expectation stands twice in one place. Keep both?",
            "keep",
            keep="Keep both",
            once="Keep one",
        )


def _is_said(cell: CellDraft) -> bool:
    return any(each.block.kind in {"paragraph", "quote"} for each in cell.expectations)


def _repeats(cell: CellDraft) -> bool:
    texts = [normalised(each.block.text) for each in cell.expectations]
    return len(set(texts)) < len(texts)


def _licence(reading: Reading, said: str) -> Iterator[Question]:
    if not reading.licence and not said:
        yield ask(
            "l",
            "licence",
            "The document names no licence. Under which terms do you use it?",
            "unstated",
            unstated="Leave it unstated",
            internal="It is our own, for internal use",
        )
        return
    name = licence_id([*(block.text for block in reading.licence), said])
    if "-SA" in name or not name:
        duty = " Whoever passes the ladder on must keep it." if name else ""
        yield ask(
            "l",
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
    return in_a_row([f"“{name}”" for name in names])
