"""The badge that is measured: 4.6 kB with its proof, some hundred statements, six nodes without a name.

It is the size and shape of an Open Badge with everything a school usually fills in, so that figures can be put beside
those of other libraries. Distinct badges differ in what differs in life: person, time, position in the status list.
"""

from __future__ import annotations

import hashlib

from vc_core.json_text import JsonObject, dump_json
from vc_core.keys import PrivateKey
from vc_core.proof import add_proof

KEY = PrivateKey.from_bytes("Ed25519", bytes(range(32)))
ISSUER = KEY.public.did_key()
METHOD = f"{ISSUER}#{KEY.public.to_multikey()}"
CREATED = "2026-11-23T10:00:00Z"

_TEXT = (
    "The learner designs a street that keeps its feet dry when it pours: soil, slope, storage and the people who live "
    "there. The work is done in a team of four with a municipality as client and is defended before two assessors. "
)
_OUTCOMES = (
    "Explains how water moves through a built environment",
    "Chooses measures that fit soil, space and budget",
    "Works out a design with the people who live there",
)


def unsigned_badge(number: int = 0, *, batch_of_one_class: bool = True) -> JsonObject:
    """Return one badge; of the same class and issuer as the others, or with an issuer and a class of its own."""
    mark = "" if batch_of_one_class else f"/{number}"
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    achievement = f"https://school.example/badge-classes/urban-water{mark}/versions/3"
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
            "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
        ],
        "id": f"urn:uuid:{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {
            "id": ISSUER,
            "type": ["Profile"],
            "name": f"Sample School of Applied Sciences{mark}",
            "url": "https://school.example/",
            "description": "A school of applied sciences with twelve thousand students.",
            "email": "badges@school.example",
            "image": {"id": "https://school.example/logo.png", "type": "Image", "caption": "A blue wave"},
        },
        "validFrom": CREATED,
        "validUntil": "2031-11-23T10:00:00Z",
        "awardedDate": CREATED,
        "name": f"Urban Water Management{mark}",
        "description": _TEXT,
        "credentialSubject": {
            "id": f"did:key:z6Mk{digest[:44]}",
            "type": ["AchievementSubject"],
            "activityStartDate": "2026-09-01T00:00:00Z",
            "activityEndDate": "2026-11-20T00:00:00Z",
            "narrative": f"Defended the design on {number % 28 + 1} November with the municipality present.",
            "creditsEarned": 5,
            "achievement": {
                "id": achievement,
                "type": ["Achievement"],
                "achievementType": "MicroCredential",
                "name": f"Urban Water Management{mark}",
                "description": _TEXT * 2,
                "criteria": {"narrative": _TEXT},
                "creditsAvailable": 5,
                "fieldOfStudy": "Civil engineering",
                "humanCode": "UWM-5",
                "inLanguage": "en",
                "version": "3",
                "tag": ["water", "city", "climate"],
                "image": {"id": "https://school.example/badges/urban-water.png", "type": "Image", "caption": "A drop"},
                "alignment": [
                    {
                        "type": ["Alignment"],
                        "targetName": outcome,
                        "targetUrl": f"https://school.example/outcomes/{place}",
                        "targetFramework": "Learning outcomes",
                        "targetType": "ceasn:Competency",
                    }
                    for place, outcome in enumerate(_OUTCOMES)
                ],
                "resultDescription": [
                    {
                        "id": f"{achievement}/results/grade",
                        "type": ["ResultDescription"],
                        "name": "Final grade",
                        "resultType": "RawScore",
                        "valueMin": "1",
                        "valueMax": "10",
                    }
                ],
            },
            "result": [
                {
                    "type": ["Result"],
                    "resultDescription": f"{achievement}/results/grade",
                    "value": str(6 + number % 5),
                }
            ],
        },
        "evidence": [
            {
                "id": f"https://school.example/evidence/{digest[:16]}",
                "type": ["Evidence"],
                "name": "Design and defence",
                "genre": "Project",
                "narrative": "The drawing, the calculation and the report of the defence.",
            }
        ],
        "credentialSchema": [
            {
                "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
                "type": "1EdTechJsonSchemaValidator2019",
            }
        ],
        "credentialStatus": {
            "id": f"https://registry.example/status/1#{number % 131_072}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(number % 131_072),
            "statusListCredential": "https://registry.example/status/1",
        },
    }


def signed_badge(number: int = 0, *, batch_of_one_class: bool = True) -> JsonObject:
    """Return it with its `eddsa-rdfc-2022` proof."""
    return add_proof(
        unsigned_badge(number, batch_of_one_class=batch_of_one_class),
        sign=KEY.sign,
        cryptosuite="eddsa-rdfc-2022",
        verification_method=METHOD,
        created=CREATED,
    )


def signed_bytes(number: int = 0, *, batch_of_one_class: bool = True) -> bytes:
    """Return it as it travels."""
    return dump_json(signed_badge(number, batch_of_one_class=batch_of_one_class))
