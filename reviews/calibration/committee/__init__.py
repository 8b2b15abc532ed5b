"""The pages of the committee about one packet: conflicts, ballot, reveal, decision."""
