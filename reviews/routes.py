"""The blueprints, in the order of a review's life."""

from reviews.audit.views import bp as audit
from reviews.calibration.views import bp as calibration
from reviews.cycles.views import bp as cycles
from reviews.home.views import bp as home
from reviews.ladder_editing.views import bp as ladder_editing
from reviews.ladder_pages.views import bp as ladder_pages
from reviews.packets.views import bp as packets
from reviews.people.views import bp as people
from reviews.ratings.views import bp as ratings

BLUEPRINTS = (
    home,
    people,
    ladder_pages,
    ladder_editing,
    cycles,
    packets,
    ratings,
    calibration,
    audit,
)
