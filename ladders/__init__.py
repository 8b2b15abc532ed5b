"""The yardstick: ladders, their versions, their import and what a level expects.

Knows nothing of reviews and nothing of the web. Documents are plain values (`document`), rules are pure functions
over them (`outline`, `proposal`, `canonical`, `effective`); `models` and `library` keep them in a database.
"""
