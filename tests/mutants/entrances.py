"""Ways in: signing in, sessions, links, forms of other sites, and how often somebody may try."""

from argon2 import PasswordHasher
from flask.sessions import SecureCookieSessionInterface

from reviews.people import attempts, passwords, queries, service
from reviews.roster import table_file
from reviews.rules import settings, sign_in_delay
from reviews.signing_in import counting, entering
from reviews.signing_in.account import views as account
from reviews.web import callers, error_handlers, guard, lists, presses, typed_text
from tests.mutants.policy_rows import PEOPLE
from tests.mutants.switching import Mutant, replaced, rewritten, tests_of, together

SIGNING_IN = f"{PEOPLE}/test_signing_in.py"
PEOPLE_PAGES = f"{PEOPLE}/test_people_pages.py"
GUARD = "tests/reviews/test_guard.py"
TWICE = "tests/reviews/test_pressed_twice.py"
TYPED = "tests/reviews/test_typed_text.py"
COOKIE = f"{SIGNING_IN}::test_a_cookie_is_for_our_own_pages_and_no_script"

MUTANTS = (
    # -- What is stored
    Mutant(
        "sessions in clear",
        "Whoever reads the database signs in as everybody who is signed in.",
        together(
            rewritten(
                service.open_session, "token_hash=queries.hash_token(token)", "token_hash=token"
            ),
            rewritten(queries.viewer_of_session, "hash_token(token)", "token"),
        ),
        tests_of(SIGNING_IN, "test_no_session_can_be_opened_with_what_is_stored"),
    ),
    Mutant(
        "links in clear",
        "Whoever reads the database chooses a password for everybody who has a link.",
        together(
            rewritten(
                service.issue_link, "token_hash=queries.hash_token(token)", "token_hash=token"
            ),
            rewritten(queries.open_link, "hash_token(token)", "token"),
        ),
        tests_of(SIGNING_IN, "test_no_session_can_be_opened_with_what_is_stored"),
    ),
    Mutant(
        "a cheap hash",
        "Passwords are hashed with 8 KiB, so that trying them costs nothing.",
        replaced(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
        tests_of(SIGNING_IN, "test_a_password_is_hashed_as_owasp_asks_at_least"),
    ),
    Mutant(
        "an unknown address is quicker",
        "How long a refusal takes tells whether an address has an account.",
        rewritten(
            passwords.matches,
            "    try:\n",
            "    if password_hash is None:\n        return False\n    try:\n",
        ),
        tests_of(SIGNING_IN, "test_an_address_without_a_password_costs_a_hash_as_well"),
    ),
    # -- Cookies
    Mutant(
        "a cookie for every site",
        "SameSite=None: a browser sends the cookie with what other sites ask for.",
        replaced(SecureCookieSessionInterface, "get_cookie_samesite", lambda *_: "None"),
        tests_of(SIGNING_IN, "test_a_cookie_is_for_our_own_pages_and_no_script"),
    ),
    Mutant(
        "a cookie for scripts",
        "A script reads the cookie of the session.",
        replaced(SecureCookieSessionInterface, "get_cookie_httponly", lambda *_: False),
        tests_of(SIGNING_IN, "test_a_cookie_is_for_our_own_pages_and_no_script"),
    ),
    Mutant(
        "a cookie without encryption",
        "A browser sends the cookie over plain http.",
        replaced(SecureCookieSessionInterface, "get_cookie_secure", lambda *_: False),
        tests_of(SIGNING_IN, "test_a_cookie_is_for_our_own_pages_and_no_script[sqlite-True]"),
    ),
    Mutant(
        "the cookie of a known browser, for scripts",
        "A script reads the cookie with which wrong passwords cost less.",
        rewritten(callers.remember_browser, "httponly=True", "httponly=False"),
        tests_of(SIGNING_IN, "test_a_cookie_is_for_our_own_pages_and_no_script"),
    ),
    # -- Sessions and accounts
    Mutant(
        "a session after its end",
        "Signing out changes nothing on the server.",
        rewritten(queries._signed_in, "SignInSession.ended_at.is_(None)", "SignInSession.id > 0"),  # noqa: SLF001
        tests_of(SIGNING_IN, "test_signing_out_ends_the_session_on_the_server"),
    ),
    Mutant(
        "a session that nobody uses",
        "A browser that was left open is signed in for half a day.",
        rewritten(
            queries.viewer_of_session, "min(row.expires_at, row.idle_until)", "row.expires_at"
        ),
        tests_of(SIGNING_IN, "test_a_session_that_nobody_uses_ends"),
    ),
    Mutant(
        "a closed account",
        "Whoever has left is still signed in.",
        rewritten(queries.viewer_of_session, "row is None or not row.is_active", "row is None"),
        tests_of(SIGNING_IN, "test_a_closed_account_has_no_session_even_if_nobody_has_ended_it"),
    ),
    Mutant(
        "sessions after a new password",
        "Whoever knows an old password stays signed in when it is changed.",
        rewritten(
            service.change_password,
            "end_sessions(person, at=viewer.now, but=viewer.session_id)",
            "pass",
        ),
        tests_of(PEOPLE_PAGES, "test_a_new_password_ends_the_other_sessions"),
    ),
    Mutant(
        "a link that opens twice",
        "A link that was used lets the next one in as well.",
        together(
            rewritten(service.choose_password, "    link.used_at = at\n", ""),
            replaced(service, "end_links", lambda *_args, **_more: None),
        ),
        tests_of(SIGNING_IN, "test_a_link_works_once_and_ends_open_sessions"),
    ),
    Mutant(
        "a password over one that was chosen meanwhile",
        "Whoever has a session and an old password undoes what the person has just chosen.",
        rewritten(service.change_password, "person.password_hash != instead_of", "False"),
        tests_of(PEOPLE_PAGES, "test_a_password_that_was_changed_meanwhile_stays"),
    ),
    Mutant(
        "a link in the place of a password",
        "An owner makes a link for somebody who has a password, and signs in as them.",
        rewritten(
            service.issue_link,
            "actor is not None and person.password_hash is not None",
            "actor is None and person.password_hash == ''",
        ),
        tests_of(SIGNING_IN, "test_no_owner_can_sign_in_as_somebody_who_has_a_password"),
    ),
    Mutant(
        "a link that nobody is told of",
        "Whoever got a link is not told who else has seen it.",
        replaced(entering, "links_not_acknowledged", lambda _person: []),
        tests_of(SIGNING_IN, "test_whoever_got_a_link_is_told_who_saw_it_until_they_have_read_it"),
    ),
    # -- Limits
    Mutant(
        "passwords without a limit",
        "A stranger tries passwords as fast as the server can.",
        replaced(attempts, "wait_until", lambda _failures: None),
        tests_of(SIGNING_IN, "test_guessing_at_one_account_is_slowed_down_whatever_the_spelling"),
    ),
    Mutant(
        "the present password without a limit",
        "Whoever finds a browser signed in tries passwords at it.",
        rewritten(
            account.show,
            'attempt_of("present password", str(access.viewer.session_id))',
            'attempt_of("present password", str(access.viewer.now))',
        ),
        tests_of(
            PEOPLE_PAGES,
            "test_guessing_at_the_present_password_is_slowed_down_in_that_session_alone",
        ),
    ),
    Mutant(
        "links without a limit",
        "A stranger tries links as fast as the server can.",
        rewritten(counting.bad_links_counted, "counted(_LINKS)", "pass"),
        tests_of(SIGNING_IN, "test_whoever_tries_links_is_slowed_down_and_a_good_one_still_opens"),
    ),
    Mutant(
        "addresses without a limit",
        "Somebody tries one address after another.",
        rewritten(
            error_handlers._slow_down,  # noqa: SLF001
            "_MISSES if response.status_code == 404 else g.pop",
            "g.pop",
        ),
        tests_of(GUARD, "test_whoever_tries_addresses_is_slowed_down_and_loses_nothing"),
    ),
    Mutant(
        "searches without a limit",
        "Somebody copies the directory, two letters at a time.",
        rewritten(lists.count_search, "counted(_SEARCHES)", "pass"),
        tests_of(PEOPLE_PAGES, "test_a_search_for_people_is_slowed_down"),
    ),
    Mutant(
        "right passwords count",
        "Whoever signs in often is kept out like somebody who guesses.",
        replaced(attempts, "forgive", lambda _attempt: None),
        tests_of(SIGNING_IN, "test_right_passwords_do_not_count"),
    ),
    Mutant(
        "a stranger keeps the right one out",
        "Wrong passwords from anywhere make everybody wait who has the account.",
        rewritten(
            attempts._failures,  # noqa: SLF001
            "of_account.where(FailedSignIn.source == attempt.source)",
            "of_account",
        ),
        tests_of(
            SIGNING_IN, "test_the_right_password_is_let_in_from_elsewhere_whatever_a_stranger_does"
        ),
    ),
    Mutant(
        "a wait without an end",
        "Whoever goes on trying never gets in again.",
        replaced(sign_in_delay, "LONGEST_WAIT", sign_in_delay.REMEMBERED * 365),
        tests_of(f"{PEOPLE}/test_sign_in_delay.py", "test_the_wait_after_the_last_failure"),
    ),
    # -- Forms
    Mutant(
        "forms of other sites",
        "Nobody looks where a form comes from: the token alone is asked for.",
        replaced(guard, "_is_from_elsewhere", lambda: False),
        tests_of(GUARD, "test_a_form_from_another_site_is_refused_like_one_without_a_token"),
    ),
    Mutant(
        "a form without a token",
        "The form for signing in is taken from anywhere, so that somebody is signed in as another.",
        rewritten(guard.check_public_token, "_check_token()", "_read_body()"),
        tests_of(SIGNING_IN, "test_without_a_token_of_the_form_nothing_happens"),
    ),
    Mutant(
        "no token at all",
        "Another site presses buttons in somebody's name.",
        rewritten(guard._check_token, 'validate_csrf(request.form.get("csrf_token"))', "pass"),  # noqa: SLF001
        tests_of(GUARD, "test_a_forged_request_learns_nothing_about_the_phase"),
    ),
    Mutant(
        "an open redirect",
        "A link to our page for signing in leads on to somebody else's.",
        rewritten(
            entering.own_path,
            '    home = url_for("home.inbox")\n',
            '    if target:\n        return target\n    home = url_for("home.inbox")\n',
        ),
        tests_of(SIGNING_IN, "test_after_signing_in_one_is_led_to_our_own_pages_only"),
    ),
    Mutant(
        "a second press acts",
        "A button that is pressed twice acts twice.",
        rewritten(
            presses.Press.is_first,
            "return is_another or last.at < viewer.now - KEPT",
            "return True",
        ),
        tests_of(TWICE, "test_the_second_press_ends_where_the_first_did_and_says_the_same"),
    ),
    Mutant(
        "a second press is refused",
        "Whoever presses twice reads that it was refused, although it was taken.",
        rewritten(guard._once, "return press.answer_of_the_first()", "abort(409)"),  # noqa: SLF001
        tests_of(TWICE, "test_the_second_press_ends_where_the_first_did_and_says_the_same"),
    ),
    Mutant(
        "the answer to a press in a session before",
        "Whoever signs out in a new session is told so, and is still signed in.",
        rewritten(presses._digest, "viewer.session_id", "0"),  # noqa: SLF001
        tests_of(TWICE, "test_signing_out_again_in_a_new_session_signs_out"),
    ),
    # -- What was typed
    Mutant(
        "typed text for somebody else",
        "Whoever signs in next in a browser reads what the last one had typed.",
        rewritten(
            typed_text.unsealed,
            "    if session.get(WHOSE) != person:\n        return None\n",
            "    person = session.get(WHOSE)\n",
        ),
        tests_of(TYPED, "test_nothing_is_given_to_somebody_else_who_signs_in"),
    ),
    Mutant(
        "typed text is lost",
        "A refusal shows nothing of what was sent.",
        replaced(error_handlers, "typed", lambda: None),
        tests_of(TYPED, "test_a_refusal_gives_back_what_was_sent"),
    ),
    Mutant(
        "a password in a page",
        "A refusal repeats a password.",
        replaced(typed_text, "SECRETS", frozenset()),
        tests_of(TYPED, "test_a_password_is_never_repeated"),
    ),
    Mutant(
        "words of another site in a page",
        "A form of another site has its words shown on ours.",
        rewritten(typed_text.typed, 'validate_csrf(request.form.get("csrf_token"))', "pass"),
        tests_of(TYPED, "test_words_from_another_site_are_put_into_no_page"),
    ),
    # -- Starting
    Mutant(
        "a weak secret",
        "Production starts with a secret that everybody tries first.",
        replaced(settings, "_secret_faults", lambda *_: []),
        tests_of("tests/reviews/test_settings.py", "test_each_fault_is_one_sentence"),
    ),
    Mutant(
        "a database that everybody reads",
        "Production starts over a file that others of the machine can read.",
        rewritten(settings.file_faults, "if mode & 0o077\n    ]", "if mode & 0o002\n    ]"),
        tests_of("tests/reviews/test_settings.py", "test_a_file_that_others_reach_is_a_fault"),
    ),
    Mutant(
        "keys of one another",
        "Whoever finds the one key knows the other, but for a letter.",
        replaced(settings, "_have_a_piece_in_common", lambda *_: False),
        tests_of("tests/reviews/test_settings.py", "test_each_fault_is_one_sentence"),
    ),
    Mutant(
        "plain http",
        "Production starts under an address without encryption.",
        replaced(settings, "is_public_url", lambda _url: True),
        tests_of("tests/reviews/test_settings.py", "test_each_fault_is_one_sentence"),
    ),
    Mutant(
        "a people file of any size",
        "A file of any length is read, while everybody waits.",
        rewritten(table_file.read_table, "if size > MOST_BYTES", "if size < 0"),
        tests_of(
            "tests/reviews/roster/test_table_file.py",
            "test_there_are_limits_of_people_cells_text_and_size",
        ),
    ),
)
