"""The tables of the application: columns, constraints and relationships, no queries and no rules.

Importing this package registers every table with the metadata.
"""

from reviews.db.models import (
    audit,
    calibration,
    cycles,
    mail,
    packets,
    people,
    ratings,
    reads,
    roster,
    signing_in,
)

__all__ = [
    "audit",
    "calibration",
    "cycles",
    "mail",
    "packets",
    "people",
    "ratings",
    "reads",
    "roster",
    "signing_in",
]
