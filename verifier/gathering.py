"""Say what evidence a submission names, and have a source bring it, in at most three rounds.

The first round is what the submission names; the second is what the documents of the first name (a status list has an
issuer of its own); the third is the history of keys that are not simply in force. A cap on
the number keeps a hostile badge from sending us round the web.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vc_core.errors import MalformedInput
from vc_core.jose.sd_jwt_vc import token_status_of
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.endorsement import find_endorsements
from vc_core.trust.receipt import is_receipt
from verifier.accreditations import statements_of
from verifier.evidence import Evidence, EvidenceItem, EvidenceKind, EvidenceSource, Needs
from verifier.inputs import PresentedCredential, Submission, credential_of_jwt
from verifier.key_lookup import is_allowed, is_self_contained, names_a_key, owner_of
from verifier.proofs import method_of, read_proofs
from verifier.question import read_issuer_id
from verifier.signing_time import log_of

MAX_NEEDS_OF_A_KIND = 40
MAX_NAME = 2_048


def gather(submission: Submission, source: EvidenceSource, *, known: Evidence | None = None) -> Evidence:
    """Return everything the submission needs, as far as the source has it."""
    have = known or Evidence()
    have = _brought(needs_of(submission), source, have)
    have = _brought(needs_of_lists(have), source, have)
    return _brought(needs_of_keys(submission, have), source, have)


def _brought(needs: Needs, source: EvidenceSource, have: Evidence) -> Evidence:
    asked = needs.without(have)
    return have.merged(source.gather(asked)) if len(asked) else have


type Named = tuple[Needs, frozenset[str]]
"""Everything that decides what is gathered for a submission: two that name the same get the same evidence."""


def named_in(submission: Submission) -> Named:
    """Return what a submission names: its needs, and the keys and logs that may ask for more."""
    names: set[str] = set()
    for credential in [*submission.credentials, *_endorsements(submission)]:
        names.update(_key_names(credential))
        if credential.jwt is None:
            names.update(_logs_of_receipts(credential.document))
    return needs_of(submission), frozenset(names)


def needs_of(submission: Submission) -> Needs:
    """Return what the credentials and the presentation name."""
    keys: list[str] = []
    lists: list[str] = []
    issuers: list[str] = []
    for credential in [*submission.credentials, *_endorsements(submission)]:
        keys.extend(map(owner_of, _key_names(credential)))
        lists.extend(_status_lists(credential.document))
        lists.extend(_token_status_lists(credential))
        issuers.append(read_issuer_id(credential.document))
    if submission.presentation is not None:
        keys.extend(map(owner_of, _proof_keys(submission.presentation)))
    return Needs(_kept(_documents(keys)), _kept(lists), _kept(issuers))


def needs_of_lists(evidence: Evidence) -> Needs:
    """Return the key documents of who signed the gathered status lists and accreditations."""
    keys = [owner_of(name) for item in evidence for name in _keys_in(item)]
    return Needs(key_documents=_kept(_documents(keys)))


def needs_of_keys(submission: Submission, evidence: Evidence) -> Needs:
    """Return the histories of keys that their owner's document does not simply allow, and the logs of receipts."""
    owners: list[str] = []
    logs: list[str] = []
    for credential in [*submission.credentials, *_endorsements(submission)]:
        doubtful = [name for name in _key_names(credential) if _is_doubtful(name, evidence)]
        owners.extend(owner_of(name) for name in doubtful)
        if credential.jwt is None:
            logs.extend(_logs_of_receipts(credential.document))
    for item in evidence:
        owners.extend(owner_of(name) for name in _keys_in(item) if _is_doubtful(name, evidence))
    return Needs(key_histories=_kept(owners), signing_logs=_kept(logs))


def _keys_in(item: EvidenceItem) -> Iterator[str]:
    """Yield the keys that signed what a piece of evidence holds."""
    if item.kind is EvidenceKind.STATUS_LIST and isinstance(item.content, dict):
        yield from _proof_keys(item.content)
    if item.kind is EvidenceKind.PARTICIPANT:
        for statement in statements_of(item.content):
            yield from _proof_keys(statement)


def _is_doubtful(reference: str, evidence: Evidence) -> bool:
    """Say whether a key of a did:web is not in force by the document that was gathered, or none was."""
    return reference.startswith("did:web:") and not is_allowed(reference, evidence)


def _logs_of_receipts(document: JsonObject) -> Iterator[str]:
    try:
        proofs = read_proofs(document)
    except MalformedInput:
        return
    yield from (log_of(proof) for proof in proofs if is_receipt(proof))


def _endorsements(submission: Submission) -> Iterator[PresentedCredential]:
    """Yield the endorsements in the credentials; those that cannot be read are for `checks.endorsements`."""
    for credential in submission.credentials:
        if not credential.survey.may_carry_endorsements or credential.is_too_complex:
            continue
        try:
            for found in find_endorsements(credential.document):
                yield PresentedCredential(found.document) if found.jwt is None else credential_of_jwt(found.jwt)
        except MalformedInput:
            continue


def _kept(names: Iterable[str]) -> tuple[str, ...]:
    """Return usable names once each, in order, up to the cap."""
    unique = dict.fromkeys(name for name in names if 0 < len(name) <= MAX_NAME)
    return tuple(unique)[:MAX_NEEDS_OF_A_KIND]


def _documents(owners: Iterable[str]) -> Iterator[str]:
    return (owner for owner in owners if not is_self_contained(owner))


def _key_names(credential: PresentedCredential) -> Iterator[str]:
    if credential.jwt is None:
        yield from _proof_keys(credential.document)
    elif names_a_key(credential.key_name):
        yield credential.key_name


def _proof_keys(document: JsonObject) -> Iterator[str]:
    try:
        proofs = read_proofs(document)
    except MalformedInput:
        return
    yield from (method_of(proof) for proof in proofs if names_a_key(method_of(proof)) and not is_receipt(proof))


def _token_status_lists(credential: PresentedCredential) -> Iterator[str]:
    if credential.sd_jwt is not None:
        try:
            status, _ = token_status_of(credential.sd_jwt.jwt.payload)
        except MalformedInput:
            return
        if status is not None and status.uri.startswith(("https://", "http://")):
            yield status.uri


def _status_lists(document: JsonObject) -> Iterator[str]:
    """Yield every list that is named, also in an entry that `checks.status` will refuse."""
    status = document.get("credentialStatus")
    entries: list[JsonValue] = status if isinstance(status, list) else [status]
    for entry in entries:
        if isinstance(entry, dict):
            name = entry.get("statusListCredential", entry.get("id"))
            if isinstance(name, str) and name.startswith(("https://", "http://")):
                yield name
