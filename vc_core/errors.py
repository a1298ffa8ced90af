"""The errors of the credential core, one tree.

What the verifier finds wrong in a credential is a finding, not an exception; HTTP status codes live in
`service_kit.problems`.

    EdubadgesError
    ├── MalformedInput                      what came in cannot be read
    │   └── LimitExceeded                   it is too large, too deep or too much work
    ├── ProofError                          a proof is wrong, or cannot be made
    │   └── DataLossDetected                signing would leave something out (undefined term, relative address)
    ├── UnknownContext                      a JSON-LD context that is not bundled (also a ProofError)
    ├── KeyReferenceError                   the key that is named is absent or may not be used for this
    ├── DidError                            the identifier or its document is not valid
    └── StatusError                         a status list cannot be used
        ├── StatusListTooShort
        └── StatusIndexOutOfRange
"""

from __future__ import annotations

from typing import ClassVar

VC_PROBLEMS = "https://www.w3.org/TR/vc-data-model#"
SECURITY_PROBLEMS = "https://w3id.org/security#"
DID_PROBLEMS = "https://www.w3.org/ns/did#"
STATUS_PROBLEMS = "https://www.w3.org/ns/credentials/status-list#"
OWN_PROBLEMS = "https://w3id.org/edubadges/problems/"


class EdubadgesError(Exception):
    """An error with a stable code; `detail` is ours and safe to show, `extensions` are data about it."""

    type: ClassVar[str] = "about:blank"
    title: ClassVar[str] = "Something went wrong"
    code: ClassVar[str] = "error"

    def __init__(self, detail: str = "", **extensions: object) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.extensions = extensions


class MalformedInput(EdubadgesError):
    """The input is not what its format asks for."""

    type = VC_PROBLEMS + "PARSING_ERROR"
    title = "The input cannot be read"
    code = "malformed-input"


class LimitExceeded(MalformedInput):
    """The input is larger, deeper or more work than we accept."""

    type = OWN_PROBLEMS + "limit-exceeded"
    title = "The input is larger than is accepted"
    code = "limit-exceeded"


class ProofError(EdubadgesError):
    """A proof does not hold, or cannot be made."""

    type = SECURITY_PROBLEMS + "PROOF_VERIFICATION_ERROR"
    title = "The proof does not hold"
    code = "proof-invalid"


class UnsupportedCryptosuite(ProofError):
    """The proof is of a kind this engine does not know."""

    type = OWN_PROBLEMS + "unsupported-cryptosuite"
    title = "The kind of proof is not supported"
    code = "unsupported-cryptosuite"


class DataLossDetected(ProofError):
    """A part of the document has no defined meaning, so a proof would not cover it."""

    type = SECURITY_PROBLEMS + "DATA_LOSS_DETECTION_ERROR"
    title = "A part of the document would not be covered by the proof"
    code = "data-loss-detected"


class UnknownContext(ProofError):
    """A JSON-LD context that is not among the bundled ones."""

    type = OWN_PROBLEMS + "unknown-context"
    title = "The document uses a vocabulary that is not known here"
    code = "unknown-context"


class KeyReferenceError(EdubadgesError):
    """The key that is named is not there, or may not be used for this purpose."""

    type = SECURITY_PROBLEMS + "INVALID_VERIFICATION_METHOD"
    title = "The key that is named cannot be used"
    code = "invalid-verification-method"


class RelationshipError(KeyReferenceError):
    """The key exists but its owner did not allow it for this purpose."""

    type = SECURITY_PROBLEMS + "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD"
    title = "The key may not be used for this purpose"
    code = "invalid-relationship"


class DidError(EdubadgesError):
    """The identifier is not a valid DID, or its document does not fit it."""

    type = DID_PROBLEMS + "INVALID_DID"
    title = "The identifier is not valid"
    code = "invalid-did"


class DidDocumentError(DidError):
    """The DID document is not valid or belongs to another identifier."""

    type = DID_PROBLEMS + "INVALID_DID_DOCUMENT"
    title = "The identity document is not valid"
    code = "invalid-did-document"


class StatusError(EdubadgesError):
    """A status list cannot be used."""

    type = STATUS_PROBLEMS + "STATUS_VERIFICATION_ERROR"
    title = "The status list cannot be used"
    code = "status-invalid"


class StatusListTooShort(StatusError):
    """The list has fewer entries than privacy asks for (131,072)."""

    type = STATUS_PROBLEMS + "STATUS_LIST_LENGTH_ERROR"
    title = "The status list is too short"
    code = "status-list-too-short"


class StatusIndexOutOfRange(StatusError):
    """The position lies outside the list."""

    type = STATUS_PROBLEMS + "RANGE_ERROR"
    title = "The position lies outside the status list"
    code = "status-index-out-of-range"
