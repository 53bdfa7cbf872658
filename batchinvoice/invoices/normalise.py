"""A table's cells → a frame of exact values, one column for each Field, and the problems found on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from batchinvoice.invoices import cells, choices
from batchinvoice.invoices.addresses import email
from batchinvoice.invoices.amounts import amount, comma_decimals, point_or_group, quantity
from batchinvoice.invoices.cells import shown
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import NUMBERS, Field
from batchinvoice.invoices.dates import date, declared_order
from batchinvoice.invoices.invoice import SUB_TYPES, TEXTED_TYPE, Delivery
from batchinvoice.invoices.issue import Problem, problem
from batchinvoice.invoices.phone import country_code, phone
from batchinvoice.invoices.rules import Rules
from batchinvoice.invoices.table import Cell, Table

RAW_TYPES = "raw_types"
_Reader = Callable[[Any], Any]


class Normalised(NamedTuple):
    """`frame` is indexed by the position of a row in the table; `problems` are (position, field, what is wrong)."""

    frame: pd.DataFrame
    problems: list[tuple[int, Field, Problem]]


def normalise(table: Table, columns: Mapping[Field, int], rules: Rules) -> Normalised:
    """Read every cell of the table; a cell with a problem is empty in the frame."""
    raw: dict[Field, list[Cell]] = {field: [row[index] for row in table.cells] for field, index in columns.items()}
    count = len(table.rows)
    empty: list[Cell] = [None] * count
    problems = list(_take_out(table, columns, raw))
    frame: dict[str, list[Any]] = {}
    for field, reader in _readers(table, columns, rules).items():
        column = raw.get(field)
        frame[field] = [reader(None)] * count if column is None else _accepted(field, _read(column, reader), problems)
    countries = [value or "" for value in frame[Field.COUNTRY_CODE]]
    numbers = zip(raw.get(Field.MOBILE, empty), countries, strict=True)
    frame[Field.MOBILE] = _accepted(
        Field.MOBILE, _read(numbers, lambda pair: phone(pair[0], pair[1] or None, rules.country_code)), problems
    )
    _doubt_points(raw, frame, rules, problems)
    _settle_delivery(frame, rules, problems)
    return Normalised(pd.DataFrame(frame, dtype=object), problems)


def _take_out(
    table: Table, columns: Mapping[Field, int], raw: Mapping[Field, list[Cell]]
) -> Iterator[tuple[int, Field, Problem]]:
    """Numbers that their cells show as something else are not read at all: nothing is to be made of them."""
    for field in NUMBERS if table.otherwise else ():
        for position, cell in enumerate(raw.get(field, ())):
            otherwise = table.otherwise.get((table.rows[position], columns[field]))
            if otherwise and isinstance(cell, (int, float)):
                said = {"value": shown(cell), "shown": otherwise.shown, "format": otherwise.format}
                yield position, field, problem(Code.SHOWN_OTHERWISE, **said)
                raw[field][position] = None


def _read(values: Sequence[Any] | Iterator[Any], reader: _Reader) -> Iterator[Any]:
    """Read each value, each distinct one only once: sheets repeat themselves."""
    known: dict[Any, Any] = {}
    for value in values:
        key = (type(value), value)
        if key not in known:
            known[key] = reader(value)
        yield known[key]


def _accepted(field: Field, results: Iterator[Any], problems: list[tuple[int, Field, Problem]]) -> list[Any]:
    values = []
    for position, result in enumerate(results):
        if isinstance(result, Problem):
            problems.append((position, field, result))
            result = None
        values.append(result)
    return values


def _readers(table: Table, columns: Mapping[Field, int], rules: Rules) -> dict[Field, _Reader]:
    heading = table.headings[columns[Field.EXPIRY]] if Field.EXPIRY in columns else ""
    order = declared_order(heading) or rules.date_order

    def kwd(cell: Cell) -> Any:
        return amount(cell, rules.decimal_mark)

    return {
        Field.INVOICE_ID: cells.invoice_id,
        Field.REFERENCE: cells.identifier,
        Field.CUSTOMER: cells.text,
        Field.COUNTRY_CODE: country_code,
        Field.EMAIL: email,
        Field.AMOUNT: kwd,
        Field.DESCRIPTION: cells.text,
        Field.EXPIRY: lambda cell: date(cell, order, table.serial_dates),
        Field.DELIVERY: choices.delivery,
        Field.PAYMENT_METHODS: lambda cell: choices.payment_types(cell, rules.payment_types),
        Field.LANGUAGE: choices.language,
        Field.SUBSCRIPTION: choices.subscription,
        Field.CURRENCY: choices.currency,
        Field.MERCHANT_CODE: cells.code,
        Field.INVOICE_TYPE: choices.invoice_type,
        Field.INVOICE_SUB_TYPE: choices.invoice_sub_type,
        Field.ITEM_TITLE: cells.text,
        Field.ITEM_RATE: kwd,
        Field.ITEM_QUANTITY: quantity,
        Field.ITEM_AMOUNT: kwd,
    }


def _doubt_points(
    raw: Mapping[Field, Sequence[Cell]],
    frame: dict[str, list[Any]],
    rules: Rules,
    problems: list[tuple[int, Field, Problem]],
) -> None:
    """Where a comma begins the fils in some cell of a column, `1.500` of another may be one and a half thousand."""
    for field in (Field.AMOUNT, Field.ITEM_RATE, Field.ITEM_AMOUNT):
        cells_ = raw.get(field, ())
        if rules.decimal_mark or not any(isinstance(cell, str) and comma_decimals(cell) for cell in cells_):
            continue
        for position, cell in enumerate(cells_):
            if frame[field][position] is not None and isinstance(cell, str) and (doubt := point_or_group(cell)):
                problems.append((position, field, doubt))
                frame[field][position] = None


def _settle_delivery(frame: dict[str, list[Any]], rules: Rules, problems: list[tuple[int, Field, Problem]]) -> None:
    """One delivery from Delivery, Invoice Type and Invoice Sub Type, which must not contradict each other."""
    by_sub_type = {sub: delivery for delivery, sub in SUB_TYPES.items()}
    frame[RAW_TYPES] = [None] * len(frame[Field.DELIVERY])
    columns = zip(frame[Field.DELIVERY], frame[Field.INVOICE_TYPE], frame[Field.INVOICE_SUB_TYPE], strict=True)
    for position, (stated, invoice_type, sub_type) in enumerate(list(columns)):
        if invoice_type is None and sub_type is None:
            frame[Field.DELIVERY][position] = stated or rules.delivery
            continue
        if sub_type is None:
            sub_type = SUB_TYPES[_usual(invoice_type, stated)]
        raw = (invoice_type or "0", sub_type)
        # Delivery sms with type 0 and subtype 3 is just how a bulk SMS is made.
        meant = Delivery.SMS if stated is Delivery.SMS and raw == ("0", "3") else by_sub_type[sub_type]
        if stated is not None and stated is not meant:
            said = {"stated": stated, "type": raw[0], "sub_type": raw[1], "meant": meant}
            problems.append((position, Field.DELIVERY, problem(Code.DELIVERY_CONFLICT, **said)))
        frame[Field.DELIVERY][position] = meant
        frame[RAW_TYPES][position] = raw


def _usual(invoice_type: str | None, stated: Delivery | None) -> Delivery:
    """What Invoice Sub Type means where it is empty: type 1 is a text message, and type 0 must not become one."""
    if invoice_type == TEXTED_TYPE:
        return Delivery.SMS
    return Delivery.LINK if stated in (None, Delivery.SMS) else stated
