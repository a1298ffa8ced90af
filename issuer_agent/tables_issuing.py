"""Tables of issuing: credentials and their places in status lists, offers, tokens, nonces, and work that waits.

Same MetaData as `tables`. No code, token or nonce stands here in plain, only its hash.
"""

import sqlalchemy as sa

from issuer_agent.tables import metadata

status_lists = sa.Table(
    "status_lists",
    metadata,
    sa.Column("institution", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("length", sa.Integer, nullable=False),
    # Grows with every change; published is the version the registry has.
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("published_version", sa.Integer, nullable=False),
    sa.Column("published_at", sa.DateTime(timezone=True)),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["institution"], ["institutions.slug"]),
)

# Who has which place; a place is never given out twice. What is set is in the list.
status_entries = sa.Table(
    "status_entries",
    metadata,
    sa.Column("institution", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("index", sa.Integer, primary_key=True),
    sa.Column("set_at", sa.DateTime(timezone=True)),
    sa.ForeignKeyConstraint(["institution", "number"], ["status_lists.institution", "status_lists.number"]),
)

credentials = sa.Table(
    "credentials",
    metadata,
    sa.Column("award_id", sa.Text, primary_key=True),
    # The credential's own identifier, urn:uuid:…
    sa.Column("credential_id", sa.Text, nullable=False, unique=True),
    sa.Column("institution", sa.Text, nullable=False),
    sa.Column("holder_did", sa.Text),
    # Fixed before the first signature, so that signing again gives the same bytes.
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("status_number", sa.Integer, nullable=False),
    sa.Column("status_index", sa.Integer, nullable=False),
    # Its second place, when badges of its class can be suspended.
    sa.Column("suspension_number", sa.Integer),
    sa.Column("suspension_index", sa.Integer),
    # Unsigned until signed_at. Signed and kept for a file; dropped for a wallet, which keeps it itself.
    # JSON, not JSONB: the members keep their order.
    sa.Column("document", sa.JSON),
    sa.Column("sha256", sa.Text),
    sa.Column("signed_at", sa.DateTime(timezone=True)),
    sa.Column("revoked_at", sa.DateTime(timezone=True)),
    # What the wallet told (OpenID4VCI 11).
    sa.Column("wallet_event", sa.Text),
    sa.ForeignKeyConstraint(["award_id"], ["awards.id"]),
    sa.ForeignKeyConstraint(
        ["institution", "status_number", "status_index"],
        ["status_entries.institution", "status_entries.number", "status_entries.index"],
    ),
    sa.ForeignKeyConstraint(
        ["institution", "suspension_number", "suspension_index"],
        ["status_entries.institution", "status_entries.number", "status_entries.index"],
    ),
    sa.UniqueConstraint("institution", "status_number", "status_index"),
    sa.UniqueConstraint("institution", "suspension_number", "suspension_index"),
)

offers = sa.Table(
    "offers",
    metadata,
    # SHA-256 of the identifier in the offer's address.
    sa.Column("id_hash", sa.Text, primary_key=True),
    sa.Column("award_id", sa.Text, nullable=False, index=True),
    sa.Column("institution", sa.Text, nullable=False),
    sa.Column("code_hash", sa.Text, nullable=False, unique=True),
    # HMAC with the server's key; null when no transaction code is asked.
    sa.Column("tx_code_hash", sa.Text),
    sa.Column("tx_code_tries", sa.Integer, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("used_at", sa.DateTime(timezone=True)),
    sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
    sa.ForeignKeyConstraint(["award_id"], ["awards.id"]),
)

access_tokens = sa.Table(
    "access_tokens",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("award_id", sa.Text, nullable=False),
    sa.Column("institution", sa.Text, nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, index=True),
)

used_nonces = sa.Table(
    "used_nonces",
    metadata,
    sa.Column("nonce_hash", sa.Text, primary_key=True),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, index=True),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    # What the work is about: an award, or a status list as slug/number.
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, index=True),
    # Until then one worker has it; a worker that died lets go by itself.
    sa.Column("claimed_until", sa.DateTime(timezone=True)),
    # Grows when the work is asked for again, so that finishing the older request does not drop the newer.
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    # Code of the last failure, for the people who look at what waits.
    sa.Column("last_problem", sa.Text),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
)
