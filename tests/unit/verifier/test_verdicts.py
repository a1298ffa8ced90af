"""One wrong thing at a time: each check has a case that fails only it, and what is not known never becomes green."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.presenting import NOW, REGISTRY, Issuer, Wallet, compact_jwt, stamp
from vc_core.keys import PrivateKey
from verifier import (
    Absence,
    Evidence,
    EvidenceItem,
    EvidenceKind,
    Outcome,
    Policy,
    Report,
    Verdict,
    parse_submission,
    verify,
)
from verifier.policy import decide, severity

ISSUER = Issuer(key=PrivateKey.from_bytes("Ed25519", bytes(range(32))))
OTHER = Issuer(did="did:web:registry.example:institutions:other", key=PrivateKey.from_bytes("Ed25519", bytes([7] * 32)))
WALLET = Wallet(PrivateKey.from_bytes("Ed25519", bytes([9] * 32)))


def report_on(document: Any, evidence: Evidence | None = None, **options: Any) -> Report:
    data = document.encode() if isinstance(document, str) else json.dumps(document).encode()
    return verify(parse_submission(data), evidence or ISSUER.evidence(), now=options.pop("now", NOW), **options)


def troubles(report: Report) -> dict[str, str]:
    """Every result that is not plainly good, by check."""
    return {r.check: r.code for r in report.results if severity(r) is not Verdict.OK}


def codes(report: Report) -> set[str]:
    return {str(result.code) for result in report.results}


def test_a_good_badge_is_genuine_and_valid() -> None:
    report = report_on(ISSUER.badge(holder=WALLET.did))

    assert report.verdict is Verdict.OK
    assert report.oldest_evidence_at == NOW - timedelta(minutes=4)
    assert report.credentials[0].badge.registered_name["en"] == "Zuiderzee University (sample)"


def _tampered() -> dict[str, Any]:
    badge = ISSUER.badge()
    badge["credentialSubject"]["achievement"]["name"] = "Doctor of everything"
    return badge


def _sealed_by_other() -> dict[str, Any]:
    return ISSUER.sign(ISSUER.unsigned_badge(), key=OTHER.key, method=OTHER.method)


def _unlisted_key() -> dict[str, Any]:
    key = PrivateKey.from_bytes("Ed25519", bytes([3] * 32))
    return ISSUER.sign(ISSUER.unsigned_badge(), key=key, method=f"{ISSUER.did}#{key.public.to_multikey()}")


def _without(*names: str, of: dict[str, Any] | None = None) -> dict[str, Any]:
    unsigned = {name: value for name, value in (of or ISSUER.unsigned_badge()).items() if name not in names}
    return ISSUER.sign(unsigned)


def _with_subject(**changes: Any) -> dict[str, Any]:
    unsigned = ISSUER.unsigned_badge()
    unsigned["credentialSubject"].update(changes)
    return ISSUER.sign(unsigned)


BAD: dict[str, tuple[Callable[[], Any], dict[str, str]]] = {
    "tampered": (_tampered, {"signature": "signature-invalid"}),
    "sealed by another issuer": (_sealed_by_other, {"key": "key-other-owner"}),
    "key not in the document": (_unlisted_key, {"key": "key-not-in-document"}),
    "no achievement name": (
        lambda: _with_subject(
            achievement={
                k: v for k, v in ISSUER.unsigned_badge()["credentialSubject"]["achievement"].items() if k != "name"
            }
        ),
        {"format": "format-member-wrong", "schema": "schema-not-followed"},
    ),
    "no start date": (
        lambda: _without("validFrom"),
        {"format": "format-member-wrong", "schema": "schema-not-followed"},
    ),
    "purpose of the proof": (
        lambda: ISSUER.sign(ISSUER.unsigned_badge(), proof_purpose="authentication"),
        {"signature": "signature-purpose-wrong"},
    ),
    "signed in the future": (
        lambda: ISSUER.sign(ISSUER.unsigned_badge(), created=stamp(NOW + timedelta(hours=1))),
        {"validity": "validity-signed-in-future"},
    ),
}
ATTENTION: dict[str, tuple[Callable[[], Any], dict[str, str]]] = {
    "expired": (lambda: ISSUER.badge(validUntil=stamp(NOW - timedelta(days=1))), {"validity": "validity-expired"}),
    "ends soon": (lambda: ISSUER.badge(validUntil=stamp(NOW + timedelta(days=3))), {"validity": "validity-ends-soon"}),
    "not yet valid": (lambda: ISSUER.badge(validFrom=stamp(NOW + timedelta(days=2))), {"validity": "validity-not-yet"}),
}


@pytest.mark.parametrize("name", BAD)
def test_one_wrong_thing_is_found_by_one_check(name: str) -> None:
    make, expected = BAD[name]
    evidence = ISSUER.evidence().merged(OTHER.evidence(participant=None, status_list=None))

    report = report_on(make(), evidence)

    assert troubles(report) == expected
    assert report.verdict is Verdict.BAD


@pytest.mark.parametrize("name", ATTENTION)
def test_a_genuine_badge_with_a_remark(name: str) -> None:
    make, expected = ATTENTION[name]

    report = report_on(make())

    assert troubles(report) == expected
    assert report.verdict is Verdict.ATTENTION


def _withdrawn_key() -> dict[str, Any]:
    document = ISSUER.document()
    document["verificationMethod"][0]["revoked"] = "2026-11-01T00:00:00Z"
    return document


def _key_for_other_use() -> dict[str, Any]:
    document = ISSUER.document()
    document["authentication"], document["assertionMethod"] = document["assertionMethod"], []
    return document


def _list(**changes: Any) -> dict[str, Any]:
    return ISSUER.status_list(**changes)


def _forged_list() -> dict[str, Any]:
    document = ISSUER.status_list()
    document["credentialSubject"]["encodedList"] = (
        OTHER.status_list()["credentialSubject"]["encodedList"][:-6] + "AAAAAA"
    )
    return document


def _list_signed_by_other() -> dict[str, Any]:
    unsigned = {k: v for k, v in ISSUER.status_list().items() if k != "proof"}
    return ISSUER.sign(unsigned, key=OTHER.key, method=OTHER.method)


def _short_list() -> dict[str, Any]:
    from vc_core.status.bitstring import encode_list

    unsigned = {k: v for k, v in ISSUER.status_list().items() if k != "proof"}
    unsigned["credentialSubject"] = {**unsigned["credentialSubject"], "encodedList": encode_list(bytearray(1000))}
    return ISSUER.sign(unsigned)


def _list_with_encoding(text: str) -> dict[str, Any]:
    unsigned = {k: v for k, v in ISSUER.status_list().items() if k != "proof"}
    unsigned["credentialSubject"] = {**unsigned["credentialSubject"], "encodedList": text}
    return ISSUER.sign(unsigned)


def _participant(**changes: Any) -> dict[str, Any]:
    return {"participant": ISSUER.participant(**changes)}


EVIDENCE: dict[str, tuple[dict[str, Any], Verdict, dict[str, str]]] = {
    "no key document": (
        {"document": None},
        Verdict.UNKNOWN,
        {"key": "key-document-missing", "status": "status-list-key-missing"},
    ),
    "key withdrawn": (
        {"document": _withdrawn_key},
        Verdict.BAD,
        {"key": "key-withdrawn", "status": "status-list-forged"},
    ),
    "key for another use": (
        {"document": _key_for_other_use},
        Verdict.BAD,
        {"key": "key-not-for-this-use", "status": "status-list-forged"},
    ),
    "key document of another": (
        {"document": OTHER.document},
        Verdict.BAD,
        {"key": "key-document-invalid", "status": "status-list-forged"},
    ),
    "registry not asked": (
        {"participant": None},
        Verdict.UNKNOWN,
        {"issuer": "issuer-registry-missing", "authority": "authority-not-checked"},
    ),
    "issuer unknown": (
        {"participant": lambda: {"participant": None}},
        Verdict.ATTENTION,
        {"issuer": "issuer-not-in-registry"},
    ),
    "issuer suspended": (
        {"participant": lambda: _participant(status="suspended")},
        Verdict.ATTENTION,
        {"issuer": "issuer-suspended"},
    ),
    "issuer left": ({"participant": lambda: _participant(status="left")}, Verdict.ATTENTION, {"issuer": "issuer-left"}),
    "no authority": (
        {"participant": lambda: _participant(accreditation={"root": "did:web:registry.example", "credentials": []})},
        Verdict.ATTENTION,
        {"authority": "authority-not-accredited"},
    ),
    "list missing": ({"status_list": None}, Verdict.UNKNOWN, {"status": "status-list-missing"}),
    "list expired": (
        {"status_list": lambda: _list(validUntil=stamp(NOW - timedelta(minutes=1)))},
        Verdict.UNKNOWN,
        {"status": "status-list-expired"},
    ),
    "list of the future": (
        {"status_list": lambda: _list(validFrom=stamp(NOW + timedelta(hours=2)))},
        Verdict.UNKNOWN,
        {"status": "status-list-not-yet-valid"},
    ),
    "list short": ({"status_list": _short_list}, Verdict.UNKNOWN, {"status": "status-list-too-short"}),
    "list forged": ({"status_list": _forged_list}, Verdict.UNKNOWN, {"status": "status-list-forged"}),
    "list signed by another": (
        {"status_list": _list_signed_by_other},
        Verdict.UNKNOWN,
        {"status": "status-list-forged"},
    ),
    "list of another issuer": (
        {
            "status_list": lambda: OTHER.sign(
                {k: v for k, v in {**_list(), "issuer": OTHER.did}.items() if k != "proof"}
            )
        },
        Verdict.UNKNOWN,
        {"status": "status-list-other-issuer"},
    ),
    "another list under this name": (
        {"status_list": lambda: _list(id="https://registry.example/institutions/zzu/status/2")},
        Verdict.UNKNOWN,
        {"status": "status-list-invalid"},
    ),
    "list for another purpose": (
        {"status_list": lambda: ISSUER.status_list(purpose="suspension")},
        Verdict.UNKNOWN,
        {"status": "status-list-other-purpose"},
    ),
    "list is no list": ({"status_list": lambda: ISSUER.badge()}, Verdict.UNKNOWN, {"status": "status-list-invalid"}),
    "list is not gzip": (
        {"status_list": lambda: _list_with_encoding("uAAAA")},
        Verdict.UNKNOWN,
        {"status": "status-list-invalid"},
    ),
}


@pytest.mark.parametrize("name", EVIDENCE)
def test_what_the_evidence_shows_and_what_is_missing(name: str) -> None:
    parts, verdict, expected = EVIDENCE[name]
    made = {part: value() if callable(value) else value for part, value in parts.items()}

    report = report_on(ISSUER.badge(), ISSUER.evidence(**made))

    assert troubles(report) == expected
    assert report.verdict is verdict


@pytest.mark.parametrize(
    ("purpose", "code", "verdict"),
    [("revocation", "status-revoked", Verdict.BAD), ("suspension", "status-suspended", Verdict.ATTENTION)],
)
def test_a_set_bit_means_what_its_purpose_says(purpose: str, code: str, verdict: Verdict) -> None:
    issuer = Issuer(key=ISSUER.key, revoked={7})
    badge = issuer.unsigned_badge()
    badge["credentialStatus"]["statusPurpose"] = purpose

    report = report_on(issuer.sign(badge), issuer.evidence(status_list=issuer.status_list(purpose=purpose)))

    assert troubles(report) == {"status": code}
    assert report.verdict is verdict


def test_every_status_entry_is_asked() -> None:
    issuer = Issuer(key=ISSUER.key, revoked={8})
    badge = issuer.unsigned_badge()
    entry = badge["credentialStatus"]
    badge["credentialStatus"] = [entry, {**entry, "id": f"{issuer.status_url}#8", "statusListIndex": "8"}]

    report = report_on(issuer.sign(badge), issuer.evidence())

    assert [r.code for r in report.results if r.check == "status"] == ["status-clear", "status-revoked"]
    assert report.verdict is Verdict.BAD


def test_an_unknown_kind_of_status_is_not_green() -> None:
    entry = {**ISSUER.unsigned_badge()["credentialStatus"], "type": "StatusList2021Entry"}
    badge = ISSUER.unsigned_badge(credentialStatus=entry)
    badge["@context"].append("https://w3id.org/vc/status-list/2021/v1")

    report = report_on(ISSUER.sign(badge))

    assert troubles(report) == {"status": "status-method-unknown"}
    assert report.verdict is Verdict.UNKNOWN


def test_a_badge_without_status_is_judged_on_the_rest() -> None:
    report = report_on(ISSUER.badge(credentialStatus=None))

    assert report.verdict is Verdict.OK
    assert "status-none" in codes(report)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(hours=23), Verdict.OK),
        (timedelta(days=2), Verdict.ATTENTION),
        (timedelta(days=40), Verdict.UNKNOWN),
    ],
)
def test_evidence_grows_stale_and_then_too_old(age: timedelta, expected: Verdict) -> None:
    far = stamp(NOW + timedelta(days=400))
    evidence = ISSUER.evidence(at=NOW - age, status_list=_list(validUntil=far))

    assert report_on(ISSUER.badge(), evidence).verdict is expected


def test_no_evidence_at_all_gives_unknown_and_never_green() -> None:
    report = report_on(ISSUER.badge(), Evidence.of([]) or Evidence(items={("x", "y"): None}))  # type: ignore[dict-item]

    assert report.verdict is Verdict.UNKNOWN
    assert {r.check for r in report.results if r.outcome is Outcome.NOT_RUN} == {"key", "issuer", "authority", "status"}


def test_evidence_that_is_not_there_has_no_age() -> None:
    absent = [
        EvidenceItem(kind, name, REGISTRY, NOW, absence=Absence.UNREACHABLE)
        for kind, name in [
            (EvidenceKind.KEY_DOCUMENT, ISSUER.did),
            (EvidenceKind.STATUS_LIST, ISSUER.status_url),
            (EvidenceKind.PARTICIPANT, ISSUER.did),
        ]
    ]

    report = report_on(ISSUER.badge(), Evidence.of(absent))

    assert report.verdict is Verdict.UNKNOWN
    assert report.oldest_evidence_at is None


def test_results_that_are_missing_altogether_count_as_not_answered() -> None:
    results = report_on(ISSUER.badge()).results

    assert decide(results, Policy()) is Verdict.OK
    for check in ("format", "signature", "key", "issuer", "validity", "status", "holder"):
        assert decide([r for r in results if r.check != check], Policy()) is Verdict.UNKNOWN
    assert decide([], Policy()) is Verdict.UNKNOWN


# --- Rewrites that keep an RDFC signature valid (performance.md, 8) ---


def _split_status(b: dict[str, Any]) -> None:
    s = b["credentialStatus"]
    first = {k: s[k] for k in ("id", "type")}
    b["credentialStatus"] = [first, {k: v for k, v in s.items() if k != "type"}]


def _reference_first(b: dict[str, Any]) -> None:
    b["credentialStatus"] = [{"id": b["credentialStatus"]["id"]}, b["credentialStatus"]]


def _name_first(b: dict[str, Any]) -> None:
    b["credentialStatus"] = [b["credentialStatus"]["id"], b["credentialStatus"]]


def _list_as_object(b: dict[str, Any]) -> None:
    b["credentialStatus"]["statusListCredential"] = {"id": b["credentialStatus"]["statusListCredential"]}


def _list_as_array(b: dict[str, Any]) -> None:
    b["credentialStatus"]["statusListCredential"] = [b["credentialStatus"]["statusListCredential"]]


def _index_as_array(b: dict[str, Any]) -> None:
    b["credentialStatus"]["statusListIndex"] = [b["credentialStatus"]["statusListIndex"]]


def _profile_moved(b: dict[str, Any]) -> None:
    b["issuer"] = b["issuer"]["id"]


def _name_deleted(b: dict[str, Any]) -> None:
    del b["issuer"]["name"]


def _issuer_in_array(b: dict[str, Any]) -> None:
    b["issuer"] = [b["issuer"]]


def _status_in_subject(b: dict[str, Any]) -> None:
    status = b["credentialStatus"]
    b["credentialStatus"] = status["id"]
    b["credentialSubject"]["achievement"]["related"] = [status]


REWRITES = [
    _split_status,
    _reference_first,
    _name_first,
    _list_as_object,
    _list_as_array,
    _index_as_array,
    _profile_moved,
    _name_deleted,
    _issuer_in_array,
    _status_in_subject,
]


@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda f: f.__name__.strip("_"))
def test_no_rewrite_gets_past_the_status_check(rewrite: Callable[[dict[str, Any]], None]) -> None:
    issuer = Issuer(key=ISSUER.key, revoked={7})
    badge = issuer.badge()
    rewrite(badge)

    report = report_on(badge, issuer.evidence())

    assert report.verdict is Verdict.BAD


@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda f: f.__name__.strip("_"))
def test_a_rewrite_of_a_good_badge_is_never_simply_good(rewrite: Callable[[dict[str, Any]], None]) -> None:
    badge = ISSUER.badge()
    rewrite(badge)

    assert report_on(badge).verdict in {Verdict.BAD, Verdict.UNKNOWN}


# --- Presentations ---


def test_a_presentation_proves_the_holder_when_it_is_fresh() -> None:
    shown = WALLET.present(ISSUER.badge(holder=WALLET.did), challenge="n", domain="d")

    fresh = report_on(shown, expected_challenge="n", expected_domain="d")
    as_a_file = report_on(shown)

    assert (fresh.verdict, fresh.is_presentation) == (Verdict.OK, True)
    assert troubles(as_a_file) == {"holder": "holder-proved-not-fresh"}
    assert as_a_file.verdict is Verdict.ATTENTION


def test_a_badge_of_somebody_else_in_a_good_presentation_is_bad() -> None:
    shown = WALLET.present(
        ISSUER.badge(holder=Wallet().did), ISSUER.badge(holder=WALLET.did), challenge="n", domain="d"
    )

    report = report_on(shown, expected_challenge="n", expected_domain="d")

    assert [c.verdict for c in report.credentials] == [Verdict.BAD, Verdict.OK]
    assert troubles(report) == {"holder": "holder-other-person"}


def test_a_badge_without_a_holder_in_a_presentation_gets_a_remark() -> None:
    shown = WALLET.present(ISSUER.badge(), challenge="n", domain="d")

    assert troubles(report_on(shown, expected_challenge="n", expected_domain="d")) == {"holder": "holder-not-named"}


# --- VC-JWT ---


def jwt_badge(header: dict[str, Any] | None = None, key: PrivateKey | None = None, **claims: Any) -> str:
    key = key or P256
    badge = ISSUER.unsigned_badge(holder=WALLET.did)
    start = datetime.fromisoformat(badge["validFrom"]).astimezone(UTC)
    payload = {**badge, "iss": ISSUER.did, "jti": badge["id"], "sub": WALLET.did, "nbf": int(start.timestamp())}
    payload.update(claims)
    head = {"alg": "ES256", "typ": "JWT", "kid": f"{ISSUER.did}#jose", **(header or {})}
    return compact_jwt(head, {k: v for k, v in payload.items() if v is not None}, key)


P256 = PrivateKey.from_bytes("P-256", bytes([5] * 32))


def jwt_evidence() -> Evidence:
    from vc_core.did import build_did_document

    keys = [(None, ISSUER.key.public, ("Multikey",)), ("jose", P256.public, ("JsonWebKey",))]
    return ISSUER.evidence(document=build_did_document(ISSUER.did, keys))


def test_a_badge_in_a_jwt_is_genuine_and_valid() -> None:
    report = report_on(jwt_badge(), jwt_evidence())

    assert troubles(report) == {}
    assert report.medium == "jwt"


JWT_FAULTS: dict[str, tuple[str, set[str]]] = {
    "another subject": (jwt_badge(sub="did:key:other"), {"format-claims-differ"}),
    "no subject": (jwt_badge(sub=None), {"format-claims-differ"}),
    "another issuer": (jwt_badge(iss="did:web:evil.example"), {"format-claims-differ"}),
    "no nbf": (jwt_badge(nbf=None), {"format-claims-differ"}),
    "exp has passed": (jwt_badge(exp=int(NOW.timestamp()) - 10), {"validity-expired"}),
    "algorithm none": (jwt_badge({"alg": "none"}), {"signature-invalid"}),
    "algorithm HS256": (jwt_badge({"alg": "HS256"}), {"signature-invalid"}),
    "another key signed": (jwt_badge(key=PrivateKey.generate("P-256")), {"signature-invalid"}),
    "key of its own": (
        jwt_badge({"kid": None, "jwk": PrivateKey.generate("P-256").public.to_jwk()}),
        {"signature-invalid", "key-not-named", "format-member-wrong"},
    ),
    "strange header": (jwt_badge({"x5u": "https://evil.example"}), {"format-member-wrong"}),
    "kid of another": (jwt_badge({"kid": f"{OTHER.did}#jose"}), {"signature-key-unavailable", "key-other-owner"}),
}


@pytest.mark.parametrize("name", JWT_FAULTS)
def test_a_jwt_with_one_fault_is_not_green(name: str) -> None:
    text, expected = JWT_FAULTS[name]

    report = report_on(text, jwt_evidence())

    assert set(troubles(report).values()) == expected
    assert report.verdict is not Verdict.OK


# --- Replay ---


@pytest.mark.parametrize(
    "make", [lambda: ISSUER.badge(), _tampered, _sealed_by_other], ids=["good", "tampered", "other"]
)
def test_a_saved_report_is_replayed_from_its_evidence(make: Callable[[], Any]) -> None:
    document, evidence = make(), ISSUER.evidence()
    report = report_on(document, evidence)

    saved = json.loads(json.dumps({"report": report.to_json(), "evidence": evidence.to_json()}))
    again = report_on(document, Evidence.from_json(saved["evidence"]), now=Report.from_json(saved["report"]).checked_at)

    assert again == report == Report.from_json(saved["report"])


def test_verifying_changes_nothing_it_was_given() -> None:
    submission = parse_submission(json.dumps(ISSUER.badge()).encode())
    before, evidence = copy.deepcopy(submission.credentials[0].document), ISSUER.evidence()
    kept = copy.deepcopy(evidence)

    verify(submission, evidence, now=NOW)

    assert submission.credentials[0].document == before
    assert evidence == kept


def test_an_unsigned_revocation_list_is_read_with_a_remark() -> None:
    url = "https://issuer.example/revoked.json"
    badge = ISSUER.unsigned_badge(credentialStatus={"id": url, "type": "1EdTechRevocationList"})
    badge["@context"].append("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json")
    signed = ISSUER.sign(badge)

    def listed(entries: list[Any]) -> Evidence:
        content = {"id": url, "issuer": ISSUER.did, "revokedCredential": entries}
        return ISSUER.evidence().merged(
            Evidence.of([EvidenceItem(EvidenceKind.STATUS_LIST, url, REGISTRY, NOW, content)])
        )

    assert troubles(report_on(signed, listed([]))) == {"status": "status-clear-unsigned-list"}
    assert troubles(report_on(signed, listed([{"id": badge["id"]}]))) == {"status": "status-revoked"}


def test_a_full_edubadge_as_our_issuer_builds_it_is_genuine_and_valid() -> None:
    from tests.unit.vc_core import samples

    issuer = Issuer(did=samples.ISSUER.id, key=samples.KEY, status_url=samples.STATUS_LIST)
    document = samples.signed_badge()
    moment = datetime.fromisoformat(samples.CREATED) + timedelta(hours=1)
    issuer.now = moment

    report = report_on(document, issuer.evidence(document=None), now=moment)

    assert troubles(report) == {}
    assert report.verdict is Verdict.OK
