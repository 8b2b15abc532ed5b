"""People: their accounts, the links they get in with, and the import of the roster."""
