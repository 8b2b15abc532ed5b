"""What waits, said over plain rows."""

from datetime import UTC, datetime, timedelta

import pytest

from reviews.home.rows import (
    InboxCycle,
    InboxRows,
    OwnedCycle,
    OwnPacket,
    PanelTasks,
    RatingRequest,
    ReportPacket,
    Waiting,
)
from reviews.home.tasks import Due, due_words, groups, headline, lede, line, outcomes
from reviews.rules.enums import AssignmentState, CyclePhase, PacketState, RaterKind

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ZONE = "Europe/Berlin"


def a_cycle(phase=CyclePhase.RATING, *, due=timedelta(days=7), name="2026-H2", released=None):
    dates = dict.fromkeys(("evidence_due", "rating_due", "calibration_due"), NOW + due)
    return InboxCycle(
        public_id=f"id of {name}", name=name, zone=ZONE, phase=phase, released_at=released, **dates
    )


def asked(state=AssignmentState.ACCEPTED, *, kind=RaterKind.MANAGER, complete=0, **more):
    return RatingRequest(
        **{
            "packet": "P",
            "candidate": "Hana",
            "target": "Staff",
            "manager": "Amara",
            "cycle": a_cycle(),
            "kind": kind,
            "state": state,
            "dimensions": 5,
            "complete": complete,
            "items": 14,
            **more,
        }
    )


def own(state=PacketState.DRAFT, phase=CyclePhase.EVIDENCE, **more):
    return OwnPacket(
        **{
            "public_id": "P",
            "target": "Staff",
            "cycle": a_cycle(phase),
            "state": state,
            "submitted_at": None,
            **more,
        }
    )


def report(**more):
    return ReportPacket(
        **{
            "public_id": "P",
            "candidate": "Hana",
            "target": "Staff",
            "cycle": a_cycle(),
            "state": PacketState.SUBMITTED,
            "submitted_at": NOW,
            **more,
        }
    )


def said(rows, now=NOW):
    """(role, title, verb, endpoint, meta) of everything that waits."""
    return [
        (group.key, task.title, task.verb, task.endpoint, task.meta)
        for group in groups(rows, now)
        for task in group.tasks
    ]


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (None, Due("No date", "")),
        (NOW, Due("Closed", "20 Nov")),
        (NOW - timedelta(days=3), Due("Closed", "17 Nov")),
        (NOW + timedelta(hours=7, minutes=30), Due("Today", "18:00 CET", soon=True)),
        # An hour before midnight in London is the next day in Berlin.
        (datetime(2026, 11, 20, 23, 30, tzinfo=UTC), Due("Tomorrow", "00:30 CET")),
        (NOW + timedelta(days=7), Due("Fri 27 Nov", "in 7 days")),
    ],
)
def test_a_date_is_said_as_in_the_zone_of_the_cycle(due, words):
    assert due_words(due, NOW, ZONE) == words


@pytest.mark.parametrize(
    ("waiting", "words"),
    [
        (0, "Nothing waits for you"),
        (1, "One thing waits for you"),
        (7, "Seven things wait for you"),
        (13, "13 things wait for you"),
    ],
)
def test_the_headline_counts(waiting, words):
    assert headline(waiting) == words


def test_the_lede_counts_today_and_else_names_the_first_date():
    today, later = a_cycle(due=timedelta(hours=2)), a_cycle()

    def of(*rows):
        return lede(groups(InboxRows(asked=rows), NOW))

    assert of(asked(cycle=today), asked(cycle=later)) == "One is due today."
    assert of(asked(cycle=today), asked(cycle=today)) == "Two are due today."
    assert of(asked(cycle=later)) == "It is due Fri 27 Nov, in 7 days."
    assert of(asked(), asked()) == "The first is due Fri 27 Nov, in 7 days."
    assert of() == ""


def test_roles_come_by_their_earliest_date_and_tasks_by_theirs():
    rows = InboxRows(
        asked=[
            asked(cycle=a_cycle(due=timedelta(days=9)), candidate="Late"),
            asked(cycle=a_cycle(due=timedelta(days=5)), candidate="Early"),
            asked(kind=RaterKind.PEER, cycle=a_cycle(due=timedelta(days=2)), candidate="First"),
        ],
        owned=[OwnedCycle(cycle=a_cycle(CyclePhase.SETUP), may_set_up=True)],
    )

    assert [(role, title) for role, title, *_ in said(rows)] == [
        ("peer", "Rate First for Staff"),
        ("manager", "Rate Early for Staff"),
        ("manager", "Rate Late for Staff"),
        ("owner", "Set up 2026-H2"),
    ]


@pytest.mark.parametrize(
    ("row", "task"),
    [
        (
            asked(AssignmentState.INVITED, kind=RaterKind.PEER),
            (
                "peer",
                "Say whether you rate Hana for Staff",
                "Answer",
                "ratings.invitation",
                "Amara asks you. 14 evidence items, 5 dimensions",
            ),
        ),
        (
            asked(),
            (
                "manager",
                "Rate Hana for Staff",
                "Start",
                "ratings.first",
                "Not started. 14 evidence items, 5 dimensions",
            ),
        ),
        (
            asked(AssignmentState.IN_PROGRESS, complete=2, saved_at=NOW),
            (
                "manager",
                "Rate Hana for Staff",
                "Continue",
                "ratings.first",
                "2 of 5 dimensions written, last saved 20 Nov",
            ),
        ),
        (
            asked(AssignmentState.IN_PROGRESS, complete=5, saved_at=NOW),
            (
                "manager",
                "Rate Hana for Staff",
                "Submit",
                "ratings.review",
                "Everything is written. Read it over and submit it",
            ),
        ),
    ],
)
def test_a_rating_waits_until_it_is_in(row, task):
    assert said(InboxRows(asked=[row])) == [task]


def test_a_closed_form_waits_for_nobody():
    closed = a_cycle(due=timedelta(0))
    rows = InboxRows(
        open_cycles=[a_cycle(CyclePhase.EVIDENCE, due=timedelta(0))],
        own=[own(cycle=a_cycle(CyclePhase.EVIDENCE, due=timedelta(0)))],
        asked=[asked(cycle=closed), asked(AssignmentState.INVITED, cycle=closed)],
    )

    assert said(rows) == []


@pytest.mark.parametrize(
    ("packet", "waits"),
    [
        (own(PacketState.DRAFT), ["A draft. Nobody else reads it before you submit it"]),
        (own(PacketState.RETURNED), ["Sent back to you with a reason"]),
        (own(PacketState.SUBMITTED), []),
        (own(PacketState.WITHDRAWN), []),
        (own(PacketState.DRAFT, CyclePhase.RATING), []),
        (own(PacketState.RETURNED, CyclePhase.CALIBRATION), []),
    ],
)
def test_a_packet_waits_while_it_can_be_submitted(packet, waits):
    assert [meta for *_, meta in said(InboxRows(own=[packet]))] == waits


def test_peers_wait_for_the_manager():
    rows = InboxRows(reports=[report(proposed=1), report(candidate="Ravi", proposed=0, peers=4)])

    assert said(rows) == [
        ("manager", "Approve peers for Hana", "Review peers", "packets.peers", "1 peer proposed")
    ]


def test_the_committee_answers_votes_reveals_and_decides():
    seat = PanelTasks(
        cycle=a_cycle(CyclePhase.CALIBRATION),
        unanswered=Waiting(2, "U", "Noa"),
        to_vote=Waiting(2, "V", "Yusuf"),
        voted=3,
        to_reveal=Waiting(1, "R", "Ada"),
        to_decide=Waiting(1, "D", "Bo"),
    )

    assert said(InboxRows(seats=[seat])) == [
        (
            "committee",
            "Answer the conflict question for 2 packets",
            "Answer",
            "calibration.committee.conflicts",
            "Their content stays closed to you until you have answered",
        ),
        (
            "committee",
            "Vote on 2 packets",
            "Vote",
            "calibration.committee.ballot",
            "3 of 5 ballots sealed. Next on the agenda: Yusuf",
        ),
        (
            "committee",
            "Reveal the ballots of 1 packet",
            "Reveal",
            "calibration.committee.reveal",
            "Next on the agenda: Ada",
        ),
        (
            "committee",
            "Decide 1 packet",
            "Decide",
            "calibration.committee.decide",
            "Next on the agenda: Bo",
        ),
    ]
    assert said(InboxRows(seats=[PanelTasks(cycle=a_cycle())])) == []


@pytest.mark.parametrize(
    ("owned", "titles"),
    [
        (
            OwnedCycle(cycle=a_cycle(CyclePhase.SETUP), may_set_up=True, may_advance=True),
            ["Set up 2026-H2"],
        ),
        (OwnedCycle(cycle=a_cycle(CyclePhase.EVIDENCE), may_advance=True), []),
        (
            OwnedCycle(cycle=a_cycle(CyclePhase.EVIDENCE, due=timedelta(0)), may_advance=True),
            ["Move 2026-H2 on to rating"],
        ),
        (
            OwnedCycle(cycle=a_cycle(CyclePhase.RATING, due=timedelta(0)), may_advance=True),
            ["Move 2026-H2 on to calibration"],
        ),
        (OwnedCycle(cycle=a_cycle(CyclePhase.RATING, due=timedelta(0))), []),
        (
            OwnedCycle(cycle=a_cycle(CyclePhase.CALIBRATION), may_release=True),
            ["Release the outcomes of 2026-H2"],
        ),
    ],
)
def test_an_owner_opens_moves_and_releases(owned, titles):
    assert [title for _, title, *_ in said(InboxRows(owned=[owned]))] == titles


def test_a_released_outcome_waits_until_it_is_marked_as_read():
    released = a_cycle(CyclePhase.CALIBRATION, released=NOW - timedelta(days=1))
    open_to = {"cycle": released, "outcome_open": True}
    rows = InboxRows(
        own=[own(PacketState.SUBMITTED, **open_to), own(cycle=released)],
        reports=[report(**open_to), report(cycle=released)],
    )
    read = InboxRows(
        own=[own(PacketState.SUBMITTED, **open_to, outcome_read=True)],
        reports=[report(**open_to, outcome_read=True)],
    )
    titles = ["Your outcome for Staff", "Outcome of Hana for Staff"]

    assert [title for _, title, *_ in said(rows)] == titles
    assert outcomes(rows) == ()
    assert said(read) == []
    assert [(task.title, task.when) for task in outcomes(read)] == [
        (title, Due("Released", "19 Nov")) for title in titles
    ]


def test_an_outcome_goes_first_and_is_no_deadline():
    released = a_cycle(CyclePhase.CALIBRATION, released=NOW - timedelta(days=1))
    rows = InboxRows(
        own=[own(PacketState.SUBMITTED, cycle=released, outcome_open=True)],
        asked=[asked(cycle=a_cycle(due=timedelta(0)))],
        open_cycles=[a_cycle(CyclePhase.EVIDENCE)],
    )
    found = groups(rows, NOW)

    assert [task.title for group in found for task in group.tasks] == [
        "Your outcome for Staff",
        "Start your packet in 2026-H2",
    ]
    assert lede(found) == "One is due Fri 27 Nov, in 7 days."


def test_only_a_phase_that_takes_forms_says_when_they_close():
    notes = {
        label: line(label, NOW, state, ZONE).note
        for label, state in (("Evidence", "done"), ("Rating", "now"), ("Release", "later"))
    }

    assert notes == {
        "Evidence": "",
        "Rating": "You are here. The forms close at 10:30 CET.",
        "Release": "",
    }
    assert line("Calibration", NOW, "now", ZONE).note == "You are here."
