"""Run by the agent's Python: resolve a DID, with ACA-Py's resolver or, from its log, with DIF's did:webvh library."""

import asyncio
import json
import sys
from pathlib import Path

from acapy_agent.resolver.default.web import WebDIDResolver
from did_webvh.resolver import resolve_did


async def main(did: str, log: str = "") -> None:
    if not log:
        print(json.dumps(await WebDIDResolver()._resolve(None, did)))
        return
    found = await resolve_did(did, local_history=Path(log), add_implicit=False)
    about = {"metadata": found.document_metadata, "resolution": found.resolution_metadata}
    print(json.dumps({"document": found.document, **about}))


asyncio.run(main(*sys.argv[1:]))
