"""The keys of the trust repository: those of the root lie apart and offline, the others with who publishes.

The root's keys are needed to begin, to replace keys, and once a year; everything else is signed with the online ones.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner

from vc_core.errors import EdubadgesError
from vc_core.keys import PrivateKey

ONLINE = ("targets", "snapshot", "timestamp")
ROOT_KEYS = 3
ROOT_THRESHOLD = 2


class TrustKeysUnusable(EdubadgesError):
    """A key file is missing, damaged, or readable by others."""

    title = "The keys of the trust repository cannot be used"
    code = "trust-keys-unusable"


@dataclass(frozen=True, slots=True)
class RootKeys:
    """The keys of the root, and how many of them must sign."""

    signers: tuple[CryptoSigner, ...]
    threshold: int


@dataclass(frozen=True, slots=True)
class OnlineKeys:
    """One key for each role that is signed every day or at every change."""

    targets: CryptoSigner
    snapshot: CryptoSigner
    timestamp: CryptoSigner


def make_root_keys(folder: Path, *, count: int = ROOT_KEYS, threshold: int = ROOT_THRESHOLD) -> RootKeys:
    """Make the keys of the root in a folder that is to be kept offline, or read those that are there.

    Raises:
        TrustKeysUnusable: a file that is there cannot be used.
    """
    signers = tuple(_made(folder / f"root-{number}.pem") for number in range(1, count + 1))
    return RootKeys(signers, threshold)


def make_online_keys(folder: Path) -> OnlineKeys:
    """Make the online keys, or read those that are there.

    Raises:
        TrustKeysUnusable: a file that is there cannot be used.
    """
    return OnlineKeys(*(_made(folder / f"{role}.pem") for role in ONLINE))


def make_own_key(folder: Path, name: str) -> PrivateKey:
    """Make an Ed25519 key of the registry's own, or read the one that is there.

    Raises:
        TrustKeysUnusable: a file that is there cannot be used.
    """
    return PrivateKey.from_bytes("Ed25519", _read(folder / f"{name}.pem").private_bytes_raw())


def _made(path: Path) -> CryptoSigner:
    return CryptoSigner(_read(path))


def _read(path: Path) -> Ed25519PrivateKey:
    """Return the key in a file; a file that is not there is made."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
    if path.stat().st_mode & 0o077:
        raise TrustKeysUnusable(f"Others may read {path.name}. Take that right away, and replace the key.")
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise TrustKeysUnusable(f"{path.name} is not a private key.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise TrustKeysUnusable(f"{path.name} is not an Ed25519 key.")
    return key
