"""Badges of 1EdTech, and what identifiers and schemas of others say about them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.vectors.cases import Answer, Case, VectorSet, listed, load, path_of, text_of
from vc_core.canonical import canonicalize
from vc_core.did import did_key_document, did_web_url, public_key_from_did_key
from vc_core.errors import DidError, MalformedInput
from vc_core.keys import PrivateKey, public_key_from_jwk, public_key_from_multikey
from vc_core.model.schema import check_schema
from vc_core.multiformats import base58btc_decode, base58btc_encode
from vc_core.proof import proof_hash_data, verify_proof
from vc_core.proof.options import with_context
from vc_core.trust.did_log import DidLog, did_webvh_url, read_did_log
from verifier import Absence, Evidence, EvidenceItem, EvidenceKind, Needs, Verdict, verify_bytes

GUIDE, VALIDATOR = "1edtech-ob3-impl-guide", "1edtech-public-validator"
DID_KEY, WEBVH, SCHEMAS = "did-key", "didwebvh", "w3c-vc-json-schema"
NOW = datetime(2026, 7, 1, tzinfo=UTC)
_ACCEPTED = {Verdict.OK, Verdict.ATTENTION}

_STRICTER = {
    "ob30/simple-did-key-method.json": "a bare `did:key`, not the issuer; 1EdTech does not compare them",
    "clr20/complex.json": "a bare `did:key`, not the issuer; 1EdTech does not compare them",
    "clr20/simple_v1.json": "its key belongs to a `urn:uuid`, of which no document can be had",
    "clr20/simple.jwt": "its vocabularies are drafts that we do not carry, and nobody vouches for its key",
    "ob30/simple-jwt_v1.svg": "the claim `sub` is absent (Open Badges 3.0, 8.2.4), and nobody vouches for its key",
}
_UNDECIDED = {
    "ob30/simple.jwt": "1EdTech gives no answer; it has neither `kid` nor `jwk`, which 8.2.3 asks for",
    "clr20/simple_old_safesigned.json": "1EdTech gives no answer; its vocabulary is a draft that we do not carry",
}
_DISPUTED = {
    "witness-update/java/did.jsonl": "two of the witnesses of before must approve other witnesses, and one did",
    "witness-update/ts/did.jsonl": "two of the witnesses of before must approve other witnesses, and one did",
}
"""Logs that their makers took. The specification (Witness Lists) lets the witnesses of before approve other ones; the
authors say that these two files are short of a proof (didwebvh-ts, issue 117)."""
_OTHER_KEYS = "P-521, secp256k1, X25519 and BLS12-381 keys cannot sign a badge; they are refused by name"
_SCHEMA = "a schema that a badge names is never fetched; the verifier uses the schemas of 1EdTech that it carries"


def guide() -> VectorSet:
    examples = [name for name in listed(GUIDE, "examples/") if not name.endswith("header.json")]
    return VectorSet(
        GUIDE,
        "1EdTech implementation guide",
        "a signed example: both canonical forms, the hash, the signature; an unsigned one: it follows the schema",
        (*(_signed(kind) for kind in ("ob3", "clr2")), *(_example(name) for name in examples)),
    )


def _signed(kind: str) -> Case:
    def check() -> None:
        signed = load(GUIDE, kind, "signed.json")
        [proof] = signed["proof"] if isinstance(signed["proof"], list) else [signed["proof"]]
        document = {name: value for name, value in signed.items() if name != "proof"}
        options = with_context({name: value for name, value in proof.items() if name != "proofValue"}, document)
        assert canonicalize(document) == text_of(GUIDE, kind, "document-canon.txt")
        assert canonicalize(options) == text_of(GUIDE, kind, "proof-canon.txt")
        key = public_key_from_multikey(proof["verificationMethod"].partition("#")[2])
        verify_proof(signed, proof, public_key=key, expected_purpose="assertionMethod")
        published = load(GUIDE, "ob3", "keys.json")
        secret = base58btc_decode(published["secretKeyMultibase"][1:])[2:34]
        data = proof_hash_data(signed, proof)
        signature = PrivateKey.from_bytes("Ed25519", secret).sign(data)
        assert proof["proofValue"] == "z" + base58btc_encode(signature)
        if kind == "ob3":
            assert (data.hex(), signature.hex()) == (published["hashDataHex"], published["signatureHex"])

    return Case(f"{kind}/signed.json", listed(GUIDE, f"{kind}/"), check)


def _example(name: str) -> Case:
    header = name.replace("body", "header")

    def check() -> None:
        assert check_schema(load(GUIDE, name)) == []
        if header != name:
            jwk = load(GUIDE, header)["jwk"]
            assert public_key_from_jwk(jwk).algorithm == "RSA"

    return Case(name, tuple(dict.fromkeys((name, header))), check)


def validator() -> VectorSet:
    return VectorSet(
        VALIDATOR,
        "1EdTech public validator",
        "a sample: “valid” and “warning” get a verdict that may be relied on, “invalid” never does. The registry and "
        "the key document that each issuer would publish are supplied",
        tuple(_sample(entry) for entry in load(VALIDATOR, "index.json")["files"]),
    )


def _sample(entry: dict[str, Any]) -> Case:
    name = entry["file"]
    reason = _STRICTER.get(name, _UNDECIDED.get(name, ""))
    expected = entry["expected"] in {"valid", "warning"} and not reason

    def check() -> None:
        data = path_of(VALIDATOR, name).read_bytes()
        report = verify_bytes(data, _Published(data.decode("latin-1")), now=NOW)
        assert (report.verdict in _ACCEPTED) is expected, [str(result.code) for result in report.results]

    return Case(name, (name,), check, Answer.ANOTHER if reason else Answer.AS_EXPECTED, reason)


class _Published:
    """Brings what the issuers of the samples would publish: the keys they name themselves, and the status list."""

    def __init__(self, text: str) -> None:
        self._text = text

    def gather(self, needs: Needs) -> Evidence:
        return Evidence.of(
            [
                *(self._item(EvidenceKind.KEY_DOCUMENT, name, self._keys(name)) for name in needs.key_documents),
                *(self._item(EvidenceKind.STATUS_LIST, name, self._list()) for name in needs.status_lists),
                *(
                    self._item(EvidenceKind.PARTICIPANT, name, {"participant": {"did": name, "status": "active"}})
                    for name in needs.participants
                ),
            ]
        )

    def _item(self, kind: EvidenceKind, name: str, content: Any) -> EvidenceItem:
        if content is None:
            return EvidenceItem(kind, name, "vectors", NOW, absence=Absence.NOT_FOUND)
        return EvidenceItem(kind, name, "vectors", NOW, content)

    def _keys(self, owner: str) -> Any:
        keys = []
        for fragment in sorted(set(re.findall(re.escape(owner) + r"#(z\w+)", self._text + json.dumps(self._list())))):
            try:
                keys.append(public_key_from_multikey(fragment).to_jwk() | {"kid": fragment})
            except MalformedInput:
                continue  # a sample with garbage for a key
        return {"keys": keys} if keys and owner.startswith("https://") else None

    def _list(self) -> Any:
        return load(VALIDATOR, "ob30/bit-string-list/testlist")


def did_key() -> VectorSet:
    cases = [_did(file, did, value) for file in listed(DID_KEY) for did, value in _dids(file)]
    return VectorSet(
        DID_KEY, "did:key", "an identifier: its document, and the same key as the vector gives", tuple(cases)
    )


def _dids(file: str) -> list[tuple[str, Any]]:
    found = load(DID_KEY, file)
    inner = found.get("didDocument")
    return list((inner if isinstance(inner, dict) else found).items())


def _did(file: str, did: str, value: Any) -> Case:
    # zDn… and z82… are P-256 and P-384
    if file not in {"ed25519-x25519.json", "rsa.json"} and not did.startswith(("did:key:zDn", "did:key:z82")):
        return Case(did, (file,), _refused(lambda: did_key_document(did)), Answer.NOT_SUPPORTED, _OTHER_KEYS)

    def check() -> None:
        key = public_key_from_did_key(did)
        given = value.get("verificationMethod", value.get("verificationKeyPair", value))
        if "publicKeyJwk" in given:
            assert key == public_key_from_jwk(given["publicKeyJwk"])
        else:
            assert key.raw == base58btc_decode(given["publicKeyBase58"])
        assert did_key_document(did)["id"] == did == key.did_key()

    return Case(did, (file,), check)


def webvh() -> VectorSet:
    files = listed(WEBVH)
    scripts = [name for name in files if name.startswith("negative-") and name.endswith("script.yaml")]
    crooked = [case for name in scripts for case in _crooked(name)]
    seen = {name for case in crooked for name in case.files}
    folders = {name.split("/")[0] for name in seen}
    logs = [name for name in files if name.endswith("did.jsonl") and name.split("/")[0] not in folders]
    return VectorSet(
        WEBVH,
        "did:webvh 1.0",
        "a log: the last document, its version and moments, or the refusal; a crooked identifier, also as did:web:"
        " refused before anything is fetched",
        (*crooked, *(_log(name) for name in logs)),
        beside=tuple(name for name in files if name not in seen and name not in logs),
    )


def _crooked(script: str) -> list[Case]:
    dids = re.findall(r'did: "(did:webvh:[^"]*)"', text_of(WEBVH, script))
    cases = []
    for number, did in enumerate(dids, 1):
        same = "did:web:" + did.removeprefix("did:webvh:").partition(":")[2]
        cases.append(Case(f"{script} {number}", (script,), _refused(lambda same=same: did_web_url(same))))
        cases.append(Case(f"{script} {number}, itself", (script,), _refused(lambda did=did: did_webvh_url(did))))
    return cases


def _log(name: str) -> Case:
    beside = path_of(WEBVH, name).with_name("did-witness.json")

    def read() -> DidLog:
        witnesses = beside.read_bytes() if beside.is_file() else None
        return read_did_log(path_of(WEBVH, name).read_bytes(), now=NOW, witnesses=witnesses)

    def check() -> None:
        log = read()
        expected = json.loads(path_of(WEBVH, name).with_name("resolutionResult.json").read_bytes())
        about, current = expected["didDocumentMetadata"], log.current
        assert (about["versionId"], about.get("versionNumber", current.number)) == (current.version_id, current.number)
        assert about.get("deactivated", False) == (log.ended_at is not None)
        for member, entry in (("created", log.entries[0]), ("updated", current), ("versionTime", current)):
            assert member not in about or datetime.fromisoformat(about[member]) == entry.at
        # Resolvers add services that every did:webvh has; the rest of the document is that of the log.
        document = {member: value for member, value in expected["didDocument"].items() if member != "service"}
        assert document == {member: value for member, value in current.document.items() if member != "service"}

    if name in _DISPUTED:
        return Case(name, (name,), _refused(read), Answer.ANOTHER, _DISPUTED[name])
    return Case(name, (name,), check if _has_answer(name) else _refused(read))


def _has_answer(name: str) -> bool:
    """Say whether the makers of a log give a document; some give a refusal, and some of those no reason."""
    expected = json.loads(path_of(WEBVH, name).with_name("resolutionResult.json").read_bytes())
    return expected["didDocument"] is not None


def _refused(work: Callable[[], object]) -> Callable[[], None]:
    def check() -> None:
        try:
            work()
        except DidError:
            return
        raise AssertionError("taken, and should have been refused")

    return check


def schemas() -> VectorSet:
    mapping = load(SCHEMAS, "mapping.json")
    files = listed(SCHEMAS)
    drafts = sorted({name.split("/")[1] for name in files if "/" in name})
    cases = [
        Case(f"{kind} {draft} {case['number']}", (), None, Answer.NOT_SUPPORTED, _SCHEMA)
        for kind, groups in mapping.items()
        for draft in drafts
        for group in groups.values()
        for case in group
    ]
    return VectorSet(SCHEMAS, "Verifiable Credentials JSON Schema", "a credential and a schema", tuple(cases), files)
