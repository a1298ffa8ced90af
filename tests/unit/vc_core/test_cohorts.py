"""A cohort gives the same canonical forms as one document at a time, whatever somebody puts in it."""

from __future__ import annotations

import copy
import itertools
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bench.badges import unsigned_badge
from tests.support.random_badges import random_badges
from vc_core.canonical import canonicalize
from vc_core.canonical import cohort as cohorts
from vc_core.canonical.active_context import compile_contexts
from vc_core.canonical.cohort import MAX_COHORTS, Cohort, canonicalize_one_of_many, forget_cohorts
from vc_core.canonical.template import build_template
from vc_core.contexts import known_contexts
from vc_core.errors import DataLossDetected, EdubadgesError, UnknownContext
from vc_core.json_text import JsonObject

type Change = Callable[[JsonObject], None]


def _put(*path: str | int, value: Any) -> Change:
    def change(document: JsonObject) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def _answer(canonical: Callable[[JsonObject], str], document: JsonObject) -> str | type[EdubadgesError]:
    try:
        return canonical(document)
    except EdubadgesError as error:
        return type(error)


def _changed(number: int, *changes: Change) -> JsonObject:
    document = copy.deepcopy(unsigned_badge(number))
    for change in changes:
        change(document)
    return document


_ACHIEVEMENT = unsigned_badge()["credentialSubject"]["achievement"]["id"]  # type: ignore[index,call-overload]
_SUBJECT = ("credentialSubject", "id")

HOSTILE: dict[str, list[Change]] = {
    "the subject is the badge": [_put(*_SUBJECT, value=unsigned_badge(7)["id"])],
    "the subject is the issuer": [_put(*_SUBJECT, value=unsigned_badge()["issuer"]["id"])],  # type: ignore[index,call-overload]
    "the subject is the achievement": [_put(*_SUBJECT, value=_ACHIEVEMENT)],
    "the evidence is the badge": [_put("evidence", 0, "id", value=unsigned_badge(7)["id"])],
    "the badge is the evidence of another": [_put("id", value="https://school.example/evidence/0")],
    "a subject without a name": [_put(*_SUBJECT, value="_:b0")],
    "a relative subject": [_put(*_SUBJECT, value="../students/7")],
    "a subject that is a term": [_put(*_SUBJECT, value="Achievement")],
    "a subject with a prefix": [_put(*_SUBJECT, value="obi:Achievement")],
    "a subject with a space": [_put(*_SUBJECT, value="did:key:z6 Mk")],
    "a subject with a bracket": [_put(*_SUBJECT, value="did:key:z6>Mk")],
    "an empty subject": [_put(*_SUBJECT, value="")],
    "a subject that is a number": [_put(*_SUBJECT, value=7)],
    "a subject that is an object": [_put(*_SUBJECT, value={"id": "did:key:z"})],
    "a subject that is null": [_put(*_SUBJECT, value=None)],
    "a truth for a number": [_put("credentialSubject", "creditsEarned", value=True)],
    "a fraction for a number": [_put("credentialSubject", "creditsEarned", value=5.0)],
    "one is true": [_put("credentialSubject", "achievement", "creditsAvailable", value=True)],
    "another number": [_put("credentialSubject", "achievement", "creditsAvailable", value=6)],
    "minus nothing": [_put("credentialSubject", "creditsEarned", value=-0.0)],
    "no number": [_put("credentialSubject", "creditsEarned", value=float("nan"))],
    "a number beyond all numbers": [_put("credentialSubject", "creditsEarned", value=10**400)],
    "quotes and lines": [_put("credentialSubject", "narrative", value='a "b" \\ \n\r\t\x00\x7f\x1f %s %d {0}')],
    "a text like a hole": [_put("credentialSubject", "narrative", value="urn:uuid:hole-0-")],
    "a text like a statement": [_put("credentialSubject", "narrative", value='" .\n<a> <b> "c')],
    "a text like a label": [_put("credentialSubject", "narrative", value="_:c14n0")],
    "half a character": [_put("credentialSubject", "narrative", value="\ud800")],
    "beyond the first plane": [_put("credentialSubject", "narrative", value="\U0001f393 \ue000 \uffff é")],
    "an empty text": [_put("credentialSubject", "narrative", value="")],
    "a text in a list": [_put("credentialSubject", "narrative", value=["a", "b"])],
    "a text with a language": [_put("credentialSubject", "narrative", value={"@value": "a", "@language": "nl"})],
    "one tag more": [_put("credentialSubject", "achievement", "tag", value=["water", "city", "climate", "x"])],
    "the same tag twice": [_put("credentialSubject", "achievement", "tag", value=["water", "water", "climate"])],
    "tags in another order": [_put("credentialSubject", "achievement", "tag", value=["climate", "city", "water"])],
    "one member more": [_put("credentialSubject", "term", value="2026")],
    "a member without meaning": [_put("credentialSubject", "https://evil.example/x", value="2026")],
    "another vocabulary": [_put("@context", 2, value="https://evil.example/context")],
    "a vocabulary less": [_put("@context", value=unsigned_badge()["@context"][:2])],  # type: ignore[index]
    "another type": [_put("credentialSubject", "type", value=["AchievementSubject", "Achievement"])],
    "a type of another kind": [_put("credentialStatus", "type", value="StatusList2021Entry")],
    "two outcomes that are the same": [
        _put("credentialSubject", "achievement", "alignment", 0, key, value=value)
        for key, value in unsigned_badge()["credentialSubject"]["achievement"]["alignment"][1].items()  # type: ignore[index,call-overload]
    ],
}


def _interleaved(changes: list[Change]) -> Iterator[JsonObject]:
    """Yield ordinary badges with the changed one between them: first, early, and after a template was made."""
    yield _changed(7, *changes)
    for number in range(8):
        yield unsigned_badge(number)
        yield _changed(7, *changes)
        if number > 4:
            yield _changed(number, *changes)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_member_of_a_cohort_gets_what_it_gets_alone(name: str) -> None:
    cohort = Cohort()
    for document in _interleaved(HOSTILE[name]):
        assert _answer(cohort.canonicalize, document) == _answer(canonicalize, document)


@pytest.mark.parametrize(("one", "other"), list(itertools.pairwise(sorted(HOSTILE))))
def test_two_hostile_badges_may_be_what_a_template_is_made_of(one: str, other: str) -> None:
    documents = [_changed(1, *HOSTILE[one]), _changed(2, *HOSTILE[other]), _changed(3, *HOSTILE[one])]
    template = _template(documents[0], documents[1])
    for document in [*documents, *(unsigned_badge(number) for number in range(4, 8))]:
        found = template.canonicalize(document) if template is not None else None
        assert found is None or found == _answer(canonicalize, document)


def _template(first: JsonObject, second: JsonObject) -> Any:
    return build_template(first, second)


def test_an_ordinary_cohort_goes_through_one_template() -> None:
    template = build_template(unsigned_badge(0), unsigned_badge(1))
    assert template is not None
    wider = template.widened(unsigned_badge(131_073 + 28))
    assert wider is not None
    fitted = [wider.canonicalize(unsigned_badge(number)) for number in range(2, 200)]
    assert fitted == [canonicalize(unsigned_badge(number)) for number in range(2, 200)]


def test_a_document_that_is_written_over_is_read_again() -> None:
    cohort = Cohort()
    document = unsigned_badge(0)
    for number in range(6):
        document.update(copy.deepcopy(unsigned_badge(number)))
        assert cohort.canonicalize(document) == canonicalize(document)
    achievement: Any = document["credentialSubject"]["achievement"]  # type: ignore[index,call-overload]
    achievement["criteria"]["narrative"] = "Something else was asked."
    achievement["tag"].append("later")
    assert cohort.canonicalize(document) == canonicalize(document)
    assert "later" in cohort.canonicalize(document)


def test_classes_may_follow_one_another_or_mix() -> None:
    cohort = Cohort()
    for number in [*range(20), *range(20)]:
        for one_class in (True, False) if number % 3 else (number % 2 == 0,):
            document = unsigned_badge(number, batch_of_one_class=one_class)
            assert cohort.canonicalize(document) == canonicalize(document)


def test_a_class_that_follows_many_gets_a_template_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cohorts, "_COMPARED", 8)
    monkeypatch.setattr(cohorts, "_MISSES", 4)
    cohort = Cohort()
    for number in range(40):
        cohort.canonicalize(unsigned_badge(number, batch_of_one_class=False))
    assert cohort._template is not None
    for number in range(40):
        document = unsigned_badge(number)
        assert cohort.canonicalize(document) == canonicalize(document)
    assert cohort._narrow is not None
    assert cohort._narrow.holes < cohort._template.holes
    # And it is let go when others follow again, all of which get what they get alone.
    for number in range(100, 140):
        document = unsigned_badge(number, batch_of_one_class=False)
        assert cohort.canonicalize(document) == canonicalize(document)
    narrow = cohort._narrow
    assert narrow is None or narrow.holes >= cohort._template.holes


def test_random_badges_with_random_changes_get_what_they_get_alone() -> None:
    choose = random.Random(20261123)
    for badge in random_badges(5, 150):
        cohort = Cohort()
        for _ in range(6):
            document = copy.deepcopy(badge.document)
            for path in choose.sample(paths := list(_text_paths(document, ())), k=min(3, len(paths))):
                _put(*path, value=choose.choice(_TEXTS) + str(choose.randrange(3)))(document)
            assert _answer(cohort.canonicalize, document) == _answer(canonicalize, document)


_TEXTS = ("https://a.example/", "urn:uuid:", "did:web:a.example:", 'x"\n', "_:b", "é\U0001f393", "")


def _text_paths(value: object, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _text_paths(item, (*path, name))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _text_paths(item, (*path, place))
    elif isinstance(value, str):
        yield path


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), min_size=3, max_size=6))
def test_any_texts_fit_or_are_left_alone(texts: list[tuple[str, str]]) -> None:
    cohort = Cohort()
    for number, (narrative, grade) in enumerate(texts):
        document = _changed(
            number,
            _put("credentialSubject", "narrative", value=narrative),
            _put("credentialSubject", "result", 0, "value", value=grade),
        )
        assert _answer(cohort.canonicalize, document) == _answer(canonicalize, document)


def test_no_bundled_vocabulary_gives_another_meaning_to_identifiers_that_templates_take_as_they_are() -> None:
    for address in known_contexts():
        try:
            terms = compile_contexts([address]).terms
        except (DataLossDetected, UnknownContext):
            continue
        assert terms.keys().isdisjoint({"https", "http", "urn", "did", "urn:uuid"})
        assert not any(name.startswith(("https://", "http://", "urn:uuid:", "did:")) for name in terms)


# --- The memory of the process ---


@pytest.fixture
def fresh() -> Iterator[None]:
    forget_cohorts()
    yield
    forget_cohorts()


@pytest.mark.usefixtures("fresh")
def test_many_kinds_of_documents_take_a_bounded_memory() -> None:
    for number in range(3 * MAX_COHORTS):
        document = {**unsigned_badge(number), "id": f"urn:uuid:{number}"}
        for extra in range(number % MAX_COHORTS):
            document[f"extra{extra}"] = None
        assert _answer(canonicalize_one_of_many, document) == _answer(canonicalize, document)
    assert cohorts._cohorts is not None
    assert len(cohorts._cohorts) <= MAX_COHORTS


@pytest.mark.usefixtures("fresh")
def test_what_is_larger_than_a_badge_is_not_learned_from() -> None:
    for number in range(6):
        document = _changed(number, _put("credentialSubject", "narrative", value="x" * 100_000 + str(number)))
        assert canonicalize_one_of_many(document) == canonicalize(document)
    assert cohorts._cohorts is not None
    [cohort] = cohorts._cohorts.values()
    assert (cohort._template, cohort._passed_by) == (None, None)


@pytest.mark.usefixtures("fresh")
def test_one_wrong_answer_ends_all_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10):
        canonicalize_one_of_many(unsigned_badge(number))
    [cohort] = cohorts._cohorts.values()  # type: ignore[union-attr]
    assert cohort._template is not None
    # The template is made to lie: one constant line is another.
    cohort._template._constants[0] = cohort._template._constants[0].replace("a", "b")
    monkeypatch.setattr(cohorts, "_COMPARED", 1)
    with pytest.warns(UserWarning, match="templates are off"):
        assert canonicalize_one_of_many(unsigned_badge(11)) == canonicalize(unsigned_badge(11))
    assert cohorts._cohorts is None
    assert canonicalize_one_of_many(unsigned_badge(12)) == canonicalize(unsigned_badge(12))


def test_threads_may_share_a_cohort() -> None:
    cohort = Cohort()
    expected = [canonicalize(unsigned_badge(number)) for number in range(60)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda number: cohort.canonicalize(unsigned_badge(number)), [*range(60)] * 3))
    assert found == expected * 3
