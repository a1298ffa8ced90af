"""Write the next entry of a did:webvh log; who signs it is the caller's.

An entry is made in two steps, because the keys are elsewhere: what is to be signed, and the line with its proof.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from vc_core.canonical.jcs import canonicalize_jcs
from vc_core.json_text import JsonObject, JsonValue
from vc_core.trust.did_log import PLACEHOLDER, DidLog, entry_bytes
from vc_core.trust.did_log_rules import METHOD, DidLogError, multihash


def first_entry(
    template: Mapping[str, JsonValue],
    *,
    update_keys: Sequence[str],
    at: datetime,
    next_keys: Sequence[str] = (),
    witness: JsonObject | None = None,
    portable: bool = False,
) -> JsonObject:
    """Return the unsigned first entry; the identifier follows from it.

    Args:
        template: the first document, with `{SCID}` where the identifier will stand (`did:webvh:{SCID}:example.org`).
        update_keys: Multikeys that may sign the next entry, and this one.
        at: the moment of this version, to the second.
        next_keys: Multikeys that will be update keys later; only their hashes are published.
        witness: `{threshold, witnesses: [{id}]}`.
        portable: whether the identifier may move to another address.

    Raises:
        DidLogError: the template has no place for the identifier.
    """
    if PLACEHOLDER not in str(template.get("id")):
        raise DidLogError("The document has no place for the identifier.")
    parameters: JsonObject = {
        "method": METHOD,
        "scid": PLACEHOLDER,
        "updateKeys": [*update_keys],
        "nextKeyHashes": [multihash(key.encode()) for key in next_keys],
        "portable": portable,
        **({"witness": witness} if witness else {}),
    }
    entry: JsonObject = {
        "versionId": PLACEHOLDER,
        "versionTime": _stamp(at),
        "parameters": parameters,
        "state": dict(template),
    }
    text = canonicalize_jcs(entry)
    named: JsonObject = json.loads(text.replace(PLACEHOLDER.encode(), multihash(text).encode()))
    return _numbered(named, 1, named["versionId"])


def next_entry(
    log: DidLog,
    document: Mapping[str, JsonValue],
    *,
    at: datetime,
    update_keys: Sequence[str] | None = None,
    next_keys: Sequence[str] = (),
    witness: JsonObject | None = None,
) -> JsonObject:
    """Return the unsigned entry that follows; it holds what is given here and leaves the rest as it is in force.

    Raises:
        DidLogError: the identifier was ended, or the moment is not after the last version.
    """
    parameters: JsonObject = {"nextKeyHashes": [multihash(key.encode()) for key in next_keys]}
    if update_keys is not None:
        parameters["updateKeys"] = [*update_keys]
    elif log.current.parameters.next_key_hashes:
        raise DidLogError("The keys that were announced must be named now.")
    if witness is not None:
        parameters["witness"] = witness
    return _following(log, document, parameters, at)


def last_entry(log: DidLog, *, at: datetime, update_keys: Sequence[str] | None = None) -> JsonObject:
    """Return the unsigned entry that ends the identifier; its versions stay readable.

    `update_keys` are needed where keys were announced.

    Raises:
        DidLogError: the identifier was ended already, the moment is not after the last version, or the keys that were
        announced are not named.
    """
    if update_keys is None and log.current.parameters.next_key_hashes:
        raise DidLogError("The keys that were announced must be named now.")
    parameters: JsonObject = {"deactivated": True, "nextKeyHashes": []}
    parameters["updateKeys"] = [*update_keys] if update_keys is not None else []
    return _following(log, log.current.document, parameters, at)


def line_of(entry: Mapping[str, JsonValue]) -> bytes:
    """Return a signed entry as a line of `did.jsonl`, its proof in a list."""
    proof = entry["proof"]
    return canonicalize_jcs({**entry, "proof": proof if isinstance(proof, list) else [proof]}) + b"\n"


def _following(log: DidLog, document: Mapping[str, JsonValue], parameters: JsonObject, at: datetime) -> JsonObject:
    if log.ended_at is not None or at.replace(microsecond=0) <= log.current.at:
        raise DidLogError("Nothing can follow the last version at this moment.")
    entry: JsonObject = {
        "versionId": log.current.version_id,
        "versionTime": _stamp(at),
        "parameters": parameters,
        "state": dict(document),
    }
    return _numbered(entry, log.current.number + 1, log.current.version_id)


def _numbered(entry: JsonObject, number: int, before: JsonValue) -> JsonObject:
    return {**entry, "versionId": f"{number}-{multihash(entry_bytes(entry, version_id=before))}"}


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
