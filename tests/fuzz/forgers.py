"""Ways to change a signed badge: places, keys, order, splices, proof options, signatures, keys of others.

Every forger takes a genuine badge and a source of chance, and gives bytes to hand in; some changes keep the meaning.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from typing import Any, Final

from tests.fuzz.signed import ATTACKER, ATTACKER_P256, GENUINE, HOLDER, HOUSES, Genuine, jwt_part, sign_jwt
from tests.support.presenting import NOW, stamp
from vc_core.errors import EdubadgesError
from vc_core.json_text import dump_json
from vc_core.multiformats import base58btc_decode, base58btc_encode, base64url_decode, base64url_encode
from vc_core.proof import add_proof

type Place = tuple[Any, Any]
"""A container and the key or index in it."""

_ORDER_P256: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ORDER_ED25519: Final = 2**252 + 27742317777372353535851937790883648493
_SCALARS: Final = (
    None,
    True,
    False,
    0,
    1,
    -1,
    2.5,
    "",
    " ",
    "0",
    "7",
    "8",
    "9",
    "nl",
    "https://evil.example/",
    "did:web:evil.example",
    "1970-01-01T00:00:00Z",
    "2099-01-01T00:00:00Z",
    "_:b0",
    "Hoogleraar",
    "VerifiableCredential",
    "OpenBadgeCredential",
)
_NAMES: Final = (
    "@id",
    "@type",
    "@value",
    "@graph",
    "@context",
    "@list",
    "@set",
    "@language",
    "id",
    "type",
    "name",
    "description",
    "issuer",
    "proof",
    "credentialStatus",
    "credentialSubject",
    "validFrom",
    "validUntil",
    "expirationDate",
    "issuanceDate",
    "evidence",
    "termsOfUse",
    "achievement",
    "https://schema.org/name",
    "https://www.w3.org/2018/credentials#issuer",
    "statusListIndex",
    "statusPurpose",
    "relatedResource",
    "vc",
)


def _empty() -> list[Any]:
    return [{}, [], [[]], {"@value": "x"}, {"id": "urn:x"}, {"@list": []}, {"@set": []}]


def places_in(value: Any) -> list[Place]:
    """Return every place in a document, breadth first."""
    found: list[Place] = []
    pending = [value]
    for item in pending:  # grows while it is read
        entries = item.items() if isinstance(item, dict) else enumerate(item)
        for key, inner in entries:
            found.append((item, key))
            if isinstance(inner, dict | list):
                pending.append(inner)
    return found


def _place(document: dict[str, Any], chance: random.Random) -> Place:
    # Half of the changes near the top, where decisions are made.
    places = places_in(document)
    if chance.random() < 0.5:
        places = places[: len(document) + 8]
    return chance.choice(places)


# -- one change anywhere ------------------------------------------------------------------------------------------


def set_value(document: dict[str, Any], chance: random.Random) -> None:
    container, key = _place(document, chance)
    container[key] = chance.choice((*_SCALARS, *_empty()))


def change_text(document: dict[str, Any], chance: random.Random) -> None:
    """Change one character of a text, or its spelling."""
    texts = [place for place in places_in(document) if isinstance(place[0][place[1]], str) and place[0][place[1]]]
    container, key = chance.choice(texts)
    text = container[key]
    at = chance.randrange(len(text))
    container[key] = chance.choice(
        (
            text[:at] + chr(ord(text[at]) ^ (1 << chance.randrange(5)) or 65) + text[at + 1 :],
            text[:at] + text[at + 1 :],
            text[:at] + chance.choice(" \u200b\u0301\ufeff0a/#") + text[at:],
            text + chance.choice((" ", "/", "#", "?", "\x00", "\n", "0")),
            text.swapcase(),
            text.upper(),
            " " + text,
            text[::-1],
        )
    )


def delete(document: dict[str, Any], chance: random.Random) -> None:
    container, key = _place(document, chance)
    del container[key]


def rename(document: dict[str, Any], chance: random.Random) -> None:
    container, key = _place(document, chance)
    if isinstance(container, dict):
        value = container.pop(key)
        container[chance.choice((*_NAMES, key + "s", key.upper(), "@" + key))] = value


def add_member(document: dict[str, Any], chance: random.Random) -> None:
    nodes = [document, *(c[k] for c, k in places_in(document) if isinstance(c[k], dict))]
    container, key = _place(document, chance)
    chance.choice(nodes)[chance.choice(_NAMES)] = chance.choice((container[key], *_SCALARS, *_empty()))


def wrap(document: dict[str, Any], chance: random.Random) -> None:
    container, key = _place(document, chance)
    value = container[key]
    container[key] = chance.choice(
        (
            [value],
            [value, value],
            [[value]],
            {"@value": value},
            {"@set": [value]},
            {"@list": [value]},
            {"@graph": [value]},
            {"id": value},
            {"@id": value},
            value[0] if isinstance(value, list) and value else value,
            [value, None],
        )
    )


def reorder(document: dict[str, Any], chance: random.Random) -> None:
    """Put the members of an object, or the items of a list, in another order."""
    holders = [document, *(c[k] for c, k in places_in(document) if isinstance(c[k], dict | list))]
    holder = chance.choice(holders)
    if isinstance(holder, list):
        chance.shuffle(holder)
        return
    names = chance.sample(list(holder), len(holder))
    values = {name: holder[name] for name in names}
    holder.clear()
    holder.update(values)


def move(document: dict[str, Any], chance: random.Random) -> None:
    """Take something from one place and put it into another object or list."""
    container, key = _place(document, chance)
    value = container[key]
    del container[key]
    holders = [document, *(c[k] for c, k in places_in(document) if isinstance(c[k], dict | list))]
    holder = chance.choice(holders)
    if isinstance(holder, list):
        holder.append(value)
    else:
        holder[key if isinstance(key, str) else chance.choice(_NAMES)] = value


def duplicate(document: dict[str, Any], chance: random.Random) -> None:
    """Write something a second time: elsewhere, or split over two objects of one name."""
    holders = [document, *(c[k] for c, k in places_in(document) if isinstance(c[k], dict))]
    value = chance.choice(holders)
    target = chance.choice(holders)
    copied = {k: v for k, v in value.items() if k == "id" or chance.random() < 0.6}
    if isinstance(value, dict) and "id" in value and chance.random() < 0.5:
        for name in copied.keys() - {"id", "type"}:
            del value[name]
    target[chance.choice(("evidence", "termsOfUse", "relatedResource", "related", "issuer", "image"))] = copied


def swap(document: dict[str, Any], chance: random.Random) -> None:
    (one, key), (other, name) = _place(document, chance), _place(document, chance)
    one[key], other[name] = other[name], one[key]


def change_contexts(document: dict[str, Any], chance: random.Random) -> None:
    contexts = document.get("@context")
    if not isinstance(contexts, list) or not contexts:
        return
    known = [context for genuine in GENUINE for context in genuine.document["@context"]]
    action = chance.randrange(4)
    if action == 0:
        contexts.append(chance.choice((*known, "https://evil.example/c", {"name": "https://evil.example/"})))
    elif action == 1:
        contexts.pop(chance.randrange(len(contexts)))
    elif action == 2:
        chance.shuffle(contexts)
    else:
        document["@context"] = contexts[0]


# -- parts of others ----------------------------------------------------------------------------------------------


def splice(document: dict[str, Any], chance: random.Random) -> None:
    """Put a part of another signed badge in the same place, or in any."""
    other = chance.choice(GENUINE).copy()
    container, key = _place(other, chance)
    if chance.random() < 0.6:
        name = chance.choice([name for name in other if name != "@context"])
        document[name] = other[name]
        return
    target, name = _place(document, chance)
    target[name] = container[key]


def splice_proof(document: dict[str, Any], chance: random.Random) -> None:
    others = [genuine for genuine in GENUINE if "proof" in genuine.document]
    proof, other = document.get("proof"), chance.choice(others).copy()["proof"]
    action = chance.randrange(4)
    if action == 0 or not isinstance(proof, dict):
        document["proof"] = other
    elif action == 1:
        document["proof"] = chance.choice(([proof, other], [other, proof]))
    elif action == 2:
        document["proof"] = {**proof, "proofValue": other["proofValue"]}
    else:
        document["proof"] = {**other, "proofValue": proof.get("proofValue")}


def change_proof(document: dict[str, Any], chance: random.Random) -> None:
    """Change the options of the proof."""
    proof = document.get("proof")
    if not isinstance(proof, dict):
        return
    keys = [key for house in HOUSES for key in (house.issuer.key, house.p256, house.login, house.old)]
    methods = [f"{house.issuer.did}#{key.public.to_multikey()}" for house in HOUSES for key in keys]
    methods += [f"{ATTACKER.public.did_key()}#{ATTACKER.public.to_multikey()}", HOLDER.method, methods[0] + "-jwk"]
    name, values = chance.choice(
        (
            ("verificationMethod", methods),
            (
                "cryptosuite",
                ["eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-jcs-2019", "bbs-2023", None],
            ),
            ("type", ["DataIntegrityProof", "Ed25519Signature2020", "Ed25519Signature2018", ["DataIntegrityProof"]]),
            ("proofPurpose", ["assertionMethod", "authentication", ["assertionMethod"], ""]),
            ("created", [stamp(NOW), "2099-01-01T00:00:00Z", 5, "2026-10-24", ""]),
            ("expires", [stamp(NOW), "2099-01-01T00:00:00Z", "1999-01-01T00:00:00Z", None]),
            ("challenge", ["n", ""]),
            ("domain", ["d", ["d"]]),
            ("nonce", ["x"]),
            ("previousProof", ["urn:x", []]),
            ("@context", [document.get("@context"), [], "https://www.w3.org/ns/credentials/v2"]),
            ("id", ["urn:x", document.get("id")]),
        )
    )
    if chance.random() < 0.2:
        proof.pop(chance.choice(list(proof)))
    else:
        proof[name] = chance.choice(values)


def change_signature(document: dict[str, Any], chance: random.Random) -> None:
    proof = document.get("proof")
    value = proof.get("proofValue") if isinstance(proof, dict) else None
    if not isinstance(proof, dict) or not isinstance(value, str):
        return
    try:
        signature = base58btc_decode(value[1:])
    except EdubadgesError:
        return
    changed = other_signature(signature, chance)
    proof["proofValue"] = chance.choice(
        ("z" + base58btc_encode(changed),) * 4
        + ("u" + base64url_encode(changed), "z1" + value[1:], value[1:], value + "1")
    )


def other_signature(signature: bytes, chance: random.Random) -> bytes:
    """Return signature bytes with a bit changed, cut, or of another value that is equal modulo the group order."""
    action = chance.randrange(6)
    number = bytearray(signature or b"\0")
    if action == 0:
        number[chance.randrange(len(number))] ^= 1 << chance.randrange(8)
        return bytes(number)
    if action == 1:
        return signature[:-1]
    if action == 2:
        return signature + b"\0"
    if action == 3:
        return bytes(len(signature))
    half = len(signature) // 2
    if action == 4 and half == 32:  # ECDSA: (r, n - s) is a signature of the same bytes too
        s = (_ORDER_P256 - int.from_bytes(signature[half:], "big")) % _ORDER_P256
        return signature[:half] + s.to_bytes(32, "big")
    if half == 32:  # Ed25519: S + L must not be taken for S
        s = (int.from_bytes(signature[half:], "little") + _ORDER_ED25519) % 2**256
        return signature[:half] + s.to_bytes(32, "little")
    return signature[::-1]


def sign_again(document: dict[str, Any], chance: random.Random) -> None:
    """Sign what was changed with a key that must not count, naming one that does, or its own."""
    house = chance.choice(HOUSES)
    key = chance.choice((ATTACKER, HOLDER.key, house.login, house.old, ATTACKER_P256))
    own = f"{key.public.did_key()}#{key.public.to_multikey()}"
    method = chance.choice((house.issuer.method, house.method(key), house.method(house.p256), own))
    suite = "ecdsa-rdfc-2019" if key.algorithm == "P-256" else chance.choice(("eddsa-rdfc-2022", "eddsa-jcs-2022"))
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    try:
        signed = add_proof(unsigned, sign=key.sign, cryptosuite=suite, verification_method=method, created=stamp(NOW))
    except EdubadgesError:
        return
    proof, old = signed["proof"], document.get("proof")
    document["proof"] = proof if old is None or chance.random() < 0.6 else chance.choice(([old, proof], [proof, old]))


ANYWHERE: Final[tuple[Callable[[dict[str, Any], random.Random], None], ...]] = (
    set_value,
    change_text,
    delete,
    rename,
    add_member,
    wrap,
    reorder,
    move,
    duplicate,
    swap,
    splice,
    change_contexts,
)
IN_PROOF: Final[tuple[Callable[[dict[str, Any], random.Random], None], ...]] = (
    splice_proof,
    change_proof,
    change_signature,
    sign_again,
)


# -- whole inputs -------------------------------------------------------------------------------------------------


def forge(chance: random.Random) -> tuple[str, bytes]:
    """Return the name of what was done and the bytes to hand in."""
    genuine = chance.choice(GENUINE)
    if chance.random() < 0.08:
        return f"{genuine.suite} bytes", _change_bytes(genuine.raw, chance)
    document = genuine.copy()
    done = _change(document, chance, with_proof=genuine.suite != "VC-JWT")
    if genuine.suite == "VC-JWT":
        how, data = _forge_jwt(genuine, document, chance)
        return f"VC-JWT {how}", data
    if chance.random() < 0.03:
        others = [document, *(other.copy() for other in chance.sample(GENUINE, 2) if other.suite != "VC-JWT")]
        chance.shuffle(others)
        shown = {"@context": document.get("@context"), "type": ["VerifiablePresentation"]}
        return f"{genuine.suite} presentation", dump_json({**shown, "verifiableCredential": others})
    return f"{genuine.suite} {done}", dump_json(document)


def _change(document: dict[str, Any], chance: random.Random, *, with_proof: bool) -> str:
    done = ""
    for _ in range(chance.choice((1, 1, 1, 1, 2, 2, 3, 4))):
        choices = IN_PROOF if with_proof and chance.random() < 0.3 else ANYWHERE
        forger = chance.choice(choices)
        with contextlib.suppress(KeyError, IndexError, TypeError, AttributeError):  # what it needs may be gone already
            forger(document, chance)
            done = forger.__name__
        if is_unwritable(document):
            document.clear()
            document["type"] = "VerifiableCredential"
    return done or "nothing"


def is_unwritable(document: dict[str, Any]) -> bool:
    """Say whether a document grew too large or too deep, or into itself, to be written down."""
    pending: list[tuple[Any, int]] = [(document, 0)]
    for count, (value, depth) in enumerate(pending):
        if depth > 60 or count > 5_000:
            return True
        if isinstance(value, dict | list):
            pending.extend((item, depth + 1) for item in (value.values() if isinstance(value, dict) else value))
    return False


def _change_bytes(raw: bytes, chance: random.Random) -> bytes:
    data = bytearray(raw)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(data))
        action = chance.randrange(5)
        if action == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif action == 1:
            del data[at : at + chance.randint(1, 4)]
        elif action == 2:
            data[at:at] = chance.choice(
                (b" ", b"\\u0061", b'"', b",", b"}", b"\n", b"\xef\xbb\xbf", b'"id":"x",', b"0")
            )
        elif action == 3:
            start = chance.randrange(len(data))
            data[at:at] = data[start : start + chance.randint(1, 80)]
        else:  # the same character, written as an escape
            data[at : at + 1] = b"\\u%04x" % data[at]
    return bytes(data)


def _forge_jwt(genuine: Genuine, document: dict[str, Any], chance: random.Random) -> tuple[str, bytes]:
    head, payload, signature = genuine.raw.decode().split(".")
    action = chance.randrange(6)
    if action == 0:
        return "payload", f"{head}.{jwt_part(document)}.{signature}".encode()
    if action == 1:
        other = chance.choice([g for g in GENUINE if g.suite == "VC-JWT"]).raw.decode().split(".")
        parts = [chance.choice(pair) for pair in zip((head, payload, signature), other, strict=True)]
        return "splice", ".".join(parts).encode()
    if action == 2:
        changed = base64url_encode(other_signature(base64url_decode(signature), chance))
        return "signature", f"{head}.{payload}.{changed}".encode()
    kid = chance.choice(
        (None, f"{genuine.house.method(genuine.house.p256)}-jwk", genuine.house.issuer.method, HOLDER.method)
    )
    key = chance.choice((ATTACKER, ATTACKER_P256, genuine.house.login, genuine.house.old, HOLDER.key))
    extra = chance.choice(
        ({}, {"jwk": key.public.to_jwk()}, {"alg": "none"}, {"alg": "HS256"}, {"x5u": "https://evil.example"})
    )
    if action == 3:
        return "signed by another", sign_jwt(document, key, kid, **extra).encode()
    header = {"alg": chance.choice(("none", "None", "HS256", "ES256", "EdDSA", "RS256")), "kid": kid, **extra}
    if action == 4:
        return "header", f"{jwt_part(header)}.{payload}.{signature}".encode()
    return "no signature", f"{jwt_part(header)}.{jwt_part(document)}.".encode()
