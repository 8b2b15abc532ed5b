"""The outcome of one packet, as candidate, manager and committee read it."""
