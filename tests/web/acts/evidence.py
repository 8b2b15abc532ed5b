"""Step 3: the candidate picks a target, adds evidence, proposes peers and submits."""

import re
from collections.abc import Mapping

from tests.web import arranged
from tests.web.stage import CYCLE, PEERS, Play
from tests.web.yardsticks import Yardstick


def the_candidate_starts_a_packet(play: Play) -> None:
    ada, yardstick = play.ada, play.yardstick
    ada.open("/").follow(f"Start your packet in {CYCLE}")
    ada.choose("Where you work today", yardstick.current)
    ada.choose("The level you are going for", yardstick.target).press("Show what this asks")
    if yardstick.roles:
        for role in yardstick.roles:
            ada.tick(role)
        ada.press("Show what this asks")
    assert ada.text("#asks ~ .count") == f"{yardstick.total} expectations"
    assert ada.table("Expectations by dimension") == [
        [dimension, str(new), str(already)] for dimension, (new, already) in yardstick.asked.items()
    ]
    ada.press(f"Start packet for {yardstick.target}")
    play.packet = ada.path
    # What is new lies open, what was expected before is folded.
    assert len(ada.texts(".dim .expects > li")) == yardstick.total
    assert len(ada.texts(".dim .expects > li:visible")) == yardstick.new


def adas_coverage(yardstick: Yardstick) -> dict[str, int]:
    """How many expectations of each dimension the first candidate has evidence for, in the end."""
    return yardstick.spread(2, 1, 0)


def coverage_shown(yardstick: Yardstick, covered: Mapping[str, int]) -> list[str]:
    return [
        f"{dimension} {covered[dimension]}/{new} expectations with evidence"
        for dimension, (new, _) in yardstick.asked.items()
    ]


def the_candidate_adds_evidence(play: Play) -> None:
    """An item for each dimension: on two expectations of the first, none by name in the last."""
    ada, yardstick = play.ada, play.yardstick
    names = list(yardstick.asked)
    peers_wanted = "Propose 2 to 3 peers."
    assert ada.texts(".cover li") == coverage_shown(yardstick, dict.fromkeys(names, 0))
    assert ada.texts(".checks .is-block b") == [
        *(f"{name} has no evidence." for name in names),
        peers_wanted,
    ]
    for number, name in enumerate(names, start=1):
        ada.follow(f"Add evidence for {name}")
        ada.fill(
            **{
                "What was it?": f"New mill, part {number}",
                "From": "2025-03-01",
                "To": "2025-08-31",
                "Your part in it": "Lead",
                "What did you do, and what came of it?": "I built it. It *runs*.",
                "Links": f"https://wiki.example.org/{number}",
            }
        )
        # The dimension that the candidate came from stands open, and is ticked in general.
        ada.tick_first(
            "#expectations details[open] [name=expectations]", adas_coverage(yardstick)[name]
        )
        ada.press("Add item")
        assert ada.told == [f"Item {number} is saved."]
    assert ada.texts(".cover li") == coverage_shown(yardstick, adas_coverage(yardstick))
    assert ada.texts(".checks .is-block b") == [peers_wanted]


def the_candidate_proposes_peers(play: Play) -> None:
    ada = play.ada
    ada.follow("Find people")
    for name in PEERS:
        ada.fill(Name=name.split()[0]).press("Search").press(f"Propose {name}")
        assert ada.told == [f"{name} is proposed."]
    assert ada.texts("[aria-labelledby=listed] li b") == list(PEERS)


def nobody_else_reads_a_draft(play: Play) -> None:
    assert play.mara.open(play.packet).text(".empty") == (
        "Nothing was submitted The candidate is still writing."
        " You read the evidence here once it is submitted."
    )
    assert "New mill" not in play.odile.open(play.packet).text()
    for somebody in (play.pia, play.carol):
        assert somebody.open(play.packet).status == 404


def the_candidate_submits(play: Play) -> None:
    ada, yardstick = play.ada, play.yardstick
    ada.open(play.packet)
    assert ada.texts(".checks .is-block b") == []
    ada.follow("Submit packet").press("Submit packet")
    facts = ada.facts()
    assert ada.heading == "Submitted"
    assert re.fullmatch("[0-9a-f]{64}", facts.pop("Digest (SHA-256)"))
    assert re.fullmatch(r"\d+ \w{3} \d{4}, \d\d:\d\d CES?T", facts.pop("Received"))
    assert facts == {
        "Candidate": "Ada Whitfield",
        "Case": ", with ".join([yardstick.target, *yardstick.roles]),
        "Revision": f"1, {len(yardstick.asked)} evidence items",
    }
    assert play.mara.open(play.packet).texts(".item h4")[0] == "Item 1 New mill, part 1"


def the_second_candidate_submits(play: Play) -> None:
    with arranged.acting(play.app):
        arranged.submits_a_packet(
            "Bo Lindqvist",
            current=play.yardstick.current,
            target=play.yardstick.target,
            peers=("Pia Novak", "Rosa Imhof"),
        )
