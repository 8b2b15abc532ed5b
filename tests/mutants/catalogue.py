"""All mutants: what may leak and which rule may be gone, each with the tests that say so."""

from tests.mutants import company, entrances, hidden, mail, policy_rows, records, signing_in
from tests.mutants.switching import Mutant

MUTANTS: tuple[Mutant, ...] = (
    *policy_rows.MUTANTS,
    *hidden.MUTANTS,
    *entrances.MUTANTS,
    *mail.MUTANTS,
    *signing_in.MUTANTS,
    *company.MUTANTS,
    *records.MUTANTS,
)
