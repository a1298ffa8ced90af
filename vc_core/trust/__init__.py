"""What makes trust last: an append-only log of what was signed, and the receipts that badges carry."""
