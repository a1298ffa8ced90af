"""The history of DID documents, and the log of signatures."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "did_log_lines",
        sa.Column("slug", sa.Text, sa.ForeignKey("participants.slug"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("line", sa.Text, nullable=False),
    )
    op.create_table(
        "signing_log_nodes",
        sa.Column("level", sa.Integer, primary_key=True),
        sa.Column("index", sa.BigInteger, primary_key=True),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "signing_log_heads",
        sa.Column("size", sa.BigInteger, primary_key=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_index("signing_log_leaves", "signing_log_nodes", ["hash"], postgresql_where=sa.text("level = 0"))
