"""Signing in with the company's account, at an OpenID Connect provider."""
