"""Batches, the limit above which a second person decides, and what long lists of awards need."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("institutions", sa.Column("second_person_from", sa.Integer))
    op.create_table(
        "batches",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("institution", sa.Text, sa.ForeignKey("institutions.slug"), nullable=False),
        sa.Column("badge_class_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("delivery", sa.Text, nullable=False),
        sa.Column("with_tx_code", sa.Boolean, nullable=False),
        sa.Column("claim_days", sa.Integer, nullable=False),
        sa.Column("ignored", JSONB, nullable=False),
        sa.Column("start_at", MOMENT),
        sa.Column("started_at", MOMENT),
        sa.Column("started_by", sa.Text),
        sa.Column("approved_by", sa.Text),
        sa.Column("finished_at", MOMENT),
        sa.Column("problem", sa.Text),
        sa.ForeignKeyConstraint(
            ["badge_class_id", "version"], ["badge_class_versions.badge_class_id", "badge_class_versions.version"]
        ),
    )
    op.create_index("batches_of_institution", "batches", ["institution", "created_at"])
    op.create_index("batches_running", "batches", ["started_at"], postgresql_where=sa.text("state = 'running'"))
    op.create_table(
        "batch_rows",
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
    )
    op.create_index("batch_rows_by_state", "batch_rows", ["batch_id", "state", "number"])
    op.drop_index("ix_awards_institution", "awards")
    op.create_index("awards_of_institution", "awards", ["institution", "awarded_at", "id"])
