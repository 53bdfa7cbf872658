"""What can be said on the command line of a sheet (which, its headings, hidden rows, totals) and of how it is run."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from decimal import Decimal

    from batchinvoice.invoices.columns import Field


def sheet_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options; it is called with `asked`, an Asked."""

    @wraps(command)
    def with_asked(
        *args: Any,
        sheet_name: str | None,
        mapping: dict[str, Field | None],
        hidden: str | None,
        count: int | None,
        total: Decimal | None,
        **others: Any,
    ) -> Any:
        from batchinvoice.invoices.asked import Asked, Hidden

        asked = Asked(sheet_name, mapping, hidden=Hidden(hidden or Hidden.ASK), count=count, total=total)
        return command(*args, asked=asked, **others)

    for option in reversed(_OPTIONS):
        with_asked = option(with_asked)
    return with_asked


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options; it is called with `how`, the options of `app.plan_sheet`."""

    @wraps(command)
    def with_how(*args: Any, no_sms: bool, strict: bool, check_gateway: bool, trust_ids: bool, **others: Any) -> Any:
        how = {"sms": not no_sms, "strict": strict, "check_gateway": check_gateway, "trust_ids": trust_ids}
        return command(*args, how=how, **others)

    for option in reversed(_RUN_OPTIONS):
        with_how = option(with_how)
    return with_how


def _mapping(context: click.Context, parameter: click.Parameter, said: tuple[str, ...]) -> dict[str, Field | None]:  # noqa: ARG001
    from batchinvoice.invoices.columns import COLUMNS
    from batchinvoice.invoices.headings import key, meaning

    found: dict[str, Field | None] = {}
    for words in said:
        heading, sign, name = words.rpartition("=")
        field = meaning(name)
        if not sign or not key(heading) or (name.strip() and field is None):
            known = ", ".join(column.heading[0] for column in COLUMNS)
            raise click.BadParameter(f'write it as --map "HEADING=COLUMN"; the columns are: {known}.')
        found[key(heading)] = field
    return found


def _total(context: click.Context, parameter: click.Parameter, said: str | None) -> Decimal | None:  # noqa: ARG001
    from decimal import Decimal

    from batchinvoice.invoices.amounts import amount

    read = amount(said)
    if read is not None and not isinstance(read, Decimal):
        raise click.BadParameter("write an amount in KWD with a point, as 1234.500.")
    return read


_OPTIONS = (
    click.option("--sheet", "sheet_name", metavar="NAME", help="The sheet that is meant, where several hold invoices."),
    click.option(
        "--map",
        "mapping",
        metavar="HEADING=COLUMN",
        multiple=True,
        callback=_mapping,
        help="What a heading means that is not known (nothing after =: not used); remembered for such sheets.",
    ),
    click.option("--skip-hidden", "hidden", flag_value="skip", help="Leave out the rows that the sheet hides."),
    click.option("--include-hidden", "hidden", flag_value="include", help="Treat hidden rows like the others."),
    click.option(
        "--expect-count", "count", type=click.IntRange(min=0), metavar="N", help="Stop unless there are N invoices."
    ),
    click.option(
        "--expect-total", "total", callback=_total, metavar="KWD", help="Stop unless all amounts come to this."
    ),
)
_RUN_OPTIONS = (
    click.option("--no-sms", is_flag=True, help="Text nobody now; “batchinvoice send RUN” does it later."),
    click.option("--strict", is_flag=True, help="Send nothing at all if any row has a problem."),
    click.option(
        "--check-gateway", is_flag=True, help="Hold rows whose reference the gateway has already: a look-up for each."
    ),
    click.option(
        "--trust-ids",
        is_flag=True,
        help="Change invoices by the sheet's IDs without asking the gateway first whose they are.",
    ),
)
