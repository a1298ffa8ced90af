"""The whole story in the terminal: create, request, award, share, verify, and verify again with everything off."""
