"""Who may issue what: statements read strictly, and the answer that follows from a set of them."""

from __future__ import annotations

import contextlib
import copy
import itertools
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.effort import effort_of
from vc_core.canonical import canonicalize
from vc_core.errors import MalformedInput
from vc_core.model.accreditation import Accreditation, Scope, build_accreditation, read_accreditation
from vc_core.trust.authority import AchievementKind, Aspect, Authority, decide_authority, kind_of_badge

ROOT, SECTOR, COLLEGE, OTHER = (f"did:web:registry.example:{name}" for name in ("root", "sector", "college", "other"))
THEN = datetime(2026, 9, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
ANYTHING = Scope()
COURSE = AchievementKind("Course", "formal", frozenset({6}), frozenset({"0732"}), "NL", COLLEGE)


def says(issuer: str, subject: str, *may_issue: Scope, **members: Any) -> Accreditation:
    identifier = members.pop("id", f"https://registry.example/accreditations/{issuer[-4:]}-{subject[-4:]}")
    return Accreditation(identifier, issuer, subject, **{"since": THEN - YEAR, "may_issue": may_issue, **members})


def answer(*items: Accreditation, kind: AchievementKind = COURSE, at: datetime = THEN) -> Authority:
    return decide_authority(COLLEGE, kind, at, items, roots=[ROOT]).authority


FULL = says(
    ROOT,
    COLLEGE,
    Scope(
        frozenset({"Course", "ext:Werkproces"}),
        frozenset({"formal"}),
        frozenset({5, 6}),
        frozenset({"07"}),
        frozenset({"NL"}),
    ),
    may_accredit=(ANYTHING,),
    further_links=2,
    until=THEN + YEAR,
)


def test_a_statement_is_read_as_it_was_built() -> None:
    assert read_accreditation(build_accreditation(FULL)) == FULL


def test_every_member_is_covered_by_a_proof() -> None:
    changed = copy.deepcopy(build_accreditation(FULL))
    assert canonicalize(changed).count("scopeEqfLevel") == 2
    scope: Any = changed["credentialSubject"]
    scope["mayIssue"][0]["fieldOfStudy"] = ["08"]
    assert canonicalize(changed) != canonicalize(build_accreditation(FULL))


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("achievementType", ["Kourse"]),
        ("achievementType", "Course"),
        ("achievementType", []),
        ("eqfLevel", [9]),
        ("eqfLevel", [True]),
        ("eqfLevel", ["6"]),
        ("fieldOfStudy", ["7"]),
        ("fieldOfStudy", ["07321"]),
        ("country", ["nl"]),
        ("country", ["NL"] * 201),
        ("learningSetting", ["informal"]),
        ("onBehalfOf", OTHER),
        ("onBehalfOf", 7),
        ("price", 3),
        ("type", "Scope"),
    ],
)
def test_a_scope_that_is_not_understood_makes_the_statement_unusable(member: str, value: Any) -> None:
    document: Any = build_accreditation(FULL)
    document["credentialSubject"]["mayIssue"][0][member] = value
    with pytest.raises(MalformedInput):
        read_accreditation(document)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("type", ["VerifiableCredential"]),
        ("@context", ["https://www.w3.org/ns/credentials/v2"]),
        ("id", "7"),
        ("id", None),
        ("validFrom", "yesterday"),
        ("validUntil", 5),
        ("issuer", 5),
        ("credentialSubject", []),
        ("credentialSubject", {"id": COLLEGE, "type": "AccreditedIssuer"}),
        ("credentialSubject", {"id": COLLEGE, "type": "AccreditedIssuer", "mayIssue": [], "more": 1}),
        ("credentialSubject", {"id": COLLEGE, "type": "AccreditedIssuer", "mayIssue": [{}] * 51}),
        ("credentialSubject", {"id": "college", "type": "AccreditedIssuer", "mayIssue": [ANYTHING.to_json()]}),
        (
            "credentialSubject",
            {"id": COLLEGE, "type": "AccreditedIssuer", "mayIssue": [ANYTHING.to_json()], "furtherLinks": 5},
        ),
    ],
)
def test_a_statement_of_another_shape_is_refused(member: str, value: Any) -> None:
    with pytest.raises(MalformedInput):
        read_accreditation({**build_accreditation(FULL), member: value})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=12,
    )
)
def test_anything_else_is_refused_and_nothing_else_happens(value: Any) -> None:
    document: Any = build_accreditation(FULL)
    for target in (document, document["credentialSubject"], document["credentialSubject"]["mayIssue"][0]):
        for member in list(target):
            before = target[member]
            target[member] = value
            with contextlib.suppress(MalformedInput):
                read_accreditation(document)
            target[member] = before


@pytest.mark.parametrize(
    ("scope", "kind", "expected"),
    [
        (ANYTHING, COURSE, Authority.LISTED),
        (Scope(frozenset({"Course"})), COURSE, Authority.LISTED),
        (Scope(frozenset({"MicroCredential"})), COURSE, Authority.NOT_FOR_THIS),
        (Scope(learning_settings=frozenset({"nonFormal"})), COURSE, Authority.NOT_FOR_THIS),
        (Scope(learning_settings=frozenset({"formal"})), replace(COURSE, learning_setting=None), Authority.CANNOT_TELL),
        (Scope(eqf_levels=frozenset({6, 7})), COURSE, Authority.LISTED),
        (Scope(eqf_levels=frozenset({5})), COURSE, Authority.NOT_FOR_THIS),
        (Scope(eqf_levels=frozenset({6})), replace(COURSE, eqf_levels=frozenset({6, 8})), Authority.NOT_FOR_THIS),
        (Scope(eqf_levels=frozenset({6})), replace(COURSE, eqf_levels=frozenset()), Authority.CANNOT_TELL),
        (Scope(fields=frozenset({"07"})), COURSE, Authority.LISTED),
        (Scope(fields=frozenset({"0732"})), COURSE, Authority.LISTED),
        (Scope(fields=frozenset({"09", "0731"})), COURSE, Authority.NOT_FOR_THIS),
        (Scope(fields=frozenset({"07"})), replace(COURSE, fields=frozenset()), Authority.CANNOT_TELL),
        (Scope(countries=frozenset({"NL", "BE"})), COURSE, Authority.LISTED),
        (Scope(countries=frozenset({"BE"})), COURSE, Authority.NOT_FOR_THIS),
    ],
)
def test_a_scope_covers_a_kind_or_not(scope: Scope, kind: AchievementKind, expected: Authority) -> None:
    assert answer(says(ROOT, COLLEGE, scope), kind=kind) is expected


def test_of_several_scopes_the_best_answer_counts() -> None:
    diploma = Scope(frozenset({"Diploma"}))
    assert answer(says(ROOT, COLLEGE, diploma, ANYTHING)) is Authority.LISTED
    finding = decide_authority(COLLEGE, COURSE, THEN, [says(ROOT, COLLEGE, diploma)], roots=[ROOT])
    assert finding.aspects == (Aspect.TYPE,)


def test_who_is_not_named_is_not_listed() -> None:
    assert answer() is Authority.NOT_LISTED
    assert answer(says(ROOT, OTHER, ANYTHING)) is Authority.NOT_LISTED


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (THEN - YEAR, Authority.LISTED),
        (THEN - YEAR - timedelta(seconds=1), Authority.NOT_FOR_THIS),
        (THEN - timedelta(seconds=1), Authority.LISTED),
        (THEN, Authority.NOT_FOR_THIS),
    ],
)
def test_the_moment_of_issuing_counts(at: datetime, expected: Authority) -> None:
    assert answer(says(ROOT, COLLEGE, ANYTHING, until=THEN), at=at) is expected


SECTORS = says(ROOT, SECTOR, may_accredit=(Scope(frozenset({"Course"}), eqf_levels=frozenset({5, 6})),))
BY_SECTOR = says(SECTOR, COLLEGE, ANYTHING)


def test_a_chain_leads_from_the_root_to_the_institution() -> None:
    finding = decide_authority(COLLEGE, COURSE, THEN, [BY_SECTOR, SECTORS], roots=[ROOT])
    assert finding.authority is Authority.LISTED
    assert [item.subject for item in finding.chain] == [SECTOR, COLLEGE]


@pytest.mark.parametrize(
    "sectors",
    [
        says(ROOT, SECTOR, ANYTHING),  # it may issue itself; that is not the right to let others
        says(OTHER, SECTOR, may_accredit=(ANYTHING,)),
        says(SECTOR, SECTOR, may_accredit=(ANYTHING,)),
        says(ROOT, SECTOR, may_accredit=(Scope(frozenset({"Diploma"})),)),
        says(ROOT, SECTOR, may_accredit=(ANYTHING,), until=THEN),
        says(ROOT, SECTOR, may_accredit=(ANYTHING,), since=THEN + YEAR),
    ],
    ids=["issues-only", "another-root", "itself", "another-kind", "ended", "not-begun"],
)
def test_nobody_passes_on_more_than_they_were_given(sectors: Accreditation) -> None:
    assert answer(sectors, BY_SECTOR) is Authority.CHAIN_BROKEN


def test_what_a_badge_does_not_say_stays_open_when_a_link_limits_it() -> None:
    assert answer(SECTORS, BY_SECTOR, kind=replace(COURSE, eqf_levels=frozenset())) is Authority.CANNOT_TELL


@pytest.mark.parametrize(("links", "expected"), [(0, Authority.CHAIN_BROKEN), (1, Authority.LISTED)])
def test_a_longer_chain_must_be_allowed(links: int, expected: Authority) -> None:
    top = says(ROOT, SECTOR, may_accredit=(ANYTHING,), further_links=links)
    middle = says(SECTOR, OTHER, may_accredit=(ANYTHING,))
    assert answer(top, middle, says(OTHER, COLLEGE, ANYTHING)) is expected


def test_the_longest_chain_is_six_statements() -> None:
    names = [ROOT, *(f"did:web:registry.example:body-{number}" for number in range(6))]
    steps = list(itertools.pairwise(names))
    links = [says(above, below, may_accredit=(ANYTHING,), further_links=4, id=f"urn:{below}") for above, below in steps]
    for length, expected in ((5, Authority.LISTED), (6, Authority.CHAIN_BROKEN)):
        assert answer(*links[:length], says(names[length], COLLEGE, ANYTHING)) is expected


def on_behalf(**members: Any) -> list[Accreditation]:
    """The college issues what is the other's: the other may issue it itself, and says that the college may."""
    mandate = says(OTHER, COLLEGE, Scope(on_behalf_of=OTHER), id="urn:mandate")
    return [mandate, says(ROOT, OTHER, ANYTHING, id="urn:own", **members)]


def test_one_institution_issues_on_behalf_of_another_that_may_itself() -> None:
    theirs = replace(COURSE, creator=OTHER)
    assert answer(*on_behalf(), kind=theirs) is Authority.LISTED_ON_BEHALF
    assert answer(*on_behalf(), kind=COURSE) is Authority.NOT_FOR_THIS
    assert answer(*on_behalf(until=THEN), kind=theirs) is Authority.CHAIN_BROKEN
    assert answer(on_behalf()[0], kind=theirs) is Authority.CHAIN_BROKEN


def test_a_mandate_is_not_passed_on() -> None:
    third = "did:web:registry.example:third"
    again = says(OTHER, COLLEGE, Scope(on_behalf_of=OTHER), id="urn:again")
    first = says(third, OTHER, Scope(on_behalf_of=third), id="urn:first")
    own = says(ROOT, third, ANYTHING, id="urn:third")
    assert answer(again, first, own, kind=replace(COURSE, creator=OTHER)) is Authority.CHAIN_BROKEN


def test_only_an_institution_itself_says_that_another_may_issue_on_its_behalf() -> None:
    with pytest.raises(MalformedInput):
        build_accreditation(says(ROOT, COLLEGE, Scope(on_behalf_of=OTHER)))


def test_a_cycle_ends() -> None:
    around = [
        says(SECTOR, OTHER, may_accredit=(ANYTHING,), further_links=4),
        says(OTHER, SECTOR, may_accredit=(ANYTHING,), further_links=4),
        says(SECTOR, COLLEGE, ANYTHING),
    ]
    assert answer(*around) is Authority.CHAIN_BROKEN


def test_many_statements_take_little_work() -> None:
    names = [f"did:web:registry.example:body-{number}" for number in range(20)]
    tangle = [
        says(a, b, ANYTHING, may_accredit=(ANYTHING,) * 50, further_links=4, id=f"urn:{a}:{b}")
        for a in names
        for b in [*names, COLLEGE]
    ]
    assert effort_of(lambda: answer(*tangle)).calls < 400_000


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_statements_does_not_matter(chance: random.Random) -> None:
    items = [SECTORS, BY_SECTOR, FULL, *on_behalf(), says(ROOT, COLLEGE, Scope(frozenset({"Diploma"})), id="urn:d")]
    before = decide_authority(COLLEGE, COURSE, THEN, items, roots=[ROOT])
    chance.shuffle(items)
    assert decide_authority(COLLEGE, COURSE, THEN, items, roots=[ROOT]) == before


def test_the_kind_of_a_badge_is_where_we_write_it() -> None:
    alignment = [
        {"type": ["Alignment"], "targetType": "ext:EQF", "targetCode": "6"},
        {"type": ["Alignment"], "targetType": "ext:ISCED-F", "targetCode": "0732"},
        {"type": ["Alignment"], "targetType": "ext:EQF", "targetCode": "٦"},
        "noise",
    ]
    achievement = {
        "achievementType": "Course",
        "learningSetting": "formal",
        "alignment": alignment,
        "creator": {"id": COLLEGE},
    }
    assert kind_of_badge({"credentialSubject": {"achievement": achievement}}, country="NL") == COURSE
    assert kind_of_badge({"credentialSubject": [7]}) == AchievementKind("Achievement")
    assert kind_of_badge({"credentialSubject": {"achievement": {"alignment": 7, "creator": []}}}).creator is None
