"""Second factors, passkeys, forgotten passwords, and the proof that a form waits for."""

# ruff: noqa: SLF001 - a mutant changes what nobody else touches

from reviews.signing_in import authenticator, entering, forgotten, passkeys, service, views
from reviews.web import guard
from tests.mutants.switching import Mutant, replaced, rewritten, tests_of

FACTORS = "tests/reviews/signing_in/test_second_factors.py"
PASSKEYS = "tests/reviews/signing_in/test_passkeys.py"
STEP_UP = "tests/reviews/signing_in/test_step_up.py"
FORGOTTEN = "tests/reviews/signing_in/test_forgotten.py"

MUTANTS = (
    Mutant(
        "a release without a proof",
        "Whoever finds a browser open releases, exports and closes accounts.",
        rewritten(guard._Entry.asks_for_proof, "return is_change and", "return False and"),
        tests_of(
            STEP_UP,
            "test_after_a_while_the_form_waits_for_a_proof_and_then_goes_on",
            "test_every_form_behind_such_a_row_waits",
        ),
    ),
    Mutant(
        "a code of an app, again",
        "Whoever looks over a shoulder signs in with the same code.",
        rewritten(service.take_code, " and step > app.last_step", ""),
        tests_of(FACTORS, "test_a_code_is_taken_once[sqlite-app]"),
    ),
    Mutant(
        "a recovery code, again",
        "One recovery code is good for ever.",
        rewritten(service.take_code, "recovery.used_at = at", "recovery.used_at = None"),
        tests_of(FACTORS, "test_a_code_is_taken_once[sqlite-recovery]"),
    ),
    Mutant(
        "the secret of an app in clear",
        "Whoever reads the database makes everybody's codes.",
        replaced(authenticator, "sealed", lambda secret, *_: secret),
        tests_of(FACTORS, "test_secrets_of_factors_cannot_be_read_in_the_database"),
    ),
    Mutant(
        "somebody else's passkey",
        "Whoever has learned a password adds the second factor of their own.",
        rewritten(passkeys.check_answer, " or of not in {None, passkey.person_id}", ""),
        tests_of(PASSKEYS, "test_a_passkey_of_another_person_is_no_second_factor"),
    ),
    Mutant(
        "an answer of a passkey, again",
        "Whoever has seen an answer signs in with it.",
        rewritten(passkeys.check_answer, "asked <= passkey.last_asked_at", "asked is None"),
        tests_of(PASSKEYS, "test_an_answer_is_taken_once_and_none_to_an_older_question"),
    ),
    Mutant(
        "a passkey without a finger",
        "Whoever finds a device signs in with it.",
        rewritten(
            passkeys.check_answer,
            "require_user_verification=True",
            "require_user_verification=False",
        ),
        tests_of(PASSKEYS, "test_what_is_no_answer_of_a_device_opens_nothing[sqlite-unseen]"),
    ),
    Mutant(
        "a question to another browser",
        "Whoever makes somebody answer a question of theirs signs in as them.",
        rewritten(passkeys._seal, "site.browser.encode()", 'b""'),
        tests_of(
            PASSKEYS, "test_what_is_no_answer_of_a_device_opens_nothing[sqlite-other browser]"
        ),
    ),
    Mutant(
        "the password alone",
        "A second factor is asked of nobody.",
        rewritten(
            entering.first_step_done, "is_enough or not queries.factors_of(person.id)", "person"
        ),
        tests_of(FACTORS, "test_the_password_alone_opens_nothing_where_there_is_a_second_factor"),
    ),
    Mutant(
        "a first step of another browser",
        "Whoever has a page of the first step goes on with it elsewhere.",
        rewritten(entering._half_seal, "session['csrf_token']", "''"),
        tests_of(FACTORS, "test_the_second_step_is_for_the_browser_and_the_password_of_the_first"),
    ),
    Mutant(
        "an owner without a second factor",
        "Whoever needs one goes on without it.",
        rewritten(guard._need_factor, "if not current_user.needs_factor or", "if True or"),
        tests_of(
            FACTORS, "test_an_owner_without_a_second_factor_is_led_to_add_one_before_anything_else"
        ),
    ),
    Mutant(
        "the answer to a forgotten password",
        "The page writes only for an address that has an account.",
        rewritten(
            views.forgotten_password,
            "        forgotten.ask(",
            "        if people_queries.person_by_email(form.email.data): forgotten.ask(",
        ),
        tests_of(FORGOTTEN, "test_every_address_is_answered_alike_to_the_byte"),
    ),
    Mutant(
        "a mailbox full of links",
        "Anybody has as many messages sent to somebody as they like.",
        rewritten(forgotten._may_get_one, "< MOST_MESSAGES", ">= 0"),
        tests_of(FORGOTTEN, "test_nobody_can_fill_a_mailbox"),
    ),
)
