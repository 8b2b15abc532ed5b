"""Pages that show, count, order or answer by what their reader may not know."""

from flask import Response
from secure import Secure
from werkzeug.datastructures import HeaderSet

from reviews.access import naming, panel_standing, standing, ties
from reviews.audit import queries as log_queries
from reviews.calibration import service as calibration
from reviews.calibration.board import queries as board
from reviews.calibration.outcome import queries as outcome
from reviews.cycles import ownership
from reviews.cycles.panels import service as panels
from reviews.cycles.phases import queries as phases
from reviews.cycles.setup import service as setup
from reviews.packets import peer_pages
from reviews.packets import queries as packet_queries
from reviews.packets.service import nominations
from reviews.people import open_work
from reviews.people import queries as people
from reviews.ratings import submitted
from reviews.rules import names
from reviews.rules.policy import Answer, cells
from reviews.web import guard
from tests.mutants.policy_rows import CALIBRATION, CYCLES, PACKETS, PEOPLE, RATINGS
from tests.mutants.switching import (
    Mutant,
    drawn,
    in_mapping,
    replaced,
    rewritten,
    tests_of,
    together,
)

BOARD = f"{CALIBRATION}/test_board.py"
OWNERS = f"{CYCLES}/test_owners.py"
GUARD = "tests/reviews/test_guard.py"


def _with_etag(secure: Secure, response: Response) -> None:
    for name, value in secure.headers.items():
        response.headers[name] = value
    response.add_etag()


MUTANTS = (
    # -- Counts, orders and filters
    Mutant(
        "who is signed in",
        "A candidate who runs the site sees when the members of the panel are there.",
        together(
            rewritten(
                people.person_page,
                "len(open_sessions(who, access.viewer.now)) if may_manage else None",
                "len(open_sessions(who, access.viewer.now))",
            ),
            drawn("people/person.html", "{%- elif not page.may_manage %}Open.", ""),
        ),
        tests_of(
            f"{PEOPLE}/test_people_pages.py",
            "test_a_site_owner_with_a_stake_is_not_told_who_is_signed_in",
        ),
    ),
    Mutant(
        "a count of ratings",
        "Every reader of a rating reads how many others are in.",
        together(
            rewritten(
                submitted.ratings_page,
                "_count_in(access) if access.may(Action.COUNT_RATINGS) else None",
                "_count_in(access)",
            ),
            drawn(
                "ratings/show.html",
                'lede="Submitted, and fixed from then on."',
                'lede="%d of %d ratings are in."|format(*page.count_in)',
            ),
        ),
        tests_of(f"{RATINGS}/test_submitted.py", "test_a_peer_is_not_told_how_many_have_rated"),
    ),
    Mutant(
        "voters below five",
        "A candidate of a small panel reads how many voted, and so who did not.",
        replaced(outcome, "MIN_VOTERS_SHOWN", 1),
        tests_of(
            f"{CALIBRATION}/test_early_reveal.py",
            "test_a_candidate_reads_counts_from_five_voters_on",
        ),
    ),
    Mutant(
        "votes counted on the board",
        "A member sees on the board how many ballots are in.",
        rewritten(
            board.rights_on_board, "sees_who_voted=may(Action.SEE_WHO_VOTED)", "sees_who_voted=True"
        ),
        tests_of(BOARD, "test_the_chair_sees_how_many_ballots_are_in_and_a_member_does_not"),
    ),
    Mutant(
        "a warning that tells of another owner",
        "An owner with a conflict is told whether another owner has one on a packet that is closed to them.",
        rewritten(ownership._known_conflicts, "allowed(seen),\n", ""),  # noqa: SLF001
        tests_of(
            OWNERS, "test_an_owner_does_not_learn_of_a_tie_of_another_that_is_not_theirs_to_know"
        ),
    ),
    Mutant(
        "a warning that tells of a line of reporting",
        "An owner with a conflict is told that another owner is or was somebody's manager or report.",
        rewritten(
            ownership._known_conflicts,  # noqa: SLF001
            "facts.is_peer,\n",
            "facts.is_peer, facts.is_related,\n",
        ),
        tests_of(
            OWNERS, "test_an_owner_does_not_learn_of_a_tie_of_another_that_is_not_theirs_to_know"
        ),
    ),
    Mutant(
        "the name of a cycle that one may not know",
        "Who closes an account reads which cycles nobody else would run.",
        rewritten(open_work._left_to_nobody, "if is_known:", "if is_known or name:"),  # noqa: SLF001
        tests_of(OWNERS, "test_before_the_last_owner_leaves_the_closer_reads_of_it"),
    ),
    Mutant(
        "an aggregate with a packet that is set aside",
        "The zones and numbers of the board count packets of which the viewer sees the name alone.",
        replaced(board, "full_cells", cells),
        tests_of(BOARD, "test_a_conflicted_member_reads_a_name_and_nothing_else"),
    ),
    Mutant(
        "a list without its filter",
        "The rows of the board are those of the cycle, whatever the viewer may see.",
        rewritten(board._on_page, "allowed(standing),\n", ""),  # noqa: SLF001
        tests_of(BOARD, "test_nothing_on_the_board_betrays_a_packet_that_is_set_aside"),
    ),
    Mutant(
        "a filter that offers what is hidden",
        "The managers to filter the board by are those of every packet of it.",
        rewritten(board._population, ".where(allowed(standing))", ""),  # noqa: SLF001
        tests_of(BOARD, "test_nothing_on_the_board_betrays_a_packet_that_is_set_aside"),
    ),
    Mutant(
        "an order by what is hidden",
        "The order of a candidate's peers tells whom the manager had added before.",
        rewritten(
            peer_pages.peers_page,
            "sorted(own, key=lambda row: (row.rater.sort_key, row.rater_id))",
            "list(own)",
        ),
        tests_of(
            f"{PACKETS}/test_peers.py",
            "test_the_order_of_a_candidates_peers_tells_nothing_of_whom_the_manager_had_added",
        ),
    ),
    Mutant(
        "employee IDs beside namesakes",
        "Whoever chooses between two of one name reads their employee IDs.",
        rewritten(
            naming._id_for,  # noqa: SLF001
            'person.employee_id if viewer.is_owner else ""',
            "person.employee_id",
        ),
        tests_of(
            "tests/reviews/people/test_finding_people.py",
            "test_only_whoever_may_read_an_employee_id_is_told_it",
        ),
    ),
    Mutant(
        "the state of an asked peer",
        "A manager who owes a rating reads which peer has accepted, declined or rated.",
        together(
            rewritten(
                peer_pages._assigned,  # noqa: SLF001
                "AssignmentState.INVITED if asked and not counts else row.state",
                "row.state",
            ),
            rewritten(nominations._is_blind, "and not _has_rated(packet, person)", "and False"),  # noqa: SLF001
        ),
        tests_of(
            f"{PACKETS}/test_peers.py",
            "test_until_the_managers_rating_is_in_every_asked_peer_reads_invited",
            "test_a_manager_who_owes_a_rating_cannot_tell_what_an_asked_peer_has_done",
        ),
    ),
    Mutant(
        "peers in the order in which they rated",
        "Ratings stand in the order in which they came, so that a day tells whose one is.",
        rewritten(submitted._readable, "a.peer_order, a.id", "-a.id"),  # noqa: SLF001
        tests_of(
            f"{RATINGS}/test_submitted.py", "test_a_manager_reads_the_peers_once_their_own_is_in"
        ),
    ),
    Mutant(
        "a gap in the numbers of the log",
        "The lines of the log are numbered with those that the reader may not know.",
        rewritten(
            log_queries.log_page,
            "numbers = {} if is_long else {row.id: len(newest) - at for at, row in enumerate(newest)}",
            "numbers = {} if is_long else {row.id: row.id for row in newest}",
        ),
        tests_of(
            "tests/reviews/audit/test_page.py",
            "test_lines_of_a_packet_the_owner_may_not_know_leave_no_gap",
        ),
    ),
    Mutant(
        "a statement for each hidden row",
        "What the board costs tells how many candidates the viewer sees the name of.",
        rewritten(
            board.population,
            "rights = [",
            "[db.session.connection().exec_driver_sql('SELECT 1') for row in rows]\n    rights = [",
        ),
        tests_of(BOARD, "test_a_page_of_the_board_costs_the_same_at_any_size"),
    ),
    Mutant(
        "a name like another",
        "A cycle or panel is taken for another by a letter of another script.",
        together(
            replaced(setup, "look_alike", lambda _one, _other: False),
            replaced(panels, "look_alike", lambda _one, _other: False),
        ),
        tests_of(f"{CYCLES}/test_panels.py", "test_two_panels_of_a_cycle_look_different"),
    ),
    Mutant(
        "a joiner in a name",
        "Two names differ in what nobody sees.",
        replaced(names, "in_its_place", lambda text: text),
        tests_of("tests/reviews/test_names_as_typed.py", "test_what_cannot_be_seen_is_refused"),
    ),
    Mutant(
        "a name taken in a cycle that one may not know",
        "Whoever names a cycle learns that somebody else has one of that name.",
        rewritten(
            setup._check_name,  # noqa: SLF001
            "queries.cycles_of_owner(person_id_of(actor))",
            "db.session.query(Cycle)",
        ),
        tests_of(f"{CYCLES}/test_setup.py", "test_a_name_tells_of_no_cycle_that_is_somebody_elses"),
    ),
    Mutant(
        "what is missing names the own panel",
        "An owner reads what the panel of their own packet lacks.",
        rewritten(
            phases._packet_panels,  # noqa: SLF001
            "Packet.id.in_(visible_packets(viewer, Action.SEE_PANEL, Packet.cycle_id == cycle.id)),",
            "Packet.cycle_id == cycle.id,",
        ),
        tests_of(
            f"{CYCLES}/test_phases.py",
            "test_what_is_missing_tells_an_owner_nothing_of_the_panel_of_their_own_packet",
        ),
    ),
    # -- Answers
    Mutant(
        "403 for what is not there",
        "An address of somebody else's packet says that there is one.",
        rewritten(
            guard.authorize,
            "    if found is None:\n        _note_refusal(actions[0], 404, {})\n        abort(404)\n",
            "    if found is None:\n        abort(403)\n",
        ),
        tests_of(f"{PACKETS}/test_reading.py", "test_who_knows_the_packet_when"),
    ),
    Mutant(
        "404 for another phase",
        "Somebody whose time is over is told that there is no such page.",
        in_mapping(guard._STATUS, Answer.CLOSED, 404),  # noqa: SLF001
        tests_of(f"{PACKETS}/test_evidence.py", "test_evidence_is_closed_in_the_next_phase"),
    ),
    Mutant(
        "the phase before the token",
        "A form of another site learns whether somebody's packet is open.",
        rewritten(
            guard._Entry.enter,  # noqa: SLF001
            "    if request.method not in SAFE:\n",
            "    if refusal == 409:\n        return found, _ids(found), render_closed(found)\n"
            "    if request.method not in SAFE:\n",
        ),
        tests_of(GUARD, "test_a_forged_request_learns_nothing_about_the_phase"),
    ),
    Mutant(
        "the token before the policy",
        "A POST is answered before the policy is asked: 403 for what is not there.",
        rewritten(
            guard._Entry.enter,  # noqa: SLF001
            "    found, refusal = authorize(",
            "    if request.method not in SAFE:\n        _check_token()\n    found, refusal = authorize(",
        ),
        tests_of(GUARD, "test_a_forged_request_learns_nothing_about_what_exists"),
    ),
    Mutant(
        "late before wrong",
        "A withdrawal that goes wrong says whether the packet is decided, and nothing is withdrawn.",
        rewritten(
            guard.authorize,
            "if answer.allowed or any(map(found.may, actions[1:])):",
            "if answer.allowed:",
        ),
        tests_of(
            f"{CALIBRATION}/test_decision.py",
            "test_a_withdrawal_that_goes_wrong_tells_no_candidate_whether_the_packet_is_decided",
        ),
    ),
    Mutant(
        "a method that tells of a page",
        "405 says that a page is there which the viewer may not know.",
        rewritten(guard.answer_wrong_method, 'errors/404.html"), 404', 'errors/405.html"), 405'),
        tests_of(GUARD, "test_a_wrong_method_is_told_only_where_the_page_may_be_known"),
    ),
    Mutant(
        "an ETag",
        "A header tells whether a page has changed since, without the page.",
        replaced(Secure, "set_headers", _with_etag),
        tests_of(f"{PACKETS}/test_reading.py", "test_only_the_candidate_reads_a_draft"),
    ),
    Mutant(
        "no Vary",
        "A cache between may give one person's page to another.",
        replaced(HeaderSet, "add", lambda _headers, _header: None),
        tests_of(f"{PACKETS}/test_reading.py", "test_only_the_candidate_reads_a_draft"),
    ),
    Mutant(
        "a page that another site embeds",
        "Another site measures how long a page is, in the browser of whoever may read it.",
        replaced(guard, "_is_embedded_elsewhere", lambda: False),
        tests_of(GUARD, "test_another_site_embeds_no_page"),
    ),
    # -- Who belongs to a panel
    Mutant(
        "rivals vote on each other",
        "Candidates for the same level vote on each other.",
        rewritten(
            standing.related, "other.candidate_id == person,", "other.candidate_id == -person,"
        ),
        tests_of(
            f"{CALIBRATION}/test_ties.py",
            "test_candidates_for_the_same_level_do_not_vote_on_each_other",
        ),
    ),
    Mutant(
        "a former manager votes",
        "Somebody who managed the candidate until last week votes.",
        rewritten(
            standing.related,
            "recent = or_(",
            "recent = ManagerLink.ended_on.is_(None)\n    _ = or_(",
        ),
        tests_of(
            f"{CALIBRATION}/test_ties.py",
            "test_the_start_of_calibration_writes_down_every_way_to_be_tied",
        ),
    ),
    Mutant(
        "ties that go on moving",
        "Whoever imports people while a panel votes takes a member off it.",
        rewritten(
            standing.with_facts,
            "(is_before_voting(), or_(*(way.exists() for way in related(person, Packet)))),",
            "(true(), or_(*(way.exists() for way in related(person, Packet)))),",
        ),
        tests_of(f"{CALIBRATION}/test_ties.py", "test_whoever_comes_to_be_close_later_declares_it"),
    ),
    Mutant(
        "ties that nobody writes down",
        "When voting begins it is forgotten who is related to whom.",
        rewritten(
            ties.write_down_ties, "db.session.execute(into, instant_params(now))", "del into"
        ),
        tests_of(
            f"{CALIBRATION}/test_ties.py",
            "test_the_start_of_calibration_writes_down_every_way_to_be_tied",
        ),
    ),
    Mutant(
        "the ballot of a closed account",
        "Whoever closes an account takes its ballot away.",
        rewritten(panel_standing._seats, ".order_by(", ".where(Person.is_active).order_by("),  # noqa: SLF001
        tests_of(
            f"{CALIBRATION}/test_ties.py",
            "test_the_board_and_the_outcome_count_the_ballot_of_a_leaver",
        ),
    ),
    Mutant(
        "the ballot of somebody recused since",
        "A ballot counts although its member has a conflict.",
        rewritten(
            standing._seat,  # noqa: SLF001
            "        (close, conflicted),\n",
            '        (f["has_voted"], _word(Relation(f"{name}_voted"))),\n        (close, conflicted),\n',
        ),
        tests_of(
            f"{CALIBRATION}/test_ballots.py",
            "test_a_ballot_of_somebody_recused_since_is_kept_and_not_counted",
        ),
    ),
    Mutant(
        "a conflict that is taken back",
        "Whoever declared a conflict takes it back and votes.",
        rewritten(
            calibration.answer_conflicts,
            "before.standing is not ConflictStanding.NONE or standing",
            "standing is before.standing and standing",
        ),
        tests_of(
            f"{CALIBRATION}/test_conflicts.py",
            "test_no_answer_takes_back_or_rewrites_a_conflict_on_record",
        ),
    ),
    Mutant(
        "a conflict that an owner set is taken back",
        "Somebody on whom a conflict was set answers that there is none, and votes.",
        rewritten(
            calibration.answer_conflicts,
            "before.standing is not ConflictStanding.NONE or standing",
            "before.standing is ConflictStanding.DECLARED or standing",
        ),
        tests_of(
            f"{CALIBRATION}/test_conflicts.py",
            "test_no_answer_takes_back_or_rewrites_a_conflict_on_record",
        ),
    ),
    # -- A thing of another packet
    Mutant(
        "a peer of another packet",
        "A manager decides on a peer of somebody else's packet by its address.",
        rewritten(packet_queries.peer_of, "Assignment.packet_id == packet.id,\n", ""),
        tests_of(
            f"{PACKETS}/test_peers.py", "test_a_peer_of_another_packet_is_not_found_under_this_one"
        ),
    ),
    Mutant(
        "an item of another packet",
        "A candidate removes an item of somebody else's packet by its address.",
        rewritten(packet_queries.item_of, "EvidenceItem.packet_id == packet.id, ", ""),
        tests_of(
            f"{PACKETS}/test_evidence.py",
            "test_an_item_of_another_packet_is_not_found_under_this_one",
        ),
    ),
    Mutant(
        "a rating that is not the own one",
        "A peer reads every rating that is in.",
        rewritten(
            submitted._readable,  # noqa: SLF001
            "or_(false(), *granted),",
            "or_(Assignment.id > 0, *granted),",
        ),
        tests_of(f"{RATINGS}/test_submitted.py", "test_a_peer_reads_their_own_rating_and_no_other"),
    ),
)
