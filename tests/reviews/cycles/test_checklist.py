"""What is missing is said as sentences, each about one place."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reviews.cycles.phases.checklist import (
    CyclePlan,
    MissingItem,
    PacketPanel,
    PanelSize,
    Topic,
    missing_to_calibrate,
    missing_to_open,
)
from reviews.rules.scale import DEFAULT_SCALE

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PANEL = PanelSize("Engineering panel", quorum=2, members=3, has_chair=True)
READY = CyclePlan(
    ladders=("Craft",),
    evidence_due=NOW + timedelta(days=7),
    rating_due=NOW + timedelta(days=14),
    calibration_due=NOW + timedelta(days=21),
    panels=(PANEL,),
    scale=DEFAULT_SCALE,
)
PACKET = PacketPanel("Ada", "Engineering panel", quorum=2, free=2, chair_is_free=True)


def worded(**words):
    return {**DEFAULT_SCALE, **{key: {"word": word, "hint": ""} for key, word in words.items()}}


def test_a_plan_with_everything_lacks_nothing():
    assert missing_to_open(READY, NOW) == ()


@pytest.mark.parametrize(
    ("change", "topic", "sentence"),
    [
        (
            {"ladders": ()},
            Topic.LADDER,
            "No ladder is chosen. Choose at least one published version.",
        ),
        (
            {"ladders": ("Craft", "Craft")},
            Topic.LADDER,
            "Craft is chosen in 2 versions. Keep one, so that everybody reads the same text.",
        ),
        ({"rating_due": None}, Topic.DEADLINES, "There is no deadline for ratings yet."),
        ({"evidence_due": NOW}, Topic.DEADLINES, "The deadline for evidence has passed."),
        (
            {"rating_due": NOW + timedelta(days=7)},
            Topic.DEADLINES,
            "The deadline for ratings is not after the one for evidence.",
        ),
        (
            {"panels": ()},
            Topic.PANELS,
            "No panel decides yet. Add one with a chair and members.",
        ),
        (
            {"panels": (replace(PANEL, has_chair=False),)},
            Topic.PANELS,
            "Engineering panel has no chair. The chair reveals ballots and records decisions.",
        ),
        (
            {"panels": (replace(PANEL, members=1),)},
            Topic.PANELS,
            "Engineering panel has 1 person and a quorum of 2. Add members or lower the quorum.",
        ),
        ({"scale": worded(met=" ")}, Topic.SCALE, "The category “met” has no word."),
        (
            {"scale": worded(met="Solid", exceeds="solid")},
            Topic.SCALE,
            "The word “solid” stands for 2 categories. Give each its own.",
        ),
    ],
)
def test_each_gap_is_one_sentence(change, topic, sentence):
    assert missing_to_open(replace(READY, **change), NOW) == (MissingItem(topic, sentence),)


def test_a_packet_that_its_panel_can_hear_is_no_obstacle():
    assert missing_to_calibrate((PANEL,), (PACKET,)) == ()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"panel": None}, "The packet of Ada has no panel."),
        (
            {"free": 1},
            "On the packet of Ada, 1 person of Engineering panel may vote; its quorum is 2.",
        ),
        (
            {"free": 1, "peers": ("Bo", "Cy")},
            (
                "On the packet of Ada, 1 person of Engineering panel may vote; its quorum is 2."
                " Bo and Cy are asked to rate it and cannot vote: remove them as peers, or change the panel."
            ),
        ),
        (
            {"chair_is_free": False},
            (
                "The chair of Engineering panel has a conflict on the packet of Ada."
                " Move the packet to another panel, or give the panel another chair."
            ),
        ),
    ],
)
def test_a_packet_that_nobody_could_decide_holds_the_cycle(change, sentence):
    assert missing_to_calibrate((PANEL,), (replace(PACKET, **change),)) == (
        MissingItem(Topic.PANELS, sentence),
    )
