"""Why a trust pack or repository was not taken; the store that was there stays as it was."""

from __future__ import annotations

from vc_core.errors import EdubadgesError


class TrustUpdateRefused(EdubadgesError):
    """What was offered cannot be taken."""

    title = "The trust pack was not taken"
    code = "trust-refused"


class PackUnreadable(TrustUpdateRefused):
    """The file is not a trust pack, or was cut off."""

    title = "The file is not a trust pack"
    code = "trust-pack-unreadable"


class PackUnsafe(TrustUpdateRefused):
    """The file holds names or amounts that no trust pack has."""

    title = "The file is not a safe trust pack"
    code = "trust-pack-unsafe"


class TrustExpired(TrustUpdateRefused):
    """What the address gives is past its end; somebody may be keeping us in the past."""

    title = "What the registry gives is past its end"
    code = "trust-expired"


class TrustRolledBack(TrustUpdateRefused):
    """It is older than what is here already."""

    title = "What is offered is older than what is here"
    code = "trust-rolled-back"


class TrustNotSigned(TrustUpdateRefused):
    """It is not signed by the keys that are trusted, or was changed."""

    title = "The signatures do not hold"
    code = "trust-not-signed"


class TrustIncomplete(TrustUpdateRefused):
    """A part that is named is missing."""

    title = "A part is missing"
    code = "trust-incomplete"


class TrustUnreachable(TrustUpdateRefused):
    """The address does not answer."""

    title = "The registry does not answer"
    code = "trust-unreachable"


class TrustRootUnknown(TrustUpdateRefused):
    """Nothing says yet whom to believe."""

    title = "The root of trust is not known"
    code = "trust-root-unknown"
