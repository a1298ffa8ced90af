"""The registry's tables."""

import sqlalchemy as sa

metadata = sa.MetaData()

participants = sa.Table(
    "participants",
    metadata,
    sa.Column("slug", sa.Text, primary_key=True),
    sa.Column("did", sa.Text, nullable=False, unique=True),
    sa.Column("name_nl", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("country", sa.Text, nullable=False),
    sa.Column("website", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("since", sa.DateTime(timezone=True), nullable=False),
)

# Append-only: the store has no statement that changes or removes a row.
did_documents = sa.Table(
    "did_documents",
    metadata,
    sa.Column("slug", sa.Text, sa.ForeignKey("participants.slug"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    # JSON, not JSONB: the document is given back as it was published, members in their order.
    sa.Column("document", sa.JSON, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("signed_with", sa.Text, nullable=False),
)

status_lists = sa.Table(
    "status_lists",
    metadata,
    sa.Column("slug", sa.Text, sa.ForeignKey("participants.slug"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("credential", sa.JSON, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
)

# The same decisions in the forms of others; only the newest of each is served.
other_lists = sa.Table(
    "other_lists",
    metadata,
    sa.Column("slug", sa.Text, sa.ForeignKey("participants.slug"), primary_key=True),
    # `token-status/<number>`, or `revocations`.
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
)

# Append-only; the highest version of a name is in force.
accreditations = sa.Table(
    "accreditations",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False, index=True),
    sa.Column("credential", sa.JSON, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
)

# Append-only: each line is signed over the one before, so a line that changed would end the history.
did_log_lines = sa.Table(
    "did_log_lines",
    metadata,
    sa.Column("slug", sa.Text, sa.ForeignKey("participants.slug"), primary_key=True),
    # The version of the document that it holds.
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("line", sa.Text, nullable=False),
)

# The complete subtrees of a Merkle tree, append-only; level 0 are the leaves.
signing_log_nodes = sa.Table(
    "signing_log_nodes",
    metadata,
    sa.Column("level", sa.Integer, primary_key=True),
    sa.Column("index", sa.BigInteger, primary_key=True),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Index("signing_log_leaves", "hash", postgresql_where=sa.text("level = 0")),
)

# The tree head that was signed when leaves were added: the earliest that covers them, so a receipt never changes.
signing_log_heads = sa.Table(
    "signing_log_heads",
    metadata,
    sa.Column("size", sa.BigInteger, primary_key=True),
    sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)
