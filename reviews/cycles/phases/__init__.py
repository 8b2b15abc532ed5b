"""Moving a cycle to its next phase, and what is still missing for it."""
