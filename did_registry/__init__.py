"""The registry: who takes part, their DID documents and their status lists."""
