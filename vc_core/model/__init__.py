"""Credentials, Open Badges and presentations: read-only views over documents, and builders of unsigned ones."""
