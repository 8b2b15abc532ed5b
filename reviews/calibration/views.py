"""Every page of the committee; importing the modules hangs their routes on the blueprint."""

from reviews.calibration import board_views, committee_views, outcome_views
from reviews.calibration.blueprint import bp

__all__ = ["board_views", "bp", "committee_views", "outcome_views"]
