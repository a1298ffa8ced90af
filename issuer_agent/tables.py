"""The issuer's tables: institutions, people, badge classes, requests, awards, the audit chain.

What issuing needs on top (offers, credentials, status lists) is in `tables_issuing`, on the same metadata.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData()

institutions = sa.Table(
    "institutions",
    metadata,
    sa.Column("slug", sa.Text, primary_key=True),
    sa.Column("name_nl", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("country", sa.Text, nullable=False),
    sa.Column("website", sa.Text),
    sa.Column("institution_code", sa.Text),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    # Its identity, filled step by step while it is provisioned; the token is encrypted with the service's key.
    sa.Column("did", sa.Text, unique=True),
    sa.Column("tenant_id", sa.Text),
    sa.Column("tenant_token_encrypted", sa.LargeBinary),
    sa.Column("ed25519_key_id", sa.Text),
    sa.Column("p256_key_id", sa.Text),
    sa.Column("published_at", sa.DateTime(timezone=True)),
    # When these keys took over from others; null for the first.
    sa.Column("signing_since", sa.DateTime(timezone=True)),
    # From this many awards at once a second person decides.
    sa.Column("second_person_from", sa.Integer),
)

# Rotations and compromises; at most one of an institution is under way.
key_changes = sa.Table(
    "key_changes",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("institution", sa.Text, sa.ForeignKey("institutions.slug"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("old_ed25519", sa.Text, nullable=False),
    sa.Column("old_p256", sa.Text, nullable=False),
    sa.Column("new_ed25519", sa.Text),
    sa.Column("new_p256", sa.Text),
    # Of a compromise: the moment from which others may have had the old keys.
    sa.Column("distrusted_since", sa.DateTime(timezone=True)),
    sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("started_by", sa.Text, nullable=False),
    sa.Column("published_at", sa.DateTime(timezone=True)),
    sa.Column("switched_at", sa.DateTime(timezone=True)),
    sa.Column("finished_at", sa.DateTime(timezone=True)),
    sa.Index("one_key_change_at_a_time", "institution", unique=True, postgresql_where=sa.text("finished_at is null")),
)

people = sa.Table(
    "people",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("email", sa.Text, nullable=False, unique=True),
)

memberships = sa.Table(
    "memberships",
    metadata,
    sa.Column("person_id", sa.Text, sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("institution", sa.Text, sa.ForeignKey("institutions.slug"), primary_key=True),
    sa.Column("role", sa.Text, nullable=False),
    # Null: until somebody takes it away.
    sa.Column("expires_at", sa.DateTime(timezone=True)),
)

invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("institution", sa.Text, sa.ForeignKey("institutions.slug"), nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("role_until", sa.DateTime(timezone=True)),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("accepted_at", sa.DateTime(timezone=True)),
    sa.Column("accepted_by", sa.Text, sa.ForeignKey("people.id")),
    sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
    sa.Index("invitations_of_institution", "institution", "created_at"),
)

# Who somebody is at a provider of OpenID Connect.
logins = sa.Table(
    "logins",
    metadata,
    sa.Column("issuer", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("person_id", sa.Text, sa.ForeignKey("people.id"), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
)

# Ways to the provider that are under way; each is used once.
sign_ins = sa.Table(
    "sign_ins",
    metadata,
    sa.Column("state_hash", sa.Text, primary_key=True),
    sa.Column("nonce", sa.Text, nullable=False),
    sa.Column("code_verifier", sa.Text, nullable=False),
    sa.Column("return_to", sa.Text, nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("person_id", sa.Text, sa.ForeignKey("people.id"), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("key_hash", sa.Text, primary_key=True),
    # Null: the operator's key, for every institution.
    sa.Column("institution", sa.Text, sa.ForeignKey("institutions.slug")),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
)

badge_classes = sa.Table(
    "badge_classes",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("institution", sa.Text, sa.ForeignKey("institutions.slug"), nullable=False, index=True),
    sa.Column("state", sa.Text, nullable=False),
    # The version that new awards pin; null while there is none.
    sa.Column("current_version", sa.Integer),
    sa.Column("draft", JSONB),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
)

# A version never changes; there is no statement that updates one.
badge_class_versions = sa.Table(
    "badge_class_versions",
    metadata,
    sa.Column("badge_class_id", sa.Text, sa.ForeignKey("badge_classes.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("content", JSONB, nullable=False),
    sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
)

requests = sa.Table(
    "requests",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("badge_class_id", sa.Text, sa.ForeignKey("badge_classes.id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("person_id", sa.Text, sa.ForeignKey("people.id"), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("motivation", sa.Text),
    sa.Column("evidence_url", sa.Text),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("decided_at", sa.DateTime(timezone=True)),
    sa.Column("decided_by", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("award_id", sa.Text),
)
# One open request per person and badge class, also when two arrive at the same moment.
sa.Index(
    "one_open_request",
    requests.c.badge_class_id,
    requests.c.person_id,
    unique=True,
    postgresql_where=requests.c.state == "open",
)

# An award is a fact: only its revocation is written later.
awards = sa.Table(
    "awards",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("institution", sa.Text, sa.ForeignKey("institutions.slug"), nullable=False),
    sa.Column("badge_class_id", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("recipient_email", sa.Text, nullable=False, index=True),
    sa.Column("recipient_name", sa.Text, nullable=False),
    sa.Column("delivery", sa.Text, nullable=False),
    sa.Column("grade", sa.Text),
    sa.Column("narrative", sa.Text),
    sa.Column("evidence_url", sa.Text),
    sa.Column("evidence_narrative", sa.Text),
    sa.Column("earned_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True)),
    sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("awarded_by", sa.Text, nullable=False),
    sa.Column("batch", sa.Text, nullable=False),
    sa.Column("idempotency_key", sa.Text),
    sa.Column("revoked_at", sa.DateTime(timezone=True)),
    sa.Column("revocation_reason", sa.Text),
    sa.Column("suspended_at", sa.DateTime(timezone=True)),
    sa.ForeignKeyConstraint(
        ["badge_class_id", "version"], ["badge_class_versions.badge_class_id", "badge_class_versions.version"]
    ),
    sa.UniqueConstraint("badge_class_id", "recipient_email", "batch", name="one_award_per_recipient_and_batch"),
    sa.UniqueConstraint("institution", "idempotency_key", name="one_award_per_idempotency_key"),
    sa.Index("awards_of_institution", "institution", "awarded_at", "id"),
)

# Append-only: what became of an award after it was made, with the reasons.
status_changes = sa.Table(
    "status_changes",
    metadata,
    sa.Column("number", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("award_id", sa.Text, sa.ForeignKey("awards.id"), nullable=False, index=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("act", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("act", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("details", JSONB, nullable=False),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
)
