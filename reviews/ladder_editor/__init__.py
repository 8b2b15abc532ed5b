"""Editing a ladder in the browser: a draft from the published version, its levels, dimensions, roles and cells."""
