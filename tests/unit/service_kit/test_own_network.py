"""In a private network: our own names over https with a private authority, secrets in files, and nothing more."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from service_kit.fetch import Fetcher, FetchFailed, FetchRefused, InternalClient
from service_kit.server import load_settings
from service_kit.settings import ServiceSettings

SCRIPT = Path(__file__).parents[3] / "deploy" / "make-private-ca.sh"
OWN = frozenset({"localhost"})


class Neighbour(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"well": true}')

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(["sh", SCRIPT, "localhost", folder], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def neighbour(certificates: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "public" / "server.crt", certificates / "private" / "server.key")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Neighbour)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_our_own_name_in_a_private_network_is_visited_with_the_private_authority(
    neighbour: str, certificates: Path
) -> None:
    authority = str(certificates / "public" / "ca.crt")
    fetcher = Fetcher(own_hosts=OWN, ca_file=authority)
    assert fetcher.get_json(neighbour) == {"well": True}
    fetcher.close()
    client = InternalClient(neighbour, ca_file=authority)
    assert client.request("GET", "/").json() == {"well": True}
    client.close()


def test_any_other_private_address_stays_refused_and_plain_http_too(neighbour: str, certificates: Path) -> None:
    fetcher = Fetcher(own_hosts=OWN, ca_file=str(certificates / "public" / "ca.crt"))
    for url in (neighbour.replace("localhost", "127.0.0.1"), neighbour.replace("https", "http"), "https://10.0.0.1/"):
        with pytest.raises(FetchRefused):
            fetcher.get(url)
    fetcher.close()


def test_a_certificate_of_an_authority_that_is_not_ours_is_not_believed(neighbour: str) -> None:
    fetcher = Fetcher(own_hosts=OWN)
    with pytest.raises(FetchFailed):
        fetcher.get(neighbour)
    fetcher.close()


class SomeSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="EDUBADGES_SOME_", frozen=True, extra="ignore")

    token: SecretStr | None = None


def test_secrets_are_read_from_the_files_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key").write_text("from a file\n")
    monkeypatch.setenv("EDUBADGES_SOME_PUBLIC_URL", "https://some.example/")
    monkeypatch.setenv("EDUBADGES_SOME_DATABASE_URL", "postgresql://here")
    monkeypatch.setenv("EDUBADGES_SOME_SECRET_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("EDUBADGES_SOME_TOKEN_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("EDUBADGES_CA_FILE", "")
    monkeypatch.setenv("EDUBADGES_INTERNAL_HOSTS", "registry.example, portal.example")
    found = load_settings(SomeSettings)
    assert found.secret_key.get_secret_value() == "from a file"
    assert found.token is not None
    assert found.token.get_secret_value() == "from a file"
    assert found.ca_file is None
    assert found.own_hosts == {"registry.example", "portal.example"}

    monkeypatch.setenv("EDUBADGES_SOME_TOKEN_FILE", str(tmp_path / "missing"))
    with pytest.raises(SystemExit):
        load_settings(SomeSettings)
    assert "EDUBADGES_SOME_TOKEN_FILE: the file" in capsys.readouterr().err
