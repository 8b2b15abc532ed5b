"""The blueprint that all pages of the committee hang on."""

from flask import Blueprint

bp = Blueprint("calibration", __name__)
