"""Every route of the portal's staff side against every role: what is forbidden is refused, whatever a page shows.

A route that is not in the table fails the first test, so nobody adds one without saying who may use it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args

import httpx
import pytest
import sqlalchemy as sa

from issuer_agent import store_people
from issuer_agent.access import ROLES_FOR, Act
from issuer_agent.audit_trail import Actor
from issuer_agent.records import Membership, Person, Role
from issuer_agent.service import now
from service_kit.database import begin
from tests.support.portal import Portal, serving_portal

DAAN = Actor("person:daan")
GET, POST = "GET", "POST"
MATRIX: dict[tuple[str, str], Act] = {
    (GET, "/staff/{slug}"): "view",
    (GET, "/staff/{slug}/requests"): "view",
    (POST, "/staff/requests/{request_id}/approve"): "decide",
    (POST, "/staff/requests/{request_id}/deny"): "decide",
    (GET, "/staff/requests/{request_id}/{answer}"): "view",
    (GET, "/staff/{slug}/awards"): "view",
    (GET, "/staff/{slug}/awards/new"): "award",
    (POST, "/staff/{slug}/awards/new"): "award",
    (GET, "/staff/awards/{award_id}/show"): "view",
    (POST, "/staff/awards/{award_id}/offer"): "award",
    (POST, "/staff/awards/{award_id}/revoke"): "revoke",
    (POST, "/staff/awards/{award_id}/{act}"): "revoke",
    (GET, "/staff/awards/{award_id}/{act}"): "view",
    (GET, "/staff/{slug}/batches"): "view",
    (GET, "/staff/{slug}/batches/new"): "award",
    (GET, "/staff/{slug}/batches/example.csv"): "award",
    (POST, "/staff/{slug}/batches/new"): "award",
    (GET, "/staff/batches/{batch_id}/show"): "view",
    (GET, "/staff/batches/{batch_id}/progress"): "view",
    (GET, "/staff/batches/{batch_id}/{file}.csv"): "award",
    (POST, "/staff/batches/{batch_id}/start"): "award",
    (POST, "/staff/batches/{batch_id}/rows/{number}"): "award",
    (POST, "/staff/batches/{batch_id}/offers"): "award",
    (POST, "/staff/batches/{batch_id}/{act}"): "award",
    (GET, "/staff/batches/{batch_id}/{act}"): "view",
    (GET, "/staff/batches/{batch_id}/rows/{number}"): "view",
    (GET, "/staff/{slug}/composed"): "view",
    (GET, "/staff/{slug}/insights"): "view",
    (GET, "/staff/{slug}/insights.csv"): "view",
    (GET, "/staff/{slug}/people"): "administrate",
    (POST, "/staff/{slug}/people/invite"): "administrate",
    (POST, "/staff/{slug}/people/{person_id}/role"): "administrate",
    (POST, "/staff/{slug}/people/{person_id}/remove"): "administrate",
    (POST, "/staff/{slug}/invitations/{invitation_id}/withdraw"): "administrate",
    (GET, "/staff/{slug}/people/{rest:path}"): "administrate",
    (POST, "/staff/{slug}/second-person"): "administrate",
    (GET, "/staff/{slug}/second-person"): "administrate",
    (GET, "/staff/{slug}/mails"): "administrate",
    (GET, "/staff/{slug}/revocations"): "view",
    (POST, "/staff/{slug}/revocations"): "revoke",
    (GET, "/staff/revocations/{revocation_id}/show"): "view",
    (POST, "/staff/revocations/{revocation_id}/{act}"): "revoke",
    (GET, "/staff/revocations/{revocation_id}/{act}"): "view",
    (GET, "/staff/{slug}/badges"): "view",
    (GET, "/staff/{slug}/badges/new"): "edit_badge_classes",
    (POST, "/staff/{slug}/badges/new"): "edit_badge_classes",
    (POST, "/staff/{slug}/badges/preview"): "edit_badge_classes",
    (GET, "/staff/badges/{badge_class_id}/edit"): "edit_badge_classes",
    (POST, "/staff/badges/{badge_class_id}/edit"): "edit_badge_classes",
    (POST, "/staff/badges/{badge_class_id}/copy"): "edit_badge_classes",
    (POST, "/staff/badges/{badge_class_id}/archive"): "edit_badge_classes",
    (GET, "/staff/{slug}/keys"): "administrate",
    (POST, "/staff/{slug}/keys/rotate"): "administrate",
    (POST, "/staff/{slug}/keys/next"): "administrate",
    (POST, "/staff/{slug}/keys/compromise"): "administrate",
    (GET, "/staff/{slug}/keys/{act}"): "administrate",
}
# Answers a form that was opened as an address: it only sends on, and shows nothing.
ONLY_SENDS_ON = {(GET, f"/staff/badges/{{badge_class_id}}/{act}") for act in ("archive", "copy")}
ROLES: tuple[Role, ...] = get_args(Role.__value__)
REFUSED = (401, 403, 404)


@pytest.fixture(scope="module")
def portal(postgres_server: str) -> Iterator[Portal]:
    url = sa.make_url(postgres_server)
    admin = sa.create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text("create database portal_routes"))
    admin.dispose()
    with serving_portal(url.set(database="portal_routes").render_as_string(hide_password=False)) as running:
        with begin(running.issuer.engine) as connection:
            for role in ROLES:
                person = Person(f"r-{role}", role, f"{role}@roles.example")
                store_people.add_person(connection, person, [Membership(person.id, "zzu", role)])
        yield running


@pytest.fixture(scope="module")
def places(portal: Portal) -> dict[str, str]:
    """One of everything, at the same institution."""
    issuer = portal.issuer
    version = next(v for v in issuer.achievements.catalogue(institution="zzu") if v.content.enrol != "self_request")
    badge_class = issuer.achievements.get(version.badge_class_id)
    batch = issuer.batches.check(
        badge_class, version, b"email,name\na@x.example,A\nb,B\n", name="x", actor=DAAN, now=now()
    )
    award = issuer.awards.of_institution("zzu")[0]
    invited = issuer.organisation.invite("zzu", email="i@x.example", role="viewer", until=None, actor=DAAN, now=now())
    revocation = issuer.bulk_revocations.propose("zzu", [award.id], reason="A trial", actor=DAAN, now=now())
    return {
        "slug": "zzu",
        "request_id": issuer.requests.open_of("zzu")[0][0].id,
        "answer": "approve",
        "award_id": award.id,
        "act": "",
        "batch_id": batch.id,
        "file": "errors",
        "number": "3",
        "person_id": "pieter",
        "rest:path": "invite",
        "invitation_id": invited.id,
        "revocation_id": revocation.id,
        "badge_class_id": badge_class.id,
    }


@pytest.fixture(scope="module")
def browsers(portal: Portal) -> dict[str | None, httpx.Client]:
    people = {None: None, "thijs": "thijs", **{role: f"r-{role}" for role in ROLES}}
    return {name: portal.browser(person) for name, person in people.items()}


def address(path: str, places: dict[str, str]) -> str:
    acts = {"/staff/awards": "suspend", "/staff/batches": "pause", "/staff/revocations": "withdraw"}
    act = next((act for start, act in acts.items() if path.startswith(start)), "rotate")
    return re.sub(r"\{([^}]+)\}", lambda found: act if found[1] == "act" else places[found[1]], path)


def send(browser: httpx.Client, method: str, path: str, places: dict[str, str]) -> int:
    where = address(path, places)
    if path.endswith("example.csv"):
        where += f"?badge_class={places['badge_class_id']}"
    if method == POST and path.endswith("batches/new"):
        form = {"badge_class": (None, places["badge_class_id"])}
        return browser.post(where, files=form).status_code
    return browser.request(method, where, data={} if method == POST else None).status_code


def every_route(routes: Iterable[Any]) -> Iterator[Any]:
    """Return the routes, and those of the routers that were included, at any depth."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from every_route(inner.routes)
        elif getattr(route, "methods", None):
            yield route


def test_the_table_has_every_route_of_the_staff_side(portal: Portal) -> None:
    found = {
        (method, route.path)
        for route in every_route(portal.app.routes)
        for method in route.methods or ()
        if route.path.startswith("/staff") and method != "HEAD"
    }

    assert found - ONLY_SENDS_ON == set(MATRIX)


@pytest.mark.parametrize(("method", "path"), MATRIX, ids=lambda value: str(value))
def test_what_a_role_may_not_do_is_refused(
    browsers: dict[str | None, httpx.Client], places: dict[str, str], method: str, path: str
) -> None:
    act = MATRIX[method, path]

    assert send(browsers[None], method, path, places) == 401
    # An administrator of another institution: for them this one does not exist.
    assert send(browsers["thijs"], method, path, places) == 404
    for role in ROLES:
        if role not in ROLES_FOR[act]:
            expected = 404 if role == "student" else 403
            assert send(browsers[role], method, path, places) == expected, role


@pytest.mark.parametrize(("method", "path"), [key for key in MATRIX if key[0] == GET], ids=lambda value: str(value))
def test_what_a_role_may_see_is_shown(
    browsers: dict[str | None, httpx.Client], places: dict[str, str], method: str, path: str
) -> None:
    for role in ROLES:
        if role in ROLES_FOR[MATRIX[method, path]]:
            assert send(browsers[role], method, path, places) in (200, 303), role


@pytest.mark.parametrize(("method", "path"), [key for key in MATRIX if key[0] == POST], ids=lambda value: str(value))
def test_what_a_role_may_do_is_not_refused_for_the_role(
    browsers: dict[str | None, httpx.Client], places: dict[str, str], method: str, path: str
) -> None:
    """With an empty form: most are then refused for what is missing in it, and that is another answer."""
    for role in ROLES:
        if role in ROLES_FOR[MATRIX[method, path]]:
            assert send(browsers[role], method, path, places) not in (401, 403), role
