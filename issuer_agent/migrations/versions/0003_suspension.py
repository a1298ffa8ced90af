"""Badges that can be suspended, and what became of awards with the reasons."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOMENT = sa.DateTime(timezone=True)
PLACE = ["institution", "suspension_number", "suspension_index"]


def upgrade() -> None:
    op.add_column("awards", sa.Column("suspended_at", MOMENT))
    op.add_column("credentials", sa.Column("suspension_number", sa.Integer))
    op.add_column("credentials", sa.Column("suspension_index", sa.Integer))
    op.create_foreign_key(
        "credentials_suspension_fkey", "credentials", "status_entries", PLACE, ["institution", "number", "index"]
    )
    op.create_unique_constraint("credentials_suspension_key", "credentials", PLACE)
    op.create_table(
        "status_changes",
        sa.Column("number", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("award_id", sa.Text, sa.ForeignKey("awards.id"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
    )
    op.create_index("ix_status_changes_award_id", "status_changes", ["award_id"])
    op.execute(
        "insert into status_changes (award_id, at, act, reason, actor) "
        "select id, revoked_at, 'revoked', coalesce(revocation_reason, ''), '' from awards where revoked_at is not null"
    )
