"""Measure what the platform promises, as ratios in one run."""
