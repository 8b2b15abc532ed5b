"""The pages of the application: one blueprint per capability, in the order of a review's life."""

from flask import Blueprint

from reviews.audit.views import bp as audit
from reviews.calibration.board.views import bp as board
from reviews.calibration.committee.views import bp as committee
from reviews.calibration.compare.views import bp as compare
from reviews.calibration.outcome.views import bp as outcome
from reviews.cycles.owners.views import bp as owners
from reviews.cycles.panels.views import bp as panels
from reviews.cycles.phases.views import bp as phases
from reviews.cycles.progress.views import bp as progress
from reviews.cycles.release.views import bp as release
from reviews.cycles.setup.views import bp as setup
from reviews.cycles.views import bp as cycles
from reviews.home.views import bp as home
from reviews.ladder_editor.views import bp as ladder_editor
from reviews.ladder_library.views import bp as ladder_library
from reviews.mail.views import bp as mail
from reviews.mail.views import demo as mailbox
from reviews.packets.views import bp as packets
from reviews.people.views import bp as people
from reviews.ratings.views import bp as ratings
from reviews.roster.views import bp as roster
from reviews.signing_in.account.views import bp as account
from reviews.signing_in.company.views import bp as company_sign_in
from reviews.signing_in.factors.views import bp as factors
from reviews.signing_in.views import bp as signing_in
from reviews.web.health import bp as health
from reviews.web.words import bp as words

calibration = Blueprint("calibration", __name__)

# An endpoint reads like the folders: `calibration.board.show` is in `calibration/board/views.py`.
for part in (setup, owners, panels, phases, progress, release):
    cycles.register_blueprint(part)
for part in (account, factors):
    signing_in.register_blueprint(part)
for part in (board, compare, committee, outcome):
    calibration.register_blueprint(part)

#: In the demo alone.
MAILBOX = mailbox

BLUEPRINTS = (
    home,
    people,
    mail,
    signing_in,
    roster,
    company_sign_in,
    ladder_library,
    ladder_editor,
    cycles,
    packets,
    ratings,
    calibration,
    audit,
    words,
    health,
)
