"""What a wallet reads first, as the conformance suite looks at it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.issuing_world import World
from tests.support.test_wallet import Wallet, well_known


@pytest.fixture
def metadata(world: World, wallet: Wallet) -> dict[str, Any]:
    world.add_version()
    return wallet.read_metadata(world.issuance.credential_issuer("zzu"))


def test_the_old_and_the_new_place_give_the_same_metadata(world: World) -> None:
    issuer = world.issuance.credential_issuer("zzu")
    for name in ("openid-credential-issuer", "oauth-authorization-server"):
        answers = [world.http.get(url) for url in (well_known(issuer, name), f"{issuer}/.well-known/{name}")]

        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].json() == answers[1].json()
        for answer in answers:
            assert answer.headers["content-type"] == "application/json"
            assert answer.headers["access-control-allow-origin"] == "*"
            assert "access-control-allow-credentials" not in answer.headers


def test_the_issuer_names_itself_byte_for_byte_and_every_endpoint_is_its_own(
    world: World, metadata: dict[str, Any]
) -> None:
    issuer = world.issuance.credential_issuer("zzu")

    assert metadata["credential_issuer"] == issuer
    for member in ("credential_endpoint", "nonce_endpoint", "notification_endpoint"):
        assert metadata[member].startswith(issuer + "/")
    assert "batch_credential_issuance" not in metadata
    assert "credential_response_encryption" not in metadata
    locales = [entry["locale"] for entry in metadata["display"]]
    assert sorted(locales) == ["en", "nl"]


def test_every_configuration_can_be_read_by_new_and_old_wallets(metadata: dict[str, Any]) -> None:
    assert metadata["credential_configurations_supported"]
    for configuration in metadata["credential_configurations_supported"].values():
        assert configuration["format"] == "ldp_vc"
        assert configuration["credential_definition"]["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
        assert configuration["credential_signing_alg_values_supported"] == ["eddsa-rdfc-2022"]
        assert configuration["cryptographic_binding_methods_supported"]
        assert set(configuration["proof_types_supported"]) == {"jwt", "di_vp"}
        assert configuration["proof_types_supported"]["jwt"]["proof_signing_alg_values_supported"] == [
            "EdDSA",
            "ES256",
        ]
        display = configuration["credential_metadata"]["display"]
        assert {entry["locale"] for entry in display} == {"nl", "en"}
        assert all(entry["name"] for entry in display)
        assert configuration["display"] == display
        assert all(
            claim["path"] and len(claim["display"]) == 2 for claim in configuration["credential_metadata"]["claims"]
        )


def test_the_server_lets_wallets_come_without_a_name(world: World) -> None:
    issuer = world.issuance.credential_issuer("zzu")
    server = world.http.get(well_known(issuer, "oauth-authorization-server")).json()

    assert server["issuer"] == issuer
    assert server["pre-authorized_grant_anonymous_access_supported"] is True
    assert server["authorization_details_types_supported"] == ["openid_credential"]
    assert server["grant_types_supported"] == ["urn:ietf:params:oauth:grant-type:pre-authorized_code"]
    assert urlsplit(server["token_endpoint"]).path == "/oid4vci/zzu/token"


def test_nonces_are_fresh_and_never_cached(world: World, metadata: dict[str, Any]) -> None:
    answers = [world.http.post(metadata["nonce_endpoint"]) for _ in range(2)]

    assert [answer.headers["cache-control"] for answer in answers] == ["no-store", "no-store"]
    assert answers[0].json()["c_nonce"] != answers[1].json()["c_nonce"]
    assert world.http.get(metadata["nonce_endpoint"]).status_code == 405


def test_a_browser_may_ask_from_any_site(world: World, metadata: dict[str, Any]) -> None:
    headers = {"Origin": "https://wallet.example", "Access-Control-Request-Method": "POST"}
    answer = world.http.request("OPTIONS", metadata["credential_endpoint"], headers=headers)

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Authorization" in answer.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/openid-credential-issuer/oid4vci/nobody",
        "/.well-known/oauth-authorization-server/oid4vci/nobody",
        "/oid4vci/nobody/.well-known/openid-credential-issuer",
        "/oid4vci/zzu/offers/nothing",
        "/oid4vci/zzu/pictures/nothing.svg",
    ],
)
def test_what_is_not_there_is_a_problem_document(world: World, path: str) -> None:
    answer = world.http.get(world.issuance.addresses.issuer_url + path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_picture_of_a_badge_is_a_picture(world: World, metadata: dict[str, Any]) -> None:
    configuration = next(iter(metadata["credential_configurations_supported"].values()))
    answer = world.http.get(configuration["credential_metadata"]["display"][0]["logo"]["uri"])

    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.text.startswith("<svg")
