"""A sector body accredits an institution: its agent signs, the registry publishes, anybody can follow the chain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from issuer_agent.accrediting import Accrediting
from issuer_agent.registry_client import RegistryRefused
from tests.agent.test_provisioning import ACTOR, provisioning
from tests.support.agent import Agent
from vc_core.model.accreditation import Accreditation, Scope, read_accreditation
from vc_core.trust.authority import AchievementKind, Authority, decide_authority

pytestmark = pytest.mark.agent
MICRO = Scope(frozenset({"MicroCredential"}))


def test_what_a_sector_body_states_reaches_the_registry(agent: Agent, postgres_server: str, tmp_path: Path) -> None:
    with provisioning(agent, postgres_server, "accrediting", trust_dir=tmp_path) as setting:
        institutions = setting.institutions
        sector, college = setting.add("sector"), setting.add("college")
        accrediting = Accrediting(institutions.engine, institutions, institutions.signer, institutions.registry)
        now = datetime.now(UTC)
        statement = Accreditation("", "", str(college.did), now - timedelta(days=1), may_issue=(MICRO,))
        with pytest.raises(RegistryRefused) as refused:
            accrediting.state("sector", statement, actor=ACTOR, now=now)
        assert refused.value.extensions["registry_code"] == "accreditation-without-mandate"

        body = {"institution": "sector", "may_accredit": [MICRO.to_json()], "since": "2024-09-01T00:00:00Z"}
        headers = {"Authorization": "Bearer operator"}
        assert httpx.post(f"{setting.registry_url}/api/accreditations", json=body, headers=headers).status_code == 201
        signed = accrediting.state("sector", statement, actor=ACTOR, now=now)

        stated = httpx.get(f"{setting.registry_url}/api/participants/college").json()["accreditation"]
        assert stated["credentials"][0] == signed
        chain = [read_accreditation(item) for item in stated["credentials"]]
        assert [item.issuer for item in chain] == [sector.did, stated["root"]]
        kind = AchievementKind("MicroCredential")
        found = decide_authority(str(college.did), kind, now, chain, roots=[stated["root"]])
        assert found.authority is Authority.LISTED
