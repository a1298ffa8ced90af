"""One change each to a badge without mistakes, and what the linter must say of it."""

from __future__ import annotations

from collections.abc import Callable

from tests.unit.vc_core.samples import ISSUER
from vc_core.contexts import EDUBADGES_CONTEXT, OPEN_BADGES_CONTEXT
from vc_core.json_text import JsonObject
from vc_core.model.lint_values import MAX_NODES

type Change = Callable[[JsonObject], object]

SUBJECT = "/credentialSubject"
AIM = "/credentialSubject/achievement"


def subject(badge: JsonObject) -> JsonObject:
    return badge["credentialSubject"]


def achievement(badge: JsonObject) -> JsonObject:
    return badge["credentialSubject"]["achievement"]


def description(badge: JsonObject) -> JsonObject:
    return achievement(badge)["resultDescription"][0]


def result(badge: JsonObject) -> JsonObject:
    return subject(badge)["result"][0]


def alignment(badge: JsonObject, kind: str) -> JsonObject:
    return next(item for item in achievement(badge)["alignment"] if item.get("targetType") == kind)


def with_bounds(badge: JsonObject, value: object = "8", **bounds: object) -> None:
    description(badge).update({"valueMin": "1", "valueMax": "10"} | bounds)
    result(badge)["value"] = value


# Where, which, and the one change to a badge without mistakes.
CASES: list[tuple[str, str, Change]] = [
    ("/@context", "context-order", lambda b: b["@context"].reverse()),
    ("/@context", "context-order", lambda b: b.update({"@context": "https://www.w3.org/ns/credentials/v2"})),
    ("/@context", "context-order", lambda b: b.pop("@context")),
    ("/@context/1", "context-order", lambda b: b["@context"].insert(1, EDUBADGES_CONTEXT)),
    ("/@context/1", "context-order", lambda b: b.update({"@context": b["@context"][:1]})),
    ("/@context/4", "context-twice", lambda b: b["@context"].append(OPEN_BADGES_CONTEXT)),
    ("/@context/4", "unknown-context", lambda b: b["@context"].append("https://x.example/v1")),
    ("/@context/4", "unknown-context", lambda b: b["@context"].append({"a": "urn:x:a"})),
    ("/type", "wrong-type", lambda b: b.update(type=["VerifiableCredential"])),
    ("/issuer", "issuer-not-object", lambda b: b.update(issuer=ISSUER.id)),
    ("/issuer", "issuer-unreadable", lambda b: b["issuer"].pop("id")),
    ("/credentialSubject", "subject-unreadable", lambda b: b.update(credentialSubject="me")),
    ("/credentialSubject", "subject-unreadable", lambda b: b.update(credentialSubject=[subject(b)])),
    (SUBJECT, "no-recipient", lambda b: [subject(b).pop(name) for name in ("id", "identifier")]),
    (AIM, "achievement-missing", lambda b: subject(b).update(achievement="urn:x:1")),
    (f"{AIM}/criteria", "no-criteria", lambda b: achievement(b).pop("criteria")),
    (f"{AIM}/criteria", "no-criteria", lambda b: achievement(b).update(criteria={"narrative": "  "})),
    (f"{AIM}/criteria", "no-criteria", lambda b: achievement(b).update(criteria="Werk hard")),
    (f"{AIM}/achievementType", "unknown-value", lambda b: achievement(b).update(achievementType="Cake")),
    (f"{AIM}/achievementType", "unknown-value", lambda b: achievement(b).update(achievementType="ext:")),
    (f"{AIM}/learningSetting", "unknown-value", lambda b: achievement(b).update(learningSetting="informal")),
    (f"{AIM}/participation", "unknown-value", lambda b: achievement(b).update(participation=["nowhere"])),
    (f"{AIM}/assessmentType", "unknown-value", lambda b: achievement(b).update(assessmentType=["oral_exam"])),
    (f"{AIM}/assessmentSupervised", "unknown-value", lambda b: achievement(b).update(assessmentSupervised="yes")),
    (f"{AIM}/identityVerified", "unknown-value", lambda b: achievement(b).update(identityVerified="no")),
    (f"{AIM}/creditFramework", "unknown-value", lambda b: achievement(b).update(creditFramework="CATS")),
    (
        f"{AIM}/otherIdentifier/0/identifierType",
        "unknown-value",
        lambda b: achievement(b)["otherIdentifier"][0].update(identifierType="RIO"),
    ),
    (
        f"{SUBJECT}/identifier/0/identityType",
        "unknown-value",
        lambda b: subject(b)["identifier"][0].update(identityType="mail"),
    ),
    (f"{AIM}/alignment/0/targetUrl", "alignment-no-url", lambda b: achievement(b)["alignment"][0].pop("targetUrl")),
    (f"{AIM}/alignment/0/targetName", "alignment-no-name", lambda b: achievement(b)["alignment"][0].pop("targetName")),
    (
        f"{AIM}/alignment/0/targetUrl",
        "url-malformed",
        lambda b: achievement(b)["alignment"][0].update(targetUrl="esco skill 1"),
    ),
    (
        f"{AIM}/alignment/0/targetType",
        "unknown-value",
        lambda b: achievement(b)["alignment"][0].update(targetType="ESCO"),
    ),
    (f"{AIM}/alignment/1/targetCode", "eqf-level", lambda b: alignment(b, "ext:EQF").update(targetCode="9")),
    (f"{AIM}/alignment/1/targetCode", "eqf-level", lambda b: alignment(b, "ext:EQF").update(targetCode="0")),
    (f"{AIM}/alignment/1/targetCode", "eqf-level", lambda b: alignment(b, "ext:EQF").pop("targetCode")),
    (f"{AIM}/alignment/3/targetCode", "isced-code", lambda b: alignment(b, "ext:ISCED-F").update(targetCode="zorg")),
    (f"{AIM}/creditsAvailable", "credits-missing", lambda b: achievement(b).pop("creditsAvailable")),
    (f"{AIM}/creditsAvailable", "credits-missing", lambda b: achievement(b).update(creditsAvailable=0)),
    (f"{AIM}/creditFramework", "credits-no-framework", lambda b: achievement(b).pop("creditFramework")),
    (f"{SUBJECT}/creditsEarned", "credits-exceed", lambda b: subject(b).update(creditsEarned=3)),
    (
        AIM,
        "load-missing",
        lambda b: [achievement(b).pop(name) for name in ("creditsAvailable", "creditFramework", "workload")],
    ),
    (f"{AIM}/workload", "workload-malformed", lambda b: achievement(b).update(workload="140 uur")),
    (f"{AIM}/workload", "workload-malformed", lambda b: achievement(b).update(workload="PT0H")),
    (f"{SUBJECT}/result/0/value", "result-out-of-range", lambda b: with_bounds(b, "11")),
    (f"{SUBJECT}/result/0/value", "result-out-of-range", lambda b: with_bounds(b, "0.99")),
    (f"{SUBJECT}/result/0/value", "result-not-number", lambda b: with_bounds(b, "goed")),
    (f"{SUBJECT}/result/0/value", "result-not-number", lambda b: with_bounds(b, "NaN")),
    (f"{SUBJECT}/result/0/value", "result-below-required", lambda b: with_bounds(b, "5", requiredValue="5.5")),
    (
        f"{AIM}/resultDescription/0/valueMin",
        "range-reversed",
        lambda b: with_bounds(b, "8", valueMin="8", valueMax="7"),
    ),
    (
        f"{SUBJECT}/result/0/value",
        "result-not-allowed",
        lambda b: description(b).update(allowedValue=["voldoende", "goed"]),
    ),
    (f"{SUBJECT}/result/0/status", "status-without-type", lambda b: result(b).update(status="Completed")),
    (f"{SUBJECT}/result/0/status", "status-missing", lambda b: description(b).update(resultType="Status")),
    (
        f"{SUBJECT}/result/0/status",
        "unknown-value",
        lambda b: [description(b).update(resultType="Status"), result(b).update(status="ext:Done")],
    ),
    (
        f"{SUBJECT}/result/0/resultDescription",
        "unknown-result",
        lambda b: result(b).update(resultDescription="urn:x:other"),
    ),
    (f"{SUBJECT}/result/0/resultDescription", "unknown-result", lambda b: result(b).update(resultDescription=["x"])),
    (
        f"{SUBJECT}/result/0/achievedLevel",
        "unknown-level",
        lambda b: result(b).update(achievedLevel="urn:x:level"),
    ),
    (
        f"{AIM}/resultDescription/0/resultType",
        "unknown-value",
        lambda b: description(b).update(resultType="Grade"),
    ),
    (
        f"{SUBJECT}/result/0/alignment/0/targetUrl",
        "alignment-no-url",
        lambda b: result(b).update(alignment=[{"type": ["Alignment"], "targetName": "x"}]),
    ),
    (f"{AIM}/image/id", "image-address", lambda b: achievement(b)["image"].update(id="http://zzu.example/ai.png")),
    (f"{AIM}/image/id", "image-address", lambda b: achievement(b)["image"].update(id="data:text/html;base64,AAAA")),
    (f"{AIM}/image/id", "image-address", lambda b: achievement(b)["image"].update(id="data:image/png,<svg>")),
    (f"{AIM}/image/id", "image-address", lambda b: achievement(b)["image"].pop("id")),
    (f"{AIM}/image/id", "image-address", lambda b: achievement(b)["image"].update(id="https://")),
    ("/issuer/image", "image-address", lambda b: b["issuer"].update(image="logo.png")),
    (
        f"{AIM}/image/id",
        "image-size",
        lambda b: achievement(b)["image"].update(id="data:image/png;base64," + "A" * 400_000),
    ),
    ("/validFrom", "date-without-zone", lambda b: b.update(validFrom="2026-11-23T10:00:00")),
    ("/validFrom", "date-malformed", lambda b: b.update(validFrom="23 november")),
    ("/validUntil", "date-malformed", lambda b: b.update(validUntil="2031-02-30T10:00:00Z")),
    ("/awardedDate", "date-without-zone", lambda b: b.update(awardedDate="2026-11-23T10:00:00")),
    (
        f"{SUBJECT}/activityStartDate",
        "date-malformed",
        lambda b: subject(b).update(activityStartDate="2026-09-01"),
    ),
    ("/validFrom", "malformed-input", lambda b: b.update(validFrom="2026-11-23T10:00:00")),
    ("/validUntil", "malformed-input", lambda b: b.update(validUntil="tomorrow")),
    ("/validUntil", "period-reversed", lambda b: b.update(validUntil="2020-01-01T00:00:00Z")),
    ("/validUntil", "dates-reversed", lambda b: b.update(awardedDate="2032-01-01T00:00:00Z")),
    (
        f"{SUBJECT}/activityEndDate",
        "dates-reversed",
        lambda b: subject(b).update(
            activityStartDate="2026-09-02T00:00:00Z", activityEndDate="2026-09-02T01:00:00+02:00"
        ),
    ),
    ("/awardedDate", "dates-reversed", lambda b: subject(b).update(activityStartDate="2026-12-01T00:00:00Z")),
    (f"{AIM}/creator/parentOrg/id", "duplicate-id", lambda b: achievement(b)["creator"]["parentOrg"].update(name="?")),
    ("/name", "control-character", lambda b: b.update(name="a\x07")),
    ("/name", "control-character", lambda b: b.update(name="a\x7f")),
    ("/name", "control-character", lambda b: b.update(name="a\x85")),
    ("/name", "control-character", lambda b: b.update(name="a\U000e0041")),
    ("/name", "control-character", lambda b: b.update(name="a\ud800")),
    (f"{AIM}/tag/1", "bidi-override", lambda b: achievement(b).update(tag=["ai", "\u202egniz"])),
    ("/name", "bidi-override", lambda b: b.update(name="a\u2066b")),
    (f"{AIM}/version", "null", lambda b: achievement(b).update(version=None)),
    (f"{AIM}/tag/0", "null", lambda b: achievement(b).update(tag=[None])),
    (f"{AIM}/tag", "empty-list", lambda b: achievement(b).update(tag=[])),
    ("/name", "empty-object", lambda b: b.update(name={})),
    (f"{AIM}/tag", "not-a-list", lambda b: achievement(b).update(tag="ai")),
    (f"{AIM}/alignment", "not-a-list", lambda b: achievement(b).update(alignment=achievement(b)["alignment"][0])),
    (f"{AIM}/type", "not-a-list", lambda b: achievement(b).update(type="Achievement")),
    (f"{AIM}/resultDescription", "not-a-list", lambda b: achievement(b).update(resultDescription=description(b))),
    (f"{SUBJECT}/identifier", "not-a-list", lambda b: subject(b).update(identifier=subject(b)["identifier"][0])),
    ("/evidence", "not-a-list", lambda b: b.update(evidence=b["evidence"][0])),
    (f"{AIM}/inLanguage", "language-tag", lambda b: achievement(b).update(inLanguage="nl_NL")),
    (
        f"{AIM}/localizedName/en_EN",
        "language-tag",
        lambda b: achievement(b).update(localizedName={"nl": "x", "en_EN": "y"}),
    ),
    ("/credentialStatus", "status-entry", lambda b: b["credentialStatus"].update(statusListIndex=94_567)),
    ("/credentialStatus", "status-entry", lambda b: b["credentialStatus"].update(statusListIndex="-1")),
    ("/credentialStatus", "status-entry", lambda b: b["credentialStatus"].pop("statusPurpose")),
    ("/credentialStatus", "status-entry", lambda b: b.update(credentialStatus=None)),
    (
        "/credentialStatus",
        "status-entry",
        lambda b: b["credentialStatus"].update(statusListCredential="http://zzu.example/status/1"),
    ),
    ("/credentialStatus/1", "status-entry", lambda b: b.update(credentialStatus=[b["credentialStatus"], {}])),
    ("/credentialStatus", "status-entry", lambda b: b.update(credentialStatus=[b["credentialStatus"]] * 17)),
    (
        "/refreshService",
        "refresh-service",
        lambda b: b.update(refreshService={"id": "http://x.example/1", "type": "1EdTechCredentialRefresh"}),
    ),
    ("/relatedResource", "related-resource", lambda b: b.update(relatedResource=[{"id": "https://x.example/1"}])),
    ("", "endorsement", lambda b: b.update(endorsement=["urn:x:1"])),
    (f"{SUBJECT}/nonsense", "data-loss-detected", lambda b: subject(b).update(nonsense=1)),
    (f"{AIM}/cr~1~0t", "data-loss-detected", lambda b: achievement(b).update({"cr/~t": "x"})),
    ("", "data-loss-detected", lambda b: b["issuer"].update(type=["Profile", "Wizard"])),
    ("/validFrom", "schema", lambda b: b.pop("validFrom")),
    ("", "too-large", lambda b: b.update(x=["a"] * (MAX_NODES + 1))),
]
