# ruff: noqa: E501  (programs in another language, one statement a line)
"""The browser's own modules: containers that refuse every change, codes that find mistakes, proofs our engine accepts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser

from tests.browser.student import student
from tests.support.serving import serving
from vc_core.canonical.jcs import canonicalize_jcs
from vc_core.did import did_key_document, find_verification_method
from vc_core.errors import ProofError
from vc_core.keys import PrivateKey, public_key_from_multikey
from vc_core.proof import verify_proof
from wallet.pages import install_security_headers, mount_static, page_routes
from wallet.settings import WalletSettings

pytestmark = pytest.mark.browser

MAKE = """
const load = (name) => import('/static/core/' + name + '.mjs');
const [box, bytes, records, recovery] = await Promise.all(['container', 'bytes', 'records', 'recovery_code'].map(load));
const secretOf = (text) => bytes.hkdfKey(bytes.utf8(text));
const make = async () => {
  const wid = box.newWalletId(), signJwk = await box.makeSignKey();
  const signPublic = bytes.fromBase64url(signJwk.x);
  const [a, b] = [{ kind: 'passkey', secret: await secretOf('a') }, { kind: 'recovery', secret: await secretOf('b') }];
  const unlockers = [await box.makeUnlocker({ wid, ...a, signPublic }), await box.makeUnlocker({ wid, ...b, signPublic })];
  const payload = { records: { one: { id: 'one', kind: 'setting', counter: 1, device: 'd', value: 'geheim' } } };
  const container = await box.sealContainer({ wid, rev: 3, unlockers, payload, signJwk });
  return { wid, signJwk, signPublic, a, b, unlockers, payload, container };
};
const refusal = async (work) => { try { await work(); return 'opened'; } catch (error) { return error.code ?? String(error); } };
"""


def run(page: Any, body: str, argument: Any = None) -> Any:
    return page.evaluate(f"async (given) => {{ {MAKE} {body} }}", argument)


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Any]:
    """The app's files under their own policies, without a service behind them."""
    nowhere = "postgresql://nobody@localhost/none"
    settings = WalletSettings(
        EDUBADGES_ENV="development", public_url="http://localhost:1", database_url=nowhere, secret_key="only for tests"
    )

    def make_app(_port: int) -> FastAPI:
        app = FastAPI()
        install_security_headers(app, settings)
        app.include_router(page_routes(settings))
        mount_static(app)
        return app

    with serving(make_app) as port, student(chromium, f"http://localhost:{port}") as sam:
        sam.visit()
        yield sam.page


def test_a_container_opens_with_each_of_its_unlockers(page: Any) -> None:
    opened = run(
        page,
        """const { container, a, b } = await make();
        const found = [];
        for (const unlock of [a, b]) found.push((await box.openWithSecret(container, unlock)).payload.records.one.value);
        return found;""",
    )
    assert opened == ["geheim", "geheim"]


CHANGES = {
    "revision": "container.rev += 1",
    "wallet-id": "container.wid = box.newWalletId()",
    "one-bit-of-the-box": "container.box.ct = (container.box.ct[0] === 'A' ? 'B' : 'A') + container.box.ct.slice(1)",
    "unlocker-injected": "container.unlockers.push(await box.makeUnlocker({ wid, kind: 'passkey', secret: await secretOf('evil'), signPublic }))",
    "unlocker-removed": "container.unlockers.pop()",
    "unlocker-relabelled": "container.unlockers[1].kind = 'device'",
    "box-of-another-revision": "container.box = (await box.sealContainer({ wid, rev: 2, unlockers, payload, signJwk })).box",
    "made-by-the-service-for-our-keys": "container = await box.sealContainer({ wid, rev: 3, unlockers, payload, signJwk: await box.makeSignKey() })",
    "no-signature": "container.sig = ''",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_container_is_refused(page: Any, change: str) -> None:
    refused = run(
        page,
        f"""let {{ wid, signJwk, signPublic, a, unlockers, payload, container }} = await make();
        container = structuredClone(container);
        {CHANGES[change]};
        return refusal(() => box.openWithSecret(container, a));""",
    )
    assert refused in {"container-tampered", "container-wrong-key"}


def test_another_secret_opens_nothing(page: Any) -> None:
    body = "const { container } = await make(); return refusal(async () => box.openWithSecret(container, { kind: 'passkey', secret: await secretOf('z') }));"
    assert run(page, body) == "container-wrong-key"


def test_a_container_of_a_newer_app_says_so(page: Any) -> None:
    body = "const { container, a } = await make(); container.v = 2; return refusal(() => box.openWithSecret(container, a));"
    assert run(page, body) == "container-newer"


def test_the_size_of_a_container_does_not_count_badges(page: Any) -> None:
    sizes = run(
        page,
        """const { wid, signJwk, unlockers } = await make();
        const sizes = [];
        for (const n of [0, 1, 5]) {
          const payload = { records: { x: { value: 'b'.repeat(n * 2000) } } };
          sizes.push((await box.sealContainer({ wid, rev: 1, unlockers, payload, signJwk })).box.ct.length);
        }
        return sizes;""",
    )
    assert len(set(sizes)) == 1


def test_every_single_wrong_digit_in_a_recovery_code_is_found_and_its_group_named(page: Any) -> None:
    missed = run(
        page,
        """const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ', missed = [];
        for (let round = 0; round < 20; round++) {
          const code = recovery.makeRecoveryCode(), digits = [...code.replaceAll('-', '')];
          for (let at = 0; at < 32; at++) for (const other of alphabet) {
            if (other === digits[at]) continue;
            const wrong = [...digits]; wrong[at] = other;
            try { recovery.decodeRecoveryCode(wrong.join('')); missed.push(code); }
            catch (error) { if (error.values.n !== Math.floor(at / 4) + 1) missed.push([code, at, other, error.code]); }
          }
        }
        return missed;""",
    )
    assert missed == []


def test_a_recovery_code_may_be_typed_carelessly(page: Any) -> None:
    same = run(
        page,
        """const secret = bytes.randomBytes(20), code = recovery.encodeRecoveryCode(secret);
        const careless = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
        return bytes.sameBytes(recovery.decodeRecoveryCode(careless), secret);""",
    )
    assert same is True


def test_merging_is_the_same_in_both_directions_and_a_deletion_wins(page: Any) -> None:
    left, right = run(
        page,
        """const base = records.putRecord(records.emptyPayload(), { id: 'x', kind: 'badge', value: 1, device: 'a' });
        const edited = records.putRecord(records.putRecord(base, { id: 'x', kind: 'badge', value: 2, device: 'a' }), { id: 'y', kind: 'activity', value: 1, device: 'a' });
        const deleted = records.putRecord(records.deleteRecord(base, 'x', 'b'), { id: 'z', kind: 'activity', value: 1, device: 'b' });
        return [records.mergePayloads(edited, deleted), records.mergePayloads(deleted, edited)];""",
    )
    assert left == right
    assert left["records"]["x"]["deleted"] is True
    assert set(left["records"]) == {"x", "y", "z"}


def test_javascript_canonicalises_json_as_our_engine_does(page: Any) -> None:
    value = {
        "€": 1,
        "a\u0000": [1e21, 0.1, -0.0, 5.0, 1e-7],
        "\U0001f600": None,
        "ö": '\u2028"\\',
        "Z": {"b": True, "a": []},
    }
    text = page.evaluate("async (v) => (await import('/static/core/jcs.mjs')).canonicalize(v)", value)
    assert text.encode() == canonicalize_jcs(value)


def test_a_proof_made_in_the_browser_verifies_in_our_engine_and_not_after_a_change(page: Any) -> None:
    made = page.evaluate(
        """async () => {
          const keys = await import('/static/core/keys.mjs');
          const { addJcsProof } = await import('/static/core/data_integrity.mjs');
          const key = await keys.openHolderKey(await keys.makeHolderKey());
          const document = { '@context': ['https://www.w3.org/ns/credentials/v2'], type: ['VerifiablePresentation'], holder: key.did };
          const options = { proofPurpose: 'authentication', created: '2026-11-23T12:00:00Z', challenge: 'c', domain: 'd' };
          return { did: key.did, jwk: key.publicJwk, signed: await addJcsProof(document, key, options) };
        }"""
    )
    document, key = find_verification_method(
        did_key_document(made["did"]), made["signed"]["proof"]["verificationMethod"], relationship="authentication"
    )
    assert document["controller"] == made["did"]
    assert key.to_jwk() == made["jwk"]
    assert public_key_from_multikey(made["did"].removeprefix("did:key:")) == key
    verify_proof(made["signed"], made["signed"]["proof"], public_key=key)
    changed = json.loads(json.dumps(made["signed"]).replace("VerifiablePresentation", "VerifiablePresentatiom"))
    with pytest.raises(ProofError):
        verify_proof(changed, changed["proof"], public_key=key)


def test_a_compressed_p256_key_is_read_as_our_engine_reads_it(page: Any) -> None:
    for _ in range(4):
        key = PrivateKey.generate("P-256")
        signature = key.sign(b"message")
        verified = page.evaluate(
            """async ([multikey, signature]) => {
              const keys = await import('/static/core/keys.mjs');
              return keys.verify(await keys.keyFromMultikey(multikey), new TextEncoder().encode('message'), Uint8Array.from(signature));
            }""",
            [key.public.to_multikey(), list(signature)],
        )
        assert verified is True
