"""The blueprints, in the order of a review's life."""

from reviews.calibration.views import bp as calibration
from reviews.home.views import bp as home
from reviews.people.views import bp as people

BLUEPRINTS = (home, people, calibration)
