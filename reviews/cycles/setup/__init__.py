"""Setting a cycle up: its name, dates, ladders, wording and owners."""
