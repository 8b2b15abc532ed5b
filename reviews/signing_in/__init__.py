"""How people get in: signing in and out, and the own account."""
