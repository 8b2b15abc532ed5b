"""The blueprint that the views of this capability hang on."""

from flask import Blueprint

bp = Blueprint("cycles", __name__)
