"""Ours beside the libraries of others, on the same badges in one run: `python -m tests.bench.compare`."""
