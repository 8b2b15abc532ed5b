"""What a cycle lacks for its next phase, as sentences; plain values in, plain values out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from reviews.display.formatting import count, listed
from reviews.rules.enums import RATING_CATEGORIES
from reviews.rules.scale import DEFAULT_WORDS


class Topic(StrEnum):
    """What a sentence is about: a place of the set-up page."""

    LADDER = "ladder"
    DEADLINES = "deadlines"
    PANELS = "panels"
    SCALE = "scale"


@dataclass(frozen=True, slots=True)
class MissingItem:
    topic: Topic
    sentence: str


@dataclass(frozen=True, slots=True)
class PanelSize:
    """How many people a panel has, and how many ballots it needs."""

    name: str
    quorum: int
    members: int
    has_chair: bool


@dataclass(frozen=True, slots=True)
class CyclePlan:
    """Everything that must be right before people may start packets."""

    #: The ladder of each chosen version; a ladder that is here twice is chosen in two versions.
    ladders: tuple[str, ...]
    evidence_due: datetime | None
    rating_due: datetime | None
    calibration_due: datetime | None
    panels: tuple[PanelSize, ...]
    scale: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class PacketPanel:
    """A submitted packet and its panel: how many of the panel may vote on it."""

    candidate: str
    panel: str | None
    quorum: int
    #: Members and chair without a personal relation to the packet and without a conflict on record.
    free: int
    chair_is_free: bool
    #: Who of the panel is asked to rate the packet as a peer, and so is set aside from it.
    peers: tuple[str, ...] = ()


def missing_to_open(plan: CyclePlan, now: datetime) -> tuple[MissingItem, ...]:
    """What a cycle lacks before evidence can be collected. Empty when it may open."""
    return tuple(
        MissingItem(topic, sentence)
        for topic, sentences in (
            (Topic.LADDER, _ladders(plan.ladders)),
            (Topic.DEADLINES, _deadlines(plan, now)),
            (Topic.PANELS, missing_from_panels(plan.panels)),
            (Topic.SCALE, _scale(plan.scale)),
        )
        for sentence in sentences
    )


def missing_to_calibrate(
    panels: Sequence[PanelSize], packets: Sequence[PacketPanel]
) -> tuple[MissingItem, ...]:
    """What a cycle lacks before its panels can vote. An unanswered conflict question is no obstacle yet."""
    sentences = [
        *missing_from_panels(panels),
        *(s for packet in packets for s in _missing_from_packet(packet)),
    ]
    return tuple(MissingItem(Topic.PANELS, sentence) for sentence in sentences)


def missing_from_panels(panels: Sequence[PanelSize]) -> list[str]:
    if not panels:
        return ["No panel decides yet. Add one with a chair and members."]
    found = []
    for panel in panels:
        if not panel.has_chair:
            found.append(
                f"{panel.name} has no chair. The chair reveals ballots and records decisions."
            )
        if panel.members < panel.quorum:
            found.append(
                f"{panel.name} has {count(panel.members, 'person', 'people')} and a quorum of {panel.quorum}."
                " Add members or lower the quorum."
            )
    return found


def _ladders(ladders: Sequence[str]) -> list[str]:
    if not ladders:
        return ["No ladder is chosen. Choose at least one published version."]
    return [
        f"{name} is chosen in {count} versions. Keep one, so that everybody reads the same text."
        for name, count in Counter(ladders).items()
        if count > 1
    ]


def _deadlines(plan: CyclePlan, now: datetime) -> list[str]:
    dates = {
        "evidence": plan.evidence_due,
        "ratings": plan.rating_due,
        "calibration": plan.calibration_due,
    }
    found = [f"There is no deadline for {name} yet." for name, due in dates.items() if due is None]
    found += [
        f"The deadline for {name} has passed." for name, due in dates.items() if due and due <= now
    ]
    given = [(name, due) for name, due in dates.items() if due]
    found += [
        f"The deadline for {later} is not after the one for {name}."
        for (name, due), (later, next_due) in pairwise(given)
        if next_due <= due
    ]
    return found


def _scale(scale: Mapping[str, Mapping[str, str]]) -> list[str]:
    words = {c: scale.get(c.value, {}).get("word", "").strip() for c in RATING_CATEGORIES}
    found = [
        f"The category “{DEFAULT_WORDS.word(category)}” has no word."
        for category, word in words.items()
        if not word
    ]
    counted = Counter(word.casefold() for word in words.values() if word)
    found += [
        f"The word “{word}” stands for {count} categories. Give each its own."
        for word, count in counted.items()
        if count > 1
    ]
    return found


def _ways_out(peers: Sequence[str]) -> str:
    if not peers:
        return ""
    who = f"{listed(peers)} {'is' if len(peers) == 1 else 'are'}"
    return f" {who} asked to rate it and cannot vote: remove them as peers, or change the panel."


def _missing_from_packet(packet: PacketPanel) -> list[str]:
    if packet.panel is None:
        return [f"The packet of {packet.candidate} has no panel."]
    found = []
    ways = _ways_out(packet.peers)
    if packet.free < packet.quorum:
        found.append(
            f"On the packet of {packet.candidate}, {count(packet.free, 'person', 'people')} of {packet.panel}"
            f" may vote; its quorum is {packet.quorum}.{ways}"
        )
    if not packet.chair_is_free:
        found.append(
            f"The chair of {packet.panel} has a conflict on the packet of {packet.candidate}."
            f" Move the packet to another panel, or give the panel another chair.{ways}"
        )
    return found
