"""A candidate's packet: starting it, evidence, proposing peers, submitting, and what the manager does with it."""
