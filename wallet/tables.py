"""The tables of the wallet service: ciphertext, revisions and hashes; no column for a name, a badge or a key."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData()

wallets = sa.Table(
    "wallets",
    metadata,
    sa.Column("wallet_id", sa.Text, primary_key=True),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("container", JSONB, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
)

authenticators = sa.Table(
    "authenticators",
    metadata,
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column("wallet_id", sa.Text, sa.ForeignKey("wallets.wallet_id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("unlocker_id", sa.Text, nullable=False),
    sa.UniqueConstraint("wallet_id", "unlocker_id"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column(
        "authenticator",
        sa.LargeBinary,
        sa.ForeignKey("authenticators.hash", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("wallet_id", sa.Text, sa.ForeignKey("wallets.wallet_id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, index=True),
)

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("bucket", sa.LargeBinary, primary_key=True),
    sa.Column("hour", sa.DateTime(timezone=True), primary_key=True, index=True),
    sa.Column("count", sa.Integer, nullable=False),
)

# A badge that somebody shares by a link. Not linked to a wallet: who made it proves that with a secret of its own.
shares = sa.Table(
    "shares",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner_hash", sa.LargeBinary, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("openings", sa.Integer, nullable=False),
    sa.Index("shares_by_end", "expires_at"),
)
