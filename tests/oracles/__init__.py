"""The canonical form of random badges against two libraries of others: `python -m tests.oracles`."""
