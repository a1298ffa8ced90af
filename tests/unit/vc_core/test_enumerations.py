"""The lists are those of the standards, and whatever is not in them is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from vc_core.errors import MalformedInput
from vc_core.model import enumerations, vocabulary
from vc_core.model.enumerations import UnknownValue

OPEN = {
    "achievementType": (enumerations.read_achievement_type, vocabulary.ACHIEVEMENT_TYPES, 31),
    "targetType": (enumerations.read_target_type, vocabulary.TARGET_TYPES, 7),
    "resultType": (enumerations.read_result_type, vocabulary.RESULT_TYPES, 12),
    "identifierType": (enumerations.read_identifier_type, vocabulary.IDENTIFIER_TYPES, 19),
}
CLOSED = {
    "status": (enumerations.read_result_status, vocabulary.RESULT_STATUSES, 7),
    "associationType": (enumerations.read_association_type, vocabulary.ASSOCIATION_TYPES, 8),
    "learningSetting": (enumerations.read_learning_setting, vocabulary.LEARNING_SETTINGS, 2),
    "creditFramework": (enumerations.read_credit_framework, vocabulary.CREDIT_FRAMEWORKS, 1),
}
SCHEMA = Path("/work/shared/reference/schemas/ob3/json-ld/ob_v3p0_achievementcredential_schema.json")
NOT_TEXT = (None, True, 7, [], ["Course"], {}, {"@value": "Course"})


@pytest.mark.parametrize("member", [*OPEN, *CLOSED])
def test_every_value_of_a_list_is_read(member: str) -> None:
    read, values, count = (OPEN | CLOSED)[member]

    assert len(values) == count
    assert {read(value) for value in values} == values


@pytest.mark.parametrize("member", OPEN)
def test_a_list_that_is_open_takes_extensions(member: str) -> None:
    read = OPEN[member][0]

    for value in ("ext:Cake", "ext:ISCED-F", "ext:a.b_c-1"):
        assert read(value) == value


@pytest.mark.parametrize("member", CLOSED)
def test_a_closed_list_takes_none(member: str) -> None:
    with pytest.raises(UnknownValue):
        CLOSED[member][0]("ext:Cake")


@pytest.mark.parametrize("member", [*OPEN, *CLOSED])
@pytest.mark.parametrize(
    "value",
    ["", "cake", "course", " Course", "Course ", "Course\n", "ext:", "ext: x", "ext:-x", "my ext:x", "ext:x y",
     "EXT:x", "ext:é", "ext:" + "x" * 101, *NOT_TEXT],
)  # fmt: skip
def test_anything_else_is_refused(member: str, value: object) -> None:
    read: Callable[[object], str] = (OPEN | CLOSED)[member][0]

    with pytest.raises(MalformedInput) as caught:
        read(value)
    assert caught.value.code == "unknown-value"
    assert len(str(caught.value.extensions["value"])) <= 100


@pytest.mark.parametrize(
    ("read", "table"),
    [
        (enumerations.read_participation, vocabulary.PARTICIPATION),
        (enumerations.read_assessment_types, vocabulary.ASSESSMENT_TYPES),
    ],
)
def test_our_own_lists_take_each_value_once(read: Callable[[object], tuple[str, ...]], table: dict[str, str]) -> None:
    values = sorted(set(table.values()))

    assert read(values) == tuple(values)
    for wrong in ([], values[0], [values[0], values[0]], ["elsewhere"], [None], None, [values[0]] * 17):
        with pytest.raises(UnknownValue):
            read(wrong)


@pytest.mark.parametrize(
    "read",
    [enumerations.read_supervised, enumerations.read_identity_verified, enumerations.read_level_confirmed],
)
def test_our_own_flags_are_true_or_false(read: Callable[[object], bool]) -> None:
    assert read(True) is True
    assert read(False) is False
    for wrong in (None, 0, 1, "true", []):
        with pytest.raises(UnknownValue):
            read(wrong)


def test_quality_assurance_has_one_type() -> None:
    assert enumerations.read_quality_assurance_type(["QualityAssurance"]) == "QualityAssurance"
    assert enumerations.read_quality_assurance_type("QualityAssurance") == "QualityAssurance"
    for wrong in (None, [], ["QualityAssurance", "Profile"], "Profile"):
        with pytest.raises(UnknownValue):
            enumerations.read_quality_assurance_type(wrong)


def test_what_we_write_is_what_we_read() -> None:
    assert set(vocabulary.KINDS.values()) <= vocabulary.ACHIEVEMENT_TYPES
    for value in vocabulary.PROGRAMME_TYPES.values():
        assert enumerations.read_identifier_type(value) == value


def _enumerations_in(value: object) -> set[frozenset[str]]:
    if isinstance(value, dict):
        own = {frozenset(value["enum"])} if isinstance(value.get("enum"), list) else set()
        return own.union(*map(_enumerations_in, value.values()))
    return set().union(*map(_enumerations_in, value)) if isinstance(value, list) else set()


def test_the_lists_are_those_of_the_schema() -> None:
    if not SCHEMA.exists():
        pytest.skip("the reference schemas are not on this machine")
    published = _enumerations_in(json.loads(SCHEMA.read_text()))

    for _, values, _ in OPEN.values():
        assert values in published
    assert vocabulary.RESULT_STATUSES in published
