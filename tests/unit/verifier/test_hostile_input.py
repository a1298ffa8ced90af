"""Whatever comes in: a stable code or an honest report, quickly, and never a green light for something changed."""

from __future__ import annotations

import base64
import copy
import json
import random
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.effort import effort_of
from tests.support.presenting import NOW, Issuer, Wallet
from vc_core.baking import bake_png, bake_svg
from vc_core.canonical import canonicalize
from vc_core.errors import EdubadgesError, MalformedInput
from vc_core.keys import PrivateKey
from vc_core.model.credential import status_entries
from verifier import Verdict, gather, parse_submission, verify
from verifier.evidence import Evidence, Needs

ISSUER = Issuer(key=PrivateKey.from_bytes("Ed25519", bytes(range(32))))
WALLET = Wallet(PrivateKey.from_bytes("Ed25519", bytes([9] * 32)))
BADGE = ISSUER.badge(holder=WALLET.did)
EVIDENCE = ISSUER.evidence()


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"\0\0\0\0"))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunk(*c) for c in chunks) + body + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"></svg>'
BOMB = b"openbadgecredential\0\1\0\0\0" + zlib.compress(b"a" * 50_000_000)

UNREADABLE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "no-badge-inside"),
    "blanks": (b"  \n ", "no-badge-inside"),
    "text": (b"hello", "malformed-input"),
    "binary": (bytes(range(256)), "malformed-input"),
    "too large": (b"[" * 5_000_001, "limit-exceeded"),
    "too deep": (b"[" * 5000 + b"]" * 5000, "limit-exceeded"),
    "an array": (b"[]", "malformed-input"),
    "some other object": (b'{"hello": "world"}', "no-badge-inside"),
    "an older badge": (b'{"@context": "https://w3id.org/openbadges/v2", "type": "Assertion"}', "old-open-badge"),
    "duplicate members": (b'{"type": "VerifiableCredential", "type": "VerifiableCredential"}', "malformed-input"),
    "NaN": (b'{"type": "VerifiableCredential", "a": NaN}', "malformed-input"),
    "half a character": (b'{"type": "VerifiableCredential", "a": "\\ud800"}', "malformed-input"),
    "a huge integer": (b'{"type": "VerifiableCredential", "a": 1' + b"0" * 400 + b"}", "malformed-input"),
    "half a JWT": (b"eyJhbGciOiJFUzI1NiJ9.e30", "malformed-input"),
    "JWT of nothing": (b"eyJhbGciOiJFUzI1NiJ9.e30.AAAA", "malformed-input"),
    "JWT of rubbish": (b"eyJhbGciOiJFUzI1NiJ9.////.AAAA", "malformed-input"),
    "empty PNG": (png(), "no-badge-inside"),
    "PNG signature only": (b"\x89PNG\r\n\x1a\n", "malformed-input"),
    "PNG cut off": (png()[:-9], "malformed-input"),
    "PNG bomb": (png((b"iTXt", BOMB)), "malformed-input"),
    "empty SVG": (SVG, "no-badge-inside"),
    "SVG with entities": (b'<!DOCTYPE svg [<!ENTITY a "aa">]>' + SVG, "malformed-input"),
    "not XML": (b"<svg", "malformed-input"),
    "presentation of nothing": (b'{"type": ["VerifiablePresentation"]}', "no-badge-inside"),
    "presentation of texts": (
        b'{"type": ["VerifiablePresentation"], "verifiableCredential": ["x"]}',
        "malformed-input",
    ),
    "presentation of many": (
        json.dumps({"type": ["VerifiablePresentation"], "verifiableCredential": [{}] * 21}).encode(),
        "too-many-credentials",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_gets_a_stable_code_quickly(name: str) -> None:
    data, code = UNREADABLE[name]

    def read() -> None:
        with pytest.raises(MalformedInput) as caught:
            parse_submission(data)
        assert caught.value.code in {code, "limit-exceeded"} if "bomb" in name else caught.value.code == code

    effort = effort_of(read)
    assert effort.calls < 1_000
    assert effort.peak_bytes < 1_000_000


def _shaped(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(BADGE), **changes}


def _tree(depth: int, width: int) -> dict[str, Any]:
    """Organisations without a name, alike at every level: telling them apart takes a search."""
    if not depth:
        return {"type": ["Profile"]}
    return {"type": ["Profile"], "parentOrg": [_tree(depth - 1, width) for _ in range(width)]}


def _created_by(profile: dict[str, Any]) -> dict[str, Any]:
    badge = _shaped()
    badge["credentialSubject"]["achievement"]["creator"] = profile
    return badge


def _with_tags(tags: list[Any]) -> dict[str, Any]:
    badge = _shaped()
    badge["credentialSubject"]["achievement"]["tag"] = tags
    return badge


HOSTILE: dict[str, Any] = {
    "no issuer": _shaped(issuer=None),
    "issuer is a number": _shaped(issuer=5),
    "issuer is a list": _shaped(issuer=[BADGE["issuer"]]),
    "subject is a text": _shaped(credentialSubject="x"),
    "subject is a list of lists": _shaped(credentialSubject=[[[]]]),
    "status is a number": _shaped(credentialStatus=5),
    "status is empty": _shaped(credentialStatus=[]),
    "a thousand statuses": _shaped(credentialStatus=[BADGE["credentialStatus"]] * 1000),
    "proof is a text": _shaped(proof="x"),
    "proof is empty": _shaped(proof=[]),
    "a hundred proofs": _shaped(proof=[BADGE["proof"]] * 100),
    "proof of another kind": _shaped(proof={"type": "BbsBlsSignature2020"}),
    "proof value is a number": _shaped(proof={**BADGE["proof"], "proofValue": 5}),
    "method is a list": _shaped(proof={**BADGE["proof"], "verificationMethod": ["x"]}),
    "method is a strange DID": _shaped(proof={**BADGE["proof"], "verificationMethod": "did:key:z#z"}),
    "created is a number": _shaped(proof={**BADGE["proof"], "created": 5}),
    "context is an object": _shaped(**{"@context": {"@vocab": "https://evil.example/"}}),
    "context has an object": _shaped(**{"@context": [*BADGE["@context"], {"name": "https://evil.example/"}]}),
    "context unknown": _shaped(**{"@context": [*BADGE["@context"], "https://evil.example/c"]}),
    "context empty": _shaped(**{"@context": []}),
    "dates are lists": _shaped(validFrom=["2026-01-01T00:00:00Z"]),
    "date of no calendar": _shaped(validFrom="2026-13-45T99:00:00Z"),
    "year nought": _shaped(validFrom="0000-01-01T00:00:00Z"),
    "an undefined member": _shaped(evil="x"),
    "blank node poison": _shaped(evidence=[{"type": ["Evidence"], "narrative": "x"} for _ in range(400)]),
    "trees that are alike": _created_by(_tree(3, 4)),
    "deep trees that are alike": _created_by(_tree(8, 2)),
    "a forest that is alike": _created_by(_tree(2, 30)),
    "more parts than any badge": _created_by(_tree(2, 55)),
    "as many parts as a file holds": _created_by(_tree(1, 20_000)),
    "a list of numbers for texts": _with_tags([5] * 2_000),
    "a long list of numbers for texts": _with_tags([5] * 100_000),
    "thousands of wrong proofs": _shaped(proof=[{"type": 5, "q": "y" * 300} for _ in range(1_900)]),
    "types are numbers": _shaped(type=["VerifiableCredential", 5]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_badge_is_never_green_and_never_slow(name: str) -> None:
    submission = parse_submission(json.dumps(HOSTILE[name]).encode())

    report = verify(submission, EVIDENCE, now=NOW)

    assert report.verdict in {Verdict.BAD, Verdict.UNKNOWN}
    effort = effort_of(lambda: verify(submission, EVIDENCE, now=NOW))
    assert effort.calls < 100_000
    assert effort.peak_bytes < 2_000_000


def test_many_poisoned_badges_in_one_go_are_little_work() -> None:
    poisoned = _created_by(_tree(3, 4))
    shown = {"type": ["VerifiablePresentation"], "verifiableCredential": [poisoned] * 20}
    submission = parse_submission(json.dumps(shown).encode())
    assert effort_of(lambda: verify(submission, EVIDENCE, now=NOW)).calls < 20 * 100_000


def test_a_false_seal_ends_the_work_on_the_others() -> None:
    poisoned = _created_by(_tree(3, 4))
    alone = parse_submission(json.dumps(poisoned).encode())
    many = parse_submission(json.dumps({**poisoned, "proof": [BADGE["proof"]] * 8}).encode())
    one = effort_of(lambda: verify(alone, EVIDENCE, now=NOW)).calls
    assert effort_of(lambda: verify(many, EVIDENCE, now=NOW)).calls < 1.5 * one


class Greedy:
    """A source that counts how often and how much it is asked."""

    def __init__(self) -> None:
        self.rounds: list[int] = []

    def gather(self, needs: Needs) -> Evidence:
        self.rounds.append(len(needs))
        return Evidence()


def test_a_badge_cannot_send_us_round_the_web() -> None:
    entries = [{**BADGE["credentialStatus"], "statusListCredential": f"https://x.example/{n}"} for n in range(1000)]
    source = Greedy()

    gather(parse_submission(json.dumps(_shaped(credentialStatus=entries)).encode()), source)

    assert len(source.rounds) <= 2
    assert sum(source.rounds) <= 45


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for name, item in value.items():
            found += _places(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += _places(item, (*path, index))
    return found


PLACES = _places(BADGE)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.text(max_size=8),
    st.sampled_from(["", "did:web:evil.example", "2099-01-01T00:00:00Z", "9", [], {}, ["x"], {"id": "x"}]),
)


def _meaning(document: dict[str, Any]) -> tuple[str, Any]:
    """What was signed, as the statements it makes, and the members a verdict leans on."""
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    decisive = {n: document.get(n) for n in ("issuer", "validFrom", "validUntil")}
    return canonicalize(unsigned), (decisive, set(status_entries(document)))


@settings(max_examples=400, deadline=None)
@given(place=st.sampled_from(PLACES), value=VALUES, action=st.sampled_from(["set", "delete", "wrap", "double"]))
def test_any_change_to_a_signed_badge_is_rejected(place: tuple[Any, ...], value: Any, action: str) -> None:
    """A change that leaves every signed statement and every decisive member alone (the order of a set) may pass."""
    changed = copy.deepcopy(BADGE)
    parent: Any = changed
    for step in place[:-1]:
        parent = parent[step]
    if action == "set":
        parent[place[-1]] = value
    elif action == "delete":
        del parent[place[-1]]
    elif action == "wrap":
        parent[place[-1]] = [parent[place[-1]]]
    else:
        parent[place[-1]] = [parent[place[-1]], parent[place[-1]]]
    if changed == BADGE:
        return
    try:
        report = verify(parse_submission(json.dumps(changed).encode()), EVIDENCE, now=NOW)
    except MalformedInput:
        return

    if report.verdict in {Verdict.OK, Verdict.ATTENTION}:
        assert _meaning(changed) == _meaning(BADGE), (place, action, value)


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_refused_with_one_of_our_errors(data: bytes) -> None:
    try:
        submission = parse_submission(data)
    except EdubadgesError:
        return
    assert verify(submission, EVIDENCE, now=NOW).verdict is not Verdict.OK


def test_damaged_files_never_crash_and_are_never_green() -> None:
    chance = random.Random(20261123)
    text = json.dumps(BADGE)
    good = [text.encode(), bake_png(png(), text), bake_svg(SVG, text)]
    for data in good:
        assert verify(parse_submission(data), EVIDENCE, now=NOW).verdict is Verdict.OK
    for _ in range(600):
        data = bytearray(chance.choice(good))
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            submission = parse_submission(bytes(data))
        except MalformedInput:
            continue
        report = verify(submission, EVIDENCE, now=NOW)
        if report.verdict is Verdict.OK:
            assert submission.credentials[0].document == BADGE


def test_a_presentation_of_hostile_badges_is_judged_badge_by_badge() -> None:
    shown = {**WALLET.present(challenge="n", domain="d"), "verifiableCredential": [HOSTILE["no issuer"], 5]}
    with pytest.raises(MalformedInput):
        parse_submission(json.dumps(shown).encode())
    shown["verifiableCredential"] = [BADGE, HOSTILE["no issuer"]]

    report = verify(parse_submission(json.dumps(shown).encode()), EVIDENCE, now=NOW)

    assert report.verdict is Verdict.BAD


def test_a_jwt_with_a_deep_header_is_refused() -> None:
    deep = base64.urlsafe_b64encode(b'{"a":' * 50 + b"1" + b"}" * 50).rstrip(b"=").decode()
    with pytest.raises(MalformedInput):
        parse_submission(f"{deep}.{deep}.AAAA".encode())
