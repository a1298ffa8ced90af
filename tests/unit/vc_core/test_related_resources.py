"""Resources are pinned by digest and their bytes checked; a refresh service is read strictly."""

from __future__ import annotations

import base64
import hashlib

import pytest

from tests.unit.vc_core.samples import KEY, signed_badge, unsigned_badge
from vc_core.errors import LimitExceeded, MalformedInput
from vc_core.model.data_model import check_data_model
from vc_core.model.refresh import build_refresh_service, is_newer_version, refresh_service
from vc_core.model.related_resources import (
    MAX_BYTES,
    MAX_RESOURCES,
    ResourceChanged,
    build_related_resource,
    check_related_resource,
    digest_multibase,
    digest_sri,
    find_related_resource,
    related_resources,
)
from vc_core.multiformats import base58btc_encode
from vc_core.proof import verify_proof

IMAGE = b"\x89PNG not really"
URL = "https://zzu.example/badges/ai.png"
ENTRY = build_related_resource(URL, IMAGE, media_type="image/png")


def _read(**members: object):
    entry = {name: value for name, value in (ENTRY | members).items() if value != "absent"}
    return related_resources({"relatedResource": [entry]})[0]


def test_the_digests_are_those_of_the_standards() -> None:
    # Subresource Integrity, 3.5, and the multihash of its table
    alert = b"alert('Hello, world.');"

    assert digest_sri(alert) == "sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO"
    expected = base64.urlsafe_b64encode(b"\x12\x20" + hashlib.sha256(alert).digest()).rstrip(b"=").decode()
    assert digest_multibase(alert) == "u" + expected
    with pytest.raises(MalformedInput):
        digest_sri(alert, algorithm="md5")


def test_a_pinned_resource_is_signed_along() -> None:
    badge = unsigned_badge() | {"relatedResource": [ENTRY]}
    signed = signed_badge(badge)

    verify_proof(signed, signed["proof"], public_key=KEY.public)
    assert check_data_model(signed) == []
    [resource] = related_resources(signed)
    check_related_resource(resource, IMAGE)
    assert resource.media_type == "image/png"
    with pytest.raises(ResourceChanged):
        check_related_resource(resource, IMAGE + b" ")


def test_a_resource_is_found_by_its_address() -> None:
    document = {"relatedResource": ENTRY}

    found = find_related_resource(document, URL)

    assert found is not None
    assert find_related_resource(document, URL + "?") is None
    assert find_related_resource({}, URL) is None


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_every_algorithm_is_read_in_both_forms(algorithm: str) -> None:
    sri = digest_sri(IMAGE, algorithm=algorithm)
    multibase = digest_multibase(IMAGE, algorithm=algorithm)
    raw = base64.urlsafe_b64decode(multibase[1:] + "=" * (-len(multibase[1:]) % 4))
    for members in (
        {"digestSRI": sri, "digestMultibase": "absent"},
        {"digestSRI": sri + "?ct=image/png", "digestMultibase": "absent"},
        {"digestSRI": sri.rstrip("=").replace("+", "-").replace("/", "_"), "digestMultibase": "absent"},
        {"digestSRI": "absent", "digestMultibase": multibase},
        {"digestSRI": "absent", "digestMultibase": "z" + base58btc_encode(raw)},
    ):
        resource = _read(**members)
        assert resource.digests[0].algorithm == algorithm
        check_related_resource(resource, IMAGE)
        with pytest.raises(ResourceChanged):
            check_related_resource(resource, b"other")


def test_only_the_strongest_algorithm_counts() -> None:
    right, wrong = digest_sri(IMAGE, algorithm="sha256"), digest_sri(b"other", algorithm="sha512")

    with pytest.raises(ResourceChanged):
        check_related_resource(_read(digestSRI=f"{right} {wrong}"), IMAGE)
    strong = digest_sri(IMAGE, algorithm="sha512")
    check_related_resource(_read(digestSRI=[strong, wrong], digestMultibase="absent"), IMAGE)


@pytest.mark.parametrize(
    "members",
    [
        {"id": "absent"},
        {"id": "picture"},
        {"id": 7},
        {"mediaType": 7},
        {"mediaType": "image"},
        {"digestSRI": "absent", "digestMultibase": "absent"},
        {"digestSRI": None},
        {"digestSRI": []},
        {"digestSRI": [7]},
        {"digestSRI": "sha1-" + "A" * 43},
        {"digestSRI": "sha384-" + "A" * 43 + "="},
        {"digestSRI": "sha256-" + "A" * 44 + "="},
        {"digestSRI": "sha256-" + "A" * 41 + "+_="},
        {"digestSRI": digest_sri(IMAGE) + "  " + digest_sri(IMAGE)},
        {"digestSRI": [digest_sri(IMAGE)] * 9},
        {"digestMultibase": "x00"},
        {"digestMultibase": "u"},
        {"digestMultibase": "uEgAA"},
        {"digestMultibase": "u" + base64.urlsafe_b64encode(b"\x12\x1f" + bytes(31)).rstrip(b"=").decode()},
        {"digestMultibase": "u" + base64.urlsafe_b64encode(b"\x16\x20" + bytes(32)).rstrip(b"=").decode()},
        {"digestMultibase": "u" + "A" * 2_000},
    ],
)
def test_an_entry_in_another_shape_is_refused(members: dict[str, object]) -> None:
    with pytest.raises(MalformedInput):
        _read(**members)


def test_lists_in_another_shape_are_refused() -> None:
    for wrong in (None, [], [None], "x", [ENTRY, ENTRY], [ENTRY] * (MAX_RESOURCES + 1)):
        with pytest.raises(MalformedInput):
            related_resources({"relatedResource": wrong})


def test_what_cannot_be_pinned_is_refused() -> None:
    with pytest.raises(MalformedInput):
        build_related_resource("picture", IMAGE)
    with pytest.raises(MalformedInput):
        build_related_resource(URL, IMAGE, media_type="image png")
    assert "mediaType" not in build_related_resource(URL, IMAGE)
    with pytest.raises(LimitExceeded):
        build_related_resource(URL, bytes(MAX_BYTES + 1))


def test_a_refresh_service_is_written_and_read_back() -> None:
    entry = build_refresh_service("https://zzu.example/refresh/1?v=2")

    assert entry == {"id": "https://zzu.example/refresh/1?v=2", "type": "1EdTechCredentialRefresh"}
    for written in (entry, [entry], entry | {"type": ["1EdTechCredentialRefresh"]}):
        service = refresh_service({"refreshService": written})
        assert service is not None
        assert service.url == entry["id"]
    signed = signed_badge(unsigned_badge() | {"refreshService": entry})
    verify_proof(signed, signed["proof"], public_key=KEY.public)


def test_other_refresh_services_are_none_of_ours() -> None:
    assert refresh_service({}) is None
    assert (
        refresh_service({"refreshService": {"id": "http://x.example", "type": "VerifiableCredentialRefresh"}}) is None
    )


@pytest.mark.parametrize(
    "address",
    [
        None,
        7,
        "",
        "zzu.example",
        "http://zzu.example/1",
        "ftp://zzu.example/1",
        "https:///1",
        "https://user@zzu.example/1",
        "https://zzu.example:0/1",
        "https://zzu.example:x/1",
        "https://zzu.example/1#part",
        "https://zzu.example/a b",
        "https://[zzu.example/",
    ],
)
def test_an_address_that_may_not_be_asked_is_refused(address: object) -> None:
    with pytest.raises(MalformedInput):
        refresh_service({"refreshService": {"id": address, "type": "1EdTechCredentialRefresh"}})


def test_a_refresh_service_in_another_shape_is_refused() -> None:
    entry = build_refresh_service("https://zzu.example/1")
    for wrong in (None, [], "https://x.example", [None], entry | {"type": None}, entry | {"type": []}, [entry, entry]):
        with pytest.raises(MalformedInput):
            refresh_service({"refreshService": wrong})


def test_only_a_later_version_of_the_same_credential_is_newer() -> None:
    known = unsigned_badge()
    later = known | {"validFrom": "2026-12-01T00:00:00+01:00"}

    assert is_newer_version(later, known)
    assert not is_newer_version(known, later)
    assert not is_newer_version(known, known)
    assert not is_newer_version(later | {"id": "urn:uuid:other"}, known)
    assert not is_newer_version(later | {"issuer": "did:web:other.example"}, known)
    for wrong in ({"id": None}, {"issuer": None}, {"validFrom": "2026-12-01"}):
        with pytest.raises(MalformedInput):
            is_newer_version(later | wrong, known)
