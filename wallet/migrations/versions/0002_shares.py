"""Shared badges: ciphertext that nobody here can read, and how often it was fetched."""

import sqlalchemy as sa
from alembic import op

revision = "wallet_0002"
down_revision = "wallet_0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "shares",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner_hash", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("openings", sa.Integer, nullable=False),
    )
    op.create_index("shares_by_end", "shares", ["expires_at"])
