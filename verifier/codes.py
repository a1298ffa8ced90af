"""Every check the verifier makes and every code a check can end with.

The sentences for people are in `texts`; what a code means for the verdict is in `policy`.
"""

from __future__ import annotations

from enum import StrEnum


class Check(StrEnum):
    """One question about a badge."""

    FORMAT = "format"
    SCHEMA = "schema"
    SIGNATURE = "signature"
    KEY = "key"
    ISSUER = "issuer"
    AUTHORITY = "authority"
    VALIDITY = "validity"
    STATUS = "status"
    HOLDER = "holder"
    ENDORSEMENTS = "endorsements"
    RESOURCES = "resources"
    REQUEST = "request"


class Outcome(StrEnum):
    """How a check ended; a check that did not run has not passed."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not_run"
    NOT_APPLICABLE = "not_applicable"


class Code(StrEnum):
    """What a check found, stable for machines. The first word is the check."""

    FORMAT_OK = "format-ok"
    FORMAT_OLD_MODEL = "format-old-model"
    FORMAT_OTHER_CREDENTIAL = "format-other-credential"
    FORMAT_NOT_A_CREDENTIAL = "format-not-a-credential"
    FORMAT_CONTEXT_UNKNOWN = "format-context-unknown"
    FORMAT_MEMBER_WRONG = "format-member-wrong"
    FORMAT_AMBIGUOUS = "format-ambiguous"
    FORMAT_CLAIMS_DIFFER = "format-claims-differ"
    FORMAT_TOO_COMPLEX = "format-too-complex"
    FORMAT_LEARNER_RECORD = "format-learner-record"

    SCHEMA_FOLLOWED = "schema-followed"
    SCHEMA_NOT_FOLLOWED = "schema-not-followed"
    SCHEMA_NONE = "schema-none"

    SIGNATURE_VALID = "signature-valid"
    SIGNATURE_VALID_OTHER_FORM = "signature-valid-other-form"
    SIGNATURE_VALID_IN_PART = "signature-valid-in-part"
    SIGNATURE_INVALID = "signature-invalid"
    SIGNATURE_MISSING = "signature-missing"
    SIGNATURE_PURPOSE_WRONG = "signature-purpose-wrong"
    SIGNATURE_MALFORMED = "signature-malformed"
    SIGNATURE_MEANING_UNCOVERED = "signature-meaning-uncovered"
    SIGNATURE_RESHAPED = "signature-reshaped"
    SIGNATURE_KIND_UNSUPPORTED = "signature-kind-unsupported"
    SIGNATURE_TOO_COMPLEX = "signature-too-complex"
    SIGNATURE_KEY_UNAVAILABLE = "signature-key-unavailable"
    SIGNATURE_OTHER_VALID = "signature-other-valid"
    SIGNATURE_OTHER_INVALID = "signature-other-invalid"
    SIGNATURE_OTHER_UNCHECKED = "signature-other-unchecked"
    SIGNATURE_OTHER_KIND = "signature-other-kind"
    SIGNATURE_CHAIN_UNCHECKED = "signature-chain-unchecked"

    KEY_OF_ISSUER = "key-of-issuer"
    KEY_OF_ISSUER_STALE = "key-of-issuer-stale"
    KEY_OTHER_OWNER = "key-other-owner"
    KEY_NOT_IN_DOCUMENT = "key-not-in-document"
    KEY_NOT_FOR_THIS_USE = "key-not-for-this-use"
    KEY_WITHDRAWN = "key-withdrawn"
    KEY_DOCUMENT_INVALID = "key-document-invalid"
    KEY_DOCUMENT_MISSING = "key-document-missing"
    KEY_DOCUMENT_TOO_OLD = "key-document-too-old"
    KEY_NOT_NAMED = "key-not-named"
    KEY_OF_UNKNOWN_SEAL = "key-of-unknown-seal"

    ISSUER_IN_REGISTRY = "issuer-in-registry"
    ISSUER_IN_REGISTRY_STALE = "issuer-in-registry-stale"
    ISSUER_NOT_IN_REGISTRY = "issuer-not-in-registry"
    ISSUER_SUSPENDED = "issuer-suspended"
    ISSUER_LEFT = "issuer-left"
    ISSUER_REGISTRY_MISSING = "issuer-registry-missing"
    ISSUER_REGISTRY_TOO_OLD = "issuer-registry-too-old"

    AUTHORITY_NOT_LIMITED = "authority-not-limited"
    AUTHORITY_COVERS = "authority-covers"
    AUTHORITY_LACKING = "authority-lacking"
    AUTHORITY_NO_REGISTRATION = "authority-no-registration"
    AUTHORITY_NOT_CHECKED = "authority-not-checked"

    VALIDITY_IN_PERIOD = "validity-in-period"
    VALIDITY_ENDS_SOON = "validity-ends-soon"
    VALIDITY_EXPIRED = "validity-expired"
    VALIDITY_NOT_YET = "validity-not-yet"
    VALIDITY_MALFORMED = "validity-malformed"
    VALIDITY_SIGNED_IN_FUTURE = "validity-signed-in-future"
    VALIDITY_SIGNATURE_EXPIRED = "validity-signature-expired"

    STATUS_CLEAR = "status-clear"
    STATUS_CLEAR_STALE = "status-clear-stale"
    STATUS_CLEAR_UNSIGNED_LIST = "status-clear-unsigned-list"
    STATUS_NONE = "status-none"
    STATUS_REVOKED = "status-revoked"
    STATUS_SUSPENDED = "status-suspended"
    STATUS_MESSAGE = "status-message"
    STATUS_ENTRY_MALFORMED = "status-entry-malformed"
    STATUS_METHOD_UNKNOWN = "status-method-unknown"
    STATUS_LIST_MISSING = "status-list-missing"
    STATUS_LIST_TOO_OLD = "status-list-too-old"
    STATUS_LIST_EXPIRED = "status-list-expired"
    STATUS_LIST_NOT_YET_VALID = "status-list-not-yet-valid"
    STATUS_LIST_INVALID = "status-list-invalid"
    STATUS_LIST_FORGED = "status-list-forged"
    STATUS_LIST_OTHER_ISSUER = "status-list-other-issuer"
    STATUS_LIST_KEY_MISSING = "status-list-key-missing"
    STATUS_LIST_OTHER_PURPOSE = "status-list-other-purpose"
    STATUS_LIST_TOO_SHORT = "status-list-too-short"
    STATUS_INDEX_OUT_OF_RANGE = "status-index-out-of-range"

    HOLDER_PROVED = "holder-proved"
    HOLDER_PROVED_OLD_STYLE = "holder-proved-old-style"
    HOLDER_PROVED_NOT_FRESH = "holder-proved-not-fresh"
    HOLDER_FILE_ONLY = "holder-file-only"
    HOLDER_NOT_NAMED = "holder-not-named"
    HOLDER_OTHER_PERSON = "holder-other-person"
    HOLDER_PROOF_MISSING = "holder-proof-missing"
    HOLDER_PROOF_INVALID = "holder-proof-invalid"
    HOLDER_PROOF_MALFORMED = "holder-proof-malformed"
    HOLDER_PROOF_UNSUPPORTED = "holder-proof-unsupported"
    HOLDER_PURPOSE_WRONG = "holder-purpose-wrong"
    HOLDER_CHALLENGE_WRONG = "holder-challenge-wrong"
    HOLDER_DOMAIN_WRONG = "holder-domain-wrong"
    HOLDER_PROOF_OUT_OF_TIME = "holder-proof-out-of-time"
    HOLDER_KEY_UNAVAILABLE = "holder-key-unavailable"
    HOLDER_KEY_REFUSED = "holder-key-refused"

    ENDORSEMENTS_NONE = "endorsements-none"
    ENDORSEMENTS_GENUINE = "endorsements-genuine"
    ENDORSEMENTS_WITH_REMARKS = "endorsements-with-remarks"
    ENDORSEMENTS_NOT_GENUINE = "endorsements-not-genuine"
    ENDORSEMENTS_NOT_CHECKED = "endorsements-not-checked"
    ENDORSEMENTS_SELF_PRAISE = "endorsements-self-praise"
    ENDORSEMENTS_OF_OTHER = "endorsements-of-other"
    ENDORSEMENTS_CIRCULAR = "endorsements-circular"
    ENDORSEMENTS_MALFORMED = "endorsements-malformed"

    RESOURCES_NONE = "resources-none"
    RESOURCES_AS_NAMED = "resources-as-named"
    RESOURCES_NOT_USED = "resources-not-used"
    RESOURCES_CHANGED = "resources-changed"
    RESOURCES_MALFORMED = "resources-malformed"

    REQUEST_MATCHED = "request-matched"
    REQUEST_OTHER_BADGE = "request-other-badge"
    REQUEST_NONE = "request-none"


NOTHING_TO_TELL = frozenset({Code.SCHEMA_NONE, Code.ENDORSEMENTS_NONE, Code.RESOURCES_NONE, Code.REQUEST_NONE})
"""What was looked for and is not there, as in nearly every badge: it is in reports, and left out where people read."""
