"""One cycle played whole in a browser, from a ladder's file to a released outcome, each step as the right person.

A step says who acts, does it with links, labels and buttons, and holds what that person then reads to be equal to what
was done before. The steps stand in `acts`, in the order of a cycle.
"""

import pytest

from tests.web.acts import calibration, evidence, opening, outcome, rating
from tests.web.stage import Play
from tests.web.yardsticks import YARDSTICKS


@pytest.fixture(params=YARDSTICKS)
def yardstick(request):
    return YARDSTICKS[request.param]()


@pytest.fixture
def play(request, yardstick, live_server, open_page):
    # One of the ladders is played with scripts on, to hear what they complain about; no step needs them.
    scripts = request.node.callspec.params["yardstick"] == "004"
    return Play(live_server, open_page, yardstick, scripts=scripts)


def test_a_cycle_from_the_ladders_file_to_the_released_outcome(play):
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
