"""Hostile input by the million: `tests.fuzz` for the parsers, `tests.fuzz.forging` for the signatures."""
