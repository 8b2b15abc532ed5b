"""Step 4: the manager approves peers; the manager and the peers rate, each without a sight of the others."""

import re

from tests.web import arranged
from tests.web.people import Somebody
from tests.web.stage import CYCLE, PEERS, Play

#: The word of the scale, and what is written before it.
Answer = tuple[str, str]
SEEN = "Item 1 shows it; I was there for the first run."
#: In the first dimension, in those between, and in the last.
PIA: tuple[Answer, Answer, Answer] = (("met", SEEN), ("partly", SEEN), ("not observed", ""))
ROSA: tuple[Answer, Answer, Answer] = (("partly", SEEN), ("met", SEEN), ("no opportunity", ""))
MARA: tuple[Answer, Answer, Answer] = (("exceeds", SEEN), ("met", SEEN), ("met", SEEN))


def the_manager_approves_peers(play: Play) -> None:
    """Two in time; the third once rating has begun, and then she is asked at once."""
    mara = play.mara
    assert mara.waiting() == [
        f"Start your packet in {CYCLE}",
        "Approve peers for Ada Whitfield",
    ]
    mara.follow("Approve peers for Ada Whitfield")
    for name in PEERS[:2]:
        mara.press(f"Approve {name}")
        assert mara.told == [f"{name} is approved."]


def the_owner_starts_rating(play: Play) -> None:
    odile, mara = play.odile, play.mara
    odile.open(play.cycle).follow("Start rating")
    assert odile.texts("[aria-labelledby=happens] p")[0] == (
        "2 submitted packets go on: managers can rate at once, and approved peers are invited."
    )
    odile.press("Start rating")
    assert play.rosa.waiting() == [f"Say whether you rate Bo Lindqvist for {play.yardstick.target}"]
    mara.open(f"{play.packet}/peers").press(f"Approve {PEERS[2]}")
    with arranged.acting(play.app):
        arranged.is_rated("Bo Lindqvist")


def the_peers_answer_and_rate(play: Play) -> None:
    task = f"Say whether you rate Ada Whitfield for {play.yardstick.target}"
    for somebody in (play.pia, play.quentin, play.rosa):
        assert somebody.waiting() == [task]
        somebody.follow(task)
    play.quentin.tick("I have no time before the date").press("Decline")
    assert play.quentin.told == [
        "You declined to rate Ada Whitfield. That, when and why is kept, and no draft."
    ]
    assert play.quentin.open(play.packet).status == 404
    for somebody, answers in ((play.pia, PIA), (play.rosa, ROSA)):
        somebody.press("Accept and start")
        rate(somebody, answers, play)
        assert somebody.heading == "Your rating of Ada Whitfield"
        assert raters_read(somebody) == ["You peer"] * len(play.yardstick.asked)


def rate(somebody: Somebody, answers: tuple[Answer, Answer, Answer], play: Play) -> None:
    """Dimension after dimension; the reason is asked for above the choice."""
    for dimension, (word, why) in play.yardstick.spread(*answers).items():
        assert somebody.heading == (
            f"Does Ada Whitfield meet {play.yardstick.target} in {dimension}?"
        )
        assert somebody.reads_before("Why? Write this first", ".scale")
        somebody.fill(**{"Why? Write this first": why})
        somebody.answer(word)
        if why:
            somebody.tick("shown", within=".marks >> nth=0")
        somebody.press(re.compile("^Save, "))
    somebody.press("Submit rating")
    assert somebody.told == ["Your rating of Ada Whitfield is submitted. Thank you."]


def raters_read(somebody: Somebody) -> list[str]:
    return somebody.texts(".told .told__who")


def the_manager_rates_and_then_reads_the_peers(play: Play) -> None:
    mara = play.mara
    assert mara.waiting() == [f"Rate Ada Whitfield for {play.yardstick.target}"]
    # Both peers are in, and the manager who still owes a rating cannot tell.
    assert mara.open(f"{play.packet}/ratings").status == 404
    mara.open("/").follow(f"Rate Ada Whitfield for {play.yardstick.target}")
    rate(mara, MARA, play)
    read = raters_read(mara)
    assert sorted(read) == sorted(
        ["You manager", "Pia Novak peer", "Rosa Imhof peer"] * len(play.yardstick.asked)
    )
    # The peers' order is random, and drawn once for the whole packet.
    assert read == read[:3] * len(play.yardstick.asked)
    assert play.ada.open(f"{play.packet}/ratings").status == 404
    assert raters_read(play.pia.open(f"{play.packet}/ratings")) == (
        ["You peer"] * len(play.yardstick.asked)
    )


def the_owner_starts_calibration(play: Play) -> None:
    odile = play.odile
    odile.open(play.cycle).follow("Start calibration")
    assert odile.texts("[aria-labelledby=happens] p")[0] == (
        "2 packets go to the panels, in a random order."
    )
    odile.press("Start calibration")
    assert odile.told == ["Calibration has begun. The panels can read and vote."]
