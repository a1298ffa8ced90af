"""The verifier's tables. Secrets are kept as hashes only; a result goes when its time is over."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData()

transactions = sa.Table(
    "transactions",
    metadata,
    # SHA-256 of the number that only the verifier's browser has.
    sa.Column("transaction_hash", sa.Text, primary_key=True),
    # SHA-256 of the two numbers that the wallet sees; neither gives access to a result.
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
