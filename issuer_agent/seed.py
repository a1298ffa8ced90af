"""Fill an issuer with the sample institutions, badge classes, people and a little history.

Every step looks at what is there already, so that running it again, or after a run that broke off, adds only what is
missing.
"""

from __future__ import annotations

import json
from datetime import timedelta
from importlib import resources
from typing import Any

from issuer_agent import store_people
from issuer_agent.audit_trail import Actor
from issuer_agent.award_rules import Grounds, Recipient
from issuer_agent.records import BadgeClassContent, BadgeRequest, Institution, Membership, Person
from issuer_agent.registry_client import RegistryClient
from issuer_agent.service import Issuer, now
from issuer_agent.store import CONTENT
from service_kit.database import begin

SEED = Actor("key:seed")


def seed(issuer: Issuer) -> list[str]:
    """Seed, and return what is there now, one line each.

    Raises:
        Unavailable: agent or registry is away; calling again goes on where it was.
    """
    sample = _sample()
    done = []
    for item in sample["institutions"]:
        institution = issuer.institutions.add(_institution(item), actor=SEED, now=now())
        done.append(f"{institution.name_en}: {institution.did}")
    _people(issuer, sample["people"])
    ids = _badge_classes(issuer, sample["badge_classes"])
    for item in sample["requests"]:
        _request(issuer, item, ids[item["badge_class"]])
    for item in sample["awards"]:
        _award(issuer, item, ids[item["badge_class"]])
    done.append(f"{len(ids)} badge classes, {len(sample['people'])} people, requests and awards")
    return done


def accredit_samples(registry: RegistryClient) -> None:
    """Have the registry state what the sample institutions may award; again changes nothing.

    Raises:
        Unavailable: the registry is away.
        RegistryRefused: an institution does not take part yet.
    """
    for item in _sample()["institutions"]:
        registry.accredit(item["slug"], item["may_award"], since="2024-09-01T00:00:00Z")


def _sample() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((resources.files("issuer_agent") / "sample" / "edubadges.json").read_text())
    return found


def _institution(item: dict[str, Any]) -> Institution:
    return Institution(
        slug=item["slug"],
        name_nl=item["name"]["nl"],
        name_en=item["name"]["en"],
        kind=item["kind"],
        country="NL",
        website=item["website"],
        institution_code=item["institution_code"],
        created_at=now(),
    )


def _people(issuer: Issuer, items: list[dict[str, Any]]) -> None:
    with begin(issuer.engine) as connection:
        for item in items:
            person = Person(item["id"], item["name"], item["email"])
            held = [Membership(person.id, slug, role) for slug, role in item["roles"].items()]
            store_people.add_person(connection, person, held)


def _badge_classes(issuer: Issuer, items: list[dict[str, Any]]) -> dict[str, str]:
    """Publish the badge classes that are missing, recognised by their titles; return all by their sample names."""
    ids: dict[str, str] = {}
    known = {(item.institution, item.content.title.en): item.badge_class_id for item in issuer.achievements.catalogue()}
    for item in sorted(items, key=lambda item: -item["published_days_ago"]):
        content: BadgeClassContent = CONTENT.validate_python(with_parts(item["content"], ids))
        key = (item["institution"], content.title.en)
        if key not in known:
            institution = issuer.institutions.get(item["institution"])
            then = now() - timedelta(days=item["published_days_ago"])
            known[key] = issuer.achievements.create_active(institution, content, actor=SEED, now=then).badge_class_id
        ids[item["slug"]] = known[key]
    return ids


def with_parts(content: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    """Return the content with the identifiers of its parts in place of their sample names; they are older, so known."""
    if "stack" not in content:
        return content
    parts = [{**part, "badge_class_id": ids[part["badge_class_id"]]} for part in content["stack"]["parts"]]
    return {**content, "stack": {**content["stack"], "parts": parts}}


def _request(issuer: Issuer, item: dict[str, Any], badge_class_id: str) -> None:
    person = issuer.people.person(item["person"])
    asked = next((x for x in issuer.requests.of_person(person) if x.badge_class_id == badge_class_id), None)
    then = now() - timedelta(days=item["days_ago"])
    if asked is None:
        badge_class = issuer.achievements.get(badge_class_id)
        version = issuer.achievements.current_version(badge_class_id)
        texts = {"motivation": item["motivation"], "evidence_url": item.get("evidence_url", "")}
        asked = issuer.requests.ask(badge_class, version, person, **texts, now=then)
    if asked.state == "open":
        _answer(issuer, item, asked, person)


def _answer(issuer: Issuer, item: dict[str, Any], asked: BadgeRequest, person: Person) -> None:
    if "deny" in item:
        issuer.requests.deny(asked.id, reason=item["deny"], actor=SEED, now=now())
    elif item.get("withdraw"):
        issuer.requests.withdraw(asked.id, person=person, now=now())


def _award(issuer: Issuer, item: dict[str, Any], badge_class_id: str) -> None:
    person = issuer.people.person(item["person"])
    made = next((x for x in issuer.awards.of_person(person) if x.badge_class_id == badge_class_id), None)
    if made is None:
        made, _ = issuer.awards.award(
            issuer.achievements.get(badge_class_id),
            issuer.achievements.current_version(badge_class_id),
            Recipient(person.email, person.name),
            Grounds(item.get("grade"), item.get("narrative"), item.get("evidence_url")),
            actor=SEED,
            now=now() - timedelta(days=item["days_ago"]),
        )
    if "revoke" in item and made.revoked_at is None:
        also = issuer.issuance.record_revocation
        issuer.awards.revoke(made.id, reason=item["revoke"], actor=SEED, now=now(), also=also)
        issuer.issuance.revoke(made.id)
