"""Steps 5 and 6: the panel says where it has conflicts, reads the board, votes alone, and the chair decides."""

from tests.web import arranged
from tests.web.acts.evidence import covered_by_ada
from tests.web.people import Somebody
from tests.web.stage import CYCLE, MEMBERS, Play

#: Who hears Ada's case: the last member has declared a conflict.
VOTING = MEMBERS[:3]


def the_members_answer_the_conflict_question(play: Play) -> None:
    task = "Answer the conflict question for 2 packets"
    for name in MEMBERS:
        member = play.cast[name.split()[0].lower()]
        # Until then a packet is closed to them.
        assert member.open(play.packet).status == 403
        assert task in member.waiting()
        member.follow(task)
        if name not in VOTING:
            member.tick("I have a conflict", within="tr:has-text('Ada Whitfield')")
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
    carol = play.carol
    carol.open(f"{play.cycle}/board")
    print([each.get_attribute("aria-label") for each in carol.page.locator("a.plate").all()])
    assert 0


def the_chair_holds_two_candidates_side_by_side(play: Play) -> None:
    """The text of each expectation, two people, and what a rater wrote one click away."""
    carol, yardstick = play.carol, play.yardstick
    carol.tick("Compare Ada Whitfield").tick("Compare Bo Lindqvist").press("Compare selected")
    first = next(iter(yardstick.asked))
    assert carol.heading == f"{first}, two candidates, one text"


def the_members_vote_alone(play: Play) -> None:
    pass


def the_chair_reveals_and_decides(play: Play) -> None:
    with arranged.acting(play.server.app):
        arranged.is_decided("Bo Lindqvist", members=MEMBERS)
