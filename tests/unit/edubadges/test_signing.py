"""`edubadges sign`: the key's file, what is signed and what is not, and where it goes."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
import typer
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from typer.testing import CliRunner

from edubadges.cli_sign import sign_command
from edubadges.signing_key import UnsafeKeyFile, read_signing_key
from tests.bench.badges import KEY, METHOD, unsigned_badge
from vc_core.errors import EdubadgesError, KeyReferenceError, MalformedInput, ProofError
from vc_core.keys import PrivateKey
from vc_core.proof import add_proof, verify_proof
from vc_core.proof.batch import BatchSigner

CREATED = "2026-11-23T10:00:00Z"
app = typer.Typer()
app.command("sign")(sign_command)


def kept(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    path.chmod(0o600)
    return path


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return kept(tmp_path / "key.jwk", json.dumps(KEY.to_private_jwk()))


def lines(*documents: Any) -> bytes:
    return b"\n".join(item if isinstance(item, bytes) else json.dumps(item).encode() for item in documents)


def run(key_file: Path, out: object, *arguments: str, stdin: bytes, method: str = METHOD) -> Any:
    options = ["--key", str(key_file), "--verification-method", method, "--out", str(out), "--created", CREATED]
    return CliRunner().invoke(app, ["-", *options, "--workers", "2", *arguments], input=stdin)


# --- the key --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["Ed25519", "P-256", "P-384"])
def test_a_key_is_read_from_its_own_file(algorithm: Any, tmp_path: Path) -> None:
    key = PrivateKey.generate(algorithm)

    found = read_signing_key(kept(tmp_path / "key", json.dumps(key.to_private_jwk())))

    assert (found.algorithm, found.to_bytes()) == (algorithm, key.to_bytes())


def pem(key: Any, password: bytes | None = None) -> bytes:
    how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    data: bytes = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
    return data


def test_a_key_is_read_from_pem(tmp_path: Path) -> None:
    ed, p256, p384 = (
        ed25519.Ed25519PrivateKey.generate(),
        *(ec.generate_private_key(curve()) for curve in (ec.SECP256R1, ec.SECP384R1)),
    )
    found = [read_signing_key(kept(tmp_path / f"k{n}", pem(key))) for n, key in enumerate((ed, p256, p384))]

    assert [key.algorithm for key in found] == ["Ed25519", "P-256", "P-384"]
    assert found[0].to_bytes() == ed.private_bytes_raw()
    assert int.from_bytes(found[1].to_bytes(), "big") == p256.private_numbers().private_value


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_key_that_others_can_reach_is_refused(mode: int, key_file: Path) -> None:
    key_file.chmod(mode)

    with pytest.raises(UnsafeKeyFile):
        read_signing_key(key_file)


def test_a_key_that_is_no_plain_file_of_ours_is_refused(key_file: Path, tmp_path: Path) -> None:
    link, pipe = tmp_path / "link", tmp_path / "pipe"
    key_file.chmod(0o644)
    link.symlink_to(key_file)  # what counts is the file it leads to
    os.mkfifo(pipe, 0o600)

    for path in (link, pipe, tmp_path, tmp_path / "nothing"):
        with pytest.raises(UnsafeKeyFile):
            read_signing_key(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b'{"kty":"OKP","crv":"X25519","d":"AA"}',
        b'{"kty":"OKP","crv":"Ed25519","d":"AA"}',
        b'{"kty":"OKP","crv":"Ed25519","d":5}',
        b'{"kty":"RSA","d":"AA"}',
        json.dumps({**KEY.to_private_jwk(), "x": PrivateKey.generate().public.to_jwk()["x"]}).encode(),
        json.dumps(KEY.public.to_jwk()).encode(),
        pem(ed25519.Ed25519PrivateKey.generate(), b"secret"),
        pem(rsa.generate_private_key(65_537, 2_048)),
        pem(ec.generate_private_key(ec.SECP256K1())),
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        b"x" * 20_000,
    ],
)
def test_what_is_no_usable_key_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(MalformedInput):
        read_signing_key(kept(tmp_path / "key", content))


# --- one document after another -------------------------------------------------------------------------------------


def test_many_are_signed_as_each_would_be() -> None:
    documents = [unsigned_badge(n) for n in range(12)]
    signer = BatchSigner(KEY, verification_method=METHOD, created=CREATED)

    expected = [
        add_proof(document, sign=KEY.sign, cryptosuite="eddsa-rdfc-2022", verification_method=METHOD, created=CREATED)
        for document in documents
    ]

    assert signer.secure_each(documents) == expected
    assert [signer.secure(document) for document in documents] == expected


def test_one_that_cannot_be_signed_leaves_the_others_alone() -> None:
    good = unsigned_badge(1)
    stranger = {**good, "issuer": "did:web:elsewhere.example"}
    signer = BatchSigner(KEY, verification_method=METHOD, created=CREATED)

    found = signer.secure_each([good, stranger, {**good, "nonsense": 1}, signer.secure(good), {}, good])

    kinds = [type(item).__name__ if isinstance(item, EdubadgesError) else "signed" for item in found]
    assert kinds == ["signed", "ProofError", "DataLossDetected", "ProofError", "MalformedInput", "signed"]


@pytest.mark.parametrize(
    "method",
    [
        "did:web:a.example",
        "did:web:a.example#",
        "nothing#key",
        "did:web:a.example#" + PrivateKey.generate().public.to_multikey(),
        PrivateKey.generate().public.did_key() + "#key",
    ],
    ids=["no key", "an empty name", "no DID", "another key", "another did:key"],
)
def test_a_key_does_not_sign_under_the_name_of_another(method: str) -> None:
    with pytest.raises(KeyReferenceError):
        BatchSigner(KEY, verification_method=method, created=CREATED)


@pytest.mark.parametrize("algorithm", ["P-256", "P-384"])
def test_other_keys_make_the_proof_of_their_kind(algorithm: Any) -> None:
    key = PrivateKey.generate(algorithm)
    method = f"{key.public.did_key()}#{key.public.to_multikey()}"
    document = {**unsigned_badge(), "issuer": {"id": key.public.did_key(), "type": ["Profile"], "name": "x"}}

    [secured] = BatchSigner(key, verification_method=method, created=CREATED).secure_each([document])

    assert isinstance(secured, dict)
    proof: Any = secured["proof"]
    assert proof["cryptosuite"] == "ecdsa-rdfc-2019"
    verify_proof(secured, proof, public_key=key.public)
    with pytest.raises(ProofError):
        verify_proof({**secured, "name": "y"}, proof, public_key=key.public)


# --- the command ----------------------------------------------------------------------------------------------------


def test_signed_credentials_come_out_in_order(key_file: Path, tmp_path: Path) -> None:
    documents = [unsigned_badge(n) for n in range(200)]  # several blocks
    out = tmp_path / "signed.jsonl"

    result = run(key_file, out, stdin=lines(*documents))

    assert result.exit_code == 0, result.output
    assert "200 signed" in result.output
    signed = [json.loads(line) for line in out.read_bytes().splitlines()]
    assert [{name: value for name, value in item.items() if name != "proof"} for item in signed] == documents
    for item in signed:
        verify_proof(item, item["proof"], public_key=KEY.public)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert not (tmp_path / "signed.jsonl.part").exists()


def test_what_is_wrong_is_told_for_each_line(key_file: Path, tmp_path: Path) -> None:
    wrong = unsigned_badge(1)
    del wrong["credentialSubject"]["achievement"]["criteria"]  # type: ignore[index, union-attr, arg-type, call-overload]
    stranger: Any = unsigned_badge(2)
    stranger["issuer"]["id"] = "did:web:elsewhere.example"
    stdin = lines(unsigned_badge(0), b"", wrong, b"no", stranger, b"x" * 1_000_001, unsigned_badge(3))
    folder = tmp_path / "out"

    result = run(key_file, folder, "--json", stdin=stdin)

    *told, summary = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1, result.output
    assert [(item["name"], item["signed"]) for item in told] == [
        ("-:1", True),
        ("-:3", False),
        ("-:4", False),
        ("-:5", False),
        ("-:6", False),
        ("-:7", True),
    ]
    assert told[1]["problems"][0]["pointer"].startswith("/credentialSubject/achievement")
    assert [item["problems"][0]["code"] for item in told[2:5]] == ["malformed-input", "proof-invalid", "limit-exceeded"]
    assert (summary["signed"], summary["refused"], summary["complete"]) == (2, 4, True)
    assert sorted(path.name for path in folder.iterdir()) == ["00000001.json", "00000007.json"]
    assert told[0]["out"] == str(folder / "00000001.json")


def test_findings_may_be_allowed(key_file: Path, tmp_path: Path) -> None:
    badge: Any = unsigned_badge(1)
    del badge["credentialSubject"]["achievement"]["criteria"]

    refused = run(key_file, tmp_path / "a.jsonl", "--lang", "nl", stdin=lines(badge))
    allowed = run(key_file, tmp_path / "b.jsonl", "--allow-findings", stdin=lines(badge))

    assert (refused.exit_code, allowed.exit_code) == (1, 0)
    assert "1 niet ondertekend" in refused.output
    assert "1 signed" in allowed.output
    assert "criteria" in allowed.output


def test_nothing_is_overwritten(key_file: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken.jsonl"
    taken.write_text("mine")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "00000001.json").write_text("mine")

    assert run(key_file, taken, stdin=lines(unsigned_badge())).exit_code == 2
    assert run(key_file, folder, stdin=lines(unsigned_badge())).exit_code != 0
    assert run(key_file, taken / "below", stdin=lines(unsigned_badge())).exit_code == 2
    assert taken.read_text() == (folder / "00000001.json").read_text() == "mine"


def test_credentials_may_go_to_standard_output(key_file: Path) -> None:
    result = run(key_file, "-", "--json", stdin=lines(unsigned_badge(0), b"no"))

    assert json.loads(result.stdout)["proof"]["verificationMethod"] == METHOD
    assert [json.loads(line).get("signed") for line in result.stderr.splitlines()] == [True, False, 1]


@pytest.mark.parametrize(
    "arguments", [("--created", "yesterday"), ("--verification-method", "did:web:a.example#zOther"), ("--lang", "fr")]
)
def test_what_cannot_be_begun_exits_two(arguments: tuple[str, ...], key_file: Path, tmp_path: Path) -> None:
    result = run(key_file, tmp_path / "o.jsonl", *arguments, stdin=lines(unsigned_badge()))

    assert result.exit_code == 2
    assert not (tmp_path / "o.jsonl").exists()


def test_the_key_is_shown_nowhere(key_file: Path, tmp_path: Path) -> None:
    from edubadges.signing import SignSetup

    setup = SignSetup.of(KEY, verification_method=METHOD, created=CREATED, allow_findings=False, lang="en")
    result = run(key_file, tmp_path / "o.jsonl", "--json", stdin=lines(unsigned_badge(), b"no"))

    secret = KEY.to_private_jwk()["d"]
    assert repr(KEY.to_bytes()) not in repr(setup)
    assert secret not in result.output + repr(setup)
