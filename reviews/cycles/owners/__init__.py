"""Naming another owner of a cycle that is under way, and saying when one is needed."""
