"""How values are written and drawn: dates and counts, Markdown, the cell of the board."""
