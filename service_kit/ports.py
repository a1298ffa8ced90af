"""Ask about ports of this machine; nothing is connected to."""

from __future__ import annotations

import socket


def port_is_free(port: int) -> bool:
    """Say whether a program may listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
