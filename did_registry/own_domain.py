"""Does an institution's own web address serve its identity document well? Looked at live, step by step.

An institution may publish its keys under its own name besides here. What people get wrong there (a certificate, a
redirect, a key of last year) is found before a badge depends on it. Nothing of what is fetched is kept.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from service_kit.fetch import Fetched, Fetcher, FetchFailed, FetchRefused
from service_kit.problems import TooManyAttempts
from vc_core.did import did_web_from_url, did_web_url, find_verification_method
from vc_core.errors import DidError, EdubadgesError, MalformedInput
from vc_core.json_text import JsonObject, JsonValue, parse_json_object
from vc_core.keys import PublicKey

MAX_DOCUMENT = 64_000
PAUSE_S = 3.0
_DEPTH = 16


class Step(StrEnum):
    """What is looked at, in order; after one that fails the rest cannot be."""

    ADDRESS = "address"
    ANSWERS = "answers"
    DOCUMENT = "document"
    IDENTIFIER = "identifier"
    KEYS_THERE = "keys-there"
    NO_OTHER_KEYS = "no-other-keys"


@dataclass(frozen=True, slots=True)
class Finding:
    """How one step ended. Its code is stable; the sentence for people is `TEXTS[code]`."""

    step: Step
    outcome: Literal["passed", "failed", "not_run"]
    code: str
    detail: str = ""
    """The key or the address it is about."""


TEXTS = {
    "address-usable": "The name can be used.",
    "address-refused": "This address cannot be looked at: it lies in a private network, or is not an address.",
    "answers-over-tls": "The web server answers, with a good certificate and without sending us on.",
    "answers-not": "The web server does not answer. Look at the name, the firewall and whether it runs.",
    "answers-with-bad-certificate": "The web server's certificate is not good. Renew it, or add the intermediate one.",
    "answers-without-tls": "The web server does not speak TLS at this address. Switch https on.",
    "answers-with-redirect": "The web server sends us on to another address. Serve the document itself at this one.",
    "answers-without-document": "The web server answers, but has no document at this address. Put the export there.",
    "answers-too-much": "What is served is too large or too slow to be an identity document.",
    "document-readable": "The document can be read.",
    "document-unreadable": "What is served is not a JSON document. Put the export there as it is.",
    "identifier-equal": "The document is about this address.",
    "identifier-other": "The document is about another identifier. Export it again, for this domain.",
    "keys-all-there": "Every key that the agent signs with is there.",
    "keys-missing": "A key that the agent signs with is missing or may not sign. Export the document again.",
    "other-keys-none": "There are no other keys that may sign.",
    "other-keys": "A key may sign here that the agent does not have. Take it away, or find out whose it is.",
    "not-looked-at": "This could not be looked at, because of what comes before.",
}


@dataclass(frozen=True, slots=True)
class OwnDomainCheck:
    """What came of it."""

    did: str
    url: str
    findings: tuple[Finding, ...]

    @property
    def good(self) -> bool:
        """Say whether everything is as it should be."""
        return all(finding.outcome == "passed" for finding in self.findings)

    def to_json(self) -> JsonObject:
        """Return the JSON form."""
        findings: list[JsonValue] = [
            {
                "step": finding.step,
                "outcome": finding.outcome,
                "code": finding.code,
                "detail": finding.detail,
                "sentence": TEXTS[finding.code],
            }
            for finding in self.findings
        ]
        return {"did": self.did, "url": self.url, "good": self.good, "findings": findings}


@dataclass(frozen=True, slots=True)
class OwnDomains:
    """Looks, through the one guarded door, and not too often for one institution."""

    fetcher: Fetcher
    _last: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self, slug: str, domain: str, in_force: JsonObject) -> OwnDomainCheck:
        """Compare what a domain serves with the document in force here.

        Args:
            slug: the institution; asked again within seconds it is refused.
            domain: a host name, with a port if need be.
            in_force: its document in this registry, whose keys its agent signs with.

        Raises:
            TooManyAttempts: it was asked a moment ago.
            MalformedInput: the domain has no did:web form.
        """
        self._wait_your_turn(slug)
        try:
            did = did_web_from_url(f"https://{domain}")
            url = did_web_url(did)
        except DidError as error:
            raise MalformedInput("This is not a domain name.") from error
        found = self._fetch(url)
        if isinstance(found, Finding):
            done = [] if found.step is Step.ADDRESS else [Finding(Step.ADDRESS, "passed", "address-usable")]
            return OwnDomainCheck(did, url, _whole([*done, found]))
        begun = [
            Finding(Step.ADDRESS, "passed", "address-usable"),
            Finding(Step.ANSWERS, "passed", "answers-over-tls", url),
        ]
        return OwnDomainCheck(did, url, _whole([*begun, *_compare(found.body, did, in_force)]))

    def _wait_your_turn(self, slug: str) -> None:
        now = time.monotonic()
        with self._lock:
            if now - self._last.get(slug, -PAUSE_S) < PAUSE_S:
                raise TooManyAttempts("This was looked at a moment ago. Wait a few seconds, and look again.")
            self._last[slug] = now

    def _fetch(self, url: str) -> Fetched | Finding:
        try:
            return self.fetcher.get(url, max_bytes=MAX_DOCUMENT, accept="application/did+json, application/json")
        except FetchRefused:
            return Finding(Step.ADDRESS, "failed", "address-refused", url)
        except FetchFailed as error:
            return Finding(Step.ANSWERS, "failed", _why(error), url)


def _why(error: FetchFailed) -> str:
    status = error.extensions.get("upstream_status")
    if isinstance(status, int):
        return "answers-with-redirect" if 300 <= status < 400 else "answers-without-document"
    if "sent us on" in error.detail:
        return "answers-with-redirect"
    if "larger" in error.detail or "too long" in error.detail:
        return "answers-too-much"
    found = _of_tls(error)
    if found is None:
        return "answers-not"
    return "answers-with-bad-certificate" if isinstance(found, ssl.SSLCertVerificationError) else "answers-without-tls"


def _of_tls(error: BaseException | None) -> ssl.SSLError | None:
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error


def _compare(body: bytes, did: str, in_force: JsonObject) -> list[Finding]:
    try:
        document = parse_json_object(body, max_bytes=MAX_DOCUMENT, max_depth=_DEPTH)
    except MalformedInput as error:
        return [Finding(Step.DOCUMENT, "failed", "document-unreadable", error.detail)]
    found = [Finding(Step.DOCUMENT, "passed", "document-readable")]
    identifier = document.get("id")
    if identifier != did:
        shown = identifier[:200] if isinstance(identifier, str) else ""
        return [*found, Finding(Step.IDENTIFIER, "failed", "identifier-other", shown)]
    found.append(Finding(Step.IDENTIFIER, "passed", "identifier-equal", did))
    needed, there = _signing_keys(in_force), _signing_keys(document)
    missing = [name for key, name in needed.items() if key not in there]
    unknown = [name for key, name in there.items() if key not in needed]
    return [
        *found,
        Finding(Step.KEYS_THERE, "failed", "keys-missing", missing[0])
        if missing
        else Finding(Step.KEYS_THERE, "passed", "keys-all-there"),
        Finding(Step.NO_OTHER_KEYS, "failed", "other-keys", unknown[0])
        if unknown
        else Finding(Step.NO_OTHER_KEYS, "passed", "other-keys-none"),
    ]


def _signing_keys(document: Mapping[str, JsonValue]) -> dict[PublicKey | str, str]:
    """Return the keys that may make statements, each with its multikey; one that cannot be read stands for itself."""
    named = document.get("assertionMethod")
    keys: dict[PublicKey | str, str] = {}
    for name in (named if isinstance(named, list) else [])[:200]:
        if not isinstance(name, str):
            keys["?"] = "?"
            continue
        try:
            _, key = find_verification_method(document, name, relationship="assertionMethod")
        except EdubadgesError:
            keys[name] = name[:200]
        else:
            keys[key] = key.to_multikey()
    return keys


def _whole(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return a finding for every step: those that were not reached could not be looked at."""
    done = {finding.step for finding in findings}
    rest = [Finding(step, "not_run", "not-looked-at") for step in Step if step not in done]
    return (*findings, *rest)
