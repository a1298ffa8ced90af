"""The JSON-LD contexts this product knows, by address and SHA-256. Any other is an error; nothing is ever fetched.

The files are the published ones, byte for byte; those named `edubadges` are ours. Compiling them is the work of
`canonical.active_context`.
"""

from __future__ import annotations

import hashlib
from importlib import resources

import orjson

from vc_core.errors import UnknownContext
from vc_core.json_text import JsonObject

EDUBADGES_CONTEXT = "https://w3id.org/edubadges/v1"
ACCREDITATION_CONTEXT = "https://w3id.org/edubadges/accreditation/v1"
CREDENTIALS_V1 = "https://www.w3.org/2018/credentials/v1"
CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
DATA_INTEGRITY_V2 = "https://w3id.org/security/data-integrity/v2"
ED25519_2020_V1 = "https://w3id.org/security/suites/ed25519-2020/v1"

_OB = "https://purl.imsglobal.org/spec/ob/v3p0/"
_CLR = "https://purl.imsglobal.org/spec/clr/v2p0/"
_SECURITY = "https://w3id.org/security/"

_FILES: dict[str, tuple[str, str]] = {
    CREDENTIALS_V2: ("credentials-v2", "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"),
    CREDENTIALS_V1: ("credentials-v1", "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc"),
    EDUBADGES_CONTEXT: ("edubadges-v1", "90055d4d2a5720f9a6d93de6ce97f803c26a26abe487af0b337609784b450292"),
    ACCREDITATION_CONTEXT: (
        "edubadges-accreditation-v1",
        "f45d30a490838ce6309c40091ba395e591a5006b5d9d383cb3d53b66b55c6c08",
    ),
    _OB + "context.json": ("ob-v3p0", "b077fa134d909d92c1dcd1c153f2af1b244aeb415967fdc1467d7fc5dd48ac10"),
    _OB + "context-3.0.1.json": ("ob-v3p0-3-0-1", "d582f3564282fb3b709136d28412e78e70b678b4dbc2f0221f67d84932748355"),
    _OB + "context-3.0.2.json": ("ob-v3p0-3-0-2", "00666ad080ba407687ed1846b7f5e7495f5019042b202a727de47c48a1755c53"),
    OPEN_BADGES_CONTEXT: ("ob-v3p0-3-0-3", "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84"),
    OPEN_BADGES_EXTENSIONS: ("ob-v3p0-extensions", "146f85aa16effd7ca1da8056eb443f53ce1eca8a34186cb062832c0a97d889c3"),
    _CLR + "context.json": ("clr-v2p0", "e198d7b517d74c5036434ce495086f67b10244709e9a3df9dcb7f8b1579b6167"),
    _CLR + "context-2.0.1.json": ("clr-v2p0-2-0-1", "880f1902d4158f2f33ce06af41b90719977cd1ea337a9de2e41edb3ff5e543d6"),
    _SECURITY + "data-integrity/v1": (
        "data-integrity-v1",
        "b5d829bd09aa7c42abc6efa0c8ed7635313b5487f37ccfce3ecd149ca9418554",
    ),
    DATA_INTEGRITY_V2: ("data-integrity-v2", "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4"),
    _SECURITY + "multikey/v1": ("multikey-v1", "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597"),
    _SECURITY + "jwk/v1": ("jwk-v1", "0f14b62f6071aafe00df265770ea0c7508e118247d79b7d861a406d2aa00bece"),
    "https://www.w3.org/ns/cid/v1": ("cid-v1", "ea216ecc1cb02cd39b693dba2250141e270ba0bf95890be107dd9a9e8e43de85"),
    "https://www.w3.org/ns/did/v1": ("did-v1", "62c1054bf404d6dd3a4b26b64f830fd72095f6a26edc4469908c94351352ce5f"),
    ED25519_2020_V1: ("ed25519-2020-v1", "b9e1ab971fd8bf2c7553e0c4a9438e0b9450afde1ea1ca5b2492368b9f549588"),
    _SECURITY + "suites/ed25519-2018/v1": (
        "ed25519-2018-v1",
        "166c6abb9e08176cee5f6c87c9c1bbfefa5717da391bcac525e5437f93eab809",
    ),
    _SECURITY + "suites/x25519-2020/v1": (
        "x25519-2020-v1",
        "b234f84fe7cebb0efef37cad82667eeacb6d414f6c51ac37f5dc803a4a0c728a",
    ),
    _SECURITY + "suites/jws-2020/v1": (
        "jws-2020-v1",
        "d648e05ddc6577827ca2bfd5e931f53e9ebc6e52a57a8da81df4ec8c46ffcd1e",
    ),
    "https://www.w3.org/ns/credentials/status/v1": (
        "status-v1",
        "fda5add353231e6a6884a46b12e6c75464281900cb348284d9c360f62381d9f7",
    ),
    "https://w3id.org/vc/status-list/2021/v1": (
        "status-list-2021-v1",
        "6dd06a52bedb771e059c1083ba8ba7848dce22f6b4a8cfa0b98ba3fc188870e4",
    ),
}
_FILES[_OB + "context/ob_v3p0.jsonld"] = _FILES[_OB + "context.json"]  # the same file under its first address


_added: dict[str, bytes] = {}


def known_contexts() -> dict[str, str]:
    """Return the address and SHA-256 of every context that is known."""
    return {url: digest for url, (_, digest) in _FILES.items()}


def is_known(url: str) -> bool:
    """Say whether a context is among the known ones."""
    return url in _FILES or url in _added


def add_context(url: str, data: bytes, *, sha256: str) -> None:
    """Make one more context known in this process, for test suites that lean on it.

    Never for real credentials: what a verifier accepts must not depend on who called this before.

    Raises:
        ValueError: the bytes are not the ones of this digest.
    """
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError("the context is another one than its digest says")
    _added[url] = data


def context_bytes(url: str) -> bytes:
    """Return the published bytes of a known context, after checking their digest.

    Raises:
        UnknownContext: the address is not among the known ones.
    """
    if url in _added:
        return _added[url]
    if url not in _FILES:
        raise UnknownContext("The document uses a vocabulary that is not known here.", context=str(url)[:200])
    name, digest = _FILES[url]
    data = resources.files(__name__).joinpath("files", f"{name}.jsonld").read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise RuntimeError(f"the bundled context {name} was changed: install the package again")
    return data


_documents: dict[str, JsonObject] = {}


def context_document(url: str) -> JsonObject:
    """Return a known context as JSON; treat it as read-only.

    Raises:
        UnknownContext: the address is not among the known ones.
    """
    document = _documents.get(url)
    if document is None:
        document = _documents[url] = orjson.loads(context_bytes(url))
    return document
