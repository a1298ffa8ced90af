"""A real tenant's keys are replaced: the agent makes them and signs with them, and old badges stay provable."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from issuer_agent.issuance import Issuance
from issuer_agent.key_changes import KeyChanges
from issuer_agent.reservations import Addresses
from tests.agent.test_provisioning import ACTOR, provisioning
from tests.support.agent import CREATED, Agent, badge_of
from vc_core.did import find_verification_method
from vc_core.proof import document_proofs, verify_proof
from vc_core.trust.did_log import read_did_log
from vc_core.trust.key_history import key_periods, versions_of

pytestmark = pytest.mark.agent


def test_the_agent_makes_new_keys_and_signs_with_them(agent: Agent, postgres_server: str, tmp_path: Path) -> None:
    with provisioning(agent, postgres_server, "rotation", trust_dir=tmp_path) as setting:
        institutions = setting.institutions
        setting.add("rotating")
        addresses = Addresses("http://localhost:1", setting.registry_url, "http://localhost:2")
        issuance = Issuance(
            institutions.engine,
            institutions.signer,
            institutions.vault,
            institutions.registry,
            addresses,
            key=b"k" * 32,
        )
        changes = KeyChanges(
            institutions.engine,
            institutions.agent,
            institutions.signer,
            institutions.registry,
            institutions.vault,
            issuance,
            timedelta(),
        )

        def signed() -> Any:
            identity = institutions.identity("rotating")
            document = badge_of(identity)
            [made] = institutions.signer.secure([document], identity=identity, created=CREATED)
            return made

        first, now = signed(), datetime.now(UTC)
        changes.rotate("rotating", actor=ACTOR, now=now)
        changes.go_on("rotating", actor=ACTOR, now=now + timedelta(seconds=3))
        second = signed()
        done = changes.go_on("rotating", actor=ACTOR, now=now + timedelta(seconds=6))
        assert done.state == "done"

        document = setting.published("rotating")
        [proof] = document_proofs(second)
        assert proof["verificationMethod"] == done.new_ed25519
        _, key = find_verification_method(document, str(done.new_ed25519), relationship="assertionMethod")
        verify_proof(second, proof, public_key=key)
        history = httpx.get(f"{setting.registry_url}/institutions/rotating/did.jsonl").content
        log = read_did_log(history, now=datetime.now(UTC) + timedelta(minutes=1))
        [old] = [item for item in key_periods(versions_of(log)) if done.old_ed25519.endswith(item.name)]
        assert old.until is not None
        verify_proof(first, document_proofs(first)[0], public_key=old.key)
