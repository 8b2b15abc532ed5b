"""What is on record, what goes out, and what must not be lost: logs, files, versions, reasons, dates."""

import re
from typing import Any

from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import StatementError

from ladders import yaml_nodes
from reviews.access import read_log, standing
from reviews.audit import chain, verification
from reviews.calibration import requirements
from reviews.calibration import service as calibration
from reviews.cycles.panels import service as panels
from reviews.cycles.phases import checklist
from reviews.cycles.release import service as release
from reviews.cycles.setup import service as setup
from reviews.display import csv_text, markdown
from reviews.keeping import archive
from reviews.packets.service import evidence, locks
from reviews.ratings import service as ratings
from reviews.roster import table_file
from reviews.rules.enums import Verb
from reviews.web import guard, request_log
from tests.mutants.policy_rows import CALIBRATION, CYCLES, PACKETS, RATINGS
from tests.mutants.switching import (
    Mutant,
    Switch,
    replaced,
    rewritten,
    tests_of,
    together,
    without_line,
)

LINES = "tests/reviews/audit/test_lines.py"
TAMPERING = "tests/reviews/audit/test_tampering.py"
LOG = "tests/reviews/test_request_log.py"


def _without_triggers(*names: str) -> Switch:
    """Let nothing in the database keep the lines of its logs."""
    execute = DefaultDialect.do_execute

    def changed(dialect: Any, cursor: Any, statement: str, *rest: Any, **more: Any) -> None:
        if re.match("UPDATE|DELETE", statement):
            for name in names:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        execute(dialect, cursor, statement, *rest, **more)

    return replaced(DefaultDialect, "do_execute", changed)


MUTANTS = (
    # -- The audit log
    Mutant(
        "no line of a ballot",
        "Who has voted, and when, is nowhere on record.",
        without_line(Verb.CAST_BALLOT, Verb.CHANGE_BALLOT),
        tests_of(LINES, "test_a_ballot_and_a_changed_one_leave_a_line_without_a_vote"),
    ),
    Mutant(
        "no line of a decision",
        "Who has decided is nowhere on record.",
        without_line(Verb.DECIDE_PACKET),
        tests_of(LINES, "test_a_decision_leaves_a_line_without_the_outcome"),
    ),
    Mutant(
        "no line of a reveal",
        "Who has opened the ballots, and why, is nowhere on record.",
        without_line(Verb.REVEAL_BALLOTS),
        tests_of(
            f"{CALIBRATION}/test_early_reveal.py",
            "test_the_owner_reads_the_reason_in_the_audit_log",
        ),
    ),
    Mutant(
        "no line of a withdrawal",
        "Who has withdrawn a packet is nowhere on record.",
        without_line(Verb.WITHDRAW_PACKET),
        tests_of(LINES, "test_a_withdrawal_leaves_a_line"),
    ),
    Mutant(
        "no line of an import",
        "Who has changed the roster is nowhere on record.",
        without_line(Verb.IMPORT_PEOPLE),
        tests_of(
            "tests/reviews/roster/test_applying.py",
            "test_an_import_leaves_one_audit_line_and_no_change_none",
        ),
    ),
    Mutant(
        "no line of a changed record",
        "Who has given somebody another address or manager is nowhere on record.",
        without_line(Verb.EDIT_PERSON),
        tests_of(
            "tests/reviews/people/test_person_edit.py",
            "test_an_owner_changes_what_is_on_record_and_the_log_says_from_what_to_what",
        ),
    ),
    Mutant(
        "no line of a link",
        "To whom a link was shown is nowhere on record.",
        without_line(Verb.MANAGE_ACCOUNTS),
        (
            *tests_of(LINES, "test_what_is_done_to_an_account_leaves_a_line_that_names_it"),
            *tests_of(
                "tests/reviews/people/test_signing_in.py",
                "test_a_link_leaves_a_line_that_says_who_saw_it",
            ),
        ),
    ),
    Mutant(
        "a vote in the log",
        "An owner reads in the log what somebody has voted.",
        rewritten(
            calibration.cast_ballot,
            "round=ballot.round,\n    )\n    return",
            "round=ballot.round,\n        marks=[each.choice for each in marks.values()],\n    )\n    return",
        ),
        tests_of(LINES, "test_a_ballot_and_a_changed_one_leave_a_line_without_a_vote"),
    ),
    Mutant(
        "heads that anybody writes",
        "An end that was cut off is not found where the head was set to match.",
        rewritten(verification.heads, "mac == head_mac(lane, count, digest)", "True"),
        tests_of(TAMPERING, "test_an_end_that_was_cut_off_with_its_head_set_to_match_is_found"),
    ),
    Mutant(
        "a column outside of the digest",
        "The sentence of a line is changed, and nothing is found.",
        rewritten(
            chain.digest_of, "keyed([previous, *line])", "keyed([previous, *line[:5], *line[6:]])"
        ),
        tests_of(TAMPERING, "test_an_edited_line_is_found"),
    ),
    Mutant(
        "lines without a chain",
        "A line is taken out of the log, and nothing is found.",
        rewritten(chain.digest_of, "keyed([previous, *line])", "keyed([*line])"),
        tests_of(TAMPERING, "test_reordered_lines_are_found"),
    ),
    Mutant(
        "no anchor",
        "An older copy of the database stands in its place, and nothing is found.",
        rewritten(verification.verify, "Path(anchor.place()) if anchor.place() else None", "None"),
        tests_of(
            "tests/reviews/audit/test_anchor.py",
            "test_an_older_copy_of_the_whole_database_is_found",
        ),
    ),
    Mutant(
        "no triggers",
        "The database lets lines of the logs be changed.",
        _without_triggers(
            "audit_event_no_update",
            "audit_event_no_delete",
            "packet_read_no_update",
            "packet_read_no_delete",
        ),
        (
            *tests_of(TAMPERING, "test_the_database_refuses_to_change_a_line"),
            *tests_of(
                "tests/reviews/audit/test_read_log.py", "test_the_database_refuses_to_change_a_line"
            ),
        ),
    ),
    Mutant(
        "no line of what was read",
        "Who has read a rating is nowhere on record.",
        replaced(read_log, "write", lambda _viewer, _reads: None),
        tests_of(
            "tests/reviews/audit/test_read_log.py",
            "test_a_line_says_who_was_shown_what_of_which_packet_and_when",
        ),
    ),
    Mutant(
        "shown although it cannot be logged",
        "Where the read log cannot be written the page is shown all the same.",
        rewritten(guard._log_reads, "raise ReadNotLogged from error", "pass"),  # noqa: SLF001
        tests_of(
            "tests/reviews/audit/test_read_log.py", "test_nothing_is_shown_that_cannot_be_logged"
        ),
    ),
    Mutant(
        "a head without a line",
        "Somebody watches how long a page of ratings is, and it is nowhere on record.",
        rewritten(
            guard._log_reads,  # noqa: SLF001
            "if 300 <=",
            'if request.method == "HEAD" or 300 <=',
        ),
        tests_of(
            "tests/reviews/audit/test_read_log.py", "test_a_head_leaves_the_lines_of_its_page"
        ),
    ),
    # -- The request log
    Mutant(
        "values in database errors",
        "What could not be saved stands in the text of the error.",
        replaced(
            StatementError,
            "_sql_message",
            lambda self: f"{self.args[0]} [parameters: {self.params!r}]",
        ),
        tests_of(LOG, "test_the_text_of_a_database_error_holds_no_value"),
    ),
    Mutant(
        "typed text in the log",
        "The message of an exception, which quotes what was typed, is written to the log.",
        rewritten(
            request_log.traceback_of,
            '"".join([*traceback.format_tb(each.__traceback__), kind])',
            '"".join([*traceback.format_tb(each.__traceback__), kind, str(each)])',
        ),
        tests_of(LOG, "test_a_failure_is_written_with_the_way_to_it_and_its_cause"),
    ),
    Mutant(
        "addresses in the log",
        "The address that was asked for, with what was looked for, is written to the log.",
        rewritten(
            request_log._note_route,  # noqa: SLF001
            "current.route = request.endpoint",
            "current.route = request.full_path",
        ),
        tests_of(LOG, "test_nothing_that_a_person_typed_is_written"),
    ),
    # -- What goes out
    Mutant(
        "an attribute in Markdown",
        "Somebody's text gives a link any attribute.",
        together(
            rewritten(markdown.to_html, '{"a": {"href"}, ', '{"a": {"href", "title"}, '),
            rewritten(
                markdown._attribute,  # noqa: SLF001
                'if (tag, name) != ("a", "href"):\n        return None',
                'if (tag, name) != ("a", "href"):\n        return value',
            ),
        ),
        tests_of("tests/reviews/test_markdown.py", "test_markdown_becomes_html"),
    ),
    Mutant(
        "a link to a script",
        "Somebody's link leads to our own pages, or to a script.",
        rewritten(
            markdown._leads_to_a_site,  # noqa: SLF001
            'parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username',
            "True",
        ),
        tests_of("tests/reviews/test_markdown.py", "test_nothing_dangerous_survives"),
    ),
    Mutant(
        "a formula in a file",
        "A spreadsheet calculates what somebody is called.",
        replaced(csv_text, "cell", lambda text: text),
        tests_of(
            "tests/reviews/audit/test_export.py",
            "test_a_name_that_is_a_formula_is_text_in_the_file",
        ),
    ),
    # -- Nothing is lost
    Mutant(
        "an item saved over a newer one",
        "The second of two windows overwrites what the first one saved.",
        replaced(evidence, "_refuse_stale", lambda *_: None),
        tests_of(
            f"{PACKETS}/test_evidence.py",
            "test_a_save_over_somebody_elses_is_refused_with_what_they_saved",
        ),
    ),
    Mutant(
        "a rating saved over a newer one",
        "The second of two windows overwrites what the first one saved.",
        rewritten(ratings.save_rating, "if rating and saved_version != version:", "if False:"),
        tests_of(f"{RATINGS}/test_rating.py", "test_a_stale_save_says_what_is_saved"),
    ),
    Mutant(
        "settings saved over newer ones",
        "The second of two owners overwrites what the first one saved.",
        rewritten(setup.save_settings, "if version != cycle.version:", "if False:"),
        tests_of(
            f"{CYCLES}/test_setup.py",
            "test_the_second_of_two_owners_keeps_the_text_and_sees_the_other",
        ),
    ),
    Mutant(
        "a packet after the deadline",
        "A candidate goes on writing when the forms are closed.",
        rewritten(locks.lock_open_packet, "if queries.is_closed(packet, now):", "if False:"),
        tests_of(
            f"{PACKETS}/test_evidence.py",
            "test_the_deadline_closes_the_forms_and_keeps_the_typed_text",
        ),
    ),
    Mutant(
        "a release one second early",
        "The outcomes are open before their moment.",
        rewritten(standing.instant_params, '{"now": now,', '{"now": now + timedelta(seconds=1),'),
        tests_of(
            "tests/reviews/test_standing.py",
            "test_the_phase_of_a_packet_follows_the_stored_release_and_the_readers_clock",
        ),
    ),
    Mutant(
        "a release without a reason",
        "The outcomes are released, and nobody knows why then.",
        rewritten(release.release_cycle, "if not reason:", "if False:"),
        tests_of(f"{CYCLES}/test_release.py", "test_a_reason_is_asked_of_every_caller"),
    ),
    Mutant(
        "a release without every decision",
        "The outcomes are released while a packet waits for its decision.",
        rewritten(release.release_cycle, "or missing.undecided(cycle)", ""),
        tests_of(f"{CYCLES}/test_release.py", "test_a_packet_without_a_decision_holds_the_release"),
    ),
    Mutant(
        "a panel that changes without a reason",
        "While a panel votes its members change, and nobody knows why.",
        rewritten(
            panels.save_panel,
            "if cycle.phase is CyclePhase.CALIBRATION and not reason:",
            "if False:",
        ),
        tests_of(
            f"{CYCLES}/test_panels.py",
            "test_once_voting_has_begun_a_panel_changes_with_a_reason_on_record",
        ),
    ),
    Mutant(
        "a reveal below the quorum",
        "One ballot is enough to open them all, without a word.",
        rewritten(requirements.reveal_problem, "if cast < quorum and", "if False and"),
        tests_of(
            f"{CALIBRATION}/test_decision.py", "test_below_the_quorum_the_reveal_asks_for_a_reason"
        ),
    ),
    Mutant(
        "voting without a quorum",
        "Voting begins on a packet that too few may vote on.",
        rewritten(
            checklist._missing_from_packet,  # noqa: SLF001
            "if packet.free < packet.quorum:",
            "if False:",
        ),
        tests_of(f"{CYCLES}/test_phases.py", "test_a_packet_needs_a_quorum_without_a_conflict"),
    ),
    Mutant(
        "a decision against the rule without a reason",
        "The committee decides against its rule, and nobody knows why.",
        rewritten(
            requirements.decision_problems,
            "(draft.outcome is Outcome.PROMOTE) is not rule_promotes and (",
            "rule_promotes is None and (",
        ),
        tests_of(
            f"{CALIBRATION}/test_decision.py",
            "test_an_outcome_against_the_rule_is_refused_without_a_reason",
        ),
    ),
    # -- Files and documents
    Mutant(
        "a ladder of any depth",
        "A file of a few bytes unfolds until there is no memory left.",
        together(
            replaced(yaml_nodes, "MAX_DEPTH", 100), replaced(yaml_nodes, "MOST_NODES", 1 << 40)
        ),
        tests_of(
            "tests/ladders/test_hostile.py",
            "test_is_refused_with_a_sentence[numbers]",
            "test_is_refused_with_a_sentence[depth]",
        ),
    ),
    Mutant(
        "a people file of any width",
        "A file of tens of thousands of columns is read.",
        together(
            replaced(table_file, "MOST_COLUMNS", 1 << 40),
            replaced(table_file, "MOST_ROWS", 1 << 40),
        ),
        tests_of(
            "tests/reviews/test_reading_apart.py",
            "test_a_people_file_is_refused_before_it_is_read_to_its_end",
        ),
    ),
    Mutant(
        "a transaction while a document is read",
        "Nobody saves anything while somebody's file is read.",
        rewritten(guard._read_apart, "    end_read()\n", ""),  # noqa: SLF001
        tests_of(
            "tests/reviews/test_reading_apart.py",
            "test_every_page_that_reads_a_document_does_so_while_no_transaction_is_open",
        ),
    ),
    Mutant(
        "a backup that nobody looked at",
        "An archive that was changed is restored.",
        together(
            replaced(archive, "_compare", lambda _reader: None),
            rewritten(archive.opened, "if source.read() != found:", "if False:"),
        ),
        tests_of(
            "tests/reviews/keeping/test_backup.py",
            "test_nothing_is_touched_where_the_archive_is_not_whole",
        ),
    ),
)
