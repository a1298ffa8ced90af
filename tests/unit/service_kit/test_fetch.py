"""The only door out refuses private addresses, other schemes, redirects and answers that are too large."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.responses import RedirectResponse, Response

from service_kit.fetch import Fetcher, FetchFailed, FetchRefused, is_public
from tests.support.serving import serving


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "::",
        "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:0:1::1", "ff02::1",
        "64:ff9b:1::1", "::127.0.0.1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111"])
def test_a_public_address_is_known(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "file:///etc/passwd", "https://user:pw@example.org/", "https:///x", "https://127.0.0.1/",
        "https://2130706433/", "https://0x7f.1/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/", "https://localhost/",
    ],
)  # fmt: skip
def test_an_address_that_may_not_be_visited_is_refused(url: str) -> None:
    with pytest.raises(FetchRefused):
        Fetcher().get(url)


def neighbour(_: int) -> FastAPI:
    app = FastAPI()
    app.get("/big")(lambda: Response(b"x" * 2000))
    app.get("/away")(lambda: RedirectResponse("/small"))
    app.get("/small")(lambda: {"well": True})
    app.get("/inside")(lambda: RedirectResponse("http://169.254.169.254/"))
    app.get("/packed")(lambda: Response(b"x", headers={"Content-Encoding": "gzip"}))
    return app


def test_limits_hold_against_a_real_server() -> None:
    fetcher = Fetcher(development=True)
    with serving(neighbour) as port:
        url = f"http://127.0.0.1:{port}"
        assert fetcher.get_json(f"{url}/small") == {"well": True}
        assert fetcher.get(f"{url}/away", max_redirects=1).url == f"{url}/small"
        for path in ("big", "away", "packed", "missing"):
            with pytest.raises(FetchFailed):
                fetcher.get(f"{url}/{path}", max_bytes=1000)
        with pytest.raises(FetchRefused):
            fetcher.get(f"{url}/inside", max_redirects=1)
        with pytest.raises(FetchRefused):
            Fetcher().get(f"{url}/small")
    fetcher.close()
