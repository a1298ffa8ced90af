"""Ours, measured: the public functions of `vc_core` and `verifier`, and nothing else."""

from __future__ import annotations

import platform
from functools import cached_property

from tests.bench.compare.measuring import Task
from tests.bench.compare.world import evidence, present, sign_many, sign_one
from vc_core.did import public_key_from_did_key
from vc_core.errors import EdubadgesError
from vc_core.json_text import JsonObject, parse_json_object
from vc_core.proof import document_proofs, verify_proof
from verifier import Evidence, Verdict, parse_submission, verify


class Ours:
    """The contender."""

    def __init__(self) -> None:
        self._now = present()
        self.tasks = {
            "verify-one-class": Task(ready=bytes, one=verify_text),
            "verify-many-classes": Task(ready=bytes, one=verify_text),
            "whole": Task(ready=bytes, one=self.verify_whole),
            "sign-one": Task(ready=parse_json_object, one=sign_one),
            "sign-cohort": Task(ready=parse_json_object, many=sign_many),
        }

    @cached_property
    def _evidence(self) -> Evidence:
        # Made when it is needed: making it signs a list, and the first verification must find nothing prepared.
        return evidence(self._now)

    def versions(self) -> dict[str, str]:
        return {"Python": platform.python_version()}

    def accepts(self, text: bytes) -> bool:
        try:
            verify_text(text)
        except EdubadgesError:
            return False
        return True

    def signs(self, text: bytes) -> JsonObject:
        return sign_one(parse_json_object(text))

    def verify_whole(self, text: bytes) -> None:
        """Schema, proof, key, issuer, registry, dates, status bit and policy; the verdict must be the best one."""
        report = verify(parse_submission(text), self._evidence, now=self._now)
        if report.verdict is not Verdict.OK:
            raise AssertionError(report.to_json())


def verify_text(text: bytes) -> None:
    """Text to a yes: read it strictly, take the key from the did:key, and verify the proof."""
    document = parse_json_object(text)
    [proof] = document_proofs(document)
    key = public_key_from_did_key(str(proof["verificationMethod"]).partition("#")[0])
    verify_proof(document, proof, public_key=key, expected_purpose="assertionMethod")
