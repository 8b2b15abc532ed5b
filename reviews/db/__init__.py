"""The database: its session, how a connection behaves, the clock, the source of randomness, and the tables."""
