"""What the service does with containers: make, open, save in order, forget; and what it refuses."""

from __future__ import annotations

import httpx
import pytest
import sqlalchemy as sa

from tests.unit.wallet.conftest import Browser, b64


def put(service: httpx.Client, session: dict[str, str], save: dict, revision: int | str):
    return service.put("/api/v1/wallet", json=save, headers={**session, "If-Match": f'"{revision}"'})


def code(answer) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()["code"]


def test_an_authenticator_gives_the_container_back(service: httpx.Client, browser: Browser, session: dict) -> None:
    (name,) = browser.authenticators
    opened = service.post("/api/v1/sessions", json=browser.opening(name))

    assert opened.status_code == 201
    assert opened.json()["wallet_id"] == browser.wid
    assert opened.json()["container"]["wid"] == browser.wid


def test_an_unknown_authenticator_opens_nothing_and_a_few_tries_are_enough(
    service: httpx.Client, session: dict
) -> None:
    unknown = {"authenticator": b64(bytes(32))}
    answers = [service.post("/api/v1/sessions", json=unknown) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert code(answers[0]) == "unknown-authenticator"
    assert code(answers[3]) == "too-many-attempts"


def test_revisions_follow_one_another(service: httpx.Client, browser: Browser, session: dict) -> None:
    assert put(service, session, browser.save(2), 1).json() == {"revision": 2}

    stale = put(service, session, browser.save(2), 1)

    assert stale.status_code == 409
    assert code(stale) == "stale-revision"
    assert service.get("/api/v1/wallet", headers=session).headers["etag"] == '"2"'


def test_a_skipped_revision_is_refused(service: httpx.Client, browser: Browser, session: dict) -> None:
    assert code(put(service, session, browser.save(3), 1)) == "revision-skipped"


def test_saving_without_if_match_is_refused(service: httpx.Client, browser: Browser, session: dict) -> None:
    assert code(service.put("/api/v1/wallet", json=browser.save(2), headers=session)) == "if-match-missing"


def test_another_wallets_container_is_refused(service: httpx.Client, session: dict) -> None:
    other = Browser()
    assert code(put(service, session, other.save(2, *other.authenticators), 1)) == "another-wallet"


def test_an_unlocker_without_authenticator_is_refused(service: httpx.Client, browser: Browser, session: dict) -> None:
    browser.add_unlocker("recovery")
    assert code(put(service, session, browser.save(2), 1)) == "authenticator-missing"


def test_a_removed_unlocker_loses_its_access_and_its_sessions_at_once(
    service: httpx.Client, browser: Browser, session: dict
) -> None:
    (old,) = browser.authenticators
    new = browser.add_unlocker("recovery")
    assert put(service, session, browser.save(2, new), 1).status_code == 200
    second = service.post("/api/v1/sessions", json=browser.opening(new)).json()["token"]
    kept = {"Authorization": f"Bearer {second}"}
    browser.unlockers = [item for item in browser.unlockers if item["id"] == new]

    assert put(service, kept, browser.save(3), 2).status_code == 200
    assert service.post("/api/v1/sessions", json=browser.opening(old)).status_code == 401
    assert service.get("/api/v1/wallet", headers=session).status_code == 401
    assert service.get("/api/v1/wallet", headers=kept).status_code == 200


def test_the_same_wallet_cannot_be_made_twice(service: httpx.Client, browser: Browser, session: dict) -> None:
    again = service.post("/api/v1/wallets", json=browser.save(1, *browser.authenticators))
    assert (again.status_code, code(again)) == (409, "wallet-exists")


def test_a_known_authenticator_does_not_leave_half_a_wallet(
    service: httpx.Client, browser: Browser, session: dict, database: sa.Connection
) -> None:
    other = Browser()
    (theirs,) = other.authenticators
    other.authenticators[theirs] = next(iter(browser.authenticators.values()))

    assert code(service.post("/api/v1/wallets", json=other.save(1, theirs))) == "wallet-exists"
    assert database.execute(sa.text("select count(*) from wallets")).scalar() == 1


def test_deleting_leaves_nothing(service: httpx.Client, session: dict, database: sa.Connection) -> None:
    gone = service.delete("/api/v1/wallet", headers=session)

    assert gone.status_code == 204
    assert "storage" in gone.headers["clear-site-data"]
    for table in ("wallets", "authenticators", "sessions"):
        assert database.execute(sa.text(f"select count(*) from {table}")).scalar() == 0


def test_a_closed_session_is_over(service: httpx.Client, session: dict) -> None:
    assert service.delete("/api/v1/sessions/current", headers=session).status_code == 204
    assert service.get("/api/v1/wallet", headers=session).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 422),
        (b'{"container": 1}', 422),
        (b'{"container": {}, "extra": true}', 422),
        (b"{" * 100, 400),
        (b'"' + b"x" * 300_000 + b'"', 413),
    ],
)
def test_bad_input_is_a_problem_and_writes_nothing(
    service: httpx.Client, database: sa.Connection, body: bytes, status: int
) -> None:
    answer = service.post("/api/v1/wallets", content=body)

    assert answer.status_code in {status, 413}
    assert code(answer)
    assert database.execute(sa.text("select count(*) from wallets")).scalar() == 0


@pytest.mark.parametrize("member", ["wid", "unlockers", "wrapped", "box", "sig", "eph"])
def test_a_container_without_one_of_its_members_is_refused(
    service: httpx.Client, browser: Browser, member: str
) -> None:
    save = browser.save(1, *browser.authenticators)
    del save["container"][member]
    assert service.post("/api/v1/wallets", json=save).status_code == 422


def test_what_is_said_about_a_mistake_repeats_nothing_that_was_sent(service: httpx.Client, browser: Browser) -> None:
    save = browser.save(1, *browser.authenticators)
    save["container"]["secretname"] = "canary-in-a-value"
    assert "canary-in-a-value" not in service.post("/api/v1/wallets", json=save).text
