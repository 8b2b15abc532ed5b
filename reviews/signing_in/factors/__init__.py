"""Second factors: an authenticator app, passkeys, recovery codes; added, removed, and taken off for somebody."""
