"""One real ACA-Py for all tests of this folder; every test makes its own tenants."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.agent import Agent, running_agent


@pytest.fixture(scope="session")
def agent() -> Iterator[Agent]:
    with running_agent() as running:
        yield running
