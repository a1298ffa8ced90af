"""Tree heads of the log as signed notes (C2SP tlog-checkpoint), with the moment they were made in an extension line.

example.org/signing-log
42
<base64 of the root>
time 2026-11-24T02:00:00Z

— example.org/signing-log <base64 of key id and signature>
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from vc_core.errors import MalformedInput
from vc_core.keys import PrivateKey, PublicKey
from vc_core.trust.merkle import HASH_BYTES, MAX_SIZE, ReceiptError

MAX_TEXT = 8_192
MAX_SIGNATURES = 16
_ED25519 = b"\x01"
_NAME = re.compile(r"[!-*,-~]{1,200}")  # visible ASCII without '+', which notes keep for keys
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_TIME = re.compile(r"time (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")
_SIGNATURE = re.compile(r"— ([!-*,-~]{1,200}) ([A-Za-z0-9+/=]{4,400})")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the log said of itself at a moment."""

    origin: str
    """The name of the log, an address without a scheme."""
    size: int
    root: bytes
    at: datetime
    """To the second."""

    def body(self) -> bytes:
        """Return the text that is signed."""
        moment = self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\ntime {moment}\n".encode()


def sign_checkpoint(checkpoint: Checkpoint, *, name: str, key: PrivateKey) -> str:
    """Return the signed note.

    Raises:
        ReceiptError: the name or the origin cannot stand in a note, or the key is not Ed25519.
    """
    if key.algorithm != "Ed25519" or not _NAME.fullmatch(name) or not _NAME.fullmatch(checkpoint.origin):
        raise ReceiptError("A tree head is signed by an Ed25519 key, under a name in visible characters.")
    body = checkpoint.body()
    signed = _key_id(name, key.public) + key.sign(body)
    return f"{body.decode()}\n— {name} {base64.b64encode(signed).decode()}\n"


def open_checkpoint(text: str, *, origin: str, keys: Mapping[str, PublicKey], threshold: int = 1) -> Checkpoint:
    """Return the tree head in a signed note, when enough of the keys signed it.

    Args:
        text: the note.
        origin: the log it must be of.
        keys: by the name they sign under; signatures of others are passed over.
        threshold: how many of these keys must have signed.

    Raises:
        ReceiptError: it is another log's, is not written in its one form, or too few signed it.
    """
    if len(text) > MAX_TEXT or not text.endswith("\n") or text.count("\n\n") != 1:
        raise ReceiptError("The tree head is not a signed note.")
    body, _, rest = text.partition("\n\n")
    lines = rest[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise ReceiptError("The tree head has too many signatures.")
    checkpoint = _read_body(body)
    if checkpoint.origin != origin:
        raise ReceiptError("The tree head is of another log.")
    signed_by = {name for line in lines if (name := _signer(line, checkpoint.body(), keys)) is not None}
    if len(signed_by) < max(threshold, 1):
        raise ReceiptError("The tree head is not signed by the log.")
    return checkpoint


def _read_body(body: str) -> Checkpoint:
    lines = body.split("\n")
    if len(lines) != 4 or not _NAME.fullmatch(lines[0]) or not _SIZE.fullmatch(lines[1]):
        raise ReceiptError("The tree head is not written in its one form.")
    moment = _TIME.fullmatch(lines[3])
    try:
        root = base64.b64decode(lines[2], validate=True)
        at = datetime.fromisoformat(moment.group(1)) if moment else None
    except (binascii.Error, ValueError) as error:
        raise ReceiptError("The tree head is not written in its one form.") from error
    size = int(lines[1])
    if at is None or len(root) != HASH_BYTES or base64.b64encode(root).decode() != lines[2] or size > MAX_SIZE:
        raise ReceiptError("The tree head is not written in its one form.")
    return Checkpoint(lines[0], size, root, at)


def _signer(line: str, body: bytes, keys: Mapping[str, PublicKey]) -> str | None:
    """Return who signed with this line; None when it is nobody we know.

    Raises:
        ReceiptError: one we know did not make it, or it is no signature line.
    """
    match = _SIGNATURE.fullmatch(line)
    if match is None:
        raise ReceiptError("A signature line of the tree head cannot be read.")
    name = match.group(1)
    key = keys.get(name)
    if key is None:
        return None
    try:
        raw = base64.b64decode(match.group(2), validate=True)
    except binascii.Error as error:
        raise ReceiptError("A signature line of the tree head cannot be read.") from error
    if raw[:4] != _key_id(name, key):
        return None  # an older or newer key of that name
    if not key.verify(body, raw[4:]):
        raise ReceiptError("A signature of the tree head does not hold.")
    return name


def _key_id(name: str, key: PublicKey) -> bytes:
    if key.algorithm != "Ed25519":
        raise MalformedInput("Keys of a log are Ed25519.")
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + key.raw).digest()[:4]
