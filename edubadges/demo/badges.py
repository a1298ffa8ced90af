"""The badges of the demo as files: an honest one, and four that do not pass."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from edubadges.demo.world import World, require
from vc_core.json_text import JsonObject, dump_json
from vc_core.keys import PrivateKey
from vc_core.proof import add_proofs

INSTITUTION = "zzu"
STUDENT = {"id": "noor", "name": "Noor de Vries", "email": "noor@student.zzu.example"}
OTHERS = (("Sem Bakker", "sem@student.waterlinie.example"), ("Yara Visser", "yara@student.deterp.example"))
"""Who gets a badge as a file."""
TEACHER = "Daan Jansen"
TITLE = "Reading Water Data"
_ONE_YEAR = 365
_LONG_AGO = 400


@dataclass(frozen=True, slots=True)
class FileCase:
    """One file, and what checking it must say."""

    name: str
    story: str
    badge: bytes
    exit_code: int


def content(title: str = TITLE, *, expires_days: int | None = None) -> dict[str, Any]:
    """Return a badge class as a teacher fills it in."""
    return {
        "type": "micro_credential",
        "title": {"nl": "Waterdata lezen", "en": title},
        "language": "nl",
        "unit": {"nl": "Faculteit Aarde en Water", "en": "Faculty of Earth and Water"},
        "description": {
            "nl": "Metingen van peil en kwaliteit lezen, de fouten eruit halen en er een besluit op baseren.",
            "en": "Read measurements of water levels and quality, find their errors and base a decision on them.",
        },
        "criteria": {
            "nl": "Je werkt één meetreeks van een waterschap uit en licht je besluit mondeling toe.",
            "en": "You work through one series of measurements of a water authority and explain your decision orally.",
        },
        "learning_outcomes": {
            "nl": ["herkent meetfouten in een tijdreeks", "onderbouwt een peilbesluit met data"],
            "en": ["recognises errors in a time series", "bases a decision about water levels on data"],
        },
        "formal": True,
        "ects": 3.0,
        "study_load_hours": None,
        "eqf": 6,
        "participation": ["blended"],
        "assessment": ["oral_exam"],
        "assessment_identity_verified": True,
        "quality_assurance": {
            "name": "NVAO",
            "url": "https://www.nvao.net/",
            "description": "Institutional audit; the unit is part of an accredited programme.",
        },
        "expires_days": expires_days,
    }


def make_badge_class(world: World, title: str = TITLE, *, expires_days: int | None = None) -> str:
    """Create and publish a badge class; return its identifier."""
    body = {"institution": INSTITUTION, "content": content(title, expires_days=expires_days), "publish": True}
    answer = world.api.request("POST", "/api/v1/badge-classes", json=body)
    require(answer.status_code, 201, "Making a badge class", answer.text)
    return str(answer.json()["id"])


def award_as_file(world: World, badge_class: str, *, name: str, email: str) -> tuple[str, JsonObject]:
    """Award a badge that is delivered as a file; return the award's identifier and the signed badge."""
    recipient = {"email": email, "name": name}
    body = {"badge_class": badge_class, "recipient": recipient, "delivery": "file", "batch": "demo"}
    answer = world.api.request("POST", "/api/v1/awards", json=body)
    require(answer.status_code, 201, "Awarding a badge", answer.text)
    return str(answer.json()["id"]), answer.json()["credential"]


def revoke(world: World, award: str) -> bool:
    """Withdraw a badge; say whether the register tells it already."""
    answer = world.api.request("POST", f"/api/v1/awards/{award}/revoke", json={"reason": "Awarded by mistake."})
    require(answer.status_code, 200, "Revoking a badge", answer.text)
    return bool(answer.json()["status_published"])


def changed(badge: JsonObject) -> JsonObject:
    """Return the badge with one thing made nicer, by somebody who may not."""
    better = copy.deepcopy(badge)
    subject: Any = better["credentialSubject"]
    subject["achievement"]["creditsAvailable"] = 30
    return better


def forged(badge: JsonObject) -> JsonObject:
    """Return a badge that names the school as its issuer but carries the seal of somebody else."""
    key = PrivateKey.generate()
    name = key.public.did_key()
    bare = {member: value for member, value in badge.items() if member != "proof"}
    [made] = add_proofs(
        [bare],
        sign=key.sign,
        cryptosuite="eddsa-rdfc-2022",
        verification_method=f"{name}#{name.removeprefix('did:key:')}",
        created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    return made


def past_badge(world: World) -> JsonObject:
    """Return a badge that was valid for a year, awarded more than a year ago."""
    badge_class = make_badge_class(world, f"{TITLE} (one year)", expires_days=_ONE_YEAR)
    arguments = [badge_class, STUDENT["email"], STUDENT["name"], str(_LONG_AGO)]
    made: JsonObject = json.loads(world.issuer_command("edubadges.demo.past_award", arguments))
    return made


def cases(good: JsonObject, revoked: JsonObject, expired: JsonObject) -> list[FileCase]:
    """Return the five files."""
    return [
        FileCase("good", "the badge as the school gave it", dump_json(good), 0),
        FileCase("tampered", "the same badge, with 3 credits turned into 30", dump_json(changed(good)), 1),
        FileCase("revoked", "a badge the school has withdrawn", dump_json(revoked), 1),
        FileCase("expired", "a badge that was valid for one year, long ago", dump_json(expired), 2),
        FileCase("wrong-issuer", "a badge that names the school, sealed by somebody else", dump_json(forged(good)), 1),
    ]
