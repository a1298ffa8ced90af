"""What the processes of the batch tests do; in a module of its own, because processes import it by name."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verifier.batch_inputs import Work
from verifier.batch_worker import BatchVerifier, Tally, VerifySetup

MARK = b"this block waits until it is killed"


@dataclass(frozen=True, slots=True)
class Plain:
    """Doubles numbers, asks about texts, and ends at once at anything else."""

    def open(self, ask: Callable[[object], object]) -> Callable[[Any], Any]:
        def handle(piece: Any) -> Any:
            if isinstance(piece, int):
                return 2 * piece
            if isinstance(piece, str):
                return ask(piece)
            os.kill(os.getpid(), signal.SIGKILL)
            return None

        return handle


@dataclass(frozen=True, slots=True)
class Waiting:
    """Verifies, but at a marked block writes down its process and waits to be killed."""

    setup: VerifySetup
    pid_file: str

    @property
    def max_remarks(self) -> int:
        return self.setup.max_remarks

    @property
    def as_json(self) -> bool:
        return self.setup.as_json

    def open(self, ask: Callable[[object], object]) -> Callable[[Work], Tally]:
        verifier: BatchVerifier = self.setup.open(ask)

        def handle(block: Work) -> Tally:
            if MARK in getattr(block, "data", b""):
                partial = Path(self.pid_file + ".part")
                partial.write_text(str(os.getpid()))
                partial.replace(self.pid_file)
                signal.pause()
            return verifier(block)

        return handle
