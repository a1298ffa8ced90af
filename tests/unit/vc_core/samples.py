"""One realistic badge and a key, for the tests of the core."""

from __future__ import annotations

from vc_core.json_text import JsonObject
from vc_core.keys import PrivateKey
from vc_core.model.open_badge import (
    AchievementData,
    AlignmentData,
    AwardData,
    EvidenceData,
    IdentityData,
    ProfileData,
    QualityAssuranceData,
    StatusReference,
    build_achievement_credential,
)
from vc_core.proof import add_proof

KEY = PrivateKey.from_bytes("Ed25519", bytes(range(32)))
HOLDER = PrivateKey.from_bytes("Ed25519", bytes(range(1, 33))).public.did_key()
ISSUER = ProfileData(
    id=KEY.public.did_key(),
    name={"nl": "Zuiderzee Universiteit (voorbeeld)", "en": "Zuiderzee University (sample)"},
    url="https://zzu.example/",
    country_code="NL",
    institution_code="99WO",
)
METHOD = f"{ISSUER.id}#{KEY.public.to_multikey()}"
CREATED = "2026-11-23T10:00:00Z"
STATUS_LIST = "https://registry.example/institutions/zzu/status/1"
ACHIEVEMENT = AchievementData(
    id="https://zzu.example/badges/ai/versions/1",
    kind="micro_credential",
    language="nl",
    name={"nl": "Verantwoorde AI in de zorgpraktijk", "en": "Responsible AI in Care Practice"},
    description={"nl": "Een compacte leereenheid.", "en": "A compact unit."},
    criteria={"nl": "Je rondt vier werkcolleges af.", "en": "You complete four seminars."},
    version="1",
    image_url="https://zzu.example/badges/ai.png",
    image_caption="Een chip en een hart",
    formal=True,
    learning_outcomes={"nl": ("legt uit", "beoordeelt"), "en": ("explains", "appraises")},
    ects=2.5,
    workload_hours=140,
    eqf_level=7,
    nlqf_level="7",
    level_confirmed=True,
    programme_codes=(("RIO", "1234"),),
    isced_f="0912",
    participation=("blended",),
    assessment_types=("report_paper", "oram_exam"),
    assessment_supervised=True,
    identity_verified=True,
    quality_assurance=QualityAssuranceData(name="Kwaliteitskader", url="https://kwaliteitskader.example/ho"),
    alignments=(AlignmentData(target_name="data-ethiek", target_url="http://data.europa.eu/esco/skill/1"),),
    grade_result_type="RawScore",
    is_part_of=("https://zzu.example/stacks/1",),
    tags=("ai", "zorg"),
    creator=ProfileData(id="https://zzu.example/groups/med", name={"nl": "Faculteit", "en": "Faculty"}, parent=ISSUER),
)
AWARD = AwardData(
    id="urn:uuid:9b2d3c52-6b3e-4b0e-9a3a-2f2d4f6b1a11",
    valid_from="2026-11-23T10:00:00Z",
    valid_until="2031-11-23T10:00:00Z",
    awarded_date="2026-11-23T10:00:00Z",
    grade="8",
    narrative="Knap gedaan",
    evidence=(EvidenceData(url="https://zzu.example/e/1", name="Rapport"),),
    identities=(IdentityData(identity_type="emailAddress", value="a@example.com", salt="Kosher"),),
    statuses=(StatusReference(list_url=STATUS_LIST, index=94_567),),
)


def unsigned_badge() -> JsonObject:
    return build_achievement_credential(ACHIEVEMENT, AWARD, ISSUER, holder_id=HOLDER)


def signed_badge(document: JsonObject | None = None) -> JsonObject:
    return add_proof(
        document or unsigned_badge(),
        sign=KEY.sign,
        cryptosuite="eddsa-rdfc-2022",
        verification_method=METHOD,
        created=CREATED,
    )
