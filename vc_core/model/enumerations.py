"""Read the closed lists of Open Badges 3.0, CLR 2.0 and our own vocabulary strictly: a value is in the list or refused.

The lists themselves are in `vocabulary`. Open Badges 3.0, B.2 (enumerations); CLR 2.0, AssociationTypeEnum.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from vc_core.errors import MalformedInput
from vc_core.json_text import JsonValue
from vc_core.model.vocabulary import (
    ACHIEVEMENT_TYPES,
    ASSESSMENT_TYPES,
    ASSOCIATION_TYPES,
    CREDIT_FRAMEWORKS,
    IDENTIFIER_TYPES,
    LEARNING_SETTINGS,
    PARTICIPATION,
    RESULT_STATUSES,
    RESULT_TYPES,
    TARGET_TYPES,
)

__all__ = [
    "ACHIEVEMENT_TYPES",
    "ASSOCIATION_TYPES",
    "CREDIT_FRAMEWORKS",
    "IDENTIFIER_TYPES",
    "LEARNING_SETTINGS",
    "RESULT_STATUSES",
    "RESULT_TYPES",
    "TARGET_TYPES",
    "UnknownValue",
    "is_extension",
    "read_achievement_type",
    "read_assessment_types",
    "read_association_type",
    "read_credit_framework",
    "read_identifier_type",
    "read_identity_verified",
    "read_learning_setting",
    "read_level_confirmed",
    "read_participation",
    "read_quality_assurance_type",
    "read_result_status",
    "read_result_type",
    "read_supervised",
    "read_target_type",
]

MAX_VALUES = 16

# The pattern in 1EdTech's schema is not anchored, and its class lacks the hyphen (`|-|` is a range there): it takes
# "extern" texts like "my ext:x <b>". Ours is what the prose says.
_EXTENSION = re.compile(r"ext:[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class UnknownValue(MalformedInput):
    """A value that is not in the list it must come from."""

    title = "The value is not in its list"
    code = "unknown-value"


def is_extension(value: JsonValue) -> bool:
    """Say whether this is a value of somebody's own: `ext:` and a name."""
    return isinstance(value, str) and _EXTENSION.fullmatch(value) is not None


def read_achievement_type(value: JsonValue) -> str:
    """Return an `achievementType`.

    Raises:
        UnknownValue: not in the list, and not `ext:` with a name.
    """
    return _open(value, ACHIEVEMENT_TYPES, "achievementType")


def read_target_type(value: JsonValue) -> str:
    """Return the `targetType` of an alignment.

    Raises:
        UnknownValue: not in the list, and not `ext:` with a name.
    """
    return _open(value, TARGET_TYPES, "targetType")


def read_result_type(value: JsonValue) -> str:
    """Return the `resultType` of a result description.

    Raises:
        UnknownValue: not in the list, and not `ext:` with a name.
    """
    return _open(value, RESULT_TYPES, "resultType")


def read_identifier_type(value: JsonValue) -> str:
    """Return an `identifierType` or `identityType`.

    Raises:
        UnknownValue: not in the list, and not `ext:` with a name.
    """
    return _open(value, IDENTIFIER_TYPES, "identifierType")


def read_result_status(value: JsonValue) -> str:
    """Return the `status` of a result; this list has no extensions.

    Raises:
        UnknownValue: not in the list.
    """
    return _closed(value, RESULT_STATUSES, "status")


def read_association_type(value: JsonValue) -> str:
    """Return the `associationType` of a learner record; this list has no extensions.

    Raises:
        UnknownValue: not in the list.
    """
    return _closed(value, ASSOCIATION_TYPES, "associationType")


def read_learning_setting(value: JsonValue) -> str:
    """Return our `learningSetting`.

    Raises:
        UnknownValue: not in the list.
    """
    return _closed(value, LEARNING_SETTINGS, "learningSetting")


def read_credit_framework(value: JsonValue) -> str:
    """Return our `creditFramework`.

    Raises:
        UnknownValue: not in the list.
    """
    return _closed(value, CREDIT_FRAMEWORKS, "creditFramework")


def read_participation(value: JsonValue) -> tuple[str, ...]:
    """Return our `participation`: how learners take part, each way once.

    Raises:
        UnknownValue: not a list of values from the list.
    """
    return _several(value, frozenset(PARTICIPATION.values()), "participation")


def read_assessment_types(value: JsonValue) -> tuple[str, ...]:
    """Return our `assessmentType`: how learners are assessed, each way once.

    Raises:
        UnknownValue: not a list of values from the list.
    """
    return _several(value, frozenset(ASSESSMENT_TYPES.values()), "assessmentType")


def read_supervised(value: JsonValue) -> bool:
    """Return our `assessmentSupervised`.

    Raises:
        UnknownValue: neither true nor false.
    """
    return _flag(value, "assessmentSupervised")


def read_identity_verified(value: JsonValue) -> bool:
    """Return our `identityVerified`.

    Raises:
        UnknownValue: neither true nor false.
    """
    return _flag(value, "identityVerified")


def read_level_confirmed(value: JsonValue) -> bool:
    """Return our `levelConfirmed`.

    Raises:
        UnknownValue: neither true nor false.
    """
    return _flag(value, "levelConfirmed")


def read_quality_assurance_type(value: JsonValue) -> str:
    """Return the type of our `qualityAssurance`, which is always the same.

    Raises:
        UnknownValue: another type.
    """
    names = value if isinstance(value, list) else [value]
    if names != ["QualityAssurance"]:
        raise _unknown("type", value)
    return "QualityAssurance"


def _open(value: JsonValue, known: Collection[str], member: str) -> str:
    if isinstance(value, str) and (value in known or is_extension(value)):
        return value
    raise _unknown(member, value)


def _closed(value: JsonValue, known: Collection[str], member: str) -> str:
    if isinstance(value, str) and value in known:
        return value
    raise _unknown(member, value)


def _several(value: JsonValue, known: Collection[str], member: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MAX_VALUES:
        raise _unknown(member, value)
    found = tuple(_closed(item, known, member) for item in value)
    if len(set(found)) != len(found):
        raise UnknownValue(f"A value of {member} is given twice.", member=member)
    return found


def _flag(value: JsonValue, member: str) -> bool:
    if isinstance(value, bool):
        return value
    raise _unknown(member, value)


def _unknown(member: str, value: JsonValue) -> UnknownValue:
    shown = value[:100] if isinstance(value, str) else type(value).__name__
    return UnknownValue(f"The value of {member} is not in the list it must come from.", member=member, value=shown)
