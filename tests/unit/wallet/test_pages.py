"""The files of the app and the policies they travel with."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import httpx

from vc_core.contexts import known_contexts
from wallet.pages import STATIC, net_worker_policy
from wallet.settings import WalletSettings


def test_the_page_may_only_talk_to_its_own_service(service: httpx.Client) -> None:
    policy = service.get("/").headers["content-security-policy"]

    assert "connect-src 'self';" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy.replace("wasm-unsafe-eval", "")


def test_only_the_network_worker_reaches_out(service: httpx.Client, settings: WalletSettings) -> None:
    policy = service.get("/net-worker.mjs").headers["content-security-policy"]

    assert policy == "default-src 'none'; connect-src https: http://localhost:*"
    production = settings.model_copy(update={"environment": "production"})
    assert net_worker_policy(production) == "default-src 'none'; connect-src https:"


def test_the_service_worker_keeps_every_module_of_one_release(service: httpx.Client) -> None:
    text = service.get("/sw.js").text
    release = json.loads(text.split("\n", 1)[0].removeprefix("self.RELEASE = ").removesuffix(";"))

    assert re.fullmatch(r"[0-9a-f]{32}", release["id"])
    for address in release["files"]:
        assert service.get(address).status_code == 200, address
    modules = {"/static/" + path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.mjs")}
    assert modules - set(release["files"]) == {"/static/net-worker.mjs"}


def test_contexts_are_served_by_digest(service: httpx.Client) -> None:
    assert service.get("/contexts/index.json").json() == known_contexts()
    for digest in set(known_contexts().values()):
        assert hashlib.sha256(service.get(f"/contexts/{digest}.json").content).hexdigest() == digest


def test_an_unknown_library_is_not_found(service: httpx.Client) -> None:
    assert service.get("/vendor/..%2fpackage.json").status_code == 404


def test_both_catalogues_have_the_same_sentences_with_the_same_places(service: httpx.Client) -> None:
    nl, en = (_catalogue(STATIC / "locale" / f"{name}.mjs") for name in ("nl", "en"))

    assert list(nl) == list(en)
    for key in nl:
        assert set(re.findall(r"{\w+}", nl[key])) == set(re.findall(r"{\w+}", en[key])), key


def test_every_sentence_a_screen_asks_for_exists() -> None:
    catalogue = _catalogue(STATIC / "locale" / "en.mjs")
    source = "\n".join(path.read_text("utf-8") for path in STATIC.rglob("*.mjs"))
    asked = set(re.findall(r"""\bt\("([a-z0-9.-]+)\"""", source))
    raised = {f"problem.{code}" for code in re.findall(r"""(?:Problem\(|require\([^\n]*?, )"([a-z0-9-]+)\"""", source)}

    assert asked
    never_shown = {
        "problem.container-no-unlocker",
        "problem.service",
    }
    shown = {key for key in asked | raised if not key.startswith("problem.status-")}
    assert shown <= set(catalogue) | never_shown


def test_the_core_opens_no_connection_and_knows_no_screens() -> None:
    for path in (STATIC / "core").glob("*.mjs"):
        text = path.read_text("utf-8")
        assert not re.search(r"\bfetch\(|XMLHttpRequest|WebSocket|new Worker", text), path.name
        assert not re.search(r"from \"\.\./(ui|platform)/", text), path.name
        assert text.startswith("// @ts-check"), path.name


def _catalogue(path: Path) -> dict[str, str]:
    pairs = re.findall(r'^  ("(?:[^"\\]|\\.)*"): ("(?:[^"\\]|\\.)*"),$', path.read_text("utf-8"), re.M)
    found = {json.loads(key): json.loads(value) for key, value in pairs}
    assert len(found) == len(pairs) > 100
    return found
