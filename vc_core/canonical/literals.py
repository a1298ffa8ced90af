"""Literals as canonical N-Quads writes them: text, numbers, language maps, `@json`, value objects."""

from __future__ import annotations

import re
from collections.abc import Mapping

from vc_core.canonical.active_context import IRI, ActiveContext
from vc_core.canonical.jcs import canonicalize_jcs
from vc_core.canonical.numbers import rdf_double, rdf_integer_or_double
from vc_core.errors import DataLossDetected, MalformedInput

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
XSD_STRING, _DOUBLE = _XSD + "string", _XSD + "double"

ESCAPED = re.compile(r'["\\\x00-\x1f\x7f]')
ESCAPES = {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)} | {
    0x08: "\\b",
    0x09: "\\t",
    0x0A: "\\n",
    0x0C: "\\f",
    0x0D: "\\r",
    0x22: '\\"',
    0x5C: "\\\\",
}
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")


def escape_literal(text: str) -> str:
    """Return `text` as canonical N-Quads writes it between quotation marks (RDFC-1.0, 5)."""
    return text.translate(ESCAPES) if ESCAPED.search(text) else text


def typed_number(value: bool | int | float, datatype: str | None) -> str:
    """Return a number or truth value as a literal, in the datatype of its term or its own."""
    if isinstance(value, bool):
        text, kind = ("true" if value else "false"), "boolean"
    elif datatype == _DOUBLE:
        rdf_integer_or_double(value)
        text, kind = rdf_double(value), "double"
    else:
        text, is_double = rdf_integer_or_double(value)
        kind = "double" if is_double else "integer"
    datatype = datatype or _XSD + kind
    return f'"{text}"' if datatype == XSD_STRING else f'"{text}"^^<{datatype}>'


def json_literal(value: object) -> str:
    """Return any JSON as a literal of rdf:JSON."""
    return f'"{escape_literal(canonicalize_jcs(value).decode())}"^^<{_RDF}JSON>'


def language_map(value: Mapping[str, object]) -> list[str]:
    """Return the texts of a language map as literals."""
    literals = []
    for language, texts in value.items():
        tag = _language(language)
        for text in texts if isinstance(texts, list) else [texts]:
            if not isinstance(text, str):
                raise MalformedInput("A translation must be text.")
            literals.append(f'"{escape_literal(text)}"@{tag}')
    return literals


def _language(tag: object) -> str:
    if not isinstance(tag, str) or not _LANGUAGE.fullmatch(tag):
        raise MalformedInput("A language code is not well formed.")
    return tag.lower()


def value_object(value: Mapping[str, object], context: ActiveContext) -> str:
    """Return a value object (`@value`) as a literal."""
    names = {"@value", "@type", "@language", "type"}
    if not value.keys() <= names or ("@type" in value and "type" in value):
        raise DataLossDetected("A value has members that a proof does not cover.")
    content = value["@value"]
    datatype = value.get("@type", value.get("type"))
    if "@language" in value:
        if datatype is not None or not isinstance(content, str):
            raise MalformedInput("A text with a language has no other type.")
        return f'"{escape_literal(content)}"@{_language(value["@language"])}'
    if datatype == "@json":
        return json_literal(content)
    iri = _datatype(datatype, context)
    if isinstance(content, str):
        suffix = "" if iri is None or iri == XSD_STRING else f"^^<{iri}>"
        return f'"{escape_literal(content)}"{suffix}'
    if isinstance(content, bool | int | float):
        return typed_number(content, iri)
    raise DataLossDetected("A value is neither text nor a number.")


def _datatype(datatype: object, context: ActiveContext) -> str | None:
    if datatype is None:
        return None
    iri = context.expand_vocabulary(datatype) if isinstance(datatype, str) else None
    if iri is None or not IRI.fullmatch(iri):
        raise DataLossDetected("The type of a value has no meaning in the vocabularies of the document.")
    return iri
