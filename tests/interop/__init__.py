"""Badges exchanged with the libraries of others, both ways: `make interop`."""
