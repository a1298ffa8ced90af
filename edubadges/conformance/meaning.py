"""Ask of a document whether its types mean something, for the kind of proof that does not ask it itself (JCS).

With vocabularies of known address everything is asked, by `canonical`. A vocabulary written inside the document is
never compiled here: only its type names are read, and whether it redefines the base vocabulary. That is enough to
refuse what the data model forbids, and it is no promise about the meaning of other members.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vc_core.canonical import canonicalize
from vc_core.contexts import CREDENTIALS_V2, context_document
from vc_core.errors import DataLossDetected, UnknownContext
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.data_values import wrong_url

_SETTINGS = frozenset({"@version", "@protected", "@vocab"})
_TYPED = ("credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence")
_OUR_KEYWORDS = frozenset({"@id", "@type"})


def check_meaning(document: JsonObject) -> None:
    """Return when every type of the document has a meaning.

    Raises:
        DataLossDetected: one has none, or a term of the base vocabulary would get another meaning.
        UnknownContext: a vocabulary that is not known here.
        MalformedInput: a value has no canonical form.
    """
    contexts = document.get("@context")
    items = contexts if isinstance(contexts, list) else [contexts]
    if all(isinstance(item, str) for item in items):
        canonicalize({name: value for name, value in document.items() if name != "proof"})
        return
    names: set[str] = set()
    has_vocabulary = False
    for item in items:
        local = item if isinstance(item, dict) else _known(item)
        if isinstance(item, dict):
            _check_local(item)
        names |= local.keys()
        has_vocabulary = has_vocabulary or isinstance(local.get("@vocab"), str)
    for name in _types_in(document):
        if name not in names and not has_vocabulary and wrong_url(name):
            raise DataLossDetected("A type has no meaning in the vocabularies of the document.", term=name[:200])


def _known(address: JsonValue) -> Mapping[str, JsonValue]:
    if not isinstance(address, str):
        raise UnknownContext("A vocabulary must be a URL or an object.")
    content = context_document(address)["@context"]
    return content if isinstance(content, dict) else {}


def _check_local(local: Mapping[str, JsonValue]) -> None:
    """Refuse a vocabulary inside the document that changes the base one, or that maps to no address."""
    base = _known(CREDENTIALS_V2)
    for name, definition in local.items():
        if name.startswith("@"):
            if name not in _SETTINGS:
                raise UnknownContext("A vocabulary written inside the document may only define terms.")
            continue
        if name in base:
            raise DataLossDetected("A vocabulary would redefine a protected term.", term=name[:200])
        address = definition.get("@id") if isinstance(definition, dict) else definition
        if address not in _OUR_KEYWORDS and wrong_url(address):
            raise DataLossDetected("A vocabulary maps a term to something that is no address.", term=name[:200])


def _types_in(document: JsonObject) -> Iterator[str]:
    nodes: list[JsonValue] = [document]
    for member in _TYPED:
        value = document.get(member)
        nodes.extend(value if isinstance(value, list) else [value])
    for node in nodes:
        kinds = node.get("type") if isinstance(node, dict) else None
        for name in kinds if isinstance(kinds, list) else [kinds]:
            if isinstance(name, str):
                yield name
