"""Status of credentials: lists of bits, and how to read one entry."""
