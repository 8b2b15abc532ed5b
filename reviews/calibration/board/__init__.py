"""The board: candidates of one target level against what it expects."""
