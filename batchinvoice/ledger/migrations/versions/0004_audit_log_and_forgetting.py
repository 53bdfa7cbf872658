"""The audit log, which nobody can change; when personal data was removed; and what to find runs and rows by"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_REFUSAL = "the audit log is append-only"
_IS_THERE = (
    "EXISTS (SELECT 1 FROM audit WHERE environment = NEW.environment AND merchant_code = NEW.merchant_code"
    " AND number = NEW.number)"
)


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("environment", sa.String(length=10), nullable=False),
        sa.Column("merchant_code", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("run_id", sa.String(length=20), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("environment", "merchant_code", "number"),
    )
    op.create_index("audit_by_run", "audit", ["environment", "merchant_code", "run_id", "number"])
    for statement in _append_only(op.get_bind().dialect.name):
        op.execute(statement)
    op.add_column("runs", sa.Column("forgotten_at", sa.DateTime(), nullable=True))
    op.add_column("invoices", sa.Column("forgotten_at", sa.DateTime(), nullable=True))
    op.create_index("runs_by_sha256", "runs", ["environment", "merchant_code", "sha256", "sequence"])
    op.create_index("rows_by_reference", "rows", ["reference", "run_id"])


def _append_only(dialect: str) -> list[str]:
    """Triggers that refuse to change, replace or delete a record."""
    if dialect == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        return [
            f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit {refuse}",
            f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit {refuse}",
            # INSERT OR REPLACE deletes without a word to the one for deleting.
            f"CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN {_IS_THERE} {refuse}",
        ]
    if dialect == "postgresql":
        return [
            "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
            "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()",
        ]
    return []


def downgrade() -> None:
    op.drop_index("rows_by_reference", table_name="rows")
    op.drop_index("runs_by_sha256", table_name="runs")
    op.drop_column("invoices", "forgotten_at")
    op.drop_column("runs", "forgotten_at")
    op.drop_table("audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_append_only()")
