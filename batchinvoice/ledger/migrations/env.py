"""Run by Alembic: brings the connection that the ledger hands over to the newest version."""

from alembic import context

from batchinvoice.ledger.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
