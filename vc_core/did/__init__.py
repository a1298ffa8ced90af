"""Decentralised identifiers: syntax, did:key, did:web and DID documents. Fetching happens elsewhere."""

from vc_core.did.did_key import did_key_document, public_key_from_did_key
from vc_core.did.did_web import did_web_from_url, did_web_url
from vc_core.did.document import (
    DocumentKey,
    build_did_document,
    check_did_document,
    find_verification_method,
    public_key_of_method,
)
from vc_core.did.syntax import DidUrl, parse_did, parse_did_url

__all__ = [
    "DidUrl",
    "DocumentKey",
    "build_did_document",
    "check_did_document",
    "did_key_document",
    "did_web_from_url",
    "did_web_url",
    "find_verification_method",
    "parse_did",
    "parse_did_url",
    "public_key_from_did_key",
    "public_key_of_method",
]
