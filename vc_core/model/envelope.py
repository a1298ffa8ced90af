"""Build what endorsements and learner records have around their subject: issuer, dates, status, refresh.

The subject itself is the work of `endorsement` and `clr`. Nothing here signs. Open Badges 3.0, B.1 (the classes
EndorsementCredential, Profile, CredentialStatus, RefreshService); CLR 2.0 uses the same ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.credential import parse_moment
from vc_core.model.data_values import wrong_date_time_stamp, wrong_url
from vc_core.model.facts import LocalizedText, ProfileData, StatusReference
from vc_core.model.refresh import build_refresh_service

MAX_PARENTS = 8
SCHEMA_TYPE = "1EdTechJsonSchemaValidator2019"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeData:
    """What is decided about a credential apart from what it says of its subject."""

    id: str
    """Identifier of the credential, for example `urn:uuid:…`."""
    name: str
    valid_from: str
    valid_until: str | None = None
    awarded_date: str | None = None
    description: str | None = None
    statuses: tuple[StatusReference, ...] = ()
    refresh_url: str | None = None
    """Where a newer version can be fetched (1EdTechCredentialRefresh)."""


def build_envelope(
    data: EnvelopeData, issuer: JsonObject, *, contexts: Sequence[str], credential_type: str, schema_url: str
) -> JsonObject:
    """Return an unsigned credential that has everything but its subject.

    Raises:
        MalformedInput: an identifier is no URL, a name is empty, a date has no zone, or the end lies before the start.
    """
    if wrong_url(data.id):
        raise MalformedInput("The identifier of the credential is not a URL.")
    if not data.name.strip():
        raise MalformedInput("The credential has no name.")
    _check_dates(data)
    document: JsonObject = {
        "@context": list(contexts),
        "id": data.id,
        "type": ["VerifiableCredential", credential_type],
        "name": data.name,
    }
    put_text(document, "description", data.description)
    document["issuer"] = issuer
    document["validFrom"] = data.valid_from
    put_text(document, "validUntil", data.valid_until)
    put_text(document, "awardedDate", data.awarded_date)
    if data.statuses:
        entries: list[JsonValue] = [build_status_entry(item) for item in data.statuses]
        document["credentialStatus"] = entries[0] if len(entries) == 1 else entries  # 1EdTech's schema wants one object
    if data.refresh_url is not None:
        document["refreshService"] = build_refresh_service(data.refresh_url)
    document["credentialSchema"] = [{"id": schema_url, "type": SCHEMA_TYPE}]
    return document


def build_profile(data: ProfileData, language: str, *, with_translations: bool = False) -> JsonObject:
    """Return the Profile of an organisation, its names in `language` where it has that.

    `with_translations` adds every language, in terms of the edubadges vocabulary; the credential must name it.

    Raises:
        MalformedInput: it has no name, its identifier is no URL, or the line of parents is too long.
    """
    return _profile(data, language, 0, with_translations=with_translations)


def build_status_entry(data: StatusReference) -> JsonObject:
    """Return the BitstringStatusListEntry of one place in a status list.

    Raises:
        MalformedInput: the list is no URL, or the place lies before the first.
    """
    if wrong_url(data.list_url) or data.index < 0:
        raise MalformedInput("The place in the status list cannot be written down.")
    return {
        "id": f"{data.list_url}#{data.index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": data.purpose,
        "statusListIndex": str(data.index),
        "statusListCredential": data.list_url,
    }


def put_text(target: JsonObject, name: str, value: str | None) -> None:
    """Write a member when it says something: an empty text is the same as none."""
    if value:
        target[name] = value


def put_translations(target: JsonObject, name: str, texts: LocalizedText) -> None:
    """Write a text in all its languages, when there are several."""
    if len(texts) > 1:
        target[name] = dict(texts)


def _profile(data: ProfileData, language: str, depth: int, *, with_translations: bool) -> JsonObject:
    if depth > MAX_PARENTS:
        raise MalformedInput(f"An organisation has more than {MAX_PARENTS} organisations above it.")
    if wrong_url(data.id):
        raise MalformedInput("The identifier of an organisation is not a URL.")
    profile: JsonObject = {"id": data.id, "type": ["Profile"], "name": _text(data.name, language)}
    if not profile["name"]:
        raise MalformedInput("An organisation has no name.")
    if with_translations:
        put_translations(profile, "localizedName", data.name)
    put_text(profile, "description", _text(data.description, language))
    if with_translations:
        put_translations(profile, "localizedDescription", data.description)
    put_text(profile, "url", data.url)
    put_text(profile, "email", data.email)
    if data.image_url is not None:
        profile["image"] = {"id": data.image_url, "type": "Image"}
    if data.country_code is not None:
        profile["address"] = {"type": ["Address"], "addressCountryCode": data.country_code}
    if data.institution_code is not None:
        profile["otherIdentifier"] = [
            {"type": "IdentifierEntry", "identifier": data.institution_code, "identifierType": "ext:BRIN"}
        ]
    if data.parent is not None:
        profile["parentOrg"] = _profile(data.parent, language, depth + 1, with_translations=with_translations)
    return profile


def _text(texts: LocalizedText, language: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "")


def _check_dates(data: EnvelopeData) -> None:
    for moment in (data.valid_from, data.valid_until, data.awarded_date):
        if moment is not None and wrong_date_time_stamp(moment):
            raise MalformedInput("A date is not a time with a zone.")
    if data.valid_until is not None and parse_moment(data.valid_until) < parse_moment(data.valid_from):
        raise MalformedInput("The credential ends before it begins.")
