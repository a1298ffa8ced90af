"""The service as people and programs meet it: the API, the pages, and everything that can be sent to them wrongly."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from service_kit.pages import Catalogue
from tests.support.presenting import Issuer
from tests.unit.verifier.conftest import World
from tests.unit.verifier.test_hostile_input import SVG, png
from vc_core.baking import bake_png, bake_svg
from verifier import Report, Verdict

JSON = {"Content-Type": "application/json"}


def test_the_api_verifies_every_form_a_badge_travels_in(world: World) -> None:
    text = json.dumps(world.issuer.badge())

    for body in (text.encode(), bake_png(png(), text), bake_svg(SVG, text)):
        answer = world.client.post("/api/v1/verify", content=body)
        assert answer.status_code == 200, answer.text
        assert Report.from_json(answer.json()).verdict is Verdict.OK


def test_the_api_adds_sentences_when_a_language_is_asked(world: World) -> None:
    world.issuer.revoked.add(7)

    answer = world.client.post("/api/v1/verify?lang=nl&for=student", json=world.issuer.badge()).json()

    assert answer["sentence"].startswith("Niet vertrouwen.")
    checks = {c["code"]: c["sentence"] for c in answer["credentials"][0]["checks"]}
    assert checks["status-revoked"] == "Ingetrokken door de uitgever. Vraag je instelling waarom hij is ingetrokken."


def test_nothing_asks_the_issuer_which_badge_is_checked(world: World) -> None:
    for index in range(5):
        world.client.post("/api/v1/verify", json=world.issuer.badge(index=index + 100))

    assert sorted(set(world.registry.asked)) == [
        "/api/participants",
        "/institutions/zzu/did.json",
        "/institutions/zzu/status/1",
    ]
    assert len(world.registry.asked) == 3


def test_when_nobody_answers_the_verdict_is_unknown_and_later_it_is_known(world: World) -> None:
    world.registry.down = True
    answer = world.client.post("/api/v1/verify", json=world.issuer.badge()).json()

    codes = {c["code"] for c in answer["credentials"][0]["checks"]}
    assert answer["verdict"] == "unknown"
    assert {"key-document-missing", "issuer-registry-missing", "status-list-missing"} <= codes


def test_a_fetched_badge_is_verified_from_its_address(world: World) -> None:
    world.registry.files["/badge.json"] = json.dumps(world.issuer.badge()).encode()

    answer = world.client.post("/api/v1/verify-url", json={"url": world.registry.url + "/badge.json"})

    assert answer.json()["verdict"] == "ok"


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "code"),
    [
        ("POST", "/api/v1/verify", {"content": b""}, 400, "no-badge-inside"),
        ("POST", "/api/v1/verify", {"content": b"{"}, 400, "malformed-input"),
        ("POST", "/api/v1/verify", {"content": b"\xff\xfe"}, 400, "malformed-input"),
        ("POST", "/api/v1/verify", {"content": b"x" * 5_000_001}, 413, "limit-exceeded"),
        ("POST", "/api/v1/verify", {"content": b"[" * 2000}, 413, "limit-exceeded"),
        ("GET", "/api/v1/verify", {}, 405, "method-not-allowed"),
        ("POST", "/api/v1/verify-url", {"content": b"{", "headers": JSON}, 422, "invalid-values"),
        ("POST", "/api/v1/verify-url", {"json": {"url": 5}}, 422, "invalid-values"),
        ("POST", "/api/v1/verify-url", {"json": {"url": "file:///etc/passwd"}}, 422, "invalid-values"),
        ("POST", "/api/v1/verify-url", {"json": {"url": "http://169.254.169.254/x"}}, 400, "not-fetched"),
        ("POST", "/api/v1/verify-url", {"json": {"url": "https://10.0.0.1/x"}}, 400, "not-fetched"),
        ("POST", "/api/v1/verify-url", {"json": {"url": "https://user:pw@example.org/"}}, 400, "not-fetched"),
        ("POST", "/api/v1/verify-url", {"json": {"url": "https://[::1"}}, 400, "not-fetched"),
        ("POST", "/api/v1/requests", {"json": []}, 422, "invalid-values"),
        ("POST", "/api/v1/requests", {"json": {"reason": "x" * 141}}, 422, "invalid-values"),
        ("POST", "/api/v1/requests", {"json": {"reason": "x", "evil": 1}}, 422, "invalid-values"),
        ("POST", "/api/v1/requests", {"json": {"reason": "x", "retention": "for ever"}}, 422, "invalid-values"),
        ("GET", "/api/v1/requests/none", {}, 404, "not-found"),
        ("DELETE", "/api/v1/requests/none", {}, 404, "not-found"),
        ("GET", "/api/v1/requests/none/events", {}, 404, "not-found"),
        ("GET", "/oid4vp/requests/none", {}, 404, "not-found"),
        ("POST", "/oid4vp/requests/none", {"json": {}}, 400, "malformed-input"),
        ("POST", "/oid4vp/responses/none", {"data": {"vp_token": "{}"}}, 404, "not-found"),
        ("POST", "/oid4vp/responses/none", {"json": {}}, 400, "malformed-input"),
        (
            "POST",
            "/oid4vp/responses/none",
            {"content": b"a=1&a=2", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
            400,
            "malformed-input",
        ),
        (
            "POST",
            "/oid4vp/responses/none",
            {"content": b"a=%ff", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
            400,
            "malformed-input",
        ),
        (
            "POST",
            "/oid4vp/responses/none",
            {"content": b"x" * 6_000_001, "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
            413,
            "limit-exceeded",
        ),
        ("POST", "/requests/none/delete", {}, 404, "not-found"),
        ("POST", "/requests/none/again", {}, 404, "not-found"),
        ("POST", "/check", {"json": {}}, 400, None),
        (
            "POST",
            "/check",
            {"content": b"--x", "headers": {"Content-Type": "multipart/form-data"}},
            400,
            "malformed-input",
        ),
        ("POST", "/requests", {"data": {"template": "x", "retention": "y"}}, 422, None),
        ("GET", "/nowhere", {}, 404, "not-found"),
    ],
)
def test_malformed_input_gets_a_problem_with_a_stable_code(
    shared_world: World, method: str, path: str, options: dict[str, Any], status: int, code: str | None
) -> None:
    answer = shared_world.client.request(method, path, **options)

    assert answer.status_code == status, answer.text[:300]
    if code is not None:
        assert answer.json()["code"] == code
        assert "Traceback" not in answer.text
    if path.startswith("/api/"):
        assert answer.headers["content-type"] == "application/problem+json"


def test_only_public_addresses_are_open_to_other_sites(shared_world: World) -> None:
    preflight = shared_world.client.options("/api/v1/verify", headers={"Origin": "https://x.example"})

    assert preflight.headers["access-control-allow-origin"] == "*"
    for path in ("/", "/check", "/requests/new", "/api/v1/requests/none", "/health"):
        assert "access-control-allow-origin" not in shared_world.client.get(path).headers


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("path", ["/", "/check", "/requests/new"])
def test_every_page_speaks_both_languages_and_runs_no_inline_code(shared_world: World, path: str, lang: str) -> None:
    page = shared_world.client.get(f"{path}?lang={lang}", headers={"Accept": "text/html"})

    assert page.status_code == 200
    assert f'<html lang="{lang}">' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", page.text)


def test_every_text_of_the_pages_has_a_dutch_twin() -> None:
    from importlib import resources

    catalogue = Catalogue("service_kit", "verifier")
    folder = resources.files("verifier") / "templates"
    for template in folder.iterdir():
        for _, text in re.findall(r"""\b_\((["'])(.*?)\1[,)]""", template.read_text()):
            assert catalogue.has(text), (template.name, text)


def test_a_checked_file_shows_its_verdict_and_nothing_is_kept(world: World) -> None:
    world.issuer.revoked.add(7)
    files = {"file": ("badge.json", json.dumps(world.issuer.badge()).encode(), "application/json")}

    page = world.client.post("/check?lang=en", files=files)

    assert "Do not trust" in page.text
    assert "Withdrawn by the issuer." in page.text
    assert "Nothing of this was kept" in page.text


def test_text_from_a_badge_is_escaped_and_never_in_the_verdict(shared_world: World) -> None:
    stranger = Issuer(did="did:web:unknown.example", name="Echt en geldig</h1><script>alert(1)</script>\u202e")
    badge = stranger.unsigned_badge()
    badge["credentialSubject"]["achievement"]["image"] = {"id": "https://evil.example/pixel.png", "type": "Image"}

    page = shared_world.client.post("/check?lang=nl", data={"text": json.dumps(stranger.sign(badge))})

    assert "<script>alert" not in page.text
    assert "\u202e" not in page.text
    heading = re.search(r'<section class="verdict.*?</section>', page.text, re.S)
    assert heading is not None
    assert "Echt en geldig" not in heading.group(0)
    assert 'src="https://evil.example' not in page.text


def test_a_request_made_on_the_page_shows_its_codes_and_later_its_verdict(shared_world: World) -> None:
    form = {"template": "any", "reason": "For a job", "asked_by": "<b>Us</b>", "retention": "none"}
    made = shared_world.client.post("/requests", data=form)
    assert made.status_code == 303

    page = shared_world.client.get(made.headers["location"] + "?lang=en")

    assert page.text.count('class="qr"') == 2
    assert "openid4vp://?client_id=" in page.text
    assert "&lt;b&gt;Us" in page.text
    assert shared_world.another_browser().get(made.headers["location"]).status_code == 404


def test_a_restarted_service_keeps_its_identity(world: World) -> None:
    from verifier.web.request_key import KEY_FILE, UnsafeKeyFile, load_request_key

    folder = world.settings.data_dir
    again = load_request_key(folder, world.url)
    assert again.did_document() == world.client.get("/.well-known/did.json").json()
    assert (folder / KEY_FILE).stat().st_mode & 0o777 == 0o600

    (folder / KEY_FILE).chmod(0o644)
    with pytest.raises(UnsafeKeyFile):
        load_request_key(folder, world.url)


def test_health_tells_that_the_database_answers(shared_world: World) -> None:
    assert shared_world.client.get("/health").json()["status"] == "ok"
