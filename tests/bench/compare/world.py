"""What is measured: files of distinct badges, and the evidence that the whole pipeline needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench.badges import CREATED, ISSUER, KEY, METHOD, unsigned_badge
from vc_core.json_text import JsonObject, dump_json
from vc_core.proof import add_proof, add_proofs
from vc_core.status.bitstring import build_status_list_credential, new_bitstring, set_bit
from verifier import Evidence, EvidenceItem, EvidenceKind

STATUS_LIST = "https://registry.example/status/1"
SUITE = "eddsa-rdfc-2022"
REVOKED = frozenset(range(130_000, 131_072, 7))
"""The entries that are revoked: of a large file some, of the badges that are measured one by one none."""
_ENTRIES = 131_072
_AT_ONCE = 2_000


def write_badges(path: Path, count: int, *, one_class: bool, signed: bool) -> None:
    """Write distinct badges, one on a line: of one class and issuer profile, or each of a class of its own."""
    with path.open("wb") as file:
        for first in range(0, count, _AT_ONCE):
            numbers = range(first, min(first + _AT_ONCE, count))
            badges = [unsigned_badge(number, batch_of_one_class=one_class) for number in numbers]
            if signed:
                badges = sign_many(badges)
            file.writelines(dump_json(badge) + b"\n" for badge in badges)


def sign_many(badges: list[JsonObject]) -> list[JsonObject]:
    """Return them with a proof, as one cohort."""
    return add_proofs(badges, sign=KEY.sign, cryptosuite=SUITE, verification_method=METHOD, created=CREATED)


def sign_one(badge: JsonObject) -> JsonObject:
    """Return it with a proof."""
    return add_proof(badge, sign=KEY.sign, cryptosuite=SUITE, verification_method=METHOD, created=CREATED)


def status_list(now: datetime) -> JsonObject:
    """Return the signed status list that the badges name; it is valid now."""
    bits = new_bitstring()
    for index in REVOKED:
        set_bit(bits, index)
    return sign_one(
        build_status_list_credential(
            url=STATUS_LIST,
            issuer=ISSUER,
            bits=bits,
            valid_from=_stamp(now - timedelta(days=1)),
            valid_until=_stamp(now + timedelta(days=1)),
        )
    )


def revoked_among(count: int) -> int:
    """Return how many of so many badges are revoked."""
    whole, rest = divmod(count, _ENTRIES)
    return whole * len(REVOKED) + sum(index < rest for index in REVOKED)


def participant() -> JsonObject:
    """Return what the registry says of the issuer."""
    return {
        "did": ISSUER,
        "slug": "sample",
        "name": {"en": "Sample School of Applied Sciences"},
        "kind": "hbo",
        "country": "NL",
        "status": "active",
        "since": "2024-01-01T00:00:00Z",
        "authority": [],
    }


def evidence(now: datetime) -> Evidence:
    """Return fresh evidence about every badge."""
    return Evidence.of(evidence_items(now))


def evidence_items(now: datetime) -> Iterator[EvidenceItem]:
    """Yield the status list and the entry in the registry; the key is in the name of the issuer (did:key)."""
    yield EvidenceItem(EvidenceKind.STATUS_LIST, STATUS_LIST, "measured", now, status_list(now))
    yield EvidenceItem(EvidenceKind.PARTICIPANT, ISSUER, "measured", now, {"participant": participant()})


def present() -> datetime:
    """Return the moment of the run; others read the clock themselves."""
    return datetime.now(UTC).replace(microsecond=0)


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
