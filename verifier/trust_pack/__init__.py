"""A verifier's own copy of everything the registry publishes, signed and dated, kept whole or not at all."""
