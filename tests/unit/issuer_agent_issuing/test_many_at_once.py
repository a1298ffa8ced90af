"""What must happen once happens once, also when twenty ask at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from issuer_agent import status_lists
from service_kit.database import begin
from tests.support.issuing_world import World
from tests.support.test_wallet import Refused, Wallet

MANY = 20


def at_once(act: Callable[[int], Any], many: int = MANY) -> list[Any]:
    def guarded(number: int) -> Any:
        try:
            return act(number)
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(guarded, range(many)))


@pytest.mark.parametrize("with_tx_code", [False, True])
def test_of_twenty_wallets_with_one_code_one_gets_a_token(world: World, with_tx_code: bool) -> None:
    offer = world.issuance.offer_award(world.add_award().id, with_tx_code=with_tx_code)

    results = at_once(lambda _: Wallet(world.http).redeem(offer.credential_offer, tx_code=offer.tx_code))

    refused = [result for result in results if isinstance(result, Refused)]
    assert len(refused) == MANY - 1
    assert {item.body["code"] for item in refused} == {"code-used"}


def test_of_twenty_wrong_guesses_at_once_five_are_tried(world: World) -> None:
    offer = world.issuance.offer_award(world.add_award().id, with_tx_code=True)
    wrong = "000000" if offer.tx_code != "000000" else "000001"

    results = at_once(lambda _: Wallet(world.http).redeem(offer.credential_offer, tx_code=wrong))

    codes = [result.body["code"] for result in results]
    assert codes.count("tx-code-wrong") == 5
    assert codes.count("tx-code-exhausted") == MANY - 5


def test_a_nonce_sent_twenty_times_at_once_is_taken_once(world: World, wallet: Wallet) -> None:
    session = wallet.accept(world.issuance.offer_award(world.add_award().id).offer_url)
    proof = wallet.prove(session.issuer, wallet.nonce(session.metadata))
    body = {"credential_configuration_id": session.configuration_id, "proofs": {"jwt": [proof]}}

    results = at_once(lambda _: wallet.request_credential(session, body))

    refused = [result for result in results if isinstance(result, Refused)]
    assert len(refused) == MANY - 1
    assert {item.body["error"] for item in refused} == {"invalid_nonce"}


def test_of_ten_keys_with_one_token_one_gets_the_badge(world: World, wallet: Wallet) -> None:
    session = wallet.accept(world.issuance.offer_award(world.add_award().id).offer_url)

    results = at_once(lambda _: Wallet(world.http).fetch(session), 10)

    assert len([result for result in results if not isinstance(result, Refused)]) == 1
    assert {item.body["code"] for item in results if isinstance(item, Refused)} == {"already-issued"}


def test_issuing_one_award_from_many_processes_gives_one_credential(world: World) -> None:
    award = world.add_award(delivery="file")

    results = at_once(lambda _: world.issuance.issue_file(award.id))

    assert all(result == results[0] for result in results)


def test_places_are_given_out_once_and_at_random(world: World) -> None:
    def take(_: int) -> list[status_lists.Place]:
        with begin(world.engine) as connection:
            return status_lists.allocate(connection, "hnn", 10, now=world.now()).places

    places = [place for batch in at_once(take) for place in batch]

    assert len(set(places)) == MANY * 10
    indexes = [place.index for place in places]
    assert max(indexes) - min(indexes) > 65_536
    assert indexes != sorted(indexes)


def test_a_list_that_is_half_full_is_followed_by_the_next(world: World) -> None:
    with begin(world.engine) as connection:
        small = [
            status_lists.allocate(
                connection, "hnn", 1, now=world.now(), purpose=status_lists.SUSPENSION, length=40
            ).places[0]
            for _ in range(60)
        ]

    assert len(set(small)) == 60
    assert len({place.number for place in small}) >= 2
