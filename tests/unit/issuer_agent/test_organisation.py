"""Roles, their end, invitations, and the administrator who cannot leave; as use cases and as pages."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from issuer_agent import access, store, store_people
from issuer_agent.audit_trail import Actor
from issuer_agent.records import Membership, Person, Role
from issuer_agent.service import now
from issuer_agent.tables import sessions
from service_kit.audit import first_break
from service_kit.database import begin
from service_kit.problems import InvalidValues, NotFound, RuleRefused
from tests.support.portal import Portal

IRIS = Actor("person:iris")


def somebody(portal: Portal, role: Role | None = None, slug: str = "mdt") -> Person:
    name = uuid.uuid4().hex[:8]
    person = Person(name, f"Colleague {name}", f"{name}@staff.example")
    held = [Membership(name, slug, role)] if role else []
    with begin(portal.issuer.engine) as connection:
        store_people.add_person(connection, person, held)
    return person


def role_of(portal: Portal, person: Person, slug: str = "mdt") -> str | None:
    found = {one.id: held.role for one, held in portal.issuer.organisation.members(slug)}
    return found.get(person.id)


def test_an_invitation_gives_a_role_once(portal: Portal) -> None:
    organisation, person = portal.issuer.organisation, somebody(portal)
    made = organisation.invite("mdt", email="New@Staff.example", role="editor", until=None, actor=IRIS, now=now())
    token = organisation.token_of(made.id)

    assert made.email == "new@staff.example"
    assert organisation.open_invitation(token, now=now()) == made
    organisation.accept(token, person, now=now())

    assert role_of(portal, person) == "editor"
    with pytest.raises(NotFound):
        organisation.accept(token, somebody(portal), now=now())
    with begin(portal.issuer.engine) as connection:
        assert first_break(store.list_audit(connection)) is None


@pytest.mark.parametrize("bad", ["", "x", "{id}", "{id}.", "{id}.00", "é.é", "{id}.{mark}0"])
def test_a_link_that_was_changed_opens_nothing(portal: Portal, bad: str) -> None:
    organisation = portal.issuer.organisation
    made = organisation.invite("mdt", email="a@staff.example", role="viewer", until=None, actor=IRIS, now=now())
    mark = organisation.token_of(made.id).partition(".")[2]

    with pytest.raises(NotFound):
        organisation.open_invitation(bad.format(id=made.id, mark=mark), now=now())


def test_an_invitation_ends_by_time_and_by_hand(portal: Portal) -> None:
    organisation = portal.issuer.organisation
    made = organisation.invite("mdt", email="a@staff.example", role="viewer", until=None, actor=IRIS, now=now())
    token = organisation.token_of(made.id)
    with pytest.raises(NotFound):
        organisation.open_invitation(token, now=now() + timedelta(days=14, minutes=1))
    with pytest.raises(NotFound):
        organisation.withdraw("zzu", made.id, actor=IRIS, now=now())
    organisation.withdraw("mdt", made.id, actor=IRIS, now=now())

    with pytest.raises(NotFound):
        organisation.accept(token, somebody(portal), now=now())
    assert made.id not in [item.id for item in organisation.invitations("mdt", now=now())]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"email": "no address"}, "/email"),
        ({"role": "student"}, "/role"),
        ({"role": "emperor"}, "/role"),
        ({"until": timedelta(days=-1)}, "/until"),
    ],
)
def test_an_invitation_that_is_not_right_is_not_made(portal: Portal, changes: dict[str, object], pointer: str) -> None:
    values = {"email": "a@staff.example", "role": "viewer", "until": None, **changes}
    if isinstance(values["until"], timedelta):
        values["until"] = now() + values["until"]

    with pytest.raises(InvalidValues) as caught:
        portal.issuer.organisation.invite("mdt", **values, actor=IRIS, now=now())  # type: ignore[arg-type]

    assert [item["pointer"] for item in caught.value.extensions["errors"]] == [pointer]  # type: ignore[attr-defined]


def test_the_last_administrator_stays(portal: Portal) -> None:
    organisation = portal.issuer.organisation
    [eva] = [person for person, held in organisation.members("mdt") if held.role == "administrator"]
    acts = [
        lambda: organisation.remove("mdt", eva.id, actor=IRIS, now=now()),
        lambda: organisation.change_role("mdt", eva.id, role="editor", until=None, actor=IRIS, now=now()),
        lambda: organisation.change_role(
            "mdt", eva.id, role="administrator", until=now() + timedelta(days=9), actor=IRIS, now=now()
        ),
    ]
    for act in acts:
        with pytest.raises(RuleRefused) as caught:
            act()
        assert caught.value.code == "last-administrator"
    made = organisation.invite("mdt", email=eva.email, role="viewer", until=None, actor=IRIS, now=now())
    with pytest.raises(RuleRefused):
        organisation.accept(organisation.token_of(made.id), eva, now=now())
    assert role_of(portal, eva) == "administrator"

    # One whose role ends by itself does not count; a second one for good does.
    for_a_while = somebody(portal, "viewer")
    until = now() + timedelta(days=3)
    organisation.change_role("mdt", for_a_while.id, role="administrator", until=until, actor=IRIS, now=now())
    with pytest.raises(RuleRefused):
        acts[0]()
    second = somebody(portal, "administrator")
    organisation.change_role("mdt", eva.id, role="editor", until=None, actor=IRIS, now=now())
    organisation.change_role("mdt", eva.id, role="administrator", until=None, actor=IRIS, now=now())
    organisation.remove("mdt", second.id, actor=IRIS, now=now())
    organisation.remove("mdt", for_a_while.id, actor=IRIS, now=now())


def test_a_role_ends_by_itself(portal: Portal) -> None:
    person = somebody(portal, "editor")
    browser = portal.browser(person.id)
    assert browser.get("/staff/mdt/badges/new").status_code == 200

    with begin(portal.issuer.engine) as connection:
        connection.execute(
            sa.text("update memberships set expires_at = now() - interval '1 second' where person_id = :id"),
            {"id": person.id},
        )

    assert browser.get("/staff/mdt/badges/new").status_code == 404
    assert "Ended" in portal.browser("eva").get("/staff/mdt/people").text


def test_who_has_no_role_cannot_be_changed(portal: Portal) -> None:
    organisation, stranger = portal.issuer.organisation, somebody(portal)
    for person_id in (stranger.id, "nobody", "jesse"):
        with pytest.raises(NotFound):
            organisation.remove("mdt", person_id, actor=IRIS, now=now())
        with pytest.raises(NotFound):
            organisation.change_role("mdt", person_id, role="viewer", until=None, actor=IRIS, now=now())


# --- the pages ---


def test_an_administrator_invites_and_a_colleague_accepts(portal: Portal) -> None:
    eva, person = portal.browser("eva"), somebody(portal)
    wrong = eva.post("/staff/mdt/people/invite", data={"email": "x", "role": "viewer"})
    assert wrong.status_code == 422
    assert "This is not an e-mail address." in wrong.text
    sent = {"email": person.email, "role": "awarder", "until": "2099-12-31"}
    assert eva.post("/staff/mdt/people/invite", data=sent).status_code == 303
    page = eva.get("/staff/mdt/people").text
    link = html.unescape(re.search(r"<code>(http[^<]+/invitations/[^<]+)</code>", page).group(1))  # type: ignore[union-attr]
    path = link.removeprefix(portal.url)

    nobody = portal.browser()
    assert "Sign in to accept" in nobody.get(path).text
    assert nobody.post(path).status_code == 401
    colleague = portal.browser(person.id)
    assert "as: Teacher" in colleague.get(path).text
    accepted = colleague.post(path)
    assert (accepted.status_code, accepted.headers["location"]) == (303, "/staff/mdt")
    assert colleague.get("/staff/mdt/awards/new").status_code == 200
    assert colleague.get(path).status_code == 404

    changed = {"role": "viewer", "until": ""}
    assert eva.post(f"/staff/mdt/people/{person.id}/role", data=changed).status_code == 303
    assert colleague.get("/staff/mdt/awards/new").status_code == 403
    assert eva.post(f"/staff/mdt/people/{person.id}/remove").status_code == 303
    assert colleague.get("/staff/mdt").status_code == 404
    refused = eva.post("/staff/mdt/people/eva/remove")
    assert refused.status_code == 422
    assert "This is the last administrator." in refused.text


def test_the_number_for_a_second_person_is_set_and_taken_away(portal: Portal) -> None:
    eva = portal.browser("eva")
    assert eva.post("/staff/mdt/second-person", data={"second_person_from": "25"}).status_code == 303
    assert portal.issuer.institutions.get("mdt").second_person_from == 25
    for bad in ("0", "-1", "x", "10001", "1e3", "٣"):
        assert eva.post("/staff/mdt/second-person", data={"second_person_from": bad}).status_code == 422
    assert eva.post("/staff/mdt/second-person", data={"second_person_from": ""}).status_code == 303
    assert portal.issuer.institutions.get("mdt").second_person_from is None


def test_what_cannot_be_undone_asks_to_sign_in_again(portal: Portal) -> None:
    eva = portal.browser("eva")
    with begin(portal.issuer.engine) as connection:
        long_ago = now() - access.FRESH - timedelta(seconds=1)
        mine = sessions.c.person_id == "eva"
        connection.execute(sessions.update().where(mine).values(signed_in_at=long_ago))

    for path in ("/staff/mdt/keys/rotate", "/staff/mdt/keys/next", "/staff/mdt/keys/compromise"):
        answer = eva.post(path)
        assert answer.status_code == 403
        assert "sign-in-again" in answer.text
        assert f"/signin?to={path}" in answer.text
    assert eva.get("/staff/mdt/keys").status_code == 200


def test_who_signs_in_goes_where_they_wanted_and_nowhere_else(portal: Portal) -> None:
    browser = portal.browser()
    for to, lands in {
        "/staff/mdt/people": "/staff/mdt/people",
        "//evil.example": "/",
        "/\\evil.example": "/",
        "https://evil.example": "/",
        "javascript:alert(1)": "/",
        "/a\\b": "/",
        "/a\r\nSet-Cookie: x=1": "/",
        "": "/",
    }.items():
        answer = browser.post("/signin", data={"person": "eva", "to": to})
        assert (answer.status_code, answer.headers.get("location")) in ((303, lands), (400, None)), to


def test_a_student_keeps_being_one_when_invited_elsewhere(portal: Portal) -> None:
    person = somebody(portal, "student", "zzu")
    organisation = portal.issuer.organisation
    made = organisation.invite("mdt", email=person.email, role="viewer", until=None, actor=IRIS, now=now())
    organisation.accept(organisation.token_of(made.id), person, now=now())

    with begin(portal.issuer.engine) as connection:
        held = {item.institution: item.role for item in store_people.memberships_of(connection, person.id)}
    assert held == {"zzu": "student", "mdt": "viewer"}
