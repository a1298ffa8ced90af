"""May this institution issue this kind of achievement, by the accreditations there are? Proofs are checked before.

A chain begins at a root. Every link must hold at the moment of issuing and must itself cover the badge, so that nobody
can pass on more than they were given. On behalf of another: that other must be accredited for it, and must say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.accreditation import EQF_LEVELS, MAX_FURTHER_LINKS, Accreditation, Scope

MAX_ACCREDITATIONS = 200
"""More than this of one institution are not looked at: a bound on the work that others can cause."""


@dataclass(frozen=True, slots=True)
class AchievementKind:
    """What decides whether an achievement is within a scope; None or empty is not said."""

    achievement_type: str
    learning_setting: str | None = None
    eqf_levels: frozenset[int] = frozenset()
    fields: frozenset[str] = frozenset()
    country: str | None = None
    creator: str | None = None
    """Whose achievement it is, when that is said."""


class Aspect(StrEnum):
    """What of a badge lies outside a scope."""

    TYPE = "type"
    SETTING = "learning setting"
    LEVEL = "level"
    FIELD = "field of study"
    COUNTRY = "country"
    MOMENT = "moment of issuing"
    BEHALF = "on whose behalf"


class Authority(StrEnum):
    """The answer, from the worst to the best."""

    NOT_LISTED = "not-listed"
    """No accreditation names the institution."""
    CHAIN_BROKEN = "chain-broken"
    """One covers it, but who stated that may not, or may not any more."""
    NOT_FOR_THIS = "not-for-this"
    CANNOT_TELL = "cannot-tell"
    """One could cover it, but the badge does not say what its limits are about."""
    LISTED_ON_BEHALF = "listed-on-behalf"
    LISTED = "listed"


_ORDER = list(Authority)


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer, what it rests on, and what is in the way."""

    authority: Authority
    chain: tuple[Accreditation, ...] = ()
    """From the root to the institution, when there is one."""
    aspects: tuple[Aspect, ...] = ()
    """What lies outside the scope, or what the badge does not say."""


def kind_of_badge(document: Mapping[str, JsonValue], *, country: str | None = None) -> AchievementKind:
    """Return what kind of achievement a badge says it is about; what cannot be read is not said.

    Args:
        document: an Open Badge as it was signed.
        country: where its issuer is established, from a registry and not from the badge.
    """
    subject = document.get("credentialSubject")
    found = subject.get("achievement") if isinstance(subject, dict) else None
    achievement: JsonObject = found if isinstance(found, dict) else {}
    codes = dict.fromkeys(_alignments(achievement))
    levels = {int(code) for framework, code in codes if framework == "ext:EQF" and code in map(str, EQF_LEVELS)}
    fields = {code for framework, code in codes if framework == "ext:ISCED-F" and code.isascii() and code.isdigit()}
    creator = achievement.get("creator")
    owner = creator.get("id") if isinstance(creator, dict) else creator
    return AchievementKind(
        _text(achievement.get("achievementType")) or "Achievement",
        _text(achievement.get("learningSetting")),
        frozenset(levels),
        frozenset(fields),
        country,
        _text(owner),
    )


def decide_authority(
    issuer: str, kind: AchievementKind, at: datetime, accreditations: Iterable[Accreditation], *, roots: Iterable[str]
) -> Finding:
    """Return whether an institution may issue a kind of achievement at a moment.

    Args:
        issuer: the DID that issued.
        kind: of the badge.
        at: the moment of issuing.
        accreditations: statements whose proofs hold; the order does not matter.
        roots: the DIDs whose word is taken.
    """
    book = _Book(accreditations, frozenset(roots), kind, at)
    findings = [book.judge(item, scope) for item in book.about(issuer) for scope in item.may_issue]
    return max(findings, key=_rank, default=Finding(Authority.NOT_LISTED))


def decide_recognition(
    accreditor: str,
    kind: AchievementKind,
    at: datetime,
    accreditations: Iterable[Accreditation],
    *,
    roots: Iterable[str],
) -> Finding:
    """Return whether a body may let an institution issue a kind of achievement at a moment; a root may.

    It is answered by supposing that it did. The arguments are those of `decide_authority`.
    """
    supposed = Accreditation("urn:supposed", accreditor, _ANYBODY, at, may_issue=(Scope(),))
    return decide_authority(_ANYBODY, kind, at, [supposed, *accreditations], roots=roots)


_ANYBODY = "did:example:anybody"

type _Aspects = tuple[Aspect, ...]
type _Chain = tuple[tuple[Accreditation, ...], _Aspects]
"""Statements from a root down, and what their limits are about that the badge does not say."""


class _Book:
    """The statements, and the one question that is asked of them; what is asked again is remembered."""

    def __init__(
        self, items: Iterable[Accreditation], roots: frozenset[str], kind: AchievementKind, at: datetime
    ) -> None:
        self._by_subject: dict[str, list[Accreditation]] = {}
        for item in sorted(items, key=lambda item: (item.id, item.since))[:MAX_ACCREDITATIONS]:
            self._by_subject.setdefault(item.subject, []).append(item)
        self._roots = roots
        self._kind = kind
        self._at = at
        self._passing: dict[int, _Aspects | None] = {}
        self._chains: dict[str, _Chain | None] = {}

    def about(self, did: str) -> Sequence[Accreditation]:
        return self._by_subject.get(did, ())

    def judge(self, item: Accreditation, scope: Scope) -> Finding:
        """Return what one scope of one statement comes to."""
        outside, unsaid = _compare(scope, self._kind)
        if not item.holds_at(self._at):
            outside = (*outside, Aspect.MOMENT)
        if scope.on_behalf_of is not None and self._kind.creator != scope.on_behalf_of:
            outside = (*outside, Aspect.BEHALF)
        if outside:
            return Finding(Authority.NOT_FOR_THIS, aspects=outside)
        above = self._chain_to(item.issuer) if scope.on_behalf_of is None else self._mandate_of(item.issuer)
        if above is None:
            return Finding(Authority.CHAIN_BROKEN, (item,))
        chain = (*above[0], item)
        missing = tuple(dict.fromkeys((*above[1], *unsaid)))
        if missing:
            return Finding(Authority.CANNOT_TELL, chain, missing)
        return Finding(Authority.LISTED if scope.on_behalf_of is None else Authority.LISTED_ON_BEHALF, chain)

    def _mandate_of(self, institution: str) -> _Chain | None:
        """Return why an institution may let another issue this in its name: it may issue it itself."""
        for held in self.about(institution):
            unsaid = self._fit(held, held.may_issue)
            above = self._chain_to(held.issuer) if unsaid is not None else None
            if unsaid is not None and above is not None:
                return (*above[0], held), (*above[1], *unsaid)
        return None

    def _chain_to(self, accreditor: str) -> _Chain | None:
        """Return the statements by which an accreditor may let others issue this; none are needed for a root."""
        if accreditor not in self._chains:
            self._chains[accreditor] = self._find_chain(accreditor)
        return self._chains[accreditor]

    def _find_chain(self, accreditor: str) -> _Chain | None:
        reached: dict[str, _Chain] = {accreditor: ((), ())}
        # Upwards, one accreditor at a time: the shortest chain is found, and a cycle ends at the limit.
        for links in range(MAX_FURTHER_LINKS + 2):
            at_root = sorted(reached.keys() & self._roots)
            if at_root:
                return reached[at_root[0]]
            above: dict[str, _Chain] = {}
            for name, (chain, missing) in reached.items():
                for held in self.about(name):
                    unsaid = self._passes_on(held) if held.further_links >= links else None
                    if unsaid is not None:
                        above.setdefault(held.issuer, ((held, *chain), (*unsaid, *missing)))
            reached = above
        return None

    def _passes_on(self, held: Accreditation) -> _Aspects | None:
        if id(held) not in self._passing:
            self._passing[id(held)] = self._fit(held, held.may_accredit)
        return self._passing[id(held)]

    def _fit(self, held: Accreditation, scopes: Iterable[Scope]) -> _Aspects | None:
        """Return what a covering scope is about that the badge does not say, the fewest; None when none covers it."""
        compared = [_compare(scope, self._kind) for scope in scopes if scope.on_behalf_of is None]
        covering = [unsaid for outside, unsaid in compared if not outside]
        return min(covering, key=len, default=None) if held.holds_at(self._at) else None


def _compare(scope: Scope, kind: AchievementKind) -> tuple[tuple[Aspect, ...], tuple[Aspect, ...]]:
    """Return what of a kind lies outside a scope, and what is limited but not said."""
    outside, unsaid = [], []
    for aspect, limit, said in (
        (Aspect.TYPE, scope.achievement_types, {kind.achievement_type}),
        (Aspect.SETTING, scope.learning_settings, _one(kind.learning_setting)),
        (Aspect.LEVEL, scope.eqf_levels, kind.eqf_levels),
        (Aspect.COUNTRY, scope.countries, _one(kind.country)),
    ):
        if limit and not said:
            unsaid.append(aspect)
        elif limit and not said <= limit:
            outside.append(aspect)
    if scope.fields and not kind.fields:
        unsaid.append(Aspect.FIELD)
    elif scope.fields and not all(_within(code, scope.fields) for code in kind.fields):
        outside.append(Aspect.FIELD)
    return tuple(outside), tuple(unsaid)


def _within(code: str, fields: frozenset[str]) -> bool:
    return any(code.startswith(field) for field in fields)


def _rank(finding: Finding) -> tuple[int, int, tuple[str, ...]]:
    """Order findings: the better answer, then fewer things in the way, then always the same one."""
    ids = tuple(item.id for item in finding.chain)
    return _ORDER.index(finding.authority), -len(finding.aspects), ids


def _alignments(achievement: JsonObject) -> Iterator[tuple[str, str]]:
    found = achievement.get("alignment")
    for item in found if isinstance(found, list) else [found]:
        if isinstance(item, dict):
            framework, code = _text(item.get("targetType")), _text(item.get("targetCode"))
            if framework is not None and code is not None:
                yield framework, code


def _one(value: str | None) -> set[str]:
    return set() if value is None else {value}


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and len(value) <= 500 else None
