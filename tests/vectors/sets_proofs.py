"""Data Integrity proofs of W3C: every step of making them, the signatures themselves, and what is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from tests.vectors.cases import Answer, Case, VectorSet, example_words, listed, load, path_of, text_of
from vc_core.canonical import canonicalize, canonicalize_jcs
from vc_core.errors import ProofError, UnsupportedCryptosuite
from vc_core.keys import PrivateKey, PublicKey, public_key_from_multikey
from vc_core.multiformats import base58btc_decode
from vc_core.proof import document_proofs, proof_hash_data, verify_proof
from vc_core.proof.ecdsa_sd_2023 import derive_credential, verify_base_proof, verify_derived_proof

EDDSA, ECDSA, BBS = "w3c-vc-di-eddsa", "w3c-vc-di-ecdsa", "w3c-vc-di-bbs"
_NO_JCS = "`ecdsa-jcs-2019` is not made and not verified here; the canonical form of every step is ours as well"
_NO_BBS = "`bbs-2023` is not made and not verified here; it is refused by name"


def eddsa() -> VectorSet:
    steps = _folders(EDDSA, "canonDoc")
    chains = sorted(path.stem for path in path_of(EDDSA, "proof-set-chain").glob("signed*.json"))
    return VectorSet(
        EDDSA,
        "Data Integrity EdDSA cryptosuites",
        "a signed document: every step byte for byte, the same signature made again, a changed document refused",
        (*(_steps(EDDSA, folder) for folder in steps), *(_set_or_chain(name) for name in chains)),
        beside=("unsigned.json", "employmentAuth.json", "keyPair.json"),
    )


def ecdsa() -> VectorSet:
    unsupported = [folder for folder in _folders(ECDSA, "canonDoc") if "jcs" in folder]
    supported = [folder for folder in _folders(ECDSA, "canonDoc") if "jcs" not in folder]
    return VectorSet(
        ECDSA,
        "Data Integrity ECDSA cryptosuites",
        "a signed document: every step byte for byte, the signature verified, a changed document refused; "
        "selective disclosure: base proof, derived document and its proof",
        (
            *(_steps(ECDSA, folder) for folder in supported),
            *(_disclosure(name) for name in ("employ", "prc")),
            *(_unsupported_steps(folder) for folder in unsupported),
        ),
        beside=(
            *(name for name in listed(ECDSA) if "/" not in name),
            "ecdsa-sd-2023/SDKeyMaterial.json",
        ),
    )


def bbs() -> VectorSet:
    signed = [name for name in listed(BBS) if PurePosixPath(name).stem in {"addSignedSDBase", "derivedRevealDocument"}]
    return VectorSet(
        BBS,
        "Data Integrity BBS cryptosuites",
        "a signed or derived document: refused, because the suite is unknown",
        tuple(Case(name, (name,), _refused(BBS, name), Answer.NOT_SUPPORTED, _NO_BBS) for name in signed),
        beside=tuple(name for name in listed(BBS) if name not in signed),
    )


def _folders(suite: str, prefix: str) -> list[str]:
    root = path_of(suite)
    return sorted({path.parent.relative_to(root).as_posix() for path in root.glob(f"**/{prefix}*.txt")})


def _in(suite: str, folder: str) -> tuple[str, ...]:
    """Return the files of one folder, not those below it."""
    return tuple(name for name in listed(suite) if str(PurePosixPath(name).parent) == folder)


def _only(suite: str, folder: str, prefix: str) -> str:
    [name] = [name for name in _in(suite, folder) if PurePosixPath(name).name.startswith(prefix)]
    return name


def _key_of(proof: dict[str, Any]) -> PublicKey:
    return public_key_from_multikey(proof["verificationMethod"].partition("#")[2])


def _steps(suite: str, folder: str) -> Case:
    def check() -> None:
        with example_words():
            signed = _check_steps(suite, folder)
            proof = signed["proof"]
            verify_proof(signed, proof, public_key=_key_of(proof))
            expected = text_of(suite, _only(suite, folder, "combinedHash")).strip()
            data = proof_hash_data(signed, proof, algorithm=_key_of(proof).algorithm)
            assert data.hex() == expected
            if suite == EDDSA:
                key = load(EDDSA, "keyPair.json")
                assert _signature(key, data) == base58btc_decode(proof["proofValue"][1:])
            _refuses_a_change(signed)

    return Case(folder, _in(suite, folder), check)


def _unsupported_steps(folder: str) -> Case:
    def check() -> None:
        with example_words():
            _check_steps(ECDSA, folder)
            _refused(ECDSA, _only(ECDSA, folder, "signed"))()

    return Case(folder, _in(ECDSA, folder), check, Answer.NOT_SUPPORTED, _NO_JCS)


def _check_steps(suite: str, folder: str) -> dict[str, Any]:
    """Compare each value of a folder with ours, and return the signed document."""

    def given(prefix: str) -> str:
        return text_of(suite, _only(suite, folder, prefix)).strip("\n" if prefix.endswith("Hash") else "")

    signed = load(suite, _only(suite, folder, "signed"))
    proof = signed["proof"]
    document = {name: value for name, value in signed.items() if name != "proof"}
    options = load(suite, _only(suite, folder, "proofConfig"))
    name = "sha384" if "p384" in folder else "sha256"
    canonical = _canonical(folder, name)
    assert {member: value for member, value in proof.items() if member != "proofValue"} == {
        member: value for member, value in options.items() if member != "@context" or member in proof
    }
    assert canonical(document) == given("canonDoc")
    assert canonical(options) == given("proofCanon")
    hashes = [hashlib.new(name, canonical(value).encode()).hexdigest() for value in (options, document)]
    assert hashes == [given("proofHash"), given("docHash")]
    assert "".join(hashes) == given("combinedHash")
    assert given("sigBTC58").partition(",")[0].strip() == proof["proofValue"]
    assert given("sigHex").strip() == base58btc_decode(proof["proofValue"][1:]).hex()
    return signed


def _canonical(folder: str, name: str) -> Callable[[dict[str, Any]], str]:
    if "jcs" in folder:
        return lambda value: canonicalize_jcs(value).decode()
    return lambda value: canonicalize(value, hash_name=name)


def _signature(pair: dict[str, str], data: bytes) -> bytes:
    key = PrivateKey.from_bytes("Ed25519", base58btc_decode(pair["privateKeyMultibase"][1:])[2:])
    assert key.public.to_multikey() == pair["publicKeyMultibase"]
    return key.sign(data)


def _refuses_a_change(signed: dict[str, Any]) -> None:
    try:
        verify_proof({**signed, "id": "urn:uuid:another"}, signed["proof"], public_key=_key_of(signed["proof"]))
    except ProofError:
        return
    raise AssertionError("a changed document was taken")


def _set_or_chain(name: str) -> Case:
    """Sets: every proof by itself. Chains: each proof is over those it builds on, given as a document of its own."""
    kind = name.removeprefix("signed")[:-1]
    number = int(name[-1])
    prefix = kind[0].lower() + kind[1:]
    files = [f"proof-set-chain/{part}" for part in (f"{name}.json", "unsigned.json", "multiKeyPairs.json")]
    steps = [f"proof-set-chain/{prefix}{part}{number}.json" for part in ("Config", "ConfigSigned", "TempDoc")]
    files += [step for step in steps if path_of(EDDSA, step).is_file()]

    def check() -> None:
        signed = load(EDDSA, files[0])
        pairs = {
            pair["publicKeyMultibase"]: pair for pair in load(EDDSA, "proof-set-chain/multiKeyPairs.json").values()
        }
        proofs = document_proofs(signed)
        assert {k: v for k, v in signed.items() if k != "proof"} == load(EDDSA, "proof-set-chain/unsigned.json")
        with example_words():
            for proof in proofs:
                verify_proof(signed, proof, public_key=_key_of(proof))
                signature = _signature(pairs[_key_of(proof).to_multikey()], proof_hash_data(signed, proof))
                assert signature == base58btc_decode(proof["proofValue"][1:])
        last = load(EDDSA, steps[1])
        assert proofs[-1] == last
        assert load(EDDSA, steps[0]) == {member: value for member, value in last.items() if member != "proofValue"}
        if steps[2] in files:
            named = last["previousProof"] if isinstance(last["previousProof"], list) else [last["previousProof"]]
            assert [proof["id"] for proof in document_proofs(load(EDDSA, steps[2]))] == named

    return Case(f"proof-set-chain/{name}", tuple(files), check)


def _disclosure(name: str) -> Case:
    """Every single step of these two is compared in `test_vectors_ecdsa_sd`."""
    folder = f"ecdsa-sd-2023/{name}"
    selective = {"employ": "employSelective.json", "prc": "prCredSelective.json"}[name]

    def check() -> None:
        with example_words():
            base, shown = (load(ECDSA, folder, f"{step}.json") for step in ("addSignedSDBase", "derivedRevealDocument"))
            verify_base_proof(base, base["proof"], public_key=_key_of(base["proof"]))
            assert derive_credential(base, selective_pointers=load(ECDSA, selective)) == shown
            verify_derived_proof(shown, shown["proof"], public_key=_key_of(shown["proof"]))
            _refuses_a_change(shown)

    return Case(folder, _in(ECDSA, folder), check)


def _refused(suite: str, name: str) -> Callable[[], None]:
    def check() -> None:
        document = load(suite, name)
        try:
            verify_proof(document, document["proof"], public_key=PrivateKey.generate("P-256").public)
        except UnsupportedCryptosuite:
            return
        raise AssertionError("a proof of an unknown suite was taken")

    return check
