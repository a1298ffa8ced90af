"""Issue and derive credentials as the VC API asks: check the data model, add a status, sign with `vc_core.proof`.

An issuer here never signs in another's name: the `issuer` that is sent is replaced by the did:key of the signing key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from edubadges.conformance.keys import SELECTIVE, Issuer, KeyRing
from edubadges.conformance.meaning import check_meaning
from edubadges.conformance.status import PURPOSES, StatusBook, sign_document
from service_kit.problems import InvalidValues
from vc_core.errors import (
    SECURITY_PROBLEMS,
    VC_PROBLEMS,
    DataLossDetected,
    MalformedInput,
    ProofError,
    UnknownContext,
)
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.data_model import check_data_model
from vc_core.proof.ecdsa_sd_2023 import create_base_proof, derive_credential
from verifier.moments import format_moment

MAX_POINTERS = 500
MAX_POINTER = 2_000


class NonConforming(MalformedInput):
    """The document breaks the data model; `errors` lists where, as {pointer, detail}."""

    type = VC_PROBLEMS + "MALFORMED_VALUE_ERROR"
    title = "The document does not conform to the data model"
    code = "malformed-value"


class ProofNotMade(ProofError):
    """The document cannot be secured as it is."""

    type = SECURITY_PROBLEMS + "PROOF_GENERATION_ERROR"
    title = "The proof could not be made"
    code = "proof-not-made"


@dataclass(frozen=True, slots=True)
class IssueOptions:
    """What a request may ask of an issuer; other members of `options` are ignored, as the VC API allows."""

    cryptosuite: str | None
    key_type: str | None
    credential_id: str | None
    mandatory_pointers: tuple[str, ...]
    status_purposes: tuple[str, ...]

    @classmethod
    def read(cls, options: JsonObject) -> IssueOptions:
        """Return the options of a request.

        Raises:
            InvalidValues: one has another shape.
        """
        return cls(
            cryptosuite=text_option(options, "cryptosuite"),
            key_type=text_option(options, "keyType"),
            credential_id=text_option(options, "credentialId"),
            mandatory_pointers=pointers_option(options, "mandatoryPointers"),
            status_purposes=_status_purposes(options.get("credentialStatus")),
        )


class IssuerDesk:
    """Answers the two doors that make credentials."""

    def __init__(self, keys: KeyRing, statuses: StatusBook, clock: Callable[[], datetime]) -> None:
        self._keys = keys
        self._statuses = statuses
        self._clock = clock

    def issue(self, credential: JsonObject, options: IssueOptions) -> JsonObject:
        """Return the credential, secured.

        Raises:
            NonConforming: it breaks the data model.
            InvalidValues: we make no proofs of the kind that is asked.
            DataLossDetected, UnknownContext: a part of it has no meaning here.
            ProofNotMade: it cannot be secured as it is.
        """
        # 1. Is it a credential at all? Asked of what was sent, before anything of ours is in it.
        refuse_non_conforming(credential)
        # 2. Who signs, and with which kind of proof?
        named = credential["issuer"]
        named_id = named.get("id") if isinstance(named, dict) else named
        issuer = self._keys.choose(cryptosuite=options.cryptosuite, key_type=options.key_type, named=str(named_id))
        document = {**credential, "issuer": {**named, "id": issuer.did} if isinstance(named, dict) else issuer.did}
        # 3. A place in a status list for each purpose.
        entries = self._entries(issuer, document, options)
        if entries:
            document["credentialStatus"] = _joined(document.get("credentialStatus"), entries)
        # 4. The proof.
        try:
            return self._sign(document, issuer, options)
        except (DataLossDetected, UnknownContext):
            raise
        except ProofError as error:
            raise ProofNotMade(error.detail) from error

    def derive(self, credential: JsonObject, options: JsonObject) -> JsonObject:
        """Return the credential with the selected parts only, and a proof for those.

        Raises:
            InvalidValues: the pointers have another shape.
            ProofError: the credential carries no base proof of the one kind that can be derived from.
            MalformedInput: a pointer leads nowhere, or the proof cannot be read.
        """
        pointers = pointers_option(options, "selectivePointers")
        return derive_credential(credential, selective_pointers=list(pointers))

    def _entries(self, issuer: Issuer, document: JsonObject, options: IssueOptions) -> list[JsonObject]:
        named = options.credential_id or document.get("id")
        name = named if isinstance(named, str) else None
        return [self._statuses.allot(issuer, purpose, name) for purpose in options.status_purposes]

    def _sign(self, document: JsonObject, issuer: Issuer, options: IssueOptions) -> JsonObject:
        created = format_moment(self._clock().replace(microsecond=0))
        if issuer.cryptosuite == SELECTIVE:
            return create_base_proof(
                document,
                sign=issuer.key.sign,
                verification_method=issuer.verification_method,
                created=created,
                mandatory_pointers=list(options.mandatory_pointers),
            )
        if issuer.cryptosuite == "eddsa-jcs-2022":
            check_meaning(document)
        return sign_document(document, issuer, created=created)


def refuse_non_conforming(document: JsonObject) -> None:
    """Return when the credential conforms to the data model.

    Raises:
        NonConforming: it does not.
    """
    findings = check_data_model(document)
    if findings:
        errors = [{"pointer": f"#{finding.pointer}", "detail": finding.detail} for finding in findings]
        raise NonConforming("Look at `errors`: each names the place and what is wrong there.", errors=errors)


def text_option(options: JsonObject, name: str) -> str | None:
    """Return a text among the options, or None when it is not given.

    Raises:
        InvalidValues: it is not text.
    """
    value = options.get(name)
    if value is None or (isinstance(value, str) and value):
        return value
    raise wrong_value(f"#/options/{name}", "A text is expected.")


def pointers_option(options: JsonObject, name: str) -> tuple[str, ...]:
    """Return JSON pointers among the options; none when they are not given.

    Raises:
        InvalidValues: not a list of texts, or more than are accepted.
    """
    value = options.get(name)
    items = value if isinstance(value, list) else [] if value is None else [None]
    pointers = tuple(item for item in items if isinstance(item, str) and len(item) <= MAX_POINTER)
    if len(pointers) != len(items) or len(items) > MAX_POINTERS:
        raise wrong_value(f"#/options/{name}", f"A list of at most {MAX_POINTERS} JSON pointers is expected.")
    return pointers


def wrong_value(pointer: str, detail: str) -> InvalidValues:
    """Return the error for one wrong place in a request."""
    return InvalidValues(
        "Look at `errors`: each names the place and what is wrong there.",
        errors=[{"pointer": pointer, "detail": detail}],
    )


def _status_purposes(value: JsonValue) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [] if value is None else [value]
    purposes = []
    for item in items[: len(PURPOSES) + 1]:
        if not isinstance(item, dict) or item.get("type", "BitstringStatusListEntry") != "BitstringStatusListEntry":
            raise wrong_value("#/options/credentialStatus", "Entries of type BitstringStatusListEntry are expected.")
        purpose = item.get("statusPurpose", "revocation")
        if not isinstance(purpose, str) or purpose not in PURPOSES or purpose in purposes:
            raise wrong_value("#/options/credentialStatus", "Each purpose once: revocation, suspension or refresh.")
        purposes.append(purpose)
    return tuple(purposes)


def _joined(existing: JsonValue, entries: list[JsonObject]) -> JsonValue:
    """Return old and new entries: one object when there is one, so that simple readers find it."""
    before = existing if isinstance(existing, list) else [] if existing is None else [existing]
    joined: list[JsonValue] = [*before, *entries]
    return joined[0] if len(joined) == 1 else joined
