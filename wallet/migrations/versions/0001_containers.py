"""Containers, authenticators, sessions and attempts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "wallet_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wallets",
        sa.Column("wallet_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("container", JSONB, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
    )
    wallet = sa.ForeignKey("wallets.wallet_id", ondelete="CASCADE")
    op.create_table(
        "authenticators",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("wallet_id", sa.Text, wallet, nullable=False, index=True),
        sa.Column("unlocker_id", sa.Text, nullable=False),
        sa.UniqueConstraint("wallet_id", "unlocker_id"),
    )
    op.create_table(
        "sessions",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column(
            "authenticator",
            sa.LargeBinary,
            sa.ForeignKey("authenticators.hash", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column(
            "wallet_id", sa.Text, sa.ForeignKey("wallets.wallet_id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, index=True),
    )
    op.create_table(
        "attempts",
        sa.Column("bucket", sa.LargeBinary, primary_key=True),
        sa.Column("hour", sa.DateTime(timezone=True), primary_key=True, index=True),
        sa.Column("count", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    for table in ("attempts", "sessions", "authenticators", "wallets"):
        op.drop_table(table)
