"""The badges that are exchanged, and the ways in which they are tampered with."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from tests.bench.badges import unsigned_badge

STATUS_LIST = "https://registry.example/status/1"
INDEX = 94_567
_FROM, _UNTIL = "2024-01-01T00:00:00Z", "2099-01-01T00:00:00Z"


def full_badge(issuer: str) -> dict[str, Any]:
    """Return everything a school fills in; valid whenever the test runs, because others read the clock themselves."""
    badge: dict[str, Any] = unsigned_badge(INDEX)
    badge["issuer"]["id"] = issuer
    return {**badge, "validFrom": _FROM, "validUntil": _UNTIL, "awardedDate": _FROM}


def small_badge(issuer: str) -> dict[str, Any]:
    """Return the least that is a badge, in other scripts and with a fraction."""
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "urn:uuid:5d0b9d0c-1f0f-4a6e-9a53-1de2ab7a2ab1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": issuer, "type": ["Profile"], "name": 'Hogeschool "Zuiderzee" – école \\ 学校'},
        "validFrom": _FROM,
        "name": "Ελληνικά & Русский, line\nbreak\tand tab",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "creditsEarned": 2.5,
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": "student@example.org",
                    "identityType": "emailAddress",
                }
            ],
            "achievement": {
                "id": "https://school.example/badge-classes/greek",
                "type": ["Achievement"],
                "name": "Ελληνικά",
                "description": "Leest een krant.",
                "criteria": {"narrative": "Geslaagd 🎓."},
            },
        },
    }


def held_badge(issuer: str) -> dict[str, Any]:
    """Return the small badge with a holder who can show parts of it.

    openvc-core cannot derive what hangs on a node without an id, also from its own base proofs.
    """
    badge = small_badge(issuer)
    subject = badge["credentialSubject"]
    return {**badge, "credentialSubject": {"id": "did:key:z6MkfFLhrLrGFjFxnJNRvZGoG2wLvHqZm2L9r1jgWJwJ8ahp", **subject}}


def old_badge(issuer: str) -> dict[str, Any]:
    """Return a badge of the data model 1.1, which openvc-core's VC-JWT is made of; `issuanceDate` in the past."""
    badge = small_badge(issuer)
    del badge["validFrom"], badge["name"]
    badge["@context"] = ["https://www.w3.org/2018/credentials/v1", badge["@context"][1]]
    badge["credentialSubject"]["id"] = issuer
    return {**badge, "issuanceDate": _FROM}


BADGES: dict[str, Callable[[str], dict[str, Any]]] = {"full": full_badge, "small": small_badge}


def _other_name(badge: dict[str, Any]) -> None:
    badge["credentialSubject"]["achievement"]["name"] = "Something better"


def _other_issuer_name(badge: dict[str, Any]) -> None:
    badge["issuer"]["name"] = "A better school"


def _later_end(badge: dict[str, Any]) -> None:
    badge["validUntil"] = "2098-01-01T00:00:00Z"


def _other_proof_date(badge: dict[str, Any]) -> None:
    badge["proof"]["created"] = "2025-05-05T05:05:05Z"


def _other_purpose(badge: dict[str, Any]) -> None:
    badge["proof"]["proofPurpose"] = "authentication"


def _other_signature(badge: dict[str, Any]) -> None:
    value = badge["proof"]["proofValue"]
    badge["proof"]["proofValue"] = value[:20] + ("2" if value[20] != "2" else "3") + value[21:]


def _more_about_the_learner(badge: dict[str, Any]) -> None:
    badge["credentialSubject"]["narrative"] = "With honours."


def _other_term(badge: dict[str, Any]) -> None:
    badge["undefinedThing"] = "signed by nobody"


TAMPERINGS: dict[str, Callable[[dict[str, Any]], None]] = {
    "another name": _other_name,
    "another name of the issuer": _other_issuer_name,
    "another end": _later_end,
    "another date of the proof": _other_proof_date,
    "another purpose": _other_purpose,
    "another signature": _other_signature,
    "something added": _more_about_the_learner,
    "a word without a meaning added": _other_term,
}


def tampered(badge: dict[str, Any], change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Return a changed copy."""
    changed = copy.deepcopy(badge)
    change(changed)
    assert changed != badge
    return changed
