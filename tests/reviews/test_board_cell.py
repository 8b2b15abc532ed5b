import re
from dataclasses import replace
from itertools import product

import html5lib
import pytest
from flask import current_app

from reviews.display.board_cell import VERDICTS, cell_drawing, cell_face
from reviews.rules.enums import SCALE, Category
from reviews.rules.rating_summary import CellCounts, CellSummary, summarize
from reviews.rules.scale import DEFAULT_WORDS
from tests.pages import text_of

pytestmark = pytest.mark.usefixtures("session")

MET_BY_FOUR = CellCounts(
    manager=Category.MET,
    manager_missing=False,
    peers=(0, 0, 2, 1),
    peers_missing=1,
    asked=5,
    covered=5,
    expectations=6,
)
NOBODY = CellCounts(
    manager=None,
    manager_missing=True,
    peers=(0, 0, 0, 0),
    peers_missing=3,
    asked=5,
    covered=1,
    expectations=6,
)


def draw(counts, summary, *, name="Ana Diaz, Reach, target Staff"):
    """The cell as a page draws it."""
    template = current_app.jinja_env.get_template("components/board_cell.html")
    return template.module.board_cell(cell_face(counts, summary, DEFAULT_WORDS), name)


def parsed(html):
    return html5lib.parseFragment(str(html), namespaceHTMLElements=False)[0]


def macro(name, *values):
    return getattr(current_app.jinja_env.get_template("components/board_cell.html").module, name)(
        *values
    )


def marks(counts, word="met"):
    """Every mark as (shape, x, y), read back from the drawing: the peers', the manager's, then the numbers."""
    found = []
    drawn = f"<svg>{macro('cell_drawing', cell_drawing(counts, word))}</svg>"
    for element in html5lib.parseFragment(drawn, namespaceHTMLElements=False).iter():
        name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
        if name == "path":
            shape = {None: "peer", "g-manager": "manager"}[element.get("class")]
            dots = re.findall(r"M(\S+) (\S+)h0", element.get("d"))
            assert element.get("d") == "".join(f"M{x} {y}h0" for x, y in dots)
            found += [(shape, float(x), float(y)) for x, y in dots]
        elif name == "text":
            found.append(("count", element.text))
    return found


def counted(peers, manager=None):
    return CellCounts(
        manager=manager,
        manager_missing=False,
        peers=peers,
        peers_missing=0,
        asked=sum(peers) + (manager is not None),
        covered=0,
        expectations=1,
    )


def test_a_note_of_no_opportunity_is_said_and_changes_nothing_else():
    with_note = replace(NOBODY, no_opportunity=True)
    plain, noted = (parsed(draw(counts, summarize(counts))) for counts in (NOBODY, with_note))

    assert summarize(with_note) == summarize(NOBODY)
    assert noted.get("class") == plain.get("class")
    said = f"{plain.get('aria-label')} The candidate notes no opportunity."
    assert noted.get("aria-label") == said
    flags = [each.findall(".//i")[-1].text for each in (plain, noted)]
    assert flags == ["?", "?∅"]


def test_a_cell_says_everything_in_its_name():
    link = parsed(draw(MET_BY_FOUR, CellSummary("met", zone="clear")))
    assert (link.tag, link.get("role")) == ("span", "img")
    assert link.get("class") == "cell cell--m cell--clear"
    assert link.get("aria-label") == (
        "Ana Diaz, Reach, target Staff: met by majority, 4 of 5 ratings: manager met; "
        "peers met, met, exceeds; 1 could not rate it. Evidence for 5 of 6 expectations. Clear."
    )
    assert link.find("b").text == "M"
    assert text_of(link.find("small")) == "5/6 4/5m"


def test_a_cell_nobody_could_rate_says_so_and_counts_who_is_still_out():
    link = parsed(draw(NOBODY, CellSummary("not_observed", coverage_hole=True)))
    assert link.get("class") == "cell cell--t"
    assert link.get("aria-label") == (
        "Ana Diaz, Reach, target Staff: nobody observed, 0 of 5 ratings: 4 could not rate it, "
        "the manager among them; 1 not in. Evidence for 1 of 6 expectations. Coverage hole."
    )
    assert text_of(link.find("small")) == "1/6 0/5?"


def test_flags_and_the_discuss_zone_are_drawn_and_said():
    link = parsed(
        draw(
            counted((0, 2, 2, 0)),
            CellSummary("split", disagree=True, coverage_hole=True, zone="discuss"),
        )
    )
    assert link.get("class") == "cell cell--x cell--talk"
    assert link.find("small").find("i").text == "!?"
    assert link.get("aria-label") == (
        "Ana Diaz, Reach, target Staff: split at the target line, 4 of 4 ratings: "
        "peers partly, partly, met, met. Evidence for 0 of 1 expectations. "
        "In the discuss zone. Ratings disagree. Coverage hole."
    )


def test_a_tie_away_from_the_line_takes_the_lower_letter_and_names_both():
    link = parsed(draw(counted((0, 0, 2, 2)), CellSummary("met", tie="met/exceeds")))
    assert "".join(link.find("b").itertext()) == "M/E"
    assert link.get("aria-label").startswith(
        "Ana Diaz, Reach, target Staff: met, with half at exceeds, 4 of 4 ratings: "
    )


def test_the_name_is_escaped_once():
    hostile = '"><script>alert(1)</script>'
    drawn = parsed(draw(MET_BY_FOUR, CellSummary("met"), name=f"{hostile}, R&D, target L6 & up"))
    assert drawn.get("aria-label").startswith(f"{hostile}, R&D, target L6 & up: ")
    assert [element.tag for element in drawn.iter()].count("script") == 0


def test_every_reading_has_its_own_letter_and_only_missing_ones_share_a_tint():
    assert {word: letter for word, (letter, _) in VERDICTS.items()} == {
        "exceeds": "E",
        "met": "M",
        "partly": "P",
        "not_shown": "N",
        "split": "S",
        "too_few": "T",
        "not_observed": "\N{EN DASH}",
    }
    tints = [tint for _, tint in VERDICTS.values()]
    assert sorted(tints) == ["e", "m", "n", "p", "t", "t", "x"]


def test_marks_stand_two_wide_from_the_bottom_the_manager_first():
    assert marks(counted((0, 1, 3, 0), manager=Category.MET)) == [
        ("peer", 42, 25.5),
        ("peer", 76, 25.5),
        ("peer", 64, 14),
        ("peer", 76, 14),
        ("manager", 64, 25.5),
    ]


def test_more_than_four_in_one_bin_become_a_count_apart_from_the_manager():
    assert marks(counted((0, 0, 5, 0), manager=Category.MET)) == [
        ("peer", 66, 25.5),
        ("manager", 70, 14),
        ("count", "5"),
    ]
    assert marks(counted((6, 0, 0, 0))) == [("peer", 10, 25.5), ("count", "6")]


@pytest.mark.parametrize("manager", [None, *list(Category)[:4]])
@pytest.mark.parametrize("peers", [(0, 0, 0, 0), (1, 1, 1, 1), (4, 3, 2, 1), (0, 9, 0, 4)])
def test_no_rating_is_lost_in_the_drawing(peers, manager):
    drawn = marks(counted(peers, manager))
    in_counts = [int(mark[1]) for mark in drawn if mark[0] == "count"]
    circles = [mark for mark in drawn if mark[0] == "peer"]
    assert len(circles) - len(in_counts) + sum(in_counts) == sum(peers)
    assert [mark[0] for mark in drawn].count("manager") == (manager is not None)
    places = [mark[1:] for mark in drawn if mark[0] != "count"]
    assert len(places) == len(set(places))


def test_two_drawings_have_one_id_if_they_are_equal_and_only_then():
    counts = [
        counted(peers, manager)
        for peers in product((0, 1, 2, 12), repeat=4)
        for manager in (None, *SCALE)
    ]
    drawings = [cell_drawing(each, word) for each in counts for word in VERDICTS]
    ids = {drawing.id for drawing in drawings}
    assert len(ids) == len(set(drawings)) == len({replace(each, id="") for each in drawings})


def test_only_partly_and_split_are_hatched():
    hatched = {word for word in VERDICTS if "g-hatch" in cell_drawing(MET_BY_FOUR, word).background}
    assert hatched == {"partly", "split"}


def test_the_coverage_bar_fills_a_box_per_covered_expectation_in_order():
    boxes = parsed(macro("coverage_bar", [True, False, True]))
    assert [box.get("class") for box in boxes] == ["cv cv--on", "cv cv--open", "cv cv--on"]
    assert [box.get("x") for box in boxes] == ["1", "16", "31"]


def test_a_long_coverage_bar_wraps_and_is_no_wider_than_a_short_one():
    short, long = (parsed(macro("coverage_bar", flags)) for flags in ([True] * 6, [False] * 25))
    assert (short.get("width"), long.get("width")) == ("90", "90")
    assert len(long) == 25
    assert len({(box.get("x"), box.get("y")) for box in long}) == 25
    assert all(float(box.get("y")) + 6 <= float(long.get("height")) for box in long)


def test_each_expectation_status_has_its_own_mark():
    statuses = ("void", "claimed", "single", "shown", "not_shown", "mixed")
    assert len({macro("status_mark", status) for status in statuses}) == 6


def test_pictures_are_hidden_from_assistive_technology():
    drawings = (
        parsed(draw(MET_BY_FOUR, CellSummary("met")))[1],
        parsed(macro("status_mark", "shown")),
        parsed(macro("coverage_bar", [True])),
    )
    for drawing in drawings:
        assert (drawing.get("aria-hidden"), drawing.get("focusable")) == ("true", "false")
