"""What every web service needs, and nothing of the domain."""
