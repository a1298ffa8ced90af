"""Our canonical form is that of two independent libraries, on random badges."""

from __future__ import annotations

import copy
import re

import pyoxigraph
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyld import jsonld

from tests.unit.vc_core.samples import signed_badge, unsigned_badge
from vc_core.canonical import canonicalize
from vc_core.contexts import context_document

# pyld writes control characters raw, and ours refuses lone surrogates: neither is compared here (the W3C vectors do).
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
NUMBER = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(
    min_value=1e-3, max_value=1e9, allow_nan=False, allow_infinity=False
)
IRI = st.from_regex(r"(https://[a-z]{1,8}\.example/[a-zA-Z0-9/_.-]{0,12}|urn:uuid:[0-9a-f]{8})", fullmatch=True)


def _loader(url: str, options: object = None) -> dict:
    return {"contextUrl": None, "documentUrl": url, "document": context_document(url), "tag": "static"}


def _expected_by_pyld(document: dict) -> str:
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _loader}
    return jsonld.normalize(document, options)


def _expected_by_oxigraph(document: dict) -> str:
    """Only its RDFC-1.0: the quads come from pyld."""
    quads = jsonld.to_rdf(document, {"format": "application/n-quads", "documentLoader": _loader})
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(quads.encode(), format=pyoxigraph.RdfFormat.N_QUADS))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    lines = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS).decode()
    return "".join(sorted(line + "\n" for line in lines.split("\n") if line))


@st.composite
def badges(draw: st.DrawFn) -> dict:
    badge = copy.deepcopy(unsigned_badge())
    subject = badge["credentialSubject"]
    achievement = subject["achievement"]
    achievement["name"] = draw(TEXT.filter(bool))
    achievement["tag"] = draw(st.lists(TEXT, max_size=4))
    achievement["creditsAvailable"] = draw(NUMBER)
    achievement["localizedName"] = draw(st.dictionaries(st.sampled_from(["nl", "en", "fy-NL"]), TEXT, max_size=3))
    achievement["alignment"] = draw(
        st.lists(
            st.fixed_dictionaries(
                {"type": st.just(["Alignment"]), "targetName": TEXT, "targetUrl": IRI},
                optional={"id": IRI, "levelConfirmed": st.booleans(), "targetCode": TEXT},
            ),
            max_size=4,
            unique_by=lambda item: item["targetName"],
        )
    )
    achievement["resultDescription"][0]["allowedValue"] = draw(st.lists(TEXT, max_size=4))
    badge["evidence"] = draw(
        st.lists(
            st.fixed_dictionaries(
                {"type": st.just(["Evidence"]), "narrative": TEXT}, optional={"id": IRI, "name": TEXT}
            ),
            max_size=3,
            unique_by=lambda item: item["narrative"],
        )
    )
    order = draw(st.permutations(list(badge)))
    return {name: badge[name] for name in order}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(badges())
def test_random_badges_have_the_canonical_form_of_two_other_libraries(badge: dict) -> None:
    ours = canonicalize(badge)

    assert ours == _expected_by_pyld(badge)
    # pyoxigraph writes a canonical form of what pyld parsed; labels and order must agree
    assert ours == _expected_by_oxigraph(badge)


def test_identical_parts_and_ties_agree_with_others() -> None:
    badge = unsigned_badge()
    part = {"type": ["Evidence"], "narrative": "hetzelfde", "genre": "x"}
    badge["evidence"] = [dict(part), dict(part), dict(part), {**part, "name": "anders"}]

    assert canonicalize(badge) == _expected_by_pyld(badge)


def test_a_presentation_of_two_badges_agrees_with_others() -> None:
    presentation = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": "did:key:z6MkuSTzXPj6YCDt9UGRLUcRx2dNnrB8FiZgGmgNTdvMhBWT",
        "verifiableCredential": [signed_badge(), signed_badge({**unsigned_badge(), "id": "urn:uuid:2"})],
    }

    ours = canonicalize(presentation)

    assert ours == _expected_by_pyld(presentation)
    assert len(set(re.findall(r"(_:c14n\d+) \.\n", ours))) >= 4


def test_numbers_are_written_as_the_standard_says() -> None:
    badge = unsigned_badge()
    for value, text in [(5.0, '"5"'), (2.5, '"2.5E0"'), (1e-7, '"1.0E-7"'), (123456.789, '"1.23456789E5"')]:
        badge["credentialSubject"]["creditsEarned"] = value

        assert f"#creditsEarned> {text}^^" in canonicalize(badge)


def test_control_characters_are_escaped_as_the_standard_says() -> None:
    badge = unsigned_badge() | {"name": 'a\b\t\n\f\r"\\\x00\x7f\x85'}

    assert '"a\\b\\t\\n\\f\\r\\"\\\\\\u0000\\u007F\x85"' in canonicalize(badge)
