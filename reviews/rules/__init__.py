"""Rules as plain Python over plain values: no web, no database."""
