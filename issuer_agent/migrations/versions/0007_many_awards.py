"""Finding awards by name, and revoking many at once with a second person."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0007"
down_revision = "0006"

MOMENT = sa.DateTime(timezone=True)
WORDS = "to_tsvector('simple', recipient_name || ' ' || translate(recipient_email, '@._+-', '     '))"


def upgrade() -> None:
    op.execute(f"create index awards_by_word on awards using gin ({WORDS})")
    op.create_index("awards_of_class", "awards", ["badge_class_id", "awarded_at", "id"])
    op.create_index(
        "awards_of_batch", "awards", ["batch", "awarded_at", "id"], postgresql_where=sa.text("batch like 'csv:%'")
    )
    op.create_index("awards_revoked", "awards", ["institution"], postgresql_where=sa.text("revoked_at is not null"))
    op.create_table(
        "bulk_revocations",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("institution", sa.Text, sa.ForeignKey("institutions.slug"), nullable=False),
        sa.Column("award_ids", ARRAY(sa.Text), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("decided_at", MOMENT),
        sa.Column("decided_by", sa.Text),
        sa.Column("finished_at", MOMENT),
    )
    op.create_index("bulk_revocations_of_institution", "bulk_revocations", ["institution", "created_at"])
