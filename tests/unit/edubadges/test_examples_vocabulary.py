"""The vocabulary of the examples is known to the conformance server alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from edubadges.conformance.examples import ADDRESS, know_the_examples
from vc_core import contexts
from vc_core.canonical import active_context, canonicalize
from vc_core.contexts import CREDENTIALS_V2, add_context, context_document, is_known, known_contexts
from vc_core.errors import UnknownContext

DOCUMENT = {
    "@context": [CREDENTIALS_V2, ADDRESS],
    "type": ["VerifiableCredential", "ExampleDegreeCredential"],
    "issuer": "https://university.example/issuers/14",
    "credentialSubject": {"id": "did:example:1", "degree": "Bachelor"},
}


@pytest.fixture
def nothing_added() -> Iterator[None]:
    yield
    contexts._added.clear()
    contexts._documents.pop(ADDRESS, None)
    active_context._EMPTY._derived.clear()


@pytest.mark.usefixtures("nothing_added")
def test_it_is_known_after_somebody_asked_for_it() -> None:
    assert not is_known(ADDRESS)
    with pytest.raises(UnknownContext):
        canonicalize(DOCUMENT)
    know_the_examples()
    assert is_known(ADDRESS)
    assert ADDRESS not in known_contexts()
    assert "<https://www.w3.org/ns/credentials/examples#degree>" in canonicalize(DOCUMENT)


@pytest.mark.usefixtures("nothing_added")
def test_a_vocabulary_of_another_digest_is_not_added() -> None:
    with pytest.raises(ValueError, match="digest"):
        add_context(ADDRESS, b"{}", sha256="0" * 64)
    with pytest.raises(UnknownContext):
        context_document(ADDRESS)
