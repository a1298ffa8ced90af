"""Sample institutions, badge classes and people; all of them invented."""
