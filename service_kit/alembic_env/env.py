"""What Alembic runs: migrate on the connection that `run_migrations` gives, in its transaction."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transaction_per_migration=False)
context.run_migrations()
