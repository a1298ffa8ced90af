"""Every role against every act, and what somebody from elsewhere is told."""

from __future__ import annotations

from typing import get_args

import pytest

from issuer_agent.access import ROLES_FOR, Act, Visitor
from issuer_agent.audit_trail import Actor
from issuer_agent.records import Membership, Role
from service_kit.problems import AccessDenied, NotFound

ACTS: tuple[Act, ...] = get_args(Act.__value__)
ROLES: tuple[Role, ...] = get_args(Role.__value__)
# Written out again on purpose: who may do what is a promise, not a detail.
ALLOWED = {
    "administrator": {"view", "edit_badge_classes", "decide", "award", "revoke", "administrate"},
    "editor": {"view", "edit_badge_classes", "decide", "award", "revoke"},
    "awarder": {"view", "decide", "award", "revoke"},
    "viewer": {"view"},
    "student": set(),
}


def visitor(role: Role | None) -> Visitor:
    held = [] if role is None else [Membership("p", "zzu", role)]
    return Visitor(Actor("person:p"), memberships=held)


def test_every_act_has_its_roles() -> None:
    assert set(ROLES_FOR) == set(ACTS)
    assert {role: {act for act in ACTS if role in ROLES_FOR[act]} for role in ROLES} == ALLOWED


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_just_what_is_promised(role: Role, act: Act) -> None:
    somebody = visitor(role)

    assert somebody.may(act, "zzu") is (act in ALLOWED[role])
    if act in ALLOWED[role]:
        somebody.require(act, "zzu")
    else:
        # A student is no staff: for them the staff side does not exist.
        with pytest.raises(NotFound if role == "student" else AccessDenied):
            somebody.require(act, "zzu")


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", [*ROLES, None])
def test_another_institution_does_not_exist(role: Role | None, act: Act) -> None:
    with pytest.raises(NotFound):
        visitor(role).require(act, "hwl")


@pytest.mark.parametrize("act", ACTS)
def test_a_key_acts_for_its_own_institution_only(act: Act) -> None:
    key = Visitor(Actor("key:sis"), key_for="zzu")
    key.require(act, "zzu")

    with pytest.raises(NotFound):
        key.require(act, "hwl")


@pytest.mark.parametrize("act", ACTS)
def test_the_operator_acts_for_everybody(act: Act) -> None:
    assert Visitor(Actor("key:operator"), operator=True).may(act, "hwl")


def test_roles_of_two_institutions_do_not_mix() -> None:
    both = Visitor(
        Actor("person:p"), memberships=[Membership("p", "zzu", "administrator"), Membership("p", "hwl", "viewer")]
    )

    assert both.may("award", "zzu")
    assert not both.may("award", "hwl")
    assert both.works_at == ["zzu", "hwl"]


def test_a_student_works_nowhere() -> None:
    assert visitor("student").works_at == []
