"""A small service that lets the W3C test suites drive our issuing and verifying (VC API, with throw-away keys).

It is a tool for developers on their own machine, never part of a running platform.
"""
