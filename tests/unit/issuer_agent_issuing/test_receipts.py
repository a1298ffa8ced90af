"""Every signature is in the registry's log, and its receipt lies beside the badge."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Any

import httpx

from issuer_agent.receipts import receipts_of
from issuer_agent.registry_client import RegistryClient
from tests.support.issuing_world import World
from tests.support.test_wallet import Wallet
from vc_core.keys import public_key_from_multikey
from vc_core.multiformats import base64url_encode
from vc_core.trust.receipt import check_receipt, leaf_of_proof, read_receipt


def log_of(world: World) -> Any:
    return world.http.get(f"{world.issuance.registry.public_url}/api/signing-log").json()


def receipt_of(world: World, badge: Any) -> httpx.Response:
    leaf = base64url_encode(leaf_of_proof(badge["proof"]))
    return world.http.get(f"{world.issuance.registry.public_url}/api/signing-log/receipts/{leaf}")


def holds(world: World, badge: Any, receipt: Any) -> None:
    about = log_of(world)
    keys = {name: public_key_from_multikey(text) for name, text in about["keys"].items()}
    check_receipt(read_receipt(receipt), leaf_of_proof(badge["proof"]), origin=about["origin"], keys=keys)


def test_a_wallet_gets_the_receipt_beside_its_badge(world: World, wallet: Wallet) -> None:
    badge = wallet.receive_offer(world.issuance.offer_award(world.add_award().id).offer_url)
    receipt = receipts_of([badge], world.issuance.registry)[0]
    assert isinstance(badge["proof"], dict)
    holds(world, badge, receipt)
    assert receipt_of(world, badge).json() == receipt


def test_files_are_in_the_log_too_and_many_in_one_call(world: World) -> None:
    awards = [world.add_award(delivery="file").id for _ in range(12)]
    badges = world.issuance.issue_files(awards)
    for badge in badges:
        holds(world, badge, receipt_of(world, badge).json())


def test_a_log_that_is_away_does_not_stop_issuing(world: World) -> None:
    award = world.add_award(delivery="file").id
    with closing(RegistryClient("http://localhost:1", token="operator")) as nowhere:
        alone = replace(world.issuance, registry=nowhere)
        badge = alone.issue_file(award)
        assert receipts_of([badge], nowhere)[0] is None
    assert receipt_of(world, badge).status_code == 404
    holds(world, badge, receipts_of([badge], world.issuance.registry)[0])
