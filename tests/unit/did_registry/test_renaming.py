"""A document under its did:webvh name: its own identifier is another one, those of others stay."""

from __future__ import annotations

from did_registry.history import _renamed

DID, NAME = "did:web:r.example:i:zz", "did:webvh:{SCID}:r.example:i:zz"


def test_only_the_identifier_of_the_document_is_renamed() -> None:
    document = {
        "id": DID,
        "assertionMethod": [f"{DID}#a"],
        "service": [{"id": f"{DID}#s", "serviceEndpoint": f"{DID}u"}, {"serviceEndpoint": f"{DID}:unit"}],
        "alsoKnownAs": ["https://zz.example"],
    }

    assert _renamed(document, DID, NAME) == {
        "id": NAME,
        "assertionMethod": [f"{NAME}#a"],
        "service": [{"id": f"{NAME}#s", "serviceEndpoint": f"{DID}u"}, {"serviceEndpoint": f"{DID}:unit"}],
        "alsoKnownAs": [DID, "https://zz.example"],
    }
