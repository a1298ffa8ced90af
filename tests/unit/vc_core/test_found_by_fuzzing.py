"""What `python -m tests.fuzz` found in the core."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.vc_core.samples import KEY
from tests.unit.vc_core.test_clr import signed_record
from vc_core.did import public_key_of_method
from vc_core.errors import KeyReferenceError
from vc_core.model.clr import read_clr


@pytest.mark.parametrize("kind", [["Multikey"], {"id": "Multikey"}, None, 5])
@pytest.mark.parametrize("member", ["publicKeyMultibase", "publicKeyJwk", "publicKeyBase58"])
def test_a_kind_of_method_that_is_no_text_is_refused(kind: Any, member: str) -> None:
    values: dict[str, Any] = {
        "publicKeyMultibase": KEY.public.to_multikey(),
        "publicKeyJwk": KEY.public.to_jwk(),
        "publicKeyBase58": KEY.public.to_multikey()[1:],
    }
    with pytest.raises(KeyReferenceError):
        public_key_of_method({"type": kind, member: values[member]})


@pytest.mark.parametrize("identifier", [[], {}, 5, None, True])
def test_an_achievement_of_a_learner_record_with_a_strange_identifier_is_no_crash(identifier: Any) -> None:
    record: Any = signed_record()
    subject = record["credentialSubject"]
    subject["achievement"] = [{"id": identifier, "type": ["Achievement"]}]
    subject["verifiableCredential"][0]["credentialSubject"]["achievement"]["id"] = identifier
    assert read_clr(record).credentials
