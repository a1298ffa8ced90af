"""An institution's own web address, looked at live: real servers with real certificates, good ones and bad ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import JSONResponse, RedirectResponse, Response

from did_registry import own_domain
from did_registry.own_domain import TEXTS, OwnDomains, Step
from service_kit.fetch import Fetcher
from service_kit.problems import TooManyAttempts
from tests.support.certificates import make_certificate
from tests.support.presenting import Issuer
from tests.support.serving import serving
from tests.unit.did_registry.conftest import OPERATOR, Place
from tests.unit.did_registry.test_publishing import an_issuer, publication
from vc_core.did import build_did_document
from vc_core.errors import MalformedInput
from vc_core.json_text import dump_json
from vc_core.keys import PrivateKey

AGENT = Issuer(did="did:web:registry.example:institutions:zzu")
PATH = "/.well-known/did.json"


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_domain, "PAUSE_S", 0.0)


@contextmanager
def web_server(
    answer: Callable[[str], Response], folder: Path, *, days: tuple[int, int] = (-1, 30), trusted: bool = True
) -> Iterator[tuple[OwnDomains, str]]:
    """Serve what an institution would; give who looks, and the domain."""
    certificate, key = make_certificate(folder, days=days)

    def app(port: int) -> FastAPI:
        made = FastAPI()
        made.add_api_route(PATH, lambda: answer(f"did:web:localhost%3A{port}"), methods=["GET"])
        return made

    with serving(app, tls=(certificate, key)) as port:
        fetcher = Fetcher(development=True, ca_file=str(certificate) if trusted else None, deadline_s=3.0)
        yield OwnDomains(fetcher), f"localhost:{port}"
        fetcher.close()


def document(did: str, *keys: PrivateKey) -> Any:
    return build_did_document(did, [(None, key.public, ("Multikey",)) for key in keys or (AGENT.key,)])


def codes(answer: Callable[[str], Response], folder: Path, **options: Any) -> list[str]:
    with web_server(answer, folder, **options) as (domains, domain):
        found = domains.check("zzu", domain, AGENT.document())
    assert [finding.step for finding in found.findings] == list(Step)
    assert found.good is all(finding.outcome == "passed" for finding in found.findings)
    return [finding.code for finding in found.findings if finding.code != "not-looked-at"]


GOOD = ["address-usable", "answers-over-tls", "document-readable", "identifier-equal"]


def test_as_it_should_be(tmp_path: Path) -> None:
    assert codes(lambda did: JSONResponse(document(did)), tmp_path) == [*GOOD, "keys-all-there", "other-keys-none"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (lambda did: JSONResponse(document("did:web:elsewhere.example")), "identifier-other"),
        (lambda did: JSONResponse({"id": 5}), "identifier-other"),
        (lambda did: Response(b"<html>"), "document-unreadable"),
        (lambda did: Response(b'{"id": 1, "id": 2}'), "document-unreadable"),
        (lambda did: Response(b"[" * 100), "document-unreadable"),
        (lambda did: Response(b" " * 70_000), "answers-too-much"),
        (lambda did: Response(status_code=404), "answers-without-document"),
        (lambda did: Response(status_code=500), "answers-without-document"),
        (lambda did: RedirectResponse("https://localhost/elsewhere"), "answers-with-redirect"),
    ],
    ids=["other", "number", "page", "twice", "deep", "large", "absent", "broken", "redirect"],
)
def test_what_is_wrong_is_said_and_the_rest_is_not_looked_at(
    answer: Callable[[str], Response], expected: str, tmp_path: Path
) -> None:
    assert codes(answer, tmp_path)[-1] == expected


NEW = PrivateKey.from_bytes("Ed25519", bytes([12]) * 32)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((NEW,), ["keys-missing", "other-keys"]),
        ((AGENT.key, NEW), ["keys-all-there", "other-keys"]),
    ],
    ids=["another", "one more"],
)
def test_the_keys_must_be_those_of_the_agent(keys: Any, expected: list[str], tmp_path: Path) -> None:
    assert codes(lambda did: JSONResponse(document(did, *keys)), tmp_path)[4:] == expected


def test_a_key_that_may_not_sign_there_is_missing(tmp_path: Path) -> None:
    def answer(did: str) -> Response:
        return JSONResponse({**document(did), "assertionMethod": []})

    assert codes(answer, tmp_path)[4:] == ["keys-missing", "other-keys-none"]


@pytest.mark.parametrize("value", [None, 5, [5], [{"id": "x"}], ["#nothing"]], ids=str)
def test_strange_keys_are_no_keys_of_the_agent(value: Any, tmp_path: Path) -> None:
    assert "keys-missing" in codes(lambda did: JSONResponse({**document(did), "assertionMethod": value}), tmp_path)


def test_a_bad_certificate_is_told_apart_from_silence(tmp_path: Path) -> None:
    def answer(did: str) -> Response:
        return JSONResponse(document(did))

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert codes(answer, tmp_path / "a", trusted=False)[-1] == "answers-with-bad-certificate"
    assert codes(answer, tmp_path / "b", days=(-9, -2))[-1] == "answers-with-bad-certificate"
    fetcher = Fetcher(development=True)
    with serving(lambda port: FastAPI()) as port:
        plain = OwnDomains(fetcher).check("zzu", f"localhost:{port}", AGENT.document())
    assert [finding.code for finding in plain.findings][1] == "answers-without-tls"
    silent = OwnDomains(fetcher).check("zzu", "localhost:1", AGENT.document())
    assert [finding.code for finding in silent.findings][1] == "answers-not"
    fetcher.close()


def test_a_private_network_is_not_visited() -> None:
    fetcher = Fetcher()
    for domain in ("localhost", "127.0.0.1", "10.0.0.1", "169.254.169.254"):
        try:
            found = OwnDomains(fetcher).check("zzu", domain, AGENT.document())
        except MalformedInput:
            continue
        assert found.findings[0].code == "address-refused"
    fetcher.close()


def test_one_looks_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_domain, "PAUSE_S", 60.0)
    domains = OwnDomains(Fetcher(development=True))
    domains.check("zzu", "localhost:1", AGENT.document())
    with pytest.raises(TooManyAttempts):
        domains.check("zzu", "localhost:1", AGENT.document())
    domains.check("hwl", "localhost:1", AGENT.document())


def test_over_the_interface_and_on_the_page(place: Place, application: dict[str, Any]) -> None:
    place.http.post("/api/participants", json=application, headers=OPERATOR)
    question = {"slug": "zzu", "domain": "localhost:1"}
    assert place.http.post("/api/own-domain-checks", json=question).status_code == 404
    place.http.put("/api/did-documents/zzu", json=publication(an_issuer()), headers=OPERATOR)
    answer: httpx.Response = place.http.post("/api/own-domain-checks", json=question)
    assert answer.json()["did"] == "did:web:localhost%3A1"
    assert [item["code"] for item in answer.json()["findings"]][:2] == ["address-usable", "answers-not"]
    for wrong in ("a b", "", "x/../y", "user@host", "-x", dump_json({}).decode()):
        bad = place.http.post("/api/own-domain-checks", json={"slug": "zzu", "domain": wrong})
        assert bad.status_code in {400, 422}, wrong
    here = "/institutions/zzu/own-domain"
    assert "Your domain" in place.http.get(here, params={"lang": "en"}).text
    page = place.http.get(here, params={"lang": "nl", "domain": "localhost:1"}).text
    assert "De webserver antwoordt niet" in page
    assert "Nog niet goed" in page


def test_every_text_is_there_in_dutch() -> None:
    messages = (Path(own_domain.__file__).parent / "locale" / "nl.po").read_text()
    assert [text for text in TEXTS.values() if f'msgid "{text}"' not in messages] == []
