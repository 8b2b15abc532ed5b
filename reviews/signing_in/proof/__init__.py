"""Showing again who one is, before what only its person may do."""
