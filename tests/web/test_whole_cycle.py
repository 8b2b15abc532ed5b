"""One cycle played whole, from a ladder's file to a released outcome, each step as the right person.

In a browser it is the page that people meet; over the client the same acts are played for every ladder.

A step says who acts, does it with links, labels and buttons, and holds what that person then reads to be equal to what
was done before. The steps stand in `acts`, in the order of a cycle.
"""

import pytest

from reviews.db import hits
from reviews.db.extensions import db
from tests.conftest import application, disconnect
from tests.recording import LONGEST_STATEMENT, recorded
from tests.web.acts import calibration, evidence, opening, outcome, rating
from tests.web.over_http import OverHttp
from tests.web.people import InBrowser
from tests.web.stage import Play
from tests.web.yardsticks import REAL, YARDSTICKS

#: Ladders of others, which stand beside the checkout.
OF_OTHERS = [pytest.param(name, marks=pytest.mark.real_ladders) for name in REAL]
OF_OTHERS_AT_LENGTH = [
    pytest.param(name, marks=[pytest.mark.real_ladders, pytest.mark.prove]) for name in REAL
]


@pytest.mark.parametrize("yardstick", ["own", *OF_OTHERS_AT_LENGTH])
def test_a_cycle_in_a_browser(yardstick, live_server, open_page):
    # Scripts are on in some plays, to hear what they complain about; no step needs them.
    scripts = yardstick in {"own", "004"}

    def window(name, email):
        return InBrowser(name, email, open_page(java_script_enabled=scripts))

    from_the_ladders_file_to_the_released_outcome(
        Play(live_server.app, window, YARDSTICKS[yardstick]())
    )


@pytest.fixture
def app(database):
    app = application(database)
    hits.forget()
    yield app
    with app.app_context():
        disconnect()


@pytest.mark.test_all
@pytest.mark.parametrize("yardstick", ["own", *OF_OTHERS])
def test_a_cycle_over_http(yardstick, app):
    def window(name, email):
        return OverHttp(name, email, app.test_client())

    with app.app_context():
        engines = db.engines.values()
    with recorded(*engines) as seen:
        from_the_ladders_file_to_the_released_outcome(Play(app, window, YARDSTICKS[yardstick]()))
    assert [text for text in seen.texts if len(text) > LONGEST_STATEMENT] == []


def from_the_ladders_file_to_the_released_outcome(play: Play) -> None:
    opening.the_first_owner_chooses_a_password(play)
    opening.the_owner_imports_a_ladder_and_publishes_it(play)
    opening.the_owner_imports_people(play)
    opening.the_owner_sets_a_cycle_up_and_opens_it(play)
    opening.everybody_chooses_a_password(play)

    evidence.the_candidate_starts_a_packet(play)
    evidence.the_candidate_adds_evidence(play)
    evidence.the_candidate_proposes_peers(play)
    evidence.nobody_else_reads_a_draft(play)
    evidence.the_candidate_submits(play)
    evidence.the_second_candidate_submits(play)

    rating.the_manager_approves_peers(play)
    rating.the_owner_starts_rating(play)
    rating.the_peers_answer_and_rate(play)
    rating.the_manager_rates_and_then_reads_the_peers(play)
    rating.the_owner_starts_calibration(play)

    calibration.the_members_answer_the_conflict_question(play)
    calibration.the_board_shows_every_mark(play)
    calibration.the_chair_holds_two_candidates_side_by_side(play)

    before = calibration.what_the_candidate_reads(play)
    calibration.the_members_vote_alone(play)
    calibration.the_chair_reveals_and_decides(play)
    calibration.nobody_else_can_tell(play, before)
    calibration.the_owner_releases(play)

    outcome.the_candidate_reads_the_outcome(play)
    outcome.the_manager_reads_it_and_no_peer_does(play)
    outcome.the_owner_reads_every_change(play)
