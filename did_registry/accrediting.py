"""Who may award what: statements by the registry's root, and by those whom it lets accredit others.

The root is the registry's own identity, with a key of its own beside those of the log and the histories. What others
state is taken in when they signed it; whether they may is decided by who reads it (`vc_core.trust.authority`), so that
a chain that breaks later is seen, and only a body that nobody lets accredit is refused here.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import sqlalchemy as sa

from did_registry import store, store_accrediting
from did_registry.records import AccreditationVersion
from did_registry.signatures import check_signed
from service_kit.database import begin
from service_kit.problems import NotFound, RuleRefused
from vc_core.canonical.jcs import canonicalize_jcs
from vc_core.did import build_did_document, did_web_from_url
from vc_core.json_text import JsonObject
from vc_core.keys import PrivateKey
from vc_core.model.accreditation import Accreditation, build_accreditation, read_accreditation
from vc_core.model.credential import parse_moment
from vc_core.proof import add_proof, document_proofs
from vc_core.trust.authority import MAX_ACCREDITATIONS

NAME = re.compile(r"[a-z0-9]{16,64}")
SUITE = "eddsa-rdfc-2022"


@dataclass(frozen=True, slots=True)
class Book:
    """The accreditations in force."""

    root: str
    by_subject: dict[str, list[AccreditationVersion]]

    def about(self, did: str) -> JsonObject:
        """Return everything that decides what an institution may award: what is stated of it, and of who stated that.

        The nearest come first. Of more than a verifier looks at, those of the root stay, so that nobody who may state
        something can crowd them out.
        """
        found: dict[str, AccreditationVersion] = {}
        asked = [did]
        for name in asked:  # grows on the way, by whoever stated something of one that was asked about
            for version in self.by_subject.get(name, ()):
                found.setdefault(version.name, version)
                if version.issuer not in asked:
                    asked.append(version.issuer)
        chosen = [*found.values()]
        if len(chosen) > MAX_ACCREDITATIONS:
            chosen = sorted(chosen, key=lambda version: version.issuer != self.root)[:MAX_ACCREDITATIONS]
        return {"root": self.root, "credentials": [version.credential for version in chosen]}

    def statements(self) -> list[Accreditation]:
        """Return all of them, read."""
        return [read_accreditation(version.credential) for held in self.by_subject.values() for version in held]


@dataclass(frozen=True, slots=True)
class Accrediting:
    """States accreditations as the root, and takes in those of others."""

    engine: sa.Engine
    public_url: str
    key: PrivateKey

    @property
    def did(self) -> str:
        """The identifier of the root: the registry's own address."""
        return did_web_from_url(self.public_url)

    def document(self) -> JsonObject:
        """Return the root's DID document."""
        return build_did_document(self.did, [(None, self.key.public, ("Multikey",))], relationships=["assertionMethod"])

    def address(self, name: str) -> str:
        """Return where an accreditation is; it is also its identifier."""
        return f"{self.public_url}/accreditations/{name}"

    def state(self, statement: Accreditation, *, now: datetime) -> tuple[AccreditationVersion, bool]:
        """State as the root what an institution may do; the same again, with another end, replaces it.

        Args:
            statement: its identifier and issuer are filled in here.
            now: the present moment.

        Returns:
            What is in force, and whether it is new.

        Raises:
            MalformedInput: a scope is not usable.
            RuleRefused: it ends before it begins.
        """
        kind = build_accreditation(replace(statement, id="urn:new", issuer=self.did))["credentialSubject"]
        name = hashlib.sha256(canonicalize_jcs(kind)).hexdigest()[:32]
        with begin(self.engine) as connection:
            before = store_accrediting.newest_accreditation(connection, name)
        known = read_accreditation(before.credential) if before is not None else None
        since = known.since if known is not None else statement.since
        stated = replace(statement, id=self.address(name), issuer=self.did, since=since.replace(microsecond=0))
        if before is not None and known == stated:
            return before, False
        return self._keep(name, stated, self._signed(stated, now), now=now)

    def publish(self, name: str, credential: JsonObject, *, now: datetime) -> tuple[AccreditationVersion, bool]:
        """Take in an accreditation that a participant signed; a newer one replaces it.

        Raises:
            MalformedInput: it is not an accreditation.
            RuleRefused: it is at another address, by nobody who may accredit, or older than the one in force.
            ProofError, KeyReferenceError: its proof does not hold.
        """
        stated = read_accreditation(credential)
        if not NAME.fullmatch(name) or stated.id != self.address(name):
            raise RuleRefused("The accreditation names another address than this one.", code="accreditation-address")
        with begin(self.engine) as connection:
            owner = store.find_participant_by_did(connection, stated.issuer)
            document = store.newest_did_document(connection, owner.slug) if owner is not None else None
        if document is None:
            raise RuleRefused("Whoever states this does not take part here.", code="accreditation-issuer")
        check_signed(credential, document.document, what="The accreditation")
        self._check_mandate(stated)
        return self._keep(name, stated, credential, now=now)

    def find(self, name: str) -> AccreditationVersion:
        """Return the accreditation in force. Raises NotFound."""
        found = None
        if NAME.fullmatch(name):
            with begin(self.engine) as connection:
                found = store_accrediting.newest_accreditation(connection, name)
        if found is None:
            raise NotFound("There is no accreditation at this address.")
        return found

    def book(self) -> Book | None:
        """Return what is in force; None as long as nothing was ever stated, so that nobody is limited."""
        with begin(self.engine) as connection:
            found = store_accrediting.newest_accreditations(connection)
        by_subject: dict[str, list[AccreditationVersion]] = {}
        for version in found:
            by_subject.setdefault(version.subject, []).append(version)
        return Book(self.did, by_subject) if by_subject else None

    def sign_again(self, *, now: datetime) -> int:
        """Sign what the root stated with the key of now, after that was replaced; return how many that were."""
        with begin(self.engine) as connection:
            found = store_accrediting.newest_accreditations(connection)
        method = f"{self.did}#{self.key.public.to_multikey()}"
        old = [
            version
            for version in found
            if version.issuer == self.did
            and all(proof.get("verificationMethod") != method for proof in document_proofs(version.credential))
        ]
        for version in old:
            stated = read_accreditation(version.credential)
            self._keep(version.name, stated, self._signed(stated, now), now=now)
        return len(old)

    def _signed(self, statement: Accreditation, now: datetime) -> JsonObject:
        return add_proof(
            build_accreditation(statement),
            sign=self.key.sign,
            cryptosuite=SUITE,
            verification_method=f"{self.did}#{self.key.public.to_multikey()}",
            created=now.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        )

    def _check_mandate(self, stated: Accreditation) -> None:
        """Refuse a body of which nobody says that it may do this at all; the limits are for who reads the chain."""
        book = self.book()
        held = [
            read_accreditation(version.credential)
            for version in (book.by_subject if book else {}).get(stated.issuer, ())
        ]
        for_others = any(scope.on_behalf_of is None for scope in (*stated.may_issue, *stated.may_accredit))
        for_itself = any(scope.on_behalf_of is not None for scope in stated.may_issue)
        lacks = (for_others and not any(item.may_accredit for item in held)) or (
            for_itself and not any(item.may_issue for item in held)
        )
        if lacks:
            raise RuleRefused(
                "Nobody lets this institution accredit others. Ask the operator of this registry.",
                code="accreditation-without-mandate",
            )

    def _keep(
        self, name: str, stated: Accreditation, credential: JsonObject, *, now: datetime
    ) -> tuple[AccreditationVersion, bool]:
        if stated.until is not None and stated.until < stated.since:
            raise RuleRefused("An accreditation ends after it begins.", code="accreditation-dates")
        digest = hashlib.sha256(canonicalize_jcs(credential)).hexdigest()
        with begin(self.engine) as connection:
            before = store_accrediting.newest_accreditation(connection, name)
            if before is not None and before.digest == digest:
                return before, False
            _check_replaces(before, stated, credential)
            number = before.version + 1 if before is not None else 1
            version = AccreditationVersion(name, number, stated.issuer, stated.subject, credential, digest, now)
            if not store_accrediting.append_accreditation(connection, version):
                raise RuleRefused(
                    "Another version was published at the same moment. Try again.", code="published-meanwhile"
                )
        return version, True


def _check_replaces(before: AccreditationVersion | None, stated: Accreditation, credential: JsonObject) -> None:
    """Refuse what would put an older statement back, which anybody who kept it could send, or takes another's place."""
    if before is None:
        return
    if (before.issuer, before.subject) != (stated.issuer, stated.subject):
        raise RuleRefused("This address is that of another accreditation.", code="accreditation-of-other")
    if _signed_at(credential) <= _signed_at(before.credential):
        raise RuleRefused("A newer version of this accreditation is in force.", code="accreditation-older")


def _signed_at(credential: JsonObject) -> datetime:
    return max(parse_moment(proof.get("created")) for proof in document_proofs(credential))
