"""Rows of the policy that grant more than they may."""

from reviews.access import standing
from reviews.rules.enums import Action, Relation
from tests.mutants.switching import Mutant, all_of, granted, rewritten, tests_of

CALIBRATION = "tests/reviews/calibration"
PACKETS = "tests/reviews/packets"
RATINGS = "tests/reviews/ratings"
CYCLES = "tests/reviews/cycles"
PEOPLE = "tests/reviews/people"

MUTANTS = (
    Mutant(
        "zones before the own ballot",
        "A member who has not voted sees where the ratings disagree.",
        granted(Action.SEE_ZONES, Relation.MEMBER_PENDING, "voting to released"),
        tests_of(
            f"{CALIBRATION}/test_board.py",
            "test_the_chair_sees_zones_and_a_member_only_where_the_own_ballot_is_sealed",
        ),
    ),
    Mutant(
        "who voted, before the own ballot",
        "A member who has not voted sees who has.",
        granted(Action.SEE_WHO_VOTED, Relation.MEMBER_PENDING, "voting to released"),
        tests_of(
            f"{CALIBRATION}/test_ballots.py",
            "test_a_member_who_has_not_voted_cannot_tell_whether_others_have",
        ),
    ),
    Mutant(
        "ballots before the reveal",
        "A member who has voted reads the ballots of the others while they are sealed.",
        all_of(
            granted(action, Relation.MEMBER_VOTED, "voting to released")
            for action in (Action.READ_BALLOTS, Action.READ_TALLY)
        ),
        tests_of(
            f"{CALIBRATION}/test_ballots.py",
            "test_who_has_voted_reads_no_other_ballot_before_the_reveal",
        ),
    ),
    Mutant(
        "ballots without one of one's own",
        "A member who has not voted reads the ballots that are revealed, and votes after that.",
        all_of(
            granted(action, relation, "discussion to released")
            for relation in (Relation.MEMBER_PENDING, Relation.CHAIR_PENDING)
            for action in (Action.READ_BALLOTS, Action.READ_TALLY)
        ),
        tests_of(
            f"{CALIBRATION}/test_decision.py", "test_the_revealed_ballots_open_to_those_who_voted"
        ),
    ),
    Mutant(
        "a stub that is a row",
        "A member with a conflict reads the whole row of the board, and not the name alone.",
        all_of(
            granted(Action.SEE_BOARD_ROW, relation, "voting to released")
            for relation in (Relation.MEMBER_CONFLICTED, Relation.CHAIR_CONFLICTED)
        ),
        tests_of(
            f"{CALIBRATION}/test_board.py", "test_a_conflicted_member_reads_a_name_and_nothing_else"
        ),
    ),
    Mutant(
        "the case before the answer",
        "Whoever has not answered the conflict question opens the committee's page all the same.",
        granted(Action.OPEN_COMMITTEE_PAGE, Relation.MEMBER_UNANSWERED, "voting to released"),
        tests_of(
            f"{CALIBRATION}/test_conflicts.py",
            "test_a_packet_stays_closed_until_the_question_is_answered",
        ),
    ),
    Mutant(
        "the reveal by a member",
        "Any member opens the ballots.",
        all_of(
            granted(Action.REVEAL_BALLOTS, relation, "voting")
            for relation in (Relation.MEMBER_PENDING, Relation.MEMBER_VOTED)
        ),
        tests_of(
            f"{CALIBRATION}/test_decision.py",
            "test_only_the_chair_reveals_and_the_count_of_missing_ballots_is_kept",
        ),
    ),
    Mutant(
        "the vote of somebody with a conflict",
        "Somebody with a conflict votes.",
        granted(Action.CAST_BALLOT, Relation.MEMBER_CONFLICTED, "voting to discussion"),
        tests_of(f"{CALIBRATION}/test_ballots.py", "test_whoever_has_a_conflict_cannot_vote"),
    ),
    Mutant(
        "the outcome before release",
        "A candidate reads the outcome when it is decided.",
        all_of(
            granted(action, Relation.CANDIDATE, "decided to archived")
            for action in (Action.READ_OUTCOME, Action.KNOW_DECISION, Action.READ_FEEDBACK)
        ),
        tests_of(
            f"{CALIBRATION}/test_decision.py",
            "test_before_release_a_decided_packet_answers_like_one_that_is_not",
        ),
    ),
    Mutant(
        "the board for everybody in the cycle",
        "A candidate opens the board.",
        granted(Action.OPEN_BOARD, Relation.PARTICIPANT, "voting to released"),
        tests_of(
            f"{CALIBRATION}/test_board.py",
            "test_who_has_no_part_in_the_committee_does_not_open_the_board",
        ),
    ),
    Mutant(
        "the ratings of others, for the manager who owes one",
        "A manager reads the peers' ratings before their own is in.",
        all_of(
            granted(action, Relation.MANAGER_PENDING, "rating to released")
            for action in (Action.READ_PEER_RATINGS, Action.READ_PEER_RATIONALE)
        ),
        tests_of(f"{RATINGS}/test_submitted.py", "test_a_rater_who_owes_a_rating_reads_none"),
    ),
    Mutant(
        "the manager's rating, for a peer",
        "A peer who has rated reads what the manager wrote.",
        granted(Action.READ_MANAGER_RATING, Relation.PEER_RATED, "rating to released"),
        tests_of(f"{RATINGS}/test_submitted.py", "test_a_peer_reads_their_own_rating_and_no_other"),
    ),
    Mutant(
        "how many have rated",
        "A manager who owes a rating reads how many of the others are in.",
        granted(Action.COUNT_RATINGS, Relation.MANAGER_PENDING, "rating to released"),
        tests_of(
            "tests/reviews/home/test_inbox.py",
            "test_a_manager_learns_who_has_rated_only_after_rating",
        ),
    ),
    Mutant(
        "why a peer declined",
        "A manager reads why somebody does not rate.",
        all_of(
            granted(Action.READ_DECLINE_REASON, relation, "rating to released")
            for relation in (Relation.MANAGER_PENDING, Relation.MANAGER_RATED)
        ),
        tests_of(
            f"{PACKETS}/test_peers.py", "test_why_a_peer_declined_is_read_by_the_owners_alone"
        ),
    ),
    Mutant(
        "evidence before it is submitted",
        "A manager reads the draft of a packet.",
        granted(Action.READ_EVIDENCE_DRAFT, Relation.MANAGER_PENDING, "evidence"),
        tests_of(f"{PACKETS}/test_reading.py", "test_only_the_candidate_reads_a_draft"),
    ),
    Mutant(
        "the packet of somebody else is edited",
        "A manager edits the evidence of the candidate.",
        granted(Action.EDIT_EVIDENCE, Relation.MANAGER_PENDING, "evidence"),
        tests_of(f"{PACKETS}/test_evidence.py", "test_nobody_else_edits_or_finds_an_item"),
    ),
    Mutant(
        "progress for a member",
        "A member of a panel sees how far each packet is.",
        granted(Action.SEE_PROGRESS, Relation.MEMBER, "rating to decided"),
        tests_of(f"{CYCLES}/test_progress.py", "test_a_member_and_a_stranger_have_no_such_page"),
    ),
    Mutant(
        "a release by an owner with a packet",
        "An owner who is tied to a packet releases the outcomes.",
        granted(Action.RELEASE_CYCLE, Relation.OWNER_CONFLICTED, "decided, with a reason"),
        tests_of(f"{CYCLES}/test_release.py", "test_an_owner_who_is_tied_releases_nothing"),
    ),
    Mutant(
        "a conflict set by an owner with a packet",
        "An owner who is tied to a packet sets conflicts on a panel.",
        granted(Action.SET_CONFLICT, Relation.OWNER_CONFLICTED, "setup to decided"),
        tests_of(f"{CYCLES}/test_panels.py", "test_an_owner_who_is_tied_sets_no_conflict"),
    ),
    Mutant(
        "the line of the release",
        "An owner with a packet reads in the log that a release is set, so that theirs is decided.",
        granted(Action.READ_RELEASE_AUDIT, Relation.OWNER_CONFLICTED, "always"),
        (
            *tests_of(
                "tests/reviews/audit/test_page.py",
                "test_an_owner_with_a_packet_does_not_learn_from_the_release_that_it_is_decided",
            ),
            *tests_of(
                "tests/reviews/audit/test_export.py",
                "test_the_release_is_left_out_for_an_owner_with_a_packet",
            ),
        ),
    ),
    Mutant(
        "accounts closed by an owner with a stake",
        "A site owner who is a candidate closes the account of a member of their panel.",
        granted(Action.MANAGE_ACCOUNTS, Relation.SITE_OWNER_CONFLICTED, "always"),
        tests_of(
            f"{PEOPLE}/test_people_pages.py",
            "test_a_site_owner_with_a_stake_touches_no_account_whoever_it_is",
        ),
    ),
    Mutant(
        "an import without a reason",
        "A site owner who is a candidate imports people and writes no reason.",
        granted(Action.IMPORT_PEOPLE, Relation.SITE_OWNER_CONFLICTED, "always"),
        tests_of(
            "tests/reviews/roster/test_roster_pages.py",
            "test_a_site_owner_with_a_stake_imports_people_with_a_reason_that_the_log_shows",
        ),
    ),
    Mutant(
        "a record changed without a reason",
        "A site owner who is a candidate gives somebody another manager, or address, and writes no reason.",
        granted(Action.EDIT_PERSON, Relation.SITE_OWNER_CONFLICTED, "always"),
        tests_of(
            f"{PEOPLE}/test_person_edit.py",
            "test_a_site_owner_with_a_stake_gives_a_reason_and_changes_no_address",
        ),
    ),
    Mutant(
        "a step without a reason",
        "An owner who is tied to a packet moves the cycle on and writes no reason.",
        granted(Action.ADVANCE_CYCLE, Relation.OWNER_CONFLICTED, "setup to rating"),
        tests_of(
            f"{CYCLES}/test_phases.py", "test_an_owner_who_is_tied_gives_a_reason_for_the_step"
        ),
    ),
    Mutant(
        "the directory for everybody",
        "Anybody who is signed in looks people up.",
        granted(Action.SEARCH_PEOPLE, Relation.EMPLOYEE, "always"),
        tests_of(f"{PEOPLE}/test_people_pages.py", "test_for_anybody_else_there_are_no_such_pages"),
    ),
    Mutant(
        "drafts of ladders for everybody",
        "Anybody who is signed in reads a ladder that is not published.",
        granted(Action.READ_LADDER_DRAFT, Relation.EMPLOYEE, "always"),
        tests_of(
            "tests/reviews/ladder_library/test_ladder_pages.py",
            "test_everybody_reads_what_is_published_and_no_draft",
        ),
    ),
    Mutant(
        "a cycle made by anybody",
        "Anybody who is signed in makes a cycle.",
        granted(Action.CREATE_CYCLE, Relation.EMPLOYEE, "always"),
        tests_of(f"{CYCLES}/test_setup.py", "test_only_an_owner_of_the_site_makes_a_cycle"),
    ),
    Mutant(
        "a site owner with a part names an owner",
        "A candidate who runs the site chooses who runs their cycle, and learns which cycles nobody runs.",
        granted(Action.NAME_MISSING_OWNER, Relation.SITE_OWNER_CONFLICTED, "always, with a reason"),
        tests_of(
            f"{CYCLES}/test_owners.py",
            "test_whoever_has_a_part_in_a_running_cycle_does_not_learn_of_it",
        ),
    ),
    Mutant(
        "an owner with a part releases",
        "An owner whose own packet is in the cycle opens its outcomes.",
        granted(Action.RELEASE_CYCLE, Relation.OWNER_CONFLICTED, "decided, with a reason"),
        tests_of(f"{CYCLES}/test_release.py", "test_an_owner_who_is_tied_releases_nothing"),
    ),
    Mutant(
        "a peer in the evidence phase",
        "Somebody learns from a cycle in their list that they are proposed as a peer.",
        rewritten(
            standing._cycle_facts,  # noqa: SLF001
            "and_(Cycle.phase != _word(CyclePhase.EVIDENCE), asked)",
            "asked",
        ),
        tests_of(
            "tests/reviews/test_standing.py",
            "test_a_peer_takes_part_in_a_cycle_from_the_rating_phase_on",
        ),
    ),
)
