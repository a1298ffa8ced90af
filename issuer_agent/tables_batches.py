"""Tables of batches: lists of people that are awarded by a job. Same MetaData as `tables`."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from issuer_agent.tables import metadata

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("institution", sa.Text, sa.ForeignKey("institutions.slug"), nullable=False),
    sa.Column("badge_class_id", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("delivery", sa.Text, nullable=False),
    sa.Column("with_tx_code", sa.Boolean, nullable=False),
    sa.Column("claim_days", sa.Integer, nullable=False),
    sa.Column("ignored", JSONB, nullable=False),
    sa.Column("start_at", sa.DateTime(timezone=True)),
    sa.Column("started_at", sa.DateTime(timezone=True)),
    sa.Column("started_by", sa.Text),
    sa.Column("approved_by", sa.Text),
    sa.Column("finished_at", sa.DateTime(timezone=True)),
    sa.Column("problem", sa.Text),
    sa.ForeignKeyConstraint(
        ["badge_class_id", "version"], ["badge_class_versions.badge_class_id", "badge_class_versions.version"]
    ),
    sa.Index("batches_of_institution", "institution", "created_at"),
    # The worker's question: is there anything to do?
    sa.Index("batches_running", "started_at", postgresql_where=sa.text("state = 'running'")),
)

batch_rows = sa.Table(
    "batch_rows",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.id", ondelete="cascade"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("grade", sa.Text, nullable=False),
    sa.Column("narrative", sa.Text, nullable=False),
    sa.Column("evidence_url", sa.Text, nullable=False),
    sa.Column("evidence_narrative", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("errors", JSONB, nullable=False),
    sa.Column("award_id", sa.Text, sa.ForeignKey("awards.id")),
    sa.Index("batch_rows_by_state", "batch_id", "state", "number"),
)

# Many awards that somebody wants to revoke at once; a second person decides.
bulk_revocations = sa.Table(
    "bulk_revocations",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("institution", sa.Text, sa.ForeignKey("institutions.slug"), nullable=False),
    sa.Column("award_ids", ARRAY(sa.Text), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("decided_at", sa.DateTime(timezone=True)),
    sa.Column("decided_by", sa.Text),
    sa.Column("finished_at", sa.DateTime(timezone=True)),
    sa.Index("bulk_revocations_of_institution", "institution", "created_at"),
)
