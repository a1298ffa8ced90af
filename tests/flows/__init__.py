"""Whole stories on a real platform: real processes, real HTTP."""
