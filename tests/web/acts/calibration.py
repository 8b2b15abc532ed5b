"""Steps 5 and 6: the panel says where it has conflicts, reads the board, votes alone, and the chair decides."""

from tests.web import arranged
from tests.web.acts.evidence import adas_coverage
from tests.web.acts.rating import SEEN, Answer
from tests.web.stage import MEMBERS, Play
from tests.web.yardsticks import Yardstick

#: Who hears Ada's case: the last member has declared a conflict.
VOTING = MEMBERS[:3]
WHY = "Item 1 carries it, the rest is told and not shown."
#: Member -> word and reason in the first dimension, those between, and the last.
BALLOTS: dict[str, tuple[Answer, Answer, Answer]] = {
    "Carol Yamada": (("met", ""), ("met", ""), ("partly", WHY)),
    "Ines Faure": (("met", ""), ("met", ""), ("partly", WHY)),
    "Jonas Petri": (("exceeds", WHY), ("met", ""), ("cannot judge", "")),
}
LETTER = "Ada's new mill is a strong case. One thing is open."
#: The name of a cell is put together from parts that many cells share.
CLOSES = "A second run, led by somebody whom Ada taught."


def the_members_answer_the_conflict_question(play: Play) -> None:
    task = "Answer the conflict question for 2 packets"
    for member in play.everybody(MEMBERS):
        # Until then a packet is closed to them.
        assert member.open(play.packet).status == 403
        assert task in member.waiting()
        member.follow(task)
        if member.name not in VOTING:
            member.tick("I have a conflict with Ada Whitfield")
        member.press("Record my answers")
        assert member.told == [
            "Your answers are recorded. Packets with a conflict are closed to you."
        ]
    kirsten = play.kirsten
    assert kirsten.table("Packets you are recused from") == [
        ["Ada Whitfield", play.yardstick.target, "you declared a conflict"]
    ]
    # She knows that there is a packet, and nothing else about it.
    pages = {"": 403, "/committee": 403, "/ballot": 403, "/ratings": 404, "/outcome": 404}
    assert {page: kirsten.open(f"{play.packet}{page}").status for page in pages} == pages
    kirsten.open(f"{play.cycle}/board")
    assert kirsten.texts("table.board tbody th a") == ["Bo Lindqvist"]
    assert kirsten.texts(".stubs li") == ["Ada Whitfield recused"]


def the_board_shows_every_mark(play: Play) -> None:
    """One cell for a candidate and a dimension; no zone where so few raters tell so few candidates apart."""
    carol, yardstick = play.carol, play.yardstick
    carol.open(f"{play.cycle}/board")
    cells = carol.accessible_names("a.cell")
    assert sorted(cells) == sorted([*adas_cells(yardstick), *bos_cells(yardstick)])
    assert len(carol.attributes("a.cell svg use", "href")) == len(cells)
    assert carol.texts("td.talk") == ["no zone"] * 2
    assert sorted(carol.texts("td.status")) == [
        "Your ballot on Ada Whitfield · 0 of 3 in",
        "Your ballot on Bo Lindqvist · 0 of 4 in",
    ]


def adas_cells(yardstick: Yardstick) -> list[str]:
    said = yardstick.spread(
        "met by majority, 3 of 3 ratings: manager exceeds; peers partly, met.",
        "met by majority, 3 of 3 ratings: manager met; peers partly, met.",
        "too few ratings for a word, 1 of 3 ratings: manager met; 2 could not rate it.",
    )
    return [
        f"Ada Whitfield, {dimension}, target {yardstick.target}: {said[dimension]}"
        f" {evidence_for(covered, yardstick.asked[dimension][0])}"
        for dimension, covered in adas_coverage(yardstick).items()
    ]


def bos_cells(yardstick: Yardstick) -> list[str]:
    return [
        f"Bo Lindqvist, {dimension}, target {yardstick.target}: met by majority, 3 of 3 ratings:"
        f" manager met; peers met, met. {evidence_for(1, new)}"
        for dimension, new in yardstick.asked_without_roles.items()
    ]


def evidence_for(covered: int, expectations: int) -> str:
    hole = " Coverage hole." if covered < expectations / 2 else ""
    return f"Evidence for {covered} of {expectations} expectations.{hole}"


def the_chair_holds_two_candidates_side_by_side(play: Play) -> None:
    """The text of each expectation, two people, and what raters wrote one click away."""
    carol, yardstick = play.carol, play.yardstick
    carol.tick("Compare Ada Whitfield").tick("Compare Bo Lindqvist").press("Compare selected")
    first, (new, _) = next(iter(yardstick.asked.items()))
    assert carol.heading == f"{first}, two candidates, one text"
    assert sorted(carol.texts(".compare thead a")) == ["Ada Whitfield", "Bo Lindqvist"]
    assert len(carol.texts(".compare >> nth=0 >> tbody .expect")) == new
    not_asked = carol.texts("p:has-text('Not asked at this candidate')")
    assert len(not_asked) == new - yardstick.asked_without_roles[first]
    assert carol.texts(".quote:visible >> p").count(SEEN) == 1  # the manager's
    carol.unfold("2 rationales", within="td:has-text('Ada Whitfield')")
    assert carol.texts(".quote:visible >> p").count(SEEN) == 3


def the_members_vote_alone(play: Play) -> None:
    for member in play.everybody(VOTING):
        member.open(f"{play.cycle}/board").follow("Your ballot on Ada Whitfield")
        for dimension, (word, why) in play.yardstick.spread(*BALLOTS[member.name]).items():
            member.fill(**{f"Why, for {dimension}": why})
            member.answer(word, question=f"Your vote on {dimension}")
        member.press("Seal ballot")
        assert member.told == [
            "Your ballot is sealed. Nobody reads it before the chair reveals them all."
        ]
    # Each still reads the own ballot only; how many are sealed is for the chair and the owner.
    for member in play.everybody(VOTING):
        own = play.yardstick.spread(*BALLOTS[member.name])
        assert member.open(f"{play.packet}/committee").texts("aside li") == [
            f"{dimension}: {word}" for dimension, (word, _) in own.items()
        ]
    play.odile.open(f"{play.packet}/committee")
    for somebody in (*play.everybody(VOTING), play.odile):
        assert somebody.table("Ballots per dimension") == []
        counts = ["3 of 3 ballots cast"] if somebody in {play.carol, play.odile} else []
        assert somebody.texts(".meeting [role=status]") == counts


def the_chair_reveals_and_decides(play: Play) -> None:
    with arranged.acting(play.app):
        arranged.is_decided("Bo Lindqvist", members=MEMBERS)
    carol = play.carol
    names = list(play.yardstick.asked)
    carol.open(f"{play.packet}/committee").follow("Reveal ballots").press("Reveal ballots")
    assert carol.told == ["The ballots are revealed to everybody who has voted."]
    assert sorted(carol.table("Ballots per dimension")) == sorted(said_by_ballots(play.yardstick))
    carol.follow("Record decision")
    for number, dimension in enumerate(names, start=1):
        carol.choose(f"Attainment, {dimension}", "met" if number < len(names) else "partly")
        carol.fill(**{f"Reason, {dimension}": f"Item {number}, and what the raters saw of it."})
    last = ".decide__row >> nth=-1"
    carol.unfold("Name what is open", within=last)
    play.gap = carol.texts(f"{last} >> .expect")[0]
    carol.tick("E1 is open", within=last)
    carol.fill(**{"What the candidate reads first": LETTER}).tick("Not yet")
    carol.press("Record decision")
    assert carol.status == 422
    assert carol.texts(".decide__row .error") == ["Say what would close this expectation."]
    carol.fill(**{f"What would close E1 of {names[-1]}": CLOSES}).press("Record decision")
    assert carol.told == [
        "The decision is recorded. It opens to the candidate and the manager at release, not before."
    ]


def said_by_ballots(yardstick: Yardstick) -> list[list[str]]:
    said = yardstick.spread(
        "all at or above the line Start here",
        "all say met",
        "all say partly 1 cannot judge",
    )
    return [[dimension, "", words, "3 reasons"] for dimension, words in said.items()]


def what_the_candidate_reads(play: Play) -> list[str]:
    """Every page of the candidate's, as text."""
    return [play.ada.open(path).text() for path in ("/", "/cycles", play.cycle, play.packet)]


def nobody_else_can_tell(play: Play, before: list[str]) -> None:
    assert what_the_candidate_reads(play) == before
    for somebody in (play.ada, play.mara, play.pia, play.kirsten):
        assert somebody.open(f"{play.packet}/outcome").status == 404


def the_owner_releases(play: Play) -> None:
    odile = play.odile
    odile.open(play.cycle).follow("Release").tick("Now")
    odile.fill(Reason="Every packet is decided.").press("Set release")
    assert odile.told == ["The outcomes are open."]
