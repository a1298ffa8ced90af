"""`edubadges up`: it starts, says what is wrong, keeps what runs alive, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from edubadges.demo.world import World
from edubadges.platform.layout import Ports, is_free
from edubadges.platform.parts import DATABASES
from tests.flows.conftest import ROOT, Running, up

pytestmark = pytest.mark.agent

PAGES = ("landing", "issuer", "wallet", "verifier", "registry")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def pids(running: Running) -> list[int]:
    return [part.pid for part in running.state().parts if part.pid is not None]


@pytest.mark.parametrize("name", PAGES)
def test_every_service_is_well_and_has_a_page_in_both_languages(world: World, name: str) -> None:
    health = httpx.get(f"{world.url(name)}/health")
    assert (health.status_code, health.json()["status"]) == (200, "ok")
    for language in ("nl", "en"):
        page = httpx.get(f"{world.url(name)}/?lang={language}", follow_redirects=True)
        assert page.status_code == 200
        assert f'<html lang="{language}"' in page.text or name == "wallet"


def test_the_start_page_leads_to_each_of_the_four_kinds_of_user(world: World) -> None:
    page = httpx.get(f"{world.url('landing')}/?lang=en").text
    for name in PAGES[1:]:
        assert world.url(name) in page


def test_the_sample_institutions_are_in_the_registry(world: World) -> None:
    institutions = world.api.request("GET", "/api/v1/institutions").json()
    assert {item["slug"] for item in institutions} == {"zzu", "hwl", "mdt"}
    for item in institutions:
        document = httpx.get(f"{world.url('registry')}/institutions/{item['slug']}/did.json").json()
        assert document["id"] == item["did"]


def test_nothing_listens_beyond_this_machine_and_no_secret_is_on_a_command_line(world: World) -> None:
    process = world.process
    assert process is not None
    secrets = world.plan.data.secrets_file.read_text().split('"')
    values = [value for value in secrets if len(value) > 30]
    assert len(values) == 7
    lines = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert not [value for value in values if value in lines]
    assert oct(world.plan.data.secrets_file.stat().st_mode & 0o777) == "0o600"


def test_it_stops_on_ctrl_c_and_goes_on_with_the_same_data(place: Path, free_base: int) -> None:
    first = up(place / "var", free_base)
    cold = first.ready()
    assert cold.seconds_to_ready is not None
    assert cold.seconds_to_ready < 30
    children = pids(first)
    assert len(children) == len(DATABASES) + 3
    assert first.end() == 0
    assert not [pid for pid in children if alive(pid)]
    assert all(is_free(port) for port in Ports(free_base).named().values())

    again = up(place / "var", None)
    warm = again.ready()
    assert warm.port_base == free_base
    assert warm.seconds_to_ready is not None
    assert warm.seconds_to_ready < 12
    answer = httpx.get(f"http://localhost:{free_base + 1}/api/v1/badge-classes")
    assert len(answer.json()) > 3
    assert again.end(signal.SIGTERM) == 0


def test_a_killed_part_is_started_again_and_said_so(place: Path, free_base: int) -> None:
    running = up(place / "var", free_base, "--no-seed")
    try:
        state = running.ready()
        for name in ("wallet", "postgres", "agent"):
            victim = state.part(name).pid
            assert victim is not None
            os.kill(victim, signal.SIGKILL)
            back = running.wait(
                lambda now, name=name, victim=victim: now.part(name).state == "ready" and now.part(name).pid != victim  # type: ignore[misc]
            )
            assert back.part(name).restarts == 1
        said = running.log.read_text()
        assert said.count("It is started again") == 3
        assert said.count("is back") == 3
        for port in (2, 1):
            assert _well(f"http://localhost:{free_base + port}/health")
    finally:
        assert running.end() == 0


def _well(url: str) -> bool:
    end = time.monotonic() + 15
    while time.monotonic() < end:
        if httpx.get(url).status_code == 200:
            return True
        time.sleep(0.2)
    return False


def test_a_killed_platform_takes_its_parts_with_it(place: Path, free_base: int) -> None:
    running = up(place / "var", free_base, "--no-seed")
    running.ready()
    children = pids(running)
    running.end(signal.SIGKILL)
    end = time.monotonic() + 15
    while time.monotonic() < end and any(alive(pid) for pid in children):
        time.sleep(0.1)
    assert not [pid for pid in children if alive(pid)]
    again = up(place / "var", None, "--no-seed")
    again.ready()
    assert again.end() == 0


def _refused(*options: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "edubadges", "up", *options],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stderr + done.stdout
    said = done.stderr.strip()
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1
    return said


def test_a_port_in_use_is_one_sentence(place: Path, free_base: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_base + 3))
        other.listen()
        said = _refused("--data-dir", str(place / "var"), "--port-base", str(free_base))
    assert f"Port {free_base + 3}, for the verifier, is used by another program" in said


def test_a_missing_agent_interpreter_is_one_sentence(place: Path, free_base: int) -> None:
    said = _refused(
        "--data-dir", str(place / "var"), "--port-base", str(free_base), EDUBADGES_AGENT_PYTHON="/nowhere/bin/python"
    )
    assert "ACA-Py was not found" in said
    assert "make install" in said


def test_two_platforms_on_the_same_data_are_refused(world: World) -> None:
    assert "already runs on the data" in _refused("--data-dir", str(world.plan.data.folder))


def test_data_does_not_move_to_another_port(world: World) -> None:
    said = _refused("--data-dir", str(world.plan.data.folder), "--port-base", "9000")
    assert "already runs" in said or "belongs to port base" in said
