"""People: signing in, accounts, and the import of the roster."""
