"""Do the tests notice when a check is changed? `python -m tests.mutation`; what survives is in docs/mutation.md."""
