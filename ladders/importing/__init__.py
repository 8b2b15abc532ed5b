"""From uploaded files to a ladder: bytes, text, outline, sections, fit, reading, proposal, corrections.

`pipeline` is the way in. Each step is a function over plain values, and nothing here keeps or serves anything.
"""
