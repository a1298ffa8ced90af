"""The command line and the platform on one machine; composes, decides nothing."""
