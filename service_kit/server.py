"""Run one service: settings from the environment, logs, uvicorn with TLS when it is configured."""

from __future__ import annotations

import sys
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError
from pydantic_settings import SettingsError

from service_kit.logs import configure_logs
from service_kit.settings import ServiceSettings


def load_settings[S: ServiceSettings](settings_class: type[S]) -> S:
    """Read the settings, or leave with one clear sentence per value that is missing or wrong."""
    try:
        return settings_class()  # type: ignore[call-arg]  # the environment gives the values
    except SettingsError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from error
    except ValidationError as error:
        prefix = str(settings_class.model_config.get("env_prefix", ""))
        for item in error.errors():
            name = prefix + "_".join(str(part) for part in item["loc"]).upper()
            print(f"{name}: {item['msg']}", file=sys.stderr)
        raise SystemExit(2) from error


def serve[S: ServiceSettings](create_app: Callable[[S], FastAPI], settings: S, *, service: str) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished first."""
    configure_logs(service, level=settings.log_level, style=settings.log_format)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=5,
        proxy_headers=True,
        forwarded_allow_ips=settings.proxy_addresses,
    )
