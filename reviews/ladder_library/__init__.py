"""Ladders on pages: import, look over, publish, read."""
