"""Read a trust repository over the network, through the guarded door."""

from __future__ import annotations

from collections.abc import Iterator

from tuf.api.exceptions import DownloadError, DownloadHTTPError
from tuf.ngclient.fetcher import FetcherInterface

from service_kit.fetch import Fetcher, FetchFailed, FetchRefused

MAX_FILE = 16_000_000


class GuardedFetcher(FetcherInterface):
    """Fetches from public addresses only, with bounds on size and time."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    def _fetch(self, url: str) -> Iterator[bytes]:
        try:
            return iter([self._fetcher.get(url, max_bytes=MAX_FILE, accept="*/*", max_redirects=0).body])
        except FetchFailed as error:
            status = error.extensions.get("upstream_status")
            if isinstance(status, int):
                raise DownloadHTTPError(error.detail, status) from error
            raise DownloadError(error.detail) from error
        except FetchRefused as error:
            raise DownloadError(error.detail) from error
