"""Institutions, people, badge classes, requests, awards, audit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "institutions",
        sa.Column("slug", sa.Text, primary_key=True),
        sa.Column("name_nl", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("website", sa.Text),
        sa.Column("institution_code", sa.Text),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("did", sa.Text, unique=True),
        sa.Column("tenant_id", sa.Text),
        sa.Column("tenant_token_encrypted", sa.LargeBinary),
        sa.Column("ed25519_key_id", sa.Text),
        sa.Column("p256_key_id", sa.Text),
        sa.Column("published_at", MOMENT),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False, unique=True),
    )
    op.create_table(
        "memberships",
        sa.Column("person_id", sa.Text, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("institution", sa.Text, sa.ForeignKey("institutions.slug"), primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
    )
    op.create_table(
        "api_keys",
        sa.Column("key_hash", sa.Text, primary_key=True),
        sa.Column("institution", sa.Text, sa.ForeignKey("institutions.slug")),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    _badge_classes()
    _decisions()


def _badge_classes() -> None:
    op.create_table(
        "badge_classes",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("institution", sa.Text, sa.ForeignKey("institutions.slug"), nullable=False, index=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("current_version", sa.Integer),
        sa.Column("draft", JSONB),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_table(
        "badge_class_versions",
        sa.Column("badge_class_id", sa.Text, sa.ForeignKey("badge_classes.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
    )


def _decisions() -> None:
    op.create_table(
        "requests",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("badge_class_id", sa.Text, sa.ForeignKey("badge_classes.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Text, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("motivation", sa.Text),
        sa.Column("evidence_url", sa.Text),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT),
        sa.Column("decided_by", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("award_id", sa.Text),
    )
    open_only = sa.text("state = 'open'")
    op.create_index(
        "one_open_request", "requests", ["badge_class_id", "person_id"], unique=True, postgresql_where=open_only
    )
    op.create_table(
        "awards",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("institution", sa.Text, sa.ForeignKey("institutions.slug"), nullable=False, index=True),
        sa.Column("badge_class_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("recipient_email", sa.Text, nullable=False, index=True),
        sa.Column("recipient_name", sa.Text, nullable=False),
        sa.Column("delivery", sa.Text, nullable=False),
        sa.Column("grade", sa.Text),
        sa.Column("narrative", sa.Text),
        sa.Column("evidence_url", sa.Text),
        sa.Column("evidence_narrative", sa.Text),
        sa.Column("earned_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT),
        sa.Column("awarded_at", MOMENT, nullable=False),
        sa.Column("awarded_by", sa.Text, nullable=False),
        sa.Column("batch", sa.Text, nullable=False),
        sa.Column("idempotency_key", sa.Text),
        sa.Column("revoked_at", MOMENT),
        sa.Column("revocation_reason", sa.Text),
        sa.ForeignKeyConstraint(
            ["badge_class_id", "version"], ["badge_class_versions.badge_class_id", "badge_class_versions.version"]
        ),
        sa.UniqueConstraint("badge_class_id", "recipient_email", "batch", name="one_award_per_recipient_and_batch"),
        sa.UniqueConstraint("institution", "idempotency_key", name="one_award_per_idempotency_key"),
    )
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("details", JSONB, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
