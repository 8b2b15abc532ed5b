"""How long whoever typed wrong passwords waits, as a table; and that nobody makes somebody else wait elsewhere."""

from datetime import UTC, datetime, timedelta

import pytest

from reviews.rules.sign_in_delay import Failures, wait_until

NOW = datetime(2030, 1, 1, 9, tzinfo=UTC)
S, M = timedelta(seconds=1), timedelta(minutes=1)


def failures(here=0, at_account=None, accounts_here=0, *, is_known=False) -> Failures:
    return Failures(
        here=[NOW - n * M for n in range(here)],
        at_account=here if at_account is None else at_account,
        per_account_here=[NOW - n * S for n in range(accounts_here)],
        is_known=is_known,
    )


@pytest.mark.parametrize(
    ("found", "wait"),
    [
        (failures(), None),
        (failures(here=4), None),
        (failures(here=5), 30 * S),
        (failures(here=6), 1 * M),
        (failures(here=7), 2 * M),
        (failures(here=8), 4 * M),
        (failures(here=9), 8 * M),
        (failures(here=10), 15 * M),
        (failures(here=20), 15 * M),
        # A stranger tries from one place, or from a hundred: whoever has not failed here does not wait.
        (failures(here=0, at_account=99), None),
        (failures(here=0, at_account=100), None),
        # From many places each gets one try, and then few.
        (failures(here=1, at_account=99), None),
        (failures(here=1, at_account=100), 15 * M),
        (failures(here=2, at_account=100), 30 * M),
        (failures(here=3, at_account=100), 60 * M),
        (failures(here=20, at_account=100), 60 * M),
        # A browser that the account knows is spared.
        (failures(here=4, at_account=100, is_known=True), None),
        (failures(here=5, at_account=100, is_known=True), 30 * S),
        # One password tried at many accounts.
        (failures(accounts_here=499), None),
        (failures(accounts_here=500), 1 * M),
        (failures(accounts_here=500, is_known=True), None),
        # The longer one counts.
        (failures(here=5, accounts_here=500), 1 * M),
        (failures(here=10, accounts_here=500), 15 * M),
    ],
)
def test_the_wait_after_the_last_failure(found, wait):
    assert wait_until(found) == (None if wait is None else NOW + wait)
