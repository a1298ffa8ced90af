"""Read a private key from a file that nobody else can read. Keys are never taken from the command line.

A file is a private JWK (RFC 7517, RFC 8037) or an unencrypted PKCS#8 PEM, of Ed25519, P-256 or P-384. Institutions'
keys do not live in files: they live in the agent.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from vc_core.errors import EdubadgesError, MalformedInput
from vc_core.json_text import JsonObject, parse_json_object
from vc_core.keys import PrivateKey
from vc_core.multiformats import base64url_decode

MAX_KEY_BYTES = 16_384


class UnsafeKeyFile(EdubadgesError):
    """Others on this machine can read or change the key, or it is somebody else's file."""

    title = "The key file is not safe"
    code = "unsafe-key-file"


def read_signing_key(path: Path) -> PrivateKey:
    """Return the key in a file.

    Raises:
        UnsafeKeyFile: not a plain file, not ours, or open to others.
        MalformedInput: there is no usable private key in it.
    """
    data = _read_private(path)
    if data.lstrip().startswith(b"{"):
        return _of_jwk(parse_json_object(data, max_bytes=MAX_KEY_BYTES, max_depth=4))
    return _of_pem(data)


def _read_private(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise UnsafeKeyFile(f"The key file cannot be opened ({error.strerror}).") from error
    try:
        _check_private(os.fstat(handle))  # of what was opened, so that nothing can be put in its place in between
        data = os.read(handle, MAX_KEY_BYTES + 1)
    finally:
        os.close(handle)
    if len(data) > MAX_KEY_BYTES:
        raise MalformedInput("The key file is too large to be a key.")
    return data


def _check_private(state: os.stat_result) -> None:
    if not stat.S_ISREG(state.st_mode):
        raise UnsafeKeyFile("The key is not in a plain file.")
    if state.st_uid != os.geteuid():
        raise UnsafeKeyFile("The key file belongs to somebody else.")
    if state.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UnsafeKeyFile("Others may read or change the key file. Close it first: chmod 600.")


def _of_jwk(jwk: JsonObject) -> PrivateKey:
    kind, curve, secret, public = (jwk.get(member) for member in ("kty", "crv", "d", "x"))
    if not isinstance(secret, str):
        raise MalformedInput("The JWK holds no private key.")
    if kind == "OKP" and curve == "Ed25519":
        key = PrivateKey.from_bytes("Ed25519", base64url_decode(secret))
    elif kind == "EC" and curve == "P-256":
        key = PrivateKey.from_bytes("P-256", base64url_decode(secret))
    elif kind == "EC" and curve == "P-384":
        key = PrivateKey.from_bytes("P-384", base64url_decode(secret))
    else:
        raise MalformedInput("The kind of key is not supported: Ed25519, P-256 or P-384.")
    if public is not None and public != key.public.to_jwk()["x"]:
        raise MalformedInput("The public part of the JWK belongs to another key.")
    return key


def _of_pem(data: bytes) -> PrivateKey:
    try:
        handle = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise MalformedInput("The file holds no private key that can be read without a password.") from error
    if isinstance(handle, ed25519.Ed25519PrivateKey):
        return PrivateKey.from_bytes("Ed25519", handle.private_bytes_raw())
    if isinstance(handle, ec.EllipticCurvePrivateKey):
        secret = handle.private_numbers().private_value
        if isinstance(handle.curve, ec.SECP256R1):
            return PrivateKey.from_bytes("P-256", secret.to_bytes(32, "big"))
        if isinstance(handle.curve, ec.SECP384R1):
            return PrivateKey.from_bytes("P-384", secret.to_bytes(48, "big"))
    raise MalformedInput("The kind of key is not supported: Ed25519, P-256 or P-384.")
