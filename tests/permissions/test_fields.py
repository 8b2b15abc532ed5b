"""What a page shows to one reader and leaves out for another: each named here with the mark it leaves in the page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest
from flask import Flask

from reviews.rules.enums import Action
from tests.permissions import oracle
from tests.permissions.asking import Asker
from tests.permissions.routes import ROUTES, Route
from tests.permissions.world import Case, World

pytestmark = pytest.mark.test_all

GRANTED = {oracle.ALLOWED, oracle.OWN}

#: Signing in and the answer for a load balancer are open to everybody.
PUBLIC = {"G01", "G09"}
#: Rows that leave no mark in a page of one packet, and where each is held.
ELSEWHERE = {
    "K16": "tests/reviews/cycles/test_progress.py",
    "R20": "tests/reviews/calibration/test_board.py",
    "V26": "tests/reviews/calibration/test_conflicts.py",
    "V27": "tests/reviews/cycles/test_phases.py",
    "C01": "tests/reviews/cycles/test_pages.py",
    "C22": "tests/reviews/audit/test_page.py",
}


@dataclass(frozen=True)
class Field:
    """A row of the policy, the page that shows it, and what in the page gives it away."""

    action: str
    page: str
    marks: Callable[[World, Case], Iterable[str]]
    #: Where there is nothing to show although it may be shown.
    empty: Callable[[Case], bool] = lambda _case: False

    @property
    def route(self) -> Route:
        (route,) = (each for each in ROUTES if each.name == f"GET {self.page}")
        return route

    def verdict(self, case: Case) -> str:
        return oracle.on_packet(self.action, case.ties, case.subject.phase)


def words(template: str) -> Callable[[World, Case], Iterable[str]]:
    """Words of the page, with names of the packet in braces."""
    return lambda _world, case: [template.format(**vars(case.subject))]


def secrets_of(action: str) -> Callable[[World, Case], Iterable[str]]:
    """The texts that the row opens to this person: what others wrote, or what they wrote where it is only their own."""

    def find(world: World, case: Case) -> Iterable[str]:
        is_own = oracle.on_packet(action, case.ties, case.subject.phase) == oracle.OWN
        return [
            token
            for token, secret in world.secrets.items()
            if secret.packet == case.subject.public_id
            and action in secret.opened_by
            and (secret.author == case.person_id) == is_own
        ]

    return find


def still_a_draft(case: Case) -> bool:
    """While evidence is collected, the candidate reads the draft in place of what was submitted."""
    return case.ties.candidate and case.subject.phase == 1


def no_ballot(case: Case) -> bool:
    return not case.ties.voted


FIELDS = (
    Field("K03", "packets.show", secrets_of("K03")),
    Field("K07", "packets.show", secrets_of("K07"), empty=still_a_draft),
    Field("R01", "cycles.progress.show", words("{manager}, ")),
    Field("R02", "packets.peers", words("proposed by ")),
    Field("R13", "ratings.show", secrets_of("R13")),
    Field("R13", "calibration.outcome.show", secrets_of("R13")),
    Field("R14", "ratings.show", secrets_of("R14")),
    Field("R16", "ratings.show", secrets_of("R16")),
    Field("R19", "ratings.show", words("ratings are in.")),
    Field("R25", "packets.peers", secrets_of("R25")),
    Field("V01", "calibration.committee.show", words("<b>Panel ")),
    Field("V02", "calibration.committee.show", secrets_of("V02")),
    Field("V03", "calibration.committee.conflicts", words("<bdi>{candidate}")),
    Field("V04", "calibration.committee.show", words(" recused (")),
    Field("V05", "cycles.panels.set_conflict", secrets_of("V05")),
    Field("V09", "calibration.committee.show", words('<p class="meta">Cast'), empty=no_ballot),
    Field("V10", "calibration.committee.show", secrets_of("V10")),
    Field("V11", "calibration.committee.show", words("What the ballots say")),
    Field("V12", "calibration.committee.show", words(" ballots cast</span>")),
    Field("V28", "calibration.committee.show", words("✓</span>Reveal<")),
    Field("V17", "calibration.board.show", words("{public_id}")),
    Field("D01", "calibration.committee.show", words("<h2>Decided</h2>")),
    Field("D02", "calibration.outcome.show", secrets_of("D02")),
    Field("D03", "calibration.outcome.show", secrets_of("D03")),
    Field("L01", "audit.cycle", secrets_of("L01")),
)

SCENES = [*map(str, range(8)), "mixed"]


@pytest.mark.parametrize("scene", SCENES)
def test_a_field_is_there_for_whom_the_policy_says_and_for_nobody_else(
    app: Flask, world: World, scene: str
) -> None:
    wrong = []
    for case in world.scenes[scene]:
        asker = Asker(app, case)
        pages = {field.page: field.route for field in FIELDS}
        read = {
            # White space counts once: where a line of a page is broken says nothing.
            name: " ".join(asker.ask("GET", route.url(app, world, case.subject)).text.split())
            for name, route in pages.items()
            if route.verdict(world, case) in GRANTED
        }
        for field in FIELDS:
            verdict, marks = field.verdict(case), list(field.marks(world, case))
            nothing_there = verdict in GRANTED and (not marks or field.empty(case))
            if field.page not in read or nothing_there:
                continue
            shown = any(mark in read[field.page] for mark in marks)
            if shown != (verdict in GRANTED):
                columns = "/".join(sorted(oracle.columns(case.ties)))
                wrong.append(
                    f"{case.label} ({columns}) of {case.subject.label} in {case.subject.phase}:"
                    f" {field.action} on {field.page} is {verdict}, {shown=}"
                )

    assert not wrong, "\n".join(wrong)


def test_a_stub_is_a_name_and_a_word(app: Flask, world: World) -> None:
    for phase in (3, 4, 5, 6):
        for case in world.scenes[str(phase)]:
            if oracle.on_packet("V17", case.ties, phase) != oracle.STUB:
                continue
            subject = case.subject
            board = Asker(app, case).ask("GET", f"/cycles/{subject.cycle}/board").text
            open_question = case.ties.conflict == "unanswered" and phase < 6
            may_answer = open_question and not (case.ties.personal or case.ties.near)
            word = "answer the conflict question first" if may_answer else "recused"
            assert f'<bdi>{subject.candidate}</bdi> <span class="meta">{word}</span>' in board


def test_every_row_is_driven_or_shown() -> None:
    driven = {action for route in ROUTES for action in route.actions}
    shown = {field.action for field in FIELDS}

    assert driven | shown | PUBLIC | ELSEWHERE.keys() == {action.value for action in Action}
