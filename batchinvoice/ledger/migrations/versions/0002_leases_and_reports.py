"""Leases, and when a run was reported"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("environment", sa.String(length=10), nullable=False),
        sa.Column("merchant_code", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("environment", "merchant_code"),
    )
    op.add_column("runs", sa.Column("reported_at", sa.DateTime(), nullable=True))
    op.add_column("runs", sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE runs SET reported_at = finished_at")  # as far as is known
    op.execute(
        "UPDATE runs SET sequence = (SELECT count(*) FROM runs AS earlier WHERE earlier.planned_at < runs.planned_at "
        "OR (earlier.planned_at = runs.planned_at AND earlier.id <= runs.id))"
    )


def downgrade() -> None:
    op.drop_column("runs", "sequence")
    op.drop_column("runs", "reported_at")
    op.drop_table("leases")
