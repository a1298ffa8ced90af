"""SD-JWT VC: what is hidden stays hidden, what is shown was signed, and a presentation is for one verifier once."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.effort import effort_of
from vc_core.errors import EdubadgesError, LimitExceeded, MalformedInput, ProofError
from vc_core.jose import (
    SdJwtVc,
    TokenStatus,
    VerifiedSdJwt,
    build_compact_jwt,
    issue_sd_jwt_vc,
    parse_compact_jwt,
    parse_sd_jwt_vc,
    present_sd_jwt_vc,
    select_disclosures,
    verify_key_binding,
    verify_sd_jwt_vc,
)
from vc_core.jose.compact import MAX_JWT_BYTES
from vc_core.jose.disclosures import MAX_CLAIM_DEPTH, MAX_DISCLOSURES, digest_of
from vc_core.jose.sd_jwt_vc import NEVER_HIDDEN
from vc_core.json_text import JsonObject, JsonValue
from vc_core.keys import PrivateKey, public_key_from_jwk
from vc_core.multiformats import base64url_decode, base64url_encode

ISSUER = PrivateKey.from_bytes("P-256", bytes(range(1, 33)))
HOLDER = PrivateKey.from_bytes("P-256", bytes(range(2, 34)))
STRANGER = PrivateKey.from_bytes("P-256", bytes(range(3, 35)))
ALGORITHMS = {"P-256": "ES256", "P-384": "ES384", "Ed25519": "EdDSA"}
NOW = datetime(2026, 12, 1, 12, 0, 0, tzinfo=UTC)
VERIFIER, NONCE = "https://verifier.example", "n-0S6_WzA2Mj"
CLAIMS: JsonObject = {
    "iss": "https://zzu.example",
    "vct": "https://zzu.example/credentials/badge",
    "iat": 1_795_428_000,
    "nbf": 1_795_428_000,
    "exp": 1_953_194_400,
    "status": {"status_list": {"idx": 94_567, "uri": "https://registry.example/status/1"}},
    "achievement": {"name": "Verantwoorde AI", "ects": 2.5, "level": {"eqf": 7, "nlqf": "7"}},
    "learner": {"given_name": "Ayşe", "family_name": "Jansen"},
    "outcomes": ["legt uit", "beoordeelt", {"grade": "8"}],
    "birthdate": None,
}
HIDDEN: list[tuple[str | int | None, ...]] = [
    ("learner",),
    ("learner", "family_name"),
    ("learner", "given_name"),
    ("achievement", "level"),
    ("achievement", "ects"),
    ("outcomes", None),
    ("outcomes", 2, "grade"),
    ("birthdate",),
]


def _issue(
    claims: JsonObject | None = None, hidden: list[tuple[str | int | None, ...]] | None = None, **options: object
) -> str:
    defaults: dict = {"sign": ISSUER.sign, "algorithm": "ES256", "kid": "1", "holder_jwk": HOLDER.public.to_jwk()}
    return issue_sd_jwt_vc(claims or CLAIMS, disclosable=HIDDEN if hidden is None else hidden, **(defaults | options))


def _present(text: str, disclose: list, **options: object) -> str:
    defaults: dict = {"audience": VERIFIER, "nonce": NONCE, "now": NOW, "sign": HOLDER.sign, "algorithm": "ES256"}
    return present_sd_jwt_vc(text, disclose=disclose, **(defaults | options))


def _verify(text: str) -> VerifiedSdJwt:
    return verify_sd_jwt_vc(parse_sd_jwt_vc(text), issuer_key=ISSUER.public)


def _check_binding(verified: VerifiedSdJwt, **options: object) -> None:
    defaults: dict = {
        "expected_audience": VERIFIER,
        "expected_nonce": NONCE,
        "now": NOW,
        "max_age": timedelta(minutes=5),
    }
    verify_key_binding(verified, **(defaults | options))


def _bound(shown: str, payload: dict | None = None, header: dict | None = None, key: PrivateKey = HOLDER) -> str:
    """A presentation with a key binding JWT of the holder's own making."""
    whole = {"iat": int(NOW.timestamp()), "aud": VERIFIER, "nonce": NONCE, "sd_hash": digest_of(shown)} | (
        payload or {}
    )
    claims = {name: value for name, value in whole.items() if value is not ...}
    return shown + build_compact_jwt({"typ": "kb+jwt"} | (header or {}), claims, sign=key.sign, algorithm="ES256")


# --- making an issuer's text by hand, to say what no honest issuer says -------------------------------------------


def _part(value: object) -> str:
    return base64url_encode(value if isinstance(value, bytes) else json.dumps(value).encode())


def _disclosure(*content: object) -> str:
    return _part(list(content))


def _signed(payload: dict, disclosures: list[str] | None = None, header: dict | None = None) -> str:
    whole = {"iss": "https://zzu.example", "vct": "https://zzu.example/badge"} | payload
    claims = {name: value for name, value in whole.items() if value is not ...}
    signing_input = f"{_part({'alg': 'ES256', 'typ': 'dc+sd-jwt'} | (header or {}))}.{_part(claims)}"
    jwt = f"{signing_input}.{base64url_encode(ISSUER.sign(signing_input.encode()))}"
    return "".join(f"{text}~" for text in [jwt, *(disclosures or [])])


def _hides(*disclosures: str) -> list[str]:
    return [digest_of(text) for text in disclosures]


def _expected(shown: set[tuple], hidden: set[tuple], value: JsonValue = None, path: tuple = ()) -> JsonValue:
    """What is left of claims when only some of the hidden places are shown: another way of saying what unpack does."""
    if isinstance(value, dict):
        return {
            name: _expected(shown, hidden, item, (*path, name))
            for name, item in value.items()
            if (*path, name) not in hidden or (*path, name) in shown
        }
    if isinstance(value, list):
        return [
            _expected(shown, hidden, item, (*path, place))
            for place, item in enumerate(value)
            if (*path, place) not in hidden or (*path, place) in shown
        ]
    return value


# --- what honest parties do ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [ISSUER, PrivateKey.generate("P-384"), PrivateKey.generate("Ed25519")])
def test_all_claims_come_back_when_all_are_shown(key: PrivateKey) -> None:
    algorithm = ALGORITHMS[key.algorithm]
    before = copy.deepcopy(CLAIMS)
    text = _issue(sign=key.sign, algorithm=algorithm)

    verified = verify_sd_jwt_vc(parse_sd_jwt_vc(text), issuer_key=key.public)

    assert verified.claims == {**CLAIMS, "cnf": {"jwk": HOLDER.public.to_jwk()}}
    assert before == CLAIMS
    assert verified.sd_jwt.jwt.header == {"alg": algorithm, "typ": "dc+sd-jwt", "kid": "1"}
    assert (verified.vct, verified.issuer, verified.algorithm) == (CLAIMS["vct"], CLAIMS["iss"], algorithm)
    assert verified.issued_at == verified.not_before == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert verified.expires_at == datetime(2031, 11, 23, 10, tzinfo=UTC)
    assert verified.holder_key == HOLDER.public
    assert verified.status == TokenStatus("https://registry.example/status/1", 94_567)
    assert (verified.has_unknown_status, verified.has_former_type) == (False, False)
    assert verified.sd_jwt.unverified_issuer == "https://zzu.example"
    for other in (STRANGER, PrivateKey.generate("P-384"), PrivateKey.generate("Ed25519")):
        with pytest.raises(ProofError):
            verify_sd_jwt_vc(parse_sd_jwt_vc(text), issuer_key=other.public)


def test_nothing_hidden_is_in_the_signed_part() -> None:
    text = _issue()
    payload = parse_sd_jwt_vc(text).jwt.payload

    assert payload.keys() == {"iss", "vct", "iat", "nbf", "exp", "status", "cnf", "achievement", "outcomes"} | {
        "_sd",
        "_sd_alg",
    }
    assert payload["achievement"].keys() == {"name", "_sd"}
    assert [list(element) for element in payload["outcomes"]] == [["..."]] * 3
    assert payload["_sd"] == sorted(payload["_sd"])
    for word in ("Ayşe", "Jansen", "eqf", "legt uit", "grade"):
        assert word not in json.dumps(payload, ensure_ascii=False)


def test_salts_are_long_and_never_the_same() -> None:
    salts = [entry.salt for _ in range(20) for entry in parse_sd_jwt_vc(_issue()).disclosures]

    assert len(set(salts)) == len(salts) == 20 * 10
    assert min(map(len, map(base64url_decode, salts))) >= 16


def test_without_anything_hidden_it_is_a_signed_text_and_a_tilde() -> None:
    text = _issue(hidden=[])

    assert text.count("~") == 1
    assert text.endswith("~")
    assert "_sd_alg" not in parse_sd_jwt_vc(text).jwt.payload
    assert _verify(text).claims["learner"] == CLAIMS["learner"]


_SELECTIONS: dict[str, tuple[list, dict]] = {
    "nothing": ([], {"achievement": {"name": "Verantwoorde AI"}, "outcomes": []}),
    "a whole claim with what is in it": (
        [("learner",)],
        {"achievement": {"name": "Verantwoorde AI"}, "outcomes": [], "learner": CLAIMS["learner"]},
    ),
    "a part of a claim, with what it stands in": (
        [("learner", "given_name")],
        {"achievement": {"name": "Verantwoorde AI"}, "outcomes": [], "learner": {"given_name": "Ayşe"}},
    ),
    "an element": (
        [("outcomes", 1)],
        {"achievement": {"name": "Verantwoorde AI"}, "outcomes": ["beoordeelt"]},
    ),
    "every element": (
        [("outcomes", None)],
        {"achievement": {"name": "Verantwoorde AI"}, "outcomes": CLAIMS["outcomes"]},
    ),
    "a part of some elements": (
        [("outcomes", None, "grade")],
        {"achievement": {"name": "Verantwoorde AI"}, "outcomes": [{"grade": "8"}]},
    ),
    "what was never hidden, and a null": (
        [("vct",), ("achievement", "level", "eqf"), ("birthdate",)],
        {
            "achievement": {"name": "Verantwoorde AI", "level": {"eqf": 7, "nlqf": "7"}},
            "outcomes": [],
            "birthdate": None,
        },
    ),
}


@pytest.mark.parametrize(("disclose", "expected"), _SELECTIONS.values(), ids=_SELECTIONS)
def test_a_presentation_shows_what_was_chosen_and_no_more(disclose: list, expected: dict) -> None:
    presented = _present(_issue(), disclose)
    verified = _verify(presented)

    _check_binding(verified)
    always = {name: CLAIMS[name] for name in ("iss", "vct", "iat", "nbf", "exp", "status")}
    assert verified.claims == {**always, "cnf": {"jwk": HOLDER.public.to_jwk()}, **expected}
    assert verified.sd_jwt.key_binding is not None
    assert verified.sd_jwt.key_binding.header == {"alg": "ES256", "typ": "kb+jwt"}


@pytest.mark.parametrize("key", [PrivateKey.generate("P-384"), PrivateKey.generate("Ed25519")])
def test_a_holder_may_have_another_kind_of_key(key: PrivateKey) -> None:
    text = _issue(holder_jwk=key.public.to_jwk())
    presented = _present(text, [], sign=key.sign, algorithm=ALGORITHMS[key.algorithm])

    _check_binding(_verify(presented))


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("nobody",),
        ("learner", "nobody"),
        ("learner", 0),
        ("learner", None),
        ("outcomes", 3),
        ("outcomes", -1),
        ("outcomes", "0"),
        ("vct", "x"),
        ("vct", None),
        (None,),
        (0,),
        ("learner",) * 40,
    ],
)
def test_a_path_that_leads_nowhere_is_refused(path: tuple) -> None:
    with pytest.raises(ProofError):
        select_disclosures(_issue(), disclose=[path])
    with pytest.raises(ProofError):
        _issue(hidden=[path])


def test_only_the_holder_presents() -> None:
    text = _issue()
    with pytest.raises(ProofError):
        _present(text, [], sign=STRANGER.sign)
    signed: list[bytes] = []
    with pytest.raises(ProofError, match="algorithm"):
        _present(text, [], algorithm="EdDSA", sign=lambda data: signed.append(data) or bytes(64))
    assert signed == []
    with pytest.raises(ProofError):
        _present(_issue(holder_jwk=None), [])
    with pytest.raises(ProofError):
        _present(_present(text, []), [])


# --- what an issuer cannot make -----------------------------------------------------------------------------------

_UNISSUABLE: dict[str, tuple[dict[str, object], list, dict[str, object]]] = {
    "no type": ({"vct": ...}, [], {}),
    "a type that is no text": ({"vct": 7}, [], {}),
    "no issuer": ({"iss": ...}, [], {}),
    "an empty issuer": ({"iss": ""}, [], {}),
    "an end that is a text": ({"exp": "2031"}, [], {}),
    "a beginning that is null": ({"nbf": None}, [], {}),
    "a time that is true": ({"iat": True}, [], {}),
    "a status without a place": ({"status": {"status_list": {"uri": "https://registry.example"}}}, [], {}),
    "a holder among the claims": ({"cnf": {"jwk": HOLDER.public.to_jwk()}}, [], {}),
    "the holder's secret": ({}, [], {"holder_jwk": HOLDER.to_private_jwk()}),
    "_sd as a name": ({"learner": {"_sd": []}}, [], {}),
    "... as a name": ({"outcomes": [{"...": "x"}]}, [], {}),
    "_sd_alg as a name": ({"_sd_alg": "sha-512"}, [], {}),
    "NaN": ({"grade": float("nan")}, [], {}),
    "a number that readers disagree on": ({"grade": 2**53}, [], {}),
    "a list that JSON has not": ({"grade": (1, 2)}, [], {}),
    "an object that JSON has not": ({"grade": {1: 2}}, [], {}),
    "half a character": ({"grade": "\ud800"}, [], {}),
    "the same salt twice": ({}, [("learner",), ("birthdate",)], {"make_salt": lambda: "salt"}),
    "no salt": ({}, [("learner",)], {"make_salt": str}),
    "no algorithm": ({}, [], {"algorithm": "none"}),
    "a shared secret": ({}, [], {"algorithm": "HS256"}),
    "a signature of another kind": ({}, [], {"sign": lambda _: b"signed"}),
} | {
    f"{name} hidden": ({name: {"a": 1} if name in {"status", "cnf"} else "a"}, [(name,)], {"holder_jwk": None})
    for name in sorted(NEVER_HIDDEN - {"nbf", "exp"})
}


@pytest.mark.parametrize(("change", "hidden", "options"), _UNISSUABLE.values(), ids=_UNISSUABLE)
def test_what_no_verifier_would_accept_is_not_issued(change: dict, hidden: list, options: dict) -> None:
    claims = {name: value for name, value in (CLAIMS | change).items() if value is not ...}
    signed: list[bytes] = []
    with pytest.raises((ProofError, MalformedInput)):
        _issue(claims, hidden, **({"sign": lambda data: signed.append(data) or bytes(64)} | options))

    assert signed == []


@pytest.mark.parametrize("path", [("exp",), ("nbf",), ("status", "status_list"), ("status", "status_list", "idx")])
def test_what_decides_about_validity_is_not_hidden(path: tuple) -> None:
    with pytest.raises(ProofError, match="hidden"):
        _issue(hidden=[path])


def test_a_certificate_can_stand_for_the_issuer() -> None:
    claims = {name: value for name, value in CLAIMS.items() if name != "iss"}
    verified = _verify(_issue(claims, [], x5c=["MIIB"], kid=None))

    assert verified.issuer is verified.sd_jwt.unverified_issuer is None
    assert verified.sd_jwt.jwt.header["x5c"] == ["MIIB"]


def _nested(depth: int) -> JsonValue:
    value: JsonValue = "bottom"
    for _ in range(depth):
        value = [value]
    return value


def test_claims_may_be_as_deep_as_is_read_and_no_deeper() -> None:
    deepest = CLAIMS | {"deep": _nested(MAX_CLAIM_DEPTH - 1)}
    hidden: list[tuple[str | int | None, ...]] = [("deep", *[0] * length) for length in range(MAX_CLAIM_DEPTH)]

    assert _verify(_issue(deepest, hidden)).claims["deep"] == deepest["deep"]
    with pytest.raises(LimitExceeded):
        _issue(CLAIMS | {"deep": _nested(MAX_CLAIM_DEPTH)}, [])


def test_as_many_claims_can_be_hidden_as_are_read_and_no_more() -> None:
    most = CLAIMS | {"many": list(range(MAX_DISCLOSURES))}

    assert _verify(_issue(most, [("many", None)])).claims["many"] == most["many"]
    signed: list[bytes] = []
    with pytest.raises(LimitExceeded):
        _issue(CLAIMS | {"many": list(range(MAX_DISCLOSURES + 1))}, [("many", None)], sign=signed.append)

    assert signed == []


def test_deeper_claims_may_have_the_names_of_registered_ones() -> None:
    names: list[str] = sorted(NEVER_HIDDEN | {"_sd_alg"})
    claims = CLAIMS | {"course": {name: "x" for name in names}}
    text = _issue(claims, [("course", name) for name in names])

    assert parse_sd_jwt_vc(text).jwt.payload["course"].keys() == {"_sd"}
    assert _verify(text).claims["course"] == claims["course"]


# --- what a verifier refuses --------------------------------------------------------------------------------------

_A = _disclosure("salt-a", "given_name", "Ayşe")
_B = _disclosure("salt-b", "family_name", "Jansen")
_ELEMENT = _disclosure("salt-e", "NL")
_INNER = _disclosure("salt-i", "city", "Urk")
_OUTER = _disclosure("salt-o", "address", {"_sd": _hides(_INNER)})


def _protected_rows() -> Iterator[tuple[str, str]]:
    for name in sorted(NEVER_HIDDEN | {"_sd_alg"}):
        hidden = _disclosure("salt", name, "x")
        yield f"{name} from a disclosure", _signed({"vct": ..., "iss": ..., "_sd": _hides(hidden)}, [hidden])
    for name in ("cnf", "status"):
        hidden = _disclosure("salt", "jwk" if name == "cnf" else "status_list", {})
        yield f"a part of {name} from a disclosure", _signed({name: {"_sd": _hides(hidden)}}, [hidden])
        yield f"a digest within {name}", _signed({name: {"_sd": ["decoy"]}})
        yield f"a digest in a list within {name}", _signed({name: {"a": [{"...": "decoy"}]}})


_REFUSED: dict[str, str] = {
    "a disclosure that belongs nowhere": _signed({}, [_A]),
    "one of two belongs nowhere": _signed({"_sd": _hides(_A)}, [_A, _B]),
    "a disclosure changed": _signed({"_sd": _hides(_A)}, [_disclosure("salt-a", "given_name", "Anna")]),
    "a disclosure written with other spaces": _signed({"_sd": _hides(_A)}, [_part(b'["salt-a","given_name","A"]')]),
    "the inner one without the outer": _signed({"_sd": _hides(_OUTER)}, [_INNER]),
    "a disclosure twice": _signed({"_sd": _hides(_A)}, [_A, _A]),
    "a digest twice in one list": _signed({"_sd": _hides(_A, _A)}, [_A]),
    "a digest twice, not shown": _signed({"_sd": ["decoy", "decoy"]}),
    "a digest in two places": _signed({"_sd": _hides(_A), "learner": {"_sd": _hides(_A)}}, [_A]),
    "a digest as claim and as element": _signed({"_sd": _hides(_ELEMENT), "a": [{"...": digest_of(_ELEMENT)}]}),
    "an element digest twice": _signed({"a": [{"...": digest_of(_ELEMENT)}, {"...": digest_of(_ELEMENT)}]}),
    "a digest again within a disclosure": _signed({"_sd": _hides(_INNER, _OUTER)}, [_INNER, _OUTER]),
    "two disclosures with one salt": (lambda one, two: _signed({"_sd": _hides(one, two)}, [one, two]))(
        _disclosure("salt", "given_name", "Ayşe"), _disclosure("salt", "family_name", "Jansen")
    ),
    "a claim that is already there": _signed({"given_name": "Anna", "_sd": _hides(_A)}, [_A]),
    "a claim disclosed in two ways": (lambda other: _signed({"_sd": _hides(_A, other)}, [_A, other]))(
        _disclosure("salt-x", "given_name", "Anna")
    ),
    "an element where a claim belongs": _signed({"_sd": _hides(_ELEMENT)}, [_ELEMENT]),
    "a claim where an element belongs": _signed({"a": [{"...": digest_of(_A)}]}, [_A]),
    "_sd a text": _signed({"_sd": digest_of(_A)}, [_A]),
    "_sd an object": _signed({"_sd": {"0": digest_of(_A)}}, [_A]),
    "_sd null": _signed({"_sd": None}),
    "_sd of numbers": _signed({"_sd": [1]}),
    "_sd of lists": _signed({"learner": {"_sd": [_hides(_A)]}}),
    "... as a claim": _signed({"...": "x"}),
    "... deeper as a claim": _signed({"learner": {"...": digest_of(_ELEMENT)}}, [_ELEMENT]),
    "... beside something else": _signed({"a": [{"...": digest_of(_ELEMENT), "b": 1}]}, [_ELEMENT]),
    "... that is no text": _signed({"a": [{"...": 7}]}),
    "... that is null": _signed({"a": [{"...": None}]}),
    "a disclosed element that holds one": (lambda inner: _signed({"a": [{"...": digest_of(inner)}]}, [inner]))(
        _disclosure("salt", {"...": "x"})
    ),
    "another hash": _signed({"_sd": _hides(_A), "_sd_alg": "sha-512"}, [_A]),
    "a weak hash": _signed({"_sd": _hides(_A), "_sd_alg": "md5"}, [_A]),
    "a hash in capitals": _signed({"_sd": _hides(_A), "_sd_alg": "SHA-256"}, [_A]),
    "a hash that is null": _signed({"_sd": _hides(_A), "_sd_alg": None}, [_A]),
    "no typ": _signed({}, header={"typ": ""}),
    "typ of any JWT": _signed({}, header={"typ": "JWT"}),
    "typ of VC-JOSE-COSE": _signed({}, header={"typ": "vc+jwt"}),
    "typ of an example": _signed({}, header={"typ": "example+sd-jwt"}),
    "typ of a key binding": _signed({}, header={"typ": "kb+jwt"}),
    "alg none": _signed({}, header={"alg": "none"}),
    "alg HS256": _signed({}, header={"alg": "HS256"}),
    "alg of another key": _signed({}, header={"alg": "ES384"}),
    "crit": _signed({}, header={"crit": ["b64"], "b64": False}),
    "a key elsewhere": _signed({}, header={"jku": "https://evil.example"}),
    "another key in the header": _signed({}, header={"jwk": STRANGER.public.to_jwk()}),
    "a secret key in the header": _signed({}, header={"jwk": ISSUER.to_private_jwk()}),
    "kid a list": _signed({}, header={"kid": ["1"]}),
    **dict(_protected_rows()),
}


@pytest.mark.parametrize("text", _REFUSED.values(), ids=_REFUSED)
def test_a_credential_with_a_trick_in_it_is_refused(text: str) -> None:
    sd_jwt = parse_sd_jwt_vc(text)
    with pytest.raises(ProofError):
        verify_sd_jwt_vc(sd_jwt, issuer_key=ISSUER.public)


_MALFORMED_CLAIMS: dict[str, dict[str, object]] = {
    "no type": {"vct": ...},
    "an empty type": {"vct": ""},
    "an issuer that is an object": {"iss": {"id": "https://zzu.example"}},
    "an issuer that is null": {"iss": None},
    "iat a text": {"iat": "now"},
    "nbf true": {"nbf": True},
    "exp beyond the calendar": {"exp": 1e300},
    "exp null": {"exp": None},
    "cnf a text": {"cnf": "key"},
    "cnf null": {"cnf": None},
    "cnf with a secret": {"cnf": {"jwk": HOLDER.to_private_jwk()}},
    "cnf with a shared secret": {"cnf": {"jwk": {"kty": "oct", "k": "AAAA"}}},
    "cnf with an unknown curve": {"cnf": {"jwk": {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}}},
    "cnf with nothing": {"cnf": {"jwk": None}},
    "status a text": {"status": "valid"},
    "status empty": {"status": {}},
    "status_list null": {"status": {"status_list": None}},
    "idx negative": {"status": {"status_list": {"idx": -1, "uri": "https://registry.example"}}},
    "idx true": {"status": {"status_list": {"idx": True, "uri": "https://registry.example"}}},
    "idx a text": {"status": {"status_list": {"idx": "1", "uri": "https://registry.example"}}},
    "idx broken": {"status": {"status_list": {"idx": 1.5, "uri": "https://registry.example"}}},
    "uri absent": {"status": {"status_list": {"idx": 1}}},
    "uri a number": {"status": {"status_list": {"idx": 1, "uri": 7}}},
    "uri empty": {"status": {"status_list": {"idx": 1, "uri": ""}}},
}


@pytest.mark.parametrize("claims", _MALFORMED_CLAIMS.values(), ids=_MALFORMED_CLAIMS)
def test_a_registered_claim_of_another_kind_is_refused(claims: dict) -> None:
    with pytest.raises(MalformedInput):
        _verify(_signed(claims))


_TEXTS: dict[str, str] = {
    "empty": "",
    "no tilde": _signed({}).rstrip("~"),
    "only a tilde": "~",
    "only tildes": "~~~",
    "a tilde before": "~" + _signed({}),
    "an empty disclosure": _signed({}, [""]),
    "two key bindings": _bound(_signed({})) + "~" + _bound(_signed({})).rpartition("~")[2],
    "a JWE": "a.b.c.d.e~",
    "a line end": _signed({}) + "\n",
    "a space in a disclosure": _signed({}, [_A[:8] + " " + _A[8:]]),
    "padding": _signed({}, [_part(b'["s","n",1]') + "="]),
    "trailing bits": _signed({}, [_part(b'["s","name",1]')[:-1] + "R"]),
    "a disclosure that is an object": _signed({}, [_part({"salt": 1})]),
    "a disclosure of one": _signed({}, [_disclosure("salt")]),
    "a disclosure of four": _signed({}, [_disclosure("salt", "a", 1, 2)]),
    "a disclosure of none": _signed({}, [_disclosure()]),
    "a salt that is a number": _signed({}, [_disclosure(1, "a", 1)]),
    "an empty salt": _signed({}, [_disclosure("", "a", 1)]),
    "a name that is a number": _signed({}, [_disclosure("salt", 1, 1)]),
    "a name that is null": _signed({}, [_disclosure("salt", None, 1)]),
    "the name _sd": _signed({}, [_disclosure("salt", "_sd", ["x"])]),
    "the name ...": _signed({}, [_disclosure("salt", "...", "x")]),
    "a member twice in a disclosure": _signed({}, [_part(b'["salt","a",{"b":1,"b":2}]')]),
    "NaN in a disclosure": _signed({}, [_part(b'["salt","a",NaN]')]),
    "a disclosure with something after it": _signed({}, [_part(b'["salt","a",1]]')]),
}


@pytest.mark.parametrize("text", _TEXTS.values(), ids=_TEXTS)
def test_a_text_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(MalformedInput):
        parse_sd_jwt_vc(text)


def _bottomless(depth: int) -> str:
    """Disclosures within disclosures, each one level of claims deeper than the one that hides it."""
    inner = _disclosure("salt-0", "a", 1)
    disclosures = [inner]
    for level in range(1, depth):
        inner = _disclosure(f"salt-{level}", "a", {"_sd": _hides(inner)})
        disclosures.append(inner)
    return _signed({"_sd": _hides(inner)}, disclosures)


_BOMBS: dict[str, tuple[str, int]] = {
    "ten thousand disclosures": (_signed({}, [_disclosure(f"{n}", "a", n) for n in range(10_000)]), 1_000),
    "a million tildes": (_signed({}) + "~" * 1_000_000, 1_000),
    "a deep disclosure": (_signed({}, [_part(b'["s","a",' + b"[" * 40 + b"]" * 40 + b"]")]), 1_000),
    "a bottomless disclosure": (_signed({}, [_part(b"[" * 700_000)]), 1_000),
    "disclosures within disclosures": (_bottomless(MAX_DISCLOSURES), 400_000),
    "a little too deep": (_bottomless(MAX_CLAIM_DEPTH + 1), 20_000),
    "too large": (_signed({}) + "A" * MAX_JWT_BYTES, 1_000),
    "too large, in many parts": (_signed({}, [_disclosure(f"{n}", "a", "x" * 1_200) for n in range(990)]), 1_000),
}


@pytest.mark.parametrize(("text", "most_calls"), _BOMBS.values(), ids=_BOMBS)
def test_a_bomb_is_refused_with_bounded_work(text: str, most_calls: int) -> None:
    def work() -> None:
        with pytest.raises(LimitExceeded):
            verify_sd_jwt_vc(parse_sd_jwt_vc(text), issuer_key=ISSUER.public)

    assert effort_of(work).calls < most_calls


def test_a_text_may_be_as_large_as_is_read() -> None:
    with pytest.raises(MalformedInput) as refused:
        parse_sd_jwt_vc("A" * (MAX_JWT_BYTES - 1) + "~")

    assert not isinstance(refused.value, LimitExceeded)
    with pytest.raises(LimitExceeded):
        parse_sd_jwt_vc("A" * MAX_JWT_BYTES + "~")


def test_disclosures_may_be_nested_as_deep_as_claims() -> None:
    claims = _verify(_bottomless(MAX_CLAIM_DEPTH)).claims
    depth = 0
    value: JsonValue = claims
    while isinstance(value, dict):
        value = value["a"]
        depth += 1

    assert (depth, value) == (MAX_CLAIM_DEPTH, 1)


def test_many_digests_that_are_not_shown_cost_little() -> None:
    text = _signed({"_sd": [digest_of(str(n)) for n in range(10_000)]})

    assert _verify(text).claims == {"iss": "https://zzu.example", "vct": "https://zzu.example/badge"}
    assert effort_of(lambda: _verify(text)).calls < 60_000


# --- what is accepted although it is not what we make -------------------------------------------------------------


def test_digests_that_are_not_shown_leave_nothing() -> None:
    text = _signed({"learner": {"_sd": _hides(_A, _B)}, "list": [{"...": digest_of(_ELEMENT)}, 1], "_sd": []})
    claims = _verify(text).claims

    assert (claims["learner"], claims["list"]) == ({}, [1])


def test_the_hash_may_be_left_unsaid_or_said() -> None:
    for extra in ({}, {"_sd_alg": "sha-256"}):
        claims = _verify(_signed({"_sd": _hides(_A, _OUTER)} | extra, [_OUTER, _INNER, _A])).claims
        del claims["iss"], claims["vct"]

        assert claims == {"given_name": "Ayşe", "address": {"city": "Urk"}}


def test_the_former_type_is_read_and_told() -> None:
    for kind in ("vc+sd-jwt", "application/vc+sd-jwt"):
        assert _verify(_signed({}, header={"typ": kind})).has_former_type
    assert not _verify(_signed({}, header={"typ": "application/dc+sd-jwt"})).has_former_type


def test_the_issuers_own_key_may_be_in_the_header() -> None:
    assert _verify(_signed({}, header={"jwk": ISSUER.public.to_jwk()})).vct


def test_a_status_of_another_kind_is_not_no_status() -> None:
    verified = _verify(_signed({"status": {"some_other_list": {}}}))

    assert (verified.status, verified.has_unknown_status) == (None, True)


def test_a_holder_named_in_another_way_gives_no_key() -> None:
    verified = _verify(_bound(_signed({"cnf": {"kid": "did:example:holder#1"}})))

    assert verified.holder_key is None
    with pytest.raises(ProofError):
        _check_binding(verified)


# --- key binding --------------------------------------------------------------------------------------------------


_SHOWN = select_disclosures(_issue(), disclose=[("learner", "given_name")])
_MOMENT = int(NOW.timestamp())
_BINDINGS: dict[str, Callable[[], str]] = {
    "none": lambda: _SHOWN,
    "of a stranger": lambda: _bound(_SHOWN, key=STRANGER),
    "of the issuer": lambda: _bound(_SHOWN, key=ISSUER),
    "of another presentation": lambda: _SHOWN + _present(_issue(), []).rpartition("~")[2],
    "of the same credential with other claims": lambda: _SHOWN + _bound(_issue()).rpartition("~")[2],
    "another hash": lambda: _bound(_SHOWN, {"sd_hash": digest_of(_SHOWN + "~")}),
    "the hash without the last tilde": lambda: _bound(_SHOWN, {"sd_hash": digest_of(_SHOWN[:-1])}),
    "no hash": lambda: _bound(_SHOWN, {"sd_hash": ...}),
    "a hash that is null": lambda: _bound(_SHOWN, {"sd_hash": None}),
    "a claim taken away": lambda: _bound(_SHOWN).replace(f"~{_SHOWN.split('~')[1]}~", "~", 1),
    "another verifier": lambda: _bound(_SHOWN, {"aud": "https://other.example"}),
    "more than one verifier": lambda: _bound(_SHOWN, {"aud": [VERIFIER, "https://other.example"]}),
    "no verifier": lambda: _bound(_SHOWN, {"aud": ...}),
    "another request": lambda: _bound(_SHOWN, {"nonce": "another"}),
    "no request": lambda: _bound(_SHOWN, {"nonce": ...}),
    "a year old": lambda: _bound(_SHOWN, {"iat": _MOMENT - 365 * 86_400}),
    "a little too old": lambda: _bound(_SHOWN, {"iat": _MOMENT - 301}),
    "a year ahead": lambda: _bound(_SHOWN, {"iat": _MOMENT + 365 * 86_400}),
    "a little too far ahead": lambda: _bound(_SHOWN, {"iat": _MOMENT + 61}),
    "no time": lambda: _bound(_SHOWN, {"iat": ...}),
    "a time that is a text": lambda: _bound(_SHOWN, {"iat": str(_MOMENT)}),
    "a time that is true": lambda: _bound(_SHOWN, {"iat": True}),
    "a time beyond the calendar": lambda: _bound(_SHOWN, {"iat": 1e300}),
    "expired": lambda: _bound(_SHOWN, {"exp": _MOMENT}),
    "not yet valid": lambda: _bound(_SHOWN, {"nbf": _MOMENT + 61}),
    "typ of any JWT": lambda: _bound(_SHOWN, header={"typ": "JWT"}),
    "typ of a credential": lambda: _bound(_SHOWN, header={"typ": "dc+sd-jwt"}),
    "a key of its own": lambda: _bound(_SHOWN, header={"jwk": STRANGER.public.to_jwk()}, key=STRANGER),
    "crit": lambda: _bound(_SHOWN, header={"crit": ["exp"]}),
    "alg none": lambda: _bound(_SHOWN, header={"alg": "none"}),
    "no signature": lambda: _bound(_SHOWN).rpartition(".")[0] + ".",
}


@pytest.mark.parametrize("text", _BINDINGS.values(), ids=_BINDINGS)
def test_a_presentation_that_is_not_the_holders_for_this_request_is_refused(text: Callable[[], str]) -> None:
    verified = _verify(text())
    with pytest.raises((ProofError, MalformedInput)):
        _check_binding(verified)


@pytest.mark.parametrize("seconds", [-300, -1, 0, 60])
def test_clocks_may_differ_a_little(seconds: int) -> None:
    _check_binding(_verify(_bound(_SHOWN, {"iat": _MOMENT + seconds, "nbf": _MOMENT + 60, "exp": _MOMENT + 1})))


def test_an_unbound_credential_has_no_holder_to_prove() -> None:
    verified = _verify(_bound(_signed({})))

    assert verified.holder_key is None
    with pytest.raises(ProofError):
        _check_binding(verified)


# --- for any claims -----------------------------------------------------------------------------------------------

_NAMES = st.text(max_size=8).filter(lambda name: name not in NEVER_HIDDEN | {"_sd", "...", "_sd_alg", "iat"})
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=4), max_leaves=12
)
_ANY_CLAIMS = st.dictionaries(_NAMES, _VALUES, max_size=5)


def _places(value: JsonValue, path: tuple = ()) -> list[tuple]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for name, item in items for place in [(*path, name), *_places(item, (*path, name))]]


@given(st.data(), _ANY_CLAIMS)
@settings(max_examples=250, deadline=None)
def test_any_claims_with_any_part_hidden_and_any_part_shown_come_back(data: st.DataObject, claims: JsonObject) -> None:
    places = _places(claims)
    hidden = set(data.draw(st.lists(st.sampled_from(places), unique=True)) if places else [])
    asked = data.draw(st.lists(st.sampled_from(places), unique=True)) if places else []
    whole = {"iss": "https://zzu.example", "vct": "urn:badge", **claims}
    salts = count()
    text = _issue(whole, sorted(hidden, key=repr), make_salt=lambda: f"salt {next(salts)}")

    verified = _verify(_present(text, asked))
    _check_binding(verified)

    ancestors = {place[:length] for place in asked for length in range(1, len(place) + 1)}
    within = {place for place in places if any(place[: len(path)] == path for path in asked)}
    expected = _expected(ancestors | within, hidden, whole)
    assert verified.claims == {**expected, "cnf": {"jwk": HOLDER.public.to_jwk()}}
    assert _verify(text).claims == {**whole, "cnf": {"jwk": HOLDER.public.to_jwk()}}


_PRESENTED = _present(_issue(), [("learner", "given_name"), ("outcomes", 1)])
_ITS_CLAIMS = _verify(_PRESENTED).claims


def _accepted_claims(text: str) -> JsonObject | None:
    try:
        verified = _verify(text)
        _check_binding(verified)
    except EdubadgesError:
        return None
    return verified.claims


@given(st.integers(0, len(_PRESENTED) - 1), st.sampled_from("ABQZaz09-_.~= \n\0") | st.characters())
@example(0, "ey")
@settings(max_examples=600, deadline=None)
def test_one_changed_character_is_refused(place: int, character: str) -> None:
    changed = _PRESENTED[:place] + character + _PRESENTED[place + 1 :]

    assert _accepted_claims(changed) == (_ITS_CLAIMS if changed == _PRESENTED else None)


@given(st.integers(0, len(_PRESENTED) - 1), st.integers(1, 40))
@settings(max_examples=200, deadline=None)
def test_nothing_can_be_cut_out(place: int, length: int) -> None:
    assert _accepted_claims(_PRESENTED[:place] + _PRESENTED[place + length :]) is None


@given(st.lists(_VALUES.map(lambda value: _part(value)) | st.text("~.AZaz09-_", max_size=30), max_size=6))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_our_own_errors(parts: list[str]) -> None:
    for text in ("~".join(parts), _signed({}) + "~".join(parts)):
        try:
            sd_jwt = parse_sd_jwt_vc(text)
        except MalformedInput:
            continue

        assert isinstance(sd_jwt, SdJwtVc)
        if sd_jwt.disclosures:
            with pytest.raises(ProofError):
                verify_sd_jwt_vc(sd_jwt, issuer_key=ISSUER.public)


# --- the example of the standard ----------------------------------------------------------------------------------

# RFC 9901, appendix A.3 (the presentation) and A.5 (the issuer's key); Code Components of the RFC, Revised BSD License.
_RFC_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "b28d4MwZMjw8-00CG4xfnn9SLMVMM19SlqZpVb_uNtQ",
    "y": "Xv5zWwuoaTgdS6hV43yI6gBwTnjukmFQQnJ_kCxzqk8",
}
_RFC_PRESENTATION = """
eyJhbGciOiAiRVMyNTYiLCAidHlwIjogImRjK3NkLWp3dCJ9.eyJfc2QiOiBbIjBIWm1
uU0lQejMzN2tTV2U3QzM0bC0tODhnekppLWVCSjJWel9ISndBVGciLCAiMUNybjAzV21
VZVJXcDR6d1B2dkNLWGw5WmFRcC1jZFFWX2dIZGFHU1dvdyIsICIycjAwOWR6dkh1VnJ
XclJYVDVrSk1tSG5xRUhIbldlME1MVlp3OFBBVEI4IiwgIjZaTklTRHN0NjJ5bWxyT0F
rYWRqZEQ1WnVsVDVBMjk5Sjc4U0xoTV9fT3MiLCAiNzhqZzc3LUdZQmVYOElRZm9FTFB
5TDBEWVBkbWZabzBKZ1ZpVjBfbEtDTSIsICI5MENUOEFhQlBibjVYOG5SWGtlc2p1MWk
wQnFoV3FaM3dxRDRqRi1xREdrIiwgIkkwMGZjRlVvRFhDdWNwNXl5MnVqcVBzc0RWR2F
XTmlVbGlOel9hd0QwZ2MiLCAiS2pBWGdBQTlONVdIRUR0UkloNHU1TW4xWnNXaXhoaFd
BaVgtQTRRaXdnQSIsICJMYWk2SVU2ZDdHUWFnWFI3QXZHVHJuWGdTbGQzejhFSWdfZnY
zZk9aMVdnIiwgIkxlemphYlJxaVpPWHpFWW1WWmY4Uk1pOXhBa2QzX00xTFo4VTdFNHM
zdTQiLCAiUlR6M3FUbUZOSGJwV3JyT01aUzQxRjQ3NGtGcVJ2M3ZJUHF0aDZQVWhsTSI
sICJXMTRYSGJVZmZ6dVc0SUZNanBTVGIxbWVsV3hVV2Y0Tl9vMmxka2tJcWM4IiwgIld
UcEk3UmNNM2d4WnJ1UnBYemV6U2JrYk9yOTNQVkZ2V3g4d29KM2oxY0UiLCAiX29oSlZ
JUUlCc1U0dXBkTlM0X3c0S2IxTUhxSjBMOXFMR3NoV3E2SlhRcyIsICJ5NTBjemMwSVN
DaHlfYnNiYTFkTW9VdUFPUTVBTW1PU2ZHb0VlODF2MUZVIl0sICJpc3MiOiAiaHR0cHM
6Ly9waWQtaXNzdWVyLmJ1bmQuZGUuZXhhbXBsZSIsICJpYXQiOiAxNjgzMDAwMDAwLCA
iZXhwIjogMTg4MzAwMDAwMCwgInZjdCI6ICJ1cm46ZXVkaTpwaWQ6ZGU6MSIsICJfc2R
fYWxnIjogInNoYS0yNTYiLCAiY25mIjogeyJqd2siOiB7Imt0eSI6ICJFQyIsICJjcnY
iOiAiUC0yNTYiLCAieCI6ICJUQ0FFUjE5WnZ1M09IRjRqNFc0dmZTVm9ISVAxSUxpbER
sczd2Q2VHZW1jIiwgInkiOiAiWnhqaVdXYlpNUUdIVldLVlE0aGJTSWlyc1ZmdWVjQ0U
2dDRqVDlGMkhaUSJ9fX0.3lRFu-0dmSwBu9fLylq_TrD9XDwwn8Hw4OZ4BGL5DudaGh9
HU-t0LArtzVuX0STuk8Zv-hwDcois1sIsMTVsMA~WyJlSzVvNXBIZmd1cFBwbHRqMXFo
QUp3IiwgImFnZV9lcXVhbF9vcl9vdmVyIiwgeyJfc2QiOiBbIjF0RWl5elBSWU9Lc2Y3
U3NZR01nUFpLc09UMWxRWlJ4SFhBMHI1X0J3a2siLCAiQ1ZLbmx5NVA5MHlKczNFd3R4
UWlPdFVjemFYQ1lOQTRJY3pSYW9ock1EZyIsICJhNDQtZzJHcjhfM0FtSncyWFo4a0kx
eTBRel96ZTlpT2NXMlczUkxwWEdnIiwgImdrdnkwRnV2QkJ2ajBoczJaTnd4Y3FPbGY4
bXUyLWtDRTctTmIyUXh1QlUiLCAiaHJZNEhubUY1YjVKd0M5ZVR6YUZDVWNlSVFBYUlk
aHJxVVhRTkNXYmZaSSIsICJ5NlNGclZGUnlxNTBJYlJKdmlUWnFxalFXejB0TGl1Q21N
ZU8wS3FhekdJIl19XQ~WyJPQktsVFZsdkxnLUFkd3FZR2JQOFpBIiwgIjE4IiwgdHJ1Z
V0~WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIm5hdGlvbmFsaXRpZXMiLCBbIkRFI
l1d~eyJhbGciOiAiRVMyNTYiLCAidHlwIjogImtiK2p3dCJ9.eyJub25jZSI6ICIxMjM
0NTY3ODkwIiwgImF1ZCI6ICJodHRwczovL3ZlcmlmaWVyLmV4YW1wbGUub3JnIiwgIml
hdCI6IDE3NDgzNjE5NDEsICJzZF9oYXNoIjogIkowLWJsOGhiSWcweHRzdzI3R3ZCdUV
WTElKbDNlSW55VEZWUVhORDR0dGMifQ.mspAqZzsXSuwyn90Jo-7CKzGwa98RL9_Vvrq
pCsXBl1i2qDDOCLlCB50XhJoSup5SF5ogYnOMheDpzoY0GZllA
""".replace("\n", "")


def test_the_example_of_the_standard_verifies() -> None:
    verified = verify_sd_jwt_vc(parse_sd_jwt_vc(_RFC_PRESENTATION), issuer_key=public_key_from_jwk(_RFC_KEY))
    verify_key_binding(
        verified,
        expected_audience="https://verifier.example.org",
        expected_nonce="1234567890",
        now=datetime.fromtimestamp(1748361941, UTC),
        max_age=timedelta(minutes=5),
    )

    assert (verified.vct, verified.issuer) == ("urn:eudi:pid:de:1", "https://pid-issuer.bund.de.example")
    assert verified.claims["age_equal_or_over"] == {"18": True}
    assert verified.claims["nationalities"] == ["DE"]
    assert verified.claims.keys() == {"iss", "iat", "exp", "vct", "cnf", "age_equal_or_over", "nationalities"}
    assert parse_compact_jwt(_RFC_PRESENTATION.rpartition("~")[2]) == verified.sd_jwt.key_binding
