"""Releasing the outcomes of a cycle."""
