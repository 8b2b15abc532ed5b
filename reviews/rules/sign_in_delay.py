"""How long somebody waits after wrong passwords: a delay that grows, and that nobody can cause for others elsewhere.

A source is where attempts come from: a browser in which the account has been signed in before, or else a network. What
the limits are for, with the arithmetic: docs/decisions/0020-wrong-passwords.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

#: For so long a failure counts.
REMEMBERED = timedelta(days=1)
#: For so long it counts against a whole network.
REMEMBERED_OF_NETWORK = timedelta(hours=1)

#: At one account from one source: these cost nothing, then each doubles the wait.
FREE = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)

#: So many failures at one account, from wherever, are an attack from many places.
ATTACK = 100
#: An unknown browser then has one try from its network, and waits longer.
FIRST_WAIT_UNDER_ATTACK = timedelta(minutes=15)
LONGEST_WAIT_UNDER_ATTACK = timedelta(hours=1)

#: So many accounts failed at from one network, and not got into, are no office any more.
ACCOUNTS_OF_NETWORK = 500
WAIT_OF_NETWORK = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Failures:
    """What is remembered when somebody tries once more. Instants come newest first."""

    #: At this account, from this source.
    here: Sequence[datetime]
    #: At this account, from wherever.
    at_account: int
    #: The last one at each account that somebody failed at from this source, of the last hour.
    per_account_here: Sequence[datetime]
    #: Whether the source is a browser in which the account has been signed in before.
    is_known: bool


def wait_until(failures: Failures) -> datetime | None:
    """The instant from which the next attempt is looked at; None for at once."""
    waits = [_of_account(failures), _of_network(failures)]
    return max((wait for wait in waits if wait is not None), default=None)


def _of_account(failures: Failures) -> datetime | None:
    if failures.at_account >= ATTACK and not failures.is_known:
        return _growing(failures.here, 1, FIRST_WAIT_UNDER_ATTACK, LONGEST_WAIT_UNDER_ATTACK)
    return _growing(failures.here, FREE, FIRST_WAIT, LONGEST_WAIT)


def _growing(
    here: Sequence[datetime], free: int, first: timedelta, longest: timedelta
) -> datetime | None:
    if len(here) < free:
        return None
    wait = first
    for _ in range(len(here) - free):
        wait = min(2 * wait, longest)
    return here[0] + wait


def _of_network(failures: Failures) -> datetime | None:
    if failures.is_known or len(failures.per_account_here) < ACCOUNTS_OF_NETWORK:
        return None
    return failures.per_account_here[0] + WAIT_OF_NETWORK
