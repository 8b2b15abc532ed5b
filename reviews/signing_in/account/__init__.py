"""The own account: password, reminders, open sessions, and links that were shown to others."""
