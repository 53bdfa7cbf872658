"""What is found by an index among ten millions: runs in order, an invoice's references, rows that state an ID"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_STATES_ONE = sa.text("stated_id IS NOT NULL")


def upgrade() -> None:
    op.create_index("runs_by_sequence", "runs", ["environment", "merchant_code", "sequence"])
    op.create_index("invoices_by_run", "invoices", ["run_id"])
    op.create_index("references_by_invoice", "invoice_references", ["invoice_id"])
    op.create_index("rows_by_stated_id", "rows", ["stated_id"], sqlite_where=_STATES_ONE, postgresql_where=_STATES_ONE)


def downgrade() -> None:
    op.drop_index("rows_by_stated_id", table_name="rows")
    op.drop_index("references_by_invoice", table_name="invoice_references")
    op.drop_index("invoices_by_run", table_name="invoices")
    op.drop_index("runs_by_sequence", table_name="runs")
