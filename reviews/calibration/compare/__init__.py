"""Two to four candidates side by side."""
