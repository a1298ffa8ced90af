"""The issuer's use cases, put together once and handed to API, pages and protocol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from issuer_agent.accrediting import Accrediting
from issuer_agent.achievements import Achievements
from issuer_agent.award_search import AwardSearch
from issuer_agent.awards import Awards
from issuer_agent.batches import Batches
from issuer_agent.bulk_revocations import BulkRevocations
from issuer_agent.composing import Composing
from issuer_agent.insights import Insights
from issuer_agent.institutions import Institutions
from issuer_agent.issuance import Issuance
from issuer_agent.key_changes import KeyChanges
from issuer_agent.mailing import Mailing
from issuer_agent.oidc import OpenIdConnect
from issuer_agent.organisation import Organisation
from issuer_agent.people import People
from issuer_agent.requests import Requests
from issuer_agent.settings import IssuerSettings
from issuer_agent.suspensions import Suspensions


@dataclass(frozen=True, slots=True)
class Issuer:
    """Everything the issuer can do."""

    settings: IssuerSettings
    engine: sa.Engine
    institutions: Institutions
    achievements: Achievements
    requests: Requests
    awards: Awards
    batches: Batches
    bulk_revocations: BulkRevocations
    composing: Composing
    award_search: AwardSearch
    insights: Insights
    people: People
    organisation: Organisation
    mailing: Mailing | None
    sign_in: OpenIdConnect | None
    issuance: Issuance
    accrediting: Accrediting
    suspensions: Suspensions
    key_changes: KeyChanges


def now() -> datetime:
    """Return the present moment; the edges ask for it, the use cases get it as an argument."""
    return datetime.now(UTC)
