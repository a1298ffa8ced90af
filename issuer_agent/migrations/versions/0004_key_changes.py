"""Keys that are replaced, and keys that fell into other hands."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("institutions", sa.Column("signing_since", MOMENT))
    op.create_table(
        "key_changes",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("institution", sa.Text, sa.ForeignKey("institutions.slug"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("old_ed25519", sa.Text, nullable=False),
        sa.Column("old_p256", sa.Text, nullable=False),
        sa.Column("new_ed25519", sa.Text),
        sa.Column("new_p256", sa.Text),
        sa.Column("distrusted_since", MOMENT),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("started_by", sa.Text, nullable=False),
        sa.Column("published_at", MOMENT),
        sa.Column("switched_at", MOMENT),
        sa.Column("finished_at", MOMENT),
    )
    op.create_index(
        "one_key_change_at_a_time",
        "key_changes",
        ["institution"],
        unique=True,
        postgresql_where=sa.text("finished_at is null"),
    )
