"""The customer's phone beside each invoice, and the likeness of each reference, to look invoices up by"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from batchinvoice.invoices.likeness import likeness

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_PAGE = 5000
_invoices = sa.table("invoices", sa.column("phone", sa.String), sa.column("content", sa.JSON))
_references = sa.table(
    "invoice_references",
    *(sa.column(name, sa.String) for name in ("environment", "merchant_code", "reference", "likeness")),
)
_KEY = (_references.c.environment, _references.c.merchant_code, _references.c.reference)


def upgrade() -> None:
    op.add_column("invoices", sa.Column("phone", sa.String(length=40), nullable=False, server_default=""))
    op.add_column("invoice_references", sa.Column("likeness", sa.String(length=255), nullable=False, server_default=""))
    country, mobile = (_invoices.c.content[name].as_string() for name in ("country", "mobile"))
    op.execute(_invoices.update().values(phone=sa.func.coalesce(country + mobile, "")))
    _liken(op.get_bind())
    op.create_index("invoices_by_phone", "invoices", ["environment", "merchant_code", "phone", "state", "intended_at"])
    op.create_index("references_by_likeness", "invoice_references", ["environment", "merchant_code", "likeness"])


def _liken(db: sa.Connection) -> None:
    own = (column == sa.bindparam(f"own_{column.name}") for column in _KEY)
    likened = _references.update().where(*own).values(likeness=sa.bindparam("new_likeness"))
    for page in _pages(db):
        db.execute(likened, [{**_own(key), "new_likeness": likeness(key[-1])} for key in page])


def _pages(db: sa.Connection) -> Iterator[list[tuple[str, ...]]]:
    """The keys of all references, page by page, so that no number of them is too large."""
    query = sa.select(*_KEY).order_by(*_KEY).limit(_PAGE)
    page = [tuple(key) for key in db.execute(query)]
    while page:
        yield page
        page = [tuple(key) for key in db.execute(query.where(sa.tuple_(*_KEY) > sa.tuple_(*page[-1])))]


def _own(key: tuple[str, ...]) -> dict[str, str]:
    return {f"own_{column.name}": value for column, value in zip(_KEY, key, strict=True)}


def downgrade() -> None:
    op.drop_index("references_by_likeness", table_name="invoice_references")
    op.drop_index("invoices_by_phone", table_name="invoices")
    op.drop_column("invoice_references", "likeness")
    op.drop_column("invoices", "phone")
