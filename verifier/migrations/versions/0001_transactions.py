"""Transactions: one row per request for a presentation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transactions",
        sa.Column("transaction_hash", sa.Text, primary_key=True),
        sa.Column("request_hash", sa.Text, nullable=False, unique=True),
        sa.Column("response_hash", sa.Text, nullable=False, unique=True),
        sa.Column("session_hash", sa.Text, nullable=False),
        sa.Column("question", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("trouble", sa.Text, nullable=False, server_default=""),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delete_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("report", JSONB),
        sa.Column("presentation", JSONB),
        sa.CheckConstraint(
            "state in ('waiting', 'opened', 'received', 'checking', 'done', 'declined', 'failed')",
            name="transactions_state",
        ),
    )


def downgrade() -> None:
    op.drop_table("transactions")
