"""The status lists of the conformance service: kept in memory, signed again each time somebody asks for one."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from edubadges.conformance.keys import SELECTIVE, Issuer
from service_kit.problems import NotFound
from vc_core.errors import LimitExceeded
from vc_core.json_text import JsonObject, JsonValue
from vc_core.proof import add_proof
from vc_core.status.bitstring import MINIMUM_LENGTH, build_status_list_credential, new_bitstring, set_bit
from verifier.moments import format_moment

PURPOSES = frozenset({"revocation", "suspension", "refresh"})
"""What one bit can say; `message` needs texts of its own and is not issued here."""
MAX_USED = MINIMUM_LENGTH // 2
_VALID_FOR = timedelta(hours=1)
_TTL_MS = 60_000


@dataclass(slots=True)
class _List:
    """One list of one issuer, for one purpose."""

    issuer: Issuer
    purpose: str
    bits: bytearray = field(default_factory=new_bitstring)
    used: set[int] = field(default_factory=set)


class StatusBook:
    """Gives out places in lists, flips them, and publishes the lists; safe to share between threads."""

    def __init__(self, base_url: str, clock: Callable[[], datetime]) -> None:
        self._base_url = base_url
        self._clock = clock
        self._lists: list[_List] = []
        self._entries: dict[tuple[str, str], JsonObject] = {}
        self._turn = threading.Lock()

    def allot(self, issuer: Issuer, purpose: str, credential_id: str | None) -> JsonObject:
        """Return a new entry for `credentialStatus`, its place chosen at random.

        Raises:
            LimitExceeded: half of the list is in use.
        """
        with self._turn:
            number = self._number_of(issuer, purpose)
            found = self._lists[number]
            if len(found.used) >= MAX_USED:
                raise LimitExceeded("The status list of this run is full. Start the service again.", limit=MAX_USED)
            index = secrets.randbelow(MINIMUM_LENGTH)
            while index in found.used:
                index = secrets.randbelow(MINIMUM_LENGTH)
            found.used.add(index)
            url = self._url(number)
            entry: JsonObject = {
                "id": f"{url}#{index}",
                "type": "BitstringStatusListEntry",
                "statusPurpose": purpose,
                "statusListIndex": str(index),
                "statusListCredential": url,
            }
            if credential_id is not None:
                self._entries[(credential_id, purpose)] = entry
            return dict(entry)

    def update(self, credential_id: str, purpose: str, *, status: bool) -> None:
        """Set what the list says of a credential.

        Raises:
            NotFound: no credential of this name has such an entry.
        """
        with self._turn:
            entry = self._entries.get((credential_id, purpose))
            if entry is None:
                raise NotFound("No credential of this name was issued here with an entry for this purpose.")
            number = int(str(entry["statusListCredential"]).rsplit("/", 1)[1])
            set_bit(self._lists[number].bits, int(str(entry["statusListIndex"])), int(status))

    def publish(self, number: int) -> JsonObject:
        """Return the signed status list credential of this number.

        Raises:
            NotFound: there is none.
        """
        with self._turn:
            if not 0 <= number < len(self._lists):
                raise NotFound("There is no status list of this number.")
            found = self._lists[number]
            bits = bytes(found.bits)
        now = self._clock().replace(microsecond=0)
        document = build_status_list_credential(
            url=self._url(number),
            issuer=found.issuer.did,
            bits=bits,
            valid_from=format_moment(now),
            valid_until=format_moment(now + _VALID_FOR),
            status_purpose=found.purpose,
            ttl_ms=_TTL_MS,
        )
        return sign_document(document, found.issuer, created=format_moment(now))

    def find(self, url: str) -> JsonValue:
        """Return the list at an address, or None when it is not one of ours."""
        number = url.removeprefix(f"{self._base_url}/status/")
        if number == url or not number.isascii() or not number.isdigit() or len(number) > 6:
            return None
        return self.publish(int(number)) if int(number) < len(self._lists) else None

    def _number_of(self, issuer: Issuer, purpose: str) -> int:
        for number, found in enumerate(self._lists):
            if found.issuer.did == issuer.did and found.purpose == purpose:
                return number
        self._lists.append(_List(issuer, purpose))
        return len(self._lists) - 1

    def _url(self, number: int) -> str:
        return f"{self._base_url}/status/{number}"


def sign_document(document: JsonObject, issuer: Issuer, *, created: str) -> JsonObject:
    """Return the document with a proof of the issuer's kind; a list of a selective issuer is signed openly.

    Raises:
        ProofError: the document cannot be signed as it is.
        MalformedInput: a value in it has no canonical form.
    """
    cryptosuite = "ecdsa-rdfc-2019" if issuer.cryptosuite == SELECTIVE else issuer.cryptosuite
    return add_proof(
        document,
        sign=issuer.key.sign,
        cryptosuite=cryptosuite,
        verification_method=issuer.verification_method,
        created=created,
        algorithm=issuer.key_type,
    )
