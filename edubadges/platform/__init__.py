"""The embedded platform: starts the real parts on one machine, watches them, stops them. No logic of its own."""
