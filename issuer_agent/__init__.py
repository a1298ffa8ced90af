"""The issuing institution: badge classes, requests, awards, offers, credentials."""
