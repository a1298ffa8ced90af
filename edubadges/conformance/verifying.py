"""Verify credentials and presentations as the VC API asks, with the verifier's own checks.

Two questions, never mixed: the whole verdict (`verifier.verify` over evidence in memory), or, when a request names
only `proof` among its checks, the proofs alone (`vc_core.proof.verify_proof`). The data model is asked of both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from edubadges.conformance.issuing import text_option, wrong_value
from edubadges.conformance.problem_types import (
    is_problem,
    is_warning,
    problem_of_code,
    problem_of_core_error,
    problem_of_result,
)
from vc_core.contexts import CREDENTIALS_V1
from vc_core.errors import VC_PROBLEMS, EdubadgesError, MalformedInput, ProofError
from vc_core.jose.compact import looks_like_jwt
from vc_core.json_text import JsonObject, JsonValue, dump_json
from vc_core.model.data_model import Kind, check_data_model, is_enveloped
from vc_core.proof import document_proofs, verify_proof
from verifier import (
    DEFAULT_POLICY,
    Check,
    CheckResult,
    Code,
    EvidenceSource,
    Submission,
    gather,
    parse_submission,
    verify,
)
from verifier.evidence import Evidence
from verifier.inputs import MAX_CREDENTIALS, Medium, PresentedCredential
from verifier.key_lookup import find_key
from verifier.moments import read_moment
from verifier.proofs import method_of
from verifier.verification import ask_holder

_POLICY = DEFAULT_POLICY
_ENVELOPED_JWT = ("data:application/vc+jwt,", "data:application/vc-ld+jwt,", "data:application/jwt,")
type Problem = dict[str, object]


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """What a request may ask of a verifier; other members of `options` are ignored."""

    proof_only: bool
    expected_purpose: str | None
    challenge: str | None
    domain: str | None

    @classmethod
    def read(cls, options: JsonObject) -> VerifyOptions:
        """Return the options of a request.

        Raises:
            InvalidValues: one has another shape.
        """
        checks = options.get("checks")
        if checks is not None and not (isinstance(checks, list) and all(isinstance(item, str) for item in checks)):
            raise wrong_value("#/options/checks", "A list of texts is expected.")
        return cls(
            proof_only=checks == ["proof"],
            expected_purpose=text_option(options, "expectedProofPurpose"),
            challenge=text_option(options, "challenge"),
            domain=text_option(options, "domain"),
        )


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of verifying: problems stand in the way of "verified", warnings do not."""

    checks: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def verified(self) -> bool:
        """Say whether nothing stands in the way."""
        return not self.problems

    def to_json(self) -> JsonObject:
        """Return the answer of the VC API, with the lists older suites read beside `problemDetails`."""
        return {
            "verified": self.verified,
            "checks": list(self.checks),
            "problemDetails": [*_unique(self.problems), *_unique(self.warnings)],
            "warnings": _unique(self.warnings),
            "errors": _unique(self.problems),
        }


class VerifierDesk:
    """Answers the two doors that judge."""

    def __init__(self, source: EvidenceSource, clock: Callable[[], datetime]) -> None:
        self._source = source
        self._clock = clock

    def verify_credential(self, document: JsonObject, options: VerifyOptions) -> Verification:
        """Return what came of verifying one credential or envelope."""
        problems = _model_problems(document, "VerifiableCredential")
        checks = ("proof",) if options.proof_only else tuple(Check)
        if problems:
            return Verification(checks, problems)
        if options.proof_only and not is_enveloped(document):
            purpose = options.expected_purpose or "assertionMethod"
            return Verification(checks, self._proof_problems(document, purpose, options))
        # A domain or a challenge asks who shows it; a credential by itself cannot answer.
        try:
            submission = parse_submission(_bytes_of(document))
        except MalformedInput as error:
            return Verification(checks, (problem_of_core_error(error),))
        report = verify(submission, gather(submission, self._source), _POLICY, now=self._clock())
        return _concluded(checks, report.results)

    def verify_presentation(self, document: JsonObject, options: VerifyOptions) -> Verification:
        """Return what came of verifying a presentation with its proof, and every credential in it."""
        problems = _model_problems(document, "VerifiablePresentation")
        checks = ("proof",) if options.proof_only else tuple(Check)
        if problems:
            return Verification(checks, problems)
        if is_enveloped(document, kind="VerifiablePresentation"):
            problem = problem_of_code(Code.HOLDER_PROOF_UNSUPPORTED, Check.HOLDER, "Envelopes are not opened here.")
            return Verification(checks, (problem,))
        if options.proof_only:
            return self._presentation_proofs(document, options)
        try:
            submission = _submission_of(document)
        except MalformedInput as error:
            return Verification(checks, (problem_of_core_error(error),))
        evidence = gather(submission, self._source)
        return _concluded(checks, self._whole(submission, evidence, options))

    def verify_unsigned_presentation(self, document: JsonObject, options: VerifyOptions) -> Verification:
        """Return what came of verifying the credentials in a presentation that nobody signed."""
        problems = _model_problems(document, "VerifiablePresentation")
        found = [self.verify_credential(item, options) for item in _credentials_in(document)] if not problems else []
        return Verification(
            ("proof",) if options.proof_only else tuple(Check),
            (*problems, *(problem for one in found for problem in one.problems)),
            tuple(warning for one in found for warning in one.warnings),
        )

    def _whole(self, submission: Submission, evidence: Evidence, options: VerifyOptions) -> Iterable[CheckResult]:
        now = self._clock()
        holder = ask_holder(submission, evidence, _POLICY, now, options.challenge, options.domain)
        yield holder.result
        if submission.credentials:
            yield from verify(
                submission,
                evidence,
                _POLICY,
                now=now,
                expected_challenge=options.challenge,
                expected_domain=options.domain,
            ).results

    def _presentation_proofs(self, document: JsonObject, options: VerifyOptions) -> Verification:
        problems = self._proof_problems(document, options.expected_purpose or "authentication", options)
        inner = replace(options, expected_purpose=None, challenge=None, domain=None)
        for item in _credentials_in(document):
            if "proof" in item or is_enveloped(item):
                problems += self.verify_credential(item, inner).problems
        return Verification(("proof",), problems)

    def _proof_problems(self, document: JsonObject, purpose: str, options: VerifyOptions) -> tuple[Problem, ...]:
        """Return what is wrong with the proofs of a document; every one of them must hold (VC Data Integrity, 4.4)."""
        try:
            proofs = document_proofs(document)
            if not proofs:
                raise ProofError("The document has no proof.")
            submission = Submission(Medium.JSON, "", (PresentedCredential(document),))
            evidence = gather(submission, self._source)
            for proof in proofs:
                self._check_proof(document, proof, evidence, purpose, options)
        except _ProofProblem as found:
            return (found.problem,)
        except EdubadgesError as error:
            return (problem_of_core_error(error),)
        return ()

    def _check_proof(
        self, document: JsonObject, proof: JsonObject, evidence: Evidence, purpose: str, options: VerifyOptions
    ) -> None:
        """Return when one proof holds.

        Raises:
            _ProofProblem: its key, its moment, its challenge or its domain is not right.
            ProofError, MalformedInput: the proof does not hold.
        """
        _check_binding(proof, options)
        _check_moment(proof, self._clock())
        found = find_key(
            method_of(proof),
            evidence,
            relationship=purpose,
            freshness=_POLICY.key_freshness,
            now=self._clock(),
        )
        if found.key is None or found.problem is not None:
            raise _ProofProblem(problem_of_code(found.problem or Code.KEY_NOT_NAMED, Check.KEY, found.detail))
        verify_proof(document, proof, public_key=found.key, expected_purpose=purpose)


class _ProofProblem(Exception):
    """A proof that is refused before its signature is looked at."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem["title"])
        self.problem = problem


def _check_binding(proof: JsonObject, options: VerifyOptions) -> None:
    """Compare challenge and domain with what is expected (VC Data Integrity 1.0, 4.4, steps 6 and 7)."""
    domain = proof.get("domain")
    if options.domain is not None and options.domain not in (domain if isinstance(domain, list) else [domain]):
        raise _ProofProblem(problem_of_code(Code.HOLDER_DOMAIN_WRONG, Check.HOLDER))
    if options.challenge is not None and proof.get("challenge") != options.challenge:
        raise _ProofProblem(problem_of_code(Code.HOLDER_CHALLENGE_WRONG, Check.HOLDER))


def _check_moment(proof: JsonObject, now: datetime) -> None:
    """Compare the proof's own dates with now; a date without a zone is UTC (VC Data Integrity 1.0, 2.1)."""
    try:
        created = read_moment(proof["created"]) if "created" in proof else None
        expires = read_moment(proof["expires"]) if "expires" in proof else None
    except ValueError as error:
        raise _ProofProblem(problem_of_code(Code.SIGNATURE_MALFORMED, Check.SIGNATURE)) from error
    if created is not None and created > now + _POLICY.clock_skew:
        raise _ProofProblem(problem_of_code(Code.VALIDITY_SIGNED_IN_FUTURE, Check.VALIDITY))
    if expires is not None and expires <= now:
        raise _ProofProblem(problem_of_code(Code.VALIDITY_SIGNATURE_EXPIRED, Check.VALIDITY))


def _model_problems(document: JsonObject, kind: Kind) -> tuple[Problem, ...]:
    """Return where the document breaks the data model 2.0.

    A credential of version 1.1 is left to the checks. A presentation of it is not: what is not secured in one could
    slip through as the holder's own words.
    """
    contexts = document.get("@context")
    first = contexts[:1] if isinstance(contexts, list) else [contexts]
    if kind == "VerifiableCredential" and first == [CREDENTIALS_V1]:
        return ()
    return tuple(
        {
            "type": VC_PROBLEMS + "MALFORMED_VALUE_ERROR",
            "title": finding.code,
            "detail": finding.detail,
            "code": "malformed-value",
            "pointer": f"#{finding.pointer}",
        }
        for finding in check_data_model(document, kind=kind)
    )


def _credentials_in(document: JsonObject) -> list[JsonObject]:
    value = document.get("verifiableCredential")
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def _submission_of(document: JsonObject) -> Submission:
    """Return the submission of a presentation; what the holder says of himself is secured by the holder's own proof.

    Raises:
        MalformedInput: a credential in it cannot be read, or there are too many.
    """
    secured = [item for item in _credentials_in(document) if "proof" in item or is_enveloped(item)]
    if len(secured) > MAX_CREDENTIALS:
        raise MalformedInput(f"At most {MAX_CREDENTIALS} credentials are checked in one go.")
    presented = tuple(credential for item in secured for credential in parse_submission(_bytes_of(item)).credentials)
    return Submission(Medium.JSON, "", presented, document)


def _bytes_of(document: JsonObject) -> bytes:
    """Return what the verifier reads: the document itself, or the JWT inside an envelope.

    Raises:
        MalformedInput: the envelope holds something else.
    """
    if not is_enveloped(document):
        return dump_json(document)
    address = str(document.get("id"))
    start = next((start for start in _ENVELOPED_JWT if address.startswith(start)), None)
    if start is None:
        raise MalformedInput("Only envelopes around a JWT are opened here.")
    text = address.removeprefix(start)
    if not looks_like_jwt(text):
        raise MalformedInput("The envelope holds no JWT.")
    return text.encode()


def _concluded(checks: tuple[str, ...], results: Iterable[CheckResult]) -> Verification:
    found = tuple(results)
    return Verification(
        checks,
        tuple(problem_of_result(result) for result in found if is_problem(result)),
        tuple(problem_of_result(result) for result in found if is_warning(result)),
    )


def _unique(problems: tuple[Problem, ...]) -> list[JsonValue]:
    """Return each problem once: a holder's proof counts for every credential in a presentation."""
    unique: list[Problem] = []
    for problem in problems:
        if problem not in unique:
            unique.append(problem)
    return list(unique)  # type: ignore[arg-type]  # texts only
