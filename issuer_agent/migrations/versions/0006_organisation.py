"""Roles that end, invitations, signing in by OpenID Connect, and when somebody last proved who they are."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("memberships", sa.Column("expires_at", MOMENT))
    op.add_column("sessions", sa.Column("signed_in_at", MOMENT, nullable=False, server_default=sa.func.now()))
    op.alter_column("sessions", "signed_in_at", server_default=None)
    op.create_table(
        "invitations",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("institution", sa.Text, sa.ForeignKey("institutions.slug"), nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("role_until", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("accepted_at", MOMENT),
        sa.Column("accepted_by", sa.Text, sa.ForeignKey("people.id")),
        sa.Column("withdrawn_at", MOMENT),
    )
    op.create_index("invitations_of_institution", "invitations", ["institution", "created_at"])
    op.create_table(
        "logins",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_table(
        "sign_ins",
        sa.Column("state_hash", sa.Text, primary_key=True),
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("code_verifier", sa.Text, nullable=False),
        sa.Column("return_to", sa.Text, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
    )
