"""Where ecdsa-sd-2023 is found: the engine has it as a module of its own, or this run goes without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, cast

from vc_core.errors import UnsupportedCryptosuite
from vc_core.json_text import JsonObject, JsonValue
from vc_core.keys import PublicKey

_MODULE = "vc_core.proof.ecdsa_sd_2023"


class SelectiveSuite(Protocol):
    """What the engine's module offers."""

    def create_base_proof(
        self,
        document: Mapping[str, JsonValue],
        *,
        sign: Callable[[bytes], bytes],
        verification_method: str,
        created: str,
        mandatory_pointers: Sequence[str],
    ) -> JsonObject:
        """Return the credential with a base proof, for its holder only."""
        ...

    def derive_credential(self, document: Mapping[str, JsonValue], *, selective_pointers: Sequence[str]) -> JsonObject:
        """Return the selected parts with a derived proof."""
        ...

    def verify_derived_proof(
        self, document: Mapping[str, JsonValue], proof: Mapping[str, JsonValue], *, public_key: PublicKey
    ) -> None:
        """Return when the derived proof holds."""
        ...


def is_available() -> bool:
    """Say whether this engine has the suite."""
    return find_spec(_MODULE) is not None


def selective_suite() -> SelectiveSuite:
    """Return the suite.

    Raises:
        UnsupportedCryptosuite: this engine is without it.
    """
    if not is_available():
        raise UnsupportedCryptosuite("Selective disclosure is not part of this engine.")
    return cast(SelectiveSuite, import_module(_MODULE))
