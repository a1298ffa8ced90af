"""What `python -m tests.fuzz` found in the core."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.vc_core.samples import KEY
from vc_core.did import public_key_of_method
from vc_core.errors import KeyReferenceError


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
