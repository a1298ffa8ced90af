"""The credential engine: pure functions over documents, keys and evidence. No socket, no clock, no environment."""
