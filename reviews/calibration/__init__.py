"""The committee: conflicts, the board, side by side, ballots, the reveal, the decision, and the outcome page."""
