"""Everything a verifier needs, published as a TUF repository, and the same in one file."""
