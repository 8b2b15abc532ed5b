"""How values are said and drawn: dates and counts, Markdown, the cell of the board."""
