"""A second opinion on credentials of the older data model (VCDM 1.1): DIDKit, when it is installed and asked for.

DIDKit is no longer maintained, so what it says never decides: it stands beside the verdict. It runs in a process of its
own with bounds on time and memory, and is asked only where it has nothing to fetch: the issuer is a `did:key`.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject, JsonValue, dump_json, parse_json_object
from verifier.codes import Check, Outcome
from verifier.proofs import method_of, read_proofs
from verifier.question import read_issuer_id
from verifier.report import CredentialReport

VERSION_1 = "https://www.w3.org/2018/credentials/v1"
_MODULE = "didkit"
_SECONDS = 20
_MEMORY = 2_000_000_000
_LONGEST_ANSWER = 64_000


class Opinion(StrEnum):
    """What the second engine says of the proof."""

    HOLDS = "holds"
    DOES_NOT_HOLD = "does-not-hold"
    NONE = "none"
    """It was not asked, or could not tell; the reason is in the detail."""


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """An opinion, never a verdict."""

    opinion: Opinion
    detail: str = ""
    engine: str = ""

    def to_json(self) -> dict[str, object]:
        """Return the JSON form, for beside a report."""
        return {"engine": self.engine, "opinion": self.opinion, "detail": self.detail}


def engine_name() -> str:
    """Return the engine and its version, or an empty text when it is not installed."""
    try:
        return f"DIDKit {version(_MODULE)}" if find_spec(_MODULE) else ""
    except PackageNotFoundError:
        return ""


def ask_second_engine(document: JsonObject) -> SecondOpinion:
    """Return what the second engine says of the proofs of one credential; it never raises for what it is given."""
    engine = engine_name()
    if not engine:
        return SecondOpinion(Opinion.NONE, "not-installed")
    reason = _not_for_it(document)
    if reason:
        return SecondOpinion(Opinion.NONE, reason, engine)
    try:
        # A fixed program, our own module; the credential goes in as text.
        done = subprocess.run(
            [sys.executable, "-m", "verifier.second_engine"],
            input=dump_json(document),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
        answer = parse_json_object(done.stdout, max_bytes=_LONGEST_ANSWER, max_depth=4)
    except subprocess.TimeoutExpired:
        return SecondOpinion(Opinion.NONE, "took-too-long", engine)
    except MalformedInput:
        return SecondOpinion(Opinion.NONE, "gave-no-answer", engine)
    return _read(answer, engine)


def disagrees(report: CredentialReport, opinion: SecondOpinion) -> bool:
    """Say whether the two engines contradict each other about the signature; no opinion contradicts nothing."""
    ours = {result.outcome for result in report.checks if result.check is Check.SIGNATURE}
    return (opinion.opinion is Opinion.DOES_NOT_HOLD and Outcome.PASSED in ours) or (
        opinion.opinion is Opinion.HOLDS and Outcome.FAILED in ours
    )


def _not_for_it(document: JsonObject) -> str:
    """Return why a document is not shown to it, or an empty text."""
    context = document.get("@context")
    if not isinstance(context, list) or context[:1] != [VERSION_1]:
        return "not-of-the-older-model"
    try:
        proofs = read_proofs(document)
    except MalformedInput:
        return "no-readable-proof"
    if not proofs:
        return "no-readable-proof"
    names = [read_issuer_id(document), *(method_of(proof) for proof in proofs)]
    return "" if all(name.startswith("did:key:") for name in names) else "would-need-a-network"


def _read(answer: JsonObject, engine: str) -> SecondOpinion:
    errors, checks = answer.get("errors"), answer.get("checks")
    if not isinstance(errors, list) or not isinstance(checks, list):
        return SecondOpinion(Opinion.NONE, "gave-no-answer", engine)
    if not errors and "proof" in checks:
        return SecondOpinion(Opinion.HOLDS, engine=engine)
    said = "; ".join(_shortened(error) for error in errors[:3])
    # Only what it says of the signature is about the badge; the rest is about what it can read.
    wrong = any(_shortened(error).startswith("signature error") for error in errors)
    return SecondOpinion(Opinion.DOES_NOT_HOLD if wrong else Opinion.NONE, said or "gave-no-answer", engine)


def _shortened(value: JsonValue) -> str:
    return value[:200] if isinstance(value, str) else ""


def _answer(text: bytes) -> bytes:
    """Ask the engine; in the process that is its own."""
    # Typed loosely: it is not installed everywhere.
    didkit: Any = importlib.import_module(_MODULE)

    async def ask() -> str:
        return str(await didkit.verify_credential(text.decode(), '{"proofPurpose":"assertionMethod"}'))

    try:
        return asyncio.run(ask()).encode()
    except (ValueError, didkit.DIDKitException) as error:
        return dump_json({"checks": [], "errors": [str(error)[:1000]]})


if __name__ == "__main__":
    import resource  # not on every system, and only needed here

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    sys.stdout.buffer.write(_answer(sys.stdin.buffer.read()))
    sys.stdout.buffer.flush()
    os._exit(0)  # its threads crash when the interpreter takes its leave
