"""The English sentences: for every code what was found, then what an employer, the student and an administrator can do.

The Dutch twin is `texts_nl`; choosing and joining is in `texts`.
"""

# ruff: noqa: E501  one sentence stays on one line
from __future__ import annotations

from verifier.codes import Check, Code
from verifier.report import Verdict

VERDICTS = {
    Verdict.OK: ("Genuine and valid", "Everything that matters was checked, and all of it is right."),
    Verdict.ATTENTION: (
        "Genuine, with remarks",
        "The badge is what it says it is. Read the remarks before you rely on it.",
    ),
    Verdict.BAD: ("Do not trust", "At least one check shows that this badge is not what it says it is."),
    Verdict.UNKNOWN: (
        "Cannot check right now",
        "Something needed for a verdict could not be checked. That is neither a yes nor a no.",
    ),
}

CHECKS = {
    Check.FORMAT: "Form of the badge",
    Check.SIGNATURE: "Not changed",
    Check.KEY: "Signed by the issuer",
    Check.ISSUER: "Known issuer",
    Check.AUTHORITY: "Allowed to award this",
    Check.VALIDITY: "Valid today",
    Check.STATUS: "Not withdrawn",
    Check.HOLDER: "Belongs to this person",
    Check.REQUEST: "What you asked for",
}

MEANINGS = {
    Check.FORMAT: "A badge follows a fixed pattern, Open Badges 3.0. If it does not, different programs may read different things in it.",
    Check.SIGNATURE: "The issuer seals every badge. If one letter changes, the seal breaks.",
    Check.KEY: "The issuer publishes which seals are its own. We compare the seal on the badge with that list.",
    Check.ISSUER: "The registry lists the institutions that take part. It tells who is behind an address.",
    Check.AUTHORITY: "The registry can say which kinds of badges an institution may award.",
    Check.VALIDITY: "A badge can begin later, or end on a date.",
    Check.STATUS: "An issuer can withdraw a badge. We look in a list that is the same for everybody, so nobody learns which badge you check.",
    Check.HOLDER: "With a wallet, people prove that a badge is theirs. With a file, nobody proves anything.",
    Check.REQUEST: "If you asked for a certain badge, we compare what you received with your question.",
}

_NOTHING = ("", "", "")
_ASK_ISSUER = "Ask the issuer to award the badge again; the old one cannot be repaired."

SENTENCES: dict[Code, tuple[str, str, str, str]] = {
    Code.FORMAT_OK: ("The badge follows Open Badges 3.0.", *_NOTHING),
    Code.FORMAT_OLD_MODEL: ("The badge follows Open Badges 3.0, in its older form.", *_NOTHING),
    Code.FORMAT_OTHER_CREDENTIAL: (
        "This is a digital statement, but not an Open Badge.",
        "Check whether this is what you asked for.",
        "A verifier may be looking for an Open Badge.",
        "The type is neither AchievementCredential nor OpenBadgeCredential; only general checks were made.",
    ),
    Code.FORMAT_NOT_A_CREDENTIAL: (
        "This is not a badge.",
        "Ask for the original badge.",
        "Share the badge from your wallet, or the original file.",
        "The type lacks VerifiableCredential.",
    ),
    Code.FORMAT_CONTEXT_UNKNOWN: (
        "The badge uses words that we do not know.",
        "Ask the issuer for a badge in the standard form.",
        "Ask your issuer to use standard badges.",
        "A JSON-LD context is not among the bundled ones; it is never fetched. Add it to vc_core when it is trustworthy.",
    ),
    Code.FORMAT_MEMBER_WRONG: (
        "A part of the badge is missing or has the wrong form.",
        "Do not rely on it; ask for the original badge.",
        _ASK_ISSUER,
        "The detail names the member; a single strict shape is accepted, because other shapes can hide a status.",
    ),
    Code.FORMAT_AMBIGUOUS: (
        "The badge describes the same thing in two different ways.",
        "Do not rely on it: somebody may have rearranged it.",
        "Share the badge as you received it. If you did: ask the issuer to award it again.",
        "One identifier is described twice with different content; a rewrite can do that without breaking the seal.",
    ),
    Code.FORMAT_CLAIMS_DIFFER: (
        "The envelope of the badge says something else than the badge itself.",
        "Do not rely on it; ask for the original badge.",
        _ASK_ISSUER,
        "The JWT claims named in the detail are absent or differ from the credential (Open Badges 3.0, 8.2.4).",
    ),
    Code.FORMAT_TOO_COMPLEX: (
        "The badge is unusually complicated, so we refuse it.",
        "Ask for a badge in the ordinary form.",
        _ASK_ISSUER,
        "More nodes than is accepted; see MAX_NODES in verifier.checks.format.",
    ),
    Code.SIGNATURE_VALID: ("Unchanged since it was issued.", *_NOTHING),
    Code.SIGNATURE_VALID_OTHER_FORM: (
        "Unchanged since it was issued; sealed in a form that the standard no longer asks for.",
        "",
        "",
        "The proof is valid, but of a suite that cannot be certified; issue with eddsa-rdfc-2022.",
    ),
    Code.SIGNATURE_INVALID: (
        "The content was changed after it was issued, or the seal is false.",
        "Do not rely on this badge; ask for the original.",
        "Share the badge as you received it. If you did: ask the issuer to award it again.",
        "The proof does not hold over this document with the key that is named.",
    ),
    Code.SIGNATURE_MISSING: (
        "The badge carries no seal, so anybody could have made it.",
        "Ask for the signed badge.",
        "Download the badge again from your wallet or issuer.",
        "The document has no proof and is not a JWT.",
    ),
    Code.SIGNATURE_PURPOSE_WRONG: (
        "The seal was made for something else than issuing badges.",
        "Do not rely on this badge.",
        _ASK_ISSUER,
        "proofPurpose is not assertionMethod.",
    ),
    Code.SIGNATURE_MALFORMED: (
        "The seal is damaged or of an impossible form.",
        "Ask for the original badge.",
        "Download the badge again and do not edit the file.",
        "The proof cannot be read; the detail says what was wrong.",
    ),
    Code.SIGNATURE_MEANING_UNCOVERED: (
        "A part of the badge is not covered by the seal.",
        "Do not rely on it: that part may have been added.",
        "Share the badge as you received it.",
        "A term has no definition in the bundled contexts (data loss); the signer should have refused it.",
    ),
    Code.SIGNATURE_RESHAPED: (
        "The badge was rearranged after it was sealed, in a way that can hide something.",
        "Do not rely on it; ask for the original badge.",
        "Share the badge as you received it.",
        "One node is spread over several places: the RDF is what was signed, the JSON is not.",
    ),
    Code.SIGNATURE_KIND_UNSUPPORTED: (
        "The badge is sealed in a way that we cannot check.",
        "Ask for the badge in the standard form.",
        "Ask your issuer for a badge in the standard form.",
        "None of the proofs is of a supported cryptosuite.",
    ),
    Code.SIGNATURE_KEY_UNAVAILABLE: (
        "The seal could not be checked, because the key for it is not known here.",
        "Try again later, or with a network.",
        "Your badge may be fine; try again later.",
        "The key that the proof names could not be found; see the check of the key.",
    ),
    Code.KEY_OF_ISSUER: ("The seal is the issuer's own.", *_NOTHING),
    Code.KEY_OF_ISSUER_STALE: (
        "The seal was the issuer's own when we last looked; that was a while ago.",
        "Check again with a network if it matters.",
        "",
        "The stored key document is past its fresh period; run `edubadges evidence sync`.",
    ),
    Code.KEY_OTHER_OWNER: (
        "The badge names one issuer but was sealed by another.",
        "Do not rely on this badge.",
        _ASK_ISSUER,
        "The controller of the verification method is not the issuer of the credential.",
    ),
    Code.KEY_NOT_IN_DOCUMENT: (
        "The issuer does not list this seal as its own.",
        "Do not rely on this badge.",
        _ASK_ISSUER,
        "The verification method is not in the issuer's document; retired keys must stay listed as long as badges lean on them.",
    ),
    Code.KEY_NOT_FOR_THIS_USE: (
        "The issuer does not allow this key for sealing badges.",
        "Do not rely on this badge.",
        _ASK_ISSUER,
        "The verification method is not listed under assertionMethod.",
    ),
    Code.KEY_WITHDRAWN: (
        "The issuer has withdrawn the key that sealed this badge.",
        "Do not rely on it; ask for a badge with a new seal.",
        _ASK_ISSUER,
        "The verification method has `revoked` or `expires` in the past.",
    ),
    Code.KEY_DOCUMENT_INVALID: (
        "The list of keys that was found is not a valid list of this issuer.",
        "Do not rely on this badge now.",
        "Tell your issuer that its identity document is broken.",
        "The key document does not have the identifier that was asked for, or cannot be read.",
    ),
    Code.KEY_DOCUMENT_MISSING: (
        "We could not get the issuer's list of keys.",
        "Try again later, or with a network.",
        "Your badge may be fine; try again later.",
        "The key document was not stored or could not be fetched; the detail gives the reason.",
    ),
    Code.KEY_DOCUMENT_TOO_OLD: (
        "The issuer's list of keys that we have is too old to lean on.",
        "Check again with a network.",
        "Your badge may be fine; check again with a network.",
        "The stored key document is past its usable period; run `edubadges evidence sync`.",
    ),
    Code.KEY_NOT_NAMED: (
        "The seal does not say whose it is.",
        "Do not rely on this badge.",
        _ASK_ISSUER,
        "The proof or JWT header names no verification method of an accepted form.",
    ),
    Code.ISSUER_IN_REGISTRY: ("The issuer is in the registry.", *_NOTHING),
    Code.ISSUER_IN_REGISTRY_STALE: (
        "The issuer was in the registry when we last looked; that was a while ago.",
        "Check again with a network if it matters.",
        "",
        "The stored registry is past its fresh period; run `edubadges evidence sync`.",
    ),
    Code.ISSUER_NOT_IN_REGISTRY: (
        "The issuer is not in the registry, so we cannot say who is behind it.",
        "Decide for yourself whether you know and trust this address.",
        "Ask your institution whether it takes part in the registry.",
        "No participant has this identifier; admit the institution or leave it so.",
    ),
    Code.ISSUER_SUSPENDED: (
        "The registry has suspended this issuer.",
        "Ask the institution why before you rely on the badge.",
        "Ask your institution what this means for your badge.",
        "The participant's status is not active.",
    ),
    Code.ISSUER_LEFT: (
        "The issuer no longer takes part in the registry.",
        "The badge can still be right; ask the institution if it matters.",
        "Your badge stays yours; ask your institution what happens to it.",
        "The participant's status is left.",
    ),
    Code.ISSUER_REGISTRY_MISSING: (
        "The registry could not be asked.",
        "Try again later, or with a network.",
        "Your badge may be fine; try again later.",
        "No registry data was stored or fetched; check the registry address, or run `edubadges evidence sync`.",
    ),
    Code.ISSUER_REGISTRY_TOO_OLD: (
        "What we have from the registry is too old to lean on.",
        "Check again with a network.",
        "Your badge may be fine; check again with a network.",
        "The stored registry is past its usable period; run `edubadges evidence sync`.",
    ),
    Code.AUTHORITY_NOT_LIMITED: ("The registry does not limit what this issuer may award.", *_NOTHING),
    Code.AUTHORITY_COVERS: ("The issuer may award this kind of badge.", *_NOTHING),
    Code.AUTHORITY_LACKING: (
        "The registry does not list this kind of badge for this issuer.",
        "Ask the institution before you rely on it.",
        "Ask your institution whether it may award this.",
        "The achievementType is not in the participant's authority list.",
    ),
    Code.AUTHORITY_NO_REGISTRATION: ("This does not apply: the issuer is not in the registry.", *_NOTHING),
    Code.AUTHORITY_NOT_CHECKED: (
        "We could not check whether the issuer may award this.",
        "Try again later, or with a network.",
        "Your badge may be fine; try again later.",
        "There is no usable participant record; see the check of the issuer.",
    ),
    Code.VALIDITY_IN_PERIOD: ("Valid on this date.", *_NOTHING),
    Code.VALIDITY_ENDS_SOON: (
        "Valid, but it ends within two weeks.",
        "Ask for a newer badge if you need it longer.",
        "Ask your institution how to renew it.",
        "validUntil or exp lies within the policy's `ends_soon`.",
    ),
    Code.VALIDITY_EXPIRED: (
        "The badge has expired.",
        "It was genuine; decide whether that is enough for you.",
        "Ask your institution how to renew it.",
        "validUntil or exp has passed.",
    ),
    Code.VALIDITY_NOT_YET: (
        "The badge is not valid yet.",
        "Check it again from its first day on.",
        "You can use it from its first day on.",
        "validFrom or nbf lies in the future, beyond the allowed clock difference.",
    ),
    Code.VALIDITY_MALFORMED: (
        "A date in the badge cannot be read.",
        "Do not rely on it; ask for the original badge.",
        _ASK_ISSUER,
        "A date is not an XML Schema dateTimeStamp.",
    ),
    Code.VALIDITY_SIGNED_IN_FUTURE: (
        "The seal bears a date in the future.",
        "Do not rely on this badge.",
        _ASK_ISSUER,
        "proof.created lies in the future; check the clock of this machine, then that of the issuer.",
    ),
    Code.VALIDITY_SIGNATURE_EXPIRED: (
        "The seal itself has expired.",
        "Ask for a badge with a new seal.",
        _ASK_ISSUER,
        "proof.expires has passed.",
    ),
    Code.STATUS_CLEAR: ("Not withdrawn.", *_NOTHING),
    Code.STATUS_CLEAR_STALE: (
        "Not withdrawn, according to a list that is no longer fresh.",
        "Check again with a network if it matters.",
        "",
        "The stored status list is past its fresh period; run `edubadges evidence sync`.",
    ),
    Code.STATUS_CLEAR_UNSIGNED_LIST: (
        "Not withdrawn, according to a list that bears no seal.",
        "Ask the issuer if it matters much.",
        "",
        "A 1EdTechRevocationList is protected by TLS alone; a Bitstring Status List is signed.",
    ),
    Code.STATUS_NONE: ("The issuer gave no way to withdraw this badge.", *_NOTHING),
    Code.STATUS_REVOKED: (
        "Withdrawn by the issuer.",
        "Do not rely on it; ask the person or the institution about it.",
        "Ask your institution why it was withdrawn.",
        "The revocation bit is set.",
    ),
    Code.STATUS_SUSPENDED: (
        "Suspended by the issuer for the time being.",
        "Ask the institution, and check again later.",
        "Ask your institution why it is suspended.",
        "The suspension bit is set; it can be cleared again.",
    ),
    Code.STATUS_MESSAGE: (
        "The issuer has left a note about this badge.",
        "Ask the institution what the note says.",
        "Ask your institution what the note says.",
        "A status other than revocation or suspension is set; the detail names its purpose.",
    ),
    Code.STATUS_ENTRY_MALFORMED: (
        "The part about withdrawal has a form that could hide something.",
        "Do not rely on it; ask for the original badge.",
        "Share the badge as you received it. If you did: ask the issuer to award it again.",
        "A status entry is not one complete object with text members; rearranged entries are refused.",
    ),
    Code.STATUS_METHOD_UNKNOWN: (
        "The badge can be withdrawn in a way that we cannot check.",
        "Ask the issuer whether it is still good.",
        "Ask your issuer for a badge with a standard status.",
        "The type of credentialStatus is not supported.",
    ),
    Code.STATUS_LIST_MISSING: (
        "We could not get the list of withdrawn badges.",
        "Try again later, or with a network.",
        "Your badge may be fine; try again later.",
        "The status list was not stored or could not be fetched; the detail gives the reason.",
    ),
    Code.STATUS_LIST_TOO_OLD: (
        "The list of withdrawn badges that we have is too old to lean on.",
        "Check again with a network.",
        "Your badge may be fine; check again with a network.",
        "The stored list is past its usable period; run `edubadges evidence sync`.",
    ),
    Code.STATUS_LIST_EXPIRED: (
        "The list of withdrawn badges is past its own date.",
        "Try again later, or with a network.",
        "Your badge may be fine; try again later.",
        "validUntil of the list has passed; the issuer must publish a new one, or this copy must be refreshed.",
    ),
    Code.STATUS_LIST_NOT_YET_VALID: (
        "The list of withdrawn badges begins in the future.",
        "Try again later.",
        "Your badge may be fine; try again later.",
        "validFrom of the list lies in the future; check the clock of this machine.",
    ),
    Code.STATUS_LIST_INVALID: (
        "The list of withdrawn badges cannot be read.",
        "Try again later.",
        "Tell your issuer that its list is broken.",
        "The list is not a BitstringStatusListCredential that can be opened; the detail says why.",
    ),
    Code.STATUS_LIST_FORGED: (
        "The list of withdrawn badges is not sealed by the issuer.",
        "Try again later; do not rely on the badge until then.",
        "Tell your issuer that its list cannot be trusted.",
        "The proof of the list does not hold with a key of its issuer.",
    ),
    Code.STATUS_LIST_OTHER_ISSUER: (
        "The list of withdrawn badges is somebody else's.",
        "Ask the issuer whether the badge is still good.",
        "Tell your issuer that its badge points to a list of another.",
        "The issuer of the list is not the issuer of the badge, and no trust between them is known.",
    ),
    Code.STATUS_LIST_KEY_MISSING: (
        "The seal on the list of withdrawn badges could not be checked.",
        "Try again later, or with a network.",
        "Your badge may be fine; try again later.",
        "The key document of the list's issuer is not there.",
    ),
    Code.STATUS_LIST_OTHER_PURPOSE: (
        "The list that the badge points to is for something else.",
        "Ask the issuer whether the badge is still good.",
        "Tell your issuer that its badge points to the wrong list.",
        "statusPurpose of the entry is not among those of the list.",
    ),
    Code.STATUS_LIST_TOO_SHORT: (
        "The list of withdrawn badges is shorter than is safe.",
        "Ask the issuer whether the badge is still good.",
        "Tell your issuer that its list is too short.",
        "Fewer than 131,072 entries: it would show which badge is meant (STATUS_LIST_LENGTH_ERROR).",
    ),
    Code.STATUS_INDEX_OUT_OF_RANGE: (
        "The badge points beyond the end of the list of withdrawn badges.",
        "Ask the issuer whether the badge is still good.",
        "Tell your issuer that its badge points to a wrong place.",
        "statusListIndex lies outside the list (RANGE_ERROR).",
    ),
    Code.HOLDER_PROVED: ("The person proved that the badge is theirs.", *_NOTHING),
    Code.HOLDER_PROVED_OLD_STYLE: (
        "The person proved that the badge is theirs, in an older form.",
        "",
        "",
        "The presentation was signed with proofPurpose assertionMethod by Ed25519Signature2020.",
    ),
    Code.HOLDER_PROVED_NOT_FRESH: (
        "The holder sealed this some time for somebody; not for you, now.",
        "Ask the person to answer a request of your own.",
        "Share through a request when somebody wants proof.",
        "No challenge and domain were expected, so the proof may be a copy.",
    ),
    Code.HOLDER_FILE_ONLY: (
        "This is a file: who gave it to you was not checked.",
        "If that matters, ask for the badge with a QR request.",
        "",
        "",
    ),
    Code.HOLDER_NOT_NAMED: (
        "The badge does not say which wallet it belongs to.",
        "Compare the name yourself, or ask for another badge.",
        "Ask your institution for a badge in your wallet.",
        "credentialSubject has no id that a key can be bound to.",
    ),
    Code.HOLDER_OTHER_PERSON: (
        "The badge belongs to somebody else than the person who shows it.",
        "Do not rely on it.",
        "Show badges from the wallet you received them in.",
        "credentialSubject.id is not the controller of the key that signed the presentation.",
    ),
    Code.HOLDER_PROOF_MISSING: (
        "The person did not prove that the badge is theirs.",
        "Ask again with a QR request.",
        "Share from a wallet that can prove it.",
        "The presentation has no proof.",
    ),
    Code.HOLDER_PROOF_INVALID: (
        "The proof of the person is false, or what was shared was changed.",
        "Do not rely on it; ask again.",
        "Try again; if it keeps failing, tell your wallet's maker.",
        "The presentation's proof does not hold.",
    ),
    Code.HOLDER_PROOF_MALFORMED: (
        "The proof of the person cannot be read.",
        "Ask again.",
        "Try again; if it keeps failing, tell your wallet's maker.",
        "The presentation's proof has a wrong shape; the detail says what.",
    ),
    Code.HOLDER_PROOF_UNSUPPORTED: (
        "The wallet proved it in a way that we cannot check.",
        "Ask for another wallet, or for the file.",
        "Try another wallet.",
        "The suite of the presentation's proof is not accepted.",
    ),
    Code.HOLDER_PURPOSE_WRONG: (
        "The wallet made a proof for something else.",
        "Ask again.",
        "Try again; if it keeps failing, tell your wallet's maker.",
        "proofPurpose of the presentation is not authentication.",
    ),
    Code.HOLDER_CHALLENGE_WRONG: (
        "This answer belongs to another question: it may be a copy.",
        "Do not rely on it; make a new request.",
        "Scan the code of the request again.",
        "proof.challenge is not the nonce of this transaction (INVALID_CHALLENGE_ERROR).",
    ),
    Code.HOLDER_DOMAIN_WRONG: (
        "This answer was meant for somebody else.",
        "Do not rely on it; make a new request.",
        "Scan the code of the request again.",
        "proof.domain is not our full client identifier (INVALID_DOMAIN_ERROR).",
    ),
    Code.HOLDER_PROOF_OUT_OF_TIME: (
        "The proof of the person is too old or from the future.",
        "Make a new request.",
        "Check the clock of your phone and try again.",
        "proof.created or proof.expires does not fit now.",
    ),
    Code.HOLDER_KEY_UNAVAILABLE: (
        "We could not find the key of the person's wallet.",
        "Try again later.",
        "Try again later.",
        "The key document of the holder is not there; the detail gives the reason.",
    ),
    Code.HOLDER_KEY_REFUSED: (
        "The key of the person's wallet may not be used for this.",
        "Ask again.",
        "Try another wallet.",
        "The verification method of the presentation is refused; the detail says why.",
    ),
    Code.REQUEST_MATCHED: ("This is what you asked for.", *_NOTHING),
    Code.REQUEST_OTHER_BADGE: (
        "This is another badge than you asked for.",
        "Ask for the right badge.",
        "Choose the badge that was asked for.",
        "The badge does not match the query; the detail names the member.",
    ),
    Code.REQUEST_NONE: ("You did not ask for a certain badge.", *_NOTHING),
}

UNREADABLE = {
    "no-badge-inside": "There is no badge inside. A screenshot does not work: ask for the original file.",
    "old-open-badge": "This is a badge of the older standard Open Badges 2.0. Ask for the Open Badges 3.0 form.",
    "too-many-credentials": "There are too many badges in one file. Check them in smaller groups.",
    "limit-exceeded": "The file is larger or more complicated than we accept. Ask for the original badge.",
    "malformed-input": "We cannot read this file. It is damaged, or it is not a badge.",
    "not-fetched": "We could not fetch this address. Check it, or download the file and choose it here.",
}
