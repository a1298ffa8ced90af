"""`python -m tests.fuzz [--seconds 60 | --inputs N] [--seed 1] [--target name]`: fuzz every parser, guided by coverage.

`--seconds` and `--inputs` are for each target. Findings are kept in var/fuzz; run `--replay FILE --target name` on one.
"""

from __future__ import annotations

import argparse
import resource
import sys
from pathlib import Path

from tests.fuzz.loop import fuzz
from tests.fuzz.targets import TARGETS

MAX_ADDRESS_SPACE = 4 * 2**30
"""Bytes; an input that takes more is a finding (MemoryError), not the end of the machine."""


def main() -> int:
    """Fuzz, print a line for each target, and say with the exit status whether anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("--seconds", type=float)
    amount.add_argument("--inputs", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", choices=sorted(TARGETS), action="append")
    parser.add_argument("--replay", type=Path, help="run the target on this file alone, and let its error fly")
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESS_SPACE, MAX_ADDRESS_SPACE))
    names = arguments.target or list(TARGETS)
    if arguments.replay is not None:
        TARGETS[names[0]].run(arguments.replay.read_bytes())
        return 0
    seconds = arguments.seconds if arguments.inputs is not None or arguments.seconds is not None else 60.0
    findings = 0
    for name in names:
        outcome = fuzz(TARGETS[name], seed=arguments.seed, inputs=arguments.inputs, seconds=seconds)
        findings += len(outcome.findings)
        print(outcome, flush=True)
        for kind, path in outcome.findings.items():
            print(f"  FINDING {kind}\n    {path}", flush=True)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
