"""Why the platform cannot start or go on; each one is a sentence that says what to do."""

from __future__ import annotations

from vc_core.errors import EdubadgesError


class PlatformError(EdubadgesError):
    """The platform cannot do what was asked; `detail` says why and what to do."""

    title = "The platform could not start"
    code = "platform-error"


class PortInUse(PlatformError):
    """Another program listens on a port we need."""

    title = "A port is in use"
    code = "port-in-use"


class DataDirInUse(PlatformError):
    """Another platform runs on the same data."""

    title = "The data is in use"
    code = "data-dir-in-use"


class PartFailed(PlatformError):
    """A part stopped again and again, or did not become ready."""

    title = "A part of the platform did not start"
    code = "part-failed"
