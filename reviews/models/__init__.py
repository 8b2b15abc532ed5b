"""The tables of the application: columns, constraints and relationships, no queries and no rules.

Importing this package registers every table with the metadata.
"""

from reviews.models import calibration, cycles, packets, people, ratings, trail

__all__ = ["calibration", "cycles", "packets", "people", "ratings", "trail"]
