"""People: their accounts, and the links they get in with."""
