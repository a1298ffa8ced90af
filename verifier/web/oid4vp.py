"""The wallet's side of a request: the signed question, and the answer by direct_post (OpenID4VP 1.0, 5, 8).

These addresses never give a result away; what a wallet is told is that its answer arrived, or why it was refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from service_kit.problems import NotFound
from vc_core.errors import EdubadgesError, MalformedInput
from vc_core.json_text import JsonObject, parse_json_object
from verifier.codes import Check, Outcome
from verifier.evidence import Evidence, Needs
from verifier.gathering import needs_of
from verifier.inputs import Submission, submission_of_presentation
from verifier.online_source import OnlineSource
from verifier.policy import DEFAULT_POLICY, Policy
from verifier.report import Report
from verifier.settings import VerifierSettings
from verifier.verification import ask_holder, verify
from verifier.web.dcql import QUERY_ID, build_query
from verifier.web.request_key import RequestKey
from verifier.web.second_look import verify_with_second_look
from verifier.web.store import TransactionStore
from verifier.web.transactions import (
    RETENTION,
    Numbers,
    State,
    Transaction,
    nonce_and_state,
    numbers_of,
    numbers_of_request,
)

MAX_VP_TOKEN_BYTES = 2_000_000
MAX_WALLET_NONCE = 512
_SUITES = ["eddsa-jcs-2022", "eddsa-rdfc-2022", "ecdsa-rdfc-2019"]
# Presentations a person chose not to give, by the error a wallet sends (RFC 6749, 4.1.2.1; OpenID4VP 1.0, 8.5).
_DECLINED = frozenset({"access_denied"})


class ResponseRefused(EdubadgesError):
    """The wallet's answer is not an answer to this request; `code` says why."""

    title = "The answer was refused"
    code = "response-refused"

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code  # type: ignore[misc]  # the reason names itself


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of one request."""

    request_uri: str
    wallet_link: str
    openid4vp_link: str


class Presentations:
    """Asks for presentations and takes them in."""

    def __init__(
        self,
        settings: VerifierSettings,
        store: TransactionStore,
        key: RequestKey,
        source: OnlineSource,
        clock: Callable[[], datetime],
        policy: Policy = DEFAULT_POLICY,
    ) -> None:
        self._settings = settings
        self._store = store
        self._key = key
        self._source = source
        self._clock = clock
        self._policy = policy
        self._secret = settings.secret_key.get_secret_value().encode()

    @property
    def client_id(self) -> str:
        """Return the verifier's full client identifier."""
        return self._key.client_id

    def numbers(self, transaction_id: str) -> Numbers:
        """Return the wallet's numbers of a transaction."""
        return numbers_of(transaction_id, self._secret)

    def links(self, transaction_id: str) -> Links:
        """Return the addresses that go into the QR codes."""
        request_uri = f"{self._settings.public_url}/oid4vp/requests/{self.numbers(transaction_id).request_id}"
        query = urlencode({"client_id": self._key.client_id, "request_uri": request_uri}, quote_via=quote)
        wallet = self._settings.wallet_url.rstrip("/")
        return Links(request_uri, f"{wallet}/#/present?{query}", f"openid4vp://?{query}")

    def signed_request(self, request_id: str, wallet_nonce: str | None) -> str:
        """Return the signed question; asking twice is fine, and only the first time changes the state.

        Raises:
            NotFound: there is no such request, or its time is over.
            MalformedInput: the wallet's nonce is not usable.
        """
        now = self._clock()
        transaction = self._store.find_by_request(request_id, now=now)
        if transaction is None or transaction.state_at(now) not in {State.WAITING, State.OPENED}:
            raise NotFound("This request is over. Ask for a new code.")
        if wallet_nonce is not None and not 0 < len(wallet_nonce) <= MAX_WALLET_NONCE:
            raise MalformedInput("The wallet_nonce is empty or too long.")
        self._store.mark_opened(transaction, now=now)
        request = self._build_request(transaction, numbers_of_request(request_id, self._secret), now)
        if wallet_nonce is not None:
            request["wallet_nonce"] = wallet_nonce
        return self._key.sign_jwt(request, typ="oauth-authz-req+jwt")

    def _build_request(self, transaction: Transaction, numbers: Numbers, now: datetime) -> JsonObject:
        question = transaction.question
        keep = RETENTION[question.retention]
        return {
            "iss": self._key.client_id,
            "aud": "https://self-issued.me/v2",
            "iat": int(now.timestamp()),
            "exp": int(transaction.expires_at.timestamp()),
            "client_id": self._key.client_id,
            "response_type": "vp_token",
            "response_mode": "direct_post",
            "response_uri": f"{self._settings.public_url}/oid4vp/responses/{numbers.response_id}",
            "nonce": numbers.nonce,
            "state": numbers.state,
            "dcql_query": build_query(question),
            "client_metadata": {
                "client_name": question.asked_by or "edubadges",
                "vp_formats_supported": {
                    "ldp_vc": {
                        "proof_type_values": ["DataIntegrityProof", "Ed25519Signature2020"],
                        "cryptosuite_values": list(_SUITES),
                    }
                },
            },
            # Ours to tell the person why; wallets that do not know this format skip it (OpenID4VP 1.0, 5.1).
            "verifier_info": [
                {
                    "format": "edubadges-purpose",
                    "data": {"purpose": question.reason, "retention_days": keep.days if keep else 0},
                }
            ],
        }

    def receive(self, response_id: str, form: dict[str, str]) -> None:
        """Take in an answer: check it in the specification's order, claim the transaction, verify, keep the result.

        Raises:
            NotFound: there is no such transaction, or it is over.
            ResponseRefused: it is not an answer to this request; the transaction stays open.
        """
        now = self._clock()
        transaction = self._store.find_by_response(response_id, now=now)
        if transaction is None:
            raise NotFound("This request is over. Ask for a new code.")
        if transaction.state_at(now) not in {State.WAITING, State.OPENED}:
            raise ResponseRefused("already-answered", "This request was answered already, or its time is over.")
        nonce, state = nonce_and_state(response_id, self._secret)
        # 1. Is it an answer to this question at all? Some wallets leave the state out; a wrong one is refused.
        if form.get("state", state) != state:
            raise self._refuse(transaction, "state-wrong", "The state belongs to another request.", now)
        if "error" in form:
            self._close(transaction, form["error"], now)
            return
        try:
            submission = self._read(form.get("vp_token"))
        except MalformedInput as error:
            raise self._refuse(transaction, "vp-token-malformed", error.detail, now) from error
        # 2. Is it bound to this request and to a holder? Only then may it use up the transaction.
        self._check_binding(transaction, submission, nonce, now)
        if not self._store.claim(transaction, now=self._clock()):
            raise ResponseRefused("already-answered", "This request was answered already, or its time is over.")
        # 3. What is it worth? That is for the one who asked to see.
        self._conclude(transaction, submission, nonce)

    def _refuse(self, transaction: Transaction, code: str, detail: str, now: datetime) -> ResponseRefused:
        self._store.note_trouble(transaction, code, now=now)
        return ResponseRefused(code, detail)

    def _close(self, transaction: Transaction, error: str, now: datetime) -> None:
        """End the transaction as the wallet says; its own words are not kept."""
        if error in _DECLINED:
            self._store.close(transaction, State.DECLINED, "declined", now=now)
        else:
            self._store.close(transaction, State.FAILED, "wallet-error", now=now)

    def _read(self, vp_token: str | None) -> Submission:
        """Return the one presentation in a `vp_token` (OpenID4VP 1.0, 8.1).

        Raises:
            MalformedInput: another shape, more than was asked, or nothing.
        """
        if vp_token is None:
            raise MalformedInput("There is no vp_token.")
        token = parse_json_object(vp_token, max_bytes=MAX_VP_TOKEN_BYTES, max_depth=40)
        if token.keys() != {QUERY_ID}:
            raise MalformedInput("The vp_token answers another query than was asked.")
        presentations = token[QUERY_ID]
        if not isinstance(presentations, list) or len(presentations) != 1 or not isinstance(presentations[0], dict):
            raise MalformedInput("Exactly one presentation, as a JSON object in a list, answers the query.")
        return submission_of_presentation(presentations[0])

    def _check_binding(self, transaction: Transaction, submission: Submission, nonce: str, now: datetime) -> None:
        needs = Needs(
            key_documents=needs_of(Submission(submission.medium, "", (), submission.presentation)).key_documents
        )
        evidence = self._source.gather(needs)
        result = ask_holder(submission, evidence, self._policy, now, nonce, self._key.client_id).result
        if result.outcome is not Outcome.PASSED:
            assert result.check is Check.HOLDER
            detail = "The presentation is not bound to this request by its holder."
            raise self._refuse(transaction, result.code, detail, now)

    def _conclude(self, transaction: Transaction, submission: Submission, nonce: str) -> None:
        self._store.mark_checking(transaction, now=self._clock())

        def judge(evidence: Evidence) -> Report:
            return verify(
                submission,
                evidence,
                self._policy,
                now=self._clock(),
                expected_challenge=nonce,
                expected_domain=self._key.client_id,
                expected_badge=transaction.question.expected(),
            )

        report = verify_with_second_look(submission, self._source, judge)
        keep: timedelta = RETENTION[transaction.question.retention] or self._settings.result_lifetime
        presentation = submission.presentation or {}
        now = report.checked_at
        self._store.finish(transaction, report.to_json(), presentation, now=now, delete_at=now + keep)
