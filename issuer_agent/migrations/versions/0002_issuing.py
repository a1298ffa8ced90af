"""Credentials, status lists, offers, tokens, nonces, and work that waits."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "status_lists",
        sa.Column("institution", sa.Text, sa.ForeignKey("institutions.slug"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("length", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("published_version", sa.Integer, nullable=False),
        sa.Column("published_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_table(
        "status_entries",
        sa.Column("institution", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("index", sa.Integer, primary_key=True),
        sa.Column("set_at", MOMENT),
        sa.ForeignKeyConstraint(["institution", "number"], ["status_lists.institution", "status_lists.number"]),
    )
    op.create_table(
        "credentials",
        sa.Column("award_id", sa.Text, sa.ForeignKey("awards.id"), primary_key=True),
        sa.Column("credential_id", sa.Text, nullable=False, unique=True),
        sa.Column("institution", sa.Text, nullable=False),
        sa.Column("holder_did", sa.Text),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("status_number", sa.Integer, nullable=False),
        sa.Column("status_index", sa.Integer, nullable=False),
        sa.Column("document", sa.JSON),
        sa.Column("sha256", sa.Text),
        sa.Column("signed_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
        sa.Column("wallet_event", sa.Text),
        sa.ForeignKeyConstraint(
            ["institution", "status_number", "status_index"],
            ["status_entries.institution", "status_entries.number", "status_entries.index"],
        ),
        sa.UniqueConstraint("institution", "status_number", "status_index"),
    )
    op.create_table(
        "offers",
        sa.Column("id_hash", sa.Text, primary_key=True),
        sa.Column("award_id", sa.Text, sa.ForeignKey("awards.id"), nullable=False, index=True),
        sa.Column("institution", sa.Text, nullable=False),
        sa.Column("code_hash", sa.Text, nullable=False, unique=True),
        sa.Column("tx_code_hash", sa.Text),
        sa.Column("tx_code_tries", sa.Integer, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.Column("withdrawn_at", MOMENT),
    )
    op.create_table(
        "access_tokens",
        sa.Column("token_hash", sa.Text, primary_key=True),
        sa.Column("award_id", sa.Text, nullable=False, index=True),
        sa.Column("institution", sa.Text, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False, index=True),
    )
    op.create_table(
        "used_nonces",
        sa.Column("nonce_hash", sa.Text, primary_key=True),
        sa.Column("expires_at", MOMENT, nullable=False, index=True),
    )
    op.create_table(
        "outbox",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("due_at", MOMENT, nullable=False, index=True),
        sa.Column("claimed_until", MOMENT),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_problem", sa.Text),
        sa.Column("created_at", MOMENT, nullable=False),
    )
