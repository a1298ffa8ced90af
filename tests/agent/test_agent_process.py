"""The agent as a process: it starts as ours or says why not, keeps its secrets, and survives being killed."""

from __future__ import annotations

import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from issuer_agent.acapy_client import AcapyClient
from issuer_agent.acapy_process import AgentDidNotStart, AgentProcess, AgentSecrets, is_our_agent
from issuer_agent.signer import AgentUnavailable, SigningIdentity
from issuer_agent.signer_acapy import AcapySigner
from tests.support.agent import CREATED, ROOT, Agent, badge_of, free_port, running_agent
from vc_core.json_text import JsonObject

pytestmark = pytest.mark.agent


@contextmanager
def _listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def _sign_for_ever(signer: AcapySigner, badges: list[JsonObject], identity: SigningIdentity) -> None:
    while True:
        signer.secure(badges, identity=identity, created=CREATED)


def test_a_port_in_use_is_said_in_one_sentence_and_nothing_is_left(tmp_path: Path) -> None:
    with _listening() as port:
        process = AgentProcess(tmp_path, port=port)
        with pytest.raises(AgentDidNotStart) as refused:
            process.start()

    assert refused.value.detail == (f"Port {port} is in use. Stop the program that uses it, or choose another port.")
    assert process.process is None


def test_a_missing_interpreter_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(AgentDidNotStart) as refused:
        AgentProcess(tmp_path, port=1, python="/nowhere/bin/python")

    assert refused.value.detail == (
        "ACA-Py was not found beside /nowhere/bin/python. "
        "Run `make install`, or name its interpreter in EDUBADGES_AGENT_PYTHON."
    )


def test_an_environment_whose_python_is_gone_is_said_in_the_same_sentence(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "aca-py").write_text("")
    (tmp_path / "bin" / "python").symlink_to("/nowhere/python3.12")

    with pytest.raises(AgentDidNotStart, match="was not found beside"):
        AgentProcess(tmp_path / "data", port=1, python=str(tmp_path / "bin" / "python"))


def test_a_second_agent_on_the_same_store_is_refused_and_the_first_goes_on(agent: Agent) -> None:
    second = AgentProcess(agent.folder / "agent", port=free_port())

    with pytest.raises(AgentDidNotStart, match="Another agent already uses the store"):
        second.start()

    agent.client.check()


def test_an_agent_that_stops_at_once_is_said_with_its_log(tmp_path: Path) -> None:
    """Its store was made with another key, as when the secrets are lost and made again."""
    log = tmp_path / "agent.log"
    with running_agent(tmp_path):
        pass
    (tmp_path / "agent" / "secrets.json").unlink()
    process = AgentProcess(tmp_path / "agent", port=free_port(), log=log)

    with pytest.raises(AgentDidNotStart) as refused:
        process.start()

    assert refused.value.detail == f"The agent stopped at once. Its log ({log}) says why."
    assert process.process is None


def test_an_answer_of_another_program_is_not_taken_for_ours(tmp_path: Path) -> None:
    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b'{"agent": "edubadges", "nonce": "of another"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    process = AgentProcess(tmp_path, port=free_port())
    process.launch()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(process.url.rpartition(":")[2])), Other)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with pytest.raises(AgentDidNotStart, match="Another program answers on port"):
            process.wait_ready()
    finally:
        server.shutdown()
        server.server_close()
        process.stop()


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"nonce": null}', b'{"nonce": "abd"}'])
def test_only_the_nonce_we_gave_proves_that_it_is_ours(body: bytes) -> None:
    assert not is_our_agent(body, nonce="abc")
    assert is_our_agent(b'{"nonce": "abc"}', nonce="abc")


def test_the_secrets_are_made_once_and_only_we_can_read_them(tmp_path: Path) -> None:
    file = tmp_path / "agent" / "secrets.json"

    made = AgentSecrets.load_or_make(file)

    assert AgentSecrets.load_or_make(file) == made
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["secrets.json"]
    assert made.wallet_key not in repr(made)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"wallet_key": "x"}'])
def test_secrets_that_cannot_be_read_are_never_made_anew(tmp_path: Path, content: str) -> None:
    file = tmp_path / "secrets.json"
    file.write_text(content)

    with pytest.raises(AgentDidNotStart, match="Put back the file from a backup"):
        AgentSecrets.load_or_make(file)

    assert file.read_text() == content


def test_no_secret_stands_in_a_process_list_or_in_its_log(agent: Agent) -> None:
    running = agent.process.process
    assert running is not None
    secrets = agent.process.secrets
    command = " ".join(psutil.Process(running.pid).cmdline())

    for secret in (secrets.wallet_key, secrets.api_key, secrets.jwt_secret):
        assert secret not in command
        assert secret not in agent.log.read_text()


def test_it_listens_on_loopback_only_and_keeps_its_store_where_it_is_told(agent: Agent) -> None:
    running = agent.process.process
    assert running is not None
    listening = [c for c in psutil.Process(running.pid).net_connections() if c.status == psutil.CONN_LISTEN]

    assert {connection.laddr.ip for connection in listening} == {"127.0.0.1"}
    assert sorted(file.parent.name for file in (agent.folder / "agent" / "store").rglob("sqlite.db"))[0] == "base"


def test_it_stops_when_asked_and_starts_again_on_the_same_keys(tmp_path: Path) -> None:
    with running_agent(tmp_path) as first:
        identity = first.institution()
        before = first.sign(identity, [badge_of(identity)]).json()
        running = first.process.process
        assert running is not None
        first.process.stop()
        assert running.poll() is not None

    with running_agent(tmp_path) as second:
        assert second.sign(identity, [badge_of(identity)]).json() == before


def test_killed_in_the_middle_of_a_thousand_nothing_is_lost_and_a_retry_gives_the_same(tmp_path: Path) -> None:
    with running_agent(tmp_path) as agent:
        identity = agent.institution()
        signer = AcapySigner(agent.client)
        badges = [badge_of(identity, number=number) for number in range(1000)]
        first = signer.secure(badges[:10], identity=identity, created=CREATED)
        running = agent.process.process
        assert running is not None
        killer = threading.Timer(0.3, lambda: running.send_signal(signal.SIGKILL))
        killer.start()

        with pytest.raises(AgentUnavailable):
            _sign_for_ever(signer, badges, identity)
        killer.join()
        running.wait(5)
        agent.process.start()

        assert signer.secure(badges, identity=identity, created=CREATED)[:10] == first


def test_a_key_that_was_acknowledged_is_there_after_a_kill(tmp_path: Path) -> None:
    with running_agent(tmp_path) as agent:
        identity = agent.institution()
        made = [agent.client.create_key(identity.tenant_token, did=identity.did, kind="p256")[0] for _ in range(5)]
        running = agent.process.process
        assert running is not None
        running.kill()
        running.wait(5)
        agent.process.start()

        for key_id in made:
            answer = agent.sign(
                identity, [badge_of(identity)], verification_method=key_id, cryptosuite="ecdsa-rdfc-2019"
            )
            assert answer.status_code == 200


def test_a_stopped_agent_is_unavailable_with_a_sentence_and_a_time(tmp_path: Path) -> None:
    with running_agent(tmp_path) as agent:
        identity = agent.institution()
        agent.process.stop()

        with pytest.raises(AgentUnavailable) as away:
            agent.client.sign([badge_of(identity)], identity=identity, cryptosuite="eddsa-rdfc-2022", created=CREATED)

    assert away.value.retry_after > 0
    assert "Nothing is lost" in away.value.detail


def test_an_answer_that_is_no_json_is_not_taken_for_one() -> None:
    """Another program took the place of the agent."""

    class Other(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "7")
            self.end_headers()
            self.wfile.write(b"<html/>")

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    client = AcapyClient(f"http://127.0.0.1:{server.server_address[1]}", api_key="x")
    try:
        with pytest.raises(AgentUnavailable):
            client.create_tenant("x", label="x")
    finally:
        client.close()
        server.shutdown()
        server.server_close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_it_ends_when_who_started_it_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from issuer_agent.acapy_process import AgentProcess\n"
        "agent = AgentProcess(Path(sys.argv[1]), port=int(sys.argv[2]))\n"
        "agent.start()\n"
        "print(agent.process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path), str(free_port())],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert parent.stdout is not None
    with parent.stdout:
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        parent.wait()

    psutil.wait_procs([child], timeout=10)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_the_file_of_secrets_holds_only_what_is_secret(tmp_path: Path) -> None:
    AgentSecrets.load_or_make(tmp_path / "secrets.json")

    assert set(json.loads((tmp_path / "secrets.json").read_text())) == {"wallet_key", "api_key", "jwt_secret"}
