"""The checks, one question per file. None of them knows a verdict, a network or a clock, and none imports another."""
