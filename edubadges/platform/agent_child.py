"""ACA-Py as a child of the platform: the issuer's own `AgentProcess`, behind what the supervisor asks of a child."""

from __future__ import annotations

import signal
from pathlib import Path

from edubadges.platform.child import kill_group
from issuer_agent.acapy_process import AgentDidNotStart, AgentProcess


class AgentChild:
    """One ACA-Py on the platform's data."""

    def __init__(self, folder: Path, *, port: int, log: Path, python: str | None) -> None:
        """Prepare; raises AgentDidNotStart when its interpreter is missing."""
        self.agent = AgentProcess(folder, port=port, log=log, python=python)
        self._pid: int | None = None

    def launch(self) -> None:
        """Start the process, without waiting for it."""
        self.agent.launch()
        self._pid = self.agent.process.pid if self.agent.process else None

    def exit_code(self) -> int | None:
        """Return how it ended; None while it runs."""
        return self.agent.process.poll() if self.agent.process else None

    def pid(self) -> int | None:
        """Return its process id while it runs."""
        return self._pid if self.exit_code() is None else None

    def is_ready(self) -> bool:
        """Say whether it answers, and whether it is ours that answers."""
        try:
            self.agent.wait_ready(seconds=0.1, sleep=lambda _: None)
        except AgentDidNotStart:
            return False
        return True

    def ask_to_stop(self) -> None:
        """Ask it to finish."""
        if self.agent.process is not None and self.agent.process.poll() is None:
            self.agent.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it and everything it started, now."""
        process = self.agent.process
        if process is not None and process.poll() is None:
            process.kill()
            process.wait()
        self.agent.stop()
        if self._pid is not None:
            kill_group(self._pid)
