"""Participants, DID documents and status lists."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "participants",
        sa.Column("slug", sa.Text, primary_key=True),
        sa.Column("did", sa.Text, nullable=False, unique=True),
        sa.Column("name_nl", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("website", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("authority", JSONB, nullable=False),
    )
    op.create_table(
        "did_documents",
        sa.Column("slug", sa.Text, sa.ForeignKey("participants.slug"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_with", sa.Text, nullable=False),
    )
    op.create_table(
        "status_lists",
        sa.Column("slug", sa.Text, sa.ForeignKey("participants.slug"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("credential", sa.JSON, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
    )
