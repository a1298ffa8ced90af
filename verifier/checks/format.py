"""Is this a badge of the form the standard asks for, with one clear meaning for everything a verdict leans on?

A proof over JSON-LD covers a set of statements, so a holder can reshape the JSON without breaking it. This check
demands the one strict shape of every member that decides something, so that no rewrite can hide a status or lend a
name.
"""

from __future__ import annotations

from collections.abc import Iterator

from vc_core.contexts import is_known
from vc_core.errors import MalformedInput, ProofError
from vc_core.jose import enveloped, sd_jwt_vc, vc_jwt
from vc_core.jose.compact import check_header, key_in_header
from vc_core.jose.sd_jwt_vc import SdJwtVc
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.clr import read_clr
from verifier.codes import Check, Code
from verifier.inputs import Form
from verifier.question import Question, read_issuer_id
from verifier.report import CheckResult, failed, not_run, passed

_VERSION_2 = "https://www.w3.org/ns/credentials/v2"
_VERSION_1 = "https://www.w3.org/2018/credentials/v1"
_TEXT_MEMBERS = ("id", "validFrom", "validUntil", "issuanceDate", "expirationDate", "awardedDate", "name")
# A credential inside a credential is a world of its own: its names say nothing about the outer one.
_OWN_WORLDS = frozenset({"endorsement", "verifiableCredential", "proof"})


def check_format(question: Question) -> list[CheckResult]:
    """Look at the shape of the credential."""
    document = question.document
    if question.credential.is_too_complex:
        return [failed(Check.FORMAT, Code.FORMAT_TOO_COMPLEX)]
    if question.credential.sd_jwt is not None and "@context" not in document:
        return [
            _check_sd_jwt(question.credential.sd_jwt, document) or passed(Check.FORMAT, Code.FORMAT_OTHER_CREDENTIAL)
        ]
    if not _is_listed(document.get("type"), "VerifiableCredential"):
        return [failed(Check.FORMAT, Code.FORMAT_NOT_A_CREDENTIAL)]
    return [
        _check_context(document.get("@context"))
        or _check_members(document)
        or (None if question.is_plainly_written else _check_names(document))
        or _check_jwt(question)
        or _check_record(document)
        or _conclude(document)
    ]


def _check_context(context: JsonValue) -> CheckResult | None:
    if not isinstance(context, list) or not context or not all(isinstance(entry, str) for entry in context):
        return failed(Check.FORMAT, Code.FORMAT_MEMBER_WRONG, "@context")
    if context[0] not in {_VERSION_1, _VERSION_2}:
        return failed(Check.FORMAT, Code.FORMAT_MEMBER_WRONG, "@context")
    if not all(is_known(str(entry)) for entry in context):
        return not_run(Check.FORMAT, Code.FORMAT_CONTEXT_UNKNOWN)
    return None


def _check_members(document: JsonObject) -> CheckResult | None:
    wrong = next(_wrong_members(document), None)
    return failed(Check.FORMAT, Code.FORMAT_MEMBER_WRONG, wrong) if wrong else None


def _wrong_members(document: JsonObject) -> Iterator[str]:
    for name in _TEXT_MEMBERS:
        if name in document and not _is_text_or_language_map(name, document[name]):
            yield name
    issuer = document.get("issuer")
    identifier = issuer.get("id") if isinstance(issuer, dict) else issuer
    if not isinstance(identifier, str) or ":" not in identifier:
        yield "issuer"
    if isinstance(issuer, dict) and "name" in issuer and not _is_text_or_language_map("name", issuer["name"]):
        yield "issuer.name"
    if _VERSION_1 in (document.get("@context") or [])[:1] and "issuanceDate" not in document:  # type: ignore[index,operator]
        yield "issuanceDate"
    subject = document.get("credentialSubject")
    if not _is_badge(document):
        if not isinstance(subject, dict | list) or not subject:
            yield "credentialSubject"
        return
    if "id" not in document:
        yield "id"
    if document.get("@context")[0] == _VERSION_2 and "validFrom" not in document:  # type: ignore[index]
        yield "validFrom"
    yield from _wrong_in_subject(subject)


def _wrong_in_subject(subject: JsonValue) -> Iterator[str]:
    """Yield what Open Badges 3.0 (appendix B.1) asks of the subject and is not there, or there in another shape."""
    if not isinstance(subject, dict):
        yield "credentialSubject"
        return
    if "id" in subject and not isinstance(subject["id"], str):
        yield "credentialSubject.id"
    if "id" not in subject and not subject.get("identifier"):
        yield "credentialSubject.identifier"
    achievement = subject.get("achievement")
    if not isinstance(achievement, dict):
        yield "credentialSubject.achievement"
        return
    for name in ("id", "name", "description"):
        if name not in achievement or not _is_text_or_language_map(name, achievement[name]):
            yield f"credentialSubject.achievement.{name}"
    if not isinstance(achievement.get("criteria"), dict):
        yield "credentialSubject.achievement.criteria"


def _is_text_or_language_map(name: str, value: JsonValue) -> bool:
    if isinstance(value, str):
        return True
    return (
        name in {"name", "description"} and isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
    )


def _check_names(document: JsonObject) -> CheckResult | None:
    """Refuse a document in which one identifier is described in two different ways, as when a profile was moved."""
    described: dict[str, JsonValue] = {}
    pending: list[JsonValue] = [document]
    issuer = document.get("issuer")
    if isinstance(issuer, str):
        described[issuer] = {"id": issuer}
    for value in pending:  # grows while it is read
        if isinstance(value, dict):
            name = value.get("id")
            if isinstance(name, str) and described.setdefault(name, value) is not value and described[name] != value:
                return failed(Check.FORMAT, Code.FORMAT_AMBIGUOUS)
            pending.extend([inner for member, inner in value.items() if member not in _OWN_WORLDS])
        elif isinstance(value, list):
            pending.extend(value)
    return None


def _check_jwt(question: Question) -> CheckResult | None:
    jwt = question.credential.jwt
    if jwt is None:
        return None
    if question.credential.sd_jwt is not None:
        return _check_sd_jwt(question.credential.sd_jwt, question.document)
    if question.credential.form is Form.VC_JOSE:
        wrong = enveloped.differing_claims(jwt)
        allowed, types = enveloped.HEADER_MEMBERS, enveloped.TOKEN_TYPES
    else:
        wrong = vc_jwt.differing_claims(jwt, question.document)
        allowed, types = vc_jwt.HEADER_MEMBERS, vc_jwt.TOKEN_TYPES
    if wrong:
        return failed(Check.FORMAT, Code.FORMAT_CLAIMS_DIFFER, ", ".join(wrong))
    try:
        check_header(jwt, allowed=allowed, types=types)
        key_in_header(jwt)
    except ProofError:
        return failed(Check.FORMAT, Code.FORMAT_MEMBER_WRONG, "JWT header")
    return None


def _check_sd_jwt(sd_jwt: SdJwtVc, document: JsonObject) -> CheckResult | None:
    """Compare what an SD-JWT VC says with the badge in it; what only one of them says is judged by itself."""
    payload = sd_jwt.jwt.payload
    try:
        check_header(sd_jwt.jwt, allowed=sd_jwt_vc.HEADER_MEMBERS, types=(sd_jwt_vc.TYPE, sd_jwt_vc.FORMER_TYPE))
    except ProofError:
        return failed(Check.FORMAT, Code.FORMAT_MEMBER_WRONG, "JWT header")
    if not isinstance(payload.get("vct"), str):
        return failed(Check.FORMAT, Code.FORMAT_MEMBER_WRONG, "vct")
    if read_issuer_id(document) != sd_jwt.unverified_issuer:
        return failed(Check.FORMAT, Code.FORMAT_CLAIMS_DIFFER, "iss")
    return None


def _check_record(document: JsonObject) -> CheckResult | None:
    """Look at the parts of a learner record; the credentials in it are judged by themselves."""
    if not _is_listed(document.get("type"), "ClrCredential"):
        return None
    try:
        read_clr(document)
    except MalformedInput as error:
        return failed(Check.FORMAT, Code.FORMAT_MEMBER_WRONG, error.detail)
    return passed(Check.FORMAT, Code.FORMAT_LEARNER_RECORD)


def _conclude(document: JsonObject) -> CheckResult:
    if not _is_badge(document):
        return passed(Check.FORMAT, Code.FORMAT_OTHER_CREDENTIAL)
    context = document["@context"]
    old = isinstance(context, list) and context[0] == _VERSION_1
    return passed(Check.FORMAT, Code.FORMAT_OLD_MODEL if old else Code.FORMAT_OK)


def _is_badge(document: JsonObject) -> bool:
    kind = document.get("type")
    return _is_listed(kind, "OpenBadgeCredential") or _is_listed(kind, "AchievementCredential")


def _is_listed(kind: JsonValue, name: str) -> bool:
    return kind == name or (isinstance(kind, list) and name in kind)
