"""Open an Askar store with its key and print every private key in it, so that a test knows what to search for.

Runs with the agent's own interpreter, on a throw-away store. Standard input: `{"home", "key"}`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from aries_askar import Store


async def read(home: Path, key: str) -> list[dict[str, str]]:
    """Return the public and private half of every key of every tenant, in hexadecimals."""
    found = []
    for file in sorted(home.rglob("sqlite.db")):
        store = await Store.open(f"sqlite://{file}", "raw", key)
        for profile in await store.list_profiles():
            async with store.session(profile) as session:
                for entry in await session.fetch_all_keys():
                    public, private = entry.key.get_public_bytes(), entry.key.get_secret_bytes()
                    found.append({"profile": profile, "public": public.hex(), "private": private.hex()})
        await store.close()
    return found


if __name__ == "__main__":
    given = json.load(sys.stdin)
    print(json.dumps(asyncio.run(read(Path(given["home"]), given["key"]))))
