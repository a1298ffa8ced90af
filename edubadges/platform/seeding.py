"""The sample institutions, badge classes and people: made once, by the issuer's own `seed` command."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from importlib import resources

from edubadges.platform.child import end_with_parent, log_tail, open_log
from edubadges.platform.errors import PlatformError
from edubadges.platform.parts import ROOT, Plan, service_environment

_PATIENCE_S = 120
_MARK = "seeded"


def is_seeded(plan: Plan) -> bool:
    """Say whether this data already has the sample content of this version."""
    mark = plan.data.folder / _MARK
    return mark.exists() and mark.read_text() == _digest()


def _digest() -> str:
    return hashlib.sha256((resources.files("issuer_agent") / "sample" / "edubadges.json").read_bytes()).hexdigest()


def seed(plan: Plan) -> str:
    """Make the sample content, as far as it is not there; return a sentence about it.

    Raises:
        PlatformError: the issuer's command did not succeed.
    """
    log = plan.data.log("seed")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
    with open_log(log) as output:
        done = subprocess.run(
            [sys.executable, "-m", "issuer_agent", "seed"],
            env={**kept, "PYTHONPATH": str(ROOT), **service_environment(plan, "issuer")},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE_S,
            check=False,
            preexec_fn=end_with_parent(),
        )
    if done.returncode:
        raise PlatformError(f"The sample institutions could not be made. See {log}:\n{log_tail(log, 3)}")
    (plan.data.folder / _MARK).write_text(_digest())
    return "Sample institutions, badge classes and people were made. Sign in to the portal by choosing a person."
