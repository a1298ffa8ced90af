"""The verifier as a web service; the library beside it knows nothing of this package."""
