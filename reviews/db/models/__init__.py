"""The tables of the application: columns, constraints and relationships, no queries and no rules.

Importing this package registers every table with the metadata.
"""

<<<<<<< HEAD
from reviews.db.models import attempts, audit, calibration, cycles, packets, people, ratings

__all__ = ["attempts", "audit", "calibration", "cycles", "packets", "people", "ratings"]
=======
from reviews.db.models import audit, calibration, cycles, packets, people, ratings, reads

__all__ = ["audit", "calibration", "cycles", "packets", "people", "ratings", "reads"]
>>>>>>> w/reads
