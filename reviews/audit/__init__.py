"""The audit log: one chained line per change, and the page on which the owner reads it."""
