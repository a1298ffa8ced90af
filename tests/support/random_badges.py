"""Random badges that are valid, and as varied as the standards allow; the same seed and number give the same badge.

They exercise the canonical form: everything in them has a meaning in the bundled contexts. A badge with the trait
`faulty` has one thing in it that safe mode must refuse. What a member means for a verifier is of no concern here.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from tests.support.random_values import random_json, random_number, random_text
from vc_core.contexts import (
    CREDENTIALS_V2,
    DATA_INTEGRITY_V2,
    EDUBADGES_CONTEXT,
    OPEN_BADGES_CONTEXT,
    OPEN_BADGES_EXTENSIONS,
)

_OB = "https://purl.imsglobal.org/spec/ob/v3p0/"
_OB_302: Final = _OB + "context-3.0.2.json"
_OB_301: Final = _OB + "context-3.0.1.json"  # redefines protected terms of VCDM 2.0
_DATES: Final = ("2026-11-23T10:00:00Z", "2031-01-01T00:00:00+01:00", "1999-12-31T23:59:59.999Z")
_TAGS: Final = ("nl", "en", "fy-NL", "EN-gb", "zh-Hant-TW", "x-klingon")

type Members = dict[str, Callable[[], Any]]


@dataclass(frozen=True, slots=True)
class RandomBadge:
    """One document, and what is remarkable about it."""

    number: int
    document: dict[str, Any]
    traits: frozenset[str]


def random_badges(seed: int, count: int, *, first: int = 0) -> Iterator[RandomBadge]:
    """Give `count` badges of this seed, from number `first` on."""
    return (random_badge(seed, number) for number in range(first, first + count))


def random_badge(seed: int, number: int) -> RandomBadge:
    """Return one badge; it depends on nothing but these two numbers."""
    maker = _Maker(random.Random(f"{seed}:{number}"))
    document = maker.presentation() if maker.happens(0.08) else maker.credential()
    if maker.happens(0.04):
        maker.spoil(document)
    return RandomBadge(number, document, frozenset(maker.traits))


@dataclass(slots=True)
class _Maker:
    """Makes one document; identifiers are drawn from a small pool, so that nodes are shared now and then."""

    chance: random.Random
    traits: set[str] = field(default_factory=set)
    _pool: list[str] = field(default_factory=list)
    _has_edubadges: bool = False
    _is_older: bool = False

    def happens(self, probability: float) -> bool:
        return self.chance.random() < probability

    # -- values -----------------------------------------------------------------------------------------------------

    def text(self) -> str:
        text = random_text(self.chance)
        self._note(text)
        return text

    def _note(self, text: str) -> None:
        if any(ord(c) < 0x20 or ord(c) == 0x7F for c in text):
            self.traits.add("control characters")
        if any("\ue000" <= c <= "\uffff" for c in text):
            self.traits.add("U+E000 to U+FFFF")
        if any(c > "\uffff" for c in text):
            self.traits.add("beyond U+FFFF")

    def localized(self) -> Any:
        """A text, or one or more value objects with a language."""
        if self.happens(0.85):
            return self.text()
        self.traits.add("value objects")
        values = [
            {"@value": self.text(), "@language": self.chance.choice(_TAGS)} for _ in range(self.chance.randint(1, 3))
        ]
        if self.happens(0.3):
            values.append({"@value": self.text(), "@type": "http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML"})
        return values if len(values) > 1 else values[0]

    def number(self) -> int | float:
        self.traits.add("numbers")
        return random_number(self.chance)

    def truth(self) -> bool:
        return self.happens(0.5)

    def iri(self) -> str:
        if self._pool and self.happens(0.25):
            self.traits.add("shared identifiers")
            return self.chance.choice(self._pool)
        word = "".join(self.chance.choices("abcdefghijklmnopqrstuvwxyz0123456789-._~", k=8))
        made = self.chance.choice(
            (
                f"https://{word[:3]}x.example/{word}",
                f"https://zzu.example/badges/{word}?v=1&taal=nl#deel",
                f"urn:uuid:5d0b9d0c-1f0f-4a6e-9a53-{self.chance.randrange(16**12):012x}",
                f"did:web:registry.example:institutions:i{self.chance.randrange(99)}",
                f"mailto:{self.chance.randrange(999)}@example.org",
                f"https://voorbeeld.example/diëet/{chr(self.chance.choice((0xE9, 0x6C34, 0xFB01, 0x1F393)))}",
            )
        )
        self._note(made)
        self._pool.append(made)
        return made

    def address(self) -> str:
        return f"https://a.example/{self.chance.randrange(1000)}"

    def list_of(self, make: Callable[[], Any], most: int = 3) -> Callable[[], Any]:
        """Nothing, one thing bare or in a list, or several; equal ones too."""

        def several() -> Any:
            items = [make() for _ in range(self.chance.randint(0, most))]
            if items and self.happens(0.2):
                self.traits.add("equal parts")
                items += [copy.deepcopy(self.chance.choice(items)) for _ in range(self.chance.randint(1, 2))]
            return items[0] if len(items) == 1 and self.happens(0.3) else items

        return several

    def ordered(self, make: Callable[[], Any]) -> Callable[[], Any]:
        """Return a maker of values of an `@list` term."""

        def several() -> Any:
            self.traits.add("ordered lists")
            return [make() for _ in range(self.chance.randint(0, 4))]

        return several

    # -- nodes ------------------------------------------------------------------------------------------------------

    def node(
        self, kind: str, members: Members, *, likely: float = 0.4, named: float = 0.5, must: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Return a node with some of the members, in any order."""
        made: dict[str, Any] = {}
        type_name, id_name = ("@type", "@id") if self.happens(0.03) else ("type", "id")
        if kind:
            made[type_name] = [kind] if self.happens(0.7) else kind
        if self.happens(named):
            made[id_name] = self.iri()
        elif self.happens(0.03):
            self.traits.add("named blank nodes")
            made[id_name] = f"_:x{self.chance.randrange(3)}"
        for name, make in members.items():
            if name in must or self.happens(likely):
                made[name] = make()
        names = list(made)
        self.chance.shuffle(names)
        return {name: made[name] for name in names}

    def image(self) -> Any:
        if self.happens(0.3):
            return self.iri()
        return self.node("Image", {"caption": self.text}, named=0.9)

    def geo(self) -> dict[str, Any]:
        return self.node("GeoCoordinates", {"latitude": self.number, "longitude": self.number}, named=0.1)

    def postal_address(self) -> dict[str, Any]:
        members: Members = {"addressCountry": self.text, "addressCountryCode": lambda: "NL", "postalCode": self.text}
        return self.node("Address", members | {"streetAddress": self.text, "geo": self.geo}, named=0.2)

    def identifier_entry(self) -> dict[str, Any]:
        members: Members = {"identifier": lambda: self.chance.choice("AB"), "identifierType": lambda: "ext:BRIN"}
        return self.node("IdentifierEntry", members, named=0, likely=0.7)

    def identity(self) -> dict[str, Any]:
        members: Members = {"hashed": self.truth, "identityHash": self.text, "salt": self.text}
        return self.node("IdentityObject", members | {"identityType": lambda: "emailAddress"}, named=0)

    def profile(self, depth: int = 0) -> dict[str, Any]:
        members: Members = {
            "name": self.localized,
            "url": self.address,
            "description": self.localized,
            "email": self.text,
            "phone": self.text,
            "official": self.text,
            "image": self.image,
            "address": self.postal_address,
            "otherIdentifier": self.list_of(self.identifier_entry),
        }
        if depth < 3:
            members["parentOrg"] = lambda: self.profile(depth + 1)
        return self.node("Profile", members, named=0.7, likely=0.3)

    def alignment(self) -> dict[str, Any]:
        members: Members = {"targetName": self.localized, "targetUrl": self.address, "targetCode": self.text}
        if self._has_edubadges:
            members["levelConfirmed"] = self.truth
        return self.node("Alignment", members | {"targetFramework": self.text}, named=0.3)

    def rubric_level(self) -> dict[str, Any]:
        members: Members = {"level": self.text, "points": self.text, "name": self.localized}
        return self.node("RubricCriterionLevel", members, named=0.5)

    def result_description(self) -> dict[str, Any]:
        members: Members = {
            "name": self.localized,
            "resultType": lambda: "LetterGrade",
            "allowedValue": self.ordered(lambda: self.number() if self.happens(0.1) else self.text()),
            "requiredLevel": self.address,
            "valueMax": self.number,
            "valueMin": self.text,
            "rubricCriterionLevel": self.list_of(self.rubric_level),
            "alignment": self.list_of(self.alignment),
        }
        return self.node("ResultDescription", members, named=0.7)

    def tags(self) -> Any:
        """A set, or now and then a list written out."""
        if self.happens(0.9):
            return self.list_of(self.text, 4)()
        return {"@list": self.ordered(self.text)()}

    def achievement(self) -> dict[str, Any]:
        members: Members = {
            "name": self.localized,
            "description": self.localized,
            "criteria": lambda: self.node(
                self.chance.choice(("", "Criteria")), {"narrative": self.localized}, named=0.3, must=("narrative",)
            ),
            "achievementType": lambda: "MicroCredential",
            "alignment": self.list_of(self.alignment),
            "creator": self.profile,
            "creditsAvailable": self.number,
            "fieldOfStudy": self.text,
            "humanCode": self.text,
            "image": self.image,
            "inLanguage": lambda: self.chance.choice(_TAGS),
            "otherIdentifier": self.list_of(self.identifier_entry),
            "resultDescription": self.list_of(self.result_description, 2),
            "tag": self.tags,
            "version": self.text,
            "related": self.list_of(lambda: self.node("Related", {"version": self.text}, named=0.9)),
        }
        if self._is_older:
            del members["inLanguage"]
        if self._has_edubadges:
            members |= self.edubadges_members()
        return self.node("Achievement", members, named=0.85)

    def edubadges_members(self) -> Members:
        def language_map(many: bool = False) -> dict[str, Any]:
            self.traits.add("language maps")
            tags = self.chance.sample(_TAGS, self.chance.randint(0, 3))
            return {tag: [self.text(), self.text()] if many and self.truth() else self.text() for tag in tags}

        return {
            "localizedName": language_map,
            "localizedLearningOutcome": lambda: language_map(many=True),
            "learningOutcome": self.list_of(self.text),
            "workload": lambda: "PT140H",
            "learningSetting": lambda: self.chance.choice(("formal", "nonFormal")),
            "creditFramework": lambda: "ECTS",
            "participation": self.list_of(lambda: self.chance.choice(("online", "onsite", "blended"))),
            "assessmentSupervised": self.truth,
            "identityVerified": self.truth,
            "isPartOf": self.list_of(self.iri),
            "qualityAssurance": lambda: self.node("QualityAssurance", {"name": self.text, "url": self.address}),
        }

    def result(self) -> dict[str, Any]:
        members: Members = {"value": self.text, "status": lambda: "Completed", "achievedLevel": self.address}
        return self.node(
            "Result",
            members | {"resultDescription": self.address, "alignment": self.list_of(self.alignment)},
            named=0.2,
        )

    def evidence(self) -> dict[str, Any]:
        members: Members = {
            "narrative": self.localized,
            "name": self.localized,
            "genre": self.text,
            "audience": self.text,
        }
        return self.node("Evidence", members, named=0.4)

    def subject(self) -> dict[str, Any]:
        members: Members = {
            "achievement": self.achievement,
            "activityStartDate": lambda: "2026-09-01",
            "creditsEarned": self.number,
            "identifier": self.list_of(self.identity),
            "image": self.image,
            "narrative": self.localized,
            "result": self.list_of(self.result),
            "role": self.text,
            "source": self.profile,
            "term": self.text,
        }
        return self.node("AchievementSubject", members, named=0.7, must=("achievement",))

    def status(self) -> dict[str, Any]:
        members: Members = {
            "statusPurpose": lambda: self.chance.choice(("revocation", "suspension")),
            "statusListIndex": lambda: str(self.chance.randrange(131_072)),
            "statusListCredential": self.address,
        }
        return self.node("BitstringStatusListEntry", members, likely=0.95, named=0.5)

    def proof(self) -> dict[str, Any]:
        self.traits.add("named graphs")
        members: Members = {
            "cryptosuite": lambda: "eddsa-rdfc-2022",
            "created": lambda: self.chance.choice(_DATES),
            "verificationMethod": self.iri,
            "proofPurpose": lambda: "assertionMethod",
            "challenge": self.text,
            "proofValue": lambda: "z" + "".join(self.chance.choices("123456789ABCDEFGHJKLMNPQRSTUV", k=40)),
        }
        return self.node("DataIntegrityProof", members, likely=0.8, named=0.1, must=("proofValue",))

    # -- documents --------------------------------------------------------------------------------------------------

    def credential(self) -> dict[str, Any]:
        self._has_edubadges = self.happens(0.4)
        self._is_older = not self._has_edubadges and self.happens(0.15)
        contexts = [CREDENTIALS_V2, _OB_302 if self._is_older else OPEN_BADGES_CONTEXT]
        if self._has_edubadges:
            contexts.append(EDUBADGES_CONTEXT)
        if self.happens(0.15):
            contexts.append(OPEN_BADGES_EXTENSIONS)
        members: Members = {
            "issuer": lambda: self.iri() if self.happens(0.15) else self.profile(),
            "validFrom": lambda: self.chance.choice(_DATES),
            "validUntil": lambda: self.chance.choice(_DATES),
            "awardedDate": lambda: self.chance.choice(_DATES),
            "name": self.localized,
            "description": self.localized,
            "credentialSubject": self.list_of(self.subject, 2) if self.happens(0.15) else self.subject,
            "credentialStatus": self.list_of(self.status, 2),
            "evidence": self.list_of(self.evidence, 4),
            "image": self.image,
            "termsOfUse": lambda: {"type": "JsonSchema", "jsonSchema": self.json_value()},
            "proof": self.list_of(self.proof, 2),
        }
        if self._is_older:
            del members["awardedDate"]
        made = self.node("", members, likely=0.45, named=0.9, must=("issuer", "validFrom", "credentialSubject"))
        kinds = ["VerifiableCredential", self.chance.choice(("OpenBadgeCredential", "AchievementCredential"))]
        made.pop("type", None)
        if isinstance(made.get("credentialSubject"), list) and len(made["credentialSubject"]) > 1:
            self.traits.add("several subjects")
        return {"@context": contexts, "type": kinds, **made}

    def json_value(self) -> Any:
        self.traits.add("JSON literals")
        return random_json(self.chance)

    def presentation(self) -> dict[str, Any]:
        self.traits.add("presentations")
        members: Members = {
            "holder": self.iri,
            "verifiableCredential": self.list_of(self.credential, 2),
            "proof": self.proof,
        }
        made = self.node("", members, likely=0.7, named=0.5, must=("verifiableCredential",))
        contexts = [CREDENTIALS_V2, DATA_INTEGRITY_V2] if self.happens(0.2) else [CREDENTIALS_V2]
        return {"@context": contexts, "type": ["VerifiablePresentation"], **made}

    def spoil(self, document: dict[str, Any]) -> None:
        """Put one thing into the document that has no meaning."""
        self.traits.add("faulty")
        fault = self.chance.randrange(6)
        if fault == 0:
            document["onbekend"] = self.text()
        elif fault == 1:
            document["type"] = [*document["type"], "OnbekendType"]
        elif fault == 2:
            document["id"] = "geen-adres"
        elif fault == 3:
            document["@context"] = [*document["@context"], "https://onbekend.example/context.json"]
        elif fault == 4:
            document["@context"] = [*document["@context"], _OB_301]
        else:
            document["termsOfUse"] = {"type": "JsonSchema", "onbekend": 1}
