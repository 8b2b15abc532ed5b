"""Steps 7 and 8: after release the candidate and the manager read the outcome, the owner reads the log."""

from tests.web.acts.calibration import CLOSES, LETTER, VOTING
from tests.web.people import Somebody
from tests.web.stage import CYCLE, MEMBERS, PEERS, Play


def the_candidate_reads_the_outcome(play: Play) -> None:
    ada, target = play.ada, play.yardstick.target
    assert ada.waiting() == [f"Your outcome for {target}"]
    ada.follow(f"Your outcome for {target}")
    reads_the_outcome(ada, play)


def reads_the_outcome(reader: Somebody, play: Play) -> None:
    """The decision, each dimension with its reason, the open expectation in the ladder's words, what would close it."""
    names = list(play.yardstick.asked)
    assert reader.heading == "Not yet"
    assert LETTER in reader.texts(".verdict p")
    assert reader.texts(".reasons li > div:first-child") == [
        *(f"{name} M met" for name in names[:-1]),
        f"{names[-1]} P partly",
    ]
    (gap,) = reader.texts("[aria-labelledby=close] li")
    assert gap == f"E1 {play.gap} {CLOSES} {names[-1]}"


def the_manager_reads_it_and_no_peer_does(play: Play) -> None:
    mara, task = play.mara, f"Outcome of Ada Whitfield for {play.yardstick.target}"
    assert task in mara.waiting()
    reads_the_outcome(mara.follow(task), play)
    for somebody in (play.pia, play.rosa, play.quentin, play.kirsten):
        assert somebody.open(f"{play.packet}/outcome").status == 404
    assert play.pia.waiting() == []


def the_owner_reads_every_change(play: Play) -> None:
    odile = play.odile
    odile.open(play.cycle).follow("Read log")
    lines = log_lines(odile)
    while odile.links("Next"):
        lines += log_lines(odile.follow("Next"))
    *log, release = (line for line in reversed(lines) if "Bo Lindqvist" not in line)
    assert log == log_of(play)
    assert release.startswith(f"Odile Marchetti: Release of {CYCLE} set to ")


def log_lines(odile: Somebody) -> list[str]:
    """Who and what, newest first; under what was done stands the name of the action."""
    who, what = (odile.lines(f"tbody td:nth-child({place})") for place in (3, 4))
    return [f"{person[0]}: {done[0]}" for person, done in zip(who, what, strict=True)]


def log_of(play: Play) -> list[str]:
    """What was done in the cycle and to Ada's packet before its release, by whom, in the order of the play."""
    dimensions = len(play.yardstick.asked)
    drafts = "saved a draft of the rating of Ada Whitfield"
    return [
        f"Odile Marchetti: Cycle {CYCLE} created",
        f"Odile Marchetti: Settings of {CYCLE} saved",
        "Odile Marchetti: Panel Mill council, quorum 3: Carol Yamada (chair), "
        + ", ".join(MEMBERS[1:]),
        f"Odile Marchetti: {CYCLE} moved on to evidence",
        f"Ada Whitfield: Packet of Ada Whitfield started, for {play.yardstick.target}",
        *(
            f"Ada Whitfield: Item {number + 1} of Ada Whitfield saved"
            for number in range(dimensions)
        ),
        *(f"Ada Whitfield: {peer} proposed as a peer for Ada Whitfield" for peer in PEERS),
        "Ada Whitfield: Packet of Ada Whitfield submitted, revision 1",
        "Mara Okafor: Pia Novak approved as a peer for Ada Whitfield",
        "Mara Okafor: Quentin Adair approved as a peer for Ada Whitfield",
        f"Odile Marchetti: {CYCLE} moved on to rating",
        "Mara Okafor: Rosa Imhof approved as a peer for Ada Whitfield",
        "Quentin Adair: Quentin Adair declined to rate Ada Whitfield",
        "Pia Novak: Pia Novak accepted to rate Ada Whitfield",
        *[f"Pia Novak: Pia Novak {drafts}"] * dimensions,
        "Pia Novak: Pia Novak submitted the rating of Ada Whitfield",
        "Rosa Imhof: Rosa Imhof accepted to rate Ada Whitfield",
        *[f"Rosa Imhof: Rosa Imhof {drafts}"] * dimensions,
        "Rosa Imhof: Rosa Imhof submitted the rating of Ada Whitfield",
        *[f"Mara Okafor: Mara Okafor {drafts}"] * dimensions,
        "Mara Okafor: Mara Okafor submitted the rating of Ada Whitfield",
        f"Odile Marchetti: {CYCLE} moved on to calibration",
        *(f"{member}: {member} has no conflict with Ada Whitfield" for member in VOTING),
        "Kirsten Olander: Kirsten Olander declared a conflict with Ada Whitfield",
        *(f"{member}: {member} sealed a ballot on Ada Whitfield" for member in VOTING),
        f"Carol Yamada: Ballots on Ada Whitfield revealed, {len(VOTING)} sealed and 0 missing",
        "Carol Yamada: Decision on Ada Whitfield recorded",
    ]
