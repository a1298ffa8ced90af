"""Read back what was published before it is built upon, and refuse what is not ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from securesystemslib.exceptions import UnverifiedSignatureError, VerificationError
from securesystemslib.signer import Signature
from tuf.api.exceptions import StorageError
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp
from tuf.api.serialization import DeserializationError

from did_registry.trust_pack.keys import OnlineKeys
from vc_core.errors import EdubadgesError


class TrustRepositoryError(EdubadgesError):
    """The repository on disk cannot be continued: it was not begun, or somebody else changed it."""

    title = "The trust repository cannot be continued"
    code = "trust-repository-broken"


class OwnSignatures:
    """Reads back what was published, and refuses what is not signed with a key of ours, of now or of before.

    The folder is served, so others may come to write in it; what they change must not be signed by us the next time.
    """

    def __init__(self, roots: Sequence[Root], online: OnlineKeys) -> None:
        self._roots = roots
        self._online = online
        self.of_old_keys: set[str] = set()
        """Roles that are signed with a key that was replaced: they must be signed again."""

    def read[T: (Targets, Snapshot, Timestamp)](self, path: Path, kind: type[T], role: str, name: str = "") -> T:
        """Return what is signed in a file.

        Raises:
            TrustRepositoryError: the file is missing or damaged, or nobody of ours signed it.
        """
        try:
            metadata = Metadata[T].from_file(str(path))
        except (OSError, StorageError, DeserializationError) as error:
            raise TrustRepositoryError(f"{path.name} cannot be read. Restore the folder.") from error
        signed_by = self._signer_of(metadata.signatures, metadata.signed_bytes, role)
        if signed_by is None or not isinstance(metadata.signed, kind):
            raise TrustRepositoryError(f"{path.name} was changed by somebody else. Restore the folder.")
        if signed_by != getattr(self._online, role).public_key.keyid:
            self.of_old_keys.add(name or role)
        return metadata.signed

    def _signer_of(self, signatures: Mapping[str, Signature], data: bytes, role: str) -> str | None:
        """Return which key of ours signed, that of now before those of before; None when none did."""
        former = [root.keys[keyid] for root in self._roots for keyid in root.roles[role].keyids]
        for key in (getattr(self._online, role).public_key, *former):
            signature = signatures.get(key.keyid)
            if signature is not None:
                with suppress(UnverifiedSignatureError, VerificationError):
                    key.verify_signature(signature, data)
                    return str(key.keyid)
        return None
