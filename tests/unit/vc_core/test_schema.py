"""What differs from the published schema is said where, as long as that is little work."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.effort import effort_of
from tests.unit.vc_core.samples import unsigned_badge
from vc_core.errors import MalformedInput
from vc_core.model.lint import lint
from vc_core.model.schema import MAX_EXPLAINED, check_schema, follows_schema, schema_name


def _tagged(count: int) -> Any:
    badge: Any = unsigned_badge()
    badge["credentialSubject"]["achievement"]["tag"] = [5] * count
    return badge


def test_a_missing_member_is_named_at_its_place() -> None:
    badge: Any = unsigned_badge()
    del badge["credentialSubject"]["achievement"]["criteria"]
    [found] = check_schema(badge)
    assert (found.pointer, found.rule) == ("/credentialSubject/achievement/criteria", "required")


def test_where_is_said_up_to_a_number_of_values() -> None:
    assert check_schema(_tagged(10))[0].pointer == "/credentialSubject/achievement/tag"
    assert check_schema(_tagged(MAX_EXPLAINED))[0].pointer == ""
    assert check_schema(_tagged(MAX_EXPLAINED), max_explained=10_000)[0].pointer != ""


def test_a_long_list_of_wrong_values_is_little_work() -> None:
    badge = _tagged(100_000)
    assert not follows_schema(badge, str(schema_name(badge)))
    assert effort_of(lambda: check_schema(badge)).peak_bytes < 20_000_000
    assert effort_of(lambda: lint(badge)).peak_bytes < 40_000_000


def test_what_is_no_badge_has_no_schema() -> None:
    with pytest.raises(MalformedInput):
        check_schema({**unsigned_badge(), "type": ["VerifiableCredential"]})
