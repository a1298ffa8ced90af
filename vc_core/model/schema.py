"""Check credentials against the bundled 1EdTech JSON Schemas.

`json-ld` is the official family that tolerates compacted single values; `plain` is derived from it and asks for
arrays everywhere. Schemas do
not see everything (wrong nested types pass): see `lint`. The files are 1EdTech's, as published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import jsonschema_rs
import orjson

from vc_core.errors import MalformedInput
from vc_core.json_text import JsonValue
from vc_core.model.credential import credential_types, data_model_version

type Family = Literal["json-ld", "plain"]
FAMILIES: tuple[Family, ...] = ("json-ld", "plain")
MAX_FINDINGS = 20
MAX_EXPLAINED = 400
"""Commas in the JSON text. Saying where takes 80 microseconds and 7 kB for each value that is wrong, in every form in
which a list may stand: 300 kB of numbers took 15 seconds and 2 GB."""


@dataclass(frozen=True, slots=True)
class SchemaFinding:
    """One place where a document differs from its schema."""

    pointer: str
    """Of the member that is wrong, or that is missing."""
    rule: str
    """The schema keyword that is not met: `required`, `type`, `enum` …"""


def schema_name(document: Mapping[str, JsonValue]) -> str | None:
    """Return the name of the schema for a document, or None when it is neither an achievement nor an endorsement.

    Raises:
        MalformedInput: not a credential.
    """
    prefix = "" if data_model_version(document) == "2.0" else "any"
    types = credential_types(document)
    if "EndorsementCredential" in types:
        return prefix + "endorsementcredential"
    if "AchievementCredential" in types or "OpenBadgeCredential" in types:
        return prefix + "achievementcredential"
    return None


def follows_schema(document: Mapping[str, JsonValue], name: str, *, family: Family = "json-ld") -> bool:
    """Say whether a document follows the schema of this name (`schema_name`); quicker than finding out where not."""
    return bool(_validator(name, family).is_valid(document))


def check_schema(
    document: Mapping[str, JsonValue], *, family: Family = "json-ld", max_explained: int = MAX_EXPLAINED
) -> list[SchemaFinding]:
    """Return where a credential differs from its 1EdTech schema; at most twenty places.

    Of a document with more values than `max_explained` is only told that it differs.

    Raises:
        MalformedInput: not a credential of Open Badges.
    """
    name = schema_name(document)
    if name is None:
        raise MalformedInput("The credential is not an Open Badge.")
    validator = _validator(name, family)
    if validator.is_valid(document):
        return []
    if orjson.dumps(document).count(b",") > max_explained:
        return [SchemaFinding("", "too many values to say where")]
    findings = []
    for error in validator.iter_errors(document):
        missing = [error.kind.property] if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required) else []
        pointer = "".join(f"/{part}" for part in [*error.instance_path, *missing])
        findings.append(SchemaFinding(pointer, str(error.schema_path[-1]) if error.schema_path else ""))
        if len(findings) == MAX_FINDINGS:
            break
    return findings


@cache
def _validator(name: str, family: Family) -> Any:
    data = resources.files(__package__).joinpath("schemas", family, f"{name}.json").read_bytes()
    schema = orjson.loads(data)
    schema["$schema"] = str(schema["$schema"]).rstrip("#")  # strict readers do not know the address with '#'
    return jsonschema_rs.validator_for(schema, validate_formats=True)
