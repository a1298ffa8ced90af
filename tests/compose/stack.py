"""The stack as a stranger on this machine reaches it: over TLS, by name, through the one port that is published."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx

DOMAIN = os.environ["EDUBADGES_DOMAIN"]
SECRETS = Path(os.environ["EDUBADGES_SECRETS_FOLDER"])
AUTHORITY = Path(os.environ["EDUBADGES_TLS_FOLDER"]) / "public" / "ca.crt"
HOST, _, PORT = os.environ["EDUBADGES_HTTPS_PORT"].rpartition(":")


class ThroughTheProxy(httpx.BaseTransport):
    """Dials the published port for every name of the stack; the certificate must be the name's own."""

    def __init__(self) -> None:
        """Trust the private authority, and nobody else."""
        context = httpx.create_ssl_context(verify=True, trust_env=False)
        context.load_verify_locations(AUTHORITY)
        self._inner = httpx.HTTPTransport(verify=context)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request to the proxy."""
        name = request.url.host
        if request.url.scheme != "https" or not (name == DOMAIN or name.endswith("." + DOMAIN)):
            raise AssertionError(f"The stack gave an address outside itself: {request.url}")
        request.extensions = {**request.extensions, "sni_hostname": name}
        request.headers["Host"] = name
        request.url = request.url.copy_with(host=HOST or "127.0.0.1", port=int(PORT))
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def client(part: str, token: str | None = None) -> httpx.Client:
    """Return a client for one part (`portal`, `wallet`, …)."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(base_url=address(part), transport=ThroughTheProxy(), headers=headers, timeout=40)


def address(part: str) -> str:
    """Return the public address of a part; of the start page for the empty name."""
    return f"https://{part}.{DOMAIN}" if part else f"https://{DOMAIN}"


def secret(name: str) -> str:
    """Return a secret of the stack."""
    return (SECRETS / name).read_text()


def docker(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run docker and return what it says."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False, timeout=180)
    assert not check or done.returncode == 0, f"docker {' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done


def compose(*arguments: str) -> str:
    """Run docker-compose and return what it prints."""
    done = subprocess.run(["docker-compose", *arguments], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, f"docker-compose {' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout


def container(service: str) -> str:
    """Return the container of a service."""
    return compose("ps", "--quiet", service).strip()


def inspect(service: str, template: str) -> str:
    """Return what the engine knows of the container of a service."""
    return docker("inspect", "--format", template, container(service)).stdout.strip()


def wait_for(what: str, found: Any, *, seconds: float = 90.0) -> Any:
    """Ask until there is an answer, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := found():
            return answer
        time.sleep(0.5)
    raise AssertionError(f"Waited {seconds:.0f} seconds in vain: {what}")
