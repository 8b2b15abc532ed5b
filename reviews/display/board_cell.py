"""The board's cell as plain values: what its counts say in words, in letters and as a drawing.

Pure functions. `templates/components/board_cell.html` turns them into HTML.
"""

from dataclasses import dataclass

from reviews.rules.enums import SCALE
from reviews.rules.rating_summary import CellCounts, CellSummary, Verdict, Zone
from reviews.rules.scale import ScaleWords

#: The letter of a verdict, and the class of its tint.
VERDICTS: dict[Verdict, tuple[str, str]] = {
    "exceeds": ("E", "e"),
    "met": ("M", "m"),
    "partly": ("P", "p"),
    "not_shown": ("N", "n"),
    "split": ("S", "x"),
    "too_few": ("T", "t"),
    "not_observed": ("\N{EN DASH}", "t"),
}
_LETTERS: dict[str, str] = {verdict: letter for verdict, (letter, _) in VERDICTS.items()}
_WITHOUT_MAJORITY: dict[Verdict, str] = {
    "split": "split at the target line",
    "too_few": "too few ratings for a word",
    "not_observed": "nobody observed",
}
#: The class of the frame of a zone, and its sentence.
_ZONES: dict[Zone, tuple[str, str]] = {
    "clear": ("clear", "Clear."),
    "discuss": ("talk", "In the discuss zone."),
}

_BIN = 28  # width of one category; the target line is after the second
_LOW, _HIGH = 25.5, 14.0  # the two rows of marks, from the bottom
_PLACES = (
    (),
    ((14, _LOW),),
    ((8, _LOW), (20, _LOW)),
    ((8, _LOW), (20, _LOW), (14, _HIGH)),
    ((8, _LOW), (20, _LOW), (8, _HIGH), (20, _HIGH)),
)
#: The background of the marks is drawn once, in layout.html: the bins and the target line, with a hatch or without.
_BACKGROUNDS: dict[Verdict, str] = {"partly": "g-hatch-p", "split": "g-hatch-x"}
_PLAIN = "g-plain"


@dataclass(frozen=True, slots=True)
class CellDrawing:
    """A square for the manager, a circle for each peer, over a background. The paths are strokes of no length."""

    #: Names the drawing on a page, which has it once. It says all that is drawn: equal drawings have equal ids.
    id: str
    background: str
    peers: str
    manager: str
    #: Where there are too many circles, how many there are, beside one of them: places from the left, and counts.
    numbers: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class CellFace:
    """Everything that the counts of a cell decide about how it looks and what it is called.

    A face is equal to itself alone, so that what is made of one is quickly found again.
    """

    letter: str
    tint: str
    #: The letter of the word that half of the ratings reach, or nothing.
    second: str
    frame: str
    covered: str
    rated: str
    flags: str
    drawing: CellDrawing
    #: The sentence of the cell, in parts that many cells share.
    phrases: tuple[str, ...]

    @property
    def classes(self) -> str:
        frame = f" cell--{self.frame}" if self.frame else ""
        return f"cell cell--{self.tint}{frame}"

    @property
    def sentence(self) -> str:
        return " ".join(self.phrases)


def cell_face(counts: CellCounts, summary: CellSummary, scale: ScaleWords) -> CellFace:
    letter, tint = VERDICTS[summary.verdict]
    flags = ("!" if summary.disagree else "") + ("?" if summary.coverage_hole else "")
    return CellFace(
        letter=letter,
        tint=tint,
        second=_LETTERS[summary.half_at] if summary.half_at else "",
        frame=_ZONES[summary.zone][0] if summary.zone else "",
        covered=f"{counts.covered}/{counts.expectations}",
        rated=f"{counts.rated}/{counts.asked}" + ("m" if counts.manager is not None else ""),
        flags=flags + ("∅" if counts.no_opportunity else ""),
        drawing=cell_drawing(counts, summary.verdict),
        phrases=tuple(_phrases(counts, summary, scale)),
    )


def _phrases(counts: CellCounts, summary: CellSummary, scale: ScaleWords) -> list[str]:
    marks = _marks(counts, scale)
    rated = f"{counts.rated} of {counts.asked} ratings"
    phrases = [
        f"{_verdict_words(summary, scale)}, {rated}{':' if marks else '.'}",
        *(f"{mark};" for mark in marks[:-1]),
        *(f"{mark}." for mark in marks[-1:]),
        f"Evidence for {counts.covered} of {counts.expectations} expectations.",
    ]
    if summary.zone:
        phrases.append(_ZONES[summary.zone][1])
    if summary.disagree:
        phrases.append("Ratings disagree.")
    if summary.coverage_hole:
        phrases.append("Coverage hole.")
    if counts.no_opportunity:
        phrases.append("The candidate notes no opportunity.")
    return phrases


def _verdict_words(summary: CellSummary, scale: ScaleWords) -> str:
    if summary.verdict in _WITHOUT_MAJORITY:
        return _WITHOUT_MAJORITY[summary.verdict]
    word = scale.word(summary.verdict)
    if summary.half_at:
        return f"{word}, with half at {scale.word(summary.half_at)}"
    return word if summary.verdict == "not_shown" else f"{word} by majority"


def _marks(counts: CellCounts, scale: ScaleWords) -> list[str]:
    marks = []
    if counts.manager is not None:
        marks.append(f"manager {scale.word(counts.manager)}")
    peers = [
        word for word, count in zip(scale.in_order, counts.peers, strict=True) for _ in range(count)
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
    return marks


def cell_drawing(counts: CellCounts, verdict: Verdict) -> CellDrawing:
    squares, circles, numbers = "", "", []
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
            numbers.append((left + 16, peers))
    background = _BACKGROUNDS.get(verdict, _PLAIN)
    # A digit for each place of the scale; a count of more than one digit is in brackets.
    digits = "".join(f"{peers}" if peers < 10 else f"({peers})" for peers in counts.peers)
    manager = "" if counts.manager is None else "abcd"[SCALE.index(counts.manager)]
    name = f"m{digits}{manager}{'' if background == _PLAIN else background[-1]}"
    return CellDrawing(name, background, circles, squares, tuple(numbers))


def _dot(x: float, y: float) -> str:
    """Of a stroke of no length only the caps are seen: round ones for a peer, square ones for the manager."""
    return f"M{x:g} {y:g}h0"
