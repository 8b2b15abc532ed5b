"""The pictures of calibration as strings: the board's cell, the mark of an expectation, the coverage bar.

Pure functions of plain values. A cell splits in two: everything its counts decide is built once per distinct value
and remembered; the link and the three names are joined around it. A board of 300 cells has a few dozen such values.
"""

from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup, escape

from reviews.rules.enums import SCALE
from reviews.rules.rating_summary import CellCounts, CellSummary, ExpectationStatus, Verdict, Zone

#: What a cell's values alone decide: the class attribute, the sentence, the content.
CellMarkup = tuple[str, str, str]

#: Reading -> letter, class of its tint, words in the sentence of the cell.
VERDICTS: dict[Verdict, tuple[str, str, str]] = {
    "exceeds": ("E", "e", "exceeds by majority"),
    "met": ("M", "m", "met by majority"),
    "partly": ("P", "p", "partly by majority"),
    "not_shown": ("N", "n", "not shown"),
    "split": ("S", "x", "split at the target line"),
    "too_few": ("T", "t", "too few ratings for a word"),
    "not_observed": ("\N{EN DASH}", "t", "nobody observed"),
}
_ZONES: dict[Zone | None, tuple[str, str]] = {
    None: ("", ""),
    "clear": (" plate--clear", " Clear."),
    "discuss": (" plate--talk", " In the discuss zone."),
}
_SCALE_WORDS = tuple(category.value.replace("_", " ") for category in SCALE)

_BIN = 28  # width of one category; the target line stands after the second
_LOW, _HIGH = 25.5, 14.0  # the two rows of marks, from the bottom
_PLACES = (
    (),
    ((14, _LOW),),
    ((8, _LOW), (20, _LOW)),
    ((8, _LOW), (20, _LOW), (14, _HIGH)),
    ((8, _LOW), (20, _LOW), (8, _HIGH), (20, _HIGH)),
)
#: What stands behind the marks is drawn once, in layout.html: the bins and the target line, with a hatch or without.
_BACKGROUNDS: dict[Verdict, str] = {"partly": "g-hatch-p", "split": "g-hatch-x"}
_PLAIN = "g-plain"


def cell(
    counts: CellCounts,
    summary: CellSummary,
    *,
    candidate: str,
    dimension: str,
    target: str,
    href: str | None,
) -> Markup:
    """The plate of one dimension, with the whole sentence as its name: a link, or a picture where `href` is None.

    The three names are escaped here.
    """
    name = f"{escape(candidate)}, {escape(dimension)}, target {escape(target)}"
    return _markup(
        wrap_cell(cell_markup(counts, summary), name, None if href is None else str(escape(href)))
    )


def wrap_cell(cell_markup: CellMarkup, name: str, href: str | None) -> str:
    """A plate as a link or picture, for whoever draws hundreds: name and address come escaped, the result is HTML."""
    attributes, sentence, body = cell_markup
    label = f'aria-label="{name}: {sentence}"'
    if href is None:
        return f'<span {attributes} role="img" {label}>{body}</span>'
    return f'<a {attributes} href="{href}" {label}>{body}</a>'


def _markup(html: str) -> Markup:
    """Every string of this module passes here: built of constants, numbers and text escaped by its caller."""
    return Markup(html)  # noqa: S704


@lru_cache(maxsize=8192)
def cell_markup(counts: CellCounts, summary: CellSummary) -> CellMarkup:
    letter, tint, _ = VERDICTS[summary.verdict]
    second = f"<i>/{_letter_of(summary.tie.partition('/')[2])}</i>" if summary.tie else ""
    flags = ("!" if summary.disagree else "") + ("?" if summary.coverage_hole else "")
    flags += "∅" if counts.no_opportunity else ""
    rated = f"{counts.rated}/{counts.asked}" + ("m" if counts.manager is not None else "")
    body = (
        f"<b>{letter}{second}</b>{glyph_svg(counts, summary.verdict)}"
        f"<small><span>{counts.covered}/{counts.expectations}</span><span>{rated}</span>"
        f"{f'<i>{flags}</i>' if flags else ''}</small>"
    )
    frame, _ = _ZONES[summary.zone]
    return f'class="plate plate--{tint}{frame}"', str(escape(_sentence(counts, summary))), body


def _letter_of(words: str) -> str:
    return next(
        letter for word, (letter, _, _) in VERDICTS.items() if word.replace("_", " ") == words
    )


def _sentence(counts: CellCounts, summary: CellSummary) -> str:
    words = VERDICTS[summary.verdict][2]
    if summary.tie:
        lower, _, upper = summary.tie.partition("/")
        words = f"{lower}, with half at {upper}"
    marks = []
    if counts.manager is not None:
        marks.append(f"manager {counts.manager.value.replace('_', ' ')}")
    peers = [
        word for word, count in zip(_SCALE_WORDS, counts.peers, strict=True) for _ in range(count)
    ]
    if peers:
        marks.append(f"{'peer' if len(peers) == 1 else 'peers'} {', '.join(peers)}")
    missing = counts.peers_missing + counts.manager_missing
    if missing:
        manager = ", the manager among them" if counts.manager_missing else ""
        marks.append(f"{missing} could not rate it{manager}")
    waiting = counts.asked - counts.rated - missing
    if waiting:
        marks.append(f"{waiting} not in")
    return (
        f"{words}, {counts.rated} of {counts.asked} ratings{': ' if marks else ''}{'; '.join(marks)}. "
        f"Evidence for {counts.covered} of {counts.expectations} expectations.{_ZONES[summary.zone][1]}"
        f"{' Ratings disagree.' if summary.disagree else ''}"
        f"{' Coverage hole.' if summary.coverage_hole else ''}"
        f"{' The candidate notes no opportunity.' if counts.no_opportunity else ''}"
    )


def glyph_svg(counts: CellCounts, verdict: Verdict) -> Markup:
    """The drawing inside a plate: a square for the manager, a circle per peer, the target line, a hatch for the verdict."""
    squares, circles, numbers = "", "", ""
    for place, peers in enumerate(counts.peers):
        left, has_manager = place * _BIN, counts.manager == SCALE[place]
        if has_manager + peers < len(_PLACES):
            places = [(left + x, y) for x, y in _PLACES[has_manager + peers]]
            if has_manager:
                squares = _dot(*places.pop(0))
            circles += "".join(_dot(x, y) for x, y in places)
        else:
            if has_manager:
                squares = _dot(left + 14, _HIGH)
            circles += _dot(left + 10, _LOW)
            numbers += f'<text class="g-count" x="{left + 16}" y="29.5">{peers}</text>'
    marks = f'<path d="{circles}"/>' if circles else ""
    if squares:
        marks += f'<path class="g-manager" d="{squares}"/>'
    return _markup(
        f'<svg aria-hidden="true" focusable="false"><use href="#{_BACKGROUNDS.get(verdict, _PLAIN)}"/>'
        f"{marks}{numbers}</svg>"
    )


def _dot(x: float, y: float) -> str:
    """A stroke of no length: only its caps are seen, round ones for a peer, square ones for the manager."""
    return f"M{x:g} {y:g}h0"


_BOX = "M2.5 2.5h11v11h-11z"
_STATUS_MARKS: dict[ExpectationStatus, str] = {
    "void": f'<path class="st-box st-void" d="{_BOX}"/>',
    "claimed": '<path class="st-box" d="M2.5 13.5v-11h11"/>',
    "single": f'<path class="st-box" d="{_BOX}"/><circle class="st-box" cx="8" cy="8" r="2.5"/>',
    "shown": f'<path class="st-box st-fill" d="{_BOX}"/>',
    "not_shown": f'<path class="st-box" d="{_BOX}"/>',
    "mixed": f'<path class="st-box" d="{_BOX}"/><path class="st-fill" d="M2.5 13.5v-11l11 11z"/>',
}


def status_mark(status: ExpectationStatus) -> Markup:
    """The box before an expectation. It is hidden from assistive technology: its word must stand beside it."""
    return _markup(
        f'<svg class="st" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{_STATUS_MARKS[status]}</svg>'
    )


#: Up to six boxes stand in one row; more of them become smaller ones in rows of ten, so the bar is never wider.
_LARGE, _SMALL = (6, 15, 11, 10), (10, 9, 6, 6)


def coverage_bar(covered: Sequence[bool]) -> Markup:
    """One box per expectation in the ladder's order, filled where it has evidence. The count must stand beside it."""
    return _coverage_bar(tuple(covered))


@lru_cache(maxsize=8192)
def _coverage_bar(covered: tuple[bool, ...]) -> Markup:
    per_row, pitch, width, height = _LARGE if len(covered) <= _LARGE[0] else _SMALL
    rows = -(-len(covered) // per_row)
    full_width, full_height = min(len(covered), per_row) * pitch, rows * (height + 3) - 1
    boxes = "".join(
        f'<rect class="cv {"cv--on" if has_evidence else "cv--open"}" x="{place % per_row * pitch + 1}" '
        f'y="{place // per_row * (height + 3) + 1}" width="{width}" height="{height}"/>'
        for place, has_evidence in enumerate(covered)
    )
    return _markup(
        f'<svg viewBox="0 0 {full_width} {full_height}" width="{full_width}" height="{full_height}" '
        f'aria-hidden="true" focusable="false">{boxes}</svg>'
    )
