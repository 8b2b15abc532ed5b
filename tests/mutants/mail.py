"""Mail: who gets it, who sees the links in it, and that each message is sent once."""

# ruff: noqa: SLF001 - a mutant changes what nobody else touches

from reviews.mail import kinds, outbox, queries, reminders, sending, smtp
from reviews.people import service
from tests.mutants.switching import Mutant, rewritten, tests_of

OUTBOX = "tests/reviews/mail/test_outbox.py"
SENDING = "tests/reviews/mail/test_sending.py"
REMINDERS = "tests/reviews/mail/test_reminders.py"
INVITATIONS = "tests/reviews/mail/test_invitations.py"

MUTANTS = (
    Mutant(
        "mail to a closed account",
        "Who has left still gets links to sign in, and hears of the account.",
        rewritten(
            kinds.why_not_sent, "not person.is_active and not message.to_closed", "person is None"
        ),
        (
            *tests_of(OUTBOX, "test_a_closed_account_gets_only_the_notice_that_it_is_closed"),
            *tests_of(
                SENDING, "test_who_may_not_get_it_any_more_gets_nothing_and_the_reason_is_kept"
            ),
        ),
    ),
    Mutant(
        "the token of a mailed link in clear",
        "Whoever reads the outbox signs in as everybody who is invited.",
        rewritten(
            sending._leased,
            "kept.as_json()",
            "{**kept.as_json(), 'text': kept.text.replace('THE-TOKEN-OF-THE-LINK', token)}",
        ),
        tests_of(SENDING, "test_a_message_in_doubt_is_kept_without_its_token"),
    ),
    Mutant(
        "an owner sees a link although there is mail",
        "An owner signs in as anybody who has no password yet.",
        rewritten(service.issue_link, "actor is not None and mode.sends_mail()", "actor is False"),
        tests_of(INVITATIONS, "test_with_mail_no_link_is_made_for_an_owner_to_see"),
    ),
    Mutant(
        "a message outside of the transaction",
        "People are told of what was undone.",
        rewritten(outbox._write, "db.session().info[POSTED] = True", "db.session.commit()"),
        tests_of(OUTBOX, "test_what_is_undone_is_not_told"),
    ),
    Mutant(
        "a transaction while the mail server is spoken to",
        "A slow mail server keeps everybody on SQLite from writing.",
        rewritten(sending._claim, "db.session.commit()", "db.session.flush()"),
        tests_of(SENDING, "test_no_transaction_is_open_while_the_server_is_spoken_to"),
    ),
    Mutant(
        "no lease",
        "Two workers send one message twice.",
        rewritten(
            sending._is_due, "OutboxMessage.due_at <= now, free", "OutboxMessage.due_at <= now"
        ),
        tests_of(SENDING, "test_what_is_being_sent_is_sent_by_nobody_else"),
    ),
    Mutant(
        "another message in doubt",
        "What may have arrived is put into words anew, so that nobody can tell that it is the same.",
        rewritten(sending._note, "delivery.fate is not Fate.IN_DOUBT", "delivery.reason"),
        tests_of(
            SENDING, "test_no_message_is_lost_and_none_is_doubled_once_it_is_known_to_be_taken"
        ),
    ),
    Mutant(
        "mail in clear",
        "A mail server that offers no encryption gets the password and the links.",
        rewritten(smtp._connected, "smtp.starttls(context=context)", "smtp.noop()"),
        tests_of(SENDING, "test_nothing_is_sent_in_clear_to_a_server_that_cannot_encrypt"),
    ),
    Mutant(
        "everybody is invited again",
        "A second press sends a second message to everybody.",
        rewritten(service.invite_all, "again=again", "again=True"),
        tests_of(
            INVITATIONS,
            "test_who_was_invited_within_a_day_is_invited_again_if_asked_or_if_it_did_not_arrive",
        ),
    ),
    Mutant(
        "everybody is invited in one transaction",
        "Nobody else can write while a whole company is invited.",
        rewritten(service.invite_all, "        go_on()", "        pass"),
        tests_of(INVITATIONS, "test_inviting_that_was_broken_off_goes_on_where_it_was"),
    ),
    Mutant(
        "reminders on the owner's pages",
        "An owner learns for whom something waits, also a task that is kept from the owner.",
        rewritten(
            queries._may_be_seen, "OutboxMessage.kind.not_in(UNSEEN)", "OutboxMessage.id > 0"
        ),
        tests_of(REMINDERS, "test_no_owner_learns_of_it_by_any_page"),
    ),
    Mutant(
        "a reminder of another morning",
        "After days without mail there are as many reminders.",
        rewritten(
            sending._still_waiting,
            "morning_of(message.made_at) != morning_of(now)",
            "waiting is None",
        ),
        tests_of(REMINDERS, "test_there_is_one_on_a_morning_and_one_after_days_without_a_worker"),
    ),
    Mutant(
        "two reminders on a morning",
        "Each look of the worker leaves another one.",
        rewritten(
            reminders._due, "ReminderChoice.last_day < day", "ReminderChoice.last_day <= day"
        ),
        tests_of(REMINDERS, "test_there_is_one_on_a_morning_and_one_after_days_without_a_worker"),
    ),
    Mutant(
        "a reminder that is true no more",
        "What may have arrived is sent again, although something else waits by now.",
        rewritten(sending._leased, "kept.text != fresh.text", "kept.text == ''"),
        tests_of(REMINDERS, "test_in_doubt_the_same_is_sent_again_if_it_is_still_true"),
    ),
    Mutant(
        "a reminder of nothing",
        "People are reminded of what is done, or of what they may know of no more.",
        rewritten(sending._still_waiting, 'else "Nothing waits."', 'else ""'),
        tests_of(
            REMINDERS,
            "test_what_is_done_meanwhile_is_not_told",
            "test_a_member_with_a_new_conflict_hears_of_the_packet_no_more",
        ),
    ),
    Mutant(
        "reminders that nobody chose",
        "Whoever took the choice back is reminded all the same.",
        rewritten(reminders.choose_days, "if days is None:", "if days == 0:"),
        tests_of(REMINDERS, "test_a_choice_counts_from_the_next_morning_on_and_is_taken_back"),
    ),
)
