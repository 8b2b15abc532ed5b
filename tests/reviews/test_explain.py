"""`flask --app reviews explain`: the facts, the relations, the row and the answer, in the words of the policy."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from reviews.rules.enums import CyclePhase, PacketStage
from tests import builders

pytestmark = pytest.mark.both_databases


@pytest.fixture
def case(session: scoped_session[Session]) -> tuple[str, str]:
    cycle = builders.a_cycle(phase=CyclePhase.CALIBRATION)
    chair = builders.a_person("Ada Chair")
    panel = builders.a_panel(cycle, chair=chair)
    packet = builders.a_packet(cycle, panel=panel, stage=PacketStage.DISCUSSION)
    builders.a_conflict(packet, chair)
    session.commit()
    return chair.email, packet.public_id


def told(app: Flask, *arguments: str) -> tuple[int, list[str]]:
    ran = app.test_cli_runner().invoke(args=["explain", *arguments])
    return ran.exit_code, ran.output.splitlines()


def test_what_a_chair_without_a_ballot_may_not_read(app: Flask, case: tuple[str, str]) -> None:
    code, lines = told(app, *case, "read_ballots")

    assert code == 0
    assert lines[0].startswith("Ada Chair, at ")
    assert lines[2:] == [
        "What is true",
        "  phase         discussion",
        "  is_candidate  no",
        "  is_manager    no",
        "  is_peer       no",
        "  has_rated     no",
        "  is_member     no",
        "  is_chair      yes",
        "  is_owner      no",
        "  is_related    no",
        "  conflict      none",
        "  has_voted     no",
        "  is_related is what was known when voting began; a line of reporting since then changes nothing.",
        "",
        "What follows",
        "  own           -",
        "  peer          -",
        "  seat          chair_pending",
        "  office        -",
        "",
        "V10 READ_BALLOTS: read the other members' ballots (hidden)",
        "  chair_pending         never",
        "",
        "In discussion: no: 404, as if it did not exist",
    ]


def test_an_action_is_known_by_its_id_too(app: Flask, case: tuple[str, str]) -> None:
    _, lines = told(app, *case, "V07")

    assert lines[-4:] == [
        "V07 CAST_BALLOT: cast the first ballot (change)",
        "  chair_pending         voting to discussion",
        "",
        "In discussion: yes",
    ]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"person": "nobody@example.org"}, "Nobody has the address or id nobody@example.org."),
        ({"packet": "-nothing"}, "No packet has the id -nothing."),
        ({"action": "fly"}, "There is no action fly."),
        ({"action": "C12"}, "OPEN_BOARD is about a cycle, not about a packet."),
    ],
)
def test_what_is_not_there_is_said(
    app: Flask, case: tuple[str, str], changed: dict[str, str], sentence: str
) -> None:
    asked = {"person": case[0], "packet": case[1], "action": "V10", **changed}

    assert told(app, *asked.values()) == (1, [f"Error: {sentence}"])
