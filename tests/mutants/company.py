"""The company's sign-in: whose account it is, and whose answer."""

# ruff: noqa: SLF001 - a mutant changes what nobody else touches

from reviews.signing_in import entering
from reviews.signing_in import views as signing_in
from reviews.signing_in.company import provider, service, views, ways
from tests.mutants.switching import Mutant, rewritten, tests_of

COMPANY = "tests/reviews/signing_in/test_company.py"

MUTANTS = (
    Mutant(
        "a way of another browser",
        "Whoever sends somebody a way of their own signs them in as themselves.",
        rewritten(ways.Browser._seal.fget, "{self.secret}", ""),
        tests_of(COMPANY, "test_a_way_of_another_browser_opens_nothing"),
    ),
    Mutant(
        "a token for another question",
        "Whoever has somebody's token signs in with it.",
        rewritten(provider._claims, '"nonce": way.nonce', '"nonce": None'),
        tests_of(
            COMPANY,
            "test_a_token_that_is_not_the_providers_for_us_opens_nothing[sqlite-another nonce]",
            "test_a_token_that_is_not_the_providers_for_us_opens_nothing[sqlite-no nonce]",
        ),
    ),
    Mutant(
        "a token for another site",
        "Another site of the company signs in here as its visitors.",
        rewritten(provider._claims, '"aud": {"essential": True, "value": company.client_id},', ""),
        tests_of(
            COMPANY,
            "test_a_token_that_is_not_the_providers_for_us_opens_nothing[sqlite-another audience, by us]",
        ),
    ),
    Mutant(
        "an address that anybody can write",
        "Whoever writes somebody's address into their own account signs in as them.",
        rewritten(provider._email, 'claims.get("email_verified") is True', "True"),
        tests_of(
            COMPANY,
            "test_an_address_counts_only_if_the_provider_has_made_sure_of_it[sqlite-False]",
        ),
    ),
    Mutant(
        "an address that was passed on",
        "Whoever gets the address of somebody who left opens their account.",
        rewritten(service.enter, "other is not None and other.provider == provider", "False"),
        tests_of(COMPANY, "test_an_address_that_was_passed_on_does_not_open_the_account"),
    ),
    Mutant(
        "the address, again and again",
        "The word of the provider is looked at by nobody.",
        rewritten(
            service.enter,
            "account = queries.account_of_subject(provider, subject)",
            "account = None",
        ),
        tests_of(COMPANY, "test_the_word_of_the_provider_counts_and_not_the_address"),
    ),
    Mutant(
        "a way used again",
        "Whoever finds an address in a history comes back from it.",
        rewritten(service._take, "way.began <= account.last_asked_at", "False"),
        tests_of(
            COMPANY,
            "test_a_way_is_used_once",
            "test_nobody_comes_back_from_a_way_older_than_their_last",
        ),
    ),
    Mutant(
        "an answer of another provider",
        "Another provider's answer is brought to this one.",
        rewritten(
            provider.told, "issuer != company.issuer and (issuer is not None or is_said)", "False"
        ),
        tests_of(COMPANY, "test_an_answer_of_another_provider_opens_nothing"),
    ),
    Mutant(
        "a provider that did not ask",
        "Whoever finds a browser open, signed in at the provider, proves that they are its person.",
        rewritten(
            service.has_proved, "proved_at is None or proved_at < way.began", "False and way.began"
        ),
        tests_of(
            COMPANY,
            "test_a_provider_that_did_not_ask_anew_proves_nothing[sqlite-an hour ago]",
        ),
    ),
    Mutant(
        "a sign-in of yesterday as proof",
        "Whoever was signed in at the provider for days has just proved it.",
        rewritten(entering._proved_at, "min(at, by_company.proved_at or at - PROVED_FOR)", "at"),
        tests_of(COMPANY, "test_a_sign_in_of_yesterday_is_no_proof_of_today"),
    ),
    Mutant(
        "passwords beside the company's account alone",
        "Whoever has left the company signs in with an old password.",
        rewritten(
            signing_in.sign_in, "form.is_submitted() and not mode.takes_passwords()", "False"
        ),
        tests_of(COMPANY, "test_no_password_is_taken_where_the_companys_account_is_asked_for"),
    ),
    Mutant(
        "somebody else at the provider",
        "A colleague proves that they are the person of an open browser.",
        rewritten(
            service.has_proved,
            "account is None or account.person_id != viewer.person_id",
            "account is None",
        ),
        tests_of(COMPANY, "test_somebody_else_at_the_provider_proves_nothing"),
    ),
    Mutant(
        "text that nobody sealed",
        "Strangers fill the table of kept texts.",
        rewritten(
            views._kept,
            'not typed or typed_text.unsealed(typed, session.get(typed_text.WHOSE, "")) is None',
            "not typed",
        ),
        tests_of(COMPANY, "test_nothing_is_kept_that_no_page_of_ours_has_sealed"),
    ),
)
