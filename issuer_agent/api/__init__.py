"""The issuer for other programs: REST API version 1."""
