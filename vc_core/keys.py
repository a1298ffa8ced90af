"""Public keys as Multikey, JWK and did:key, and what they can verify; private keys for tests and small own needs.

An institution's keys are not here: they live in ACA-Py. Which key may be used for what is decided in `did.document`.
Ed25519 goes through libsodium (1.6 times faster), P-256, P-384 and RSA through OpenSSL.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Literal, Self, assert_never

import nacl.exceptions
import nacl.signing
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from nacl.bindings import crypto_core_ed25519_is_valid_point

from vc_core.errors import MalformedInput
from vc_core.multiformats import (
    base64url_decode,
    base64url_encode,
    multibase_decode,
    multibase_encode_base58btc,
    varint_decode,
    varint_encode,
)

type Algorithm = Literal["Ed25519", "P-256", "P-384", "RSA"]

# https://github.com/multiformats/multicodec: code, name, length of the raw key
_CODECS: dict[int, tuple[Algorithm, int | None]] = {
    0xED: ("Ed25519", 32),
    0x1200: ("P-256", 33),
    0x1201: ("P-384", 49),
    0x1205: ("RSA", None),
}
_CODE_OF: dict[Algorithm, int] = {algorithm: code for code, (algorithm, _) in _CODECS.items()}
_CURVES: dict[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1()}
_CURVE_HASH: dict[str, hashes.HashAlgorithm] = {"P-256": hashes.SHA256(), "P-384": hashes.SHA384()}
_CURVE_BYTES = {"P-256": 32, "P-384": 48}
_RSA_BITS = range(2048, 8193)
_MAX_REMEMBERED = 1_024


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key that can verify signatures; equal keys are equal values."""

    algorithm: Algorithm
    raw: bytes
    """Ed25519: 32 bytes; curves: compressed point; RSA: DER of PKCS#1 RSAPublicKey."""
    _handle: object = field(default=None, repr=False, compare=False)

    def did_key(self) -> str:
        """Return the did:key of this key."""
        return "did:key:" + self.to_multikey()

    def to_multikey(self) -> str:
        """Return the Multikey text, `z…`."""
        return multibase_encode_base58btc(varint_encode(_CODE_OF[self.algorithm]) + self.raw)

    def to_jwk(self) -> dict[str, str]:
        """Return the public JWK (RFC 7517), without `alg`, `use` and `kid`."""
        if self.algorithm == "Ed25519":
            return {"kty": "OKP", "crv": "Ed25519", "x": base64url_encode(self.raw)}
        if self.algorithm == "RSA":
            numbers = self._rsa().public_numbers()
            return {"kty": "RSA", "n": _base64url_uint(numbers.n), "e": _base64url_uint(numbers.e)}
        point = self._ec().public_numbers()
        size = _CURVE_BYTES[self.algorithm]
        return {
            "kty": "EC",
            "crv": self.algorithm,
            "x": base64url_encode(point.x.to_bytes(size, "big")),
            "y": base64url_encode(point.y.to_bytes(size, "big")),
        }

    def to_pem(self) -> bytes:
        """Return SubjectPublicKeyInfo in PEM, for libraries that ask for it (RSA and the curves)."""
        key = self._rsa() if self.algorithm == "RSA" else self._ec()
        return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Say whether `signature` over `message` was made by this key.

        Ed25519: 64 bytes. Curves: r and s, one after the other (IEEE P1363), SHA-256 or SHA-384. RSA: PKCS#1 v1.5
        with SHA-256 (RS256).
        """
        match self.algorithm:
            case "Ed25519":
                return self._verify_ed25519(message, signature)
            case "P-256" | "P-384":
                return self._verify_ecdsa(message, signature)
            case "RSA":
                return self._verify_rsa(message, signature)
            case _:
                assert_never(self.algorithm)

    def _verify_ed25519(self, message: bytes, signature: bytes) -> bool:
        if len(signature) != 64:
            return False
        try:
            nacl.signing.VerifyKey(self.raw).verify(message, signature)
        except nacl.exceptions.BadSignatureError:
            return False
        return True

    def _verify_ecdsa(self, message: bytes, signature: bytes) -> bool:
        size = _CURVE_BYTES[self.algorithm]
        if len(signature) != 2 * size:
            return False
        der = encode_dss_signature(int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big"))
        try:
            self._ec().verify(der, message, ec.ECDSA(_CURVE_HASH[self.algorithm]))
        except InvalidSignature:
            return False
        return True

    def _verify_rsa(self, message: bytes, signature: bytes) -> bool:
        try:
            self._rsa().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True

    def _ec(self) -> ec.EllipticCurvePublicKey:
        if isinstance(self._handle, ec.EllipticCurvePublicKey):
            return self._handle
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[self.algorithm], self.raw)

    def _rsa(self) -> rsa.RSAPublicKey:
        if isinstance(self._handle, rsa.RSAPublicKey):
            return self._handle
        return _load_rsa(self.raw)


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key in memory: tests, vectors, the local signer, and the verifier's own request key."""

    algorithm: Literal["Ed25519", "P-256", "P-384"]
    public: PublicKey
    _handle: nacl.signing.SigningKey | ec.EllipticCurvePrivateKey = field(repr=False, compare=False)

    @classmethod
    def generate(cls, algorithm: Literal["Ed25519", "P-256", "P-384"] = "Ed25519") -> Self:
        """Make a new key."""
        if algorithm == "Ed25519":
            return cls._of_ed25519(nacl.signing.SigningKey.generate())
        return cls._of_curve(ec.generate_private_key(_CURVES[algorithm]), algorithm)

    @classmethod
    def from_bytes(cls, algorithm: Literal["Ed25519", "P-256", "P-384"], secret: bytes) -> Self:
        """Make a key from its secret: the 32-byte seed of Ed25519, or the big-endian scalar of a curve.

        Raises:
            MalformedInput: not a secret for this algorithm.
        """
        if algorithm == "Ed25519":
            if len(secret) != 32:
                raise MalformedInput("An Ed25519 secret has 32 bytes.")
            return cls._of_ed25519(nacl.signing.SigningKey(secret))
        if len(secret) != _CURVE_BYTES[algorithm]:
            raise MalformedInput("The secret has another length than the curve.")
        try:
            handle = ec.derive_private_key(int.from_bytes(secret, "big"), _CURVES[algorithm])
        except ValueError as error:
            raise MalformedInput("The secret does not lie on the curve.") from error
        return cls._of_curve(handle, algorithm)

    @classmethod
    def _of_ed25519(cls, handle: nacl.signing.SigningKey) -> Self:
        return cls("Ed25519", PublicKey("Ed25519", bytes(handle.verify_key)), handle)

    @classmethod
    def _of_curve(cls, handle: ec.EllipticCurvePrivateKey, algorithm: Literal["P-256", "P-384"]) -> Self:
        return cls(algorithm, _of_point(handle.public_key(), algorithm), handle)

    def to_bytes(self) -> bytes:
        """Return the secret, in the form `from_bytes` reads."""
        if isinstance(self._handle, nacl.signing.SigningKey):
            return bytes(self._handle)
        return self._handle.private_numbers().private_value.to_bytes(_CURVE_BYTES[self.algorithm], "big")

    def to_private_jwk(self) -> dict[str, str]:
        """Return the private JWK; keep it out of logs and answers."""
        return {**self.public.to_jwk(), "d": base64url_encode(self.to_bytes())}

    def sign(self, message: bytes) -> bytes:
        """Return a signature in the form `PublicKey.verify` takes."""
        if isinstance(self._handle, nacl.signing.SigningKey):
            return self._handle.sign(message).signature
        r, s = decode_dss_signature(self._handle.sign(message, ec.ECDSA(_CURVE_HASH[self.algorithm])))
        size = _CURVE_BYTES[self.algorithm]
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def public_key_from_raw(algorithm: Algorithm, raw: bytes) -> PublicKey:
    """Return the key with these bytes: Ed25519 32, curves a compressed point, RSA a PKCS#1 DER.

    Raises:
        MalformedInput: not a key of this algorithm, or a weak one.
    """
    match algorithm:
        case "Ed25519":
            if len(raw) != 32 or not crypto_core_ed25519_is_valid_point(raw):
                raise MalformedInput("The text does not hold a usable Ed25519 key.")
            return PublicKey("Ed25519", raw)
        case "P-256" | "P-384":
            if len(raw) != _CURVE_BYTES[algorithm] + 1:
                raise MalformedInput(f"The text does not hold a {algorithm} key.")
            try:
                handle = ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[algorithm], raw)
            except ValueError as error:
                raise MalformedInput(f"The text does not hold a {algorithm} key.") from error
            return PublicKey(algorithm, raw, handle)
        case "RSA":
            return PublicKey("RSA", raw, _load_rsa(raw))
        case _:
            assert_never(algorithm)


def public_key_from_multikey(text: str) -> PublicKey:
    """Return the key of a Multikey text (`z…`, Controlled Identifiers 1.0, 2.2.2).

    Raises:
        MalformedInput: not a multikey, another kind of key, or another length.
    """
    return _read_multikey(text)


@functools.lru_cache(maxsize=_MAX_REMEMBERED)  # whether the point lies on the curve takes half as long as a signature
def _read_multikey(text: str) -> PublicKey:
    code, raw = varint_decode(multibase_decode(text))
    if code not in _CODECS:
        raise MalformedInput("The kind of key is not supported.")
    algorithm, length = _CODECS[code]
    if length is not None and len(raw) != length:
        raise MalformedInput(f"A {algorithm} key has {length} bytes.")
    return public_key_from_raw(algorithm, raw)


def public_key_from_jwk(jwk: object) -> PublicKey:
    """Return the key of a public JWK (RFC 7517, 7518, 8037).

    Raises:
        MalformedInput: not a JWK, a private or symmetric one, or a kind that is not supported.
    """
    if not isinstance(jwk, dict):
        raise MalformedInput("A JWK is a JSON object.")
    if any(member in jwk for member in ("d", "p", "q", "dp", "dq", "qi", "k", "oth")):
        raise MalformedInput("The JWK holds a secret.")
    kind, curve = jwk.get("kty"), jwk.get("crv")
    if kind == "OKP" and curve == "Ed25519":
        return public_key_from_raw("Ed25519", _jwk_bytes(jwk, "x", 32))
    if kind == "EC" and curve == "P-256":
        return _from_coordinates(jwk, "P-256")
    if kind == "EC" and curve == "P-384":
        return _from_coordinates(jwk, "P-384")
    if kind == "RSA":
        return _from_rsa_numbers(jwk)
    raise MalformedInput("The kind of key is not supported.")


def _from_coordinates(jwk: dict[str, object], algorithm: Literal["P-256", "P-384"]) -> PublicKey:
    size = _CURVE_BYTES[algorithm]
    point = b"\x04" + _jwk_bytes(jwk, "x", size) + _jwk_bytes(jwk, "y", size)
    try:
        handle = ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[algorithm], point)
    except ValueError as error:
        raise MalformedInput(f"The JWK does not hold a {algorithm} key.") from error
    return _of_point(handle, algorithm)


def _from_rsa_numbers(jwk: dict[str, object]) -> PublicKey:
    modulus = int.from_bytes(_jwk_bytes(jwk, "n", None), "big")
    exponent = int.from_bytes(_jwk_bytes(jwk, "e", None), "big")
    if modulus.bit_length() not in _RSA_BITS or not 2 < exponent < 2**33 or not exponent % 2:
        raise MalformedInput("The RSA key is not of a usable size.")
    try:
        handle = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError as error:
        raise MalformedInput("The JWK does not hold an RSA key.") from error
    raw = handle.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    return PublicKey("RSA", raw, handle)


def _load_rsa(raw: bytes) -> rsa.RSAPublicKey:
    try:
        handle = serialization.load_der_public_key(raw)
    except ValueError as error:
        raise MalformedInput("The text does not hold an RSA key.") from error
    if not isinstance(handle, rsa.RSAPublicKey) or handle.key_size not in _RSA_BITS:
        raise MalformedInput("The RSA key is not of a usable size.")
    return handle


def _of_point(handle: ec.EllipticCurvePublicKey, algorithm: Literal["P-256", "P-384"]) -> PublicKey:
    raw = handle.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
    return PublicKey(algorithm, raw, handle)


def _jwk_bytes(jwk: dict[str, object], member: str, length: int | None) -> bytes:
    text = jwk.get(member)
    if not isinstance(text, str) or len(text) > 1_500:
        raise MalformedInput(f"The JWK has no usable member {member!r}.")
    data = base64url_decode(text)
    if length is not None and len(data) != length:
        raise MalformedInput(f"The JWK member {member!r} has another length than the curve.")
    return data


def _base64url_uint(number: int) -> str:
    return base64url_encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))
